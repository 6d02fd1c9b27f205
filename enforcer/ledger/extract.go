package ledger

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"slabridge/config/message"
)

// Record is one immutable record with its link of the chain, so that it can be held against the chain elsewhere. It
// proves itself: Hash is over Prev, Number, Kind, Key and Digest, and Digest is over Row.
type Record struct {
	Number  int64           `json:"number"` // in the chain of its connection
	Kind    string          `json:"kind"`   // as Tampering.Table
	Key     json.RawMessage `json:"key"`
	Digest  string          `json:"digest"`
	Prev    string          `json:"prev"` // hash of the link before
	Hash    string          `json:"hash"`
	Columns []string        `json:"columns,omitempty"`
	Row     json.RawMessage `json:"row,omitempty"` // values of the columns; left out where only the link is shown
}

// Genuine reports whether nothing in the record was changed since it was chained.
func (r *Record) Genuine() bool {
	l := link{number: r.Number, kind: r.Kind, record: string(r.Key), digest: r.Digest, prev: r.Prev}
	if l.computed() != r.Hash {
		return false
	}
	if r.Row == nil {
		return true
	}
	of, values := kindOf(r.Kind), []json.RawMessage{}
	if of == nil || json.Unmarshal(r.Row, &values) != nil || len(values) != len(of.columns) ||
		!slices.Equal(of.columns, r.Columns) || hashOf(r.Kind, string(r.Row)) != r.Digest {
		return false
	}
	key := bytes.Join(toBytes(values[:of.key]), []byte(","))
	return string(r.Key) == "["+string(key)+"]"
}

func toBytes(values []json.RawMessage) (out [][]byte) {
	for _, v := range values {
		out = append(out, v)
	}
	return out
}

// Value is a column of the row, nil where there is none.
func (r *Record) Value(column string) any {
	var values []any
	d := json.NewDecoder(bytes.NewReader(r.Row))
	d.UseNumber()
	i := slices.Index(r.Columns, column)
	if i < 0 || d.Decode(&values) != nil || i >= len(values) {
		return nil
	}
	return values[i]
}

// Text is a column of the row as text, "" where there is none.
func (r *Record) Text(column string) string {
	s, _ := r.Value(column).(string)
	return s
}

// Moment is a column of the row as a moment, zero where there is none.
func (r *Record) Moment(column string) time.Time {
	if n, ok := r.Value(column).(json.Number); ok {
		if ms, err := n.Int64(); err == nil && ms != 0 {
			return time.UnixMilli(ms).UTC()
		}
	}
	return time.Time{}
}

// extraction reads records out of a ledger.
type extraction struct{ *Ledger }

// records are those that Extract gives.
func (l extraction) records(
	ctx context.Context, connection, contract string, rests func(issue, obligation, cycle string) bool,
) ([]Record, error) {
	contract = l.names().listed(contract)
	issues, wanted := map[string]bool{}, map[string]map[string]bool{}
	want := func(of *records, key []any) {
		if wanted[of.kind] == nil {
			wanted[of.kind] = map[string]bool{}
		}
		wanted[of.kind][asJSON(key)] = true
	}
	text := func(of *records, values []any, column string) string {
		return fmt.Sprint(values[slices.Index(of.columns, column)])
	}
	take := func(of *records, is func(values []any) bool) error {
		return of.each(ctx, l.db, connection, func(values []any) error {
			if is(values) {
				want(of, values[:of.key])
			}
			return nil
		})
	}
	for _, of := range []*records{verdictRecords, waiverRecords} {
		if err := take(of, func(values []any) bool {
			issue := text(of, values, "issue")
			if text(of, values, "contract") != contract ||
				!rests(issue, text(of, values, "obligation"), text(of, values, "cycle")) {
				return false
			}
			issues[issue] = true
			return true
		}); err != nil {
			return nil, err
		}
	}
	entries, requests := map[string]bool{}, map[string]bool{}
	ids, err := collect(ctx, l.db, func(scan func(...any) error) (e [2]string, err error) {
		return e, scan(&e[0], &e[1])
	}, `SELECT id, issue FROM ledger_entries WHERE connection = $1 AND contract = $2`, connection, contract)
	if err != nil {
		return nil, err
	}
	for _, e := range ids {
		entries[e[0]] = issues[e[1]]
	}
	for _, x := range []struct {
		of *records
		is func(values []any) bool
	}{
		{historyRecords, func(v []any) bool { return entries[text(historyRecords, v, "entry")] }},
		{writeRecords, func(v []any) bool {
			var of []string
			ours := json.Unmarshal([]byte(text(writeRecords, v, "entries")), &of) == nil &&
				slices.ContainsFunc(of, func(id string) bool { return entries[id] })
			requests[text(writeRecords, v, "id")] = ours
			return ours
		}},
		{answerRecords, func(v []any) bool { return requests[text(answerRecords, v, "request")] }},
		{agreementRecords, func(v []any) bool { return issues[text(agreementRecords, v, "issue")] }},
		{holdRecords, func(v []any) bool { return issues[text(holdRecords, v, "issue")] }},
	} {
		if err := take(x.of, x.is); err != nil {
			return nil, err
		}
	}
	return l.withLinks(ctx, connection, wanted)
}

// withLinks goes along the chain and gives the records wanted, by kind and key.
func (l extraction) withLinks(
	ctx context.Context, connection string, wanted map[string]map[string]bool,
) (out []Record, err error) {
	last := link{}
	for {
		page, err := l.linksAfter(ctx, connection, last.number)
		if err != nil {
			return nil, message.Errorf("read the chain of %s: %w", connection, err)
		}
		for _, x := range page {
			if wanted[x.kind][x.record] {
				r := Record{
					Number: x.number, Kind: x.kind, Key: json.RawMessage(x.record), Digest: x.digest, Prev: last.hash, Hash: x.hash,
				}
				if err := l.row(ctx, &r); err != nil {
					return nil, message.Errorf("read the record %s of the chain: %w", readable(x.record), err)
				}
				out = append(out, r)
			}
			last = x
		}
		if len(page) < pageOfLinks {
			return out, nil
		}
	}
}

// row reads the row of a record.
func (l extraction) row(ctx context.Context, r *Record) error {
	of := kindOf(r.Kind)
	key, ok := keyOf(of, string(r.Key))
	if !ok {
		return message.Errorf("%s is no key of it", string(r.Key))
	}
	values, err := of.scan(l.db.QueryRowContext(ctx, of.one(), key...).Scan)
	if err != nil {
		return err
	}
	r.Columns = of.columns
	r.Row, err = json.Marshal(values)
	return err
}

// keyOf reads the key of a row as it stands in a link.
func keyOf(of *records, record string) (key []any, ok bool) {
	ok = of != nil && json.Unmarshal([]byte(record), &key) == nil && len(key) == of.key
	return key, ok
}

// linksAfter reads a page of a chain.
func (l extraction) linksAfter(ctx context.Context, connection string, number int64) ([]link, error) {
	return collect(ctx, l.db, func(scan func(...any) error) (link, error) {
		var x link
		return x, scan(&x.number, &x.kind, &x.record, &x.digest, &x.hash)
	}, fmt.Sprintf(`SELECT number, kind, record, digest, hash FROM ledger_chain
		WHERE connection = $1 AND number > $2 ORDER BY number LIMIT %d`, pageOfLinks), connection, number)
}
