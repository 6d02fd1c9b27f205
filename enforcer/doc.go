// Package enforcer is the rules: what a support contract promises about one request, worked out from facts.
//
// Vocabulary. A Contract is a dated text with a calendar, severities and Obligations. An obligation is one
// promise: when its stopwatch starts, what stops it, what pauses it, how long it may run, and the Steps to be
// taken on the way. A Request is an issue that the contract covers, told as Moments: who did what when, and the
// State the issue was in afterwards. Evaluate replays the moments and gives the Cycles, the runs of each
// obligation's stopwatch. Package decide turns cycles into Decisions: which step's moment has come, whether it is to be
// written or recorded as past, overtaken or not needed, and why.
//
// The package promises that all of this is a pure function of its arguments: the same contract, request and now
// give the same answer, whatever order the facts arrived in. It never reads a clock, a file, a database or a
// tracker, never sees a tracker's ids but as opaque names, and never guesses a day off. The specification is
// the contracts' own clauses; where they are silent an obligation carries its Assumption.
package enforcer
