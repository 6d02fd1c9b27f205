package config

import (
	"path/filepath"
	"slices"
	"strings"

	"slabridge/config/message"
	"slabridge/enforcer"
	"slabridge/enforcer/calendar"
)

// Calendars are the days off that a command counts with where it needs no whole configuration: those of the
// configuration's `calendars` and of files in work before the built-in ones. The zero value has the built-in ones.
type Calendars struct{ days daySource }

// ReadCalendars reads `calendars` of the configuration file, "" for none, and calendar files that no configuration
// names yet: each counts under its country and under its own name without the ending. Whatever else is wrong in the
// configuration does not matter.
func ReadCalendars(file string, trial []string) (Calendars, error) {
	src := newSource(file)
	var doc document
	if file != "" {
		data, err := readGiven(file)
		if err != nil {
			src.fault("", "", "cannot be read: %v", err)
			return Calendars{}, src.faults.Err(Error)
		}
		readYAML(src, data, settingsFile, &doc)
	}
	days := readCalendars(src, doc.Calendars, filepath.Dir(file), trial)
	var faults Faults
	for _, f := range src.faults.sorted() {
		if f.File != file || f.Path == "" || strings.HasPrefix(f.Path, "calendars") {
			faults = append(faults, f)
		}
	}
	return Calendars{days}, faults.Err(Error)
}

// Days gives the days off of a country, an own id, a calendar file, or "none".
func (c Calendars) Days(name string) (calendar.Days, error) {
	if !isFile(name) {
		return c.days.find(name)
	}
	src := newSource(name)
	days, err := daysOfFile(src, name)
	if err != nil {
		return calendar.Days{}, message.Errorf("calendar file %s cannot be read: %w", name, err)
	}
	return days, src.faults.Err(Error)
}

// Preset gives one preset as it stands.
func (c Calendars) Preset(id string) (*enforcer.Contract, error) {
	if ids := PresetIDs(); !slices.Contains(ids, id) {
		err := message.Errorf("there is no preset %q; there are %s", id, strings.Join(ids, ", "))
		if meant := nearest(id, ids); meant != "" {
			err = message.Errorf("%w; did you mean %q?", err, meant)
		}
		return nil, err
	}
	t, faults := preset(id, c.days)
	if err := faults.Err(Error); err != nil {
		return nil, message.Errorf("read preset %q: %w", id, err)
	}
	return t.contract, nil
}

// ContractFile reads a contract file as it stands. The contract is nil when there are faults of level Error.
func (c Calendars) ContractFile(file string) (*enforcer.Contract, Faults) {
	data, err := readFile(file)
	if err != nil {
		return nil, Faults{{Level: Error, File: file, Reason: message.Of("cannot be read: %v", err)}}
	}
	t, faults := contractText(file, data, c.days)
	if faults.At(Error) != nil {
		return nil, faults
	}
	return t.contract, faults
}
