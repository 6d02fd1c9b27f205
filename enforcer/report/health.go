package report

import (
	"time"
)

// Health is whether slabridge itself does its work on a connection (docs/operating.md, "Health and metrics").
type Health string

// The kinds of health, the gravest first.
const (
	Late   Health = "late"   // something has been due and not done for longer than limits.late_after
	Failed Health = "failed" // the last pass failed
	Stale  Health = "stale"  // the pass that the schedule called for was not made
	// Blocked: faults of a mapping or of a calendar's data keep promises from being judged or kept.
	Blocked Health = "blocked"
	Held    Health = "held"    // something waits for a human
	Refused Health = "refused" // steps that the tracker did not do, or not whole, while something is still owed
	Well    Health = "well"
)

// HealthOf returns the gravest of what is wrong: whether slabridge is late, why the last pass failed, whether one is
// overdue, how many faults keep promises from being judged, how many entries wait for a human, and how many stand
// refused.
func HealthOf(late bool, failure string, overdue bool, faults, held, refused int) Health {
	switch {
	case late:
		return Late
	case failure != "":
		return Failed
	case overdue:
		return Stale
	case faults > 0:
		return Blocked
	case held > 0:
		return Held
	case refused > 0:
		return Refused
	}
	return Well
}

// PassOverdueAfter is how long after its time a pass is overdue.
const PassOverdueAfter = 10 * time.Minute

// PassOverdue reports whether the next pass after the last good one, scheduled for a moment, should have been made long
// ago.
func PassOverdue(scheduled, now time.Time) bool { return now.Sub(scheduled) > PassOverdueAfter }
