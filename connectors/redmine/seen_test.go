package redmine

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slabridge/connectors"
)

// TestRefusalsInEveryLanguage: whatever language the account has, a refusal that begins with one of Redmine's names
// for the assignee or the priority is of that field and no other; a text that merely contains one is of none.
func TestRefusalsInEveryLanguage(t *testing.T) {
	for field, count := range map[string]int{connectors.FieldAssignee: 44, connectors.FieldPriority: 35} {
		names := labels[field]
		if got := len(slices.Compact(slices.Sorted(slices.Values(names)))); got != count || len(names) != count {
			t.Errorf("%s has %d names, %d of them different; want %d", field, len(names), got, count)
		}
		for _, name := range names {
			message := name + " is invalid"
			want := []connectors.RefusedField{{Field: field, Words: message}}
			if diff := cmp.Diff(want, refusedFields([]string{"Subject cannot be blank", message})); name == "" || diff != "" {
				t.Errorf("%q:\n%s", message, diff)
			}
			if got := refusedFields([]string{"The " + message, name + "X is invalid"}); got != nil {
				t.Errorf("%q: %v", message, got)
			}
		}
	}
}

// TestEveryColumnIsNamed: the columns that contracts speak of have the contract's names in the history, all others
// Redmine's.
func TestEveryColumnIsNamed(t *testing.T) {
	for column, want := range map[string]string{
		"status_id": "status", "assigned_to_id": "assignee", "priority_id": "priority", "project_id": "project",
		"tracker_id": "type", "category_id": "category", "due_date": "due_date", "parent_id": "parent",
		"description": "description", "subject": "subject", "start_date": "start_date", "is_private": "is_private",
	} {
		e, err := decodeJournal(json.RawMessage(fmt.Sprintf(`{"id":3,"created_on":"2026-03-02T09:30:00Z",
			"details":[{"property":"attr","name":%q,"old_value":"1","new_value":"2"}]}`, column)), nil)
		if err != nil || len(e.Changes) != 1 || e.Changes[0].Field != want || e.Changes[0].Delta {
			t.Errorf("%s: %+v, %v; want %s", column, e.Changes, err, want)
		}
	}
	for kind, want := range map[string]string{
		"duplicates": "duplicated", "blocks": "blocked", "precedes": "follows", "copied_to": "copied_from",
		"relates": "relates",
	} {
		values := connectors.Values{}
		wireIssue{ID: "2", Relations: []relation{{Type: kind, From: "1", To: "2"}, {Type: kind, From: "2", To: "3"}}}.
			addLinks(values)
		here := values[connectors.FieldRelation+kind]
		there := values[connectors.FieldRelation+want]
		if kind == want && strings.Join(here, " ") != "1 3" ||
			kind != want && (strings.Join(here, " ") != "3" || strings.Join(there, " ") != "1") {
			t.Errorf("%s: from here %v, from there %v", kind, here, there)
		}
	}
}

// TestPeopleWhomNoListHas: whom the configuration names by id is asked for, unless a list of members has them; nobody
// is made up where Redmine answers with somebody else, shows nobody, or the name is no id.
func TestPeopleWhomNoListHas(t *testing.T) {
	answers := office()
	answers["/users/77.json"] = `{"user":{"id":77,"firstname":"Vera","lastname":"Petrova"}}`
	answers["/users/78.json"] = `{"user":{"id":79,"firstname":"Somebody","lastname":"Else"}}`
	answers["/users/80.json"] = `{"user":{"id":80,"lastname":"Mono"}}`
	var asked []string
	tr := siteOf(t, answers, func(r *http.Request) {
		if rest, ok := strings.CutPrefix(r.URL.Path, "/users/"); ok && rest != "current.json" {
			asked = append(asked, rest)
		}
	})
	tr.directory.client.People = []string{"77", "20", "78", "80", "81", "ivanov"}
	d, err := tr.Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range d.People {
		got = append(got, p.ID+" "+p.Name)
	}
	want := []string{"5 SLA Bot", "20 Anna", "40 Team", "77 Vera Petrova", "80 Mono"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("people:\n%s", diff)
	}
	if want := "77.json 78.json 80.json 81.json"; strings.Join(asked, " ") != want {
		t.Errorf("asked for %q, want %q", asked, want)
	}
	broken := siteOf(t, office(), nil)
	broken.directory.client.People = []string{"77"}
	if d, err := broken.Directory(t.Context()); err != nil || len(d.People) != 3 {
		t.Errorf("nobody of that number: %v, %v", d.People, err)
	}
	answers["/users/77.json"] = "<html>"
	tr = siteOf(t, answers, nil)
	tr.directory.client.People = []string{"77"}
	if _, err := tr.Directory(t.Context()); connectors.ClassOf(err) != connectors.Garbled ||
		!strings.Contains(err.Error(), "ask who user 77 is") {
		t.Errorf("an answer that is none: %v", err)
	}
}

// TestScopeIsAskedForOnce: lists of a scope name its projects, which are listed once for an hour; what an earlier run
// was told of them is believed as long, but only where it knows all that the scope names. A list of projects that
// cannot be read is an error of every list, and never an empty one.
func TestScopeIsAskedForOnce(t *testing.T) {
	now := noon
	var asked []string
	answers := office()
	answers["/issues.json"] = `{"issues":[` +
		`{"id":7,"project":{"id":1},"created_on":"2026-03-02T09:00:00Z","updated_on":"2026-03-02T09:00:00Z"},` +
		`{"id":8,"project":{"id":2},"created_on":"2026-03-02T09:00:00Z","updated_on":"2026-03-02T09:00:00Z"}]}`
	follow := func(listed connectors.Listed, projects ...string) *Tracker {
		return connect(t, "http://example.org", func(c *connectors.Settings) {
			c.Scope, c.Listed = connectors.Scope{Projects: projects}, listed
			c.Now = func() time.Time { return now }
			c.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
				asked = append(asked, strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/"), ".json")+
					strings.Join(r.URL.Query()["v[project_id][]"], "+"))
				if body := answers[r.URL.Path]; body != "" {
					return answered(r, 200, body), nil
				}
				return answered(r, 500, ""), nil
			})
		})
	}
	lists := map[string]func(*Tracker) ([]connectors.Stub, error){
		"census": func(tr *Tracker) ([]connectors.Stub, error) {
			return gather(func(page func([]connectors.Stub) error) error { return tr.Census(t.Context(), page) })
		},
		"changed": func(tr *Tracker) ([]connectors.Stub, error) {
			return gather(func(page func([]connectors.Stub) error) error { return tr.Changed(t.Context(), time.Time{}, page) })
		},
	}
	known := connectors.Listed{Projects: []connectors.Project{{ID: "1", Key: "acme", Name: "ACME"}}, At: noon}
	for _, c := range []struct {
		name     string
		listed   connectors.Listed
		projects []string
		after    time.Duration
		want     string
	}{
		{"nothing is known", connectors.Listed{}, []string{"acme"}, 0, "projects issues1"},
		{"an earlier run was told", known, []string{"acme"}, 0, "issues1"},
		{"a second short of an hour ago", known, []string{"acme"}, time.Hour - time.Second, "issues1"},
		{"an hour ago", known, []string{"acme"}, time.Hour, "projects issues1"},
		{"it was not told of all", known, []string{"acme", "erp"}, 0, "projects issues1+2"},
	} {
		for _, list := range []string{"census", "changed"} {
			now, asked = noon, nil
			tr := follow(c.listed, c.projects...)
			now = noon.Add(c.after)
			stubs, err := lists[list](tr)
			got := strings.TrimSuffix(strings.Join(asked, " "), " users/current")
			if err != nil || len(stubs) != len(c.projects) || got != c.want {
				t.Errorf("%s of %s: %d issues, %v; asked for %s, want %s", list, c.name, len(stubs), err, got, c.want)
			}
			now = now.Add(time.Minute)
			asked = nil
			over := c.after == time.Hour-time.Second
			if _, err := lists[list](tr); err != nil || strings.HasPrefix(asked[0], "projects") != over {
				t.Errorf("%s of %s, again: asked for %v, %v", list, c.name, asked, err)
			}
		}
	}
	for _, list := range []string{"census", "changed"} {
		stubs, err := lists[list](follow(connectors.Listed{}, "nobody-knows"))
		if err != nil || len(stubs) != 0 {
			t.Errorf("%s of no project: %v, %v", list, stubs, err)
		}
		projects := answers["/projects.json"]
		answers["/projects.json"] = ""
		asked = nil
		if stubs, err := lists[list](follow(connectors.Listed{}, "acme")); connectors.ClassOf(err) != connectors.TryLater ||
			len(stubs) != 0 || !strings.Contains(err.Error(), "list projects") || len(asked) != 1 {
			t.Errorf("%s while projects cannot be listed: %v, %v after %v", list, stubs, err, asked)
		}
		answers["/projects.json"] = projects
	}
}

// TestListsSayWhatTheyAre: an error of a list of issues names the list.
func TestListsSayWhatTheyAre(t *testing.T) {
	tr := siteOf(t, map[string]string{"/issues.json": `{"issues":7}`}, nil)
	for want, list := range map[string]func() error{
		"list all issues": func() error {
			return tr.Census(t.Context(), func([]connectors.Stub) error { return nil })
		},
		"list changed issues": func() error {
			return tr.Changed(t.Context(), noon, func([]connectors.Stub) error { return nil })
		},
	} {
		if err := list(); !garbled(err) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// garbled reports whether an error says that a successful answer was none of the tracker's: it has no status to tell.
func garbled(err error) bool {
	var e *connectors.Error
	return errors.As(err, &e) && e.Class == connectors.Garbled && e.Status == 0
}

// TestMembersWithoutOurselves: a list of members that lacks our own account is not believed, unless we see every
// project as an administrator.
func TestMembersWithoutOurselves(t *testing.T) {
	answers := office()
	answers["/projects/1/memberships.json"] = `{"memberships":[{"user":{"id":20,"name":"Anna"},"roles":[]}]}`
	_, err := siteOf(t, answers, nil).Directory(t.Context())
	if !garbled(err) || !strings.Contains(err.Error(), "our own account is not among them") {
		t.Errorf("%v", err)
	}
	account := answers["/users/current.json"]
	answers["/users/current.json"] = strings.Replace(account, `"id":5,`, `"id":5,"admin":true,`, 1)
	d, err := siteOf(t, answers, nil).Directory(t.Context())
	if err != nil || len(d.People) != 1 || d.People[0].ID != "20" {
		t.Errorf("an administrator sees %v, %v", d.People, err)
	}
}

// TestRecentCostsNoMore: what changed last is read in as few requests as its number takes; of a page that fails, what
// stood before it is given with the error, and an issue that cannot be read is no sample.
func TestRecentCostsNoMore(t *testing.T) {
	for _, c := range []struct {
		name           string
		total, most    int
		fails          int // the request that fails; 0: none
		want, requests int
		asked          string // limit and offset of each
	}{
		{"fewer than a page", 99, 500, 0, 98, 1, "100+0"},
		{"a page", 100, 500, 0, 99, 1, "100+0"},
		{"one more", 101, 500, 0, 100, 2, "100+0 100+100"},
		{"as many as wanted", 400, 150, 0, 149, 2, "100+0 50+100"},
		{"a page wanted", 400, 100, 0, 99, 1, "100+0"},
		{"none wanted", 400, 0, 0, 0, 0, ""},
		{"the second page fails", 400, 500, 2, 99, 2, "100+0 100+100"},
		{"the first page fails", 400, 500, 1, 0, 1, "100+0"},
	} {
		var asked []string
		tr := siteOf(t, nil, nil)
		tr.lists.client = connect(t, "http://example.org", func(s *connectors.Settings) {
			s.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
				q := r.URL.Query()
				asked = append(asked, q.Get("limit")+"+"+q.Get("offset"))
				if len(asked) == c.fails {
					return answered(r, 500, ""), nil
				}
				limit, _ := strconv.Atoi(q.Get("limit"))
				offset, _ := strconv.Atoi(q.Get("offset"))
				var page []string
				for n := offset; n < min(offset+limit, c.total); n++ {
					if n == 0 {
						page = append(page, `{"id":1}`) // has no times
						continue
					}
					page = append(page, strings.Replace(fullIssue, `"id":17`, fmt.Sprintf(`"id":%d`, n+1), 1))
				}
				list := strings.Join(page, ",")
				return answered(r, 200, fmt.Sprintf(`{"issues":[%s],"total_count":%d}`, list, c.total)), nil
			})
		}).lists.client
		issues, err := sampler{tr.lists.site}.recent(t.Context(), []string{"1"}, c.most)
		class := connectors.Class(0)
		if c.fails > 0 {
			class = connectors.TryLater
		}
		if len(issues) != min(c.want, c.most) || connectors.ClassOf(err) != class || len(asked) != c.requests ||
			strings.Join(asked, " ") != c.asked {
			t.Errorf("%s: %d issues, %v, asked %v", c.name, len(issues), err, asked)
		}
	}
	tr := siteOf(t, map[string]string{"/issues.json": `{"issues":7}`}, nil)
	_, err := sampler{tr.lists.site}.recent(t.Context(), []string{"3"}, 10)
	if !garbled(err) || !strings.Contains(err.Error(), "list the last issues of project 3") {
		t.Errorf("a page that is none: %v", err)
	}
}

// TestListsThatGrowAreBounded: a list may take twenty requests more than four times what its first page promised, and
// ends then, to go on from there the next time.
func TestListsThatGrowAreBounded(t *testing.T) {
	for total, want := range map[int]int{0: 24, 99: 24, 100: 28, 1000: 64} {
		requests := 0
		tr := connectShelf(t, roundTrip(func(r *http.Request) (*http.Response, error) {
			requests++
			var page []string
			for n := range pageSize {
				page = append(page, fmt.Sprintf(
					`{"id":%d,"created_on":"2026-01-01T00:00:00Z","updated_on":"2026-01-01T00:00:00Z"}`, requests*pageSize+n))
			}
			list := strings.Join(page, ",")
			return answered(r, 200, fmt.Sprintf(`{"issues":[%s],"total_count":%d,"limit":100}`, list, total)), nil
		}))
		err := tr.Census(t.Context(), func([]connectors.Stub) error { return nil })
		if connectors.ClassOf(err) != connectors.TryLater || requests != want {
			t.Errorf("of %d: %d requests, %v; want %d", total, requests, err, want)
		}
	}
}

// TestClockOfAComment: where no answer has a Date, the clock of Redmine is measured on our own comment, when the issue
// is read back.
func TestClockOfAComment(t *testing.T) {
	marked := strings.Replace(fullIssue, "later", "later [mark]", 1)
	tr := siteOf(t, map[string]string{"/issues/17.json": `{"issue":` + marked + `}`}, nil)
	if err := tr.Update(t.Context(), connectors.Write{
		Issue: "17", Comment: &connectors.Comment{Text: "later [mark]", Mark: "[mark]"},
	}); err != nil {
		t.Fatal(err)
	}
	if _, _, ok := tr.Offset(); ok {
		t.Error("the clock is known before anything tells it")
	}
	if _, err := tr.History(t.Context(), "17"); err != nil {
		t.Fatal(err)
	}
	if ahead, at, ok := tr.Offset(); !ok || ahead > -time.Hour || !at.Equal(noon) {
		t.Errorf("the comment of 10:00, written at %s, puts the clock %s ahead at %s (%v)", noon, ahead, at, ok)
	}
}
