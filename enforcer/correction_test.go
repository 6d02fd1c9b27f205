package enforcer_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"slabridge/config"
	"slabridge/enforcer"
)

// TestCorrectionsToTheSecond: a resolution of 10:30 that staff takes back within a working hour was none, its own end
// included; later it was one, unless the customer was never told of it. The customer's reopening is no correction.
func TestCorrectionsToTheSecond(t *testing.T) {
	contract, err := config.Preset("kamal")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name        string
		told        string // the audience of the note with the resolution
		by, back    string // who reopened it, and when
		way         string // what the contract says of reopenings
		corrections string
		respond     string // what became of the promise to begin work
	}{
		{"at once", "public", "support", "10:30:01", "", "10:30-10:30 by support", "created breached"},
		{"within the hour", "public", "support", "11:30:00", "", "10:30-11:30 by support", "created breached"},
		{"a second later", "public", "support", "11:30:01", "", "", "created breached, journal:2 running"},
		{"of which nobody was told", "", "support", "16:00:00", "", "10:30-16:00 by support in silence", "created breached"},
		{"told to staff", "internal", "support", "16:00:00", "", "10:30-16:00 by support in silence", "created breached"},
		{"by the customer", "public", "customer", "10:31:00", "", "", "created breached, journal:2 running"},
		{
			"by nobody known, who counts as staff", "public", "stranger", "10:31:00", "", "10:30-10:31 by support",
			"created breached",
		},
		{"by nobody known, too late", "public", "stranger", "11:30:01", "", "", "created breached, journal:2 running"},
		{
			"where every reopening goes on", "public", "customer", "16:00:00", "continue", "10:30-16:00 by support",
			"created breached",
		},
		{
			"where every reopening begins anew", "public", "support", "10:31:00", "restart", "",
			"created breached, journal:2 running",
		},
	} {
		copied := *contract
		copied.Reopen = c.way
		state := enforcer.State{Covered: true, Status: enforcer.New, Severity: "critical"}
		r := enforcer.Request{Key: "#1", CreatedAt: monday(t, "10:00:00"), ReceivedAt: monday(t, "10:00:00")}
		moment := func(event, at, by string, status enforcer.StatusClass, note string) {
			state.Status = status
			r.Moments = append(r.Moments, enforcer.Moment{
				Event: event, At: monday(t, at), By: person(by), StatusSet: true, State: state, Note: enforcer.Audience(note),
			})
		}
		moment("created", "10:00:00", "customer", enforcer.New, "")
		moment("journal:1", "10:30:00", "support", enforcer.Resolved, c.told)
		moment("journal:2", c.back, c.by, enforcer.New, "")
		ev := enforcer.Evaluate(&copied, &r, monday(t, c.back).Add(time.Minute))
		var corrections, cycles []string
		for _, x := range ev.Corrections {
			said := fmt.Sprintf("%s-%s by %s", x.Resolved.Format("15:04"), x.Reopened.Format("15:04"), x.By.Name)
			if x.Silent {
				said += " in silence"
			}
			corrections = append(corrections, said)
			if x.Event != "journal:2" || x.ResolvedBy != "journal:1" {
				t.Errorf("%s: %+v", c.name, x)
			}
		}
		for _, cycle := range ev.Cycles {
			if cycle.Obligation.ID == "respond" {
				cycles = append(cycles, cycle.ID+" "+string(cycle.State))
			}
		}
		if got := strings.Join(corrections, ", "); got != c.corrections {
			t.Errorf("%s: corrections %q, want %q", c.name, got, c.corrections)
		}
		if got := strings.Join(cycles, ", "); got != c.respond {
			t.Errorf("%s: begin work %q, want %q", c.name, got, c.respond)
		}
	}
}
