package jira_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"slabridge/connectors"
	"slabridge/connectors/jira"
	"slabridge/connectors/jira/jirasim"
	"slabridge/connectors/trackertest"
)

// TestHistoriesAreWhole: whatever people do to an issue, and however often (more changes than Jira embeds in an issue,
// more comments than a page has), its history is what the tracker itself keeps.
func TestHistoriesAreWhole(t *testing.T) {
	eachFlavour(t, func(t *testing.T, w *trackertest.World, s *jirasim.Server, o jirasim.Options) {
		rapid.Check(t, func(r *rapid.T) {
			issue := w.Create(t, trackertest.Customer, trackertest.NewIssue{Project: w.Project, Subject: "much happens"})
			many := rapid.SampledFrom([]int{0, 1, 3, 9, 40, 140, 260}).Draw(r, "how many acts")
			acts := rapid.SliceOfN(rapid.IntRange(0, 9), many, many).Draw(r, "acts")
			for n, act := range acts {
				by := []trackertest.Actor{trackertest.Support, trackertest.Engineer}[n%2]
				switch act {
				case 0, 1, 2, 3:
					if act == 3 {
						by = trackertest.Support // who alone may
					}
					w.Comment(t, by, issue, fmt.Sprintf("comment %d", n), act == 3)
				case 4, 5:
					w.Set(t, by, issue, map[string]string{connectors.FieldPriority: w.Priorities[[]string{"low", "high"}[n%2]]})
				case 6:
					w.Set(t, by, issue, map[string]string{connectors.FieldAssignee: w.People[by]})
				case 7, 8:
					w.Set(t, by, issue, map[string]string{w.Field: fmt.Sprintf("value %d", n)})
				case 9:
					page, err := s.As("admin").See(number(t, issue))
					check(t, err)
					if len(page.Notes) > 0 {
						check(t, s.As("admin").DeleteComment(page.Notes[n%len(page.Notes)].ID))
					}
				}
			}
			tr, _ := at(w, -1, never)
			want := kept(t, s, issue)
			got := told(history(t, tr, issue))
			if diff := cmp.Diff(want, got); diff != "" {
				r.Errorf("(-kept +read)\n%s", diff)
			}
		})
	})
}

// kept is what the tracker itself has of an issue, by id.
func kept(t *testing.T, s *jirasim.Server, issue string) map[string]string {
	t.Helper()
	page, err := s.As("admin").See(number(t, issue))
	check(t, err)
	out := map[string]string{}
	for _, n := range page.Notes {
		out["comment:"+strconv.Itoa(n.ID)] = fmt.Sprint(s.UserID(n.Login), n.At.UTC().Format(time.RFC3339Nano), n.Text,
			n.Internal)
	}
	changes := map[string][]string{}
	for _, x := range page.Steps {
		id := "history:" + strconv.Itoa(x.ID)
		out[id] = fmt.Sprint(s.UserID(x.Login), x.At.UTC().Format(time.RFC3339Nano))
		changes[id] = append(changes[id], "")
	}
	for id, list := range changes {
		out[id] += " " + strconv.Itoa(len(list))
	}
	return out
}

// told is the same, as the connector read it.
func told(h connectors.History) map[string]string {
	out := map[string]string{}
	for _, e := range h.Events {
		at := fmt.Sprint(e.Author, e.At.UTC().Format(time.RFC3339Nano))
		if e.Note != nil {
			out[e.ID] = fmt.Sprint(at, e.Note.Text, e.Note.Internal)
		} else {
			out[e.ID] = fmt.Sprint(at, " ", len(e.Changes))
		}
	}
	return out
}

// TestNothingInternalIsPublic: however an internal comment comes to be written, and whatever the site makes of it, what
// the connector says of it is what customers see.
func TestNothingInternalIsPublic(t *testing.T) {
	eachFlavour(t, func(t *testing.T, w *trackertest.World, s *jirasim.Server, o jirasim.Options) {
		issue := w.Create(t, trackertest.Customer, trackertest.NewIssue{Project: w.Project, Subject: "kept from customers"})
		tr, _ := at(w, -1, never)
		self, err := tr.Self(t.Context())
		check(t, err)
		for n, drop := range []bool{false, true, false} {
			s.DropInternal(drop)
			mark := fmt.Sprintf("(slabridge 7c1f n/%d)", n)
			check(t, tr.Update(t.Context(), connectors.Write{
				Issue:   issue,
				Comment: &connectors.Comment{Text: mark, Mark: mark, Internal: true, Audience: w.Audience},
			}))
			e, ok := history(t, tr, issue).FindMark(self.ID, mark)
			seen := false
			page, err := s.As("customer1").See(number(t, issue))
			check(t, err)
			for _, x := range page.Notes {
				seen = seen || strings.Contains(x.Text, mark)
			}
			if !ok || e.Note.Internal == seen || seen != drop {
				t.Errorf("dropped %v: read %+v (%v), the customer sees it: %v", drop, e.Note, ok, seen)
			}
		}
		s.DropInternal(false)
		for _, audience := range []string{"role:Manager", "role:No such role", "group:nobody", "everybody", ""} {
			c := connectors.Comment{Text: "x " + audience, Mark: "x " + audience, Internal: true, Audience: audience}
			if audience == "" { // a connection without any way of its own
				bare, err := jira.New(connectors.Settings{
					URL: "https://jira.example.org", Auth: connectors.Auth{Way: "pat", Secret: s.Key("sla-bot")},
					Transport: s.Transport(), Now: w.Now,
				})
				check(t, err)
				if err := bare.Update(t.Context(), connectors.Write{Issue: issue, Comment: &c}); err == nil {
					t.Error("written without a way to keep it internal")
				}
				continue
			}
			if err := tr.Update(t.Context(), connectors.Write{
				Issue:   issue,
				Comment: &c,
			}); connectors.ClassOf(err) != connectors.Refused {
				t.Errorf("%s: %v, want it refused", audience, err)
			}
		}
		page, err := s.As("customer1").See(number(t, issue))
		check(t, err)
		if texts := slices.Collect(func(yield func(string) bool) {
			for _, n := range page.Notes {
				if strings.HasPrefix(n.Text, "x ") && !yield(n.Text) {
					return
				}
			}
		}); len(texts) > 0 {
			t.Errorf("the customer reads %q", texts)
		}
	})
}
