package jirasim_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"slabridge/connectors/jira/jirasim"
)

// trap is one thing that Jira does and a client would rather not believe.
type trap struct {
	name  string
	opt   jirasim.Options
	check func(t *testing.T, l lab)
}

var (
	cloud      = jirasim.Options{Cloud: true}
	dc         = jirasim.Options{}
	cloudDesk  = jirasim.Options{Cloud: true, ServiceDesk: true}
	dcDesk     = jirasim.Options{ServiceDesk: true}
	allOfThem  = map[string]any{"jql": "created >= 0 ORDER BY created ASC, key ASC"}
	readClosed = []any{map[string]any{"key": "sd.public.comment", "value": map[string]any{"internal": true}}}
)

// TestTraps: what the stand-in is for.
func TestTraps(t *testing.T) {
	for _, tr := range slices.Concat(searchTraps, historyTraps, writeTraps, deskTraps, accountTraps) {
		t.Run(tr.name, func(t *testing.T) { tr.check(t, newLab(t, tr.opt)) })
	}
}

var searchTraps = []trap{
	{"cloud: a search that names no fields gives none, and there is no total", cloud, func(t *testing.T, l lab) {
		l.make(jirasim.NewIssue{})
		a := l.search("sla-bot", allOfThem)
		if got := a.at(t, "issues.0.fields"); got != missing {
			t.Errorf("fields are %v", got)
		}
		if got := a.at(t, "total"); got != missing {
			t.Errorf("the total is %v", got)
		}
	}},
	{"data center: a search that names no fields gives those that are navigable", dc, func(t *testing.T, l lab) {
		l.make(jirasim.NewIssue{})
		a := l.search("sla-bot", allOfThem)
		if a.at(t, "issues.0.fields.summary") != "printer on fire" || a.at(t, "issues.0.fields.comment") != missing ||
			a.at(t, "total") != 1.0 {
			t.Error(a.text)
		}
	}},
	{
		"cloud: pages go by tokens, of which the last page has none, and skip nothing when an issue is deleted between",
		cloud, func(t *testing.T, l lab) {
			ids := l.crowd(5)
			q := map[string]any{"jql": allOfThem["jql"], "maxResults": 2}
			first := l.search("sla-bot", q)
			l.must(l.As("admin").Delete(ids[0]))
			q["nextPageToken"] = first.at(t, "nextPageToken")
			second := l.search("sla-bot", q)
			if got := second.at(t, "issues.0.id"); got != fmt.Sprint(ids[2]) || second.at(t, "isLast") != false {
				t.Errorf("the second page begins with %v, want %d", got, ids[2])
			}
			q["nextPageToken"] = second.at(t, "nextPageToken")
			last := l.search("sla-bot", q)
			if last.at(t, "isLast") != true || last.at(t, "nextPageToken") != missing {
				t.Error(last.text)
			}
		},
	},
	{"cloud: a token is of its query alone and dies in a week", cloud, func(t *testing.T, l lab) {
		l.crowd(3)
		q := map[string]any{"jql": allOfThem["jql"], "maxResults": 2}
		q["nextPageToken"] = l.search("sla-bot", q).at(t, "nextPageToken")
		other := map[string]any{"jql": "created >= 1 ORDER BY created ASC, key ASC", "nextPageToken": q["nextPageToken"]}
		l.search("sla-bot", other).want(t, 400, "token")
		l.search("sla-bot", map[string]any{"jql": q["jql"], "nextPageToken": "nonsense"}).want(t, 400, "token")
		l.clock.move(8 * 24 * time.Hour)
		l.search("sla-bot", q).want(t, 400, "token")
	}},
	{"cloud: a page has at most a hundred issues, whatever is asked for", cloud, func(t *testing.T, l lab) {
		l.crowd(101)
		a := l.search("sla-bot", map[string]any{"jql": allOfThem["jql"], "maxResults": 5000, "fields": []string{"summary"}})
		if a.at(t, "issues.99") == missing || a.at(t, "issues.100") != missing || a.at(t, "isLast") != false {
			t.Error("another size")
		}
	}},
	{"data center: pages are clamped without a word", jirasim.Options{Clamp: 3}, func(t *testing.T, l lab) {
		l.crowd(5)
		a := l.search("sla-bot", map[string]any{"jql": allOfThem["jql"], "maxResults": 1000})
		if a.at(t, "maxResults") != 3.0 || a.at(t, "total") != 5.0 || a.at(t, "issues.3") != missing {
			t.Error(a.text)
		}
	}},
	{"cloud: the search of old is gone", cloud, func(t *testing.T, l lab) {
		l = l.loose() // the documents call it deprecated
		l.ask("sla-bot", "POST", "api/2/search", allOfThem).want(t, 410, "search/jql")
		l.get("sla-bot", "api/2/search?jql=created%3E%3D0").want(t, 410, "search/jql")
	}},
	{"data center: the new search is not there", dc, func(t *testing.T, l lab) {
		l.loose().ask("sla-bot", "POST", "api/2/search/jql", allOfThem).want(t, 404, "null for uri")
	}},
	{"cloud: a query without a bound is refused", cloud, func(t *testing.T, l lab) {
		l.search("sla-bot", map[string]any{"jql": "ORDER BY created ASC"}).want(t, 400, "Unbounded")
		l.search("sla-bot", map[string]any{"jql": ""}).want(t, 400, "Unbounded")
	}},
	{"dates in a query are in the zone of who asks and to the minute, numbers are not", dc, func(t *testing.T, l lab) {
		l.clock.move(30 * time.Second)
		id := l.make(jirasim.NewIssue{}) // at 09:00:30 UTC
		var me struct{ TimeZone string }
		l.get("sla-bot", "api/2/myself").into(t, &me)
		zone, err := time.LoadLocation(me.TimeZone)
		l.must(err)
		here := start.In(zone).Format("2006-01-02 15:04")
		if here == start.Format("2006-01-02 15:04") {
			t.Fatal("the account's zone is UTC: that shows nothing")
		}
		for query, found := range map[string]bool{
			`updated >= "` + here + `"`:                        true,
			`updated > "` + here + `"`:                         true, // by half a minute
			`updated <= "` + here + `"`:                        false,
			fmt.Sprintf("updated >= %d", start.UnixMilli()):    true,
			fmt.Sprintf("updated > %d", start.UnixMilli()+3e4): false,
			"updated >= -1m":                                   true,
			"created < -1m":                                    false,
		} {
			if got := l.ids("sla-bot", query+" ORDER BY key ASC"); slices.Contains(got, id) != found {
				t.Errorf("%s finds %v", query, got)
			}
		}
	}},
	{"cloud: a number in quotes is no date", cloud, func(t *testing.T, l lab) {
		l.search("sla-bot", map[string]any{"jql": `updated >= "1732877091000"`}).want(t, 400, "invalid")
	}},
	{
		"cloud: the index trails, unevenly, and an issue that is named is fresh",
		jirasim.Options{Cloud: true, Lag: 10 * time.Minute},
		func(t *testing.T, l lab) {
			ids := l.crowd(3)
			if got := l.ids("sla-bot", "created >= 0"); len(got) == 3 || len(got) == 0 {
				t.Errorf("at once it has %v", got)
			}
			l.clock.move(10 * time.Minute)
			if got := l.ids("sla-bot", "created >= 0"); len(got) != 3 {
				t.Errorf("after its lag it has %v", got)
			}
			for _, id := range ids {
				l.must(l.As("support1").Update(id, jirasim.Change{Subject: "changed", Note: "x"}))
			}
			q := map[string]any{
				"jql": "created >= 0 ORDER BY id ASC", "fields": []string{"summary"},
				"reconcileIssues": []int{ids[0], ids[1]},
			}
			var subjects []any
			for n := range ids {
				subjects = append(subjects, l.search("sla-bot", q).at(t, fmt.Sprintf("issues.%d.fields.summary", n)))
			}
			if subjects[0] != "changed" || subjects[1] != "changed" || subjects[2] != "one of a crowd" && ids[2]%3 != 0 {
				t.Errorf("with two of them named: %v", subjects)
			}
			if got := l.get("sla-bot", fmt.Sprintf("api/2/issue/%d?fields=summary", ids[2])).at(t,
				"fields.summary"); got != "changed" {
				t.Errorf("the issue itself is stale: %v", got)
			}
		},
	},
	{
		"cloud: a deleted comment leaves what the index had of it alone",
		jirasim.Options{Cloud: true, Lag: 10 * time.Minute},
		func(t *testing.T, l lab) {
			id := l.make(jirasim.NewIssue{})
			for id%3 == 0 { // one that the index has at once
				id = l.make(jirasim.NewIssue{})
			}
			for range 3 {
				l.must(l.As("support1").Update(id, jirasim.Change{Note: "x"}))
			}
			l.clock.move(10 * time.Minute)
			page, err := l.As("support1").See(id)
			l.must(err)
			l.must(l.As("support1").DeleteComment(page.Notes[0].ID))
			q := map[string]any{"jql": fmt.Sprintf("id = %d", id), "fields": []string{"comment"}}
			if got := l.search("sla-bot", q).at(t, "issues.0.fields.comment.total"); got != 3.0 {
				t.Errorf("the index knows of %v comments", got)
			}
		},
	},
	{"cloud: a project or an issue out of sight is an error in a query", cloud, func(t *testing.T, l lab) {
		l.search("sla-bot", map[string]any{"jql": "project = INTERNAL"}).want(t, 400,
			"does not exist for the field 'project'")
		l.search("sla-bot", map[string]any{"jql": "key = ACME-99"}).want(t, 400, "does not exist")
	}},
}

var historyTraps = []trap{
	{
		"cloud: a changelog within another answer is cut at forty, newest first; its own address has all, oldest first",
		cloud, func(t *testing.T, l lab) {
			id := l.busy(45)
			within := l.get("sla-bot", fmt.Sprintf("api/2/issue/%d?expand=changelog&fields=status", id))
			if within.at(t, "changelog.histories.39") == missing || within.at(t, "changelog.histories.40") != missing ||
				within.at(t, "changelog.total") != 45.0 {
				t.Error("not cut at forty of 45")
			}
			if got := within.at(t, "changelog.histories.0.items.0.toString"); got != "number 44" {
				t.Errorf("first comes %v", got)
			}
			if got := l.search("sla-bot", map[string]any{"jql": fmt.Sprintf("id = %d", id), "expand": "changelog"}).at(t,
				"issues.0.changelog.histories.40"); got != missing {
				t.Error("not cut within a search")
			}
			whole := l.get("sla-bot", fmt.Sprintf("api/2/issue/%d/changelog?startAt=0&maxResults=200", id))
			if whole.at(t, "values.0.items.0.toString") != "number 0" || whole.at(t, "values.44") == missing ||
				whole.at(t, "maxResults") != 100.0 {
				t.Error(whole.text)
			}
		},
	},
	{"data center: the changelog has no address of its own, and is whole within an issue", dc, func(t *testing.T, l lab) {
		id := l.busy(45)
		l.loose().get("sla-bot", fmt.Sprintf("api/2/issue/%d/changelog", id)).want(t, 404, "null for uri")
		within := l.get("sla-bot", fmt.Sprintf("api/2/issue/%d?expand=changelog", id))
		if within.at(t, "changelog.histories.0.items.0.toString") != "number 0" ||
			within.at(t, "changelog.histories.44") == missing {
			t.Error("not whole, or not oldest first")
		}
	}},
	{"data center: items of the changelog have no fieldId", dc, func(t *testing.T, l lab) {
		a := l.get("sla-bot", fmt.Sprintf("api/2/issue/%d?expand=changelog", l.busy(1)))
		if got := a.at(t, "changelog.histories.0.items.0.fieldId"); got != missing {
			t.Errorf("it is %v", got)
		}
	}},
	{"cloud: some items of the changelog have no fieldId", cloud, func(t *testing.T, l lab) {
		id := l.busy(1)
		l.must(l.As("support1").Attach(id, "a.txt"))
		a := l.get("sla-bot", fmt.Sprintf("api/2/issue/%d/changelog", id))
		if a.at(t, "values.0.items.0.fieldId") != "summary" || a.at(t, "values.1.items.0.fieldId") != missing {
			t.Error(a.text)
		}
	}},
	{"times are in the zone of who asks, without a colon", dc, func(t *testing.T, l lab) {
		path := fmt.Sprintf("api/2/issue/%d?fields=created", l.make(jirasim.NewIssue{}))
		zones := map[string]bool{}
		for _, who := range []string{"sla-bot", "support1", "dev1"} {
			at, _ := l.get(who, path).at(t, "fields.created").(string)
			parsed, err := time.Parse("2006-01-02T15:04:05.000-0700", at)
			if err != nil || !parsed.Equal(start) {
				t.Errorf("%s reads %s", who, at)
			}
			zones[at[len(at)-5:]] = true
		}
		if len(zones) < 2 {
			t.Error("all have one zone")
		}
	}},
	{"what has no value is null, not absent", cloud, func(t *testing.T, l lab) {
		a := l.get("sla-bot", fmt.Sprintf("api/2/issue/%d", l.make(jirasim.NewIssue{})))
		for _, f := range []string{
			"assignee", "resolution", "duedate", "environment", "security", "customfield_10050",
			"customfield_10064",
		} {
			if got := a.at(t, "fields."+f); got != nil {
				t.Errorf("%s is %v", f, got)
			}
		}
	}},
	{"an issue out of sight is one that does not exist", dc, func(t *testing.T, l lab) {
		hidden, err := l.As("manager1").Create(jirasim.NewIssue{Project: "INTERNAL", Subject: "x"})
		l.must(err)
		deleted := l.make(jirasim.NewIssue{})
		l.must(l.As("admin").Delete(deleted))
		a, b := l.get("sla-bot", fmt.Sprintf("api/2/issue/%d", hidden)), l.get("sla-bot",
			fmt.Sprintf("api/2/issue/%d", deleted))
		if a.status != 404 || a.text != b.text {
			t.Errorf("%d %s and %d %s", a.status, a.text, b.status, b.text)
		}
	}},
	{"a moved issue keeps its id and answers to its old key", dc, func(t *testing.T, l lab) {
		id := l.make(jirasim.NewIssue{})
		l.must(l.As("manager1").Update(id, jirasim.Change{Project: "ERP"}))
		a := l.get("sla-bot", "api/2/issue/ACME-1?expand=changelog")
		if a.at(t, "id") != fmt.Sprint(id) || a.at(t, "key") != "ERP-1" || !strings.Contains(a.text, `"field":"Key"`) {
			t.Error(a.text)
		}
	}},
	{
		"lists of booked time leave out the last minute",
		jirasim.Options{Cloud: true, Lag: 10 * time.Minute},
		func(t *testing.T, l lab) {
			id := l.make(jirasim.NewIssue{})
			entry, err := l.As("support1").Book(id, 90*time.Minute, "2026-11-20")
			l.must(err)
			if got := l.get("sla-bot", "api/2/worklog/updated?since=0").at(t, "values.0"); got != missing {
				t.Errorf("at once it has %v", got)
			}
			l.clock.move(time.Minute)
			if got := l.get("sla-bot", "api/2/worklog/updated?since=0").at(t, "values.0.worklogId"); got != float64(entry) {
				t.Errorf("after a minute it has %v", got)
			}
			list := l.ask("sla-bot", "POST", "api/2/worklog/list", map[string]any{"ids": []int{entry, 99}})
			if list.at(t, "0.timeSpent") != "1h 30m" || list.at(t, "1") != missing {
				t.Error(list.text)
			}
			l.must(l.As("support1").DeleteWork(entry))
			l.clock.move(time.Minute)
			if got := l.get("sla-bot", "api/2/worklog/updated?since=0").at(t, "values.0"); got != missing {
				t.Errorf("deleted, it is listed: %v", got)
			}
		},
	},
}

// crowd makes issues of ACME, a second apart, of which the clock is at the last.
func (l lab) crowd(n int) []int {
	l.t.Helper()
	var at []time.Time
	for k := range n {
		at = append(at, l.clock.now().Add(time.Duration(k-n+1)*time.Second))
	}
	ids, err := l.As("customer1").Crowd("ACME", at)
	l.must(err)
	return ids
}

// busy makes an issue whose subject was changed so often.
func (l lab) busy(n int) int {
	l.t.Helper()
	id := l.make(jirasim.NewIssue{})
	for k := range n {
		l.must(l.As("support1").Update(id, jirasim.Change{Subject: fmt.Sprintf("number %d", k)}))
	}
	return id
}
