// Package ledger is what slabridge decided and did: the evidence.
//
// Vocabulary. An Entry is one step of one cycle of one request (enforcer.StepKey), with the State it is in and the
// Evidence it rests on. A Write is one request to the tracker that carries out one or more entries of one issue; an
// Answer is what came of it. A Cutover is a contract on a connection: since when it is enforced and when it was last
// looked at whole. The Agenda says when time alone will next change something on an issue. A Verdict is one record of
// what became of a cycle; a Waiver excuses a breach and leaves its verdict as it is. An Alarm is what a human must know
// of a connection, and may stop its writes until it is acknowledged. A Tally is what one request adds to an account of
// its contract. A duty of the contract has a period instead of an issue: the Issue of its entries and verdicts is "",
// and its first entry makes the issue that the later ones write to.
//
// The package promises:
//   - There is one entry per key, ever; the database itself refuses a second. Recording a step again gives back
//     the entry that is there and changes nothing.
//   - An entry changes its state only along the table in state.go, and only from the version the caller has
//     seen; each change is one transaction together with its line in the entry's history.
//   - An entry is marked as sent before its request leaves. Once sent, only an answer moves it on, so a crash, a
//     lost answer or a second process never makes a second write out of one decision.
//   - One entry makes at most one issue, also when what the tracker left undone of it is tried again.
//   - A verdict is never changed: what the tracker newly says makes a record beside the earlier ones, and what an edit
//     of contract, calendar data or mapping alone would change makes none (supersedes, in verdict.go).
//   - What is never changed (history, writes, answers, verdicts, waivers, consent) is chained by hash for each
//     connection, in the transaction that records it; Verify finds what somebody else changed.
//   - A contract that is renamed keeps all of this: rows keep its first id, which entry ids are made of, and whoever
//     reads or asks uses the last one (names.go).
//   - Nothing is deleted and no history overwritten, but for agenda and tallies, which are derived. A row stands
//     alone: rule, events, calendar data, due, now, write and receipt are in it, readable with nothing but a
//     database shell and without the mirror.
//
// It never asks the database or the system for the time, never talks to a tracker, and holds no secrets. Times
// are stored as whole milliseconds since 1970 in UTC; NULL is the zero time. The SQL keeps to what SQLite and
// PostgreSQL both speak, and every row names its connection.
package ledger
