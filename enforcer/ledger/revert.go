package ledger

import (
	"strings"

	"slabridge/enforcer"
)

const revertPrefix = "revert-"

// RevertKey is the key under which a human's order to take back a step stands: there is one per step, ever.
func RevertKey(k enforcer.StepKey) enforcer.StepKey {
	k.Step = revertPrefix + k.Step
	return k
}

// Reverts gives the key of the step that the entry takes back; ok is false for an entry that takes nothing back.
func (e *Entry) Reverts() (step enforcer.StepKey, ok bool) {
	step = e.Key
	step.Step, ok = strings.CutPrefix(e.Key.Step, revertPrefix)
	return step, ok
}
