package outbox

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// TestWhatCanBeTakenBack plays short histories of one issue, in which our writes and people's changes alternate, and
// tells what becomes of each step when it is taken back.
func TestWhatCanBeTakenBack(t *testing.T) {
	at := func(minute int) time.Time { return noon.Add(time.Duration(minute) * time.Minute) }
	change := func(minute int, author, field, from, to string) connectors.Event {
		values := func(s string) []string {
			if s == "" {
				return nil
			}
			return []string{s}
		}
		return connectors.Event{
			ID: fmt.Sprintf("journal:%d", minute), At: at(minute), Author: author,
			Changes: []connectors.Change{{Field: field, From: values(from), To: values(to)}},
		}
	}
	assign := func(minute int, author, from, to string) connectors.Event {
		return change(minute, author, connectors.FieldAssignee, from, to)
	}
	rank := func(minute int, author, from, to string) connectors.Event {
		return change(minute, author, connectors.FieldPriority, from, to)
	}
	step := func(id string, a enforcer.Actions) ledger.Entry {
		return ledger.Entry{Entry: enforcer.Entry{
			ID: id, Key: enforcer.StepKey{Obligation: "o", Step: id},
			Evidence: enforcer.Evidence{Changes: enforcer.Changes{Actions: a}},
		}}
	}
	s := func(v string) *string { return &v }
	write := func(minute int, w connectors.Write, entries ...string) ledger.Write {
		return ledger.Write{BeganAt: at(minute), Request: w, Entries: entries}
	}
	assigns, raises := enforcer.Actions{Assign: enforcer.Support}, enforcer.Actions{Priority: enforcer.PriorityUp}
	a, b, raise := step("a", assigns), step("b", assigns), step("r", raises)
	marked := func(id string) ledger.Entry {
		e := step(id, enforcer.Actions{})
		e.Changes.Comment = &enforcer.Comment{}
		return e
	}
	note := func(minute int, mark string, internal bool) connectors.Event {
		return connectors.Event{
			ID: fmt.Sprintf("journal:%d", minute), At: at(minute), Author: "we",
			Note: &connectors.Note{Text: "x " + mark, Internal: internal},
		}
	}
	said := func(minute int, mark string, internal bool, entries ...string) ledger.Write {
		w := write(minute, connectors.Write{Comment: &connectors.Comment{Mark: mark, Internal: internal}}, entries...)
		w.Mark = mark
		return w
	}
	watches := step("w", enforcer.Actions{Watch: enforcer.Management})
	closes := step("c", enforcer.Actions{Action: enforcer.ActionClose})
	for _, c := range []struct {
		name           string
		assignee, rank string // now
		events         []connectors.Event
		writes         []ledger.Write
		others         []ledger.Entry // beside the chosen ones
		chosen         []ledger.Entry
		refuses        string
		want           string
	}{
		{
			"the last change was ours", "7", "",
			[]connectors.Event{assign(1, "we", "3", "7")},
			[]ledger.Write{write(1, connectors.Write{Assign: s("7")}, "a")},
			nil,
			[]ledger.Entry{a},
			"", "a: assignee 7 to 3",
		},
		{
			"nobody had it", "7", "",
			[]connectors.Event{assign(1, "we", "", "7")},
			[]ledger.Write{write(1, connectors.Write{Assign: s("7")}, "a")},
			nil,
			[]ledger.Entry{a},
			"", "a: assignee 7 to nobody",
		},
		{
			"changed since by people", "9", "",
			[]connectors.Event{assign(1, "we", "3", "7"), assign(2, "they", "7", "9")},
			[]ledger.Write{write(1, connectors.Write{Assign: s("7")}, "a")},
			nil,
			[]ledger.Entry{a},
			"", "a: the assignee stays: it was changed since",
		},
		{
			"changed and set back by people", "7", "",
			[]connectors.Event{assign(1, "we", "3", "7"), assign(2, "they", "7", "9"), assign(3, "they", "9", "7")},
			[]ledger.Write{write(1, connectors.Write{Assign: s("7")}, "a")},
			nil,
			[]ledger.Entry{a},
			"", "a: the assignee stays: it was changed since",
		},
		{
			"two of ours, both chosen", "8", "",
			[]connectors.Event{assign(1, "we", "3", "7"), assign(2, "we", "7", "8")},
			[]ledger.Write{write(1, connectors.Write{Assign: s("7")}, "a"), write(2, connectors.Write{Assign: s("8")}, "b")},
			nil,
			[]ledger.Entry{a, b},
			"", "a: assignee 8 to 3; b: assignee 8 to 3",
		},
		{
			"two of ours, the last chosen", "8", "",
			[]connectors.Event{assign(1, "we", "3", "7"), assign(2, "we", "7", "8")},
			[]ledger.Write{write(1, connectors.Write{Assign: s("7")}, "a"), write(2, connectors.Write{Assign: s("8")}, "b")},
			[]ledger.Entry{a},
			[]ledger.Entry{b},
			"", "b: assignee 8 to 7",
		},
		{
			"two of ours, the first chosen", "8", "",
			[]connectors.Event{assign(1, "we", "3", "7"), assign(2, "we", "7", "8")},
			[]ledger.Write{write(1, connectors.Write{Assign: s("7")}, "a"), write(2, connectors.Write{Assign: s("8")}, "b")},
			[]ledger.Entry{b},
			[]ledger.Entry{a},
			"", "a: the assignee stays: it was changed since",
		},
		{
			"shared with a step that stays", "7", "",
			[]connectors.Event{assign(1, "we", "3", "7")},
			[]ledger.Write{write(1, connectors.Write{Assign: s("7")}, "a", "b")},
			[]ledger.Entry{b},
			[]ledger.Entry{a},
			"", "a: the assignee stays: it is o/b's as well, which is not taken back",
		},
		{
			"shared with a step that wanted no assignee", "7", "",
			[]connectors.Event{assign(1, "we", "3", "7")},
			[]ledger.Write{write(1, connectors.Write{Assign: s("7")}, "a", "r")},
			[]ledger.Entry{raise},
			[]ledger.Entry{a},
			"", "a: assignee 7 to 3",
		},
		{
			"the former one is refused", "7", "",
			[]connectors.Event{assign(1, "we", "3", "7")},
			[]ledger.Write{write(1, connectors.Write{Assign: s("7")}, "a")},
			nil,
			[]ledger.Entry{a},
			"3", "a: the assignee stays: the tracker does not take the former one any more",
		},
		{
			"the write changed nothing", "7", "", nil,
			[]ledger.Write{write(1, connectors.Write{Assign: s("7")}, "a")},
			nil,
			[]ledger.Entry{a},
			"", "a:",
		},
		{
			"too long after the write to be its doing", "7", "",
			[]connectors.Event{assign(4, "we", "3", "7")},
			[]ledger.Write{write(1, connectors.Write{Assign: s("7")}, "a")},
			nil,
			[]ledger.Entry{a},
			"", "a:",
		},
		{
			"at the edge of that", "7", "",
			[]connectors.Event{assign(3, "we", "3", "7")},
			[]ledger.Write{write(1, connectors.Write{Assign: s("7")}, "a")},
			nil,
			[]ledger.Entry{a},
			"", "a: assignee 7 to 3",
		},
		{
			"nearest to the write", "7", "",
			[]connectors.Event{assign(1, "we", "3", "7"), assign(2, "they", "7", "4"), assign(3, "we", "4", "7")},
			[]ledger.Write{write(3, connectors.Write{Assign: s("7")}, "a")},
			nil,
			[]ledger.Entry{a},
			"", "a: assignee 7 to 4",
		},
		{
			"a priority", "", "5",
			[]connectors.Event{rank(1, "we", "4", "5")},
			[]ledger.Write{write(1, connectors.Write{Priority: s("5")}, "r")},
			nil,
			[]ledger.Entry{raise},
			"", "r: priority 5 to 4",
		},
		{
			"a priority that was raised on", "", "6",
			[]connectors.Event{rank(1, "we", "4", "5"), rank(2, "they", "5", "6")},
			[]ledger.Write{write(1, connectors.Write{Priority: s("5")}, "r")},
			nil,
			[]ledger.Entry{raise},
			"", "r: the priority stays: it was changed since",
		},
		{
			"an internal comment", "", "",
			[]connectors.Event{note(1, "m1", true)},
			[]ledger.Write{said(1, "m1", true, "m")},
			nil,
			[]ledger.Entry{marked("m")},
			"", "m: correct journal:1 internally",
		},
		{
			"a public comment", "", "",
			[]connectors.Event{note(1, "m1", false)},
			[]ledger.Write{said(1, "m1", false, "m")},
			nil,
			[]ledger.Entry{marked("m")},
			"", "m: correct journal:1",
		},
		{
			"an internal one that is public", "", "",
			[]connectors.Event{note(1, "m1", false)},
			[]ledger.Write{said(1, "m1", true, "m")},
			nil,
			[]ledger.Entry{marked("m")},
			"", "m: correct journal:1 internally",
		},
		{
			"a comment of two tries, of which one came to nothing", "", "",
			[]connectors.Event{note(1, "m1", false)},
			[]ledger.Write{said(1, "m1", false, "m"), said(1, "m1", false, "m")},
			nil,
			[]ledger.Entry{marked("m")},
			"", "m: correct journal:1",
		},
		{
			"watchers of two tries", "", "", nil,
			[]ledger.Write{
				write(1, connectors.Write{Watchers: []string{"7"}}, "w"), write(2, connectors.Write{Watchers: []string{"7"}}, "w"),
			},
			nil,
			[]ledger.Entry{watches},
			"", "w: the watchers stay: remove them by hand if need be",
		},
		{
			"a comment that is gone", "", "", nil,
			[]ledger.Write{said(1, "m1", true, "m")},
			nil,
			[]ledger.Entry{marked("m")},
			"", "m: its comment is no longer there: there is nothing to correct",
		},
		{
			"a comment of two steps", "", "",
			[]connectors.Event{note(1, "m1", true)},
			[]ledger.Write{said(1, "m1", true, "m", "n")},
			[]ledger.Entry{marked("n")},
			[]ledger.Entry{marked("m")},
			"",
			"m: its comment journal:1 is not corrected: it is o/n's as well, which is not taken back",
		},
		{
			"a comment of a write for another step", "", "",
			[]connectors.Event{note(1, "m1", true)},
			[]ledger.Write{said(1, "m1", true, "n")},
			[]ledger.Entry{marked("n")},
			[]ledger.Entry{marked("m")},
			"", "m:",
		},
		{
			"watchers", "", "", nil,
			[]ledger.Write{write(1, connectors.Write{Watchers: []string{"7"}}, "w")},
			nil,
			[]ledger.Entry{watches},
			"", "w: the watchers stay: remove them by hand if need be",
		},
		{
			"watchers of another step", "", "", nil,
			[]ledger.Write{write(1, connectors.Write{Watchers: []string{"7"}}, "w", "a")},
			[]ledger.Entry{watches},
			[]ledger.Entry{a},
			"", "a:",
		},
		{
			"a status", "", "", nil,
			[]ledger.Write{write(1, connectors.Write{Status: s("5")}, "c")},
			nil,
			[]ledger.Entry{closes},
			"", "c: the status stays: set it back by hand if need be",
		},
		{
			"an issue that was made", "", "", nil, nil, nil,
			[]ledger.Entry{step("d", enforcer.Actions{Action: enforcer.ActionCreate})},
			"",
			"d: made, the issue is not deleted: a comment is written on it",
		},
	} {
		x := undoing{
			self: "we", writes: c.writes, entries: map[string]ledger.Entry{}, chosen: map[string]bool{},
			refuses: map[string]bool{c.refuses: c.refuses != ""},
			h:       connectors.History{Events: c.events, Issue: connectors.Issue{ID: "7", Values: connectors.Values{}}},
		}
		for field, value := range map[string]string{connectors.FieldAssignee: c.assignee, connectors.FieldPriority: c.rank} {
			if value != "" {
				x.h.Issue.Values[field] = []string{value}
			}
		}
		for _, e := range append(c.others, c.chosen...) {
			x.entries[e.ID] = e
		}
		for _, e := range c.chosen {
			x.chosen[e.ID] = true
		}
		var got []string
		for _, u := range x.all(c.chosen) {
			got = append(got, tellUndo(u))
			if u.Issue != "7" || len(u.Stays) > 0 && u.Stays[0]["ru"] == "" {
				t.Errorf("%s: of issue %s, %v", c.name, u.Issue, u.Stays)
			}
			if u.Any() != (u.Assign != nil || u.Priority != nil || u.Correct != nil || u.Made) {
				t.Errorf("%s: any %v", c.name, u.Any())
			}
		}
		if s := strings.Join(got, "; "); s != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, s, c.want)
		}
	}
}

func tellUndo(u Undo) string {
	var out []string
	back := func(what string, b *Back) {
		if b == nil {
			return
		}
		to := b.To
		if to == "" {
			to = "nobody"
		}
		out = append(out, what+" "+b.From+" to "+to)
	}
	back("assignee", u.Assign)
	back("priority", u.Priority)
	for _, c := range u.Correct {
		text := "correct " + c.Event
		if c.Internal {
			text += " internally"
		}
		out = append(out, text)
	}
	if u.Made {
		out = append(out, "made")
	}
	for _, s := range u.Stays {
		out = append(out, s["en"])
	}
	return strings.TrimSpace(u.Entry.ID + ": " + strings.Join(out, ", "))
}
