package config

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"slabridge/enforcer/calendar"

	"go.yaml.in/yaml/v4"
)

// LoadDays reads a calendar file: the built-in ones and an admin's own have
// the same form.
//
//	country: KZ
//	extends: KZ                 # optional: a built-in calendar to lay this one over
//	source: order of 2027-01-12 # where the data is from, for people
//	version: acme-1
//	weekend: [Saturday, Sunday] # optional, this is the default
//	years:
//	  2027:
//	    status: final           # or provisional; with extends it may be left out
//	    whole: true             # optional: nothing of the built-in year remains
//	    non_working:
//	      - {date: 2027-05-17, name: Курбан айт, en: Kurban Ait}
//	      - 2027-05-18          # a day without a name
//	    working_weekends:
//	      - {date: 2027-02-20, instead: 2027-02-22}
//	    short:
//	      - {date: 2027-04-30, minutes: 60}
//	    ordinary: [2027-03-24]  # as its weekday says, whatever the built-in year says
//
// The name is used in messages. All faults are reported at once, each with its
// line and column, what was seen and what is accepted.
func LoadDays(name string, data []byte) (calendar.Days, error) {
	var root yaml.Node
	if err := yaml.Load(data, &root); err != nil {
		return calendar.Days{}, unreadable(name, err)
	}
	r := daysReader{file: name}
	days := r.document(&root)
	if len(r.faults) > 0 {
		return calendar.Days{}, errors.Join(r.faults...)
	}
	if r.extends != "" {
		base, err := BuiltinDays(r.extends)
		if err != nil {
			return calendar.Days{}, fmt.Errorf("%s: extends: %w", name, err)
		}
		days = base.Merge(days)
	}
	return days, nil
}

// unreadable says where a text stops being YAML. The decoder knows no place
// for an empty text and for one of several documents.
func unreadable(name string, err error) error {
	var at *yaml.LoadError
	switch {
	case !errors.As(err, &at):
		return fmt.Errorf("%s: %w", name, err)
	case at.Mark.Line == 0:
		return fmt.Errorf("%s:1:1: a calendar is one document with country, version and years: %s", name, strings.TrimPrefix(at.Message, "yaml: "))
	}
	return fmt.Errorf("%s:%d:%d: not YAML: %s", name, at.Mark.Line, at.Mark.Column, at.Message)
}

// daysReader walks the nodes of one file and collects faults. It walks by hand
// because the decoder's own messages name Go types, and know no line for what
// is wrong between two values.
type daysReader struct {
	file    string
	extends string
	weekend [7]bool
	faults  []error
}

func (r *daysReader) fault(n *yaml.Node, format string, args ...any) {
	at := fmt.Sprintf("%s:%d:%d: ", r.file, n.Line, n.Column)
	r.faults = append(r.faults, errors.New(at+fmt.Sprintf(format, args...)))
}

func (r *daysReader) document(root *yaml.Node) calendar.Days {
	var d calendar.Days
	top := root
	if root.Kind == yaml.DocumentNode {
		top = root.Content[0]
	}
	f := r.fields(top, "country", "extends", "source", "version", "weekend", "years")
	if f == nil {
		return d
	}
	d.Country = strings.ToUpper(r.text(f["country"]))
	d.Source = r.text(f["source"])
	d.Version = r.text(f["version"])
	r.extends = r.text(f["extends"])
	r.readWeekend(f["weekend"])
	for _, key := range []string{"country", "version", "years"} {
		if f[key] == nil {
			r.fault(top, "%s is missing; a calendar has country, version and years", key)
		}
	}
	if f["years"] != nil {
		d.Years = r.years(f["years"])
	}
	return d
}

func (r *daysReader) readWeekend(n *yaml.Node) {
	if n == nil {
		r.weekend = [7]bool{time.Saturday: true, time.Sunday: true}
		return
	}
	for _, item := range r.list(n) {
		known := false
		for d := time.Sunday; d <= time.Saturday; d++ {
			if strings.EqualFold(item.Value, d.String()) {
				r.weekend[d], known = true, true
			}
		}
		if !known {
			r.fault(item, "%q is not a weekday; write Saturday", item.Value)
		}
	}
}

func (r *daysReader) years(n *yaml.Node) map[int]calendar.Year {
	if n.Kind != yaml.MappingNode || len(n.Content) == 0 {
		r.fault(n, "years must be a mapping of years, as 2027: {status: final, non_working: [...]}")
		return nil
	}
	years := make(map[int]calendar.Year, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		number, err := strconv.Atoi(n.Content[i].Value)
		if err != nil || number < 1970 || number > 2200 {
			r.fault(n.Content[i], "%q is not a year; write one from 1970 to 2200", n.Content[i].Value)
			continue
		}
		if _, twice := years[number]; twice {
			r.fault(n.Content[i], "year %d is given twice", number)
			continue
		}
		years[number] = r.year(n.Content[i+1], number)
	}
	return years
}

func (r *daysReader) year(n *yaml.Node, number int) calendar.Year {
	var year calendar.Year
	f := r.fields(n, "status", "whole", "non_working", "working_weekends", "short", "ordinary")
	if f == nil {
		return year
	}
	year.Whole = r.boolean(f["whole"])
	year.Status = r.status(n, f["status"], year.Whole)
	if f["ordinary"] != nil && r.extends == "" {
		r.fault(f["ordinary"], "ordinary takes days back from the calendar that this one extends; it needs extends")
	}
	reader := yearReader{daysReader: r, year: number, seen: map[calendar.Date]int{}}
	reader.read(f["non_working"], calendar.Off)
	reader.read(f["ordinary"], calendar.Ordinary)
	reader.read(f["working_weekends"], calendar.Working)
	reader.read(f["short"], calendar.Short)
	year.Days = reader.days
	return year
}

func (r *daysReader) status(year, n *yaml.Node, whole bool) calendar.Status {
	s := calendar.Status(r.text(n))
	switch {
	case s == calendar.Final || s == calendar.Provisional:
	case n != nil:
		r.fault(n, "status %q; it must be final or provisional", s)
	case r.extends == "" || whole:
		r.fault(year, "status is missing; it must be final or provisional")
	}
	return s
}

// fields checks that n is a mapping with known keys, each once, and returns
// its values by key; nil after a fault of form.
func (r *daysReader) fields(n *yaml.Node, known ...string) map[string]*yaml.Node {
	if n.Kind != yaml.MappingNode {
		r.fault(n, "a mapping of %s is expected here", strings.Join(known, ", "))
		return nil
	}
	values := make(map[string]*yaml.Node, len(known))
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if !slices.Contains(known, key.Value) {
			r.fault(key, "unknown key %q; accepted here: %s", key.Value, strings.Join(known, ", "))
			continue
		}
		if values[key.Value] != nil {
			r.fault(key, "%s is given twice", key.Value)
		}
		values[key.Value] = n.Content[i+1]
	}
	return values
}
