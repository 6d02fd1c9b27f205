package enforcer

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// clock is a moment so many minutes after one that everything here is counted from.
func clock(minutes int) time.Time {
	return time.Date(2026, 3, 16, 10, 0, 0, 0, time.UTC).Add(time.Duration(minutes) * time.Minute)
}

func tellSegments(list []Segment) string {
	var out []string
	for _, s := range list {
		text := fmt.Sprintf("%s %d-%d", s.Kind, int(s.From.Sub(clock(0)).Minutes()), int(s.To.Sub(clock(0)).Minutes()))
		for _, more := range []string{s.Holder, s.Cause} {
			if more != "" {
				text += " " + more
			}
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}

// TestOneStretchOverOthers: what lies over other stretches cuts them, and leaves neither a gap nor an empty one.
func TestOneStretchOverOthers(t *testing.T) {
	for _, c := range []struct {
		name     string
		from, to int
		want     string
	}{
		{"within one", 3, 7, "a 0-3, x 3-7, a 7-10, b 10-20"},
		{"over the border of two", 5, 15, "a 0-5, x 5-15, b 15-20"},
		{"exactly one", 0, 10, "x 0-10, b 10-20"},
		{"exactly the other", 10, 20, "a 0-10, x 10-20"},
		{"from the border on", 10, 15, "a 0-10, x 10-15, b 15-20"},
		{"up to the border", 5, 10, "a 0-5, x 5-10, b 10-20"},
		{"all of it", 0, 20, "x 0-20"},
		{"beyond the end", 15, 25, "a 0-10, b 10-15, x 15-25"},
		{"after the end", 25, 30, "a 0-10, b 10-20"},
		{"of no length", 5, 5, "a 0-10, b 10-20"},
		{"ended before it began", 7, 5, "a 0-10, b 10-20"},
	} {
		list := []Segment{
			{Kind: "a", From: clock(0), To: clock(10)}, {Kind: "b", From: clock(10), To: clock(20)},
		}
		got := tellSegments(over(list, Segment{Kind: "x", From: clock(c.from), To: clock(c.to)}))
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestWhoHadTheRequest: the status classes tell whose turn it was, each from the event that set it to the one that set
// another. Of two that were set in one second the later counts.
func TestWhoHadTheRequest(t *testing.T) {
	type set struct {
		at    int
		class StatusClass
	}
	for _, c := range []struct {
		name     string
		moments  []set
		from, to int
		want     string
	}{
		{
			"each in turn",
			[]set{
				{0, New}, {10, Working}, {20, WaitingCustomer}, {30, WaitingThirdParty}, {40, Resolved}, {50, Closed},
			},
			0, 60,
			"new 0-10 us 0, working 10-20 us 1, waiting 20-30 customer 2, waiting 30-40 third-party 3, " +
				"stopped 40-50 nobody 4, stopped 50-60 nobody 5",
		},
		{"received before it was entered", []set{{0, New}, {10, Working}}, -30, 20, "new -30-10 us 0, working 10-20 us 1"},
		{"something else happened", []set{{0, New}, {5, New}, {10, Working}}, 0, 20, "new 0-10 us 0, working 10-20 us 2"},
		{
			"set twice in a second",
			[]set{{0, New}, {10, Working}, {10, WaitingCustomer}},
			0, 20,
			"new 0-10 us 0, waiting 10-20 customer 2",
		},
		{"set and set back in a second", []set{{0, New}, {10, Working}, {10, New}}, 0, 20, "new 0-20 us 0"},
		{"set as it came in", []set{{0, New}, {0, Working}}, 0, 20, "working 0-20 us 1"},
		{"set just now", []set{{0, New}, {20, Working}}, 0, 20, "new 0-20 us 0"},
		{"nobody mapped it", []set{{0, ""}}, 0, 20, " 0-20 us 0"},
		{"nothing is known", nil, 0, 20, ""},
	} {
		var r Request
		for i, m := range c.moments {
			r.Moments = append(r.Moments, Moment{
				Event: fmt.Sprint(i), At: clock(m.at), StatusSet: true, State: State{Covered: true, Status: m.class},
			})
		}
		if got := tellSegments(statusSegments(&r, clock(c.from), clock(c.to))); got != c.want {
			t.Errorf("%s: %s\nwant %s", c.name, got, c.want)
		}
	}
}

// TestAgreedToWorkAfterHours: an agreement lasts from the event that filled the field to the one that emptied it.
func TestAgreedToWorkAfterHours(t *testing.T) {
	for _, c := range []struct{ agreed, want string }{
		{"", ""},
		{"-", ""},
		{"y", "0-"},
		{"-y", "1-"},
		{"-yy", "1-"},
		{"-yy-", "1-3"},
		{"y-y", "0-1 2-"},
		{"y-y-", "0-1 2-3"},
		{"--", ""},
	} {
		var r Request
		for i, x := range c.agreed {
			m := Moment{At: clock(i), State: State{Fields: map[string]string{}}}
			if x == 'y' {
				m.State.Fields[FieldAfterHours] = "yes"
			}
			r.Moments = append(r.Moments, m)
		}
		var got []string
		for _, s := range r.AfterHours() {
			text := fmt.Sprintf("%d-", int(s.From.Sub(clock(0)).Minutes()))
			if !s.To.IsZero() {
				text += fmt.Sprint(int(s.To.Sub(clock(0)).Minutes()))
			}
			got = append(got, text)
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%q: %s, want %s", c.agreed, s, c.want)
		}
	}
}
