package jira

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"strconv"

	"slabridge/config/message"
	"slabridge/connectors/rest"
)

// page is a part of a list with its place in the whole, by any of the names that Jira has for the list.
type page struct {
	StartAt    int               `json:"startAt"`
	MaxResults int               `json:"maxResults"`
	Total      *int              `json:"total"`
	IsLast     *bool             `json:"isLast"`
	Values     []json.RawMessage `json:"values"`
	Comments   []json.RawMessage `json:"comments"`
	Worklogs   []json.RawMessage `json:"worklogs"`
}

func (p page) list() []json.RawMessage {
	switch {
	case p.Values != nil:
		return p.Values
	case p.Comments != nil:
		return p.Comments
	}
	return p.Worklogs
}

// more reports whether there is something behind the page, of which end entries have been read.
func (p page) more(end int) bool {
	switch {
	case len(p.list()) == 0:
		return false
	case p.Total != nil:
		return end < *p.Total
	}
	return p.IsLast != nil && !*p.IsLast
}

// maxPages bounds lists: a site that gives full pages without end is broken.
const maxPages = 2000

// paged reads all of a list that goes by startAt. One that ends before its total may have been cut on the way, and is
// read again; the longer one of the two is taken then, and missing says how many of how many it has.
func paged[T any](c *rest.Call, path string, query url.Values, size int) (list []T, missing string, err error) {
	for range 2 {
		out, total, err := pagedUpTo[T](c, path, query, size, maxPages*size)
		switch {
		case errors.Is(err, errTooMany):
			return nil, "", c.Garbled(0, message.New("a list without end"))
		case err != nil:
			return nil, "", err
		case len(out) >= total:
			return out, "", nil
		case len(out) >= len(list):
			list, missing = out, shortOf(len(out), total)
		}
	}
	return list, missing, nil
}

// missingOf adds a list to those that are incomplete.
func missingOf(all []string, what, missing string) []string {
	if missing == "" {
		return all
	}
	return append(all, what+": "+missing)
}

func shortOf(came, total int) string { return fmt.Sprintf("%d of %d", came, total) }

var errTooMany = message.New("too many of them")

// pagedUpTo gives errTooMany for a list of more than most. Each page is counted as it came: sites give fewer than were
// asked for. total is what the list itself said last of its length, 0 for nothing.
func pagedUpTo[T any](c *rest.Call, path string, query url.Values, size, most int) (out []T, total int, err error) {
	for range maxPages {
		q := maps.Clone(query)
		if q == nil {
			q = url.Values{}
		}
		q.Set("startAt", strconv.Itoa(len(out)))
		q.Set("maxResults", strconv.Itoa(size))
		var p page
		if _, err := c.Get(path, q, &p); err != nil {
			return nil, 0, err
		}
		for _, raw := range p.list() {
			var v T
			if err := json.Unmarshal(raw, &v); err != nil {
				return nil, 0, c.Garbled(0, err)
			}
			out = append(out, v)
		}
		if p.Total != nil {
			total = *p.Total
		}
		switch {
		case max(len(out), total) > most:
			return nil, 0, errTooMany
		case !p.more(len(out)):
			return out, total, nil
		}
	}
	return nil, 0, errTooMany
}

// started reads all of a list of the service desk's, which go by start.
func started[T any](c *rest.Call, path string) ([]T, error) {
	var out []T
	for range maxPages {
		var p struct {
			Values     []json.RawMessage `json:"values"`
			IsLastPage *bool             `json:"isLastPage"`
		}
		if _, err := c.Get(path, url.Values{"start": {strconv.Itoa(len(out))}, "limit": {"50"}}, &p); err != nil {
			return nil, err
		}
		if p.IsLastPage == nil {
			return nil, c.Garbled(0, message.New("a page that does not say whether it is the last"))
		}
		for _, raw := range p.Values {
			var v T
			if err := json.Unmarshal(raw, &v); err != nil {
				return nil, c.Garbled(0, err)
			}
			out = append(out, v)
		}
		if *p.IsLastPage || len(p.Values) == 0 {
			return out, nil
		}
	}
	return nil, c.Garbled(0, message.New("a list without end"))
}
