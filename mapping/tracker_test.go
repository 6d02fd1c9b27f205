package mapping_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/calendar"
	"slabridge/mapping"
)

var update = flag.Bool("update", false, "rewrite the expected files")

// golden holds got against a file, or rewrites it.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; got:\n%s\nwant:\n%s", file, got, want)
	}
}

const botID = "5"

// readAt is when the directory of these tests was read.
var readAt = time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)

func almaty(t testing.TB) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation("Asia/Almaty")
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// directory is a small support organisation on Redmine.
func directory() connectors.Directory {
	in := func(project, role string) map[string][]string { return map[string][]string{project: {role}} }
	return connectors.Directory{
		Statuses: []connectors.Status{
			{ID: "1", Name: "New"},
			{ID: "2", Name: "In Progress"},
			{ID: "3", Name: "Resolved"},
			{ID: "4", Name: "Feedback"},
			{ID: "5", Name: "Closed", Closed: true},
			{ID: "7", Name: "Parked"},
		},
		Priorities: []connectors.Priority{
			{ID: "1", Name: "Low", Rank: 0},
			{ID: "2", Name: "Normal", Rank: 1},
			{ID: "3", Name: "High", Rank: 2},
			{ID: "4", Name: "Urgent", Rank: 3},
			{ID: "5", Name: "Immediate", Rank: 4},
			{ID: "9", Name: "Old", Rank: 5, Inactive: true},
		},
		Types: []connectors.Named{{ID: "1", Name: "Bug"}, {ID: "2", Name: "Feature"}},
		Projects: []connectors.Project{
			{ID: "1", Key: "acme", Name: "Acme"},
			{ID: "2", Key: "inner", Name: "Inner"},
			{ID: "3", Key: "past", Name: "Past", Closed: true},
		},
		Fields: []connectors.Field{
			{ID: "cf:1", Name: "Criticality"},
			{ID: "cf:2", Name: "Received at"},
			{ID: "cf:3", Name: "Hold"},
			{ID: "cf:4", Name: "SLA due"},
			{ID: "cf:5", Name: "SLA state"},
			{ID: "cf:6", Name: "Agreed due"},
			{ID: "cf:7", Name: "Version"},
			{ID: "cf:8", Name: "On behalf"},
			{ID: "cf:9", Name: "After hours"},
		},
		Roles: []connectors.Named{
			{ID: "3", Name: "Support engineer"},
			{ID: "4", Name: "Developer"},
			{ID: "5", Name: "Customer"},
			{ID: "6", Name: "Manager"},
		},
		People: []connectors.Person{
			{ID: "10", Login: "ivanov", Name: "Ivan Ivanov", Roles: in("1", "Support engineer")},
			{ID: "11", Login: "petrov", Name: "Petr Petrov", Roles: in("1", "Developer")},
			{ID: "12", Login: "sidorov", Name: "Semyon Sidorov", Roles: in("1", "Support engineer")},
			{ID: "13", Login: "orlova", Name: "Olga Orlova", Roles: in("1", "Manager")},
			{ID: "14", Login: "locked", Name: "Lev Locked", Locked: true, Roles: in("1", "Developer")},
			{ID: "20", Login: "client", Name: "Kira Client", Roles: in("1", "Customer")},
			{ID: "30", Login: "stranger", Name: "Sam Stranger", Roles: map[string][]string{}},
		},
		Self:   connectors.Account{ID: botID, Login: "slabot", Name: "SLA Bot"},
		ReadAt: readAt,
	}
}

// words is the mapping of these tests.
func words() mapping.Mapping {
	return mapping.Mapping{
		ID: "helpdesk", Connection: "helpdesk",
		Severity: []mapping.SeverityRule{
			{Is: "critical", When: mapping.When{Field: "Criticality", In: []string{"high"}}},
			{Is: "minor", When: mapping.When{Tracker: []string{"Feature"}}},
			{Is: "noncritical"},
		},
		Status: []mapping.StatusRule{
			{Is: enforcer.New, Names: []string{"New"}},
			{Is: enforcer.Working, Names: []string{"In Progress"}},
			{Is: enforcer.WaitingCustomer, Names: []string{"Feedback"}},
			{Is: enforcer.Resolved, Names: []string{"Resolved"}},
			{Is: enforcer.Closed, Names: []string{"Closed"}},
		},
		Roles: []mapping.RoleRule{
			{Is: enforcer.Support, ProjectRoles: []string{"Support engineer"}, Lead: []string{"Ivan Ivanov"}},
			{Is: enforcer.Developers, ProjectRoles: []string{"Developer"}, Lead: []string{"locked", "petrov"}},
			{Is: enforcer.Management, Users: []string{"Olga Orlova"}, Lead: []string{"13"}},
			{Is: enforcer.Customer, ProjectRoles: []string{"Customer"}},
		},
		Priorities: []string{"Low", "Normal", "High", "Urgent", "Immediate"},
		Fields: []mapping.FieldRule{
			{Is: mapping.FieldReceived, Field: "Received at"},
			{Is: mapping.FieldHold, Field: "Hold"},
			{Is: mapping.FieldSLADue, Field: "SLA due", Write: true},
			{Is: mapping.FieldSLAState, Field: "SLA state", Write: true},
			{Is: mapping.FieldAgreedDue, Field: "Agreed due"},
			{Is: mapping.FieldOnBehalf, Field: "On behalf"},
			{Is: mapping.FieldAfterHours, Field: "After hours"},
			{Is: "version", Field: "7"},
		},
		AutoReply:          []*regexp.Regexp{regexp.MustCompile(`(?i)^out of office`)},
		OnBehalf:           "By phone:",
		DuplicateRelations: []string{"duplicates"},
	}
}

// furtherDirectory has what the remaining clauses ask for.
func furtherDirectory() connectors.Directory {
	d := directory()
	d.Fields = append(d.Fields,
		connectors.Field{ID: "cf:20", Name: "On site"}, connectors.Field{ID: "cf:21", Name: "Arrived"},
		connectors.Field{ID: "cf:22", Name: "Kind of work"}, connectors.Field{ID: "cf:23", Name: "Cause"},
		connectors.Field{ID: "cf:24", Name: "By mail"}, connectors.Field{ID: "cf:25", Name: "Client id"},
		connectors.Field{ID: "cf:26", Name: "Lawyers"})
	// a project of Redmine's may have an activity of its own by the same name
	d.Activities = []connectors.Named{{ID: "8", Name: "Development"}, {ID: "9", Name: "Phone"}, {ID: "31", Name: "Phone"}}
	return d
}

// furtherWords maps it.
func furtherWords() mapping.Mapping {
	m := words()
	m.Roles[0].Duty = []string{"locked", "sidorov"}
	m.Fields = append(m.Fields,
		mapping.FieldRule{Is: "cause-report", Attachment: []string{"*отчёт*", "*cause*.pdf"}},
		mapping.FieldRule{Is: "cause-report", Field: "Cause"},
		mapping.FieldRule{Is: "description", Attribute: mapping.AttributeDescription, AtLeast: 20},
		mapping.FieldRule{Is: "logs", Attachment: []string{"*.log"}},
		mapping.FieldRule{Is: mapping.FieldOnSiteAsked, Field: "On site"},
		mapping.FieldRule{Is: mapping.FieldArrived, Field: "Arrived"},
		mapping.FieldRule{
			Is: mapping.FieldNeedsPlan, Field: "Kind of work", In: []string{"Change", "Training"},
			Plan: "paid",
		},
		mapping.FieldRule{Is: mapping.FieldByMail, Field: "By mail"},
		mapping.FieldRule{Is: "client-id", Field: "Client id"},
		mapping.FieldRule{Is: mapping.FieldHold, Field: "Lawyers"},
	)
	m.Activities = []mapping.ActivityRule{{Is: mapping.ActivityPhone, Names: []string{"Phone"}}}
	return m
}

func bind(t testing.TB, m mapping.Mapping, d connectors.Directory, past ...mapping.Remembered) *mapping.Bound {
	t.Helper()
	b, problems := mapping.Bind(m, d, mapping.Memory{People: past}, "mappings[0]")
	for _, p := range problems {
		if p.Fatal {
			t.Fatalf("bind: %+v", p)
		}
	}
	return b
}

func scope(t testing.TB, b *mapping.Bound, s mapping.Scope) *mapping.BoundScope {
	t.Helper()
	out, problems := b.Scope(s, "contracts[0]")
	for _, p := range problems {
		if p.Fatal {
			t.Fatalf("scope: %+v", p)
		}
	}
	return out
}

// hand is someone working in a tracker: it keeps a history the way trackers do.
type hand struct {
	t    testing.TB
	day  time.Time
	ids  map[string]string // names to ids
	h    connectors.History
	nums int
}

func newHand(t testing.TB) *hand {
	d := directory()
	ids := map[string]string{"bot": botID}
	for _, p := range d.People {
		ids[p.Login] = p.ID
	}
	for _, s := range d.Statuses {
		ids["status="+s.Name] = s.ID
	}
	for _, p := range d.Priorities {
		ids["priority="+p.Name] = p.ID
	}
	for _, p := range d.Projects {
		ids["project="+p.Key] = p.ID
	}
	for _, p := range d.Types {
		ids["type="+p.Name] = p.ID
	}
	for _, f := range d.Fields {
		ids[f.Name] = f.ID
	}
	for _, a := range furtherDirectory().Activities {
		ids["activity="+a.Name] = a.ID
	}
	for _, f := range furtherDirectory().Fields {
		ids[f.Name] = f.ID
	}
	return &hand{t: t, day: time.Date(2026, 11, 27, 0, 0, 0, 0, almaty(t)), ids: ids}
}

func (x *hand) id(name string) string {
	if id, ok := x.ids[name]; ok {
		return id
	}
	return name
}

// do plays one line: "10:05 ivanov sets status=In Progress; Hold=yes", "10:06 client says thank you",
// "10:07 ivanov whispers for us only", "10:00 client creates type=Bug", or sets and says: "... sets X=Y says Z".
func (x *hand) do(line string) {
	x.t.Helper()
	parts := strings.SplitN(line, " ", 4)
	if len(parts) < 3 {
		x.t.Fatalf("what is %q?", line)
	}
	clock, err := time.Parse("15:04:05", (parts[0] + ":00")[:8])
	if err != nil {
		x.t.Fatal(err)
	}
	at := x.day.Add(clock.Sub(clock.Truncate(24 * time.Hour))).UTC()
	author, rest := x.id(parts[1]), strings.ReplaceAll(strings.Join(parts[3:], " "), `\n`, "\n")
	if parts[2] == "creates" {
		x.create(at, author, rest)
		return
	}
	x.nums++
	e := connectors.Event{ID: fmt.Sprintf("journal:%d", x.nums), At: at, Author: author}
	switch parts[2] {
	case "says":
		e.Note = &connectors.Note{Text: rest}
	case "whispers":
		e.Note = &connectors.Note{Text: rest, Internal: true}
	case "attaches":
		e.Changes = append(e.Changes, x.files(nil, strings.Split(rest, ", ")))
	case "removes":
		e.Changes = append(e.Changes, x.files(strings.Split(rest, ", "), nil))
	case "books": // "45m Phone"
		spent, activity, _ := strings.Cut(rest, " ")
		d, err := time.ParseDuration(spent)
		if err != nil {
			x.t.Fatal(err)
		}
		e.ID = strings.Replace(e.ID, "journal", "time", 1)
		e.Work = &connectors.Work{
			Activity: strings.TrimPrefix(x.id("activity="+activity), "activity="), Spent: d,
			On: at.Format(time.DateOnly),
		}
	case "sets":
		changes, note, said := strings.Cut(rest, " says ")
		if said {
			e.Note = &connectors.Note{Text: note}
		}
		for _, c := range strings.Split(changes, "; ") {
			e.Changes = append(e.Changes, x.change(c))
		}
	default:
		x.t.Fatalf("what is %q?", line)
	}
	x.h.Events = append(x.h.Events, e)
	x.h.Issue.UpdatedAt = at
}

func (x *hand) create(at time.Time, author, values string) {
	x.h.Issue = connectors.Issue{
		ID: "1725", Key: "1725", Subject: "Portal does not open", Author: author, CreatedAt: at, UpdatedAt: at,
		Values: connectors.Values{
			"status": {"1"}, "priority": {"2"}, "project": {"1"}, "type": {"1"}, "cf:4": nil,
			"cf:5": nil, "cf:7": nil,
		},
	}
	if values == "" {
		return
	}
	for _, v := range strings.Split(values, "; ") {
		x.change(v)
	}
}

func (x *hand) files(gone, come []string) connectors.Change {
	c := connectors.Change{Field: connectors.FieldAttachment, From: gone, To: come, Delta: true}
	x.h.Issue.Values.Apply(c)
	return c
}

func (x *hand) change(s string) connectors.Change {
	field, value, _ := strings.Cut(s, "=")
	if field == connectors.FieldText {
		c := connectors.Change{Field: field, From: []string{x.h.Issue.Description}, To: []string{value}}
		x.h.Issue.Description = value
		return c
	}
	if id, ok := x.ids[s]; ok {
		value = id
	} else {
		value = x.id(value)
	}
	field = x.id(field)
	c := connectors.Change{
		Field: field, From: slices.Clone(x.h.Issue.Values[field]),
		Delta: strings.HasPrefix(field, connectors.FieldRelation),
	}
	if c.Delta {
		c.From = nil
	}
	if value != "" {
		c.To = []string{value}
	}
	x.h.Issue.Values.Apply(c)
	return c
}

// kamalLike is a contract with what the texts need.
func kamalLike(t testing.TB, lang string) *enforcer.Contract {
	t.Helper()
	week, err := calendar.ParseWeek("Mon-Fri 09:00-18:00")
	if err != nil {
		t.Fatal(err)
	}
	cal, err := calendar.Compile(calendar.Spec{
		ID: "kz", Zone: "Asia/Almaty", Week: week,
		Days: calendar.Days{Years: map[int]calendar.Year{2026: {Status: calendar.Final}, 2027: {Status: calendar.Final}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return &enforcer.Contract{
		ID: "kamal-acme", Calendar: cal, Language: lang,
		Title: enforcer.Text{"ru": "Программа технической поддержки", "en": "Technical support programme"},
		Obligations: []enforcer.Obligation{{ID: "request-complete", Items: []enforcer.Item{
			{ID: "description", Title: enforcer.Text{"ru": "описание проблемы", "en": "description of the problem"}},
			{ID: "version", Title: enforcer.Text{"ru": "версия программы", "en": "version of the program"}},
			{ID: "logs", Title: enforcer.Text{"ru": "выдержки из журналов", "en": "excerpts of logs"}},
			{ID: "client-id", Title: enforcer.Text{"ru": "ИД клиента", "en": "client id"}, Where: mapping.FieldByMail},
			{ID: "tried", Title: enforcer.Text{"ru": "предпринятые действия", "en": "what was tried"}},
		}}},
		ValidFrom: time.Date(2025, 12, 31, 19, 0, 0, 0, time.UTC), ValidTo: time.Date(2026, 12, 31, 19, 0, 0, 0, time.UTC),
	}
}
