package main

import (
	"debug/buildinfo"
	"fmt"
	"io"
	"maps"
	"os"
	"runtime/debug"
	"slices"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

func fileMode(m uint32) os.FileMode { return os.FileMode(m) }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// modulesOf are the modules inside a program, as the compiler noted them.
func modulesOf(b binary) ([]*debug.Module, error) {
	info, err := buildinfo.ReadFile(b.path)
	if err != nil {
		return nil, fmt.Errorf("what is in %s: %w", b.path, err)
	}
	for i, m := range info.Deps {
		if m.Replace != nil {
			info.Deps[i] = m.Replace
		}
	}
	return info.Deps, nil
}

// boms writes the list of what is inside each program.
func (r *release) boms(binaries []binary) error {
	for _, b := range binaries {
		bom, err := r.bom(b)
		if err != nil {
			return err
		}
		name := fmt.Sprintf("slabridge_%s_%s_%s.cdx.json", r.version, b.system, b.arch)
		err = r.create(name, func(w io.Writer) error {
			return cdx.NewBOMEncoder(w, cdx.BOMFileFormatJSON).SetPretty(true).Encode(bom)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *release) bom(b binary) (*cdx.BOM, error) {
	info, err := buildinfo.ReadFile(b.path)
	if err != nil {
		return nil, err
	}
	modules, err := modulesOf(b)
	if err != nil {
		return nil, err
	}
	components := []cdx.Component{{
		BOMRef: "go", Type: cdx.ComponentTypeLibrary, Name: "std", Version: info.GoVersion,
		PackageURL: "pkg:golang/std@" + info.GoVersion,
	}}
	for _, m := range modules {
		purl := "pkg:golang/" + m.Path + "@" + m.Version
		components = append(components, cdx.Component{
			BOMRef: purl, Type: cdx.ComponentTypeLibrary, Name: m.Path, Version: m.Version, PackageURL: purl,
		})
	}
	bom := cdx.NewBOM()
	bom.Metadata = &cdx.Metadata{
		Timestamp: r.at.Format(time.RFC3339),
		Component: &cdx.Component{
			BOMRef: "slabridge", Type: cdx.ComponentTypeApplication, Name: "slabridge", Version: r.version,
		},
		Properties: &[]cdx.Property{{Name: "target", Value: b.system + "/" + b.arch}},
	}
	bom.Components = &components
	return bom, nil
}
