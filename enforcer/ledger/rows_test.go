package ledger

import (
	"database/sql"
	"reflect"
	"testing"
	"time"
)

func TestTimesAreWholeMillisecondsInUTC(t *testing.T) {
	almaty := time.FixedZone("", 5*3600)
	for in, want := range map[time.Time]time.Time{
		{}: {},
		time.Date(2026, 3, 2, 14, 0, 0, 123_999_999, almaty): time.Date(2026, 3, 2, 9, 0, 0, 123_000_000, time.UTC),
		time.Unix(0, 0): time.Unix(0, 0).UTC(),
		time.Date(1969, 12, 31, 23, 59, 59, 999_900_000, time.UTC): time.Date(1969, 12, 31, 23, 59, 59, 999_000_000,
			time.UTC),
	} {
		if got := fromMillis(millis(in)); got != want {
			t.Errorf("%v came back as %v, want %v", in, got, want)
		}
	}
}

// FuzzRow reads rows as a damaged file, an older program or a stranger with a database shell may leave them: an
// error or an entry, never a panic, and what was read stays the same when written and read again.
func FuzzRow(f *testing.F) {
	f.Add(`{"code":"due","text":{"en":"The term is over"}}`,
		`{"source":"п. 8","moment":"2026-03-02T09:20:00Z","decided":"2026-03-02T09:21:00Z","changes":{"assign":"support"}}`,
		`{"Issue":"17","Comment":{"Text":"x","Internal":true,"Mark":"m"},"Assign":"7"}`,
		`{"event":"journal:9","refused":[{"field":"assignee","wanted":"7","got":""}]}`)
	f.Add(`{}`, `{"moment":"0000-01-01T00:00:00+23:59","due":"9999-12-31T23:59:59-23:59","facts":{"elapsed_ns":-1,"why":null}}`, ``, ``)
	f.Add(`null`, `[]`, `{"Fields":{"cf:1":"x"}}`, `{"refused":null}`)
	f.Fuzz(func(t *testing.T, reason, evidence, request, receipt string) {
		optional := func(s string) sql.NullString { return sql.NullString{String: s, Valid: s != ""} }
		var e Entry
		if err := e.decode(reason, evidence, optional(request), optional(receipt)); err != nil {
			return
		}
		reason, evidence, stored, err := e.encode()
		if err != nil {
			return // a year that RFC 3339 cannot tell is refused when written
		}
		receiptStored, err := encodePtr(e.Receipt)
		if err != nil {
			t.Fatal(err)
		}
		var again Entry
		if err := again.decode(reason, evidence, stored, receiptStored); err != nil {
			t.Fatalf("written and not readable: %v\n%s\n%s\n%s", err, reason, evidence, stored.String)
		}
		r2, e2, s2, err := again.encode()
		if err != nil || r2 != reason || e2 != evidence || s2 != stored {
			t.Fatalf("written twice, differently: %v\n%s\n%s\n%s", err, e2, evidence, s2.String)
		}
		if !reflect.DeepEqual(again.Moment, e.Moment) {
			t.Fatalf("moment %v came back as %v", e.Moment, again.Moment)
		}
	})
}

// FuzzFacts: facts of a verdict as anybody may have left them are an error or facts that stay the same when written and
// read again.
func FuzzFacts(f *testing.F) {
	f.Add(`{"rule":"respond within 20m","version":"2026-01","started":"2026-03-02T14:00:00+05:00","elapsed_ns":600000000000,"events":["created"],"why":["20m"]}`)
	f.Add(`{"started":"0000-01-01T00:00:00+23:59","provisional":true}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, s string) {
		facts, err := decodeFacts(s)
		if err != nil {
			return
		}
		stored, err := encode(facts)
		if err != nil {
			return // a year that RFC 3339 cannot tell is refused when written
		}
		again, err := decodeFacts(stored)
		if err != nil {
			t.Fatalf("written and not readable: %v\n%s", err, stored)
		}
		if twice, err := encode(again); err != nil || twice != stored {
			t.Fatalf("written twice, differently: %v\n%s\n%s", err, stored, twice)
		}
	})
}

// FuzzOutcome: what an outcome is stored as is read back as the same class, anything else is an error.
func FuzzOutcome(f *testing.F) {
	f.Add("accepted")
	f.Add("try later")
	f.Add("unclassified")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := outcomeClass(s)
		if err == nil && outcomeText(c) != s {
			t.Fatalf("%q was read as %q", s, outcomeText(c))
		}
	})
}
