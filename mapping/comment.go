package mapping

import (
	"slices"
	"strings"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/enforcer"
)

// comment puts the texts of the steps together, and gives the steps that they tell of. What happens next is told once,
// after the last of them.
func (w *writer) comment(
	audience enforcer.Audience, steps []step,
) (text string, told []enforcer.StepKey, notes []string) {
	var said []step
	for _, s := range steps {
		c := s.Changes.Comment
		switch {
		case c == nil:
		case audience == enforcer.Public && !slices.Contains(TextKeys, c.Text):
			// the stand-in for an unknown text is meant for staff
			notes = append(notes, message.Text("no text %q to tell the customer", c.Text))
		default:
			said = append(said, s)
		}
	}
	next := w.next(audience, said)
	last := len(said) - 1
	if last > 0 && said[last].Changes.Comment.Text == TextAskItems {
		last-- // it follows another text and names no deadlines
	}
	var parts []string
	for i, s := range said {
		data := w.data(audience, s)
		if i == last {
			data.Next = next
		}
		part, err := w.o.Texts.render(w.o.Lang, s.Changes.Comment.Text, data)
		if err != nil {
			notes = append(notes, err.Error())
		}
		if part == "" {
			notes = append(notes, message.Text("text %q has nothing left to say", s.Changes.Comment.Text))
			continue
		}
		parts, told = append(parts, part), append(told, s.Key)
	}
	return strings.Join(parts, "\n\n"), told, notes
}

// next merges what the steps' comments say will happen, each once, soonest first.
func (w *writer) next(audience enforcer.Audience, said []step) []NextData {
	var all []enforcer.NextStep
	for _, s := range said {
		for _, n := range s.Changes.Comment.Next {
			if !slices.ContainsFunc(all, func(x enforcer.NextStep) bool {
				return x.ID == n.ID && x.Step == n.Step && x.At.Equal(n.At)
			}) {
				all = append(all, n)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b enforcer.NextStep) int { return a.At.Compare(b.At) })
	var out []NextData
	for _, n := range all {
		d := NextData{
			Obligation: n.Obligation.In(w.o.Lang), ID: n.ID, At: w.moment(n.At), Clause: Clause(n.Source, w.o.Lang),
		}
		if audience != enforcer.Public {
			d.ComesIn = comesIn(n.Role, w.o.Lang)
		}
		out = append(out, d)
	}
	return out
}

// data is what the text of a step may say. Everything from the tracker is escaped here, so that no template
// can forget it; the contract's own words are the admin's and stay as they are.
func (w *writer) data(audience enforcer.Audience, s step) TextData {
	c, lang := s.Changes.Comment, w.o.Lang
	d := TextData{
		Number:     EscapeMarkup(w.req.Key),
		Subject:    EscapeMarkup(w.req.Subject),
		Contract:   w.o.Contract.Title.In(lang),
		Obligation: c.Obligation.In(lang),
		Clause:     Clause(c.Source, lang),
		Severity:   c.Severity.In(lang),
		Started:    w.moment(c.StartedAt),
		Moment:     w.moment(c.Moment),
		Due:        w.moment(c.Due),
		BeginBy:    w.moment(c.BeginBy),
		Remaining:  w.remaining(c),
		Period:     PeriodName(c.Period, lang),
		Date:       date(c.Date, lang),
		Moves:      times(c.Moves, lang),
	}
	d.Asked, d.AskedOn = w.asked(c.Asked)
	d.Raised = w.moment(c.Raised)
	d.Solved, d.BeginClause = c.Solved, Clause(c.BeginSource, lang)
	d.CanComment, d.Reopened = w.b.mapping.ClosedComments, s.Changes.Class() == enforcer.Working
	d.Done = w.done()
	if c.Names != "" {
		d.Names = w.escapedNames(w.named(c.Names))
	}
	if c.Text == TextMissingItems || c.Text == TextStillMissing || c.Text == TextAskItems {
		d.Items = w.missing(s.Key.Obligation)
	}
	if audience != enforcer.Public {
		d.Assignee = EscapeMarkup(w.b.directory.names[w.h.Issue.Values.One(connectors.FieldAssignee)])
		d.Assigned, d.Priority = EscapeMarkup(w.b.directory.names[s.assigned]), EscapeMarkup(s.priority)
		d.Watchers = w.escapedNames(s.watchers)
		d.Nobody = slices.ContainsFunc(w.nobody, func(c call) bool { return c.by(&s) })
		w.accounts(&d, c)
	}
	return d
}

// accounts adds what only the provider may read: time, money and what the contract covers.
func (w *writer) accounts(d *TextData, c *enforcer.Comment) {
	lang := w.o.Lang
	// trackers keep hundredths of an hour: twenty minutes come back as 19:48
	d.Spent, d.AtMost = amount(c.Spent.Round(time.Minute), lang, true), amount(c.AtMost, lang, true)
	d.By = EscapeMarkup(w.b.directory.names[c.By])
	d.Share, d.Sum, d.Limit, d.Over = share(c.Share, lang), sum(c.Sum, lang), sum(c.Limit, lang), c.Over
	d.Plan = c.Plan
	first := w.o.Contract
	if len(first.Earlier) > 0 {
		first = first.Earlier[0]
	}
	d.Valid = span(first.ValidFrom, w.o.Contract.ValidTo, w.o.Contract.Zone(), lang)
}

func (w *writer) moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return moment(t.In(w.o.Contract.Zone()), w.o.Lang)
}

// remaining tells the counting time to the deadline, and calls it working time where the promise counts that.
func (w *writer) remaining(c *enforcer.Comment) string {
	if c.Remaining <= 0 {
		return ""
	}
	return amount(c.Remaining, w.o.Lang, c.Plain)
}

func (w *writer) escapedNames(ids []string) []string {
	var out []string
	for _, id := range ids {
		out = append(out, EscapeMarkup(w.b.directory.names[id]))
	}
	return out
}

// missing names the items that the contract asks for and the request lacks, by the text that was in force when it was
// received. Only what is mapped can be missing.
func (w *writer) missing(obligation string) []string {
	version := w.o.Contract
	for _, v := range version.Earlier {
		if at := w.req.ReceivedAt; !at.Before(v.ValidFrom) && at.Before(v.ValidTo) {
			version = v
		}
	}
	o, now := version.Obligation(obligation), w.req.State()
	if o == nil {
		return nil
	}
	var out []string
	for _, item := range o.Missing(&now) {
		if _, mapped := w.b.field(item.ID); mapped {
			out = append(out, item.Title.In(w.o.Lang))
		}
	}
	return out
}

// Upkeep gives the fields of the mapping that slabridge keeps, as they should be and are not: the nearest deadline in
// the contract's zone (or as the field's type has it), and the request's state, one of enforcer's cycle states. The
// values change when a deadline or a state does, never because time passes. A field that is not on the issue's form is
// left out, and a paused cycle has no deadline to show, since it moves as long as the pause lasts.
func (b *Bound) Upkeep(ev enforcer.Evaluation, h connectors.History) map[string]string {
	due, state := nearestDue(ev), string(worstState(ev))
	var out map[string]string
	for _, f := range b.fields {
		values, onForm := h.Issue.Values[f.key]
		if !f.Write || !onForm {
			continue
		}
		var target string
		switch f.Is {
		case FieldSLADue:
			target = f.dueText(due)
		case FieldSLAState:
			target = state
		default:
			continue
		}
		if f.holds(values, target) {
			continue
		}
		if out == nil {
			out = make(map[string]string)
		}
		out[f.key] = target
	}
	return out
}

// nearestDue is in the contract's zone; zero when nothing is due.
func nearestDue(ev enforcer.Evaluation) time.Time {
	var nearest time.Time
	for _, c := range ev.Cycles {
		if c.Obligation.Escalation && !c.Due.After(ev.Now) { // slabridge is about to carry the promised act out
			continue
		}
		if c.State == enforcer.Running && !c.Due.IsZero() && (nearest.IsZero() || c.Due.Before(nearest)) {
			nearest = c.Due
		}
	}
	return nearest.In(ev.Contract.Zone())
}

// dueText is a moment as the field takes it: of a type of moments or dates in that type's one form, of any other as a
// person of the contract's zone would write it.
func (f boundField) dueText(t time.Time) string {
	switch {
	case t.IsZero():
		return ""
	case f.kind == connectors.FieldDateTime:
		return t.UTC().Format(time.RFC3339)
	case f.kind == connectors.FieldDate:
		return t.Format(time.DateOnly)
	case t.Second() != 0:
		return t.Format(layoutSeconds)
	}
	return t.Format(layoutMinutes)
}

// holds reports whether the field has the one value, "" being none; moments are the same in whatever zone they are
// written.
func (f boundField) holds(values []string, target string) bool {
	if len(values) != 1 {
		return len(values) == 0 && target == ""
	}
	is := values[0]
	if at, err := time.Parse(time.RFC3339, is); err == nil && f.kind == connectors.FieldDateTime {
		is = f.dueText(at)
	}
	return is == target
}

// worstState is the state of a request's cycles that a person should see first in a list.
func worstState(ev enforcer.Evaluation) enforcer.CycleState {
	order := []enforcer.CycleState{
		enforcer.Breached, enforcer.Running, enforcer.Paused, enforcer.Escalated, enforcer.Met, enforcer.NotJudged,
		enforcer.Cancelled,
	}
	worst := len(order)
	for _, c := range ev.Cycles {
		if i := slices.Index(order, c.State); i >= 0 && !c.Obligation.NoVerdict {
			worst = min(worst, i)
		}
	}
	if worst == len(order) {
		return ""
	}
	return order[worst]
}
