package enforcer_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slabridge/config"
	"slabridge/enforcer"
)

// TestSpending follows a cap of 30 % of a contract of 10,000.00 as it is spent: all of it may be, and one hundredth
// more breaks the promise.
func TestSpending(t *testing.T) {
	changes := enforcer.Obligation{ID: "changes", Kind: enforcer.Account, Rules: []enforcer.Rule{{
		Sum: &enforcer.Sum{Percent: 30},
		Steps: []enforcer.Step{
			{ID: "start"},
			{ID: "warn-80", Trigger: enforcer.Trigger{Percent: 80}},
			{ID: "due", Trigger: enforcer.Trigger{Due: true}},
		},
	}}}
	from, now := almaty(t, "2026-01-01 00:00"), almaty(t, "2026-05-01 12:00").Add(300*time.Millisecond)
	for _, c := range []struct {
		spent, sum int64
		want       string
	}{
		{0, 1_000_000, "running 0 % of 300000:"},
		{239_999, 1_000_000, "running 79 % of 300000:"},
		{240_000, 1_000_000, "running 80 % of 300000: warn-80"},
		{299_999, 1_000_000, "running 99 % of 300000: warn-80"},
		{300_000, 1_000_000, "running 100 % of 300000: warn-80 due"},
		{300_001, 1_000_000, "breached 100 % of 300000: warn-80 due"},
		{330_000, 1_000_000, "breached 110 % of 300000: warn-80 due"},
		{1, 0, "breached 0 % of 0:"},
	} {
		s := enforcer.Spending{Obligation: &changes, Period: "2026-01-01", Spent: c.spent, Sum: c.sum}
		ev := enforcer.Spend(kamal(false), "test", s, from, now)
		cycle := ev.Cycles[0]
		got := fmt.Sprintf("%s %d %% of %d:", cycle.State, s.Share(), s.Cap())
		for _, step := range cycle.Steps {
			if step.At.IsZero() != step.FiresAt().IsZero() || !step.At.IsZero() && !step.At.Equal(now.Truncate(time.Second)) {
				t.Errorf("%d: %s at %s, taken %s", c.spent, step.Step.ID, step.At, step.FiresAt())
			}
			if !step.At.IsZero() {
				got += " " + step.Step.ID
			}
		}
		if got != c.want {
			t.Errorf("spent %d of %d: %s, want %s", c.spent, c.sum, got, c.want)
		}
		if !ev.Covered || ev.Request.Connection != "test" || cycle.ID != "2026-01-01" || cycle.Ordinal != 1 ||
			!cycle.StartedAt.Equal(from) {
			t.Errorf("cycle %s, no %d, on %s from %s", cycle.ID, cycle.Ordinal, ev.Request.Connection, cycle.StartedAt)
		}
	}
	if limit := (enforcer.Spending{
		Obligation: &enforcer.Obligation{Rules: []enforcer.Rule{{}}},
		Sum:        100,
	}).Cap(); limit != 0 {
		t.Errorf("without a percentage the limit is %d", limit)
	}
}

func TestBilledTime(t *testing.T) {
	half := enforcer.Billed{Step: 30 * time.Minute, AtLeast: time.Hour}
	for spent, want := range map[time.Duration]time.Duration{
		time.Minute: time.Hour, time.Hour: time.Hour, time.Hour + time.Second: 90 * time.Minute,
		90 * time.Minute: 90 * time.Minute,
	} {
		if got := half.Of(spent); got != want {
			t.Errorf("%v is billed as %v, want %v", spent, got, want)
		}
	}
	work := []enforcer.Work{
		{On: "2026-04-01", Issue: "1", By: "a", Spent: 10 * time.Minute},
		{On: "2026-03-31", Issue: "1", By: "a", Spent: 70 * time.Minute},
		{On: "2026-04-30", Issue: "1", By: "a", Spent: 2 * time.Hour},
		{On: "", Issue: "1", By: "a", Spent: time.Minute},
		// one person's entries on one request on one day are one service; another person's, request's and day's are not
		{On: "2026-05-04", Issue: "1", By: "a", Spent: 10 * time.Minute},
		{On: "2026-05-04", Issue: "1", By: "a", Spent: 70 * time.Minute},
		{On: "2026-05-04", Issue: "1", By: "b", Spent: 10 * time.Minute},
		{On: "2026-05-04", Issue: "2", By: "a", Spent: 2 * time.Hour},
		{On: "2026-05-05", Issue: "1", By: "a", Spent: 10 * time.Minute},
		{On: "2026-06-01", Issue: "1", By: "a"}, // 0 h bill nothing
	}
	got := enforcer.Bill(half, work)
	want := []enforcer.BilledTime{
		{Month: "", Entries: 1, Spent: time.Minute, Billed: time.Hour},
		{Month: "2026-03", Entries: 1, Spent: 70 * time.Minute, Billed: 90 * time.Minute},
		{Month: "2026-04", Entries: 2, Spent: 130 * time.Minute, Billed: 3 * time.Hour},
		{Month: "2026-05", Entries: 5, Spent: 220 * time.Minute, Billed: 330 * time.Minute},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	half.PerEntry = true
	got, want[3].Billed = enforcer.Bill(half, work), 390*time.Minute
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestHandledInWorkingDays(t *testing.T) {
	c := enforcer.Cycle{
		Contract: kamal(false), StartedAt: almaty(t, "2026-03-16 09:00"),
		EndedAt: almaty(t, "2026-03-17 13:30"),
	}
	if days, err := c.Handled(); err != nil || days != 1.5 {
		t.Errorf("a day and a half: %v, %v", days, err)
	}
	c.EndedAt = almaty(t, "2040-01-01 00:00")
	if _, err := c.Handled(); err == nil {
		t.Error("an end beyond the calendar's data has a length")
	}
}

// TestLowerings finds where a severity was lowered while something was still due.
func TestLowerings(t *testing.T) {
	type change struct{ at, severity string }
	for _, c := range []struct {
		name     string
		changes  []change
		from, to string
		want     string
	}{
		{
			"lowered in time",
			[]change{{"10:15", "noncritical"}},
			"00:00", "23:00",
			"critical to noncritical at 10:15, acknowledge was due 10:20",
		},
		{
			"in the due's own second",
			[]change{{"10:20", "noncritical"}},
			"00:00", "23:00",
			"critical to noncritical at 10:20, involve-developers was due 12:00",
		},
		{"raised", []change{{"10:05", "minor"}, {"10:10", "critical"}}, "10:06", "23:00", ""},
		{"left as it was", []change{{"10:15", "critical"}}, "00:00", "23:00", ""},
		{
			"twice",
			[]change{{"10:10", "noncritical"}, {"10:12", "minor"}},
			"00:00", "23:00",
			"critical to noncritical at 10:10, acknowledge was due 10:20; noncritical to minor at 10:12, acknowledge was due " +
				"12:00",
		},
		{
			"from its own moment on",
			[]change{{"10:15", "noncritical"}},
			"10:15", "23:00",
			"critical to noncritical at 10:15, acknowledge was due 10:20",
		},
		{"after it", []change{{"10:15", "noncritical"}}, "10:16", "23:00", ""},
		{"up to its own moment", []change{{"10:15", "noncritical"}}, "00:00", "10:15", ""},
		{"no severity before", []change{{"10:01", ""}, {"10:15", "minor"}}, "10:10", "23:00", ""},
	} {
		at := func(clock string) time.Time { return almaty(t, "2026-03-16 "+clock) }
		state := enforcer.State{Covered: true, Status: enforcer.New, Severity: "critical"}
		anna := enforcer.Person{ID: "7", Name: "Anna", Role: enforcer.Support}
		r := enforcer.Request{Key: "#1", CreatedAt: at("10:00"), ReceivedAt: at("10:00"), Moments: []enforcer.Moment{
			{Event: "created", At: at("10:00"), StatusSet: true, State: state},
		}}
		for _, change := range c.changes {
			state.Severity = change.severity
			r.Moments = append(r.Moments,
				enforcer.Moment{Event: "journal:" + change.at, At: at(change.at), By: anna, State: state})
		}
		found := enforcer.Lowerings(kamal(false), &r, at(c.from), at(c.to))
		var got []string
		for _, l := range found {
			got = append(got,
				fmt.Sprintf("%s to %s at %s, %s was due %s", l.From, l.To, l.At.Format("15:04"), l.Obligation,
					l.Due.Format("15:04")))
			if l.By != anna || l.Event != "journal:"+l.At.Format("15:04") {
				t.Errorf("%s: lowered by %v in %s", c.name, l.By, l.Event)
			}
		}
		if s := strings.Join(got, "; "); s != c.want {
			t.Errorf("%s: %q, want %q", c.name, s, c.want)
		}
	}
}

func TestAgendaInShort(t *testing.T) {
	early, late := almaty(t, "2026-03-16 10:00"), almaty(t, "2026-03-17 10:00")
	item := enforcer.AgendaItem{Cycles: []enforcer.AgendaCycle{
		{State: enforcer.Met, Due: early.Add(-time.Hour)},
		{State: enforcer.Running, Due: late},
		{State: enforcer.Paused, Due: early},
		{State: enforcer.Running},
		{State: enforcer.Breached, Due: early.Add(-time.Hour), EndedAt: late},
		{State: enforcer.Running, Due: late},
		{State: enforcer.Breached, Due: late}, // and nothing has ended it
	}}
	if due, n := item.Soonest(); !due.Equal(early) || n != 5 {
		t.Errorf("%d go on, the soonest is due %s", n, due)
	}
}

// TestWhatWasKnownThen takes a request back to a moment: neither what came later nor its deletion is known.
func TestWhatWasKnownThen(t *testing.T) {
	at := func(clock string) time.Time { return almaty(t, "2026-03-16 "+clock) }
	r := enforcer.Request{
		GoneAt: at("12:00"),
		Moments: []enforcer.Moment{
			{Event: "a", At: at("10:00")},
			{Event: "b", At: at("11:00")},
			{Event: "c", At: at("11:00")},
		},
	}
	for clock, want := range map[string]string{
		"09:59": "0 false", "10:00": "1 false", "10:59": "1 false",
		"11:00": "3 false", "11:59": "3 false", "12:00": "3 true", "13:00": "3 true",
	} {
		then := r.At(at(clock))
		if got := fmt.Sprint(len(then.Moments), " ", !then.GoneAt.IsZero()); got != want {
			t.Errorf("at %s: %s, want %s", clock, got, want)
		}
	}
	if len(r.Moments) != 3 || r.GoneAt.IsZero() {
		t.Error("the request itself was changed")
	}
}

// TestPromisesInShort prints, for each preset and severity, when each promise is due for a notice of Monday 10:00, or
// why it has no due.
func TestPromisesInShort(t *testing.T) {
	var out strings.Builder
	for _, c := range config.Presets() {
		received := time.Date(2026, 3, 2, 10, 0, 0, 0, c.Zone())
		for _, s := range c.Severities {
			fmt.Fprintf(&out, "%s, %s, %s\n", c.ID, s.ID, received.Format("Mon 2006-01-02 15:04"))
			deadlines, err := c.Deadlines(s.ID, received)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range deadlines {
				when := d.Due.In(c.Zone()).Format("Mon 2006-01-02 15:04:05")
				if d.Due.IsZero() != (d.NoDue != nil) {
					t.Errorf("%s %s: due %s, and %v", c.ID, d.Obligation.ID, d.Due, d.NoDue)
				}
				if d.Due.IsZero() {
					when = both(d.NoDue)
				}
				fmt.Fprintf(&out, "  %s no %d: %s\n", d.Obligation.ID, d.Ordinal, when)
				for _, step := range d.Steps {
					if !step.At.IsZero() {
						fmt.Fprintf(&out, "    %s at %s\n", step.Step.ID, step.At.Format("Mon 2006-01-02 15:04:05"))
					}
				}
			}
		}
	}
	const golden = "testdata/promises.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), out.String()); d != "" {
		t.Error(d)
	}
}

func TestPromisesThatCannotBeAsked(t *testing.T) {
	c := quarterly(t)
	now := almaty(t, "2026-03-02 10:00")
	for want, ask := range map[string]func() error{
		`contract kamal has no severity "grave"; it knows critical, noncritical, minor, out-of-scope`: func() error {
			_, err := c.Deadlines("grave", now)
			return err
		},
		"contract kamal is not valid at 2030-01-01T00:00:00+05:00": func() error {
			ended := *c
			ended.ValidTo = almaty(t, "2029-01-01 00:00")
			_, err := ended.Deadlines("critical", almaty(t, "2030-01-01 00:00"))
			return err
		},
	} {
		if err := ask(); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if then, err := c.Deadlines("critical", almaty(t, "2024-06-03 10:00")); err != nil || len(then) != 0 {
		t.Errorf("the text of 2024 has no obligations: %d, %v", len(then), err)
	}
	if now, err := c.Deadlines("critical", now); err != nil || len(now) != 3 {
		t.Errorf("the text of 2026 has those with a rule: %d, %v", len(now), err)
	}
}
