package notify

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"slabridge/config/statefile"
	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/outbox"
)

// world is a ledger on a real file with virtual time, and channels that do what a test wants.
type world struct {
	t      *testing.T
	file   *statefile.DB
	ledger *ledger.Ledger
	rules  []Rule

	mu   sync.Mutex
	sent map[string][]connectors.Message // that each channel was handed, by channel
	how  map[string]func(context.Context) error
	gone []string // ids of messages that were given up
}

func newWorld(t *testing.T, rules ...Rule) *world {
	t.Helper()
	file, err := statefile.Open(t.Context(), filepath.Join(t.TempDir(), "state.db"),
		statefile.Migrations{Store: "ledger", Steps: ledger.Migrations()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	w := &world{
		t: t, file: file, rules: rules, sent: map[string][]connectors.Message{},
		how: map[string]func(context.Context) error{},
	}
	if w.ledger, err = ledger.Open(t.Context(), file.DB, time.Now()); err == nil {
		err = w.ledger.StartCutover(t.Context(), time.Now(), "helpdesk", "acme")
	}
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// messenger is one as a process would make it.
func (w *world) messenger() *Messenger {
	t := &Teller{
		Ledger: w.ledger, Rules: w.rules, Connections: []string{"helpdesk"}, LateAfter: 10 * time.Minute, Clock: time.Now,
		Page: func(_, issue string) string { return "https://tracker.example.org/issues/" + issue },
	}
	var couriers []*outbox.Courier
	for _, r := range w.rules {
		t.Channels = append(t.Channels, r.Channel)
		couriers = append(couriers, &outbox.Courier{
			Channel: r.Channel, Ledger: w.ledger, Clock: time.Now,
			Send: func(ctx context.Context, m connectors.Message) error {
				w.mu.Lock()
				w.sent[r.Channel] = append(w.sent[r.Channel], m)
				how := w.how[r.Channel]
				w.mu.Unlock()
				if how == nil {
					return nil
				}
				return how(ctx)
			},
		})
	}
	m := New(t, couriers, func(channel string, d outbox.Delivered, err error) {
		if err != nil && w.t.Context().Err() == nil && !strings.Contains(err.Error(), "context canceled") {
			w.t.Errorf("channel %q: %v", channel, err)
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, e := range d.GivenUp {
			w.gone = append(w.gone, e.ID)
		}
	})
	if _, err := t.Look(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	return m
}

// missed records so many missed deadlines, as a pass does that wrote them all.
func (w *world) missed(first, n int) {
	w.t.Helper()
	ctx := w.t.Context()
	for i := first; i < first+n; i++ {
		key := enforcer.StepKey{
			Connection: "helpdesk", Issue: fmt.Sprint(i), Contract: "acme", Obligation: "respond", Cycle: "1", Step: "due",
		}
		e := ledger.Entry{Entry: enforcer.Entry{
			Key: key, IssueKey: fmt.Sprint(i), Subject: "a report prints nothing", State: enforcer.Intended,
			Evidence: enforcer.Evidence{
				Source: "п. 8", Breach: true, Moment: time.Now(), DecidedAt: time.Now(), Due: time.Now(),
			},
		}}
		recorded, err := w.ledger.Record(ctx, time.Now(), e)
		if err != nil {
			w.t.Fatal(err)
		}
		comment := connectors.Write{Issue: fmt.Sprint(i), Comment: &connectors.Comment{Text: "late", Mark: "m"}}
		sent, err := w.ledger.Begin(ctx, time.Now(), comment, recorded[0].Entry)
		if err == nil {
			_, err = w.ledger.Finish(ctx, time.Now(), sent.ID, ledger.Outcome{Receipt: &connectors.Receipt{Event: "e"}})
		}
		if err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *world) got(channel string) []connectors.Message {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.sent[channel])
}

// ids are those of the messages that a channel was handed, each once.
func ids(messages []connectors.Message) (out []string) {
	for _, m := range messages {
		if !slices.Contains(out, m.ID) {
			out = append(out, m.ID)
		}
	}
	return out
}

func staff(channel string, kinds ...Kind) Rule {
	return Rule{ID: "all", Channel: channel, Internal: true, Lang: "en", Kinds: kinds, Zone: time.UTC}
}

// run lets a messenger run in the bubble until stop.
func run(ctx context.Context, m *Messenger) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		m.Run(ctx)
	}()
	return func() {
		cancel()
		<-done
	}
}

func away(class connectors.Class) func(context.Context) error {
	return func(context.Context) error { return &connectors.Error{Class: class} }
}

// A state file that takes nothing more ends the round with its error, and the message is kept for the next.
func TestAStateFileThatFailsIsTold(t *testing.T) {
	w := newWorld(t, staff("chat", Due))
	m := w.messenger()
	w.missed(1, 1)
	if _, err := m.Teller.Look(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.how["chat"] = func(ctx context.Context) error {
		_, err := w.file.ExecContext(ctx, `CREATE TRIGGER full BEFORE UPDATE ON ledger_entries
			BEGIN SELECT RAISE(ABORT, 'no room'); END`)
		return err
	}
	if d, err := m.Couriers[0].Deliver(t.Context()); err == nil || !strings.Contains(err.Error(), "no room") {
		t.Errorf("delivered %+v with error %v, want that of the state file", d, err)
	}
}

func TestAFloodIsOneMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, staff("duty", Due))
		m := w.messenger()
		w.missed(1, 50)
		m.Once(t.Context())
		got := w.got("duty")
		if len(got) != 1 || !strings.Contains(got[0].Text, "50 deadlines missed") ||
			!strings.Contains(got[0].Text, "and 30 more") {
			t.Fatalf("told in %d messages: %+v", len(got), got)
		}
		w.missed(51, 3) // a minute later: they wait, and come in one
		time.Sleep(time.Minute)
		m.Once(t.Context())
		time.Sleep(Gap)
		m.Once(t.Context())
		if got = w.got("duty"); len(got) != 2 || !strings.Contains(got[1].Text, "3 deadlines missed") {
			t.Fatalf("told in %d messages: %+v", len(got), got)
		}
	})
}

// One channel that is away and one that never answers delay no other.
func TestABadChannelDelaysNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, staff("dead", Due), staff("slow", Due), staff("good", Due, Refused))
		w.how["dead"] = away(connectors.TryLater)
		w.how["slow"] = func(ctx context.Context) error {
			select {
			case <-ctx.Done():
			case <-time.After(30 * time.Second):
			}
			return &connectors.Error{Class: connectors.Unknown}
		}
		m := w.messenger()
		stop := run(t.Context(), m)
		defer stop()
		w.missed(1, 1)
		m.Look()
		time.Sleep(time.Second)
		if n := len(w.got("good")); n != 1 {
			t.Fatalf("a second later the good channel had %d messages", n)
		}
		time.Sleep(2 * time.Hour)
		tries := len(w.got("dead"))
		if tries < 4 || tries > 10 {
			t.Errorf("the dead channel was tried %d times in two hours", tries)
		}
		w.missed(2, 10) // they wait for the message that is under way
		m.Look()
		time.Sleep(25 * time.Hour)
		if got := ids(w.got("dead")); len(got) < 2 || len(got) > 3 {
			t.Errorf("the dead channel was handed the messages %v", got)
		}
		if len(w.gone) == 0 {
			t.Error("no message was given up in a day")
		}
		told := slices.ContainsFunc(w.got("good"), func(m connectors.Message) bool {
			return strings.Contains(m.Text, "Message not delivered: channel:dead") ||
				strings.Contains(m.Text, "Message not delivered: 2")
		})
		if !told {
			t.Errorf("nobody was told that messages were given up: %+v", w.got("good"))
		}
	})
}

// A channel that answers 500 though it took the message gets it again, under the same id; and so does one whose process
// ended in the middle. What was told is not told anew.
func TestRepeatsBearTheSameID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, staff("duty", Due))
		w.how["duty"] = away(connectors.Unknown)
		w.missed(0, 0)
		m := w.messenger()
		w.missed(1, 1)
		m.Once(t.Context())
		w.mu.Lock()
		w.how["duty"] = func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
		w.mu.Unlock()
		time.Sleep(3 * time.Minute)
		ctx, kill := context.WithTimeout(t.Context(), time.Second)
		m.Once(ctx) // the process ends while the channel is at it
		kill()
		w.mu.Lock()
		w.how["duty"] = nil
		w.mu.Unlock()
		again := w.messenger()
		stop := run(t.Context(), again)
		defer stop()
		time.Sleep(time.Hour)
		got := w.got("duty")
		if len(got) != 3 || len(ids(got)) != 1 {
			t.Fatalf("sent %d times under %v", len(got), ids(got))
		}
		e, err := w.ledger.Get(t.Context(), got[0].ID)
		if err != nil || e.State != enforcer.Done {
			t.Errorf("the ledger has it as %s, %v", e.State, err)
		}
	})
}

// Outside a rule's hours events wait, and come in one message when they begin.
func TestHoursAreKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // the bubble begins on Saturday, 1 January 2000
		r := staff("duty", Due)
		r.Hours = weekdays(t)
		w := newWorld(t, r)
		m := w.messenger()
		stop := run(t.Context(), m)
		defer stop()
		w.missed(1, 2)
		m.Look()
		time.Sleep(56 * time.Hour) // Monday, 08:00
		if n := len(w.got("duty")); n != 0 {
			t.Fatalf("%d messages outside hours", n)
		}
		time.Sleep(time.Hour + time.Second)
		if got := w.got("duty"); len(got) != 1 || !strings.Contains(got[0].Text, "2 deadlines missed") {
			t.Fatalf("at the opening: %+v", got)
		}
	})
}

// A digest comes once for each of its moments, of missed ones the last, as text and as a page in which a hostile
// subject is text.
func TestDigest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := staff("mail")
		r.Digest = func(after time.Time) time.Time { return after.Truncate(24 * time.Hour).Add(33 * time.Hour) }
		w := newWorld(t, r)
		m := w.messenger()
		due := time.Now().Add(3*24*time.Hour + 15*time.Hour)
		if err := w.ledger.SetAgenda(t.Context(), enforcer.AgendaItem{
			Connection: "helpdesk", Issue: "7", IssueKey: "7", Contract: "acme",
			Subject:     "<img src=x onerror=alert(1)> fails",
			EvaluatedAt: time.Now(), Next: due, Cycles: []enforcer.AgendaCycle{{
				Obligation: "resolve", ID: "1", State: enforcer.Running, StartedAt: time.Now(), Due: due,
			}},
		}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3*24*time.Hour + 10*time.Hour) // three were missed
		m.Once(t.Context())
		m.Once(t.Context())
		got := w.got("mail")
		if len(got) != 1 {
			t.Fatalf("%d digests", len(got))
		}
		if !strings.Contains(got[0].Text, "Due today: 1") || !strings.Contains(got[0].Text, "#7") {
			t.Errorf("text:\n%s", got[0].Text)
		}
		if strings.Contains(got[0].HTML, "<img") || !strings.Contains(got[0].HTML, "&lt;img") {
			t.Errorf("page:\n%s", got[0].HTML)
		}
	})
}

// A subject that is an address never stands alone on a line, where a chat would make a link of it.
func TestAnAddressOfOthersIsNoLink(t *testing.T) {
	text, err := ParseTemplate("{{.Issue}}\n{{.Subject}}\n{{.Link}}")
	if err != nil {
		t.Fatal(err)
	}
	e := Event{Kind: Due, Issue: "7", Subject: " https://evil.example/x", Link: "https://tracker.example.org/issues/7"}
	got := (&Teller{}).words(&e, &Rule{Lang: "en", Internal: true, Zone: time.UTC, Template: text})
	if want := "#7\n“https://evil.example/x”\nhttps://tracker.example.org/issues/7"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
