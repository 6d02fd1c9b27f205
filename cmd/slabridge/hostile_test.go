package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"slabridge/connectors/redmine/redminesim"
	"slabridge/enforcer"
	"slabridge/mapping"
)

// markLike is a line that is read as a mark.
var markLike = regexp.MustCompile(`(?m)^(\[slabridge |Ref\. [0-9a-f]|Исх\. № [0-9a-f])`)

// hostile are subjects as a customer may type them.
var hostile = []string{
	`<script>alert(1)</script><img src=x onerror=alert(1)> & "quotes"`,
	`h1. *bold* _it_ "link":http://evil.example/ !http://evil.example/x.png! {{include(x)}} [[Wiki]] #1 r12 ||`,
	"# [click](javascript:alert(1)) ![x](http://evil.example) `code` **b** <details>",
	`{{.Number}} {{range .Names}}{{.}}{{end}} ${HOME} $(id) %s %d %!s(MISSING)`,
	"@ivanov @romashkin user:ivanov посмотрите, пожалуйста",
	"\x1b[2J\x1b[31mred\x1b]0;title\x07 \u009b31m bell\a back\b\b\bspace",
	"invoice\u202egpj.exe \u2066isolate\u2069 \u200fRTL \ufeffbom zero\u200bwidth",
	"line one\nline two\r! held: nothing\n[slabridge 00000000 respond/due 000000000000]",
	"line one\nИсх. № 00000000/respond/due/000000000000\nRef. 00000000/respond/due/000000000000",
	`=HYPERLINK("http://evil.example","x") +1+1 -2 @SUM(A1)`,
	`'; DROP TABLE ledger_entries; -- "\"`,
	strings.Repeat("я", 254),
	"\u0000nul\u0001\u007f\U000e0041tag \U0001f468\u200d\U0001f469\u200d\U0001f467",
}

// unsafe lists what of a text a terminal must not get.
func unsafe(text string) (out []rune) {
	for _, c := range text {
		if c != '\n' && c != '\t' && c != '\r' && unicode.IsControl(c) || unicode.Is(unicode.Bidi_Control, c) {
			out = append(out, c)
		}
	}
	return out
}

// Whatever people type into subjects and comments: nothing is executed, nobody mentioned, every command shows it
// without harm, JSON and CSV are well-formed and true, and the promises are kept as for any other request.
func TestHostileText(t *testing.T) {
	d := newOffice(t, "state: slabridge.db", "state: slabridge.db\nlimits: {writes_per_pass: 1000}")
	d.want(exitOK, "enforce")
	d.at("2026-03-20 16:00:00")
	subjects := map[string]string{} // as the tracker keeps them
	for i, s := range hostile {
		d.report(s, "critical")
		long := 400
		if i == 0 {
			long = 200_000 // a megabyte
		}
		_, err := d.sim.As("romashkin").Comment(i+1, s+"\n\n"+strings.Repeat("long ", long))
		d.check(err)
		seen, err := d.sim.As("romashkin").See(i + 1)
		d.check(err)
		subjects[fmt.Sprint(i+1)] = seen.Subject
	}
	d.at("2026-03-20 16:30:00")
	outputs := []string{d.want(exitOK, "enforce").out}

	for i := range hostile {
		seen, err := d.sim.As("admin").See(i + 1)
		d.check(err)
		var ours []string
		for _, j := range *seen.Journals {
			if j.User.Name == "SLA Bot" && j.Notes != nil && *j.Notes != "" {
				ours = append(ours, *j.Notes)
			}
		}
		if len(ours) < 2 {
			t.Errorf("#%d has %d comments of ours: %q", i+1, len(ours), ours)
		}
		for _, note := range ours {
			for _, markup := range []string{
				"<", "{{", "[[", "@", "!http", "](", "`", "**", "evil.example/x.png!", "<script",
				"javascript:",
			} {
				if strings.Contains(note, markup) {
					t.Errorf("#%d: our comment holds %q:\n%s", i+1, markup, note)
				}
			}
			if bad := unsafe(note); len(bad) > 0 {
				t.Errorf("#%d: our comment holds %q", i+1, bad)
			}
			if len(markLike.FindAllString(note, -1)) != 1 {
				t.Errorf("#%d: our comment has another mark than its own:\n%s", i+1, note)
			}
		}
	}

	report := []string{"report", "--contract", "kamal-acme", "--from", "2026-03-01", "--to", "2026-03-31"}
	commands := [][]string{
		{"status"},
		{"plan"},
		{"ledger", "list"},
		{"ledger", "list", "--summary"},
		{"health"},
		{"check", "--live"},
		report,
	}
	for i := range hostile {
		commands = append(commands, []string{"explain", fmt.Sprint(i + 1)},
			[]string{"ledger", "list", "--issue", fmt.Sprint(i + 1)})
	}
	for _, args := range commands {
		o := d.run(args...)
		outputs = append(outputs, o.out, o.err)
		o = d.run(append(slices.Clone(args), "-o", "json")...)
		outputs = append(outputs, o.out, o.err)
		for line := range strings.Lines(o.out) {
			if !json.Valid([]byte(line)) {
				t.Errorf("%v gives no JSON: %.200q", args, line)
			}
		}
	}
	for _, l := range d.lines(exitOK, "status") {
		if got, want := l["subject"], subjects[fmt.Sprint(l["issue"])]; got != want {
			t.Errorf("status gives the subject %q, the tracker has %q", got, want)
		}
	}
	sheet := d.want(exitOK, append(report, "-o", "csv")...).out
	outputs = append(outputs, sheet)
	page := d.want(exitOK, append(report, "-o", "html")...).out
	outputs = append(outputs, page)
	for _, markup := range []string{"<script", "<img", "<a href=\"javascript:", "onerror=\"", "</style><"} {
		if strings.Contains(strings.ToLower(page), markup) {
			t.Errorf("the report as a page holds %q", markup)
		}
	}
	rows, err := csv.NewReader(strings.NewReader(sheet)).ReadAll()
	d.check(err)
	for _, row := range rows {
		for _, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) {
				t.Errorf("a spreadsheet would take the cell %.60q for a formula", cell)
			}
		}
	}
	for _, text := range outputs {
		if bad := unsafe(text); len(bad) > 0 {
			t.Errorf("an output holds %q", bad)
		}
	}
	for _, e := range d.lines(exitOK, "ledger", "list", "--obligation", "respond") {
		if e["state"] != "done" && e["state"] != "overtaken" {
			t.Errorf("%v/%v of %v is %v", e["obligation"], e["step"], e["issue"], e["state"])
		}
	}
}

// Anybody can type a mark. It is believed of our own account alone: neither a customer nor a colleague who types one
// makes slabridge think that it has said something.
func TestMarksOfOthersAreNotBelieved(t *testing.T) {
	d := newOffice(t)
	d.want(exitOK, "enforce")
	d.at("2026-03-20 16:00:00")
	d.report("Nobody can log in", "critical")
	mark := func(obligation, step string) string {
		return mapping.Mark("en", "7c1f0000", []enforcer.StepKey{{
			Connection: "helpdesk", Issue: "1", Contract: "kamal-acme", Obligation: obligation, Cycle: "created", Step: step,
		}})
	}
	for _, m := range []string{mark("acknowledge", "start"), mark("respond", "due")} {
		_, err := d.sim.As("romashkin").Comment(1, "Copied from another request:\n\n"+m)
		d.check(err)
		_, err = d.sim.As("orlova").Update(1, redminesim.Change{Note: m, Private: true})
		d.check(err)
	}
	d.at("2026-03-20 16:00:05")
	before := d.notes(1)
	d.want(exitOK, "enforce")
	d.at("2026-03-20 16:30:00")
	d.want(exitOK, "enforce")
	if n := d.notes(1) - before; n != 2 { // the receipt and the breach
		t.Errorf("%d comments were written", n)
	}
	var got []string
	for _, e := range d.lines(exitOK, "ledger", "list", "--issue", "1", "--state", "done") {
		got = append(got, fmt.Sprintf("%v/%v", e["obligation"], e["step"]))
		if ids := mark(fmt.Sprint(e["obligation"]), fmt.Sprint(e["step"])); !strings.Contains(ids, fmt.Sprint(e["id"])) {
			t.Errorf("the mark %s is not the one of entry %v: the test shows nothing", ids, e["id"])
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, []string{"acknowledge/start", "respond/due"}) {
		t.Errorf("done: %v", got)
	}
}
