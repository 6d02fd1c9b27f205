package enforcer

import (
	"slices"
	"time"
)

// coveragePeriod is one stay of a request under a contract.
type coveragePeriod struct {
	first   int       // the place of its first moment among the request's
	moments []Moment  // from the one that brought it in to the one that took it out, inclusive
	entry   int       // the place among them of the move by staff that brought it in, while the notice is older; else 0
	start   time.Time // when the request counts as received
	left    bool      // the last moment took it out
	outside bool      // received outside the contract's validity: it has no promises, and is not the contract's
}

// coveragePeriods splits a request into its stays under the contract. Received within the contract's validity it stays
// to the end; moved in from elsewhere it is received at that moment, but by staff within its project the notice is the
// one that was first there. With outsiders the stays are given too that no version of the contract is valid for, unless
// another contract has the request.
func (c *Contract) coveragePeriods(r *Request, moments []Moment, outsiders bool) []coveragePeriod {
	var out []coveragePeriod
	in, entry, place := -1, 0, 0 // place: where the request came into its project
	stay := func(end int, left bool) {
		start := receivedAt(r, in, moments[in])
		valid := start
		t := coveragePeriod{first: in, moments: moments[in:end], start: start, left: left}
		if entry > in {
			t.entry, valid = entry-in, moments[entry].At
			t.moments = asEntered(t.moments, t.entry)
		}
		t.outside = !c.valid(valid)
		if !t.outside || outsiders && !r.Elsewhere && !c.everValid(valid) {
			out = append(out, t)
		}
	}
	for i, m := range moments {
		if i > 0 && !samePlace(moments, i) {
			place = i
		}
		switch {
		case in < 0 && m.State.Covered:
			in, entry = i, i
			if i > 0 && samePlace(moments, i) && m.By.Role.Staff() {
				in = place
			}
		case in >= 0 && !m.State.Covered:
			stay(i+1, true)
			in = -1
		}
	}
	if in >= 0 {
		stay(len(moments), false)
	}
	return out
}

// everValid reports whether some version of the contract is valid at t.
func (c *Contract) everValid(t time.Time) bool {
	return slices.ContainsFunc(c.versions(), func(v *Contract) bool { return v.valid(t) })
}

func receivedAt(r *Request, i int, m Moment) time.Time {
	if i == 0 && !r.ReceivedAt.IsZero() {
		return r.ReceivedAt
	}
	return m.At
}

func (c *Contract) valid(t time.Time) bool {
	return !t.Before(c.ValidFrom) && (c.ValidTo.IsZero() || t.Before(c.ValidTo))
}

// Correction is a resolution that does not count: staff took it back within a working hour, or later if the customer
// had never been told of it, or the admin chose to treat every reopening so.
type Correction struct {
	Resolved, Reopened time.Time
	ResolvedBy         string // the tracker's event
	Event              string // the tracker's, of the reopening
	By                 Person // who resolved it
	// Silent: nobody told the customer of the resolution, with it, since, or within the working hour before.
	Silent bool
}

// correct removes the resolutions that do not count. It returns the moments to judge by, for each when a later
// correction revived it (zero for most), and the corrections.
func (c *Contract) correct(moments []Moment) (
	corrected []Moment, revived map[int]time.Time, list []Correction, unsure doubt,
) {
	if c.Reopen == "restart" {
		return moments, nil, nil, doubt{}
	}
	out := moments
	for i := 1; i < len(out); i++ {
		if !out[i-1].State.Status.Open() || out[i].State.Status.Open() {
			continue
		}
		j := i + 1
		for j < len(out) && !out[j].State.Status.Open() {
			j++
		}
		if j == len(out) {
			break
		}
		silent, err := untold(c, out[:j], i)
		took, err := c.takesBack(out[i:j+1], silent, err)
		if err != nil && unsure.why == nil {
			unsure = doubt{since: out[i].At, why: err}
		}
		if !took {
			i = j
			continue
		}
		if revived == nil {
			out, revived = slices.Clone(moments), make(map[int]time.Time)
		}
		list = append(list, Correction{
			Resolved: out[i].At, Reopened: out[j].At, ResolvedBy: out[i].Event, Event: out[j].Event, By: out[i].By,
			Silent: silent,
		})
		before := out[i-1].State.Status
		for k := i; k < j; k++ {
			out[k].State.Status, out[k].StatusSet, out[k].Duplicate = before, false, false
			revived[k] = out[j].At
		}
		out[j].StatusSet = out[j].State.Status != before
		i = j
	}
	return out, revived, list, unsure
}

// doubt is a resolution from which on it is not known whether its reopening was a correction, and the reason.
type doubt struct {
	since time.Time
	why   error
}

// untold reports whether the provider resolved the request at moment i and did not tell the customer until it was
// reopened, which is the last moment. An error says that the calendar cannot tell.
func untold(c *Contract, moments []Moment, i int) (bool, error) {
	resolution := &moments[i]
	if resolution.By.Role == Customer || resolution.Silence {
		return false, nil
	}
	tells := func(m Moment) bool { return m.Note == Public && m.noteRole().Staff() }
	if slices.ContainsFunc(moments[i:], tells) {
		return false, nil
	}
	for k := i - 1; k >= 0 && resolution.At.Sub(moments[k].At) < 31*24*time.Hour; k-- {
		if tells(moments[k]) {
			told, err := within(c, moments[k].At, resolution.At, tellingTime)
			return !told && err == nil, err
		}
	}
	return true, nil
}

// takesBack reports whether the last moment, which reopens the request that the first one resolved, is a correction.
// What nobody in particular reopens counts as the customer's doing if he spoke since, else as staff's. unknown is why
// it is not known whether the resolution was silent.
func (c *Contract) takesBack(moments []Moment, silent bool, unknown error) (bool, error) {
	resolution, reopening := &moments[0], &moments[len(moments)-1]
	if c.Reopen == "continue" {
		return true, nil
	}
	answers := func(m Moment) bool { return m.answers() }
	if reopening.By.Role == Customer || !reopening.By.Role.Staff() && slices.ContainsFunc(moments[1:], answers) {
		return false, nil
	}
	if silent || reopening.At.Sub(resolution.At) <= correctionTime { // then working time is within it too
		return true, nil
	}
	passed, err := c.Calendar.Elapsed(resolution.At, reopening.At)
	if err == nil && passed > correctionTime { // only silence could still make it one
		err = unknown
	}
	return err == nil && passed <= correctionTime, err
}
