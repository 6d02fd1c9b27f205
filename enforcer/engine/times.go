package engine

import "time"

// The bounds of what is counted.
const (
	countedFor    = 90 * 24 * time.Hour
	mostMirrored  = 5000
	mostAsked     = 500 // of the tracker, where there is no mirror yet
	mostLookedAt  = 100 // of the issues that changed last, whether they have their fields: one request
	mostDifferent = 12  // values of a field that are named
	mostNotes     = 3
)

// atATime is how many issues are read from the state file at a time.
const atATime = 256

// What hints may cost. A tracker that tells of one change in several deliveries tells of them within hintWindow, and
// gets one pass for all. A second between the passes that hints bring about, and hintsPerMinute issues that they have
// read again, bound what a flood of them costs, be they replayed or made up.
const (
	hintWindow     = 300 * time.Millisecond
	hintGap        = time.Second
	hintsPerMinute = 60
)

// lookBack is how far before the last pass reading an issue still counts as after it: our measure of the tracker's
// clock may have moved in between.
const lookBack = 2 * time.Minute

// minWake after the last pass over all connections keeps a step that cannot be taken from turning the daemon into a
// busy loop.
const minWake = time.Second

// The pauses after a tracker said "too many requests" without saying for how long: each is twice the one before, up to
// a bound, plus up to a quarter, so that several installations do not return at the same time.
const (
	firstPause   = 30 * time.Second
	longestPause = 16 * time.Minute
)

// directoryAge is how old the names behind the ids may be before they are read again; an unknown id makes it
// happen at once.
const directoryAge = time.Hour

// censusEvery is how often all ids are compared, to notice deletions, moves, lost permission and edited notes.
const censusEvery = time.Hour
