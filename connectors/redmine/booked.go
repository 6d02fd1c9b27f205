package redmine

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/rest"
)

// pathTime is the list of booked time.
const pathTime = "/time_entries.json"

// Booked implements connectors.Tracker. Redmine can filter time entries neither by when they were made nor by when they
// were changed (it silently ignores both), and it can order them by the first alone. So the list is read from the
// newest on, until an entry is older than since:
//   - a new entry is seen at once, whatever day it was booked for;
//   - an edit is seen at once as long as the entry is on a page that is read anyway: among the newest hundred;
//   - other edits, and deletions, are seen only by a listing of all, with a zero since.
//
// Hours come rounded to hundredths, as Redmine shows them (twenty minutes are 0.33 h, 19:48); whole, half and quarter
// hours are exact. Whoever may not read the time of others is served an empty list with 200, or 403 where
// non-members may not either: both are Refused here.
func (ls *lists) Booked(ctx context.Context, since time.Time, page func([]connectors.Booking) error) error {
	sc, nothing, err := ls.scope(ctx)
	if err != nil || nothing {
		return err
	}
	l := bookedList{
		lists: ls, scope: sc,
		Call: ls.client.Call(ctx, message.Of("list booked time"), rest.Elsewhere), page: page,
		since: since.UTC().Truncate(time.Second), given: map[id]bool{},
	}
	for offset := 0; ; {
		p, err := l.read(offset)
		if err != nil {
			return l.refused(err)
		}
		if l.asked == 1 && len(p.entries) == 0 {
			return l.allowed()
		}
		if offset > 0 && !l.joined(p.entries) {
			offset = max(0, offset-p.full)
			continue
		}
		if err := l.deliver(p.entries); err != nil || l.ended(p) {
			return err
		}
		offset += len(p.entries) - max(1, p.full/overlapShare)
	}
}

// overlapShare is the part of a page that is read again with the next one: a tenth.
const overlapShare = 10

// bookedList is one listing of booked time, newest first. An entry keeps its place in that order, so only what comes
// (in front) and what goes (anywhere) moves the others. Pages are asked for by offset, which nothing but the overlap
// makes safe: a page that holds no entry we know may lie behind ones that we have not seen.
type bookedList struct {
	*rest.Call
	*lists
	scope  scope
	page   func([]connectors.Booking) error
	since  time.Time
	given  map[id]bool
	asked  int
	budget int
}

type bookedPage struct {
	entries []timeEntry
	full    int // how many a full page has
}

func (l *bookedList) read(offset int) (bookedPage, error) {
	l.asked++
	if l.budget > 0 && l.asked > l.budget {
		return bookedPage{}, l.Fail(connectors.TryLater, message.Errorf("still more to list after %d requests", l.budget))
	}
	body, err := l.Do("GET", pathTime, l.scope.narrow(url.Values{
		"sort": {"created_on:desc"}, "issue_id": {"*"}, "limit": {strconv.Itoa(pageSize)}, "offset": {strconv.Itoa(offset)},
	}), nil)
	if err != nil {
		return bookedPage{}, err
	}
	w, err := decodeBooked(body)
	if err == nil {
		err = inBookedOrder(w.Entries)
	}
	if err != nil {
		return bookedPage{}, l.Garbled(0, err)
	}
	p := bookedPage{entries: w.Entries, full: pageSize}
	if w.Limit > 0 {
		p.full = min(p.full, w.Limit)
	}
	if l.budget == 0 {
		l.budget = 20 + 4*(1+w.Total/p.full)
	}
	return p, nil
}

// inBookedOrder makes sure that the order was obeyed: one that Redmine does not know it ignores silently.
func inBookedOrder(entries []timeEntry) error {
	for i, e := range entries[min(1, len(entries)):] {
		if e.CreatedOn.After(entries[i].CreatedOn.Time) {
			return message.Errorf("time entry %s is not where the order puts it", e.ID)
		}
	}
	return nil
}

// joined reports whether a page goes on from what was delivered, without a gap.
func (l *bookedList) joined(entries []timeEntry) bool {
	return slices.ContainsFunc(entries, func(e timeEntry) bool { return l.given[e.ID] })
}

// ended reports whether nothing that was asked for can come after the page.
func (l *bookedList) ended(p bookedPage) bool {
	return len(p.entries) < p.full || p.entries[len(p.entries)-1].CreatedOn.Before(l.since)
}

func (l *bookedList) deliver(entries []timeEntry) error {
	var fresh []connectors.Booking
	for _, e := range entries {
		known := l.given[e.ID]
		l.given[e.ID] = true
		old := e.CreatedOn.Before(l.since) && e.UpdatedOn.Before(l.since)
		if !known && !old && e.Issue.ID != "" && l.scope.has(e.Project.ID) {
			fresh = append(fresh, e.booking())
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	return l.page(fresh)
}

// refused tells a 403 for want of the right from one for want of the whole API.
func (l *bookedList) refused(err error) error {
	var e *connectors.Error
	if !errors.As(err, &e) || e.Status != 403 {
		return err
	}
	if _, account := l.account(l.Context()); account != nil {
		return account
	}
	e.Hint = message.Of(hintWork)
	return e
}

// allowed makes sure that an empty list means that there are no entries, and not that our account may not read them.
func (l *bookedList) allowed() error {
	if l.work.still(l.client.Now()) {
		return nil
	}
	self, err := (&directory{l.site}).Self(l.Context())
	if err != nil {
		return err
	}
	for _, r := range self.Rights {
		if self.Has(r.Project, permissions[connectors.ReadWork][0]) {
			l.work.until(l.client.Now().Add(workTrust))
			return nil
		}
	}
	e := l.Fail(connectors.Refused, message.New("no role of the account may read the time that others book"))
	e.Hint = message.Of(hintWork)
	return e
}

// trust remembers until when something is taken for granted.
type trust struct {
	mu  sync.Mutex
	end time.Time
}

func (t *trust) still(now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return now.Before(t.end)
}

func (t *trust) until(end time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.end = end
}

// timeEntry is one entry as Redmine lists it.
type timeEntry struct {
	ID        id      `json:"id"`
	Project   named   `json:"project"`
	Issue     named   `json:"issue"` // absent for time that is booked on a project
	User      named   `json:"user"`
	Activity  named   `json:"activity"`
	Hours     float64 `json:"hours"`
	SpentOn   string  `json:"spent_on"`
	CreatedOn moment  `json:"created_on"`
	UpdatedOn moment  `json:"updated_on"`

	raw json.RawMessage
}

func (e timeEntry) booking() connectors.Booking {
	return connectors.Booking{Issue: string(e.Issue.ID), Event: connectors.Event{
		ID: "time:" + string(e.ID), At: e.CreatedOn.Time, Author: string(e.User.ID), Raw: e.raw,
		Work: &connectors.Work{Activity: string(e.Activity.ID), Spent: spent(e.Hours), On: e.SpentOn},
	}}
}

// spent rounds hours to whole seconds.
func spent(hours float64) time.Duration { return time.Duration(math.Round(hours*3600)) * time.Second }

// mostHours bounds the hours of one entry; beyond 2.5 million a duration would overflow.
const mostHours = 1e6

type bookedWire struct {
	Entries []timeEntry
	Total   int
	Limit   int
}

// decodeBooked makes entries of one page. A page without the key "time_entries" is not one.
func decodeBooked(body []byte) (bookedWire, error) {
	var l struct {
		Entries []json.RawMessage `json:"time_entries"`
		Total   int               `json:"total_count"`
		Limit   int               `json:"limit"`
	}
	if err := json.Unmarshal(body, &l); err != nil {
		return bookedWire{}, err
	}
	if l.Entries == nil {
		return bookedWire{}, message.New("a list without time entries")
	}
	w := bookedWire{Total: l.Total, Limit: l.Limit}
	for _, raw := range l.Entries {
		e := timeEntry{raw: raw}
		if err := json.Unmarshal(raw, &e); err != nil {
			return bookedWire{}, err
		}
		if e.ID == "" || e.CreatedOn.IsZero() || math.Abs(e.Hours) > mostHours {
			return bookedWire{}, message.New("a time entry without id, time or sensible hours")
		}
		w.Entries = append(w.Entries, e)
	}
	return w, nil
}
