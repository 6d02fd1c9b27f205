package redminesim

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
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
		ID: t.id, Project: Ref{p.id, p.name}, User: c.person(t.user), Activity: Ref{ID: t.activity},
		Hours: math.Round(t.hours*100) / 100, Comments: t.comments, SpentOn: t.spentOn, CreatedOn: stamp(t.created),
		UpdatedOn: stamp(t.updated),
	}
	if t.issue != 0 {
		out.Issue = &Ref{ID: t.issue}
	}
	if a := find(c.st.activities, func(a *activity) bool { return a.id == t.activity }); a != nil {
		out.Activity = Ref{a.id, a.name}
	}
	return out
}

// activitiesOf are those that time in a project is booked on: the shared ones, or what the project has in their place.
func (st *store) activitiesOf(project int) []*activity {
	var out []*activity
	for _, a := range st.activities {
		if a.project != 0 {
			continue
		}
		own := find(st.activities, func(x *activity) bool { return x.parent == a.id && x.project == project })
		if own != nil {
			a = own
		}
		out = append(out, a)
	}
	return out
}

// listsTime reports whether an entry is in a user's lists: a role sees all booked time, or its own.
func (c *call) listsTime(t *timeEntry) bool {
	p := c.st.project(t.project)
	if !c.st.can(c.user, p, viewTime) {
		return false
	}
	return c.user.admin || t.user == c.user.id || slices.ContainsFunc(c.st.rolesIn(c.user, p.id), func(r *role) bool {
		return r.has(viewTime) && r.times != "own"
	})
}

const viewTime = "view_time_entries"

// createTimeEntry logs time on an issue or a project. The issue is left untouched: no journal, the same updated_on.
func (c *call) createTimeEntry([]string) reply {
	if c.user == nil || !c.st.canAnywhere(c.user, "log_time") {
		return c.denied()
	}
	attrs, rep, fine := c.object("time_entry")
	if !fine {
		return rep
	}
	t := &timeEntry{user: c.user.id, author: c.user.id, spentOn: c.today()}
	errs := c.place(t, attrs)
	if p := c.st.project(t.project); p != nil && !c.st.can(c.user, p, "log_time") {
		return c.denied()
	}
	if errs = append(errs, c.fillTime(t, attrs)...); len(errs) > 0 {
		return refused(errs...)
	}
	t.id = c.st.next("time_entries")
	t.created, t.updated = c.now, c.now
	c.st.times = append(c.st.times, t)
	c.book(t)
	res := created(map[string]any{"time_entry": c.renderTime(t)})
	res.header = map[string]string{"Location": "http://" + c.r.Host + "/time_entries/" + strconv.Itoa(t.id)}
	return res
}

// updateTimeEntry is PUT /time_entries/ID.json. It moves updated_on of the entry, which no list can be asked for.
func (c *call) updateTimeEntry(args []string) reply {
	t := c.findTime(args[0])
	if t == nil {
		return empty(http.StatusNotFound)
	}
	if !c.mayEditTime(t) {
		return c.denied()
	}
	attrs, rep, fine := c.object("time_entry")
	if !fine {
		return rep
	}
	next := *t
	errs := c.place(&next, attrs)
	if errs = append(errs, c.fillTime(&next, attrs)...); len(errs) > 0 {
		return refused(errs...)
	}
	c.unbook(t)
	if next != *t {
		next.updated = c.now
	}
	*t = next
	c.book(t)
	return done()
}

// place sets the issue and the project of an entry. An issue sets its project too, even one on which no time may be
// booked; then only the issue is reported as invalid.
func (c *call) place(t *timeEntry, attrs map[string]any) []string {
	v, sent := attrs["project_id"]
	if sent {
		t.project, _ = asInt(v) // only a number will do: an identifier is no project here
	}
	id, _ := asInt(attrs["issue_id"])
	i := c.st.issues[id]
	if _, moved := attrs["issue_id"]; moved {
		t.issue = id
	}
	bookable := i != nil && c.st.sees(c.user, i) && c.st.can(c.user, c.st.project(i.project), "log_time")
	if bookable && !sent {
		t.project = i.project
	}
	var errs []string
	if c.st.project(t.project) == nil && (i == nil || sent) {
		if !sent {
			errs = append(errs, c.fault("project_id", isBlank))
		}
		errs = append(errs, c.fault("project_id", isInvalid))
	}
	if id != 0 && (!bookable || i.project != t.project) {
		errs = append(errs, c.fault("issue_id", isInvalid))
	}
	return errs
}

func (c *call) fillTime(t *timeEntry, attrs map[string]any) []string {
	errs := append(c.fillActivity(t, attrs), c.fillHours(t, attrs)...)
	if v, sent := attrs["comments"]; sent {
		t.comments = nil
		if s, _ := asText(v); s != "" {
			t.comments = &s
		}
	}
	if v, sent := attrs["spent_on"]; sent {
		date, valid := asDate(v)
		if !valid || date == "" {
			errs = append(errs, c.fault("spent_on", isBlank))
		}
		t.spentOn = date
	}
	p := c.st.project(t.project)
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

func (c *call) fillActivity(t *timeEntry, attrs map[string]any) []string {
	had := t.activity
	if v, sent := attrs["activity_id"]; sent {
		t.activity, _ = asInt(v)
	}
	var errs []string
	if t.activity == 0 {
		errs = append(errs, c.fault("activity_id", isBlank))
	}
	there := func(a *activity) bool { return a.id == t.activity }
	if t.activity != had && c.st.project(t.project) != nil && !slices.ContainsFunc(c.st.activitiesOf(t.project), there) {
		errs = append(errs, c.fault("activity_id", notInList))
	}
	return errs
}

func (c *call) fillHours(t *timeEntry, attrs map[string]any) []string {
	v, sent := attrs["hours"]
	if !sent && t.id != 0 {
		return nil
	}
	h, valid := asHours(v)
	switch {
	case !valid, h != nil && *h < 0:
		return []string{c.fault("hours", isInvalid)}
	case h == nil:
		return []string{c.fault("hours", isBlank)}
	}
	t.hours = *h
	return nil
}

// book adds an entry to the time of its issue.
func (c *call) book(t *timeEntry) {
	if i := c.st.issues[t.issue]; i != nil {
		i.times = append(i.times, t)
	}
}

func (c *call) unbook(t *timeEntry) {
	if i := c.st.issues[t.issue]; i != nil {
		i.times = slices.DeleteFunc(i.times, func(x *timeEntry) bool { return x == t })
	}
}

// maxDay is how many hours one user may log on one day (setting timelog_max_hours_per_day).
const maxDay = 999

func (c *call) loggedThatDay(t *timeEntry) float64 {
	sum := 0.0
	for _, x := range c.st.times {
		if x.user == t.user && x.spentOn == t.spentOn && x.id != t.id {
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

// showTimeEntry asks for the right alone: a role that lists only its own time is shown any entry by its number.
func (c *call) showTimeEntry(args []string) reply {
	t := c.findTime(args[0])
	switch {
	case t == nil:
		return empty(http.StatusNotFound)
	case !c.st.can(c.user, c.st.project(t.project), viewTime):
		return c.denied()
	}
	return ok(map[string]any{"time_entry": c.renderTime(t)})
}

func (c *call) deleteTimeEntry(args []string) reply {
	t := c.findTime(args[0])
	if t == nil {
		return empty(http.StatusNotFound)
	}
	if !c.mayEditTime(t) {
		return c.denied()
	}
	c.unbook(t)
	c.st.times = slices.DeleteFunc(c.st.times, func(x *timeEntry) bool { return x == t })
	return done()
}

func (c *call) mayEditTime(t *timeEntry) bool {
	p := c.st.project(t.project)
	own := c.user != nil && t.user == c.user.id && c.st.can(c.user, p, "edit_own_time_entries")
	return own || c.st.can(c.user, p, "edit_time_entries")
}
