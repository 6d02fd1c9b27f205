package redmine

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"slabridge/connectors"
	"slabridge/connectors/redmine/redminesim"
)

func TestUpdateSendsOnlyWhatIsSet(t *testing.T) {
	s := func(s string) *string { return &s }
	for _, c := range []struct {
		write connectors.Write
		want  string
	}{
		{connectors.Write{Assign: s("")}, `{"issue":{"assigned_to_id":""}}`},
		{
			connectors.Write{Status: s("2"), Priority: s("4"), Assign: s("8")},
			`{"issue":{"assigned_to_id":"8","priority_id":"4","status_id":"2"}}`,
		},
		{
			connectors.Write{Comment: &connectors.Comment{Text: "Принято 👍\r\n"}},
			`{"issue":{"notes":"Принято 👍\r\n","private_notes":false}}`,
		},
		{
			connectors.Write{Comment: &connectors.Comment{Text: "x", Internal: true}},
			`{"issue":{"notes":"x","private_notes":true}}`,
		},
		{
			connectors.Write{Fields: map[string]string{"cf:12": "", "cf:11": "2026-01-13"}},
			`{"issue":{"custom_fields":[{"id":"11","value":"2026-01-13"},{"id":"12","value":""}]}}`,
		},
	} {
		got, err := encodeUpdate(c.write)
		if err != nil || string(got) != c.want {
			t.Errorf("%s, %v, want %s", got, err, c.want)
		}
	}
	for want, w := range map[string]connectors.Write{
		"NUL":             {Comment: &connectors.Comment{Text: "a\x00b"}},
		"not UTF-8":       {Comment: &connectors.Comment{Text: "a\xffb"}},
		"no custom field": {Fields: map[string]string{"due_date": "2026-01-13"}},
	} {
		if body, err := encodeUpdate(w); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s, %v, want an error with %q", body, err, want)
		}
	}
}

// desk is a simulator and our connection to it.
func desk(t testing.TB) (*redminesim.Server, *Tracker, string) {
	t.Helper()
	now := func() time.Time { return noon }
	s := redminesim.NewLab(redminesim.Options{Clock: now, Version: redminesim.V50})
	n, err := s.As("customer1").Create(redminesim.NewIssue{Project: "acme", Subject: "printer"})
	if err != nil {
		t.Fatal(err)
	}
	tr, err := connectWith(s.Key("sla-bot"), s.Transport())
	if err != nil {
		t.Fatal(err)
	}
	return s, tr, strconv.Itoa(n)
}

func note(issue, text string) connectors.Write {
	return connectors.Write{Issue: issue, Comment: &connectors.Comment{Text: text, Mark: text}}
}

func notes(t testing.TB, tr *Tracker, issue string) string {
	t.Helper()
	h, err := tr.History(t.Context(), issue)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range h.Events {
		if e.Note != nil {
			all = append(all, e.Note.Text)
		}
	}
	return strings.Join(all, " ")
}

// 422 with an empty list of errors is a lost race, or the answer of something in between for a write that was done.
// What changes nothing when it is done twice is sent again; a comment is not: whoever sends it looks first.
func TestStaleWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, tr, issue := desk(t)
		n, _ := strconv.Atoi(issue)
		priority := connectors.Write{Issue: issue, Priority: new("5")}
		s.StaleNext(n, staleTries-1)
		if err := tr.Update(t.Context(), priority); err != nil {
			t.Error(err)
		}
		for sent, w := range map[int]connectors.Write{1: note(issue, "one"), staleTries: priority} {
			s.StaleNext(n, staleTries)
			s.ResetRequests()
			err := tr.Update(t.Context(), w)
			if connectors.ClassOf(err) != connectors.Unknown || !errors.Is(err, errStale) {
				t.Errorf("%v", err)
			}
			if got := len(s.Requests()); got != sent {
				t.Errorf("sent %d times, want %d", got, sent)
			}
			s.StaleNext(n, 0)
		}
		if got := notes(t, tr, issue); got != "" {
			t.Errorf("notes %q, want none", got)
		}
	})
}

// In a closed project everything can be read and nothing written; Redmine answers 403 as for a hidden issue.
func TestClosedProject(t *testing.T) {
	s, tr, issue := desk(t)
	s.CloseProject("acme")
	err := tr.Update(t.Context(), note(issue, "x"))
	var e *connectors.Error
	if !errors.As(err, &e) || e.Class != connectors.Refused || e.Hint.Format != hintRights {
		t.Errorf("update: %v", err)
	}
	err = tr.AddWatcher(t.Context(), issue, strconv.Itoa(s.UserID("manager1")))
	if connectors.ClassOf(err) != connectors.Refused {
		t.Errorf("watcher: %v", err)
	}
	d, err := tr.Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range d.Projects {
		if p.Closed != (p.Key == "acme") {
			t.Errorf("project %s closed: %v", p.Key, p.Closed)
		}
	}
	s.ArchiveProject("acme")
	if err := tr.Update(t.Context(), note(issue, "x")); connectors.ClassOf(err) != connectors.Hidden {
		t.Errorf("archived: %v", err)
	}
	if _, err := tr.Directory(t.Context()); err != nil {
		t.Errorf("a directory beside an archived project: %v", err)
	}
}

// Without its REST API Redmine answers 403 for every issue. They are not hidden.
func TestRESTSwitchedOff(t *testing.T) {
	s, tr, issue := desk(t)
	s.SetREST(false)
	_, read := tr.History(t.Context(), issue)
	_, self := tr.Self(t.Context())
	for name, err := range map[string]error{
		"read": read, "self": self,
		"write": tr.Update(t.Context(), note(issue, "x")),
	} {
		if connectors.ClassOf(err) != connectors.Unauthorized || !strings.Contains(err.Error(), string(hintREST)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A proxy that serves 404 while Redmine is away must not make every issue look deleted.
func TestNothingIsGoneBehindAWrongAddress(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) })
	_, err := connect(t, url, nil).History(t.Context(), "17")
	if connectors.ClassOf(err) != connectors.Garbled || !strings.Contains(err.Error(), string(hintURL)) {
		t.Errorf("%v", err)
	}
}

func TestWritesToOneIssueWaitForEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		var underWay atomic.Int64
		under := map[string]int{}
		tr := connect(t, "http://example.org", func(c *connectors.Settings) {
			c.Concurrency = 10
			c.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
				underWay.Add(1)
				<-release
				return answered(r, 204, ""), nil
			})
		})
		done := make(chan string, 6)
		for _, issue := range []string{"1", "1", "1", "2"} {
			go func() {
				if err := tr.Update(t.Context(), note(issue, "x")); err != nil {
					t.Error(err)
				}
				done <- issue
			}()
		}
		synctest.Wait()
		if got := underWay.Load(); got != 2 {
			t.Errorf("%d writes under way, want one for each of two issues", got)
		}
		close(release)
		for range 4 {
			under[<-done]++
		}
		if fmt.Sprint(under) != "map[1:3 2:1]" {
			t.Errorf("done %v", under)
		}
	})
}

// Groups are members too, and hand their roles on.
func TestMembersAndGroups(t *testing.T) {
	list, _, err := decodePage[membership]([]byte(`{"memberships":[
		{"id":1,"project":{"id":2},"group":{"id":40,"name":"Second line"},"roles":[{"id":7,"name":"Support"}]},
		{"id":2,"project":{"id":2},"user":{"id":6,"name":"Sanjay"},"roles":[{"id":7,"name":"Support","inherited":true},{"id":7,"name":"Support"},{"id":4,"name":"Developer"}]}
		],"total_count":2}`), "memberships")
	if err != nil {
		t.Fatal(err)
	}
	people := map[string]*connectors.Person{}
	for _, m := range list {
		addMember(people, "2", m)
	}
	if p := people["40"]; p == nil || !p.Group || fmt.Sprint(p.Roles) != "map[2:[Support]]" {
		t.Errorf("group %+v", p)
	}
	if p := people["6"]; p == nil || p.Group || fmt.Sprint(p.Roles) != "map[2:[Support Developer]]" {
		t.Errorf("person %+v", p)
	}
}

// Lists longer than a page are read to their end, and one without an end is given up.
func TestSmallListsAreReadToTheEnd(t *testing.T) {
	tr := connect(t, "http://example.org", func(c *connectors.Settings) {
		c.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			offset, _ := strconv.Atoi(r.URL.Query().Get("offset"))
			var list []string
			for id := offset + 1; id <= min(offset+100, 230); id++ {
				list = append(list, fmt.Sprintf(`{"id":%d,"identifier":"p%d","status":1}`, id, id))
			}
			return answered(r, 200, fmt.Sprintf(`{"projects":[%s],"total_count":230}`, strings.Join(list, ","))), nil
		})
	})
	var d connectors.Directory
	if err := tr.readProjects(t.Context(), &d); err != nil || len(d.Projects) != 230 || d.Projects[229].Key != "p230" {
		t.Errorf("%d projects, %v", len(d.Projects), err)
	}
	endless := connect(t, "http://example.org", func(c *connectors.Settings) {
		c.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			return answered(r, 200, `{"projects":[{"id":1}],"total_count":1000000}`), nil
		})
	})
	if err := endless.readProjects(t.Context(), &d); connectors.ClassOf(err) != connectors.Garbled {
		t.Errorf("an endless list: %v", err)
	}
}
