package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"slabridge/config/message"
	"slabridge/enforcer"
)

// AlarmKind is what an alarm is about.
type AlarmKind string

// The kinds. The first three stop writes until a human acknowledges them. The fourth waits for that, too, but stops
// nothing. The last is only reported.
const (
	// OtherInstallation: another slabridge writes to the tracker under our account. Alarm.Subject is its id.
	OtherInstallation AlarmKind = "other-installation"
	// CameOutPublic: the tracker made an internal comment public. Alarm.Subject is the event.
	CameOutPublic AlarmKind = "came-out-public"
	// CopiedState: a copy of this ledger writes to the tracker. Alarm.Subject is the installation's own id.
	CopiedState AlarmKind = "copied-state"
	// WrittenTwice: a comment says what an earlier one of ours says. Alarm.Subject is the later event.
	WrittenTwice AlarmKind = "written-twice"
	// MadePublic: somebody made an internal comment of ours public later. Alarm.Subject is the event.
	MadePublic AlarmKind = "made-public"
)

// Stops reports whether alarms of the kind stop writes.
func (k AlarmKind) Stops() bool {
	return k == OtherInstallation || k == CopiedState || k == CameOutPublic
}

// Waits reports whether alarms of the kind stay open until a human acknowledges them.
func (k AlarmKind) Waits() bool { return k.Stops() || k == WrittenTwice }

// Alarm is something about a connection that a human must know of, told once however often it is seen.
type Alarm struct {
	Connection string
	Kind       AlarmKind
	Subject    string
	Issue      string // on which it was seen; the immutable id
	IssueKey   string
	At         time.Time // when it happened, by the tracker
	RaisedAt   time.Time
	SettledAt  time.Time // when a human acknowledged it; zero while open, and for kinds that stop nothing
	SettledBy  string
	MendedAt   time.Time // when a comment that came out public was seen to be public no more; zero: it may still be
}

// Raise stores an alarm, unless it is known: one that is open, or that was acknowledged after the event that it is
// about, stays as it is. New tells whether this call raised it.
func (l *Ledger) Raise(ctx context.Context, now time.Time, a Alarm) (isNew bool, err error) {
	err = l.tx(ctx, func(tx *sql.Tx) error {
		var number int64
		var settled sql.NullInt64
		err := tx.QueryRowContext(ctx, `SELECT number, settled_at FROM ledger_alarms
			WHERE connection = $1 AND kind = $2 AND issue = $3 AND subject = $4 ORDER BY number DESC LIMIT 1`,
			a.Connection, a.Kind, a.about(), a.Subject).Scan(&number, &settled)
		switch {
		case errors.Is(err, sql.ErrNoRows):
		case err != nil:
			return err
		case !settled.Valid || !a.At.After(fromMillis(settled)):
			return nil
		}
		isNew = true
		_, err = tx.ExecContext(ctx, `INSERT INTO ledger_alarms (connection, kind, issue, subject, number, seen_on, issue_key,
				at, raised_at, settled_by)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '')`,
			a.Connection, a.Kind, a.about(), a.Subject, number+1, a.Issue, a.IssueKey, millis(a.At), millis(now))
		return err
	})
	if err != nil {
		return false, message.Errorf("raise alarm %s %s on %s: %w", a.Kind, a.Subject, a.Connection, err)
	}
	return isNew, nil
}

// about is the issue that is part of what the alarm is about: events are named within their issue, installations are
// not.
func (a Alarm) about() string {
	if a.Kind == OtherInstallation || a.Kind == CopiedState {
		return ""
	}
	return a.Issue
}

// Alarms lists every alarm of a connection ("" for all), oldest first.
func (l *Ledger) Alarms(ctx context.Context, connection string) ([]Alarm, error) {
	out, err := collect(ctx, l.db, scanAlarm,
		`SELECT connection, kind, subject, seen_on, issue_key, at, raised_at, settled_at, settled_by, mended_at
		FROM ledger_alarms WHERE connection = $1 OR $1 = '' ORDER BY raised_at, connection, kind, subject`, connection)
	if err != nil {
		return nil, message.Errorf("list alarms of %s: %w", connection, err)
	}
	return out, nil
}

// Settle acknowledges the open alarms that have the subject, on a connection ("" for all). What happens after now
// raises them again. It returns those it acknowledged.
func (l *Ledger) Settle(ctx context.Context, now time.Time, connection, subject, by string) ([]Alarm, error) {
	var out []Alarm
	err := l.tx(ctx, func(tx *sql.Tx) error {
		open, err := collect(ctx, tx, scanAlarm,
			`SELECT connection, kind, subject, seen_on, issue_key, at, raised_at, settled_at, settled_by, mended_at
			FROM ledger_alarms WHERE (connection = $1 OR $1 = '') AND subject = $2 AND settled_at IS NULL
			ORDER BY raised_at, connection, kind`, connection, subject)
		if err != nil {
			return err
		}
		for _, a := range open {
			if !a.Kind.Waits() {
				continue
			}
			if _, err := tx.ExecContext(ctx, `UPDATE ledger_alarms SET settled_at = $1, settled_by = $2
				WHERE connection = $3 AND kind = $4 AND issue = $5 AND subject = $6 AND settled_at IS NULL`,
				millis(now), by, a.Connection, a.Kind, a.about(), a.Subject); err != nil {
				return err
			}
			a.SettledAt, a.SettledBy = fromMillis(millis(now)), by
			out = append(out, a)
		}
		return nil
	})
	if err != nil {
		return nil, message.Errorf("settle alarm %s: %w", subject, err)
	}
	return out, nil
}

// Mend notes that what an alarm is about was seen to be mended at now; the alarm stays open until a human acknowledges
// it.
func (l *Ledger) Mend(ctx context.Context, now time.Time, a Alarm) error {
	_, err := l.db.ExecContext(ctx, `UPDATE ledger_alarms SET mended_at = $1
		WHERE connection = $2 AND kind = $3 AND issue = $4 AND subject = $5 AND mended_at IS NULL`,
		millis(now), a.Connection, a.Kind, a.about(), a.Subject)
	if err != nil {
		return message.Errorf("mend alarm %s %s on %s: %w", a.Kind, a.Subject, a.Connection, err)
	}
	return nil
}

// Open reports whether the alarm still waits for a human.
func (a Alarm) Open() bool { return a.Kind.Waits() && a.SettledAt.IsZero() }

func scanAlarm(scan func(...any) error) (Alarm, error) {
	var a Alarm
	var at, raised, settled, mended sql.NullInt64
	err := scan(&a.Connection, &a.Kind, &a.Subject, &a.Issue, &a.IssueKey, &at, &raised, &settled, &a.SettledBy, &mended)
	a.At, a.RaisedAt, a.SettledAt, a.MendedAt = fromMillis(at), fromMillis(raised), fromMillis(settled), fromMillis(mended)
	return a, err
}

// channelPrefix begins the connections of channels: no id of a tracker's connection holds a colon.
const channelPrefix = "channel:"

// ChannelConnection is the connection under which the messages of a channel are kept. Its entries are of no contract
// that is enforced, so it has no cutover.
func ChannelConnection(channel string) string { return channelPrefix + channel }

// Channel is the channel of such a connection; ok is false for a tracker's.
func Channel(connection string) (channel string, ok bool) {
	return strings.CutPrefix(connection, channelPrefix)
}

// Change is one line of an entry's history, with the entry as it is now.
type Change struct {
	Entry
	To     enforcer.EntryState // the state that was entered
	Reason enforcer.Reason     // why
}

// maxChanges is how many lines of the history are gathered at a time.
const maxChanges = 1000

// Changes gathers, in their order, the entries of a connection that entered one of the states after a link of its
// chain, and gives the link up to which it has looked: the chain has every change once and for good, so nothing is
// gathered twice and nothing is missed, however often this process ends. more tells that there is more to be gathered.
func (l *Ledger) Changes(
	ctx context.Context, connection string, after int64, into ...enforcer.EntryState,
) (out []Change, upTo int64, more bool, err error) {
	type place struct {
		number int64
		record string
	}
	links, err := collect(ctx, l.db, func(scan func(...any) error) (p place, err error) {
		return p, scan(&p.number, &p.record)
	}, `SELECT number, record FROM ledger_chain WHERE connection = $1 AND number > $2 AND kind = $3
		ORDER BY number LIMIT $4`, connection, after, historyRecords.kind, maxChanges)
	if err != nil {
		return nil, after, false, message.Errorf("list changes on %s: %w", connection, err)
	}
	wanted := map[enforcer.EntryState]bool{}
	for _, s := range into {
		wanted[s] = true
	}
	upTo = after
	for _, link := range links {
		c, err := l.changeAt(ctx, link.record)
		if err != nil {
			return nil, after, false, message.Errorf("read change %d on %s: %w", link.number, connection, err)
		}
		if upTo = link.number; wanted[c.To] {
			if c.Entry, err = l.Get(ctx, c.ID); err != nil {
				return nil, after, false, err
			}
			out = append(out, c)
		}
	}
	return out, upTo, len(links) == maxChanges, nil
}

// changeAt reads the line of the history that a link of the chain names.
func (l *Ledger) changeAt(ctx context.Context, record string) (c Change, err error) {
	var key []json.RawMessage
	if err := json.Unmarshal([]byte(record), &key); err != nil {
		return c, err
	}
	if len(key) != historyRecords.key {
		return c, message.Errorf("%q is no key of the history", record)
	}
	var version int64
	if err := errors.Join(json.Unmarshal(key[0], &c.ID), json.Unmarshal(key[1], &version)); err != nil {
		return c, err
	}
	var reason string
	if err := l.db.QueryRowContext(ctx, `SELECT state, reason FROM ledger_history WHERE entry = $1 AND version = $2`,
		c.ID, version).Scan(&c.To, &reason); err != nil {
		return c, err
	}
	return c, json.Unmarshal([]byte(reason), &c.Reason)
}

// Told reads the position up to which a rule has sent messages, in a form of the rule's own; "" before its first time.
func (l *Ledger) Told(ctx context.Context, connection, rule string) (told string, err error) {
	err = l.db.QueryRowContext(ctx, `SELECT told FROM ledger_told WHERE connection = $1 AND rule = $2`,
		connection, rule).Scan(&told)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", message.Errorf("read what rule %s has told: %w", rule, err)
	}
	return told, nil
}

// Tell stores a rule's new position together with the message about it, if there is one, in one transaction: neither a
// crash nor a second look makes two messages of one change.
func (l *Ledger) Tell(ctx context.Context, now time.Time, connection, rule, told string, e *Entry) error {
	err := l.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO ledger_told (connection, rule, told) VALUES ($1, $2, $3)
			ON CONFLICT (connection, rule) DO UPDATE SET told = excluded.told`, connection, rule, told); err != nil {
			return err
		}
		if e == nil {
			return nil
		}
		r := recorder{ledger: l, tx: tx, now: now, cutovers: l.cutoversIn(tx)}
		if err := r.prepare(ctx); err != nil {
			return err
		}
		_, err := r.record(ctx, *e)
		return err
	})
	if err != nil {
		return message.Errorf("keep what rule %s tells: %w", rule, err)
	}
	return nil
}
