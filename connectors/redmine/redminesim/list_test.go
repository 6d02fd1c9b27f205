package redminesim_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"slabridge/connectors/redmine/redminesim"
)

// four issues a minute apart; 3 is closed, 4 is in the subproject.
func listLab(t *testing.T, opt redminesim.Options) lab {
	l := newLab(t, opt)
	l.make(redminesim.NewIssue{Priority: "High"})
	l.clock.move(time.Minute)
	l.make(redminesim.NewIssue{Assignee: "support1", Fields: map[string]string{"Severity": "critical"}})
	l.clock.move(time.Minute)
	l.make(redminesim.NewIssue{Priority: "Urgent"})
	l.must(l.As("manager1").SetStatus(3, "Closed"))
	l.clock.move(time.Minute)
	l.make(redminesim.NewIssue{Project: "acme-erp", Parent: 0})
	return l
}

func TestListFilters(t *testing.T) {
	tests := []struct {
		name, query string
		want        []int
	}{
		{"open only by default", "", []int{4, 2, 1}},
		{"all", "status_id=*", []int{4, 3, 2, 1}},
		{"closed", "status_id=closed", []int{3}},
		{"several statuses", "status_id=1|5", []int{4, 3, 2, 1}},
		{"garbage status on SQLite", "status_id=garbage", nil},
		{"no status on SQLite", "status_id=!*", []int{4, 3, 2, 1}},
		{"unknown filter is ignored", "status_id=*&foo=bar", []int{4, 3, 2, 1}},
		{"unknown custom field is ignored", "status_id=*&cf_999=x", []int{4, 3, 2, 1}},
		{"custom field", "status_id=*&cf_1=critical", []int{2}},
		{"priorities", "status_id=*&priority_id=3|4", []int{3, 1}},
		{"priorities with a comma on SQLite", "status_id=*&priority_id=3,4", nil},
		{"unknown tracker", "status_id=*&tracker_id=999", nil},
		{"assigned to me", "status_id=*&assigned_to_id=me", nil},
		{"assigned to nobody", "status_id=*&assigned_to_id=!*", []int{4, 3, 1}},
		{"project with subprojects", "status_id=*&project_id=acme", []int{4, 3, 2, 1}},
		{"project by number", "status_id=*&project_id=4", []int{4}},
		{"project alone", "status_id=*&project_id=acme&subproject_id=!*", []int{3, 2, 1}},
		{"ids", "status_id=*&issue_id=1,3,999", []int{3, 1}},
		{"ids do not lift the default", "issue_id=1,3", []int{1}},
		{"updated since, inclusive", "status_id=*&updated_on=%3E%3D2026-11-20T09:02:00Z", []int{4, 3}},
		{"updated until, inclusive", "status_id=*&updated_on=%3C%3D2026-11-20T09:01:00Z", []int{2, 1}},
		{"updated between, inclusive", "status_id=*&updated_on=%3E%3C2026-11-20T09:01:00Z|2026-11-20T09:02:00Z", []int{3, 2}},
		{"updated at", "status_id=*&updated_on=2026-11-20T09:01:00Z", []int{2}},
		{"updated at, with a sign", "status_id=*&updated_on=%3D2026-11-20T09:01:00Z", []int{2}},
		{"time without Z", "status_id=*&updated_on=%3E%3D2026-11-20T09:03:00", []int{4}},
		{"whole day", "status_id=*&updated_on=2026-11-20", []int{4, 3, 2, 1}},
		{
			"long form has no default", "set_filter=1&f[]=updated_on&op[updated_on]=%3E%3D&v[updated_on][]=2026-11-20T09:02:00Z",
			[]int{4, 3},
		},
		{"closed since", "status_id=*&closed_on=%3E%3D2026-11-20", []int{3}},
		{"last updated by", "status_id=*&last_updated_by=10", []int{3}},
		{"sort", "status_id=*&sort=updated_on:asc", []int{1, 2, 3, 4}},
		{"sort by priority", "status_id=*&sort=priority:desc,id:asc", []int{3, 1, 2, 4}},
		{"unknown sort key is ignored", "status_id=*&sort=foo", []int{4, 3, 2, 1}},
		{"page", "status_id=*&limit=3&page=2", []int{1}},
		{"offset beyond", "status_id=*&offset=100", nil},
	}
	l := listLab(t, redminesim.Options{})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := l.list("sla-bot", tt.query); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestListRefusals(t *testing.T) {
	invalid := `{"errors":["Updated is invalid"]}`
	tests := []struct {
		name, query string
		status      int
		body        string
	}{
		{"offset", "updated_on=%3E%3D2026-11-20T09:00:00%2B00:00", 422, invalid},
		{"fraction", "updated_on=%3E%3D2026-11-20T09:00:00.500Z", 422, invalid},
		{"blank for T", "updated_on=%3E%3D2026-11-20%2009:00:00", 422, invalid},
		{"greater than", "updated_on=%3E2026-11-20T09:00:00Z", 422, invalid},
		{"garbage", "updated_on=%3E%3Dgarbage", 422, invalid},
		{"no such day", "updated_on=%3E%3D2026-13-45", 422, invalid},
		{"raw sign", "updated_on=>=2026-11-20T09:00:00Z", 400, ""},
		{"id in letters", "issue_id=abc", 422, `{"errors":["Issue is invalid"]}`},
		{"several projects", "project_id=2,3", 404, ""},
		{"unknown project", "project_id=nosuch", 404, ""},
		{"project out of sight", "project_id=internal", 403, ""},
		{"unknown query", "query_id=99999", 404, ""},
		{"very long query", "issue_id=" + strings.Repeat("1,", 6000) + "1", 400, ""},
	}
	l := listLab(t, redminesim.Options{})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l.ask("sla-bot", http.MethodGet, "/issues.json?"+tt.query, nil).expect(t, tt.status, tt.body)
		})
	}
	t.Run("PostgreSQL fails on what is no number", func(t *testing.T) {
		pg := listLab(t, redminesim.Options{Postgres: true})
		for _, q := range []string{"priority_id=3,4", "status_id=garbage", "status_id=!*"} {
			pg.ask("sla-bot", http.MethodGet, "/issues.json?"+q, nil).expect(t, 500, "")
		}
	})
	t.Run("long lists of ids before 6.1", func(t *testing.T) {
		q := "/issues.json?status_id=*&issue_id=" + strings.Repeat("1,", 1000) + "1"
		old := listLab(t, redminesim.Options{Version: redminesim.V60})
		old.ask("sla-bot", http.MethodGet, q, nil).expect(t, 500, `{"status":500,"error":"Internal Server Error"}`)
		if a := l.ask("sla-bot", http.MethodGet, q, nil); a.status != 200 {
			t.Errorf("6.1: %d", a.status)
		}
	})
	t.Run("known to Redmine and not modelled", func(t *testing.T) {
		for _, q := range []string{"subject=~x", "sort=author", "updated_on=lw", "group_by=status", "f[]=done_ratio"} {
			if a := l.ask("sla-bot", http.MethodGet, "/issues.json?"+q, nil); a.status != 501 ||
				!strings.Contains(a.text, "does not model") {
				t.Errorf("%s: %d %s", q, a.status, a.text)
			}
		}
	})
}

func TestListPaging(t *testing.T) {
	l := newLab(t, redminesim.Options{})
	first, last := l.Seed(redminesim.SeedOptions{Issues: 300, Seed: 1})
	if first != 1 || last != 300 {
		t.Fatalf("seeded %d to %d", first, last)
	}
	for limit, want := range map[string]int{"1000": 100, "0": 25, "-1": 25, "abc": 25, "10": 10} {
		a := l.ask("sla-bot", http.MethodGet, "/issues.json?status_id=*&limit="+limit, nil)
		if meta := fmt.Sprintf(`"total_count":300,"offset":0,"limit":%d}`, want); !strings.HasSuffix(a.text, meta) {
			t.Errorf("limit %s: want %s", limit, meta)
		}
	}
	if a := l.ask("sla-bot", http.MethodGet, "/issues.json?limit=1&nometa=1", nil); strings.Contains(a.text,
		"total_count") {
		t.Error("nometa=1 says something")
	}
	t.Run("ties are broken by id, descending", func(t *testing.T) {
		times := map[string][]int{}
		for id := first; id <= last; id++ {
			at := l.get("admin", id).UpdatedOn
			times[at] = append(times[at], id)
		}
		for at, ids := range times {
			if len(ids) < 5 {
				continue
			}
			if got := l.list("sla-bot", "status_id=*&limit=100&sort=updated_on:asc,id:asc&updated_on="+at); !slices.Equal(got,
				ids) {
				t.Errorf("by id: %v, want %v", got, ids)
			}
			slices.Reverse(ids)
			if got := l.list("sla-bot", "status_id=*&limit=100&sort=updated_on:asc&updated_on="+at); !slices.Equal(got, ids) {
				t.Errorf("ties: %v, want %v", got, ids)
			}
			return
		}
		t.Error("the seed made no ties")
	})
	t.Run("an update between two pages makes offset paging skip", func(t *testing.T) {
		page1 := l.list("sla-bot", "status_id=*&limit=10&sort=updated_on:asc")
		expected := l.list("sla-bot", "status_id=*&limit=1&offset=10&sort=updated_on:asc")
		_, err := l.As("sla-bot").Comment(page1[3], "moves to the end")
		l.must(err)
		if got := l.list("sla-bot", "status_id=*&limit=1&offset=10&sort=updated_on:asc"); slices.Equal(got, expected) {
			t.Error("nothing was skipped")
		}
	})
	t.Run("includes of the list", func(t *testing.T) {
		a := l.ask("sla-bot", http.MethodGet,
			"/issues.json?limit=1&include=journals,attachments,relations,children,watchers,allowed_statuses", nil)
		for part, want := range map[string]bool{
			"journals": false, "attachments": true, "relations": true, "watchers": false,
			"allowed_statuses": false,
		} {
			if strings.Contains(a.text, `"`+part+`":`) != want {
				t.Errorf("%s: want %t", part, want)
			}
		}
	})
}

func TestSeedRepeats(t *testing.T) {
	text := func() string {
		l := newLab(t, redminesim.Options{})
		l.Seed(redminesim.SeedOptions{Issues: 50, Seed: 7})
		return l.ask("sla-bot", http.MethodGet, "/issues.json?status_id=*&limit=100", nil).text
	}
	if first, second := text(), text(); first != second {
		t.Error("the same seed made different issues")
	}
}

func BenchmarkListTwoThousand(b *testing.B) {
	l := newLab(b, redminesim.Options{})
	l.Seed(redminesim.SeedOptions{Issues: 2000, Seed: 1})
	for b.Loop() {
		for offset := 0; offset < 2000; offset += 100 {
			l.list("sla-bot", fmt.Sprintf("status_id=*&limit=100&offset=%d&sort=updated_on:asc,id:asc", offset))
		}
	}
}
