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

	"pgregory.net/rapid"

	"slabridge/connectors"
	"slabridge/connectors/redmine/redminesim"
)

// timeShelf is a list of time entries as Redmine keeps it, newest first: only what comes (in front) and what goes moves
// the others. It gives at most cap entries at once.
type timeShelf struct {
	cap, next int
	rows      []int // ids, newest first; entry n was made n seconds after noon
	requests  int
	between   func() // what people do between two requests
}

func (s *timeShelf) book() {
	s.next++
	s.rows = slices.Insert(s.rows, 0, s.next)
}

func (s *timeShelf) made(id int) time.Time { return noon.Add(time.Duration(id) * time.Second) }

func (s *timeShelf) RoundTrip(r *http.Request) (*http.Response, error) {
	if s.requests++; s.requests > 1 && s.between != nil {
		s.between()
	}
	q := r.URL.Query()
	if r.URL.Path != pathTime || q.Get("sort") != "created_on:desc" {
		return answered(r, 500, ""), nil
	}
	from, _ := strconv.Atoi(q.Get("offset"))
	from = min(from, len(s.rows))
	entries := []string{}
	for _, id := range s.rows[from:min(from+s.cap, len(s.rows))] {
		at := stamp(s.made(id))
		entries = append(entries, fmt.Sprintf(`{"id":%d,"issue":{"id":1},"user":{"id":6},"activity":{"id":8},"hours":0.5,
			"spent_on":"2026-03-02","created_on":%q,"updated_on":%q}`, id, at, at))
	}
	return answered(r, 200, fmt.Sprintf(`{"time_entries":[%s],"total_count":%d,"limit":%d}`, strings.Join(entries, ","),
		len(s.rows), s.cap)), nil
}

func TestBookedSkipsNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := &timeShelf{cap: rapid.IntRange(10, 40).Draw(t, "cap")}
		for range rapid.IntRange(1, 120).Draw(t, "entries") {
			s.book()
		}
		since := s.made(rapid.IntRange(0, s.next+1).Draw(t, "since"))
		there := slices.Clone(s.rows)
		trouble := rapid.IntRange(0, 6).Draw(t, "disturbances")
		s.between = func() {
			if trouble--; trouble < 0 {
				return
			}
			for range rapid.IntRange(0, 20).Draw(t, "booked") {
				s.book()
			}
			for range min(len(s.rows), rapid.IntRange(0, 40).Draw(t, "deleted")) {
				i := rapid.IntRange(0, len(s.rows)-1).Draw(t, "place")
				s.rows = slices.Delete(s.rows, i, i+1)
			}
		}
		got := map[string]int{}
		err := connectShelf(t, s).Booked(t.Context(), since, func(page []connectors.Booking) error {
			for _, b := range page {
				got[b.Event.ID]++
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range there {
			if slices.Contains(s.rows, id) && !s.made(id).Before(since) && got[fmt.Sprintf("time:%d", id)] != 1 {
				t.Fatalf("entry %d was delivered %d times", id, got[fmt.Sprintf("time:%d", id)])
			}
		}
	})
}

// TestBookedCosts are the requests of a list that nobody touches: a tenth of each page is read twice.
func TestBookedCosts(t *testing.T) {
	for _, c := range []struct{ entries, back, want int }{
		{1, 1, 1},
		{99, 99, 1},
		{99, 0, 1},
		{250, 250, 3},
		{250, 50, 1},
		{250, 120, 2},
	} {
		s := &timeShelf{cap: 100}
		for range c.entries {
			s.book()
		}
		n := 0
		err := connectShelf(t, s).Booked(t.Context(), s.made(c.entries-c.back+1), func(page []connectors.Booking) error {
			n += len(page)
			return nil
		})
		if err != nil || s.requests != c.want || n != c.back {
			t.Errorf("the last %d of %d: %d entries in %d requests (%v), want %d requests", c.back, c.entries, n, s.requests,
				err, c.want)
		}
	}
}

func TestBookedListsThatIgnoreTheOrder(t *testing.T) {
	s := &timeShelf{cap: 100, next: 9, rows: []int{1, 2, 3}}
	err := connectShelf(t, s).Booked(t.Context(), time.Time{}, func([]connectors.Booking) error { return nil })
	if connectors.ClassOf(err) != connectors.Garbled {
		t.Errorf("oldest first: %v, want garbled", err)
	}
	s.rows, s.between = []int{3, 2}, func() { s.book(); s.book() }
	s.cap = 2
	err = connectShelf(t, s).Booked(t.Context(), time.Time{}, func([]connectors.Booking) error { return nil })
	if connectors.ClassOf(err) != connectors.TryLater || s.requests > 60 {
		t.Errorf("booked faster than it can be listed: %v after %d requests, want try later", err, s.requests)
	}
}

// booked lists everything.
func booked(t testing.TB, tr *Tracker) ([]connectors.Booking, error) {
	t.Helper()
	var all []connectors.Booking
	err := tr.Booked(t.Context(), time.Time{}, func(page []connectors.Booking) error {
		all = append(all, page...)
		return nil
	})
	return all, err
}

// TestBookedWithoutTheRight: Redmine serves an empty list, or refuses, or shows the account's own time only.
func TestBookedWithoutTheRight(t *testing.T) {
	tests := map[string]struct {
		take func(*redminesim.Server)
		want connectors.Class
	}{
		"allowed, and nothing there": {func(*redminesim.Server) {}, 0},
		"an empty list": {
			func(s *redminesim.Server) { s.RevokePermission("SLA bot", "view_time_entries") },
			connectors.Refused,
		},
		"a refusal": {func(s *redminesim.Server) {
			s.RevokePermission("SLA bot", "view_time_entries")
			s.RevokePermission("Non member", "view_time_entries")
		}, connectors.Refused},
		"its own time":  {func(s *redminesim.Server) { s.SetTimeVisibility("SLA bot", "own") }, connectors.Refused},
		"no API at all": {func(s *redminesim.Server) { s.SetREST(false) }, connectors.Unauthorized},
		"nobody's key":  {func(s *redminesim.Server) { s.RotateKey("sla-bot") }, connectors.Unauthorized},
		"served as strangers": {
			func(s *redminesim.Server) { s.RotateKey("sla-bot"); s.SetAnonymous(true) },
			connectors.Unauthorized,
		},
	}
	for name, tt := range tests {
		s, tr, _ := desk(t)
		tt.take(s)
		list, err := booked(t, tr)
		if connectors.ClassOf(err) != tt.want || len(list) > 0 {
			t.Errorf("%s: %d entries, %v, want class %v", name, len(list), err, tt.want)
		}
		if tt.want == connectors.Refused && !strings.Contains(err.Error(), "view_time_entries") {
			t.Errorf("%s: %v: does not name the right", name, err)
		}
	}
}

// TestBookedOfTheScope: on a site of a hundred projects the time that is booked in one of them costs a request for
// every hundred entries of that one; all of the site would cost thirty. A Redmine that ignores the filter is not
// believed, and a list of more projects than it is asked for by name shows nobody else's either.
func TestBookedOfTheScope(t *testing.T) {
	s, all, _ := desk(t)
	var hundred []string
	mine := map[string]bool{}
	for n := range 100 {
		name := fmt.Sprintf("customer-%d", n)
		hundred = append(hundred, name)
		s.AddProject(name, name, "")
		s.AddMember(name, "sla-bot", "SLA bot")
		s.AddMember(name, "support1", "Support engineer")
		issue, err := s.As("support1").Create(redminesim.NewIssue{Project: name, Subject: "printer"})
		if err != nil {
			t.Fatal(err)
		}
		for range 30 {
			id, err := s.As("support1").AddTimeEntry(issue, 0.25, "Development", "")
			if err != nil {
				t.Fatal(err)
			}
			if n == 7 {
				mine[fmt.Sprintf("time:%d", id)] = true
			}
		}
	}
	follow := func(through http.RoundTripper, projects ...string) *Tracker {
		c := settings("http://redmine.invalid", s.Key("sla-bot"))
		c.Transport, c.Scope = through, connectors.Scope{Projects: projects}
		tr, err := New(c)
		if err != nil {
			t.Fatal(err)
		}
		return tr
	}
	lists := func(tr *Tracker) (entries []connectors.Booking, requests int) {
		t.Helper()
		s.ResetRequests()
		entries, err := booked(t, tr)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range s.Requests() {
			if strings.HasPrefix(r.Path, pathTime) {
				requests++
			}
		}
		return entries, requests
	}
	if entries, n := lists(all); len(entries) != 3000 || n < 30 {
		t.Errorf("%d entries of the whole site in %d requests", len(entries), n)
	}
	deaf := roundTrip(func(r *http.Request) (*http.Response, error) { // as Redmine is to a filter that it does not know
		if q := r.URL.Query(); r.URL.Path == pathTime {
			q.Del("f[]")
			r = r.Clone(r.Context())
			r.URL.RawQuery = q.Encode()
		}
		return s.Transport().RoundTrip(r)
	})
	for name, c := range map[string]struct {
		tr   *Tracker
		want int // requests
	}{
		"one project":         {follow(s.Transport(), "customer-7"), 1},
		"a filter is ignored": {follow(deaf, "customer-7"), 34},
	} {
		entries, n := lists(c.tr)
		for _, b := range entries {
			if !mine[b.Event.ID] {
				t.Fatalf("%s: %s is of another project", name, b.Event.ID)
			}
		}
		if len(entries) != 30 || n != c.want {
			t.Errorf("%s: %d entries in %d requests, want 30 in %d", name, len(entries), n, c.want)
		}
	}
	if entries, _ := lists(follow(s.Transport(), append(hundred[:99], "acme", "globex")...)); len(entries) != 2970 {
		t.Errorf("of 101 projects %d entries, want those of the 99 that have some", len(entries))
	}
	if entries, n := lists(follow(s.Transport(), "nobody-knows")); len(entries) != 0 || n != 0 {
		t.Errorf("of no project %d entries in %d requests", len(entries), n)
	}
}

func TestNothingBookedCostsOneRequest(t *testing.T) {
	s, tr, _ := desk(t)
	if _, err := booked(t, tr); err != nil {
		t.Fatal(err)
	}
	s.ResetRequests()
	if _, err := booked(t, tr); err != nil || len(s.Requests()) != 1 {
		t.Errorf("%d requests (%v), want 1: that we may read was asked a moment ago", len(s.Requests()), err)
	}
}

// TestActivitiesOfAProject: a project that changed an activity has it under another number.
func TestActivitiesOfAProject(t *testing.T) {
	s, tr, _ := desk(t)
	own := strconv.Itoa(s.OwnActivity("acme", "Design"))
	d, err := tr.Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []connectors.Named{{ID: "8", Name: "Design"}, {ID: "9", Name: "Development"}, {ID: own, Name: "Design"}}
	if !slices.Equal(d.Activities, want) {
		t.Errorf("activities %v, want %v", d.Activities, want)
	}
}

func TestNotTimeEntries(t *testing.T) {
	entry := func(fields string) string { return `{"time_entries":[{` + fields + `}]}` }
	for _, body := range []string{
		``, `{}`, `{"time_entries":{}}`, entry(`"id":1`), entry(`"created_on":"2026-03-02T09:00:00Z"`),
		entry(`"id":1,"created_on":"2026-03-02T09:00:00Z","hours":1e12`),
		entry(`"id":1,"created_on":"2026-03-02T09:00:00Z","hours":"1"`),
	} {
		if w, err := decodeBooked([]byte(body)); err == nil {
			t.Errorf("%s: taken for %+v", body, w)
		}
	}
}

func FuzzDecodeBooked(f *testing.F) {
	f.Add([]byte(`{"time_entries":[{"id":1,"project":{"id":2,"name":"ACME"},"issue":{"id":1},"user":{"id":6,"name":"S"},"activity":{"id":8,"name":"D"},
		"hours":0.51,"comments":null,"spent_on":"2026-01-05","created_on":"2026-03-02T09:00:00Z","updated_on":"2026-03-02T09:00:00Z"}],"total_count":1,"limit":100}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		w, err := decodeBooked(in)
		if err != nil {
			return
		}
		for _, e := range w.Entries {
			b := e.booking()
			if b.Event.ID == "time:" || b.Event.At.IsZero() || b.Event.Work == nil || b.Event.Work.Spent%time.Second != 0 ||
				!json.Valid(b.Event.Raw) {
				t.Errorf("taken for an entry: %+v", b)
			}
		}
	})
}

func TestCreateSendsOnlyWhatIsSet(t *testing.T) {
	for _, c := range []struct {
		issue connectors.NewIssue
		want  string
	}{
		{
			connectors.NewIssue{Project: "2", Subject: "Поставка", Mark: "[m]"},
			`{"issue":{"project_id":"2","subject":"Поставка"}}`,
		},
		{
			connectors.NewIssue{
				Project: "2", Type: "3", Subject: "Q", Description: "a\n[m]", Assign: "8", DueDate: "2026-12-31",
				Mark: "[m]",
			},
			`{"issue":{"assigned_to_id":"8","description":"a\n[m]","due_date":"2026-12-31","project_id":"2","subject":"Q","tracker_id":"3"}}`,
		},
	} {
		got, err := encodeCreate(c.issue)
		if err != nil || string(got) != c.want {
			t.Errorf("%s, %v, want %s", got, err, c.want)
		}
	}
	for _, n := range []connectors.NewIssue{{Subject: "a\x00b"}, {Description: "a\xffb"}} {
		if body, err := encodeCreate(n); err == nil {
			t.Errorf("%s: want an error", body)
		}
	}
}

// TestCreateWithoutTheRight: Redmine names no right, so we do.
func TestCreateWithoutTheRight(t *testing.T) {
	s, tr, _ := desk(t)
	n := connectors.NewIssue{Project: "2", Type: "3", Subject: "Q"}
	takeAway := []func(){
		func() { s.RevokePermission("SLA bot", "add_issues") },
		func() { s.RevokePermission("Non member", "add_issues") },
	}
	for _, take := range takeAway {
		take()
		_, err := tr.Create(t.Context(), n)
		var e *connectors.Error
		if !errors.As(err, &e) || e.Class != connectors.Refused || !strings.Contains(e.Hint.String(), "add_issues") {
			t.Errorf("%v, want refused and the right named", err)
		}
	}
}

// TestFindCreatedTrustsNoFilter lets Redmine ignore every filter but the one that pages are made by.
func TestFindCreatedTrustsNoFilter(t *testing.T) {
	s, _, _ := desk(t)
	ignoring := roundTrip(func(r *http.Request) (*http.Response, error) {
		q := r.URL.Query()
		q.Del("author_id")
		q.Del("created_on")
		r.URL.RawQuery = q.Encode()
		return s.Transport().RoundTrip(r)
	})
	tr, err := connectWith(s.Key("sla-bot"), ignoring)
	if err != nil {
		t.Fatal(err)
	}
	create := func(by string, at time.Time) string {
		n, err := s.As(by).At(at).Create(redminesim.NewIssue{Project: "acme", Subject: by, Description: "text\n[mark]\n"})
		if err != nil {
			t.Fatal(err)
		}
		return strconv.Itoa(n)
	}
	create("customer1", noon)
	create("sla-bot", noon.Add(-time.Hour))
	if id, ok, err := tr.FindCreated(t.Context(), "2", "[mark]", noon); ok || err != nil {
		t.Errorf("found %s (%v): somebody else's, or made earlier", id, err)
	}
	ours := create("sla-bot", noon)
	create("sla-bot", noon) // the first one counts
	if id, ok, err := tr.FindCreated(t.Context(), "2", "[mark]", noon.Add(300*time.Millisecond)); id != ours || !ok ||
		err != nil {
		t.Errorf("found %q %v (%v), want %s", id, ok, err, ours)
	}
}
