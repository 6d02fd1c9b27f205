package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"slabridge/config/message"
	"slabridge/enforcer/calendar"

	"go.yaml.in/yaml/v4"
)

// calendarFileDoc is a calendar file; the built-in ones and an admin's own have the same form.
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
type calendarFileDoc struct {
	Country string         `yaml:"country" check:"required"`
	Extends string         `yaml:"extends"`
	Source  string         `yaml:"source"`
	Version string         `yaml:"version" check:"required"`
	Weekend []time.Weekday `yaml:"weekend"`
	Years   yearDocs       `yaml:"years" check:"required"`
}

type yearDoc struct {
	number          int
	Status          string   `yaml:"status" check:"of=statuses"`
	Whole           bool     `yaml:"whole"`
	NonWorking      []dayDoc `yaml:"non_working"`
	WorkingWeekends []dayDoc `yaml:"working_weekends"`
	Short           []dayDoc `yaml:"short"`
	Ordinary        []dayDoc `yaml:"ordinary"`
}

// dayDoc is a day of any of the lists; a date alone needs no braces.
type dayDoc struct {
	Date    calendar.Date  `yaml:"date" check:"required"`
	Name    string         `yaml:"name"`
	EN      string         `yaml:"en"`
	Instead *calendar.Date `yaml:"instead"`
	Minutes *int           `yaml:"minutes"`
}

func (doc *dayDoc) readNode(d decoder, n *yaml.Node, path, check string) {
	if n.Kind == yaml.ScalarNode {
		d.read(n, settable(&doc.Date), path, check)
		return
	}
	d.readStruct(n, settable(doc), path, check)
}

// yearDocs are the years by their numbers, in the order of the file.
type yearDocs []yearDoc

func (y *yearDocs) readNode(d decoder, n *yaml.Node, path, _ string) {
	if n.Kind != yaml.MappingNode || len(n.Content) == 0 {
		d.wrongForm(n, path, "", "a mapping of years, as 2027: {status: final, non_working: [2027-05-17]}")
		return
	}
	seen := map[int]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		number, err := strconv.Atoi(key.Value)
		at := join(path, key.Value)
		switch first := seen[number]; {
		case err != nil || number < 1970 || number > 2200:
			d.faultAt(key.Line, path, key.Value, "is not a year; write one from 1970 to 2200")
			continue
		case first > 0:
			d.faultAt(key.Line, at, "", "is given twice; first on line %d", first)
			continue
		}
		seen[number] = key.Line
		d.lines[at] = key.Line
		year := yearDoc{number: number}
		d.read(value, settable(&year), at, "")
		*y = append(*y, year)
	}
}

// readDays reads a calendar file. The days are of use only when the source has no faults.
func readDays(src *source, data []byte) calendar.Days {
	var doc calendarFileDoc
	if !readYAML(src, data, calendarFile, &doc) {
		return calendar.Days{}
	}
	days := calendar.Days{
		Country: strings.ToUpper(doc.Country), Source: doc.Source, Version: doc.Version, Years: map[int]calendar.Year{},
	}
	weekend := map[time.Weekday]bool{time.Saturday: true, time.Sunday: true}
	if doc.Weekend != nil {
		clear(weekend)
	}
	for _, day := range doc.Weekend {
		weekend[day] = true
	}
	for i := range doc.Years {
		y := &doc.Years[i]
		b := yearBuilder{source: src, doc: y, path: fmt.Sprintf("years.%d", y.number), weekend: weekend}
		days.Years[y.number] = b.year(doc.Extends != "")
	}
	if doc.Extends == "" {
		return days
	}
	base, err := BuiltinDays(doc.Extends)
	if err != nil {
		src.oneOf("extends", doc.Extends, message.Of("a country with a built-in calendar"), BuiltinCountries())
	}
	return base.Merge(days)
}

// yearBuilder makes the days of one year. A date may stand in one list only, but for a working weekend that is short
// as well.
type yearBuilder struct {
	*source
	doc     *yearDoc
	path    string
	weekend map[time.Weekday]bool
	days    []calendar.Day
	seen    map[calendar.Date]int // where in days
}

func (b *yearBuilder) year(extends bool) calendar.Year {
	doc := b.doc
	if doc.Status == "" && (!extends || doc.Whole) && !b.hasFault(b.path) {
		b.fault(b.path+".status", "", "is missing; write final or provisional")
	}
	if doc.Ordinary != nil && !extends {
		b.fault(b.path+".ordinary", "", "takes days back from the calendar that this one extends; it needs extends")
	}
	b.seen = map[calendar.Date]int{}
	for _, list := range []struct {
		key  string
		kind calendar.Kind
		days []dayDoc
	}{
		{"non_working", calendar.Off, doc.NonWorking},
		{"ordinary", calendar.Ordinary, doc.Ordinary},
		{"working_weekends", calendar.Working, doc.WorkingWeekends},
		{"short", calendar.Short, doc.Short}, // after the working weekends, which may be short
	} {
		for i := range list.days {
			if path := fmt.Sprintf("%s.%s[%d]", b.path, list.key, i); !b.hasFault(path) {
				b.add(path, list.kind, &list.days[i])
			}
		}
	}
	return calendar.Year{Status: calendar.Status(doc.Status), Whole: doc.Whole, Days: b.days}
}

// longestShortening is a whole day, in minutes.
const longestShortening = 24 * 60

// add refuses what contradicts the list, the weekend or an earlier entry.
func (b *yearBuilder) add(path string, kind calendar.Kind, doc *dayDoc) {
	day := calendar.Day{Date: doc.Date, Kind: kind, Name: calendar.Name{RU: doc.Name, EN: doc.EN}}
	weekday := day.Date.Weekday()
	refuse := func(format message.Format, args ...any) { b.fault(path, day.Date.String(), format, args...) }
	if doc.Instead != nil {
		day.Instead = *doc.Instead
		if kind != calendar.Working {
			refuse("has instead, which is only for working_weekends")
		}
	}
	if doc.Minutes != nil {
		day.ShortBy = time.Duration(*doc.Minutes) * time.Minute
		if kind != calendar.Short {
			refuse("has minutes, which are only for short")
		}
	}
	at, twice := b.seen[day.Date]
	switch {
	case day.Date.Year != b.doc.number:
		refuse("does not lie in %d", b.doc.number)
	case kind == calendar.Working && !b.weekend[weekday]:
		refuse("is a %v and no weekend; working_weekends lists weekend days that are worked", message.Kept(weekday.String()))
	case kind == calendar.Short && doc.Minutes == nil:
		refuse("does not say by how much it is shorter; write {date: %v, minutes: 60}", day.Date)
	case doc.Minutes != nil && (*doc.Minutes < 1 || *doc.Minutes > longestShortening):
		b.fault(path+".minutes", strconv.Itoa(*doc.Minutes), "must be 1 to %d", longestShortening)
	case twice && kind == calendar.Short && b.days[at].Kind == calendar.Working && b.days[at].ShortBy == 0:
		b.days[at].ShortBy = day.ShortBy
	case twice:
		refuse("is given twice; it is a %v already", message.Kept(b.days[at].Kind.String()))
	case kind == calendar.Short && b.weekend[weekday]:
		refuse(
			"is a %v and not worked; a short weekend day must be in working_weekends as well",
			message.Kept(weekday.String()),
		)
	default:
		b.seen[day.Date] = len(b.days)
		b.days = append(b.days, day)
	}
}
