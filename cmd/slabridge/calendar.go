package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"slabridge/config"
	"slabridge/config/message"
	"slabridge/enforcer/calendar"
)

func calendarCmd(a *app) *cobra.Command {
	c := group(&cobra.Command{Use: "calendar", Short: "Show working days and the data source"})
	c.AddCommand(&cobra.Command{
		Use:   "show CALENDAR YEAR",
		Short: "Show the days off, moved and short days of a year",
		Long: "Show the days off, moved and short days of a year: a country's, those of a calendar of your own by its " +
			"id, or a file's.",
		Example: "  slabridge calendar show KZ 2026\n" +
			"  slabridge calendar show acme 2027\n" +
			"  slabridge calendar show kz-2027.yaml 2027",
		Args: cobra.ExactArgs(2),
		RunE: func(_ *cobra.Command, args []string) error {
			days, err := a.calendars()
			if err != nil {
				return err
			}
			info, err := yearOf(&a.page, days, args[0], args[1])
			if err != nil {
				return err
			}
			return a.show(info)
		},
	})
	return c
}

// dayInfo is one line of `calendar show -o json`.
type dayInfo struct {
	Date    string `json:"date"`
	Weekday string `json:"weekday"`
	Kind    string `json:"kind"` // "day off", "working day", "short day"
	Name    string `json:"name,omitempty"`
	ShortBy int    `json:"short_by_minutes,omitempty"`
	Instead string `json:"instead_of,omitempty"` // the day off it is worked for
	kind    calendar.Kind
}

type yearInfo struct {
	Country     string          `json:"country"`
	Year        int             `json:"year"`
	Status      calendar.Status `json:"status"`
	Source      string          `json:"source"`
	Version     string          `json:"version"`
	WorkingDays int             `json:"working_days"` // of a five-day week
	Days        []dayInfo       `json:"days"`

	sourceNames bool // some day is called as its source calls it, in whatever language that is
}

func yearOf(p *page, known config.Calendars, country, yearText string) (yearInfo, error) {
	days, err := known.Days(country)
	if err != nil {
		return yearInfo{}, usageError{err}
	}
	number, err := strconv.Atoi(yearText)
	if err != nil {
		return yearInfo{}, usage("%q is not a year", yearText)
	}
	if _, ok := days.Years[number]; !ok {
		return yearInfo{}, usage("calendar %s has no data for %d; it has %s. Name the days in a file of your own under "+
			"'calendars' in the configuration", days.Country, number, yearsOf(days))
	}
	return yearIn(p, days, number)
}

// yearIn is a year of which there is data.
func yearIn(p *page, days calendar.Days, number int) (yearInfo, error) {
	year := days.Years[number]
	info := yearInfo{
		Country: days.Country, Year: number, Status: year.Status, Source: days.Source, Version: days.Version,
	}
	var err error
	if info.WorkingDays, err = days.WorkingDays(number); err != nil {
		return info, err
	}
	listed := slices.SortedFunc(slices.Values(year.Days), func(x, y calendar.Day) int {
		return strings.Compare(x.Date.String(), y.Date.String())
	})
	for _, d := range listed {
		i := dayInfo{
			Date: d.Date.String(), Weekday: p.weekday(d.Date.Weekday()), Kind: d.Kind.String(), Name: d.Name.In(p.lang),
			ShortBy: int(d.ShortBy.Minutes()), kind: d.Kind,
		}
		info.sourceNames = info.sourceNames || d.Name.RU == "" && d.Name.EN != ""
		if !d.Instead.IsZero() {
			i.Instead = d.Instead.String()
		}
		info.Days = append(info.Days, i)
	}
	return info, nil
}

func (y yearInfo) text(p *page) {
	sum := p.tf("%s %d: %d working days of a five-day week", y.Country, y.Year, y.WorkingDays)
	p.line("", sum+", "+p.t(yearWords[y.Status]))
	p.line(p.t("source: "), p.kept(y.Source))
	p.linef("", "data of %s", p.dataOf(y.Version))
	if y.sourceNames {
		p.linef("", "the days are called as the source calls them")
	}
	fmt.Fprintln(p.out)
	for _, d := range y.Days {
		name := d.Name
		if d.Instead != "" {
			name += " " + p.tf("worked for %s", p.date(d.Instead))
		}
		if d.ShortBy > 0 {
			name += " (" + p.tf("%d min shorter", d.ShortBy) + ")"
		}
		p.line(fmt.Sprintf("%s  %-11s ", p.dayInTable(d.Date), p.t(dayWords[d.kind])), name)
	}
}

var yearWords = map[calendar.Status]phrase{calendar.Final: "final", calendar.Provisional: "provisional"}

var dayWords = map[calendar.Kind]phrase{
	calendar.Off: "day off", calendar.Working: "working day", calendar.Short: "short day",
	calendar.Ordinary: "ordinary day",
}

func yearsOf(d calendar.Days) message.Message {
	years := slices.Sorted(maps.Keys(d.Years))
	if len(years) == 0 {
		return message.Of("no years")
	}
	return message.Verbatim(fmt.Sprintf("%d-%d", years[0], years[len(years)-1]))
}
