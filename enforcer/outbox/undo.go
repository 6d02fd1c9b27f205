package outbox

import (
	"slices"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// Undo is what is to become of one step that was written, when it is taken back.
type Undo struct {
	Entry ledger.Entry // the step
	Issue string       // the tracker's id of the issue that it was written on, or made
	// Assign and Priority go back from one value to another (the tracker's ids; "" for nobody); nil when they stay.
	Assign, Priority *Back
	Correct          []Corrected     // its comments, each to get a follow-up
	Made             bool            // its issue is told that it was made in error
	Stays            []enforcer.Text // what is not taken back, and why
}

// Corrected is a comment of ours that gets a follow-up, internal or public as it is.
type Corrected struct {
	Event    string
	At       time.Time
	Internal bool
}

// Back is a field going back from our value to the one before.
type Back struct{ From, To string }

// Any reports whether anything is taken back.
func (u *Undo) Any() bool {
	return u.Assign != nil || u.Priority != nil || len(u.Correct) > 0 || u.Made
}

func (u *Undo) stays(why message.Format, args ...any) {
	u.Stays = append(u.Stays, enforcer.Say(why, args...))
}

// sharedWith says that what changed was changed for another step, too, that is not taken back.
func (u *Undo) sharedWith(what enforcer.Text, step string) {
	u.stays("%s: it is %s's as well, which is not taken back", what, step)
}

// undoing works out what can be taken back of chosen steps on one issue.
type undoing struct {
	self    string
	h       connectors.History
	writes  []ledger.Write          // on the issue, oldest first
	entries map[string]ledger.Entry // of those writes, by id
	chosen  map[string]bool         // ids of the steps to be taken back
	refuses map[string]bool         // people whom the tracker refuses as assignees
	leftOut map[string]string       // fields that it refuses
	claims  map[string]map[string]ledger.Write
}

// undoable are the fields that are given back.
var undoable = []string{connectors.FieldAssignee, connectors.FieldPriority}

// all gives an Undo for each of the steps. A field goes back along our own chosen changes, as long as nothing else has
// changed it since: to what it was before the first of them.
func (x *undoing) all(steps []ledger.Entry) []Undo {
	x.attribute()
	out := make([]Undo, len(steps))
	back := map[string]*Back{}
	for _, field := range undoable {
		back[field] = x.back(field)
	}
	for i, e := range steps {
		u := &out[i]
		u.Entry, u.Issue = e, x.h.Issue.ID
		if e.Changes.Action == enforcer.ActionCreate {
			u.Made = true
			u.stays("the issue is not deleted: a comment is written on it")
			continue
		}
		for _, field := range undoable {
			x.field(u, field, back[field])
		}
		x.comments(u)
		x.rest(u)
	}
	return out
}

// attribute finds for each of our writes the events by which the tracker shows its fields changed: by our account, to
// the value that was asked for, nearest to when the write began.
func (x *undoing) attribute() {
	x.claims = map[string]map[string]ledger.Write{}
	for _, field := range undoable {
		claimed := map[string]ledger.Write{}
		x.claims[field] = claimed
		for _, w := range x.writes {
			value := asked(w.Request, field)
			if value == nil {
				continue
			}
			best, near := "", lookAfter+time.Second
			for _, e := range x.h.Events {
				_, taken := claimed[e.ID]
				if c := changeOf(e, field); !taken && e.Author == x.self && c != nil && one(c.To) == *value {
					if d := e.At.Sub(w.BeganAt).Abs(); d < near {
						best, near = e.ID, d
					}
				}
			}
			if best != "" {
				claimed[best] = w
			}
		}
	}
}

func asked(w connectors.Write, field string) *string {
	if field == connectors.FieldAssignee {
		return w.Assign
	}
	return w.Priority
}

func wants(c enforcer.Changes, field string) bool {
	if field == connectors.FieldAssignee {
		return c.Assign != ""
	}
	return c.Priority != ""
}

func changeOf(e connectors.Event, field string) *connectors.Change {
	for i := range e.Changes {
		if e.Changes[i].Field == field {
			return &e.Changes[i]
		}
	}
	return nil
}

func one(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// back walks from the field's present value backwards along our chosen changes.
func (x *undoing) back(field string) *Back {
	now := x.h.Issue.Values.One(field)
	b := &Back{From: now, To: now}
	for _, e := range slices.Backward(x.h.Events) {
		c := changeOf(e, field)
		if c == nil {
			continue
		}
		w, ours := x.claims[field][e.ID]
		if !ours || one(c.To) != b.To || !x.whole(w, field) {
			break
		}
		b.To = one(c.From)
	}
	if b.From == b.To {
		return nil
	}
	return b
}

// whole reports whether every step of a write that wanted the field is to be taken back.
func (x *undoing) whole(w ledger.Write, field string) bool {
	return x.beside(w, func(c enforcer.Changes) bool { return wants(c, field) }) == ""
}

// beside is a step of the write that has a part in something, too, and is not to be taken back; "" for none.
func (x *undoing) beside(w ledger.Write, part func(enforcer.Changes) bool) string {
	for _, id := range w.Entries {
		if e := x.entries[id]; part(e.Changes) && !x.chosen[id] {
			return e.Key.Obligation + "/" + e.Key.Step
		}
	}
	return ""
}

// field tells what becomes of a field that the step changed.
func (x *undoing) field(u *Undo, field string, back *Back) {
	if !wants(u.Entry.Changes, field) {
		return
	}
	name := enforcer.Say("the assignee")
	if field == connectors.FieldPriority {
		name = enforcer.Say("the priority")
	}
	for event, w := range x.claims[field] {
		if !slices.Contains(w.Entries, u.Entry.ID) {
			continue
		}
		other := x.beside(w, func(c enforcer.Changes) bool { return wants(c, field) })
		switch {
		case other != "":
			u.sharedWith(enforcer.Say("%s stays", name), other)
		case back == nil || !x.reaches(field, event):
			u.stays("%s stays: it was changed since", name)
		case x.leftOut[field] != "":
			u.stays("%s stays: the tracker refuses to set it", name)
		case field == connectors.FieldAssignee && x.refuses[back.To]:
			u.stays("%s stays: the tracker does not take the former one any more", name)
		case field == connectors.FieldAssignee:
			u.Assign = back
		default:
			u.Priority = back
		}
	}
}

// reaches reports whether going back comes past the event.
func (x *undoing) reaches(field, event string) bool {
	value := x.h.Issue.Values.One(field)
	for _, e := range slices.Backward(x.h.Events) {
		c := changeOf(e, field)
		if c == nil {
			continue
		}
		if w, ours := x.claims[field][e.ID]; !ours || one(c.To) != value || !x.whole(w, field) {
			return false
		}
		if e.ID == event {
			return true
		}
		value = one(c.From)
	}
	return false
}

// comments finds the comments of the step that are still there.
func (x *undoing) comments(u *Undo) {
	if u.Entry.Changes.Comment == nil {
		return
	}
	var seen []string // events: a try that came to nothing bore the same mark as the one that stands
	gone := false
	for _, w := range x.writes {
		if w.Mark == "" || w.Request.Comment == nil || !slices.Contains(w.Entries, u.Entry.ID) {
			continue
		}
		e, there := x.h.FindMark(x.self, w.Mark)
		gone = gone || !there
		if !there || slices.Contains(seen, e.ID) {
			continue
		}
		seen = append(seen, e.ID)
		if other := x.beside(w, func(c enforcer.Changes) bool { return c.Comment != nil }); other != "" {
			u.sharedWith(enforcer.Say("its comment %s is not corrected", e.ID), other)
			continue
		}
		u.Correct = append(u.Correct, Corrected{e.ID, e.At, w.Request.Comment.Internal || e.Note.Internal})
	}
	if gone && seen == nil {
		u.stays("its comment is no longer there: there is nothing to correct")
	}
}

// rest tells what of the step is never taken back.
func (x *undoing) rest(u *Undo) {
	var status, watchers bool
	for _, w := range x.writes {
		if slices.Contains(w.Entries, u.Entry.ID) {
			status = status || w.Request.Status != nil && u.Entry.Changes.Class() != ""
			watchers = watchers || len(w.Request.Watchers) > 0 && u.Entry.Changes.Watch != ""
		}
	}
	if status {
		u.stays("the status stays: set it back by hand if need be")
	}
	if watchers {
		u.stays("the watchers stay: remove them by hand if need be")
	}
}

// allStay says of steps on an issue that nothing of them is taken back, and why.
func allStay(steps []ledger.Entry, issue string, why message.Format) []Undo {
	out := make([]Undo, len(steps))
	for i, e := range steps {
		out[i] = Undo{Entry: e, Issue: issue}
		out[i].stays(why)
	}
	return out
}
