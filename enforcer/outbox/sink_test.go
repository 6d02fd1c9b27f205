package outbox

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"slabridge/config/message"
	"slabridge/config/statefile"
	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// board is a second kind of sink, a list of lines: it has no issues, no marks, no histories and no account. It knows a
// request by the id that the ledger gave it.
type board struct {
	lines map[string]string // by request
	order []string
	fail  error // of the next Send
	lose  bool  // the answer of the next Send, which is done all the same
	dumb  bool  // it cannot be read back
}

func (b *board) Send(_ context.Context, w ledger.Write) error {
	err := b.fail
	b.fail = nil
	if err != nil && !b.lose {
		return err
	}
	b.lose = false
	b.lines[w.ID], b.order = w.Request.Comment.Text, append(b.order, w.Request.Comment.Text)
	return err
}

func (b *board) Verify(ctx context.Context, w ledger.Write) (*connectors.Receipt, error) {
	if b.dumb {
		return nil, &connectors.Error{Op: message.Of("read the board"), Class: connectors.TryLater}
	}
	found, err := b.Find(ctx, w)
	return found.Receipt, err
}

func (b *board) Find(_ context.Context, w ledger.Write) (Found, error) {
	if _, there := b.lines[w.ID]; !there {
		return Found{}, nil
	}
	return Found{Receipt: &connectors.Receipt{Event: w.ID}}, nil
}

// boardWorld is an outbox with a board, over a ledger with one intended entry, whose time the test sets.
type boardWorld struct {
	*Outbox
	t     *testing.T
	board *board
	entry ledger.Entry
}

func newBoardWorld(t *testing.T) *boardWorld {
	t.Helper()
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	file, err := statefile.Open(t.Context(), filepath.Join(t.TempDir(), "state.db"),
		statefile.Migrations{Store: "ledger", Steps: ledger.Migrations()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	l, err := ledger.Open(t.Context(), file.DB, at)
	if err != nil {
		t.Fatal(err)
	}
	w := &boardWorld{t: t, board: &board{lines: map[string]string{}}}
	w.Outbox = &Outbox{connection: "helpdesk", ledger: l, now: at, report: &Report{}}
	w.clock = func() time.Time { return w.now }
	if err := l.StartCutover(t.Context(), at, "helpdesk", "kamal"); err != nil {
		t.Fatal(err)
	}
	d := enforcer.Decision{
		Key: enforcer.StepKey{
			Connection: "helpdesk", Issue: "17", Contract: "kamal", Obligation: "respond",
			Cycle: "created", Step: "due",
		},
		State: enforcer.Intended, Moment: at, Audience: enforcer.Internal,
		Changes: enforcer.Changes{Comment: &enforcer.Comment{Audience: enforcer.Internal, Text: "breach"}},
	}
	recorded, err := l.Record(t.Context(), at, ledger.Entry{Entry: d.Entry(at)})
	if err != nil {
		t.Fatal(err)
	}
	w.entry = recorded[0].Entry
	return w
}

func (w *boardWorld) request() connectors.Write {
	return connectors.Write{Issue: "17", Comment: &connectors.Comment{Text: "respond is due"}}
}

// deliverAfter sends the entry once more some time after the last.
func (w *boardWorld) deliverAfter(d time.Duration) {
	w.t.Helper()
	w.now = w.now.Add(d)
	_, err := w.deliver(w.t.Context(), w.board, delivery{request: w.request(), entries: []ledger.Entry{w.entry}})
	if err != nil && connectors.ClassOf(err) == 0 {
		w.t.Fatal(err)
	}
	w.look()
}

func (w *boardWorld) recoverAfter(d time.Duration) {
	w.t.Helper()
	w.now = w.now.Add(d)
	if err := w.recover(w.t.Context(), func(ledger.Write) Sink { return w.board }); err != nil {
		w.t.Fatal(err)
	}
	w.look()
}

func (w *boardWorld) look() {
	w.t.Helper()
	var err error
	if w.entry, err = w.ledger.Get(w.t.Context(), w.entry.ID); err != nil {
		w.t.Fatal(err)
	}
}

func (w *boardWorld) want(state enforcer.EntryState, tries int, lines ...string) {
	w.t.Helper()
	if w.entry.State != state || w.entry.Tries != tries || !slices.Equal(w.board.order, lines) {
		w.t.Errorf("%s after %d tries, on the board %q; want %s after %d, %q", w.entry.State, w.entry.Tries, w.board.order,
			state, tries, lines)
	}
}

const line = "respond is due"

// TestAnySinkIsServed: intent, send, read back, receipt and every way in which they fail, through a sink that is no
// tracker. Nothing that is common asks for a mark, a history, a watcher or an account.
func TestAnySinkIsServed(t *testing.T) {
	lost := func(class connectors.Class) error { return &connectors.Error{Op: message.Of("post"), Class: class} }
	t.Run("posted and read back", func(t *testing.T) {
		w := newBoardWorld(t)
		w.deliverAfter(0)
		w.want(enforcer.Done, 1, line)
		if w.entry.Receipt == nil || len(w.report.Written) != 1 {
			t.Errorf("receipt %v, written %v", w.entry.Receipt, w.report.Written)
		}
	})
	t.Run("refused", func(t *testing.T) {
		w := newBoardWorld(t)
		w.board.fail = lost(connectors.Refused)
		w.deliverAfter(0)
		w.want(enforcer.Refused, 1)
		w.recoverAfter(time.Hour)
		w.want(enforcer.Refused, 1)
	})
	t.Run("busy, and sent again", func(t *testing.T) {
		w := newBoardWorld(t)
		w.board.fail = lost(connectors.TryLater)
		w.deliverAfter(0)
		w.want(enforcer.Intended, 1)
		if wait := w.entry.NotBefore.Sub(w.now); wait != RetryAfter {
			t.Errorf("to be sent again after %s", wait)
		}
		w.deliverAfter(RetryAfter)
		w.want(enforcer.Done, 2, line)
	})
	t.Run("the answer is lost, and the line is there", func(t *testing.T) {
		w := newBoardWorld(t)
		w.board.fail, w.board.lose = lost(connectors.Unknown), true
		w.deliverAfter(0) // looked for at once
		w.want(enforcer.Done, 1, line)
	})
	t.Run("the request itself is lost", func(t *testing.T) {
		w := newBoardWorld(t)
		w.board.fail = lost(connectors.Unknown)
		w.deliverAfter(0)
		w.recoverAfter(lookAfter) // it may still come
		w.want(enforcer.Sent, 1)
		w.recoverAfter(resendAfter)
		w.want(enforcer.Intended, 1)
		w.deliverAfter(0)
		w.want(enforcer.Done, 2, line)
	})
	t.Run("killed before the request left", func(t *testing.T) {
		w := newBoardWorld(t)
		if _, err := w.ledger.Begin(t.Context(), w.now, w.request(), w.entry); err != nil {
			t.Fatal(err)
		}
		w.recoverAfter(lookAfter + resendAfter)
		w.want(enforcer.Intended, 1)
	})
	t.Run("it cannot be read back", func(t *testing.T) {
		w := newBoardWorld(t)
		w.board.dumb = true
		w.deliverAfter(0)
		w.want(enforcer.Sent, 1, line)
		w.board.dumb = false
		w.recoverAfter(lookAfter)
		w.want(enforcer.Done, 1, line)
	})
}

// TestRestIsSentOnce: what is left of a request that was cut short is sent when it is certain that nothing more comes.
func TestRestIsSentOnce(t *testing.T) {
	w := newBoardWorld(t)
	w.board.fail = &connectors.Error{Op: message.Of("post"), Class: connectors.Unknown}
	w.deliverAfter(0)
	half := &halfBoard{board: w.board}
	recoverAfter := func(d time.Duration) {
		w.now = w.now.Add(d)
		if err := w.recover(t.Context(), func(ledger.Write) Sink { return half }); err != nil {
			t.Fatal(err)
		}
		w.look()
	}
	recoverAfter(lookAfter)
	w.want(enforcer.Sent, 1)
	half.waits = true
	recoverAfter(resendAfter)
	w.want(enforcer.Sent, 1)
	half.waits = false
	recoverAfter(0)
	w.want(enforcer.Done, 1, line)
}

// halfBoard has done a part of every request.
type halfBoard struct {
	*board
	waits bool
}

func (b *halfBoard) Find(context.Context, ledger.Write) (Found, error) {
	return Found{Rest: func(context.Context) (Sink, error) {
		if b.waits {
			return nil, nil
		}
		return b.board, nil
	}}, nil
}

// TestOneTrackerInTrouble: the third failure in a row ends the pass, a success in between forgets the others.
func TestOneTrackerInTrouble(t *testing.T) {
	o := &Outbox{}
	away := &connectors.Error{Op: message.Of("read"), Class: connectors.TryLater}
	for i, c := range []struct {
		err  error
		ends bool
	}{{away, false}, {away, false}, {nil, false}, {away, false}, {away, false}, {away, true}} {
		if got := o.TolerateIssueFailure(c.err); (got != nil) != c.ends {
			t.Errorf("failure %d: %v", i, got)
		}
	}
	if !o.TrackerFails() || !errors.Is(o.Failed(), away) {
		t.Errorf("fails %t, failed %v", o.TrackerFails(), o.Failed())
	}
	for _, err := range []error{
		&connectors.Error{Class: connectors.Unauthorized},
		&connectors.Error{Class: connectors.TryLater, RetryAfter: time.Minute}, context.Canceled,
	} {
		if got := (&Outbox{}).TolerateIssueFailure(err); !errors.Is(got, err) {
			t.Errorf("%v is no matter of one issue: %v", err, got)
		}
	}
}
