package main

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	htmltext "html"
	"regexp"
	"strings"
	"testing"

	"slabridge/connectors/redmine/redminesim"
	"slabridge/enforcer"
	"slabridge/enforcer/report"
)

var (
	pageStyle  = regexp.MustCompile(`(?s)<style>(.*?)</style>`)
	pagePolicy = regexp.MustCompile(`Content-Security-Policy" content="([^"]*)"`)
	pageLink   = regexp.MustCompile(`(?:href|src|action|srcset)="([^"]*)"`)
	pageTag    = regexp.MustCompile(`(?s)<[^>]*>`)
)

// pageText is what a person reads of a page, its tables a row a line.
func pageText(page string) string {
	page = pageStyle.ReplaceAllString(page, "")
	page = strings.NewReplacer("</td>", " | ", "</th>", " | ", "</tr>", "\n", "</dt>", ": ", "</dd>", "\n").Replace(page)
	return htmltext.UnescapeString(pageTag.ReplaceAllString(page, ""))
}

// The report as one file: its numbers are those of the JSON, a breach stands there with its arithmetic and the words
// that were written, and it asks nobody for anything.
func TestReportAsAPage(t *testing.T) {
	d := newOffice(t)
	d.breached()
	d.want(exitOK, "enforce")
	d.at("2026-03-20 16:40:00")
	d.sim.As("ivanov").Update(1, redminesim.Change{Note: "On it.", Status: "In Progress"})
	d.want(exitOK, "enforce")
	d.want(exitOK, "ledger", "waive", "1", "respond", "--reason", "a power cut", "--by", "olga")
	args := []string{"report", "--contract", "kamal-acme", "--from", "2026-02-01", "--to", "2026-03-31", "-o", "html"}
	page := d.want(exitOK, args...).out
	text := pageText(page)

	contains(t, "the page", text,
		// kept, escalated, breached, excused, not judged, running
		"clause 8 start of workrespond | 0 | 0 | 1 | 1 | 0 | 0 | 0 % | \n",
		"counted from: Fri 2026-03-20 16:00:00 +05\n", "deadline: Fri 2026-03-20 16:20:00 +05\n",
		"ended Fri 2026-03-20 16:40:00 +05, late by 20m by the clock, by Ivan Ivanov (support)",
		"by olga on ", ": a power cut\n",
		"20 minutes of working time: Mon-Fri 09:00-18:00, Asia/Almaty",
		"Fri 2026-03-20 16:00:00 +05 | Fri 2026-03-20 16:20:00 +05 | counting | 20m | 20m | \n",
		"internal comment", "Overdue: start of work (clause 8).", "in all with us: 40m in working hours")
	contains(t, "the pictures", page, `aria-label="Month by month"`, "02.2026: kept in time 0, escalated 0, breached 0, ",
		"03.2026: kept in time 2, escalated 0, breached 1, ")
	style := pageStyle.FindStringSubmatch(page)[1]
	sum := sha256.Sum256([]byte(style))
	policy := htmltext.UnescapeString(pagePolicy.FindStringSubmatch(page)[1])
	if want := "style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(policy, want) ||
		!strings.HasPrefix(policy, "default-src 'none'") {
		t.Errorf("policy %q does not let the style %q in, or lets in more", policy, want)
	}
	for _, link := range pageLink.FindAllStringSubmatch(page, -1) {
		if !strings.HasPrefix(link[1], "http://127.0.0.1/issues/") {
			t.Errorf("the page leads to %q", link[1])
		}
	}
	russian := pageText(d.want(exitOK, append(args, "--lang", "ru")...).out)
	contains(t, "in Russian", russian, "Что обещано и что соблюдено",
		"Как получился срок", "20 минут рабочего времени")
}

// What the customer is given has no name of staff, no internal comment and no reason that staff wrote down, in every
// form; the numbers are the same.
func TestReportForTheCustomer(t *testing.T) {
	d := newOffice(t)
	d.breached()
	d.want(exitOK, "enforce")
	d.at("2026-03-20 16:40:00")
	d.sim.As("ivanov").Update(1, redminesim.Change{Note: "On it.", Status: "In Progress"})
	d.want(exitOK, "enforce")
	d.want(exitOK, "ledger", "waive", "1", "respond", "--reason", "a power cut", "--by", "olga")
	args := []string{"report", "--contract", "kamal-acme", "--from", "2026-02-01", "--to", "2026-03-31", "-o"}
	for _, form := range []string{"text", "json", "csv", "html"} {
		staff := d.want(exitOK, append(args, form)...).out
		customer := d.want(exitOK, append(args, form, "--for", "customer")...).out
		for _, secret := range []string{"Ivan Ivanov", "olga", "a power cut"} {
			if !strings.Contains(unfolded(staff), secret) {
				t.Errorf("%s for staff does not tell of %q: the test shows nothing", form, secret)
			}
			if strings.Contains(unfolded(customer), secret) {
				t.Errorf("%s for the customer tells of %q:\n%s", form, secret, customer)
			}
		}
		if form == "html" && (strings.Contains(customer, "internal comment") || strings.Contains(customer, "Overdue:")) {
			t.Errorf("the customer's page holds an internal comment:\n%s", pageText(customer))
		}
		contains(t, form, htmltext.UnescapeString(unfolded(customer)), "the provider's staff")
	}
	d.want(exitUsage, append(args, "html", "--for", "everybody")...)
}

// What another customer and staff said about a request before it was moved in is not shown to the customer whose
// contract it is under now; staff sees it.
func TestReportDoesNotShowWhereARequestCameFrom(t *testing.T) {
	d := newOffice(t, "    projects: [acme]\n", "    projects: [acme]\n"+
		"  - {id: kamal-globex, use: kamal, mapping: helpdesk, projects: [globex]}\n")
	d.desks("globex")
	d.want(exitOK, "enforce")
	d.at("2026-03-20 15:00:00")
	issue := d.reportIn("globex")
	d.want(exitOK, "enforce")
	for _, c := range []struct {
		at string
		do redminesim.Change
	}{
		{"2026-03-20 15:10:00", redminesim.Change{Note: "Only globex may read this."}},
		{"2026-03-20 16:00:00", redminesim.Change{Project: "acme"}},
	} {
		d.at(c.at)
		_, err := d.sim.As("ivanov").Update(issue, c.do)
		d.check(err)
	}
	d.at("2026-03-20 17:00:00")
	d.want(exitOK, "enforce")
	args := []string{"report", "--contract", "kamal-acme", "--from", "2026-03-01", "--to", "2026-03-31", "-o", "html"}
	staff := pageText(d.want(exitOK, args...).out)
	customer := pageText(d.want(exitOK, append(args, "--for", "customer")...).out)
	contains(t, "for staff", staff, "2026-03-20 15:10", "came under the contract")
	contains(t, "for the customer", customer, "2026-03-20 16:00", "came under the contract")
	for _, theirs := range []string{"2026-03-20 15:00", "2026-03-20 15:10"} {
		if strings.Contains(customer, theirs) {
			t.Errorf("the customer's page tells what happened at %s:\n%s", theirs, customer)
		}
	}
}

// A request that the tracker keeps from customers is counted, and has no subject and no words.
func TestPrivateRequestsForTheCustomer(t *testing.T) {
	d := newOffice(t)
	_, err := d.sim.As("admin").Create(redminesim.NewIssue{
		Project: "acme", Subject: "What we found", Private: true, Fields: map[string]string{"Severity": "critical"},
	})
	d.check(err)
	d.want(exitOK, "enforce")
	d.at("2026-03-20 16:30:00")
	d.want(exitOK, "enforce")
	args := []string{"report", "--contract", "kamal-acme", "--from", "2026-02-01", "--to", "2026-03-31", "-o"}
	for _, form := range []string{"text", "json", "csv", "html"} {
		staff := d.want(exitOK, append(args, form)...).out
		customer := d.want(exitOK, append(args, form, "--for", "customer")...).out
		if !strings.Contains(staff, "What we found") || strings.Contains(customer, "What we found") {
			t.Errorf("%s: staff\n%s\ncustomer\n%s", form, staff, customer)
		}
		if form == "html" {
			contains(t, "the numbers stay", pageText(customer), "clause 8 start of workrespond | 0 | 0 | 1 |")
			if strings.Contains(customer, "What slabridge wrote") {
				t.Error("the words that were written on it are told")
			}
		}
	}
}

// Moves, lowerings and silences name people, too.
func TestExceptionsForTheCustomer(t *testing.T) {
	ivanov := enforcer.Person{ID: "3", Name: "Ivan Ivanov", Role: enforcer.Support}
	romashkin := enforcer.Person{ID: "5", Name: "Roman Romashkin", Role: enforcer.Customer}
	r := report.Report{Exceptions: []report.Exception{
		{Kind: report.DueMoved, Move: &enforcer.Move{
			By: ivanov, Rests: enforcer.Consent{Kind: enforcer.ConsentCustomer, By: romashkin, Reason: "by phone"},
		}},
		{Kind: report.Lowered, Lowering: &enforcer.Lowering{By: ivanov}},
		{
			Kind:    report.SilentResolution,
			Silence: &enforcer.Correction{By: ivanov},
			Events:  []report.Trace{{Event: "journal:9"}},
		},
		{Kind: report.MovedByStaff, Moved: &enforcer.StaffMove{By: ivanov}},
		{Kind: report.TacitClosing, Events: []report.Trace{{Event: "journal:7"}}},
	}}
	shown := report.ForCustomer(r, "staff", map[string]bool{"1": true})
	text := ""
	for _, x := range shown.Exceptions {
		for _, p := range []any{x.Move, x.Lowering, x.Silence, x.Moved, x.Events} {
			text += fmt.Sprintf("%+v ", p)
		}
	}
	for _, secret := range []string{"Ivanov", "by phone", "journal:9"} {
		if strings.Contains(text, secret) {
			t.Errorf("%q is told: %s", secret, text)
		}
	}
	contains(t, "what the customer may read", text, "Roman Romashkin", "journal:7", "staff")
	if r.Exceptions[0].Move.By != ivanov {
		t.Error("the report itself was changed")
	}
}
