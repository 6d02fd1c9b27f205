package jira

import (
	"net/http"
	"testing"
	"time"
)

// The end of a limit as Cloud tells it, with and without seconds, against the answer's own date.
func TestUntilReset(t *testing.T) {
	for reset, want := range map[string]time.Duration{
		"2026-03-02T12:10Z":         10 * time.Minute,
		"2026-03-02T12:10:30Z":      10*time.Minute + 30*time.Second,
		"2026-03-02T17:10+05:00":    10 * time.Minute,
		"2026-03-02T11:59Z":         0,
		"2026-03-09T12:00Z":         24 * time.Hour,
		"1772453400":                0,
		"soon":                      0,
		"":                          0,
		"2026-03-02T12:10:00.5Z":    10*time.Minute + time.Second/2,
		"2026-03-02T12:10:00+00:00": 10 * time.Minute,
	} {
		h := http.Header{"Date": {"Mon, 02 Mar 2026 12:00:00 GMT"}, "X-Ratelimit-Reset": {reset}}
		if got := untilReset(h); got != want {
			t.Errorf("%q: %v, want %v", reset, got, want)
		}
	}
}

// Data Center tells how often it allows more, and not until when to wait.
func TestRefill(t *testing.T) {
	for interval, want := range map[string]time.Duration{
		"": 0, "60": time.Minute, "x": 0, "-1": 0, "99999": time.Hour,
	} {
		if got := refill(http.Header{"X-Ratelimit-Interval-Seconds": {interval}}); got != want {
			t.Errorf("%q: %v, want %v", interval, got, want)
		}
	}
}
