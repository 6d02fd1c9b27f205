package trackertest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"
	"time"

	"slabridge/connectors"
)

var listLaws = []law{
	{name: "changed lists what changed, in order, and in one request when it is little", check: changedLittle},
	{name: "changed skips nothing while people edit", check: changedMoving},
	{name: "changed lists any number of issues of one second", check: changedOneSecond},
	{name: "changed stops when its caller does", check: changedStopped},
	{name: "the census holds every issue while people edit and delete", check: census},
}

// many is more than two pages of any tracker known.
const many = 230

func changedLittle(t *testing.T, w *World) {
	tr := w.tracker()
	start := w.history(t, tr, w.Create(t, Customer,
		NewIssue{Project: w.Project, Subject: "starts the second"})).Issue.UpdatedAt
	var made []string
	for i := range 5 {
		made = append(made, w.Create(t, Customer, NewIssue{Project: w.Project, Subject: fmt.Sprintf("little %d", i)}))
	}
	w.Comment(t, Customer, made[0], "to the end with it", false)
	requests := 0
	listed, err := changed(t.Context(), w.counted(func(int, *http.Request) { requests++ }), start)
	if err != nil {
		t.Fatal(err)
	}
	if requests != 1 {
		t.Errorf("%d requests for %d issues, want 1", requests, len(listed))
	}
	if !slices.IsSortedFunc(listed, func(a, b connectors.Stub) int { return a.UpdatedAt.Compare(b.UpdatedAt) }) {
		t.Error("the list is not ordered by the time of the last change")
	}
	for _, id := range made {
		if !slices.ContainsFunc(listed, func(i connectors.Stub) bool { return i.ID == id }) {
			t.Errorf("issue %s is missing", id)
		}
	}
	for _, i := range listed {
		if i.UpdatedAt.Before(start) {
			t.Errorf("issue %s of %v is before %v", i.ID, i.UpdatedAt, start)
		}
	}
	last := listed[len(listed)-1]
	again, err := changed(t.Context(), tr, last.UpdatedAt)
	if err != nil || !slices.ContainsFunc(again, func(i connectors.Stub) bool { return i.ID == last.ID }) {
		t.Errorf("listing from the last issue's own time gives %d issues, not that one (%v)", len(again), err)
	}
	none, err := changed(t.Context(), tr, last.UpdatedAt.Add(time.Hour))
	if err != nil || len(none) != 0 {
		t.Errorf("%d issues changed in the future (%v)", len(none), err)
	}
}

// crowd makes many issues: the first third were changed one a second, the rest all in one second.
func crowd(t *testing.T, w *World) (issues []string, start time.Time) {
	t.Helper()
	start = w.Now().Add(w.Skew).Add(-time.Hour).UTC().Truncate(time.Second)
	at := make([]time.Time, many)
	for i := range at {
		at[i] = start.Add(many * time.Second)
		if i < many/3 {
			at[i] = start.Add(time.Duration(i) * time.Second)
		}
	}
	return w.Crowd(t, w.Project, at), start
}

func wantAll(t *testing.T, listed []connectors.Stub, want []string) {
	t.Helper()
	seen := map[string]bool{}
	for _, i := range listed {
		seen[i.ID] = true
	}
	var missing []string
	for _, id := range want {
		if !seen[id] {
			missing = append(missing, id)
		}
	}
	if len(missing) > 0 {
		t.Errorf("%d of %d issues skipped: %v", len(missing), len(want), missing)
	}
}

func changedMoving(t *testing.T, w *World) {
	issues, start := crowd(t, w)
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // repeatable on purpose
	edit := func(n int, _ *http.Request) {
		if n == 1 {
			return
		}
		for range 3 { // issues behind and ahead of the place the listing has reached
			w.Comment(t, Customer, issues[random.IntN(len(issues))], "an edit between two pages", false)
		}
	}
	listed, err := changed(t.Context(), w.counted(edit), start)
	if err != nil {
		t.Fatal(err)
	}
	wantAll(t, listed, issues)
}

func changedOneSecond(t *testing.T, w *World) {
	issues, start := crowd(t, w)
	same := issues[many/3:]
	at := start.Add(many * time.Second)
	requests := 0
	tr := w.counted(func(int, *http.Request) { requests++ })
	listed, err := changed(t.Context(), tr, at)
	if err != nil {
		t.Fatal(err)
	}
	wantAll(t, listed, same)
	if most := 6 + 4*len(listed)/100; requests > most {
		t.Errorf("%d requests for %d issues, want at most %d", requests, len(listed), most)
	}
	doubled := map[string]int{}
	for _, i := range listed {
		if doubled[i.ID]++; doubled[i.ID] == 2 && slices.Contains(same, i.ID) {
			t.Errorf("issue %s is listed twice though nothing moved", i.ID)
		}
	}
	later, err := changed(t.Context(), w.tracker(), at.Add(time.Second))
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range later {
		if slices.Contains(same, i.ID) {
			t.Errorf("issue %s of %v is listed from %v on", i.ID, i.UpdatedAt, at.Add(time.Second))
		}
	}
}

func changedStopped(t *testing.T, w *World) {
	w.Create(t, Customer, NewIssue{Project: w.Project, Subject: "to stop at"})
	stop := errors.New("enough")
	pages := 0
	err := w.tracker().Changed(t.Context(), time.Time{}, func([]connectors.Stub) error { pages++; return stop })
	if err != stop || pages != 1 { //nolint:errorlint // the contract says: as it is
		t.Errorf("%v after %d pages, want the caller's own error after 1", err, pages)
	}
}

func census(t *testing.T, w *World) {
	issues, _ := crowd(t, w)
	deleted := issues[:3]
	disturb := func(n int, _ *http.Request) {
		if n >= 2 && n <= 4 {
			w.Delete(t, deleted[n-2])
			w.Comment(t, Customer, issues[many-n], "an edit between two pages", false)
		}
	}
	seen := map[string]time.Time{}
	err := w.counted(disturb).Census(t.Context(), func(page []connectors.Stub) error {
		for _, s := range page {
			seen[s.ID] = s.UpdatedAt
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range issues[3:] {
		if seen[id].IsZero() {
			t.Errorf("issue %s is missing", id)
		}
	}
	clear(seen)
	if err := w.tracker().Census(t.Context(), func(page []connectors.Stub) error {
		for _, s := range page {
			seen[s.ID] = s.UpdatedAt
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for _, id := range deleted {
		if !seen[id].IsZero() {
			t.Errorf("issue %s is deleted and still there", id)
		}
	}
}
