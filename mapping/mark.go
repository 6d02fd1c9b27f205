package mapping

import (
	"regexp"
	"strings"

	"slabridge/config/message"
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

// Mark is the line at the end of a comment by which it is known as ours again, and which steps it is of. It reads like
// the reference number of a letter:
//
//	Ref. 7c1f/respond/due/9pyk6rnpekx0, involve-developers/due/1b2c3d4e5f6g
//
// install names this installation. The line holds nothing that a markup takes for its own, and is stored as it was
// sent.
func Mark(lang, install string, keys []enforcer.StepKey) string {
	parts := make([]string, len(keys))
	for i, k := range keys {
		s := marked(k)
		parts[i] = s.Step + "/" + s.ID
	}
	return message.Say(lang, reference, install+"/"+strings.Join(parts, ", "))
}

const reference message.Format = "Ref. %s"

// LooksMarked reports whether a text has what every mark begins with, whatever has become of the rest of its line.
func LooksMarked(text string) bool { return markBegins.MatchString(text) }

const (
	markedStep = `[a-z0-9][a-z0-9-]*/[a-z0-9][a-z0-9-]*`
	markedID   = `[0-9a-z]{12}`
	installs   = `[0-9a-z]{1,16}`
	// space is what people's editors and mail make of a space: a no-break one, a narrow one, two of them.
	space = `[\t\p{Zs}]+`
)

// Comments that are out there have marks of earlier forms, too: in square brackets, and on Jira's wiki in round ones.
var (
	earlierStep = markedStep + space + markedID
	earlierMark = `slabridge` + space + `(` + installs + `)` + space + `(` + severalOf(earlierStep) + `)`
	plainStep   = markedStep + `/` + markedID
	markLine    = regexp.MustCompile(`(?m)^[\t\p{Zs}]*(?:\[` + earlierMark + `\]|\(` + earlierMark + `\)|` +
		anyReference() + `(` + installs + `)/(` + severalOf(plainStep) + `))[\t\p{Zs}]*\r?$`)
	markSteps  = regexp.MustCompile(`(` + markedStep + `)(?:/|` + space + `)(` + markedID + `)`)
	markBegins = regexp.MustCompile(`[[(]slabridge` + space + `|` + anyReference() + installs + `/`)
)

func severalOf(step string) string { return step + `(?:,` + space + step + `)*` }

// anyReference is what a mark begins with, in whichever language.
func anyReference() string {
	words := make([]string, len(message.Languages))
	for i, lang := range message.Languages {
		words[i] = strings.ReplaceAll(regexp.QuoteMeta(message.Say(lang, reference, "")), " ", space)
	}
	return `(?:` + strings.Join(words, `|`) + `)`
}

// ParseMark reads the last mark in a text, of whichever form: texts move between trackers, and so do formats. It is
// to be asked only about notes of our own account: anyone can type a mark.
func ParseMark(text string) (install string, steps []MarkedStep, ok bool) {
	last := lastMark(text)
	if last == nil {
		return "", nil, false
	}
	install, body := last[1]+last[3]+last[5], last[2]+last[4]+last[6] // of one form; the others' are empty
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
	return strings.TrimSpace(last[0])
}

func lastMark(text string) []string {
	all := markLine.FindAllStringSubmatch(text, -1)
	if len(all) == 0 {
		return nil
	}
	return all[len(all)-1]
}
