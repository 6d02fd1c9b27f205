package redmine

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/redmine/redminesim"

	"github.com/google/go-cmp/cmp"
)

// readings are all that is asked of a Redmine, each with what it found in a form that can be compared.
var readings = map[string]func(t *testing.T, tr *Tracker) (any, error){
	"self":      func(t *testing.T, tr *Tracker) (any, error) { return tr.Self(t.Context()) },
	"directory": func(t *testing.T, tr *Tracker) (any, error) { return tr.Directory(t.Context()) },
	"history":   func(t *testing.T, tr *Tracker) (any, error) { return tr.History(t.Context(), "1") },
	"changed": func(t *testing.T, tr *Tracker) (any, error) {
		return gather(func(page func([]connectors.Stub) error) error { return tr.Changed(t.Context(), time.Time{}, page) })
	},
	"census": func(t *testing.T, tr *Tracker) (any, error) {
		return gather(func(page func([]connectors.Stub) error) error { return tr.Census(t.Context(), page) })
	},
	"booked": func(t *testing.T, tr *Tracker) (any, error) {
		return gather(func(page func([]connectors.Booking) error) error { return tr.Booked(t.Context(), time.Time{}, page) })
	},
	"find created": func(t *testing.T, tr *Tracker) (any, error) {
		id, found, err := tr.FindCreated(t.Context(), "2", "[mark]", noon.Add(-time.Hour))
		return fmt.Sprint(id, found), err
	},
}

func gather[T any](list func(func([]T) error) error) ([]T, error) {
	var all []T
	err := list(func(page []T) error { all = append(all, page...); return nil })
	return all, err
}

// TestOneFaultAtEachRequest spoils one answer of each reading in turn. What is then said must be an error, or all that
// there is: a census, for one, that ends early without an error takes every issue that it did not list for gone.
func TestOneFaultAtEachRequest(t *testing.T) {
	faults := map[string]func(r *http.Request, body string) *http.Response{
		"500":        func(r *http.Request, _ string) *http.Response { return answered(r, 500, "<html>") },
		"cut":        func(r *http.Request, body string) *http.Response { return answered(r, 200, body[:len(body)/2]) },
		"no content": func(r *http.Request, _ string) *http.Response { return answered(r, 200, `{}`) },
		"null":       func(r *http.Request, _ string) *http.Response { return answered(r, 200, `null`) },
		"a page":     func(r *http.Request, _ string) *http.Response { return answered(r, 200, `<html>log in</html>`) },
	}
	for _, name := range slices.Sorted(maps.Keys(readings)) {
		for _, kind := range slices.Sorted(maps.Keys(faults)) {
			var whole any
			for spoilt := 0; ; spoilt++ { // 0: none
				requests := 0
				tr := connect(t, "http://example.org", func(c *connectors.Settings) {
					sim := stocked(t)
					c.Auth.Secret = sim.Key("sla-bot")
					c.Concurrency = 1
					c.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
						requests++
						res, err := sim.Transport().RoundTrip(r)
						if err != nil || requests != spoilt {
							return res, err
						}
						body, err := io.ReadAll(res.Body)
						if err != nil {
							return nil, err
						}
						return faults[kind](r, string(body)), nil
					})
				})
				got, err := readings[name](t, tr)
				if spoilt == 0 {
					if err != nil {
						t.Fatalf("%s: %v", name, err)
					}
					whole = got
					continue
				}
				if requests < spoilt {
					break
				}
				class := connectors.Garbled
				if kind == "500" {
					class = connectors.TryLater
				}
				if err != nil && connectors.ClassOf(err) != class {
					t.Errorf("%s, request %d: %s: an error of class %s: %v", name, spoilt, kind, connectors.ClassOf(err), err)
				}
				if d := cmp.Diff(whole, got); err == nil && d != "" {
					t.Errorf("%s, request %d: %s: read without an error, and not all:\n%s", name, spoilt, kind, d)
				}
			}
		}
	}
}

// stocked is a simulated Redmine with an issue of ours among others, a comment and booked time.
func stocked(t *testing.T) *redminesim.Server {
	t.Helper()
	sim := redminesim.NewLab(redminesim.Options{Clock: func() time.Time { return noon }})
	tr := connect(t, "http://example.org", func(c *connectors.Settings) {
		c.Auth.Secret, c.Transport = sim.Key("sla-bot"), sim.Transport()
	})
	for _, subject := range []string{"Printer on fire", "Delivery"} {
		if _, err := tr.Create(t.Context(),
			connectors.NewIssue{Project: "2", Subject: subject, Description: "[mark] " + subject}); err != nil {
			t.Fatal(err)
		}
	}
	post := func(method, path, body string) {
		r, err := http.NewRequestWithContext(t.Context(), method, "http://example.org"+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Redmine-API-Key", sim.Key("sla-bot"))
		r.Header.Set("Content-Type", "application/json")
		res, err := sim.Transport().RoundTrip(r)
		if err != nil || res.StatusCode >= 300 {
			t.Fatalf("%s: %v, %v", path, res, err)
		}
	}
	post("PUT", "/issues/1.json", `{"issue":{"notes":"on my way"}}`)
	post("POST", "/time_entries.json", `{"time_entry":{"issue_id":1,"hours":0.5,"activity_id":8,"spent_on":"2026-03-02"}}`)
	return sim
}

// TestOneWrongTypeIsEnough: an answer that is right but for one member is not the tracker's, and is not believed in
// part.
func TestOneWrongTypeIsEnough(t *testing.T) {
	decoders := map[string]func(string) error{
		"issue":   func(s string) error { _, err := decodeHistory(json.RawMessage(s)); return err },
		"journal": func(s string) error { _, err := decodeJournal(json.RawMessage(s), nil); return err },
		"list":    func(s string) error { _, err := decodeList([]byte(s)); return err },
		"account": func(s string) error { _, err := decodeAccount([]byte(s)); return err },
		"booked":  func(s string) error { _, err := decodeBooked([]byte(s)); return err },
		"created": func(s string) error { _, err := decodeCreated([]byte(s)); return err },
		"members": func(s string) error { _, _, err := decodePage[membership]([]byte(s), "memberships"); return err },
		"fields":  func(s string) error { return collectFields([]byte(s), map[id]customField{}) },
	}
	const aJournal = `{"id":1,"created_on":"2026-03-02T09:00:00Z","notes":"x","private_notes":false}`
	const entry = `{"id":1,"issue":{"id":7},"user":{"id":5},"activity":{"id":8},"hours":0.5,"spent_on":"2026-03-02","created_on":"2026-03-02T10:00:00Z"}`
	for _, c := range []struct{ what, whole, right, wrong string }{
		{"issue", fullIssue, `"Не печатает"`, `5`},
		{"issue", fullIssue, `"is_private":true`, `"is_private":"yes"`},
		{"issue", fullIssue, `"created_on":"2026-03-02T09:00:00Z"`, `"created_on":null`},
		{"issue", fullIssue, `"updated_on":"2026-03-02T10:00:00Z"`, `"updated_on":null`},
		{"issue", fullIssue, `"id":17,"project"`, `"project"`},
		{"issue", fullIssue, `"notes":"later"`, `"notes":["later"]`},
		{"issue", fullIssue, `"filename":"log.txt"`, `"filename":1`},
		{"journal", aJournal, `"notes":"x"`, `"notes":5`},
		{"journal", aJournal, `"id":1,`, ``},
		{"journal", aJournal, `"2026-03-02T09:00:00Z"`, `null`},
		{"list", `{"issues":[` + fullIssue + `],"total_count":1}`, `"total_count":1`, `"total_count":"one"`},
		{"list", `{"issues":[` + fullIssue + `],"total_count":1}`, `"id":17,"project"`, `"project"`},
		{"list", `{"issues":[]}`, `"issues"`, `"tickets"`},
		{"fields", `{"issues":[` + fullIssue + `]}`, `"issues"`, `"tickets"`},
		{"account", `{"user":{"id":5,"login":"bot","admin":false}}`, `"id":5`, `"id":0`},
		{"account", `{"user":{"id":5,"login":"bot","admin":false}}`, `"bot"`, `""`},
		{"account", `{"user":{"id":5,"login":"bot","admin":false}}`, `false`, `"no"`},
		{"booked", `{"time_entries":[` + entry + `],"total_count":1}`, `"total_count":1`, `"total_count":"one"`},
		{"booked", `{"time_entries":[` + entry + `]}`, `"id":1,`, ``},
		{"booked", `{"time_entries":[` + entry + `]}`, `"2026-03-02T10:00:00Z"`, `null`},
		{"booked", `{"time_entries":[` + entry + `]}`, `0.5`, `1000001`},
		{"booked", `{"time_entries":[` + entry + `]}`, `0.5`, `"half"`},
		{"booked", `{"time_entries":[]}`, `time_entries`, `entries`},
		{"created", `{"issue":{"id":7}}`, `7`, `0`},
		{"created", `{"issue":{"id":7}}`, `7`, `"7"`},
		{"members", `{"memberships":[],"total_count":0}`, `"total_count":0`, `"total_count":"none"`},
		{"members", `{"memberships":[{"id":1,"roles":[]}]}`, `"roles":[]`, `"roles":{}`},
		{"members", `{"memberships":[]}`, `[]`, `{}`},
	} {
		if err := decoders[c.what](c.whole); err != nil {
			t.Errorf("%s %s: %v", c.what, c.whole, err)
		}
		spoilt := strings.Replace(c.whole, c.right, c.wrong, 1)
		if err := decoders[c.what](spoilt); err == nil || spoilt == c.whole {
			t.Errorf("%s with %s in place of %s: %v", c.what, c.wrong, c.right, err)
		}
	}
}

// TestListsAreReadInPages: a list of members goes on to its end, and one without an end is no list.
func TestListsAreReadInPages(t *testing.T) {
	serve := func(total, most int) (*Tracker, *int) {
		asked := new(int)
		return connect(t, "http://example.org", func(c *connectors.Settings) {
			c.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
				*asked++
				var offset int
				fmt.Sscan(r.URL.Query().Get("offset"), &offset)
				var list []string
				for i := offset; i < min(total, offset+most); i++ {
					list = append(list, fmt.Sprintf(`{"id":%d}`, i+1))
				}
				return answered(r, 200, fmt.Sprintf(`{"things":[%s],"total_count":%d}`, strings.Join(list, ","), total)), nil
			})
		}), asked
	}
	for _, c := range []struct{ total, most, requests int }{
		{0, 100, 1},
		{100, 100, 1},
		{101, 100, 2},
		{250, 100, 3},
		{250, 25, 10},
	} {
		tr, asked := serve(c.total, c.most)
		list, err := paged[named](
			tr.lists.client.Call(t.Context(), message.Of("list"), 0),
			"/things.json",
			map[string][]string{},
			"things",
		)
		if err != nil || len(list) != c.total || *asked != c.requests ||
			c.total > 0 && string(list[c.total-1].ID) != fmt.Sprint(c.total) {
			t.Errorf("%d of them, %d a page: %d in %d requests, %v", c.total, c.most, len(list), *asked, err)
		}
	}
	tr, asked := serve(1<<30, 1)
	if _, err := paged[named](
		tr.lists.client.Call(t.Context(), message.Of("list"), 0),
		"/things.json",
		map[string][]string{},
		"things",
	); connectors.ClassOf(err) != connectors.Garbled ||
		*asked != maxPages {
		t.Errorf("without an end: %v after %d requests", err, *asked)
	}
}

// TestErrorsNameWhatWasAsked: the operator sees which of some ten lists could not be read.
func TestErrorsNameWhatWasAsked(t *testing.T) {
	for path, want := range map[string]string{
		"/users/current.json": "read own account", "/roles.json": "list roles", "/issue_statuses.json": "list statuses",
		"/trackers.json":                           "list trackers",
		"/enumerations/issue_priorities.json":      "list priorities",
		"/enumerations/time_entry_activities.json": "list activities",
		"/projects.json":                           "list projects",
		"/projects/2.json":                         "list custom fields and activities of project 2",
		"/projects/2/memberships.json":             "list members of project 2", "/issues.json": "list custom fields",
	} {
		_, tr := lie(t, func(r *http.Request, body string) string {
			if r.URL.Path == path {
				return "<html>"
			}
			return body
		})
		_, err := tr.Directory(t.Context())
		var e *connectors.Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
}

// TestListsWithoutALimit are read by pages of a hundred, which is what Redmine gives.
func TestListsWithoutALimit(t *testing.T) {
	answers := office()
	answers["/issues.json"] = `{"issues":[{"id":7,"created_on":"2026-03-02T09:00:00Z","updated_on":"2026-03-02T09:00:00Z"}]}`
	answers["/time_entries.json"] = `{"time_entries":[{"id":1,"issue":{"id":7},"hours":1,"created_on":"2026-03-02T10:00:00Z","updated_on":"2026-03-02T10:00:00Z"}]}`
	requests := 0
	tr := siteOf(t, answers, func(*http.Request) { requests++ })
	stubs, err := gather(func(page func([]connectors.Stub) error) error { return tr.Census(t.Context(), page) })
	if err != nil || len(stubs) != 1 || requests != 2 { // with the account
		t.Errorf("%v, %v in %d requests", stubs, err, requests)
	}
	requests = 0
	entries, err := gather(func(page func([]connectors.Booking) error) error {
		return tr.Booked(t.Context(), time.Time{}, page)
	})
	if err != nil || len(entries) != 1 || requests != 1 {
		t.Errorf("%v, %v in %d requests", entries, err, requests)
	}
}

// TestRetractingWithoutTheRight says which right is missing, for that failure and no other.
func TestRetractingWithoutTheRight(t *testing.T) {
	for status, hinted := range map[int]bool{403: true, 404: false, 500: false} {
		tr := connect(t, "http://example.org", func(c *connectors.Settings) {
			c.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
				if r.Method == http.MethodPut {
					return answered(r, status, ""), nil
				}
				if strings.HasPrefix(r.URL.Path, "/issues/") {
					return answered(r, 200, `{"issue":`+strings.Replace(fullIssue, `"id":17`, `"id":7`, 1)+`}`), nil
				}
				return answered(r, 200, `{"user":{"id":5,"login":"bot"}}`), nil
			})
		})
		err := tr.Retract(t.Context(), "7", "journal:5", connectors.MadeInternal)
		var e *connectors.Error
		if !errors.As(err, &e) || (e.Hint.Format == hintTakeBack) != hinted || !strings.Contains(err.Error(), " of issue 7") {
			t.Errorf("%d: %v", status, err)
		}
	}
}

// TestAnswersToAnotherQuestion: an issue that was not asked for, and a list that is not in the order asked for, are not
// the tracker's answers.
func TestAnswersToAnotherQuestion(t *testing.T) {
	const stub = `{"id":%d,"created_on":"2026-03-02T09:00:00Z","updated_on":"2026-03-02T09:00:0%dZ"}`
	answers := office()
	answers["/issues/7.json"] = `{"issue":` + fullIssue + `}`
	answers["/issues.json"] = `{"issues":[` + fmt.Sprintf(stub, 7, 5) + `,` + fmt.Sprintf(stub, 8, 4) + `]}`
	tr := siteOf(t, answers, nil)
	h, err := tr.History(t.Context(), "7")
	if connectors.ClassOf(err) != connectors.Garbled || h.Issue.ID != "" {
		t.Errorf("issue %q in place of 7: %v", h.Issue.ID, err)
	}
	_, err = gather(func(page func([]connectors.Stub) error) error { return tr.Changed(t.Context(), time.Time{}, page) })
	if connectors.ClassOf(err) != connectors.Garbled {
		t.Errorf("a list out of order: %v", err)
	}
	answers["/issues/17.json"] = `{"issue":` + strings.Replace(fullIssue, `"is_private":true`, `"is_private":1`, 1) + `}`
	if h, err := siteOf(t, answers, nil).History(t.Context(), "17"); connectors.ClassOf(err) != connectors.Garbled ||
		h.Issue.ID != "" {
		t.Errorf("an issue that cannot be decoded: %q, %v", h.Issue.ID, err)
	}
	for _, event := range []string{"time:5", "journal:x", "journal:5/../6"} {
		if err := tr.Retract(t.Context(), "7", event, connectors.Erased); err == nil {
			t.Errorf("%s is taken back", event)
		}
	}
}
