package mapping_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/mapping"
)

// due is 12:40 on Friday, 27 November 2026, in Almaty.
var due = time.Date(2026, 11, 27, 7, 40, 0, 0, time.UTC)

func decision(obligation, step string, audience enforcer.Audience, ch enforcer.Changes) enforcer.Decision {
	return enforcer.Decision{
		Key: enforcer.StepKey{
			Connection: "helpdesk", Issue: "1725", Contract: "kamal-acme",
			Obligation: obligation, Cycle: "created", Step: step,
		},
		State: enforcer.Intended, Audience: audience, Changes: ch, Moment: due, Due: due,
	}
}

func internally(text string) *enforcer.Comment {
	return &enforcer.Comment{
		Audience: enforcer.Internal, Text: text, Obligation: enforcer.Text{"en": "Begin work"},
		Source: "п. 8", Moment: due, Due: due,
	}
}

func texts(t testing.TB) *mapping.Texts {
	t.Helper()
	out, problems := mapping.NewTexts(nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return out
}

// TestWrites tells for each situation what is to be written.
func TestWrites(t *testing.T) {
	assign := func(r enforcer.Role) enforcer.Changes {
		return enforcer.Changes{Comment: internally(mapping.TextBreach), Actions: enforcer.Actions{Assign: r}}
	}
	bump := func(p string) enforcer.Changes {
		return enforcer.Changes{Comment: internally(mapping.TextBreach), Actions: enforcer.Actions{Priority: p}}
	}
	toCustomer := enforcer.Changes{Comment: &enforcer.Comment{
		Audience: enforcer.Public, Text: mapping.TextReceipt,
		Source: "п. 7", BeginBy: due,
	}}
	for _, c := range []struct {
		name      string
		issue     string // what the issue has: as hand.create takes it
		watchers  []string
		decisions []enforcer.Decision
		want      string
	}{
		{"nothing decided", "", nil, nil, ""},
		{
			"only decisions to act", "", nil,
			[]enforcer.Decision{{State: enforcer.Waiting, Changes: assign(enforcer.Support)}},
			"",
		},
		{
			"the lead of a role", "", nil,
			[]enforcer.Decision{decision("respond", "due", enforcer.Internal, assign(enforcer.Support))},
			"internal [respond/due] comment assign=10",
		},
		{
			"a locked lead is passed over", "", nil,
			[]enforcer.Decision{decision("involve-developers", "due", enforcer.Internal, assign(enforcer.Developers))},
			"internal [involve-developers/due] comment assign=11",
		},
		{
			"the highest of two roles", "", nil,
			[]enforcer.Decision{
				decision("respond", "due", enforcer.Internal, assign(enforcer.Support)),
				decision("involve-developers", "due", enforcer.Internal, assign(enforcer.Developers)),
			},
			"internal [respond/due involve-developers/due] comment assign=11",
		},
		{
			"never away from someone of that role", "assignee=sidorov", nil,
			[]enforcer.Decision{decision("respond", "due", enforcer.Internal, assign(enforcer.Support))},
			`internal [respond/due] comment; assignee "Semyon Sidorov" is already of support or higher`,
		},
		{
			"never down", "assignee=petrov", nil,
			[]enforcer.Decision{decision("respond", "due", enforcer.Internal, assign(enforcer.Support))},
			`internal [respond/due] comment; assignee "Petr Petrov" is already of support or higher`,
		},
		{
			"away from someone without a role", "assignee=stranger", nil,
			[]enforcer.Decision{decision("respond", "due", enforcer.Internal, assign(enforcer.Support))},
			"internal [respond/due] comment assign=10",
		},
		{
			"away from a customer", "assignee=client", nil,
			[]enforcer.Decision{decision("respond", "due", enforcer.Internal, assign(enforcer.Support))},
			"internal [respond/due] comment assign=10",
		},
		{
			"nobody to lead in this project", "project=inner", nil,
			[]enforcer.Decision{decision("respond", "due", enforcer.Internal, assign(enforcer.Support))},
			"internal [respond/due] comment; no active lead for support in this project",
		},
		{
			"one up", "priority=High", nil,
			[]enforcer.Decision{decision("respond", "due", enforcer.Internal, bump(enforcer.PriorityUp))},
			"internal [respond/due] comment priority=4",
		},
		{
			"one up once, whoever asks", "priority=High", nil,
			[]enforcer.Decision{
				decision("respond", "due", enforcer.Internal, bump(enforcer.PriorityUp)),
				decision("involve-developers", "due", enforcer.Internal, bump(enforcer.PriorityUp)),
			},
			"internal [respond/due involve-developers/due] comment priority=4",
		},
		{
			"to the top beats one up", "priority=Low", nil,
			[]enforcer.Decision{
				decision("respond", "due", enforcer.Internal, bump(enforcer.PriorityTop)),
				decision("involve-developers", "due", enforcer.Internal, bump(enforcer.PriorityUp)),
			},
			"internal [respond/due involve-developers/due] comment priority=5",
		},
		{
			"already at the top", "priority=Immediate", nil,
			[]enforcer.Decision{decision("respond", "due", enforcer.Internal, bump(enforcer.PriorityUp))},
			`internal [respond/due] comment; priority is already the top one, "Immediate"`,
		},
		{
			"a priority outside the list", "priority=Old", nil,
			[]enforcer.Decision{decision("respond", "due", enforcer.Internal, bump(enforcer.PriorityTop))},
			"internal [respond/due] comment; the present priority is not in the mapping's list, so it is left alone",
		},
		{
			"management watches", "",
			[]string{},
			[]enforcer.Decision{decision("inform-management", "due", enforcer.Internal,
				enforcer.Changes{Actions: enforcer.Actions{Watch: enforcer.Management}})},
			"internal [inform-management/due] watch=13",
		},
		{
			"who watches already is not added", "",
			[]string{"13"},
			[]enforcer.Decision{decision("inform-management", "due", enforcer.Internal,
				enforcer.Changes{Actions: enforcer.Actions{Watch: enforcer.Management}})},
			"internal [inform-management/due] empty",
		},
		{
			"without a lead or names, everyone of the project role", "",
			[]string{"10"},
			[]enforcer.Decision{decision("x", "due", enforcer.Internal,
				enforcer.Changes{Actions: enforcer.Actions{Watch: enforcer.Customer}})},
			"internal [x/due] watch=20",
		},
		{
			"the customer's comment is first and has nothing else in it", "", nil,
			[]enforcer.Decision{
				decision("respond", "due", enforcer.Internal, assign(enforcer.Support)),
				decision("acknowledge", "start", enforcer.Public, toCustomer),
			},
			"public [acknowledge/start] comment\ninternal [respond/due] comment assign=10",
		},
		{
			"a text that does not exist is not told to the customer", "", nil,
			[]enforcer.Decision{
				decision("a", "start", enforcer.Public, enforcer.Changes{Comment: &enforcer.Comment{Text: "goodbye"}}),
			},
			`public [a/start] empty; no text "goodbye" to tell the customer`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := newHand(t)
			x.do(strings.TrimSpace("10:00 client creates " + c.issue))
			x.h.Watchers, x.h.WatchersSet = c.watchers, c.watchers != nil
			b := bind(t, words(), directory())
			req := b.Request(x.h, scope(t, b, mapping.Scope{Projects: []string{"acme"}}), almaty(t))
			got := b.Writes(req, x.h, c.decisions,
				mapping.WriteOptions{Contract: kamalLike(t, "en"), Install: "7c1f", Texts: texts(t)})
			if s := planned(got); s != c.want {
				t.Errorf("planned\n%s\nwant\n%s", s, c.want)
			}
			for _, p := range got {
				if cm := p.Write.Comment; cm != nil && !strings.HasSuffix(cm.Text, "\n"+cm.Mark) {
					t.Errorf("the comment does not end with its mark: %q", cm.Text)
				}
			}
		})
	}
}

// planned writes plans for people to read.
func planned(ps []mapping.Planned) string {
	var lines []string
	for _, p := range ps {
		var keys []string
		for _, k := range p.Keys {
			keys = append(keys, k.Obligation+"/"+k.Step)
		}
		s := fmt.Sprintf("%s %v", p.Audience, keys)
		w := p.Write
		if w.Comment != nil {
			s += " comment"
			if w.Comment.Internal != (p.Audience == enforcer.Internal) {
				s += " FOR THE WRONG EYES"
			}
		}
		if w.Assign != nil {
			s += " assign=" + *w.Assign
		}
		if w.Priority != nil {
			s += " priority=" + *w.Priority
		}
		if w.Status != nil {
			s += " status=" + *w.Status
		}
		if len(w.Fields) > 0 {
			s += fmt.Sprintf(" fields=%v", w.Fields)
		}
		if len(w.Watchers) > 0 {
			s += " watch=" + strings.Join(w.Watchers, ",")
		}
		if w.Empty() {
			s += " empty"
		}
		if p.Impossible != "" {
			s += " impossible: " + p.Impossible
		}
		for _, n := range p.Notes {
			s += "; " + n
		}
		lines = append(lines, s)
	}
	return strings.Join(lines, "\n")
}

// TestWritesNeverGoDown asks for anything at random on any issue.
func TestWritesNeverGoDown(t *testing.T) {
	b := bind(t, furtherWords(), furtherDirectory())
	sc := scope(t, b, mapping.Scope{Projects: []string{"acme"}})
	rank := map[string]int{"10": 1, "12": 1, "11": 2, "14": 2, "13": 3}
	tt, contract := texts(t), kamalLike(t, "ru")
	rapid.Check(t, func(rt *rapid.T) {
		x := newHand(t)
		assignee := rapid.SampledFrom([]string{
			"", "ivanov", "petrov", "sidorov", "orlova", "client", "stranger",
			"locked",
		}).Draw(rt, "assignee")
		priority := rapid.SampledFrom([]string{"Low", "Normal", "High", "Urgent", "Immediate", "Old"}).Draw(rt, "priority")
		status := rapid.SampledFrom([]string{"New", "In Progress", "Feedback", "Closed", "Parked"}).Draw(rt, "status")
		x.do("10:00 client creates assignee=" + assignee + "; priority=" + priority + "; status=" + status)
		x.h.TransitionsSet = rapid.Bool().Draw(rt, "transitions told")
		x.h.Transitions = rapid.SliceOfDistinct(rapid.SampledFrom([]string{"1", "2", "3", "4", "5"}), rapid.ID).Draw(rt,
			"transitions")
		var ds []enforcer.Decision
		for i := range rapid.IntRange(0, 4).Draw(rt, "n") {
			ch := enforcer.Changes{Actions: enforcer.Actions{
				Assign: rapid.SampledFrom([]enforcer.Role{
					"", enforcer.Support,
					enforcer.Developers, enforcer.Management,
				}).Draw(rt, "assign"),
				Priority: rapid.SampledFrom([]string{"", enforcer.PriorityUp, enforcer.PriorityTop}).Draw(rt, "bump"),
				Watch:    rapid.SampledFrom([]enforcer.Role{"", enforcer.Management, enforcer.Developers}).Draw(rt, "watch"),
				Duty:     rapid.Bool().Draw(rt, "duty"),
				Action:   rapid.SampledFrom([]string{"", "", enforcer.ActionClose, enforcer.ActionReopen}).Draw(rt, "action"),
			}}
			audience := rapid.SampledFrom([]enforcer.Audience{enforcer.Public, enforcer.Internal, ""}).Draw(rt, "audience")
			if rapid.Bool().Draw(rt, "comment") {
				ch.Comment = &enforcer.Comment{Audience: audience, Text: rapid.SampledFrom(mapping.TextKeys).Draw(rt, "text")}
			}
			ds = append(ds, decision(fmt.Sprintf("o%d", i), "due", audience, ch))
		}
		got := b.Writes(b.Request(x.h, sc, time.UTC), x.h, ds,
			mapping.WriteOptions{Contract: contract, Install: "7c1f", Texts: tt})
		var keys []enforcer.StepKey
		sent := 0
		for _, p := range got {
			keys = append(keys, p.Keys...)
			if p.Impossible != "" {
				if sent > 0 || len(p.Keys) != 1 || !p.Write.Empty() {
					rt.Fatalf("an impossible step is not alone, first and without a write: %+v", p)
				}
				continue
			}
			sent++
			if s := p.Write.Status; s != nil &&
				(*s != "5" && *s != "2" || x.h.TransitionsSet && !slices.Contains(x.h.Transitions, *s)) {
				rt.Fatalf("status %s, where the tracker allows %v", *s, x.h.Transitions)
			}
			if a := p.Write.Assign; a != nil && rank[*a] <= rank[x.h.Issue.Values.One("assignee")] {
				rt.Fatalf("assigned %s from %s", *a, assignee)
			}
			if w := p.Write.Priority; w != nil && (priority == "Old" || *w <= x.h.Issue.Values.One("priority")) {
				rt.Fatalf("priority %s from %s", *w, priority)
			}
			if c := p.Write.Comment; c != nil && !c.Internal && p.Audience != enforcer.Public {
				rt.Fatal("an internal comment became public")
			}
			if p.Audience == enforcer.Public && sent != 1 {
				rt.Fatal("the customer's comment is not first")
			}
		}
		if len(keys) != len(ds) {
			rt.Fatalf("%d steps planned of %d", len(keys), len(ds))
		}
		for _, d := range ds {
			if !slices.Contains(keys, d.Key) {
				rt.Fatalf("step %v is in no update", d.Key)
			}
		}
		for _, d := range ds {
			holdsAction(rt, got, d, x.h)
		}
	})
}

// holdsAction: the words of a step that closes or reopens are only sent together with the status, or when the issue
// has it.
func holdsAction(rt *rapid.T, got []mapping.Planned, d enforcer.Decision, h connectors.History) {
	status := map[string]string{enforcer.ActionClose: "5", enforcer.ActionReopen: "2"}[d.Changes.Action]
	for _, p := range got {
		if status == "" || !slices.Contains(p.Keys, d.Key) || p.Impossible != "" {
			continue
		}
		set := p.Write.Status != nil && *p.Write.Status == status
		if !set && h.Issue.Values.One("status") != status {
			rt.Fatalf("step %s without its status: %+v", d.Changes.Action, p.Write)
		}
	}
}

func TestUpkeep(t *testing.T) {
	zone := almaty(t)
	contract := kamalLike(t, "ru")
	open := func(state enforcer.CycleState, due time.Time) enforcer.Cycle {
		return enforcer.Cycle{Obligation: &enforcer.Obligation{ID: "x"}, State: state, Due: due}
	}
	for _, c := range []struct {
		name   string
		issue  string
		cycles []enforcer.Cycle
		want   string
	}{
		{
			"the nearest due and the worst state", "",
			[]enforcer.Cycle{
				open(enforcer.Met, due), open(enforcer.Running, due.Add(time.Hour)),
				open(enforcer.Running, due.Add(2*time.Hour)),
			},
			"map[cf:4:2026-11-27 13:40 cf:5:running]",
		},
		{
			"seconds where there are any", "",
			[]enforcer.Cycle{open(enforcer.Running, due.Add(5*time.Second))},
			"map[cf:4:2026-11-27 12:40:05 cf:5:running]",
		},
		{"already so", "cf:4=2026-11-27 12:40; cf:5=running", []enforcer.Cycle{open(enforcer.Running, due)}, "map[]"},
		{
			"a pause has no due", "cf:4=2026-11-27 12:40; cf:5=running",
			[]enforcer.Cycle{open(enforcer.Paused, due)},
			"map[cf:4: cf:5:paused]",
		},
		{
			"a broken promise stays to be seen", "",
			[]enforcer.Cycle{open(enforcer.Breached, due), open(enforcer.Running, due)},
			"map[cf:4:2026-11-27 12:40 cf:5:breached]",
		},
		{"nothing to say", "", nil, "map[]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := newHand(t)
			x.do(strings.TrimSpace("10:00 client creates " + c.issue))
			b := bind(t, words(), directory())
			ev := enforcer.Evaluation{Contract: contract, Now: due.In(zone), Cycles: c.cycles}
			if got := fmt.Sprint(b.Upkeep(ev, x.h)); got != c.want {
				t.Errorf("fields %s, want %s", got, c.want)
			}
			delete(x.h.Issue.Values, "cf:4")
			if _, ok := b.Upkeep(ev, x.h)["cf:4"]; ok {
				t.Error("a field that is not on the issue's form is written")
			}
		})
	}
}

// TestUpkeepRides puts fields with the internal update, and alone when there is none.
func TestUpkeepRides(t *testing.T) {
	x := newHand(t)
	x.do("10:00 client creates")
	b := bind(t, words(), directory())
	req := b.Request(x.h, scope(t, b, mapping.Scope{Projects: []string{"acme"}}), time.UTC)
	o := mapping.WriteOptions{
		Contract: kamalLike(t, "en"), Install: "7c1f", Texts: texts(t),
		Upkeep: map[string]string{"cf:5": "running"},
	}
	if got, want := planned(b.Writes(req, x.h, nil, o)), "internal [] fields=map[cf:5:running]"; got != want {
		t.Errorf("alone: %s, want %s", got, want)
	}
	ds := []enforcer.Decision{decision("respond", "warn-50", enforcer.Internal,
		enforcer.Changes{Comment: internally(mapping.TextWarn)})}
	if got, want := planned(b.Writes(req, x.h, ds,
		o)), "internal [respond/warn-50] comment fields=map[cf:5:running]"; got != want {
		t.Errorf("riding: %s, want %s", got, want)
	}
}

// TestWhatIsWrittenComesBack plays the tracker: the comment's mark is found, verified and read as its steps.
func TestWhatIsWrittenComesBack(t *testing.T) {
	x := newHand(t)
	x.do("10:00 client creates")
	before := x.h
	b := bind(t, words(), directory())
	sc := scope(t, b, mapping.Scope{Projects: []string{"acme"}})
	ds := []enforcer.Decision{
		decision("respond", "due", enforcer.Internal,
			enforcer.Changes{
				Comment: internally(mapping.TextBreach),
				Actions: enforcer.Actions{Assign: enforcer.Support, Priority: enforcer.PriorityTop},
			}),
		decision("involve-developers", "due", enforcer.Internal,
			enforcer.Changes{
				Comment: internally(mapping.TextInvolveDevelopers),
				Actions: enforcer.Actions{Assign: enforcer.Developers},
			}),
	}
	p := b.Writes(b.Request(x.h, sc, time.UTC), x.h, ds,
		mapping.WriteOptions{Contract: kamalLike(t, "ru"), Install: "7c1f", Texts: texts(t)})[0]
	x.do("10:01 bot sets assignee=petrov; priority=Immediate")
	x.do("10:01 bot whispers " + strings.ReplaceAll(p.Write.Comment.Text, "\n", `\n`))
	if r := connectors.Verify(p.Write, botID, before, x.h); len(r.Refused) > 0 || r.Event != "journal:2" {
		t.Errorf("read back: %+v", r)
	}
	req := b.Request(x.h, sc, time.UTC)
	if got := req.Moments[2].Steps; !slices.Equal(got, []string{"respond/due", "involve-developers/due"}) {
		t.Errorf("steps %v", got)
	}
	if again := b.Writes(req, x.h, ds,
		mapping.WriteOptions{Contract: kamalLike(t, "ru"), Install: "7c1f", Texts: texts(t)}); again[0].Write.Assign != nil ||
		again[0].Write.Priority != nil {
		t.Errorf("decided again it changes %+v", again[0].Write)
	}
}
