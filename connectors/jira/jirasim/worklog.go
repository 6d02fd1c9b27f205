package jirasim

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// worklogs answers what was booked and changed since a moment, and entries by their ids.
func (c *call) worklogs(rest []string) reply {
	switch c.r.Method + " " + strings.Join(rest, "/") {
	case "GET updated":
		since, err := strconv.ParseInt(c.query.Get("since"), 10, 64)
		if err != nil {
			return bad("since must be a number")
		}
		var list []*worklog
		for _, w := range c.st.worklogs {
			if w.updated.UnixMilli() >= since {
				list = append(list, w)
			}
		}
		slices.SortStableFunc(list, func(a, b *worklog) int { return cmp.Compare(a.updated.UnixMilli(), b.updated.UnixMilli()) })
		const size = 1000
		page := list[:min(size, len(list))]
		values, until := []any{}, since
		for _, w := range page {
			until = w.updated.UnixMilli()
			values = append(values, obj{"worklogId": w.id, "updatedTime": until, "properties": []any{}})
		}
		return ok(obj{"self": fmt.Sprintf("%s/worklog/updated?since=%d", base, since), "since": since, "until": until, "lastPage": len(page) == len(list), "values": values})
	case "POST list":
		var b struct {
			IDs []int `json:"ids"`
		}
		if rep, fine := c.decode(&b); !fine {
			return rep
		}
		out := []any{}
		for _, w := range c.st.worklogs {
			if slices.Contains(b.IDs, w.id) && c.may(c.user, w.issue.project, "BROWSE_PROJECTS") {
				out = append(out, obj{
					"self": base + "/worklog/1", "id": strconv.Itoa(w.id), "issueId": strconv.Itoa(w.issue.id), "author": c.person(w.author), "updateAuthor": c.person(w.author),
					"created": c.at(w.created), "updated": c.at(w.updated), "started": c.at(w.started), "timeSpent": "1h", "timeSpentSeconds": w.seconds,
				})
			}
		}
		return reply{status: http.StatusOK, body: out}
	}
	return unmodelled("%s %s", c.r.Method, c.r.URL.Path)
}
