package enforcer_test

import (
	"strings"
	"testing"

	"slabridge/config"
	"slabridge/enforcer"
)

// TestWhatTheConfigurationGives: an obligation that nothing could start, stop or carry out is not acted on, and says
// why in every language; all others are limited to what can be seen.
func TestWhatTheConfigurationGives(t *testing.T) {
	field := func(names ...string) (out []enforcer.Condition) {
		for _, n := range names {
			out = append(out, enforcer.Condition{Word: enforcer.WordField, Field: n})
		}
		return out
	}
	booked := enforcer.Condition{Word: enforcer.WordTimeEntry, Activity: "phone"}
	capped := []enforcer.Rule{{Sum: &enforcer.Sum{Percent: 1000}}}
	for _, c := range []struct {
		name  string
		o     enforcer.Obligation
		means enforcer.Means
		want  string // in English; "" where it is acted on
	}{
		{"nothing is asked for", enforcer.Obligation{Kind: enforcer.Timer}, enforcer.Means{}, ""},
		{
			"a field starts it",
			enforcer.Obligation{Kind: enforcer.Timer, Start: field("on-site")[0]},
			enforcer.Means{},
			`it starts with field "on-site", which the mapping does not have`,
		},
		{
			"the field is mapped",
			enforcer.Obligation{Kind: enforcer.Timer, Start: field("on-site")[0]},
			enforcer.Means{Fields: []string{"on-site"}},
			"",
		},
		{
			"booked time starts it",
			enforcer.Obligation{Kind: enforcer.Check, Start: booked},
			enforcer.Means{Activities: []string{"development"}},
			`it starts with booked time of "phone", which the mapping's activities do not have`,
		},
		{
			"the activity is mapped",
			enforcer.Obligation{Kind: enforcer.Check, Start: booked},
			enforcer.Means{Activities: []string{"development", "phone"}},
			"",
		},
		{
			"either of two fields stops it, each named once",
			enforcer.Obligation{Kind: enforcer.Timer, Stop: field("arrived", "left", "arrived")},
			enforcer.Means{},
			`it stops with field "arrived" or "left", which the mapping does not have`,
		},
		{
			"one of them is mapped",
			enforcer.Obligation{Kind: enforcer.Timer, Stop: field("arrived", "left")},
			enforcer.Means{Fields: []string{"left"}},
			"",
		},
		{
			"none of its items is mapped",
			enforcer.Obligation{Kind: enforcer.Timer, Items: []enforcer.Item{{ID: "logs"}, {ID: "version"}}},
			enforcer.Means{Fields: []string{"other"}},
			"the mapping has none of its items as a field",
		},
		{
			"a duty without its issue",
			enforcer.Obligation{ID: "delivery", Kind: enforcer.Duty},
			enforcer.Means{Issued: []string{"other"}},
			"no entry under `duties` says which issue to create for it",
		},
		{
			"a duty with its issue",
			enforcer.Obligation{ID: "delivery", Kind: enforcer.Duty},
			enforcer.Means{Issued: []string{"delivery"}},
			"",
		},
		{
			"a cap without the contract's sum",
			enforcer.Obligation{Kind: enforcer.Account, Rules: capped},
			enforcer.Means{Cost: true},
			"no `account` says what the contract's sum is",
		},
		{
			"a cap without costs",
			enforcer.Obligation{Kind: enforcer.Account, Rules: capped},
			enforcer.Means{Sum: true},
			"nothing tells what a change costs: give `account` a rate, or map the field cost",
		},
		{
			"a cap with both",
			enforcer.Obligation{Kind: enforcer.Account, Rules: capped},
			enforcer.Means{Sum: true, Cost: true},
			"",
		},
		{
			"an account without a cap",
			enforcer.Obligation{Kind: enforcer.Account, Rules: []enforcer.Rule{{Sum: &enforcer.Sum{}}}},
			enforcer.Means{},
			"",
		},
	} {
		contract := enforcer.Contract{Obligations: []enforcer.Obligation{c.o}}
		contract.Equip(c.means)
		o := &contract.Obligations[0]
		if got := o.Inert.In("en"); got != c.want || o.Active() != (c.want == "") ||
			c.want != "" && o.Inert.In("ru") == c.want {
			t.Errorf("%s: %q, in Russian %q, want %q", c.name, got, o.Inert.In("ru"), c.want)
		}
	}
}

// TestWhatIsLeftOfAnObligation: what is not mapped can be neither missing nor waited for.
func TestWhatIsLeftOfAnObligation(t *testing.T) {
	contract := enforcer.Contract{Obligations: []enforcer.Obligation{{
		Kind: enforcer.Timer,
		Items: []enforcer.Item{
			{ID: "version"}, {ID: "logs"}, {ID: "client-id", Where: "by-mail"}, {ID: "version", Where: "by-phone"},
		},
		Stop: []enforcer.Condition{
			{Word: enforcer.WordDueDate, Field: "agreed"}, {Word: enforcer.WordDueDate, Field: "signed"},
		},
	}}}
	contract.Equip(enforcer.Means{Fields: []string{"version", "client-id", "by-mail", "signed"}})
	o := contract.Obligations[0]
	var items []string
	for _, i := range o.Items {
		items = append(items, i.ID+i.Where)
	}
	if got := strings.Join(items, " "); got != "version client-idby-mail" {
		t.Errorf("items %s", got)
	}
	if o.Stop[0].Field != "" || o.Stop[1].Field != "signed" || strings.Join(o.Unmapped, " ") != "agreed" {
		t.Errorf("it stops with %+v, without %q", o.Stop, o.Unmapped)
	}
}

// TestWhomStepsCallIn: steps of every version of the text that is acted on count, those that are off do not.
func TestWhomStepsCallIn(t *testing.T) {
	calls := func(assign, watch enforcer.Role, off bool) *enforcer.Contract {
		return &enforcer.Contract{Obligations: []enforcer.Obligation{{
			Kind: enforcer.Timer, Off: off, Rules: []enforcer.Rule{{}, {Steps: []enforcer.Step{
				{ID: "warn"}, {ID: "due", Actions: enforcer.Actions{Assign: assign, Watch: watch}},
			}}},
		}}}
	}
	c := calls(enforcer.Support, "", false)
	c.Earlier = []*enforcer.Contract{
		calls("", enforcer.Management, false), calls(enforcer.Developers, enforcer.Developers, true),
	}
	for role, want := range map[enforcer.Role][2]bool{
		enforcer.Support: {true, false}, enforcer.Management: {false, true}, enforcer.Developers: {false, false},
	} {
		if got := [2]bool{c.Assigns(role), c.Watches(role)}; got != want {
			t.Errorf("%s: assigned and watching %v, want %v", role, got, want)
		}
	}
}

// TestObligationsOfDates: those that a due date starts or stops speak of it, and no other.
func TestObligationsOfDates(t *testing.T) {
	for preset, want := range map[string]string{"vendor-kz": "agree-due-date keep-agreed-date", "kamal": ""} {
		c, err := config.Preset(preset)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for i := range c.Obligations {
			if o := &c.Obligations[i]; o.SpeaksOfDate() {
				got = append(got, o.ID)
			}
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%s: %s, want %s", preset, s, want)
		}
	}
}

// TestTextsOfActions: what a step does is said in every language, one up and to the top apart.
func TestTextsOfActions(t *testing.T) {
	for priority, want := range map[string]string{
		enforcer.PriorityUp: "priority up", enforcer.PriorityTop: "priority top",
	} {
		texts := (&enforcer.Actions{Priority: priority}).Texts()
		if len(texts) != 1 || texts[0].In("en") != want || texts[0].In("ru") == want || texts[0].In("ru") == "" {
			t.Errorf("%s: %v", priority, texts)
		}
		if got := (enforcer.Text{"en": want}).In("ru"); got != texts[0].In("ru") {
			t.Errorf("%q alone is %q in Russian", want, got)
		}
	}
	for _, c := range []struct {
		text enforcer.Text
		want string
	}{{enforcer.Text{"ru": "по-русски"}, "по-русски"}, {enforcer.Text{}, ""}, {nil, ""}} {
		if got := c.text.In("en"); got != c.want {
			t.Errorf("%v: %q", c.text, got)
		}
	}
}
