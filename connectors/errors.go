package connectors

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"slabridge/config/message"
)

// Class says what a failure means for whoever asked.
type Class int

// The classes of failure.
const (
	// TryLater: the tracker cannot be reached, is overloaded or broken; nothing was done.
	TryLater Class = iota + 1
	// Refused: the tracker understood and said no; the same request will be refused again until something changes.
	Refused
	// Unknown: a write whose answer never came; it may or may not have been done. Look for the mark first.
	Unknown
	// Unauthorized: the credentials are wrong, locked or without API access.
	Unauthorized
	// Hidden: the issue exists, but not for this account.
	Hidden
	// Gone: the issue is deleted, or never was.
	Gone
	// Garbled: an answer that is not what this tracker's API gives (HTML, cut, wrong type); probably not the tracker.
	Garbled
)

func (c Class) String() string { return string(c.sentence()) }

func (c Class) sentence() message.Format {
	switch c {
	case TryLater:
		return "try later"
	case Refused:
		return "refused"
	case Unknown:
		return "outcome unknown"
	case Unauthorized:
		return "unauthorized"
	case Hidden:
		return "hidden"
	case Gone:
		return "gone"
	case Garbled:
		return "garbled answer"
	}
	return "unclassified"
}

// Error is every failure of a Tracker. It never contains a secret.
type Error struct {
	Op         message.Message // what was being done: "read issue 17"
	Class      Class
	Status     int             // HTTP status, 0 when there was no answer
	RetryAfter time.Duration   // as the tracker asked, 0 when it did not
	Messages   []string        // the tracker's own words, in the language of the account; for people only
	Hint       message.Message // what the operator can do, when we know
	// Fields are the fields of a refused write that the tracker names as what it does not take; nil where it names none
	// that the write changes.
	Fields []RefusedField
	// OneIssue says that a limit on requests is on writes to this one issue: the tracker answers all others.
	OneIssue bool
	// Doubtful says that the request may have been done though the answer says otherwise, and must not be made twice: its
	// mark is looked for, as long as reads may be stale, before it is made again (Doubt).
	Doubtful bool
	Err      error
}

// Doubt marks the failure of a request with a comment, or for a new issue, that was answered by what may stand before
// the tracker: a gate that asks for a password, a firewall, a limit on requests. A balancer makes a request twice, and
// gives back the second answer. A refusal that gives its reasons is the tracker's own, but for a 403.
func Doubt(err error) error {
	var e *Error
	if !errors.As(err, &e) || e.Status == 0 { // without a status it never left
		return err
	}
	switch e.Class {
	case TryLater, Unauthorized:
		e.Doubtful = true
	case Refused:
		e.Doubtful = len(e.Messages) == 0 || e.Status == http.StatusForbidden
	}
	return err
}

// RefusedField is a field that the tracker does not take in a write. Unsettable says that our account cannot set it to
// anything: it is on no screen, say. Otherwise another value may do.
type RefusedField struct {
	Field      string // as a Write has it: FieldPriority, a CustomField
	Words      string // the tracker's own
	Unsettable bool
}

func (e *Error) Error() string { return e.In(message.English) }

// In is Error in a language.
func (e *Error) In(lang string) string {
	s := fmt.Sprintf("%s: %s", e.Op.In(lang), message.Say(lang, e.Class.sentence()))
	if e.Status != 0 {
		s += fmt.Sprintf(" (HTTP %d)", e.Status)
	}
	for _, m := range e.Messages {
		s += ": " + m
	}
	if e.Err != nil {
		s += ": " + message.Error(lang, e.Err)
	}
	if !e.Hint.IsZero() {
		s += "; " + e.Hint.In(lang)
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// Limited reports whether the tracker asks for less: it is to be left alone for Rest or, where that is zero, for a
// while.
func (e *Error) Limited() bool {
	return !e.OneIssue && (e.Status == http.StatusTooManyRequests || e.RetryAfter > 0)
}

// longestRest is the longest pause that we keep at the tracker's request: no quota is for longer than an hour, and a
// mistake in a header must not silence us for a day.
const longestRest = time.Hour

// Rest is for how long nothing is to be sent to the tracker.
func (e *Error) Rest() time.Duration { return min(e.RetryAfter, longestRest) }

// ClassOf is the class of the *Error inside err, or 0 when there is none.
func ClassOf(err error) Class {
	var e *Error
	if errors.As(err, &e) {
		return e.Class
	}
	return 0
}
