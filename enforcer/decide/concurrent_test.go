package decide_test

import (
	"reflect"
	"sync"
	"testing"
	"time"

	"slabridge/config"
	"slabridge/enforcer"
	"slabridge/enforcer/decide"
)

// monday is a working moment: 2 March 2026, 10:00 in Almaty.
var monday = time.Date(2026, 3, 2, 5, 0, 0, 0, time.UTC)

// critical is a critical request under kamal that nobody has answered for two hours.
func critical(t *testing.T) decide.Case {
	t.Helper()
	c, err := config.Preset("kamal")
	if err != nil {
		t.Fatal(err)
	}
	c.ID, c.Language = "kamal", "en"
	r := enforcer.Request{
		Connection: "helpdesk", Issue: "17", Key: "#17", Subject: "Printer on fire", CreatedAt: monday,
		ReceivedAt: monday,
	}
	r.Moments = []enforcer.Moment{{
		Event: "created", At: monday, StatusSet: true, By: enforcer.Person{ID: "5", Role: enforcer.Customer},
		State: enforcer.State{Covered: true, Status: enforcer.New, Severity: "critical"},
	}}
	return decide.Case{
		Contract: decide.Contract{
			Contract: c, Fingerprint: "f1",
			Cutover: enforcer.Cutover{EnforceFrom: monday.Add(-time.Hour)},
		},
		Evaluation: enforcer.Evaluate(c, &r, monday.Add(2*time.Hour)),
		Recorded:   func(enforcer.StepKey) enforcer.StepRecord { return enforcer.StepRecord{} },
	}
}

// outcome is everything that is decided about a case.
type outcome struct {
	Decisions []enforcer.Decision
	Entries   []enforcer.Entry
	Verdicts  []enforcer.Verdict
	Item      enforcer.AgendaItem
}

func decided(c decide.Case) outcome {
	f := decide.Decide(c)
	out := outcome{Decisions: f.Decisions, Verdicts: f.Verdicts(), Item: f.Item()}
	for _, d := range f.Decisions {
		out.Entries = append(out.Entries, f.Entry(d))
	}
	return out
}

// TestManyGoroutinesDecideTheSame: one loaded value is decided from several goroutines at once, with equal results. Run
// with -race it shows that none of them changes it.
func TestManyGoroutinesDecideTheSame(t *testing.T) {
	c := critical(t)
	want := decided(c)
	if len(want.Decisions) == 0 || len(want.Verdicts) == 0 || len(want.Item.Cycles) == 0 {
		t.Fatalf("decided %+v", want)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				if got := decided(c); !reflect.DeepEqual(got, want) {
					t.Errorf("decided %+v, want %+v", got, want)
				}
			}
		})
	}
	wg.Wait()
}
