package mapping

import (
	"slices"
	"strings"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/enforcer"
)

// CreatedEvent names the first moment of every request; the tracker has no event for it.
const CreatedEvent = "created"

// Request tells an issue's history in the contract's words. zone is the contract's: fields that hold a moment
// without an offset are read in it. The same events in any order give the same request.
//
// An issue that slabridge's own account created is no request, and neither is one that was made under another,
// unless the scope says so. One that people file under another later stays the customer's request.
func (b *Bound) Request(h connectors.History, s *BoundScope, zone *time.Location) enforcer.Request {
	b, s = b.informed(h, s)
	h.Events = connectors.SortEvents(h.Events)
	h.Issue.Values = present(h.Issue)
	rp := replay{b: b, scope: s, zone: zone, issue: h.Issue, values: h.Initial(), read: b.reads(s)}
	rp.absent = b.absent(h.Issue.Values)
	rp.people = rp.values.Clone()
	rp.subtask = rp.values.One(connectors.FieldParent) != ""
	rp.author = b.directory.person(h.Issue.Author, rp.project(), h.Issue.CreatedAt)
	rp.dueDateBy = rp.author
	req := enforcer.Request{
		Connection: b.mapping.Connection,
		Issue:      h.Issue.ID, Key: h.Issue.Key, Subject: h.Issue.Subject,
		Author:    rp.author,
		CreatedAt: h.Issue.CreatedAt, ReceivedAt: h.Issue.CreatedAt,
	}
	req.Moments = make([]enforcer.Moment, 1, len(h.Events)+1)
	req.Moments[0] = enforcer.Moment{
		Event: CreatedEvent, At: h.Issue.CreatedAt, By: rp.author, StatusSet: true,
		Attached: len(rp.values[connectors.FieldAttachment]) > 0, State: rp.state(h.Issue.CreatedAt),
	}
	for _, e := range atOnce(h.Events) {
		req.Moments = append(req.Moments, rp.event(&e, h.Events))
	}
	rp.facts(&req)
	return req
}

// informed are the mapping and the scope as one history is read by them: with the names of options that it tells, too.
// Both stay as they are for every other: those learn of a name once sync has noted it and all is bound anew.
func (b *Bound) informed(h connectors.History, s *BoundScope) (*Bound, *BoundScope) {
	options := b.options.with(h)
	if options == b.options {
		return b, s
	}
	own, scope := *b, *s
	own.options, own.severity = options, slices.Clone(b.severity)
	own.fields, scope.when = slices.Clone(b.fields), slices.Clone(s.when)
	for i := range own.severity {
		own.severity[i].when = own.severity[i].when.with(options)
	}
	for i := range own.fields {
		own.fields[i].options = options
	}
	for i := range scope.when {
		scope.when[i] = scope.when[i].with(options)
	}
	if i, why := clash(own.severity, options); i >= 0 { // told as a fault of the mapping once the name is noted
		own.clashed = why.String()
	}
	return &own, &scope
}

// halves is how far apart the two halves of what somebody did at once may lie.
const halves = time.Second

// atOnce makes one event of a change and a comment that the same person made at once, where the tracker has events of
// their own for them (Jira: an entry of the changelog, and a comment). Otherwise an answer that also sets the request
// to working would first count as beginning without a public comment. The event of the change gives the name, because
// it comes first.
func atOnce(events []connectors.Event) []connectors.Event {
	out := make([]connectors.Event, 0, len(events))
	taken := map[int]bool{}
	for i, e := range events {
		if taken[i] {
			continue
		}
		if e.Note == nil && e.Work == nil && len(e.Changes) > 0 {
			for j := i + 1; j < len(events) && events[j].At.Sub(e.At) <= halves; j++ {
				if n := events[j]; !taken[j] && n.Author == e.Author && n.Note != nil && len(n.Changes) == 0 &&
					kindOf(n) != kindOf(e) {
					e.Note, taken[j] = n.Note, true
					break
				}
			}
		}
		out = append(out, e)
	}
	return out
}

// kindOf is what sort of thing the tracker has for an event: "history", "comment"; Redmine has journals for both.
func kindOf(e connectors.Event) string {
	kind, _, _ := strings.Cut(e.ID, ":")
	return kind
}

// replay goes through a history event by event.
type replay struct {
	b         *Bound
	scope     *BoundScope
	zone      *time.Location
	issue     connectors.Issue
	author    enforcer.Person
	values    connectors.Values // as they are
	people    connectors.Values // as people left them: without what our own account changed
	read      []string          // the fields that decide something, by their keys in Values
	absent    []string          // mapped fields that the issue has no place for
	subtask   bool              // under another issue ever since it was made
	dueDateBy enforcer.Person   // who set the due date last
	faults    []enforcer.Fault  // stretches that cannot be read, the oldest first
}

func (rp *replay) project() string { return rp.values.One(connectors.FieldProject) }

func (rp *replay) event(e *connectors.Event, all []connectors.Event) enforcer.Moment {
	m := enforcer.Moment{Event: e.ID, At: e.At, By: rp.b.directory.person(e.Author, rp.project(), e.At)}
	related, dated := rp.duplicate(), false
	for _, c := range e.Changes {
		rp.values.Apply(c)
		if e.Author != rp.b.self {
			rp.people.Apply(c)
		}
		m.StatusSet = m.StatusSet || c.Field == connectors.FieldStatus
		m.Attached = m.Attached || c.Field == connectors.FieldAttachment && len(c.To) > 0
		dated = dated || c.Field == connectors.FieldDueDate
	}
	rp.subtask = rp.subtask && rp.values.One(connectors.FieldParent) != ""
	if m.By.Role == "" { // whoever moves an issue in need not have a role in its former project
		m.By = rp.b.directory.person(e.Author, rp.project(), e.At)
	}
	if dated {
		rp.dueDateBy = m.By
	}
	if e.Work != nil {
		m.Work = &enforcer.Work{Activity: rp.b.activities[e.Work.Activity], Spent: e.Work.Spent, On: e.Work.On}
	}
	m.State = rp.state(e.At)
	m.Duplicate = m.StatusSet && !m.State.Status.Open() && (related || rp.duplicate())
	if e.Note != nil && strings.TrimSpace(e.Note.Text) != "" {
		rp.note(&m, e, all)
	}
	return m
}

func (rp *replay) note(m *enforcer.Moment, e *connectors.Event, all []connectors.Event) {
	m.Note = enforcer.Public
	if e.Note.Internal {
		m.Note = enforcer.Internal
	}
	if e.Author == rp.b.self {
		if _, steps, ok := ParseMark(e.Note.Text); ok {
			for _, s := range steps {
				m.Steps = append(m.Steps, s.Step)
			}
		}
		return
	}
	for _, re := range rp.b.mapping.AutoReply {
		m.AutoReply = m.AutoReply || re.MatchString(e.Note.Text)
	}
	prefix := rp.b.mapping.OnBehalf
	m.OnBehalf = prefix != "" && strings.HasPrefix(strings.TrimSpace(e.Note.Text), prefix) || rp.onBehalf(e, all)
}

// onBehalf reports whether the mapped field was set together with the note. Trackers may split one edit into
// two events of the same second (Redmine does so for private notes), so those of the author then count as one.
func (rp *replay) onBehalf(e *connectors.Event, all []connectors.Event) bool {
	f, ok := rp.b.field(FieldOnBehalf)
	if !ok {
		return false
	}
	return slices.ContainsFunc(all, func(x connectors.Event) bool {
		return x.Author == e.Author && x.At.Equal(e.At) && slices.ContainsFunc(x.Changes, func(c connectors.Change) bool {
			return c.Field == f.key && f.value(connectors.Values{f.key: c.To}) != ""
		})
	})
}

// duplicate reports whether the issue is related to another as its duplicate.
func (rp *replay) duplicate() bool {
	return slices.ContainsFunc(rp.b.mapping.DuplicateRelations, func(t string) bool {
		return len(rp.values[connectors.FieldRelation+t]) > 0
	})
}

func (rp *replay) state(at time.Time) enforcer.State {
	class := rp.b.classes[rp.values.One(connectors.FieldStatus)]
	rp.noteFault(class, at)
	rank := rp.b.rank(rp.values.One(connectors.FieldPriority))
	st := enforcer.State{
		Covered:     rp.issue.Author != rp.b.self && rp.scope.covers(rp.people, rp.project(), rp.subtask, rp.author.Role),
		Project:     rp.project(),
		Severity:    rp.b.severityOf(rp.people, rp.author.Role),
		Status:      class,
		Assignee:    rp.b.directory.person(rp.values.One(connectors.FieldAssignee), rp.project(), at),
		Priority:    rank,
		PriorityTop: rank >= 0 && rank == len(rp.b.priorities)-1,
		Fields:      make(map[string]string, len(rp.b.fields)),
		Absent:      rp.absent,
		DueDate:     rp.values.One(connectors.FieldDueDate),
	}
	if st.DueDate != "" {
		st.DueDateBy = rp.dueDateBy
	}
	for _, f := range rp.b.fields {
		rp.field(&st, f)
	}
	return st
}

// field puts what a mapped field holds into the state. Of several that hold the same, the first counts.
func (rp *replay) field(st *enforcer.State, f boundField) {
	v := f.value(rp.values)
	if v == "" {
		return
	}
	if f.files != nil {
		st.Attached = append(st.Attached, f.Is)
	}
	if st.Fields[f.Is] != "" {
		return
	}
	st.Fields[f.Is] = v
	if f.Plan != "" {
		st.NeedsPlan = f.Plan
	}
	at, dateOnly, ok := parseMoment(v, rp.zone)
	if dateOnly && f.Is == FieldAgreedDue { // a day that both sides agreed on lasts to its last second
		at, dateOnly = time.Date(at.Year(), at.Month(), at.Day(), 23, 59, 59, 0, rp.zone), false
	}
	if ok && !dateOnly && f.Field != "" {
		if st.Times == nil {
			st.Times = make(map[string]time.Time)
		}
		st.Times[f.Is] = at.In(rp.zone)
	}
}

// severityOf is the first severity whose condition holds, "" when none does.
func (b *Bound) severityOf(people connectors.Values, author enforcer.Role) string {
	for _, s := range b.severity {
		if s.when.holds(people, author) {
			return s.is
		}
	}
	return ""
}

// noteFault keeps the stretches that cannot be read: nobody knows what counts, pauses or ends in them.
func (rp *replay) noteFault(class enforcer.StatusClass, at time.Time) {
	why := rp.unread()
	if class == "" {
		id := rp.values.One(connectors.FieldStatus)
		if why = rp.b.renamed[id]; why == "" {
			why = message.Text("the status %q has no class in the mapping", rp.b.statusName(id))
		}
	}
	if n := len(rp.faults); n > 0 && rp.faults[n-1].To.IsZero() {
		if rp.faults[n-1].Why == why {
			return
		}
		rp.faults[n-1].To = at
	}
	if why != "" {
		rp.faults = append(rp.faults, enforcer.Fault{From: at, Why: why})
	}
}

// unread names the first mapped field whose value is not text, "" when all can be read.
func (rp *replay) unread() string {
	for _, key := range rp.read {
		for _, v := range rp.values[key] {
			if raw, odd := connectors.IsObject(v); odd {
				return message.Text("the field %q holds %.80s, which is neither a text nor a list of texts", rp.b.fieldName(key),
					raw)
			}
		}
	}
	return ""
}

// reads lists the fields, by their keys in Values, whose values decide something of the scope's requests. One that only
// needs to be filled is filled by whatever it holds.
func (b *Bound) reads(scope *BoundScope) []string {
	keys := []string{connectors.FieldDueDate}
	for _, f := range b.fields {
		if f.In != nil || f.Is == FieldReceived || f.Is == FieldAgreedDue {
			keys = append(keys, f.key)
		}
	}
	for _, s := range b.severity {
		keys = append(keys, s.when.keys()...)
	}
	for _, c := range scope.when {
		keys = append(keys, c.keys()...)
	}
	return keys
}

// facts fills in what is read from the issue as it is now rather than from its moments.
func (rp *replay) facts(req *enforcer.Request) {
	now := req.State()
	req.Faults = slices.Concat(rp.b.faults, rp.faults)
	if rp.b.clashed != "" {
		req.Faults = append(req.Faults, enforcer.Fault{Why: rp.b.clashed})
	}
	for _, f := range rp.b.fields {
		if v := f.value(rp.values); f.Is == FieldHold && v != "" {
			req.Hold = message.Text("the field %q is %q", f.name, v)
		}
	}
	if now.Covered && now.Severity == "" {
		req.Notes = append(req.Notes,
			"no rule of the mapping gives this request a severity: no obligation that names severities applies")
	}
	rp.received(req, now.Fields[FieldReceived])
	if due := now.Fields[FieldAgreedDue]; due != "" && now.Times[FieldAgreedDue].IsZero() {
		req.Notes = append(req.Notes, rp.unreadable(FieldAgreedDue, due))
	}
	for _, is := range []string{FieldOnSiteAsked, FieldOnSiteAgreed, FieldArrived} {
		rp.timeless(req, is)
	}
}

// timeless notes a value of a moment's field that names no time: it counts from when it was entered. A ticked box and a
// choice from a list are never read as moments.
func (rp *replay) timeless(req *enforcer.Request, is string) {
	now := req.State()
	value := now.Fields[is]
	f, _ := rp.b.field(is)
	if value == "" || value == "1" || f.In != nil || !now.Times[is].IsZero() {
		return
	}
	req.Notes = append(req.Notes, message.Text("the field %q (%s) counts from when it was entered: %q names no time of "+
		"day; write it as 2026-11-27 12:40", f.name, is, value))
}

func (b *Bound) statusName(id string) string {
	if n := b.statusNames[id]; n != "" {
		return n
	}
	return id
}

// received takes the mapped moment of receipt when it is earlier than the creation. A date without a time is
// its first moment, and counts only when it is an earlier day: it says nothing about the day of creation itself.
func (rp *replay) received(req *enforcer.Request, value string) {
	if value == "" {
		return
	}
	at, dateOnly, ok := parseMoment(value, rp.zone)
	created := req.CreatedAt.In(rp.zone)
	switch {
	case !ok:
		req.Notes = append(req.Notes, rp.unreadable(FieldReceived, value))
	case dateOnly && at.Format(time.DateOnly) == created.Format(time.DateOnly):
	case at.Before(req.CreatedAt):
		req.ReceivedAt = at
	case at.After(req.CreatedAt):
		req.Notes = append(req.Notes, message.Text("received %s is ignored: it is later than the creation, %s", value,
			created.Format(layoutMinutes)))
	}
}

func (rp *replay) unreadable(is, value string) string {
	f, _ := rp.b.field(is)
	return message.Text("the field %q (%s) is ignored: %q is not a moment; write it as 2026-11-27 12:40, or 2026-11-27",
		f.name, is, value)
}
