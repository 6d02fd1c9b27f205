package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"slabridge/config"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// almaty is a moment of March or April 2026 there: "03-20 16:00".
func almaty(t testing.TB, moment string) time.Time {
	t.Helper()
	at, err := time.Parse("2006-01-02 15:04 -07", "2026-"+moment+" +05")
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// marchFacts are those of kamal in March 2026, told on April 2: each verdict is "issue obligation cycle state start due end",
// with "-" for a moment that did not come.
func marchFacts(t testing.TB, verdicts ...string) reportFacts {
	t.Helper()
	c, err := config.Preset("kamal")
	if err != nil {
		t.Fatal(err)
	}
	p, err := periodOf("2026-03-01", "2026-03-31", c.Calendar.Location())
	if err != nil {
		t.Fatal(err)
	}
	f := reportFacts{contract: c, period: p, now: almaty(t, "04-02 09:00"), lang: "en", accounts: []accountLine{}, exceptions: []exceptionInfo{}}
	for _, line := range verdicts {
		w := strings.Split(line, "  ")
		at := func(i int) time.Time {
			if w[i] == "-" {
				return time.Time{}
			}
			return almaty(t, w[i])
		}
		v := verdict(w[0], w[1], w[2], enforcer.CycleState(w[3]))
		v.Contract, v.StartedAt, v.Due, v.EndedAt, v.Number = "kamal", at(4), at(5), at(6), 1
		v.JudgedAt = v.Reached()
		f.verdicts = append(f.verdicts, v)
	}
	return f
}

// Which cycles a report of March has, and as what. A breach is March's when its due is, and nothing else.
func TestReportCountsCyclesOfItsPeriod(t *testing.T) {
	for name, c := range map[string]struct {
		verdict string
		want    string // met breached cancelled running
	}{
		"kept in the period":                        {"1  respond  created  met  03-10 10:00  03-10 10:20  03-10 10:10", "1 0 0 0"},
		"kept on the first second":                  {"1  respond  created  met  02-28 18:00  03-02 09:20  03-01 00:00", "1 0 0 0"},
		"kept before it":                            {"1  respond  created  met  02-28 10:00  03-02 09:20  02-28 23:59", "0 0 0 0"},
		"kept after it: it ran at its end":          {"1  involve-developers  created  met  03-31 17:00  04-01 10:00  04-01 09:30", "0 0 0 1"},
		"begun after it":                            {"1  respond  created  met  04-01 10:00  04-01 10:20  04-01 10:10", "0 0 0 0"},
		"broken in it, ended in it":                 {"1  respond  created  breached  03-10 10:00  03-10 10:20  03-10 12:00", "0 1 0 0"},
		"broken in it, ended after it":              {"1  respond  created  breached  03-31 17:00  03-31 17:20  04-01 12:00", "0 1 0 0"},
		"broken in it, not ended":                   {"1  respond  created  breached  03-31 17:00  03-31 17:20  -", "0 1 0 0"},
		"broken on its last second":                 {"1  respond  created  breached  03-31 17:00  03-31 23:59  -", "0 1 0 0"},
		"broken after it: it ran at its end":        {"1  involve-developers  created  breached  03-31 17:00  04-01 00:00  -", "0 0 0 1"},
		"broken before it, ended in it":             {"1  respond  created  breached  02-28 10:00  02-28 10:20  03-10 12:00", "0 0 0 0"},
		"cancelled in it":                           {"1  respond  created  cancelled  03-10 10:00  03-10 10:20  03-10 10:10", "0 0 1 0"},
		"taken back, and still running":             {"1  respond  created  running  03-10 10:00  03-10 10:20  -", "0 0 0 1"},
		"of an obligation that the text lacks now":  {"1  old-promise  created  met  03-10 10:00  03-10 10:20  03-10 10:10", "1 0 0 0"},
		"of one that is turned off or a mere right": {"1  phone-duplicate  created  met  03-10 10:00  03-10 10:20  03-10 10:10", "1 0 0 0"},
	} {
		t.Run(name, func(t *testing.T) {
			var sum obligationReport
			for _, o := range assemble(marchFacts(t, c.verdict)).Obligations {
				sum.Met, sum.Breached, sum.Cancelled, sum.Running = sum.Met+o.Met, sum.Breached+o.Breached, sum.Cancelled+o.Cancelled, sum.Running+o.Running
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

// What the agenda knows to go on is added, but for what has a verdict, and for what began later.
func TestReportCountsWhatRuns(t *testing.T) {
	f := marchFacts(t,
		"1  respond  created  breached  03-31 17:00  03-31 17:20  -",
		"2  progress-update  created  met  03-30 17:00  04-01 17:00  04-01 12:00")
	going := func(obligation, cycle, start string, state enforcer.CycleState) ledger.Cycle {
		return ledger.Cycle{Obligation: obligation, ID: cycle, Ordinal: 1, State: state, StartedAt: almaty(t, start), Due: almaty(t, "04-03 10:00")}
	}
	f.running = []ledger.Item{
		{Issue: "1", IssueKey: "1", Severity: "critical", Cycles: []ledger.Cycle{
			going("respond", "created", "03-31 17:00", enforcer.Breached), going("inform-management", "created", "03-31 17:00", enforcer.Running),
			going("phone-duplicate", "created", "03-31 17:00", enforcer.Running),
		}},
		{Issue: "2", IssueKey: "2", Severity: "critical", Cycles: []ledger.Cycle{
			going("progress-update", "created", "03-30 17:00", enforcer.Paused), going("progress-update", "journal:9", "04-01 12:00", enforcer.Running),
		}},
	}
	got := map[string]int{}
	for _, o := range assemble(f).Obligations {
		if o.Running > 0 {
			got[o.ID] = o.Running
		}
	}
	if want := (map[string]int{"inform-management": 1, "progress-update": 1}); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("running: %v, want %v", got, want)
	}
}

func TestReportShareIsNeverFlattered(t *testing.T) {
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
		o := obligationReport{Met: c.met, Breached: c.breached, Excused: c.excused}
		o.share()
		text := func(p *float64) string {
			if p == nil {
				return "-"
			}
			return fmt.Sprint(*p)
		}
		if text(o.Kept) != c.kept || text(o.KeptExcused) != c.without {
			t.Errorf("%+v: kept %s, without the excused %s; want %s and %s", c, text(o.Kept), text(o.KeptExcused), c.kept, c.without)
		}
	}
}

// What slabridge did at the due of an escalation keeps it, when it was done in time.
func TestReportEscalationCarriedOut(t *testing.T) {
	for after, kept := range map[time.Duration]string{
		time.Minute: "100", carriedOutWithin: "100", carriedOutWithin + time.Second: "50", -1: "50",
	} {
		f := marchFacts(t,
			"1  inform-management  created  met  03-10 10:00  03-10 14:00  03-10 11:00",
			"2  inform-management  created  breached  03-10 10:00  03-10 14:00  03-11 12:00")
		if v := f.verdicts[1]; after >= 0 {
			key := cycleKey(v.Issue, v.Obligation, v.Cycle)
			key.Connection, key.Contract, key.Step = v.Connection, v.Contract, dueStep
			f.done = map[enforcer.StepKey]time.Time{key: v.Due.Add(after)}
		}
		for _, o := range assemble(f).Obligations {
			if o.ID == "inform-management" && (fmt.Sprint(*o.Kept) != kept || o.Breached != 1 || (o.CarriedOut == 1) != (kept == "100")) {
				t.Errorf("done %s after the due: kept %v %%, breached %d, carried out %d; want %s %%", after, *o.Kept, o.Breached, o.CarriedOut, kept)
			}
		}
	}
}

// A promise that slabridge itself keeps at the due, as the confirmation of work that has begun, is kept, though its
// comment comes a moment after. What people or a late slabridge did is late.
func TestReportConfirmationByUs(t *testing.T) {
	for _, c := range []struct {
		obligation string
		by         enforcer.Role
		after      time.Duration
		kept       string
	}{
		{"confirm-work", enforcer.Bot, time.Second, "100"},
		{"confirm-work", enforcer.Bot, carriedOutWithin, "100"},
		{"confirm-work", enforcer.Bot, carriedOutWithin + time.Second, "0"},
		{"confirm-work", enforcer.Support, time.Second, "0"},
		{"respond", enforcer.Bot, time.Second, "0"}, // whom slabridge assigned when nobody answered is no answer
	} {
		f := marchFacts(t, "1  "+c.obligation+"  created  breached  03-10 10:00  03-10 14:00  03-10 14:00")
		v := &f.verdicts[0]
		v.EndByRole, v.EndedAt = c.by, v.Due.Add(c.after)
		for _, o := range assemble(f).Obligations {
			if o.ID == c.obligation && fmt.Sprint(*o.Kept) != c.kept {
				t.Errorf("%s by %s, %s after the due: kept %v %%, want %s %%", o.ID, c.by, c.after, *o.Kept, c.kept)
			}
		}
	}
}

func TestReportRequestsBySeverity(t *testing.T) {
	f := marchFacts(t,
		"1  acknowledge  created  met  03-10 10:00  -  03-10 10:01",
		"1  respond  created  breached  03-10 10:00  03-10 10:20  03-10 12:00", // one request
		"2  respond  created  met  02-28 10:00  03-02 09:20  03-02 09:10",      // of February
		"3  respond  journal:4  met  03-10 10:00  03-10 10:20  03-10 10:10",    // reopened, created before
		"4  respond  created  met  03-31 17:59  04-01 09:20  04-01 09:10",      // judged in April
		"5  respond  created  met  04-01 10:00  04-01 10:20  04-01 10:10")      // of April
	f.verdicts[3].Severity = "noncritical"
	f.running = []ledger.Item{
		{Issue: "4", Severity: "noncritical"}, // lowered since
		{Issue: "6", Severity: "odd", Cycles: []ledger.Cycle{{Obligation: "progress-update", ID: "created", StartedAt: almaty(t, "03-31 10:00")}}},
		{Issue: "7", Severity: "critical", Cycles: []ledger.Cycle{{Obligation: "progress-update", ID: "created", StartedAt: almaty(t, "04-01 10:00")}}},
	}
	want := []severityCount{{"critical", 1}, {"noncritical", 1}, {"odd", 1}}
	if got := assemble(f).Requests; !slices.Equal(got, want) {
		t.Errorf("requests %v, want %v", got, want)
	}
}

func ptr(x float64) *float64 { return &x }

// fullReport has every kind of line.
func fullReport(t testing.TB, lang string) report {
	f := marchFacts(t,
		"1  respond  created  breached  03-20 16:00  03-20 16:20  03-20 16:40",
		"1  respond  journal:9  breached  03-26 10:00  03-26 10:20  -",
		"2  respond  created  met  03-10 10:00  03-10 10:20  03-10 10:10",
		"2  progress-update  created~1  breached  03-10 10:00  03-12 10:00  03-12 10:00",
		"2  phone-consultation  time:4  breached  03-10 10:00  -  03-10 10:00")
	f.verdicts[4].EndWhy = "failed"
	f.lang = lang
	f.verdicts[0].Number, f.verdicts[0].EndBy, f.verdicts[0].EndByRole = 3, "Ivan Ivanov", enforcer.Support
	f.verdicts[0].Subject = "Nobody can log in, and whoever is in is thrown out after a minute or two, it seems"
	f.verdicts[1].Facts.Provisional = true
	f.verdicts[3].EndWhy = "due"
	f.waivers = []ledger.Waiver{{
		Connection: "helpdesk", Issue: "1", Contract: "kamal", Obligation: "respond", Cycle: "created", At: almaty(t, "03-27 09:00"),
		By: "Olga Orlova", Reason: "a power cut at the customer's, agreed by phone with their head of operations",
	}}
	f.accounts = []accountLine{
		{Obligation: "billing", Source: "Порядок 3.11", Period: "2026-03", Unit: halfHours, Amount: 17, Of: 5},
		{Obligation: "change-cap", Source: "п. 11", Unit: currency, Amount: 120000.5, Share: ptr(16.25), ShareLimit: ptr(15)},
		{Obligation: "handling-average", Source: "п. 1", Unit: meanDays, Amount: 2.4, Of: 12, AtLeast: ptr(2), Limit: ptr(3)},
		{Obligation: "phone-consultation", Source: "п. 6", Period: "2026-03", Unit: entries, Amount: 3, Limit: ptr(5)},
		{Obligation: "keep-agreed-date", Source: "п. 3", Unit: moves, Amount: 3, Of: 2},
		{Obligation: "respond", Source: "п. 8", Unit: lowerings, Amount: 1, Of: 1},
	}
	for kind := range exceptionWords {
		f.exceptions = append(f.exceptions, exceptionInfo{Kind: kind, Issue: "2", Subject: "A report prints slowly", Obligation: "respond", What: "Ivan Ivanov"})
	}
	slices.SortFunc(f.exceptions, func(a, b exceptionInfo) int { return strings.Compare(string(a.Kind), string(b.Kind)) })
	return assemble(f)
}

func TestReportText(t *testing.T) {
	for lang, want := range map[string][]string{
		"en": {
			"contract version 2026-01, calendar data of kz 2026.1",
			"from 2026-03-01 to 2026-03-31, both included; made Thu 2026-04-02 09:00:00 +05",
			"met 1, breached 2 (excused 1), cancelled 0, running at the end 0\n  kept 33.3 %, without the excused 50 %",
			"  ! #1  critical, due Fri 2026-03-20 16:20:00 +05\n",
			"cycle created: ended Fri 2026-03-20 16:40:00 +05, late by 20m, by Ivan\n      Ivanov (support)",
			"excused by Olga Orlova on Fri 2026-03-27 09:00:00 +05: a power cut at the", "earlier records of this cycle: 2",
			"cycle journal:9: not ended, late by 166h 40m so far", "the due rests on provisional calendar data",
			"  ! #2  critical\n      Nobody can log in\n      cycle time:4: broken at once, Tue 2026-03-10 10:00:00 +05\n",
			"cycle created~1: nothing came; the next cycle began at the due",
			"  billing Порядок 3.11, 2026-03\n    billable half hours: 17, requests: 5\n",
			"cost of changes: 120000.5; share: 16.25 % of at most 15 %; more than promised",
			"handled on average in working days: 2.4, requests: 12; promised: 2 to 3\n",
			"entries of booked time: 3; at most: 5\n", "due dates moved: 3, requests: 2", "severity lowered before a due: 1, requests: 1",
			"requests created in the period, by severity\n  critical: 2\n",
			"  #2  another due was agreed, respond\n    A report prints slowly\n    Ivan Ivanov\n",
		},
		"ru": {
			"версия договора 2026-01", "с 2026-03-01 по 2026-03-31 включительно; составлен чт 2026-04-02", "исполнено 1, нарушено 2 (извинено 1), отменено 0, идёт на конец 0",
			"соблюдено 33,3 %, без извинённых 50 %", "кем извинено: Olga Orlova, пт 2026-03-27 09:00:00 +05: a power", "доля: 16,25 % при пределе 15 %; больше обещанного", "исключения\n",
		},
	} {
		t.Run(lang, func(t *testing.T) {
			var out bytes.Buffer
			a := newApp(nil, &out, nil, nil)
			a.lang = lang
			a.printReport(fullReport(t, lang))
			contains(t, "report", out.String(), want...)
			fits(t, "report", out.String())
			if t.Failed() {
				t.Log(out.String())
			}
		})
	}
	var out bytes.Buffer
	a := newApp(nil, &out, nil, nil)
	a.printReport(assemble(marchFacts(t)))
	contains(t, "an empty report", out.String(), "accounts: none", "requests created in the period, by severity: none", "exceptions: none",
		"respond п. 8", "met 0, breached 0 (excused 0), cancelled 0, running at the end 0")
	if strings.Contains(out.String(), "kept ") {
		t.Errorf("a share of nothing:\n%s", out.String())
	}
}

func TestReportCSV(t *testing.T) {
	r := fullReport(t, "en")
	at := slices.IndexFunc(r.Obligations, func(o obligationReport) bool { return o.ID == "respond" })
	r.Obligations[at].Cycles[1].Subject = "=HYPERLINK(\"http://127.0.0.1\";\"Принтер\")\nи ещё"
	var out bytes.Buffer
	if err := writeCSV(&out, r); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(out.Bytes())).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 6 || !slices.Equal(rows[0], csvColumns) {
		t.Fatalf("want a header and 5 cycles, got %q", rows)
	}
	if bytes.Count(out.Bytes(), []byte("\r\n")) != 7 { // six rows, and the break inside a cell
		t.Errorf("rows do not end in CRLF: %q", out.String())
	}
	cell := func(row int, column string) string { return rows[row][slices.Index(csvColumns, column)] }
	for column, want := range map[string]string{
		"contract": "kamal", "obligation": "respond", "clause": "п. 8", "issue": "1", "cycle": "created", "state": "breached",
		"started": "2026-03-20T16:00:00+05:00", "due": "2026-03-20T16:20:00+05:00", "ended": "2026-03-20T16:40:00+05:00", "late_s": "1200",
		"ended_by": "Ivan Ivanov", "ended_by_role": "support", "earlier_records": "2", "excused_by": "Olga Orlova",
		"excused_at": "2026-03-27T09:00:00+05:00", "version": "2026-01", "provisional": "false",
	} {
		if got := cell(1, column); got != want {
			t.Errorf("%s: %q, want %q", column, got, want)
		}
	}
	if got := cell(2, "subject"); got != "'=HYPERLINK(\"http://127.0.0.1\";\"Принтер\")\nи ещё" {
		t.Errorf("the formula is %q", got)
	}
	if cell(2, "ended") != "" || cell(2, "provisional") != "true" {
		t.Errorf("a breach without an end: %q", rows[2])
	}
}

// Whatever a tracker's text is, no cell is a formula, and no other cell is touched.
func TestNoCellIsAFormula(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.OneOf(rapid.String(), rapid.StringMatching(`[=+@\t\r-].*`)).Draw(t, "cell")
		got := harmless(cell)
		if strings.IndexAny(got, "=+-@\t\r") == 0 {
			t.Fatalf("%q stays %q", cell, got)
		}
		if got != cell && got != "'"+cell {
			t.Fatalf("%q became %q", cell, got)
		}
	})
}

// The whole command on a desk: verdicts as a pass leaves them, one excused by command.
func TestReport(t *testing.T) {
	d := newOffice(t)
	d.breached()
	d.want(exitOK, "enforce")
	d.judge(verdict("1", "respond", "created", enforcer.Breached), verdict("1", "acknowledge", "created", enforcer.Met),
		verdict("1", "inform-management", "created", enforcer.Met))
	d.at("2026-03-20 16:40:00")
	late := verdict("1", "respond", "created", enforcer.Breached)
	late.EndedAt, late.EndEvent, late.EndBy, late.EndByRole, late.EndWhy, late.LastEvent = d.clock(), "journal:5", "Ivan Ivanov", enforcer.Support, "stopped", "journal:5"
	d.judge(late)
	d.want(exitOK, "ledger", "waive", "1", "respond", "--reason", "agreed", "--by", "olga")
	d.at("2026-03-20 17:00:00")

	args := []string{"report", "--contract", "kamal-acme", "--from", "2026-03-01", "--to", "2026-03-31"}
	contains(t, "report", d.want(exitOK, args...).out, "kamal-acme: ", "met 0, breached 1 (excused 1), cancelled 0", "  ! #1  critical, due Fri 2026-03-20 16:20:00 +05",
		"cycle created: ended Fri 2026-03-20 16:40:00 +05, late by 20m, by Ivan", "excused by olga", "earlier records of this cycle: 1",
		"critical: 1")
	got := d.lines(exitOK, args...)[0]
	has(t, "report", got, "contract", "title", "versions", "calendars", "from", "to", "made", "obligations", "accounts", "requests", "exceptions")
	respond := objectOf(t, got["obligations"], "id", "respond")
	if respond["breached"] != 1.0 || respond["excused"] != 1.0 || respond["kept_percent"] != 0.0 || respond["kept_percent_without_excused"] != nil {
		t.Errorf("respond: %v", respond)
	}
	if inform := objectOf(t, got["obligations"], "id", "involve-developers"); inform["running"] != 1.0 {
		t.Errorf("what the pass left running is not told: %v", inform)
	}
	before := objectOf(t, d.lines(exitOK, append(args, "--at", "2026-03-20T16:35:00+05:00")...)[0]["obligations"], "id", "respond")
	if c := objectOf(t, before["cycles"], "issue", "1"); before["excused"] != 0.0 || c["ended"] != nil || c["earlier_records"] != 0.0 || c["late_s"] != 900.0 {
		t.Errorf("as of 16:35: %v", before)
	}
	rows, err := csv.NewReader(strings.NewReader(d.want(exitOK, append(args, "-o", "csv")...).out)).ReadAll()
	if err != nil || len(rows) < 4 {
		t.Errorf("csv: %v, %q", err, rows)
	}
	april := d.lines(exitOK, "report", "--contract", "kamal-acme", "--from", "2026-04-01", "--to", "2026-04-30")[0]
	if respond := objectOf(t, april["obligations"], "id", "respond"); respond["breached"] != 0.0 {
		t.Errorf("April has March's breach: %v", respond)
	}

	for name, c := range map[string]struct {
		args []string
		want []string
	}{
		"no contract":       {[]string{"report", "--from", "2026-03-01", "--to", "2026-03-31"}, []string{"--contract is missing"}},
		"no last day":       {[]string{"report", "--contract", "kamal-acme", "--from", "2026-03-01"}, []string{"--to is missing"}},
		"no date":           {[]string{"report", "--contract", "kamal-acme", "--from", "March", "--to", "2026-03-31"}, []string{`--from "March" is not a date`}},
		"no such date":      {[]string{"report", "--contract", "kamal-acme", "--from", "2026-03-01", "--to", "2026-03-32"}, []string{`--to "2026-03-32"`}},
		"backwards":         {[]string{"report", "--contract", "kamal-acme", "--from", "2026-03-02", "--to", "2026-03-01"}, []string{"--to 2026-03-01 lies before --from 2026-03-02"}},
		"a preset":          {[]string{"report", "--contract", "kamal", "--from", "2026-03-01", "--to", "2026-03-31"}, []string{`--contract "kamal" is not in the configuration; it has: kamal-acme`}},
		"a form of its own": {append(slices.Clone(args), "-o", "xml"), []string{"write text, json or csv"}},
	} {
		t.Run(name, func(t *testing.T) { contains(t, "error", d.want(exitUsage, c.args...).err, c.want...) })
	}
}

// objectOf finds the object of a list by one of its fields.
func objectOf(t *testing.T, list any, field, value string) map[string]any {
	t.Helper()
	for _, o := range listOf(t, list) {
		if o[field] == value {
			return o
		}
	}
	raw, _ := json.Marshal(list) // for the message
	t.Fatalf("no object with %s %q in %s", field, value, raw)
	return nil
}
