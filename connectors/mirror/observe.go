package mirror

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"slabridge/connectors"
)

const observedPrefix = "observed:"

// Observed reports whether the event is the mirror's own: a field was seen to have changed though no event of
// the tracker tells of it (Redmine's derived priority of a parent, a custom field that left with the issue's
// type). Its id is "observed:<field>:<unix milliseconds>"; it has no author. Its time is the issue's UpdatedAt,
// or the last read that still found the old value when that is later (such changes need not touch UpdatedAt).
// A rebuilt mirror does not have it: the value before is then nowhere to be found.
func Observed(e connectors.Event) bool { return strings.HasPrefix(e.ID, observedPrefix) }

// observe adds the silent changes, and withdraws those that the tracker has told of since.
func (d *delta) observe(k kept, h connectors.History) {
	d.supersede(k)
	added := d.add // in order: compare keeps that of the read
	before, now := k.history.Issue.Values, h.Issue.Values
	for _, field := range slices.Sorted(maps.Keys(union(before, now))) {
		told := d.told(k, h, field)
		expected, touched := replay(before[field], field, added)
		if sameValue(expected, now[field]) || explained(told, field, now[field]) {
			continue
		}
		if !touched && sameValue(before[field], now[field]) || torn(told, h.Issue.UpdatedAt, d.certain) {
			continue
		}
		d.add = append(d.add, silentChange(field, expected, now[field], told, later(h.Issue.UpdatedAt, k.readAt)))
	}
}

// replay applies what the new events say of the field to the value it had before them.
func replay(before []string, field string, added []connectors.Event) (value []string, touched bool) {
	v := connectors.Values{field: before}
	for _, e := range added {
		for _, c := range e.Changes {
			if c.Field == field {
				v.Apply(c)
				touched = true
			}
		}
	}
	return v[field], touched
}

func union(a, b connectors.Values) connectors.Values {
	u := maps.Clone(a)
	if u == nil {
		u = connectors.Values{}
	}
	maps.Copy(u, b)
	return u
}

// told are all events on the field that hold: the tracker's present ones and our own.
func (d *delta) told(k kept, h connectors.History, field string) []connectors.Event {
	var out []connectors.Event
	on := func(c connectors.Change) bool { return c.Field == field }
	for _, e := range h.Events {
		if slices.ContainsFunc(e.Changes, on) {
			out = append(out, e)
		}
	}
	for _, e := range k.history.Events {
		holds := Observed(e) && !k.gone[e.ID] && !slices.Contains(d.withdraw, e.ID)
		if holds && slices.ContainsFunc(e.Changes, on) {
			out = append(out, e)
		}
	}
	return connectors.SortEvents(out)
}

// explained reports whether the field's present value is the one that its last event set.
func explained(told []connectors.Event, field string, now []string) bool {
	for _, e := range slices.Backward(told) {
		for _, c := range slices.Backward(e.Changes) {
			if c.Field == field {
				return !c.Delta && sameValue(c.To, now)
			}
		}
	}
	return false
}

// torn reports whether the read may have taken the issue from before a change and the events from after it:
// then the events run ahead of the value, and the next read will show both.
func torn(told []connectors.Event, updated time.Time, certain bool) bool {
	if len(told) == 0 {
		return false
	}
	last := told[len(told)-1]
	return !Observed(last) && (last.At.After(updated) || !certain && !last.At.Before(updated.Truncate(time.Second)))
}

func silentChange(field string, from, to []string, told []connectors.Event, at time.Time) connectors.Event {
	at = whole(at.Truncate(time.Second))
	if len(told) > 0 {
		if last := told[len(told)-1].At; !at.After(last) { // it came after all that was told
			at = whole(last).Add(time.Millisecond)
		}
	}
	return connectors.Event{
		ID: fmt.Sprintf("%s%s:%d", observedPrefix, field, millis(at)), At: at,
		Changes: []connectors.Change{{Field: field, From: slices.Clone(from), To: slices.Clone(to)}},
	}
}

// supersede withdraws an observed change when the tracker's own event of it turns up late.
func (d *delta) supersede(k kept) {
	for _, o := range k.history.Events {
		if Observed(o) && !k.gone[o.ID] && slices.ContainsFunc(d.add, func(e connectors.Event) bool { return tells(e, o) }) {
			d.withdraw = append(d.withdraw, o.ID)
		}
	}
}

func tells(e, observed connectors.Event) bool {
	silent := observed.Changes[0]
	return !e.At.After(observed.At) && slices.ContainsFunc(e.Changes, func(c connectors.Change) bool {
		return c.Field == silent.Field && !c.Delta && sameValue(c.To, silent.To) && sameValue(c.From, silent.From)
	})
}

// sameValue compares without order: trackers list the values of a field as they please.
func sameValue(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
