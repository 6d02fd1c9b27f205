package redminesim

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// test reports whether an issue passes one filter.
type test func(*issue) bool

// tests turns filters into questions. PostgreSQL fails on a value that is no number where a number
// belongs; SQLite compares it and finds nothing.
func (c *call) tests(filters []filter) ([]test, reply, bool) {
	var out []test
	for _, f := range filters {
		f.values = c.me(f)
		if c.s.opt.Postgres && numeric(f) && !allNumbers(f) {
			return nil, empty(http.StatusInternalServerError), false
		}
		if f.field == "subproject_id" {
			continue // part of the scope
		}
		t := c.test(f)
		if t == nil {
			return nil, unmodelled("the operator %q of %s", f.op, f.field), false
		}
		out = append(out, t)
	}
	return out, reply{}, true
}

// me puts the asker's number in place of "me".
func (c *call) me(f filter) []string {
	if !slices.Contains([]string{"assigned_to_id", "author_id", "watcher_id", "updated_by", "last_updated_by"}, f.field) {
		return f.values
	}
	id := "0"
	if c.user != nil {
		id = strconv.Itoa(c.user.id)
	}
	out := slices.Clone(f.values)
	for n, v := range out {
		if v == "me" {
			out[n] = id
		}
	}
	return out
}

func numeric(f filter) bool {
	k := issueFilters[f.field]
	return (k == kindList || k == kindStatus || k == kindOptional || f.field == "project_id") &&
		(f.op == "=" || f.op == "!")
}

func allNumbers(f filter) bool {
	return !slices.ContainsFunc(f.values, func(v string) bool { _, err := strconv.Atoi(v); return err != nil })
}

// test makes one filter a question; nil when the operator is not modelled for the field.
func (c *call) test(f filter) test {
	switch f.field {
	case "status_id":
		return c.statusTest(f)
	case "tracker_id":
		return oneOf(f, func(i *issue) int { return i.tracker })
	case "priority_id":
		return oneOf(f, func(i *issue) int { return i.priority })
	case "project_id":
		return oneOf(f, func(i *issue) int { return i.project })
	case "author_id":
		return oneOf(f, func(i *issue) int { return i.author })
	case "assigned_to_id":
		return oneOf(f, func(i *issue) int { return i.assignee })
	case "watcher_id":
		return c.watcherTest(f)
	case "updated_by":
		return c.updatedBy(f, false)
	case "last_updated_by":
		return c.updatedBy(f, true)
	case "issue_id":
		return idTest(f)
	case "parent_id":
		return c.parentTest(f)
	case "created_on":
		return c.timeTest(f, func(i *issue) time.Time { return i.created })
	case "updated_on":
		return c.timeTest(f, func(i *issue) time.Time { return i.updated })
	case "closed_on":
		return c.timeTest(f, func(i *issue) time.Time { return i.closed })
	case "start_date":
		return c.timeTest(f, func(i *issue) time.Time { return day(i.start) })
	case "due_date":
		return c.timeTest(f, func(i *issue) time.Time { return day(i.due) })
	}
	id, _ := strconv.Atoi(strings.TrimPrefix(f.field, "cf_"))
	return c.fieldTest(f, id)
}

func day(s string) time.Time {
	t, _ := time.Parse(time.DateOnly, s) // stored dates are valid or empty
	return t
}

func (c *call) statusTest(f filter) test {
	switch f.op {
	case "o":
		return func(i *issue) bool { return !c.st.isClosed(i) }
	case "c":
		return c.st.isClosed
	case "*":
		return func(*issue) bool { return true }
	}
	return oneOf(f, func(i *issue) int { return i.status })
}

// oneOf compares a number with the values asked for; 0 is null, which "!" finds too.
func oneOf(f filter, of func(*issue) int) test {
	in := func(i *issue) bool { return slices.Contains(f.values, strconv.Itoa(of(i))) }
	switch f.op {
	case "=":
		return func(i *issue) bool { return of(i) != 0 && in(i) }
	case "!":
		return func(i *issue) bool { return !in(i) }
	case "*":
		return func(i *issue) bool { return of(i) != 0 }
	case "!*":
		return func(i *issue) bool { return of(i) == 0 }
	}
	return nil
}

// watcherTest finds what somebody watches; of others only where the asker may see watchers.
func (c *call) watcherTest(f filter) test {
	watched := func(i *issue) bool {
		return slices.ContainsFunc(i.watchers, func(id int) bool {
			mine := c.user != nil && id == c.user.id
			return slices.Contains(f.values, strconv.Itoa(id)) &&
				(mine || c.st.can(c.user, c.st.project(i.project), "view_issue_watchers"))
		})
	}
	if f.op == "!" {
		return func(i *issue) bool { return !watched(i) }
	}
	return watched
}

func (c *call) updatedBy(f filter, last bool) test {
	by := func(i *issue) bool {
		insider := c.st.can(c.user, c.st.project(i.project), "view_private_notes")
		for n := len(i.journals) - 1; n >= 0; n-- {
			j := i.journals[n]
			if j.private && !insider && (c.user == nil || j.user != c.user.id) {
				continue
			}
			if slices.Contains(f.values, strconv.Itoa(j.user)) {
				return true
			}
			if last {
				return false
			}
		}
		return false
	}
	if f.op == "!" {
		return func(i *issue) bool { return !by(i) }
	}
	return by
}

// idTest takes a list separated by commas, for "=" alone.
func idTest(f filter) test {
	ids := map[int]bool{}
	for _, v := range strings.Split(f.values[0], ",") {
		ids[rubyInt(v)] = true
	}
	bound := rubyInt(f.values[0])
	switch f.op {
	case "=":
		return func(i *issue) bool { return ids[i.id] }
	case ">=":
		return func(i *issue) bool { return i.id >= bound }
	case "<=":
		return func(i *issue) bool { return i.id <= bound }
	case "><":
		if len(f.values) == 2 {
			upper := rubyInt(f.values[1])
			return func(i *issue) bool { return bound <= i.id && i.id <= upper }
		}
	}
	return nil
}

func (c *call) parentTest(f filter) test {
	var ids []int
	for _, v := range strings.Split(f.values[0], ",") {
		ids = append(ids, rubyInt(v))
	}
	switch f.op {
	case "=":
		return func(i *issue) bool { return slices.Contains(ids, i.parent) }
	case "~":
		return func(i *issue) bool {
			for p := i.parent; p != 0 && c.st.issues[p] != nil; p = c.st.issues[p].parent {
				if slices.Contains(ids, p) {
					return true
				}
			}
			return false
		}
	case "*":
		return func(i *issue) bool { return i.parent != 0 }
	case "!*":
		return func(i *issue) bool { return i.parent == 0 }
	}
	return nil
}

// timeTest compares a moment; both bounds are inclusive, and null fits only "!*".
func (c *call) timeTest(f filter, of func(*issue) time.Time) test {
	switch f.op {
	case "*":
		return func(i *issue) bool { return !of(i).IsZero() }
	case "!*":
		return func(i *issue) bool { return of(i).IsZero() }
	case "t-":
		date := c.now.AddDate(0, 0, -rubyInt(f.values[0])).Format(time.DateOnly)
		return func(i *issue) bool { return of(i).Format(time.DateOnly) == date }
	}
	from, to, _ := span(f.values[0])
	switch f.op {
	case "=":
	case ">=":
		to = time.Time{}
	case "<=":
		from = time.Time{}
	case "><":
		if len(f.values) != 2 {
			return nil
		}
		_, to, _ = span(f.values[1])
	default:
		return nil
	}
	return func(i *issue) bool {
		at := of(i)
		return !at.IsZero() && !at.Before(from) && (to.IsZero() || !at.After(to))
	}
}

func (c *call) fieldTest(f filter, id int) test {
	value := func(i *issue) string { return i.fields[id] }
	in := func(i *issue) bool { return slices.Contains(f.values, value(i)) }
	switch f.op {
	case "=":
		return in
	case "!":
		return func(i *issue) bool { return !in(i) }
	case "*":
		return func(i *issue) bool { return value(i) != "" }
	case "!*":
		return func(i *issue) bool { return value(i) == "" }
	}
	return nil
}
