package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// A field that the severity rests on vanishes: it is hidden from our account, deleted, or for a while the tracker's
// answers have no fields at all. A critical request made meanwhile is not taken for one that is not critical: it is not
// believed, each pass says so and ends with 4, health and check --live say it too, and nothing is written by what could
// not be read. With the field back all is owed that was owed, without anybody's help.
func TestFieldVanishes(t *testing.T) {
	fields := regexp.MustCompile(`"custom_fields":\[[^\]]*\]`)
	for name, v := range map[string]struct{ away, back func(d *office) }{
		"hidden": {
			func(d *office) { d.sim.HideField("Severity", "SLA bot") }, func(d *office) { d.sim.HideField("Severity", "") },
		},
		"left out of the answers": {
			func(d *office) {
				d.sim.Use(func(next http.Handler) http.Handler {
					return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						seen := httptest.NewRecorder()
						next.ServeHTTP(seen, r)
						for k, v := range seen.Header() {
							if k != "Content-Length" {
								w.Header()[k] = v
							}
						}
						w.WriteHeader(seen.Code)
						_, _ = w.Write(fields.ReplaceAll(bytes.TrimSpace(seen.Body.Bytes()), []byte(`"x":1`)))
					})
				})
			},
			func(d *office) { d.sim.Use(nil) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := newOffice(t)
			d.report("The printer is slow", "non-critical")
			d.want(exitOK, "enforce")
			d.at("2026-03-20 15:56:00")
			v.away(d)
			n := strconv.Itoa(d.report("Nobody can log in", "critical"))
			for _, moment := range []string{"15:56:10", "15:58:00", "16:05:00"} {
				d.at("2026-03-20 " + moment)
				contains(t, "enforce", d.want(exitHeld, "enforce").out, "Severity")
				if steps := d.steps(n); len(steps) > 0 {
					t.Fatalf("decided by what could not be read: %v", steps)
				}
				contains(t, "health", d.want(exitHeld, "health").out, "Severity")
				contains(t, "check --live", d.want(exitUsage, "check", "--live").out, "Severity")
			}
			v.back(d)
			d.at("2026-03-20 16:06:00")
			d.want(exitOK, "enforce")
			if got := d.steps(n)["acknowledge/start"]; got != "done" {
				t.Errorf("with the field back, the receipt is %q", got)
			}
			contains(t, "explain", d.want(exitOK, "explain", n).out, "critical")
			d.want(exitOK, "health")
			d.want(exitOK, "check", "--live")
		})
	}
}

// A missing field is missing from many requests: a pass tells of it once, with how many there are.
func TestFieldVanishesFromMany(t *testing.T) {
	d := newOffice(t)
	for range 5 {
		d.report("The printer is slow", "non-critical")
	}
	d.want(exitOK, "enforce")
	d.at("2026-03-20 15:56:00")
	d.sim.HideField("Severity", "SLA bot")
	for i := range 5 {
		_, err := d.sim.As("ivanov").Comment(i+1, "We look into it")
		d.check(err)
	}
	d.at("2026-03-20 15:57:00")
	out := unfolded(d.want(exitHeld, "enforce").out)
	if n := strings.Count(out, "other issues of the same project and type"); n != 1 {
		t.Errorf("told %d times:\n%s", n, out)
	}
	contains(t, "enforce", out, "and 4 more could not be read")
}

// Of many issues without a field that they had, a pass reads some again, not all; nothing is written to the others
// either, and with the field back one pass reads all.
func TestFieldVanishesFromVeryMany(t *testing.T) {
	const many = 60
	d := newOffice(t)
	d.report("The printer is slow", "non-critical")
	d.want(exitOK, "enforce")
	d.at("2026-03-20 15:56:00")
	d.sim.HideField("Severity", "SLA bot")
	for range many {
		d.report("Nobody can log in", "critical")
	}
	d.want(exitHeld, "enforce")
	d.at("2026-03-20 16:00:00")
	d.want(exitHeld, "enforce")
	for _, moment := range []string{"16:10:00", "16:12:00"} {
		d.at("2026-03-20 " + moment)
		before := len(d.sim.Requests())
		out := unfolded(d.want(exitHeld, "enforce").out)
		contains(t, "enforce", out, "and 19 more could not be read", "41 more issues lacked a mapped field")
		if asked := len(d.sim.Requests()) - before; asked > 55 {
			t.Errorf("at %s a pass made %d requests", moment, asked)
		}
	}
	if done := strings.Count(d.want(exitOK, "ledger", "list").out, "done"); done > 1 {
		t.Errorf("written meanwhile: %d", done)
	}
	contains(t, "sync", unfolded(d.want(exitHeld, "sync").err), "41 more issues lacked a mapped field")
	d.sim.HideField("Severity", "")
	d.at("2026-03-20 16:13:00")
	out := d.want(exitHeld, "enforce").out // a storm is held
	contains(t, "enforce", out, "confirmation of receipt, at the start: issues 60")
	contains(t, "health", d.want(exitHeld, "health").out, "held")
}

// Two statuses swap their names. What waited for the customer does not begin to run against us: an issue that calls its
// status otherwise than the tracker's list did has the list read again at once, and by these names nothing is judged or
// written until the mapping has ids, or the names are back.
func TestStatusesSwapNames(t *testing.T) {
	d := newOffice(t)
	d.report("The printer is slow", "non-critical")
	d.want(exitOK, "enforce")
	d.at("2026-03-20 15:56:00")
	d.sim.RenameStatus("In Progress", "x")
	d.sim.RenameStatus("Waiting for customer", "In Progress")
	d.sim.RenameStatus("x", "Waiting for customer")
	n := d.report("Nobody can log in", "critical")
	d.at("2026-03-20 15:56:10")
	d.want(exitOK, "enforce") // its status is neither
	d.at("2026-03-20 15:57:00")
	d.check(d.sim.As("ivanov").SetStatus(n, "Waiting for customer"))
	d.at("2026-03-20 15:57:10")
	contains(t, "enforce", d.want(exitHeld, "enforce").out, "so now, and called", "give the id of the one that is meant")
	contains(t, "health", d.want(exitHeld, "health").out, "give the id of the one that is meant")
	contains(t, "check --live", d.want(exitUsage, "check", "--live").out, "give the id of the one that is meant")
	d.sim.RenameStatus("In Progress", "x")
	d.sim.RenameStatus("Waiting for customer", "In Progress")
	d.sim.RenameStatus("x", "Waiting for customer")
	d.at("2026-03-20 15:58:00")
	d.want(exitOK, "enforce")
	d.want(exitOK, "health")
	if out := d.want(exitOK, "explain", strconv.Itoa(n)).out; strings.Contains(out, "not judged") {
		t.Errorf("with the names back:\n%s", out)
	}
}
