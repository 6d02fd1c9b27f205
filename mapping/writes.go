package mapping

import (
	"cmp"
	"slices"

	"slabridge/config/message"
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
	// Locked are people who were just found not to be active: nobody is told that they watch or know of anything.
	Locked map[string]bool
	// LeftOut are the fields of this issue that the tracker has just refused to set, assignee and priority, with its
	// words: what asks for them is unmet, and no text tells of them.
	LeftOut map[string]string
	// Wordings: the tracker may leave fields alone in silence, so a comment that tells of them comes with what it says
	// without.
	Wordings bool
}

// Planned is one update of one issue, the steps it is for, and what was left out of it and why. The write may
// be Empty when everything was left out: the steps are then done all the same, unless they are Impossible.
type Planned struct {
	Write    connectors.Write
	Keys     []enforcer.StepKey // none when only fields are kept up to date
	Audience enforcer.Audience
	Notes    []string
	// Impossible is why the tracker would refuse what the step is about, so that nothing of it may be written;
	// "" for every write that can be sent.
	Impossible string
}

// Writes turns the decisions of one pass about one issue into updates of the tracker, judged by h, which is the
// issue as just read. Only decisions to Act count. There is at most one comment per audience, with the texts of
// all its steps in their order; the customer's comes first. Of several assignees and priorities the highest
// wins, and those, with the watchers and fields, go with the internal update where there is one.
//
// It never assigns downwards or away from someone of the wanted role or a higher one, never lowers a priority,
// and never makes an internal comment public. A step that is to close or reopen the request and cannot is given back
// Impossible, ahead of the updates, with nothing to write: its words would be a lie.
func (b *Bound) Writes(req enforcer.Request, h connectors.History, ds []enforcer.Decision, o WriteOptions) []Planned {
	w := writer{b: b, req: req, h: h, o: o, project: h.Issue.Values.One(connectors.FieldProject)}
	w.o.Lang = cmp.Or(o.Lang, o.Contract.Language)
	possible, out := w.actions(ds)
	var public, internal []step
	for _, d := range possible {
		if d.Audience == enforcer.Public {
			public = append(public, step{Decision: d})
			continue
		}
		internal = append(internal, step{Decision: d})
	}
	carrier := internal
	if len(internal) == 0 {
		carrier = public
	}
	changes := w.changes(slices.Concat(public, internal), carrier)
	impossible := len(out)
	if len(public) > 0 {
		out = append(out, w.planned(enforcer.Public, public))
	}
	if len(internal) > 0 {
		out = append(out, w.planned(enforcer.Internal, internal))
	}
	if len(out) == impossible && len(o.Upkeep) > 0 {
		out = append(out, Planned{Audience: enforcer.Internal, Write: connectors.Write{Issue: h.Issue.ID}})
	}
	if n := len(out); n > impossible {
		last := &out[n-1]
		last.Write.Assign, last.Write.Priority, last.Write.Watchers = changes.Assign, changes.Priority, changes.Watchers
		last.Write.Fields = o.Upkeep
		last.Notes = append(last.Notes, w.notes...)
		w.unmetPromises(slices.Concat(public, internal), &changes)
		last.Write.Unmet, last.Write.Watching = w.unmet, w.watching
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
	status  *string // that the action of the pass sets; nil for none
	nobody  []call  // that bring in nobody
	notes   []string

	watching bool // somebody who is to watch does so already
	unmet    []connectors.Unmet
}

func (w *writer) note(format message.Format, args ...any) {
	w.notes = append(w.notes, message.Text(format, args...))
}

// changes decides the one assignee, the one priority and the watchers of the pass, and tells the steps of the
// carrier that wanted them, for their texts.
func (w *writer) changes(all, carrier []step) connectors.Write {
	var out connectors.Write
	if id, c, ok := w.assignee(all); ok && !w.leaveOut(all, connectors.FieldAssignee, w.b.directory.names[id], c.by) {
		out.Assign = &id
		tell(carrier, c.by, func(s *step) { s.assigned = id })
	}
	raises := func(s *step) bool { return s.Changes.Priority != "" }
	if p, ok := w.priority(all); ok && !w.leaveOut(all, connectors.FieldPriority, p.Name, raises) {
		out.Priority = &p.ID
		tell(carrier, raises, func(s *step) { s.priority = p.Name })
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

// leaveOut reports whether a field is one that the tracker has just refused; what the steps wanted of it is unmet.
func (w *writer) leaveOut(steps []step, field, wanted string, wants func(*step) bool) bool {
	words, refused := w.o.LeftOut[field]
	for i := range steps {
		if refused && wants(&steps[i]) {
			w.unmet = append(w.unmet, connectors.Unmet{
				Step: steps[i].Key.ID(), Refusal: connectors.Refusal{Field: field, Wanted: wanted, Words: words},
			})
		}
	}
	return refused
}

// unmetPromises adds what steps call for and the update does not do, whatever the tracker makes of it. Of an escalation
// somebody of the role is to have the issue, and somebody to watch it: a comment alone keeps no such promise. Any other
// step that assigns lacks only somebody to assign, where people are named for it and none of them can be.
func (w *writer) unmetPromises(steps []step, made *connectors.Write) {
	for i := range steps {
		s := &steps[i]
		miss := func(field string, role enforcer.Role, got string) {
			same := func(x connectors.Unmet) bool { return x.Step == s.Key.ID() && x.Field == field }
			if !slices.ContainsFunc(w.unmet, same) {
				w.unmet = append(w.unmet, connectors.Unmet{
					Step: s.Key.ID(), Refusal: connectors.Refusal{Field: field, Wanted: string(role), Got: got},
				})
			}
		}
		if !w.escalates(s) {
			if w.lacksAssignee(s, made.Assign) && w.b.directory.calls(s.Changes.Assign) {
				miss(connectors.FieldAssignee, s.Changes.Assign, NobodyToAssign)
			}
			continue
		}
		if role := s.Changes.Assign; role != "" {
			if has, ok := w.assigned(role, made.Assign); !ok {
				miss(connectors.FieldAssignee, role, has)
			}
		}
		if role := s.Changes.Watch; role != "" && len(w.named(role)) == 0 {
			miss("watcher", role, "nobody active is named")
		}
	}
}

// escalates reports whether the step is the act that an escalation promises.
func (w *writer) escalates(s *step) bool {
	o := w.o.Contract.Obligation(s.Key.Obligation)
	return o != nil && o.Escalation && s.Key.Step == o.DueStep(s.Severity)
}

// NobodyToAssign is what the receipt of a step has in the place of an assignee.
const NobodyToAssign = "nobody can be assigned"

// lacksAssignee reports whether a step assigns, none of the people it calls in can be assigned, and the issue is with
// nobody of their role or a higher one after the update.
func (w *writer) lacksAssignee(s *step, to *string) bool {
	role := s.Changes.Assign
	if role == "" || w.reachable(call{role, s.Changes.Duty}) != "" {
		return false
	}
	id := w.h.Issue.Values.One(connectors.FieldAssignee)
	if to != nil {
		id = *to
	}
	has := w.b.directory.person(id, w.project, w.b.directory.readAt).Role
	return !has.Staff() || has.Rank() < role.Rank()
}

// assigned reports whether somebody of the role has the issue after the update, and who has it where nobody does.
func (w *writer) assigned(role enforcer.Role, to *string) (has string, ok bool) {
	id := w.h.Issue.Values.One(connectors.FieldAssignee)
	if to != nil {
		id = *to
	}
	who := w.b.directory.person(id, w.project, w.b.directory.readAt)
	called := id != "" && (id == w.reachable(call{role: role}) || id == w.reachable(call{role: role, duty: true}))
	switch {
	case called, who.Role == role:
		return "", true
	case id == "":
		return NobodyToAssign, false
	}
	return who.Name, false
}

func tell(steps []step, wanted func(*step) bool, say func(*step)) {
	for i := range steps {
		if wanted(&steps[i]) {
			say(&steps[i])
			return
		}
	}
}

// call is a role that a step calls in: its lead, or who is on duty for it.
type call struct {
	role enforcer.Role
	duty bool
}

func (c call) by(s *step) bool { return s.Changes.Assign == c.role && s.Changes.Duty == c.duty }

// assignee is the lead, or who is on duty, of the highest role called in that has one, unless the issue is already
// with someone of that role or a higher one. Of both for one role the lead goes first.
func (w *writer) assignee(steps []step) (id string, c call, ok bool) {
	var calls []call
	for _, s := range steps {
		if c := (call{s.Changes.Assign, s.Changes.Duty}); c.role != "" && !slices.Contains(calls, c) {
			calls = append(calls, c)
		}
	}
	slices.SortStableFunc(calls, func(a, b call) int {
		switch {
		case a.role != b.role:
			return cmp.Compare(b.role.Rank(), a.role.Rank())
		case a.duty == b.duty:
			return 0
		case a.duty:
			return 1
		}
		return -1
	})
	current := w.b.directory.person(w.h.Issue.Values.One(connectors.FieldAssignee), w.project, w.b.directory.readAt)
	for _, c := range calls {
		if current.Role.Staff() && current.Role.Rank() >= c.role.Rank() {
			w.note(alreadyOf[c.role], current.Name)
			return "", call{}, false
		}
		switch who := w.called(c); who {
		case "":
			w.noteNobody(c)
			w.nobody = append(w.nobody, c)
		case current.ID:
			w.note(alreadyAssigned[c.role], current.Name)
			return "", call{}, false
		default:
			return who, c, true
		}
	}
	return "", call{}, false
}

// noteNobody says why nobody is assigned.
func (w *writer) noteNobody(c call) {
	if w.b.directory.leadOf(c.role, w.project, nil) != "" {
		w.note(nobodyAssignable[c.role])
		return
	}
	w.note(noActiveLead[c.role])
}

// called is the person whom a call brings in, "" when there is nobody. Where nobody is on duty the lead is taken.
func (w *writer) called(c call) string {
	if c.duty && w.b.directory.dutyOf(c.role, w.project, w.o.Unassignable) == "" {
		w.note(nobodyOnDuty[c.role])
	}
	return w.reachable(c)
}

// reachable is called without a word about it.
func (w *writer) reachable(c call) string {
	if c.duty {
		if who := w.b.directory.dutyOf(c.role, w.project, w.o.Unassignable); who != "" {
			return who
		}
	}
	return w.b.directory.leadOf(c.role, w.project, w.o.Unassignable)
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

// named are the people who stand for a role and are not known to be locked.
func (w *writer) named(role enforcer.Role) []string {
	return slices.DeleteFunc(w.b.directory.named(role, w.project), func(id string) bool { return w.o.Locked[id] })
}

// watchers are the people named for the role who do not watch the issue yet. Where the tracker does not show
// its watchers all of them are added: adding one again changes nothing.
func (w *writer) watchers(role enforcer.Role, already []string) []string {
	named := w.named(role)
	if len(named) == 0 {
		w.note(nobodyActive[role])
	}
	var out []string
	for _, id := range named {
		watches := w.h.WatchersSet && slices.Contains(w.h.Watchers, id)
		w.watching = w.watching || watches
		if !slices.Contains(already, id) && !watches {
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
		if s.Changes.Class() != "" { // the status goes with the words about it
			p.Write.Status = w.status
			if w.status != nil {
				p.Write.StatusFields = w.b.along[*w.status]
			}
		}
	}
	text, told, notes := w.comment(audience, steps)
	p.Notes = notes
	if text != "" {
		p.Write.Comment = w.b.marked(text, audience != enforcer.Public, told, w.o)
		p.Write.Comment.Wordings = w.o.wordings(p.Write.Comment, func(without []string) string {
			text, _, _ := w.comment(audience, untold(steps, without))
			return text
		})
	}
	return p
}

// marked is a comment of ours: the text with the mark of the steps that it tells of, and how it is kept from customers
// where it is internal.
func (b *Bound) marked(text string, internal bool, keys []enforcer.StepKey, o WriteOptions) *connectors.Comment {
	mark := Mark(cmp.Or(o.Lang, o.Contract.Language), o.Install, keys)
	c := &connectors.Comment{Text: text + "\n\n" + mark, Mark: mark, Internal: internal}
	if internal {
		c.Audience = b.mapping.Internal.audience()
	}
	return c
}
