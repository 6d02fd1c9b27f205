package config

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"slabridge/enforcer/calendar"
)

// daySource is the days off that a calendar can name: the admin's own before the built-in ones.
type daySource struct{ own map[string]calendar.Days }

// find gives the days off of a country or an own id.
func (s daySource) find(name string) (calendar.Days, error) {
	if d, ok := s.own[name]; ok {
		return d, nil
	}
	if d, ok := s.own[strings.ToUpper(name)]; ok {
		return d, nil
	}
	return BuiltinDays(name)
}

func (s daySource) known() []string {
	out := BuiltinCountries()
	for id := range s.own {
		out = append(out, id)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// readCalendars reads the files of `calendars`.
func readCalendars(p *page, docs []daysDoc, folder string) daySource {
	source := daySource{own: map[string]calendar.Days{}}
	seen := p.ids()
	for i, doc := range docs {
		path := fmt.Sprintf("calendars[%d]", i)
		seen.add(path+".id", doc.ID)
		if doc.ID == "" || doc.File == "" {
			continue
		}
		data, err := os.ReadFile(beside(folder, doc.File))
		if err != nil {
			p.fault(path+".file", doc.File, "cannot be read: %v", withoutPath(err))
			continue
		}
		days, err := LoadDays(filepath.Base(doc.File), data)
		for _, fault := range split(err) {
			p.fault(path+".file", doc.File, "is not a calendar: %v", fault)
		}
		if err == nil {
			source.own[doc.ID] = days
		}
	}
	return source
}

// split takes joined errors apart.
func split(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	if err != nil {
		return []error{err}
	}
	return nil
}

// beside makes a relative path begin in the folder.
func beside(folder, name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(folder, name)
}
