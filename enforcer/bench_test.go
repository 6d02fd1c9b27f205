package enforcer_test

import (
	"testing"
	"time"

	"slabridge/enforcer"
)

// BenchmarkEvaluate evaluates a request that has been open for a week, and one that nobody closed for half a year.
func BenchmarkEvaluate(b *testing.B) {
	at := time.Date(2026, 3, 2, 5, 0, 0, 0, time.UTC)
	state := enforcer.State{Covered: true, Status: enforcer.New, Severity: "noncritical"}
	r := enforcer.Request{Key: "1", CreatedAt: at, ReceivedAt: at}
	r.Moments = []enforcer.Moment{{
		Event: "created", At: at, StatusSet: true, By: enforcer.Person{Role: enforcer.Customer},
		State: state,
	}}
	for name, age := range map[string]time.Duration{"week": 7 * 24 * time.Hour, "half-year": 183 * 24 * time.Hour} {
		b.Run(name, func(b *testing.B) {
			c := kamal(false)
			for b.Loop() {
				enforcer.Evaluate(c, &r, at.Add(age))
			}
		})
	}
}
