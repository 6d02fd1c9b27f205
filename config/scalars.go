package config

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"slabridge/enforcer"
	"slabridge/enforcer/calendar"
	"slabridge/mapping"

	"go.yaml.in/yaml/v4"
)

// vocabulary is the closed lists of words, by the name that `check:"of=NAME"` calls them.
var vocabulary = map[string][]string{
	"languages":  {"ru", "en"},
	"classes":    words(enforcer.StatusClasses),
	"attributes": {mapping.AttributeDescription},
	"statuses":   {string(calendar.Final), string(calendar.Provisional)},
	"activities": {mapping.ActivityPhone},
	"roles":      words(enforcer.Roles),
	"staff":      {string(enforcer.Support), string(enforcer.Developers), string(enforcer.Management)},
	"speakers":   append([]string{staffWord}, words(enforcer.Roles)...),
	"audiences":  words(enforcer.Audiences),
	"kinds":      {string(enforcer.Timer), string(enforcer.Check), string(enforcer.Duty), string(enforcer.Account)},
	"priorities": {enforcer.PriorityUp, enforcer.PriorityTop},
	"actions":    {enforcer.ActionCreate, enforcer.ActionClose, enforcer.ActionReopen},
	"dues":       {string(enforcer.DueDate), string(enforcer.PeriodEnd)},
	"assignees":  {string(enforcer.Support), string(enforcer.Developers), string(enforcer.Management), dutyWord},
	"clocks":     {clockCalendar, clockAlways},
	"counts":     {countPlain, countCivil},
	"reopen":     {"continue", "restart"},
	"levels":     {"debug", "info", "warn", "error"},
	"formats":    {"text", "json"},
	"parts":      {partAssign, partPriority, partWatch, partComment},
}

// Words of the contract file that are no values of package enforcer.
const (
	staffWord     = "staff" // in `by`: every role that answers for the provider
	dutyWord      = "duty"  // in `assign`: who is on duty in support
	clockAlways   = "always"
	clockCalendar = "calendar"
	countCivil    = "civil"
	countPlain    = "plain"
	partAssign    = "assign"
	partPriority  = "priority"
	partWatch     = "watch"
	partComment   = "comment"
)

func words[S ~string](list []S) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return out
}

// names is a list of names; a single one needs no brackets.
type names []string

func (l *names) readNode(d decoder, n *yaml.Node, path string) {
	l.read(d, n, path, "")
}

func (l *names) read(d decoder, n *yaml.Node, path, check string) {
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
		var s string
		d.read(item, settable(&s), at, check)
		switch {
		case s == "":
		case slices.Contains(*l, s):
			d.fault(at, s, "is given twice")
		default:
			*l = append(*l, s)
		}
	}
}

// The lists of words of one vocabulary.
type (
	roleNames  names // of roles, customers and the bot among them
	classNames names // of status classes
	// categoryNames are of the classes that a tracker itself sorts its statuses into.
	categoryNames names
)

func (l *roleNames) readNode(d decoder, n *yaml.Node, path string) {
	(*names)(l).read(d, n, path, "of=roles")
}

func (l *classNames) readNode(d decoder, n *yaml.Node, path string) {
	(*names)(l).read(d, n, path, "of=classes")
}

func (l *categoryNames) readNode(d decoder, n *yaml.Node, path string) {
	(*names)(l).read(d, n, path, "of=categories")
}

// term is 20m, 2h, 1bd or 10d.
type term struct{ calendar.Term }

// UnmarshalText reads a term as package calendar does.
func (t *term) UnmarshalText(text []byte) (err error) {
	t.Term, err = calendar.ParseTerm(string(text))
	return err
}

// timeOfDay is a local time, "17:30".
type timeOfDay struct{ calendar.TimeOfDay }

// UnmarshalText reads a time of day as package calendar does.
func (t *timeOfDay) UnmarshalText(text []byte) (err error) {
	t.TimeOfDay, err = calendar.ParseTimeOfDay(string(text))
	return err
}

// date is a day, 2026-03-01.
type date struct{ calendar.Date }

// UnmarshalText reads a date as package calendar does.
func (t *date) UnmarshalText(text []byte) (err error) {
	t.Date, err = calendar.ParseDate(string(text))
	return err
}

// in is the first moment of the date, plus days, in the zone.
func (t date) in(loc *time.Location, days int) time.Time {
	return time.Date(t.Year, t.Month, t.Day+days, 0, 0, 0, 0, loc)
}

// moment is a date or a time with its offset.
type moment struct {
	day date
	at  time.Time
}

// UnmarshalText reads 2026-03-01 or 2026-03-01T09:00:00+05:00.
func (m *moment) UnmarshalText(text []byte) error {
	if m.day.UnmarshalText(text) == nil {
		return nil
	}
	at, err := time.Parse(time.RFC3339, string(text))
	if err != nil {
		return fmt.Errorf("%q is not a moment; write 2026-03-01, or 2026-03-01T09:00:00+05:00 with the offset", text)
	}
	m.at = at
	return nil
}

// in is the moment; a bare date is its first moment in the zone.
func (m moment) in(loc *time.Location) time.Time {
	if m.at.IsZero() {
		return m.day.in(loc, 0)
	}
	return m.at
}

// length is a stretch of plain time, 30s or 2m.
type length struct{ time.Duration }

// UnmarshalText reads a positive duration; a bare number has no meaning.
func (l *length) UnmarshalText(text []byte) (err error) {
	l.Duration, err = time.ParseDuration(string(text))
	if err != nil || l.Duration <= 0 {
		return fmt.Errorf("%q is not a length of time; write 30s, 2m or 1h", text)
	}
	return nil
}

// money is an amount in hundredths of a currency.
type money struct{ hundredths int64 }

// UnmarshalText reads 10000000 or 1500000.50.
func (m *money) UnmarshalText(text []byte) error {
	whole, part, fraction := strings.Cut(string(text), ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	cents := int64(0)
	if err == nil && fraction {
		cents, err = strconv.ParseInt(part, 10, 64)
	}
	if err != nil || n < 0 || n > 1e15 || strings.ContainsAny(whole+part, "+-") || fraction && len(part) != 2 || n+cents == 0 {
		return fmt.Errorf("%q is not an amount; write 10000000 or 1500000.50", text)
	}
	m.hundredths = n*100 + cents
	return nil
}

// share is a percentage of the time between start and due, "75%".
type share struct{ percent int }

// UnmarshalText reads 1% to 99%: 0 is the start and 100 the due, which have names of their own.
func (s *share) UnmarshalText(text []byte) error {
	digits, ok := strings.CutSuffix(string(text), "%")
	n := 0
	for _, r := range digits {
		if r < '0' || r > '9' || n > 99 {
			ok = false
			break
		}
		n = n*10 + int(r-'0')
	}
	if !ok || n < 1 || n > 99 {
		return errors.New("\"" + string(text) + "\" is not a share of the term; write 1% to 99%, start and due are moments of their own")
	}
	s.percent = n
	return nil
}
