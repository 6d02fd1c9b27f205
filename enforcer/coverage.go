package enforcer

import (
	"slices"
	"time"
)

// correctionTime is the working time within which a reopening by staff is a correction, not a new beginning
// (CONTRACTS "Life of a cycle").
const correctionTime = time.Hour

// coveragePeriod is one stay of a request under a contract.
type coveragePeriod struct {
	moments []Moment  // from the one that brought it in to the one that took it out, inclusive
	start   time.Time // when the request counts as received
	left    bool      // the last moment took it out
	outside bool      // received outside the contract's validity: it has no promises, and is not the contract's
}

// coveragePeriods splits a request into its stays under the contract. Received within the contract's validity it stays
// to the end; moved in from elsewhere it is received at that moment. With outsiders the stays are given too that no
// version of the contract is valid for, unless another contract has the request.
func (c *Contract) coveragePeriods(r *Request, moments []Moment, outsiders bool) []coveragePeriod {
	var out []coveragePeriod
	in := -1
	stay := func(end int, left bool) {
		start := receivedAt(r, in, moments[in])
		t := coveragePeriod{moments: moments[in:end], start: start, left: left, outside: !c.valid(start)}
		if !t.outside || outsiders && !r.Elsewhere && !c.everValid(start) {
			out = append(out, t)
		}
	}
	for i, m := range moments {
		switch {
		case in < 0 && m.State.Covered:
			in = i
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

// correct takes back resolutions that were none: reopened by staff within one working hour, or any reopening
// where the admin chose "continue". It returns the moments to judge by and, for each, when a later correction
// revived it (zero for most).
func (c *Contract) correct(moments []Moment) (corrected []Moment, revived map[int]time.Time, unsure doubt) {
	if c.Reopen == "restart" {
		return moments, nil, doubt{}
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
		took, err := c.takesBack(out[i].At, out[j])
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
		before := out[i-1].State.Status
		for k := i; k < j; k++ {
			out[k].State.Status, out[k].StatusSet, out[k].Duplicate = before, false, false
			revived[k] = out[j].At
		}
		out[j].StatusSet = out[j].State.Status != before
		i = j
	}
	return out, revived, unsure
}

// doubt is that from a resolution on it is not known whether its reopening was a correction, and why.
type doubt struct {
	since time.Time
	why   error
}

func (c *Contract) takesBack(resolved time.Time, reopening Moment) (bool, error) {
	if c.Reopen == "continue" {
		return true, nil
	}
	if !reopening.By.Role.Staff() {
		return false, nil
	}
	if reopening.At.Sub(resolved) <= correctionTime { // then no calendar makes it more
		return true, nil
	}
	passed, err := c.Calendar.Elapsed(resolved, reopening.At)
	return err == nil && passed <= correctionTime, err
}
