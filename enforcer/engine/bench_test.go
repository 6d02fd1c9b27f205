package engine_test

import (
	"fmt"
	"testing"
	"time"
)

// crowd is a desk with n issues that slabridge knows.
func crowd(b *testing.B, n int) *world {
	b.Helper()
	w := freshWorld(b, at("2026-03-10 10:00"))
	for i := range n {
		id := w.issue([]string{"critical", "", "minor"}[i%3], fmt.Sprintf("old %d", i))
		_, err := w.sim.As("support1").Comment(id, "We are on it.")
		w.do(err)
	}
	w.passAt("2026-03-16 10:30")
	w.passAt("2026-03-16 10:40") // names and ids are compared once an hour
	return w
}

// A pass after a change of configuration evaluates every issue.
func BenchmarkPassOverEverything(b *testing.B) {
	w := crowd(b, 2000)
	minutes := 0
	for b.Loop() {
		minutes++
		w.configure(func(yaml string) string { return replaceWithin(yaml, minutes) })
		w.set(w.now().Add(time.Second))
		if r := w.pass(); r.Evaluated != 2000 {
			b.Fatalf("%d evaluated", r.Evaluated)
		}
	}
}

func replaceWithin(yaml string, n int) string {
	if n == 1 {
		return yaml + fmt.Sprintf("    change:\n      - {obligation: respond, severity: critical, within: %dm}\n", 20+n%30)
	}
	return replace(fmt.Sprintf("within: %dm", 20+(n-1)%30), fmt.Sprintf("within: %dm", 20+n%30))(yaml)
}

// A pass in which nothing happened.
func BenchmarkIdlePass(b *testing.B) {
	w := crowd(b, 2000)
	for b.Loop() {
		w.set(w.now().Add(time.Second))
		w.pass()
	}
}
