package config

import (
	"strings"
	"testing"

	"slabridge/enforcer"
	"slabridge/enforcer/calendar"

	"github.com/google/go-cmp/cmp"
)

// rowsOf tells an obligation's rules in the words of the regulations' tables.
func rowsOf(c *enforcer.Contract, id string) string {
	o := c.Obligation(id)
	var out []string
	for i := range o.Rules {
		r := rowOf(o, &o.Rules[i])
		line := r.severities + ": " + r.term
		if o.Pause != nil {
			line += " pause " + strings.Join(words(o.Pause), " ")
		}
		if r.steps != "" {
			line += " [" + r.steps + "]"
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

func TestChange(t *testing.T) {
	const criticalSteps = " [warn-50>c-; due>c- !a:support !p:top]"
	const normalSteps = " [warn-75>c-; due>c- !a:support !p:up]"
	cases := []struct{ name, change, obligation, want string }{
		{
			"within of one severity", "{obligation: respond, severity: critical, within: 15m}", "respond",
			"critical: 15m cutoff 17:30 -> 09:20" + criticalSteps + "\nnoncritical: 2h cutoff 17:30 -> 11:00" + normalSteps,
		},
		{
			"within of all", "{obligation: respond, within: 1h}", "respond",
			"critical: 1h cutoff 17:30 -> 09:20" + criticalSteps + "\nnoncritical: 1h cutoff 17:30 -> 11:00" + normalSteps,
		},
		{
			"cut-off", `{obligation: respond, severity: critical, cutoff: {after: "17:00", due: "09:10"}}`, "respond",
			"critical: 20m cutoff 17:00 -> 09:10" + criticalSteps + "\nnoncritical: 2h cutoff 17:30 -> 11:00" + normalSteps,
		},
		{
			"no cut-off", "{obligation: respond, cutoff: none}", "respond",
			"critical: 20m" + criticalSteps + "\nnoncritical: 2h" + normalSteps,
		},
		{
			"round the clock takes the cut-off away", "{obligation: respond, severity: critical, clock: always}", "respond",
			"critical: 20m always" + criticalSteps + "\nnoncritical: 2h cutoff 17:30 -> 11:00" + normalSteps,
		},
		{
			"civil count", "{obligation: inform-management, severity: noncritical, within: 3bd, count: civil}",
			"inform-management",
			"critical: 4h [due>c- w:management]\nnoncritical: 3bd civil [due>c- w:management]",
		},
		{
			"pause", "{obligation: involve-developers, pause: [waiting-customer, waiting-third-party]}", "involve-developers",
			"critical: 2h pause waiting-customer waiting-third-party [due>c- a:developers !p:up]\n" +
				"noncritical: 1bd pause waiting-customer waiting-third-party [due>c- a:developers !p:up]",
		},
		{
			"off", "{obligation: inform-management, off: true}", "inform-management",
			"critical: 4h off [due>c- w:management]\nnoncritical: 2bd off [due>c- w:management]",
		},
		{
			"parts off", "{obligation: respond, off: [assign, priority]}", "respond",
			"critical: 20m cutoff 17:30 -> 09:20 [warn-50>c-; due>c-]\nnoncritical: 2h cutoff 17:30 -> 11:00 [warn-75>c-; " +
				"due>c-]",
		},
		{
			"all that the steps do off", "{obligation: progress-update, off: [comment, assign]}", "progress-update",
			"critical noncritical: 2bd repeat\nminor: 2bd repeat while working",
		},
		{
			"a rule split by severity", "{obligation: progress-update, severity: critical, within: 1bd}", "progress-update",
			"critical: 1bd repeat [warn-75>c-; due>c- !a:support]\nnoncritical: 2bd repeat [warn-75>c-; due>c- !a:support]\n" +
				"minor: 2bd repeat while working [warn-75>c-; due>c- !a:support]",
		},
		{
			"a term in place of another obligation's", "{obligation: acknowledge, severity: critical, within: 10m}",
			"acknowledge",
			"critical: 10m [start>c+; due>c-]\nnoncritical: as respond [start>c+; due>c-]\nminor:  [start>c+]",
		},
		{
			"own steps",
			"{obligation: inform-management, severity: critical, steps: [{at: 90%, comment: {audience: internal, text: warn}}]}",
			"inform-management",
			"critical: 4h [warn-90>c-]\nnoncritical: 2bd [due>c- w:management]",
		},
		{
			"two lines on one obligation",
			"{obligation: respond, within: 1h}, {obligation: respond, severity: critical, within: 5m}", "respond",
			"critical: 5m cutoff 17:30 -> 09:20" + criticalSteps + "\nnoncritical: 1h cutoff 17:30 -> 11:00" + normalSteps,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := mustLoad(t, "change: ["+c.change+"]")
			if diff := cmp.Diff(c.want, rowsOf(got.Contract, c.obligation)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if !strings.HasPrefix(got.Version, "1+") {
				t.Errorf("the version %q does not tell of the change", got.Version)
			}
		})
	}
}

func TestChangeTurnsOn(t *testing.T) {
	t.Setenv("SLABRIDGE_TEST_KEY", planted)
	entry := "contracts:\n  - {id: r, use: rusbitech, mapping: helpdesk, projects: a, change: [{obligation: respond, " +
		"on: true}]}\n"
	data := strings.NewReplacer("is: critical", "is: high", "is: noncritical",
		"is: normal").Replace(string(complete(t, "testdata/base.yaml", []byte(entry))))
	cfg, faults := load(testSource(), []byte(data), "testdata")
	if cfg == nil {
		t.Fatal(faults)
	}
	want := "normal: 1bd [warn-75>c-; due>c-]\nhigh: 2h always [warn-75>c-; due>c-]"
	if got := rowsOf(cfg.Contracts[0].Contract, "respond"); got != want {
		t.Errorf("respond:\n%s", got)
	}
}

// A change is the contract's own: neither the preset nor another contract made of it is touched.
func TestChangeLeavesThePresetAlone(t *testing.T) {
	t.Setenv("SLABRIDGE_TEST_KEY", planted)
	data := complete(t, "testdata/base.yaml", []byte(`contracts:
  - {id: a, use: kamal, mapping: helpdesk, projects: a, change: [{obligation: respond, severity: critical, within: 1m}, {obligation: respond, off: [comment]}, {obligation: progress-update, pause: working}]}
  - {id: b, use: kamal, mapping: helpdesk, projects: b}
`))
	cfg, faults := load(testSource(), data, "testdata")
	if cfg == nil {
		t.Fatal(faults)
	}
	preset, err := Preset("kamal")
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"respond", "progress-update"} {
		want := rowsOf(preset, id)
		if got := rowsOf(cfg.Contract("b").Contract, id); got != want {
			t.Errorf("contract b, %s:\n%s", id, got)
		}
		if got := rowsOf(cfg.Contract("a").Contract, id); got == want {
			t.Errorf("contract a, %s is not changed", id)
		}
	}
}

// What moves deadlines changes the fingerprint, and nothing else does.
func TestFingerprint(t *testing.T) {
	t.Setenv("SLABRIDGE_TEST_KEY", planted)
	plain := string(base(t))
	fingerprintWith := func(old, replacement string) string {
		t.Helper()
		if !strings.Contains(plain, old) {
			t.Fatalf("the base has no %q", old)
		}
		cfg, faults := load(testSource(), []byte(strings.Replace(plain, old, replacement, 1)), "testdata")
		if cfg == nil {
			t.Fatal(faults)
		}
		return cfg.Fingerprint
	}
	same := fingerprintWith("kamal-acme", "kamal-acme")
	if len(same) != 64 {
		t.Errorf("fingerprint %q", same)
	}
	cases := []struct {
		name, old, replacement string
		moves                  bool
	}{
		{"read again", "Bug", "Bug", false},
		{"another address", "tracker.example.org", "other.example.org", false},
		{"another lead", "lead: Ivan Ivanov", "lead: Sidor Sidorov", false},
		{"another line", "projects: acme}", "projects: acme, enforce_from: 2026-03-01}", false},
		{"another language", "projects: acme}", "projects: acme, language: en}", false},
		{"another term", "projects: acme}", "projects: acme, change: [{obligation: respond, within: 1h}]}", true},
		{"other hours", "projects: acme}", `projects: acme, calendar: {hours: "Mon-Fri 09:00-19:00"}}`, true},
		{"other days off", "projects: acme}", "projects: acme, calendar: {days: RU}}", true},
		{"other valid days", "projects: acme}", "projects: acme, valid: {from: 2026-01-01}}", true},
		{"another reopening", "projects: acme}", "projects: acme, reopen: restart}", true},
		{"another project", "projects: acme}", "projects: other}", true},
		{"another severity", "tracker: Bug", "tracker: Fault", true},
		{"another status", "Rejected", "Done", true},
		{"another staff", "project_roles: Support engineer", "project_roles: Helper", true},
	}
	for _, c := range cases {
		if got := fingerprintWith(c.old, c.replacement); (got != same) != c.moves {
			t.Errorf("%s: fingerprint changed: %v, want %v", c.name, got != same, c.moves)
		}
	}
}

// A warning some business days after the start counts them as the term does, also when an admin changes how that
// counts; and the admin may have an answer after a closing open the request again.
func TestChangeOfAwaitedAnswers(t *testing.T) {
	for _, x := range []struct{ change, want string }{
		{
			"{obligation: await-answer, on: true}",
			"5bd civil while waiting-customer no verdict; warn-4bd after 4bd civil; due close; answered",
		},
		{
			"{obligation: await-answer, on: true, count: plain}",
			"5bd while waiting-customer no verdict; warn-4bd after 4bd; due close; answered",
		},
		{
			"{obligation: await-answer, on: true, on_answer: working}",
			"5bd civil while waiting-customer no verdict; warn-4bd after 4bd civil; due close; answered reopen (ours: action)",
		},
	} {
		c, err := Preset("endocs")
		if err != nil {
			t.Fatal(err)
		}
		var doc struct {
			Change []changeDoc `yaml:"change"`
		}
		src := newSource("test.yaml")
		readYAML(src, []byte("change: ["+x.change+"]"), fileKind{"a change", []string{"change"}}, &doc)
		o := derive(src, "change", c, doc.Change, calendar.Week{}).Obligation("await-answer")
		got := rowOf(o, &o.Rules[0]).term
		for _, s := range o.Rules[0].Steps {
			got += "; " + s.ID
			if s.Trigger.After != nil {
				got += " after " + s.Trigger.After.String()
			}
			if s.Action != "" {
				got += " " + s.Action
			}
			if s.Ours != nil {
				got += " (ours: " + strings.Join(s.Ours, " ") + ")"
			}
		}
		if got != x.want {
			t.Errorf("%s:\n%s\nwant\n%s", x.change, got, x.want)
		}
	}
}
