package redmine

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/rest"
)

const pageSize = 100 // Redmine gives no more at once, whatever is asked for

// lists finds issues and booked time.
type lists struct {
	*site
	work trust // that our account may read booked time
}

// Changed implements connectors.Tracker by keyset: each page is asked for from where the last one ended, never by
// an offset, since an issue edited between two pages moves to the end and an offset then skips another.
//
// Three facts shape it. The filter has whole seconds. Redmine stores fractions of them (SQLite, PostgreSQL), which
// it shows to nobody, and "updated_on>=T" gives what is later than T minus one second, so a page may begin with
// issues of the second before T. A bulk edit puts any number of issues into one second: when a whole page lies in
// it, that second is read by issue number instead.
func (ls *lists) Changed(ctx context.Context, since time.Time, page func([]connectors.Stub) error) error {
	sc, nothing, err := ls.scope(ctx)
	if err != nil || nothing {
		return err
	}
	l := listing{Call: ls.client.Call(ctx, message.Of("list changed issues"), rest.Elsewhere), page: page, scope: sc}
	l.floor = since.UTC().Truncate(time.Second)
	for from := l.floor; ; {
		filter := url.Values{"sort": {"updated_on:asc,id:asc"}}
		if !from.IsZero() {
			filter.Set("updated_on", ">="+stamp(from))
		}
		issues, more, err := l.read(filter)
		if err != nil {
			return err
		}
		stubs := stubsOf(issues)
		if err := l.checkOrder(stubs, from); err != nil {
			return err
		}
		if err := l.deliver(stubsOf(l.scope.keep(issues))); err != nil || !more {
			return err
		}
		last := newest(stubs).Truncate(time.Second)
		if last.IsZero() {
			return l.Garbled(0, message.New("a page of issues without times"))
		}
		if last.After(l.floor) {
			l.floor = last // all before it has been delivered
		}
		if l.floor.After(from) {
			from = l.floor
			continue
		}
		if err := l.second(l.floor); err != nil {
			return err
		}
		// What is later than the beginning of the next second: second has delivered that beginning itself.
		from, l.floor = l.floor.Add(2*time.Second), l.floor.Add(time.Second)
	}
}

// Census implements connectors.Tracker. The order is by number, which nothing moves.
func (ls *lists) Census(ctx context.Context, page func([]connectors.Stub) error) error {
	sc, nothing, err := ls.scope(ctx)
	if err == nil && !nothing {
		l := listing{Call: ls.client.Call(ctx, message.Of("list all issues"), rest.Elsewhere), scope: sc}
		err = l.byNumber(url.Values{}, func(issues []listed) error { return page(stubsOf(sc.keep(issues))) })
	}
	if err != nil {
		return err
	}
	// A key that has become wrong is served as a stranger by some: then what was not listed is not gone.
	_, err = ls.account(ctx)
	return err
}

// listing is one pass over a list.
type listing struct {
	*rest.Call
	page   func([]connectors.Stub) error
	scope  scope
	asked  int
	budget int
	floor  time.Time            // what is older was delivered, or not asked for
	given  map[string]time.Time // what was delivered of the last second, to drop it when it is read again
}

// read gets one page; more tells that the tracker may have further ones. Listing ends in an error when it takes
// far more requests than the first page promised: people then change issues faster than we can list them, and
// what is left is found from the same place next time.
func (l *listing) read(filter url.Values) (issues []listed, more bool, err error) {
	l.asked++
	if l.budget > 0 && l.asked > l.budget {
		return nil, false, l.Fail(connectors.TryLater, message.Errorf("still more to list after %d requests", l.budget))
	}
	filter.Set("status_id", "*") // else only open issues
	filter.Set("limit", strconv.Itoa(pageSize))
	body, err := l.Do("GET", "/issues.json", l.scope.narrow(filter), nil)
	if err != nil {
		return nil, false, err
	}
	w, err := decodeList(body)
	if err != nil {
		return nil, false, l.Garbled(0, err)
	}
	full := pageSize
	if w.Limit > 0 {
		full = min(full, w.Limit)
	}
	if l.budget == 0 {
		l.budget = 20 + 4*(1+w.Total/full)
	}
	return w.Issues, len(w.Issues) >= full, nil
}

// checkOrder makes sure that the filter and the order were obeyed: Redmine ignores silently what it does not
// know, and a list read by keyset would then be read wrongly without end.
func (l *listing) checkOrder(stubs []connectors.Stub, from time.Time) error {
	before := from.Add(-time.Second)
	for _, i := range stubs {
		if i.UpdatedAt.IsZero() { // odd, but it concerns that issue only
			continue
		}
		if i.UpdatedAt.Before(before) {
			return l.Garbled(0, message.Errorf("issue %s is not where the filter and the order put it", i.ID))
		}
		before = i.UpdatedAt
	}
	return nil
}

// deliver hands on what was not handed on before.
func (l *listing) deliver(stubs []connectors.Stub) error {
	fresh := make([]connectors.Stub, 0, len(stubs))
	for _, i := range stubs {
		at, ok := l.given[i.ID]
		if !i.UpdatedAt.IsZero() && i.UpdatedAt.Before(l.floor) || ok && at.Equal(i.UpdatedAt) {
			continue
		}
		fresh = append(fresh, i)
	}
	if len(fresh) == 0 {
		return nil
	}
	slices.SortFunc(fresh, connectors.Stub.Compare)
	last := fresh[len(fresh)-1].UpdatedAt
	if l.given == nil {
		l.given = map[string]time.Time{}
	}
	maps.DeleteFunc(l.given, func(_ string, at time.Time) bool { return at.Before(last) })
	for _, i := range fresh {
		if i.UpdatedAt.Equal(last) {
			l.given[i.ID] = i.UpdatedAt
		}
	}
	return l.page(fresh)
}

// second delivers everything from at to the very beginning of the next second by number. What lies at that beginning
// is kept until the rest has been delivered, so that whoever keeps a cursor never sees time go back.
func (l *listing) second(at time.Time) error {
	var later []connectors.Stub
	filter := url.Values{"updated_on": {"><" + stamp(at) + "|" + stamp(at.Add(time.Second))}}
	err := l.byNumber(filter, func(issues []listed) error {
		var now []connectors.Stub
		for _, i := range stubsOf(l.scope.keep(issues)) {
			if i.UpdatedAt.After(at) {
				later = append(later, i)
			} else {
				now = append(now, i)
			}
		}
		return l.deliver(now)
	})
	if err != nil {
		return err
	}
	return l.deliver(later)
}

// byNumber reads everything the filter gives in the order of issue numbers. An issue keeps its number, so pages
// by "issue_id>=N" neither skip nor repeat, whatever people do.
func (l *listing) byNumber(filter url.Values, page func([]listed) error) error {
	filter.Set("sort", "id:asc")
	for next := int64(1); ; {
		filter.Set("issue_id", ">="+strconv.FormatInt(next, 10))
		issues, more, err := l.read(filter)
		if err != nil {
			return err
		}
		for _, i := range issues {
			n := number(string(i.ID))
			if n < next {
				return l.Garbled(0, message.Errorf("issue %s is not where the filter and the order put it", i.ID))
			}
			next = n + 1
		}
		if len(issues) > 0 {
			if err := page(issues); err != nil {
				return err
			}
		}
		if !more {
			return nil
		}
	}
}

// number is the id of an issue as Redmine orders it; decoding has made sure that it is one.
func number(id string) int64 {
	n, _ := strconv.ParseInt(id, 10, 64)
	return n
}

// stubsOf leaves of the issues of a page what a listing shows.
func stubsOf(issues []listed) []connectors.Stub {
	stubs := make([]connectors.Stub, len(issues))
	for n, i := range issues {
		stubs[n] = connectors.Stub{ID: string(i.ID), UpdatedAt: i.UpdatedOn.Time}
	}
	return stubs
}

// newest is the latest moment of change among the stubs.
func newest(stubs []connectors.Stub) (at time.Time) {
	for _, s := range stubs {
		if s.UpdatedAt.After(at) {
			at = s.UpdatedAt
		}
	}
	return at
}

// stamp is the only form of a moment that Redmine's filters take.
func stamp(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05Z") }
