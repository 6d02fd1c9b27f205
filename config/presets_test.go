package config

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"slabridge/config/presets"
	"slabridge/enforcer"
	"slabridge/mapping"

	"github.com/google/go-cmp/cmp"
)

// row is one line of a regulation's table, entered by hand from the regulation and not from the presets.
type row struct {
	id, source, severities, kind, term, steps string
}

// The steps are written as id>what: c+ and c- are a public and an internal comment, a: assigns, w: adds watchers,
// p: moves the priority; a ! marks what is beyond the text.
var regulations = map[string][]row{
	"kamal": {
		{"acknowledge", "п. 7", "critical noncritical", "timer", "as respond", "start>c+; due>c-"},
		{"acknowledge", "п. 7", "minor", "timer", "", "start>c+"},
		{"respond", "п. 8", "critical", "timer", "20m cutoff 17:30 -> 09:20", "warn-50>c-; due>c- !a:support !p:top"},
		{"respond", "п. 8", "noncritical", "timer", "2h cutoff 17:30 -> 11:00", "warn-75>c-; due>c- !a:support !p:up"},
		{"confirm-work", "п. 8", "critical noncritical", "timer", "as respond", "start>c+; due>c-"},
		{"involve-developers", "п. 8", "critical", "timer", "2h", "due>c- a:developers !p:up"},
		{"involve-developers", "п. 8", "noncritical", "timer", "1bd", "due>c- a:developers !p:up"},
		{"inform-management", "п. 8", "critical", "timer", "4h", "due>c- w:management"},
		{"inform-management", "п. 8", "noncritical", "timer", "2bd", "due>c- w:management"},
		{"progress-update", "п. 9", "critical noncritical", "timer", "2bd repeat", "warn-75>c-; due>c- !a:support"},
		{"progress-update", "п. 9", "minor", "timer", "2bd repeat while working", "warn-75>c-; due>c- !a:support"},
		{"request-complete", "п. 7", "critical noncritical minor", "timer", "1bd no verdict", "start>c-; due>c-"},
		{"phone-duplicate", "п. 6", "critical", "timer", "no verdict", "start>c-"},
		{"phone-consultation", "п. 6", "critical noncritical minor", "check", "at most 30m an entry", "due>c-"},
		{
			"on-site", "п. 10", "critical noncritical minor", "timer", "1cd by the end of the next calendar day",
			"warn-50>c-; due>c- !w:management",
		},
	},
	"rusbitech": {
		{"resolve", "п. 3", "normal", "timer", "10bd", "warn-5bd>c-; due>c-"},
		{"resolve", "п. 3", "high", "timer", "10d always", "warn-50>c-; due>c- !a:support"},
		{"out-of-turn", "п. 3", "high", "timer", "no verdict", "start>c- !p:top"},
		{"respond", "п. 3", "normal", "timer", "1bd off", "warn-75>c-; due>c-"},
		{"respond", "п. 3", "high", "timer", "2h always off", "warn-75>c-; due>c-"},
		{"handling-average", "п. 1", "all", "account", "mean handling time of 2-3 working days", ""},
	},
	"vendor-kz": {
		{"agree-due-date", "п. 2", "fault", "timer", "2h always", "warn-50>c-; due>c- !a:support"},
		{
			"keep-agreed-date", "п. 3", "fault", "timer",
			"close of the agreed date; on a day off, the close of the next working day",
			"past-date>c-; warn-1bd>c-; due>c- !w:management",
		},
		{"on-site", "п. 6", "all", "timer", "3h always", "warn-50>c-; due>c- !w:management"},
		{"cause-report", "п. 7", "fault", "timer", "3bd", "warn-66>c-; due>c-"},
		{"has-owner", "абзац о Redmine", "all", "timer", "1h", "due>c- !a:duty"},
		{
			"quarterly-delivery", "п. 10", "all", "duty", "last working day of the quarter, at close",
			"start>create; warn-5bd>c-; due>c-",
		},
		{"standing-duty", "пп. 8, 9, 12, 13", "all", "duty", "as configured for each duty", "start>create; due>c-"},
		{"change-cap", "п. 11", "all", "account", "at most 15 % of the contract sum", "warn-80>c-; due>c-; exceeded>c-"},
	},
	"endocs": {
		{"acknowledge", "п. 1.7, Порядок 3.4", "all", "timer", "", "start>c+"},
		{"process", "п. 2.3, п. 1.8", "all", "timer", "1bd", "warn-75>c-; due>c- !a:support"},
		{
			"await-answer", "п. 2.7", "all", "timer", "5bd civil while waiting-customer no verdict off",
			"warn-4bd>c+; due>c+ close; answered>c-",
		},
		{"not-asked", "п. 2.7", "all", "timer", "1h while waiting-customer no verdict", "due>c-"},
		{"remind-customer", "п. 2.7", "all", "timer", "7d repeat while waiting-customer no verdict", "due>c+"},
		{"request-complete", "Приём 3.3, Приём 3.4", "all", "timer", "1bd no verdict", "start>c-; due>c-"},
		{"tell-third-party", "Порядок 3.9", "all", "timer", "1bd", "warn-75>c-; due>c-"},
		{
			"billing", "Порядок 3.11", "all", "account",
			"a person's time on a request in a day, rounded up to 0.5 h, at least 0.5 h; plan paid", "",
		},
		{
			"entitlement", "п. 2.1, п. 2.2", "all", "check",
			"the contract is valid that day and its plan covers the work no verdict", "start>c-",
		},
	},
}

func TestPresetsHaveTheRowsOfTheRegulations(t *testing.T) {
	if got := PresetIDs(); len(got) != len(regulations) {
		t.Errorf("presets %v, regulations %d", got, len(regulations))
	}
	for id, want := range regulations {
		c, err := Preset(id)
		if err != nil {
			t.Error(err)
			continue
		}
		var got []row
		for i := range c.Obligations {
			o := &c.Obligations[i]
			for j := range o.Rules {
				got = append(got, rowOf(o, &o.Rules[j]))
			}
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(row{})); diff != "" {
			t.Errorf("%s (-regulation +preset):\n%s", id, diff)
		}
	}
}

// TestEveryPromiseIsToldOf: in the presets whatever has a deadline and a verdict has a step at it that tells staff,
// what is off until turned on too. What only the customer owes has no verdict; reminders to him need none to staff.
func TestEveryPromiseIsToldOf(t *testing.T) {
	told := 0
	for _, c := range Presets() {
		for i := range c.Obligations {
			o := &c.Obligations[i]
			if o.NoVerdict || o.Kind != enforcer.Timer && o.Kind != enforcer.Duty {
				continue
			}
			for j := range o.Rules {
				r := &o.Rules[j]
				tells := slices.ContainsFunc(r.Steps, func(s enforcer.Step) bool {
					return s.Trigger.Due && s.Comment != nil && s.Comment.Audience == enforcer.Internal
				})
				due := r.Within != nil || r.As != "" || r.On != ""
				if due && !tells {
					t.Errorf("%s %s, rule %d: its deadline passes without a word to staff", c.ID, o.ID, j)
				}
				if due {
					told++
				}
			}
		}
	}
	if told < 20 {
		t.Errorf("only %d deadlines: the test looks at the wrong ones", told)
	}
}

func rowOf(o *enforcer.Obligation, r *enforcer.Rule) row {
	out := row{id: o.ID, source: o.Source, kind: string(o.Kind), severities: "all"}
	if r.Severities != nil {
		out.severities = strings.Join(r.Severities, " ")
	}
	var term []string
	add := func(is bool, s string) {
		if is {
			term = append(term, s)
		}
	}
	if r.Within != nil {
		term = append(term, r.Within.String())
	}
	add(r.As != "", "as "+r.As)
	add(r.Limit != nil && o.Plans == nil, r.Limit.In("en"))
	add(r.Limit != nil && o.Plans != nil, r.Limit.In("en")+"; plan "+strings.Join(o.Plans, " "))
	add(o.Repeat, "repeat")
	add(r.While != nil, "while "+strings.Join(words(r.While), " "))
	add(o.NoVerdict, "no verdict")
	add(o.Off, "off")
	out.term = strings.Join(term, " ")
	var steps []string
	for i := range r.Steps {
		steps = append(steps, stepText(&r.Steps[i]))
	}
	out.steps = strings.Join(steps, "; ")
	return out
}

func stepText(s *enforcer.Step) string {
	var parts []string
	if s.Comment != nil {
		parts = append(parts,
			map[enforcer.Audience]string{enforcer.Public: "c+", enforcer.Internal: "c-"}[s.Comment.Audience])
	}
	part := func(name, letter, value string) {
		mark := ""
		if strings.Contains(strings.Join(s.Ours, " "), name) {
			mark = "!"
		}
		if value != "" {
			parts = append(parts, mark+letter+":"+value)
		}
	}
	assign := string(s.Assign)
	if s.Duty {
		assign = "duty"
	}
	part("assign", "a", assign)
	part("watch", "w", string(s.Watch))
	part("priority", "p", s.Priority)
	if s.Action != "" {
		parts = append(parts, s.Action)
	}
	return s.ID + ">" + strings.Join(parts, " ")
}

// The two acts and the three states that kamal's stopwatches start and stop with, read once more by hand.
func TestKamalConditions(t *testing.T) {
	staff := []enforcer.Role{enforcer.Support, enforcer.Developers, enforcer.Management}
	withBot := append(append([]enforcer.Role{}, staff...), enforcer.Bot)
	note := func(by []enforcer.Role, step string) enforcer.Condition {
		return enforcer.Condition{Word: enforcer.WordNote, Audience: enforcer.Public, By: by, Step: step}
	}
	word := func(w enforcer.Word) enforcer.Condition { return enforcer.Condition{Word: w} }
	want := map[string][]enforcer.Condition{ // the start first
		"acknowledge": {word(enforcer.WordReceived), note(withBot, "")},
		"respond":     {word(enforcer.WordReceived), word(enforcer.WordResponse)},
		"confirm-work": {
			{Word: enforcer.WordResponse, Silent: true},
			note(staff, ""),
			note([]enforcer.Role{enforcer.Bot}, "confirm-work/start"),
		},
		"involve-developers": {
			word(enforcer.WordReceived), word(enforcer.WordResolved), {Word: enforcer.WordAssignee, Role: enforcer.Developers},
		},
		"inform-management": {word(enforcer.WordReceived), word(enforcer.WordResolved)},
		"progress-update":   {word(enforcer.WordReceived), note(staff, ""), word(enforcer.WordResolved)},
	}
	c, err := Preset("kamal")
	if err != nil {
		t.Fatal(err)
	}
	for id, conditions := range want {
		o := c.Obligation(id)
		if diff := cmp.Diff(conditions, append([]enforcer.Condition{o.Start}, o.Stop...)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", id, diff)
		}
		if o.Inert != nil || o.Off {
			t.Errorf("%s is not acted on: %q", id, o.Inert)
		}
	}
}

// Texts that steps name; whoever adds one here adds its words in both languages.
func TestPresetTexts(t *testing.T) {
	known := map[string]bool{}
	for _, key := range mapping.TextKeys {
		known[key] = true
	}
	for _, c := range Presets() {
		for _, o := range c.Obligations {
			for _, r := range o.Rules {
				for _, s := range r.Steps {
					if s.Comment != nil && o.Inert == nil && !known[s.Comment.Text] {
						t.Errorf("%s/%s/%s says %q, which has no words", c.ID, o.ID, s.ID, s.Comment.Text)
					}
				}
			}
		}
	}
}

// Nothing of a text is out of the program's reach: what an installation leaves inert is for want of a mapped field.
func TestPresetsAreActedOnWhole(t *testing.T) {
	for _, c := range Presets() {
		for _, o := range c.Obligations {
			if o.Inert != nil {
				t.Errorf("%s: %s is inert: %s", c.ID, o.ID, o.Inert)
			}
		}
		if len(c.Unmeasured) == 0 || len(c.Assumptions) == 0 {
			t.Errorf("%s: %d unmeasured clauses, %d assumptions", c.ID, len(c.Unmeasured), len(c.Assumptions))
		}
	}
}

// What a preset says to people it says in both languages.
func TestPresetsSpeakBothLanguages(t *testing.T) {
	cyrillic := regexp.MustCompile(`\p{Cyrillic}{3}`)
	for _, c := range Presets() {
		said := append([]enforcer.Text{c.Title}, c.Assumptions...)
		for _, s := range c.Severities {
			said = append(said, s.Title)
		}
		for _, u := range c.Unmeasured {
			said = append(said, u.Why)
		}
		for _, o := range c.Obligations {
			said = append(said, o.Title)
			if o.Assumption != nil {
				said = append(said, o.Assumption)
			}
			for _, i := range o.Items {
				said = append(said, i.Title)
			}
		}
		for _, text := range said {
			if !cyrillic.MatchString(text["ru"]) || text["en"] == "" || text["en"] == text["ru"] {
				t.Errorf("%s: %q", c.ID, text)
			}
		}
	}
}

// An admin who writes for readers of one language need not write twice.
func TestSentenceWithoutLanguage(t *testing.T) {
	own := complete(t, "testdata/base-contract.yaml",
		[]byte("assumptions: [Сроки не приостанавливаются, {ru: да, en: yes}]\n"))
	src := newSource("own.yaml")
	c := readContract(src, own, daySource{}).contract
	want := []enforcer.Text{
		{"ru": "Сроки не приостанавливаются", "en": "Сроки не приостанавливаются"},
		{"ru": "да", "en": "yes"},
	}
	if diff := cmp.Diff(want, c.Assumptions); diff != "" || len(src.faults) > 0 {
		t.Errorf("%v (-want +got):\n%s", src.faults, diff)
	}
}

func TestPresetsSeveritiesAndHours(t *testing.T) {
	want := map[string]string{
		"kamal":     "critical noncritical minor out-of-scope; Asia/Almaty",
		"rusbitech": "high normal; Europe/Moscow",
		"vendor-kz": "fault request; Asia/Almaty",
		"endocs":    "high normal; Europe/Moscow; free paid",
	}
	for _, c := range Presets() {
		got := fmt.Sprintf("%s; %s", strings.Join(severityIDs(c), " "), c.Calendar.Location())
		if c.Plans != nil {
			got += "; " + strings.Join(c.Plans, " ")
		}
		if got != want[c.ID] {
			t.Errorf("%s: %s, want %s", c.ID, got, want[c.ID])
		}
	}
	if c, _ := Preset("kamal"); c.Obligation("request-complete").Rule("out-of-scope") != nil {
		t.Error("out-of-scope requests are promised something")
	}
}

// A fault of a file that ships with the program is told like one of an admin's file: with its own name and line.
func TestFaultsOfBuiltinFiles(t *testing.T) {
	data, err := PresetText("kamal")
	if err != nil {
		t.Fatal(err)
	}
	_, faults := contractText("preset:kamal", bytes.Replace(data, []byte("\ncalendar:"), []byte("\ncalender:"), 1),
		daySource{})
	want := `preset:kamal:10: "calender" is not a key here; accepted: id, version, title, calendar, severities, plans, assumptions, ` +
		`obligations, unmeasured; did you mean "calendar"?`
	if !strings.Contains(faults.Error(), want) {
		t.Errorf("contract: %v", faults)
	}
	if data, err = presets.Files.ReadFile("calendars/kz.yaml"); err != nil {
		t.Fatal(err)
	}
	src := newSource("calendars/kz.yaml")
	readDays(src, bytes.Replace(data, []byte("status: final"), []byte("status: finel"), 1))
	want = `calendars/kz.yaml:14: years.2023.status: "finel" is not known here; accepted: final, provisional; did you mean "final"?`
	if src.faults.Error() != want {
		t.Errorf("calendar: %v", src.faults)
	}
}
