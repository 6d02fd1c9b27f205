package engine_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"slabridge/enforcer"
	"slabridge/enforcer/calendar"
	"slabridge/enforcer/engine"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/report"
)

// One truth in every view: over random requests, acts of people, outages and moments, what explain says of a cycle
// and of its steps is what plan, status, the report and the ledger say; what was said at a moment is said of that
// moment later; and a mirror that is read all at once says what one says that was read pass by pass.
func TestViewsAgree(t *testing.T) {
	seeds := 4
	if stride > 1 {
		seeds = 2
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			d := newDesk(t, uint64(seed))
			for range 40 {
				d.live()
			}
			d.remembers()
			d.rereads()
		})
	}
}

// desk is a support desk on which things happen at random.
type desk struct {
	*world
	dice   *rand.Rand
	issues []int
	said   map[string]map[int]string // by moment, what was said of each issue
	line   time.Time                 // of the first pass: what was over by then is not kept in the ledger
}

func newDesk(t *testing.T, seed uint64) *desk {
	d := openDesk(t, seed)
	for range d.dice.IntN(3) { // a tracker with a past
		d.receive()
		d.wait(300)
	}
	d.do(d.syncOnly())
	d.agree(false)
	return d
}

func openDesk(t *testing.T, seed uint64, opts ...option) *desk {
	d := &desk{said: map[string]map[int]string{}}
	d.dice = rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // a story, not a secret
	d.world = freshWorld(t, at("2026-03-12 09:00"), opts...)
	return d
}

// wait lets some minutes go by.
func (d *desk) wait(minutes int) {
	d.set(d.now().Add(time.Duration(1+d.dice.IntN(minutes)) * time.Minute))
}

func (d *desk) receive() {
	d.issues = append(d.issues, d.issue([]string{"critical", "", "minor"}[d.dice.IntN(3)], "Something is wrong"))
}

// live lets time go by, somebody act, and slabridge look, each or none of it; then every view is asked.
func (d *desk) live() {
	d.t.Helper()
	d.wait([]int{5, 40, 200, 1500}[d.dice.IntN(4)])
	if d.dice.IntN(4) == 0 || len(d.issues) == 0 {
		d.receive()
	} else {
		d.somebodyActs(d.issues[d.dice.IntN(len(d.issues))])
	}
	d.look()
}

// look lets slabridge look, or not, and asks every view.
func (d *desk) look() {
	d.t.Helper()
	switch d.dice.IntN(4) {
	case 0: // nobody looks
	case 1:
		d.do(d.syncOnly())
		d.agree(false)
	default:
		d.pass()
		if d.line.IsZero() {
			d.line = d.now()
		}
		d.agree(true)
		d.note()
	}
}

func (d *desk) somebodyActs(id int) {
	d.t.Helper()
	staff := []string{"support1", "support2", "dev1"}[d.dice.IntN(3)]
	var err error
	switch d.dice.IntN(9) {
	case 0:
		_, err = d.sim.As("customer1").Comment(id, "How is it going?")
	case 1, 2:
		_, err = d.sim.As(staff).Comment(id, "We are on it.")
	case 3:
		err = d.sim.As(staff).SetStatus(id, []string{"In Progress", "Feedback"}[d.dice.IntN(2)])
	case 4:
		err = d.sim.As("support1").SetStatus(id, "Resolved")
	case 5:
		err = d.sim.As("support1").SetStatus(id, "In Progress")
	case 6:
		err = d.sim.As("support1").Assign(id, staff)
	case 7:
		err = d.sim.As("support1").SetField(id, "Severity", []string{"critical", "non-critical", "minor"}[d.dice.IntN(3)])
	default:
		_, err = d.sim.As(staff).PrivateNote(id, "Between us.")
	}
	d.do(err)
}

// agree asks every view and holds them together; passed says that a pass was just made.
func (d *desk) agree(passed bool) {
	d.t.Helper()
	ctx := context.Background()
	now := d.now()
	plans, err := d.engine.Plan(ctx, time.Time{})
	d.do(err)
	planned := map[enforcer.StepKey]enforcer.EntryState{}
	for _, e := range plans[0].Entries {
		if e.Key.Issue != "" { // what is planned of the contract as a whole has no issue yet that could be explained
			planned[e.Key] = e.State
		}
	}
	items, err := d.engine.Running(ctx, time.Time{})
	d.do(err)
	open := map[string]enforcer.AgendaCycle{}
	for _, c := range report.OpenCycles(items) {
		open[c.Item.Contract+" "+c.Item.Issue+" "+c.Obligation+" "+c.ID] = c.AgendaCycle
	}
	reported, judged := d.reported(time.Time{}), d.latest()
	for _, id := range d.issues {
		for _, x := range d.explains(id, time.Time{}) {
			for i := range x.Evaluation.Cycles {
				c := &x.Evaluation.Cycles[i]
				name := fmt.Sprintf("%s %d %s %s", x.Contract.ID, id, c.Obligation.ID, c.ID)
				d.holdSteps(name, c, &x, planned)
				running, ok := open[name]
				if d.longOver(&x, c) {
					if _, v := judged[name]; ok || v {
						d.wrong("%s was over before anybody watched, and is listed or judged", name)
					}
					continue
				}
				goesOn := c.EndedAt.IsZero() && c.State != enforcer.Ended
				if ok != goesOn || ok && (running.State != c.State || !running.Due.Equal(c.Due)) {
					d.wrong("%s: explain says %s, due %s, ended %s; status %v %+v", name, c.State, c.Due, c.EndedAt, ok, running)
				}
				if c.Obligation.NoVerdict {
					continue
				}
				want := verdictOf(c)
				if got := reported[name]; got != want {
					d.wrong("%s: explain says %s, the report %s", name, want, got)
				}
				if v, ok := judged[name]; passed && c.State != enforcer.Running && c.State != enforcer.Paused &&
					(c.EndedAt.IsZero() || !c.EndedAt.Before(d.line)) {
					if !ok || v != want {
						d.wrong("%s: explain says %s, the ledger %s", name, want, v)
					}
				}
			}
		}
	}
	for k := range planned {
		d.wrong("at %s plan lists %+v, which explain does not know", now, k)
	}
}

// longOver reports whether the cycle was broken, and its request solved for good, before anybody watched.
func (d *desk) longOver(x *engine.Explanation, c *enforcer.Cycle) bool {
	line := d.line
	if line.IsZero() {
		line = d.now()
	}
	moments := x.Evaluation.Request.Moments
	i := len(moments)
	for i > 0 && !moments[i-1].State.Status.Open() {
		i--
	}
	return c.EndedAt.IsZero() && c.State == enforcer.Breached && c.Due.Before(line) &&
		i < len(moments) && moments[i].At.Before(line)
}

// holdSteps holds the steps of a cycle in explain against plan, and takes them out of what is planned.
func (d *desk) holdSteps(
	name string, c *enforcer.Cycle, x *engine.Explanation, planned map[enforcer.StepKey]enforcer.EntryState,
) {
	d.t.Helper()
	for _, s := range c.Steps {
		k := enforcer.StepKey{
			Connection: "helpdesk", Issue: x.Evaluation.Request.Issue, Contract: x.Contract.ID,
			Obligation: c.Obligation.ID, Cycle: c.ID, Step: s.Step.ID,
		}
		is := report.StepState(c, s, x.Steps[k], x.Evaluation.Now)
		will, listed := planned[k]
		delete(planned, k)
		pending := slices.Contains([]string{"intended", "waiting", "held"}, is)
		if pending != listed || listed && is != string(will) {
			d.wrong("%s/%s: explain says %q, plan %q", name, s.Step.ID, is, will)
		}
		if is == report.StepToCome && s.At.Before(d.now()) {
			d.wrong("%s/%s is to come at %s", name, s.Step.ID, s.At)
		}
		told := c.EndWhy == enforcer.PastDate || s.Step.Trigger.Answered
		if listed && c.State == enforcer.Cancelled && !told { // what such an end itself calls for is written after it
			d.wrong("%s/%s is planned, of a cycle that is cancelled", name, s.Step.ID)
		}
	}
}

func (d *desk) wrong(format string, args ...any) {
	d.t.Helper()
	d.t.Errorf("at %s "+format, append([]any{d.now().In(almaty).Format(time.DateTime)}, args...)...)
}

func (d *desk) explains(id int, when time.Time) []engine.Explanation {
	d.t.Helper()
	x, err := d.engine.Explain(context.Background(), fmt.Sprint(id), when)
	if err != nil { // it came after the last reading
		return nil
	}
	return slices.DeleteFunc(x, func(x engine.Explanation) bool { return x.Contract == nil })
}

// verdictOf is what a cycle came to, in the words of this test: nothing of a paused one but that it runs.
func verdictOf(c *enforcer.Cycle) string {
	state := c.State
	if state == enforcer.Paused {
		state = enforcer.Running
	}
	end := "-"
	if !c.EndedAt.IsZero() {
		end = c.EndedAt.In(almaty).Format(time.DateTime)
	}
	return fmt.Sprintf("%s, ended %s", state, end)
}

// reported is what the reports over all the time say of each cycle.
func (d *desk) reported(when time.Time) map[string]string {
	d.t.Helper()
	ctx := context.Background()
	day := func(day int) calendar.Date { return calendar.Date{Year: 2026, Month: 3, Day: day} }
	out := map[string]string{}
	for i := range d.cfg.Contracts {
		contract := d.cfg.Contracts[i].Contract
		q := report.Question{Connection: "helpdesk", Contract: contract, Now: d.now(), Past: !when.IsZero()}
		q.Period = report.NewPeriod(day(1), day(1).AddDays(300), almaty)
		f, err := q.Read(ctx, d.ledger)
		d.do(err)
		f.Running, err = d.engine.Running(ctx, when)
		d.do(err)
		f.Survey, err = d.engine.Survey(ctx, contract.ID, q.Period.Start, q.Period.End, when)
		d.do(err)
		for _, o := range report.Make(f, "en").Obligations {
			for _, c := range o.Cycles {
				end := "-"
				if c.Ended != nil {
					end = c.Ended.In(almaty).Format(time.DateTime)
				}
				out[contract.ID+" "+c.Issue+" "+o.ID+" "+c.ID] = fmt.Sprintf("%s, ended %s", c.State, end)
			}
		}
	}
	return out
}

// latest is what the ledger has last of each cycle.
func (d *desk) latest() map[string]string {
	d.t.Helper()
	out := map[string]string{}
	for v, err := range d.ledger.Verdicts(context.Background(), ledger.VerdictFilter{}) {
		d.do(err)
		end := "-"
		if !v.EndedAt.IsZero() {
			end = v.EndedAt.In(almaty).Format(time.DateTime)
		}
		out[v.Contract+" "+v.Issue+" "+v.Obligation+" "+v.Cycle] = fmt.Sprintf("%s, ended %s", v.State, end)
	}
	return out
}

// story is everything that explain says of an issue's cycles.
func (d *desk) story(id int, when time.Time) string {
	d.t.Helper()
	var out []string
	for _, x := range d.explains(id, when) {
		for i := range x.Evaluation.Cycles {
			c := &x.Evaluation.Cycles[i]
			due := c.Due.In(almaty).Format(time.DateTime)
			out = append(out, fmt.Sprintf("%s %s %s: %s, due %s", x.Contract.ID, c.Obligation.ID, c.ID, verdictOf(c), due))
		}
	}
	return strings.Join(out, "\n")
}

// note keeps what is said now, for remembers.
func (d *desk) note() {
	d.t.Helper()
	said := map[int]string{}
	for _, id := range d.issues {
		said[id] = d.story(id, time.Time{})
	}
	d.said[d.now().In(almaty).Format(time.DateTime)] = said
	d.set(d.now().Add(2 * time.Minute)) // what slabridge wrote in this pass is of this moment
}

// remembers holds what is said of the noted moments now against what was said then.
func (d *desk) remembers() {
	d.t.Helper()
	for _, moment := range slices.Sorted(maps.Keys(d.said)) {
		for id, then := range d.said[moment] {
			if now := d.story(id, at(moment)); now != then {
				d.t.Errorf("of issue %d explain said at %s\n%s\nand says of that moment now\n%s", id, moment, then, now)
			}
		}
	}
}

// rereads reads the whole mirror anew.
func (d *desk) rereads() {
	d.t.Helper()
	d.do(d.syncOnly())
	before := map[int]string{}
	for _, id := range d.issues {
		before[id] = d.story(id, time.Time{})
	}
	d.do(d.mirror.Wipe(context.Background(), "helpdesk"))
	_, err := d.engine.Sync(context.Background(), engine.SyncOptions{Full: true})
	d.do(err)
	for _, id := range d.issues {
		if after := d.story(id, time.Time{}); after != before[id] {
			d.t.Errorf("of issue %d explain says\n%s\nand, read all at once,\n%s", id, before[id], after)
		}
	}
}
