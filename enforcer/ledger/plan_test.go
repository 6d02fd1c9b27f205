package ledger_test

import (
	"database/sql/driver"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

type statement struct {
	query string
	args  []any
}

// exercise calls everything that reads or changes entries and gives the statements that ran.
func exercise(t *testing.T, l *ledger.Ledger, f *file) []statement {
	t.Helper()
	var out []statement
	f.hook.set(func(query string, args []driver.NamedValue) error {
		s := statement{query: query}
		for _, a := range args {
			s.args = append(s.args, a.Value)
		}
		out = append(out, s)
		return nil
	}, nil)
	defer f.hook.set(nil, nil)
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx, now := t.Context(), t0.Add(time.Hour)
	for _, filter := range []ledger.Filter{
		{},
		{ID: "x"},
		{State: enforcer.Held},
		{Contract: "kamal"},
		{Issue: "#17"},
		{State: enforcer.Done, Contract: "kamal"},
		{Issue: "17", Connection: "helpdesk"},
		{Since: t0, Until: now},
	} {
		list(t, l, filter, ledger.OldestFirst)
		list(t, l, filter, ledger.NewestFirst)
	}
	e := record(t, l, step("x/respond/created/due", enforcer.Intended))[0]
	w := begin(t, l, now, e)
	check(l.Watched(ctx, now, w.ID, "8", ledger.Outcome{}))
	es, err := l.Finish(ctx, now, w.ID, ledger.Outcome{Class: connectors.TryLater, RetryAt: now})
	check(err)
	_, err = l.Move(ctx, now, enforcer.Needless, es...)
	check(err)
	_, err = l.ByIssue(ctx, "helpdesk", "17")
	check(err)
	_, err = l.Recorded(ctx, "helpdesk", "17")
	check(err)
	_, err = l.OfIssues(ctx, "helpdesk", "17", "18")
	check(err)
	_, err = l.ContractsOfEach(ctx, "helpdesk", "17", "18")
	check(err)
	_, err = l.Pending(ctx, "helpdesk", now)
	check(err)
	_, err = l.Unfinished(ctx, "helpdesk")
	check(err)
	_, err = l.Writes(ctx, "helpdesk", "17")
	check(err)
	_, err = l.Writes(ctx, "helpdesk", "x")
	check(err)
	_, err = l.History(ctx, e.ID)
	check(err)
	_, err = l.Release(ctx, now, ledger.Filter{Contract: "kamal"})
	check(err)
	_, err = l.Retry(ctx, now, ledger.Filter{ID: e.ID}, fiveMinutesLater)
	check(err)
	check(l.SetAgenda(ctx, item("17", now, now, enforcer.Running)))
	check(l.SetHealth(ctx, ledger.Health{Connection: "helpdesk", PassedAt: now}))
	_, err = l.Health(ctx, "helpdesk")
	check(err)
	_, err = l.Overdue(ctx, "helpdesk", now)
	check(err)
	_, err = l.Due(ctx, "helpdesk", now)
	check(err)
	_, err = l.NextMoment(ctx, "helpdesk", now)
	check(err)
	_, err = l.Running(ctx)
	check(err)
	_, _, err = l.Item(ctx, "helpdesk", "17", "kamal")
	check(err)
	d := record(t, l, duty())[0]
	_, err = l.Begin(ctx, now, creation(d), d)
	check(err)
	_, err = l.Made(ctx, "helpdesk", "kamal")
	check(err)
	judgeAll(t, l)
	for _, filter := range []ledger.VerdictFilter{
		{},
		{Contract: "kamal"},
		{Contract: "kamal", Connection: "helpdesk", From: t0, To: now},
		{Contract: "kamal", Obligation: "respond"},
		{Issue: "#17"},
		{Issue: "17", Connection: "helpdesk", Obligation: "respond"},
		{Issue: "17", Connection: "helpdesk", Contract: "kamal"},
	} {
		verdicts(t, l, filter)
	}
	check(l.Waive(ctx, now, ledger.Waiver{
		Connection: "helpdesk", Issue: "late", Contract: "kamal", Obligation: "respond", Cycle: "created", By: "ivanov",
		Reason: "agreed",
	}))
	_, err = l.Waivers(ctx, "helpdesk", "kamal")
	check(err)
	_, err = l.Agree(
		ctx,
		"helpdesk",
		"17",
		enforcer.Agreement{Date: "2026-04-01", By: "ivanov", Reason: "by mail", At: now},
	)
	check(err)
	check(l.Remember(ctx, now, "helpdesk", ledger.Person{
		ID: "8", Project: "acme", Name: "Ivanov", Roles: []string{"Lead"},
	}))
	check(l.RememberNames(ctx, now, "helpdesk", ledger.Name{Kind: ledger.NameOfStatus, ID: "3", Name: "Resolved"}))
	check(l.HoldRequest(ctx, "helpdesk", "17", enforcer.Hold{Until: now, At: now, By: "ivanov", Reason: "moved"}))
	_, err = l.Chain(ctx, "helpdesk")
	check(err)
	check(l.SetTallies(ctx, tally("17", "2026-03", 4)))
	_, _, err = l.Tally(ctx, "helpdesk", "kamal", "billing", "2026-03")
	check(err)
	check(l.ClearTallies(ctx, "helpdesk", "kamal"))
	return out
}

// judgeAll records enough verdicts to need several pages, and a second record of one.
func judgeAll(t *testing.T, l *ledger.Ledger) {
	t.Helper()
	vs := []enforcer.Verdict{verdict("late/respond/created", enforcer.Breached)}
	for i := range 120 {
		vs = append(vs, verdict(fmt.Sprintf("%d/respond/created", i), enforcer.Met))
	}
	if _, err := l.Judge(t.Context(), t0, vs...); err != nil {
		t.Fatal(err)
	}
	vs[0].EndedAt, vs[0].EndEvent = t0.Add(time.Hour), "journal:9"
	if _, err := l.Judge(t.Context(), t0, vs...); err != nil {
		t.Fatal(err)
	}
}

// Every statement on a table that grows finds its rows by an index: no table is read through, and nothing but what
// a caller asked for is sorted.
func TestNoStatementReadsATableThrough(t *testing.T) {
	l, f := open(t)
	planned := map[string]bool{}
	for _, s := range exercise(t, l, f) {
		if planned[s.query] || s.query == "BEGIN" || s.query == "PREPARE" || s.query == "COMMIT" {
			continue
		}
		planned[s.query] = true
		rows, err := f.Query("EXPLAIN QUERY PLAN "+s.query, s.args...)
		if err != nil {
			t.Fatalf("%s: %v", s.query, err)
		}
		// Of one request nothing is looked for among all that its contract has.
		byIssue := !strings.Contains(s.query, "FROM ledger_verdicts") || !strings.Contains(s.query, "issue_key = ")
		for rows.Next() {
			var id, parent, unused int
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				t.Fatal(err)
			}
			byIssue = byIssue || strings.Contains(detail, "INDEX ledger_verdicts_issue")
			full := strings.HasPrefix(detail, "SCAN ledger_") &&
				!strings.Contains(detail, "USING")
			// Without any filter a listing is of everything, in the order of its index.
			listing := strings.HasPrefix(detail, "SCAN ledger_entries USING") ||
				strings.HasPrefix(detail, "SCAN ledger_verdicts USING")
			through := listing && !strings.Contains(s.query, "1 = 1")
			if full || through {
				t.Errorf("%s\n  %s", s.query, detail)
			}
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
		if !byIssue {
			t.Errorf("not found by the issue: %s", s.query)
		}
	}
	if len(planned) < 25 {
		t.Errorf("only %d statements were looked at", len(planned))
	}
}

// SQL stays in what SQLite and PostgreSQL both speak, and never asks for the time.
func TestDialect(t *testing.T) {
	l, f := open(t)
	foreign := regexp.MustCompile(
		`(?i)\b(autoincrement|strict|without rowid|rowid|pragma|insert or|replace into|ifnull|glob|` +
			`datetime|date|time|strftime|julianday|unixepoch|now|current_\w+|integer|blob|serial|limit \d+ *,)\b|\?`,
	)
	statements := exercise(t, l, f)
	for _, m := range ledger.Migrations() {
		statements = append(statements, statement{query: m})
	}
	for _, s := range statements {
		if word := foreign.FindString(s.query); word != "" {
			t.Errorf("%q in\n%s", word, s.query)
		}
	}
	for _, table := range tables(t, f) {
		var n int
		if err := f.QueryRow(`SELECT COUNT(*) FROM pragma_table_info($1) WHERE name = 'connection' AND "notnull" = 1`,
			table).Scan(&n); err != nil {
			t.Fatal(err)
		}
		if n != 1 && table != "ledger_installation" {
			t.Errorf("rows of %s do not carry their connection", table)
		}
	}
}

// The tables are evidence: rows are added and entries move on, but nothing is ever deleted, except what is derived.
func TestNothingIsDeleted(t *testing.T) {
	l, f := open(t)
	for _, s := range exercise(t, l, f) {
		if regexp.MustCompile(`(?i)\bdelete from ledger_(agenda|tallies)\b`).MatchString(s.query) {
			continue
		}
		if regexp.MustCompile(
			`(?i)\bdelete\b|\btruncate\b|update ledger_(history|answers|installation|verdicts|waivers)\b`,
		).MatchString(
			s.query,
		) {
			t.Errorf("evidence is touched by\n%s", s.query)
		}
	}
}

// fill records n entries: one in a hundred still open, the rest past, over n/10 issues.
func fill(tb testing.TB, l *ledger.Ledger, n int) {
	tb.Helper()
	for from := 0; from < n; from += 1000 {
		es := make([]ledger.Entry, 0, 1000)
		for i := from; i < min(from+1000, n); i++ {
			verb := enforcer.Past
			if i%100 == 0 {
				verb = []enforcer.EntryState{enforcer.Intended, enforcer.Waiting, enforcer.Held}[i/100%3]
			}
			e := step(fmt.Sprintf("%d/respond/journal:%d/due", i/10, i), verb)
			if verb == enforcer.Waiting {
				e.NotBefore = t0.Add(time.Duration(i) * time.Second)
			}
			es = append(es, e)
		}
		if _, err := l.Record(tb.Context(), t0.Add(time.Duration(from)*time.Second), es...); err != nil {
			tb.Fatal(err)
		}
	}
}

// BenchmarkLedger measures the calls of a pass on a ledger of 100,000 entries (a thousand of them open).
func BenchmarkLedger(b *testing.B) {
	l, _ := open(b)
	fill(b, l, 100_000)
	items := make([]enforcer.AgendaItem, 10_000)
	for i := range items {
		items[i] = item(fmt.Sprint(i), t0.Add(time.Duration(i)*time.Minute), t0.Add(time.Duration(i)*time.Hour),
			enforcer.Running)
	}
	if err := l.SetAgenda(b.Context(), items...); err != nil {
		b.Fatal(err)
	}
	now := t0.Add(10 * time.Minute)
	calls := []struct {
		name string
		do   func(i int) error
	}{
		{"Get", func(i int) error {
			_, err := l.Get(b.Context(), step("700/respond/journal:7003/due", enforcer.Past).Key.ID())
			return err
		}},
		{"Recorded", func(i int) error { _, err := l.Recorded(b.Context(), "helpdesk", fmt.Sprint(i%10_000)); return err }},
		{"ByIssue", func(i int) error { _, err := l.ByIssue(b.Context(), "helpdesk", fmt.Sprint(i%10_000)); return err }},
		{"Due", func(i int) error { _, err := l.Due(b.Context(), "helpdesk", now); return err }},
		{"NextMoment", func(i int) error { _, err := l.NextMoment(b.Context(), "helpdesk", now); return err }},
		{"Pending-700", func(i int) error { _, err := l.Pending(b.Context(), "helpdesk", now); return err }},
		{"Unfinished-0", func(i int) error { _, err := l.Unfinished(b.Context(), "helpdesk"); return err }},
		{"List-first-20", func(i int) error {
			n := 0
			for _, err := range l.List(b.Context(), ledger.Filter{State: enforcer.Held}, ledger.NewestFirst) {
				if n++; err != nil || n == 20 {
					return err
				}
			}
			return nil
		}},
		{"Record-old", func(i int) error {
			_, err := l.Record(b.Context(), now, step("700/respond/journal:7003/due", enforcer.Intended))
			return err
		}},
		{"Record-new", func(i int) error {
			_, err := l.Record(b.Context(), now, step(fmt.Sprintf("n%d-%d/respond/created/due", b.N, i), enforcer.Past))
			return err
		}},
		{"Judge-1000-new", func(i int) error {
			vs := make([]enforcer.Verdict, 1000)
			for j := range vs {
				vs[j] = verdict(fmt.Sprintf("m%d-%d-%d/respond/created", b.N, i, j), enforcer.Met)
			}
			_, err := l.Judge(b.Context(), now, vs...)
			return err
		}},
		{"Judge-10-known", func(i int) error {
			vs := make([]enforcer.Verdict, 10)
			for j := range vs {
				vs[j] = verdict(fmt.Sprintf("known-%d/respond/created", j), enforcer.Met)
			}
			_, err := l.Judge(b.Context(), now, vs...)
			return err
		}},
		{"Record-1000-new", func(i int) error {
			es := make([]ledger.Entry, 1000)
			for j := range es {
				es[j] = step(fmt.Sprintf("m%d-%d-%d/respond/created/due", b.N, i, j), enforcer.Past)
			}
			_, err := l.Record(b.Context(), now, es...)
			return err
		}},
	}
	for _, c := range calls {
		b.Run(c.name, func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				if err := c.do(i); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
