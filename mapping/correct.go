package mapping

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/enforcer"
)

// Correction is what a follow-up says about earlier comments of ours that are taken back.
type Correction struct {
	Keys     []enforcer.StepKey // of the steps that take back; for the mark
	Internal bool
	Of       []time.Time // when the comments were made; none when the issue itself was made in error
	// Assigned and Priority are what the same write gives back, by the tracker's ids; nil when it does not, "" for nobody.
	// Only an internal follow-up tells of them.
	Assigned, Priority *string
}

// Correct renders a follow-up. The notes report any part that could not be rendered.
func (b *Bound) Correct(c Correction, o WriteOptions) (*connectors.Comment, []string) {
	lang, zone := cmp.Or(o.Lang, o.Contract.Language), o.Contract.Zone()
	d := TextData{Contract: o.Contract.Title.In(lang), Made: len(c.Of) == 0}
	for _, at := range c.Of {
		d.Corrects = append(d.Corrects, moment(at.In(zone), lang))
	}
	if c.Internal && c.Assigned != nil {
		d.Assigned = EscapeMarkup(cmp.Or(b.directory.names[*c.Assigned], message.Say(lang, nobody)))
	}
	if c.Internal && c.Priority != nil {
		for _, p := range b.priorities {
			if p.ID == *c.Priority {
				d.Priority = EscapeMarkup(p.Name)
			}
		}
	}
	var notes []string
	text, err := o.Texts.render(lang, TextCorrection, d)
	if err != nil {
		notes = append(notes, fmt.Sprint(err))
	}
	out := b.marked(text, c.Internal, c.Keys, o)
	out.Wordings = o.wordings(out, func(without []string) string {
		less := d
		if slices.Contains(without, connectors.FieldAssignee) {
			less.Assigned = ""
		}
		if slices.Contains(without, connectors.FieldPriority) {
			less.Priority = ""
		}
		text, _ := o.Texts.render(lang, TextCorrection, less)
		return text
	})
	return out, notes
}
