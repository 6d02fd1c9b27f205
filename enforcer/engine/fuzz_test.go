package engine

import (
	"fmt"
	"testing"
	"time"
)

// FuzzParseMoney: what people type into a field for a cost is an amount that reads the same when written again, or
// none.
func FuzzParseMoney(f *testing.F) {
	for _, s := range []string{"1500000", "1 500 000,50", "0.5", "-1", "1.2.3", ",", "9223372036854775807", "1e9", "٣"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, ok := parseMoney(s)
		if !ok {
			return
		}
		if back, ok := parseMoney(fmt.Sprintf("%d.%02d", n/100, n%100)); n < 0 || !ok || back != n {
			t.Errorf("%q is %d, and comes back as %d, %t", s, n, back, ok)
		}
	})
}

// FuzzParseSchedule: a text that is taken for a schedule fires, and each time later than before.
func FuzzParseSchedule(f *testing.F) {
	for _, s := range []string{
		"@every 1m", "*/5 * * * *", "CRON_TZ=Asia/Almaty 0 9 * * 1-5", "TZ=", "CRON_TZ=Asia/Almaty",
		"@every -1s", "0 0 31 2 *", "@every 1h0m0.5s",
	} {
		f.Add(s)
	}
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, s string) {
		next, err := ParseSchedule(s, now)
		if err != nil {
			return
		}
		last := now
		for _, at := range next {
			if !at.After(last) {
				t.Errorf("%q fires at %v after %v", s, at, last)
			}
			last = at
		}
	})
}
