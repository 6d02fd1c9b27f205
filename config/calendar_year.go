package config

import (
	"strconv"
	"time"

	"slabridge/enforcer/calendar"

	"go.yaml.in/yaml/v4"
)

// yearReader reads the days of one year. A date may stand in one list only,
// but for a working weekend that is short as well.
type yearReader struct {
	*daysReader
	year int
	days []calendar.Day
	seen map[calendar.Date]int // where in days
}

// entryKeys are the keys of an entry by the kind of its list.
var entryKeys = map[calendar.Kind][]string{
	calendar.Off:      {"date", "name", "en"},
	calendar.Ordinary: {"date"},
	calendar.Working:  {"date", "name", "en", "instead"},
	calendar.Short:    {"date", "name", "en", "minutes"},
}

func (r *yearReader) read(n *yaml.Node, kind calendar.Kind) {
	if n == nil {
		return
	}
	for _, item := range r.list(n) {
		day := calendar.Day{Kind: kind}
		dateNode := item
		if item.Kind != yaml.ScalarNode || kind == calendar.Short {
			f := r.fields(item, entryKeys[kind]...)
			if f == nil {
				continue
			}
			if dateNode = f["date"]; dateNode == nil {
				r.fault(item, "date is missing; write {date: %d-03-23}", r.year)
				continue
			}
			day.Name = calendar.Name{RU: r.text(f["name"]), EN: r.text(f["en"])}
			day.Instead = r.instead(f["instead"])
			day.ShortBy = r.minutes(item, f["minutes"], kind)
		}
		if date, ok := r.date(dateNode); ok {
			day.Date = date
			r.add(dateNode, day)
		}
	}
}

// add refuses what contradicts an earlier entry or the weekend.
func (r *yearReader) add(n *yaml.Node, day calendar.Day) {
	if day.Date.Year != r.year {
		r.fault(n, "%v does not lie in %d", day.Date, r.year)
		return
	}
	if day.Kind == calendar.Working && !r.weekend[day.Date.Weekday()] {
		r.fault(n, "%v is a %v and no weekend; working_weekends lists weekend days that are worked", day.Date, day.Date.Weekday())
		return
	}
	i, twice := r.seen[day.Date]
	switch {
	case twice && day.Kind == calendar.Short && r.days[i].Kind == calendar.Working && r.days[i].ShortBy == 0:
		r.days[i].ShortBy = day.ShortBy
	case twice:
		r.fault(n, "%v is given twice; it is a %v already", day.Date, r.days[i].Kind)
	case day.Kind == calendar.Short && r.weekend[day.Date.Weekday()]:
		r.fault(n, "%v is a %v and not worked; a short weekend day must be in working_weekends as well", day.Date, day.Date.Weekday())
	default:
		r.seen[day.Date] = len(r.days)
		r.days = append(r.days, day)
	}
}

func (r *daysReader) date(n *yaml.Node) (calendar.Date, bool) {
	date, err := calendar.ParseDate(r.text(n))
	if err != nil {
		r.fault(n, "%v", err)
	}
	return date, err == nil
}

func (r *daysReader) instead(n *yaml.Node) calendar.Date {
	if n == nil {
		return calendar.Date{}
	}
	date, _ := r.date(n)
	return date
}

// minutes reads by how much a short day is shorter.
func (r *daysReader) minutes(item, n *yaml.Node, kind calendar.Kind) time.Duration {
	if kind != calendar.Short {
		return 0
	}
	if n == nil {
		r.fault(item, "minutes is missing; write by how much the day is shorter, as minutes: 60")
		return 0
	}
	const longest = 24 * 60
	v, err := strconv.Atoi(n.Value)
	if err != nil || v < 1 || v > longest {
		r.fault(n, "minutes %q; it must be a whole number from 1 to %d", n.Value, longest)
		return 0
	}
	return time.Duration(v) * time.Minute
}

func (r *daysReader) list(n *yaml.Node) []*yaml.Node {
	if n.Kind != yaml.SequenceNode {
		r.fault(n, "a list is expected here")
		return nil
	}
	return n.Content
}

func (r *daysReader) text(n *yaml.Node) string {
	if n == nil {
		return ""
	}
	if n.Kind != yaml.ScalarNode || n.ShortTag() == "!!null" {
		r.fault(n, "a text is expected here")
		return ""
	}
	return n.Value
}

func (r *daysReader) boolean(n *yaml.Node) bool {
	if n == nil {
		return false
	}
	if n.Value != "true" && n.Value != "false" {
		r.fault(n, "%q; it must be true or false", n.Value)
	}
	return n.Value == "true"
}
