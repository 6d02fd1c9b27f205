package enforcer

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Whatever is certain to add nothing makes no record, however its facts read, and what makes one is never among it.
func TestWhatCertainlyAddsNothing(t *testing.T) {
	at := []time.Time{{}, time.Unix(1000, 0), time.Unix(2000, 0)}
	some := func(r *rapid.T, name string) *Verdict {
		v := &Verdict{
			State: rapid.SampledFrom([]CycleState{
				Running, Paused, Met, Breached, Escalated, Cancelled, NotJudged,
			}).Draw(r, name),
			Due: rapid.SampledFrom(at).Draw(r, "due"), EndedAt: rapid.SampledFrom(at).Draw(r, "ended"),
			RevivedAt: rapid.SampledFrom(at).Draw(r, "revived"),
			EndEvent:  rapid.SampledFrom([]string{"", "journal:1", "journal:2"}).Draw(r, "end"),
			EndWhy:    rapid.SampledFrom([]string{"", "stopped", "gone"}).Draw(r, "why"),
			LastEvent: rapid.SampledFrom([]string{"journal:1", "journal:2"}).Draw(r, "last event"),
		}
		v.Facts.Fingerprint = rapid.SampledFrom([]string{"f1", "f2"}).Draw(r, "text")
		return v
	}
	nothing := 0
	rapid.Check(t, func(r *rapid.T) {
		v, last := some(r, "now"), (*Verdict)(nil)
		if rapid.Bool().Draw(r, "judged before") {
			last = some(r, "before")
			if last.State == Paused { // never recorded
				last.State = Running
			}
		}
		certain := v.AddsNothing(last)
		if v.State == Paused { // as Judge records it
			v.State = Running
		}
		_, news := v.Supersedes(last)
		if certain && news {
			r.Fatalf("%+v makes a record after %+v", v, last)
		}
		if certain {
			nothing++
		}
		if same := last != nil && last.State != Running && v.says(last) && v.State != Running; same && !certain {
			r.Fatalf("%+v says the same as %+v", v, last)
		}
	})
	if nothing == 0 {
		t.Error("nothing was certain")
	}
}

// What is new about a cycle. The first verdict was reached under text f1; each row is what is found later.
func TestWhatSupersedesAVerdict(t *testing.T) {
	at := func(m int) time.Time { return time.Date(2026, 3, 2, 9, m, 0, 0, time.UTC) }
	judged := func(s CycleState, edits ...func(*Verdict)) Verdict {
		v := Verdict{
			State: s, Due: at(20), LastEvent: "journal:1",
			Facts: Facts{Fingerprint: "f1", Calendar: "kz 2026.1", Version: "2026-01"},
		}
		switch s {
		case Met:
			v.EndedAt, v.EndEvent, v.EndWhy = at(10), "journal:1", "stopped"
		case Cancelled:
			v.EndedAt, v.EndEvent, v.EndWhy = at(10), "journal:1", "closed-by-customer"
		}
		for _, edit := range edits {
			edit(&v)
		}
		return v
	}
	event := func(v *Verdict) { v.LastEvent = "journal:2" }
	text := func(v *Verdict) { v.Facts.Fingerprint, v.Facts.Version = "f2", "2026-02" }
	days := func(v *Verdict) { v.Facts.Calendar = "kz 2026.2" }
	late := func(v *Verdict) { v.EndedAt, v.EndEvent, v.EndWhy = at(40), "journal:2", "stopped" }
	gone := func(v *Verdict) { v.EndedAt, v.EndEvent, v.EndWhy = at(50), "gone", "gone" }
	due := func(v *Verdict) { v.Due = at(30) }
	revived := func(v *Verdict) { v.RevivedAt = at(45) }
	verdict := func(s CycleState, edits ...func(*Verdict)) *Verdict { v := judged(s, edits...); return &v }

	const (
		nothing  = "nothing"
		first    = ""
		running  = Running
		met      = Met
		breached = Breached
	)
	for _, c := range []struct {
		name string
		last *Verdict
		now  Verdict
		why  string     // of the record; "nothing" for none
		is   CycleState // of the record; "" for the judgement's own
	}{
		{"the first: kept", nil, judged(met), first, ""},
		{"the first: broken, and still without an end", nil, judged(breached), first, ""},
		{"the first: cancelled", nil, judged(Cancelled), first, ""},
		{"the first: it runs, which is no verdict", nil, judged(running), nothing, ""},

		{"looked at again", verdict(met), judged(met), nothing, ""},
		{"another event that changes nothing", verdict(met), judged(met, event), nothing, ""},
		{"a broken promise, looked at again later", verdict(breached), judged(breached, event), nothing, ""},

		{"the late answer to a broken promise", verdict(breached), judged(breached, event, late), WhyEnded, ""},
		{"an answer that came in time after all", verdict(breached), judged(met, event, late), WhyFacts, ""},
		{
			"the late answer was deleted, and another came", verdict(breached, late),
			judged(breached, late, func(v *Verdict) { v.LastEvent, v.EndEvent = "journal:3", "journal:3" }), WhyFacts, "",
		},
		{"the request is deleted before any answer", verdict(breached), judged(breached, gone), WhyEnded, ""},
		{
			"a late answer came, and is there still", verdict(breached, event, late), judged(breached, event, late), nothing, "",
		},

		{"staff reopened within the hour", verdict(met), judged(running, event), WhyFacts, ""},
		{"reopened within the hour, past the due", verdict(met), judged(breached, event), WhyFacts, ""},
		{"it runs again, as was said", verdict(running), judged(running, event), nothing, ""},
		{"running again, and broken by time alone", verdict(running), judged(breached), WhyFacts, ""},
		{"running again, and then kept", verdict(running), judged(met, event), WhyFacts, ""},
		{"the due was moved by agreement after it had passed", verdict(breached), judged(running, event, due), WhyFacts, ""},
		{"moved by agreement, and passed again", verdict(breached), judged(breached, event, due), WhyFacts, ""},
		{"moved by agreement, and then kept", verdict(breached), judged(met, event, due), WhyFacts, ""},
		{"a back-dated receipt", verdict(met), judged(breached, event), WhyFacts, ""},
		{"the answer was deleted in the tracker", verdict(met, event), judged(breached), WhyFacts, ""},

		{"the contract was edited", verdict(met), judged(breached, text), nothing, ""},
		{"the contract was eased", verdict(breached), judged(running, text, due), nothing, ""},
		{"the contract was eased after the late answer", verdict(breached, late), judged(met, late, text, due), nothing, ""},
		{"new calendar data", verdict(breached), judged(running, days, due), nothing, ""},
		{"new calendar data that moves a due which was kept", verdict(met), judged(met, days, due), nothing, ""},
		{
			"the contract gives an old event another meaning", verdict(breached), judged(breached, text, late, func(v *Verdict) {
				v.LastEvent = "journal:1"
			}), nothing, "",
		},

		{"edited, and a word came: what was kept stays kept", verdict(met), judged(breached, event, text), nothing, ""},
		{
			"edited, and a word came: what was broken stays broken", verdict(breached), judged(running, event, text, due),
			nothing, "",
		},
		{"edited, and reopened within the hour", verdict(met), judged(running, event, text), WhyFacts, ""},
		{
			"edited, and its end was taken back, past the new due", verdict(met), judged(breached, event, text, due, revived),
			WhyFacts, "",
		},
		{
			"edited, and nothing was taken back after its end", verdict(met),
			judged(breached, event, text, due, func(v *Verdict) { v.RevivedAt = at(10) }), nothing, "",
		},
		{
			"edited, and the end of what was broken was taken back", verdict(breached, late),
			judged(running, event, text, due, revived), WhyFacts, breached,
		},
		{
			"edited, and its end was taken back before that end", verdict(met, late),
			judged(breached, event, text, due, func(v *Verdict) {
				v.RevivedAt = at(30)
			}), nothing, "",
		},
		{"edited, and the late answer came", verdict(breached), judged(breached, event, text, late), WhyEnded, ""},
		{"eased, and the late answer came", verdict(breached), judged(met, event, text, late, due), WhyEnded, breached},
		{"eased, and the request was deleted", verdict(breached), judged(Cancelled, gone, days, due), WhyEnded, breached},
		{
			"eased, the late answer came, and another word", verdict(breached, event, late),
			judged(met, late, text, due, func(v *Verdict) {
				v.LastEvent = "journal:3"
			}), nothing, "",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := c.now.Supersedes(c.last)
			if want := c.why != nothing; ok != want {
				t.Fatalf("recorded: %t, want %t", ok, want)
			}
			if !ok {
				return
			}
			if c.is == "" {
				c.is = c.now.State
			}
			if got.Why != c.why || got.State != c.is || !got.EndedAt.Equal(c.now.EndedAt) || got.LastEvent != c.now.LastEvent {
				t.Errorf("recorded %s, why %q, ended %v, after event %s; want %s, %q, %v, %s",
					got.State, got.Why, got.EndedAt, got.LastEvent, c.is, c.why, c.now.EndedAt, c.now.LastEvent)
			}
			// A breach is ended by its own text: due, version and calendar stay those it was judged by.
			by := c.now
			if c.last != nil && !c.now.sameText(c.last) && (c.why == WhyEnded || c.is == breached && c.last.State == breached) {
				by = *c.last
			}
			if !got.Due.Equal(by.Due) || !got.sameText(&by) {
				t.Errorf("due %v by %+v, want %v by %+v", got.Due, got.Facts, by.Due, by.Facts)
			}
			if again, ok := c.now.Supersedes(&got); ok {
				t.Errorf("the same judgement is recorded again: %+v", again)
			}
		})
	}
}

func TestReached(t *testing.T) {
	start := time.Date(2026, 3, 31, 17, 0, 0, 0, time.UTC)
	at := func(m int) time.Time { return start.Add(time.Duration(m) * time.Minute) }
	for name, c := range map[string]struct {
		v    Verdict
		want time.Time
	}{
		"kept: at its end":                         {Verdict{State: Met, Due: at(20), EndedAt: at(10)}, at(10)},
		"cancelled: at its end":                    {Verdict{State: Cancelled, Due: at(20), EndedAt: at(10)}, at(10)},
		"broken: at its due":                       {Verdict{State: Breached, Due: at(20)}, at(20)},
		"broken: at its due, however late its end": {Verdict{State: Breached, Due: at(20), EndedAt: at(9999)}, at(20)},
		"a check that failed: at once":             {Verdict{State: Breached, EndedAt: at(1)}, at(1)},
		"taken back: when that was":                {Verdict{State: Running, Due: at(20), JudgedAt: at(15)}, at(15)},
	} {
		if got := c.v.Reached(); !got.Equal(c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
