// Package report works out what a contract promised in a period and what was kept.
//
// Facts are gathered first: what the ledger has of the contract (Question.Read), what goes on, and what the requests
// themselves tell (Survey). Make turns them into a Report without asking anybody, so the same facts always give the
// same report. The rules are those of docs/operating.md, "Reports and excuses": which period a cycle belongs to, what
// counts as kept, what an excuse changes, how booked time is billed.
//
// A verdict is never changed here. The counts are never mixed: kept, escalated, breached, not judged; an excused
// breach is counted as a breach and as excused.
//
// The package has no SQL of its own and no output format. The values carry their names in JSON, because whoever shows
// them to a program gives them as they are; how they look to a person is the business of whoever shows them.
package report
