package mapping_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/mapping"
)

// TestRequests plays the files of testdata/requests: above the line what people did in the tracker, below it
// the request that the contract sees.
func TestRequests(t *testing.T) {
	files, err := filepath.Glob("testdata/requests/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no requests: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			head, _, _ := strings.Cut(string(text), "\n----\n")
			x := newHand(t)
			past := []mapping.Remembered{{
				Person: "40", Name: "Lena Leaver", Project: "1", Roles: []string{"Support engineer"},
				LastSeen: x.day,
			}}
			x.ids["leaver"] = "40"
			for line := range strings.SplitSeq(head, "\n") {
				if line != "" && !strings.HasPrefix(line, "#") {
					x.do(line)
				}
			}
			b := bind(t, furtherWords(), furtherDirectory(), past...)
			req := b.Request(x.h, scope(t, b, mapping.Scope{Projects: []string{"acme"}}), almaty(t))
			golden(t, file, head+"\n----\n"+show(req, almaty(t)))
		})
	}
}

// show writes a request for people to read.
func show(r enforcer.Request, zone *time.Location) string {
	var b strings.Builder
	person := func(p enforcer.Person) string {
		if p.ID == "" {
			return "nobody"
		}
		role := string(p.Role)
		if role == "" {
			role = "no role"
		}
		return fmt.Sprintf("%s (%s)", p.Name, role)
	}
	for _, m := range r.Moments {
		fmt.Fprintf(&b, "%s %s %s", m.At.In(zone).Format("15:04"), m.Event, person(m.By))
		if m.Note != "" {
			fmt.Fprintf(&b, ", %s note", m.Note)
		}
		for _, f := range []struct {
			name string
			on   bool
		}{
			{"on behalf", m.OnBehalf},
			{"auto-reply", m.AutoReply},
			{"status set", m.StatusSet},
			{"duplicate", m.Duplicate},
			{"file added", m.Attached},
		} {
			if f.on {
				b.WriteString(", " + f.name)
			}
		}
		if w := m.Work; w != nil {
			fmt.Fprintf(&b, ", booked %v of %q on %s", w.Spent, w.Activity, w.On)
		}
		if len(m.Steps) > 0 {
			fmt.Fprintf(&b, ", steps %v", m.Steps)
		}
		s := m.State
		if !s.Covered {
			b.WriteString("\n    not covered")
		} else {
			b.WriteString("\n    covered")
		}
		fmt.Fprintf(&b, ", %s, status %q, with %s, priority %d", s.Severity, s.Status, person(s.Assignee), s.Priority)
		if s.PriorityTop {
			b.WriteString(" (top)")
		}
		for _, k := range slices.Sorted(maps.Keys(s.Fields)) {
			fmt.Fprintf(&b, ", %s=%s", k, s.Fields[k])
		}
		for _, k := range slices.Sorted(maps.Keys(s.Times)) {
			if at := s.Times[k]; at.Location().String() == zone.String() {
				fmt.Fprintf(&b, ", %s at %s", k, at.Format("2006-01-02 15:04:05"))
			}
		}
		if len(s.Attached) > 0 {
			fmt.Fprintf(&b, ", files for %s", strings.Join(s.Attached, " "))
		}
		if s.DueDate != "" {
			fmt.Fprintf(&b, ", due date %s by %s", s.DueDate, person(s.DueDateBy))
		}
		if s.NeedsPlan != "" {
			fmt.Fprintf(&b, ", needs plan %s", s.NeedsPlan)
		}
		b.WriteString("\n")
	}
	if !r.ReceivedAt.Equal(r.CreatedAt) {
		fmt.Fprintf(&b, "received %s\n", r.ReceivedAt.In(zone).Format("2006-01-02 15:04"))
	}
	if at := r.State().Times[mapping.FieldAgreedDue]; !at.IsZero() {
		fmt.Fprintf(&b, "agreed due %s\n", at.In(zone).Format("2006-01-02 15:04:05"))
	}
	if len(r.AfterHours()) > 0 {
		b.WriteString("after hours agreed\n")
	}
	for _, f := range r.Faults {
		fmt.Fprintf(&b, "fault from %s", f.From.UTC().Format(time.RFC3339))
		if !f.To.IsZero() {
			fmt.Fprintf(&b, " to %s", f.To.UTC().Format(time.RFC3339))
		}
		fmt.Fprintf(&b, ": %s\n", f.Why)
	}
	if r.Hold != "" {
		fmt.Fprintf(&b, "held: %s\n", r.Hold)
	}
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "note: %s\n", n)
	}
	return b.String()
}

// TestRequestIsTheSameInAnyOrder holds a long history against every shuffling and doubling of its events.
func TestRequestIsTheSameInAnyOrder(t *testing.T) {
	x := newHand(t)
	for _, line := range []string{
		"10:00 client creates Criticality=high", "10:01 ivanov says looking",
		"10:02 ivanov sets status=In Progress; assignee=ivanov",
		"10:02 ivanov sets priority=High", "10:03 bot sets priority=Immediate", "10:04 client says more",
		"10:05 petrov sets assignee=petrov", "10:05 client attaches a.log, b.log", "10:05 petrov books 45m Phone",
		"10:05 petrov sets due_date=2026-12-01; On site=2026-11-27 12:40", "10:05 client removes a.log",
		"10:06 ivanov sets relation:duplicates=99", "10:07 ivanov sets status=Closed", "10:08 client sets status=New",
	} {
		x.do(line)
	}
	b := bind(t, furtherWords(), furtherDirectory())
	s := scope(t, b, mapping.Scope{Projects: []string{"acme"}})
	want := b.Request(x.h, s, almaty(t))
	rapid.Check(t, func(rt *rapid.T) {
		h := x.h
		twice := rapid.IntRange(0, len(h.Events)-1).Draw(rt, "twice")
		h.Events = rapid.Permutation(append(slices.Clone(h.Events), h.Events[twice])).Draw(rt, "events")
		if diff := cmp.Diff(want, b.Request(h, s, almaty(t))); diff != "" {
			rt.Fatal(diff)
		}
	})
}

// TestOurOwnWritesNeverChangeTheSeverity lets the bot and people set priorities at random: the severity is
// always what the people's last value makes it.
func TestOurOwnWritesNeverChangeTheSeverity(t *testing.T) {
	m := words()
	m.Severity = []mapping.SeverityRule{
		{Is: "critical", When: mapping.When{Priority: []string{"Urgent", "Immediate"}}},
		{Is: "noncritical"},
	}
	b := bind(t, m, directory())
	s := scope(t, b, mapping.Scope{Projects: []string{"acme"}})
	rapid.Check(t, func(rt *rapid.T) {
		x := newHand(t)
		x.do("09:00 client creates")
		people := "Normal"
		for i := range rapid.IntRange(1, 12).Draw(rt, "edits") {
			who := rapid.SampledFrom([]string{"bot", "ivanov", "client"}).Draw(rt, "who")
			p := rapid.SampledFrom(m.Priorities).Draw(rt, "priority")
			x.do(fmt.Sprintf("10:%02d %s sets priority=%s", i, who, p))
			if who != "bot" {
				people = p
			}
		}
		want := "noncritical"
		if people == "Urgent" || people == "Immediate" {
			want = "critical"
		}
		req := b.Request(x.h, s, almaty(t))
		if got := req.State().Severity; got != want {
			rt.Fatalf("severity %q, want %q: people left the priority at %s", got, want, people)
		}
	})
}

func TestRolesAreThoseOfTheMoment(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 6, n, 12, 0, 0, 0, time.UTC) }
	past := []mapping.Remembered{
		{Person: "11", Name: "Petr Petrov", Project: "1", Roles: []string{"Support engineer"}, LastSeen: day(10)},
		{Person: "40", Name: "Lena Leaver", Project: "1", Roles: []string{"Support engineer"}, LastSeen: day(10)},
	}
	b := bind(t, words(), directory(), past...)
	s := scope(t, b, mapping.Scope{Projects: []string{"acme"}})
	for _, c := range []struct {
		name, person string
		at           time.Time
		want         enforcer.Role
	}{
		{"moved from support to development: then", "11", day(9), enforcer.Support},
		{"moved from support to development: since", "11", day(11), enforcer.Developers},
		{"left: before", "40", day(9), enforcer.Support},
		{"left: between being seen and leaving", "40", day(11), enforcer.Support},
		{"never seen", "41", day(9), ""},
		{"seen, but without a role here", "30", day(9), ""},
		{"our own account", botID, day(9), enforcer.Bot},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := connectors.History{Issue: connectors.Issue{
				ID: "1", Author: c.person, CreatedAt: c.at,
				Values: connectors.Values{"project": {"1"}},
			}}
			if got := b.Request(h, s, time.UTC).Author.Role; got != c.want {
				t.Errorf("role %q, want %q", got, c.want)
			}
		})
	}
	m := words()
	m.Roles = append(m.Roles, mapping.RoleRule{Is: enforcer.Customer, EveryoneElse: true})
	b = bind(t, m, directory())
	h := connectors.History{Issue: connectors.Issue{
		ID: "1", Author: "30", CreatedAt: day(1),
		Values: connectors.Values{"project": {"1"}},
	}}
	if got := b.Request(h, s, time.UTC).Author.Role; got != enforcer.Customer {
		t.Errorf("with everyone else a customer the stranger is %q", got)
	}
}

func TestScopeByCondition(t *testing.T) {
	b := bind(t, words(), directory())
	for _, c := range []struct {
		name   string
		scope  mapping.Scope
		create string
		want   bool
	}{
		{"project", mapping.Scope{Projects: []string{"acme"}}, "", true},
		{"another project", mapping.Scope{Projects: []string{"inner"}}, "", false},
		{
			"tracker",
			mapping.Scope{Projects: []string{"acme"}, When: []mapping.When{{Tracker: []string{"Feature"}}}},
			"",
			false,
		},
		{
			"any of the conditions",
			mapping.Scope{
				Projects: []string{"acme"},
				When:     []mapping.When{{Tracker: []string{"Feature"}}, {AuthorRole: []enforcer.Role{enforcer.Customer}}},
			},
			"", true,
		},
		{
			"field filled at all",
			mapping.Scope{Projects: []string{"acme"}, When: []mapping.When{{Field: "Version"}}},
			"Version=1", true,
		},
		{"field empty", mapping.Scope{Projects: []string{"acme"}, When: []mapping.When{{Field: "Version"}}}, "", false},
		{
			"category by id",
			mapping.Scope{Projects: []string{"acme"}, When: []mapping.When{{Category: []string{"8"}}}},
			"category=8", true,
		},
		{"subtask", mapping.Scope{Projects: []string{"acme"}}, "parent=1700", false},
		{"subtask where they are requests", mapping.Scope{Projects: []string{"acme"}, Subtasks: true}, "parent=1700", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := newHand(t)
			x.do(strings.TrimSpace("10:00 client creates " + c.create))
			req := b.Request(x.h, scope(t, b, c.scope), time.UTC)
			if got := req.State().Covered; got != c.want {
				t.Errorf("covered %v, want %v", got, c.want)
			}
		})
	}
}
