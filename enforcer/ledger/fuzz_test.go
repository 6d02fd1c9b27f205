package ledger

import (
	"database/sql"
	"fmt"
	"reflect"
	"testing"
)

// row gives the columns of a row to a scan, as the driver would.
func row(columns ...any) func(...any) error {
	return func(dest ...any) error {
		for i, d := range dest {
			v := reflect.ValueOf(d).Elem()
			if s, ok := d.(sql.Scanner); ok {
				if err := s.Scan(columns[i]); err != nil {
					return err
				}
				continue
			}
			c := reflect.ValueOf(columns[i])
			if !c.CanConvert(v.Type()) {
				return fmt.Errorf("column %d is a %T", i, columns[i])
			}
			v.Set(c.Convert(v.Type()))
		}
		return nil
	}
}

// FuzzItem reads rows of the agenda as anybody may have left them: an error, or an item that stays the same when
// written and read again.
func FuzzItem(f *testing.F) {
	f.Add(`[{"obligation":"respond","cycle":"created","ordinal":1,"state":"running","started":"2026-03-02T09:00:00Z"}]`,
		int64(1), int64(2))
	f.Add(`null`, int64(-1), int64(1<<62))
	f.Add(`{}`, int64(0), int64(0))
	f.Fuzz(func(t *testing.T, cycles string, evaluated, next int64) {
		it, err := scanStoredItem(row("helpdesk", "17", "kamal", "17", "subject", "critical", evaluated, next, cycles,
			"print", ""))
		if err != nil {
			return
		}
		it.Soonest() // of any states and moments
		text, err := encode(it.Cycles)
		if err != nil {
			return // a year that RFC 3339 cannot tell
		}
		again, err := scanStoredItem(row("helpdesk", "17", "kamal", "17", "subject", "critical", evaluated, next, text,
			"print", ""))
		if err != nil {
			t.Fatalf("written and not readable: %v\n%s", err, text)
		}
		if second, err := encode(again.Cycles); err != nil || second != text {
			t.Fatalf("written twice, differently: %v\n%s\n%s", err, second, text)
		}
	})
}

// FuzzWriteRow reads rows of requests and of answers.
func FuzzWriteRow(f *testing.F) {
	f.Add(`["a","b"]`, `{"Issue":"17","Comment":{"Text":"x","Internal":true,"Mark":"m"}}`, "accepted",
		`{"event":"journal:9"}`, int64(5))
	f.Add(`null`, `{"Create":{"Project":"2","Subject":"Q","Mark":"m"}}`, "try later", ``, int64(0))
	f.Add(`{}`, `[]`, "", `null`, int64(-1))
	f.Fuzz(func(t *testing.T, ids, request, outcome, receipt string, at int64) {
		if w, err := scanWrite(row("x-1", "helpdesk", "17", ids, "m", request, at, at)); err == nil {
			if _, err := encode(w.Request); err != nil {
				t.Fatalf("read and not writable: %v", err)
			}
		}
		var r any
		if receipt != "" {
			r = receipt
		}
		if a, err := scanAnswer(row(at, "", outcome, "", r)); err == nil && outcomeText(a.Class) != outcome {
			t.Fatalf("outcome %q came back as %q", outcome, outcomeText(a.Class))
		}
	})
}
