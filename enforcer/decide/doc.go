// Package decide works out what is to become of promises: from an evaluated request, what the ledger says of it, the
// cutover, what blocks writes, and now, it makes decisions, entries, verdicts and agenda items.
//
// It is pure. Values go in and values come out: no context, no store, no clock, no log. The same values give the same
// answer, and any number of goroutines may ask at once.
package decide
