package ledger_test

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"slabridge/enforcer/ledger"
)

// TestColumnsOfARecord: a column is read as what it is, exactly; what the row does not have is nothing, and never a
// fault of whoever reads the record.
func TestColumnsOfARecord(t *testing.T) {
	at := time.Date(2026, 3, 16, 10, 0, 0, 0, time.UTC)
	r := ledger.Record{
		Columns: []string{"issue", "at", "number", "never", "none", "half", "beyond"},
		Row:     json.RawMessage(`["17", 1773655200000, 9007199254740993, 0, null, 1.5]`),
	}
	for _, c := range []struct {
		column string
		value  any
		text   string
		moment time.Time
	}{
		{"issue", "17", "17", time.Time{}},
		{"at", json.Number("1773655200000"), "", at},
		{"number", json.Number("9007199254740993"), "", time.UnixMilli(9007199254740993).UTC()},
		{"never", json.Number("0"), "", time.Time{}},
		{"none", nil, "", time.Time{}},
		{"half", json.Number("1.5"), "", time.Time{}},
		{"beyond", nil, "", time.Time{}},
		{"unheard of", nil, "", time.Time{}},
	} {
		if got := r.Value(c.column); got != c.value {
			t.Errorf("%s is %v, want %v", c.column, got, c.value)
		}
		if got := r.Text(c.column); got != c.text {
			t.Errorf("%s as text is %q, want %q", c.column, got, c.text)
		}
		if got := r.Moment(c.column); got != c.moment {
			t.Errorf("%s as a moment is %s, want %s", c.column, got, c.moment)
		}
	}
	for _, row := range []string{``, `["17"`, `{"issue": "17"}`} {
		damaged := ledger.Record{Columns: []string{"issue"}, Row: json.RawMessage(row)}
		if got := damaged.Value("issue"); got != nil {
			t.Errorf("of the row %s the issue is %v", row, got)
		}
	}
}

// TestUndoingSaysWhatFailed: a change that fails keeps nothing and says why. Where undoing it fails as well, both are
// told; that a cancelled change had been undone already is no failure.
func TestUndoingSaysWhatFailed(t *testing.T) {
	l, f := open(t)
	was := rowsOf(t, f)
	boom, stuck := errors.New("boom"), errors.New("stuck")
	defer f.hook.set(nil, nil)
	failing := func(at string, alsoUndo bool) {
		f.hook.set(func(query string, _ []driver.NamedValue) error {
			switch {
			case query == at || at == "" && strings.HasPrefix(query, "INSERT"):
				return boom
			case query == "ROLLBACK" && alsoUndo:
				return stuck
			}
			return nil
		}, nil)
	}
	remember := func(ctx context.Context) error {
		return l.Remember(ctx, t0, "helpdesk", ledger.Person{ID: "7", Name: "Olga"})
	}
	for _, c := range []struct {
		name, at string
		alsoUndo bool
		both     bool
	}{
		{"it does not begin", "BEGIN", true, false},
		{"a statement fails", "", false, false},
		{"a statement fails, and so does undoing", "", true, true},
		{"it does not end", "COMMIT", true, false},
	} {
		failing(c.at, c.alsoUndo)
		err := remember(t.Context())
		f.hook.set(nil, nil)
		if !errors.Is(err, boom) || errors.Is(err, stuck) != c.both {
			t.Errorf("%s: %v", c.name, err)
		}
		if rowsOf(t, f) != was {
			t.Errorf("%s, and something is kept", c.name)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	f.hook.set(func(query string, _ []driver.NamedValue) error {
		if strings.HasPrefix(query, "INSERT") {
			cancel()
			return boom
		}
		return nil
	}, nil)
	err := remember(ctx)
	f.hook.set(nil, nil)
	if !errors.Is(err, boom) || strings.Contains(err.Error(), "transaction has already") || rowsOf(t, f) != was {
		t.Errorf("cancelled on the way: %v", err)
	}
}
