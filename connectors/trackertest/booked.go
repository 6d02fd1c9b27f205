package trackertest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"slabridge/connectors"
)

var bookedLaws = []law{
	{name: "booked time is whose it is, on what, how long and for which day", check: bookedWhole},
	{name: "booked time is listed from a moment on, in one request when it is little", check: bookedSince},
	{name: "edited time keeps its id, and deleted time is in no list of all", check: bookedEdited},
	{name: "booked time skips nothing while people book and delete", check: bookedMoving},
	{name: "time that we may not read is refused, not empty", check: bookedForbidden},
	{name: "booked stops when its caller does", check: bookedStopped},
}

// booked collects what Booked lists, by event id.
func booked(ctx context.Context, tr connectors.Tracker, since time.Time) (map[string]connectors.Booking, error) {
	all := map[string]connectors.Booking{}
	err := tr.Booked(ctx, since, func(page []connectors.Booking) error {
		for _, b := range page {
			all[b.Event.ID] = b
		}
		return nil
	})
	return all, err
}

// mustBook makes an issue with time on it.
func (w *World) mustBook(t *testing.T, work Work) (issue, entry string) {
	t.Helper()
	issue = w.Create(t, Customer, NewIssue{Project: w.Project, Subject: "worked on"})
	return issue, w.Book(t, Support, issue, work)
}

func bookedWhole(t *testing.T, w *World) {
	issue, first := w.mustBook(t, Work{w.Activities["one"], "0.51", "2026-03-01"})
	second := w.Book(t, Manager, issue, Work{w.Activities["other"], "1.5", "2026-03-02"})
	aside := w.Book(t, Manager, "", Work{w.Activities["one"], "2", "2026-03-02"})
	all, err := booked(t.Context(), w.tracker(), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]struct {
		by   Actor
		work connectors.Work
	}{
		first:  {Support, connectors.Work{Activity: w.Activities["one"], Spent: 1836 * time.Second, On: "2026-03-01"}},
		second: {Manager, connectors.Work{Activity: w.Activities["other"], Spent: 90 * time.Minute, On: "2026-03-02"}},
	} {
		b, ok := all[id]
		if !ok || b.Event.Work == nil {
			t.Errorf("entry %s is not listed as work: %+v", id, b)
			continue
		}
		if b.Issue != issue || b.Event.Author != w.People[want.by] || *b.Event.Work != want.work {
			t.Errorf("entry %s is %v of %s on issue %s, want %v of %s on %s", id, *b.Event.Work, b.Event.Author, b.Issue,
				want.work, w.People[want.by], issue)
		}
		if d := b.Event.At.Sub(w.Now().Add(w.Skew)).Abs(); d > time.Minute || b.Event.At.Location() != time.UTC {
			t.Errorf("entry %s was made at %v, %v from the tracker's now", id, b.Event.At, d)
		}
		if len(b.Event.Raw) == 0 || b.Event.Note != nil || len(b.Event.Changes) > 0 {
			t.Errorf("entry %s: payload %s, note %v, changes %v", id, b.Event.Raw, b.Event.Note, b.Event.Changes)
		}
	}
	if _, ok := all[aside]; ok && aside != "" {
		t.Errorf("entry %s stands on no issue and is listed", aside)
	}
}

func bookedSince(t *testing.T, w *World) {
	_, old := w.mustBook(t, Work{w.Activities["one"], "1", "2026-03-05"})
	all, err := booked(t.Context(), w.tracker(), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	made := all[old].Event.At
	fresh := old
	for all[fresh].Event.At.Sub(made) < 2*time.Second { // a later second, whatever the tracker's clock does
		_, fresh = w.mustBook(t, Work{w.Activities["one"], "1", "2026-01-01"}) // for an earlier day
		if all, err = booked(t.Context(), w.tracker(), time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	requests := 0
	tr := w.counted(func(int, *http.Request) { requests++ })
	list := func(since time.Time) map[string]connectors.Booking {
		t.Helper()
		requests = 0
		got, err := booked(t.Context(), tr, since)
		if err != nil || requests > max(w.ListsWork, 1) {
			t.Errorf("since %v: %d requests (%v)", since, requests, err)
		}
		return got
	}
	from := all[fresh].Event.At
	got := list(from)
	if _, ok := got[fresh]; !ok {
		t.Errorf("the entry of %v is not listed from its own time on", from)
	}
	if _, ok := got[old]; ok {
		t.Errorf("the entry of %v is listed from %v on", made, from)
	}
	if later := list(from.Add(time.Hour)); len(later) != 0 {
		t.Errorf("%d entries of the future", len(later))
	}
}

func bookedEdited(t *testing.T, w *World) {
	issue, id := w.mustBook(t, Work{w.Activities["one"], "1", "2026-03-03"})
	gone := w.Book(t, Support, issue, Work{w.Activities["one"], "3", "2026-03-03"})
	before, err := booked(t.Context(), w.tracker(), time.Time{})
	if err != nil || before[gone].Event.Work == nil {
		t.Fatal(before[gone], err)
	}
	w.EditWork(t, Manager, id, Work{w.Activities["other"], "2.25", "2026-03-04"})
	w.DeleteWork(t, Manager, gone)
	after, err := booked(t.Context(), w.tracker(), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	a, b := before[id].Event, after[id].Event
	if b.Work == nil || *b.Work != (connectors.Work{
		Activity: w.Activities["other"], Spent: 135 * time.Minute,
		On: "2026-03-04",
	}) {
		t.Errorf("the edited entry reads %+v", b.Work)
	}
	if !a.At.Equal(b.At) || a.Author != b.Author || after[id].Issue != issue {
		t.Errorf("the edited entry was made at %v by %s, and now at %v by %s on %s", a.At, a.Author, b.At, b.Author,
			after[id].Issue)
	}
	if _, ok := after[gone]; ok {
		t.Error("the deleted entry is listed")
	}
	w.Delete(t, issue)
	if after, err = booked(t.Context(), w.tracker(), time.Time{}); err != nil {
		t.Fatal(err)
	}
	if _, ok := after[id]; ok {
		t.Error("time on a deleted issue is listed")
	}
}

func bookedMoving(t *testing.T, w *World) {
	issue, first := w.mustBook(t, Work{w.Activities["one"], "0.25", "2026-03-06"})
	stay := []string{first}
	var leave []string
	for i := range many {
		id := w.Book(t, Support, issue, Work{w.Activities["one"], "0.25", "2026-03-06"})
		if i%5 == 0 {
			leave = append(leave, id)
		} else {
			stay = append(stay, id)
		}
	}
	slices.Reverse(leave) // the newest first, which are those that the listing has passed
	before := func(n int, _ *http.Request) {
		if n == 1 {
			return
		}
		for range min(len(leave), 20) { // more than any overlap of pages
			w.DeleteWork(t, Manager, leave[0])
			leave = leave[1:]
		}
		w.Book(t, Support, issue, Work{w.Activities["one"], "0.5", "2026-03-06"})
	}
	got, err := booked(t.Context(), w.counted(before), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	var missing []string
	for _, id := range stay {
		if _, ok := got[id]; !ok {
			missing = append(missing, id)
		}
	}
	if len(missing) > 0 {
		t.Errorf("%d of %d entries skipped: %v", len(missing), len(stay), missing)
	}
}

func bookedForbidden(t *testing.T, w *World) {
	w.mustBook(t, Work{w.Activities["one"], "1", "2026-03-07"})
	for _, since := range []time.Time{{}, w.Now()} {
		all, err := booked(t.Context(), w.Customer, since)
		wantClass(t, fmt.Sprintf("%d entries as the customer", len(all)), err, connectors.Refused)
		for _, p := range w.tracker().Capabilities().Permissions[connectors.ReadWork] {
			if !strings.Contains(fmt.Sprint(err), p) {
				t.Errorf("%v: does not name the right %s", err, p)
			}
		}
	}
}

func bookedStopped(t *testing.T, w *World) {
	w.mustBook(t, Work{w.Activities["one"], "1", "2026-03-08"})
	stop := errors.New("enough")
	pages := 0
	err := w.tracker().Booked(t.Context(), time.Time{}, func([]connectors.Booking) error { pages++; return stop })
	if err != stop || pages != 1 { //nolint:errorlint // the contract says: as it is
		t.Errorf("%v after %d pages, want the caller's own error after 1", err, pages)
	}
}
