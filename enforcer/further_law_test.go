package enforcer_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"slabridge/config"
	"slabridge/enforcer"
	"slabridge/enforcer/calendar"
)

// everything is every preset with all of its obligations on, and a plan where the text knows plans; odd draws pause.
var everything = sync.OnceValue(func() []*enforcer.Contract {
	var out []*enforcer.Contract
	for i := range 2 {
		for _, c := range config.Presets() {
			for j := range c.Obligations {
				o := &c.Obligations[j]
				o.Off, o.Inert = false, nil
				if i == 1 && o.Kind == enforcer.Timer {
					o.Pause = []enforcer.StatusClass{enforcer.WaitingCustomer}
				}
			}
			if len(c.Plans) > 0 {
				c.Plan = c.Plans[0]
			}
			out = append(out, c)
		}
	}
	return out
})

// drawStory makes a request of any history in which people do whatever the contract speaks of: besides notes and
// statuses due dates, fields with and without moments, attachments, booked time, and slabridge's own steps.
func drawStory(t *rapid.T, c *enforcer.Contract) enforcer.Request {
	r := drawRequest(t)
	severities, fields := []string{}, fieldsOf(c)
	for _, s := range c.Severities {
		severities = append(severities, s.ID)
	}
	severity := rapid.SampledFrom(severities)
	now := severity.Draw(t, "first severity")
	var dueDate string
	var dueDateBy enforcer.Person
	filled, times, attached := map[string]string{}, map[string]time.Time{}, []string{}
	for i := range r.Moments {
		m := &r.Moments[i]
		switch rapid.IntRange(0, 9).Draw(t, "story") {
		case 0:
			now = severity.Draw(t, "severity")
		case 1, 2:
			dueDate, dueDateBy = m.At.AddDate(0, 0, rapid.IntRange(-2, 9).Draw(t, "days")).Format(time.DateOnly), m.By
		case 3:
			dueDate, dueDateBy = "", m.By
		case 4:
			m.Work = &enforcer.Work{
				Activity: "phone-consultation",
				Spent:    time.Duration(rapid.IntRange(0, 90).Draw(t, "spent")) * time.Minute, On: m.At.Format(time.DateOnly),
			}
		case 5:
			m.Attached, attached = true, []string{"cause-report"}
		case 6, 7:
			if len(fields) == 0 {
				continue
			}
			field := rapid.SampledFrom(fields).Draw(t, "field")
			filled, times = maps.Clone(filled), maps.Clone(times)
			if filled[field] == "" {
				filled[field] = "yes"
				times[field] = m.At.Add(time.Duration(rapid.IntRange(-300, 60).Draw(t, "minutes")) * time.Minute)
			} else {
				delete(filled, field)
				delete(times, field)
			}
		case 8:
			if m.By.Role == enforcer.Bot && m.Note == enforcer.Public {
				m.Steps = []string{"await-answer/warn-4bd"}
			}
		}
		m.State.Severity, m.State.DueDate, m.State.DueDateBy = now, dueDate, dueDateBy
		m.State.Fields, m.State.Times, m.State.Attached = filled, times, attached
	}
	return r
}

// fieldsOf are the mapped fields that the contract's conditions speak of.
func fieldsOf(c *enforcer.Contract) []string {
	out := []string{enforcer.FieldAgreedDue}
	for i := range c.Obligations {
		o := &c.Obligations[i]
		for _, cond := range slices.Concat([]enforcer.Condition{o.Start}, o.Stop, o.Accept) {
			if cond.Field != "" && !slices.Contains(out, cond.Field) {
				out = append(out, cond.Field)
			}
		}
	}
	return out
}

func drawContract(t *rapid.T) *enforcer.Contract {
	return rapid.SampledFrom(everything()).Draw(t, "contract")
}

func drawNow(t *rapid.T, r *enforcer.Request) time.Time {
	return r.CreatedAt.Add(time.Duration(rapid.IntRange(0, 40*86400).Draw(t, "now")) * time.Second)
}

// whole holds segments to be the time from one moment to another without a gap, each with a name.
func whole(t *rapid.T, what string, list []enforcer.Segment, from, to time.Time) {
	if !to.After(from) {
		if len(list) > 0 {
			t.Fatalf("%s has no time and %d segments", what, len(list))
		}
		return
	}
	if len(list) == 0 {
		t.Fatalf("%s has no segment from %s to %s", what, from, to)
	}
	at := from
	for i, s := range list {
		switch {
		case !s.From.Equal(at):
			t.Fatalf("%s: segment %d begins at %s, the one before ended at %s", what, i, s.From, at)
		case !s.To.After(s.From):
			t.Fatalf("%s: segment %d, %s, ends at %s where it began", what, i, s.Kind, s.To)
		case s.Name["ru"] == "" || s.Name["en"] == "" || s.Kind == "":
			t.Fatalf("%s: segment %d has no name: %+v", what, i, s)
		case i > 0 && s.Kind == list[i-1].Kind && cmp.Equal(s.Name, list[i-1].Name) && s.Cause == list[i-1].Cause &&
			s.Holder == list[i-1].Holder:
			t.Fatalf("%s: segments %d and %d are one: %+v", what, i-1, i, s)
		}
		at = s.To
	}
	if !at.Equal(to) {
		t.Fatalf("%s ends at %s, want %s", what, at, to)
	}
}

// TestSegmentsAreTheWholeTime: every second of a cycle, and of the request, lies in one named segment; pauses lie
// within the cycle, and what counts is what elapsed.
func TestSegmentsAreTheWholeTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawContract(t)
		r := drawStory(t, c)
		ev := evaluate(t, c, r, drawNow(t, &r))
		timeline := ev.Timeline()
		whole(t, "the request", timeline, r.ReceivedAt, ev.Now)
		for _, s := range timeline {
			if s.Holder == "" {
				t.Fatalf("nobody holds the request in %+v", s)
			}
		}
		for i := range ev.Cycles {
			cycle := &ev.Cycles[i]
			name := cycle.Obligation.ID + " " + cycle.ID
			list := ev.Segments(cycle)
			whole(t, name, list, cycle.StartedAt, ev.Now)
			end := cycle.EndedAt
			if end.IsZero() {
				end = ev.Now
			}
			var counted time.Duration
			plain := true
			for _, s := range list {
				plain = plain && s.Kind != enforcer.SegmentCutoff
				if s.Kind == enforcer.SegmentCounting {
					counted += s.To.Sub(s.From)
				}
			}
			for _, p := range cycle.Pauses {
				if p.From.Before(cycle.StartedAt) || p.To.After(end) {
					t.Fatalf("%s from %s to %s pauses from %s to %s", name, cycle.StartedAt, end, p.From, p.To)
				}
			}
			if cycle.Rule.Within != nil && plain && counted != cycle.Elapsed {
				t.Fatalf("%s: %s elapsed, and the segments count %s", name, cycle.Elapsed, counted)
			}
		}
	})
}

// TestEvaluateKnowsNoLater: an evaluation as of a moment is that of the history up to it, and the same again.
func TestEvaluateKnowsNoLater(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawContract(t)
		r := drawStory(t, c)
		now := drawNow(t, &r)
		prefix := r
		prefix.Moments = nil
		for _, m := range r.Moments {
			if !m.At.After(now) {
				prefix.Moments = append(prefix.Moments, m)
			}
		}
		full := evaluate(t, c, r, now)
		for name, other := range map[string]enforcer.Evaluation{
			"the history up to now": evaluate(t, c, prefix, now),
			"the same":              evaluate(t, c, r, now),
		} {
			if a, b := outcomes(full.Cycles), outcomes(other.Cycles); !slices.Equal(a, b) {
				t.Fatalf("%s gives other cycles:\n%s\nwant\n%s", name, strings.Join(b, "\n"), strings.Join(a, "\n"))
			}
			if !full.Next.Equal(other.Next) {
				t.Fatalf("%s gives %s as the next moment, not %s", name, other.Next, full.Next)
			}
		}
	})
}

// outcomes tells all that an evaluation says of cycles.
func outcomes(cycles []enforcer.Cycle) []string {
	out := make([]string, len(cycles))
	for i := range cycles {
		c := &cycles[i]
		out[i] = fmt.Sprint(c.Obligation.ID, c.ID, c.Ordinal, c.Severity, c.State, c.StartedAt, c.CountsFrom, c.Due,
			c.DueNote, c.EndedAt, c.EndEvent, c.EndBy, c.EndWhy, c.Elapsed, c.Remaining, c.Pauses, c.BreachedBefore, c.Moves)
		for _, why := range c.DueWhy() {
			out[i] += fmt.Sprint(why.Code, why.At, why.Amount, why.Text("en"))
		}
		for _, s := range c.Steps {
			out[i] += fmt.Sprint(s.Step.ID, s.At, s.FiresAt())
		}
	}
	return out
}

// TestDatesMoveLaterOnlyByAgreement: without a word of the customer's, and without a field that says so, no date that
// staff gives makes the due of a cycle later.
func TestDatesMoveLaterOnlyByAgreement(t *testing.T) {
	c := everything()[slices.IndexFunc(everything(), func(c *enforcer.Contract) bool { return c.ID == "vendor-kz" })]
	rapid.Check(t, func(t *rapid.T) {
		r := drawStory(t, c)
		for i := range r.Moments {
			m := &r.Moments[i]
			if m.By.Role == enforcer.Customer && i > 0 {
				m.By = enforcer.Person{ID: "support", Role: enforcer.Support}
			}
			m.OnBehalf = false
			m.State.Severity, m.State.Covered = "fault", true
			m.State.DueDateBy = enforcer.Person{ID: "support", Role: enforcer.Support}
			m.State.Fields, m.State.Times = nil, nil
		}
		first := map[string]time.Time{}
		for now := r.CreatedAt; now.Before(r.CreatedAt.AddDate(0, 0, 20)); now = now.Add(19 * time.Hour) {
			for _, cycle := range evaluate(t, c, r, now).Cycles {
				if cycle.Obligation.ID != "keep-agreed-date" {
					continue
				}
				was, known := first[cycle.ID]
				if known && cycle.Due.After(was) {
					t.Fatalf("cycle %s was due at %s, and at %s is due at %s: moves %+v", cycle.ID, was, now, cycle.Due, cycle.Moves)
				}
				first[cycle.ID] = cycle.Due
			}
		}
	})
}

// TestClosingNeedsItsNotice: a request is closed for want of an answer only after the customer was told, and then only
// when what was left of the term then has passed.
func TestClosingNeedsItsNotice(t *testing.T) {
	c := everything()[slices.IndexFunc(everything(), func(c *enforcer.Contract) bool { return c.ID == "endocs" })]
	rapid.Check(t, func(t *rapid.T) {
		r := drawStory(t, c)
		ev := evaluate(t, c, r, drawNow(t, &r))
		for _, cycle := range ev.Cycles {
			if cycle.Obligation.ID != "await-answer" {
				continue
			}
			end := ev.Now
			if !cycle.EndedAt.IsZero() {
				end = cycle.EndedAt
			}
			var told time.Time
			for _, m := range r.Moments {
				ours := slices.Contains(m.Steps, "await-answer/warn-4bd") && !m.At.Before(cycle.StartedAt) && !m.At.After(end)
				if ours && told.IsZero() && m.Event != cycle.ID {
					told = m.At
				}
			}
			closes := slices.IndexFunc(cycle.Steps, func(s enforcer.CycleStep) bool {
				return s.Step.Action == enforcer.ActionClose
			})
			fires := cycle.Steps[closes].FiresAt()
			switch {
			case told.IsZero() && !fires.After(end):
				t.Fatalf("cycle %s closes at %s without a notice", cycle.ID, fires)
			case told.IsZero():
			default:
				rest, err := c.Calendar.DueAt(told, calendar.Term{N: 1, Unit: calendar.BusinessDays}, nil)
				if err != nil {
					t.Fatal(err)
				}
				late := false
				if limit, err := c.Calendar.DueAt(cycle.StartedAt, calendar.Term{N: 4, Unit: calendar.BusinessDays},
					nil); err != nil {
					t.Fatal(err)
				} else if day, err := c.Calendar.CloseOf(calendar.DateOf(limit.In(c.Zone()))); err == nil {
					late = told.After(later(limit, day))
				}
				if late && fires.Before(rest) {
					t.Fatalf("cycle %s closes at %s, told at %s; not before %s", cycle.ID, fires, told, rest)
				}
			}
		}
	})
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// TestDeadlinesAreThoseOfARequest: what `deadline` answers is what a request of that severity, received then, is held
// to, for every obligation that begins with the receipt and has a term.
func TestDeadlinesAreThoseOfARequest(t *testing.T) {
	compared := map[string]bool{}
	rapid.Check(t, func(t *rapid.T) {
		c := drawContract(t)
		severity := rapid.SampledFrom(c.Severities).Draw(t, "severity").ID
		at := time.Date(2026, 1, 5, 0, 0, 0, 0,
			time.UTC).Add(time.Duration(rapid.IntRange(0, 200*86400).Draw(t, "received")) * time.Second)
		r := enforcer.Request{
			Connection: "test", Issue: "1", Key: "1", CreatedAt: at, ReceivedAt: at,
			Moments: []enforcer.Moment{{
				Event: "created", At: at, By: enforcer.Person{ID: "c", Role: enforcer.Customer}, StatusSet: true,
				State: enforcer.State{Covered: true, Status: enforcer.New, Severity: severity},
			}},
		}
		ev := evaluate(t, c, r, at)
		answers, err := c.Deadlines(severity, at)
		if err != nil {
			t.Fatal(err)
		}
		for _, cycle := range ev.Cycles {
			i := slices.IndexFunc(answers, func(d enforcer.Deadline) bool { return d.Obligation == cycle.Obligation })
			if i < 0 {
				t.Fatalf("%s has no deadline", cycle.Obligation.ID)
			}
			d := answers[i]
			if cycle.Obligation.Kind == enforcer.Check {
				continue
			}
			compared[c.ID+" "+d.Obligation.ID+" "+severity] = true
			if !d.Due.Equal(cycle.Due) || len(d.Steps) != len(cycle.Steps) {
				t.Fatalf("%s of %s: due %s as a deadline, %s on the request", d.Obligation.ID, c.ID, d.Due, cycle.Due)
			}
			for j, s := range cycle.Steps {
				if !d.Steps[j].At.Equal(s.At) {
					t.Fatalf("%s/%s of %s: at %s as a deadline, %s on the request", d.Obligation.ID, s.Step.ID, c.ID, d.Steps[j].At,
						s.At)
				}
			}
		}
	})
	for _, c := range config.Presets() {
		for _, o := range c.Obligations {
			for _, s := range c.Severities {
				name := fmt.Sprintf("%s %s %s", c.ID, o.ID, s.ID)
				rule := o.Rule(s.ID)
				starts := o.Start.Word == enforcer.WordReceived || o.Start.Word == enforcer.WordUnassigned
				if o.Kind == enforcer.Timer && starts && rule != nil && rule.While == nil && rule.Within != nil && !compared[name] {
					t.Errorf("%s was not compared", name)
				}
			}
		}
	}
}
