package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"slabridge/config"
	"slabridge/enforcer/calendar"
)

func (a *app) calendarCmd() *cobra.Command {
	c := group(&cobra.Command{Use: "calendar", Short: "Show which days are worked, and where that is known from"})
	c.AddCommand(&cobra.Command{
		Use:     "show CC YEAR",
		Short:   "Show a country's days off, moved and short days of a year",
		Example: "  slabridge calendar show KZ 2026",
		Args:    cobra.ExactArgs(2),
		RunE:    func(_ *cobra.Command, args []string) error { return a.calendarShow(args[0], args[1]) },
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
}

type yearInfo struct {
	Country     string    `json:"country"`
	Year        int       `json:"year"`
	Status      string    `json:"status"`
	Source      string    `json:"source"`
	Version     string    `json:"version"`
	WorkingDays int       `json:"working_days"` // of a five-day week
	Days        []dayInfo `json:"days"`
}

func (a *app) calendarShow(country, yearText string) error {
	days, err := config.BuiltinDays(country)
	if err != nil {
		return usageError{err}
	}
	number, err := strconv.Atoi(yearText)
	if err != nil {
		return usage("%q is not a year", yearText)
	}
	year, ok := days.Years[number]
	if !ok {
		return usage("calendar %s has no data for %d; it has %s. Name the days in a file of your own under 'calendars' in the configuration",
			days.Country, number, yearsOf(days))
	}
	info := yearInfo{
		Country: days.Country, Year: number, Status: string(year.Status), Source: days.Source, Version: days.Version,
	}
	if info.WorkingDays, err = workingDays(days, number); err != nil {
		return err
	}
	listed := slices.SortedFunc(slices.Values(year.Days), func(x, y calendar.Day) int { return strings.Compare(x.Date.String(), y.Date.String()) })
	for _, d := range listed {
		i := dayInfo{
			Date: d.Date.String(), Weekday: a.weekday(d.Date), Kind: d.Kind.String(),
			Name: d.Name.In(a.lang), ShortBy: int(d.ShortBy.Minutes()),
		}
		if !d.Instead.IsZero() {
			i.Instead = d.Instead.String()
		}
		info.Days = append(info.Days, i)
	}
	if a.json() {
		return a.writeJSON(info)
	}
	a.wrap("", a.tf("%s %d: %d working days of a five-day week", info.Country, info.Year, info.WorkingDays)+", "+a.t(yearWords[year.Status]))
	a.wrap(a.t("source: "), info.Source)
	fmt.Fprintf(a.out, "%s\n\n", a.tf("data of %s", info.Version))
	for i, d := range info.Days {
		name := d.Name
		if d.Instead != "" {
			name += " " + a.tf("worked for %s", d.Instead)
		}
		if d.ShortBy > 0 {
			name += " (" + a.tf("%d min shorter", d.ShortBy) + ")"
		}
		a.wrap(fmt.Sprintf("%s %s  %-11s ", d.Date, d.Weekday, a.t(dayWords[listed[i].Kind])), name)
	}
	return nil
}

var yearWords = map[calendar.Status]phrase{calendar.Final: "final", calendar.Provisional: "provisional"}

var dayWords = map[calendar.Kind]phrase{
	calendar.Off: "day off", calendar.Working: "working day", calendar.Short: "short day", calendar.Ordinary: "ordinary day",
}

func yearsOf(d calendar.Days) string {
	years := slices.Sorted(maps.Keys(d.Years))
	if len(years) == 0 {
		return "no years"
	}
	return fmt.Sprintf("%d-%d", years[0], years[len(years)-1])
}

// workingDays counts those of a plain week from Monday to Friday.
func workingDays(days calendar.Days, year int) (int, error) {
	week, err := calendar.ParseWeek("Mon-Fri 09:00-18:00")
	if err != nil {
		return 0, err
	}
	c, err := calendar.Compile(calendar.Spec{ID: days.Country, Zone: "UTC", Week: week, Days: days})
	if err != nil {
		return 0, err
	}
	return c.WorkingDays(calendar.Date{Year: year, Month: 1, Day: 1}, calendar.Date{Year: year, Month: 12, Day: 31})
}

func (a *app) weekday(d calendar.Date) string {
	if a.lang == "ru" {
		return [...]string{"вс", "пн", "вт", "ср", "чт", "пт", "сб"}[d.Weekday()]
	}
	return d.Weekday().String()[:3]
}
