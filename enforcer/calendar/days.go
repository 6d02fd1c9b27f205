package calendar

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"time"

	"slabridge/config/message"
)

// Kind says how a day differs from what its weekday says.
type Kind int

// The kinds of days. Ordinary takes back what the data underneath says.
const (
	Off      Kind = iota + 1 // a public holiday or another day off
	Working                  // a day off by its weekday that is worked, a Sunday too
	Short                    // a working day that closes earlier
	Ordinary                 // as its weekday says
)

var kindNames = map[Kind]string{Off: "day off", Working: "working day", Short: "short day", Ordinary: "ordinary day"}

// String returns the kind in English words.
func (k Kind) String() string {
	if name, ok := kindNames[k]; ok {
		return name
	}
	return fmt.Sprintf("Kind(%d)", int(k))
}

// Name is the reason of a day, as calendars give it. Either language may be empty.
type Name struct {
	RU, EN string
}

// dated finds the dates in a name, as in "moved from 2024-05-04".
var dated = regexp.MustCompile(`\b\d{4}-\d{2}-\d{2}\b`)

// In returns the name for a language: as the calendar has it, or as the catalogue has the English one, with its dates
// as the language writes them.
func (n Name) In(lang string) string {
	name := n.RU
	if n.EN != "" && (lang != "ru" || n.RU == "") {
		name = message.Say(lang, message.Format(n.EN))
	}
	return dated.ReplaceAllStringFunc(name, func(date string) string {
		if d, err := time.Parse(time.DateOnly, date); err == nil {
			return message.Date(lang, time.DateOnly, d)
		}
		return date
	})
}

// Day is one day that is not as its weekday says, and why.
type Day struct {
	Date    Date
	Kind    Kind
	Name    Name          // "Наурыз мейрамы", "moved from 2024-05-04"
	ShortBy time.Duration // how much less is worked, at the end of the day; for Short, and for Working
	Instead Date          // for Working: the day off it is worked for, where that is known
}

// Status of a year's data.
type Status string

// A final year is law; a provisional one may still change.
const (
	Final       Status = "final"
	Provisional Status = "provisional"
)

// Year is what is known of one year.
type Year struct {
	Status Status
	Whole  bool // in Merge: replaces the year underneath instead of adding to it
	Days   []Day
}

// Days is the days-off data of a country, by year. A year that is not in it is
// not known.
type Days struct {
	Country string // two letters, "KZ"
	Source  string // where the data is from, for people
	Version string // which edition of it
	Years   map[int]Year
	ByRule  map[int]bool // years whose days are worked out by rule and not taken from an official calendar
}

// Merge returns the data with another laid over it: an admin's own file over
// the official one. A year that only one of them has is taken as it is. In a
// year of both, each day of over takes the place of the same date below, and
// an empty status keeps the one below; with Whole nothing of the year below
// remains. Neither argument is changed.
func (d Days) Merge(over Days) Days {
	merged := Days{
		Country: firstOf(over.Country, d.Country),
		Source:  joined(d.Source, over.Source),
		Version: joined(d.Version, over.Version),
		Years:   maps.Clone(d.Years),
		ByRule:  maps.Clone(d.ByRule),
	}
	if merged.Years == nil {
		merged.Years = make(map[int]Year, len(over.Years))
	}
	for y, top := range over.Years {
		merged.Years[y] = mergeYear(merged.Years[y], top)
		if top.Whole || top.Status != "" {
			delete(merged.ByRule, y) // somebody says what the year is
		}
	}
	return merged
}

func mergeYear(base, top Year) Year {
	if top.Whole || len(base.Days) == 0 {
		top.Status = Status(firstOf(string(top.Status), string(base.Status)))
		return top
	}
	byDate := make(map[Date]Day, len(base.Days)+len(top.Days))
	for _, day := range slices.Concat(base.Days, top.Days) {
		byDate[day.Date] = day
	}
	days := slices.Collect(maps.Values(byDate))
	slices.SortFunc(days, func(a, b Day) int { return int(a.Date.number() - b.Date.number()) })
	return Year{
		Status: Status(firstOf(string(top.Status), string(base.Status))),
		Whole:  base.Whole,
		Days:   days,
	}
}

// WorkingDays counts the working days of a year for whoever works from Monday to Friday.
func (d Days) WorkingDays(year int) (int, error) {
	week, err := ParseWeek("Mon-Fri 09:00-18:00")
	if err != nil {
		return 0, err
	}
	c, err := Compile(Spec{ID: d.Country, Zone: "UTC", Week: week, Days: d})
	if err != nil {
		return 0, err
	}
	return c.WorkingDays(Date{Year: year, Month: 1, Day: 1}, Date{Year: year, Month: 12, Day: 31})
}

// years lists the years that have data, in order.
func (d Days) years() []int { return slices.Sorted(maps.Keys(d.Years)) }

func (d Days) validate() error {
	if len(d.Years) == 0 {
		return message.Errorf("days off of %q: no year has data", d.Country)
	}
	for _, y := range d.years() {
		if err := d.Years[y].validate(y); err != nil {
			return message.Errorf("days off of %q: %w", d.Country, err)
		}
	}
	return nil
}

func (y Year) validate(number int) error {
	if y.Status != Final && y.Status != Provisional {
		return message.Errorf("year %d has status %q; it must be %s or %s", number, y.Status, Final, Provisional)
	}
	seen := make(map[Date]bool, len(y.Days))
	for _, day := range y.Days {
		switch {
		case day.Date.Year != number || dateOfNumber(day.Date.number()) != day.Date:
			return message.Errorf("%v is not a day of %d", day.Date, number)
		case seen[day.Date]:
			return message.Errorf("%v is given twice", day.Date)
		case kindNames[day.Kind] == "":
			return message.Errorf("%v has no kind", day.Date)
		case day.ShortBy < 0 || (day.Kind == Short && day.ShortBy == 0):
			return message.Errorf("%v is a short day without saying by how much", day.Date)
		case day.ShortBy > 0 && day.Kind != Short && day.Kind != Working:
			return message.Errorf("%v is a %v and cannot be short", day.Date, day.Kind)
		}
		seen[day.Date] = true
	}
	return nil
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func joined(a, b string) string {
	if a == "" || b == "" || a == b {
		return firstOf(a, b)
	}
	return a + " + " + b
}
