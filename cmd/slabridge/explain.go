package main

import (
	"cmp"
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/mirror"
	"slabridge/enforcer"
	"slabridge/enforcer/engine"
	"slabridge/enforcer/report"
)

func explainCmd(a *app) *cobra.Command {
	full := false
	c := a.withAt(&cobra.Command{
		Use:   "explain ISSUE",
		Short: "Tell the story of an issue: events, deadlines, pauses, writes",
		Long: "Tell the story of an issue: its events, each obligation's cycles with their clauses, pauses and steps, " +
			"and what was written.",
		Args: cobra.ExactArgs(1),
		RunE: a.withWorkspace(reads, func(ctx context.Context, w *workspace, args []string) error {
			return explain(ctx, w, args[0], full)
		}),
	})
	c.Flags().BoolVar(&full, "full", false, "each night and day off, and how each deadline that was kept came about")
	return c
}

// explanation is what `explain -o json` gives.
type explanation struct {
	Issue    string        `json:"issue"`
	Subject  string        `json:"subject"`
	State    mirror.State  `json:"tracker_state"` // visible, hidden or gone
	Contract string        `json:"contract"`
	Severity string        `json:"severity"`
	Now      time.Time     `json:"now"`
	Hold     string        `json:"hold,omitempty"`
	Notes    []string      `json:"notes,omitempty"`
	Events   []eventInfo   `json:"events"`
	Timeline []segmentInfo `json:"timeline"` // every second from the receipt to now, and who held the request
	Cycles   []cycleStory  `json:"cycles"`
	Writes   []writeInfo   `json:"writes"`
	// SecondOpinion are the clocks that the tracker itself keeps on the issue, as it last told them; never the source of
	// ours.
	SecondOpinion []slaInfo `json:"second_opinion,omitempty"`

	severity string             // by its title
	contract *enforcer.Contract // for the titles of its steps
	holdings []report.Holding
	held     enforcer.Text // as Hold, for people
	full     bool          // a person wants each night, and the arithmetic of what was kept
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
func secondOpinion(kind connectors.Kind, raw json.RawMessage, zone *time.Location) []slaInfo {
	if kind.SecondOpinion == nil {
		return nil
	}
	var out []slaInfo
	for _, s := range kind.SecondOpinion(raw) {
		out = append(out, slaInfo{
			s.Name, s.Ongoing, report.In(s.Started, zone), report.In(s.Stopped, zone), report.In(s.Breach, zone),
			s.Breached, s.Paused,
			int64(s.Goal / time.Second), int64(s.Elapsed / time.Second), int64(s.Remaining / time.Second),
		})
	}
	return out
}

type eventInfo struct {
	ID    string               `json:"id"`
	At    time.Time            `json:"at"`
	By    string               `json:"by"`
	Role  enforcer.Role        `json:"role"`
	What  []string             `json:"what"`
	Ours  []string             `json:"ours,omitempty"` // the steps whose comment this is
	Class enforcer.StatusClass `json:"status_class,omitempty"`
}

type cycleStory struct {
	Obligation string     `json:"obligation"`
	Title      string     `json:"title"`
	Cycle      string     `json:"cycle"`
	Ordinal    int        `json:"ordinal"`
	State      string     `json:"state"`
	Severity   string     `json:"severity"`
	Started    time.Time  `json:"started"`
	Due        *time.Time `json:"due"`
	Ended      *time.Time `json:"ended"`
	EndedBy    string     `json:"ended_by,omitempty"`
	EndedWhy   string     `json:"ended_why,omitempty"` // a code
	endedName  string     // of the person
	obligation *enforcer.Obligation
	ElapsedS   int64         `json:"elapsed_s"`
	RemainingS int64         `json:"remaining_s"`
	Pauses     []pauseInfo   `json:"pauses"`
	Steps      []stepHistory `json:"steps"`
	Source     string        `json:"source"`
	Assumption string        `json:"assumption,omitempty"`
	DueNote    string        `json:"due_note,omitempty"` // a code: why the deadline is not the term's own
	Moves      []moveInfo    `json:"moves,omitempty"`
	Date       string        `json:"date,omitempty"` // the date that decides the deadline, or that met the obligation
	RestsOn    *restsInfo    `json:"rests_on,omitempty"`
	dateNote   string
	Segments   []segmentInfo `json:"segments"` // every second from the start to now, on the cycle's own clock
	Why        []string      `json:"why"`
	// Judged is when the verdict was reached, if it holds although today's text would judge otherwise.
	Judged *time.Time `json:"judged,omitempty"`
}

// moveInfo is a change of the due date that a cycle's deadline rests on.
type moveInfo struct {
	At      time.Time  `json:"at"`
	By      string     `json:"by"`
	From    string     `json:"from"`
	To      string     `json:"to"`
	Binding *time.Time `json:"binding"` // since when it decides the deadline; null while it does not
	Event   string     `json:"event"`
	RestsOn *restsInfo `json:"rests_on,omitempty"`
	Past    bool       `json:"past,omitempty"` // it lay in the past when it was set

	rests string
}

// restsInfo is what a date rests on.
type restsInfo struct {
	Kind   enforcer.ConsentKind `json:"kind"` // "" where no consent is recorded
	By     string               `json:"by,omitempty"`
	At     *time.Time           `json:"at,omitempty"`
	Event  string               `json:"event,omitempty"`
	Reason string               `json:"reason,omitempty"`
}

func restsOf(c *enforcer.Consent, zone *time.Location) *restsInfo {
	return &restsInfo{c.Kind, c.By.Name, report.In(c.At, zone), c.Event, c.Reason}
}

// restsText says what a date rests on.
func restsText(p *page, c *enforcer.Consent, zone *time.Location) string {
	by, at := c.By.Name, p.stamp(c.At.In(zone))
	switch c.Kind {
	case enforcer.ConsentField:
		return p.tf("agreed: the field was filled by %s, %s", by, at)
	case enforcer.ConsentCustomer:
		return p.tf("agreed: the customer set it himself, %s, %s", by, at)
	case enforcer.ConsentRecorded:
		return p.tf("agreed: recorded by %s, %s: %s", by, at, c.Reason)
	case enforcer.ConsentAccepted:
		return p.tf("agreed: by what the contract takes for consent, %s, %s", by, at)
	case enforcer.MovedEarlier:
		return p.t("moved earlier, which binds at once")
	}
	return p.t("consent not recorded")
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
	State string     `json:"state"` // the ledger's, or what report.StepState tells
}

func explain(ctx context.Context, w *workspace, issue string, full bool) error {
	found, err := w.engine.Explain(ctx, strings.TrimPrefix(issue, "#"), w.asOf)
	if err != nil {
		return err
	}
	for _, x := range found {
		if err := w.decided(ctx, x.Entries); err != nil {
			return err
		}
		story, err := storyOf(ctx, w, x)
		if err != nil {
			return err
		}
		story.full = full
		if err := w.show(story); err != nil {
			return err
		}
	}
	return nil
}

func storyOf(ctx context.Context, w *workspace, x engine.Explanation) (explanation, error) {
	out := explanation{
		Issue: x.History.Issue.Key, Subject: x.History.Issue.Subject, State: x.State,
		Events: []eventInfo{}, Timeline: []segmentInfo{}, Cycles: []cycleStory{}, Writes: []writeInfo{},
	}
	if x.Contract == nil {
		return out, nil
	}
	zone, ev := x.Contract.Zone(), x.Evaluation
	out.Contract, out.Severity, out.Now = x.Contract.ID, ev.State.Severity, ev.Now.In(zone)
	out.severity, out.contract = w.severity(x.Contract, out.Severity), x.Contract
	out.held = ev.Request.WhyHeld(zone)
	out.Hold, out.Notes = out.held.In(message.English), ev.Request.Notes
	for _, f := range ev.Request.Faults {
		if f.Field != "" { // the promises that rest on it say so
			continue
		}
		out.Notes = append(out.Notes, w.tf("%s: what lies in it is neither judged nor written about", f.Why))
	}
	out.SecondOpinion = secondOpinion(w.kind(x.Connection), x.History.Issue.Raw, zone)
	for i := range ev.Request.Moments {
		out.Events = append(out.Events, eventOf(&w.page, ev.Request, i, x.Contract))
	}
	timeline := ev.Timeline()
	out.Timeline, out.holdings = segmentsOf(&w.page, timeline, zone), report.Holdings(timeline)
	for i := range ev.Cycles {
		out.Cycles = append(out.Cycles, cycleStoryOf(&w.page, &ev, &ev.Cycles[i], x.Steps, zone))
	}
	var err error
	out.Writes, err = w.infos(ctx, x.Entries)
	return out, err
}

// eventOf says what happened at a moment, in the contract's words.
func eventOf(p *page, r *enforcer.Request, i int, c *enforcer.Contract) eventInfo {
	m := &r.Moments[i]
	e := eventInfo{
		ID: m.Event, At: m.At.In(c.Zone()), By: m.By.Name, Role: m.By.Role, What: []string{}, Ours: m.Steps,
		Class: m.State.Status,
	}
	say := func(what phrase, args ...any) { e.What = append(e.What, p.tf(what, args...)) }
	switch {
	case i == 0 && m.State.Severity == "":
		say("made, status %s", p.class(m.State.Status))
		return e
	case i == 0:
		say("received, severity %s, status %s", p.severity(c, m.State.Severity), p.class(m.State.Status))
		return e
	}
	was := &r.Moments[i-1].State
	if m.Agreed != nil {
		say("the customer's consent to %s was recorded: %s", m.Agreed.Date, m.Agreed.Reason)
	}
	if m.State.DueDate != was.DueDate {
		say("due date %s", cmp.Or(m.State.DueDate, p.t("none")))
	}
	if m.Note != "" {
		e.What = append(e.What, noteOf(p, m))
	}
	if m.State.Status != was.Status {
		say("status %s", p.class(m.State.Status))
	}
	if m.State.Severity != was.Severity {
		say("severity %s", p.severity(c, m.State.Severity))
	}
	switch now := m.State.Assignee; now.ID {
	case was.Assignee.ID:
	case "":
		say("unassigned")
	default:
		say("assigned to %s", now.Name)
	}
	switch {
	case m.State.Priority > was.Priority:
		say("priority raised")
	case m.State.Priority < was.Priority:
		say("priority lowered")
	}
	switch {
	case m.State.Covered && !was.Covered:
		say("came under the contract")
	case !m.State.Covered && was.Covered:
		say("left the contract")
	}
	if len(e.What) == 0 {
		say("something else changed")
	}
	return e
}

// noteOf says for whom a comment is, and what makes it another than an ordinary one.
func noteOf(p *page, m *enforcer.Moment) string {
	note := p.t(audienceWords[m.Note])
	switch {
	case m.AutoReply:
		note += " (" + p.t("an automatic reply") + ")"
	case m.OnBehalf:
		note += " (" + p.t("on the customer's behalf") + ")"
	}
	return note
}

func cycleStoryOf(
	p *page, ev *enforcer.Evaluation, c *enforcer.Cycle, decided map[enforcer.StepKey]enforcer.EntryState,
	zone *time.Location,
) cycleStory {
	s := cycleStory{
		Obligation: c.Obligation.ID, Title: c.Obligation.Title.In(p.lang), Cycle: c.ID, Ordinal: c.Ordinal,
		State: string(c.State), Severity: c.Severity,
		Started: c.StartedAt.In(zone), Due: report.In(c.Due, zone), Ended: report.In(c.EndedAt, zone),
		EndedBy: c.EndEvent, EndedWhy: c.EndWhy, endedName: c.EndBy.Name, DueNote: c.DueNote,
		obligation: c.Obligation,
		ElapsedS:   int64(c.Elapsed.Seconds()), RemainingS: int64(c.Remaining.Seconds()), Source: c.Obligation.Source,
		Assumption: c.Obligation.Assumption.In(p.lang), Pauses: []pauseInfo{}, Steps: []stepHistory{}, Why: []string{},
	}
	if why := c.UnjudgedText(); why != nil {
		s.Why = append(s.Why, p.tf("not judged: %s", why.In(p.lang)))
	}
	if c.Unmeasured != nil && c.Unjudged == nil {
		s.Why = append(s.Why, p.tf("elapsed and remaining time are not known: %s",
			enforcer.WhyNot(c.Unmeasured).In(p.lang)))
	}
	why := c.DueWhy()
	if v := c.Judged; v != nil {
		s.Judged = report.In(v.JudgedAt, zone)
		s.Why = append(s.Why, p.tf("the verdict of %s stands: an edit of contract, calendar or mapping changes none",
			p.moment(*s.Judged)))
		if why == nil {
			s.Why = append(s.Why, v.Facts.Why...)
		}
	}
	if note := dueNote(p, c); note != "" {
		s.Why = append(s.Why, note)
	}
	for _, w := range why {
		s.Why = append(s.Why, w.Text(p.lang))
	}
	for _, x := range c.Pauses {
		s.Pauses = append(s.Pauses, pauseInfo{x.From.In(zone), report.In(x.To, zone), string(x.Class), x.Event})
	}
	for _, m := range c.Moves {
		move := moveInfo{
			At: m.At.In(zone), By: m.By.Name, From: m.From, To: m.To, Binding: report.In(m.Binding, zone),
			Event: m.Event, Past: m.Past,
		}
		if m.Binding.IsZero() {
			move.rests = moveNote(p, &m, zone)
		} else {
			move.RestsOn, move.rests = restsOf(&m.Rests, zone), moveNote(p, &m, zone)
		}
		s.Moves = append(s.Moves, move)
	}
	if c.Date != "" && c.EndWhy != enforcer.PastDate {
		s.Date, s.RestsOn = c.Date, restsOf(&c.Rests, zone)
		s.dateNote = p.tf("the date %s: %s", c.Date, restsText(p, &c.Rests, zone))
	}
	s.Segments = segmentsOf(p, ev.Segments(c), zone)
	for _, step := range c.Steps {
		key := ev.Contract.StepKey(ev.Request.Connection, ev.Request.Issue, c.Obligation.ID, c.ID, step.Step.ID)
		s.Steps = append(s.Steps, stepHistory{
			Step: step.Step.ID, At: report.In(step.At, zone), State: report.StepState(c, step, decided[key], ev.Now),
		})
	}
	return s
}
