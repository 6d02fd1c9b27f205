package config

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"slabridge/config/presets"
	"slabridge/enforcer/calendar"
)

// Definitions by rule are worked out for these years; official calendars have
// the years that they have.
const (
	firstDefinedYear = 2020
	lastDefinedYear  = 2030
)

// BuiltinDays returns the days off that the program ships with for a country,
// given as two letters in any case: the official calendar where there is one,
// else public holidays by rule, which are provisional (calendar.CountryDays).
func BuiltinDays(country string) (calendar.Days, error) {
	name := path.Join("calendars", strings.ToLower(country)+".yaml")
	data, err := presets.Files.ReadFile(name)
	switch {
	case err == nil:
		return LoadDays(name, data)
	case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrInvalid):
		return calendar.Days{}, fmt.Errorf("read built-in calendar %s: %w", name, err)
	}
	days, err := calendar.CountryDays(country, firstDefinedYear, lastDefinedYear)
	if err != nil {
		return calendar.Days{}, fmt.Errorf("country %q has no built-in calendar; there are %s", country, strings.Join(BuiltinCountries(), ", "))
	}
	return days, nil
}

// BuiltinCountries lists the countries that BuiltinDays knows, in order, as
// two capital letters.
func BuiltinCountries() []string {
	list := calendar.Countries()
	entries, err := fs.ReadDir(presets.Files, "calendars")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	for _, e := range entries {
		list = append(list, strings.ToUpper(strings.TrimSuffix(e.Name(), ".yaml")))
	}
	slices.Sort(list)
	return slices.Compact(list)
}
