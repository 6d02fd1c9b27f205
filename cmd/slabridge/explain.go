package main

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/engine"
	"slabridge/enforcer/ledger"
)

func (a *app) explainCmd() *cobra.Command {
	return a.withAt(&cobra.Command{
		Use:   "explain ISSUE",
		Short: "Tell the story of an issue: events, cycles, pauses, steps and writes, with clauses",
		Args:  cobra.ExactArgs(1),
		RunE:  func(cmd *cobra.Command, args []string) error { return a.explain(cmd.Context(), args[0]) },
	})
}

// explanation is what `explain -o json` gives.
type explanation struct {
	Issue    string        `json:"issue"`
	Subject  string        `json:"subject"`
	State    string        `json:"tracker_state"` // visible, hidden or gone
	Contract string        `json:"contract"`
	Severity string        `json:"severity"`
	Now      time.Time     `json:"now"`
	Hold     string        `json:"hold,omitempty"`
	Notes    []string      `json:"notes,omitempty"`
	Events   []eventInfo   `json:"events"`
	Timeline []segmentInfo `json:"timeline"` // every second from the receipt to now, and who held the request
	Cycles   []cycleStory  `json:"cycles"`
	Writes   []writeInfo   `json:"writes"`
	// SecondOpinion are the clocks that the tracker itself keeps on the issue, as it last told them; never the source of ours.
	SecondOpinion []slaInfo `json:"second_opinion,omitempty"`
}

// slaInfo is one cycle of a clock of the tracker's own.
type slaInfo struct {
	Name       string     `json:"name"`
	Ongoing    bool       `json:"ongoing"`
	Started    *time.Time `json:"started"`
	Stopped    *time.Time `json:"stopped"`
	Breach     *time.Time `json:"breach"`
	Breached   bool       `json:"breached"`
	Paused     bool       `json:"paused"`
	GoalS      int64      `json:"goal_s"`
	ElapsedS   int64      `json:"elapsed_s"`
	RemainingS int64      `json:"remaining_s"`
}

// secondOpinion reads the clocks that a kind of tracker keeps itself out of what it said of the issue.
func secondOpinion(kind connectors.Kind, raw json.RawMessage, loc *time.Location) []slaInfo {
	if kind.SecondOpinion == nil {
		return nil
	}
	var out []slaInfo
	for _, s := range kind.SecondOpinion(raw) {
		out = append(out, slaInfo{
			s.Name, s.Ongoing, in(s.Started, loc), in(s.Stopped, loc), in(s.Breach, loc), s.Breached, s.Paused,
			int64(s.Goal / time.Second), int64(s.Elapsed / time.Second), int64(s.Remaining / time.Second),
		})
	}
	return out
}

type eventInfo struct {
	ID      string    `json:"id"`
	At      time.Time `json:"at"`
	By      string    `json:"by"`
	Role    string    `json:"role"`
	What    []string  `json:"what"`
	Ours    []string  `json:"ours,omitempty"` // the steps whose comment this is
	Segment string    `json:"status_class,omitempty"`
}

type cycleStory struct {
	Obligation string        `json:"obligation"`
	Title      string        `json:"title"`
	Cycle      string        `json:"cycle"`
	Ordinal    int           `json:"ordinal"`
	State      string        `json:"state"`
	Severity   string        `json:"severity"`
	Started    time.Time     `json:"started"`
	Due        *time.Time    `json:"due"`
	Ended      *time.Time    `json:"ended"`
	EndedBy    string        `json:"ended_by,omitempty"`
	EndedWhy   string        `json:"ended_why,omitempty"` // a code
	endedName  string        // of the person
	ElapsedS   int64         `json:"elapsed_s"`
	RemainingS int64         `json:"remaining_s"`
	Pauses     []pauseInfo   `json:"pauses"`
	Steps      []stepHistory `json:"steps"`
	Source     string        `json:"source"`
	Assumption string        `json:"assumption,omitempty"`
	DueNote    string        `json:"due_note,omitempty"` // a code: why the due is not the term's own
	Moves      []moveInfo    `json:"moves,omitempty"`
	Segments   []segmentInfo `json:"segments"` // every second from the start to now, on the cycle's own clock
	Why        []string      `json:"why"`
}

// moveInfo is a change of the due date that a cycle's due rests on.
type moveInfo struct {
	At      time.Time  `json:"at"`
	By      string     `json:"by"`
	From    string     `json:"from"`
	To      string     `json:"to"`
	Binding *time.Time `json:"binding"` // since when it decides the due; null while it does not
	Event   string     `json:"event"`
}

type pauseInfo struct {
	From  time.Time  `json:"from"`
	To    *time.Time `json:"to"`
	Class string     `json:"class"`
	Event string     `json:"event"`
}

type stepHistory struct {
	Step  string     `json:"step"`
	At    *time.Time `json:"at"`
	State string     `json:"state"` // the ledger's, or one of those below
}

// What a step is that the ledger does not know.
const (
	toCome    = "to come"
	notNeeded = "not needed" // its cycle ended before
	noMoment  = "none"       // a warning of a due that does not exist
)

func (a *app) explain(ctx context.Context, key string) error {
	w, err := a.open(ctx, reads)
	if err != nil {
		return err
	}
	defer w.close()
	at, err := a.moment()
	if err != nil {
		return err
	}
	found, err := w.engine.Explain(ctx, strings.TrimPrefix(key, "#"), at)
	if err != nil {
		return err
	}
	for _, x := range found {
		if err := w.decided(ctx, x.Entries); err != nil {
			return err
		}
		story, err := a.story(x, w.kind(x.Connection), w.zone())
		if err != nil {
			return err
		}
		if a.json() {
			if err := a.writeJSON(story); err != nil {
				return err
			}
			continue
		}
		a.printStory(story)
	}
	return nil
}

func (a *app) story(x engine.Explanation, kind connectors.Kind, zone zoneOf) (explanation, error) {
	out := explanation{
		Issue: x.History.Issue.Key, Subject: x.History.Issue.Subject, State: string(x.State),
		Events: []eventInfo{}, Timeline: []segmentInfo{}, Cycles: []cycleStory{}, Writes: []writeInfo{},
	}
	if x.Contract == nil {
		return out, nil
	}
	loc := x.Contract.Calendar.Location()
	ev := x.Evaluation
	out.Contract, out.Severity, out.Now = x.Contract.ID, ev.State.Severity, ev.Now.In(loc)
	out.Hold, out.Notes = ev.Request.Hold, ev.Request.Notes
	out.SecondOpinion = secondOpinion(kind, x.History.Issue.Raw, loc)
	n := namesOf(x.Directory)
	for i := range ev.Request.Moments {
		out.Events = append(out.Events, a.eventOf(ev.Request, i, loc))
	}
	state := map[enforcer.StepKey]string{}
	for _, e := range x.Entries {
		state[e.Key] = string(e.State)
		out.Writes = append(out.Writes, a.info(e, n, zone(e.Key.Contract)))
	}
	timeline, err := ev.Timeline()
	if err != nil {
		return out, err
	}
	out.Timeline = a.segmentsOf(timeline, loc)
	for i := range ev.Cycles {
		story, err := a.cycleStory(&ev, &ev.Cycles[i], state, loc)
		if err != nil {
			return out, err
		}
		out.Cycles = append(out.Cycles, story)
	}
	return out, nil
}

// eventOf says what happened at a moment, in the contract's words.
func (a *app) eventOf(r *enforcer.Request, i int, loc *time.Location) eventInfo {
	m := &r.Moments[i]
	e := eventInfo{ID: m.Event, At: m.At.In(loc), By: m.By.Name, Role: string(m.By.Role), What: []string{}, Ours: m.Steps, Segment: string(m.State.Status)}
	say := func(what string) { e.What = append(e.What, what) }
	switch {
	case i == 0 && m.State.Severity == "":
		say(a.tf("made, status %s", m.State.Status))
		return e
	case i == 0:
		say(a.tf("received, severity %s, status %s", m.State.Severity, m.State.Status))
		return e
	}
	was := &r.Moments[i-1].State
	if m.Note != "" {
		note := a.t("public comment")
		if m.Note == enforcer.Internal {
			note = a.t("internal comment")
		}
		switch {
		case m.AutoReply:
			note += " (" + a.t("an automatic reply") + ")"
		case m.OnBehalf:
			note += " (" + a.t("on the customer's behalf") + ")"
		}
		say(note)
	}
	if m.State.Status != was.Status {
		say(a.tf("status %s", m.State.Status))
	}
	if m.State.Severity != was.Severity {
		say(a.tf("severity %s", m.State.Severity))
	}
	switch now := m.State.Assignee; now.ID {
	case was.Assignee.ID:
	case "":
		say(a.t("unassigned"))
	default:
		say(a.tf("assigned to %s", now.Name))
	}
	switch {
	case m.State.Priority > was.Priority:
		say(a.t("priority raised"))
	case m.State.Priority < was.Priority:
		say(a.t("priority lowered"))
	}
	switch {
	case m.State.Covered && !was.Covered:
		say(a.t("came under the contract"))
	case !m.State.Covered && was.Covered:
		say(a.t("left the contract"))
	}
	if len(e.What) == 0 {
		say(a.t("something else changed"))
	}
	return e
}

func (a *app) cycleStory(ev *enforcer.Evaluation, c *enforcer.Cycle, state map[enforcer.StepKey]string, loc *time.Location) (cycleStory, error) {
	at := func(t time.Time) *time.Time {
		if t.IsZero() {
			return nil
		}
		t = t.In(loc)
		return &t
	}
	s := cycleStory{
		Obligation: c.Obligation.ID, Title: c.Obligation.Title.In(a.lang), Cycle: c.ID, Ordinal: c.Ordinal,
		State: string(c.State), Severity: c.Severity, Started: c.StartedAt.In(loc), Due: at(c.Due), Ended: at(c.EndedAt),
		EndedBy: c.EndEvent, EndedWhy: c.EndWhy, endedName: c.EndBy.Name, DueNote: c.DueNote, ElapsedS: int64(c.Elapsed.Seconds()), RemainingS: int64(c.Remaining.Seconds()),
		Source: c.Obligation.Source, Assumption: c.Obligation.Assumption.In(a.lang),
		Pauses: []pauseInfo{}, Steps: []stepHistory{}, Why: []string{},
	}
	if note := a.dueNote(c.DueNote); note != "" {
		s.Why = append(s.Why, note)
	}
	for _, w := range c.DueWhy {
		s.Why = append(s.Why, w.Text(a.lang))
	}
	for _, p := range c.Pauses {
		s.Pauses = append(s.Pauses, pauseInfo{p.From.In(loc), at(p.To), string(p.Class), p.Event})
	}
	for _, m := range c.Moves {
		s.Moves = append(s.Moves, moveInfo{m.At.In(loc), m.By.Name, m.From, m.To, at(m.Binding), m.Event})
	}
	segments, err := ev.Segments(c)
	if err != nil {
		return s, err
	}
	s.Segments = a.segmentsOf(segments, loc)
	for _, step := range c.Steps {
		key := enforcer.StepKey{
			Connection: ev.Request.Connection, Issue: ev.Request.Issue, Contract: ev.Contract.ID,
			Obligation: c.Obligation.ID, Cycle: c.ID, Step: step.Step.ID,
		}
		h := stepHistory{Step: step.Step.ID, At: at(step.At), State: state[key]}
		switch {
		case h.State != "":
		case !c.EndedAt.IsZero() && (step.At.IsZero() || step.At.After(c.EndedAt)):
			h.State = notNeeded
		case !c.EndedAt.IsZero():
			h.State = string(ledger.Past) // the cycle was over before enforcement began: the ledger leaves such out
		case step.At.IsZero():
			h.State = noMoment
		default:
			h.State = toCome
		}
		s.Steps = append(s.Steps, h)
	}
	return s, nil
}
