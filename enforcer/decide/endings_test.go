package decide_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slabridge/enforcer"
	"slabridge/enforcer/decide"
)

// TestReasonsOfRareSteps says, in both languages, why the steps are written or left that follow a closing or a date in
// the past, and why what a cycle called for is over in the ways in which few cycles end.
func TestReasonsOfRareSteps(t *testing.T) {
	contract := kamal(t)
	hour := at(t, "13:00")
	for _, c := range []struct {
		name string
		step enforcer.Trigger
		edit func(*enforcer.Evaluation, *enforcer.Cycle)
		want string
	}{
		{
			"the customer speaks after the closing",
			enforcer.Trigger{Answered: true},
			func(_ *enforcer.Evaluation, c *enforcer.Cycle) { c.EndedAt, c.EndWhy = at(t, "12:00"), "due" },
			"intended answered: п. 1, o: counting from 2026-03-16 12:00:00, due 2026-03-16 13:00:00: the customer answered " +
				"after the closing | п. 1, o: отсчёт с 16 марта 2026\u00a0г., 12:00, срок 16 " +
				"марта 2026\u00a0г., 13:00: " +
				"заказчик ответил после закрытия",
		},
		{
			"staff went on with it",
			enforcer.Trigger{Answered: true},
			func(_ *enforcer.Evaluation, c *enforcer.Cycle) {
				c.EndedAt, c.EndWhy, c.AnswerTaken = at(t, "12:00"), "due", at(t, "12:20")
			},
			"needless ended: done before it was written | выполнено до записи",
		},
		{
			"a date in the past",
			enforcer.Trigger{Past: true},
			func(ev *enforcer.Evaluation, c *enforcer.Cycle) {
				c.EndedAt, c.EndWhy, c.Date = at(t, "12:00"), enforcer.PastDate, "2026-03-01"
				ev.State.DueDate = "2026-03-01"
			},
			"intended past-date: п. 1, o: the date set, 2026-03-01, lies in the past | п. 1, o: указана дата " +
				"2026-03-01, она уже прошла",
		},
		{
			"a date in the past that was mended",
			enforcer.Trigger{Past: true},
			func(ev *enforcer.Evaluation, c *enforcer.Cycle) {
				c.EndedAt, c.EndWhy, c.Date = at(t, "12:00"), enforcer.PastDate, "2026-03-01"
				ev.State.DueDate = "2026-03-20"
			},
			"needless ended: the date that lay in the past was changed | дату из прошлого заменили",
		},
		{
			"it ended at its deadline, and staff went on with it",
			enforcer.Trigger{Due: true},
			func(_ *enforcer.Evaluation, c *enforcer.Cycle) {
				c.EndedAt, c.EndWhy, c.AnswerTaken = at(t, "12:10"), "due", at(t, "12:20")
			},
			"needless ended: the due passed | срок прошёл",
		},
		{
			"closed for want of an answer",
			enforcer.Trigger{},
			func(_ *enforcer.Evaluation, c *enforcer.Cycle) {
				c.EndedAt, c.EndWhy = at(t, "12:10"), "closed-by-silence"
			},
			"needless ended: the request was closed for want of an answer | обращение закрыто, потому " +
				"что ответа не было",
		},
		{
			"broken where it was moved back to",
			enforcer.Trigger{},
			func(_ *enforcer.Evaluation, c *enforcer.Cycle) {
				c.EndedAt, c.EndWhy = at(t, "12:10"), enforcer.MovedBack
			},
			"needless ended: the request was moved back, and the contract it came from has this broken | обращение " +
				"вернули, " +
				"и нарушение засчитано по договору, из которого оно пришло",
		},
		{
			"carried out",
			enforcer.Trigger{},
			func(_ *enforcer.Evaluation, c *enforcer.Cycle) {
				c.EndedAt, c.EndWhy = at(t, "12:10"), enforcer.EscalatedWhy
			},
			"needless ended: what was promised was carried out | обещанное выполнено",
		},
		{
			"it ended in the second of the step",
			enforcer.Trigger{},
			func(_ *enforcer.Evaluation, c *enforcer.Cycle) { c.EndedAt, c.EndWhy = at(t, "12:00"), "resolved" },
			"needless ended: the request is resolved | обращение решено",
		},
		{
			"it ended before",
			enforcer.Trigger{},
			func(_ *enforcer.Evaluation, c *enforcer.Cycle) { c.EndedAt, c.EndWhy = at(t, "11:59:59"), "resolved" },
			"",
		},
		{
			"a person holds it back",
			enforcer.Trigger{},
			func(ev *enforcer.Evaluation, _ *enforcer.Cycle) {
				ev.Request.HeldBy = &enforcer.Hold{Until: hour, By: "anna", Reason: "a visit"}
			},
			"held until: writes are on hold: until 2026-03-16 13:00:00, by anna: a visit | запись " +
				"приостановлена: " +
				"до 16 марта 2026\u00a0г., 13:00, anna: a visit",
		},
		{
			"a label and a person hold it back",
			enforcer.Trigger{},
			func(ev *enforcer.Evaluation, _ *enforcer.Cycle) {
				ev.Request.Hold, ev.Request.HeldBy = "label wait", &enforcer.Hold{Until: hour, By: "anna"}
			},
			"held hold: writes are on hold: label wait | запись приостановлена: label wait",
		},
		{
			"the mapping cannot read it",
			enforcer.Trigger{},
			func(_ *enforcer.Evaluation, c *enforcer.Cycle) {
				c.Unjudged = &enforcer.Fault{Why: "severity 9"}
			},
			"held mapping: the mapping cannot read the request: severity 9 | соответствие не может " +
				"прочитать обращение: критичность 9",
		},
		{
			"the calendar has no data: what begins is said all the same",
			enforcer.Trigger{},
			func(_ *enforcer.Evaluation, c *enforcer.Cycle) {
				c.Unjudged, c.Due = errors.New("no data"), time.Time{}
			},
			"intended start: п. 1, o: counting from 2026-03-16 12:00:00 | п. 1, o: отсчёт с 16 марта " +
				"2026\u00a0г., 12:00",
		},
	} {
		o := &enforcer.Obligation{ID: "o", Source: "п. 1", Kind: enforcer.Timer, Rules: []enforcer.Rule{{Always: true}}}
		step := &enforcer.Step{
			ID: "s", Trigger: c.step, Comment: &enforcer.StepComment{Audience: enforcer.Internal, Text: "text"},
		}
		ev := enforcer.Evaluation{
			Contract: contract, Request: request(t), Now: at(t, "12:30"),
			Cycles: []enforcer.Cycle{{
				Contract: contract, Obligation: o, Rule: &o.Rules[0], ID: "c", State: enforcer.Running,
				StartedAt: at(t, "12:00"), Due: hour, Steps: reached(t, contract, step, at(t, "12:00")),
			}},
		}
		c.edit(&ev, &ev.Cycles[0])
		var got []string
		for _, d := range decide.Steps(ev, unrecorded, enforcer.Cutover{}) {
			got = append(got, string(d.State)+" "+both(d.Reason))
		}
		if diff := cmp.Diff(c.want, strings.Join(got, "\n")); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
	}
}
