package ledger

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"slabridge/config/message"
)

// AlarmKind is what an alarm is about.
type AlarmKind string

// The kinds. The first three stop writes until a human settles them; the fourth waits for a human, too, and stops
// nothing; the last is told and over.
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

// Waits reports whether alarms of the kind are open until a human settles them.
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
	SettledAt  time.Time // when a human settled it; zero while open, and for kinds that stop nothing
	SettledBy  string
	MendedAt   time.Time // when a comment that came out public was seen to be public no more; zero: it may still be
}

// Raise keeps an alarm, unless it is known: one that is open, and one that was settled after what it is about happened,
// stays as it is. New tells whether this call raised it.
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

// Settle ends the open alarms that have the subject, on a connection ("" for all). What happens after
// now raises them again. It returns those it ended.
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

// Mend notes that what an alarm is about was seen to be mended at now; the alarm stays open until a human settles it.
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
