package main

import (
	"archive/tar"
	"bytes"
	"encoding/pem"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// nobody is the account that the image runs as: it owns the folder of the state and nothing else.
const nobody = 65532

// image makes one image for all architectures of Linux, as an OCI archive. It holds the program, the authorities that
// certificates are checked against, the licences, and no shell.
func (r *release) image(binaries []binary) error {
	var index v1.ImageIndex = mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, b := range binaries {
		if b.system != "linux" {
			continue
		}
		img, err := r.imageFor(b)
		if err != nil {
			return err
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add:        img,
			Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: b.system, Architecture: b.arch}},
		})
	}
	dir := filepath.Join(r.stage, "image")
	written, err := layout.Write(dir, empty.Index)
	if err != nil {
		return err
	}
	named := layout.WithAnnotations(map[string]string{"org.opencontainers.image.ref.name": r.version})
	if err := written.AppendIndex(index, named); err != nil {
		return err
	}
	return r.create("slabridge_"+r.version+"_oci.tar", func(w io.Writer) error { return r.tarFolder(w, dir) })
}

// imageFor is the image of one architecture.
func (r *release) imageFor(b binary) (v1.Image, error) {
	data, err := r.layer(b)
	if err != nil {
		return nil, err
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(data)), nil
	}, tarball.WithMediaType(types.OCILayer))
	if err != nil {
		return nil, err
	}
	img, err := mutate.AppendLayers(mutate.MediaType(empty.Image, types.OCIManifestSchema1), layer)
	if err != nil {
		return nil, err
	}
	return mutate.ConfigFile(mutate.ConfigMediaType(img, types.OCIConfigJSON), r.imageConfig(img, b))
}

// imageConfig says how the image runs.
func (r *release) imageConfig(img v1.Image, b binary) *v1.ConfigFile {
	built, err := img.ConfigFile()
	if err != nil { // of an image that was made in memory a moment ago
		panic(err)
	}
	c := built.DeepCopy()
	c.OS, c.Architecture, c.Created = b.system, b.arch, v1.Time{Time: r.at}
	c.History = []v1.History{{Created: v1.Time{Time: r.at}, CreatedBy: "slabridge release"}}
	c.Config = v1.Config{
		User: "65532:65532", WorkingDir: "/var/lib/slabridge",
		Entrypoint: []string{"/usr/bin/slabridge"},
		Cmd:        []string{"run", "--config", "/etc/slabridge/slabridge.yaml"},
		Volumes:    map[string]struct{}{"/var/lib/slabridge": {}},
		Labels: map[string]string{
			"org.opencontainers.image.title":    "slabridge",
			"org.opencontainers.image.version":  r.version,
			"org.opencontainers.image.licenses": "MIT",
		},
	}
	return c
}

// layer is the image's file system.
func (r *release) layer(b binary) ([]byte, error) {
	var authorities bytes.Buffer
	for root := range bundle.Roots() {
		if root.Constraint != nil {
			continue // a file of certificates cannot say how far it is trusted
		}
		if err := pem.Encode(&authorities, &pem.Block{Type: "CERTIFICATE", Bytes: root.Certificate}); err != nil {
			return nil, err
		}
	}
	program, err := os.ReadFile(b.path)
	if err != nil {
		return nil, err
	}
	content := map[string][]byte{
		"usr/bin/slabridge":                 program,
		"etc/ssl/certs/ca-certificates.crt": authorities.Bytes(),
	}
	for _, f := range r.common {
		if licenceName.MatchString(f.name) || f.name == "THIRD-PARTY-LICENCES.txt" {
			if content["usr/share/doc/slabridge/"+f.name], err = os.ReadFile(f.from); err != nil {
				return nil, err
			}
		}
	}
	var out bytes.Buffer
	t := tar.NewWriter(&out)
	folders := []string{
		"etc/", "etc/slabridge/", "etc/ssl/", "etc/ssl/certs/", "tmp/", "usr/", "usr/bin/", "usr/share/", "usr/share/doc/",
		"usr/share/doc/slabridge/", "var/", "var/lib/", "var/lib/slabridge/",
	}
	for _, name := range folders {
		h := &tar.Header{Name: name, Typeflag: tar.TypeDir, Mode: 0o755, ModTime: r.at}
		switch name {
		case "var/lib/slabridge/":
			h.Mode, h.Uid, h.Gid = 0o700, nobody, nobody
		case "tmp/":
			h.Mode = 0o1777
		}
		if err := t.WriteHeader(h); err != nil {
			return nil, err
		}
	}
	for _, name := range sortedKeys(content) {
		h := &tar.Header{Name: name, Mode: 0o644, Size: int64(len(content[name])), ModTime: r.at}
		if name == "usr/bin/slabridge" {
			h.Mode = 0o755
		}
		if err := t.WriteHeader(h); err != nil {
			return nil, err
		}
		if _, err := t.Write(content[name]); err != nil {
			return nil, err
		}
	}
	err = t.Close()
	return out.Bytes(), err
}

// tarFolder packs a folder.
func (r *release) tarFolder(w io.Writer, dir string) error {
	t := tar.NewWriter(w)
	var paths []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		return err
	}
	slices.Sort(paths)
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		h := &tar.Header{Name: filepath.ToSlash(name), Mode: 0o644, Size: int64(len(data)), ModTime: r.at}
		if err := errors.Join(t.WriteHeader(h)); err != nil {
			return err
		}
		if _, err := t.Write(data); err != nil {
			return err
		}
	}
	return t.Close()
}
