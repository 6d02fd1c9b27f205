package enforcer

import (
	"slices"
	"time"

	"slabridge/config/message"
)

// Person is someone who acts on requests, as of the moment of the act.
type Person struct {
	ID   string
	Name string
	Role Role
}

// Request is an issue told in the contract's words. Mapping makes it from a tracker's history.
type Request struct {
	Connection string
	Issue      string // the tracker's immutable id
	Key        string // what people type
	Subject    string
	Author     Person
	CreatedAt  time.Time
	// ReceivedAt is when the provider got the notice: CreatedAt, or an earlier moment that a mapped field names.
	ReceivedAt time.Time
	// Moments are oldest first; the first is the creation.
	Moments []Moment
	// GoneAt is when the issue was found deleted; zero while it is there.
	GoneAt time.Time
	// Hidden: the issue is out of our sight. Its cycles are frozen: nothing is written and nothing judged.
	Hidden bool
	// Elsewhere says that another contract covers the request, so this one does not report it as outside its validity.
	Elsewhere bool
	// Left is how other contracts had the request when staff moved it from them to this one.
	Left []Left
	// Hold is why writes are held by a person's label or field; "" when they are not.
	Hold string
	// HeldBy is a person's word, beside the tracker, that nothing is written for now; nil where there is none.
	HeldBy *Hold
	// Faults are stretches of the request that the mapping cannot read. What lies in them is neither judged nor written
	// about until the mapping is mended.
	Faults []Fault
	// Notes are remarks about the facts themselves (a received value that was ignored), for people.
	Notes []string
}

// Hold is a person's word that nothing is to be written about a request before a moment. Its time runs on, and verdicts
// are reached.
type Hold struct {
	Until  time.Time
	At     time.Time // when it was given
	By     string    // by whom
	Reason string
}

// HoldAt gives the hold that counts at a moment: the last one that was given until then, unless it is over. nil for
// none.
func HoldAt(holds []Hold, now time.Time) *Hold {
	var last *Hold
	for i := range holds {
		if h := &holds[i]; !h.At.After(now) && (last == nil || !h.At.Before(last.At)) {
			last = h
		}
	}
	if last == nil || !last.Until.After(now) {
		return nil
	}
	return last
}

// WhyHeld says why nothing is written about the request, in the contract's zone; nil where it may be.
func (r *Request) WhyHeld(zone *time.Location) Text {
	switch h := r.HeldBy; {
	case r.Hold != "":
		return Say("%s", message.Kept(r.Hold))
	case h != nil:
		return Say("until %s, by %s: %s", Stamp{h.Until, zone}, h.By, h.Reason)
	}
	return nil
}

// Fault is a stretch of a request that the mapping cannot read: [From, To), To zero while it lasts. As an error it says
// why.
type Fault struct {
	From, To time.Time
	Field    string // a mapped field that cannot be read: only what rests on it is touched; "" for everything
	// Assign is the role of which it is not clear who is to be assigned: only steps that assign it are touched, and the
	// verdict of an escalation that promises just that.
	Assign Role
	Why    string
}

func (f *Fault) Error() string { return f.Why }

// Whole reports whether the fault affects everything about the request.
func (f *Fault) Whole() bool { return f.Field == "" && f.Assign == "" }

// touches reports whether the cycle ran during the fault.
func (f *Fault) touches(c *Cycle) bool {
	if f.Field != "" && !c.Obligation.rests(f.Field) {
		return false
	}
	if f.Assign != "" && (!c.Obligation.Escalation || !c.Rule.assigns(f.Assign)) {
		return false
	}
	return (f.To.IsZero() || c.StartedAt.Before(f.To)) && (c.EndedAt.IsZero() || c.EndedAt.After(f.From))
}

// Moment is one event of a request: who did it, what it was, and the state afterwards.
type Moment struct {
	Event string // the tracker's own id of the event; "created" for the first
	At    time.Time
	By    Person
	// Note is the audience of the note written at this moment, "" when there was none.
	Note Audience
	// OnBehalf: a staff note that gives the customer's words.
	OnBehalf bool
	// AutoReply: a note no person wrote; counts as nobody's.
	AutoReply bool
	// Steps are the steps, "obligation/step", whose comment this is when the note is our own.
	Steps []string
	// StatusSet: the status was set at this moment (at creation too).
	StatusSet bool
	// Duplicate: the request was closed as a duplicate of another.
	Duplicate bool
	// Agreed is the customer's consent to a date, recorded beside the tracker at this moment; nil for every other.
	Agreed *Agreement
	// Attached: a file was attached at this moment.
	Attached bool
	// Work is the time that was booked at this moment; nil for every other moment.
	Work  *Work
	State State

	// Silence: at this moment slabridge closed the request for want of an answer.
	Silence bool
}

// Work is time booked on a request. By is whose it is.
type Work struct {
	Activity string // the mapped kind of work: "phone-consultation"; "" for any other
	Spent    time.Duration
	On       string // the day it was done, YYYY-MM-DD

	Issue, By string // the request's and the person's id, where the work of several is together; else ""
}

// State is a request after a moment.
type State struct {
	Covered     bool // under the contract that the request is evaluated for
	Project     string
	Severity    string
	Status      StatusClass
	Assignee    Person
	Priority    int // rank, 0 the lowest
	PriorityTop bool
	Fields      map[string]string // mapped fields by id
	// Times are the moments that mapped fields hold, by id; only where the value names a time of day.
	Times    map[string]time.Time
	Attached []string // ids of the mapped attachments of which there is a file
	// Absent are the ids of mapped fields that the request has no place for: nobody can fill them, so they are
	// never missing.
	Absent    []string
	DueDate   string // YYYY-MM-DD
	DueDateBy Person // who set it last
	// NeedsPlan is the plan of the contract that alone covers the work of this request; "" if every plan does.
	NeedsPlan string
}

// noteRole is the role to which the note counts: the author's, the customer's if staff wrote the customer's words down,
// none for an automatic reply.
func (m *Moment) noteRole() Role {
	switch {
	case m.AutoReply:
		return ""
	case m.OnBehalf && m.By.Role.Staff():
		return Customer
	}
	return m.By.Role
}

// response reports whether the moment shows that staff began to work: a public comment, or a status of class working
// set by staff (docs/contracts.md, "Conditions").
func (m *Moment) response() bool {
	return (m.Note == Public && m.noteRole().Staff()) ||
		(m.StatusSet && m.State.Status == Working && m.By.Role.Staff())
}

// resolvesSilently reports whether staff resolved the request without a public word.
func (m *Moment) resolvesSilently() bool {
	return m.StatusSet && !m.State.Status.Open() && !m.Duplicate && m.By.Role.Staff() && m.Note != Public
}

// State is what the request is now: the state after its last moment.
func (r *Request) State() State {
	if len(r.Moments) == 0 {
		return State{}
	}
	return r.Moments[len(r.Moments)-1].State
}

// At gives the request as it was known at t: what happened later is not in it.
func (r Request) At(t time.Time) Request {
	n, _ := slices.BinarySearchFunc(r.Moments, t, func(m Moment, t time.Time) int {
		if m.At.After(t) {
			return 1
		}
		return -1
	})
	r.Moments = r.Moments[:n]
	var faults []Fault
	for _, f := range r.Faults {
		if f.To.After(t) {
			f.To = time.Time{}
		}
		if !f.From.After(t) {
			faults = append(faults, f)
		}
	}
	r.Faults = faults
	if r.GoneAt.After(t) {
		r.GoneAt = time.Time{}
	}
	return r
}
