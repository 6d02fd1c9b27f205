package jira

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strconv"

	"slabridge/connectors"
	"slabridge/connectors/rest"
)

// requestTypes are request types as the contract's values: they share a list with the issue types.
func requestTypes(names []string) []string {
	var out []string
	for _, n := range names {
		out = append(out, connectors.RequestType+n)
	}
	return out
}

// readRequestTypes reads what customers choose from in portals; a site without service management has none.
func (t *Tracker) readRequestTypes(ctx context.Context, d *connectors.Directory) error {
	c := t.client.Call(ctx, "list service desks", rest.AtIssue)
	desks, err := started[named](c, "/rest/servicedeskapi/servicedesk")
	switch connectors.ClassOf(err) {
	case 0:
	case connectors.Gone, connectors.Hidden, connectors.Refused:
		return nil
	default:
		return err
	}
	for _, desk := range desks {
		c := t.client.Call(ctx, "list the request types of service desk "+string(desk.ID), rest.AtIssue)
		list, err := started[named](c, "/rest/servicedeskapi/servicedesk/"+url.PathEscape(string(desk.ID))+"/requesttype")
		if err := unlessVanished(err); err != nil {
			return err
		}
		for _, r := range list {
			n := connectors.Named{ID: connectors.RequestType + r.Name, Name: r.Name}
			if !slices.Contains(d.Types, n) {
				d.Types = append(d.Types, n)
			}
		}
	}
	return nil
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
			return nil, c.Garbled(0, errors.New("a page that does not say whether it is the last"))
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
	return nil, c.Garbled(0, errors.New("a list without end"))
}
