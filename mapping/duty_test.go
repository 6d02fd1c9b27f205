package mapping_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/mapping"
)

var delivery = mapping.DutyFacts{
	Key: enforcer.StepKey{
		Connection: "helpdesk", Contract: "kamal-acme", Obligation: "quarterly-delivery", Cycle: "delivery/2026-Q4",
		Step: "start",
	},
	Period: "2026-Q4", Due: time.Date(2026, 12, 31, 13, 0, 0, 0, time.UTC),
	Obligation: enforcer.Text{"ru": "сдача в программный фонд", "en": "quarterly " +
		"delivery"}, Source: "п. 10",
}

func TestNewIssue(t *testing.T) {
	b := bind(t, furtherWords(), furtherDirectory())
	for lang, words := range map[string][2]string{"ru": {
		"Сдача за IV квартал 2026 г.",
		"Собрать дистрибутив за IV квартал 2026 г.",
	}, "en": {"Delivery of Q4 2026", "Build the package of Q4 2026."}} {
		duty := mapping.Duty{
			Path: "contracts[0].duties[0]", ID: "delivery", Obligation: "quarterly-delivery", Project: "acme", Type: "Feature",
			Subject:     strings.Replace(words[0], mapping.PeriodName("2026-Q4", lang), "{{.Period}}", 1),
			Description: strings.Replace(words[1], mapping.PeriodName("2026-Q4", lang), "{{.Period}}", 1) + "\n",
			Assign:      enforcer.Support, OnDuty: true,
		}
		n, problems := b.NewIssue(duty, delivery,
			mapping.WriteOptions{Contract: kamalLike(t, lang), Install: "7c1f", Texts: texts(t)})
		if len(problems) > 0 {
			t.Errorf("%s: %+v", lang, problems)
		}
		golden(t, "testdata/duties/"+lang+".txt", n.Description+"\n")
		mark := mapping.Mark(lang, "7c1f", []enforcer.StepKey{delivery.Key})
		if !strings.HasSuffix(n.Description, "\n\n"+mark) || n.Mark != mark {
			t.Errorf("%s: the description does not end in the mark %q: %q", lang, n.Mark, n.Description)
		}
		n.Description, n.Mark = "", ""
		want := connectors.NewIssue{Project: "1", Type: "2", Subject: words[0], Assign: "12", DueDate: "2026-12-31"}
		if diff := cmp.Diff(want, n); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", lang, diff)
		}
	}
}

func TestNewIssueProblems(t *testing.T) {
	sound := mapping.Duty{Path: "d", ID: "delivery", Project: "acme", Type: "Bug"}
	for _, c := range []struct {
		name   string
		change func(*mapping.Duty)
		want   string // "path | value | reason", fatal ones with ! before
		assign string
	}{
		{"sound", func(*mapping.Duty) {}, "", ""},
		{"lead", func(d *mapping.Duty) { d.Assign = enforcer.Support }, "", "10"},
		{
			"nobody on duty", func(d *mapping.Duty) { d.Assign, d.OnDuty = enforcer.Developers, true },
			"d.assign | developers | nobody on duty can be assigned in this project: the lead is taken", "11",
		},
		{
			"nobody at all", func(d *mapping.Duty) { d.Assign, d.Project = enforcer.Support, "inner" },
			"d.assign | support | no lead can be assigned in this project: the issue is made for nobody", "",
		},
		{
			"unknown project", func(d *mapping.Duty) { d.Project = "acmee" },
			`! d.project | acmee | the tracker shows no project of this name; did you mean "acme" (id 1)?`, "",
		},
		{
			"closed project", func(d *mapping.Duty) {
				d.Project = "past"
			}, "! d.project | past | the project is closed: the tracker refuses every write in it", "",
		},
		{
			"unknown tracker", func(d *mapping.Duty) { d.Type = "Bugg" },
			`! d.tracker | Bugg | the tracker shows no tracker or issue type of this name; did you mean "Bug" (id 1)?`, "",
		},
		{
			"subject", func(d *mapping.Duty) { d.Subject = "Of {{.Quarter}}" },
			"! d.subject | Of {{.Quarter}} | text:1:5: executing \"text\" at <.Quarter>: can't evaluate field Quarter in " +
				"type struct { Period string }; a duty's texts may say {{.Period}} and nothing else", "",
		},
		{
			"description", func(d *mapping.Duty) { d.Description = "{{" },
			"! d.description | {{ | text:1: unclosed action; a duty's texts may say {{.Period}} and nothing else", "",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			duty := sound
			c.change(&duty)
			b := bind(t, furtherWords(), furtherDirectory())
			n, problems := b.NewIssue(duty, delivery,
				mapping.WriteOptions{Contract: kamalLike(t, "en"), Install: "7c1f", Texts: texts(t)})
			var got []string
			for _, p := range problems {
				s := p.Path + " | " + p.Value + " | " + p.Reason.String()
				if p.Fatal {
					s = "! " + s
				}
				got = append(got, s)
			}
			if s := strings.Join(got, "\n"); s != c.want {
				t.Errorf("problems\n%s\nwant\n%s", s, c.want)
			}
			if n.Assign != c.assign {
				t.Errorf("assigned %q, want %q", n.Assign, c.assign)
			}
			texts := strings.Contains(c.name, "subject") || strings.Contains(c.name, "description")
			if offline := mapping.CheckDuty(duty); (len(offline) > 0) != texts {
				t.Errorf("without the tracker: %+v", offline)
			}
		})
	}
}

// Of two people who are called like the lead nobody can tell which is meant: the issue is made for neither.
func TestNewIssueForOneOfTwo(t *testing.T) {
	d := furtherDirectory()
	d.People = append(d.People, connectors.Person{ID: "80", Login: "ivanov2", Name: "Ivan Ivanov"})
	m := furtherWords()
	m.Roles[0].Lead = []string{"Ivan Ivanov"}
	b, _ := mapping.Bind(m, d, mapping.Memory{}, "m")
	_, problems := b.NewIssue(
		mapping.Duty{Path: "d", ID: "delivery", Project: "acme", Type: "Bug", Assign: enforcer.Support}, delivery,
		mapping.WriteOptions{Contract: kamalLike(t, "en"), Install: "7c1f", Texts: texts(t)})
	if len(problems) != 1 || !problems[0].Fatal || !strings.Contains(problems[0].Reason.String(), "(id 80)") {
		t.Errorf("%+v", problems)
	}
}

func TestSubjects(t *testing.T) {
	b := bind(t, furtherWords(), furtherDirectory())
	for _, c := range []struct{ own, want string }{
		{"", "Quarterly delivery: Q4 2026"},
		{"  Two\nlines ", "Two lines"},
		{strings.Repeat("ж", 300), strings.Repeat("ж", 254) + "…"},
	} {
		duty := mapping.Duty{Project: "acme", Type: "Bug", Subject: c.own}
		if n, _ := b.NewIssue(duty, delivery,
			mapping.WriteOptions{Contract: kamalLike(t, "en"), Install: "7c1f", Texts: texts(t)}); n.Subject != c.want {
			t.Errorf("subject %q, want %q", n.Subject, c.want)
		}
	}
}
