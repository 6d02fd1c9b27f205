package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/enforcer"
)

// Recorded is an entry as the ledger has it after Record.
type Recorded struct {
	Entry
	New bool // this call recorded it; false: it was there, and was left as it is
}

// Record puts entries into the ledger, in one transaction and in the states they carry, and answers each in its
// place. A step that is there already is returned as it stands, whatever the caller made of it: to change it,
// use Move. The contract must have its Cutover first.
func (l *Ledger) Record(ctx context.Context, now time.Time, entries ...Entry) ([]Recorded, error) {
	out := make([]Recorded, len(entries))
	err := l.tx(ctx, func(tx *sql.Tx) error {
		r := recorder{ledger: l, tx: tx, now: now, cutovers: l.cutoversIn(tx)}
		if err := r.prepare(ctx); err != nil {
			return err
		}
		for i, e := range entries {
			var err error
			if out[i], err = r.record(ctx, e); err != nil {
				return message.Errorf("record %s: %w", e.describe(), err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// recorder keeps its statements prepared: a first pass over an old tracker records some hundred thousand entries.
// They live as long as the transaction.
type recorder struct {
	ledger   *Ledger
	tx       *sql.Tx
	now      time.Time
	cutovers cutoverCheck
	entry    *sql.Stmt
	keep     *keeper
}

func (r *recorder) prepare(ctx context.Context) (err error) {
	if r.entry, err = r.tx.PrepareContext(ctx, `INSERT INTO ledger_entries (id, connection, issue, contract, obligation,
			cycle, step, issue_key, subject, state, reason, not_before, moment, due, evidence, request, error, tries,
			recorded_at, changed_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, '', 0, $17, $17, 1)
		ON CONFLICT (connection, issue, contract, obligation, cycle, step) DO NOTHING`); err != nil {
		return err
	}
	r.keep = keepIn(r.tx)
	return nil
}

func (r *recorder) record(ctx context.Context, e Entry) (Recorded, error) {
	stored := r.ledger.stored(e.Key.Contract)
	if e.Key.Origin = ""; stored != e.Key.Contract {
		e.Key.Origin = stored
	}
	e.ID, e.NotBefore = e.Key.ID(), e.notBefore()
	if err := e.valid(); err != nil {
		return Recorded{}, err
	}
	if _, toChannel := Channel(e.Key.Connection); !toChannel {
		if err := r.cutovers.require(ctx, e.Key.Connection, e.Key.Contract); err != nil {
			return Recorded{}, err
		}
	}
	reason, evidence, request, err := e.encode()
	if err != nil {
		return Recorded{}, err
	}
	k := e.Key
	res, err := r.entry.ExecContext(ctx, e.ID, k.Connection, k.Issue, stored, k.Obligation, k.Cycle, k.Step,
		e.IssueKey,
		e.Subject, e.State, reason, millis(e.NotBefore), millis(e.Moment), millis(e.Due), evidence, request, millis(r.now))
	if err != nil {
		return Recorded{}, err
	}
	n, err := res.RowsAffected()
	if err != nil {
		return Recorded{}, err
	}
	if n == 0 {
		there, err := r.ledger.get(ctx, r.tx, e.ID)
		return Recorded{there, false}, err
	}
	if err := r.keep.add(ctx, historyRecords, e.history(1, r.now, reason, sql.NullString{})...); err != nil {
		return Recorded{}, err
	}
	fresh, err := e.fresh(r.now, evidence)
	return Recorded{fresh, true}, err
}

// fresh is the entry as reading it back right after its recording would give it.
func (e Entry) fresh(now time.Time, evidence string) (_ Entry, err error) {
	e.Evidence, err = decodeEvidence(evidence)
	e.NotBefore, e.RecordedAt, e.ChangedAt = fromMillis(millis(e.NotBefore)), fromMillis(millis(now)),
		fromMillis(millis(now))
	e.Receipt, e.Error, e.Tries, e.ReleasedAt, e.Version = nil, "", 0, time.Time{}, 1
	return e, err
}

// Move changes the state of entries, in one transaction, to what is decided about them now. Each entry is one
// that the ledger gave out: its Version says what the caller saw (ErrStale when that has changed), its Reason why
// it moves, and NotBefore, Evidence and Write what holds from now on. It returns the entries as stored.
//
// Sending is not a Move: see Begin, and Finish for what comes of it.
func (l *Ledger) Move(ctx context.Context, now time.Time, to enforcer.EntryState, entries ...Entry) ([]Entry, error) {
	out := make([]Entry, len(entries))
	err := l.tx(ctx, func(tx *sql.Tx) error {
		for i, e := range entries {
			if to == enforcer.Sent || e.State == enforcer.Sent {
				return message.Errorf(
					"move %s: %w: from %q to %q only by a request or its answer",
					e.describe(),
					ErrMove,
					e.State,
					to,
				)
			}
			var err error
			if out[i], err = l.move(ctx, tx, now, to, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// move changes an entry by the table of moves.
func (l *Ledger) move(
	ctx context.Context, tx *sql.Tx, now time.Time, to enforcer.EntryState, e Entry,
) (Entry, error) {
	if !e.State.Can(to) {
		return Entry{}, message.Errorf("move %s: %w: from %q to %q", e.describe(), ErrMove, e.State, to)
	}
	return l.change(ctx, tx, now, to, e)
}

// change is the only way a row of ledger_entries changes: from the version seen, with a line in the history. Whether it
// may is for move to say, and for Adopt.
func (l *Ledger) change(
	ctx context.Context, tx *sql.Tx, now time.Time, to enforcer.EntryState, e Entry,
) (Entry, error) {
	was, err := l.get(ctx, tx, e.ID)
	switch {
	case err != nil:
		return Entry{}, err
	case was.Version != e.Version || was.State != e.State:
		return Entry{}, message.Errorf("move %s to %s: %w: it is %s", e.describe(), to, ErrStale, was.State)
	}
	e.Key, e.State = was.Key, to
	e.NotBefore = e.notBefore()
	reason, evidence, request, err := e.encode()
	if err != nil {
		return Entry{}, message.Errorf("move %s: %w", e.describe(), err)
	}
	receipt, err := encodePtr(e.Receipt)
	if err != nil {
		return Entry{}, message.Errorf("move %s: %w", e.describe(), err)
	}
	res, err := tx.ExecContext(ctx, `UPDATE ledger_entries SET state = $1, reason = $2, not_before = $3, moment = $4,
			due = $5, evidence = $6, request = $7, receipt = $8, error = $9, tries = $10, changed_at = $11, released_at = $12,
			version = $13
		WHERE id = $14 AND version = $15`,
		to, reason, millis(e.NotBefore), millis(e.Moment), millis(e.Due), evidence, request, receipt, e.Error, e.Tries,
		millis(now), millis(e.ReleasedAt), e.Version+1, e.ID, e.Version)
	if err != nil {
		return Entry{}, message.Errorf("move %s: %w", e.describe(), err)
	}
	// Where transactions do not lock from the start another writer may have come between reading and writing.
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return Entry{}, errors.Join(message.Errorf("move %s to %s: %w", e.describe(), to, ErrStale), err)
	}
	replaced, err := was.replacedBy(evidence)
	if err != nil {
		return Entry{}, message.Errorf("move %s: %w", e.describe(), err)
	}
	if err := keepIn(tx).add(ctx, historyRecords, e.history(e.Version+1, now, reason, replaced)...); err != nil {
		return Entry{}, message.Errorf("move %s: %w", e.describe(), err)
	}
	return l.get(ctx, tx, e.ID)
}

// replacedBy gives the entry's evidence when it differs from the new one, so that the history loses none.
func (e *Entry) replacedBy(evidence string) (sql.NullString, error) {
	old, err := encode(storedEvidence(e.Evidence))
	return sql.NullString{String: old, Valid: old != evidence}, err
}

// notBefore is the entry's NotBefore where its state has one.
func (e *Entry) notBefore() time.Time {
	if !e.State.HasNotBefore() {
		return time.Time{}
	}
	return e.NotBefore
}

// encode renders the parts of an entry that are stored as JSON.
func (e *Entry) encode() (reason, evidence string, request sql.NullString, err error) {
	if reason, err = encode(e.Reason); err != nil {
		return
	}
	if evidence, err = encode(storedEvidence(e.Evidence)); err != nil {
		return
	}
	request, err = encodePtr(e.Write)
	return
}

// history gives the values of historyRecords for the state that the entry enters.
func (e *Entry) history(version int64, now time.Time, reason string, replaced sql.NullString) []any {
	return []any{e.ID, version, e.Key.Connection, millis(now), e.State, reason, millis(e.NotBefore), replaced}
}

// Transition is one line of an entry's history.
type Transition struct {
	At        time.Time
	State     enforcer.EntryState // entered
	Reason    enforcer.Reason
	NotBefore time.Time
	// Replaced is what the entry rested on until then, when this change replaced it.
	Replaced *enforcer.Evidence
}

// History lists everything that became of the entry, oldest first; the first line is its recording.
func (l *Ledger) History(ctx context.Context, id string) ([]Transition, error) {
	out, err := collect(ctx, l.db, scanTransition, `SELECT at, state, reason, not_before, replaced
		FROM ledger_history WHERE entry = $1 ORDER BY version`, id)
	if err != nil {
		return nil, message.Errorf("read history of entry %s: %w", id, err)
	}
	return out, nil
}

// Adoption is a comment, or an issue, of ours that stands in the tracker though the ledger does not have all of its
// steps as done: an answer was taken for a no, or the ledger is older than the comment.
type Adoption struct {
	Write   connectors.Write // as it stands; nothing is sent
	At      time.Time        // when it was written
	Receipt connectors.Receipt
	Entries []string // the steps that its mark names; those that the ledger has as done or sent stay as they are
	Reason  enforcer.Reason
}

// Adopt records as done what stands in the tracker, in one transaction: the entries are done whatever they were, and
// the comment is among the writes on the issue, so that it can be taken back like any other. It returns the entries
// that it changed, none when all are done or sent.
func (l *Ledger) Adopt(ctx context.Context, now time.Time, connection string, a Adoption) ([]Entry, error) {
	var out []Entry
	err := l.tx(ctx, func(tx *sql.Tx) error {
		ids := slices.Sorted(slices.Values(a.Entries))
		for _, id := range ids {
			e, err := l.get(ctx, tx, id)
			if err != nil {
				return err
			}
			if !e.Adoptable() {
				continue
			}
			if e.Changes, err = wanted(ctx, tx, e); err != nil {
				return err
			}
			receipt := a.Receipt
			e.Write, e.Receipt, e.Reason, e.Error, e.NotBefore = &a.Write, &receipt, a.Reason, "", time.Time{}
			if e, err = l.change(ctx, tx, now, enforcer.Done, e); err != nil {
				return err
			}
			out = append(out, e)
		}
		if len(out) == 0 {
			return nil
		}
		w := Write{
			ID:         fmt.Sprintf("%s-adopted-%d", out[0].ID, out[0].Version),
			Connection: connection, Issue: a.Write.Issue, Entries: ids, Mark: mark(a.Write), Request: a.Write, BeganAt: a.At,
		}
		if err := insertWrite(ctx, tx, w); err != nil {
			return err
		}
		if err := answer(ctx, tx, now, w, "", Outcome{Receipt: &a.Receipt}); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE ledger_writes SET ended_at = $1 WHERE id = $2`, millis(now), w.ID)
		return err
	})
	if err != nil {
		return nil, message.Errorf("adopt what stands on issue %s: %w", a.Write.Issue, err)
	}
	return out, nil
}

// wanted is what the entry's posted comment was written for: what was last decided, if the entry asks for nothing any
// more.
func wanted(ctx context.Context, tx *sql.Tx, e Entry) (enforcer.Changes, error) {
	if e.Changes.Comment != nil || e.Changes.Action == enforcer.ActionCreate {
		return e.Changes, nil
	}
	history, err := collect(ctx, tx, scanTransition, `SELECT at, state, reason, not_before, replaced
		FROM ledger_history WHERE entry = $1 ORDER BY version DESC`, e.ID)
	for _, h := range history {
		if h.Replaced != nil && h.Replaced.Changes.Comment != nil {
			return h.Replaced.Changes, nil
		}
	}
	c := e.Changes
	c.Comment = &enforcer.Comment{Audience: e.Audience, Source: e.Source, Moment: e.Moment, Due: e.Due}
	return c, err
}
