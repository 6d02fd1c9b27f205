package redminesim

import (
	"net/http"
	"slices"
	"strconv"
)

// visibleIssue finds the issue of a path: 404 when there is none, 403 when there is one that the
// asker may not see.
func (c *call) visibleIssue(arg string) (*issue, reply, bool) {
	id, err := strconv.Atoi(arg)
	i := c.st.issues[id]
	if err != nil || i == nil {
		return nil, empty(http.StatusNotFound), false
	}
	if !c.st.sees(c.user, i) {
		return nil, c.denied(), false
	}
	return i, reply{}, true
}

func (c *call) showIssue(args []string) reply {
	i, rep, found := c.visibleIssue(args[0])
	if !found {
		return rep
	}
	return ok(map[string]any{"issue": c.oneIssue(i)})
}

// oneIssue renders an issue with everything that ?include= may ask for.
func (c *call) oneIssue(i *issue) *Issue {
	out := c.renderIssue(i)
	if c.has("children") {
		out.Children = c.children(i)
	}
	if c.has("attachments") {
		out.Attachments = ptr(c.attachments(i))
	}
	if rel := c.relations(i); c.has("relations") && len(rel) > 0 {
		out.Relations = &rel
	}
	if c.has("journals") {
		out.Journals = ptr(c.journals(i))
	}
	if c.has("watchers") && c.st.can(c.user, c.st.project(i.project), "view_issue_watchers") {
		out.Watchers = ptr(c.watchers(i))
	}
	if c.has("allowed_statuses") {
		all := []StatusRef{}
		for _, s := range c.st.allowedStatuses(c.user, i) {
			all = append(all, StatusRef{s.id, s.name, s.closed})
		}
		out.AllowedStatuses = &all
	}
	return out
}

// renderIssue renders what one issue and the list have in common.
func (c *call) renderIssue(i *issue) *Issue {
	st := c.st
	p, s := st.project(i.project), st.status(i.status)
	out := &Issue{
		ID:      i.id,
		Project: Ref{p.id, p.name}, Tracker: Ref{i.tracker, st.tracker(i.tracker).name},
		Status: StatusRef{s.id, s.name, s.closed}, Priority: Ref{i.priority, st.priority(i.priority).name},
		Author:  c.person(i.author),
		Subject: i.subject, Description: i.description,
		StartDate: orNull(i.start), DueDate: orNull(i.due),
		DoneRatio: i.done, IsPrivate: i.private,
		EstimatedHours: i.estimate, TotalEstimatedHours: c.totalEstimate(i),
		CreatedOn: stamp(i.created), UpdatedOn: stamp(i.updated), ClosedOn: stampOrNull(i.closed),
	}
	if i.assignee != 0 {
		out.AssignedTo = ptr(c.person(i.assignee))
	}
	if i.parent != 0 {
		out.Parent = &Ref{ID: i.parent}
	}
	if st.can(c.user, p, "view_time_entries") {
		own := spent(i)
		total := own
		for _, below := range st.under(i) {
			total += spent(below)
		}
		out.SpentHours, out.TotalSpentHours = &own, &total
	}
	for _, f := range st.issueFields() {
		if st.seesField(c.user, p.id, f) {
			out.CustomFields = append(out.CustomFields, fieldValue(f, i.fields))
		}
	}
	return out
}

func fieldValue(f *customField, values map[int]string) FieldValue {
	v := FieldValue{ID: f.id, Name: f.name}
	if s, set := values[f.id]; set {
		v.Value = &s
	}
	return v
}

func (c *call) person(id int) Ref {
	if u := c.st.user(id); u != nil {
		return Ref{u.id, u.name()}
	}
	return Ref{ID: id}
}

func spent(i *issue) float64 {
	sum := 0.0
	for _, t := range i.times {
		sum += t.hours
	}
	return sum
}

// totalEstimate is the issue's own estimate, or the sum over a parent and what it sees below.
func (c *call) totalEstimate(i *issue) *float64 {
	if len(i.children) == 0 {
		return i.estimate
	}
	sum := 0.0
	for _, x := range append(c.st.under(i), i) {
		if x.estimate != nil && c.st.sees(c.user, x) {
			sum += *x.estimate
		}
	}
	return &sum
}

func (c *call) children(i *issue) []Child {
	var out []Child
	for _, id := range i.children {
		if x := c.st.issues[id]; x != nil {
			out = append(out, Child{x.id, Ref{x.tracker, c.st.tracker(x.tracker).name}, x.subject, c.children(x)})
		}
	}
	return out
}

// watchers lists who watches; 6.x leaves out those who cannot see the issue.
func (c *call) watchers(i *issue) []Ref {
	out := []Ref{}
	for _, id := range i.watchers {
		u := c.st.user(id)
		if u != nil && (c.s.before(V60) || c.st.sees(u, i)) {
			out = append(out, c.person(id))
		}
	}
	return out
}

// relations lists those whose other end the asker may see.
func (c *call) relations(i *issue) []Relation {
	out := []Relation{}
	for _, r := range i.relations {
		if o := c.st.issues[r.other(i.id)]; o != nil && c.st.sees(c.user, o) {
			out = append(out, renderRelation(r))
		}
	}
	return out
}

func renderRelation(r *relation) Relation {
	return Relation{ID: r.id, IssueID: r.from, IssueToID: r.to, RelationType: r.kind}
}

// deleteIssue removes an issue, everything below it and everything about it.
func (c *call) deleteIssue(args []string) reply {
	i, rep, found := c.visibleIssue(args[0])
	if !found {
		return rep
	}
	if !c.st.can(c.user, c.st.project(i.project), "delete_issues") {
		return c.denied()
	}
	c.removeIssue(i)
	if p := c.st.issues[i.parent]; p != nil {
		p.children = slices.DeleteFunc(p.children, func(id int) bool { return id == i.id })
		c.journalChild(p, ptr(strconv.Itoa(i.id)), nil)
		c.recalculate(p)
	}
	return done()
}

func (c *call) removeIssue(i *issue) {
	for _, below := range slices.Clone(i.children) {
		if x := c.st.issues[below]; x != nil {
			c.removeIssue(x)
		}
	}
	for _, r := range slices.Clone(i.relations) {
		c.unlink(r)
	}
	for _, t := range i.times {
		c.st.times = slices.DeleteFunc(c.st.times, func(x *timeEntry) bool { return x == t })
	}
	for _, j := range i.journals {
		delete(c.st.journals, j.id)
	}
	delete(c.st.issues, i.id)
	if at, found := slices.BinarySearch(c.st.order, i.id); found {
		c.st.order = slices.Delete(c.st.order, at, at+1)
	}
}
