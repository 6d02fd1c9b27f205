package decide_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slabridge/config"
	"slabridge/enforcer"
	"slabridge/enforcer/calendar"
	"slabridge/enforcer/decide"
)

// at is a moment of Monday 16 March 2026 in Almaty, "10:15" or "10:15:30"; a day may stand before it: "17 10:15".
func at(t testing.TB, s string) time.Time {
	t.Helper()
	if s == "" {
		return time.Time{}
	}
	if !strings.Contains(s, " ") {
		s = "16 " + s
	}
	if strings.Count(s, ":") == 1 {
		s += ":00"
	}
	moment, err := time.ParseInLocation("2006-01 2 15:04:05", "2026-03 "+s, almaty())
	if err != nil {
		t.Fatal(err)
	}
	return moment
}

var almaty = sync.OnceValue(func() *time.Location {
	zone, err := enforcer.LoadZone("Asia/Almaty")
	if err != nil {
		panic(err)
	}
	return zone
})

func kamal(t testing.TB) *enforcer.Contract {
	t.Helper()
	c, err := config.Preset("kamal")
	if err != nil {
		t.Fatal(err)
	}
	for i := range c.Obligations { // the completeness of requests is not what these tests are about
		if o := &c.Obligations[i]; o.ID == "request-complete" || o.ID == "phone-duplicate" {
			o.Off = true
		}
	}
	return c
}

// request is a critical one, received on Monday at 10:00, with what people did later.
func request(t testing.TB, later ...enforcer.Moment) *enforcer.Request {
	state := enforcer.State{Covered: true, Status: enforcer.New, Severity: "critical"}
	r := &enforcer.Request{
		Connection: "helpdesk", Issue: "7", Key: "#7", Subject: "Printer on fire",
		CreatedAt: at(t, "10:00"), ReceivedAt: at(t, "10:00"),
	}
	r.Moments = append([]enforcer.Moment{{Event: "created", At: at(t, "10:00"), StatusSet: true, State: state}}, later...)
	return r
}

func resolved(t testing.TB, when string) enforcer.Moment {
	state := enforcer.State{Covered: true, Status: enforcer.Resolved, Severity: "critical"}
	return enforcer.Moment{
		Event: "journal:9", At: at(t, when),
		By: enforcer.Person{ID: "2", Name: "Anna", Role: enforcer.Support}, StatusSet: true, State: state,
		Note: enforcer.Public,
	}
}

// world is a case with what the ledger has of it.
type world struct {
	c        decide.Case
	recorded map[string]enforcer.StepRecord // by "respond/due"
}

func newWorld(t testing.TB, r *enforcer.Request, now string) *world {
	t.Helper()
	w := &world{recorded: map[string]enforcer.StepRecord{}}
	contract := kamal(t)
	ev := enforcer.Evaluate(contract, r, at(t, now))
	w.c = decide.Case{
		Contract: decide.Contract{Contract: contract, Fingerprint: "f1"}, Evaluation: ev,
		Recorded: func(k enforcer.StepKey) enforcer.StepRecord { return w.recorded[k.Obligation+"/"+k.Step] },
	}
	return w
}

// tell says what was decided, in its order: "respond/due intended due".
func tell(ds []enforcer.Decision) string {
	var out []string
	for _, d := range ds {
		out = append(out, fmt.Sprintf("%s/%s %s %s", d.Key.Obligation, d.Key.Step, d.State, d.Reason.Code))
	}
	return strings.Join(out, "; ")
}

const receipt = "acknowledge/start intended start; "

// unreceived is that the receipt is late, and goes out now: nobody need be told that it did not.
const unreceived = "acknowledge/due needless ended; "

// TestWhatBecomesOfSteps decides one critical request of 10:00 at different moments, under what the ledger and the
// cutover say.
func TestWhatBecomesOfSteps(t *testing.T) {
	type edit func(t *testing.T, w *world)
	passed := func(when string) edit {
		return func(t *testing.T, w *world) { w.c.Contract.Cutover.PassedAt = at(t, when) }
	}
	from := func(when string) edit {
		return func(t *testing.T, w *world) { w.c.Contract.Cutover.EnforceFrom = at(t, when) }
	}
	recorded := func(step string, s enforcer.EntryState) edit {
		return func(t *testing.T, w *world) {
			w.recorded[step] = enforcer.StepRecord{State: s, Moment: at(t, "10:10")}
		}
	}
	last := func(edit func(t *testing.T, it *enforcer.AgendaItem)) edit {
		return func(t *testing.T, w *world) {
			w.c.Last = &enforcer.AgendaItem{EvaluatedAt: at(t, "10:12"), Next: at(t, "10:20"), Fingerprint: "f1"}
			edit(t, w.c.Last)
		}
	}
	known := last(func(*testing.T, *enforcer.AgendaItem) {})
	for _, c := range []struct {
		name, now string
		moments   []enforcer.Moment
		edits     []edit
		want      string
	}{
		{"at its start", "10:00", nil, nil, "acknowledge/start intended start"},
		{"a second before the warning", "10:09:59", nil, nil, "acknowledge/start intended start"},
		{"in the warning's second", "10:10", nil, nil, receipt + "respond/warn-50 intended warn"},
		{"five seconds before the due are in time", "10:19:55", nil, nil, receipt + "respond/warn-50 intended warn"},
		{"four are too late", "10:19:56", nil, nil, receipt + "respond/warn-50 overtaken overtaken"},
		{
			"after it, the due says it all", "10:20:01", nil, nil,
			receipt + "respond/warn-50 overtaken overtaken; " + unreceived + "respond/due intended due",
		},
		{
			"the warning was written", "10:20:01", nil,
			[]edit{recorded("respond/warn-50", enforcer.Done)},
			receipt + unreceived + "respond/due intended due",
		},
		{
			"the warning was sent, and nobody knows", "10:20:01", nil,
			[]edit{recorded("respond/warn-50", enforcer.Sent)},
			receipt + unreceived + "respond/due intended due",
		},
		{
			"the due was written first", "10:20:01", nil,
			[]edit{recorded("respond/due", enforcer.Done)},
			receipt + "respond/warn-50 overtaken overtaken; acknowledge/due needless ended",
		},
		{
			"a fault held the warning up until the due had passed", "10:25", nil,
			[]edit{
				recorded("respond/warn-50", enforcer.Intended), recorded("respond/due", enforcer.Done),
				recorded("acknowledge/start", enforcer.Done), recorded("acknowledge/due", enforcer.Done),
			},
			"respond/warn-50 overtaken overtaken",
		},
		{
			"the receipt was refused: staff is told", "10:21", nil,
			[]edit{recorded("acknowledge/start", enforcer.Refused)},
			"respond/warn-50 overtaken overtaken; acknowledge/due intended due; respond/due intended due",
		},
		{
			"a warning that was needless lives again", "10:12", nil,
			[]edit{recorded("respond/warn-50", enforcer.Needless)},
			receipt + "respond/warn-50 intended warn",
		},
		{
			"a refused one is not decided again", "10:12", nil,
			[]edit{recorded("respond/warn-50", enforcer.Refused)},
			"acknowledge/start intended start",
		},
		{
			"resolved before the warning", "10:15",
			[]enforcer.Moment{resolved(t, "10:09")},
			nil,
			"acknowledge/start needless ended",
		},
		{
			"resolved after the warning", "10:15",
			[]enforcer.Moment{resolved(t, "10:11")},
			nil,
			"acknowledge/start needless ended; respond/warn-50 needless ended",
		},
		{"over before enforcement began", "10:30", []enforcer.Moment{resolved(t, "10:11")}, []edit{from("10:20")}, ""},
		{
			"begun before enforcement, and still on", "10:12", nil,
			[]edit{from("10:05")},
			"acknowledge/start past before-enforcement; respond/warn-50 intended warn",
		},
		{
			"in the second in which enforcement began", "10:12", nil,
			[]edit{from("10:10")},
			"acknowledge/start past before-enforcement; respond/warn-50 intended warn",
		},
		{
			"pending since before a cutover that was moved", "10:12", nil,
			[]edit{from("10:11"), recorded("respond/warn-50", enforcer.Waiting), recorded("acknowledge/start", enforcer.Done)},
			"respond/warn-50 past before-enforcement",
		},
		{
			"it had come at the last pass, and was not seen to", "10:16", nil,
			[]edit{known, passed("10:15")},
			"acknowledge/start past moved-into-past; respond/warn-50 past moved-into-past",
		},
		{
			"within what trackers lag behind", "10:13", nil,
			[]edit{known, passed("10:12")},
			"acknowledge/start past moved-into-past; respond/warn-50 intended warn",
		},
		{
			"a second beyond the lag", "10:13", nil,
			[]edit{known, passed("10:12:01")},
			"acknowledge/start past moved-into-past; respond/warn-50 past moved-into-past",
		},
		{
			"first seen now: it is late, not past", "10:16", nil,
			[]edit{passed("10:15")},
			receipt + "respond/warn-50 intended warn",
		},
		{
			"it could not be read since", "10:16", nil,
			[]edit{passed("10:15"), last(func(_ *testing.T, it *enforcer.AgendaItem) { it.Fingerprint = "" })},
			"acknowledge/start past moved-into-past; respond/warn-50 intended warn",
		},
		{
			"under another configuration", "10:16", nil,
			[]edit{passed("10:15"), func(_ *testing.T, w *world) { w.c.Contract.Stale = true }},
			"acknowledge/start past moved-into-past; respond/warn-50 past moved-into-past",
		},
		{
			"before the first pass", "10:16", nil, []edit{func(_ *testing.T, w *world) {
				w.c.Contract.Stale = true
			}}, receipt + "respond/warn-50 intended warn",
		},
		{
			"on hold", "10:12", nil,
			[]edit{func(_ *testing.T, w *world) { w.c.Evaluation.Request.Hold = "label" }},
			"acknowledge/start held hold; respond/warn-50 held hold",
		},
		{
			"nothing may be written", "10:12", nil,
			[]edit{func(_ *testing.T, w *world) { w.c.Blocks.All = enforcer.Text{"en": "skew"} }},
			"acknowledge/start held blocked; respond/warn-50 held blocked",
		},
		{
			"the mapping has faults", "10:12", nil,
			[]edit{func(_ *testing.T, w *world) { w.c.Blocks.Mapping = true }},
			"acknowledge/start held mapping; respond/warn-50 held mapping",
		},
		{
			"what is past stays so though nothing may be written", "10:12", nil,
			[]edit{from("10:11"), func(_ *testing.T, w *world) { w.c.Blocks.Mapping = true }},
			"acknowledge/start past before-enforcement; respond/warn-50 past before-enforcement",
		},
		{"fields are kept beside it", "10:00", nil, []edit{func(_ *testing.T, w *world) {
			w.c.Upkeep = &enforcer.Decision{
				Key:   enforcer.StepKey{Obligation: enforcer.Upkeep, Step: "fields"},
				State: enforcer.Intended, Reason: enforcer.Reason{Code: "upkeep"},
			}
		}}, receipt + "upkeep/fields intended upkeep"},
	} {
		w := newWorld(t, request(t, c.moments...), c.now)
		for _, edit := range c.edits {
			edit(t, w)
		}
		f := decide.Decide(w.c)
		got := f.Decisions
		slices.SortStableFunc(got, func(a, b enforcer.Decision) int { return a.Moment.Compare(b.Moment) })
		if c.name == "fields are kept beside it" {
			got = f.Decisions
			slices.SortFunc(got, func(a, b enforcer.Decision) int { return strings.Compare(a.Key.Obligation, b.Key.Obligation) })
		}
		if s := tell(got); s != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, s, c.want)
		}
	}
}

// TestInternalStepsWait: what staff is told waits for the opening; what falls on a close, and what the customer is
// owed, not.
func TestInternalStepsWait(t *testing.T) {
	for _, c := range []struct{ now, want, opening string }{
		{"17 12:00", "intended", ""},
		{"17 18:00", "waiting", "18 09:00"},
		{"17 17:59:59", "intended", ""},
		{"18 03:00", "waiting", "18 09:00"},
		{"18 09:00", "intended", ""},
	} {
		w := newWorld(t, request(t), c.now)
		w.recorded["respond/warn-50"] = enforcer.StepRecord{State: enforcer.Done}
		for _, d := range decide.Decide(w.c).Decisions {
			switch {
			case d.Audience == enforcer.Public:
				if d.State != enforcer.Intended {
					t.Errorf("at %s the customer's %s is %s", c.now, d.Key.Step, d.State)
				}
			case d.Key.Obligation == "respond":
				if string(d.State) != c.want || !d.NotBefore.Equal(at(t, c.opening)) {
					t.Errorf("at %s: %s, not before %s", c.now, d.State, d.NotBefore)
				}
			}
		}
	}
	// due at 18:00 sharp, the close: written at once; due a second later than some other close: it waits
	late := request(t)
	late.CreatedAt, late.ReceivedAt = at(t, "16:00"), at(t, "16:00")
	late.Moments[0].At = at(t, "16:00")
	for _, d := range decide.Decide(newWorld(t, late, "18:00:01").c).Decisions {
		want := map[string]enforcer.EntryState{
			"involve-developers": enforcer.Intended,
			"respond":            enforcer.Waiting,
		}[d.Key.Obligation]
		if want != "" && d.State != want && d.State != enforcer.Overtaken {
			t.Errorf("%s/%s at the close: %s", d.Key.Obligation, d.Key.Step, d.State)
		}
	}
}

// TestOnlyALaterStepOvertakes, of the same obligation and audience, that does all that the earlier one would have done.
func TestOnlyALaterStepOvertakes(t *testing.T) {
	at := func(m int) time.Time { return at(t, "12:00").Add(time.Duration(m) * time.Minute) }
	step := func(id string, audience enforcer.Audience, a enforcer.Actions) *enforcer.Step {
		return &enforcer.Step{
			ID: id, Trigger: enforcer.Trigger{Percent: 50},
			Comment: &enforcer.StepComment{Audience: audience, Text: "warn"}, Actions: a,
		}
	}
	up, top := enforcer.Actions{Priority: enforcer.PriorityUp}, enforcer.Actions{Priority: enforcer.PriorityTop}
	type s struct {
		obligation, cycle string
		step              *enforcer.Step
		at                int
	}
	a := func(m int) s { return s{"o", "c", step("a", enforcer.Internal, up), m} }
	for _, c := range []struct {
		name string
		kind enforcer.Kind
		two  [2]s
		want string
	}{
		{"later", enforcer.Timer, [2]s{a(0), {"o", "c", step("b", enforcer.Internal, top), 1}}, "a overtaken, b intended"},
		{
			"named later, due earlier", enforcer.Timer,
			[2]s{a(1), {"o", "c", step("b", enforcer.Internal, top), 0}},
			"b intended, a intended",
		},
		{"at once", enforcer.Timer, [2]s{a(0), {"o", "c", step("b", enforcer.Internal, top), 0}}, "a overtaken, b intended"},
		{
			"at once, and it does less", enforcer.Timer,
			[2]s{a(0), {"o", "c", step("b", enforcer.Internal, enforcer.Actions{}), 0}},
			"a intended, b intended",
		},
		{
			"it does less", enforcer.Timer,
			[2]s{a(0), {"o", "c", step("b", enforcer.Internal, enforcer.Actions{}), 1}},
			"a intended, b intended",
		},
		{
			"it tells others", enforcer.Timer,
			[2]s{a(0), {"o", "c", step("b", enforcer.Public, top), 1}},
			"a intended, b intended",
		},
		{
			"of another obligation", enforcer.Timer,
			[2]s{a(0), {"p", "c", step("b", enforcer.Internal, top), 1}},
			"a intended, b intended",
		},
		{
			"of a later cycle", enforcer.Timer,
			[2]s{a(0), {"o", "c~1", step("b", enforcer.Internal, top), 1}},
			"a overtaken, b intended",
		},
		{
			"of another period of a duty", enforcer.Duty,
			[2]s{a(0), {"o", "c~1", step("b", enforcer.Internal, top), 1}},
			"a intended, b intended",
		},
		{
			"of another check", enforcer.Check,
			[2]s{a(0), {"o", "c~1", step("b", enforcer.Internal, top), 1}},
			"a intended, b intended",
		},
	} {
		contract := kamal(t)
		obligations := map[string]*enforcer.Obligation{"o": {ID: "o", Kind: c.kind}, "p": {ID: "p", Kind: c.kind}}
		ev := enforcer.Evaluation{Contract: contract, Request: request(t), Now: at(30)}
		for _, one := range c.two {
			o := *obligations[one.obligation]
			o.Rules = []enforcer.Rule{{Steps: []enforcer.Step{*one.step}, Always: true}}
			if known := obligations[one.obligation]; known.Rules == nil {
				*known = o
			}
			cycle := enforcer.Cycle{
				Contract: contract, Obligation: obligations[one.obligation], Rule: &o.Rules[0], ID: one.cycle,
				State: enforcer.Running, StartedAt: at(0), CountsFrom: at(0),
			}
			cycle.Steps = reached(t, contract, one.step, at(one.at))
			ev.Cycles = append(ev.Cycles, cycle)
		}
		var got []string
		for _, d := range decide.Steps(ev, unrecorded, enforcer.Cutover{}) {
			got = append(got, fmt.Sprint(d.Key.Step, " ", d.State))
			if d.State == enforcer.Overtaken && d.Changes.Comment != nil {
				t.Errorf("%s: what is overtaken still says something", c.name)
			}
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%s: %s, want %s", c.name, s, c.want)
		}
	}
}

// reached gives a step whose moment came at a moment: that of a sum, which comes with the pass.
func reached(t *testing.T, c *enforcer.Contract, step *enforcer.Step, at time.Time) []enforcer.CycleStep {
	t.Helper()
	half := *step
	half.Trigger = enforcer.Trigger{Percent: 50}
	sum := enforcer.Obligation{
		ID: "sum", Kind: enforcer.Account,
		Rules: []enforcer.Rule{{Sum: &enforcer.Sum{Percent: 100}, Steps: []enforcer.Step{half}}},
	}
	ev := enforcer.Spend(c, "helpdesk", enforcer.Spending{Obligation: &sum, Spent: 100, Sum: 100}, at, at)
	if steps := ev.Cycles[0].Steps; len(steps) == 1 && steps[0].At.Equal(at) {
		steps[0].Step = step
		return steps
	}
	t.Fatal("the step has no moment")
	return nil
}

// TestStandaloneRecords: entries, verdicts and agenda items hold everything that they rest on.
func TestStandaloneRecords(t *testing.T) {
	r := request(t, resolved(t, "10:30"))
	w := newWorld(t, r, "10:40")
	w.c.WatchIssue = "#99"
	w.c.Contract.Language = "en"
	f := decide.Decide(w.c)
	due := f.Decisions[slices.IndexFunc(f.Decisions, func(d enforcer.Decision) bool {
		return d.Key.Obligation == "respond" && d.Key.Step == "due"
	})]
	e := f.Entry(due)
	facts := enforcer.Facts{
		Rule: "start of work", Version: "1", Fingerprint: "f1", Calendar: w.c.Contract.Calendar.Version(),
		Zones: calendar.ZoneRelease(), StartedAt: at(t, "10:00"),
		Elapsed: 30 * time.Minute,
		Events:  []string{"created"}, Why: []string{"20 minutes of working time: Mon-Fri 09:00-18:00, Asia/Almaty"},
	}
	if d := cmp.Diff(facts, e.Facts); d != "" || e.IssueKey != "#7" || e.Subject != "Printer on fire" ||
		!e.DecidedAt.Equal(at(t, "10:40")) {
		t.Errorf("entry of %s, %q, decided %s:\n%s", e.IssueKey, e.Subject, e.DecidedAt, d)
	}
	var said []string
	for _, v := range f.Verdicts() {
		said = append(said,
			fmt.Sprintf("%s %s by %s %s, %s, %s", v.Obligation, v.State, v.EndBy, v.EndEvent, v.LastEvent, v.Elapsed))
		if v.IssueKey != "#7" || v.Subject != "Printer on fire" || v.Connection != "helpdesk" || v.Issue != "7" ||
			v.Contract != "kamal" || v.Ordinal != 1 ||
			v.EndByRole != enforcer.Support || v.Facts.Fingerprint != "f1" || v.Source == "" || v.Severity != "critical" ||
			v.Cycle != "created" || !v.StartedAt.Equal(at(t, "10:00")) {
			t.Errorf("verdict %+v", v)
		}
	}
	want := []string{
		"acknowledge breached by Anna journal:9, journal:9, 30m0s", "respond breached by Anna journal:9, journal:9, 30m0s",
		"involve-developers met by Anna journal:9, journal:9, 30m0s",
		"inform-management met by Anna journal:9, journal:9, 30m0s",
		"progress-update met by Anna journal:9, journal:9, 30m0s",
	}
	if d := cmp.Diff(want, said); d != "" {
		t.Errorf("verdicts: %s", d)
	}
	item := f.Item()
	if len(item.Cycles) != 0 || item.Issue != "7" || item.IssueKey != "#7" || item.Subject != "Printer on fire" ||
		item.Severity != "critical" ||
		item.Connection != "helpdesk" || item.Contract != "kamal" || item.Fingerprint != "f1" ||
		!item.EvaluatedAt.Equal(at(t, "10:40")) || !item.Next.IsZero() {
		t.Errorf("agenda item %+v", item)
	}
	open := decide.Finding{Case: newWorld(t, request(t), "10:05").c}
	if item := open.Item(); len(item.Cycles) != 5 || item.Cycles[1].Obligation != "respond" ||
		!item.Cycles[1].Due.Equal(at(t, "10:20")) ||
		item.Cycles[1].State != enforcer.Running || item.Cycles[1].Ordinal != 1 || item.Cycles[1].ID != "created" ||
		!item.Cycles[1].StartedAt.Equal(at(t, "10:00")) ||
		!item.Next.Equal(at(t, "10:10")) {
		t.Errorf("agenda item %+v", item)
	}
}

// TestWhatIsNotJudged: neither what is out of sight, nor history, nor rights, nor what the calendar has no data for.
func TestWhatIsNotJudged(t *testing.T) {
	judged := func(edit func(*decide.Finding)) int {
		f := decide.Finding{Case: newWorld(t, request(t, resolved(t, "10:30")), "10:40").c}
		edit(&f)
		return len(f.Verdicts())
	}
	each := func(f *decide.Finding, edit func(*enforcer.Cycle)) {
		for i := range f.Evaluation.Cycles {
			edit(&f.Evaluation.Cycles[i])
		}
	}
	for name, c := range map[string]struct {
		edit func(*decide.Finding)
		want int
	}{
		"all":             {func(*decide.Finding) {}, 5},
		"out of sight":    {func(f *decide.Finding) { f.Evaluation.Request.Hidden = true }, 0},
		"history":         {func(f *decide.Finding) { f.Contract.Cutover.EnforceFrom = at(t, "10:31") }, 0},
		"ended just then": {func(f *decide.Finding) { f.Contract.Cutover.EnforceFrom = at(t, "10:30") }, 5},
		"rights": {func(f *decide.Finding) {
			each(f, func(c *enforcer.Cycle) { o := *c.Obligation; o.NoVerdict = true; c.Obligation = &o })
		}, 0},
		"accounts": {func(f *decide.Finding) {
			each(f, func(c *enforcer.Cycle) { o := *c.Obligation; o.Kind = enforcer.Account; c.Obligation = &o })
		}, 0},
		"no data": {
			func(f *decide.Finding) { each(f, func(c *enforcer.Cycle) { c.Unjudged = fmt.Errorf("no data") }) }, 0,
		},
		"a hidden period": {
			func(f *decide.Finding) { each(f, func(c *enforcer.Cycle) { c.Run = &enforcer.Run{Hidden: true} }) }, 0,
		},
		"a period": {func(f *decide.Finding) { each(f, func(c *enforcer.Cycle) { c.Run = &enforcer.Run{Key: "#40"} }) }, 5},
	} {
		if got := judged(c.edit); got != c.want {
			t.Errorf("%s: %d verdicts, want %d", name, got, c.want)
		}
	}
}

// TestCurrent: fields are kept of requests that are watched, in sight and not on hold.
func TestCurrent(t *testing.T) {
	for name, c := range map[string]struct {
		edit func(*decide.Case)
		want bool
	}{
		"watched":                      {func(*decide.Case) {}, true},
		"hidden":                       {func(c *decide.Case) { c.Evaluation.Request.Hidden = true }, false},
		"gone":                         {func(c *decide.Case) { c.Evaluation.Request.GoneAt = at(t, "10:01") }, false},
		"on hold":                      {func(c *decide.Case) { c.Evaluation.Request.Hold = "label" }, false},
		"older than enforcement":       {func(c *decide.Case) { c.Contract.Cutover.EnforceFrom = at(t, "10:01") }, false},
		"begun as enforcement did":     {func(c *decide.Case) { c.Contract.Cutover.EnforceFrom = at(t, "10:00") }, true},
		"no obligation was ever begun": {func(c *decide.Case) { c.Evaluation.Cycles = nil }, false},
	} {
		w := newWorld(t, request(t), "10:05")
		c.edit(&w.c)
		if got := w.c.Current(); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestPendingEntries: what makes a request worth another look, and what becomes of an entry that is decided again.
func TestPendingEntries(t *testing.T) {
	held := func(code string) enforcer.Entry {
		return enforcer.Entry{State: enforcer.Held, Reason: enforcer.Reason{Code: code}}
	}
	all := decide.Blocks{All: enforcer.Text{"en": "skew"}, Mapping: true, Leak: true, Rights: true}
	for _, c := range []struct {
		entry         enforcer.Entry
		free, blocked bool
	}{
		{enforcer.Entry{State: enforcer.Intended}, true, true},
		{enforcer.Entry{State: enforcer.Waiting}, true, true},
		{enforcer.Entry{State: enforcer.Sent}, false, false},
		{held(enforcer.HeldBlocked), true, false},
		{held(enforcer.HeldMapping), true, false},
		{held(enforcer.HeldLeak), true, false},
		{held(enforcer.HeldRights), true, true},
		{held(enforcer.HeldOverLimit), false, false},
		{held("hold"), false, false},
	} {
		if got := (decide.Blocks{}).WorthALook(c.entry); got != c.free {
			t.Errorf("%s %s, nothing blocks: %v", c.entry.State, c.entry.Reason.Code, got)
		}
		if got := all.WorthALook(c.entry); got != c.blocked {
			t.Errorf("%s %s, all is blocked: %v", c.entry.State, c.entry.Reason.Code, got)
		}
	}
	now := func(s enforcer.EntryState, notBefore string) enforcer.Entry {
		return enforcer.Entry{
			State: s, NotBefore: at(t, notBefore), Reason: enforcer.Reason{Code: "new"},
			Evidence: enforcer.Evidence{Source: "new"},
		}
	}
	waiting := enforcer.Entry{State: enforcer.Waiting, NotBefore: at(t, "09:00")}
	for _, c := range []struct {
		name     string
		blocks   decide.Blocks
		was, now enforcer.Entry
		to       enforcer.EntryState
	}{
		{"let go", decide.Blocks{}, held("hold"), now(enforcer.Intended, ""), enforcer.Intended},
		{"held by the limit stays", decide.Blocks{}, held(enforcer.HeldOverLimit), now(enforcer.Intended, ""), ""},
		{
			"and may become needless",
			decide.Blocks{},
			held(enforcer.HeldOverLimit), now(enforcer.Needless, ""),
			enforcer.Needless,
		},
		{"the right is there", decide.Blocks{}, held(enforcer.HeldRights), now(enforcer.Intended, ""), enforcer.Intended},
		{
			"the right is still missing", decide.Blocks{Rights: true}, held(enforcer.HeldRights), now(enforcer.Intended, ""), "",
		},
		{"nobody has looked at the leak", decide.Blocks{Leak: true}, held(enforcer.HeldLeak), now(enforcer.Intended, ""), ""},
		{"somebody has", decide.Blocks{}, held(enforcer.HeldLeak), now(enforcer.Intended, ""), enforcer.Intended},
		{"as it was", decide.Blocks{}, enforcer.Entry{State: enforcer.Intended}, now(enforcer.Intended, ""), ""},
		{"it waits for the same opening", decide.Blocks{}, waiting, now(enforcer.Waiting, "09:00"), ""},
		{"it waits for another", decide.Blocks{}, waiting, now(enforcer.Waiting, "17 09:00"), enforcer.Waiting},
		{
			"what was sent is not decided again",
			decide.Blocks{},
			enforcer.Entry{State: enforcer.Sent},
			now(enforcer.Needless, ""), "",
		},
	} {
		got, to := c.blocks.Revise(c.was, c.now)
		if to != c.to {
			t.Errorf("%s: becomes %q, want %q", c.name, to, c.to)
		}
		if changed := got.Source == "new" && got.Reason.Code == "new" &&
			got.NotBefore.Equal(c.now.NotBefore); changed != (to != "") {
			t.Errorf("%s: becomes %q, and holds %+v", c.name, to, got)
		}
	}
}

// TestFindings answers what a finding is asked.
func TestFindings(t *testing.T) {
	f := decide.Decide(newWorld(t, request(t), "10:20:01").c)
	if got := tell(f.In(enforcer.Overtaken)); got != "respond/warn-50 overtaken overtaken" {
		t.Errorf("overtaken: %s", got)
	}
	n, found := len(f.Decisions), len(f.In(enforcer.Intended, enforcer.Overtaken, enforcer.Needless))
	if n != 4 || found != n || len(f.In()) != 0 {
		t.Errorf("%d decisions: %s", n, tell(f.Decisions))
	}
	key := f.Decisions[0].Key
	if !f.CallsFor(key) || f.Cycle(key) == nil || f.Cycle(key).Obligation.ID != key.Obligation {
		t.Errorf("%v is not found", key)
	}
	key.Step = "none"
	if f.CallsFor(key) {
		t.Error("a step that was not decided is called for")
	}
	key.Cycle = "none"
	if f.Cycle(key) != nil {
		t.Error("a cycle that is not there")
	}
	if d := f.Entry(enforcer.Decision{Key: key}); d.Facts.Version != "1" || d.Facts.Fingerprint != "f1" ||
		d.Facts.Calendar == "" || d.Facts.Rule != "" {
		t.Errorf("facts of a step without a cycle: %+v", d.Facts)
	}
}
