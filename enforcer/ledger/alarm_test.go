package ledger_test

import (
	"fmt"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// An alarm is raised once, settled by a human, and raised again only by what happens after that.
func TestAlarms(t *testing.T) {
	f, _ := open(t)
	raise := func(want bool, at time.Time, a ledger.Alarm) {
		t.Helper()
		a.Connection, a.IssueKey, a.At = "helpdesk", a.Issue, at
		if got, err := f.Raise(t.Context(), at.Add(time.Minute), a); err != nil || got != want {
			t.Errorf("%s %s at %v: new %t, %v", a.Kind, a.Subject, at, got, err)
		}
	}
	other := ledger.Alarm{Kind: ledger.OtherInstallation, Subject: "7c1f", Issue: "17"}
	raise(true, t0, other)
	other.Issue = "18" // the same installation wherever it is seen
	raise(false, t0.Add(time.Hour), other)
	public := ledger.Alarm{Kind: ledger.CameOutPublic, Subject: "journal:5", Issue: "17"}
	raise(true, t0, public)
	public.Issue = "18" // events are named within their issue
	raise(true, t0, public)
	made := ledger.Alarm{Kind: ledger.MadePublic, Subject: "journal:6", Issue: "17"}
	raise(true, t0, made)

	if out, err := f.Settle(t.Context(), t0.Add(2*time.Hour), "", "journal:6", "olga"); err != nil || len(out) != 0 {
		t.Errorf("what stops nothing was settled: %+v, %v", out, err)
	}
	if out, err := f.Settle(t.Context(), t0.Add(2*time.Hour), "", "7c1f", "olga"); err != nil || len(out) != 1 ||
		out[0].SettledBy != "olga" || out[0].Open() {
		t.Errorf("settled %+v, %v", out, err)
	}
	raise(false, t0.Add(2*time.Hour), other)
	raise(true, t0.Add(3*time.Hour), other)
	if err := f.Mend(t.Context(), t0.Add(time.Hour), public); err != nil {
		t.Error(err)
	}
	all, err := f.Alarms(t.Context(), "helpdesk")
	if err != nil {
		t.Fatal(err)
	}
	open, mended := 0, 0
	for _, a := range all {
		if a.Open() {
			open++
		}
		if !a.MendedAt.IsZero() {
			mended++
		}
	}
	if len(all) != 5 || open != 3 || mended != 0 { // Mend named no connection
		t.Errorf("%d alarms, %d open, %d mended: %+v", len(all), open, mended, all)
	}
	public.Connection = "helpdesk"
	if err := f.Mend(t.Context(), t0.Add(time.Hour), public); err != nil {
		t.Error(err)
	}
	all, err = f.Alarms(t.Context(), "")
	for _, a := range all {
		if mended := !a.MendedAt.IsZero(); err != nil || mended != (a.Kind == public.Kind && a.Issue == public.Issue) ||
			mended && !a.Open() {
			t.Errorf("mended %t, open %t: %+v, %v", mended, a.Open(), a, err)
		}
	}
}

// Whoever tells people of what happened to steps is given each change once, in its order, with the states asked for.
func TestChanges(t *testing.T) {
	l, f := open(t)
	es := record(t, l, step("1/respond/created/due", enforcer.Intended), step("2/respond/created/due", enforcer.Held))
	w := begin(t, l, t0, es[0])
	if _, err := l.Finish(t.Context(), t0, w.ID, ledger.Outcome{Class: connectors.Refused, Error: "no"}); err != nil {
		t.Fatal(err)
	}
	changes := func(connection string, after int64, into ...enforcer.EntryState) (string, int64) {
		t.Helper()
		got, upTo, more, err := l.Changes(t.Context(), connection, after, into...)
		if err != nil || more {
			t.Fatalf("more %t, %v", more, err)
		}
		out := ""
		for _, c := range got {
			out += fmt.Sprintf("%s to %s because of %s, now %s; ", c.Key.Issue, c.To, c.Reason.Code, c.State)
		}
		return out, upTo
	}
	got, upTo := changes("helpdesk", 0, enforcer.Held, enforcer.Sent)
	if want := "2 to held because of due, now held; 1 to sent because of due, now refused; "; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if again, same := changes("helpdesk", upTo, enforcer.Held, enforcer.Refused); again != "" || same != upTo {
		t.Errorf("again: %q, up to %d, was %d", again, same, upTo)
	}
	if got, _ := changes("helpdesk", upTo-1, enforcer.Refused); got != "1 to refused because of refused, now refused; " {
		t.Errorf("the last: %q", got)
	}
	if got, upTo := changes("desk", 7, enforcer.Held); got != "" || upTo != 7 {
		t.Errorf("another connection: %q, up to %d", got, upTo)
	}
	if got, _ := changes("helpdesk", 0); got != "" {
		t.Errorf("without a state: %q", got)
	}
	for _, damaged := range []string{
		`["` + es[0].ID + `"]`, `["` + es[0].ID + `",1,2]`, `[1,1]`, `["` + es[0].ID + `","x"]`, `["nobody",1]`, `{`,
	} {
		if _, err := f.Exec(`UPDATE ledger_chain SET record = $1 WHERE number = 4`, damaged); err != nil {
			t.Fatal(err)
		}
		if got, upTo, _, err := l.Changes(t.Context(), "helpdesk", 0, enforcer.Held); err == nil || got != nil || upTo != 0 {
			t.Errorf("with the key %s: %d changes up to %d, %v", damaged, len(got), upTo, err)
		}
	}
}

// How far a rule has told is kept together with the message: both or neither, and one position for each rule.
func TestTelling(t *testing.T) {
	l, f := open(t)
	told := func(connection, rule, want string) {
		t.Helper()
		if got, err := l.Told(t.Context(), connection, rule); err != nil || got != want {
			t.Errorf("%s of %s has told up to %q, %v; want %q", rule, connection, got, err, want)
		}
	}
	told("helpdesk", "breaches", "")
	e := step("1/breaches/x/now", enforcer.Intended)
	e.Key.Connection, e.Key.Contract = ledger.ChannelConnection("chat"), "notify:"
	for i, c := range []struct {
		rule string
		e    *ledger.Entry
	}{{"breaches", nil}, {"breaches", &e}, {"alarms", &e}} {
		if err := l.Tell(t.Context(), t0, "helpdesk", c.rule, fmt.Sprint(i), c.e); err != nil {
			t.Fatal(err)
		}
	}
	told("helpdesk", "breaches", "1")
	told("helpdesk", "alarms", "2")
	told("desk", "breaches", "")
	if got, err := l.Pending(t.Context(), ledger.ChannelConnection("chat"), t0); err != nil || len(got) != 1 ||
		got[0].ID != e.Key.ID() {
		t.Errorf("messages: %+v, %v", got, err)
	}
	was := rowsOf(t, f)
	incomplete := e
	incomplete.Key.Step = ""
	if err := l.Tell(t.Context(), t0, "helpdesk", "breaches", "3", &incomplete); err == nil || rowsOf(t, f) != was {
		t.Errorf("a message that cannot be kept: %v, kept %t", err, rowsOf(t, f) != was)
	}
	if name, ok := ledger.Channel(ledger.ChannelConnection("chat")); !ok || name != "chat" {
		t.Errorf("channel %q, %t", name, ok)
	}
	if _, ok := ledger.Channel("helpdesk"); ok {
		t.Error("a tracker passes for a channel")
	}
}
