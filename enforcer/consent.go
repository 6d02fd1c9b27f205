package enforcer

import (
	"slices"
	"strconv"
	"time"
)

// Consent is the evidence of the customer's consent to a date. A comment is not consent, unless the admin says so.
type Consent struct {
	Kind   ConsentKind // "": none is recorded
	Event  string      // by which it came
	At     time.Time
	By     Person // who recorded it; of ConsentCustomer: the customer
	Reason string // of ConsentRecorded: what whoever recorded it says of it
}

// ConsentKind is a way in which consent is given.
type ConsentKind string

// The kinds.
const (
	ConsentField    ConsentKind = "field"    // the mapped field was filled or changed when or after the date was set
	ConsentCustomer ConsentKind = "customer" // the customer set the date himself
	ConsentRecorded ConsentKind = "recorded" // beside the tracker: an Agreement
	ConsentAccepted ConsentKind = "accepted" // another condition came about that the contract takes for consent
	// MovedEarlier: staff moved the date to an earlier one, which needs no consent.
	MovedEarlier ConsentKind = "earlier"
)

// Agreement is the customer's consent to a date, recorded beside the tracker where no field of the tracker holds it.
type Agreement struct {
	Number int    // among the issue's, from 1
	Date   string // YYYY-MM-DD
	At     time.Time
	By     string // the name of whoever recorded it
	Reason string
}

// AgreementEvent begins the name of the moment that an agreement makes.
const AgreementEvent = "agree:"

// WithAgreements gives the request with the agreements among its moments, each at the time of its recording: it changes
// nothing of what was before.
func (r Request) WithAgreements(agreements []Agreement) Request {
	if len(agreements) == 0 {
		return r
	}
	r.Moments = slices.Clone(r.Moments)
	for i := range agreements {
		a := &agreements[i]
		after := len(r.Moments)
		for after > 0 && r.Moments[after-1].At.After(a.At) {
			after--
		}
		if after == 0 {
			continue // recorded of an issue that was not there
		}
		r.Moments = slices.Insert(r.Moments, after, Moment{
			Event: AgreementEvent + strconv.Itoa(a.Number), At: a.At, By: Person{Name: a.By}, Agreed: a,
			State: r.Moments[after-1].State,
		})
	}
	return r
}

// standingDate is the date now set on a request, with what happened to it since it was set.
type standingDate struct {
	date    string // YYYY-MM-DD; "" for none
	past    bool   // it lay in the past when it was set: it binds nothing
	byStaff bool
	offered string // the last date of staff's that does not lie in the past
	told    bool   // to the customer: by a public word of staff with it or after it, or because it is his own
	consent Consent
}

// follow takes what m says of the date. changed reports whether m set one, or took it away.
func (d *standingDate) follow(s *stopwatch, before, m *Moment) (changed bool) {
	switch {
	case m.Agreed != nil && m.Agreed.Date != d.date:
		changed = true
		*d = standingDate{date: m.Agreed.Date, past: s.isPast(m.Agreed.Date, m.At), byStaff: true, offered: d.offered}
	case before == nil && m.State.DueDate != "", before != nil && before.State.DueDate != m.State.DueDate:
		changed = true
		*d = standingDate{date: m.State.DueDate, past: s.isPast(m.State.DueDate, m.At), offered: d.offered}
		d.byStaff = m.State.DueDateBy.Role.Staff()
		if m.State.DueDateBy.Role == Customer {
			d.told = true
			if d.offered != "" && d.date > d.offered && !d.past {
				d.consent = Consent{Kind: ConsentCustomer, Event: m.Event, At: m.At, By: m.By}
			}
		}
	}
	if d.date == "" {
		return changed
	}
	if changed && d.byStaff && !d.past {
		d.offered = d.date
	}
	d.told = d.told || m.Note == Public && m.noteRole().Staff()
	if m.Agreed != nil && !d.past {
		d.consent = Consent{Kind: ConsentRecorded, Event: m.Event, At: m.At, By: m.By, Reason: m.Agreed.Reason}
	}
	for i := range s.o.Stop {
		d.byField(s.o.Stop[i].Field, s.o.Stop[i].Word == WordDueDate, before, m)
	}
	for i := range s.o.Accept {
		d.byField(s.o.Accept[i].Field, true, before, m)
	}
	return changed
}

// byField takes the mapped field for consent when a person filled or changed it when or after the date was set, and
// takes that back when it is emptied.
func (d *standingDate) byField(field string, tells bool, before, m *Moment) {
	if field == "" || !tells || d.past {
		return
	}
	now, was := m.State.Fields[field], ""
	if before != nil {
		was = before.State.Fields[field]
	}
	switch {
	case now == "" && d.consent.Kind == ConsentField:
		d.consent = Consent{}
	case now != "" && now != was && m.By.Role != Bot && m.By.Role != "":
		d.consent = Consent{Kind: ConsentField, Event: m.Event, At: m.At, By: m.By}
	}
}

// agreedOn reports whether the date that stands is one that both sides agreed on, as far as the condition's field
// tells: where it is not mapped, or the request has no place for it, a date that was told is enough.
func (d *standingDate) agreedOn(c *Condition, m *Moment) bool {
	if d.date == "" || d.past || !d.told || !d.byStaff && (d.offered == "" || d.consent.Kind == "") {
		return false
	}
	return c.Field == "" || d.consent.Kind != "" || slices.Contains(m.State.Absent, c.Field)
}
