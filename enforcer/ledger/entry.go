package ledger

import (
	"fmt"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/enforcer"
)

// Entry is an entry with what was asked of the tracker for it, and what reading back showed.
type Entry struct {
	enforcer.Entry
	Write   *connectors.Write   // as last sent, or as it would be sent; nil before it was rendered
	Receipt *connectors.Receipt // as last read back; of the whole write, which other entries may share
}

// describe names the entry in errors.
func (e *Entry) describe() string {
	return fmt.Sprintf("entry %s (%s %s/%s/%s of issue %s)",
		e.ID, e.Key.Contract, e.Key.Obligation, e.Key.Cycle, e.Key.Step, e.Key.Issue)
}

// valid reports what is missing of an entry that is to be recorded.
func (e *Entry) valid() error {
	k := e.Key
	switch {
	case k.Connection == "" || k.Contract == "" || k.Obligation == "" || k.Cycle == "" || k.Step == "":
		return message.Errorf("the key %+v is incomplete", k)
	case !enforcer.EntryState("").Can(e.State):
		return message.Errorf("%w: a new entry cannot be %q", ErrMove, e.State)
	case e.Moment.IsZero() || e.DecidedAt.IsZero():
		return message.New("without the moment of the step or of the decision")
	}
	return nil
}

// Made is the id of the issue that was made for the entry, "" when none was.
func (e *Entry) Made() string {
	if e.Key.Issue != "" || e.Receipt == nil {
		return ""
	}
	return e.Receipt.Issue
}

// On is the issue that the entry's write went to, or that it made; "" while there is none.
func (e *Entry) On() string {
	switch {
	case e.Key.Issue != "":
		return e.Key.Issue
	case e.Made() != "":
		return e.Made()
	case e.Write != nil:
		return e.Write.Issue
	}
	return ""
}

// Adoptable reports whether the entry is recorded as done when its comment is found in the tracker. What is sent is
// looked for in its turn; and of what was read back only a part was refused.
func (e *Entry) Adoptable() bool {
	if e.State == enforcer.Sent || e.State == enforcer.Done {
		return false
	}
	return e.Receipt == nil || e.Receipt.Event == "" && e.Receipt.Issue == ""
}

// unmade makes sure that an entry that is to make an issue has made none: of a creation of which the tracker left
// something undone, the rest may be tried again, and never the creation.
func (e *Entry) unmade() error {
	if e.Made() == "" {
		return nil
	}
	return message.Errorf("begin to make an issue: %w: %s has made issue %s", ErrMade, e.describe(), e.Made())
}
