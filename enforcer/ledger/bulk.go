package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"slabridge/config/message"
	"slabridge/enforcer"
)

// IssueRecords is what the ledger has of an issue, as far as its evaluation asks for it.
type IssueRecords struct {
	Agreements []enforcer.Agreement
	Holds      []enforcer.Hold
	// Requested are the entries for which a request was made, in the order of ByIssue.
	Requested []Entry
	steps     map[enforcer.StepKey]enforcer.StepRecord
	items     map[string]*enforcer.AgendaItem // by contract
	verdicts  []StoredVerdict
}

// Step is Recorded of the issue.
func (r *IssueRecords) Step(k enforcer.StepKey) enforcer.StepRecord { return r.steps[k] }

// Item is Item of the issue; nil when the contract does not have it on the agenda.
func (r *IssueRecords) Item(contract string) *enforcer.AgendaItem { return r.items[contract] }

// Verdicts are all records of the issue's cycles under the contract, those of one cycle by their numbers.
func (r *IssueRecords) Verdicts(contract string) []StoredVerdict {
	var out []StoredVerdict
	for _, v := range r.verdicts {
		if v.Contract == contract {
			out = append(out, v)
		}
	}
	return out
}

// StoredVerdict is a verdict whose Facts are read only when somebody asks for the Whole.
type StoredVerdict struct {
	enforcer.Verdict
	facts string // as stored; "" when the verdict has them
}

// Whole is the verdict with its Facts.
func (v *StoredVerdict) Whole() (enforcer.Verdict, error) {
	out := v.Verdict
	if v.facts == "" {
		return out, nil
	}
	var err error
	if out.Facts, err = decodeFacts(v.facts); err != nil {
		return out, message.Errorf("read verdict on %s: facts: %w", &out, err)
	}
	return out, nil
}

// among chooses rows of a connection by their issues, with the arguments for that.
func among(connection string, issues []string) (where string, args []any) {
	args = make([]any, 1, len(issues)+1)
	args[0] = connection
	marks := make([]string, len(issues))
	for i, id := range issues {
		args, marks[i] = append(args, id), fmt.Sprintf("$%d", i+2)
	}
	return ` WHERE connection = $1 AND issue IN (` + strings.Join(marks, ", ") + `)`, args
}

func ofIssues(
	ctx context.Context, l *Ledger, connection string, issues []string,
) (map[string]*IssueRecords, error) {
	out := make(map[string]*IssueRecords, len(issues))
	if len(issues) == 0 {
		return out, nil
	}
	for _, id := range issues {
		out[id] = &IssueRecords{}
	}
	where, args := among(connection, issues)
	tx, err := l.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	defer tx.Rollback() //nolint:errcheck // nothing was changed
	b := bulk{ctx: ctx, ledger: l, tx: tx, where: where, args: args, of: out}
	for _, read := range []func() error{b.agreements, b.holds, b.steps, b.requested, b.items, b.verdicts} {
		if err := read(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// bulk reads what the ledger has of a list of issues.
type bulk struct {
	ctx    context.Context
	ledger *Ledger
	tx     *sql.Tx
	where  string // chooses them
	args   []any  // for where
	of     map[string]*IssueRecords
}

// each calls f for every row of a query about the issues.
func (b *bulk) each(columns, table, more string, f func(scan func(...any) error) error) error {
	_, err := collect(b.ctx, b.tx, func(scan func(...any) error) (struct{}, error) { return struct{}{}, f(scan) },
		`SELECT `+columns+` FROM `+table+b.where+more, b.args...)
	return err
}

func (b *bulk) agreements() error {
	return b.each(`issue, `+agreementColumns, "ledger_agreements", ` ORDER BY issue, number`,
		func(scan func(...any) error) error {
			var issue string
			a, err := scanAgreement(func(into ...any) error { return scan(append([]any{&issue}, into...)...) })
			if r := b.of[issue]; r != nil {
				r.Agreements = append(r.Agreements, a)
			}
			return err
		})
}

func (b *bulk) holds() error {
	return b.each(holdColumns, "ledger_holds", ` ORDER BY issue, number`, func(scan func(...any) error) error {
		issue, h, err := scanHold(scan)
		if r := b.of[issue]; r != nil {
			r.Holds = append(r.Holds, h)
		}
		return err
	})
}

func (b *bulk) steps() error {
	return b.each(`issue, `+stepColumns, "ledger_entries", "", func(scan func(...any) error) error {
		k := enforcer.StepKey{Connection: b.args[0].(string)}
		s, err := b.ledger.scanStep(&k, func(into ...any) error { return scan(append([]any{&k.Issue}, into...)...) })
		if r := b.of[k.Issue]; r != nil {
			if r.steps == nil {
				r.steps = map[enforcer.StepKey]enforcer.StepRecord{}
			}
			r.steps[k] = s
		}
		return err
	})
}

func (b *bulk) requested() error {
	return b.each(entryColumns, "ledger_entries", ` AND request IS NOT NULL`+byMoment,
		func(scan func(...any) error) error {
			e, err := b.ledger.scanEntry(scan)
			if r := b.of[e.Key.Issue]; r != nil {
				r.Requested = append(r.Requested, e)
			}
			return err
		})
}

func (b *bulk) items() error {
	return b.each(itemColumns, "ledger_agenda", "", func(scan func(...any) error) error {
		it, err := b.ledger.scanItem(scan)
		if r := b.of[it.Issue]; r != nil {
			if r.items == nil {
				r.items = map[string]*enforcer.AgendaItem{}
			}
			r.items[it.Contract] = &it
		}
		return err
	})
}

func (b *bulk) verdicts() error {
	return b.each(verdictColumns, "ledger_verdicts", ` ORDER BY issue, contract, obligation, cycle, number`,
		func(scan func(...any) error) error {
			v, err := b.ledger.scanStoredVerdict(scan)
			if r := b.of[v.Issue]; r != nil {
				r.verdicts = append(r.verdicts, v)
			}
			return err
		})
}
