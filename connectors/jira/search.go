package jira

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/rest"
)

// search goes through all issues that a query finds.
type search struct {
	*site
	op     message.Message
	jql    string
	fields []string
	order  string // "" is that of creation, which no edit moves
}

// pages calls page with the issues of each page as they came; repetitions are left out. Its error ends the search and
// is given back as it is.
func (s search) pages(ctx context.Context, page func(*rest.Call, []json.RawMessage) error) error {
	d, err := s.speaks(ctx)
	if err != nil {
		return err
	}
	c := s.client.Call(ctx, s.op, rest.Elsewhere)
	c.Reads = true
	s.jql += " ORDER BY " + cmp.Or(s.order, "created ASC, key ASC")
	if d == cloud {
		return s.byToken(c, page)
	}
	return s.byOffset(c, page)
}

// byToken follows Cloud's tokens. The end is a page without one; an empty page with one is not the end. A page that
// calls itself the last but has a token contradicts itself: the token is followed as long as it brings new issues.
func (s search) byToken(c *rest.Call, page func(*rest.Call, []json.RawMessage) error) error {
	reconcile := s.touched.recent(s.client.Now())
	used, seen := map[string]bool{}, map[id]bool{}
	empty, last := 0, false
	for token := ""; ; {
		ask := map[string]any{"jql": s.jql, "fields": s.fields, "maxResults": pageSize}
		if len(reconcile) > 0 { // what we have just written must be in it, wherever the index is
			ask["reconcileIssues"] = reconcile
		}
		if token != "" {
			ask["nextPageToken"] = token
		}
		var p struct {
			Issues *[]json.RawMessage `json:"issues"`
			Next   string             `json:"nextPageToken"`
			IsLast *bool              `json:"isLast"`
		}
		err := post(c, "/rest/api/2/search/jql", ask, &p)
		switch {
		case last && connectors.ClassOf(err) == connectors.Refused: // the page before was the last, as it said
			return nil
		case err != nil:
			return err
		case p.Issues == nil:
			return c.Garbled(0, message.New("a page without issues"))
		case p.Next == "" && p.IsLast != nil && !*p.IsLast:
			return c.Garbled(0, message.New("a page that is not the last and names no next"))
		}
		ids, err := idsOf(*p.Issues)
		if err != nil {
			return c.Garbled(0, err)
		}
		fresh := unseen(seen, ids, *p.Issues)
		if len(fresh) > 0 {
			if err := page(c, fresh); err != nil {
				return err
			}
		}
		last = p.IsLast != nil && *p.IsLast
		switch {
		case p.Next == "", last && (used[p.Next] || len(fresh) == 0):
			return nil
		case used[p.Next]:
			return c.Garbled(0, message.New("the same token for the next page twice"))
		case len(fresh) == 0:
			if empty++; empty > 20 {
				return c.Fail(connectors.TryLater, message.New("one page without anything new after the other"))
			}
		}
		token, used[p.Next] = p.Next, true
	}
}

// unseen are the issues of a page that no page before had.
func unseen(seen map[id]bool, ids []id, page []json.RawMessage) []json.RawMessage {
	fresh := make([]json.RawMessage, 0, len(ids))
	for n, i := range ids {
		if !seen[i] {
			seen[i], fresh = true, append(fresh, page[n])
		}
	}
	return fresh
}

// byOffset goes by Data Center's offsets. Pages overlap: when a page does not begin with what the one before ended
// with, something was deleted or hidden in between, and the search goes back.
func (s search) byOffset(c *rest.Call, page func(*rest.Call, []json.RawMessage) error) error {
	seen := map[id]bool{}
	var tail []id // the ids at the end of the page before
	for start, back, asked, budget := 0, 0, 0, 50; ; {
		if asked++; asked > budget {
			return c.Fail(connectors.TryLater, message.Errorf("still more to list after %d requests", budget))
		}
		var p struct {
			Issues *[]json.RawMessage `json:"issues"`
			Total  int                `json:"total"`
		}
		ask := map[string]any{"jql": s.jql, "fields": s.fields, "startAt": start, "maxResults": pageSize}
		if err := post(c, "/rest/api/2/search", ask, &p); err != nil {
			return err
		}
		if p.Issues == nil {
			return c.Garbled(0, message.New("a page without issues"))
		}
		ids, err := idsOf(*p.Issues)
		if err != nil {
			return c.Garbled(0, err)
		}
		if n := len(ids); n > 0 {
			budget = max(budget, 50+4*p.Total/n)
		}
		joined := len(tail) == 0 || start == 0 || slices.ContainsFunc(ids,
			func(i id) bool { return slices.Contains(tail, i) })
		if !joined {
			back = 2*back + pageSize
			start = max(0, start-back)
			continue
		}
		back = 0
		fresh := unseen(seen, ids, *p.Issues)
		if len(fresh) > 0 {
			if err := page(c, fresh); err != nil {
				return err
			}
		}
		end := start + len(ids) // as answered: sites clamp what is asked for
		if len(ids) == 0 || end >= p.Total {
			return nil
		}
		tail = ids[max(0, len(ids)-seam):]
		start = max(start+1, end-seam)
	}
}

func idsOf(raw []json.RawMessage) ([]id, error) {
	out := make([]id, len(raw))
	for n, r := range raw {
		var w struct {
			ID id `json:"id"`
		}
		if err := json.Unmarshal(r, &w); err != nil || w.ID == "" {
			return nil, errors.Join(err, message.New("an issue without id"))
		}
		out[n] = w.ID
	}
	return out, nil
}

// post sends what only asks.
func post(c *rest.Call, path string, ask, v any) error {
	body, err := json.Marshal(ask)
	if err != nil {
		return c.Fail(connectors.Refused, err)
	}
	answer, err := c.Do("POST", path, nil, body)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(answer, v); err != nil {
		return c.Garbled(200, err)
	}
	return nil
}

// touched are the issues that we wrote to last. They are named in each search on Cloud until its index must have them.
// It is safe for concurrent use.
type touched struct {
	mu   sync.Mutex
	list []write
}

type write struct {
	issue int64
	at    time.Time
}

func (t *touched) add(issue string, at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := number(issue)
	t.list = slices.DeleteFunc(t.list, func(w write) bool { return w.issue == n })
	t.list = append(t.list, write{n, at})
	const most = 50 // ids that a search takes
	t.list = t.list[max(0, len(t.list)-most):]
}

func (t *touched) recent(now time.Time) []int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []int64
	for _, w := range t.list {
		if now.Sub(w.at) < lag {
			out = append(out, w.issue)
		}
	}
	return out
}
