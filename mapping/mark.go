package mapping

import (
	"regexp"
	"strings"

	"slabridge/connectors"
	"slabridge/enforcer"
)

// MarkedStep is one step named in a mark: "respond/due" and the id of its key.
type MarkedStep struct {
	Step string
	ID   string
}

// Is reports whether the marked step is the one of the key.
func (s MarkedStep) Is(k enforcer.StepKey) bool { return s == marked(k) }

func marked(k enforcer.StepKey) MarkedStep {
	return MarkedStep{Step: k.Obligation + "/" + k.Step, ID: k.ID()}
}

// Mark is the visible line by which a comment is known as ours again, and which steps it is of:
//
//	[slabridge 7c1f respond/due 9pyk6rnpekx0, involve-developers/due 1b2c3d4e5f6g]
//
// On Jira's wiki, where square brackets are a link, they are round. install names this installation. The line holds
// nothing that the markup takes for its own, and is stored as it was sent.
func Mark(markup connectors.Markup, install string, keys []enforcer.StepKey) string {
	parts := make([]string, len(keys))
	for i, k := range keys {
		parts[i] = StepMark(k)
	}
	line := "slabridge " + install + " " + strings.Join(parts, ", ")
	if markup == connectors.MarkupWiki {
		return "(" + line + ")"
	}
	return "[" + line + "]"
}

// StepMark is the part of a mark that names the step, the same whichever installation wrote it.
func StepMark(k enforcer.StepKey) string {
	s := marked(k)
	return s.Step + " " + s.ID
}

// LooksMarked reports whether a text has what every mark begins with, whatever has become of the rest of its line.
func LooksMarked(text string) bool {
	return strings.Contains(text, "[slabridge ") || strings.Contains(text, "(slabridge ")
}

const markedPattern = `[a-z0-9][a-z0-9-]*/[a-z0-9][a-z0-9-]* [0-9a-z]{12}`

const markBody = `slabridge ([0-9a-z]{1,16}) (` + markedPattern + `(?:, ` + markedPattern + `)*)`

var (
	markLine  = regexp.MustCompile(`(?m)^(?:\[` + markBody + `\]|\(` + markBody + `\))\r?$`)
	markSteps = regexp.MustCompile(`([a-z0-9/-]+) ([0-9a-z]{12})`)
)

// ParseMark reads the last mark in a text, of whichever markup: texts move between trackers, and so do formats. It is
// to be asked only about notes of our own account: anyone can type a mark.
func ParseMark(text string) (install string, steps []MarkedStep, ok bool) {
	last := lastMark(text)
	if last == nil {
		return "", nil, false
	}
	install, body := last[1]+last[3], last[2]+last[4] // of one kind of brackets; the other's are empty
	for _, s := range markSteps.FindAllStringSubmatch(body, -1) {
		steps = append(steps, MarkedStep{Step: s[1], ID: s[2]})
	}
	return install, steps, true
}

// MarkIn gives the last mark in a text as it stands, "" where there is none.
func MarkIn(text string) string {
	last := lastMark(text)
	if last == nil {
		return ""
	}
	return strings.TrimSuffix(last[0], "\r")
}

func lastMark(text string) []string {
	all := markLine.FindAllStringSubmatch(text, -1)
	if len(all) == 0 {
		return nil
	}
	return all[len(all)-1]
}
