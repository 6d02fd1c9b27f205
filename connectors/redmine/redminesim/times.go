package redminesim

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

type timeEntryJSON struct {
	ID        int     `json:"id"`
	Project   Ref     `json:"project"`
	Issue     *Ref    `json:"issue,omitempty"`
	User      Ref     `json:"user"`
	Activity  Ref     `json:"activity"`
	Hours     float64 `json:"hours"`
	Comments  *string `json:"comments"`
	SpentOn   string  `json:"spent_on"`
	CreatedOn string  `json:"created_on"`
	UpdatedOn string  `json:"updated_on"`
}

func (c *call) renderTime(t *timeEntry) timeEntryJSON {
	p := c.st.project(t.project)
	out := timeEntryJSON{
		ID: t.id, Project: Ref{p.id, p.name}, Issue: &Ref{ID: t.issue}, User: c.person(t.user), Activity: Ref{ID: t.activity},
		Hours: t.hours, Comments: t.comments, SpentOn: t.spentOn, CreatedOn: stamp(t.created), UpdatedOn: stamp(t.updated),
	}
	if a := c.activity(t.activity); a != nil {
		out.Activity = Ref{a.id, a.name}
	}
	return out
}

func (c *call) activity(id int) *activity {
	for n := range c.st.activities {
		if c.st.activities[n].id == id {
			return &c.st.activities[n]
		}
	}
	return nil
}

func (c *call) seesTime(t *timeEntry) bool {
	return c.st.can(c.user, c.st.project(t.project), "view_time_entries")
}

// foreignTimeFilters are filters of time entries that Redmine obeys and this package does not.
// updated_on and created_on are not among them: there Redmine has no such filter and ignores it.
var foreignTimeFilters = []string{
	"issue.tracker_id", "issue.status_id", "issue.parent_id", "issue.fixed_version_id", "issue.category_id", "issue.subject",
	"author_id", "comments", "hours", "subproject_id", "project.status", "user.group", "user.role", "f[]", "group_by", "sort",
}

// listTimeEntries lists by day, the latest first, and by id within a day.
func (c *call) listTimeEntries([]string) reply {
	for _, name := range foreignTimeFilters {
		if c.query.Has(name) {
			return unmodelled("the filter %s of time entries", name)
		}
	}
	if c.user == nil {
		return c.denied()
	}
	keep, rep, fine := c.timeTests()
	if !fine {
		return rep
	}
	found := []*timeEntry{}
	for _, t := range c.st.times {
		if c.seesTime(t) && !slices.ContainsFunc(keep, func(k func(*timeEntry) bool) bool { return !k(t) }) {
			found = append(found, t)
		}
	}
	slices.SortFunc(found, func(a, b *timeEntry) int {
		return cmp.Or(cmp.Compare(b.spentOn, a.spentOn), cmp.Compare(a.id, b.id))
	})
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

func (c *call) timeTests() ([]func(*timeEntry) bool, reply, bool) {
	var keep []func(*timeEntry) bool
	if ref := c.query.Get("project_id"); ref != "" {
		p := c.st.projectRef(ref)
		if p == nil {
			return nil, empty(http.StatusNotFound), false
		}
		if !c.st.can(c.user, p, "view_time_entries") {
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
		if v == "me" && c.user != nil {
			v = strconv.Itoa(c.user.id)
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

// createTimeEntry logs time on an issue, which itself is left untouched: no journal, the same
// updated_on.
func (c *call) createTimeEntry([]string) reply {
	if c.user == nil {
		return c.denied()
	}
	attrs, rep, fine := c.object("time_entry")
	if !fine {
		return rep
	}
	if attrs["project_id"] != nil {
		return unmodelled("time entries of a project without an issue")
	}
	id, _ := asInt(attrs["issue_id"])
	i := c.st.issues[id]
	if i == nil || !c.st.sees(c.user, i) {
		return refused(c.fault("project_id", isBlank), c.fault("project_id", isInvalid), c.fault("issue_id", isInvalid))
	}
	p := c.st.project(i.project)
	if !c.st.can(c.user, p, "log_time") {
		return c.denied()
	}
	t := &timeEntry{issue: i.id, project: i.project, user: c.user.id, author: c.user.id, spentOn: c.today()}
	if errs := c.fillTime(t, p, attrs); len(errs) > 0 {
		return refused(errs...)
	}
	t.id = c.st.next("time_entries")
	t.created, t.updated = c.now, c.now
	c.st.times = append(c.st.times, t)
	i.times = append(i.times, t)
	res := created(map[string]any{"time_entry": c.renderTime(t)})
	res.header = map[string]string{"Location": "http://" + c.r.Host + "/time_entries/" + strconv.Itoa(t.id)}
	return res
}

func (c *call) fillTime(t *timeEntry, p *project, attrs map[string]any) []string {
	var errs []string
	t.activity, _ = asInt(attrs["activity_id"])
	switch {
	case t.activity == 0:
		errs = append(errs, c.fault("activity_id", isBlank))
	case c.activity(t.activity) == nil:
		errs = append(errs, c.fault("activity_id", notInList))
	}
	h, valid := asHours(attrs["hours"])
	switch {
	case !valid, h != nil && *h < 0:
		errs = append(errs, c.fault("hours", isInvalid))
	case h == nil:
		errs = append(errs, c.fault("hours", isBlank))
	default:
		t.hours = *h
	}
	if s, _ := asText(attrs["comments"]); s != "" {
		t.comments = &s
	}
	if v, sent := attrs["spent_on"]; sent {
		date, valid := asDate(v)
		if !valid || date == "" {
			errs = append(errs, c.fault("spent_on", isBlank))
		}
		t.spentOn = date
	}
	if id, _ := asInt(attrs["user_id"]); id != 0 && id != c.user.id && c.st.can(c.user, p, "log_time_for_other_users") {
		if u := c.st.user(id); u == nil || u.locked || len(c.st.rolesIn(u, p.id)) == 0 {
			errs = append(errs, c.fault("user_id", isInvalid))
		}
		t.user = id
	}
	if logged := c.loggedThatDay(t); t.hours > 0 && logged+t.hours > maxDay {
		errs = append(errs, fmt.Sprintf(c.say(tooManyHours), clock(maxDay), clock(logged)))
	}
	return errs
}

// maxDay is how many hours one user may log on one day (setting timelog_max_hours_per_day).
const maxDay = 999

func (c *call) loggedThatDay(t *timeEntry) float64 {
	sum := 0.0
	for _, x := range c.st.times {
		if x.user == t.user && x.spentOn == t.spentOn {
			sum += x.hours
		}
	}
	return sum
}

// clock writes hours as h:mm.
func clock(hours float64) string {
	minutes := int(hours*60 + 0.5)
	return fmt.Sprintf("%d:%02d", minutes/60, minutes%60)
}

func (c *call) findTime(arg string) *timeEntry {
	id, err := strconv.Atoi(arg)
	if err != nil {
		return nil
	}
	return find(c.st.times, func(t *timeEntry) bool { return t.id == id })
}

func (c *call) showTimeEntry(args []string) reply {
	t := c.findTime(args[0])
	switch {
	case t == nil:
		return empty(http.StatusNotFound)
	case !c.seesTime(t):
		return c.denied()
	}
	return ok(map[string]any{"time_entry": c.renderTime(t)})
}

func (c *call) deleteTimeEntry(args []string) reply {
	t := c.findTime(args[0])
	if t == nil {
		return empty(http.StatusNotFound)
	}
	p := c.st.project(t.project)
	own := c.user != nil && t.user == c.user.id && c.st.can(c.user, p, "edit_own_time_entries")
	if !own && !c.st.can(c.user, p, "edit_time_entries") {
		return c.denied()
	}
	is := func(x *timeEntry) bool { return x == t }
	c.st.times = slices.DeleteFunc(c.st.times, is)
	if i := c.st.issues[t.issue]; i != nil {
		i.times = slices.DeleteFunc(i.times, is)
	}
	return done()
}
