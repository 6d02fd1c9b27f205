package jira

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"slabridge/connectors"
	"slabridge/connectors/rest"
)

const (
	pageSize = 100
	// seam is by how many issues two pages of Data Center overlap. An issue that is deleted between them moves the rest up;
	// one that is found again shows that nothing was skipped.
	seam = 5
)

// Changed implements connectors.Tracker. The order is that of creation, which no edit moves; within a page issues are in
// the order of their last change. The moment goes out as a number of milliseconds: a date would be read in the account's
// zone.
func (t *Tracker) Changed(ctx context.Context, since time.Time, page func([]connectors.Stub) error) error {
	jql := everything
	if !since.IsZero() {
		jql = "updated >= " + strconv.FormatInt(since.UnixMilli(), 10)
	}
	empty := true
	err := t.stubs(ctx, "list changed issues", jql, func(stubs []connectors.Stub) error {
		stubs = slices.DeleteFunc(stubs, func(s connectors.Stub) bool { return s.UpdatedAt.Before(since) }) // by the minute
		if len(stubs) == 0 {
			return nil
		}
		empty = false
		slices.SortFunc(stubs, inOrder)
		return page(stubs)
	})
	if err != nil || !empty {
		return err
	}
	return t.known(ctx)
}

// everything is the query for all issues.
const everything = "created >= 0"

func inOrder(a, b connectors.Stub) int {
	return cmp.Or(a.UpdatedAt.Compare(b.UpdatedAt), cmp.Compare(number(a.ID), number(b.ID)))
}

func number(id string) int64 {
	n, _ := strconv.ParseInt(id, 10, 64)
	return n
}

// Census implements connectors.Tracker. A token that has become wrong is served as a stranger by some sites: then what
// was not listed is not gone.
func (t *Tracker) Census(ctx context.Context, page func([]connectors.Stub) error) error {
	if err := t.stubs(ctx, "list all issues", everything, page); err != nil {
		return err
	}
	return t.known(ctx)
}

// stubs lists what a query finds, without what the issues hold.
func (t *Tracker) stubs(ctx context.Context, op, jql string, page func([]connectors.Stub) error) error {
	s := search{t: t, op: op, jql: jql, fields: []string{"updated"}}
	return s.pages(ctx, func(c *rest.Call, raw []json.RawMessage) error {
		stubs := make([]connectors.Stub, 0, len(raw))
		for _, r := range raw {
			var w struct {
				ID     id `json:"id"`
				Fields struct {
					Updated moment `json:"updated"`
				} `json:"fields"`
			}
			err := json.Unmarshal(r, &w)
			if err != nil || number(string(w.ID)) <= 0 || w.Fields.Updated.IsZero() {
				return c.Garbled(0, errors.Join(err, errors.New("an issue without id or time")))
			}
			stubs = append(stubs, connectors.Stub{ID: string(w.ID), UpdatedAt: w.Fields.Updated.Time})
		}
		return page(stubs)
	})
}

// known makes sure that the site knows us.
func (t *Tracker) known(ctx context.Context) error {
	_, err := t.myself(ctx)
	return err
}

// search goes through all issues that a query finds.
type search struct {
	t      *Tracker
	op     string
	jql    string
	fields []string
}

// pages calls page with the issues of each page as they came; repetitions are left out. Its error ends the search and is
// given back as it is.
func (s search) pages(ctx context.Context, page func(*rest.Call, []json.RawMessage) error) error {
	d, err := s.t.speaks(ctx)
	if err != nil {
		return err
	}
	c := s.t.client.Call(ctx, s.op, rest.Elsewhere)
	c.Reads = true
	s.jql += " ORDER BY created ASC, key ASC"
	if d == cloud {
		return s.byToken(c, page)
	}
	return s.byOffset(c, page)
}

// byToken follows Cloud's tokens. The end is a page without one; an empty page with one is not the end.
func (s search) byToken(c *rest.Call, page func(*rest.Call, []json.RawMessage) error) error {
	reconcile := s.t.recent()
	used := map[string]bool{}
	empty := 0
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
		if err := post(c, "/rest/api/2/search/jql", ask, &p); err != nil {
			return err
		}
		switch {
		case p.Issues == nil:
			return c.Garbled(0, errors.New("a page without issues"))
		case used[p.Next] && p.Next != "":
			return c.Garbled(0, errors.New("the same token for the next page twice"))
		case p.Next == "" && p.IsLast != nil && !*p.IsLast:
			return c.Garbled(0, errors.New("a page that is not the last and names no next"))
		}
		if len(*p.Issues) == 0 {
			if empty++; empty > 20 {
				return c.Fail(connectors.TryLater, errors.New("one empty page after the other"))
			}
		} else if err := page(c, *p.Issues); err != nil {
			return err
		}
		if p.Next == "" {
			return nil
		}
		token, used[p.Next] = p.Next, true
	}
}

// byOffset goes by Data Center's offsets. Pages overlap: when a page does not begin with what the one before ended with,
// something was deleted or hidden in between, and the search goes back.
func (s search) byOffset(c *rest.Call, page func(*rest.Call, []json.RawMessage) error) error {
	seen := map[id]bool{}
	var tail []id // the ids at the end of the page before
	for start, back, asked, budget := 0, 0, 0, 50; ; {
		if asked++; asked > budget {
			return c.Fail(connectors.TryLater, fmt.Errorf("still more to list after %d requests", budget))
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
			return c.Garbled(0, errors.New("a page without issues"))
		}
		ids, err := idsOf(*p.Issues)
		if err != nil {
			return c.Garbled(0, err)
		}
		if n := len(ids); n > 0 {
			budget = max(budget, 50+4*p.Total/n)
		}
		joined := len(tail) == 0 || start == 0 || slices.ContainsFunc(ids, func(i id) bool { return slices.Contains(tail, i) })
		if !joined {
			back = 2*back + pageSize
			start = max(0, start-back)
			continue
		}
		back = 0
		fresh := make([]json.RawMessage, 0, len(ids))
		for n, i := range ids {
			if !seen[i] {
				seen[i], fresh = true, append(fresh, (*p.Issues)[n])
			}
		}
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
			return nil, errors.Join(err, errors.New("an issue without id"))
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

// touched is an issue that we wrote to.
type touched struct {
	issue int64
	at    time.Time
}

// touch remembers that we wrote to an issue, which Cloud's search is told until its index must know.
func (t *Tracker) touch(issue string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := number(issue)
	t.touched = slices.DeleteFunc(t.touched, func(x touched) bool { return x.issue == n })
	t.touched = append(t.touched, touched{n, t.client.Now()})
	const most = 50 // ids that a search takes
	t.touched = t.touched[max(0, len(t.touched)-most):]
}

func (t *Tracker) recent() []int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.client.Now()
	var out []int64
	for _, x := range t.touched {
		if now.Sub(x.at) < lag {
			out = append(out, x.issue)
		}
	}
	return out
}
