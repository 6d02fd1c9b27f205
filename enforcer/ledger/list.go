package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"slabridge/config/message"
	"slabridge/enforcer"
)

// Filter chooses entries; every part given must fit. The zero Filter is all of them.
type Filter struct {
	ID           string
	State        enforcer.EntryState
	Connection   string
	Contract     string
	Obligation   string
	Step         string
	Reason       string    // the code of why it is in its state: "storm"
	Issue        string    // the immutable id or the key
	Since, Until time.Time // recorded within [Since, Until)
}

func (f Filter) conditions(n *names) conditions {
	var c conditions
	c.add("id = ?", f.ID != "", f.ID)
	c.add("state = ?", f.State != "", f.State)
	c.add("connection = ?", f.Connection != "", f.Connection)
	c.add("contract = ?", f.Contract != "", n.listed(f.Contract))
	c.add("obligation = ?", f.Obligation != "", f.Obligation)
	c.add("step = ?", f.Step != "", f.Step)
	c.add("substr(reason, 1, length(?)) = ?", f.Reason != "", reasonPrefix(f.Reason))
	c.add("(issue = ? OR issue_key = ?)", f.Issue != "", f.Issue)
	c.add("recorded_at >= ?", !f.Since.IsZero(), millis(f.Since))
	c.add("recorded_at < ?", !f.Until.IsZero(), millis(f.Until))
	return c
}

// reasonPrefix is how the stored reasons with a code begin: the code comes first in their JSON.
func reasonPrefix(code string) string {
	b, _ := json.Marshal(code) // a string always encodes
	return `{"code":` + string(b)
}

// conditions are the parts of a WHERE, with their arguments.
type conditions struct {
	parts []string
	args  []any
}

// add puts in a condition of one argument, when it is given; each ? stands for that argument.
func (c *conditions) add(condition string, given bool, arg any) {
	if given {
		c.args = append(c.args, arg)
		c.parts = append(c.parts, strings.ReplaceAll(condition, "?", fmt.Sprintf("$%d", len(c.args))))
	}
}

// addAll puts in a condition in which each ? stands for an argument of its own.
func (c *conditions) addAll(condition string, args ...any) {
	for _, arg := range args {
		c.args = append(c.args, arg)
		condition = strings.Replace(condition, "?", fmt.Sprintf("$%d", len(c.args)), 1)
	}
	c.parts = append(c.parts, condition)
}

func (c *conditions) where() string {
	if c.parts == nil {
		return "1 = 1"
	}
	return strings.Join(c.parts, " AND ")
}

// Order is the direction of a listing, by the time of recording.
type Order bool

// The orders.
const (
	OldestFirst Order = false
	NewestFirst Order = true
)

// How many entries a listing reads at a time: few at first, for whoever wants only the newest.
const (
	firstPage = 50
	listPage  = 500
)

// List goes through the entries that fit. It reads them in pages and holds no connection between two entries,
// so the ledger may be changed on the way; what is recorded meanwhile may or may not come. The listing ends at
// the first error, which comes as the last pair.
func (l *Ledger) List(ctx context.Context, f Filter, order Order) iter.Seq2[Entry, error] {
	return inPages("list entries", func(after *Entry, size int) ([]Entry, error) {
		return l.page(ctx, f, order, after, size)
	})
}

// inPages goes through what read gives: up to size of those after the last one, nil for the first page.
func inPages[T any](what string, read func(after *T, size int) ([]T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var last *T
		for size := firstPage; ; size = listPage {
			page, err := read(last, size)
			if err != nil {
				yield(*new(T), message.Errorf("%s: %w", what, err))
				return
			}
			for _, x := range page {
				if !yield(x, nil) {
					return
				}
			}
			if len(page) < size {
				return
			}
			last = &page[len(page)-1]
		}
	}
}

// Count says how many entries fit.
func (l *Ledger) Count(ctx context.Context, f Filter) (n int, err error) {
	c := f.conditions(l.names())
	if err := l.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM ledger_entries WHERE `+c.where(), c.args...,
	).Scan(&n); err != nil {
		return 0, message.Errorf("count entries: %w", err)
	}
	return n, nil
}

func (l *Ledger) page(ctx context.Context, f Filter, order Order, after *Entry, size int) ([]Entry, error) {
	c := f.conditions(l.names())
	direction, beyond := "ASC", ">"
	if order == NewestFirst {
		direction, beyond = "DESC", "<"
	}
	if after != nil {
		c.addAll("(recorded_at, id) "+beyond+" (?, ?)", millis(after.RecordedAt), after.ID)
	}
	return collect(ctx, l.db, l.scanEntry, fmt.Sprintf(`SELECT %s FROM ledger_entries WHERE %s
		ORDER BY recorded_at %s, id %s LIMIT %d`, entryColumns, c.where(), direction, direction, size), c.args...)
}

// Get reads one entry; ErrNotFound when there is none.
func (l *Ledger) Get(ctx context.Context, id string) (Entry, error) { return l.get(ctx, l.db, id) }

// Known gives those of the entries that the ledger has, by their ids.
func (l *Ledger) Known(ctx context.Context, ids ...string) (map[string]Entry, error) {
	out := make(map[string]Entry, len(ids))
	for _, id := range ids {
		e, err := l.Get(ctx, id)
		switch {
		case errors.Is(err, ErrNotFound):
		case err != nil:
			return nil, err
		default:
			out[id] = e
		}
	}
	return out, nil
}

// Afresh gives entries as the ledger has them now, some of them changed since they were read.
func (l *Ledger) Afresh(ctx context.Context, entries []Entry) ([]Entry, error) {
	out := make([]Entry, len(entries))
	for i, e := range entries {
		var err error
		if out[i], err = l.Get(ctx, e.ID); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (l *Ledger) get(ctx context.Context, q querier, id string) (Entry, error) {
	e, err := l.scanEntry(q.QueryRowContext(ctx, `SELECT `+entryColumns+` FROM ledger_entries WHERE id = $1`, id).Scan)
	if err != nil {
		return Entry{}, notFound(err, message.Of("entry %s", id))
	}
	return e, nil
}

// scanEntry reads a row of entryColumns.
func (l *Ledger) scanEntry(scan func(...any) error) (Entry, error) {
	e, err := scanStored(scan)
	l.keyOf(&e.Key)
	return e, err
}

// keyOf makes the stored id of a key's contract its origin, and its contract what that is called now.
func (l *Ledger) keyOf(k *enforcer.StepKey) {
	if name := l.names().current(k.Contract); name != k.Contract {
		k.Contract, k.Origin = name, k.Contract
	}
}

func notFound(err error, what message.Message) error {
	if errors.Is(err, sql.ErrNoRows) {
		return message.Errorf("%s: %w", what, ErrNotFound)
	}
	return message.Errorf("read %s: %w", what, err)
}

// byMoment is the order of entries in which people are told of them.
const byMoment = ` ORDER BY moment, COALESCE(due, moment), id`

// ByIssue lists every entry of an issue, by their moments.
func (l *Ledger) ByIssue(ctx context.Context, connection, issue string) ([]Entry, error) {
	out, err := collect(ctx, l.db, l.scanEntry, `SELECT `+entryColumns+` FROM ledger_entries
		WHERE connection = $1 AND issue = $2`+byMoment, connection, issue)
	if err != nil {
		return nil, message.Errorf("list entries of issue %s: %w", issue, err)
	}
	return out, nil
}

// Recorded gives a look-up of what is recorded of an issue's steps, as of now.
func (l *Ledger) Recorded(
	ctx context.Context, connection, issue string,
) (func(enforcer.StepKey) enforcer.StepRecord, error) {
	return l.steps(ctx, connection, issue, `SELECT `+stepColumns+`
		FROM ledger_entries WHERE connection = $1 AND issue = $2`, connection, issue)
}

// RecordedAt is Recorded as of a moment: a step that was recorded later is not there.
func (l *Ledger) RecordedAt(
	ctx context.Context, connection, issue string, at time.Time,
) (func(enforcer.StepKey) enforcer.StepRecord, error) {
	return l.steps(ctx, connection, issue, `SELECT e.contract, e.obligation, e.cycle, e.step, h.state, e.moment,
			h.not_before
		FROM ledger_entries AS e JOIN ledger_history AS h ON h.entry = e.id
		WHERE e.connection = $1 AND e.issue = $2
			AND h.version = (SELECT MAX(version) FROM ledger_history WHERE entry = e.id AND at <= $3)`,
		connection, issue, millis(at))
}

// steps gives a look-up of what a query finds of an issue's steps: the parts of their keys, and their records.
func (l *Ledger) steps(
	ctx context.Context, connection, issue, query string, args ...any,
) (func(enforcer.StepKey) enforcer.StepRecord, error) {
	found := map[enforcer.StepKey]enforcer.StepRecord{}
	_, err := collect(ctx, l.db, func(scan func(...any) error) (struct{}, error) {
		k := enforcer.StepKey{Connection: connection, Issue: issue}
		r, err := l.scanStep(&k, scan)
		found[k] = r
		return struct{}{}, err
	}, query, args...)
	if err != nil {
		return nil, message.Errorf("list steps of issue %s: %w", issue, err)
	}
	return func(k enforcer.StepKey) enforcer.StepRecord { return found[k] }, nil
}

const stepColumns = `contract, obligation, cycle, step, state, moment, not_before`

// scanStep reads a row of stepColumns; what is not of the key's issue goes into the key.
func (l *Ledger) scanStep(k *enforcer.StepKey, scan func(...any) error) (r enforcer.StepRecord, err error) {
	var moment, notBefore sql.NullInt64
	err = scan(&k.Contract, &k.Obligation, &k.Cycle, &k.Step, &r.State, &moment, &notBefore)
	l.keyOf(k)
	r.Moment, r.NotBefore = fromMillis(moment), fromMillis(notBefore)
	return r, err
}

// PendingIssues lists the issues on which something of a contract is decided and not done.
func (l *Ledger) PendingIssues(ctx context.Context, connection, contract string) ([]string, error) {
	out, err := collect(ctx, l.db, func(scan func(...any) error) (id string, err error) {
		return id, scan(&id)
	}, `SELECT DISTINCT issue FROM ledger_entries WHERE connection = $1 AND contract = $2
		AND state IN ('intended', 'waiting', 'held', 'sent') ORDER BY issue`, connection,
		l.stored(contract))
	if err != nil {
		return nil, message.Errorf("list issues with pending entries of %s: %w", contract, err)
	}
	return out, nil
}

// Pending lists what is to be looked at now on a connection: everything sent (in flight when a process died, or
// without an answer), everything held, and what is intended or waiting and whose time has come. Oldest moment
// first, so that after an outage things are said in their order.
func (l *Ledger) Pending(ctx context.Context, connection string, now time.Time) ([]Entry, error) {
	out, err := collect(ctx, l.db, l.scanEntry, `SELECT `+entryColumns+` FROM ledger_entries
		WHERE connection = $1 AND state IN ('intended', 'waiting', 'held', 'sent')
			AND (state IN ('held', 'sent') OR not_before IS NULL OR not_before <= $2)
		ORDER BY moment, COALESCE(due, moment), id`, connection, millis(now))
	if err != nil {
		return nil, message.Errorf("list pending entries of %s: %w", connection, err)
	}
	return out, nil
}

// Refused lists the refused entries of a connection with fewer requests than so many, oldest moment first.
func (l *Ledger) Refused(ctx context.Context, connection string, tries int) ([]Entry, error) {
	out, err := collect(ctx, l.db, l.scanEntry, `SELECT `+entryColumns+` FROM ledger_entries
		WHERE connection = $1 AND state = 'refused' AND tries < $2 ORDER BY moment, COALESCE(due, moment), id`,
		connection, tries)
	if err != nil {
		return nil, message.Errorf("list refused entries of %s: %w", connection, err)
	}
	return out, nil
}

// Made gives the entries of a contract's duties that have made an issue (Entry.Made).
func (l *Ledger) Made(ctx context.Context, connection, contract string) (map[enforcer.StepKey]Entry, error) {
	entries, err := collect(ctx, l.db, l.scanEntry, `SELECT `+entryColumns+` FROM ledger_entries
		WHERE connection = $1 AND issue = '' AND contract = $2 AND receipt IS NOT NULL`, connection,
		l.stored(contract))
	if err != nil {
		return nil, message.Errorf("list issues made for %s on %s: %w", contract, connection, err)
	}
	out := map[enforcer.StepKey]Entry{}
	for _, e := range entries {
		if e.Made() != "" {
			out[e.Key] = e
		}
	}
	return out, nil
}

// Unfinished lists the writes of a connection whose outcome is not known, oldest first: what a crash or a lost
// answer left behind. Each comes with its answers so far.
func (l *Ledger) Unfinished(ctx context.Context, connection string) ([]Write, error) {
	out, err := collect(ctx, l.db, scanWrite, `SELECT `+writeColumns+` FROM ledger_writes
		WHERE connection = $1 AND ended_at IS NULL ORDER BY began_at, id`, connection)
	if err != nil {
		return nil, message.Errorf("list unfinished writes of %s: %w", connection, err)
	}
	return out, l.addAnswers(ctx, out)
}

// Release lets the held entries that fit go: they become intended and say when a human let them go. It returns
// the entries it changed.
func (l *Ledger) Release(ctx context.Context, now time.Time, f Filter) ([]Entry, error) {
	return l.moveAll(ctx, now, f, enforcer.Held, func(e *Entry) {
		e.Reason, e.NotBefore, e.ReleasedAt = enforcer.Reason{Code: "released"}, time.Time{}, now
	})
}

// ReasonRetry is the code of an entry that somebody has ordered to be tried again, until it was.
const ReasonRetry = "retry"

// Retry makes the refused entries that fit intended again, each from the moment that sendable names; zero: at once.
// Their receipts stay until the next answer: what was done the first time must not be done again. It returns the
// entries it changed.
func (l *Ledger) Retry(
	ctx context.Context, now time.Time, f Filter, sendable func(Entry) time.Time,
) ([]Entry, error) {
	return l.moveAll(ctx, now, f, enforcer.Refused, func(e *Entry) {
		e.Reason, e.NotBefore = enforcer.Reason{Code: ReasonRetry}, sendable(*e)
	})
}

// moveAll makes the entries in state from that fit the filter intended, each as changed, all or none.
func (l *Ledger) moveAll(
	ctx context.Context, now time.Time, f Filter, from enforcer.EntryState, change func(*Entry),
) ([]Entry, error) {
	if f.State != "" && f.State != from {
		return nil, nil
	}
	f.State = from
	var out []Entry
	err := l.tx(ctx, func(tx *sql.Tx) error {
		c := f.conditions(l.names())
		var err error
		if out, err = collect(ctx, tx, l.scanEntry, `SELECT `+entryColumns+` FROM ledger_entries WHERE `+c.where()+
			` ORDER BY moment, COALESCE(due, moment), id`, c.args...); err != nil {
			return err
		}
		for i, e := range out {
			change(&e)
			if out[i], err = l.move(ctx, tx, now, enforcer.Intended, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, message.Errorf("make %s entries intended: %w", from, err)
	}
	return out, nil
}
