package jirasim

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// find returns the issues that match a query and that the caller may see: as the index has them, or current ones for
// the given ids.
func (c *call) find(q jql, fresh []int64) ([]*issue, error) {
	is, err := c.bind(q)
	if err != nil {
		return nil, err
	}
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
		if is(i) {
			out = append(out, i)
		}
	}
	slices.SortStableFunc(out, func(a, b *issue) int { return q.compare(placeOf(a), placeOf(b)) })
	return out, nil
}

var gone = refuse(http.StatusGone, []string{"The requested API has been removed. Please migrate to the " +
	"/rest/api/3/search/jql API."}, nil)

// noSuchPath is what Data Center says of an address that it does not have.
var noSuchPath = reply{status: http.StatusNotFound, body: obj{"message": "null for uri", "status-code": 404}}

func (c *call) search(byToken bool) reply {
	switch {
	case byToken && c.opt.Cloud && c.r.Method == http.MethodPost:
		return c.searchByToken()
	case byToken && !c.opt.Cloud:
		return noSuchPath
	case !byToken && c.opt.Cloud:
		return gone
	case !byToken && c.r.Method == http.MethodPost:
		return c.searchByOffset()
	}
	return unmodelled("%s %s", c.r.Method, c.r.URL.Path)
}

// tokenAge is how long a token can be used.
const tokenAge = 7 * 24 * time.Hour

// pageToken says where a search continues. It holds a position in the order and no offset, so issues created or deleted
// in between make it skip nothing.
type pageToken struct {
	JQL   string
	After place
	At    int64 // when it was given, in milliseconds since 1970
}

func (t pageToken) String() string {
	raw, _ := json.Marshal(t) // it has texts and numbers alone
	return base64.RawURLEncoding.EncodeToString(raw)
}

// readToken reads a token that this query got at most a week ago.
func (c *call) readToken(s, jql string) (t pageToken, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || json.Unmarshal(raw, &t) != nil {
		return t, false
	}
	return t, t.JQL == jql && c.now.Sub(time.UnixMilli(t.At)) <= tokenAge
}

func (c *call) searchByToken() reply {
	var b struct {
		JQL       string   `json:"jql"`
		Fields    []string `json:"fields"`
		Max       int      `json:"maxResults"`
		Token     string   `json:"nextPageToken"`
		Reconcile []int64  `json:"reconcileIssues"`
		Expand    string   `json:"expand"`
		// Keys of Jira's that are not modelled.
		Properties json.RawMessage `json:"properties"`
		ByKeys     json.RawMessage `json:"fieldsByKeys"`
		FailFast   json.RawMessage `json:"failFast"`
	}
	if rep, fine := c.decode(&b); !fine {
		return rep
	}
	if b.Properties != nil || b.ByKeys != nil || b.FailFast != nil {
		return unmodelled("properties, fieldsByKeys and failFast of a search")
	}
	expand, rep := expansions(commas(b.Expand))
	if rep.status != 0 {
		return rep
	}
	if len(b.Reconcile) > 50 {
		return bad("At most 50 issues can be reconciled.")
	}
	q, found, rep := c.found(b.JQL, b.Reconcile)
	if rep.status != 0 {
		return rep
	}
	if b.Token != "" {
		t, ok := c.readToken(b.Token, b.JQL)
		if !ok {
			return bad("The provided next page token is invalid or expired.")
		}
		found = slices.DeleteFunc(found, func(i *issue) bool { return q.compare(placeOf(i), t.After) <= 0 })
	}
	size := b.Max
	if size <= 0 {
		size = 50
	}
	page := found[:min(size, 100, len(found))]
	issues := []any{}
	for _, i := range page {
		o := c.issue(i, wants(b.Fields, "id"), expand)
		if len(b.Fields) == 0 {
			delete(o, "fields")
		}
		issues = append(issues, o)
	}
	out := obj{"issues": issues, "isLast": len(page) == len(found)}
	if len(page) < len(found) {
		out["nextPageToken"] = pageToken{b.JQL, placeOf(page[len(page)-1]), c.now.UnixMilli()}.String()
	}
	return ok(out)
}

func (c *call) searchByOffset() reply {
	var b struct {
		JQL    string   `json:"jql"`
		Fields []string `json:"fields"`
		Start  int      `json:"startAt"`
		Max    int      `json:"maxResults"`
		Expand []string `json:"expand"`
		// Keys of Jira's that are not modelled.
		Validate   json.RawMessage `json:"validateQuery"`
		Properties json.RawMessage `json:"properties"`
		ByKeys     json.RawMessage `json:"fieldsByKeys"`
	}
	if rep, fine := c.decode(&b); !fine {
		return rep
	}
	if b.Validate != nil || b.Properties != nil || b.ByKeys != nil {
		return unmodelled("validateQuery, properties and fieldsByKeys of a search")
	}
	expand, rep := expansions(b.Expand)
	if rep.status != 0 {
		return rep
	}
	_, found, rep := c.found(b.JQL, nil)
	if rep.status != 0 {
		return rep
	}
	size := b.Max
	if size <= 0 {
		size = 50
	}
	size = min(size, c.opt.Clamp)
	start := min(max(b.Start, 0), len(found))
	issues := []any{}
	for _, i := range found[start:min(start+size, len(found))] {
		issues = append(issues, c.issue(i, wants(b.Fields, "*navigable"), expand))
	}
	return ok(obj{"expand": "schema,names", "startAt": start, "maxResults": size, "total": len(found), "issues": issues})
}

// expansions are the values of expand that an issue may be shown with.
func expansions(list []string) ([]string, reply) {
	for _, e := range list {
		if e != "changelog" && e != "transitions" {
			return nil, unmodelled("expand=%s of an issue", strconv.Quote(e))
		}
	}
	return list, reply{}
}

// found reads a query and finds its issues.
func (c *call) found(text string, fresh []int64) (jql, []*issue, reply) {
	q, err := parseJQL(text)
	var list []*issue
	if err == nil {
		list, err = c.find(q, fresh)
	}
	var unknown unknownJQL
	switch {
	case errors.As(err, &unknown):
		return q, nil, unmodelled("%s", string(unknown))
	case err != nil:
		return q, nil, bad("%s", err.Error())
	}
	return q, list, reply{}
}
