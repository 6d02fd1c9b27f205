package jira

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/rest"
)

// Booked implements connectors.Tracker. Jira knows no kinds of work: Work.Activity is "". An entry that only a role or
// a group may see is silently left out if we are not in it. The list leaves out what was changed in the minute before:
// Capabilities.Lag covers that.
func (l *lists) Booked(ctx context.Context, since time.Time, page func([]connectors.Booking) error) error {
	from := int64(0)
	if !since.IsZero() {
		from = max(0, since.UnixMilli())
	}
	for range maxPages {
		c := l.client.Call(ctx, message.Of("list booked time"), rest.Elsewhere)
		var p struct {
			Until  int64 `json:"until"`
			Last   *bool `json:"lastPage"`
			Values []struct {
				ID int64 `json:"worklogId"`
			} `json:"values"`
		}
		query := url.Values{"since": {strconv.FormatInt(from, 10)}}
		if _, err := c.Get("/rest/api/2/worklog/updated", query, &p); err != nil {
			return err
		}
		if p.Last == nil {
			return c.Garbled(0, message.New("a page that does not say whether it is the last"))
		}
		if len(p.Values) == 0 { // an unknown account gets what is public, without an error
			if err := l.known(ctx); err != nil {
				return err
			}
		}
		var ids []int64
		for _, v := range p.Values {
			ids = append(ids, v.ID)
		}
		if len(ids) > 0 {
			entries, err := l.worklogs(ctx, ids, since)
			if err != nil {
				return err
			}
			if len(entries) > 0 {
				if err := page(entries); err != nil {
					return err
				}
			}
		}
		if *p.Last || p.Until <= from {
			return nil
		}
		from = p.Until
	}
	return l.client.Call(ctx, message.Of("list booked time"), rest.Elsewhere).Garbled(0, message.New("a list without end"))
}

// worklogs reads entries by their ids.
func (l *lists) worklogs(ctx context.Context, ids []int64, since time.Time) ([]connectors.Booking, error) {
	c := l.client.Call(ctx, message.Of("read booked time"), rest.Elsewhere)
	c.Reads = true
	var list []json.RawMessage
	if err := post(c, "/rest/api/2/worklog/list", map[string]any{"ids": ids}, &list); err != nil {
		return nil, err
	}
	var out []connectors.Booking
	for _, raw := range list {
		b, author, changed, err := decodeWorklog(raw)
		if err != nil {
			return nil, c.Garbled(0, err)
		}
		l.learn(author)
		if !changed.Before(since) {
			out = append(out, b)
		}
	}
	return out, nil
}

func decodeWorklog(raw json.RawMessage) (b connectors.Booking, author *person, changed time.Time, err error) {
	var w wireWorklog
	if err := json.Unmarshal(raw, &w); err != nil {
		return b, nil, changed, err
	}
	if w.ID == "" || w.Issue == "" || w.Created.IsZero() {
		return b, nil, changed, message.New("booked time without id, issue or time")
	}
	changed = w.Created.Time
	if w.Updated.After(changed) {
		changed = w.Updated.Time
	}
	on := w.Created.Format(time.DateOnly)
	if len(w.Started) >= len(time.DateOnly) { // the day as it stands there: an instant would be another day in UTC
		on = w.Started[:len(time.DateOnly)]
	}
	b.Issue = string(w.Issue)
	b.Event = connectors.Event{
		ID: "worklog:" + string(w.ID), At: w.Created.Time, Author: w.Author.id(), Raw: raw,
		Work: &connectors.Work{Spent: time.Duration(w.Seconds) * time.Second, On: on},
	}
	return b, w.Author, changed, nil
}
