package mirror

import (
	"bytes"
	"maps"
	"slices"
	"time"

	"slabridge/connectors"
)

// kept is what the mirror has of an issue.
type kept struct {
	known   bool // there is a row
	state   State
	stateAt time.Time
	readAt  time.Time // zero when it was listed but never read
	wanted  int64     // unix milliseconds, when wantedSet
	wants   bool
	history connectors.History // every event, the withdrawn ones too
	gone    map[string]bool    // ids of the withdrawn events
	rows    int64              // in mirror_event
}

func (k kept) read() bool { return !k.readAt.IsZero() }

// misdated reports whether our last read was noted by a clock that was off: no two reads overlap by as much as one that
// begins now, at readAt, would lie before it. Believed, it would keep us from seeing anything until its moment comes.
func (k kept) misdated(readAt time.Time) bool { return k.readAt.After(readAt.Add(farAhead)) }

// delta is what a read changes in the mirror.
type delta struct {
	issue    bool // the issue's own row differs
	add      []connectors.Event
	edit     []connectors.Event
	withdraw []string
	restore  []string
	certain  bool
}

// history reports whether anything but our book-keeping changed.
func (d delta) history() bool {
	return d.issue || len(d.add)+len(d.edit)+len(d.withdraw)+len(d.restore) > 0
}

// compare works out what the read h, begun at readAt of the tracker's clock, changes in what we have.
func compare(k kept, h connectors.History, readAt time.Time) delta {
	d := delta{issue: !k.read() || !sameIssue(k.history, h), certain: certain(k, h.Issue.UpdatedAt, readAt)}
	short := len(h.Missing) > 0
	if short && readAt.Before(h.Issue.UpdatedAt.Add(shortFor)) {
		d.certain = false
	}
	known := make(map[string]connectors.Event, len(k.history.Events))
	for _, e := range k.history.Events {
		known[e.ID] = e
	}
	there := make(map[string]bool, len(h.Events))
	for _, e := range h.Events {
		there[e.ID] = true
		old, have := known[e.ID]
		if !have {
			d.add = append(d.add, e)
			continue
		}
		if !sameEvent(old, e) {
			d.edit = append(d.edit, e)
		}
		if k.gone[e.ID] {
			d.restore = append(d.restore, e.ID)
		}
	}
	for _, e := range k.history.Events {
		if !there[e.ID] && !Observed(e) && !k.gone[e.ID] && !short { // what a short list lacks may be what it keeps back
			d.withdraw = append(d.withdraw, e.ID)
		}
	}
	if k.read() {
		d.observe(k, h)
	}
	return d
}

// certain reports whether a read begun at readAt has certainly seen everything up to the newest UpdatedAt that
// the tracker named, be it in the read itself or in a list that promised it.
func certain(k kept, updated, readAt time.Time) bool {
	if k.wants && moment(k.wanted).After(updated) {
		updated = moment(k.wanted)
	}
	return !readAt.Before(updated.Truncate(time.Second).Add(certainAfter)) || updated.After(readAt.Add(farAhead))
}

// stale reports whether we already have a newer read than the one begun at readAt: two may overlap, and the one
// that answered last need not be the newer. The tracker's clock is known to about a second, so where the moments
// are close the UpdatedAt decides.
func stale(k kept, updated, readAt time.Time) bool {
	if !k.read() || k.misdated(readAt) {
		return false
	}
	have := k.history.Issue.UpdatedAt
	return updated.Before(have) && readAt.Before(k.readAt.Add(certainAfter)) ||
		!updated.After(have) && readAt.Before(k.readAt)
}

func sameIssue(a, b connectors.History) bool {
	x, y := a.Issue, b.Issue
	return x.Key == y.Key && x.Subject == y.Subject && x.Description == y.Description && x.Author == y.Author &&
		x.Private == y.Private && millis(x.CreatedAt) == millis(y.CreatedAt) && millis(x.UpdatedAt) == millis(y.UpdatedAt) &&
		maps.EqualFunc(x.Values, y.Values, slices.Equal[[]string]) && bytes.Equal(x.Raw, y.Raw) &&
		slices.Equal(a.Watchers, b.Watchers) && a.WatchersSet == b.WatchersSet &&
		slices.Equal(a.Transitions, b.Transitions) && a.TransitionsSet == b.TransitionsSet
}

// sameEvent leaves the payload out: it carries people's names, and someone's renaming is no edit of what they
// wrote. The payload that came first is kept.
func sameEvent(a, b connectors.Event) bool {
	if millis(a.At) != millis(b.At) || a.Author != b.Author || (a.Note == nil) != (b.Note == nil) {
		return false
	}
	if a.Note != nil && (a.Note.Text != b.Note.Text || a.Note.Internal != b.Note.Internal ||
		millis(a.Note.EditedAt) != millis(b.Note.EditedAt)) {
		return false
	}
	if (a.Work == nil) != (b.Work == nil) || a.Work != nil && *a.Work != *b.Work {
		return false
	}
	return slices.EqualFunc(a.Changes, b.Changes, sameChange)
}

func sameChange(a, b connectors.Change) bool {
	return a.Field == b.Field && a.Delta == b.Delta && slices.Equal(a.From, b.From) && slices.Equal(a.To, b.To)
}
