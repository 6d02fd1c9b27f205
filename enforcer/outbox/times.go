package outbox

import "time"

// The waits between two tries grow from the first to the longest. After GiveUpAfter a message is given up: what it
// tells is old, and the ledger has it.
const (
	firstWait   = time.Minute
	longestWait = time.Hour
	GiveUpAfter = 24 * time.Hour
)

// A request without an answer is left alone for lookAfter, which is longer than we wait for any answer; then it is
// looked for. Only when nothing was seen of it until resendAfter, longer than trackers and what stands before them let
// a request live (a minute, mostly), is it taken for lost. What comes later still is a duplicate post.
const (
	lookAfter   = 2 * time.Minute
	resendAfter = 5 * time.Minute
)

// RetryAfter is the pause after a failure that the tracker put no time to.
const RetryAfter = time.Minute
