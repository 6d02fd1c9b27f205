package outbox

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// postbox is a channel with its ledger: what arrived, and what the next messages are answered with.
type postbox struct {
	*testing.T
	*Courier
	now     time.Time
	arrived []string
	ids     []string
	fails   []error // of the next messages; nil for one that arrives
}

func newPostbox(t *testing.T) *postbox {
	p := &postbox{T: t, now: noon}
	p.Courier = &Courier{
		Channel: "chat", Ledger: newLedger(t), Clock: func() time.Time { return p.now },
		Send: func(_ context.Context, m connectors.Message) error {
			if len(p.fails) > 0 {
				err := p.fails[0]
				if p.fails = p.fails[1:]; err != nil {
					return err
				}
			}
			p.arrived, p.ids = append(p.arrived, m.Subject), append(p.ids, m.ID)
			return nil
		},
	}
	return p
}

// post puts messages into the ledger, a second after each other.
func (p *postbox) post(subjects ...string) {
	p.Helper()
	for i, s := range subjects {
		e := NewMessage("chat", "breaches", fmt.Sprint(i), p.now, connectors.Message{Subject: s})
		if _, err := p.Ledger.Record(p.Context(), p.now, e); err != nil {
			p.Fatal(err)
		}
		p.now = p.now.Add(time.Second)
	}
}

// deliverAfter makes a round some time after the last.
func (p *postbox) deliverAfter(d time.Duration) Delivered {
	p.Helper()
	p.now = p.now.Add(d)
	out, err := p.Deliver(p.Context())
	if err != nil {
		p.Fatal(err)
	}
	return out
}

func (p *postbox) entries() (out []ledger.Entry) {
	p.Helper()
	for e, err := range p.Ledger.List(p.Context(), ledger.Filter{}, ledger.OldestFirst) {
		if err != nil {
			p.Fatal(err)
		}
		out = append(out, e)
	}
	return out
}

// wantNext holds when the round wants to be made again, counted from now; 0 for never.
func (p *postbox) wantNext(out Delivered, want time.Duration) {
	p.Helper()
	if want == 0 && out.Next.IsZero() {
		return
	}
	if !out.Next.Equal(p.now.Add(want)) {
		p.Errorf("next at %s, want %s after %s", out.Next, want, p.now)
	}
}

// TestMessagesArriveInTheirOrder: each once, under the id that its rule and moment make, and nothing waits then.
func TestMessagesArriveInTheirOrder(t *testing.T) {
	p := newPostbox(t)
	p.post("one", "two", "three")
	out := p.deliverAfter(0)
	if got := strings.Join(p.arrived, ", "); got != "one, two, three" || out.Sent != 3 || out.Failed != nil {
		t.Errorf("arrived %s, %+v", got, out)
	}
	p.wantNext(out, 0)
	for i, e := range p.entries() {
		if e.State != enforcer.Done || e.ID != p.ids[i] || e.Receipt.Event != e.ID || e.Reason.Code != "accepted" ||
			e.Key.Connection != "channel:chat" || e.Key.Contract != MessageContract || e.Source != "breaches" ||
			e.Audience != enforcer.Internal || e.Write.Issue != "chat" {
			t.Errorf("%s is %s because of %s: %+v", p.arrived[i], e.State, e.Reason.Code, e)
		}
		h, err := p.Ledger.History(t.Context(), e.ID)
		if err != nil || h[0].Reason.Code != "message" || h[0].Reason.Text["en"] != "a message to staff" {
			t.Errorf("recorded because of %+v, %v", h[0].Reason, err)
		}
	}
	if out := p.deliverAfter(time.Hour); out.Sent != 0 || len(p.arrived) != 3 {
		t.Errorf("sent again: %+v", out)
	}
}

// TestABrokenChannelEndsTheRound: the next message would fail in the same way. It is tried again after a minute, then
// after twice as long each time up to an hour, or when the channel says; and what came after it arrives after it.
func TestABrokenChannelEndsTheRound(t *testing.T) {
	p := newPostbox(t)
	p.post("one", "two")
	away := failure(connectors.TryLater, 0)
	wait := time.Duration(0)
	for i, want := range []time.Duration{1, 2, 4, 8, 16, 32, 60, 60} {
		p.fails = []error{away}
		out := p.deliverAfter(wait)
		if !errors.Is(out.Failed, away) || out.Sent != 0 || len(out.GivenUp) != 0 {
			t.Fatalf("try %d: %+v", i+1, out)
		}
		wait = want * time.Minute
		p.wantNext(out, wait)
	}
	if out := p.deliverAfter(time.Hour); out.Sent != 2 || strings.Join(p.arrived, ", ") != "two, one" &&
		strings.Join(p.arrived, ", ") != "one, two" {
		t.Errorf("arrived %v, %+v", p.arrived, out)
	}
	p = newPostbox(t)
	p.post("one")
	p.fails = []error{failure(connectors.TryLater, 40*time.Minute), failure(connectors.TryLater, time.Second)}
	p.wantNext(p.deliverAfter(0), 40*time.Minute)
	p.wantNext(p.deliverAfter(40*time.Minute), 2*time.Minute) // longer than it asks for
	for tries, want := range map[int]time.Duration{0: time.Minute, 1: time.Minute, 2: 2 * time.Minute, 99: time.Hour} {
		if got := waitAfter(tries); got != want {
			t.Errorf("after %d tries the wait is %s, want %s", tries, got, want)
		}
	}
}

// TestARefusedMessageStopsNoOther: it is that message which the channel does not take.
func TestARefusedMessageStopsNoOther(t *testing.T) {
	p := newPostbox(t)
	p.post("one", "two")
	p.fails = []error{failure(connectors.Refused, 0)}
	out := p.deliverAfter(0)
	if out.Failed != nil || out.Sent != 1 || len(out.GivenUp) != 1 || out.GivenUp[0].Subject != "one" ||
		strings.Join(p.arrived, ", ") != "two" {
		t.Errorf("arrived %v, %+v", p.arrived, out)
	}
	if e := p.entries()[0]; e.State != enforcer.Refused || e.Error != failure(connectors.Refused, 0).Error() {
		t.Errorf("%s: %q", e.State, e.Error)
	}
	p.wantNext(out, 0)
}

// TestALostAnswerIsSentAgain: nobody knows whether it arrived, so it is sent again after its wait, under the same id.
func TestALostAnswerIsSentAgain(t *testing.T) {
	for _, class := range []connectors.Class{connectors.Unknown, connectors.Garbled, 0} {
		p := newPostbox(t)
		p.post("one")
		p.fails = []error{errors.New("connection reset")}
		if class != 0 {
			p.fails = []error{failure(class, 0)}
		}
		out := p.deliverAfter(0)
		p.wantNext(out, time.Minute)
		if e := p.entries()[0]; e.State != enforcer.Sent || out.Failed == nil {
			t.Errorf("%s: it is %s, %+v", class, e.State, out)
		}
		lost := p.entries()[0].Error
		out = p.deliverAfter(time.Minute - time.Second)
		p.wantNext(out, time.Second)
		if out.Sent != 0 || len(p.arrived) != 0 {
			t.Errorf("%s: sent before its time", class)
		}
		if out = p.deliverAfter(time.Second); out.Sent != 1 || len(p.arrived) != 1 {
			t.Errorf("%s: %+v, arrived %v", class, out, p.arrived)
		}
		ws, err := p.Ledger.Writes(t.Context(), "channel:chat", "chat")
		if err != nil || len(ws) != 2 || ws[0].Answers[1].Error != lost || lost == "" {
			t.Errorf("%s: %+v, %v", class, ws, err)
		}
	}
}

// TestKilledWhileSending: after a crash the message is sent again once the channel cannot be sending it any more.
func TestKilledWhileSending(t *testing.T) {
	p := newPostbox(t)
	p.post("one")
	e := p.entries()[0]
	if _, err := p.Ledger.Begin(t.Context(), p.now, *e.Write, e); err != nil {
		t.Fatal(err)
	}
	out := p.deliverAfter(lookAfter - time.Second)
	p.wantNext(out, time.Second)
	if out = p.deliverAfter(time.Second); out.Sent != 1 || p.ids[0] != e.ID {
		t.Errorf("%+v, ids %v", out, p.ids)
	}
	ws, err := p.Ledger.Writes(t.Context(), "channel:chat", "chat")
	if err != nil || ws[0].Answers[0].Error != errNoAnswer.Error() {
		t.Errorf("%+v, %v", ws, err)
	}
}

// TestMessagesAreGivenUp: a day after it was made what a message tells is old; whether the channel was away or the
// answers were lost.
func TestMessagesAreGivenUp(t *testing.T) {
	for _, c := range []struct {
		name string
		fail error
		next time.Duration // after which it is given up without being sent
	}{
		{"the channel is away", failure(connectors.TryLater, 0), 0},
		{"its answers are lost", failure(connectors.Unknown, 0), time.Minute},
	} {
		p := newPostbox(t)
		p.post("one")
		p.fails = []error{c.fail}
		if out := p.deliverAfter(GiveUpAfter - time.Minute - time.Second); len(out.GivenUp) != 0 {
			t.Errorf("%s: given up when its next try is still in time", c.name)
		}
		p.fails = []error{c.fail}
		out := p.deliverAfter(time.Minute)
		if len(out.GivenUp) != 1 || out.GivenUp[0].State != enforcer.Refused {
			t.Errorf("%s: %+v", c.name, out)
		}
		want := message.Text("given up after %s: %s", GiveUpAfter, c.fail.Error())
		if e := p.entries()[0]; e.State != enforcer.Refused || e.Error != want {
			t.Errorf("%s: %s, %q, want %q", c.name, e.State, e.Error, want)
		}
		p.wantNext(out, 0)
		if out := p.deliverAfter(time.Hour); out.Sent != 0 || len(p.arrived) != 0 {
			t.Errorf("%s: sent after that", c.name)
		}
	}
	p := newPostbox(t) // so long after a crash
	p.post("one")
	e := p.entries()[0]
	if _, err := p.Ledger.Begin(t.Context(), p.now, *e.Write, e); err != nil {
		t.Fatal(err)
	}
	if out := p.deliverAfter(GiveUpAfter + time.Second); len(out.GivenUp) != 1 || len(p.arrived) != 0 ||
		!strings.HasPrefix(p.entries()[0].Error, "given up after ") {
		t.Errorf("%+v, arrived %v", out, p.arrived)
	}
}

// TestARoundThatIsStopped: what was begun is kept, nothing more is sent, and the next round goes on.
func TestARoundThatIsStopped(t *testing.T) {
	p := newPostbox(t)
	p.post("one", "two")
	ctx, stop := context.WithCancel(t.Context())
	send := p.Send
	p.Send = func(ctx context.Context, m connectors.Message) error {
		defer stop()
		return send(ctx, m)
	}
	out, err := p.Deliver(ctx)
	if !errors.Is(err, context.Canceled) || out.Sent != 1 || p.entries()[0].State != enforcer.Done {
		t.Errorf("%+v, %v, the first is %s", out, err, p.entries()[0].State)
	}
	if out := p.deliverAfter(0); out.Sent != 1 || strings.Join(p.arrived, ", ") != "one, two" {
		t.Errorf("%+v, arrived %v", out, p.arrived)
	}
}
