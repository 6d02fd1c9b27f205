package config

import (
	"path/filepath"
	"slices"

	"slabridge/connectors"
)

// LoadAgainst reads what the configuration file would be with another file in its place: with another configuration,
// that one; with the text of a contract, the same configuration whose contracts of that text's id take this text; with
// a calendar file, the same configuration with these days off before its own. The Config is nil when there are faults
// of level Error.
func LoadAgainst(file, other string, kinds []connectors.Kind) (*Config, Faults) {
	src := newSource(other)
	data, err := readFile(other)
	if err != nil {
		src.fault("", "", "cannot be read: %v", err)
		return nil, src.faults
	}
	root := decoder{src}.parse(data)
	switch {
	case root == nil:
		return nil, src.faults.sorted()
	case settingsFile.fits(root):
		return Load(other, kinds)
	case calendarFile.fits(root):
		return Load(file, kinds, other)
	case contractFile.fits(root):
		return loadWithText(file, other, data, kinds)
	}
	src.fault("", "", "is by its keys neither a configuration (%s) nor a contract (%s) nor a calendar (%s)",
		commas(settingsFile.keys), commas(contractFile.keys), commas(calendarFile.keys))
	return nil, src.faults
}

// loadWithText is Load with a contract's text in the place of the one of its id.
func loadWithText(file, other string, text []byte, kinds []connectors.Kind) (*Config, Faults) {
	src := newSource(file)
	src.kinds, src.instead = kinds, &instead{file: other, data: text}
	data, err := readGiven(file)
	if err != nil {
		src.fault("", "", "cannot be read: %v", err)
		return nil, src.faults
	}
	cfg, faults := load(src, data, filepath.Dir(file))
	if cfg == nil || src.instead.taken {
		return cfg, faults
	}
	their := newSource(other)
	their.fault("id", src.instead.id, "is the id of no contract's text in %s; there are %s", file,
		commas(distinct(src.instead.have)))
	return nil, append(faults, their.faults...)
}

// instead is a contract's text that takes the place of another.
type instead struct {
	file  string
	data  []byte
	id    string
	have  []string // ids of the texts that contracts use
	taken bool
}

// in returns the text that replaces the one a contract uses, or that text itself if its id differs.
func (x *instead) in(t text, days daySource) (text, Faults) {
	if x == nil || t.contract == nil {
		return t, nil
	}
	fresh, faults := contractText(x.file, x.data, days)
	if faults.At(Error) != nil {
		x.taken = true
		return text{}, faults
	}
	x.id = fresh.contract.Preset
	if x.have = append(x.have, t.contract.Preset); x.id != t.contract.Preset {
		return t, nil
	}
	x.taken = true
	return fresh, slices.Clone(faults)
}
