package redmine

import (
	"cmp"
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
)

// shelf is a list of issues as Redmine keeps it: times with fractions that it does not show, filters that work on
// the fractions ("updated_on>=T" is later than T minus one second), at most cap issues in an answer.
type shelf struct {
	cap      int
	now      time.Time
	rows     map[int]time.Time
	gone     map[int]bool // numbers are not given twice
	requests int
	between  func() // what people do between two requests
}

func (s *shelf) RoundTrip(r *http.Request) (*http.Response, error) {
	if s.requests++; s.requests > 1 && s.between != nil {
		s.between()
	}
	if r.URL.Path != "/issues.json" {
		return answered(r, 200, `{"user":{"id":5,"login":"bot"}}`), nil
	}
	q := r.URL.Query()
	var ids []int
	for id, at := range s.rows {
		if s.match(q.Get("updated_on"), at) && matchID(q.Get("issue_id"), id) {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b int) int {
		if strings.HasPrefix(q.Get("sort"), "updated_on") {
			if c := s.rows[a].Compare(s.rows[b]); c != 0 {
				return c
			}
		}
		return cmp.Compare(a, b)
	})
	total := len(ids)
	ids = ids[:min(len(ids), s.cap)]
	var list []string
	for _, id := range ids {
		list = append(list,
			fmt.Sprintf(`{"id":%d,"created_on":"2026-01-01T00:00:00Z","updated_on":"%s"}`, id, stamp(s.rows[id])))
	}
	return answered(r, 200,
		fmt.Sprintf(`{"issues":[%s],"total_count":%d,"limit":%d}`, strings.Join(list, ","), total, s.cap)), nil
}

func (s *shelf) match(filter string, at time.Time) bool {
	parse := func(text string) time.Time {
		t, err := time.Parse(time.RFC3339, text)
		if err != nil {
			panic(err)
		}
		return t
	}
	if from, ok := strings.CutPrefix(filter, ">="); ok {
		return at.After(parse(from).Add(-time.Second))
	}
	if both, ok := strings.CutPrefix(filter, "><"); ok {
		from, to, _ := strings.Cut(both, "|")
		return at.After(parse(from).Add(-time.Second)) && !at.After(parse(to))
	}
	return true
}

func matchID(filter string, id int) bool {
	from, err := strconv.Atoi(strings.TrimPrefix(filter, ">="))
	return filter == "" || err == nil && id >= from
}

// fill puts up to n issues on the shelf, crowded into few seconds.
func fill(t *rapid.T, n int) *shelf {
	s := &shelf{cap: rapid.IntRange(2, 5).Draw(t, "page"), now: noon, rows: map[int]time.Time{}, gone: map[int]bool{}}
	fraction := rapid.Bool().Draw(t, "fractions")
	for id := 1; id <= rapid.IntRange(0, n).Draw(t, "issues"); id++ {
		at := noon.Add(-time.Duration(rapid.IntRange(1, 6).Draw(t, "age")) * time.Second)
		if fraction {
			at = at.Add(time.Duration(rapid.SampledFrom([]int{0, 0, 1, 500, 999}).Draw(t, "ms")) * time.Millisecond)
		}
		s.rows[id] = at
	}
	return s
}

// disturb edits, deletes and makes issues; time goes on by what may be less than a second.
func (s *shelf) disturb(t *rapid.T) {
	for range rapid.IntRange(0, 3).Draw(t, "acts") {
		s.now = s.now.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 400, 1000}).Draw(t, "later")) * time.Millisecond)
		id := rapid.IntRange(1, 30).Draw(t, "who")
		_, there := s.rows[id]
		switch {
		case there && rapid.IntRange(0, 4).Draw(t, "act") == 0:
			delete(s.rows, id)
			s.gone[id] = true
		case !s.gone[id]:
			s.rows[id] = s.now
		}
	}
}

// Whatever people do between two pages: everything that was there at the beginning and still is has been listed, and
// at no page would somebody who keeps the newest time seen as a cursor have lost any of it.
func TestChangedSkipsNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := fill(t, 25)
		since := noon.Add(-time.Duration(rapid.IntRange(0, 7).Draw(t, "since")) * time.Second)
		owed := map[int]bool{}
		for id, at := range s.rows {
			if !at.Truncate(time.Second).Before(since) {
				owed[id] = true
			}
		}
		acts := 0
		s.between = func() {
			if acts++; acts < 4 {
				s.disturb(t)
			}
		}
		tr := connectShelf(t, s)
		var cursor time.Time
		err := tr.Changed(t.Context(), since, func(page []connectors.Stub) error {
			for _, i := range page {
				if i.UpdatedAt.Before(since) || i.UpdatedAt.Before(cursor) {
					t.Fatalf("issue %s of %v comes after %v", i.ID, i.UpdatedAt, cursor)
				}
				cursor = i.UpdatedAt
				delete(owed, int(number(i.ID)))
			}
			for id := range owed {
				if at, there := s.rows[id]; there && at.Truncate(time.Second).Before(cursor) {
					t.Fatalf("issue %d of %v is behind the cursor %v and was not listed", id, at, cursor)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for id := range owed {
			if at, there := s.rows[id]; there {
				t.Fatalf("issue %d of %v was skipped", id, at)
			}
		}
	})
}

func TestCensusSkipsNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := fill(t, 25)
		owed := map[int]bool{}
		for id := range s.rows {
			owed[id] = true
		}
		acts := 0
		s.between = func() {
			if acts++; acts < 4 {
				s.disturb(t)
			}
		}
		twice := map[string]int{}
		err := connectShelf(t, s).Census(t.Context(), func(page []connectors.Stub) error {
			for _, stub := range page {
				twice[stub.ID]++
				n, _ := strconv.Atoi(stub.ID)
				delete(owed, n)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for id := range owed {
			if _, there := s.rows[id]; there {
				t.Fatalf("issue %d was skipped", id)
			}
		}
		for id, n := range twice {
			if n > 1 {
				t.Fatalf("issue %s was counted %d times", id, n)
			}
		}
	})
}

func connectShelf(t interface{ Fatal(...any) }, s http.RoundTripper) *Tracker {
	tr, err := connectWith(testKey, s)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// A thousand issues of one second, with the fractions of a real Redmine and without.
func TestChangedCrowdedSecond(t *testing.T) {
	for _, fractions := range []bool{false, true} {
		s := &shelf{cap: 100, rows: map[int]time.Time{}}
		for id := 1; id <= 1000; id++ {
			s.rows[id] = noon
			if fractions {
				s.rows[id] = noon.Add(time.Duration(id*7%1000) * time.Millisecond)
			}
		}
		s.rows[1001], s.rows[1002] = noon.Add(-time.Minute), noon.Add(time.Minute)
		listed := 0
		err := connectShelf(t, s).Changed(t.Context(), time.Time{}, func(page []connectors.Stub) error {
			listed += len(page)
			return nil
		})
		if err != nil || listed != 1002 || s.requests > 28 {
			t.Errorf("fractions %v: %d listed with %d requests (%v), want 1002 with at most 28", fractions, listed, s.requests,
				err)
		}
	}
}

// People who change issues faster than they can be listed end the listing, not the tracker.
func TestChangedIsBounded(t *testing.T) {
	s := &shelf{cap: 1, rows: map[int]time.Time{1: noon, 2: noon}, now: noon}
	s.between = func() {
		s.now = s.now.Add(time.Second)
		s.rows[1+s.requests%2] = s.now
	}
	err := connectShelf(t, s).Changed(t.Context(), time.Time{}, func([]connectors.Stub) error { return nil })
	if connectors.ClassOf(err) != connectors.TryLater || s.requests > 50 {
		t.Errorf("%v after %d requests", err, s.requests)
	}
}

// Redmine ignores what it does not know: a list that is not what was asked for must not be taken for it.
func TestListsThatIgnoreTheFilter(t *testing.T) {
	issue := func(id int, at time.Time) string {
		return fmt.Sprintf(`{"id":%d,"created_on":"2026-01-01T00:00:00Z","updated_on":"%s"}`, id, stamp(at))
	}
	for name, list := range map[string]string{
		"too old":           issue(2, noon.Add(-time.Hour)),
		"not in order":      issue(2, noon.Add(time.Minute)) + "," + issue(3, noon),
		"the wrong numbers": issue(1, noon),
	} {
		from := noon
		requests := 0
		tr := connectShelf(t, roundTrip(func(r *http.Request) (*http.Response, error) {
			requests++
			return answered(r, 200, `{"issues":[`+list+`],"total_count":3,"limit":1}`), nil
		}))
		err := tr.Changed(t.Context(), from, func([]connectors.Stub) error { return nil })
		if connectors.ClassOf(err) != connectors.Garbled || requests > 3 {
			t.Errorf("%s: %v after %d requests", name, err, requests)
		}
	}
}

func TestCensusEndsWithTheAccount(t *testing.T) {
	tr := connectShelf(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		if r.URL.Path == "/issues.json" {
			return answered(r, 200, `{"issues":[],"total_count":0,"limit":100}`), nil // what strangers see
		}
		return answered(r, 401, ""), nil
	}))
	err := tr.Census(t.Context(), func([]connectors.Stub) error { return errors.New("no page expected") })
	if connectors.ClassOf(err) != connectors.Unauthorized {
		t.Errorf("%v", err)
	}
}
