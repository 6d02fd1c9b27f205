package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// collect gathers what lies beside the program: licences, documents, man pages, completions, the service's files.
func (r *release) collect(ctx context.Context, binaries []binary) error {
	for _, pattern := range []string{"LICENSE", "*.md", "docs/*.*", "docs/decisions/*.md"} {
		found, err := filepath.Glob(filepath.Join(r.root, pattern))
		if err != nil || len(found) == 0 {
			return errors.Join(fmt.Errorf("nothing is called %s", pattern), err)
		}
		for _, path := range found {
			name, err := filepath.Rel(r.root, path)
			if err != nil {
				return err
			}
			r.common = append(r.common, file{path, filepath.ToSlash(name), 0o644})
		}
	}
	for _, name := range []string{
		"slabridge.service", "slabridge.sysusers", "grafana/slabridge.json", "prometheus/slabridge.rules.yml",
	} {
		r.common = append(r.common, file{filepath.Join(r.root, "packaging", name), "packaging/" + name, 0o644})
	}
	for _, gather := range []func(context.Context, []binary) error{r.licences, r.manPages, r.completions} {
		if err := gather(ctx, binaries); err != nil {
			return err
		}
	}
	slices.SortFunc(r.common, func(a, b file) int { return strings.Compare(a.name, b.name) })
	return nil
}

// stageFile writes a file that was made here.
func (r *release) stageFile(name string, data []byte) error {
	path := filepath.Join(r.stage, "common", filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	r.common = append(r.common, file{path, name, 0o644})
	return os.WriteFile(path, data, 0o644)
}

// manPages makes a page for each command, packed as Linux has them.
func (r *release) manPages(ctx context.Context, _ []binary) error {
	dir := filepath.Join(r.stage, "man")
	date := []string{"SOURCE_DATE_EPOCH=" + strconv.FormatInt(r.at.Unix(), 10)} // which the pages show
	_, err := r.command(ctx, date, "go", "run", "-tags", "man", "-ldflags", "-X main.version="+r.version,
		"./cmd/slabridge", "man", dir)
	if err != nil {
		return err
	}
	pages, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, page := range pages {
		text, err := os.ReadFile(filepath.Join(dir, page.Name()))
		if err != nil {
			return err
		}
		var packed bytes.Buffer
		w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
		if err != nil {
			return err
		}
		if _, err := w.Write(text); err != nil {
			return err
		}
		if err := w.Close(); err != nil {
			return err
		}
		if err := r.stageFile("man/"+page.Name()+".gz", packed.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

// completions asks the program itself, as it was built for this machine.
func (r *release) completions(ctx context.Context, binaries []binary) error {
	here := slices.IndexFunc(binaries, func(b binary) bool { return b.system == runtime.GOOS && b.arch == runtime.GOARCH })
	if here < 0 {
		return fmt.Errorf("-targets: %s/%s is missing, and this machine must ask it for its completions",
			runtime.GOOS, runtime.GOARCH)
	}
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		text, err := r.command(ctx, nil, binaries[here].path, "completion", shell)
		if err != nil {
			return err
		}
		if err := r.stageFile("completions/slabridge."+shell, []byte(text)); err != nil {
			return err
		}
	}
	return nil
}

// licenceName is what files with a licence's text are called.
var licenceName = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice)([.-].*)?$`)

// licences puts the texts of all modules that are in any of the programs into one file, and that of Go itself.
func (r *release) licences(ctx context.Context, binaries []binary) error {
	modules := map[string]bool{}
	for _, b := range binaries {
		found, err := modulesOf(b)
		if err != nil {
			return err
		}
		for _, m := range found {
			modules[m.Path] = true
		}
	}
	listed, err := r.command(ctx, nil, "go", "list", "-m", "-json", "all")
	if err != nil {
		return err
	}
	goRoot, err := r.command(ctx, nil, "go", "env", "GOROOT")
	if err != nil {
		return err
	}
	var text strings.Builder
	text.WriteString("slabridge is under the licence in LICENSE. Inside it are these works of others.\n")
	if err := addLicences(&text, "The Go standard library and runtime", strings.TrimSpace(goRoot)); err != nil {
		return err
	}
	for d := json.NewDecoder(strings.NewReader(listed)); ; {
		var m struct{ Path, Version, Dir string }
		if err := d.Decode(&m); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		if modules[m.Path] {
			if err := addLicences(&text, m.Path+" "+m.Version, m.Dir); err != nil {
				return err
			}
		}
	}
	return r.stageFile("THIRD-PARTY-LICENCES.txt", []byte(text.String()))
}

// licenceSection is what a README says of the licence, up to its next heading.
var licenceSection = regexp.MustCompile(`(?ims)^#+ *licen[cs]e *$\s*(.*?)(\z|^#)`)

// addLicences adds the licence files of a folder, or what its README says where it has none (go-redmine). A work that
// says nothing is an error, since it might not be passed on.
func addLicences(text *strings.Builder, work, dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	found := false
	for _, e := range entries {
		if e.IsDir() || !licenceName.MatchString(e.Name()) {
			continue
		}
		licence, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return err
		}
		found = true
		fmt.Fprintf(text, "\n%s\n%s, %s\n\n%s\n", strings.Repeat("=", 80), work, e.Name(), licence)
	}
	if found {
		return nil
	}
	readme, err := os.ReadFile(filepath.Join(dir, "README.md"))
	said := licenceSection.FindSubmatch(readme)
	if err != nil || said == nil {
		return errors.Join(fmt.Errorf("%s has no licence file", work), err)
	}
	fmt.Fprintf(text, "\n%s\n%s, README.md\n\n%s\n", strings.Repeat("=", 80), work, bytes.TrimSpace(said[1]))
	return nil
}
