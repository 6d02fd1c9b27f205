package guess_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/mapping/guess"
)

// An unused status tells by its name and its tracker's own class alone.
func TestStatusesByName(t *testing.T) {
	for _, c := range []struct {
		name, category string
		closed         bool
		want           enforcer.StatusClass
	}{
		{name: "New", want: enforcer.New},
		{name: "Новая", want: enforcer.New},
		{name: "Waiting for support", category: "new", want: enforcer.New},
		{name: "In Progress", want: enforcer.Working},
		{name: "В работе", want: enforcer.Working},
		{name: "Выполняется 1-й линией", want: enforcer.Working},
		{name: "Waiting for customer", want: enforcer.WaitingCustomer},
		{name: "Ожидание ответа заказчика", want: enforcer.WaitingCustomer},
		{name: "Ждём клиента", want: enforcer.WaitingCustomer},
		{name: "Уточнение", want: enforcer.WaitingCustomer},
		{name: "Feedback", want: enforcer.WaitingCustomer},
		{name: "On hold", want: enforcer.WaitingThirdParty},
		{name: "У производителя", want: enforcer.WaitingThirdParty},
		{name: "Resolved", want: enforcer.Resolved},
		{name: "Done", category: "done", want: enforcer.Resolved},
		{name: "Решена", want: enforcer.Resolved},
		{name: "Выполнено", want: enforcer.Resolved},
		{name: "Closed", closed: true, want: enforcer.Closed},
		{name: "Отклонена", closed: true, want: enforcer.Closed},
		{name: "Won't do", category: "done", want: enforcer.Closed},
		{name: "Архив", closed: true, want: enforcer.Closed},
		{name: "Стоит", want: ""},
		{name: "Gate 2", category: "indeterminate", want: enforcer.Working},
	} {
		s := guess.Sample{Directory: connectors.Directory{Statuses: []connectors.Status{
			{ID: "1", Name: c.name, Category: c.category, Closed: c.closed || c.category == "done"},
		}}}
		if got := guess.Statuses(s, nobody)[0]; got.Class != c.want {
			t.Errorf("%s: %q, want %q", c.name, got.Class, c.want)
		}
	}
}

func nobody(string) enforcer.Role { return "" }

func who(person string) enforcer.Role {
	return map[string]enforcer.Role{"c": enforcer.Customer, "s": enforcer.Support}[person]
}

// visited is a sample in which requests went through a status, and the customer ended so many of the visits.
func visited(name string, visits, byCustomer int) guess.Sample {
	s := guess.Sample{Directory: connectors.Directory{
		Statuses: []connectors.Status{{ID: "1", Name: name}, {ID: "2", Name: "New"}},
	}}
	for n := range visits {
		by := "s"
		if n < byCustomer {
			by = "c"
		}
		at := time.Date(2026, 3, 2, 9, n, 0, 0, time.UTC)
		h := connectors.History{
			Issue: connectors.Issue{ID: fmt.Sprint(n), Values: connectors.Values{connectors.FieldStatus: {"2"}}},
			Events: []connectors.Event{
				{ID: "e:1", At: at, Author: "s", Changes: []connectors.Change{
					{Field: connectors.FieldStatus, From: []string{"2"}, To: []string{"1"}},
				}},
				{ID: "e:2", At: at.Add(time.Hour), Author: by, Note: &connectors.Note{Text: "Hm."}},
				{ID: "e:3", At: at.Add(2 * time.Hour), Author: "s", Changes: []connectors.Change{
					{Field: connectors.FieldStatus, From: []string{"1"}, To: []string{"2"}},
				}},
			},
		}
		s.Issues, s.Histories = append(s.Issues, h.Issue), append(s.Histories, h)
	}
	return s
}

// What people do in a status goes before what it is called, and where both differ a person is asked.
func TestStatusesByBehaviour(t *testing.T) {
	for _, c := range []struct {
		name               string
		visits, byCustomer int
		want               enforcer.StatusClass
		sure               bool
	}{
		{"Стоит", 15, 14, enforcer.WaitingCustomer, true},
		{"Стоит", 15, 2, enforcer.Working, false},
		{"Feedback", 15, 14, enforcer.WaitingCustomer, true},
		{"Feedback", 15, 1, enforcer.WaitingCustomer, false},
		{"Feedback", 2, 2, enforcer.WaitingCustomer, false},
		{"Waiting for customer", 2, 0, enforcer.WaitingCustomer, true},
		{"Waiting for customer", 15, 0, enforcer.WaitingCustomer, false},
		{"On hold", 15, 14, enforcer.WaitingCustomer, false},
		{"In Progress", 15, 14, enforcer.Working, true},
		{"Closed", 5, 0, enforcer.Closed, false}, // and the tracker goes on counting it as open
	} {
		got := guess.Statuses(visited(c.name, c.visits, c.byCustomer), who)[0]
		if got.Class != c.want || got.Sure != c.sure || got.Visits != c.visits || got.ByCustomer != c.byCustomer {
			t.Errorf("%s, %d of %d by the customer: %+v, want %q, sure %t", c.name, c.byCustomer, c.visits, got, c.want,
				c.sure)
		}
	}
}

// team is a sample with people of project roles, who did what.
func team(people ...string) guess.Sample {
	s := guess.Sample{Projects: []string{"p"}, Directory: connectors.Directory{Self: connectors.Account{ID: "bot"}}}
	for n, text := range people {
		f := strings.Fields(text) // role, requests opened, requests assigned
		id, role := fmt.Sprint(n), strings.ReplaceAll(f[0], "_", " ")
		s.Directory.People = append(s.Directory.People,
			connectors.Person{ID: id, Name: "P" + id, Roles: map[string][]string{"p": {role}}})
		if !slices.Contains(s.Directory.Roles, connectors.Named{ID: role, Name: role}) {
			s.Directory.Roles = append(s.Directory.Roles, connectors.Named{ID: role, Name: role})
		}
		var opened, assigned int
		_, _ = fmt.Sscan(f[1], &opened)
		_, _ = fmt.Sscan(f[2], &assigned)
		for range opened {
			s.Issues = append(s.Issues, connectors.Issue{
				ID: fmt.Sprint(len(s.Issues)), Author: id, Values: connectors.Values{},
			})
		}
		for range assigned {
			s.Issues = append(s.Issues, connectors.Issue{
				ID: fmt.Sprint(len(s.Issues)), Values: connectors.Values{connectors.FieldAssignee: {id}},
			})
		}
	}
	return s
}

func TestRoles(t *testing.T) {
	for _, c := range []struct {
		people []string
		want   string // role=what, with ? for what is not sure
	}{
		{[]string{"Support_engineer 0 5", "Developer 0 1", "Customer 9 0"}, "support developers customer"},
		{
			[]string{"Инженер_поддержки 0 5", "Разработчик 0 1", "Заказчик 9 0", "Руководитель 0 0"},
			"support developers customer management",
		},
		{[]string{"Manager 0 1", "Developer 0 9", "Reporter 9 0"}, "management support? customer"},
		{[]string{"Первая_линия 0 9", "Внешние 9 0"}, "support? customer?"},
		{[]string{"Customer 9 3", "Support 0 1"}, "customer? support"},
		{[]string{"Инженер_заказчика 3 0", "Support 0 1"}, "customer? support"},
	} {
		var got []string
		for _, r := range guess.Roles(team(c.people...)) {
			is := string(r.Is)
			if !r.Sure {
				is += "?"
			}
			got = append(got, is)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%v: %v, want %s", c.people, got, c.want)
		}
	}
	s := team("Support 0 1", "Support 0 4", "Support 0 2")
	s.Directory.People[1].Locked = true
	if got := guess.People(s, []string{"Support"}); len(got) != 2 || got[0].ID != "2" || got[0].Assigned != 2 {
		t.Errorf("leads: %+v", got)
	}
}

// chosen is a sample in which a field holds values so often.
func chosen(field string, values map[string]int) guess.Sample {
	s := guess.Sample{Directory: connectors.Directory{
		Fields: []connectors.Field{{ID: "cf:1", Name: field}},
		Priorities: []connectors.Priority{
			{ID: "1", Name: "Low"},
			{ID: "2", Name: "Normal", Rank: 1},
			{ID: "3", Name: "High", Rank: 2},
			{ID: "4", Name: "Urgent", Rank: 3},
		},
		Types: []connectors.Named{{ID: "1", Name: "Bug"}, {ID: "2", Name: "Feature"}},
	}}
	for v, n := range values {
		for range n {
			i := connectors.Issue{ID: fmt.Sprint(len(s.Issues)), Values: connectors.Values{
				connectors.FieldPriority: {"2"}, connectors.FieldType: {"1"}, "cf:1": nil,
			}}
			if v != "" {
				i.Values["cf:1"] = []string{v}
			}
			s.Issues = append(s.Issues, i)
		}
	}
	return s
}

func severities(ids ...string) (out []enforcer.Severity) {
	for _, id := range ids {
		out = append(out, enforcer.Severity{ID: id})
	}
	return out
}

func TestSeverity(t *testing.T) {
	kamal := severities("critical", "noncritical", "minor")
	for _, c := range []struct {
		what       string
		sample     guess.Sample
		severities []enforcer.Severity
		first      string
		sure       bool
		values     string
	}{
		{
			"a field of its own",
			chosen("Критичность", map[string]int{"Критичный сбой": 3, "Некритичный сбой": 5, "": 2}), kamal,
			"field", true, "Некритичный сбой 5 noncritical, Критичный сбой 3 critical",
		},
		{
			"a value that nobody knows", chosen("Severity", map[string]int{"critical": 3, "Stage 4": 2, "minor": 1}), kamal,
			"field", true, "critical 3 critical, Stage 4 2 ?, minor 1 minor",
		},
		{
			"a field of many values", chosen("Client", map[string]int{"A": 1, "B": 1, "C": 1, "D": 1}), kamal,
			"priority", false, "Urgent 0 critical, High 0 ?, Normal 10 noncritical, Low 0 minor",
		},
		{
			"faults and requests", chosen("Severity", map[string]int{"critical": 3, "minor": 2}),
			severities("fault", "request"),
			"type", false, "Bug 5 fault",
		},
		{
			"high and normal", chosen("Срочность", map[string]int{"Высокая": 3, "Обычная": 4, "Низкая": 1}),
			severities("high", "normal"), "field", true, "Обычная 4 normal, Высокая 3 high, Низкая 1 normal",
		},
		{
			"a field of one value", chosen("Severity", map[string]int{"critical": 3}), kamal,
			"field", true, "critical 3 critical",
		},
		{
			"a field of one value that is not grave",
			chosen("Критичность", map[string]int{"Некритичный": 3}), kamal,
			"field", false, "Некритичный 3 noncritical",
		},
		{
			"a field of one value that is called otherwise", chosen("Result", map[string]int{"critical": 3}), kamal,
			"priority", false, "Urgent 0 critical, High 0 ?, Normal 3 noncritical, Low 0 minor",
		},
	} {
		if c.what == "a field of many values" {
			for range 6 {
				c.sample.Issues = append(c.sample.Issues,
					connectors.Issue{Values: connectors.Values{connectors.FieldPriority: {"2"}}})
			}
		}
		sources, sure := guess.Sources(c.sample, c.severities)
		var got []string
		for _, v := range sources[0].Values {
			is := v.Is
			if is == "" {
				is = "?"
			}
			got = append(got, fmt.Sprintf("%s %d %s", v.Name, v.Count, is))
		}
		if sources[0].Kind != c.first || sure != c.sure || strings.Join(got, ", ") != c.values {
			t.Errorf("%s: %s, sure %t: %s", c.what, sources[0].Kind, sure, strings.Join(got, ", "))
		}
	}
}

// Every field whose values are a choice may be chosen, with one value too; numbers only where the name says severity.
func TestSeverityFieldsOffered(t *testing.T) {
	for _, c := range []struct {
		field, value string
		want         bool
	}{
		{"Severity", "critical", true},
		{"Result", "critical", true},
		{"Организация", "Ромашка", true},
		{"Severity", "1", true},
		{"Client ID", "1", false},
		{"Severity", "", false},
	} {
		sources, _ := guess.Sources(chosen(c.field, map[string]int{c.value: 3}), severities("critical", "noncritical"))
		got := slices.ContainsFunc(sources, func(x guess.Source) bool { return x.Kind == guess.ByField })
		if got != c.want {
			t.Errorf("%s with %q: offered %t, want %t", c.field, c.value, got, c.want)
		}
	}
}

// What our own account made of a priority is not counted.
func TestSeverityWithoutOurOwnPriorities(t *testing.T) {
	s := chosen("Client", map[string]int{"": 3})
	s.Directory.Self.ID = "bot"
	raised := func(author, from, to string) connectors.Event {
		return connectors.Event{Author: author, Changes: []connectors.Change{
			{Field: connectors.FieldPriority, From: []string{from}, To: []string{to}},
		}}
	}
	for i, events := range [][]connectors.Event{
		{raised("bot", "2", "3"), {Author: "bot"}, raised("bot", "3", "4")},
		{raised("bot", "2", "3"), raised("romashkin", "3", "4")},
		{raised("romashkin", "1", "3"), raised("bot", "3", "4")},
	} {
		s.Issues[i].Values[connectors.FieldPriority] = []string{"4"}
		s.Histories = append(s.Histories, connectors.History{Issue: s.Issues[i], Events: events})
	}
	sources, _ := guess.Sources(s, severities("critical", "noncritical"))
	var got []string
	for _, v := range sources[0].Values {
		got = append(got, fmt.Sprintf("%s %d", v.Name, v.Count))
	}
	if want := "Urgent 1, High 1, Normal 1, Low 0"; sources[0].Kind != "priority" || strings.Join(got, ", ") != want {
		t.Errorf("%s: %s, want %s", sources[0].Kind, strings.Join(got, ", "), want)
	}
}

// A flag of which no yes was ever seen is not found: filled with a no it would say yes.
func TestFields(t *testing.T) {
	for _, c := range []struct {
		field, is string
		values    map[string]int
		ok        bool
	}{
		{"Phone notified at", "notified-by-phone", map[string]int{"10:00": 2, "": 3}, true},
		{"Выезд согласован (дата)", "on-site-agreed", nil, true},
		{"SLA hold", "hold", map[string]int{"0": 4}, false},
		{"SLA hold", "hold", map[string]int{"0": 4, "1": 1}, true},
		{"Client", "arrived", nil, false},
		{"Severity", "business-impact", map[string]int{"critical": 3}, false},
		{"Критичность", "business-impact", nil, false},
		{"Критичность для бизнеса", "business-impact", nil, true},
		{"Business impact", "business-impact", nil, true},
	} {
		got, ok := guess.Titled(chosen(c.field, c.values), c.is, connectors.Field{})
		if ok != c.ok || ok && got.Field.Name != c.field {
			t.Errorf("%s for %s: %+v, %t", c.field, c.is, got, ok)
		}
		if c.is == "hold" && ok && !slices.Equal(got.In, []string{"1"}) {
			t.Errorf("hold counts %v as yes", got.In)
		}
	}
	s := chosen("Business impact", map[string]int{"critical": 3})
	if got, ok := guess.Titled(s, "business-impact", s.Directory.Fields[0]); ok {
		t.Errorf("the field of the severity is taken for the business impact, too: %+v", got)
	}
}
