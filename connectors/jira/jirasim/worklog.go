package jirasim

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// worklogs answers what was booked, changed or taken away since a moment, and entries by their ids. The lists leave out
// the minute before the request, as Atlassian's documents say, if Options.Lag makes lists stale at all.
func (c *call) worklogs(what string) reply {
	switch what {
	case "updated":
		var list []stamp
		for _, w := range c.st.worklogs {
			list = append(list, stamp{w.id, w.updated})
		}
		return c.since(what, list)
	case "deleted":
		return c.since(what, c.st.unbooked)
	}
	var b struct {
		IDs []int `json:"ids"`
	}
	if rep, fine := c.decode(&b); !fine {
		return rep
	}
	if len(b.IDs) > 1000 {
		return bad("At most 1000 worklogs can be asked for.")
	}
	out := []any{}
	for _, w := range c.st.worklogs {
		if slices.Contains(b.IDs, w.id) && c.may(c.user, w.issue.project, "BROWSE_PROJECTS") {
			out = append(out, c.worklog(w))
		}
	}
	return ok(out)
}

// stamp is when something happened to an entry of booked time.
type stamp struct {
	id int
	at time.Time
}

func (c *call) since(what string, list []stamp) reply {
	since, err := strconv.ParseInt(cmp.Or(c.query.Get("since"), "0"), 10, 64)
	if err != nil {
		return bad("since must be a number")
	}
	until := c.now.Add(-min(c.opt.Lag, time.Minute))
	list = slices.DeleteFunc(slices.Clone(list), func(s stamp) bool {
		return s.at.UnixMilli() < since ||
			s.at.After(until)
	})
	slices.SortStableFunc(list, func(a, b stamp) int { return a.at.Compare(b.at) })
	page := list[:min(1000, len(list))]
	values, last := []any{}, since
	for _, s := range page {
		last = s.at.UnixMilli()
		values = append(values, obj{"worklogId": s.id, "updatedTime": last, "properties": []any{}})
	}
	return ok(obj{
		"self": fmt.Sprintf("%s/worklog/%s?since=%d", base, what, since), "since": since, "until": last,
		"lastPage": len(page) == len(list), "values": values,
	})
}

func (c *call) worklog(w *worklog) obj {
	return obj{
		"self": fmt.Sprintf("%s/issue/%d/worklog/%d", base, w.issue.id, w.id), "id": strconv.Itoa(w.id),
		"issueId": strconv.Itoa(w.issue.id),
		"author":  c.person(w.author), "updateAuthor": c.person(w.author), "created": c.at(w.created),
		"updated": c.at(w.updated), "started": c.at(w.started),
		"timeSpent": timeSpent(w.seconds), "timeSpentSeconds": w.seconds,
	}
}

// timeSpent writes seconds as Jira does where a day is of eight hours.
func timeSpent(seconds int) string {
	var out []string
	for _, u := range []struct {
		name string
		size int
	}{{"d", 8 * 3600}, {"h", 3600}, {"m", 60}} {
		if n := seconds / u.size; n > 0 {
			out = append(out, strconv.Itoa(n)+u.name)
		}
		seconds %= u.size
	}
	if len(out) == 0 {
		return "0m"
	}
	return strings.Join(out, " ")
}

// workOf is what was booked on an issue, oldest first.
func (c *call) workOf(i *issue) []any {
	out := []any{}
	for _, w := range c.st.worklogs {
		if w.issue.id == i.id {
			out = append(out, c.worklog(w))
		}
	}
	return out
}

func (c *call) booked(i *issue) reply {
	list := c.workOf(i)
	page, start, size := part(c, list, 5000)
	return reply{status: http.StatusOK, body: obj{
		"startAt": start, "maxResults": size, "total": len(list),
		"worklogs": page,
	}}
}
