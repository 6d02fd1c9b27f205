package mirror_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
)

// fake is a tracker in memory with a clock of its own. It keeps times to the second, as Redmine does, lists in
// the order of (UpdatedAt, id) with small pages, and lets a test act between any two of its answers.
type fake struct {
	mu      sync.Mutex
	clock   time.Time
	issues  map[string]*fakeIssue
	next    int // numbers journals
	page    int
	reveal  []lateEdit
	badKey  bool // a wrong key on a tracker that takes it for a stranger
	work    []connectors.Booking
	noWork  error // why booked time may not be listed
	calls   []string
	running int
	peak    int
	lag     time.Duration // declared
	scope   []string      // projects that the lists show; nil: all

	before func(call string) error // run before each answer, without the lock
}

type fakeIssue struct {
	history connectors.History
	hidden  bool
	deleted bool
	listed  *connectors.Issue // as the lists have it where they trail; one without an id is not listed
	given   []connectors.Event
	missing []string // why given is not all; nil where everything is given
	undated bool     // the lists do not say when it changed
}

// lateEdit is an edit made at one time that becomes visible at another.
type lateEdit struct {
	at    time.Time
	apply func()
}

var epoch = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func newFake() *fake {
	return &fake{clock: epoch, issues: map[string]*fakeIssue{}, page: 3}
}

func (f *fake) now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.clock
}

func (f *fake) advance(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.clock = f.clock.Add(d)
	f.reveal = slices.DeleteFunc(f.reveal, func(l lateEdit) bool {
		if l.at.After(f.clock) {
			return false
		}
		l.apply()
		return true
	})
}

func (f *fake) second() time.Time { return f.clock.Truncate(time.Second) }

func (f *fake) create(id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.issues[id] = &fakeIssue{history: connectors.History{
		Issue: connectors.Issue{
			ID: id, Key: id, Subject: "Printer " + id, Author: "7", CreatedAt: f.second(), UpdatedAt: f.second(),
			Values: connectors.Values{
				connectors.FieldStatus: {"1"}, connectors.FieldPriority: {"2"},
				connectors.FieldProject: {"acme"},
			},
			Raw: json.RawMessage(`{"id":` + strconv.Quote(id) + `}`),
		},
		Watchers: []string{}, WatchersSet: true, Transitions: []string{"1", "2"}, TransitionsSet: true,
	}}
}

// edit changes a field and leaves a note, as one journal.
func (f *fake) edit(id, field, to, note string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.editAt(id, field, to, note, f.second())
}

func (f *fake) editAt(id, field, to, note string, at time.Time) {
	h := &f.issues[id].history
	f.next++
	e := connectors.Event{
		ID: fmt.Sprintf("journal:%d", f.next), At: at, Author: "8",
		Raw: json.RawMessage(fmt.Sprintf(`{"id":%d}`, f.next)),
	}
	if field != "" {
		e.Changes = []connectors.Change{{Field: field, From: h.Issue.Values[field], To: []string{to}}}
		h.Issue.Values = h.Issue.Values.Clone()
		h.Issue.Values[field] = []string{to}
	}
	if note != "" {
		e.Note = &connectors.Note{Text: note}
	}
	h.Events = connectors.SortEvents(append(slices.Clone(h.Events), e))
	if at.After(h.Issue.UpdatedAt) {
		h.Issue.UpdatedAt = at
	}
}

// editLate makes an edit with the present UpdatedAt that nobody sees for a while: its transaction is slow. As in
// Redmine it is refused as stale when someone else changes the issue meanwhile. It does nothing on an issue that
// was already changed in this second: see the package comment for what is not promised.
func (f *fake) editLate(id, note string, delay time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	at, seen := f.second(), f.issues[id].history.Issue.UpdatedAt
	if !seen.Before(at) {
		return
	}
	f.reveal = append(f.reveal, lateEdit{f.clock.Add(delay), func() {
		if f.issues[id].history.Issue.UpdatedAt.Equal(seen) {
			f.editAt(id, "", "", note, at)
		}
	}})
}

// silently changes a field and UpdatedAt and leaves no journal.
func (f *fake) silently(id, field, to string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := &f.issues[id].history.Issue
	i.Values = i.Values.Clone()
	i.Values[field] = []string{to}
	i.UpdatedAt = f.second()
}

// change does anything to an issue, without touching UpdatedAt.
func (f *fake) change(id string, do func(*fakeIssue)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	do(f.issues[id])
}

func (f *fake) ids() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var ids []string
	for id, i := range f.issues {
		if !i.hidden && !i.deleted {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

func (f *fake) truth(id string) connectors.History {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.issues[id].history
}

func (f *fake) takeCalls() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := f.calls
	f.calls = nil
	return c
}

// enter counts a call and lets the test interfere.
func (f *fake) enter(ctx context.Context, call string) error {
	f.mu.Lock()
	f.calls = append(f.calls, call)
	before := f.before
	f.mu.Unlock()
	if before != nil {
		if err := before(call); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (f *fake) Capabilities() connectors.Capabilities {
	return connectors.Capabilities{Lag: f.lag, BookedInScope: true}
}

// trail makes the lists go on showing the issue as it is now, or not at all when it is not there yet, for a while.
func (f *fake) trail(id string, delay time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := f.issues[id]
	shown := i.history.Issue
	i.listed = &shown
	f.reveal = append(f.reveal, lateEdit{f.clock.Add(delay), func() { i.listed = nil }})
}

func (f *fake) Self(ctx context.Context) (connectors.Account, error) {
	if err := f.enter(ctx, "self"); err != nil {
		return connectors.Account{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.badKey {
		return connectors.Account{}, &connectors.Error{
			Op:     message.Of("ask who we are"),
			Class:  connectors.Unauthorized,
			Status: 401,
		}
	}
	return connectors.Account{ID: "5"}, nil
}

func (f *fake) Directory(context.Context) (connectors.Directory, error) {
	return connectors.Directory{}, nil
}

// Changed pages by key, not by offset: each page begins at the last UpdatedAt of the one before. Lists that trail are
// given by id, an order that nothing moves.
func (f *fake) Changed(ctx context.Context, since time.Time, page func([]connectors.Stub) error) error {
	if f.lag > 0 {
		issues := f.listed(since)
		slices.SortFunc(issues, func(a, b connectors.Stub) int { return cmpID(a.ID, b.ID) })
		for pages := slices.Collect(slices.Chunk(issues, f.page)); ; pages = pages[1:] {
			if err := f.enter(ctx, "changed"); err != nil || len(pages) == 0 {
				return err
			}
			if err := page(pages[0]); err != nil {
				return err
			}
		}
	}
	shown := map[string]bool{} // "id@UpdatedAt"
	for {
		if err := f.enter(ctx, "changed"); err != nil {
			return err
		}
		issues := f.listed(since)
		var out []connectors.Stub
		for _, i := range issues {
			if k := i.ID + "@" + i.UpdatedAt.String(); !shown[k] && len(out) < f.page {
				shown[k] = true
				out = append(out, i)
			}
		}
		if err := page(out); err != nil {
			return err
		}
		if len(out) < f.page {
			return nil
		}
		since = out[len(out)-1].UpdatedAt
	}
}

func (f *fake) listed(since time.Time) []connectors.Stub {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []connectors.Stub
	if f.badKey {
		return nil
	}
	for _, i := range f.issues {
		u := i.history.Issue
		if i.listed != nil {
			u = *i.listed
		}
		inScope := f.scope == nil || slices.Contains(f.scope, u.Values.One(connectors.FieldProject))
		if u.ID != "" && inScope && !i.hidden && !i.deleted && !u.UpdatedAt.Before(since) {
			s := connectors.Stub{ID: u.ID, UpdatedAt: u.UpdatedAt}
			if i.undated {
				s.UpdatedAt = time.Time{}
			}
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b connectors.Stub) int {
		if c := a.UpdatedAt.Compare(b.UpdatedAt); c != 0 {
			return c
		}
		return cmpID(a.ID, b.ID)
	})
	return out
}

func cmpID(a, b string) int {
	x, _ := strconv.Atoi(a)
	y, _ := strconv.Atoi(b)
	return x - y
}

func (f *fake) Census(ctx context.Context, page func([]connectors.Stub) error) error {
	if err := f.enter(ctx, "census"); err != nil {
		return err
	}
	for stubs := range slices.Chunk(f.listed(time.Time{}), f.page) {
		if err := page(stubs); err != nil {
			return err
		}
		if err := f.enter(ctx, "census"); err != nil {
			return err
		}
	}
	return nil
}

func (f *fake) History(ctx context.Context, id string) (connectors.History, error) {
	f.mu.Lock()
	f.running++
	f.peak = max(f.peak, f.running)
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		f.running--
		f.mu.Unlock()
	}()
	if err := f.enter(ctx, "history "+id); err != nil {
		return connectors.History{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	i := f.issues[id]
	switch {
	case i == nil || i.deleted:
		return connectors.History{}, &connectors.Error{
			Op:     message.Of("read issue %s", id),
			Class:  connectors.Gone,
			Status: 404,
		}
	case i.hidden || f.badKey:
		return connectors.History{}, &connectors.Error{
			Op:     message.Of("read issue %s", id),
			Class:  connectors.Hidden,
			Status: 403,
		}
	}
	h := i.history
	if i.missing != nil {
		h.Events, h.Missing = i.given, i.missing
	}
	return h, nil
}

// short makes the tracker give a part of the events only.
func (f *fake) short(id string, given []connectors.Event, missing string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.issues[id].given, f.issues[id].missing = given, []string{missing}
}

// timeless makes the lists show the issue without its time.
func (f *fake) timeless(id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.issues[id].undated = true
}

// book logs half hours on an issue.
func (f *fake) book(issue string, halves int) (entry string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.next++
	id := fmt.Sprintf("time:%d", f.next)
	f.work = append(f.work, connectors.Booking{Issue: issue, Event: connectors.Event{
		ID: id, At: f.second(), Author: "8", Raw: json.RawMessage(`{}`),
		Work: &connectors.Work{
			Activity: "9", Spent: time.Duration(halves) * 30 * time.Minute,
			On: f.second().Format(time.DateOnly),
		},
	}})
	return id
}

// rebook changes an entry, or deletes it when do reports false.
func (f *fake) rebook(entry string, do func(*connectors.Booking) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.work, func(b connectors.Booking) bool { return b.Event.ID == entry })
	b := f.work[i]
	w := *b.Event.Work
	b.Event.Work = &w
	if !do(&b) {
		f.work = slices.Delete(slices.Clone(f.work), i, i+1)
		return
	}
	f.work = slices.Clone(f.work)
	f.work[i] = b
}

// booked is the time on issues that are visible, newest first.
func (f *fake) booked() []connectors.Booking {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []connectors.Booking
	for _, b := range slices.Backward(f.work) {
		i := f.issues[b.Issue]
		inScope := f.scope == nil || slices.Contains(f.scope, i.history.Issue.Values.One(connectors.FieldProject))
		if !i.hidden && !i.deleted && !f.badKey && inScope {
			out = append(out, b)
		}
	}
	return out
}

// Booked knows when an entry was made, not when it was changed, as Redmine.
func (f *fake) Booked(ctx context.Context, since time.Time, page func([]connectors.Booking) error) error {
	seen := map[string]bool{}
	for {
		if err := f.enter(ctx, "booked"); err != nil {
			return err
		}
		if f.noWork != nil {
			return f.noWork
		}
		var out []connectors.Booking
		for _, b := range f.booked() {
			if !seen[b.Event.ID] && !b.Event.At.Before(since) && len(out) < f.page {
				seen[b.Event.ID] = true
				out = append(out, b)
			}
		}
		if len(out) > 0 {
			if err := page(out); err != nil {
				return err
			}
		}
		if len(out) < f.page {
			return nil
		}
	}
}

func (f *fake) Update(context.Context, connectors.Write) error { panic("the mirror never writes") }

func (f *fake) AddWatcher(context.Context, string, string) error { panic("the mirror never writes") }

func (f *fake) Create(context.Context, connectors.NewIssue) (string, error) {
	panic("the mirror never writes")
}

func (f *fake) Forms(context.Context, string) (connectors.Forms, error) {
	panic("the mirror asks for no form")
}

func (f *fake) Active(context.Context, string) (bool, error) { panic("the mirror asks after nobody") }

func (f *fake) Retract(context.Context, string, string, connectors.Retraction) error {
	panic("the mirror never writes")
}

func (f *fake) FindCreated(context.Context, string, string, time.Time) (string, bool, error) {
	panic("the mirror never writes")
}

func (f *fake) Requests() int64 { return 0 }

func (f *fake) Limits() (int64, time.Time) { return 0, time.Time{} }

func (f *fake) Offset() (offset time.Duration, at time.Time, ok bool) { return 0, epoch, true }
