package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A contract gets another id in the configuration in the middle of a running promise. Until the ledger is told, nothing
// is written, and check, which fails, and enforce name the command. Afterwards everything goes on as if nothing had
// been renamed: the same comments in the tracker, the same ids, the same verdicts, under the new id.
func TestLedgerRename(t *testing.T) {
	t.Setenv("USER", "olga")
	d, control := renamedOffice(t), renamedOffice(t)
	old, renamed := "id: kamal-acme", "id: kamal-2027"
	const command = "slabridge ledger rename kamal-acme kamal-2027"
	rename := func(code int, args ...string) outcome {
		return d.want(code, append([]string{"ledger", "rename"}, args...)...)
	}
	contains(t, "too early", rename(exitUsage, "kamal-acme", "kamal-2027").err,
		"change it there first; it has: kamal-acme")

	d.configure(old, renamed)
	d.at("2026-03-20 16:12:00")
	check := d.want(exitUsage, "check")
	contains(t, "check", unfolded(check.out), `contract "kamal-acme" has entries in the ledger (`, command)
	contains(t, "check --live", unfolded(d.want(exitUsage, "check", "--live").out), command, "we are")
	ru := unfolded(d.run("check", "--lang", "ru").out)
	contains(t, "check in Russian", ru, command, "в настройках")
	notes := len(d.comments(1))
	contains(t, "enforce", unfolded(d.want(exitHeld, "enforce").out), command)
	if n := len(d.comments(1)); n != notes {
		t.Errorf("written before the rename: %d", n-notes)
	}

	contains(t, "typing error", rename(exitUsage, "kamal", "kamal-2027").err,
		"in the ledger and in no configuration: kamal-acme")
	contains(t, "plan", unfolded(rename(exitOK, "kamal-acme", "kamal-2027", "--dry-run").out),
		"what is recorded of kamal-acme on helpdesk becomes kamal-2027's", "running now: ", "nothing was changed")
	d.want(exitUsage, "check")
	contains(t, "rename", rename(exitOK, "kamal-acme", "kamal-2027").out,
		"renamed; the next pass goes on under the new id")
	contains(t, "again", rename(exitUsage, "kamal-acme", "kamal-2027").err, "nothing of a contract")
	d.want(exitOK, "check")

	for _, o := range []*office{d, control} {
		for _, at := range []string{"16:12:00", "16:20:05", "16:30:00"} {
			o.at("2026-03-20 " + at)
			o.want(exitOK, "enforce")
		}
		_, err := o.sim.As("ivanov").Comment(1, "We are on it")
		o.check(err)
		o.at("2026-03-20 16:31:00")
		o.want(exitOK, "enforce")
		contains(t, "verify", o.want(exitOK, "ledger", "verify").out, "as slabridge wrote it")
	}
	if got, want := d.comments(1), control.comments(1); !slices.Equal(got, want) {
		t.Errorf("the tracker has\n%s\nwant\n%s", strings.Join(got, "\n---\n"), strings.Join(want, "\n---\n"))
	}
	entries := func(o *office) (out []string) {
		for _, e := range o.lines(exitOK, "ledger", "list") {
			out = append(out, fmt.Sprint(e["id"], " ", e["step"], " ", e["state"]))
		}
		slices.Sort(out)
		return out
	}
	if got, want := entries(d), entries(control); !slices.Equal(got, want) {
		t.Errorf("the ledger has\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, e := range d.lines(exitOK, "ledger", "list") {
		if e["contract"] != "kamal-2027" {
			t.Errorf("an entry of %v: %v", e["contract"], e)
		}
	}
	explain := d.want(exitOK, "explain", "1").out
	if want := control.want(exitOK, "explain", "1").out; explain != want {
		t.Errorf("explain:\n%s\nwant\n%s", explain, want)
	}
	report := func(o *office, id string) string {
		out := o.want(exitOK, "report", "--contract", id, "--from", "2026-03-01", "--to", "2026-03-31", "-o", "csv").out
		return strings.ReplaceAll(out, id, "")
	}
	if got, want := report(d, "kamal-2027"), report(control, "kamal-acme"); got != want {
		t.Errorf("report:\n%s\nwant\n%s", got, want)
	}
	records := func(o *office, id string) any {
		folder := o.file("pack")
		o.want(exitOK, "evidence", "--contract", id, "--from", "2026-03-01", "--to", "2026-03-31", "--out", folder)
		return o.lines(exitOK, "evidence", "verify", folder, "--ledger")[0]["records"]
	}
	if got, want := records(d, "kamal-2027"), records(control, "kamal-acme"); got != want || got == 0.0 {
		t.Errorf("the evidence has %v records, want %v", got, want)
	}
}

// An id that was another contract's is not given to a further one: its entries would be those of the first.
func TestLedgerRenameKeepsIdsApart(t *testing.T) {
	d := renamedOffice(t)
	d.configure("id: kamal-acme", "id: kamal-2027")
	d.want(exitOK, "ledger", "rename", "kamal-acme", "kamal-2027", "--by", "olga")
	d.configure()
	contains(t, "check", unfolded(d.want(exitUsage, "check").out), `of the contract that is called "kamal-2027" now`)
	for _, args := range [][]string{
		{"report", "--contract", "kamal-acme", "--from", "2026-03-01", "--to", "2026-03-31"},
		{"evidence", "--contract", "kamal-acme", "--from", "2026-03-01", "--to", "2026-03-31", "--out", d.file("pack")},
		{"explain", "1"},
		{"plan"},
	} {
		contains(t, args[0], unfolded(d.want(exitFailed, args...).err), `of the contract that is called "kamal-2027" now`)
	}
	d.want(exitOK, "ledger", "rename", "kamal-2027", "kamal-acme", "--by", "olga") // back
	d.want(exitOK, "check")
	d.at("2026-03-20 16:12:00")
	d.want(exitOK, "enforce")
}

// renamedOffice is an office with one critical request, received at 16:00.
func renamedOffice(t *testing.T) *office {
	d := newOffice(t)
	d.want(exitOK, "enforce")
	d.at("2026-03-20 16:00:00")
	d.report("Nobody can log in", "critical")
	d.at("2026-03-20 16:00:05")
	d.want(exitOK, "enforce")
	return d
}

// comments are the comments on an issue, as staff reads them; what names the installation is left out.
func (d *office) comments(issue int) (out []string) {
	d.t.Helper()
	page, err := d.sim.As("sla-bot").See(issue)
	d.check(err)
	for _, j := range *page.Journals {
		if j.Notes != nil {
			out = append(out, installation.ReplaceAllString(*j.Notes, "Ref. "))
		}
	}
	return out
}

// installation is what names it in a mark: it is another in each run.
var installation = regexp.MustCompile(`Ref\. [0-9a-f]{8}`)
