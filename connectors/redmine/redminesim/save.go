package redminesim

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// save makes a change real: the issue, its history, and what follows from it elsewhere.
func (ch *change) save() reply {
	if ch.s.opt.Postgres && ch.notes != nil && strings.ContainsRune(*ch.notes, 0) {
		return failed(http.StatusInternalServerError) // PostgreSQL takes no NUL
	}
	old, next := ch.old, ch.next
	before := *old
	details := ch.diff()
	for _, a := range ch.files {
		details = append(details, detail{"attachment", strconv.Itoa(a.id), nil, ptr(a.name)})
	}
	idle := len(details) == 0 && blank(ch.notes)
	if idle && !ch.s.before(V61) {
		return done()
	}
	closing := !ch.st.isClosed(old) && ch.st.isClosed(next)
	if closing {
		next.closed = ch.now
		ch.closeDuplicates(old, next.status)
	}
	ch.apply()
	ch.touch(old)
	ch.keepFiles()
	if before.project != old.project {
		ch.moved(old, before.project)
	}
	ch.record(old, ch.notes, ch.private, details)
	if before.parent != old.parent {
		ch.adopt(ch.st.issues[before.parent], ch.st.issues[old.parent])
	} else if p := ch.st.issues[old.parent]; p != nil {
		ch.recalculate(p)
	}
	return done()
}

// apply writes the values of next into the stored issue, which keeps its place and its history.
func (ch *change) apply() {
	old, next := ch.old, ch.next
	old.project, old.tracker, old.status, old.priority = next.project, next.tracker, next.status, next.priority
	old.assignee, old.parent, old.subject, old.description = next.assignee, next.parent, next.subject, next.description
	old.start, old.due, old.done, old.estimate = next.start, next.due, next.done, next.estimate
	old.private, old.fields, old.closed = next.private, next.fields, next.closed
}

// diff lists the changes as a journal tells them: columns in the order of the table, then custom
// fields. Empty and null are the same.
func (ch *change) diff() []detail {
	a, b := ch.old, ch.next
	var out []detail
	add := func(column string, was, is *string) {
		if was != nil && *was == "" {
			was = nil
		}
		if is != nil && *is == "" {
			is = nil
		}
		if (was == nil) != (is == nil) || (was != nil && *was != *is) {
			out = append(out, detail{"attr", column, was, is})
		}
	}
	add("tracker_id", num(a.tracker), num(b.tracker))
	add("project_id", num(a.project), num(b.project))
	add("subject", &a.subject, &b.subject)
	add("description", a.description, b.description)
	add("due_date", &a.due, &b.due)
	add("status_id", num(a.status), num(b.status))
	add("assigned_to_id", num(a.assignee), num(b.assignee))
	add("priority_id", num(a.priority), num(b.priority))
	add("start_date", &a.start, &b.start)
	add("done_ratio", ptr(strconv.Itoa(a.done)), ptr(strconv.Itoa(b.done)))
	add("estimated_hours", hours(a.estimate), hours(b.estimate))
	add("parent_id", num(a.parent), num(b.parent))
	add("is_private", flag(a.private), flag(b.private))
	for _, f := range ch.st.issueFields() {
		was, had := a.fields[f.id]
		is := b.fields[f.id]
		if was == is {
			continue
		}
		d := detail{"cf", strconv.Itoa(f.id), &was, &is}
		if !had {
			d.old = nil
		}
		out = append(out, d)
	}
	return out
}

// num is a reference in a journal: 0 is none.
func num(id int) *string {
	if id == 0 {
		return nil
	}
	return ptr(strconv.Itoa(id))
}

func flag(b bool) *string {
	if b {
		return ptr("1")
	}
	return ptr("0")
}

func hours(h *float64) *string {
	if h == nil {
		return nil
	}
	return ptr(rubyFloat(*h))
}

// closeDuplicates closes what duplicates an issue that closes, with the same note, by the same user
// (setting close_duplicate_issues, on by default).
func (ch *change) closeDuplicates(i *issue, to int) {
	for _, r := range slices.Clone(i.relations) {
		d := ch.st.issues[r.from]
		if r.kind != "duplicates" || r.to != i.id || d == nil || ch.st.isClosed(d) {
			continue
		}
		details := []detail{{"attr", "status_id", num(d.status), num(to)}}
		d.status, d.closed = to, ch.now
		ch.closeDuplicates(d, to)
		ch.touch(d)
		ch.record(d, ch.notes, ch.private, details)
		if p := ch.st.issues[d.parent]; p != nil {
			ch.recalculate(p)
		}
	}
}

// moved does what follows a move to another project: time entries and subtasks go along, relations
// are lost without a journal (setting cross_project_issue_relations, off by default).
func (ch *change) moved(i *issue, from int) {
	for _, t := range i.times {
		t.project = i.project
	}
	for _, r := range slices.Clone(i.relations) {
		ch.dropRelation(r)
	}
	for _, id := range i.children {
		if x := ch.st.issues[id]; x != nil && x.project == from {
			x.project = i.project
			ch.touch(x)
			ch.moved(x, from)
		}
	}
}

// adopt takes the issue of a change from one parent to another; either may be nil. Each of them
// records it, and works its own values out again.
func (ch *change) adopt(from, to *issue) {
	i := ch.old
	if i == nil {
		i = ch.next
	}
	if from != nil {
		from.children = slices.DeleteFunc(from.children, func(id int) bool { return id == i.id })
		ch.recalculate(from)
		ch.journalChild(from, num(i.id), nil)
	}
	if to != nil {
		to.children = append(to.children, i.id)
		slices.Sort(to.children)
		ch.recalculate(to)
		ch.journalChild(to, nil, num(i.id))
	}
}

// recalculate gives a parent what it derives from its children: the highest priority of the open
// ones (the default when none is open), the span of their dates, the mean of their progress. It
// moves updated_on and writes no journal, and goes on upwards.
func (c *call) recalculate(p *issue) {
	var kids []*issue
	for _, id := range p.children {
		if x := c.st.issues[id]; x != nil {
			kids = append(kids, x)
		}
	}
	if len(kids) > 0 {
		was := [4]any{p.priority, p.start, p.due, p.done}
		p.priority = c.highest(kids)
		p.start, p.due = dates(kids)
		p.done = c.progress(kids)
		if was != [4]any{p.priority, p.start, p.due, p.done} {
			c.touch(p)
		}
	}
	if up := c.st.issues[p.parent]; up != nil {
		c.recalculate(up)
	}
}

func (c *call) highest(kids []*issue) int {
	top := -1
	for _, x := range kids {
		if !c.st.isClosed(x) {
			top = max(top, c.st.rank(x.priority))
		}
	}
	if top < 0 {
		return c.st.defaultPriority()
	}
	return c.st.priorities[top].id
}

func dates(kids []*issue) (start, due string) {
	for _, x := range kids {
		if x.start != "" && (start == "" || x.start < start) {
			start = x.start
		}
		due = max(due, x.due)
	}
	if start != "" && due != "" && due < start {
		start, due = due, start
	}
	return start, due
}

// progress is the mean over the children, weighted with their estimates; a closed one counts as
// done, one without an estimate as an average one.
func (c *call) progress(kids []*issue) int {
	sum, known := 0.0, 0
	weight := func(x *issue) float64 {
		if e := c.totalEstimate(x); e != nil {
			return *e
		}
		return 0
	}
	for _, x := range kids {
		if w := weight(x); w > 0 {
			sum, known = sum+w, known+1
		}
	}
	average := 1.0
	if known > 0 {
		average = sum / float64(known)
	}
	total := 0.0
	for _, x := range kids {
		w, ratio := weight(x), float64(x.done)
		if w <= 0 {
			w = average
		}
		if c.st.isClosed(x) {
			ratio = 100
		}
		total += w * ratio
	}
	return int(total / (average * float64(len(kids))))
}

// today is the tracker's date.
func (c *call) today() string { return c.now.Format(time.DateOnly) }
