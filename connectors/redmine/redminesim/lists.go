package redminesim

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// cookieLimit is the query beyond which 5.0 and 6.0 fail: they keep it in the session cookie.
// 1,891 characters of ids passed, 2,099 did not.
const cookieLimit = 2000

func (c *call) listIssues([]string) reply { return c.listIn(c.query.Get("project_id")) }

func (c *call) listProjectIssues(args []string) reply { return c.listIn(args[0]) }

// listIn lists the issues of a project and those below it, or of all projects.
func (c *call) listIn(ref string) reply {
	var in *project
	if ref != "" {
		if in = c.st.projectRef(ref); in == nil {
			return empty(http.StatusNotFound)
		}
		if !c.st.can(c.user, in, "view_issues") {
			return c.denied()
		}
	}
	if c.query.Has("query_id") { // this tracker holds no saved queries
		return empty(http.StatusNotFound)
	}
	if c.s.before(V61) && len(c.query.Get("issue_id")) > cookieLimit {
		return failed(http.StatusInternalServerError)
	}
	filters, rep, fine := c.filters(in)
	if !fine {
		return rep
	}
	if errs := c.faults(filters); len(errs) > 0 {
		return refused(errs...)
	}
	keep, rep, fine := c.tests(filters)
	if !fine {
		return rep
	}
	less, rep, fine := c.ordering()
	if !fine {
		return rep
	}
	found := c.matching(in, filters, keep)
	slices.SortFunc(found, less)
	return c.issuePage(found)
}

// matching walks over all issues once.
func (c *call) matching(in *project, filters []filter, keep []test) []*issue {
	scope := c.scope(in, filters)
	visible := map[int]bool{} // projects where everything is visible, to spare the question per issue
	for _, p := range c.st.projects {
		visible[p.id] = c.seesAll(p)
	}
	var out []*issue
next:
	for _, id := range c.st.order {
		i := c.st.issues[id]
		if scope != nil && !scope[i.project] {
			continue
		}
		if !visible[i.project] && !c.st.sees(c.user, i) {
			continue
		}
		for _, t := range keep {
			if !t(i) {
				continue next
			}
		}
		out = append(out, i)
	}
	return out
}

func (c *call) seesAll(p *project) bool {
	if c.user == nil || !p.open("view_issues") {
		return false
	}
	return c.user.admin || slices.ContainsFunc(c.st.rolesIn(c.user, p.id), func(r *role) bool {
		return r.has("view_issues") && r.sees == "all"
	})
}

// scope is the set of projects asked for; nil is all. Subprojects belong to it unless told otherwise.
func (c *call) scope(in *project, filters []filter) map[int]bool {
	if in == nil {
		return nil
	}
	all := map[int]bool{}
	for _, id := range c.st.descendants(in.id) {
		all[id] = true
	}
	for _, f := range filters {
		if f.field != "subproject_id" || f.op == "*" {
			continue
		}
		for id := range all {
			named := slices.Contains(f.values, strconv.Itoa(id))
			if id != in.id && (f.op == "!*" || (f.op == "=" && !named) || (f.op == "!" && named)) {
				delete(all, id)
			}
		}
	}
	return all
}

// issuePage cuts a page out of the list and renders it.
func (c *call) issuePage(found []*issue) reply {
	cut, meta := paged(c, found)
	out := struct {
		Issues []*Issue `json:"issues"`
		page
	}{Issues: []*Issue{}, page: meta}
	for _, i := range cut {
		r := c.renderIssue(i)
		if c.has("attachments") {
			r.Attachments = ptr(c.attachments(i))
		}
		if c.has("relations") {
			r.Relations = ptr(c.relations(i))
		}
		out.Issues = append(out.Issues, r)
	}
	return ok(out)
}

// paged cuts by limit and offset or page: 25 at a time by default and for nonsense, never over 100.
func paged[T any](c *call, all []T) ([]T, page) {
	limit := rubyInt(c.query.Get("limit"))
	switch {
	case limit < 1:
		limit = 25
	case limit > 100:
		limit = 100
	}
	offset := max(0, rubyInt(c.query.Get("offset")))
	if !c.query.Has("offset") && c.query.Has("page") {
		offset = max(0, (rubyInt(c.query.Get("page"))-1)*limit)
	}
	meta := page{ptr(len(all)), &offset, &limit}
	if c.query.Get("nometa") == "1" {
		meta = page{}
	}
	from := min(offset, len(all))
	return all[from:min(from+limit, len(all))], meta
}

// rubyInt is Ruby's to_i: the digits a text begins with, else 0.
func rubyInt(s string) int {
	s = strings.TrimSpace(s)
	end := 0
	for end < len(s) && (s[end] >= '0' && s[end] <= '9' || end == 0 && (s[0] == '-' || s[0] == '+')) {
		end++
	}
	n, _ := strconv.Atoi(s[:end])
	return n
}

// sortKeys are the columns that are modelled; foreignSorts those Redmine would obey as well.
var foreignSorts = []string{
	"author", "assigned_to", "category", "fixed_version", "parent", "parent.subject", "total_estimated_hours",
	"spent_hours",
	"total_spent_hours", "last_updated_by", "is_private", "relations", "attachments",
}

type order func(a, b *issue) int

// ordering reads ?sort=key[:desc],…: three keys count, unknown ones are passed over, and ties are
// broken by id, descending. Without any key the newest id comes first.
func (c *call) ordering() (order, reply, bool) {
	var keys []order
	for n, part := range strings.Split(c.query.Get("sort"), ",") {
		name, dir, _ := strings.Cut(part, ":")
		if slices.Contains(foreignSorts, name) || strings.HasPrefix(name, "cf_") {
			return nil, unmodelled("sorting by %s", name), false
		}
		k := c.sortKey(name)
		if k == nil || n > 2 {
			continue
		}
		if dir == "desc" {
			keys = append(keys, func(a, b *issue) int { return k(b, a) })
		} else {
			keys = append(keys, k)
		}
	}
	return func(a, b *issue) int {
		for _, k := range keys {
			if r := k(a, b); r != 0 {
				return r
			}
		}
		return cmp.Compare(b.id, a.id)
	}, reply{}, true
}

func (c *call) sortKey(name string) order {
	switch name {
	case "id":
		return func(a, b *issue) int { return cmp.Compare(a.id, b.id) }
	case "updated_on":
		return func(a, b *issue) int { return a.updated.Compare(b.updated) }
	case "created_on":
		return func(a, b *issue) int { return a.created.Compare(b.created) }
	case "closed_on":
		return func(a, b *issue) int { return c.nulls(a.closed, b.closed) }
	case "priority":
		return func(a, b *issue) int { return cmp.Compare(c.st.rank(a.priority), c.st.rank(b.priority)) }
	case "status":
		return func(a, b *issue) int { return cmp.Compare(a.status, b.status) }
	case "tracker":
		return func(a, b *issue) int { return cmp.Compare(a.tracker, b.tracker) }
	case "subject":
		return func(a, b *issue) int { return cmp.Compare(a.subject, b.subject) }
	case "done_ratio":
		return func(a, b *issue) int { return cmp.Compare(a.done, b.done) }
	case "project":
		return func(a, b *issue) int {
			return cmp.Compare(c.st.project(a.project).name, c.st.project(b.project).name)
		}
	}
	return nil
}

// nulls compares moments of which some never were: SQLite has those first, PostgreSQL last.
func (c *call) nulls(a, b time.Time) int {
	if a.IsZero() != b.IsZero() && c.s.opt.Postgres {
		return b.Compare(a)
	}
	return a.Compare(b)
}
