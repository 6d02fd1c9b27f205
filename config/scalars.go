package config

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"slabridge/config/message"
	"slabridge/enforcer"
	"slabridge/enforcer/calendar"
	"slabridge/mapping"

	"go.yaml.in/yaml/v4"
)

// vocabulary is the closed lists of words, by the name that `check:"of=NAME"` calls them.
var vocabulary = map[string][]string{
	"languages":  message.Languages,
	"classes":    words(enforcer.StatusClasses),
	"attributes": {mapping.AttributeDescription},
	"statuses":   {string(calendar.Final), string(calendar.Provisional)},
	"activities": {mapping.ActivityPhone},
	"roles":      words(enforcer.Roles),
	"staff":      {string(enforcer.Support), string(enforcer.Developers), string(enforcer.Management)},
	"speakers":   append([]string{staffWord}, words(enforcer.Roles)...),
	"audiences":  words(enforcer.Audiences),
	"kinds":      {string(enforcer.Timer), string(enforcer.Check), string(enforcer.Duty), string(enforcer.Account)},
	"dues":       {string(enforcer.DueDate), string(enforcer.PeriodEnd)},
	"backoffs":   {backOffDaily},
	"daysoff":    {dayOffAfter, enforcer.DayOffBefore},
	"assignees":  actionValues("assign"),
	"clocks":     {clockCalendar, clockAlways},
	"counts":     {countPlain, countCivil},
	"reopen":     {"continue", "restart"},
	"services":   {"day", perEntry},
	"answers":    {string(enforcer.Working)},
	"events":     eventKinds,
	"levels":     {"debug", "info", "warn", "error"},
	"formats":    {"text", "json"},
	"parts":      append(enforcer.ActionKeys(true), partComment),
}

// Words of the contract file that are no values of package enforcer.
const (
	staffWord     = "staff" // in `by`: every role that answers for the provider
	clockAlways   = "always"
	clockCalendar = "calendar"
	countCivil    = "civil"
	countPlain    = "plain"
	backOffDaily  = "daily" // of `repeat`
	dayOffAfter   = "after"
	perEntry      = "entry"
	exceeded      = "exceeded" // of a cap on spending
	partComment   = "comment"  // of a step, beside the keys of its actions
)

func words[S ~string](list []S) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return out
}

// names is a list of names.
type names = listOf[string]

// listOf is a list of names, or of the words of a vocabulary; a single one needs no brackets.
type listOf[T ~string] []T

func (l *listOf[T]) readNode(d decoder, n *yaml.Node, path, check string) {
	items := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		items = n.Content
	}
	if len(items) == 0 {
		d.fault(path, "", "is an empty list; name something or leave the line out")
	}
	for i, item := range items {
		at := path
		if n.Kind == yaml.SequenceNode {
			at = fmt.Sprintf("%s[%d]", path, i)
		}
		d.lines[at] = item.Line
		var s T
		d.read(item, settable(&s), at, check)
		switch {
		case s == "":
		case slices.Contains(*l, s):
			d.fault(at, string(s), "is given twice")
		default:
			*l = append(*l, s)
		}
	}
}

// parsers put what a scalar's text stands for into a value of the type. Their errors begin with the text, as package
// calendar's do, or with what is wrong with it.
var parsers = map[reflect.Type]func(v reflect.Value, text string) error{
	reflect.TypeFor[bool]():               parseInto(parseBool),
	reflect.TypeFor[int]():                parseInto(parseInt),
	reflect.TypeFor[float64]():            parseInto(parseFloat),
	reflect.TypeFor[calendar.Term]():      parseInto(calendar.ParseTerm),
	reflect.TypeFor[calendar.TimeOfDay](): parseInto(calendar.ParseTimeOfDay),
	reflect.TypeFor[calendar.Date]():      parseInto(calendar.ParseDate),
	reflect.TypeFor[time.Weekday]():       parseInto(calendar.ParseWeekday),
	reflect.TypeFor[time.Duration]():      parseInto(parseLength),
	reflect.TypeFor[moment]():             parseInto(parseMoment),
	reflect.TypeFor[money]():              parseInto(parseMoney),
}

func parseInto[T any](parse func(string) (T, error)) func(reflect.Value, string) error {
	return func(v reflect.Value, text string) error {
		parsed, err := parse(text)
		v.Set(reflect.ValueOf(parsed))
		return err
	}
}

func parseBool(s string) (bool, error) {
	if s != "true" && s != "false" {
		return false, message.New("is neither true nor false")
	}
	return s == "true", nil
}

func parseInt(s string) (int, error) {
	i, err := strconv.Atoi(s)
	if err != nil {
		return 0, message.New("is not a whole number")
	}
	return i, nil
}

func parseFloat(s string) (float64, error) {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return 0, message.New("is not a number")
	}
	return f, nil
}

// parseLength reads a positive stretch of plain time; a bare number has no meaning.
func parseLength(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil || d <= 0 {
		return 0, message.New("is not a length of time; write 30s, 2m or 1h")
	}
	return d, nil
}

// midnight is the first moment of the date, plus days, in the zone.
func midnight(d calendar.Date, loc *time.Location, days int) time.Time {
	return time.Date(d.Year, d.Month, d.Day+days, 0, 0, 0, 0, loc)
}

// moment is a date or a time with its offset.
type moment struct {
	day calendar.Date
	at  time.Time
}

// parseMoment reads 2026-03-01 or 2026-03-01T09:00:00+05:00.
func parseMoment(s string) (moment, error) {
	if day, err := calendar.ParseDate(s); err == nil {
		return moment{day: day}, nil
	}
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return moment{}, message.New("is not a moment; write 2026-03-01, or 2026-03-01T09:00:00+05:00 with the offset")
	}
	return moment{at: at}, nil
}

// in is the moment; a bare date is its first moment in the zone.
func (m moment) in(loc *time.Location) time.Time {
	if m.at.IsZero() {
		return midnight(m.day, loc, 0)
	}
	return m.at
}

// money is an amount in hundredths of a currency.
type money struct{ hundredths int64 }

// parseMoney reads 10000000 or 1500000.50.
func parseMoney(s string) (money, error) {
	whole, part, fraction := strings.Cut(s, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	cents := int64(0)
	if err == nil && fraction {
		cents, err = strconv.ParseInt(part, 10, 64)
	}
	if err != nil || n < 0 || n > 1e15 || strings.ContainsAny(s, "+-") || fraction && len(part) != 2 || n+cents == 0 {
		return money{}, message.New("is not an amount; write 10000000 or 1500000.50")
	}
	return money{n*100 + cents}, nil
}
