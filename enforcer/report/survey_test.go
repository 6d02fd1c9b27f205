package report_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"slabridge/config"
	"slabridge/config/statefile"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/report"
)

// march1 and april1 bound the period of the surveys.
const march1, april1 = "03-01 00:00", "04-01 00:00"

// survey is that of a preset over March 2026, of requests as they were evaluated. The preset promises nothing for
// requests of the severity "idea", and nothing else is changed in it.
func survey(t testing.TB, preset string, evaluated ...enforcer.Evaluation) *report.Survey {
	t.Helper()
	shipped, err := config.Preset(preset)
	if err != nil {
		t.Fatal(err)
	}
	c := new(*shipped)
	var known []string
	for _, s := range c.Severities {
		known = append(known, s.ID)
	}
	c.Obligations = slices.Clone(c.Obligations)
	for i := range c.Obligations {
		rules := slices.Clone(c.Obligations[i].Rules)
		for j := range rules {
			if rules[j].Severities == nil {
				rules[j].Severities = known
			}
		}
		c.Obligations[i].Rules = rules
	}
	s := report.NewSurvey(c, almaty(t, march1), almaty(t, april1))
	for _, ev := range evaluated {
		ev.Contract, ev.Covered = c, true
		if err := s.Add(&ev); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// evaluated is a request received at a moment, with its state and cycles now.
func evaluated(
	t testing.TB, key, received string, state enforcer.State, cycles ...enforcer.Cycle,
) enforcer.Evaluation {
	t.Helper()
	r := &enforcer.Request{Issue: "id of " + key, Key: key, ReceivedAt: almaty(t, received)}
	return enforcer.Evaluation{Request: r, State: state, Cycles: cycles}
}

// Which requests are exceptions: those received in the period, or agreed on in it (docs/contracts.md, "Agreed
// exceptions").
func TestExceptions(t *testing.T) {
	entitled := enforcer.Cycle{EndWhy: "stopped", Obligation: obligation(t, "endocs", "entitlement")}
	refused := enforcer.Cycle{EndWhy: "failed", Obligation: obligation(t, "endocs", "entitlement")}
	other := enforcer.Cycle{EndWhy: "failed", Obligation: obligation(t, "endocs", "request-complete")}
	high, paid := enforcer.State{Severity: "high"}, enforcer.State{Severity: "high", NeedsPlan: "paid"}
	agreed := enforcer.State{
		Severity: "high", Times: map[string]time.Time{enforcer.FieldAgreedDue: almaty(t, "03-20 12:00")},
	}
	night := enforcer.State{Severity: "high", Fields: map[string]string{enforcer.FieldAfterHours: "1"}}
	afterHours := evaluated(t, "9", "03-05 10:00", night)
	early := evaluated(t, "10", "02-20 10:00", night)
	for _, ev := range []enforcer.Evaluation{afterHours, early} {
		ev.Request.Moments = []enforcer.Moment{{At: ev.Request.ReceivedAt, State: night}}
	}
	for _, c := range []struct {
		what string
		ev   enforcer.Evaluation
		want []report.ExceptionKind
	}{
		{"entitled", evaluated(t, "1", "03-05 10:00", high, entitled), nil},
		{"another check failed", evaluated(t, "2", "03-05 10:00", high, other), nil},
		{"not valid", evaluated(t, "3", "03-05 10:00", high, refused), []report.ExceptionKind{report.OutsideValid}},
		{"not in the plan", evaluated(t, "4", "03-05 10:00", paid, refused), []report.ExceptionKind{report.OutsidePlan}},
		{"not valid, in February", evaluated(t, "5", "02-20 10:00", high, refused), nil},
		{
			"a severity that is promised nothing", evaluated(t, "6", "03-05 10:00", enforcer.State{Severity: "idea"}),
			[]report.ExceptionKind{report.OutOfScope},
		},
		{"no severity yet", evaluated(t, "7", "03-05 10:00", enforcer.State{}), nil},
		{
			"agreed on in the period, received before", evaluated(t, "8", "02-20 10:00", agreed),
			[]report.ExceptionKind{report.AgreedDue},
		},
		{"work after hours", afterHours, []report.ExceptionKind{report.AfterHours}},
		{"work after hours in February", early, nil},
	} {
		var got []report.ExceptionKind
		for _, x := range survey(t, "endocs", c.ev).Exceptions {
			got = append(got, x.Kind)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
}

// Moved dates come first, then lowered severities, then the others by the keys of their requests; only moves of the
// period are there.
func TestSurveyOfMoves(t *testing.T) {
	date := obligation(t, "vendor-kz", "keep-agreed-date")
	moved := enforcer.Cycle{Obligation: date, Moves: []enforcer.Move{
		{At: almaty(t, "02-28 10:00"), To: "2026-03-05"}, {At: almaty(t, "03-04 10:00"), To: "2026-03-09"},
	}}
	odd := enforcer.State{Severity: "idea"}
	s := survey(t, "vendor-kz", evaluated(t, "B", "03-02 10:00", odd), evaluated(t, "C", "02-27 10:00", odd, moved),
		evaluated(t, "A", "03-03 10:00", odd))
	if err := s.Sum(func(*enforcer.Obligation) (*report.Spent, error) { return nil, nil }); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, x := range s.Exceptions {
		text := fmt.Sprintf("%s %s", x.IssueKey, x.Kind)
		if x.Move != nil {
			text += fmt.Sprintf(" of %s to %s", x.Obligation, x.Move.To)
		}
		got = append(got, text)
	}
	want := []string{"C due-moved of keep-agreed-date to 2026-03-09", "A out-of-scope", "B out-of-scope"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// The mean is over what was fulfilled in the period, in working days; what ended otherwise does not count.
func TestSurveyOfHandling(t *testing.T) {
	c, err := config.Preset("rusbitech")
	if err != nil {
		t.Fatal(err)
	}
	cycle := func(start, end, why string) enforcer.Cycle {
		return enforcer.Cycle{
			Contract: c, Obligation: c.Obligation("resolve"), StartedAt: almaty(t, start), EndedAt: almaty(t, end), EndWhy: why,
		}
	}
	s := survey(t, "rusbitech", evaluated(t, "1", "03-02 12:00", enforcer.State{Severity: "high"},
		cycle("03-03 12:00", "03-04 12:00", "stopped"), cycle("03-03 12:00", "03-06 12:00", "stopped"),
		cycle("03-03 12:00", "03-05 12:00", "resolved"), cycle("02-24 12:00", "02-25 12:00", "stopped")))
	if err := s.Sum(func(*enforcer.Obligation) (*report.Spent, error) { return nil, nil }); err != nil {
		t.Fatal(err)
	}
	if len(s.Handled) != 1 || s.Handled[0].Requests != 2 || s.Handled[0].Days != 2 {
		t.Errorf("handled %+v, want a mean of 2 days over 2", s.Handled)
	}
	if s.Requests[""] != 1 { // its severity is that of its last moment, and it has none
		t.Errorf("requests %v", s.Requests)
	}
	failed := errors.New("no tally")
	unread := func(*enforcer.Obligation) (*report.Spent, error) { return nil, failed }
	if err := survey(t, "vendor-kz").Sum(unread); !errors.Is(err, failed) {
		t.Errorf("a sum that cannot be read: %v", err)
	}
}

// A report of an earlier moment knows what was known then: a verdict judged later, and an excuse given later, are not.
func TestReadAsOfAMoment(t *testing.T) {
	db, err := statefile.Open(t.Context(), filepath.Join(t.TempDir(), "state.db"),
		statefile.Migrations{Store: "ledger", Steps: ledger.Migrations()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	l, err := ledger.Open(t.Context(), db.DB, almaty(t, march1))
	if err != nil {
		t.Fatal(err)
	}
	f := march(t,
		"1  respond  created  breached  02-27 16:00  02-27 16:20  -",
		"2  respond  created  breached  03-10 10:00  03-10 10:20  -",
		"3  respond  created  met  03-12 10:00  03-12 10:20  03-12 10:10")
	for _, v := range f.Verdicts {
		if err := l.StartCutover(t.Context(), v.JudgedAt, v.Connection, v.Contract); err != nil {
			t.Fatal(err)
		}
		if _, err := l.Judge(t.Context(), v.JudgedAt, v); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Waive(t.Context(), almaty(t, "03-11 09:00"), waiver("2", "Olga", time.Time{})); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		now                        string
		past                       bool
		verdicts, waivers, counted int
	}{
		{"04-02 09:00", false, 2, 1, 2}, // the breach of February is not even read
		{"04-02 09:00", true, 3, 1, 2},
		{"03-11 10:00", true, 2, 1, 1},
		{"03-10 11:00", true, 2, 0, 1},
		{"03-10 10:00", true, 1, 0, 0},
	} {
		q := f.Question
		q.Now, q.Past = almaty(t, c.now), c.past
		known, err := q.Read(t.Context(), l)
		if err != nil {
			t.Fatal(err)
		}
		o := of(t, known, "respond")
		if len(known.Verdicts) != c.verdicts || len(known.Waivers) != c.waivers || o.Met+o.Breached != c.counted {
			t.Errorf("as of %s: %d verdicts, %d waivers, %d counted; want %d, %d, %d", c.now, len(known.Verdicts),
				len(known.Waivers), o.Met+o.Breached, c.verdicts, c.waivers, c.counted)
		}
	}
}
