package jirasim_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"slabridge/connectors/jira/jiracontract"
	"slabridge/connectors/jira/jirasim"
)

// TestMain says it once when nobody holds the stand-in's answers against what Atlassian documents.
func TestMain(m *testing.M) {
	if _, ok := jiracontract.Dir(); !ok {
		fmt.Println("ATLASSIAN'S DOCUMENTS WERE NOT ASKED, THAT CHECK WAS SKIPPED: set SLABRIDGE_JIRA_DOCS to the " +
			"directory that holds jira-openapi/")
	}
	os.Exit(m.Run())
}

// documents are loaded once: they are large.
var documents = map[bool]func() ([]*jiracontract.Doc, error){
	true: sync.OnceValues(func() ([]*jiracontract.Doc, error) {
		dir,
			_ := jiracontract.Dir()
		return jiracontract.Cloud(dir)
	}),
	false: sync.OnceValues(func() ([]*jiracontract.Doc, error) {
		dir,
			_ := jiracontract.Dir()
		return jiracontract.DataCenter(dir)
	}),
}

// watch is a clock that stands until it is moved.
type watch struct {
	mu sync.Mutex
	at time.Time
}

func (w *watch) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}

func (w *watch) move(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = w.at.Add(d)
}

// lab is a server with its clock and a client that needs no network.
type lab struct {
	*jirasim.Server
	t     testing.TB
	opt   jirasim.Options
	clock *watch
	way   http.RoundTripper
}

var start = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// newLab makes a server whose answers, and the requests to it, are held against Atlassian's documents where these are
// at hand. What a test asks that the documents do not allow is told to it by loose.
func newLab(t testing.TB, opt jirasim.Options) lab {
	t.Helper()
	w := &watch{at: start}
	opt.Clock = w.now
	l := lab{jirasim.NewLab(opt), t, opt, w, nil}
	l.way = l.Transport()
	if _, ok := jiracontract.Dir(); !ok {
		return l
	}
	docs, err := documents[opt.Cloud]()
	if err != nil {
		t.Fatal(err)
	}
	l.way = &jiracontract.Transport{Docs: docs, Base: l.way, Report: func(err error) {
		text, _, _ := strings.Cut(err.Error(), "Schema:")
		t.Errorf("against Atlassian's documents: %s", text)
	}}
	return l
}

// loose is the same server, with nobody to check: for what no document allows.
func (l lab) loose() lab {
	l.way = l.Transport()
	return l
}

type answer struct {
	status int
	header http.Header
	text   string
}

// ask sends a request as a user; an empty login sends no token, one the tracker does not know a wrong one. A path
// begins after /rest/.
func (l lab) ask(who, method, path string, body any) answer {
	l.t.Helper()
	var in io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		in = strings.NewReader(b)
	default:
		raw, err := json.Marshal(b)
		l.must(err)
		in = bytes.NewReader(raw)
	}
	r, err := http.NewRequest(method, "https://jira.example.org/rest/"+path, in)
	l.must(err)
	switch who {
	case "":
	case "wrong":
		r.Header.Set("Authorization", "Bearer wrong")
	default:
		l.authorize(r, who)
	}
	if in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	res, err := l.way.RoundTrip(r)
	l.must(err)
	raw, err := io.ReadAll(res.Body)
	l.must(err)
	return answer{res.StatusCode, res.Header, string(raw)}
}

// authorize puts a user's token into a request.
func (l lab) authorize(r *http.Request, who string) {
	if l.opt.Cloud {
		r.SetBasicAuth(l.Email(who), l.Key(who))
	} else {
		r.Header.Set("Authorization", "Bearer "+l.Key(who))
	}
}

func (l lab) get(who, path string) answer { l.t.Helper(); return l.ask(who, "GET", path, nil) }

func (l lab) must(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}

// make creates an issue in ACME as the customer.
func (l lab) make(n jirasim.NewIssue) int {
	l.t.Helper()
	if n.Project == "" {
		n.Project = "ACME"
	}
	if n.Subject == "" {
		n.Subject = "printer on fire"
	}
	id, err := l.As("customer1").Create(n)
	l.must(err)
	return id
}

// search asks in the way of the dialect.
func (l lab) search(who string, body map[string]any) answer {
	l.t.Helper()
	if l.opt.Cloud {
		return l.ask(who, "POST", "api/2/search/jql", body)
	}
	return l.ask(who, "POST", "api/2/search", body)
}

// ids are the issues that a query finds, all pages of them.
func (l lab) ids(who, jql string) (ids []int) {
	l.t.Helper()
	body := map[string]any{"jql": jql, "fields": []string{"id"}, "maxResults": 100}
	for {
		var p struct {
			Issues []struct{ ID string }
			Next   string `json:"nextPageToken"`
			Total  int
		}
		l.search(who, body).into(l.t, &p)
		for _, i := range p.Issues {
			ids = append(ids, number(i.ID))
		}
		body["nextPageToken"] = p.Next
		if !l.opt.Cloud {
			delete(body, "nextPageToken")
			body["startAt"] = len(ids)
		}
		if p.Next == "" && len(ids) >= p.Total {
			return ids
		}
	}
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic(err)
	}
	return n
}

// into reads an answer that must be a good one.
func (a answer) into(t testing.TB, v any) {
	t.Helper()
	if a.status < 200 || a.status > 299 {
		t.Fatalf("answered %d %s", a.status, a.text)
	}
	if err := json.Unmarshal([]byte(a.text), v); err != nil {
		t.Fatalf("%v in %s", err, a.text)
	}
}

// want checks the status and that the body has a text.
func (a answer) want(t testing.TB, status int, text string) {
	t.Helper()
	if a.status != status || !strings.Contains(a.text, text) {
		t.Errorf("answered %d %s, want %d with %q", a.status, a.text, status, text)
	}
}

// at goes down into a JSON answer by keys and, in lists, by numbers.
func (a answer) at(t testing.TB, path string) any {
	t.Helper()
	var v any
	a.into(t, &v)
	for step := range strings.SplitSeq(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			next, has := x[step]
			if !has {
				return missing
			}
			v = next
		case []any:
			n := number(step)
			if n >= len(x) {
				return missing
			}
			v = x[n]
		default:
			t.Fatalf("%s: nothing is below %v in %s", path, v, a.text)
		}
	}
	return v
}

const missing = "<missing>"
