package enforcer

import (
	"slices"
	"time"
)

// question is what a request asks of the customer after a moment. A request may wait for the customer although nobody
// asked anything: then the customer is not reminded, and the request is not closed because an answer is missing (endocs
// п. 2.7).
type question struct {
	at      time.Time // of the question that is open while the request waits; zero: there is none
	unasked bool      // it was made to wait without a question, and nobody has spoken since
	begins  bool      // one of both begins at this moment
}

// questions tells, for each moment, what is asked of the customer then; nil where no obligation needs to know.
//
// A question is a public word of staff: with the change to the status class that waits for the customer, in that class,
// or within one working hour before it. It is open until the customer speaks or the request is resolved; one that is
// still open counts in a later stretch of waiting as well.
func questions(c *Contract, moments []Moment) []question {
	if !slices.ContainsFunc(c.Obligations, func(o Obligation) bool {
		return o.Start.Word == WordAsked || o.Start.Word == WordUnasked || o.StopsWith(WordAsked) || o.StopsWith(WordUnasked)
	}) {
		return nil
	}
	out := make([]question, len(moments))
	var open, told time.Time // the question, and the last public word of staff that nothing has answered
	var was question
	for i := range moments {
		m := &moments[i]
		waits := m.State.Status == WaitingCustomer
		entered := waits && (i == 0 || moments[i-1].State.Status != WaitingCustomer)
		spoke := m.Note == Public && m.noteRole().Staff()
		answered := m.answers() || !m.State.Status.Open()
		switch {
		case answered:
			open, told = time.Time{}, time.Time{}
		case spoke:
			told = m.At
		}
		asks, unknown := waits && spoke, error(nil)
		if entered && !asks && told.After(open) {
			asks, unknown = within(c, told, m.At, tellingTime)
		}
		if asks {
			open = told
		}
		var q question
		if waits {
			q.at = open
			// if the calendar cannot tell whether that was a question, the request does not count as waiting unasked
			q.unasked = open.IsZero() && !answered && (entered && unknown == nil || was.unasked)
			q.begins = entered || !q.at.IsZero() && was.at.IsZero()
		}
		out[i], was = q, q
	}
	return out
}

// answers reports whether the moment is a word of the customer's: a note, or a file.
func (m *Moment) answers() bool {
	return m.Note != "" && m.noteRole() == Customer || m.Attached && m.By.Role == Customer
}

// within reports whether no more working time than d lies between two moments.
func within(c *Contract, from, to time.Time, d time.Duration) (bool, error) {
	if to.Sub(from) <= d { // then working time is no more either
		return true, nil
	}
	passed, err := c.Calendar.Elapsed(from, to)
	return err == nil && passed <= d, err
}

// closings marks where slabridge itself closed the request because the customer did not answer, and takes the
// customer's next word in it as a reopening: whatever the tracker's status, the request counts as being worked on until
// somebody sets one. It gives the moments to judge by; those given stay as they are.
func closings(c *Contract, moments []Moment) []Moment {
	steps := closingSteps(c)
	if steps == nil {
		return moments
	}
	out := moments
	said, silent := false, false // our step has commented; it has closed the request, and nobody has reopened it
	for i := range moments {
		m := &moments[i]
		ours := m.By.Role == Bot
		said = ours && (said || slices.ContainsFunc(m.Steps, func(s string) bool { return slices.Contains(steps, s) }))
		switch {
		case said && !m.State.Status.Open() && !silent:
			if &out[0] == &moments[0] {
				out = slices.Clone(moments)
			}
			out[i].Silence, silent = true, true
		case !silent:
		case m.State.Status.Open(): // reopened in the tracker itself
			silent = false
		case m.answers() && m.Note != Internal:
			for j := i; j < len(out) && (j == i || !out[j].StatusSet); j++ {
				out[j].State.Status = Working
			}
			silent = false
		}
	}
	return out
}

// closingSteps are the steps, "obligation/step", of all versions that close a request.
func closingSteps(c *Contract) []string {
	var out []string
	for _, v := range c.versions() {
		for i := range v.Obligations {
			for _, r := range v.Obligations[i].Rules {
				for _, s := range r.Steps {
					if id := v.Obligations[i].ID + "/" + s.ID; s.Action == ActionClose && !slices.Contains(out, id) {
						out = append(out, id)
					}
				}
			}
		}
	}
	return out
}
