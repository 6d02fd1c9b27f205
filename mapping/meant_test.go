package mapping_test

import (
	"strings"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/mapping"
)

// TestWhatWasMeant: a name is proposed when a third of the letters, or two of a short word, make it the one written, or
// when one of both is a part of the other. A proposal that is far off would only mislead.
func TestWhatWasMeant(t *testing.T) {
	for _, c := range []struct {
		name, written, values, want string
	}{
		{"nothing is there", "status", "", ""},
		{"two letters apart", "stxtux", "status", "status"},
		{"three of six", "stxxux", "status", ""},
		{"three of three", "abc", "xyz", ""},
		{"three of nine", "criticxyz", "criticals", "criticals"},
		{"four of nine", "critiwxyz", "criticals", ""},
		{"three of six Cyrillic letters", "криxxx", "критич", ""},
		{"two of six Cyrillic letters", "критxx", "критич", "критич"},
		{"the nearer one", "urgent", "urgents2 urgents", "urgents"},
		{"the first of two that are as near", "urgent", "urgent1 urgent2", "urgent1"},
		{"capitals and blanks", "  HIGH ", "low high", "high"},
		{"a part of it", "network", "Printers Network-and-telephone-lines", "Network-and-telephone-lines"},
		{"it is a part", "critical-failure-of-servers", "Minor Failure", "Failure"},
		{"a part of four letters", "all-that-waits-here", "xx Wait", "Wait"},
		{"a part of three letters says nothing", "all-that-waits-here", "All", ""},
		{"nothing was written", "", "status", ""},
	} {
		if got := mapping.Alike(c.written, strings.Fields(c.values)); got != c.want {
			t.Errorf("%s: %q for %q, want %q", c.name, got, c.written, c.want)
		}
	}
}

// TestTextsOfDutiesWithoutATracker: each text that cannot be filled in is named by its place in the admin's file.
func TestTextsOfDutiesWithoutATracker(t *testing.T) {
	for _, c := range []struct{ subject, description, want string }{
		{"", "", ""},
		{"Delivery {{.Period}}", "Build {{.Period}}", ""},
		{"Delivery {{", "Build {{.Period}}", "contracts[0].duties[1].subject"},
		{"Delivery {{.Period}}", "Build {{.Quarter}}", "contracts[0].duties[1].description"},
		{"{{.Year}}", "{{.Quarter}}", "contracts[0].duties[1].subject contracts[0].duties[1].description"},
		{"Delivery }}", "", ""},
	} {
		var got []string
		for _, p := range mapping.CheckDuty(mapping.Duty{
			Path: "contracts[0].duties[1]", Subject: c.subject, Description: c.description,
		}) {
			got = append(got, p.Path)
			if !p.Fatal || p.Value != c.subject && p.Value != c.description {
				t.Errorf("%s: fatal %t, value %q", p.Path, p.Fatal, p.Value)
			}
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%q and %q: %s, want %s", c.subject, c.description, s, c.want)
		}
	}
}

// TestSubjectsOfDuties: without words of the admin's own a subject begins with a capital letter and names the period
// where there is one; it is cut only where a tracker would refuse it. A duty without a deadline has no due date.
func TestSubjectsOfDuties(t *testing.T) {
	b := bind(t, furtherWords(), furtherDirectory())
	for _, c := range []struct {
		lang, own string
		change    func(*mapping.DutyFacts)
		want, due string
	}{
		{"en", "", func(*mapping.DutyFacts) {}, "Quarterly delivery: Q4 2026", "2026-12-31"},
		{
			"ru", "", func(*mapping.DutyFacts) {},
			"Сдача в программный фонд: IV квартал 2026 г.", "2026-12-31",
		},
		{"en", "", func(f *mapping.DutyFacts) { f.Period = "" }, "Quarterly delivery", "2026-12-31"},
		{"en", "", func(f *mapping.DutyFacts) { f.Due = time.Time{} }, "Quarterly delivery: Q4 2026", ""},
		{"en", "", func(f *mapping.DutyFacts) { f.Obligation = nil }, ": Q4 2026", "2026-12-31"},
		{"en", strings.Repeat("ж", 255), func(*mapping.DutyFacts) {}, strings.Repeat("ж", 255), "2026-12-31"},
		{"en", strings.Repeat("ж", 256), func(*mapping.DutyFacts) {}, strings.Repeat("ж", 254) + "…", "2026-12-31"},
	} {
		facts := delivery
		c.change(&facts)
		n, problems := b.NewIssue(mapping.Duty{Project: "acme", Type: "Bug", Subject: c.own}, facts,
			mapping.WriteOptions{Contract: kamalLike(t, c.lang), Install: "7c1f", Texts: texts(t)})
		if n.Subject != c.want || n.DueDate != c.due || len(problems) > 0 {
			t.Errorf("%q due %q, want %q due %q; %v", n.Subject, n.DueDate, c.want, c.due, problems)
		}
	}
}

// TestRoleThatReadsWhatIsInternal: the role is looked for where the tracker shows its roles. One role is the one that
// everybody sees, and says nothing about the others; a role that is gone reads nothing.
func TestRoleThatReadsWhatIsInternal(t *testing.T) {
	gone := []mapping.FormerName{{Kind: "role", ID: "8", Name: "Duty engineer"}}
	for _, c := range []struct {
		name, kind string
		roles      int // that the tracker shows
		known      []mapping.FormerName
		reported   bool
	}{
		{"it is there", "role:Developer", 4, nil, false},
		{"it is not", "role:Duty engineer", 4, nil, true},
		{"it is gone", "role:Duty engineer", 4, gone, true},
		{"of two roles", "role:Duty engineer", 2, nil, true},
		{"one role is shown", "role:Duty engineer", 1, nil, false},
		{"one role is shown and one is gone", "role:Support engineer", 1, gone, false},
		{"no role is shown", "role:Duty engineer", 0, nil, false},
		{"no role is meant", "private-note", 4, nil, false},
	} {
		m, d := words(), directory()
		m.Internal.Kind, d.Roles = c.kind, d.Roles[:c.roles]
		_, problems := mapping.Bind(m, d, mapping.Memory{Names: c.known}, "m")
		reported := false
		for _, p := range problems {
			if p.Path != "m.internal.kind" {
				continue
			}
			if reported = true; p.Fatal || "role:"+p.Value != c.kind {
				t.Errorf("%s: %+v", c.name, p)
			}
		}
		if reported != c.reported {
			t.Errorf("%s: reported %t", c.name, reported)
		}
	}
}

// TestClassesOfCategories: each category has one class, whichever rule says so first; one that may be read in two
// ways has none of the second, and what is not there is named beside what is.
func TestClassesOfCategories(t *testing.T) {
	rule := func(is enforcer.StatusClass, categories ...string) mapping.StatusRule {
		return mapping.StatusRule{Is: is, Categories: categories}
	}
	statuses := []connectors.Status{
		{ID: "1", Name: "Open", Category: "new"},
		{ID: "2", Name: "Waits", Category: "indeterminate"},
		{ID: "3", Name: "Works", Category: "indeterminate"},
		{ID: "4", Name: "Parked"},
		{ID: "5", Name: "Done", Category: "done"},
	}
	for _, c := range []struct {
		name  string
		rules []mapping.StatusRule
		told  string
		class map[string]enforcer.StatusClass
	}{
		{
			"each once",
			[]mapping.StatusRule{
				rule(enforcer.New, "new"), rule(enforcer.Working, "indeterminate"), rule(enforcer.Closed, "done"),
			},
			"",
			map[string]enforcer.StatusClass{
				"1": enforcer.New, "2": enforcer.Working, "3": enforcer.Working, "4": "", "5": enforcer.Closed,
			},
		},
		{
			"twice in one class",
			[]mapping.StatusRule{
				rule(enforcer.New, "new", "new"), rule(enforcer.Working, "indeterminate"), rule(enforcer.Closed, "done"),
			},
			"",
			map[string]enforcer.StatusClass{"1": enforcer.New},
		},
		{
			"in two classes, and what stands behind it counts",
			[]mapping.StatusRule{
				rule(enforcer.New, "new"), rule(enforcer.Working, "new", "indeterminate"), rule(enforcer.Closed, "done"),
			},
			"! m.status[1].categories[0] | new | the category is mapped to new already; a status has one class",
			map[string]enforcer.StatusClass{"1": enforcer.New, "2": enforcer.Working},
		},
		{
			"one that is not there, and what stands behind it counts",
			[]mapping.StatusRule{
				rule(enforcer.New, "new"), rule(enforcer.Working, "busy", "indeterminate"), rule(enforcer.Closed, "done"),
			},
			`m.status[1].categories[0] | busy | the tracker shows no status of this category; its statuses are in ` +
				`"new", "indeterminate", "done"`,
			map[string]enforcer.StatusClass{"2": enforcer.Working},
		},
	} {
		m, d := words(), directory()
		m.Status, d.Statuses = c.rules, statuses
		b, problems := mapping.Bind(m, d, mapping.Memory{}, "m")
		var told []string
		for _, p := range problems {
			if !strings.Contains(p.Path, ".categories[") {
				continue
			}
			s := p.Path + " | " + p.Value + " | " + p.Reason.String()
			if p.Fatal {
				s = "! " + s
			}
			told = append(told, s)
		}
		if s := strings.Join(told, "\n"); s != c.told {
			t.Errorf("%s: told\n%s\nwant\n%s", c.name, s, c.told)
		}
		for status, class := range c.class {
			if got := classOf(t, b, status); got != class {
				t.Errorf("%s: status %s is %q, want %q", c.name, status, got, class)
			}
		}
	}
}

// classOf is the class that a request in the status has.
func classOf(t *testing.T, b *mapping.Bound, status string) enforcer.StatusClass {
	t.Helper()
	at := time.Date(2026, 6, 9, 12, 0, 0, 0, time.UTC)
	h := connectors.History{Issue: connectors.Issue{
		ID: "1", Author: "10", CreatedAt: at, Values: connectors.Values{"project": {"1"}, "status": {status}},
	}}
	s, _ := b.Scope(mapping.Scope{Projects: []string{"acme"}}, "c")
	r := b.Request(h, s, time.UTC)
	return r.State().Status
}
