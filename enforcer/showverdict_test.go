package enforcer_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"slabridge/config"
	"slabridge/enforcer"
)

// solved evaluates a critical request of Monday 10:00, resolved at 10:30, as of 11:00.
func solved(t *testing.T, faults ...enforcer.Fault) enforcer.Evaluation {
	contract, err := config.Preset("kamal")
	if err != nil {
		t.Fatal(err)
	}
	for i := range contract.Obligations {
		if o := &contract.Obligations[i]; o.ID == "request-complete" || o.ID == "phone-duplicate" {
			o.Off = true
		}
	}
	state := enforcer.State{Covered: true, Status: enforcer.New, Severity: "critical"}
	r := enforcer.Request{
		Connection: "c", Issue: "1", Key: "#1", CreatedAt: monday(t, "10:00:00"), ReceivedAt: monday(t, "10:00:00"),
		Faults: faults,
	}
	r.Moments = []enforcer.Moment{{Event: "created", At: r.CreatedAt, StatusSet: true, State: state}}
	state.Status = enforcer.Resolved
	r.Moments = append(r.Moments, enforcer.Moment{
		Event: "journal:1", At: monday(t, "10:30:00"), By: person("support"), StatusSet: true, State: state,
		Note: enforcer.Public,
	})
	return enforcer.Evaluate(contract, &r, monday(t, "11:00:00"))
}

// monday is a moment of Monday 16 March 2026 in Almaty; "" is none.
func monday(t *testing.T, clock string) time.Time {
	t.Helper()
	if clock == "" {
		return time.Time{}
	}
	at, err := time.ParseInLocation("2006-01-02 15:04:05", "2026-03-16 "+clock, kamal(false).Zone())
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestStretchesThatCannotBeRead: what ran in a stretch that the mapping cannot read is not judged, and nothing else; a
// fault of a field touches what rests on it alone, one of a role the escalations that assign it.
func TestStretchesThatCannotBeRead(t *testing.T) {
	const all = "acknowledge respond involve-developers inform-management progress-update"
	for _, c := range []struct {
		name  string
		fault enforcer.Fault
		want  string
	}{
		{"to this day", enforcer.Fault{}, all},
		{"until it came in", enforcer.Fault{To: monday(t, "10:00:00")}, ""},
		{"until a second later", enforcer.Fault{To: monday(t, "10:00:01")}, all},
		{"from its end on", enforcer.Fault{From: monday(t, "10:30:00")}, ""},
		{"from a second before", enforcer.Fault{From: monday(t, "10:29:59")}, all},
		{"of a field that nothing rests on", enforcer.Fault{Field: "arrived"}, ""},
		{"of whom the developers are", enforcer.Fault{Assign: enforcer.Developers}, "involve-developers"},
		{"of whom support is, who are no escalation's", enforcer.Fault{Assign: enforcer.Support}, ""},
	} {
		c.fault.Why = "unreadable"
		var got []string
		for _, cycle := range solved(t, c.fault).Cycles {
			if cycle.Unjudged == nil {
				continue
			}
			got = append(got, cycle.Obligation.ID)
			if cycle.State != enforcer.NotJudged || cycle.Unjudged.Error() != "unreadable" {
				t.Errorf("%s: %s is %s because %v", c.name, cycle.Obligation.ID, cycle.State, cycle.Unjudged)
			}
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: not judged are %q, want %q", c.name, s, c.want)
		}
		if whole := c.fault.Field == "" && c.fault.Assign == ""; c.fault.Whole() != whole {
			t.Errorf("%s: of the whole request: %v", c.name, c.fault.Whole())
		}
	}
}

// TestTheVerdictStands: a cycle tells what was judged of it, where it would come to something else today; one that
// agrees, or was taken back, tells what it came to.
func TestTheVerdictStands(t *testing.T) {
	base := enforcer.Verdict{
		State: enforcer.Breached, Due: monday(t, "10:20:00"), EndedAt: monday(t, "10:30:00"), EndEvent: "journal:9",
		EndWhy: "resolved", EndBy: "Anna", EndByRole: enforcer.Support, Elapsed: 25 * time.Minute,
	}
	for _, c := range []struct {
		name string
		edit func(*enforcer.Verdict)
		want string // state, due, end and why, by whom, elapsed, remaining
	}{
		{"it agrees", func(*enforcer.Verdict) {}, "breached 10:20 10:30 stopped journal:1 support 30m0s -10m0s"},
		{
			"taken back", func(v *enforcer.Verdict) { v.State, v.EndedAt = enforcer.Running, time.Time{} },
			"breached 10:20 10:30 stopped journal:1 support 30m0s -10m0s",
		},
		{
			"met, it says", func(v *enforcer.Verdict) { v.State = enforcer.Met },
			"judged met 10:20 10:30 resolved journal:9 Anna 25m0s -10m0s",
		},
		{
			"due later", func(v *enforcer.Verdict) { v.State, v.Due = enforcer.Met, monday(t, "10:40:00") },
			"judged met 10:40 10:30 resolved journal:9 Anna 25m0s 10m0s",
		},
		{
			"ended earlier", func(v *enforcer.Verdict) { v.EndedAt = monday(t, "10:25:00") },
			"judged breached 10:20 10:25 resolved journal:9 Anna 25m0s -5m0s",
		},
		{
			"it went on", func(v *enforcer.Verdict) { v.EndedAt, v.EndWhy, v.EndEvent, v.EndBy = time.Time{}, "", "", "" },
			"judged breached 10:20   1h0m0s -40m0s",
		},
		{
			"by the same person", func(v *enforcer.Verdict) { v.State, v.EndBy = enforcer.Met, "support" },
			"judged met 10:20 10:30 resolved journal:9 support 25m0s -10m0s",
		},
	} {
		ev, v := solved(t), base
		c.edit(&v)
		cycle := &ev.Cycles[1]
		why := len(cycle.DueWhy())
		enforcer.ShowVerdict(&ev, cycle, &v)
		got := fmt.Sprintf("%s %s %s %s %s %s %s", cycle.State, clock(cycle.Due), clock(cycle.EndedAt), cycle.EndWhy,
			cycle.EndEvent, cycle.EndBy.Name, cycle.Elapsed)
		got = strings.Join(strings.Fields(got), " ") + " " + cycle.Remaining.String()
		if cycle.Judged != nil {
			got = "judged " + got
		}
		if want := strings.Join(strings.Fields(c.want), " "); got != want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, want)
		}
		if moved := !v.Due.Equal(base.Due); moved != (len(cycle.DueWhy()) == 0) || why == 0 {
			t.Errorf("%s: the due has %d reasons", c.name, len(cycle.DueWhy()))
		}
	}
}

func clock(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.Format("15:04")
}
