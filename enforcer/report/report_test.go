package report_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"slabridge/config"
	"slabridge/enforcer"
	"slabridge/enforcer/calendar"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/report"
)

// almaty is a moment of 2026 in the zone of the contract kamal: "03-20 16:00". "-" is none.
func almaty(t testing.TB, moment string) time.Time {
	t.Helper()
	if moment == "-" {
		return time.Time{}
	}
	at, err := time.Parse("2006-01-02 15:04 -07", "2026-"+moment+" +05")
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// march is what the ledger knows of kamal on April 2, asked about March 2026. A line is one verdict: issue, obligation,
// what began the cycle, verdict, start, deadline, end, each parted by two blanks.
func march(t testing.TB, lines ...string) report.Facts {
	t.Helper()
	c, err := config.Preset("kamal")
	if err != nil {
		t.Fatal(err)
	}
	first, last := calendar.Date{Year: 2026, Month: 3, Day: 1}, calendar.Date{Year: 2026, Month: 3, Day: 31}
	f := report.Facts{Question: report.Question{
		Connection: "helpdesk", Contract: c, Period: report.NewPeriod(first, last, c.Zone()),
		Now: almaty(t, "04-02 09:00"),
	}}
	for _, line := range lines {
		w := strings.Split(line, "  ")
		v := enforcer.Verdict{
			Connection: "helpdesk", Issue: w[0], IssueKey: w[0], Contract: "kamal", Obligation: w[1], Cycle: w[2], Number: 1,
			Severity: "critical", State: enforcer.CycleState(w[3]),
			StartedAt: almaty(t, w[4]), Due: almaty(t, w[5]), EndedAt: almaty(t, w[6]),
			Facts: enforcer.Facts{Version: "2026-01", Calendar: "kz 2026.1", Zones: "2026f"},
		}
		v.JudgedAt = v.Reached()
		f.Verdicts = append(f.Verdicts, v)
	}
	return f
}

// item is what goes on on an issue.
func item(issue, severity string, cycles ...enforcer.AgendaCycle) enforcer.AgendaItem {
	return enforcer.AgendaItem{
		Connection: "helpdesk", Contract: "kamal", Issue: issue, IssueKey: issue, Severity: severity, Cycles: cycles,
	}
}

// waiver excuses the first cycle of respond on an issue.
func waiver(issue, by string, at time.Time) ledger.Waiver {
	return ledger.Waiver{
		Connection: "helpdesk", Contract: "kamal", Issue: issue, Obligation: "respond", Cycle: "created", By: by, At: at,
		Reason: "a power cut",
	}
}

// of is the line of an obligation in the report.
func of(t testing.TB, f report.Facts, obligation string) report.Obligation {
	t.Helper()
	lines := report.Make(f, "en").Obligations
	i := slices.IndexFunc(lines, func(o report.Obligation) bool { return o.ID == obligation })
	if i < 0 {
		t.Fatalf("the report has no line for %s", obligation)
	}
	return lines[i]
}

func percent(p *float64) string {
	if p == nil {
		return "-"
	}
	return fmt.Sprint(*p)
}

// A cycle belongs to the period in which its verdict was reached. A breach is reached at its deadline, however late the
// answer comes, so a report of March says the same in April and in May.
func TestACycleBelongsToThePeriodOfItsVerdict(t *testing.T) {
	for _, c := range []struct {
		what, verdict string
		want          string // met breached cancelled running
	}{
		{
			"kept in the period",
			"1  respond  created  met  03-10 10:00  03-10 10:20  03-10 10:10", "1 0 0 0",
		},
		{
			"kept on the first second",
			"1  respond  created  met  02-28 18:00  03-02 09:20  03-01 00:00", "1 0 0 0",
		},
		{
			"kept before it",
			"1  respond  created  met  02-28 10:00  03-02 09:20  02-28 23:59", "0 0 0 0",
		},
		{
			"kept after it: it ran at its end",
			"1  involve-developers  created  met  03-31 17:00  04-01 10:00  04-01 09:30", "0 0 0 1",
		},
		{
			"begun on the first second after it",
			"1  respond  created  met  04-01 00:00  04-01 10:20  04-01 10:10", "0 0 0 0",
		},
		{
			"begun after it",
			"1  respond  created  met  04-01 10:00  04-01 10:20  04-01 10:10", "0 0 0 0",
		},
		{
			"broken in it, ended in it",
			"1  respond  created  breached  03-10 10:00  03-10 10:20  03-10 12:00", "0 1 0 0",
		},
		{
			"broken in it, ended after it",
			"1  respond  created  breached  03-31 17:00  03-31 17:20  04-01 12:00", "0 1 0 0",
		},
		{
			"broken in it, not ended",
			"1  respond  created  breached  03-31 17:00  03-31 17:20  -", "0 1 0 0",
		},
		{
			"broken on its last second",
			"1  respond  created  breached  03-31 17:00  03-31 23:59  -", "0 1 0 0",
		},
		{
			"broken after it: it ran at its end",
			"1  involve-developers  created  breached  03-31 17:00  04-01 00:00  -", "0 0 0 1",
		},
		{
			"broken before it, ended in it",
			"1  respond  created  breached  02-28 10:00  02-28 10:20  03-10 12:00", "0 0 0 0",
		},
		{
			"cancelled in it",
			"1  respond  created  cancelled  03-10 10:00  03-10 10:20  03-10 10:10", "0 0 1 0",
		},
		{
			"taken back, and still running",
			"1  respond  created  running  03-10 10:00  03-10 10:20  -", "0 0 0 1",
		},
		{
			"of an obligation that the text lacks now",
			"1  old-promise  created  met  03-10 10:00  03-10 10:20  03-10 10:10", "1 0 0 0",
		},
		{
			"of one that is turned off or a mere right",
			"1  phone-duplicate  created  met  03-10 10:00  03-10 10:20  03-10 10:10", "1 0 0 0",
		},
	} {
		t.Run(c.what, func(t *testing.T) {
			var sum report.Obligation
			for _, o := range report.Make(march(t, c.verdict), "en").Obligations {
				sum.Met, sum.Breached = sum.Met+o.Met, sum.Breached+o.Breached
				sum.Cancelled, sum.Running = sum.Cancelled+o.Cancelled, sum.Running+o.Running
				if len(o.Cycles) != o.Met+o.Breached+o.Cancelled+o.Running {
					t.Errorf("%s lists %d cycles and counts others", o.ID, len(o.Cycles))
				}
			}
			if got := fmt.Sprint(sum.Met, sum.Breached, sum.Cancelled, sum.Running); got != c.want {
				t.Errorf("met, breached, cancelled, running: %s, want %s", got, c.want)
			}
		})
	}
}

// What goes on without a verdict is counted as running, but for what has a verdict and what began after the period.
func TestWhatRunsAtTheEndOfThePeriod(t *testing.T) {
	f := march(t,
		"1  respond  created  breached  03-31 17:00  03-31 17:20  -",
		"2  progress-update  created  met  03-30 17:00  04-01 17:00  04-01 12:00")
	cycle := func(obligation, id, start string, state enforcer.CycleState) enforcer.AgendaCycle {
		return enforcer.AgendaCycle{
			Obligation: obligation, ID: id, Ordinal: 1, State: state, StartedAt: almaty(t, start), Due: almaty(t, "04-03 10:00"),
		}
	}
	f.Running = []enforcer.AgendaItem{
		item("1", "critical",
			cycle("respond", "created", "03-31 17:00", enforcer.Breached),
			cycle("inform-management", "created", "03-31 17:00", enforcer.Running),
			cycle("phone-duplicate", "created", "03-31 17:00", enforcer.Running)),
		item("2", "critical",
			cycle("progress-update", "created", "03-30 17:00", enforcer.Paused),
			cycle("progress-update", "journal:8", "04-01 00:00", enforcer.Running),
			cycle("progress-update", "journal:9", "04-01 12:00", enforcer.Running)),
		{Connection: "helpdesk", Contract: "another", Issue: "3", Cycles: []enforcer.AgendaCycle{
			cycle("progress-update", "created", "03-30 17:00", enforcer.Running),
		}},
	}
	got := map[string]int{}
	for _, o := range report.Make(f, "en").Obligations {
		if o.Running > 0 {
			got[o.ID] = o.Running
		}
	}
	if want := (map[string]int{"inform-management": 1, "progress-update": 1}); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("running: %v, want %v", got, want)
	}
}

// The share is rounded down: 100 % says that every promise was kept. An excuse leaves the breach in the one share and
// takes it out of the other.
func TestTheShareIsNeverFlattered(t *testing.T) {
	for _, c := range []struct {
		met, breached, excused int
		kept, without          string
	}{
		{0, 0, 0, "-", "-"},
		{3, 0, 0, "100", "100"},
		{0, 2, 1, "0", "0"},
		{1999, 1, 0, "99.9", "99.9"},
		{2, 1, 0, "66.6", "66.6"},
		{2, 2, 1, "50", "66.6"},
		{0, 1, 1, "0", "-"},
		{5, 1, 1, "83.3", "100"},
	} {
		var lines []string
		for i := range c.met {
			lines = append(lines, fmt.Sprintf("%d  respond  created  met  03-10 10:00  03-10 10:20  03-10 10:10", i))
		}
		for i := range c.breached {
			lines = append(lines, fmt.Sprintf("late %d  respond  created  breached  03-10 10:00  03-10 10:20  03-10 12:00", i))
		}
		f := march(t, lines...)
		for i := range c.excused {
			f.Waivers = append(f.Waivers, waiver(fmt.Sprintf("late %d", i), "Olga", time.Time{}))
		}
		o := of(t, f, "respond")
		if percent(o.Kept) != c.kept || percent(o.KeptExcused) != c.without || o.Excused != c.excused {
			t.Errorf("%+v: kept %s, without the excused %s, excused %d", c, percent(o.Kept), percent(o.KeptExcused), o.Excused)
		}
	}
}

// Kamal п. 8: what slabridge carried out at the due is kept, and never counted among what people kept. What nobody
// watched counts neither way.
func TestCountsAreNeverMixed(t *testing.T) {
	f := march(t,
		"1  inform-management  created  met  03-10 10:00  03-10 14:00  03-10 11:00",
		"2  inform-management  created  escalated  03-10 10:00  03-10 14:00  03-10 14:01",
		"3  inform-management  created  breached  03-10 10:00  03-10 14:00  03-11 12:00",
		"4  inform-management  created  not-judged  03-10 10:00  03-10 14:00  -",
		"5  inform-management  created  cancelled  03-10 10:00  03-10 14:00  03-10 12:00")
	o := of(t, f, "inform-management")
	counts := fmt.Sprint(o.Met, o.Escalated, o.Breached, o.Excused, o.NotJudged, o.Cancelled, o.Running)
	if counts != "1 1 1 0 1 1 0" || percent(o.Kept) != "66.6" {
		t.Errorf("met, escalated, breached, excused, not judged, cancelled, running: %s, kept %s %%", counts, percent(o.Kept))
	}
	for _, c := range o.Cycles {
		if c.Broken() != (c.State == enforcer.Breached) || (c.CarriedOut != nil) != (c.State == enforcer.Escalated) {
			t.Errorf("#%s is %s: to be looked at %v, carried out %v", c.Issue, c.State, c.Broken(), c.CarriedOut)
		}
	}
}

// A breach is late until the promise was kept after all; while it was not, until now. Nothing else is late, and nothing
// is late by less than nothing.
func TestHowLateABreachIs(t *testing.T) {
	for _, c := range []struct {
		verdict string
		want    time.Duration
	}{
		{"1  respond  created  breached  03-10 10:00  03-10 10:20  03-10 12:00", 100 * time.Minute},
		{"1  respond  created  breached  04-02 08:00  04-02 08:20  -", 40 * time.Minute}, // told at 09:00
		{"1  respond  created  breached  03-10 10:00  03-10 10:20  03-10 10:20", 0},
		{"1  respond  created  breached  03-10 10:00  03-10 10:20  03-10 10:15", 0},
	} {
		f := march(t, c.verdict)
		if got := report.Lateness(&f.Verdicts[0], f.Now); got != c.want {
			t.Errorf("%s: late by %s, want %s", c.verdict, got, c.want)
		}
	}
	f := march(t,
		"1  respond  created  met  03-10 10:00  03-10 10:20  03-10 10:10",
		"1  phone-consultation  time:4  breached  03-10 10:00  -  03-10 10:00")
	kept, failed := of(t, f, "respond").Cycles[0], of(t, f, "phone-consultation").Cycles[0]
	if kept.LateSeconds != 0 || failed.LateSeconds != 0 {
		t.Errorf("late: a kept cycle %d s, a failed check %d s", kept.LateSeconds, failed.LateSeconds)
	}
}

// Each breach carries its evidence: all excuses in the order in which they were given, the records before the last, and
// the versions by which it was judged.
func TestABreachCarriesItsEvidence(t *testing.T) {
	f := march(t, "1  respond  created  breached  03-10 10:00  03-10 10:20  03-10 12:00")
	f.Verdicts[0].Number, f.Verdicts[0].Facts.Provisional = 3, true
	for day, by := range []string{"Olga", "Pavel"} {
		f.Waivers = append(f.Waivers, waiver("1", by, almaty(t, "03-12 09:00").AddDate(0, 0, day)))
	}
	f.Waivers = append(f.Waivers, waiver("2", "Ivan", almaty(t, "03-12 09:00")))
	r := report.Make(f, "en")
	c := of(t, f, "respond").Cycles[0]
	if len(c.Excused) != 2 || c.Excused[0].By != "Olga" || c.Excused[1].By != "Pavel" {
		t.Errorf("excuses: %+v", c.Excused)
	}
	if c.EarlierRecords != 2 || !c.Provisional || c.Zones != "2026f" {
		t.Errorf("the evidence is %+v", c)
	}
	if !slices.Equal(r.Versions, []string{"2026-01"}) || !slices.Equal(r.Calendars, []string{"kz 2026.1"}) {
		t.Errorf("versions %v, calendars %v", r.Versions, r.Calendars)
	}
	if c.Due.Format(time.RFC3339) != "2026-03-10T10:20:00+05:00" {
		t.Errorf("the deadline is not in the contract's zone: %s", c.Due)
	}
}

// A request counts once, in the period in which it was created, with the severity known last.
func TestRequestsBySeverity(t *testing.T) {
	f := march(t,
		"1  acknowledge  created  met  03-10 10:00  -  03-10 10:01",
		"1  respond  created  breached  03-10 10:00  03-10 10:20  03-10 12:00", // one request
		"2  respond  created  met  02-28 10:00  03-02 09:20  03-02 09:10",      // of February
		"3  respond  journal:4  met  03-10 10:00  03-10 10:20  03-10 10:10",    // reopened, created before
		"4  respond  created  met  03-31 17:59  04-01 09:20  04-01 09:10",      // judged in April
		"5  respond  created  met  04-01 10:00  04-01 10:20  04-01 10:10")      // of April
	f.Verdicts[3].Severity = "noncritical"
	created := func(at string) enforcer.AgendaCycle {
		return enforcer.AgendaCycle{Obligation: "progress-update", ID: "created", StartedAt: almaty(t, at)}
	}
	f.Running = []enforcer.AgendaItem{
		item("4", "noncritical"), // lowered since
		item("6", "odd", created("03-31 10:00")),
		item("7", "critical", created("04-01 10:00")),
	}
	want := []report.SeverityCount{{"critical", 1}, {"noncritical", 1}, {"odd", 1}}
	if got := report.Make(f, "en").Requests; !slices.Equal(got, want) {
		t.Errorf("requests %v, want %v", got, want)
	}
	f.Survey.Requests = map[string]int{"noncritical": 1, "odd": 3} // two of them were promised nothing
	want[2].Requests = 3
	if got := report.Make(f, "en").Requests; !slices.Equal(got, want) {
		t.Errorf("requests with those of the survey %v, want %v", got, want)
	}
}
