package redminesim

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// foreignTimeFilters are filters of time entries that Redmine obeys and this package does not.
// updated_on, created_on and id are not among them: there Redmine has no such filter and ignores it.
var foreignTimeFilters = []string{
	"issue.tracker_id", "issue.status_id", "issue.parent_id", "issue.fixed_version_id", "issue.category_id",
	"issue.subject",
	"author_id", "comments", "hours", "subproject_id", "project.status", "user.group", "user.role", "group_by",
}

// listTimeEntries is served to whoever may read booked time anywhere, be it as a non-member of some public project:
// to a member without the right it is then an empty list, not a refusal.
func (c *call) listTimeEntries([]string) reply {
	for _, name := range foreignTimeFilters {
		if c.query.Has(name) {
			return unmodelled("the filter %s of time entries", name)
		}
	}
	if c.user == nil || !c.st.canAnywhere(c.user, viewTime) {
		return c.denied()
	}
	keep, rep, fine := c.timeTests()
	if !fine {
		return rep
	}
	less, rep, fine := c.timeOrder()
	if !fine {
		return rep
	}
	found := []*timeEntry{}
	for _, t := range c.st.times {
		if c.listsTime(t) && !slices.ContainsFunc(keep, func(k func(*timeEntry) bool) bool { return !k(t) }) {
			found = append(found, t)
		}
	}
	slices.SortFunc(found, less)
	cut, meta := paged(c, found)
	out := struct {
		Entries []timeEntryJSON `json:"time_entries"`
		page
	}{Entries: []timeEntryJSON{}, page: meta}
	for _, t := range cut {
		out.Entries = append(out.Entries, c.renderTime(t))
	}
	return ok(out)
}

// foreignTimeSorts are orders that Redmine obeys and this package does not. updated_on and id are none of Redmine's.
var foreignTimeSorts = []string{"project", "tweek", "author", "user", "activity"}

// timeOrder reads ?sort=. The default is by day and time of creation, the latest first. Ties, and orders with an
// unknown key, are by id.
func (c *call) timeOrder() (func(a, b *timeEntry) int, reply, bool) {
	type less = func(a, b *timeEntry) int
	made := func(a, b *timeEntry) int { return a.created.Compare(b.created) }
	known := map[string]less{
		"spent_on":   func(a, b *timeEntry) int { return cmp.Or(cmp.Compare(a.spentOn, b.spentOn), made(a, b)) },
		"created_on": made,
		"hours":      func(a, b *timeEntry) int { return cmp.Compare(a.hours, b.hours) },
		"issue":      func(a, b *timeEntry) int { return cmp.Compare(a.issue, b.issue) },
	}
	var keys []less
	for _, part := range strings.Split(cmp.Or(c.query.Get("sort"), "spent_on:desc"), ",") {
		name, dir, _ := strings.Cut(part, ":")
		if slices.Contains(foreignTimeSorts, name) || strings.HasPrefix(name, "issue.") || strings.Contains(name, "cf_") {
			return nil, unmodelled("sorting time entries by %s", name), false
		}
		k := known[name]
		switch {
		case k == nil:
		case dir == "desc":
			keys = append(keys, func(a, b *timeEntry) int { return k(b, a) })
		default:
			keys = append(keys, k)
		}
	}
	return func(a, b *timeEntry) int {
		for _, k := range keys {
			if r := k(a, b); r != 0 {
				return r
			}
		}
		return cmp.Compare(a.id, b.id)
	}, reply{}, true
}

// longTimeTests are the filters of the long form. It names each project as it is, without those below it.
func (c *call) longTimeTests() ([]func(*timeEntry) bool, reply, bool) {
	var keep []func(*timeEntry) bool
	for _, name := range c.query["f[]"] {
		op, values := c.query.Get("op["+name+"]"), c.query["v["+name+"][]"]
		switch {
		case name == "issue_id" && (op == "*" || op == "!*"):
			keep = append(keep, func(t *timeEntry) bool { return (t.issue != 0) == (op == "*") })
		case name == "project_id" && op == "=":
			keep = append(keep, func(t *timeEntry) bool { return slices.Contains(values, strconv.Itoa(t.project)) })
		default:
			return nil, unmodelled("the filter %s %s of time entries", name, op), false
		}
	}
	return keep, reply{}, true
}

func (c *call) timeTests() ([]func(*timeEntry) bool, reply, bool) {
	if c.query.Has("f[]") {
		return c.longTimeTests()
	}
	var keep []func(*timeEntry) bool
	if ref := c.query.Get("project_id"); ref != "" {
		p := c.st.projectRef(ref)
		if p == nil {
			return nil, empty(http.StatusNotFound), false
		}
		if !c.st.can(c.user, p, viewTime) {
			return nil, c.denied(), false
		}
		below := c.st.descendants(p.id)
		keep = append(keep, func(t *timeEntry) bool { return slices.Contains(below, t.project) })
	}
	for name, of := range map[string]func(*timeEntry) int{
		"issue_id":    func(t *timeEntry) int { return t.issue },
		"user_id":     func(t *timeEntry) int { return t.user },
		"activity_id": func(t *timeEntry) int { return t.activity },
	} {
		if !c.query.Has(name) {
			continue
		}
		v := c.query.Get(name)
		if v == "me" {
			v = strconv.Itoa(c.user.id)
		}
		if stands := v == "*"; name == "issue_id" && (stands || v == "!*") {
			keep = append(keep, func(t *timeEntry) bool { return (t.issue != 0) == stands })
			continue
		}
		id, err := strconv.Atoi(v)
		if err != nil {
			return nil, unmodelled("the filter %s=%s of time entries", name, v), false
		}
		keep = append(keep, func(t *timeEntry) bool { return of(t) == id })
	}
	return c.daysTests(keep)
}

func (c *call) daysTests(keep []func(*timeEntry) bool) ([]func(*timeEntry) bool, reply, bool) {
	f := filter{field: "spent_on"}
	switch {
	case c.query.Has("spent_on"):
		f = shortFilter("spent_on", kindDate, c.query.Get("spent_on"))
	case c.query.Has("from") && c.query.Has("to"):
		f.op, f.values = "><", []string{c.query.Get("from"), c.query.Get("to")}
	case c.query.Has("from"):
		f.op, f.values = ">=", []string{c.query.Get("from")}
	case c.query.Has("to"):
		f.op, f.values = "<=", []string{c.query.Get("to")}
	default:
		return keep, reply{}, true
	}
	for _, v := range f.values {
		if badDate(f.op, v) {
			return nil, refused(c.fault("spent_on", isInvalid)), false
		}
	}
	t := c.timeTest(f, func(i *issue) time.Time { return day(i.start) })
	if t == nil {
		return nil, unmodelled("the operator %q of spent_on", f.op), false
	}
	return append(keep, func(x *timeEntry) bool { return t(&issue{start: x.spentOn}) }), reply{}, true
}
