package mapping

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"strings"

	"slabridge/enforcer"
)

// MarkedStep is one step named in a mark: "respond/due" and the short hash of its key.
type MarkedStep struct {
	Step string
	Hash string
}

// Is reports whether the marked step is the one of the key.
func (s MarkedStep) Is(k enforcer.StepKey) bool { return s == marked(k) }

func marked(k enforcer.StepKey) MarkedStep {
	return MarkedStep{Step: k.Obligation + "/" + k.Step, Hash: keyHash(k)}
}

// keyHash is the first 32 bits of the key's SHA-256, over its JSON, which keeps the parts apart. A mark is
// looked for within one issue, where so many are enough.
func keyHash(k enforcer.StepKey) string {
	text, err := json.Marshal(k)
	if err != nil {
		panic(err) // a struct of strings always marshals
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:4])
}

// Mark is the visible line by which a comment is known as ours again, and which steps it is of:
//
//	[slabridge 7c1f respond/due 93ab12cd, involve-developers/due 11223344]
//
// install names this installation. The line holds nothing that Textile or CommonMark takes for markup, and is
// stored as it was sent.
func Mark(install string, keys []enforcer.StepKey) string {
	parts := make([]string, len(keys))
	for i, k := range keys {
		s := marked(k)
		parts[i] = s.Step + " " + s.Hash
	}
	return "[slabridge " + install + " " + strings.Join(parts, ", ") + "]"
}

const markedPattern = `[a-z0-9][a-z0-9-]*/[a-z0-9][a-z0-9-]* [0-9a-f]{8}`

var (
	markLine  = regexp.MustCompile(`(?m)^\[slabridge ([0-9a-z]{1,16}) (` + markedPattern + `(?:, ` + markedPattern + `)*)\]\r?$`)
	markSteps = regexp.MustCompile(`([a-z0-9/-]+) ([0-9a-f]{8})`)
)

// ParseMark reads the last mark in a text. It is to be asked only about notes of our own account: anyone can
// type a mark.
func ParseMark(text string) (install string, steps []MarkedStep, ok bool) {
	all := markLine.FindAllStringSubmatch(text, -1)
	if len(all) == 0 {
		return "", nil, false
	}
	last := all[len(all)-1]
	for _, s := range markSteps.FindAllStringSubmatch(last[2], -1) {
		steps = append(steps, MarkedStep{Step: s[1], Hash: s[2]})
	}
	return last[1], steps, true
}
