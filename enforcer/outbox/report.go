package outbox

import (
	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// Report is what was written in a pass, and what was not.
type Report struct {
	Written  []ledger.Entry // their comment stands, or they have none and are done
	Refused  []ledger.Entry // of which the tracker did not do all: those whose comment stands are Written, too
	Held     []ledger.Entry
	Adopted  []ledger.Entry // found to stand in the tracker; nothing was written for them
	Exposed  int            // internal comments found to be public, by the tracker's doing or somebody's
	Problems []Problem
}

// Problem is something a human should know of, that did not stop the pass.
type Problem struct {
	Issue string // "" when it is not about one
	Text  message.Message
	Grave bool // it stops writes, or a promise cannot be watched
}

// Problem adds one.
func (r *Report) Problem(issue string, grave bool, format message.Format, args ...any) {
	r.Problems = append(r.Problems, Problem{Issue: issue, Text: message.Of(format, args...), Grave: grave})
}

// Count adds entries that have just entered their states.
func (r *Report) Count(entries ...ledger.Entry) {
	for _, e := range entries {
		switch e.State {
		case enforcer.Held:
			r.Held = append(r.Held, e)
		case enforcer.Done:
			r.Written = append(r.Written, e)
		case enforcer.Refused:
			r.Refused = append(r.Refused, e)
			if Stands(e) {
				r.Written = append(r.Written, e)
			}
		}
	}
}

// Stands reports whether the comment of the last write of an entry is in the tracker, whatever was refused of the rest.
func Stands(e ledger.Entry) bool {
	return e.Write != nil && e.Write.Comment != nil && e.Receipt != nil && e.Receipt.Event != ""
}

// receipt tells what a receipt shows to be wrong, by the names of the tracker.
func (r *Report) receipt(issue string, x connectors.Receipt, names connectors.Directory) {
	switch {
	case !x.Public:
	case x.TakenBack == "":
		r.Problem(issue, true,
			"an internal comment is public: the customer can read %s; take it back in the tracker; mail about it may have "+
				"gone out", x.Event)
	default:
		r.Problem(issue, true, "an internal comment came out public and was taken back (%s); mail about it may have gone out",
			x.TakenBack)
	}
	for _, refused := range x.Refused {
		refused = refused.Told(names.NameOf)
		if refused.Words != "" {
			r.Problem(issue, false, "the tracker refused a part of the write: %s", refused)
			continue
		}
		r.Problem(issue, false, "the tracker accepted the write and left this alone: %s", refused)
	}
}
