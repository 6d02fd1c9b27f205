package decide

import "slabridge/enforcer"

// Blocks are the reasons why something may not be written now.
type Blocks struct {
	All     enforcer.Text // why nothing may be written; nil when it may
	Mapping bool          // the mapping has faults that the tracker shows
	Leak    bool          // no internal comment is written: one came out public, and nobody has looked
	Rights  bool          // an internal comment on the issue would not stay internal
}

// reason is why what would be written is held; its code is "" where it may be written.
func (b Blocks) reason() enforcer.Reason {
	switch {
	case b.All != nil:
		return enforcer.Reason{Code: enforcer.HeldBlocked, Text: b.All}
	case b.Mapping:
		return enforcer.Because(enforcer.HeldMapping,
			"the mapping has faults that the tracker shows: run 'slabridge check --live'")
	}
	return enforcer.Reason{}
}

// WorthALook reports whether a request must be evaluated again because of its pending entry, though nothing on it
// changed. One that was sent waits for its answer; one that is held waits for a human, for a change of the request or
// for the end of a block.
func (b Blocks) WorthALook(e enforcer.Entry) bool {
	if e.State != enforcer.Held {
		return e.State != enforcer.Sent
	}
	switch e.Reason.Code {
	case enforcer.HeldBlocked:
		return b.All == nil
	case enforcer.HeldMapping:
		return !b.Mapping
	case enforcer.HeldLeak:
		return !b.Leak
	}
	return e.Reason.Code == enforcer.HeldRights
}

// Revise gives a pending entry as it is decided now, and the state that it moves to; "" where it stays as it is. One
// held by the limit stays held until a human releases it, one held for a missing right until the right is there, and
// one that waits out a back-off keeps waiting.
func (b Blocks) Revise(was, now enforcer.Entry) (enforcer.Entry, enforcer.EntryState) {
	to := now.State
	switch {
	case was.State == enforcer.Held && to == enforcer.Intended && b.keepsHeld(was.Reason.Code),
		was.State == to && (to != enforcer.Waiting || was.NotBefore.Equal(now.NotBefore)),
		!was.State.Can(to):
		return was, ""
	}
	was.Reason, was.Evidence, was.NotBefore = now.Reason, now.Evidence, now.NotBefore
	return was, to
}

func (b Blocks) keepsHeld(code string) bool {
	switch code {
	case enforcer.HeldOverLimit:
		return true
	case enforcer.HeldRights:
		return b.Rights
	case enforcer.HeldLeak:
		return b.Leak
	}
	return false
}
