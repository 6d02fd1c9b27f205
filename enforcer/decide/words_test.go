package decide_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slabridge/enforcer"
	"slabridge/enforcer/calendar"
	"slabridge/enforcer/decide"
)

func both(r enforcer.Reason) string { return r.Code + ": " + r.Text["en"] + " | " + r.Text["ru"] }

func unrecorded(enforcer.StepKey) enforcer.StepRecord { return enforcer.StepRecord{} }

// TestReasonsInWords says why a step is not written, in both languages, for each way in which its cycle may have ended,
// and for what else keeps it.
func TestReasonsInWords(t *testing.T) {
	contract := kamal(t)
	o := &enforcer.Obligation{ID: "o", Source: "п. 1", Kind: enforcer.Timer, Rules: []enforcer.Rule{{Always: true}}}
	step := &enforcer.Step{ID: "s", Comment: &enforcer.StepComment{Audience: enforcer.Internal, Text: "warn"}}
	var got []string
	say := func(edit func(*enforcer.Evaluation, *enforcer.Cycle, *enforcer.Cutover)) {
		cycle := enforcer.Cycle{
			Contract: contract, Obligation: o, Rule: &o.Rules[0], ID: "c", State: enforcer.Running,
			StartedAt: at(t, "12:00"), Steps: reached(t, contract, step, at(t, "12:00")),
		}
		ev := enforcer.Evaluation{
			Contract: contract, Request: request(t), Now: at(t, "12:30"),
			Cycles: []enforcer.Cycle{cycle},
		}
		cut := enforcer.Cutover{}
		edit(&ev, &ev.Cycles[0], &cut)
		for _, d := range decide.Steps(ev, unrecorded, cut) {
			got = append(got, both(d.Reason))
		}
	}
	for _, why := range []string{
		"stopped", "resolved", "closed-by-customer", "closed-by-nobody", "duplicate", "left-contract", "left-status",
		"severity", "gone", "again", "reopened",
	} {
		say(func(_ *enforcer.Evaluation, c *enforcer.Cycle, _ *enforcer.Cutover) {
			c.EndedAt, c.EndWhy = at(t, "12:01"), why
		})
	}
	say(func(ev *enforcer.Evaluation, _ *enforcer.Cycle, _ *enforcer.Cutover) { ev.Request.Hold = "label wait" })
	say(func(_ *enforcer.Evaluation, _ *enforcer.Cycle, c *enforcer.Cutover) {
		c.EnforceFrom = at(t, "12:00:01")
	})
	say(func(_ *enforcer.Evaluation, _ *enforcer.Cycle, c *enforcer.Cutover) { c.EnforceFrom = at(t, "12:00") })
	say(func(_ *enforcer.Evaluation, _ *enforcer.Cycle, c *enforcer.Cutover) { c.PassedAt = at(t, "12:10") })
	say(func(_ *enforcer.Evaluation, c *enforcer.Cycle, cut *enforcer.Cutover) {
		cut.PassedAt, c.RevivedAt = at(t, "12:10"), at(t, "12:08")
	})
	say(func(_ *enforcer.Evaluation, c *enforcer.Cycle, cut *enforcer.Cutover) {
		cut.PassedAt, c.RevivedAt = at(t, "12:10"), at(t, "12:07:59")
	})
	say(func(ev *enforcer.Evaluation, c *enforcer.Cycle, _ *enforcer.Cutover) {
		ev.Now, c.Rule = at(t, "20:00"), &enforcer.Rule{}
	})
	say(func(_ *enforcer.Evaluation, c *enforcer.Cycle, _ *enforcer.Cutover) { c.Due = at(t, "13:00") })
	for _, trigger := range []enforcer.Trigger{
		{Due: true},
		{Percent: 75},
		{Before: &calendar.Term{N: 1, Unit: calendar.Hours}},
	} {
		say(func(_ *enforcer.Evaluation, c *enforcer.Cycle, _ *enforcer.Cutover) {
			s := *step
			s.Trigger, c.Due = trigger, at(t, "13:00")
			c.Steps[0].Step = &s
		})
	}
	want := []string{
		"ended: done before it was written | выполнено до записи",
		"ended: the request is resolved | обращение решено",
		"ended: the customer closed the request | обращение закрыл заказчик",
		"ended: the request was closed by someone without a role | " +
			"обращение закрыто человеком без роли в договоре",
		"ended: the request was closed as a duplicate | обращение закрыто как дубликат",
		"ended: the request left the contract | обращение больше не относится к договору",
		"ended: the status class was left | статус больше не тот",
		"ended: the severity changed | критичность изменилась",
		"ended: the request was deleted | обращение удалено",
		"ended: the stopwatch was started anew | отсчёт начат заново",
		"ended: the request was reopened | обращение переоткрыто",
		"hold: writes are on hold: label wait | запись приостановлена: label wait",
		"before-enforcement: the step's moment lies before enforcement began, 2026-03-16 12:00:01 | момент шага раньше " +
			"начала контроля 16 марта 2026\u00a0г., 12:00:01",
		"start: п. 1, o: counting from 2026-03-16 12:00:00 | п. 1, o: отсчёт с 16 марта 2026\u00a0г., 12:00",
		"moved-into-past: at the last pass, 2026-03-16 12:10:00, this moment had not come: not time but a change of " +
			"configuration, calendar or fields moved it here" +
			" | в прошлый проход 16 марта 2026\u00a0г., 12:10 " +
			"этот момент ещё не наступал: " +
			"его сдвинуло не время, " +
			"а изменение настроек, календаря или полей",
		"start: п. 1, o: counting from 2026-03-16 12:00:00 | п. 1, o: отсчёт с 16 марта 2026\u00a0г., 12:00",
		"moved-into-past: at the last pass, 2026-03-16 12:10:00, this moment had not come: not time but a change of " +
			"configuration, calendar or fields moved it here" +
			" | в прошлый проход 16 марта 2026\u00a0г., 12:10 " +
			"этот момент ещё не наступал: " +
			"его сдвинуло не время, " +
			"а изменение настроек, календаря или полей",
		"outside-hours: an internal step waits for working hours: 2026-03-17 09:00:00 | внутренний шаг ждёт рабочего " +
			"времени: 17 марта 2026\u00a0г., 09:00",
		"start: п. 1, o: counting from 2026-03-16 12:00:00, due 2026-03-16 13:00:00 | п. 1, o: отсчёт с 16 марта " +
			"2026\u00a0г., 12:00, срок 16 марта 2026\u00a0г., 13:00",
		"due: п. 1, o: counting from 2026-03-16 12:00:00, due 2026-03-16 13:00:00: the due has passed" +
			" | п. 1, o: отсчёт с 16 марта 2026\u00a0г., 12:00, " +
			"срок 16 марта 2026\u00a0г., 13:00: срок прошёл",
		"warn: п. 1, o: counting from 2026-03-16 12:00:00, due 2026-03-16 13:00:00: 75 % of the time has passed" +
			" | п. 1, o: отсчёт с 16 марта 2026\u00a0г., 12:00, " +
			"срок 16 марта 2026\u00a0г., 13:00: прошло 75 % времени",
		"warn: п. 1, o: counting from 2026-03-16 12:00:00, due 2026-03-16 13:00:00: warning at 2026-03-16 12:00:00" +
			" | п. 1, o: отсчёт с 16 марта 2026\u00a0г., 12:00, срок 16 марта 2026\u00a0г., 13:00: " +
			"предупреждение 16 марта 2026\u00a0г., 12:00",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	late := decide.Decide(newWorld(t, request(t), "10:20:01").c)
	if got, want := both(late.In(enforcer.Overtaken)[0].Reason), "overtaken: overtaken by the later step respond/due | "+
		"перекрыт более поздним шагом respond/due"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	w := newWorld(t, request(t), "10:00")
	w.c.Blocks.All = enforcer.Untranslated("the clock is wrong")
	if got, want := both(decide.Decide(w.c).Decisions[0].Reason), "blocked: the clock is wrong | the clock is wrong"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	w.c.Blocks.All["ru"] = "часы неверны"
	if got, want := both(decide.Decide(w.c).Decisions[0].Reason), "blocked: the clock is wrong | часы неверны"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestBrokenCyclesOfARepeatingObligation: what one of them called for is over once a later one is answered.
func TestBrokenCyclesOfARepeatingObligation(t *testing.T) {
	contract := kamal(t)
	o := &enforcer.Obligation{ID: "o", Kind: enforcer.Timer, Repeat: true, Rules: []enforcer.Rule{{Always: true}}}
	step := &enforcer.Step{
		ID: "due", Trigger: enforcer.Trigger{Due: true},
		Comment: &enforcer.StepComment{Audience: enforcer.Internal, Text: "breach"},
	}
	cycle := func(id, start, end, why string) enforcer.Cycle {
		c := enforcer.Cycle{
			Contract: contract, Obligation: o, Rule: &o.Rules[0], ID: id, StartedAt: at(t, start),
			EndWhy: why, Steps: reached(t, contract, step, at(t, start)),
		}
		c.EndedAt = at(t, end)
		return c
	}
	for name, c := range map[string]struct {
		last enforcer.Cycle
		want string
	}{
		"nobody has answered":    {cycle("c~2", "12:20", "", ""), "c due"},
		"answered in the third":  {cycle("c~2", "12:20", "12:25", "stopped"), "c needless"},
		"broken to the very end": {cycle("c~2", "12:20", "12:25", "due"), "c due"},
	} {
		broken := cycle("c", "12:00", "12:10", "due")
		second := cycle("c~1", "12:10", "12:20", "due")
		second.Steps, c.last.Steps = nil, nil
		ev := enforcer.Evaluation{
			Contract: contract, Request: request(t), Now: at(t, "12:30"),
			Cycles: []enforcer.Cycle{broken, second, c.last},
		}
		var got []string
		for _, d := range decide.Steps(ev, unrecorded, enforcer.Cutover{}) {
			word := d.Reason.Code
			if d.State == enforcer.Needless {
				word = "needless"
			}
			got = append(got, d.Key.Cycle+" "+word)
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%s: %s, want %s", name, s, c.want)
		}
	}
}

// TestSumsInWords: what is said when a share of a cap is spent. It comes with the pass that finds it, whenever that is.
func TestSumsInWords(t *testing.T) {
	contract := kamal(t)
	o := &enforcer.Obligation{
		ID: "changes", Source: "п. 4", Kind: enforcer.Account,
		Title: enforcer.Text{"en": "cost of changes"}, Rules: []enforcer.Rule{{
			Sum: &enforcer.Sum{Percent: 30},
			Steps: []enforcer.Step{{
				ID: "warn-80", Trigger: enforcer.Trigger{Percent: 80},
				Comment: &enforcer.StepComment{Audience: enforcer.Internal, Text: "share"},
			}},
		}},
	}
	contract.Obligations, contract.Language = []enforcer.Obligation{*o}, "en"
	ev := enforcer.Spend(contract, "helpdesk",
		enforcer.Spending{Obligation: o, Period: "2026", Spent: 250_005, Sum: 1_000_000}, at(t, "10:00"), at(t, "12:00"))
	c := decide.Case{
		Contract: decide.Contract{Contract: contract, Cutover: enforcer.Cutover{PassedAt: at(t, "13:00")}}, Evaluation: ev,
		Recorded: unrecorded, WatchIssue: "#99",
		Last: &enforcer.AgendaItem{EvaluatedAt: at(t, "11:00"), Fingerprint: "f"},
	}
	f := decide.Decide(c)
	if len(f.Decisions) != 1 || f.Decisions[0].State != enforcer.Intended {
		t.Fatalf("decided %s", tell(f.Decisions))
	}
	d := f.Decisions[0]
	if got, want := both(d.Reason), "share: п. 4, changes: 2500.05 of at most 3000.00 are spent, 83 % | п. 4, changes: "+
		"израсходовано 2500.05 из 3000.00, это 83 %"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if m := d.Changes.Comment; m.Period != "2026" || m.Share != 83 || m.Sum != "2500.05" || m.Limit != "3000.00" {
		t.Errorf("says %+v", m)
	}
	if e := f.Entry(d); e.IssueKey != "#99" || e.Subject != "cost of changes" {
		t.Errorf("entry on %s, %q", e.IssueKey, e.Subject)
	}
	if v := f.Verdicts(); len(v) != 0 {
		t.Errorf("judged: %+v", v)
	}
}

// TestDutiesInWords: a duty's records are of the issue that was made for its period.
func TestDutiesInWords(t *testing.T) {
	contract := kamal(t)
	report := enforcer.Obligation{
		ID: "report", Kind: enforcer.Duty, Title: enforcer.Text{"en": "quarterly report"},
		Rules: []enforcer.Rule{{
			On: enforcer.PeriodEnd,
			Steps: []enforcer.Step{
				{ID: "start", Actions: enforcer.Actions{Action: enforcer.ActionCreate}},
				{
					ID: "warn", Trigger: enforcer.Trigger{Before: &calendar.Term{N: 5, Unit: calendar.BusinessDays}},
					Comment: &enforcer.StepComment{Audience: enforcer.Internal, Text: "warn"},
				},
				{
					ID: "due", Trigger: enforcer.Trigger{Due: true},
					Comment: &enforcer.StepComment{Audience: enforcer.Internal, Text: "breach"},
				},
			},
		}},
	}
	contract.Obligations, contract.Language = []enforcer.Obligation{report}, "en"
	day := func(month time.Month, day int) time.Time { return time.Date(2026, month, day, 12, 0, 0, 0, almaty()) }
	from, to := time.Date(2026, 1, 1, 0, 0, 0, 0, almaty()), time.Date(2026, 4, 1, 0, 0, 0, 0, almaty())
	runs := []enforcer.Run{
		{
			Obligation: "report", Period: "2026-Q1", From: from, To: to, Issue: "40", Key: "#40", MadeAt: day(1, 2),
			DoneEvent: "journal:8",
		},
		{
			Obligation: "report", Duty: "branch", Period: "2026-Q1", From: from, To: to, Issue: "41", Key: "#41",
			MadeAt: day(1, 2),
		},
	}
	ev := enforcer.EvaluateDuties(contract, "helpdesk", runs, day(3, 27))
	f := decide.Decide(decide.Case{Contract: decide.Contract{Contract: contract}, Evaluation: ev, Recorded: unrecorded})
	var got []string
	for _, d := range f.Decisions {
		line := fmt.Sprintf("%s %s %s on %s", d.Key.Cycle, d.Key.Step, d.State, f.Entry(d).IssueKey)
		if m := d.Changes.Comment; m != nil {
			line += " says " + m.Period
			for _, n := range m.Next {
				line += ", next " + n.Step + " " + n.At.Format("01-02")
			}
		}
		got = append(got, line)
	}
	want := []string{
		"2026-Q1 start intended on #40", "branch@2026-Q1 start intended on #41",
		"2026-Q1 warn intended on #40 says 2026-Q1, next due 03-31",
		"branch@2026-Q1 warn intended on #41 says 2026-Q1, next due 03-31",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if item := f.Item(); len(item.Cycles) != 2 || item.Cycles[0].IssueKey != "#40" || item.Cycles[1].IssueKey != "#41" {
		t.Errorf("agenda %+v", item.Cycles)
	}
	if v := f.Verdicts(); len(v) != 2 || v[0].IssueKey != "#40" || v[0].Subject != "quarterly report" ||
		v[0].LastEvent != "journal:8" {
		t.Errorf("verdicts %+v", v)
	}
	// a period that could not be evaluated at the last pass is late and not past
	for name, c := range map[string]struct {
		last *enforcer.AgendaItem
		want enforcer.EntryState
	}{
		"never evaluated":           {nil, enforcer.Past},
		"evaluated, nothing missed": {&enforcer.AgendaItem{EvaluatedAt: day(3, 18), Next: day(3, 28)}, enforcer.Past},
		"nothing was to come":       {&enforcer.AgendaItem{EvaluatedAt: day(3, 18)}, enforcer.Past},
		"what was to come did not":  {&enforcer.AgendaItem{EvaluatedAt: day(3, 18), Next: day(3, 20)}, enforcer.Intended},
		"in that very second":       {&enforcer.AgendaItem{EvaluatedAt: day(3, 18), Next: day(3, 27)}, enforcer.Intended},
	} {
		for _, d := range decide.Decide(decide.Case{
			Contract: decide.Contract{Contract: contract, Cutover: enforcer.Cutover{PassedAt: day(3, 27)}}, Evaluation: ev,
			Recorded: unrecorded, Last: c.last,
		}).Decisions {
			if d.Key.Step == "warn" && d.State != c.want {
				t.Errorf("%s: the warning of %s is %s, want %s", name, d.Moment, d.State, c.want)
			}
		}
	}
}

// TestFactsNameTheirEvents: what a verdict rests on names the events of its pauses and of its moved date.
func TestFactsNameTheirEvents(t *testing.T) {
	w := newWorld(t, request(t), "10:40")
	c := &w.c.Evaluation.Cycles[1]
	c.Pauses = []enforcer.Pause{{Event: "journal:2"}, {Event: "journal:3"}}
	c.Moves = []enforcer.Move{{Event: "journal:4"}}
	v := (&decide.Finding{Case: w.c}).Verdicts()[1]
	if got := strings.Join(v.Facts.Events, " "); got != "created journal:2 journal:3 journal:4" || v.Moves != 1 {
		t.Errorf("rests on %s, with %d moves", got, v.Moves)
	}
}

// TestWhatCommentsKnow: the booked time, the agreed date, the plan, and when work begins.
func TestWhatCommentsKnow(t *testing.T) {
	step := &enforcer.Step{
		ID:      "s",
		Comment: &enforcer.StepComment{Audience: enforcer.Internal, Text: "warn", Names: enforcer.Management},
	}
	say := func(edit func(*enforcer.Evaluation, *enforcer.Cycle)) *enforcer.Comment {
		w := newWorld(t, request(t), "10:05")
		ev := w.c.Evaluation
		c := &ev.Cycles[0]
		c.Steps, c.EndedAt = reached(t, w.c.Contract.Contract, step, at(t, "10:00")), time.Time{}
		edit(&ev, c)
		return decide.Steps(ev, unrecorded, enforcer.Cutover{})[0].Changes.Comment
	}
	plain := say(func(*enforcer.Evaluation, *enforcer.Cycle) {})
	if !plain.BeginBy.Equal(at(t, "10:20")) || plain.Names != enforcer.Management || plain.Spent != 0 ||
		plain.Date != "" || plain.Plan != "" || plain.Severity["en"] != "critical failure" {
		t.Errorf("plainly: %+v", plain)
	}
	if c := say(func(ev *enforcer.Evaluation, _ *enforcer.Cycle) {
		ev.Cycles[1].EndedAt = at(t, "10:04")
	}); !c.BeginBy.IsZero() {
		t.Errorf("work has begun, and will begin by %s", c.BeginBy)
	}
	if c := say(func(_ *enforcer.Evaluation, c *enforcer.Cycle) { c.Due = at(t, "10:05") }); !c.BeginBy.IsZero() {
		t.Errorf("a moment that has passed is promised: %s", c.BeginBy)
	}
	c := say(func(_ *enforcer.Evaluation, c *enforcer.Cycle) {
		rule := *c.Rule
		rule.AtMost = 30 * time.Minute
		c.Rule, c.Work, c.WorkBy = &rule, &enforcer.Work{Spent: time.Hour, On: "2026-03-15"}, enforcer.Person{ID: "20"}
	})
	if c.Spent != time.Hour || c.AtMost != 30*time.Minute || c.By != "20" || c.Date != "2026-03-15" {
		t.Errorf("of booked time: %+v", c)
	}
	c = say(func(_ *enforcer.Evaluation, c *enforcer.Cycle) {
		rule := *c.Rule
		rule.On = enforcer.DueDate
		c.Rule, c.Date, c.Moves = &rule, "2026-03-20", make([]enforcer.Move, 2)
	})
	if c.Date != "2026-03-20" || c.Moves != 2 {
		t.Errorf("of a date: %+v", c)
	}
	if c := say(func(ev *enforcer.Evaluation, _ *enforcer.Cycle) { ev.State.NeedsPlan = "paid" }); c.Plan != "paid" {
		t.Errorf("of a plan: %+v", c)
	}
	if c := say(func(ev *enforcer.Evaluation, _ *enforcer.Cycle) {
		ev.State.NeedsPlan, ev.Contract.Plan = "paid", "paid"
	}); c.Plan != "" {
		t.Errorf("of the plan that it has: %+v", c)
	}
	next := func(c *enforcer.Comment) string {
		var out []string
		for _, n := range c.Next {
			out = append(out, n.ID+" "+n.At.Format("15:04")+" "+string(n.Role))
		}
		return strings.Join(out, ", ")
	}
	want := "respond 10:20 support, involve-developers 12:00 , inform-management 14:00 "
	if got := next(plain); got != want {
		t.Errorf("next: %s, want %s", got, want)
	}
	c = say(func(ev *enforcer.Evaluation, _ *enforcer.Cycle) {
		ev.Cycles[1].State, ev.Cycles[2].EndedAt = enforcer.Paused, at(t, "10:04")
	})
	if got, want := next(c), "inform-management 14:00 , progress-update 10:00 support"; got != want {
		t.Errorf("next: %s, want %s", got, want)
	}
}
