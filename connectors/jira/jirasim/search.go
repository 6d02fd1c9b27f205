package jirasim

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// query is what the stand-in knows of JQL: conditions that must all be true, and an order.
type query struct {
	conditions []func(c *call, i *issue) bool
	order      []sorting
}

type sorting struct {
	by   func(a, b *issue) int
	down bool
}

var (
	orderBy   = regexp.MustCompile(`(?i)\s+order\s+by\s+`)
	and       = regexp.MustCompile(`(?i)\s+and\s+`)
	condition = regexp.MustCompile(`(?i)^(\w+)\s*(>=|<=|=|in)\s*(.+)$`)
	relative  = regexp.MustCompile(`^"?-(\d+)([mhdw])"?$`)
)

// parseJQL reads a query. unknown names what of it is not modelled; wrong is what Jira itself would say.
func parseJQL(jql string) (q query, unknown, wrong string) {
	parts := orderBy.Split(strings.TrimSpace(jql), 2)
	if strings.TrimSpace(parts[0]) == "" {
		return q, "", "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
	}
	for _, s := range and.Split(parts[0], -1) {
		cond, unknown, wrong := parseCondition(strings.TrimSpace(s))
		if unknown != "" || wrong != "" {
			return q, unknown, wrong
		}
		q.conditions = append(q.conditions, cond)
	}
	if len(parts) == 1 {
		return q, "", ""
	}
	for s := range strings.SplitSeq(parts[1], ",") {
		words := strings.Fields(strings.ToLower(s))
		if len(words) == 0 || len(words) > 2 {
			return q, "the order " + s, ""
		}
		var by func(a, b *issue) int
		switch words[0] {
		case "created":
			by = func(a, b *issue) int { return a.created.Compare(b.created) }
		case "updated":
			by = func(a, b *issue) int { return a.updated.Compare(b.updated) }
		case "key", "issuekey", "id":
			by = func(a, b *issue) int { return cmp.Compare(a.id, b.id) }
		default:
			return q, "the order " + s, ""
		}
		q.order = append(q.order, sorting{by, len(words) == 2 && words[1] == "desc"})
	}
	return q, "", ""
}

func parseCondition(s string) (cond func(*call, *issue) bool, unknown, wrong string) {
	m := condition.FindStringSubmatch(s)
	if m == nil {
		return nil, "the condition " + s, ""
	}
	name, op, value := strings.ToLower(m[1]), strings.ToLower(m[2]), strings.TrimSpace(m[3])
	switch {
	case name == "updated" || name == "created":
		return dateCondition(name, op, value)
	case name == "project" && op == "=":
		return func(c *call, i *issue) bool { return c.st.projectRef(strings.Trim(value, `"`)) == i.project }, "", ""
	case name == "creator" && op == "=" && value == "currentUser()":
		return func(c *call, i *issue) bool { return c.user != nil && i.creator == c.user }, "", ""
	}
	return nil, "the condition " + s, ""
}

// dateCondition compares a moment: a bare number is milliseconds since 1970, a text in quotes is in the zone of whoever
// asks and to the minute.
func dateCondition(name, op, value string) (cond func(*call, *issue) bool, unknown, wrong string) {
	of := func(i *issue) time.Time {
		if name == "created" {
			return i.created
		}
		return i.updated
	}
	var moment func(c *call) time.Time
	text := strings.Trim(value, `"'`)
	if m := relative.FindStringSubmatch(value); m != nil {
		n, _ := strconv.Atoi(m[1])
		unit := map[string]time.Duration{"m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}[m[2]]
		moment = func(c *call) time.Time { return c.now.Add(-time.Duration(n) * unit) }
	} else if n, err := strconv.ParseInt(value, 10, 64); err == nil {
		moment = func(*call) time.Time { return time.UnixMilli(n) }
	} else {
		for _, layout := range []string{"2006-01-02 15:04", "2006/01/02 15:04", "2006-01-02", "2006/01/02"} {
			if at, err := time.Parse(layout, text); err == nil {
				moment = func(c *call) time.Time {
					zone := time.UTC
					if c.user != nil {
						zone = c.user.zone
					}
					return time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), 0, 0, zone)
				}
			}
		}
	}
	switch {
	case moment == nil:
		return nil, "", fmt.Sprintf("Date value '%s' for field '%s' is invalid.", text, name)
	case op == ">=":
		return func(c *call, i *issue) bool { return !of(i).Before(moment(c)) }, "", ""
	case op == "<=":
		return func(c *call, i *issue) bool { return !of(i).After(moment(c)) }, "", ""
	}
	return nil, "the condition " + name + " " + op, ""
}

// find gives the issues that a query finds and whoever asks may see, as the index has them; those of the ids as they are.
func (c *call) find(q query, fresh []int64) []*issue {
	var out []*issue
	for _, id := range c.st.order {
		i := c.st.issues[id]
		if i == nil || !c.may(c.user, i.project, "BROWSE_PROJECTS") {
			continue
		}
		if !slices.Contains(fresh, int64(id)) {
			if i = c.indexed(i); i == nil {
				continue
			}
		}
		if !slices.ContainsFunc(q.conditions, func(is func(*call, *issue) bool) bool { return !is(c, i) }) {
			out = append(out, i)
		}
	}
	slices.SortStableFunc(out, func(a, b *issue) int {
		for _, s := range q.order {
			n := s.by(a, b)
			if s.down {
				n = -n
			}
			if n != 0 {
				return n
			}
		}
		return 0
	})
	return out
}

func (c *call) search(rest []string) reply {
	cloud := len(rest) == 1 && rest[0] == "jql"
	switch {
	case cloud && !c.opt.Cloud:
		return reply{status: http.StatusNotFound, body: obj{"message": "null for uri", "status-code": 404}}
	case len(rest) == 0 && c.opt.Cloud:
		return refuse(http.StatusGone, []string{"The requested API has been removed. Please migrate to the /rest/api/3/search/jql API."}, nil)
	case cloud:
		return c.searchByToken()
	case len(rest) == 0:
		return c.searchByOffset()
	}
	return unmodelled("%s %s", c.r.Method, c.r.URL.Path)
}

func (c *call) searchByToken() reply {
	var b struct {
		JQL       string   `json:"jql"`
		Fields    []string `json:"fields"`
		Max       int      `json:"maxResults"`
		Token     string   `json:"nextPageToken"`
		Reconcile []int64  `json:"reconcileIssues"`
	}
	if rep, fine := c.decode(&b); !fine {
		return rep
	}
	q, rep := c.parsed(b.JQL)
	if rep.status != 0 {
		return rep
	}
	if len(b.Reconcile) > 50 {
		return bad("At most 50 issues can be reconciled.")
	}
	found := c.find(q, b.Reconcile)
	if b.Token != "" { // it holds a place, not a number: what is made or deleted in between skips nothing
		raw, err := base64.RawURLEncoding.DecodeString(b.Token)
		created, id, ok := strings.Cut(string(raw), ":")
		at, err1 := strconv.ParseInt(created, 10, 64)
		last, err2 := strconv.Atoi(id)
		if err != nil || !ok || err1 != nil || err2 != nil {
			return bad("The provided next page token is invalid or expired.")
		}
		n := slices.IndexFunc(found, func(i *issue) bool {
			return i.created.UnixMilli() > at || i.created.UnixMilli() == at && i.id > last
		})
		if n < 0 {
			n = len(found)
		}
		found = found[n:]
	}
	size := b.Max
	if size <= 0 {
		size = 50
	}
	size = min(size, 100)
	page := found[:min(size, len(found))]
	issues := []any{}
	for _, i := range page {
		o := c.issue(i, wants(b.Fields, "id"), nil)
		if len(b.Fields) == 0 {
			delete(o, "fields")
		}
		issues = append(issues, o)
	}
	out := obj{"issues": issues, "isLast": len(page) == len(found)}
	if len(page) < len(found) {
		out["nextPageToken"] = base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d:%d", page[len(page)-1].created.UnixMilli(), page[len(page)-1].id))
	}
	return ok(out)
}

func (c *call) searchByOffset() reply {
	var b struct {
		JQL    string   `json:"jql"`
		Fields []string `json:"fields"`
		Start  int      `json:"startAt"`
		Max    int      `json:"maxResults"`
	}
	if rep, fine := c.decode(&b); !fine {
		return rep
	}
	q, rep := c.parsed(b.JQL)
	if rep.status != 0 {
		return rep
	}
	found := c.find(q, nil)
	size := b.Max
	if size <= 0 || size > c.opt.Clamp {
		size = c.opt.Clamp
	}
	start := min(max(b.Start, 0), len(found))
	issues := []any{}
	for _, i := range found[start:min(start+size, len(found))] {
		issues = append(issues, c.issue(i, wants(b.Fields, "*navigable"), nil))
	}
	return ok(obj{"expand": "schema,names", "startAt": start, "maxResults": size, "total": len(found), "issues": issues})
}

func (c *call) parsed(jql string) (query, reply) {
	q, unknown, wrong := parseJQL(jql)
	switch {
	case unknown != "":
		return q, unmodelled("%s", unknown)
	case wrong != "":
		return q, bad("%s", wrong)
	}
	return q, reply{}
}
