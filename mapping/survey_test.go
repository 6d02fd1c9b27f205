package mapping_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/mapping"
)

// told says problems for people to read: "path | value | reason", fatal ones with ! before.
func told(problems []mapping.Problem) string {
	var out []string
	for _, p := range problems {
		s := p.Path + " | " + p.Value + " | " + p.Reason.String()
		if p.Fatal {
			s = "! " + s
		}
		out = append(out, s)
	}
	return strings.Join(out, "\n")
}

// taking is a contract with one step that acts.
func taking(t *testing.T, s enforcer.Step) *enforcer.Contract {
	c := kamalLike(t, "en")
	c.Obligations = []enforcer.Obligation{{
		ID: "respond", Kind: enforcer.Timer, Rules: []enforcer.Rule{{Always: true, Steps: []enforcer.Step{s}}},
	}}
	return c
}

// TestFormsOnTheWay: of the forms that stand between an issue and a status only those are looked at that steps lead
// to, or that the mapping gives values for; each status is told of once, and not at all where some way to it is open.
func TestFormsOnTheWay(t *testing.T) {
	asks := func(status string, names ...string) connectors.TransitionForm {
		form := connectors.TransitionForm{Status: status}
		for _, n := range names {
			form.Fields = append(form.Fields, connectors.FormField{Field: "cf:" + n, Name: n, Required: true})
		}
		return form
	}
	gives := func(status, value string) []mapping.TransitionRule {
		return []mapping.TransitionRule{{To: status, Fields: []mapping.FieldValue{{Field: "On site", Value: value}}}}
	}
	lacks := func(status, name string) string {
		return fmt.Sprintf("! transitions | %[1]s | the tracker's form on the way to this status asks for %[2]q, and the "+
			"mapping gives no value: {to: %[1]s, fields: {%[2]s: ...}}", status, name)
	}
	resolution := asks("5", "20")
	resolution.Fields[0].Allowed = []string{"Done", "Won't fix"}
	for _, c := range []struct {
		name  string
		forms []connectors.TransitionForm
		rules []mapping.TransitionRule
		want  string
	}{
		{"no forms", nil, nil, ""},
		{"nothing is asked for", []connectors.TransitionForm{asks("5")}, nil, ""},
		{"a field is asked for", []connectors.TransitionForm{asks("5", "20")}, nil, lacks("Closed", "20")},
		{
			"by two forms, told once",
			[]connectors.TransitionForm{asks("5", "20"), asks("5", "21")},
			nil,
			lacks("Closed", "20"),
		},
		{"one way is open", []connectors.TransitionForm{asks("5", "20"), asks("5")}, nil, ""},
		{
			"on the way to two statuses",
			[]connectors.TransitionForm{asks("2", "20"), asks("5", "21"), asks("2", "20")},
			nil,
			lacks("In Progress", "20") + "\n" + lacks("Closed", "21"),
		},
		{"on the way to where no step leads", []connectors.TransitionForm{asks("4", "20"), asks("3", "20")}, nil, ""},
		{
			"the mapping gives it",
			[]connectors.TransitionForm{asks("5", "20")},
			gives("Closed", "no"),
			"",
		},
		{
			"a value that it does not take",
			[]connectors.TransitionForm{resolution},
			gives("Closed", "no"),
			`! transitions | Closed | "no" is no value of "20" on the way to this status: it takes ["Done" "Won't fix"]`,
		},
		{
			"a value that it takes, but for blanks",
			[]connectors.TransitionForm{resolution},
			gives("Closed", " Won't  fix"),
			"",
		},
		{
			"a value that no form has, on the way to where no step leads",
			[]connectors.TransitionForm{asks("4")},
			gives("Feedback", "no"),
			`transitions | Feedback | no form on the way to this status has the field for "no": it is left out`,
		},
	} {
		m := furtherWords()
		m.Transitions = c.rules
		b := bind(t, m, furtherDirectory())
		got := told(b.CheckTransitions(c.forms, []enforcer.StatusClass{enforcer.Closed, enforcer.Working}))
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
	}
}

// TestWhatIsSet: an operator is told which fields slabridge will set and what for, statuses apart.
func TestWhatIsSet(t *testing.T) {
	b := bind(t, words(), directory())
	step := enforcer.Step{
		ID:      "due",
		Actions: enforcer.Actions{Assign: enforcer.Support, Priority: enforcer.PriorityUp, Action: enforcer.ActionClose},
	}
	c := taking(t, step)
	more := c.Obligations[0]
	more.ID = "progress"
	c.Obligations = append(c.Obligations, more)
	want := []mapping.Set{
		{Field: "assignee", Name: "assignee", For: "respond/due, progress/due"},
		{Field: "priority", Name: "priority", For: "respond/due, progress/due"},
		{Field: "cf:4", Name: "SLA due", For: "sla-due"},
		{Field: "cf:5", Name: "SLA state", For: "sla-state"},
	}
	if diff := cmp.Diff(want, b.Sets(c)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want[2:], b.Sets(taking(t, enforcer.Step{ID: "due"}))); diff != "" {
		t.Errorf("where steps set nothing:\n%s", diff)
	}
}

// TestRolesWithoutALead: a role that steps assign and that names no lead is told of; one that nothing assigns is not.
func TestRolesWithoutALead(t *testing.T) {
	m := words()
	m.Roles[0].Lead, m.Roles[1].Lead = nil, nil
	b, _ := mapping.Bind(m, directory(), mapping.Memory{}, "mappings[0]")
	for role, want := range map[enforcer.Role]string{
		enforcer.Support: "mappings[0].roles[0].lead | support | no lead is named: steps that would assign support only " +
			"comment",
		enforcer.Developers: "mappings[0].roles[1].lead | developers | no lead is named: steps that would assign " +
			"developers only comment",
		enforcer.Management: "",
		"":                  "",
	} {
		step := enforcer.Step{ID: "due", Actions: enforcer.Actions{Assign: role}}
		if got := told(b.Leadless(taking(t, step))); got != want {
			t.Errorf("where %q is assigned:\n got %s\nwant %s", role, got, want)
		}
	}
}

// TestDutyOfOneOfTwo: the fault is told where the admin wrote the role.
func TestDutyOfOneOfTwo(t *testing.T) {
	d := furtherDirectory()
	d.People = append(d.People, connectors.Person{ID: "80", Login: "ivanov2", Name: "Ivan Ivanov"})
	b, _ := mapping.Bind(furtherWords(), d, mapping.Memory{}, "m")
	n, problems := b.NewIssue(
		mapping.Duty{Path: "contracts[0].duties[1]", Project: "acme", Type: "Bug", Assign: enforcer.Support}, delivery,
		mapping.WriteOptions{Contract: kamalLike(t, "en"), Install: "7c1f", Texts: texts(t)})
	if len(problems) != 1 || problems[0].Path != "contracts[0].duties[1].assign" || problems[0].Value != "support" ||
		n.Assign != "" {
		t.Errorf("assigned %q; %s", n.Assign, told(problems))
	}
}

// TestMarkInAText gives the last mark as it stands, so that it can be looked for again; none where there is none.
func TestMarkInAText(t *testing.T) {
	const mark = "[slabridge 7c1f respond/due 93ab12cd93ab]"
	for text, want := range map[string]string{
		"": "", "no mark": "", "see " + mark: "", mark: mark, "text\n\n" + mark: mark, "text\r\n" + mark + "\r\n": mark,
		"[slabridge aaaa x/due 000000000000]\n" + mark:      mark,
		"text\n(slabridge 7c1f respond/due 93ab12cd93ab)\n": "(slabridge 7c1f respond/due 93ab12cd93ab)",
	} {
		if got := mapping.MarkIn(text); got != want {
			t.Errorf("the mark in %q is %q, want %q", text, got, want)
		}
	}
}

// TestBracketsBehindCapitals: what Textile takes for an acronym with its expansion is parted, from A to Z and 0 to 9,
// and nothing else is.
func TestBracketsBehindCapitals(t *testing.T) {
	for in, want := range map[string]string{
		"A(long)": "A (long)", "Z(long)": "Z (long)", "0(long)": "0 (long)", "9(long)": "9 (long)",
		"a(long)": "a(long)", "z(long)": "z(long)", "Я(long)": "Я(long)", "/(long)": "/(long)", "_(long)": "＿(long)",
		"@(long)": "＠(long)", "[(long)": "［(long)", "a:(long)": "a∶(long)", ";(long)": ";(long)", "(long)": "(long)",
	} {
		if got := mapping.EscapeMarkup(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

// TestUnmetPromises: what an escalation promises and its update does not do is told with who has the issue in place of
// whom the text names; any other step lacks only somebody to assign.
func TestUnmetPromises(t *testing.T) {
	step := enforcer.Step{ID: "due", Trigger: enforcer.Trigger{Due: true}}
	for _, c := range []struct {
		name, issue string
		escalation  bool
		asks        enforcer.Actions
		locked      string
		want        string // step's field: wanted, got
		notes       string
	}{
		{"the lead is assigned", "", true, enforcer.Actions{Assign: enforcer.Support}, "", "", ""},
		{
			"its lead has it", "assignee=ivanov", true,
			enforcer.Actions{Assign: enforcer.Support},
			"", "",
			`assignee "Ivan Ivanov" is already of support or higher`,
		},
		{
			"one of the role has it", "assignee=sidorov", true,
			enforcer.Actions{Assign: enforcer.Support},
			"", "",
			`assignee "Semyon Sidorov" is already of support or higher`,
		},
		{
			"a higher one has it", "assignee=petrov", true,
			enforcer.Actions{Assign: enforcer.Support},
			"",
			"assignee: support, Petr Petrov", `assignee "Petr Petrov" is already of support or higher`,
		},
		{
			"a higher one has it, no escalation", "assignee=petrov", false,
			enforcer.Actions{Assign: enforcer.Support},
			"", "",
			`assignee "Petr Petrov" is already of support or higher`,
		},
		{
			"nobody can be assigned", "", true,
			enforcer.Actions{Assign: enforcer.Support},
			"10",
			"assignee: support, nobody can be assigned", "nobody who is named for support can be assigned",
		},
		{
			"nobody can be assigned, of no escalation", "", false,
			enforcer.Actions{Assign: enforcer.Support},
			"10",
			"assignee: support, nobody can be assigned", "nobody who is named for support can be assigned",
		},
		{
			"nobody can be, and one of the role has it", "assignee=sidorov", false,
			enforcer.Actions{Assign: enforcer.Support},
			"10", "", `assignee "Semyon Sidorov" is already of support or higher`,
		},
		{
			"a stranger has it, and nobody can be", "assignee=stranger", true,
			enforcer.Actions{Assign: enforcer.Support},
			"10",
			"assignee: support, Sam Stranger", "nobody who is named for support can be assigned",
		},
		{"somebody watches", "", true, enforcer.Actions{Watch: enforcer.Management}, "", "", ""},
		{
			"nobody active is to watch", "", true,
			enforcer.Actions{Watch: enforcer.Management},
			"13",
			"watcher: management, nobody active is named", "nobody active is named for management",
		},
		{
			"nobody active is to watch, of no escalation", "", false,
			enforcer.Actions{Watch: enforcer.Management},
			"13", "",
			"nobody active is named for management",
		},
	} {
		x := newHand(t)
		x.do(strings.TrimSpace("10:00 client creates " + c.issue))
		b := bind(t, words(), directory())
		contract := taking(t, step)
		contract.Obligations[0].Escalation = c.escalation
		o := mapping.WriteOptions{Contract: contract, Install: "7c1f", Texts: texts(t)}
		if c.locked != "" {
			o.Unassignable, o.Locked = map[string]bool{c.locked: true}, map[string]bool{c.locked: true}
		}
		req := b.Request(x.h, scope(t, b, mapping.Scope{Projects: []string{"acme"}}), time.UTC)
		ps := b.Writes(req, x.h, []enforcer.Decision{
			decision("respond", "due", enforcer.Internal, enforcer.Changes{Actions: c.asks}),
		}, o)
		var unmet []string
		for _, u := range ps[0].Write.Unmet {
			unmet = append(unmet, fmt.Sprintf("%s: %s, %s", u.Field, u.Wanted, u.Got))
		}
		if got := strings.Join(unmet, "; "); got != c.want {
			t.Errorf("%s: unmet %q, want %q", c.name, got, c.want)
		}
		if got := strings.Join(ps[0].Notes, "; "); got != c.notes {
			t.Errorf("%s: notes %q, want %q", c.name, got, c.notes)
		}
	}
}
