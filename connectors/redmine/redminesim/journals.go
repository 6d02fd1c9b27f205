package redminesim

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// journals renders the history an asker may see, oldest first. Private notes are for those with
// view_private_notes and for their author; details of hidden fields and of relations whose other end
// is out of sight are dropped, and so is a journal of which nothing remains.
func (c *call) journals(i *issue) []Journal {
	out := []Journal{}
	insider := c.st.can(c.user, c.st.project(i.project), "view_private_notes")
	all := slices.Clone(i.journals)
	slices.SortStableFunc(all, func(a, b *journal) int { return a.created.Compare(b.created) })
	for _, j := range all {
		if j.private && !insider && (c.user == nil || j.user != c.user.id) {
			continue
		}
		details := c.details(j)
		if blank(j.notes) && len(details) == 0 {
			continue
		}
		r := Journal{
			ID: j.id, User: c.person(j.user), Notes: j.notes, CreatedOn: stamp(j.created),
			PrivateNotes: j.private, Details: details,
		}
		if !c.s.before(V60) {
			r.UpdatedOn = stamp(j.updated)
			if j.updatedBy != 0 {
				r.UpdatedBy = ptr(c.person(j.updatedBy))
			}
		}
		out = append(out, r)
	}
	return out
}

func (c *call) details(j *journal) []Detail {
	out := []Detail{}
	for _, d := range j.details {
		if c.seesDetail(j, d) {
			out = append(out, Detail{d.property, d.name, d.old, d.new})
		}
	}
	return out
}

func (c *call) seesDetail(j *journal, d detail) bool {
	switch d.property {
	case "cf":
		id, _ := strconv.Atoi(d.name)
		f := c.st.field(id)
		return f != nil && c.st.seesField(c.user, j.issue.project, f)
	case "relation":
		id, _ := strconv.Atoi(*cmp.Or(d.new, d.old))
		o := c.st.issues[id]
		return o != nil && c.st.sees(c.user, o)
	}
	return true
}

// blank is Ruby's: null, empty, or nothing but white space.
func blank(s *string) bool { return s == nil || strings.TrimSpace(*s) == "" }

// record adds a journal to an issue. A private note beside changes becomes two journals: a public
// one with the changes and null for notes, then the private one, since changes are never private.
func (c *call) record(i *issue, notes *string, private bool, details []detail) {
	if blank(notes) && len(details) == 0 {
		return
	}
	if blank(notes) {
		private = false
	}
	if private && len(details) > 0 {
		c.st.addJournal(&journal{user: c.user.id, issue: i, created: c.now, updated: c.now, details: details})
		details = nil
	}
	c.st.addJournal(&journal{
		user: c.user.id, issue: i, notes: notes, private: private,
		created: c.now, updated: c.now, details: details,
	})
	c.autoWatch(i)
}

// autoWatch makes whoever contributes a watcher, when the role may add watchers: the default of
// every account since 5.0.
func (c *call) autoWatch(i *issue) {
	if c.st.can(c.user, c.st.project(i.project), "add_issue_watchers") && !slices.Contains(i.watchers, c.user.id) {
		i.watchers = append(i.watchers, c.user.id)
	}
}

// journalChild records on a parent that it got or lost a child, which moves its updated_on too.
func (c *call) journalChild(parent *issue, old, now *string) {
	if !c.st.sees(c.user, parent) {
		return
	}
	c.record(parent, ptr(""), false, []detail{{"attr", "child_id", old, now}})
	c.touch(parent)
}

// touch moves updated_on to now; acts dated back (Person.At) never move it backwards.
func (c *call) touch(i *issue) {
	if c.now.After(i.updated) {
		i.updated = c.now
	}
	i.lock++
}

// updateJournal edits a note. It leaves the issue's updated_on alone. Emptying a note that stands
// alone deletes the journal.
func (c *call) updateJournal(args []string) reply {
	id, err := strconv.Atoi(args[0])
	j := c.st.journals[id]
	if err != nil || j == nil || !c.seesJournal(j) {
		return empty(http.StatusNotFound)
	}
	if !c.mayEditJournal(j) {
		return c.denied()
	}
	attrs, rep, fine := c.object("journal")
	if !fine {
		return rep
	}
	if v, sent := attrs["notes"]; sent {
		notes, is := asText(v)
		if !is {
			return unmodelled("a note of type %T", v)
		}
		j.notes, j.updated, j.updatedBy = ptr(notes), c.now, c.user.id
	}
	if v, sent := attrs["private_notes"]; sent && c.st.can(c.user, c.st.project(j.issue.project), "set_notes_private") {
		j.private, j.updated, j.updatedBy = asBool(v), c.now, c.user.id
	}
	if blank(j.notes) && len(j.details) == 0 {
		delete(c.st.journals, j.id)
		j.issue.journals = slices.DeleteFunc(j.issue.journals, func(x *journal) bool { return x == j })
	}
	return done()
}

func (c *call) seesJournal(j *journal) bool {
	if !c.st.sees(c.user, j.issue) {
		return false
	}
	return !j.private || j.user == c.user.id || c.st.can(c.user, c.st.project(j.issue.project), "view_private_notes")
}

func (c *call) mayEditJournal(j *journal) bool {
	p := c.st.project(j.issue.project)
	return c.st.can(c.user, p, "edit_issue_notes") ||
		(j.user == c.user.id && c.st.can(c.user, p, "edit_own_issue_notes"))
}
