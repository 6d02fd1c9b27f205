package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"slabridge/config"
	"slabridge/connectors/redmine/redminesim"
)

// as asks the pages as a reader of some contracts.
func as(pages http.Handler, contracts ...string) http.Handler {
	web := config.Web{Readers: []config.Reader{{Users: []string{"one"}, Contracts: contracts}}}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		pages.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), readerKey{}, reader{&web, "one"})))
	})
}

// A request tells all that was ever done to it. So who may see some contracts only sees it only while it lies in one of
// them, and if no other ever had it; otherwise the answer is that for a request which is not there.
func TestReadersDoNotSeeWhatWasMoved(t *testing.T) {
	d := newOffice(t, "    projects: [acme]\n", "    projects: [acme]\n"+
		"  - {id: kamal-globex, use: kamal, mapping: helpdesk, projects: [globex]}\n"+
		"  - {id: kamal-umbrella, use: kamal, mapping: helpdesk, projects: [umbrella],"+
		" valid: {from: 2020-01-01, to: 2020-12-31}}\n")
	d.desks("globex", "umbrella", "erp")
	d.want(exitOK, "enforce")
	d.at("2026-03-20 16:00:00")
	stays, out, in := d.reportIn("acme"), d.reportIn("acme"), d.reportIn("globex")
	left, old := d.reportIn("acme"), d.reportIn("umbrella")
	d.at("2026-03-20 16:01:00")
	d.want(exitOK, "enforce")
	for issue, to := range map[int]string{out: "globex", in: "acme", left: "erp", old: "acme"} {
		_, err := d.sim.As("admin").Update(issue, redminesim.Change{Project: to})
		d.check(err)
	}
	d.at("2026-03-20 17:30:00")
	d.want(exitOK, "enforce")
	pages := pagesHandler(d.reader())
	acme, globex, umbrella := "kamal-acme", "kamal-globex", "kamal-umbrella"
	all := []int{stays, out, in, left, old}
	for _, c := range []struct {
		contracts []string
		sees      []int
	}{
		{[]string{config.AllContracts}, all},
		{[]string{acme, globex, umbrella}, all},
		{[]string{acme, globex}, []int{stays, out, in}},
		{[]string{acme, umbrella}, []int{stays, old}},
		{[]string{acme}, []int{stays}},
		{[]string{globex}, nil},
		{[]string{umbrella}, nil},
	} {
		pages := as(pages, c.contracts...)
		for _, path := range []string{"/request/", "/api/v1/request/"} {
			var sees []int
			none, missing := see(t, pages, path+"999")
			for _, issue := range all {
				code, body := see(t, pages, path+fmt.Sprint(issue))
				if code == http.StatusOK {
					sees = append(sees, issue)
					continue
				}
				same := strings.ReplaceAll(body, path+fmt.Sprint(issue), "") == strings.ReplaceAll(missing, path+"999", "")
				if code != none || !same {
					t.Errorf("%v: what is hidden reads otherwise than what is not there: %d %s", c.contracts, code, body)
				}
			}
			if fmt.Sprint(sees) != fmt.Sprint(c.sees) {
				t.Errorf("%v see on %s %v, want %v", c.contracts, path, sees, c.sees)
			}
		}
	}
}

// An issue that was made for a contract as a whole, which covers no such issue, is seen by who may see the contract.
func TestReadersSeeTheDutiesOfTheirContract(t *testing.T) {
	d := vendorOffice(t, `watch_issue: "1"}`, `watch_issue: "1"}
  - {id: other, use: vendor-kz, mapping: helpdesk, projects: [acme], valid: {from: 2025-01-01, to: 2025-12-31}}`)
	pages := pagesHandler(d.reader())
	for _, issue := range []string{"1", "2", "3"} { // the account's, and those of two duties
		for contract, want := range map[string]int{"vendor": http.StatusOK, "other": http.StatusNotFound} {
			if code, body := see(t, as(pages, contract), "/request/"+issue); code != want {
				t.Errorf("who sees %s asks for #%s: %d, want %d: %s", contract, issue, code, want, body)
			}
		}
	}
}

// What is kept of a contract's page for one reader is shown to none who may not see the contract.
func TestKeptPagesAreTheirReaders(t *testing.T) {
	d := newOffice(t, "    projects: [acme]\n", "    projects: [acme]\n"+
		"  - {id: kamal-globex, use: kamal, mapping: helpdesk, projects: [globex]}\n")
	d.desks("globex")
	d.want(exitOK, "enforce")
	w, asked := d.reader(), 0
	w.clock = func() time.Time { // each answer takes long, and so is kept
		asked++
		return d.clock().Add(time.Duration(asked) * time.Second)
	}
	pages := pagesHandler(w)
	for _, path := range []string{"/contract/kamal-globex", "/api/v1/contract/kamal-globex"} {
		if code, _ := see(t, as(pages, "kamal-globex"), path); code != http.StatusOK {
			t.Fatalf("%s: its reader gets %d", path, code)
		}
		if code, body := see(t, as(pages, "kamal-acme"), path); code != http.StatusNotFound {
			t.Errorf("%s: who may see another contract only gets %d %s", path, code, body)
		}
	}
}
