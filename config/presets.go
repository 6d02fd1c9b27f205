package config

import (
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"slabridge/config/message"
	"slabridge/config/presets"
	"slabridge/enforcer"
)

const presetFolder = "contracts"

// PresetIDs lists the contracts that travel inside the program.
func PresetIDs() []string { return presetNames(presetFolder) }

// presetNames are the files of a folder of the presets, without their ending.
func presetNames(folder string) []string {
	entries, err := fs.ReadDir(presets.Files, folder)
	if err != nil {
		panic(err) // the folder is part of the program
	}
	var out []string
	for _, e := range entries {
		out = append(out, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	return out
}

// Presets gives every preset as it stands.
func Presets() []*enforcer.Contract {
	var out []*enforcer.Contract
	for _, id := range PresetIDs() {
		c, err := Preset(id)
		if err != nil {
			panic(err) // a test reads them all
		}
		out = append(out, c)
	}
	return out
}

// Preset gives one preset as it stands.
func Preset(id string) (*enforcer.Contract, error) { return Calendars{}.Preset(id) }

// PresetText gives the YAML of a preset, to be copied and changed.
func PresetText(id string) ([]byte, error) {
	data, err := fs.ReadFile(presets.Files, path.Join(presetFolder, id+".yaml"))
	if err != nil {
		return nil, message.Errorf("preset %q does not exist; there are %s", id, commas(PresetIDs()))
	}
	return data, nil
}

func preset(id string, days daySource) (text, Faults) {
	data, err := PresetText(id)
	if err != nil {
		src := newSource("preset")
		src.oneOf("", id, message.Of("a preset"), PresetIDs())
		return text{}, src.faults
	}
	return contractText("preset:"+id, data, days)
}

func contractText(file string, data []byte, days daySource) (text, Faults) {
	src := newSource(file)
	t := readContract(src, data, days)
	t.source = Source{path.Base(filepath.ToSlash(file)), data}
	return t, src.faults.sorted()
}

// isFile reports whether `use` names a contract file and not a preset.
func isFile(use string) bool {
	return strings.ContainsAny(use, `/\`) || filepath.Ext(use) == ".yaml" || filepath.Ext(use) == ".yml"
}
