package redminesim

import (
	"slices"
	"strconv"
)

// change is an update of an issue: its stored state and the state after it.
type change struct {
	*call
	old   *issue // nil for a new issue
	next  *issue
	notes *string
	// private says that the note is to be private; it is false for roles that may not write private notes.
	private   bool
	fieldSent bool             // custom fields were sent: all of them are checked, the untouched too
	lists     map[int][]string // custom fields for which a list was sent
	badParent bool
	wrong     []string // what is wrong with the values themselves
	badHours  bool
	lock      *int
	files     []*attachment
	badFile   bool
}

// updateIssue is PUT /issues/ID.json. Nothing in its 204 says how much was done.
func (c *call) updateIssue(args []string) reply {
	i, rep, found := c.visibleIssue(args[0])
	if !found {
		return rep
	}
	p := c.st.project(i.project)
	if !c.st.mayEdit(c.user, i) && !c.st.can(c.user, p, "add_issue_notes") {
		return c.denied()
	}
	if c.body["time_entry"] != nil {
		return unmodelled("a time entry inside the update of an issue")
	}
	attrs, rep, fine := c.object("issue")
	if !fine {
		return rep
	}
	ch := &change{call: c, old: i, next: i.clone(), notes: ptr("")}
	if rep, fine := ch.assign(attrs); !fine {
		return rep
	}
	if ch.isStale() {
		return refused([]string{}...)
	}
	if errs := ch.validate(); len(errs) > 0 {
		return refused(errs...)
	}
	return ch.save()
}

// isStale reports a lost race: lock_version was sent and is not the current one, or a test asked
// for one by StaleNext.
func (ch *change) isStale() bool {
	if n := ch.s.stale[ch.old.id]; n > 0 {
		ch.s.stale[ch.old.id] = n - 1
		return true
	}
	return ch.lock != nil && *ch.lock != ch.old.lock
}

// assign takes over what was sent, as far as this user may set it, in Redmine's own order: project,
// tracker, status, assignee, then the rest, each judged by the workflow of what came before.
func (ch *change) assign(attrs map[string]any) (reply, bool) {
	for _, part := range []func(map[string]any) (string, bool){
		ch.assignProject, ch.assignTracker, ch.assignStatus, ch.assignPerson, ch.assignPriority,
		ch.assignNumbers, ch.assignTexts, ch.assignDates, ch.assignParent, ch.assignFields, ch.assignNotes, ch.assignFiles,
	} {
		if missing, fine := part(attrs); !fine {
			return unmodelled("%s of this type", missing), false
		}
	}
	return reply{}, true
}

// safe reports whether the user may set a field: by role, by the tracker's standard fields, by the
// workflow, and by what a parent derives from its children. What is not safe is passed over in silence.
func (ch *change) safe(column string) bool {
	p, next := ch.st.project(ch.next.project), ch.next
	if ch.old != nil && !ch.st.mayEdit(ch.user, next) {
		return false
	}
	switch {
	case ch.st.tracker(next.tracker).disabled[column],
		ch.st.rule(ch.user, next, column) == "readonly",
		column == "parent_issue_id" && !ch.st.can(ch.user, p, "manage_subtasks"):
		return false
	}
	derived := []string{"priority_id", "start_date", "due_date", "done_ratio"}
	return len(next.children) == 0 || !slices.Contains(derived, column)
}

func (ch *change) assignProject(attrs map[string]any) (string, bool) {
	v, sent := attrs["project_id"]
	ref, is := asText(v)
	if !sent || !is || ch.old == nil || !ch.safe("project_id") {
		return "project_id", is || !sent
	}
	p := ch.st.projectRef(ref)
	if p == nil || p.id == ch.next.project || !ch.st.can(ch.user, p, "add_issues") {
		return "", true
	}
	if ch.st.root(p.id) != ch.st.root(ch.next.project) {
		ch.next.parent = 0 // subtasks stay within one tree of projects
	}
	ch.next.project = p.id
	if !slices.Contains(p.trackers, ch.next.tracker) {
		ch.next.tracker = p.trackers[0]
	}
	return "", true
}

func (ch *change) assignTracker(attrs map[string]any) (string, bool) {
	v, sent := attrs["tracker_id"]
	id, is := asInt(v)
	if !sent || !is || !ch.safe("tracker_id") {
		return "tracker_id", is || !sent
	}
	p := ch.st.project(ch.next.project)
	if slices.Contains(p.trackers, id) && ch.st.can(ch.user, p, "add_issues") {
		ch.next.tracker = id
	}
	return "", true
}

// assignStatus passes over whatever the workflow does not allow, names among it. A new issue gets the
// tracker's default status: no role here has arrows for new issues.
func (ch *change) assignStatus(attrs map[string]any) (string, bool) {
	v, sent := attrs["status_id"]
	id, is := asInt(v)
	if !sent || !is || ch.old == nil || !ch.safe("status_id") {
		return "status_id", is || !sent
	}
	if slices.ContainsFunc(ch.st.allowedStatuses(ch.user, ch.next), func(s *status) bool { return s.id == id }) {
		ch.next.status = id
	}
	return "", true
}

// assignPerson: "" takes the assignee away, null is passed over, "me" is the user.
func (ch *change) assignPerson(attrs map[string]any) (string, bool) {
	v := attrs["assigned_to_id"]
	if v == nil || !ch.safe("assigned_to_id") {
		return "", true
	}
	id, is := asInt(v)
	switch {
	case !is:
		return "assigned_to_id", false
	case v == "me":
		id = ch.user.id
	case v != "" && id == 0:
		id = nobody
	}
	ch.next.assignee = id
	return "", true
}

// nobody stands for a value that names no user, which is refused; 0 means that there is no assignee.
const nobody = -1

// assignPriority: "" is refused by 5.0 and passed over by 6.x; a value that is no priority is refused.
func (ch *change) assignPriority(attrs map[string]any) (string, bool) {
	v, sent := attrs["priority_id"]
	if !sent || !ch.safe("priority_id") || (v == "" && !ch.s.before(V60)) {
		return "", true
	}
	id, is := asInt(v)
	if !is || (v == nil && !ch.s.before(V60)) {
		return "priority_id", false
	}
	ch.next.priority = id
	return "", true
}

func (ch *change) assignNumbers(attrs map[string]any) (string, bool) {
	if v, sent := attrs["done_ratio"]; sent && ch.safe("done_ratio") {
		n, is := asInt(v)
		if !is {
			return "done_ratio", false
		}
		ch.next.done = n
	}
	if v, sent := attrs["estimated_hours"]; sent && ch.safe("estimated_hours") {
		h, fine := asHours(v)
		ch.badHours = !fine
		ch.next.estimate = h
	}
	if v, sent := attrs["lock_version"]; sent && ch.safe("lock_version") {
		n, is := asInt(v)
		if !is {
			return "lock_version", false
		}
		ch.lock = &n
	}
	for _, column := range []string{"category_id", "fixed_version_id"} {
		v, sent := attrs[column]
		if !sent || v == "" || v == nil || !ch.safe(column) {
			continue
		}
		ch.wrong = append(ch.wrong, ch.fault(column, notInList)) // no project here has any
	}
	return "", true
}

func (ch *change) assignTexts(attrs map[string]any) (string, bool) {
	if v, sent := attrs["subject"]; sent && ch.safe("subject") {
		s, is := asText(v)
		if !is {
			return "subject", false
		}
		ch.next.subject = s
	}
	if v, sent := attrs["description"]; sent && ch.safe("description") {
		s, is := asText(v)
		if !is {
			return "description", false
		}
		ch.next.description = ptr(crlf(s))
		if v == nil {
			ch.next.description = nil
		}
	}
	if v, sent := attrs["is_private"]; sent {
		p := ch.st.project(ch.next.project)
		own := ch.next.author == ch.user.id && ch.st.can(ch.user, p, "set_own_issues_private")
		if own || ch.st.can(ch.user, p, "set_issues_private") {
			ch.next.private = asBool(v)
		}
	}
	return "", true
}

func (ch *change) assignDates(attrs map[string]any) (string, bool) {
	for _, d := range []struct {
		column string
		at     *string
	}{{"start_date", &ch.next.start}, {"due_date", &ch.next.due}} {
		v, sent := attrs[d.column]
		if !sent || !ch.safe(d.column) {
			continue
		}
		date, fine := asDate(v)
		if !fine {
			ch.wrong = append(ch.wrong, ch.fault(d.column, notADate))
		}
		*d.at = date
	}
	return "", true
}

func (ch *change) assignParent(attrs map[string]any) (string, bool) {
	v, sent := attrs["parent_issue_id"]
	if !sent || !ch.safe("parent_issue_id") {
		return "", true
	}
	id, is := asInt(v)
	if !is {
		return "parent_issue_id", false
	}
	if v == nil || v == "" {
		ch.next.parent = 0
		return "", true
	}
	p := ch.st.issues[id]
	ch.badParent = p == nil || !ch.st.sees(ch.user, p)
	if !ch.badParent {
		ch.next.parent = id
	}
	return "", true
}

// assignNotes drops the note of a role without add_issue_notes, and makes public the private note of
// a role without set_notes_private.
func (ch *change) assignNotes(attrs map[string]any) (string, bool) {
	p := ch.st.project(ch.next.project)
	if v, sent := attrs["notes"]; sent && ch.st.can(ch.user, p, "add_issue_notes") {
		s, is := asText(v)
		if !is {
			return "notes", false
		}
		ch.notes = &s
		if v == nil {
			ch.notes = nil
		}
	}
	if v, sent := attrs["private_notes"]; sent && ch.old != nil && ch.st.can(ch.user, p, "set_notes_private") {
		ch.private = asBool(v)
	}
	return "", true
}

// createIssue is POST /issues.json.
func (c *call) createIssue([]string) reply {
	if !c.st.canAnywhere(c.user, "add_issues") {
		return c.denied()
	}
	attrs, rep, fine := c.object("issue")
	if !fine {
		return rep
	}
	ref, _ := asText(attrs["project_id"])
	p := c.st.projectRef(ref)
	if p == nil || !c.st.can(c.user, p, "add_issues") {
		return refused(c.fault("project_id", isBlank), c.fault("tracker_id", isBlank), c.fault("status_id", isBlank))
	}
	tracker := p.trackers[0]
	ch := &change{call: c, next: &issue{
		project: p.id, tracker: tracker, status: c.st.tracker(tracker).defaultStatus, priority: c.st.defaultPriority(),
		author: c.user.id, start: c.now.Format("2006-01-02"), fields: map[int]string{},
	}}
	if rep, fine := ch.assign(attrs); !fine {
		return rep
	}
	if errs := ch.validate(); len(errs) > 0 {
		return refused(errs...)
	}
	ch.insert(attrs)
	r := created(map[string]any{"issue": c.oneIssue(ch.next)})
	r.header = map[string]string{"Location": "http://" + c.r.Host + "/issues/" + strconv.Itoa(ch.next.id)}
	return r
}

// insert stores a new issue. That adds no journal to the issue itself, but one to its parent.
func (ch *change) insert(attrs map[string]any) {
	i := ch.next
	i.id = ch.st.next("issues")
	i.created, i.updated = ch.now, ch.now
	ch.st.issues[i.id] = i
	ch.st.order = append(ch.st.order, i.id)
	ch.keepFiles()
	if !ch.s.before(V60) {
		ch.autoWatch(i)
	}
	if ids, is := attrs["watcher_user_ids"].([]any); is &&
		ch.st.can(ch.user, ch.st.project(i.project), "add_issue_watchers") {
		for _, v := range ids {
			if id, _ := asInt(v); ch.st.user(id) != nil && !slices.Contains(i.watchers, id) {
				i.watchers = append(i.watchers, id)
			}
		}
	}
	if p := ch.st.issues[i.parent]; p != nil {
		ch.adopt(nil, p)
	}
}
