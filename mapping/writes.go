package mapping

import (
	"cmp"
	"fmt"
	"slices"

	"slabridge/connectors"
	"slabridge/enforcer"
)

// WriteOptions is what Writes needs beside the facts.
type WriteOptions struct {
	Contract *enforcer.Contract
	Install  string // names this installation in marks: lower-case letters and digits, at most 16
	Texts    *Texts
	Lang     string            // of the comments; "" is the contract's
	Upkeep   map[string]string // fields to keep up to date (Upkeep): they ride along
	// Unassignable are people whom the tracker has just refused as assignees though nothing it shows us says why:
	// Redmine keeps from an ordinary account which users are locked.
	Unassignable map[string]bool
}

// Planned is one update of one issue, the steps it is for, and what was left out of it and why. The write may
// be Empty when everything was left out: the steps are then done all the same.
type Planned struct {
	Write    connectors.Write
	Keys     []enforcer.StepKey // none when only fields are kept up to date
	Audience enforcer.Audience
	Notes    []string
}

// Writes turns the decisions of one pass about one issue into updates of the tracker, judged by h, which is the
// issue as just read. Only decisions to Act count. There is at most one comment per audience, with the texts of
// all its steps in their order; the customer's comes first. Of several assignees and priorities the highest
// wins, and those, with the watchers and fields, go with the internal update where there is one.
//
// It never assigns downwards or away from someone of the wanted role or a higher one, never lowers a priority,
// and never makes an internal comment public.
func (b *Bound) Writes(req enforcer.Request, h connectors.History, ds []enforcer.Decision, o WriteOptions) []Planned {
	w := writer{b: b, req: req, h: h, o: o, project: h.Issue.Values.One(connectors.FieldProject)}
	w.o.Lang = cmp.Or(o.Lang, o.Contract.Language)
	var public, internal []step
	for _, d := range ds {
		switch {
		case d.Verb != enforcer.Act:
		case d.Audience == enforcer.Public:
			public = append(public, step{Decision: d})
		default:
			internal = append(internal, step{Decision: d})
		}
	}
	carrier := internal
	if len(internal) == 0 {
		carrier = public
	}
	changes := w.changes(slices.Concat(public, internal), carrier)
	var out []Planned
	if len(public) > 0 {
		out = append(out, w.planned(enforcer.Public, public))
	}
	if len(internal) > 0 {
		out = append(out, w.planned(enforcer.Internal, internal))
	}
	if len(out) == 0 && len(o.Upkeep) > 0 {
		out = append(out, Planned{Audience: enforcer.Internal, Write: connectors.Write{Issue: h.Issue.ID}})
	}
	if n := len(out); n > 0 {
		last := &out[n-1]
		last.Write.Assign, last.Write.Priority, last.Write.Watchers = changes.Assign, changes.Priority, changes.Watchers
		last.Write.Fields = o.Upkeep
		last.Notes = append(last.Notes, w.notes...)
	}
	return out
}

// step is a decision with what the very update it is part of does for it.
type step struct {
	enforcer.Decision
	assigned string   // person id
	priority string   // name
	watchers []string // person ids
}

type writer struct {
	b       *Bound
	req     enforcer.Request
	h       connectors.History
	o       WriteOptions
	project string
	notes   []string
}

func (w *writer) note(format string, args ...any) {
	w.notes = append(w.notes, fmt.Sprintf(format, args...))
}

// changes decides the one assignee, the one priority and the watchers of the pass, and tells the steps of the
// carrier that wanted them, for their texts.
func (w *writer) changes(all, carrier []step) connectors.Write {
	var out connectors.Write
	if id, role, ok := w.assignee(all); ok {
		out.Assign = &id
		tell(carrier, func(s *step) bool { return s.Changes.Assign == role }, func(s *step) { s.assigned = id })
	}
	if p, ok := w.priority(all); ok {
		out.Priority = &p.ID
		tell(carrier, func(s *step) bool { return s.Changes.Priority != "" }, func(s *step) { s.priority = p.Name })
	}
	for i, s := range all {
		if s.Changes.Watch == "" {
			continue
		}
		added := w.watchers(s.Changes.Watch, out.Watchers)
		out.Watchers = append(out.Watchers, added...)
		if j := i - (len(all) - len(carrier)); j >= 0 {
			carrier[j].watchers = added
		}
	}
	return out
}

func tell(steps []step, wanted func(*step) bool, say func(*step)) {
	for i := range steps {
		if wanted(&steps[i]) {
			say(&steps[i])
			return
		}
	}
}

// assignee is the lead of the highest role called in that has one, unless the issue is already with someone of
// that role or a higher one.
func (w *writer) assignee(steps []step) (id string, role enforcer.Role, ok bool) {
	var roles []enforcer.Role
	for _, s := range steps {
		if r := s.Changes.Assign; r != "" && !slices.Contains(roles, r) {
			roles = append(roles, r)
		}
	}
	slices.SortStableFunc(roles, func(a, b enforcer.Role) int { return cmp.Compare(b.Rank(), a.Rank()) })
	current := w.b.crew.person(w.h.Issue.Values.One(connectors.FieldAssignee), w.project, w.b.crew.readAt)
	for _, r := range roles {
		if current.Role.Staff() && current.Role.Rank() >= r.Rank() {
			w.note("assignee %q is already of %s or higher", current.Name, r)
			return "", "", false
		}
		lead := w.b.crew.leadOf(r, w.project, w.o.Unassignable)
		switch lead {
		case "":
			w.note("no active lead for %s in this project", r)
		case current.ID:
			w.note("assignee %q is already the lead of %s", current.Name, r)
			return "", "", false
		default:
			return lead, r, true
		}
	}
	return "", "", false
}

// priority is the highest of the priorities that the steps call for, above the present one.
func (w *writer) priority(steps []step) (connectors.Priority, bool) {
	var up, top bool
	for _, s := range steps {
		up = up || s.Changes.Priority == enforcer.PriorityUp
		top = top || s.Changes.Priority == enforcer.PriorityTop
	}
	if !up && !top {
		return connectors.Priority{}, false
	}
	highest := len(w.b.priorities) - 1
	now := w.b.rank(w.h.Issue.Values.One(connectors.FieldPriority))
	switch {
	case now < 0:
		w.note("the present priority is not in the mapping's list, so it is left alone")
		return connectors.Priority{}, false
	case now == highest:
		w.note("priority is already the top one, %q", w.b.priorities[now].Name)
		return connectors.Priority{}, false
	case top:
		return w.b.priorities[highest], true
	}
	return w.b.priorities[now+1], true
}

// watchers are the people named for the role who do not watch the issue yet. Where the tracker does not show
// its watchers all of them are added: adding one again changes nothing.
func (w *writer) watchers(role enforcer.Role, already []string) []string {
	named := w.b.crew.named(role, w.project)
	if len(named) == 0 {
		w.note("nobody active is named for %s", role)
	}
	var out []string
	for _, id := range named {
		if !slices.Contains(already, id) && !(w.h.WatchersSet && slices.Contains(w.h.Watchers, id)) {
			out = append(out, id)
		}
	}
	return out
}

// planned is the update with the steps' comment; what else it changes is added by Writes.
func (w *writer) planned(audience enforcer.Audience, steps []step) Planned {
	p := Planned{Audience: audience, Write: connectors.Write{Issue: w.h.Issue.ID}}
	for _, s := range steps {
		p.Keys = append(p.Keys, s.Key)
	}
	text, notes := w.comment(audience, steps)
	p.Notes = notes
	if text != "" {
		mark := Mark(w.o.Install, p.Keys)
		p.Write.Comment = &connectors.Comment{
			Text: text + "\n\n" + mark, Mark: mark,
			Internal: audience != enforcer.Public,
		}
	}
	return p
}
