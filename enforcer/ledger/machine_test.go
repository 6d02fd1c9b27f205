package ledger_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// machine plays random calls against the ledger and against a model of it: per entry, the states it has been in.
type machine struct {
	tb         testing.TB
	connection string
	l          *ledger.Ledger
	f          *file
	now        time.Time
	states     map[string][]enforcer.EntryState // model: by entry id, the whole history
	writes     map[string][]string              // model: open writes and their entries
	stale      map[string]ledger.Entry          // an older copy of each entry, which must be of no use
	creations  map[string]bool                  // model: the open writes that make an issue
	made       map[string]string                // model: by entry id, the issue that the tracker made for it
}

func TestLedgerAgainstAModel(t *testing.T) {
	f := openFile(t, filepath.Join(t.TempDir(), "state.db"))
	l := f.open(t)
	if raceDetector {
		fewer(t, "20")
	}
	run := 0
	rapid.Check(t, func(rt *rapid.T) {
		run++ // each run has the file to itself by a connection of its own
		m := &machine{
			tb: t, f: f, l: l, now: t0, connection: fmt.Sprintf("run-%d", run),
			states: map[string][]enforcer.EntryState{}, writes: map[string][]string{}, stale: map[string]ledger.Entry{},
			creations: map[string]bool{}, made: map[string]string{},
		}
		if err := l.StartCutover(t.Context(), t0, m.connection, "kamal"); err != nil {
			rt.Fatal(err)
		}
		rt.Repeat(map[string]func(*rapid.T){
			"":        m.check,
			"record":  m.record,
			"move":    m.move,
			"begin":   m.begin,
			"finish":  m.finish,
			"release": func(rt *rapid.T) { m.free(rt, enforcer.Held, m.l.Release) },
			"retry":   func(rt *rapid.T) { m.free(rt, enforcer.Refused, m.retry) },
			"reopen":  m.reopen,
		})
		f, l = m.f, m.l
	})
}

// fewer makes rapid try less often until the test ends.
func fewer(t *testing.T, checks string) {
	t.Helper()
	f := flag.Lookup("rapid.checks")
	was := f.Value.String()
	if err := f.Value.Set(checks); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Value.Set(was) })
}

func (m *machine) state(id string) enforcer.EntryState { h := m.states[id]; return h[len(h)-1] }

func (m *machine) ids(states ...enforcer.EntryState) []string {
	var out []string
	for id := range m.states {
		if len(states) == 0 || slices.Contains(states, m.state(id)) {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}

func (m *machine) entry(rt *rapid.T, id string) ledger.Entry {
	e, err := m.l.Get(m.tb.Context(), id)
	if err != nil {
		rt.Fatal(err)
	}
	return e
}

func (m *machine) record(rt *rapid.T) {
	verb := rapid.SampledFrom([]enforcer.EntryState{
		enforcer.Intended, enforcer.Waiting, enforcer.Held, enforcer.Past,
		enforcer.Overtaken, enforcer.Needless,
	}).Draw(rt, "verb")
	e := step(fmt.Sprintf("%s/respond/created/%s", rapid.SampledFrom([]string{"", "1", "2"}).Draw(rt, "issue"),
		rapid.SampledFrom([]string{"due", "warn-50", "start"}).Draw(rt, "step")), verb)
	e.Key.Connection = m.connection
	e.ID = e.Key.ID()
	r, err := m.l.Record(m.tb.Context(), m.now, e)
	if err != nil {
		rt.Fatal(err)
	}
	_, known := m.states[e.ID]
	if r[0].New == known {
		rt.Fatalf("recorded %s: new %t, known %t", e.ID, r[0].New, known)
	}
	if !known {
		m.states[e.ID] = []enforcer.EntryState{e.State}
	}
	if r[0].State != m.state(e.ID) {
		rt.Fatalf("recorded %s: %s, want %s", e.ID, r[0].State, m.state(e.ID))
	}
}

func (m *machine) move(rt *rapid.T) {
	ids := m.ids()
	if len(ids) == 0 {
		rt.Skip("nothing recorded")
	}
	id := rapid.SampledFrom(ids).Draw(rt, "entry")
	to := rapid.SampledFrom(enforcer.EntryStates).Draw(rt, "to")
	e := m.entry(rt, id)
	if old, ok := m.stale[id]; ok && old.Version != e.Version {
		if _, err := m.l.Move(m.tb.Context(), m.now, to, old); err == nil {
			rt.Fatalf("moved %s to %s from a stale copy", id, to)
		}
	}
	_, err := m.l.Move(m.tb.Context(), m.now, to, e)
	allowed := e.State.Can(to) && e.State != enforcer.Sent && to != enforcer.Sent
	if (err == nil) != allowed {
		rt.Fatalf("move from %s to %s: %v, allowed %t", e.State, to, err, allowed)
	}
	m.stale[id] = e
	if allowed {
		m.states[id] = append(m.states[id], to)
	}
}

func (m *machine) begin(rt *rapid.T) {
	ids := m.ids(enforcer.Intended, enforcer.Waiting)
	if len(ids) == 0 {
		rt.Skip("nothing to send")
	}
	first := m.entry(rt, rapid.SampledFrom(ids).Draw(rt, "entry"))
	group := []ledger.Entry{first}
	for _, id := range ids {
		if e := m.entry(rt, id); id != first.ID && e.Key.Issue == first.Key.Issue && rapid.Bool().Draw(rt, "with "+id) {
			group = append(group, e)
		}
	}
	request := connectors.Write{Issue: first.Key.Issue}
	if request.Issue == "" {
		request = m.duty(rt, group)
	}
	w, err := m.l.Begin(m.tb.Context(), m.now, request, group...)
	made := func(e ledger.Entry) bool { return m.made[e.ID] != "" }
	if request.Create != nil && slices.ContainsFunc(group, made) {
		if !errors.Is(err, ledger.ErrMade) {
			rt.Fatalf("a second issue for one entry: %v", err)
		}
		return
	}
	if err != nil {
		rt.Fatal(err)
	}
	m.creations[w.ID] = request.Create != nil
	if _, known := m.writes[w.ID]; known {
		rt.Fatalf("two writes are called %s", w.ID)
	}
	m.writes[w.ID] = w.Entries
	for _, e := range group {
		m.states[e.ID] = append(m.states[e.ID], enforcer.Sent)
		m.stale[e.ID] = e
	}
}

// duty is a request for entries of no issue: it makes one, or goes to one that was made.
func (m *machine) duty(rt *rapid.T, group []ledger.Entry) connectors.Write {
	if rapid.Bool().Draw(rt, "create") {
		return connectors.Write{Create: &connectors.NewIssue{Project: "acme", Mark: group[0].ID}}
	}
	return connectors.Write{Issue: "900"}
}

func (m *machine) finish(rt *rapid.T) {
	var open []string
	for id := range m.writes {
		open = append(open, id)
	}
	if len(open) == 0 {
		rt.Skip("nothing in flight")
	}
	slices.Sort(open)
	id := rapid.SampledFrom(open).Draw(rt, "write")
	class := rapid.SampledFrom([]connectors.Class{
		0, connectors.TryLater, connectors.Refused, connectors.Unknown,
		connectors.Garbled, connectors.Gone,
	}).Draw(rt, "class")
	o := ledger.Outcome{Class: class, Error: "e", RetryAt: m.now.Add(time.Minute)}
	to := map[connectors.Class]enforcer.EntryState{
		0: enforcer.Done, connectors.Refused: enforcer.Refused,
		connectors.Unknown: enforcer.Sent, connectors.Garbled: enforcer.Sent,
	}[class]
	if to == "" {
		to = enforcer.Intended
	}
	if class == 0 {
		o.Receipt, to = m.receipt(rt, id)
	}
	if _, err := m.l.Finish(m.tb.Context(), m.now, id, o); err != nil {
		rt.Fatal(err)
	}
	for _, e := range m.writes[id] {
		m.states[e] = append(m.states[e], to)
	}
	if to == enforcer.Sent {
		return
	}
	delete(m.writes, id)
}

// receipt is what reading back an accepted write shows, and what its entries become of it: all was done, or part of it
// was not.
func (m *machine) receipt(rt *rapid.T, id string) (*connectors.Receipt, enforcer.EntryState) {
	r, to := &connectors.Receipt{}, enforcer.Done
	if m.creations[id] {
		r.Issue = fmt.Sprint(1000 + len(m.made))
		for _, e := range m.writes[id] {
			m.made[e] = r.Issue
		}
	}
	if rapid.Bool().Draw(rt, "in part") {
		r.Refused, to = []connectors.Refusal{{Field: connectors.FieldDueDate, Wanted: "2026-03-31"}}, enforcer.Refused
	}
	return r, to
}

type freeFunc = func(ctx context.Context, now time.Time, f ledger.Filter) ([]ledger.Entry, error)

func (m *machine) retry(ctx context.Context, now time.Time, f ledger.Filter) ([]ledger.Entry, error) {
	return m.l.Retry(ctx, now, f, func(ledger.Entry) time.Time { return time.Time{} })
}

func (m *machine) free(rt *rapid.T, from enforcer.EntryState, free freeFunc) {
	f := ledger.Filter{Connection: m.connection, Issue: rapid.SampledFrom([]string{"", "1", "#2", "3"}).Draw(rt, "issue")}
	var want []string
	for _, id := range m.ids(from) {
		e := m.entry(rt, id)
		if f.Issue == "" || f.Issue == e.Key.Issue || f.Issue == e.IssueKey {
			want = append(want, id)
		}
	}
	got, err := free(m.tb.Context(), m.now, f)
	if err != nil {
		rt.Fatal(err)
	}
	var ids []string
	for _, e := range got {
		ids = append(ids, e.ID)
		m.states[e.ID] = append(m.states[e.ID], enforcer.Intended)
	}
	slices.Sort(ids)
	if !slices.Equal(ids, want) {
		rt.Fatalf("freed %v, want %v", ids, want)
	}
}

// reopen is a restart: nothing that was answered for may depend on the process.
func (m *machine) reopen(rt *rapid.T) {
	m.f.Close()
	m.f = openFile(m.tb, m.f.path)
	m.l = m.f.open(m.tb)
}

// check holds the ledger against the model after every call.
func (m *machine) check(rt *rapid.T) {
	m.now = m.now.Add(time.Second)
	history := map[string][]enforcer.EntryState{}
	rows, err := m.f.Query(`SELECT entry, state FROM ledger_history WHERE connection = $1 ORDER BY version`, m.connection)
	if err != nil {
		rt.Fatal(err)
	}
	for rows.Next() {
		var id string
		var s enforcer.EntryState
		if err := rows.Scan(&id, &s); err != nil {
			rt.Fatal(err)
		}
		history[id] = append(history[id], s)
	}
	if err := rows.Close(); err != nil {
		rt.Fatal(err)
	}
	seen := 0
	for e, err := range m.l.List(m.tb.Context(), ledger.Filter{Connection: m.connection}, ledger.OldestFirst) {
		if err != nil {
			rt.Fatal(err)
		}
		seen++
		states := history[e.ID]
		if !slices.Equal(states, m.states[e.ID]) || e.State != m.state(e.ID) || int(e.Version) != len(states) {
			rt.Fatalf("%s: is %s after %v (version %d), model says %v", e.ID, e.State, states, e.Version, m.states[e.ID])
		}
	}
	if v, err := m.l.Verify(m.tb.Context(), m.connection); err != nil || len(v.Tamperings) > 0 {
		rt.Fatalf("what slabridge did is taken for somebody else's: %+v, %v", v.Tamperings, err)
	}
	if seen != len(m.states) || len(history) != seen {
		rt.Fatalf("%d entries with %d histories, model has %d", seen, len(history), len(m.states))
	}
	open, err := m.l.Unfinished(m.tb.Context(), m.connection)
	if err != nil || len(open) != len(m.writes) {
		rt.Fatalf("%d writes in flight, model has %d: %v", len(open), len(m.writes), err)
	}
	made, err := m.l.Made(m.tb.Context(), m.connection, "kamal")
	if err != nil || len(made) != len(m.made) {
		rt.Fatalf("%d issues made, model has %d: %v", len(made), len(m.made), err)
	}
	for k, e := range made {
		if e.Made() != m.made[k.ID()] {
			rt.Fatalf("%v made issue %s, model has %q", k, e.Made(), m.made[k.ID()])
		}
	}
	pending, err := m.l.Pending(m.tb.Context(), m.connection, m.now.Add(time.Hour))
	if err != nil || len(pending) != len(m.ids(enforcer.Intended, enforcer.Waiting, enforcer.Held, enforcer.Sent)) {
		rt.Fatalf("%d pending: %v", len(pending), err)
	}
}
