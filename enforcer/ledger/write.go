package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/enforcer"
)

// Write is one request to the tracker: what it was to change, for which entries, and what came of it.
type Write struct {
	ID         string // the first entry's id and its count of tries
	Connection string
	Issue      string   // "" for one that makes an issue
	Entries    []string // ids, sorted
	Mark       string   // by which its comment, or the issue it makes, is found again; "" without one
	Request    connectors.Write
	BeganAt    time.Time // just before it left
	EndedAt    time.Time // when its outcome was known for good; zero while it is not
	Answers    []Answer  // oldest first
}

// Answer is what was learned about a write, or about one of its watchers, at a moment.
type Answer struct {
	At      time.Time
	Watcher string           // person; "" for the update itself
	Class   connectors.Class // 0: the tracker accepted it
	Error   string
	Receipt *connectors.Receipt
}

// Outcome is what a request came to, for Finish and Watched.
type Outcome struct {
	// Class is connectors.ClassOf the error; 0 when the tracker accepted the request and it was read back, or when
	// the mark was found. What was looked for and not found is TryLater: nothing was done.
	Class   connectors.Class
	Error   string // for people, without secrets; cut to 2000 bytes
	Receipt *connectors.Receipt
	// RetryAt is when the entries may be sent again, or, while the outcome is unknown, when to look for the mark.
	RetryAt time.Time
	Reason  enforcer.Reason // why, for the history; a zero one becomes the class as code
}

// Begin marks the entries as sent by one request, in one transaction, before the request leaves. All must be of
// one issue, Intended or Waiting, and of the Version that the ledger has; their Evidence and Reason are what the
// re-check found and are kept. A second caller gets ErrStale and must not send.
//
// Entries of a contract's duty are of no issue. Their request makes one, and it is refused when one of them has made
// its issue already; or it goes to an issue that was made.
func (l *Ledger) Begin(ctx context.Context, now time.Time, request connectors.Write, entries ...Entry) (Write, error) {
	if len(entries) == 0 {
		return Write{}, message.Errorf("begin write on issue %s: without entries", request.Issue)
	}
	entries = slices.SortedFunc(slices.Values(entries), func(a, b Entry) int { return strings.Compare(a.ID, b.ID) })
	w := Write{
		ID: fmt.Sprintf("%s-%d", entries[0].ID, entries[0].Tries+1), Connection: entries[0].Key.Connection,
		Issue: request.Issue, Mark: mark(request), Request: request, BeganAt: fromMillis(millis(now)),
	}
	err := l.tx(ctx, func(tx *sql.Tx) error {
		for _, e := range entries {
			if err := w.takes(e, entries[0].Key); err != nil {
				return message.Errorf("begin write on issue %s: %s %w", w.Issue, e.describe(), err)
			}
			if request.Create != nil {
				was, err := l.get(ctx, tx, e.ID)
				if err != nil {
					return err
				}
				if err := was.unmade(); err != nil {
					return err
				}
			}
			e.Write, e.Error, e.NotBefore = &request, "", time.Time{}
			e.Tries++
			if _, err := l.move(ctx, tx, now, enforcer.Sent, e); err != nil {
				return err
			}
			w.Entries = append(w.Entries, e.ID)
		}
		return insertWrite(ctx, tx, w)
	})
	if err != nil {
		return Write{}, err
	}
	return w, nil
}

func insertWrite(ctx context.Context, tx *sql.Tx, w Write) error {
	request, err := encode(w.Request)
	if err != nil {
		return message.Errorf("begin write %s: %w", w.ID, err)
	}
	ids, err := encode(w.Entries)
	if err != nil {
		return message.Errorf("begin write %s: %w", w.ID, err)
	}
	if err := keepIn(tx).add(ctx, writeRecords,
		w.ID, w.Connection, w.Issue, ids, w.Mark, request, millis(w.BeganAt)); err != nil {
		return message.Errorf("begin write %s: %w", w.ID, err)
	}
	return nil
}

// Watched keeps what came of adding one watcher, which on some trackers is a request of its own before the rest.
func (l *Ledger) Watched(ctx context.Context, now time.Time, id, person string, o Outcome) error {
	err := l.tx(ctx, func(tx *sql.Tx) error {
		w, err := unfinished(ctx, tx, id)
		if err != nil {
			return err
		}
		return answer(ctx, tx, now, w, person, o)
	})
	if err != nil {
		return message.Errorf("keep watcher %s of write %s: %w", person, id, err)
	}
	return nil
}

// Finish keeps what came of a write and moves its entries on, in one transaction. Accepted: each entry is done, or
// refused when the receipt says that something it asked for was not done, or the request left out what the step
// promises (connectors.Write.Unmet). Refused: refused. TryLater, Unauthorized,
// Hidden and Gone: nothing was done, so they are intended again, not before RetryAt. Unknown and Garbled (an answer
// that may come from something between us and the tracker): they stay sent and the write stays open, to be
// finished when the mark was looked for. It returns the entries as stored; ErrFinished when the write had its final
// answer before.
func (l *Ledger) Finish(ctx context.Context, now time.Time, id string, o Outcome) ([]Entry, error) {
	o.Error = clip(o.Error)
	if o.Reason.Code == "" {
		o.Reason.Code = outcomeText(o.Class)
	}
	var out []Entry
	err := l.tx(ctx, func(tx *sql.Tx) error {
		w, err := unfinished(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := answer(ctx, tx, now, w, "", o); err != nil {
			return err
		}
		if out, err = l.applyOutcome(ctx, tx, now, w, o); err != nil {
			return err
		}
		if !o.final() {
			return nil
		}
		_, err = tx.ExecContext(ctx, `UPDATE ledger_writes SET ended_at = $1 WHERE id = $2`, millis(now), id)
		return err
	})
	if err != nil {
		return nil, message.Errorf("finish write %s: %w", id, err)
	}
	return out, nil
}

func (o Outcome) final() bool { return o.Class != connectors.Unknown && o.Class != connectors.Garbled }

// applyOutcome moves the write's entries to the states that follow from its outcome.
func (l *Ledger) applyOutcome(ctx context.Context, tx *sql.Tx, now time.Time, w Write, o Outcome) ([]Entry, error) {
	out := make([]Entry, len(w.Entries))
	var err error
	for i, id := range w.Entries {
		if out[i], err = l.get(ctx, tx, id); err != nil {
			return nil, err
		}
	}
	states := o.states(w, out)
	for i, e := range out {
		e.Reason, e.Error, e.NotBefore = o.Reason, o.Error, o.RetryAt
		if o.Receipt != nil {
			receipt, made := *o.Receipt, e.Made()
			for _, x := range w.Request.Unmet {
				if x.Step == e.ID && states[i] != enforcer.Sent {
					receipt.Refused = append(slices.Clone(receipt.Refused), x.Refusal)
					states[i] = enforcer.Refused
				}
			}
			if receipt.Issue == "" {
				receipt.Issue = made // what it made stays made, whatever was written about it since
			}
			if w.Request.Comment == nil && w.Request.Create == nil && e.Receipt != nil && receipt.Event == "" {
				receipt.Event = e.Receipt.Event // and what was said stays said, when the rest is tried again
			}
			e.Receipt = &receipt
			if len(receipt.Untold) > 0 { // what was said is what stands
				said := w.Request.Worded(receipt)
				e.Write = &said
			}
		}
		if out[i], err = l.move(ctx, tx, now, states[i], e); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// states is what each of the write's entries becomes.
func (o Outcome) states(w Write, entries []Entry) []enforcer.EntryState {
	concerns := func(r connectors.Refusal, e *Entry) bool {
		if _, along := w.Request.StatusFields[r.Field]; along { // a status keeps its fields
			r.Field = connectors.FieldStatus
		}
		return concerns(r, e)
	}
	out := make([]enforcer.EntryState, len(entries))
	for i, e := range entries {
		switch {
		case !o.final():
			out[i] = enforcer.Sent
		case o.Class == connectors.Refused:
			out[i] = enforcer.Refused
		case o.Class != 0:
			out[i] = enforcer.Intended
		case o.Receipt != nil && slices.ContainsFunc(o.Receipt.Refused, func(r connectors.Refusal) bool {
			return concerns(r, &e) || !slices.ContainsFunc(entries, func(e Entry) bool { return concerns(r, &e) })
		}):
			out[i] = enforcer.Refused
		default:
			out[i] = enforcer.Done
		}
	}
	return out
}

// concerns reports whether the refused part of a write is one that the entry asked for. A refusal that concerns
// none of the entries (a field kept up beside them) is everyone's, so that none is lost.
func concerns(r connectors.Refusal, e *Entry) bool {
	if _, custom := connectors.IsCustomField(r.Field); custom {
		return e.Key.Obligation == enforcer.Upkeep
	}
	c := e.Changes
	switch r.Field {
	case "comment", "comment internal":
		return c.Comment != nil
	case connectors.FieldAssignee:
		return c.Assign != ""
	case connectors.FieldPriority:
		return c.Priority != ""
	case "watcher":
		return c.Watch != ""
	case connectors.FieldStatus:
		return c.Class() != ""
	case "issue":
		return c.Action == enforcer.ActionCreate
	}
	return false
}

// unfinished reads a write that has had no final answer yet.
func unfinished(ctx context.Context, tx *sql.Tx, id string) (Write, error) {
	w, err := scanWrite(tx.QueryRowContext(ctx, `SELECT `+writeColumns+` FROM ledger_writes WHERE id = $1`, id).Scan)
	if err != nil {
		return Write{}, notFound(err, message.Of("write %s", id))
	}
	if !w.EndedAt.IsZero() {
		return Write{}, message.Errorf("write %s: %w", id, ErrFinished)
	}
	return w, nil
}

// answer appends to the answers of a write.
func answer(ctx context.Context, tx *sql.Tx, now time.Time, w Write, watcher string, o Outcome) error {
	receipt, err := encodePtr(o.Receipt)
	if err != nil {
		return message.Errorf("keep answer: %w", err)
	}
	var before int64
	if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM ledger_answers WHERE request = $1`,
		w.ID).Scan(&before); err != nil {
		return message.Errorf("keep answer: %w", err)
	}
	err = keepIn(tx).add(ctx, answerRecords,
		w.ID, before+1, w.Connection, watcher, millis(now), outcomeText(o.Class), clip(o.Error), receipt)
	if err != nil {
		return message.Errorf("keep answer: %w", err)
	}
	return nil
}

// Writes lists every request that was made on an issue, oldest first, with its answers; on issue "" those that were
// to make one.
func (l *Ledger) Writes(ctx context.Context, connection, issue string) ([]Write, error) {
	out, err := collect(ctx, l.db, scanWrite, `SELECT `+writeColumns+` FROM ledger_writes
		WHERE connection = $1 AND issue = $2 ORDER BY began_at, id`, connection, issue)
	if err != nil {
		return nil, message.Errorf("list writes on issue %s: %w", issue, err)
	}
	return out, l.addAnswers(ctx, out)
}

// addAnswers reads the answers of writes.
func (l *Ledger) addAnswers(ctx context.Context, writes []Write) (err error) {
	for i := range writes {
		if writes[i].Answers, err = collect(ctx, l.db, scanAnswer, `SELECT at, watcher, outcome, error, receipt
			FROM ledger_answers WHERE request = $1 ORDER BY number`, writes[i].ID); err != nil {
			return message.Errorf("list answers to write %s: %w", writes[i].ID, err)
		}
	}
	return nil
}

// LastAt is the last moment at which the request may have been on its way: when it began, or when we gave up waiting
// for its answer.
func (w Write) LastAt() time.Time {
	at := w.BeganAt
	for _, a := range w.Answers {
		if a.At.After(at) {
			at = a.At
		}
	}
	return at
}

// Accepted reports whether the tracker said that it had done the write: only reading it back showed nothing of it.
func (w Write) Accepted() bool {
	return slices.ContainsFunc(w.Answers, func(a Answer) bool { return a.Watcher == "" && a.Receipt != nil })
}

// accepted is the stored name of class 0.
const accepted = "accepted"

// outcomeText is how a class is stored: in words, for whoever reads the table.
func outcomeText(c connectors.Class) string {
	if c == 0 {
		return accepted
	}
	return c.String()
}

// outcomeClass reads it back.
func outcomeClass(s string) (connectors.Class, error) {
	if s == accepted {
		return 0, nil
	}
	for c := connectors.TryLater; c <= connectors.Garbled; c++ {
		if c.String() == s {
			return c, nil
		}
	}
	return 0, message.Errorf("%q is no class of failure", s)
}

// maxError bounds what a tracker's answer can put into the ledger.
const maxError = 2000

func clip(s string) string {
	if len(s) <= maxError {
		return s
	}
	return strings.ToValidUTF8(s[:maxError], "") + "…"
}

const writeColumns = `id, connection, issue, entries, mark, request, began_at, ended_at`

func scanWrite(scan func(...any) error) (Write, error) {
	var (
		w            Write
		ids, request string
		began, ended sql.NullInt64
	)
	if err := scan(&w.ID, &w.Connection, &w.Issue, &ids, &w.Mark, &request, &began, &ended); err != nil {
		return Write{}, err
	}
	w.BeganAt, w.EndedAt = fromMillis(began), fromMillis(ended)
	if err := json.Unmarshal([]byte(ids), &w.Entries); err != nil {
		return Write{}, message.Errorf("read write %s: entries: %w", w.ID, err)
	}
	if err := json.Unmarshal([]byte(request), &w.Request); err != nil {
		return Write{}, message.Errorf("read write %s: request: %w", w.ID, err)
	}
	return w, nil
}

func scanAnswer(scan func(...any) error) (Answer, error) {
	var (
		a       Answer
		at      sql.NullInt64
		outcome string
		receipt sql.NullString
	)
	err := scan(&at, &a.Watcher, &outcome, &a.Error, &receipt)
	if err != nil {
		return Answer{}, err
	}
	a.At = fromMillis(at)
	if a.Class, err = outcomeClass(outcome); err != nil {
		return Answer{}, err
	}
	a.Receipt, err = decodePtr[connectors.Receipt](receipt)
	return a, err
}
