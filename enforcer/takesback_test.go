package enforcer

import (
	"errors"
	"testing"
	"time"

	"slabridge/enforcer/calendar"
)

// TestWhatTakesAResolutionBack: staff who reopens within one working hour corrects, the last second of the hour
// included. Later, only a resolution in silence is corrected; where the calendar cannot tell whether it was one, nobody
// knows.
func TestWhatTakesAResolutionBack(t *testing.T) {
	week, err := calendar.ParseWeek("Mon-Fri 09:00-18:00")
	if err != nil {
		t.Fatal(err)
	}
	cal, err := calendar.Compile(calendar.Spec{
		ID: "utc", Zone: "UTC", Week: week,
		Days: calendar.Days{Years: map[int]calendar.Year{2026: {Status: calendar.Final}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	resolved := time.Date(2026, 3, 2, 17, 30, 0, 0, time.UTC) // a Monday; half an hour is left of it
	beyond := errors.New("no data of that year")
	for _, c := range []struct {
		reopen   string
		by       Role
		at       time.Duration
		silent   bool
		unknown  error
		want     bool
		wantsErr bool
	}{
		{"", Support, time.Hour, false, nil, true, false},
		{"", Support, 16 * time.Hour, false, nil, true, false}, // 09:30 of Tuesday
		{"", Support, 16 * time.Hour, false, beyond, true, false},
		{"", Support, 16*time.Hour + time.Second, false, nil, false, false},
		{"", Support, 16*time.Hour + time.Second, false, beyond, false, true},
		{"", Support, 30 * 24 * time.Hour, true, nil, true, false},
		{"", Customer, time.Minute, true, nil, false, false},
		{"", "", time.Minute, false, nil, true, false},
		{"continue", Customer, 30 * 24 * time.Hour, false, beyond, true, false},
	} {
		contract := &Contract{Calendar: cal, Reopen: c.reopen}
		moments := []Moment{{At: resolved, By: Person{Role: Support}}, {At: resolved.Add(c.at), By: Person{Role: c.by}}}
		got, err := contract.takesBack(moments, c.silent, c.unknown)
		if got != c.want || (err != nil) != c.wantsErr {
			t.Errorf("by %q after %s, silent %t, unknown %v: %t, %v", c.by, c.at, c.silent, c.unknown, got, err)
		}
	}
	answered := []Moment{{At: resolved}, {At: resolved, Note: Public, By: Person{Role: Customer}}, {At: resolved}}
	if got, err := (&Contract{Calendar: cal}).takesBack(answered, false, nil); got || err != nil {
		t.Errorf("reopened by nobody after the customer wrote: %t, %v", got, err)
	}
}

// TestNoticesBeforeADeadline: only a step at the deadline that names another step needs that one's notice before it.
func TestNoticesBeforeADeadline(t *testing.T) {
	term := func(n int) *calendar.Term { return &calendar.Term{N: n, Unit: calendar.CivilBusinessDays} }
	warns := Step{ID: "warn", Trigger: Trigger{After: term(4)}}
	for name, c := range map[string]struct {
		within *calendar.Term
		step   Step
		want   int // days left after the notice; 0 for no notice
	}{
		"it needs one":            {term(5), Step{Trigger: Trigger{Due: true}, Notice: "warn"}, 1},
		"it needs none":           {term(5), Step{Trigger: Trigger{Due: true}}, 0},
		"no step at a deadline":   {term(5), Step{Trigger: Trigger{Percent: 50}, Notice: "warn"}, 0},
		"without a term":          {nil, Step{Trigger: Trigger{Due: true}, Notice: "warn"}, 0},
		"a notice of no step":     {term(5), Step{Trigger: Trigger{Due: true}, Notice: "other"}, 0},
		"on the last of its days": {term(4), Step{Trigger: Trigger{Due: true}, Notice: "warn"}, 1},
	} {
		step, rest := (&Rule{Within: c.within, Steps: []Step{warns, c.step}}).notice()
		if (step != nil) != (c.want > 0) || rest.N != c.want || step != nil && step.ID != "warn" {
			t.Errorf("%s: %+v, %d days left, want %d", name, step, rest.N, c.want)
		}
	}
}
