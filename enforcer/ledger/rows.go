package ledger

import (
	"database/sql"
	"encoding/json"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/enforcer"
)

// millis is how a time is stored; the zero time is NULL.
func millis(t time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: t.UnixMilli(), Valid: !t.IsZero()}
}

func fromMillis(n sql.NullInt64) time.Time {
	if !n.Valid {
		return time.Time{}
	}
	return time.UnixMilli(n.Int64).UTC()
}

// encode is how a value is stored as JSON. The values are our own plain structs, whose encoding cannot fail but
// for a float or time out of range; such a value is refused rather than stored half.
func encode(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

// encodePtr stores nil as NULL.
func encodePtr[T any](v *T) (sql.NullString, error) {
	if v == nil {
		return sql.NullString{}, nil
	}
	s, err := encode(v)
	return sql.NullString{String: s, Valid: true}, err
}

func decodePtr[T any](s sql.NullString) (*T, error) {
	if !s.Valid {
		return nil, nil
	}
	v := new(T)
	return v, json.Unmarshal([]byte(s.String), v)
}

const entryColumns = `id, connection, issue, contract, obligation, cycle, step, issue_key, subject, state, reason,
	not_before, evidence, request, receipt, error, tries, recorded_at, changed_at, released_at, version`

// scanStored reads a row of entryColumns, its contract under the stored id.
func scanStored(scan func(...any) error) (Entry, error) {
	var (
		e                                         Entry
		reason, evidence                          string
		request, receipt                          sql.NullString
		notBefore, recorded, changed, releasedRow sql.NullInt64
	)
	err := scan(&e.ID, &e.Key.Connection, &e.Key.Issue, &e.Key.Contract, &e.Key.Obligation, &e.Key.Cycle, &e.Key.Step,
		&e.IssueKey, &e.Subject, &e.State, &reason, &notBefore, &evidence, &request, &receipt, &e.Error, &e.Tries,
		&recorded, &changed, &releasedRow, &e.Version)
	if err != nil {
		return Entry{}, err
	}
	e.NotBefore, e.RecordedAt, e.ChangedAt = fromMillis(notBefore), fromMillis(recorded), fromMillis(changed)
	e.ReleasedAt = fromMillis(releasedRow)
	if err := e.decode(reason, evidence, request, receipt); err != nil {
		return Entry{}, message.Errorf("read %s: %w", e.describe(), err)
	}
	return e, nil
}

func (e *Entry) decode(reason, evidence string, request, receipt sql.NullString) (err error) {
	if err = json.Unmarshal([]byte(reason), &e.Reason); err != nil {
		return message.Errorf("reason: %w", err)
	}
	if e.Evidence, err = decodeEvidence(evidence); err != nil {
		return message.Errorf("evidence: %w", err)
	}
	if e.Write, err = decodePtr[connectors.Write](request); err != nil {
		return message.Errorf("request: %w", err)
	}
	if e.Receipt, err = decodePtr[connectors.Receipt](receipt); err != nil {
		return message.Errorf("receipt: %w", err)
	}
	return nil
}

// decodeEvidence reads stored evidence; its times come back in UTC whatever offset they were written with.
func decodeEvidence(s string) (enforcer.Evidence, error) {
	var v enforcer.Evidence
	err := json.Unmarshal([]byte(s), &v)
	return storedEvidence(v), err
}

// storedEvidence gives the evidence as reading it back would: UTC and whole milliseconds, like the columns beside it.
func storedEvidence(v enforcer.Evidence) enforcer.Evidence {
	for _, t := range []*time.Time{&v.Moment, &v.Due, &v.DecidedAt, &v.Facts.StartedAt} {
		if !t.IsZero() {
			*t = t.UTC().Truncate(time.Millisecond)
		}
	}
	return v
}

func scanTransition(scan func(...any) error) (Transition, error) {
	var (
		t             Transition
		at, notBefore sql.NullInt64
		reason        string
		replaced      sql.NullString
	)
	if err := scan(&at, &t.State, &reason, &notBefore, &replaced); err != nil {
		return Transition{}, err
	}
	t.At, t.NotBefore = fromMillis(at), fromMillis(notBefore)
	if err := json.Unmarshal([]byte(reason), &t.Reason); err != nil {
		return Transition{}, message.Errorf("reason: %w", err)
	}
	if replaced.Valid {
		v, err := decodeEvidence(replaced.String)
		if err != nil {
			return Transition{}, message.Errorf("replaced evidence: %w", err)
		}
		t.Replaced = &v
	}
	return t, nil
}
