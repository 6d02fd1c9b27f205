package mapping_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/mapping"
)

// TestFurtherProblems: what the tracker does not bear out is told with its place in the admin's own file.
func TestFurtherProblems(t *testing.T) {
	at := func(kind, id, name string, day int) mapping.FormerName {
		return mapping.FormerName{Kind: kind, ID: id, Name: name, SeenAt: time.Date(2026, 1, day, 0, 0, 0, 0, time.UTC)}
	}
	for _, c := range []struct {
		name   string
		change func(*mapping.Mapping, *connectors.Directory)
		known  mapping.Memory
		want   string // a problem among them; "" for none about the words below
		absent string // a word that no problem has
	}{
		{
			name: "a transition to a status that is not there",
			change: func(m *mapping.Mapping, _ *connectors.Directory) {
				m.Transitions = []mapping.TransitionRule{{To: "Solved"}}
			},
			want: `! mappings[0].transitions[0].to | Solved | the tracker shows no status of this name`,
		},
		{
			name: "the severity rests on the first field, which slabridge writes",
			change: func(m *mapping.Mapping, _ *connectors.Directory) {
				m.Fields = []mapping.FieldRule{{Is: mapping.FieldSLAState, Field: "Criticality", Write: true}}
			},
			want: "mappings[0].severity[0].when.field | Criticality | the severity depends on a field that slabridge writes " +
				"as sla-state",
		},
		{
			name: "the severity rests on nothing that slabridge writes", absent: "slabridge writes",
			change: func(*mapping.Mapping, *connectors.Directory) {},
		},
		{
			name: "a namesake who came later takes nobody's place",
			change: func(m *mapping.Mapping, d *connectors.Directory) {
				d.People = append(d.People, connectors.Person{ID: "80", Login: "orlova2", Name: "Olga Orlova"})
			},
			known: mapping.Memory{Names: []mapping.FormerName{
				at("person", "13", "Olga Orlova", 1), at("person", "80", "Olga Orlova", 2),
			}},
			want: `mappings[0].roles[2].users[0] | Olga Orlova | 2 of the tracker's entries are called so; it means the one ` +
				`that was called so first, "Olga Orlova" (id 13): give its id`,
			absent: "give the id of one of",
		},
		{
			name: "namesakes of whom nobody was first",
			change: func(m *mapping.Mapping, d *connectors.Directory) {
				d.People = append(d.People, connectors.Person{ID: "80", Login: "orlova2", Name: "Olga Orlova"})
			},
			want: `! mappings[0].roles[2].users[0] | Olga Orlova | 2 of the tracker's entries are called so; give the id of ` +
				`one of "Olga Orlova" (id 13), "Olga Orlova" (id 80)`,
		},
		{
			name: "of many entries some are spelt out",
			change: func(m *mapping.Mapping, d *connectors.Directory) {
				for i := range 8 {
					d.Statuses = append(d.Statuses, connectors.Status{ID: fmt.Sprint(50 + i), Name: fmt.Sprintf("Stage %d", i)})
				}
				m.Status[0].Names = []string{"Quite another"}
			},
			want: `"Stage 5" (id 55) and 2 more`, absent: `"Stage 6" (id`,
		},
		{
			name: "twelve are not too many",
			change: func(m *mapping.Mapping, d *connectors.Directory) {
				for i := range 6 {
					d.Statuses = append(d.Statuses, connectors.Status{ID: fmt.Sprint(50 + i), Name: fmt.Sprintf("Stage %d", i)})
				}
				m.Status[0].Names = []string{"Quite another"}
			},
			want: `"Stage 5" (id 55)`, absent: " more",
		},
		{
			name:   "a number that no issue has shown yet is believed",
			change: func(m *mapping.Mapping, _ *connectors.Directory) { m.Fields[0].Field = "90" },
			want:   "mappings[0].fields[0].field | 90 | no issue with a custom field of this id has been seen yet",
		},
		{
			name:   "what only begins as a number is a name",
			change: func(m *mapping.Mapping, _ *connectors.Directory) { m.Fields[0].Field = "90:" },
			want:   "! mappings[0].fields[0].field | 90: | the tracker shows no custom field of this name",
		},
		{
			name: "a project by its name, whatever its blanks",
			change: func(_ *mapping.Mapping, d *connectors.Directory) {
				d.Projects = append(d.Projects, connectors.Project{ID: "9", Key: "two", Name: "Acme   Two"})
			},
			absent: "contracts[0].projects",
		},
		{
			name: "a closed project",
			change: func(_ *mapping.Mapping, d *connectors.Directory) {
				d.Projects = append(d.Projects, connectors.Project{ID: "9", Key: "two", Name: "Acme Two", Closed: true})
			},
			want: "contracts[0].projects | 9 | the project is closed",
		},
	} {
		m, d := words(), directory()
		c.change(&m, &d)
		b, problems := mapping.Bind(m, d, c.known, "mappings[0]")
		if slices.ContainsFunc(d.Projects, func(p connectors.Project) bool { return p.ID == "9" }) {
			_, more := b.Scope(mapping.Scope{Projects: []string{"Acme Two"}}, "contracts[0]")
			problems = append(problems, more...)
		}
		got := told(problems)
		if !strings.Contains(got, c.want) {
			t.Errorf("%s:\n%s\nwant among them\n%s", c.name, got, c.want)
		}
		if c.absent != "" && strings.Contains(got, c.absent) {
			t.Errorf("%s:\n%s\nwant none with %q", c.name, got, c.absent)
		}
	}
}

// TestRenamedOptions: two severities that wait for the old and for the new name of one option contradict each other; an
// option that only one of them names, or both by the same name, does not.
func TestRenamedOptions(t *testing.T) {
	option := func(id, name string) mapping.FormerName {
		return mapping.FormerName{Kind: "option", ID: "cf:1/" + id, Name: name}
	}
	known := mapping.Memory{
		Options: func(connectors.History) []connectors.Option { return nil },
		Names:   []mapping.FormerName{option("7", "high"), option("7", "urgent"), option("8", "low"), option("8", "small")},
	}
	for _, c := range []struct {
		critical, minor []string
		clash           bool
	}{
		{[]string{"high"}, []string{"urgent"}, true},
		{[]string{"high"}, []string{"low"}, false},
		{[]string{"high", "urgent"}, []string{"low", "small"}, false},
		{[]string{"high", "urgent"}, []string{"urgent"}, false},
		{[]string{"high"}, []string{"other"}, false},
	} {
		m := words()
		m.Severity = []mapping.SeverityRule{
			{Is: "critical", When: mapping.When{Field: "Criticality", In: c.critical}},
			{Is: "minor", When: mapping.When{Field: "Criticality", In: c.minor}},
			{Is: "noncritical"},
		}
		_, problems := mapping.Bind(m, directory(), known, "mappings[0]")
		got := told(problems)
		if strings.Contains(got, "the tracker has renamed an option (id 7)") != c.clash ||
			strings.Contains(got, "mappings[0].severity[1].when.in") != c.clash {
			t.Errorf("%q and %q:\n%s", c.critical, c.minor, got)
		}
	}
}

// TestAsked: the values that a mapping and a contract wait for are told with their places, so that a misspelt one is
// found by comparing it with what requests hold.
func TestAsked(t *testing.T) {
	m := words()
	m.Fields = append(m.Fields, mapping.FieldRule{Is: mapping.FieldNeedsPlan, Field: "Hold", In: []string{"Change"}},
		mapping.FieldRule{Is: "description", Attribute: mapping.AttributeDescription, In: []string{"never"}})
	b := bind(t, m, directory())
	s := mapping.Scope{
		Projects: []string{"acme"},
		When: []mapping.When{
			{Tracker: []string{"Bug"}}, {Field: "Version", In: []string{"5.4", "5.5"}},
		},
	}
	want := []mapping.AskedValues{
		{Path: "m.severity[0].when.in", Key: "cf:1", Field: "Criticality", Severity: true, Values: []string{"high"}},
		{Path: "m.fields[8].in", Key: "cf:3", Field: "Hold", Values: []string{"Change"}},
		{Path: "c.when[1].in", Key: "cf:7", Field: "Version", Values: []string{"5.4", "5.5"}},
	}
	if diff := cmp.Diff(want, b.Asked(s, scope(t, b, s), "m", "c")); diff != "" {
		t.Error(diff)
	}
}

// TestPeopleWithRoles: whoever has a role in a project is remembered with it, our own account and people without any
// role are not.
func TestPeopleWithRoles(t *testing.T) {
	d := directory()
	d.People = append(d.People, connectors.Person{
		ID: botID, Login: "slabot", Name: "SLA Bot", Roles: map[string][]string{"1": {"Support engineer"}},
	})
	d.People[6].Roles = map[string][]string{"1": {}}
	d.People[0].Groups = []string{"night shift"}
	var got []string
	for _, p := range bind(t, words(), d).People() {
		got = append(got, fmt.Sprintf("%s %s %s %q %t", p.Person, p.Name, p.Project, p.Roles, p.LastSeen.Equal(readAt)))
	}
	want := []string{
		`10 Ivan Ivanov 1 ["Support engineer" "night shift"] true`, `11 Petr Petrov 1 ["Developer"] true`,
		`12 Semyon Sidorov 1 ["Support engineer"] true`, `13 Olga Orlova 1 ["Manager"] true`,
		`14 Lev Locked 1 ["Developer"] true`, `20 Kira Client 1 ["Customer"] true`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestLockedPeopleDoNotWatch: of the people named for a role those who are active are made watchers.
func TestLockedPeopleDoNotWatch(t *testing.T) {
	m, d := words(), directory()
	d.People = append(d.People, connectors.Person{ID: botID, Login: "slabot", Name: "SLA Bot"})
	m.Roles[2].Users = []string{"Olga Orlova", "locked", "slabot"}
	b := bind(t, m, d)
	x := newHand(t)
	x.do("10:00 client creates")
	x.h.WatchersSet = true
	got := b.Writes(b.Request(x.h, scope(t, b, mapping.Scope{Projects: []string{"acme"}}), time.UTC), x.h,
		[]enforcer.Decision{decision("inform-management", "due", enforcer.Internal,
			enforcer.Changes{Actions: enforcer.Actions{Watch: enforcer.Management}})},
		mapping.WriteOptions{Contract: kamalLike(t, "en"), Install: "7c1f", Texts: texts(t)})
	if s := planned(got); s != "internal [inform-management/due] watch=13" {
		t.Error(s)
	}
}

// TestTypesOfNewIssues: a new issue can have no type that is gone and no request type of a portal.
func TestTypesOfNewIssues(t *testing.T) {
	d := directory()
	d.Types = append(d.Types, connectors.Named{ID: connectors.RequestType + "3", Name: "Ask for help"})
	known := mapping.Memory{Names: []mapping.FormerName{{Kind: "type", ID: "9", Name: "Task"}}}
	b, _ := mapping.Bind(words(), d, known, "m")
	for name, there := range map[string]bool{"Bug": true, "Feature": true, "Task": false, "Ask for help": false} {
		n, problems := b.NewIssue(mapping.Duty{Path: "d", Project: "acme", Type: name}, delivery,
			mapping.WriteOptions{Contract: kamalLike(t, "en"), Install: "7c1f", Texts: texts(t)})
		if (n.Type != "") != there || strings.Contains(told(problems), "! d.tracker") == there {
			t.Errorf("%s: type %q\n%s", name, n.Type, told(problems))
		}
	}
}

// TestFieldsThatAreNotThere: a field that the tracker does not show leaves unjudged what rests on it, and nothing else;
// one that slabridge only writes is missed by nobody. A number is believed, and read as soon as an issue has it.
func TestFieldsThatAreNotThere(t *testing.T) {
	m, d := words(), directory()
	m.Fields = []mapping.FieldRule{
		{Is: "version", Field: "Release"},
		{Is: mapping.FieldSLADue, Field: "Deadline", Write: true},
		{Is: "client-id", Field: "77"},
		{Is: mapping.FieldHold, Field: "Frozen"},
	}
	b, problems := mapping.Bind(m, d, mapping.Memory{}, "mappings[0]")
	var parts []string
	for _, p := range problems {
		if p.Part || p.Fatal {
			parts = append(parts, fmt.Sprintf("%s part %t", p.Path, p.Part))
		}
	}
	want := []string{"mappings[0].fields[0].field part true", "mappings[0].fields[3].field part false"}
	if diff := cmp.Diff(want, parts); diff != "" {
		t.Error(diff)
	}
	x := newHand(t)
	x.do("10:00 client creates cf:77=A-7")
	r := b.Request(x.h, scope(t, b, mapping.Scope{Projects: []string{"acme"}}), time.UTC)
	if len(r.Faults) != 1 || r.Faults[0].Field != "version" || !strings.HasPrefix(r.Faults[0].Why, "version: Release: ") {
		t.Errorf("faults %+v", r.Faults)
	}
	if got := r.State().Fields["client-id"]; got != "A-7" {
		t.Errorf("client-id %q", got)
	}
}

// TestClassesOfStatuses: one status is enough to have a class.
func TestClassesOfStatuses(t *testing.T) {
	b := bind(t, words(), directory())
	for class, want := range map[enforcer.StatusClass]bool{
		enforcer.Resolved: true, enforcer.WaitingCustomer: true, enforcer.WaitingThirdParty: false,
	} {
		if got := b.HasClass(class); got != want {
			t.Errorf("%s: %t", class, got)
		}
	}
}

// TestValuesOnTheWayToAStatus: what the tracker's form asks for goes with the status that it belongs to, and with no
// other.
func TestValuesOnTheWayToAStatus(t *testing.T) {
	m := furtherWords()
	m.Transitions = []mapping.TransitionRule{{To: "Closed", Fields: []mapping.FieldValue{{Field: "On site", Value: "no"}}}}
	b := bind(t, m, furtherDirectory())
	act := func(action string) map[string]string {
		x := newHand(t)
		x.do("10:00 client creates status=Feedback")
		got := b.Writes(b.Request(x.h, scope(t, b, mapping.Scope{Projects: []string{"acme"}}), time.UTC), x.h,
			[]enforcer.Decision{decision("await-answer", "due", enforcer.Internal,
				enforcer.Changes{Comment: internally(mapping.TextBreach), Actions: enforcer.Actions{Action: action}})},
			mapping.WriteOptions{Contract: kamalLike(t, "en"), Install: "7c1f", Texts: texts(t)})
		if len(got) != 1 {
			t.Fatalf("%s", planned(got))
		}
		return got[0].Write.StatusFields
	}
	if diff := cmp.Diff(map[string]string{"cf:20": "no"}, act(enforcer.ActionClose)); diff != "" {
		t.Error(diff)
	}
	for _, action := range []string{enforcer.ActionReopen, ""} {
		if got := act(action); len(got) != 0 {
			t.Errorf("%q takes %v along", action, got)
		}
	}
}

// TestWhatWasAsked: a comment repeats the last thing that staff told the customer in words, up to the moment that it is
// about: a status that was set since is no question, and a later note none of that moment.
func TestWhatWasAsked(t *testing.T) {
	own, problems := mapping.NewTexts([]mapping.OwnText{
		{Lang: "en", Key: mapping.TextBreach, Text: "{{.AskedOn}}: {{.Asked}}", Path: "t"},
	})
	if len(problems) > 0 {
		t.Fatal(told(problems))
	}
	x := newHand(t)
	for _, line := range []string{
		"10:00 client creates", "10:05 ivanov says Which version is it?", "10:10 ivanov sets status=Feedback",
		"10:20 ivanov whispers Somebody call them", "10:30 client says No idea", "10:40 petrov says Please look again.",
		"10:50 ivanov sets status=In Progress",
	} {
		x.do(line)
	}
	b := bind(t, words(), directory())
	req := b.Request(x.h, scope(t, b, mapping.Scope{Projects: []string{"acme"}}), almaty(t))
	clock := func(hour, minute int) time.Time { return time.Date(2026, 11, 27, hour, minute, 0, 0, almaty(t)) }
	for at, want := range map[time.Time]string{
		{}: "Please look again", clock(10, 5): "Which version is it?", clock(10, 39): "Which version is it?",
		clock(10, 40): "Please look again", clock(10, 4): "",
	} {
		c := internally(mapping.TextBreach)
		c.Asked = at
		got := b.Writes(req, x.h, []enforcer.Decision{
			decision("await-answer", "due", enforcer.Internal, enforcer.Changes{Comment: c}),
		}, mapping.WriteOptions{Contract: kamalLike(t, "en"), Install: "7c1f", Texts: own})
		if text := got[0].Write.Comment.Text; !strings.HasPrefix(text, map[bool]string{
			true: ":\n", false: "27 November 2026: " + want + "\n",
		}[want == ""]) {
			t.Errorf("asked at %s: %q, want %q", at, text, want)
		}
	}
}

// TestDeadlineInAField: the field shows the nearest deadline of what runs; a promised act that slabridge is about to
// carry out is none, and neither is that of a pause or of what is over. A moment is the same in whatever zone it is
// written, and words in a field of moments are overwritten.
func TestDeadlineInAField(t *testing.T) {
	d := directory()
	d.Fields[3].Type = connectors.FieldDateTime
	b := bind(t, words(), d)
	now := time.Date(2026, 11, 27, 6, 0, 0, 0, time.UTC)
	cycle := func(minutes int, state enforcer.CycleState, escalation bool) enforcer.Cycle {
		return enforcer.Cycle{
			Obligation: &enforcer.Obligation{Escalation: escalation}, State: state,
			Due: now.Add(time.Duration(minutes) * time.Minute),
		}
	}
	for _, c := range []struct {
		name   string
		holds  string
		cycles []enforcer.Cycle
		want   string // "-" for no change
	}{
		{"nothing is due", "", nil, "-"},
		{"what was due is not any more", "2026-11-27T06:30:00Z", nil, ""},
		{
			"the nearest", "",
			[]enforcer.Cycle{cycle(60, enforcer.Running, false), cycle(30, enforcer.Running, false)},
			"2026-11-27T06:30:00Z",
		},
		{
			"a pause has none", "",
			[]enforcer.Cycle{cycle(60, enforcer.Running, false), cycle(30, enforcer.Paused, false)},
			"2026-11-27T07:00:00Z",
		},
		{
			"an escalation to come", "",
			[]enforcer.Cycle{cycle(60, enforcer.Running, false), cycle(1, enforcer.Running, true)},
			"2026-11-27T06:01:00Z",
		},
		{
			"an escalation that is being carried out", "",
			[]enforcer.Cycle{cycle(60, enforcer.Running, false), cycle(0, enforcer.Running, true)},
			"2026-11-27T07:00:00Z",
		},
		{
			"the same in another zone", "2026-11-27T12:00:00+05:00", []enforcer.Cycle{cycle(60, enforcer.Running, false)}, "-",
		},
		{"words", "soon", []enforcer.Cycle{cycle(60, enforcer.Running, false)}, "2026-11-27T07:00:00Z"},
		{"words, and nothing is due", "soon", nil, ""},
	} {
		h := connectors.History{Issue: connectors.Issue{Values: connectors.Values{"cf:4": nil}}}
		if c.holds != "" {
			h.Issue.Values["cf:4"] = []string{c.holds}
		}
		got, changed := b.Upkeep(enforcer.Evaluation{Contract: kamalLike(t, "en"), Now: now, Cycles: c.cycles}, h)["cf:4"]
		if !changed {
			got = "-"
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestRightsInOrder: the rights that an admin has to give stand in one order, each with all that needs it once.
func TestRightsInOrder(t *testing.T) {
	b := bind(t, words(), directory())
	comment := &enforcer.StepComment{Audience: enforcer.Internal}
	c := taking(t, enforcer.Step{
		ID: "due", Comment: comment, Actions: enforcer.Actions{
			Action: enforcer.ActionClose, Watch: enforcer.Management, Priority: enforcer.PriorityUp, Assign: enforcer.Support,
		},
	})
	c.Earlier = []*enforcer.Contract{taking(t, enforcer.Step{ID: "due", Comment: comment})}
	needs := b.Rights(c)
	if !slices.IsSortedFunc(needs, func(x, y mapping.Need) int {
		return slices.Index(connectors.Rights, x.Right) - slices.Index(connectors.Rights, y.Right)
	}) {
		t.Errorf("in no order: %v", needs)
	}
	got := map[connectors.Right]string{}
	for _, n := range needs {
		got[n.Right] = strings.Join(n.For, ", ")
	}
	want := map[connectors.Right]string{
		connectors.ReadIssues: "", connectors.WriteComment: "respond/due", connectors.WriteInternal: "respond/due",
		connectors.TakeBack: "respond/due", connectors.SetAssignee: "respond/due", connectors.SetPriority: "respond/due",
		connectors.AddWatchers: "respond/due", connectors.SetStatus: "respond/due",
		connectors.WriteCustomFields: "sla-due, sla-state",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestSameProblems: a problem that differs in anything people see is another, and is told again.
func TestSameProblems(t *testing.T) {
	_, problems := mapping.Bind(mapping.Mapping{
		ID: "m", Connection: "c", Status: []mapping.StatusRule{{Is: enforcer.New, Names: []string{"Nw", "In Pogress"}}},
	}, directory(), mapping.Memory{}, "mappings[0]")
	if len(problems) < 2 {
		t.Fatal(told(problems))
	}
	p := problems[0]
	for name, change := range map[string]func(*mapping.Problem){
		"path": func(p *mapping.Problem) { p.Path += "x" }, "value": func(p *mapping.Problem) { p.Value += "x" },
		"gravity": func(p *mapping.Problem) { p.Fatal = !p.Fatal },
		"reason":  func(p *mapping.Problem) { p.Reason = problems[1].Reason },
	} {
		other := p
		if change(&other); p.Same(other) || !p.Same(p) {
			t.Errorf("another %s is the same problem", name)
		}
	}
}

// TestWhomAContractCallsIn: everybody whom steps may assign or make a watcher, each once; groups are no people.
func TestWhomAContractCallsIn(t *testing.T) {
	m, d := words(), directory()
	d.People = append(d.People, connectors.Person{ID: "90", Name: "Night shift", Group: true})
	m.Roles[0].Duty = []string{"sidorov", "Ivan Ivanov"}
	m.Roles[2].Users = []string{"Olga Orlova", "client"}
	m.Roles[2].Groups = []string{"Night shift"}
	b, _ := mapping.Bind(m, d, mapping.Memory{}, "mappings[0]")
	for role, want := range map[enforcer.Role]string{"": "10 12 14 11 13", enforcer.Management: "10 12 14 11 13 20"} {
		c := taking(t, enforcer.Step{ID: "due", Actions: enforcer.Actions{Watch: role}})
		if got := strings.Join(b.Called(c), " "); got != want {
			t.Errorf("where %q watches: %s, want %s", role, got, want)
		}
	}
}

// TestWatchersByName: everyone of a role that names nobody watches, in the order of their names.
func TestWatchersByName(t *testing.T) {
	d := directory()
	for id, name := range map[string]string{"21": "Adam", "22": "Zoe", "23": "Boris"} {
		d.People = append(d.People, connectors.Person{
			ID: id, Login: name, Name: name, Roles: map[string][]string{"1": {"Customer"}},
		})
	}
	b := bind(t, words(), d)
	x := newHand(t)
	x.do("10:00 client creates")
	x.h.WatchersSet = true
	got := b.Writes(b.Request(x.h, scope(t, b, mapping.Scope{Projects: []string{"acme"}}), time.UTC), x.h,
		[]enforcer.Decision{decision("x", "due", enforcer.Internal,
			enforcer.Changes{Actions: enforcer.Actions{Watch: enforcer.Customer}})},
		mapping.WriteOptions{Contract: kamalLike(t, "en"), Install: "7c1f", Texts: texts(t)})
	if s := planned(got); s != "internal [x/due] watch=21,23,20,22" {
		t.Error(s)
	}
}

// TestWhatHappensNext: what several comments say will happen is told once, the soonest first.
func TestWhatHappensNext(t *testing.T) {
	own, problems := mapping.NewTexts([]mapping.OwnText{
		{Lang: "en", Key: mapping.TextBreach, Text: "x{{range .Next}} {{.ID}}{{end}}", Path: "t"},
	})
	if len(problems) > 0 {
		t.Fatal(told(problems))
	}
	next := func(id string, minutes int) enforcer.NextStep {
		return enforcer.NextStep{ID: id, Step: "due", At: due.Add(time.Duration(minutes) * time.Minute)}
	}
	saying := func(step string, all ...enforcer.NextStep) enforcer.Decision {
		c := internally(mapping.TextBreach)
		c.Next = all
		return decision("respond", step, enforcer.Internal, enforcer.Changes{Comment: c})
	}
	b := bind(t, words(), directory())
	x := newHand(t)
	x.do("10:00 client creates")
	got := b.Writes(b.Request(x.h, scope(t, b, mapping.Scope{Projects: []string{"acme"}}), time.UTC), x.h,
		[]enforcer.Decision{
			saying("warn", next("c", 30), next("a", 10)), saying("due", next("a", 10), next("b", 20), next("a", 40)),
		},
		mapping.WriteOptions{Contract: kamalLike(t, "en"), Install: "7c1f", Texts: own})
	if text := got[0].Write.Comment.Text; !strings.HasPrefix(text, "x\n\nx a b c a\n") {
		t.Errorf("%q", text)
	}
}
