package ledger_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// twoIssues gives a ledger in which two issues have lived through the same: a step that was written at the second try,
// a broken promise that was excused, consent to a date, and a hold.
func twoIssues(t *testing.T) (*ledger.Ledger, *file) {
	t.Helper()
	l, f := open(t)
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, issue := range []string{"1", "2"} {
		es := record(t, l, step(issue+"/respond/created/due", enforcer.Intended))
		for _, class := range []connectors.Class{connectors.TryLater, 0} {
			w := begin(t, l, t0.Add(time.Hour), es...)
			var err error
			es, err = l.Finish(t.Context(), t0.Add(time.Hour), w.ID, ledger.Outcome{Class: class})
			check(err)
		}
		judge(t, l, t0.Add(time.Hour), verdict(issue+"/respond/created", enforcer.Breached))
		check(l.Waive(t.Context(), t0.Add(2*time.Hour), ledger.Waiver{
			Connection: "helpdesk", Issue: issue, Contract: "kamal", Obligation: "respond", Cycle: "created", By: "ivanov",
			Reason: "agreed",
		}))
		_, err := l.Agree(t.Context(), "helpdesk", issue,
			enforcer.Agreement{Date: "2026-03-25", At: t0, By: "olga", Reason: "letter 5"})
		check(err)
		check(l.HoldRequest(t.Context(), "helpdesk", issue,
			enforcer.Hold{Until: t0.AddDate(0, 0, 1), At: t0, By: "olga", Reason: "in court"}))
	}
	return l, f
}

func ofIssue(issue string) func(string, string, string) bool {
	return func(i, obligation, cycle string) bool {
		return i == issue && obligation == "respond" && cycle == "created"
	}
}

// The evidence of one issue's cycle is everything that is recorded of that issue, and nothing of another's.
func TestExtract(t *testing.T) {
	l, f := twoIssues(t)
	extract := func(contract string, rests func(string, string, string) bool) map[string]int {
		t.Helper()
		records, err := l.Extract(t.Context(), "helpdesk", contract, rests)
		if err != nil {
			t.Fatal(err)
		}
		kinds, last := map[string]int{}, int64(0)
		for _, r := range records {
			kinds[r.Kind]++
			if !r.Genuine() || r.Number <= last {
				t.Errorf("%d after %d, genuine %t: %+v", r.Number, last, r.Genuine(), r)
			}
			last = r.Number
			if issue := r.Text("issue"); issue != "" && issue != "1" {
				t.Errorf("%s of issue %s", r.Kind, issue)
			}
		}
		return kinds
	}
	want := map[string]int{
		"history": 5, "write": 2, "answer": 2, "verdict": 1, "waiver": 1, "agreement": 1, "hold": 1,
	}
	if got := extract("kamal", ofIssue("1")); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := extract("endocs", ofIssue("1")); len(got) != 0 {
		t.Errorf("of another contract: %v", got)
	}
	if got := extract("kamal", func(string, string, string) bool { return false }); len(got) != 0 {
		t.Errorf("where nothing rests on any: %v", got)
	}
	if err := l.Rename(t.Context(), t0.Add(time.Hour), "kamal", "main", "olga"); err != nil {
		t.Fatal(err)
	}
	if got := extract("main", ofIssue("1")); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("by its new id %v, want %v", got, want)
	}
	if got := extract("kamal", ofIssue("1")); len(got) != 0 {
		t.Errorf("by its former id: %v", got)
	}
	if _, err := f.Exec(`DELETE FROM ledger_answers WHERE request LIKE '%-1'`); err != nil {
		t.Fatal(err)
	}
	if got := extract("main", ofIssue("1")); got["answer"] != 1 || got["verdict"] != 1 {
		t.Errorf("with an answer deleted: %v", got)
	}
}

// A record in the hands of the customer proves itself: whatever is changed in it is seen without the ledger.
func TestRecordsProveThemselves(t *testing.T) {
	l, _ := twoIssues(t)
	records, err := l.Extract(t.Context(), "helpdesk", "kamal", ofIssue("1"))
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(records, func(r ledger.Record) bool { return r.Kind == "verdict" })
	genuine := records[i]
	if !genuine.Genuine() {
		t.Fatalf("%+v", genuine)
	}
	linkOnly := genuine
	linkOnly.Row, linkOnly.Columns = nil, nil
	if !linkOnly.Genuine() {
		t.Error("a link without its row is no forgery")
	}
	for name, change := range map[string]func(*ledger.Record){
		"the state":         func(r *ledger.Record) { r.Row = replaced(r.Row, `"breached"`, `"met"`) },
		"a later number":    func(r *ledger.Record) { r.Number++ },
		"another kind":      func(r *ledger.Record) { r.Kind = "waiver" },
		"a kind of nothing": func(r *ledger.Record) { r.Kind = "gift" },
		"another key":       func(r *ledger.Record) { r.Key = replaced(r.Key, `"1"`, `"2"`) },
		"another digest":    func(r *ledger.Record) { r.Digest = records[0].Digest },
		"another link":      func(r *ledger.Record) { r.Prev = records[0].Prev },
		"another hash":      func(r *ledger.Record) { r.Hash = records[0].Hash },
		"two columns in each other's place": func(r *ledger.Record) {
			r.Columns = slices.Clone(r.Columns)
			r.Columns[0], r.Columns[1] = r.Columns[1], r.Columns[0]
		},
		"no columns":        func(r *ledger.Record) { r.Columns = nil },
		"a row that is cut": func(r *ledger.Record) { r.Row = json.RawMessage(`["helpdesk","1"]`) },
		"a row that is no list": func(r *ledger.Record) {
			r.Row = json.RawMessage(`{}`)
		},
	} {
		forged := genuine
		if change(&forged); forged.Genuine() {
			t.Errorf("%s was changed, and the record passes for genuine", name)
		}
	}
	// the row of another record of the same kind, with its digest and a hash that fits, under this one's key
	others, err := l.Extract(t.Context(), "helpdesk", "kamal", ofIssue("2"))
	if err != nil {
		t.Fatal(err)
	}
	other := others[slices.IndexFunc(others, func(r ledger.Record) bool { return r.Kind == "verdict" })]
	if other.Row = genuine.Row; other.Genuine() {
		t.Error("the row of another issue passes for this one's")
	}
	if got := genuine.Text("state"); got != "breached" || genuine.Text("ordinal") != "" || genuine.Text("price") != "" {
		t.Errorf("state %q, a number as text %q", got, genuine.Text("ordinal"))
	}
	if n := genuine.Value("due"); fmt.Sprint(n) != fmt.Sprint(t0.Add(20*time.Minute).UnixMilli()) {
		t.Errorf("due %v", n)
	}
	if genuine.Value("price") != nil || linkOnly.Value("state") != nil {
		t.Error("a value of a column that is not there")
	}
}

func replaced(text json.RawMessage, was, is string) json.RawMessage {
	return json.RawMessage(strings.Replace(string(text), was, is, 1))
}

// A head of the chain that was kept elsewhere is compared with the link of its number.
func TestHashAt(t *testing.T) {
	l, _ := twoIssues(t)
	head, err := l.Chain(t.Context(), "helpdesk")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for n := int64(1); n <= head.Records; n++ {
		hash, err := l.HashAt(t.Context(), "helpdesk", n)
		if err != nil || hash == "" || seen[hash] || (hash == head.Head) != (n == head.Records) {
			t.Errorf("link %d of %d: %q, %v", n, head.Records, hash, err)
		}
		seen[hash] = true
	}
	for _, n := range []int64{0, head.Records + 1} {
		if hash, err := l.HashAt(t.Context(), "helpdesk", n); err != nil || hash != "" {
			t.Errorf("link %d, which is not there: %q, %v", n, hash, err)
		}
	}
	if hash, err := l.HashAt(t.Context(), "desk", 1); err != nil || hash != "" {
		t.Errorf("of another connection: %q, %v", hash, err)
	}
}
