package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"slabridge/enforcer"
	"slabridge/enforcer/report"
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

// fullReport has every kind of line.
// noLinks is of a tracker without pages.
func noLinks(string, string) string { return "" }

func fullReport(t testing.TB) report.Report {
	at := func(moment string) *time.Time {
		m := almaty(t, moment)
		return &m
	}
	cycle := func(issue, id, started string) report.Cycle {
		return report.Cycle{
			Issue: issue, Subject: "Nobody can log in", Severity: "critical", Source: "п. 8", ID: id, Ordinal: 1,
			State: enforcer.Breached, Started: at(started), Version: "2026-01", Calendar: "kz 2026.1",
		}
	}
	late := cycle("1", "created", "03-20 16:00")
	late.Due, late.Ended, late.LateSeconds, late.EarlierRecords = at("03-20 16:20"), at("03-20 16:40"), 1200, 2
	late.EndedBy, late.EndedByRole = "Ivan Ivanov", enforcer.Support
	late.Subject = "Nobody can log in, and whoever is in is thrown out after a minute or two, it seems"
	late.Excused = []report.Excuse{{
		By: "Olga Orlova", At: almaty(t, "03-27 09:00"),
		Reason: "a power cut at the customer's, agreed by phone with their head of operations",
	}}
	open := cycle("1", "journal:9", "03-26 10:00")
	open.Due, open.LateSeconds, open.Provisional = at("03-26 10:20"), int64(166*3600+40*60), true
	met := cycle("2", "created", "03-10 10:00")
	met.State, met.Due, met.Ended = enforcer.Met, at("03-10 10:20"), at("03-10 10:10")
	silent := cycle("2", "created~1", "03-10 10:00")
	silent.Due, silent.Ended, silent.EndedWhy = at("03-12 10:00"), at("03-12 10:00"), "due"
	failed := cycle("2", "time:4", "03-10 10:00")
	failed.Ended, failed.EndedWhy = at("03-10 10:00"), "failed"
	r := report.Report{
		Contract: "kamal", Title: "KAMAL", Versions: []string{"2026-01"}, Calendars: []string{"kz 2026.1"},
		From: "2026-03-01", To: "2026-03-31", Made: almaty(t, "04-02 09:00"),
		Obligations: []report.Obligation{
			{
				ID: "respond", Source: "п. 8", Title: "start of work", Met: 1, Breached: 2, Excused: 1, Kept: new(33.3),
				KeptExcused: new(50.0), Cycles: []report.Cycle{late, open, met},
			},
			{
				ID: "progress-update", Source: "п. 8", Breached: 1, Kept: new(0.0), KeptExcused: new(0.0),
				Cycles: []report.Cycle{silent},
			},
			{
				ID: "phone-consultation", Source: "п. 6", Breached: 1, Kept: new(0.0), KeptExcused: new(0.0),
				Cycles: []report.Cycle{failed},
			},
		},
		Accounts: []report.Account{
			{Obligation: "billing", Source: "Порядок 3.11", Period: "2026-03", Unit: report.HalfHours, Amount: 17, Of: 5},
			{
				Obligation: "change-cap", Source: "п. 11", Unit: report.Currency, Amount: 120000.5, Share: new(16.25),
				ShareLimit: new(15.0),
			},
			{
				Obligation: "handling-average", Source: "п. 1", Unit: report.WorkingDays, Amount: 2.4, Of: 12, AtLeast: new(2.0),
				Limit: new(3.0),
			},
			{
				Obligation: "phone-consultation", Source: "п. 6", Period: "2026-03", Unit: report.TimeEntries, Amount: 3,
				Limit: new(5.0),
			},
			{Obligation: "keep-agreed-date", Source: "п. 3", Unit: report.DateMoves, Amount: 3, Of: 2},
			{Obligation: "respond", Source: "п. 8", Unit: report.Lowerings, Amount: 1, Of: 1},
		},
		Requests: []report.SeverityCount{{Severity: "critical", Requests: 2}},
	}
	for _, kind := range slices.Sorted(maps.Keys(exceptionWords)) {
		r.Exceptions = append(r.Exceptions, report.Exception{
			Kind: kind, IssueKey: "2", Subject: "A report prints slowly", Obligation: "respond", Due: almaty(t, "03-11 12:00"),
		})
	}
	return r
}

func TestReportText(t *testing.T) {
	for lang, want := range map[string][]string{
		"en": {
			"contract version 2026-01, calendar data of kz 2026.1",
			"from 2026-03-01 to 2026-03-31, both included; made Thu 2026-04-02 09:00:00 +05",
			"kept 1, escalated 0, breached 2 (excused 1), not judged 0, cancelled 0, running 0\n" +
				"  kept 33.3 %, without the excused 50 %",
			"  ! #1  critical, due Fri 2026-03-20 16:20:00 +05\n",
			"counted from Fri 2026-03-20 16:00:00 +05: ended Fri 2026-03-20 16:40:00 +05,\n" +
				"      late by 20m by the clock, by Ivan Ivanov (support)",
			"excused by Olga Orlova on Fri 2026-03-27 09:00:00 +05: a power cut at the", "earlier verdicts: 2",
			"counted from Thu 2026-03-26 10:00:00 +05: not ended, late by 166h 40m by the",
			"the deadline rests on provisional calendar data",
			"  ! #2  critical\n      Nobody can log in\n      broken at once, Tue 2026-03-10 10:00:00 +05\n",
			"counted from Tue 2026-03-10 10:00:00 +05: nothing came by the deadline",
			"  billing (section “Порядок”, 3.11), 2026-03\n    billable half hours: 17, requests: 5\n",
			"cost of changes: 120000.5; share: 16.25 % of at most 15 %; more than promised",
			"handled on average in working days: 2.4, requests: 12; promised: 2 to 3\n",
			"entries of booked time: 3; at most: 5\n", "due dates moved: 3, requests: 2",
			"severity lowered before a deadline: 1, requests: 1",
			"requests created in the period, by severity\n  critical: 2\n",
			"  #2  another deadline was agreed, respond\n    A report prints slowly\n    due Wed 2026-03-11 12:00:00 +05\n",
		},
		"ru": {
			"версия договора 2026-01",
			"с 1 марта 2026\u00a0г. по 31 марта 2026\u00a0г. включительно; " +
				"составлен 2 апреля 2026\u00a0г.",
			"соблюдено 1, эскалировано 0, нарушено 2 (извинено 1), не оценено 0, отменено 0,",
			"соблюдено 33,3 %, без извинённых 50 %",
			"кем извинено: Olga Orlova, 27 марта 2026\u00a0г., 09:00 (UTC+05): a power",
			"доля: 16,25 % при пределе 15 %; больше обещанного", "исключения\n",
		},
	} {
		t.Run(lang, func(t *testing.T) {
			var out bytes.Buffer
			p := page{out: onScreen(&out), lang: lang}
			reportInfoOf(&p, fullReport(t), almaty(t, "04-02 09:00").Location(), noLinks).text(&p)
			contains(t, "report", out.String(), want...)
			fits(t, "report", out.String())
			if t.Failed() {
				t.Log(out.String())
			}
		})
	}
	var out bytes.Buffer
	empty := report.Report{Obligations: []report.Obligation{{ID: "respond", Source: "п. 8"}}}
	reportInfo{Report: empty}.text(&page{out: onScreen(&out)})
	contains(t, "an empty report", out.String(), "accounts: none", "requests created in the period, by severity: none",
		"exceptions: none", "respond (clause 8)", "kept 0, escalated 0, breached 0 (excused 0), not judged 0, cancelled 0,")
	if strings.Contains(out.String(), " %") {
		t.Errorf("a share of nothing:\n%s", out.String())
	}
}

func TestReportCSV(t *testing.T) {
	r := fullReport(t)
	at := slices.IndexFunc(r.Obligations, func(o report.Obligation) bool { return o.ID == "respond" })
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
		"started": "2026-03-20T16:00:00+05:00", "due": "2026-03-20T16:20:00+05:00",
		"ended": "2026-03-20T16:40:00+05:00", "late_s": "1200",
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
		cell := rapid.OneOf(rapid.String(), rapid.StringMatching(`[=+@＝＋－＠\t\r\n-].*`)).Draw(t, "cell")
		got := harmless(cell)
		if strings.IndexAny(got, "=+-@＝＋－＠\t\r\n") == 0 {
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
	d.at("2026-03-20 16:40:00")
	_, err := d.sim.As("ivanov").Comment(1, "On it.")
	d.check(err)
	d.want(exitOK, "enforce")
	d.want(exitOK, "ledger", "waive", "1", "respond", "--reason", "agreed", "--by", "olga")
	d.at("2026-03-20 17:00:00")

	args := []string{"report", "--contract", "kamal-acme", "--from", "2026-03-01", "--to", "2026-03-31"}
	contains(t, "report", d.want(exitOK, args...).out, "Kazakh vendor of a security suite (kamal-acme)\n",
		"kept 0, escalated 0, breached 1 (excused 1), not judged 0, cancelled 0",
		"  ! #1  critical failure, due Fri 2026-03-20 16:20:00 +05",
		"counted from Fri 2026-03-20 16:00:00 +05: ended Fri 2026-03-20 16:40:00 +05,", "excused by olga",
		"earlier verdicts: 1",
		"critical failure: 1")
	got := d.lines(exitOK, args...)[0]
	has(t, "report", got, "contract", "title", "versions", "calendars", "from", "to", "made", "obligations", "accounts",
		"requests", "exceptions")
	respond := objectOf(t, got["obligations"], "id", "respond")
	if respond["breached"] != 1.0 || respond["excused"] != 1.0 || respond["kept_percent"] != 0.0 ||
		respond["kept_percent_without_excused"] != nil {
		t.Errorf("respond: %v", respond)
	}
	if inform := objectOf(t, got["obligations"], "id", "involve-developers"); inform["running"] != 1.0 {
		t.Errorf("what the pass left running is not told: %v", inform)
	}
	before := objectOf(t, d.lines(exitOK, append(args, "--at", "2026-03-20T16:35:00+05:00")...)[0]["obligations"], "id",
		"respond")
	if c := objectOf(t, before["cycles"], "issue", "1"); before["excused"] != 0.0 || c["ended"] != nil ||
		c["earlier_records"] != 0.0 || c["late_s"] != 900.0 {
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
		"no contract": {
			[]string{"report", "--from", "2026-03-01", "--to", "2026-03-31"},
			[]string{"--contract is missing"},
		},
		"no last day": {
			[]string{"report", "--contract", "kamal-acme", "--from", "2026-03-01"},
			[]string{"--to is missing"},
		},
		"no date": {
			[]string{"report", "--contract", "kamal-acme", "--from", "March", "--to", "2026-03-31"},
			[]string{`--from "March" is not a date`},
		},
		"no such date": {
			[]string{"report", "--contract", "kamal-acme", "--from", "2026-03-01", "--to", "2026-03-32"},
			[]string{`--to "2026-03-32"`},
		},
		"backwards": {
			[]string{"report", "--contract", "kamal-acme", "--from", "2026-03-02", "--to", "2026-03-01"},
			[]string{"--to 2026-03-01 lies before --from 2026-03-02"},
		},
		"a preset": {
			[]string{"report", "--contract", "kamal", "--from", "2026-03-01", "--to", "2026-03-31"},
			[]string{`--contract "kamal" is not in the configuration; it has: kamal-acme`},
		},
		"a form of its own": {append(slices.Clone(args), "-o", "xml"), []string{"write text, json, csv or html"}},
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
