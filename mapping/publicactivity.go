package mapping

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/enforcer"
)

// What was said and done so far, as a comment may repeat it. All of it comes from what the customer can see already:
// public notes of staff and changes of status. Never internal notes, and never who has or had the request.

// maxDone is how many of the latest things done a comment lists.
const maxDone = 30

// publicAct is an event of staff that the customer can see.
type publicAct struct {
	at     time.Time
	note   string // the text of the public note; "" for none
	status string // the name of the status that was set; "" for none
}

// publicActivity lists them, oldest first. A note in the customer's own words, and a machine's, are not staff's.
func (w *writer) publicActivity() []publicAct {
	all := atOnce(connectors.SortEvents(w.h.Events))
	events := make(map[string]*connectors.Event, len(all))
	for i := range all {
		events[all[i].ID] = &all[i]
	}
	var out []publicAct
	for i := range w.req.Moments {
		m := &w.req.Moments[i]
		e := events[m.Event]
		if e == nil || !m.By.Role.Staff() || e.Note != nil && e.Note.Internal {
			continue
		}
		s := publicAct{at: m.At}
		if m.Note == enforcer.Public && !m.AutoReply && !m.OnBehalf {
			s.note = e.Note.Text
		}
		for _, c := range e.Changes {
			if c.Field == connectors.FieldStatus && len(c.To) == 1 {
				s.status = w.b.statusName(c.To[0])
			}
		}
		if s.note != "" || s.status != "" {
			out = append(out, s)
		}
	}
	return out
}

// asked is the gist of what staff told the customer at the given moment, and its day; with no moment given, of staff's
// last public note.
func (w *writer) asked(at time.Time) (gist, on string) {
	for _, s := range slices.Backward(w.publicActivity()) {
		if s.note != "" && (at.IsZero() || !s.at.After(at)) {
			return questionOf(s.note), w.day(s.at)
		}
	}
	return "", ""
}

// done lists the latest of what was done.
func (w *writer) done() []DoneData {
	all := w.publicActivity()
	var out []DoneData
	for _, s := range all[max(0, len(all)-maxDone):] {
		if text := gistOf(s.note); text != "" {
			out = append(out, DoneData{w.day(s.at), quoted(text, w.o.Lang)})
		}
		if s.status != "" {
			out = append(out, DoneData{w.day(s.at), message.Say(w.o.Lang, "status set to “%s”", EscapeMarkup(s.status))})
		}
	}
	return out
}

func (w *writer) day(t time.Time) string {
	return day(t.In(w.o.Contract.Zone()), w.o.Lang)
}

// gistOf is the beginning of a note, whole sentences where that can be, without greeting, quotation, emphasis and
// full stop, and escaped.
func gistOf(note string) string { return joined(sentences(note)) }

// questionOf is like gistOf, but what is asked goes before what is told.
func questionOf(note string) string {
	all := sentences(note)
	var questions []string
	for _, s := range all {
		if strings.HasSuffix(s, "?") {
			questions = append(questions, s)
		}
	}
	if questions != nil {
		return joined(questions)
	}
	return joined(all)
}

// joined takes as many sentences as fit, at least the first, which EscapeMarkup cuts if it must.
func joined(sentences []string) string {
	text, length := "", 0
	for _, s := range sentences {
		if length += len([]rune(s)) + 1; text != "" && length > maxEscaped {
			break
		}
		text += " " + s
	}
	text = strings.TrimSpace(text)
	if !strings.HasSuffix(text, "..") {
		text = strings.TrimSuffix(text, ".")
	}
	return EscapeMarkup(text)
}

// emphasis is the markup that people write inside a sentence, and that means nothing once it is escaped.
var emphasis = strings.NewReplacer("*", "", "`", "")

// maxNote is how much of a note is looked at, in bytes.
const maxNote = 8 << 10

// sentences splits a note, leaving out lines that quote somebody and a greeting at the beginning.
func sentences(note string) []string {
	var out []string
	for line := range strings.Lines(strings.ToValidUTF8(note[:min(len(note), maxNote)], "")) {
		line = squeeze(emphasis.Replace(line))
		if line == "" || strings.HasPrefix(line, ">") {
			continue
		}
		begin := 0
		for i, c := range line {
			if strings.ContainsRune(".!?…", c) && strings.HasPrefix(line[i+len(string(c)):], " ") &&
				!abbreviated(line[begin:i]) {
				out = append(out, strings.TrimSpace(line[begin:i+len(string(c))]))
				begin = i + len(string(c))
			}
		}
		if rest := strings.TrimSpace(line[begin:]); rest != "" {
			out = append(out, rest)
		}
	}
	if len(out) > 1 && greets(out[0]) {
		return out[1:]
	}
	return out
}

// abbreviated reports whether a full stop here ends a short word, as in "т. д." and "г.", and no sentence.
func abbreviated(before string) bool {
	last := before[strings.LastIndexByte(before, ' ')+1:]
	n := 0
	for _, c := range last {
		if !unicode.IsLetter(c) {
			return false
		}
		n++
	}
	return n > 0 && n <= 2
}

// greets reports whether the sentence is nothing but a greeting: it begins as one, is short and states nothing.
func greets(s string) bool {
	lower := strings.ToLower(s)
	if len([]rune(s)) > 60 || strings.HasSuffix(s, ".") || strings.HasSuffix(s, "?") {
		return false
	}
	return slices.ContainsFunc(greetings(), func(g string) bool {
		stem, open := strings.CutSuffix(g, "*")
		rest, ok := strings.CutPrefix(lower, stem)
		return ok && (open || rest == "" || !word([]rune(rest)[0]))
	})
}
