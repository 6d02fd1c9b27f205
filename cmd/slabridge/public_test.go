package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slabridge/connectors/redmine/redminesim"
	"slabridge/enforcer/report"
)

// leak is a way in which an internal comment comes out public all the same.
type leak struct {
	name  string
	spoil func(t *testing.T, g *ground)
	mend  func(t *testing.T, g *ground)
	back  string // how it is taken back
}

func leaks() []leak {
	return []leak{
		{
			name: "a proxy drops the private flag", back: "made internal",
			spoil: func(t *testing.T, g *ground) { g.unprivate(t, "/issues/") },
			mend:  func(*testing.T, *ground) {},
		},
		{
			name: "a plugin drops it everywhere", back: "erased",
			spoil: func(t *testing.T, g *ground) { g.unprivate(t, "/issues/", "/journals/") },
			mend:  func(*testing.T, *ground) {},
		},
		{
			name: "the right is lost between the check and the write", back: "erased",
			spoil: func(t *testing.T, g *ground) {
				g.before(t, func(_ http.ResponseWriter, r *http.Request) bool {
					if r.Method == http.MethodPut && bytes.Contains(peek(t, r), []byte(`"private_notes":true`)) &&
						strings.HasPrefix(r.URL.Path, "/issues/") {
						g.right(t, "set_notes_private", false)
					}
					return true
				})
			},
			mend: func(t *testing.T, g *ground) { g.right(t, "set_notes_private", true) },
		},
	}
}

// peek reads a request's body and leaves it to be read again.
func peek(t *testing.T, r *http.Request) []byte {
	t.Helper()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Error(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return body
}

// unprivate takes the wish to be private out of every change of what has one of the prefixes.
func (g *ground) unprivate(t *testing.T, prefixes ...string) {
	t.Helper()
	g.before(t, func(_ http.ResponseWriter, r *http.Request) bool {
		for _, prefix := range prefixes {
			if r.Method == http.MethodPut && strings.HasPrefix(r.URL.Path, prefix) {
				body := bytes.ReplaceAll(peek(t, r), []byte(`"private_notes":true`), []byte(`"x":0`))
				r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
			}
		}
		return true
	})
}

// TestNeverPublic is what becomes of a comment for staff that the tracker stores as a public one.
func TestNeverPublic(t *testing.T) {
	for _, l := range leaks() {
		t.Run(l.name, func(t *testing.T) { l.play(t, simGround(t, redminesim.V61)) })
	}
}

// TestLiveNeverPublic is the same on a real Redmine.
func TestLiveNeverPublic(t *testing.T) {
	i := live(t)
	for _, l := range leaks() {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			d := i.desk(t)
			l.play(t, &ground{site: d.site(t)})
		})
	}
}

func (l leak) play(t *testing.T, g *ground) {
	issue, other := g.filed(t, "critical", waited), g.filed(t, "critical", waited)
	g.want(t, exitOK, "sync")
	l.spoil(t, g)
	o := g.want(t, exitHeld, "enforce")
	contains(t, "enforce", o.out+o.err,
		"an internal comment came out public and was taken back ("+l.back+"); mail about it may have gone out")
	g.url = g.URL
	g.configure(t)
	l.mend(t, g)
	alarms := jsonLines[alarmInfo](t, g.site, "ledger", "alarms")
	if len(alarms) != 1 || !alarms[0].Open || alarms[0].Public {
		t.Fatalf("alarms %+v", alarms)
	}
	if alarms[0].Issue == fmt.Sprint(other) { // which of the two came first is all the same
		issue, other = other, issue
	}
	for _, n := range []int{issue, other} { // whatever was there, the receipt alone is public
		if public, _ := g.notes(t, g.admin(), n, g.bot.id); len(public) != 1 ||
			!strings.Contains(public[0], "acknowledge/start") {
			t.Errorf("#%d public: %q", n, public)
		}
	}

	// until a human has looked nothing internal is written, and every pass says so
	o = g.want(t, exitHeld, "enforce")
	contains(t, "the next pass", o.out+o.err, "no internal comment is written since journal:",
		"slabridge ledger settle journal:")
	if public, private := g.notes(t, g.admin(), other, g.bot.id); len(public) != 1 || len(private) != 0 {
		t.Errorf("of the other request public %q, private %q", public, private)
	}
	receipt := map[string]string{
		"made internal": "its comment came out public and was made internal; mail",
		"erased":        "its comment came out public and was erased; mail",
	}[l.back]
	contains(t, "ledger list", g.want(t, exitOK, "ledger", "list", "--issue", fmt.Sprint(issue)).out, receipt)
	contains(t, "alarms", g.want(t, exitOK, "ledger", "alarms").out, "open",
		"an internal comment came out public: find out why")
	contains(t, "check --live", g.want(t, exitUsage, "check", "--live").out,
		"no internal comment is written since journal:")
	contains(t, "settle", g.want(t, exitUsage, "ledger", "settle", "journal:0", "--by", "olga").err,
		"no open alarm has the id")
	contains(t, "settle", g.want(t, exitOK, "ledger", "settle", alarms[0].ID, "--by", "olga").out, "settled by olga")
	g.want(t, exitOK, "ledger", "retry", "--all", "--at-once")
	g.want(t, exitOK, "enforce")
	g.want(t, exitOK, "enforce")
	whole := refusal{public: 1, private: 1, assignee: "Dora Developer", priority: "Immediate", told: true, status: "New"}
	if l.back == "erased" { // what else the write did is not told again
		whole.saw(t, g, other, whole)
		return
	}
	for _, n := range []int{issue, other} {
		whole.saw(t, g, n, whole)
	}
}

// TestSecondInstallation is two installations on one tracker, under one account.
func TestSecondInstallation(t *testing.T) {
	g := simGround(t, redminesim.V61)
	secondInstallation(t, g, &ground{site: g.desk.site(t), sim: g.sim, shift: g.shift})
}

// TestLiveSecondInstallation is the same on a real Redmine.
func TestLiveSecondInstallation(t *testing.T) {
	t.Parallel()
	d := live(t).desk(t)
	secondInstallation(t, &ground{site: d.site(t)}, &ground{site: d.site(t)})
}

func secondInstallation(t *testing.T, a, b *ground) {
	first := a.filed(t, "minor", 0)
	a.want(t, exitOK, "enforce")
	a.begunEarlier(t)
	b.want(t, exitOK, "enforce")
	if public, _ := a.notes(t, a.admin(), first, a.bot.id); len(public) != 1 {
		t.Fatalf("the second repeats the first: %q", public)
	}
	second := a.filed(t, "minor", 0)
	b.want(t, exitOK, "enforce")

	third := a.filed(t, "minor", 0)
	for range 2 {
		o := a.want(t, exitHeld, "enforce")
		contains(t, "enforce", o.out+o.err, "nothing is written: another slabridge, installation ", "slabridge ledger settle")
	}
	if public, _ := a.notes(t, a.admin(), third, a.bot.id); len(public) != 0 {
		t.Errorf("it writes all the same: %q", public)
	}
	contains(t, "check --live", a.want(t, exitUsage, "check", "--live").out, "another slabridge, installation ")
	alarms := jsonLines[alarmInfo](t, a.site, "ledger", "alarms")
	if len(alarms) != 1 || !alarms[0].Open || alarms[0].Issue != fmt.Sprint(second) {
		t.Fatalf("alarms %+v", alarms)
	}
	contains(t, "health", a.want(t, exitHeld, "health").out, "an alarm waits for a person",
		fmt.Sprintf("alarm: #%d: another slabridge writes here under our account", second), "id "+alarms[0].ID)
	a.want(t, exitOK, "ledger", "settle", alarms[0].ID, "--by", "olga")
	a.want(t, exitOK, "enforce")
	if h := jsonLines[healthInfo](t, a.site, "health"); h[0].Health != report.Well || len(h[0].Alarms) != 0 {
		t.Errorf("settled, health is %+v", h[0])
	}
	for _, n := range []int{first, second, third} {
		if public, _ := a.notes(t, a.admin(), n, a.bot.id); len(public) != 1 {
			t.Errorf("#%d has %d receipts", n, len(public))
		}
	}
}

// begunEarlier makes the ledger ten minutes older: what another installation writes in a ledger's first two minutes may
// be of the time before it.
func (g *ground) begunEarlier(t *testing.T) {
	t.Helper()
	a := newApp(strings.NewReader(""), io.Discard, io.Discard, time.Now)
	a.config, a.output = filepath.Join(g.folder, "slabridge.yaml"), "text"
	w, err := a.open(t.Context(), reads)
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	if _, err := w.file.ExecContext(t.Context(),
		"UPDATE ledger_installation SET created_at = created_at - 600000"); err != nil {
		t.Fatal(err)
	}
}
