package mirror

import "time"

// certainAfter is how long after the second of an issue's UpdatedAt a read must begin to be sure of having seen
// all changes of that second: the second itself has to be over, and the tracker's clock is known to about a
// second only (HTTP dates have no fractions).
const certainAfter = 2 * time.Second

// farAhead is how far beyond the tracker's own clock a moment must lie for us to believe that it is not of that clock:
// an UpdatedAt that someone wrote by hand or by import, whose second no present change shares, so that there is nothing
// to wait for, or a read that was noted when the clock was off.
const farAhead = time.Minute

// shortFor is how long after its last change an issue of which the tracker gives less than it counts is read again in
// each pass: what is kept back for a moment comes by then, and what is kept back for good costs no more.
const shortFor = time.Hour

// doubtVanished is for how long an issue that is said to be deleted or out of sight is read again, after pauses that
// double (selectWants): one wrong answer of something before the tracker must not hide a request until the census.
const doubtVanished = 10 * time.Minute

const (
	defaultOverlap     = time.Minute
	defaultConcurrency = 4
	defaultSuspects    = 1000

	// maxNewest is how many issues may share the newest second: more would not fit the smallest page that trackers
	// have (Redmine's 100), and asking for them in each idle pass would cost more than asking who we are.
	maxNewest = 99

	// maxDoubted is how many of the issues whose last reading was not believed a pass reads again. What they lack they
	// lack by the thousand, and get back all at once.
	maxDoubted = 20

	// maxConsecutiveFailures is how many histories in a row may fail before the tracker and not the issues are to blame.
	maxConsecutiveFailures = 5
)
