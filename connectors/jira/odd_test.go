package jira_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/connectors/jira/jirasim"
	"slabridge/connectors/trackertest"
)

// odd_test.go: answers of sites that are not as Atlassian's documents have them, for good and not once.

// odd makes a connection on which good answers to some requests are changed.
func odd(w *trackertest.World, which func(*http.Request) bool, change func(body map[string]any)) connectors.Tracker {
	return w.Through(func(next http.RoundTripper) http.RoundTripper {
		return through(func(r *http.Request) (*http.Response, error) {
			res, err := next.RoundTrip(r)
			if err != nil || res.StatusCode != http.StatusOK || !which(r) {
				return res, err
			}
			return changed(res, change)
		})
	})
}

func to(suffix string) func(*http.Request) bool {
	return func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, suffix) }
}

func changed(res *http.Response, change func(body map[string]any)) (*http.Response, error) {
	d := json.NewDecoder(res.Body)
	d.UseNumber()
	var body map[string]any
	if err := d.Decode(&body); err != nil {
		return nil, err
	}
	change(body)
	b, err := json.Marshal(body)
	res.Body, res.ContentLength = io.NopCloser(bytes.NewReader(b)), int64(len(b))
	return res, err
}

// An issue whose comments or changes the site counts and does not give is read as far as it goes, and says what is
// missing.
func TestListsShorterThanTheirTotal(t *testing.T) {
	eachFlavour(t, func(t *testing.T, w *trackertest.World, _ *jirasim.Server, _ jirasim.Options) {
		issue := w.Create(t, trackertest.Customer, trackertest.NewIssue{Project: w.Project, Subject: "to be read"})
		w.Comment(t, trackertest.Support, issue, "an answer", false)
		w.Set(t, trackertest.Support, issue, map[string]string{connectors.FieldStatus: w.Working})
		clean, _ := at(w, -1, never)
		want := history(t, clean, issue)
		more := func(list any) {
			if list, ok := list.(map[string]any); ok && list["total"] != nil {
				list["total"] = 14
			}
		}
		for list, missing := range map[string]string{"comment": "comments: 1 of 14", "changelog": "changes: 1 of 14"} {
			tr := odd(w, func(r *http.Request) bool {
				return strings.HasSuffix(r.URL.Path, "/api/2/issue/"+issue) ||
					strings.HasSuffix(r.URL.Path, "/api/2/issue/"+issue+"/"+list)
			}, func(body map[string]any) {
				more(body)
				if list == "changelog" {
					more(body[list])
				} else if fields, ok := body["fields"].(map[string]any); ok {
					more(fields[list])
				}
			})
			h, err := tr.History(t.Context(), issue)
			if err != nil {
				t.Errorf("%s: %v", list, err)
				continue
			}
			if len(h.Events) != len(want.Events) || !slices.Equal(h.Missing, []string{missing}) {
				t.Errorf("%s: %d events, missing %q, want %d and %q", list, len(h.Events), h.Missing, len(want.Events), missing)
			}
		}
	})
}

// The projects that come are there, and that there are said to be more is told.
func TestProjectsShorterThanTheirTotal(t *testing.T) {
	w, _ := newWorld(t, jirasim.Options{Cloud: true}, &contract{})
	tr := odd(w, to("/project/search"), func(body map[string]any) { body["total"] = 100 })
	d, err := tr.Directory(t.Context())
	if err != nil || len(d.Projects) == 0 || len(d.Missing) != 1 || !strings.HasPrefix(d.Missing[0], "projects: ") {
		t.Errorf("%d projects, missing %q, %v", len(d.Projects), d.Missing, err)
	}
}

// A last page that names a next one is followed as long as it brings something, and no longer.
func TestLastPageWithToken(t *testing.T) {
	w, _ := newWorld(t, jirasim.Options{Cloud: true}, &contract{})
	w.Crowd(t, w.Project, slices.Repeat([]time.Time{w.Now()}, 230))
	for name, c := range map[string]struct {
		change func(body map[string]any)
		pages  int
	}{
		"every page is the last":          {func(body map[string]any) { body["isLast"] = true }, 3},
		"the last one begins again":       {tokenAtTheEnd(""), 3},
		"the last one's token is refused": {tokenAtTheEnd("nonsense"), 3},
	} {
		asked := 0
		tr := odd(w, to("/search/jql"), func(body map[string]any) { asked++; c.change(body) })
		seen := map[string]bool{}
		err := tr.Census(t.Context(), func(page []connectors.Stub) error {
			for _, s := range page {
				if seen[s.ID] {
					t.Errorf("%s: %s twice", name, s.ID)
				}
				seen[s.ID] = true
			}
			return nil
		})
		if err != nil || len(seen) != 230 || asked != c.pages {
			t.Errorf("%s: %d issues in %d pages, %v; want 230 in %d", name, len(seen), asked, err, c.pages)
		}
	}
}

// tokenAtTheEnd gives the last page the token, or that of the first page.
func tokenAtTheEnd(token string) func(body map[string]any) {
	var first any
	return func(body map[string]any) {
		if first == nil {
			first = body["nextPageToken"]
		}
		if body["isLast"] == true {
			body["nextPageToken"] = token
			if token == "" {
				body["nextPageToken"] = first
			}
		}
	}
}

// One issue that does not say when it changed costs none of the others.
func TestIssueWithoutUpdated(t *testing.T) {
	for _, o := range []jirasim.Options{{Cloud: true}, {}} {
		w, _ := newWorld(t, o, &contract{})
		issues := w.Crowd(t, w.Project, []time.Time{w.Now(), w.Now(), w.Now()})
		tr := odd(w, to(map[bool]string{true: "/search/jql", false: "/search"}[o.Cloud]), func(body map[string]any) {
			for _, i := range body["issues"].([]any) {
				if i := i.(map[string]any); i["id"] == issues[1] {
					delete(i["fields"].(map[string]any), "updated")
				}
			}
		})
		var got []string
		err := tr.Changed(t.Context(), w.Now().Add(-time.Hour), func(page []connectors.Stub) error {
			for _, s := range page {
				if s.UpdatedAt.IsZero() != (s.ID == issues[1]) {
					t.Errorf("%s: %s of %v", flavour(o), s.ID, s.UpdatedAt)
				}
				got = append(got, s.ID)
			}
			return nil
		})
		slices.Sort(got)
		if err != nil || !slices.Equal(got, issues) {
			t.Errorf("%s: listed %v, want %v (%v)", flavour(o), got, issues, err)
		}
	}
}

// A portal that refuses to speak of an issue that nobody filed in it costs nothing; of a request it makes the issue
// unreadable, and hides it in no case.
func TestPortalRefuses(t *testing.T) {
	w, s := newWorld(t, jirasim.Options{ServiceDesk: true}, &contract{})
	id, err := s.As("customer1").Create(jirasim.NewIssue{Project: "ACME", Subject: "x", RequestType: "Report a fault"})
	check(t, err)
	issue := strconv.Itoa(id)
	w.Comment(t, trackertest.Support, issue, "an answer", false)
	for _, filed := range []bool{true, false} {
		for _, status := range []int{400, 401, 403, 412} {
			tr := w.Through(func(next http.RoundTripper) http.RoundTripper {
				return through(func(r *http.Request) (*http.Response, error) {
					if strings.Contains(r.URL.Path, "/servicedeskapi/request/") {
						return inItsPlace(status, http.Header{"Content-Type": {"application/json"}},
							`{"errorMessage":"no"}`)(next, r)
					}
					res, err := next.RoundTrip(r)
					if err != nil || filed || !strings.HasSuffix(r.URL.Path, "/issue/"+issue) {
						return res, err
					}
					return changed(res, func(body map[string]any) { // as of one that an agent made
						fields := body["fields"].(map[string]any)
						for name, v := range fields {
							if v, ok := v.(map[string]any); ok && v["requestType"] != nil {
								fields[name] = nil
							}
						}
					})
				})
			})
			h, err := tr.History(t.Context(), issue)
			switch {
			case filed && connectors.ClassOf(err) != connectors.Refused:
				t.Errorf("%d for a request: %v, want it refused", status, err)
			case !filed && (err != nil || len(h.Events) != 1 || h.Events[0].Note.Internal):
				t.Errorf("%d for an issue without request type: %+v, %v", status, h.Events, err)
			}
		}
	}
}

// An issue whose own fields cannot be read is not believed, and its fault is told with the field and its value: without
// a type or a priority another severity would hold, and nobody would be told.
func TestOddFieldsOfJiraItself(t *testing.T) {
	eachFlavour(t, func(t *testing.T, w *trackertest.World, _ *jirasim.Server, _ jirasim.Options) {
		issue := w.Create(t, trackertest.Customer, trackertest.NewIssue{Project: w.Project, Subject: "to be read"})
		for name, value := range map[string]any{
			"issuetype": nil, "status": nil, "project": nil, "priority": "High", "parent": "x", "assignee": []any{"x"},
		} {
			tr := odd(w, to("/api/2/issue/"+issue), func(body map[string]any) {
				if fields, ok := body["fields"].(map[string]any); ok {
					fields[name] = value
				}
			})
			_, err := tr.History(t.Context(), issue)
			if connectors.ClassOf(err) != connectors.Garbled || !strings.Contains(err.Error(), strconv.Quote(name)) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
