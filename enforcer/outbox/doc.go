// Package outbox carries decisions out exactly once: intent, send, read back, receipt.
//
// An Outbox brings requests to a Sink and keeps in the ledger what came of each. It knows no tracker: a Sink sends,
// finds what an earlier request left behind, and verifies. A Writer renders decisions about issues and sends them to
// the tracker's sinks; marks, watchers, histories and internal comments are its matter. Alarms are what a human must
// know before more is written. An Undo is what can be taken back of a step that was written.
//
// The package promises:
//   - An intent is in the ledger before its request leaves. What got no answer is looked for before it is sent again.
//   - Before a write the issue is read afresh and decided again, by a function that the caller hands in; afterwards it
//     is read back, and what the tracker silently left alone is a refusal, reported.
//   - An internal comment is sent only under an account that may keep it internal, checked in the same pass.
//
// It never decides what a contract means, and never reads the mirror: it tells the caller's Mirror what it has read.
package outbox
