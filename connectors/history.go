package connectors

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// SortEvents puts events into the one order everything else relies on: by time, ties by the number in the id
// (trackers number events as they are made), then by the id itself. It also drops repetitions of an id, the
// later one in the slice winning, so that any page split and any arrival order give the same history.
func SortEvents(events []Event) []Event {
	byID := make(map[string]int, len(events))
	out := make([]Event, 0, len(events))
	for _, e := range events {
		if i, seen := byID[e.ID]; seen {
			out[i] = e
			continue
		}
		byID[e.ID] = len(out)
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b Event) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		if c := cmp.Compare(eventNumber(a.ID), eventNumber(b.ID)); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return out
}

func eventNumber(id string) int64 {
	_, digits, _ := strings.Cut(id, ":")
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// Initial works the issue's values at creation out backwards from what it is now and what changed, because
// trackers keep no record of the first values. A change that no event tells of (a parent's derived priority)
// cannot be undone; such a field keeps the oldest value that an event names, or the present one.
func (h History) Initial() Values {
	v := h.Issue.Values.Clone()
	for _, e := range slices.Backward(h.Events) {
		for _, c := range slices.Backward(e.Changes) {
			v[c.Field] = undo(v[c.Field], c)
		}
	}
	return v
}

// At is the history as it was at a moment: without what happened later, and with the values that the issue had then.
// Who watches it, and what our account may do with it, is known for the present alone.
func (h History) At(t time.Time) History {
	values := h.Initial()
	known := make([]Event, 0, len(h.Events))
	for _, e := range h.Events {
		if e.At.After(t) {
			continue
		}
		known = append(known, e)
		for _, c := range e.Changes {
			values.Apply(c)
		}
	}
	if len(known) < len(h.Events) {
		h.Events, h.Issue.Values, h.TransitionsSet = known, values, false
	}
	return h
}

// Apply changes v by c, forwards.
func (v Values) Apply(c Change) {
	if !c.Delta {
		v[c.Field] = slices.Clone(c.To)
		return
	}
	v[c.Field] = swap(v[c.Field], c.From, c.To)
}

func undo(now []string, c Change) []string {
	if !c.Delta {
		return slices.Clone(c.From)
	}
	return swap(now, c.To, c.From)
}

// swap takes out what leaves and adds what comes, keeping the order of the rest.
func swap(now, leaves, comes []string) []string {
	out := make([]string, 0, len(now)+len(comes))
	for _, x := range now {
		if !slices.Contains(leaves, x) {
			out = append(out, x)
		}
	}
	for _, x := range comes {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}
