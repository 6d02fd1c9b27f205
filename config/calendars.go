package config

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
	"sync"

	"slabridge/config/message"
	"slabridge/config/presets"
	"slabridge/enforcer/calendar"
)

// Definitions by rule are worked out for these years; official calendars have the years that they have.
const (
	firstDefinedYear = 2020
	lastDefinedYear  = 2030
)

// builtin holds what readBuiltin has read, by country in capital letters: every contract and command asks for a few.
var builtin sync.Map

// BuiltinDays returns the days off that the program ships with for a country, given as two letters in any case: the
// years of the official calendar where there is one, all others as public holidays by rule, which are provisional
// (calendar.CountryDays). The days off of "none" are none. What it returns is shared: Merge makes another.
func BuiltinDays(country string) (calendar.Days, error) {
	name := strings.ToUpper(country)
	if have, ok := builtin.Load(name); ok {
		return have.(calendar.Days), nil
	}
	days, err := readBuiltin(country)
	if err == nil {
		builtin.Store(name, days)
	}
	return days, err
}

func readBuiltin(country string) (calendar.Days, error) {
	if strings.EqualFold(country, noDays) {
		return noDaysOff(), nil
	}
	name := path.Join("calendars", strings.ToLower(country)+".yaml")
	data, err := presets.Files.ReadFile(name)
	official := err == nil
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrInvalid) {
		return calendar.Days{}, message.Errorf("read built-in calendar %s: %w", name, err)
	}
	days, err := calendar.CountryDays(country, firstDefinedYear, lastDefinedYear)
	switch {
	case official:
		src := newSource(name)
		return officialOver(days, readDays(src, data)), src.faults.Err(Error)
	case err != nil:
		return calendar.Days{}, message.Errorf("country %q has no built-in calendar; there are %s",
			country, commas(BuiltinCountries()))
	}
	return days, nil
}

// officialOver puts the years of an official calendar in the place of those by rule, where the country has any.
func officialOver(rule, official calendar.Days) calendar.Days {
	if len(rule.Years) == 0 {
		return official
	}
	for number, year := range official.Years {
		rule.Years[number] = year
		delete(rule.ByRule, number)
	}
	rule.Source = message.Text("%s; other years: %s", official.Source, rule.Source)
	rule.Version = official.Version + " + " + rule.Version
	return rule
}

// BuiltinCountries lists the countries that BuiltinDays knows, in order, as two capital letters.
func BuiltinCountries() []string {
	return distinct(append(calendar.Countries(), OfficialCountries()...))
}

// OfficialCountries lists the countries of whose days off the program has official data, each with its source.
func OfficialCountries() []string {
	list := presetNames("calendars")
	for i, id := range list {
		list[i] = strings.ToUpper(id)
	}
	return list
}

// daySource is the days off that a calendar can name: the admin's own before the built-in ones. Of a file with a fault
// there are none, and what rests on them is not judged.
type daySource struct{ own map[string]calendar.Days }

// noDays is what stands for days off where there are none.
const noDays = "none"

// The years without days off are certain, so there are more of them.
const (
	firstYearWithoutDaysOff = 2010
	lastYearWithoutDaysOff  = 2045
)

// noDaysOff is the data of whoever works on holidays as on any other day of the week.
func noDaysOff() calendar.Days {
	d := calendar.Days{
		Country: noDays, Source: message.Text("no days off: every day is as its weekday says"), Version: "1",
		Years: map[int]calendar.Year{},
	}
	for y := firstYearWithoutDaysOff; y <= lastYearWithoutDaysOff; y++ {
		d.Years[y] = calendar.Year{Status: calendar.Final}
	}
	return d
}

// find gives the days off of a country or an own id, or of "none".
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
	out := append(BuiltinCountries(), noDays)
	for id := range s.own {
		out = append(out, id)
	}
	return distinct(out)
}

// readCalendars reads the files of `calendars`, and over them those of trial, each under its country and its own name
// without the ending. The faults of a file are told with its own name and lines.
func readCalendars(src *source, docs []daysDoc, folder string, trial []string) daySource {
	days := daySource{own: map[string]calendar.Days{}}
	seen := newIDs(src)
	for i, doc := range docs {
		at := fmt.Sprintf("calendars[%d]", i)
		seen.add(at+".id", doc.ID)
		if doc.ID == "" || doc.File == "" {
			continue
		}
		days.own[doc.ID] = calendar.Days{}
		read, err := daysOfFile(src, beside(folder, doc.File))
		if err != nil {
			src.fault(at+".file", doc.File, "cannot be read: %v", err)
		}
		days.own[doc.ID] = read
	}
	for _, name := range trial {
		read, err := daysOfFile(src, name)
		if err != nil {
			src.include(Faults{{Level: Error, File: name, Reason: message.Of("cannot be read: %v", err)}})
			continue
		}
		id := filepath.Base(name)
		days.own[strings.TrimSuffix(id, filepath.Ext(id))] = read
		days.own[read.Country] = read
	}
	return days
}

// daysOfFile gives the days of a calendar file, and none where it has faults, which it tells.
func daysOfFile(src *source, name string) (calendar.Days, error) {
	data, err := readFile(name)
	if err != nil {
		return calendar.Days{}, err
	}
	file := newSource(name)
	read := readDays(file, data)
	src.include(file.faults)
	if file.faults.At(Error) != nil {
		return calendar.Days{}, nil
	}
	return read, nil
}

// beside makes a relative path begin in the folder.
func beside(folder, name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(folder, name)
}
