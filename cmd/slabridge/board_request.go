package main

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/board"
	"slabridge/enforcer/engine"
	"slabridge/enforcer/report"
)

// storiesAnswer is what /api/v1/request/KEY gives: what `explain -o json` has of each contract.
type storiesAnswer struct {
	Stories []explanation `json:"stories"`
}

// shownWhole keeps of the stories of an issue those that a reader may see. Each tells the whole of the issue: its
// subject of now, and what everybody did to it, wherever it lay then. So who does not see every contract of the
// connection sees an issue only if he sees all that have or had it, and it lies in one of these now.
func shownWhole(found []engine.Explanation, r reader, connection func(string) bool) []engine.Explanation {
	hidden := map[string]bool{} // by connection: two trackers may have the same key
	for i := range found {
		x := &found[i]
		if x.Contract == nil || !r.sees(x.Contract.ID) || !connection(x.Connection) && !staysWithin(x.Stays, r) {
			hidden[x.Connection] = true
		}
	}
	return slices.DeleteFunc(found, func(x engine.Explanation) bool { return hidden[x.Connection] })
}

// staysWithin reports whether an issue lies in a contract that the reader sees, and was never in a project that
// belonged to others alone. A story says of itself that its contract covered the request; a contract without one was
// not valid then, and matters where no contract that the reader sees had the request in its place.
func staysWithin(stays []engine.Stay, r reader) bool {
	now, own := false, map[string]bool{}
	for _, s := range stays {
		if r.sees(s.Contract) {
			now = now || s.Now
			for _, project := range s.Projects {
				own[project] = true
			}
		}
	}
	return now && !slices.ContainsFunc(stays, func(s engine.Stay) bool {
		return slices.ContainsFunc(s.Projects, func(project string) bool { return !own[project] })
	})
}

// requestsOf answers what there is to say of an issue. connection says of which connections whoever asks sees every
// contract.
func requestsOf(ctx context.Context, w *workspace, key string, connection func(string) bool) (board.Requests, error) {
	found, err := w.engine.Explain(ctx, strings.TrimPrefix(key, "#"), w.asOf)
	r := readerOf(ctx)
	all := r.seesAll()
	if !all {
		found = shownWhole(found, r, connection)
	}
	if !all && (errors.Is(err, engine.ErrNotMirrored) || err == nil && len(found) == 0) {
		return board.Requests{}, board.ErrNotFound // the same answer for a missing request and a hidden one
	}
	if errors.Is(err, engine.ErrNotMirrored) {
		return board.Requests{}, message.Errorf("%w: %w", board.ErrNotFound, err)
	}
	if err != nil {
		return board.Requests{}, err
	}
	var out board.Requests
	answer := storiesAnswer{}
	for _, x := range found {
		if err := w.decided(ctx, x.Entries); err != nil {
			return out, err
		}
		story, err := storyOf(ctx, w, x)
		if err != nil {
			return out, err
		}
		answer.Stories = append(answer.Stories, story)
		out.Stories = append(out.Stories, storyTeller{w, &x, &story}.request())
	}
	out.Value = answer
	return out, nil
}

// storyTeller words the story of an issue for its page.
type storyTeller struct {
	*workspace
	found *engine.Explanation
	story *explanation
}

func (s storyTeller) request() board.Request {
	x, now := s.story, s.story.Now
	r := board.Request{
		Key: x.Issue, Typed: typed(x.Issue), Subject: x.Subject, Link: s.issuePage(s.found.Connection, x.Issue),
		Contract: x.Contract, Notes: x.Notes, Now: now,
	}
	if hold := x.held.In(s.lang); hold != "" {
		r.Notes = append([]string{s.t("on hold: ") + hold}, r.Notes...)
	}
	if x.State != "visible" {
		r.Notes = append(r.Notes, s.t("out of our sight in the tracker: frozen until it is seen again"))
	}
	if s.found.Contract == nil {
		return r
	}
	r.ContractTitle = s.found.Contract.Title.In(s.lang)
	r.Facts = s.facts()
	link := s.pages(s.found.Connection)
	for i := range x.Events {
		e := &x.Events[i]
		r.Events = append(r.Events, board.Event{
			At: e.At, ID: s.event(e.ID), When: s.brief(e.At, now), Link: link(x.Issue, e.ID), Who: cmp.Or(e.By, s.t("somebody")),
			Role: s.role(e.Role), RoleID: string(e.Role), What: strings.Join(e.What, ", "),
			Ours: len(e.Ours) > 0 || e.Role == enforcer.Bot,
		})
	}
	r.Held = s.held()
	for _, h := range x.holdings {
		r.Holdings = append(r.Holdings, holdingText(&s.page, &h))
	}
	told := map[int]bool{} // of the writes, those that are of a step of a cycle
	for i := range x.Cycles {
		r.Cycles = append(r.Cycles, s.cycle(&x.Cycles[i], told))
	}
	for i := range x.Writes {
		if w := &x.Writes[i]; !told[i] {
			r.Others = append(r.Others, s.step(w.step(&s.page), w.State, w.Moment, w))
		}
	}
	r.Working = s.working(&r)
	return r
}

// facts are what stands at the top of the page.
func (s storyTeller) facts() []board.Fact {
	x := s.story
	out := []board.Fact{{Name: s.t("contract"), Value: cmp.Or(s.found.Contract.Title.In(s.lang), x.Contract)}}
	if x.Severity != "" {
		out = append(out, board.Fact{
			Name: s.t("severity"), Value: s.found.Contract.SeverityTitle(x.Severity).In(s.lang),
		})
	}
	who := s.t("nobody has it")
	h := s.found.History
	if !s.asOf.IsZero() {
		h = h.At(s.asOf)
	}
	if id := h.Issue.Values.One(connectors.FieldAssignee); id != "" {
		who = namesOf(s.found.Directory).of(connectors.FieldAssignee, id)
	}
	return append(out, board.Fact{Name: s.t("assignee"), Value: who},
		board.Fact{Name: s.t("as of"), Value: s.stamp(x.Now)},
		board.Fact{Name: s.t("time zone"), Value: s.found.Contract.Zone().String()})
}

// held is who had the request, nights and days off folded in.
func (s storyTeller) held() []board.Stretch {
	var out []board.Stretch
	for _, x := range s.story.Timeline {
		if n := len(out); n > 0 && out[n-1].Holder == x.Holder {
			out[n-1].To = x.To
			continue
		}
		out = append(out, board.Stretch{
			From: x.From, To: x.To, Holder: x.Holder, Name: s.t(holderWords[x.Holder]), Cause: s.event(x.Cause),
		})
	}
	for i := range out {
		out[i].When = s.stretch(out[i].From, out[i].To, s.story.Now)
	}
	return out
}

func (s storyTeller) cycle(c *cycleStory, told map[int]bool) board.Cycle {
	now := s.story.Now
	out := board.Cycle{
		Obligation: c.Obligation, Title: cmp.Or(c.Title, c.Obligation), Clause: s.cited(c.Source), State: c.State,
		StateWord: stateWord(&s.page, c.State), Started: c.Started, Due: c.Due, Ended: c.Ended, Why: c.Why,
	}
	switch left := s.left(c); {
	case c.Ended != nil:
		out.Result = s.tf("ended %s", s.brief(*c.Ended, now)) + ": " + c.ending(&s.page)
		if left != "" {
			out.Result += "; " + left
		}
	default:
		out.Result = cmp.Or(left, s.t("no due"))
	}
	out.Facts = append(out.Facts, board.Fact{Name: s.t("counted from"), Value: s.brief(c.Started, now) + ", " + c.Cycle})
	if c.Due != nil {
		out.Facts = append(out.Facts, board.Fact{Name: s.t("deadline"), Value: s.brief(*c.Due, now)})
	}
	out.Facts = append(out.Facts, board.Fact{Name: s.t("clause"), Value: s.cited(c.Source)})
	if cal := s.calendarOf(c); cal != "" {
		out.Facts = append(out.Facts, board.Fact{Name: s.t("calendar"), Value: cal})
	}
	if c.Assumption != "" {
		out.Facts = append(out.Facts, board.Fact{Name: s.t("how the text is read"), Value: c.Assumption})
	}
	out.Stretches = s.stretches(c)
	for _, step := range c.Steps {
		at, write := time.Time{}, s.write(c, step.Step, told)
		if step.At != nil {
			at = *step.At
		}
		out.Steps = append(out.Steps, s.step(s.stepTitle(c.obligation, step.Step), step.State, at, write))
	}
	return out
}

// left is how much of the promise's own time is left, or by how much it is over.
func (s storyTeller) left(c *cycleStory) string {
	switch {
	case c.Due == nil:
		return ""
	case c.RemainingS < 0:
		return s.tf("%s over", s.seconds(-c.RemainingS))
	}
	return s.tf("%s left", s.seconds(c.RemainingS))
}

// calendarOf names the calendar that the cycle is counted by.
func (s storyTeller) calendarOf(c *cycleStory) string {
	for i := range s.found.Evaluation.Cycles {
		x := &s.found.Evaluation.Cycles[i]
		if x.Obligation.ID != c.Obligation || x.ID != c.Cycle {
			continue
		}
		if x.AlwaysOn() {
			return s.t("round the clock")
		}
		return x.Calendar().ID() + ", " + s.dataOf(x.Calendar().Version())
	}
	return ""
}

// write finds what the ledger has of a step.
func (s storyTeller) write(c *cycleStory, step string, told map[int]bool) *writeInfo {
	i := slices.IndexFunc(s.story.Writes, func(w writeInfo) bool {
		return w.Obligation == c.Obligation && w.Cycle == c.Cycle && w.Step == step
	})
	if i < 0 {
		return nil
	}
	told[i] = true
	return &s.story.Writes[i]
}

// step words a step with what the ledger has of it, if it has anything.
func (s storyTeller) step(id, state string, at time.Time, w *writeInfo) board.Step {
	out := board.Step{ID: id, State: state, At: at, StateWord: cmp.Or(s.t(stepWords[state]), stateWord(&s.page, state))}
	if state == report.StepNoMoment {
		out.StateWord = s.t("no due")
	}
	if !at.IsZero() {
		out.When = s.brief(at, s.story.Now)
	}
	if w == nil {
		return out
	}
	out.Why, out.Hint = w.why(&s.page), w.Hint
	for _, r := range w.Refused {
		out.Why += "; " + s.t("refused: ") + s.kept(r)
	}
	if w.Error != "" {
		out.Why += "; " + s.t("error: ") + s.keptError(w.Error)
	}
	out.Changes = s.changes(&w.Changes)
	if c := w.Changes.Comment; c != nil {
		out.Words, out.Audience = strings.TrimSpace(c.Text), s.t("public comment")
		if c.Internal {
			out.Audience = s.t("internal comment")
		}
		if w.Event != "" {
			out.Link = s.pages(s.found.Connection)(s.story.Issue, w.Event)
		}
	}
	return out
}

// changes says what a write changed beside its comment.
func (s storyTeller) changes(c *changesInfo) string {
	var out []string
	each := func(format phrase, value string) {
		if value != "" {
			out = append(out, s.tf(format, value))
		}
	}
	each("assign %s", c.Assign)
	each("priority %s", c.Priority)
	each("add watchers: %s", strings.Join(c.Watchers, ", "))
	each("status %s", c.Transition)
	for _, f := range slices.Sorted(maps.Keys(c.Fields)) {
		out = append(out, f+" = "+c.Fields[f])
	}
	return strings.Join(out, ", ")
}
