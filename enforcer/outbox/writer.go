package outbox

import (
	"context"
	"slices"
	"strings"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/mapping"
)

// Contract is a contract with what its words are rendered by.
type Contract struct {
	*enforcer.Contract
	Mapping *mapping.Bound
	Options mapping.WriteOptions
}

// Render turns decisions about one issue into updates. Upkeep is no step with words of its own: its fields ride in the
// last update, or make one.
func (c Contract) Render(
	r enforcer.Request, h connectors.History, ds []enforcer.Decision, fields map[string]string,
) []mapping.Planned {
	o := c.Options
	var steps []enforcer.Decision
	var upkeep []enforcer.StepKey
	for _, d := range ds {
		if d.Key.Obligation == enforcer.Upkeep {
			upkeep, o.Upkeep = append(upkeep, d.Key), fields
			continue
		}
		steps = append(steps, d)
	}
	planned := c.Mapping.Writes(r, h, steps, o)
	if n := len(planned); n > 0 {
		planned[n-1].Keys = append(planned[n-1].Keys, upkeep...)
	}
	return planned
}

// Job is what may have to be written on one issue.
type Job struct {
	Contract Contract
	Issue    string // the tracker's id
	Key      string // what people type, for reports
	// Recheck decides again, by the issue as just read. What it gives is written.
	Recheck func(ctx context.Context, h connectors.History) (Todo, error)
}

// Todo is what is to be written on an issue.
type Todo struct {
	Request enforcer.Request
	History connectors.History
	Steps   []Step
	Fields  map[string]string // to keep up to date
}

// Step is a decision with its entry in the ledger.
type Step struct {
	enforcer.Decision
	Entry ledger.Entry
}

// Options are what a Writer works with.
type Options struct {
	Connection string
	Tracker    connectors.Tracker
	Ledger     *ledger.Ledger
	Mirror     Mirror
	Names      connectors.Directory
	Now        time.Time        // of the pass
	Clock      func() time.Time // the tracker's time when it is called
	Started    time.Time        // of this process, by the tracker's clock
	Block      enforcer.Text    // why nothing may be written; nil when it may
	Report     *Report
}

// Writer carries out, for one pass over one connection, what is decided about issues.
type Writer struct {
	*Outbox
	desk   *desk
	alarms *alarms
}

// New makes a Writer that knows of no alarm yet.
func New(o Options) *Writer {
	d := &desk{
		tracker: o.Tracker, connection: o.Connection, ledger: o.Ledger, mirror: o.Mirror, now: o.Now, clock: o.Clock,
		report: o.Report, names: o.Names,
		digests: map[string]string{}, internal: map[string]string{}, unassignable: map[string]bool{},
		proven: map[string]bool{}, locked: map[string]bool{},
		left: map[string]leftOut{}, added: map[string][]string{},
	}
	box := &Outbox{connection: o.Connection, ledger: o.Ledger, now: o.Now, clock: o.Clock, report: o.Report}
	return &Writer{Outbox: box, desk: d, alarms: &alarms{desk: d, started: o.Started, block: o.Block}}
}

// CheckAlarms finds out what open alarms stop, and tries again to take back what is public.
func (w *Writer) CheckAlarms(ctx context.Context) error { return w.alarms.check(ctx) }

// LookAt raises the alarms that an issue as mirrored gives reason for.
func (w *Writer) LookAt(ctx context.Context, h connectors.History) error {
	return w.alarms.lookAt(ctx, h)
}

// Block is why nothing may be written, nil when it may.
func (w *Writer) Block() enforcer.Text { return w.alarms.block }

// Leak is why no internal comment may be written, nil when it may.
func (w *Writer) Leak() enforcer.Text { return w.alarms.leak }

// NotInternal is why a comment of ours in the project would not stay internal, as far as our rights are known.
func (w *Writer) NotInternal(project string) string { return w.desk.notInternal(project) }

// RightsChanged reports whether names or rights changed since an entry was refused.
func (w *Writer) RightsChanged(e enforcer.Entry) bool {
	words := strings.Split(e.Facts.Against, " ")
	return len(words) == 3 && words[1] != w.desk.projectDigest(words[0])
}

// StillRefused reports whether nothing changed that the refusal of an entry may have rested on. h is its issue, nil for
// what a contract asks for as a whole.
func (w *Writer) StillRefused(e enforcer.Entry, h *connectors.History) bool {
	switch {
	case e.Facts.Against == "":
		return true
	case w.RightsChanged(e):
		return false
	}
	return h == nil || e.Facts.Against == w.desk.refusalContext(*h)
}

// Recover finds out what became of the requests whose outcome is not known. The rest of an interrupted one is not sent
// if it belongs to an entry that is tooLate; all its entries are then decided anew.
func (w *Writer) Recover(ctx context.Context, tooLate TooLate) error {
	return w.recover(ctx, func(x ledger.Write) Sink {
		if x.Request.Create != nil {
			return &creationSink{desk: w.desk}
		}
		return &issueSink{writer: w, tooLate: tooLate}
	})
}

// TooLate reports whether an entry warns of a deadline that has passed.
type TooLate func(context.Context, ledger.Entry) (bool, error)

// Carry writes what a job calls for, planned anew as long as the tracker refuses people as assignees, or fields.
func (w *Writer) Carry(ctx context.Context, j Job) error {
	for again := true; again; { // ends, because each turn rules out another assignee or field
		var err error
		if again, err = w.carryOnce(ctx, j); err != nil {
			return err
		}
	}
	return nil
}

// carryOnce reads the issue afresh and has it decided again first: if someone answered a second ago, nothing is sent.
func (w *Writer) carryOnce(ctx context.Context, j Job) (again bool, err error) {
	h, there, err := w.desk.read(ctx, j.Issue, w.now)
	if err != nil {
		w.report.Problem(j.Key, false, "%v", err)
	}
	if err != nil || !there { // the next pass sees that it is gone
		return false, err
	}
	if err := w.alarms.lookAt(ctx, h); err != nil {
		return false, err
	}
	if _, err := w.Adopt(ctx, h); err != nil {
		return false, err
	}
	todo, err := j.Recheck(ctx, h)
	if err != nil || len(todo.Steps) == 0 {
		return false, err
	}
	// once begun, a write is seen through: stopping half-way would leave an outcome to be looked for
	return w.write(context.WithoutCancel(ctx), j.Contract, todo)
}

// write sends the steps of one issue, one comment per audience, the customer's first.
func (w *Writer) write(ctx context.Context, c Contract, t Todo) (again bool, err error) {
	entries := make(map[enforcer.StepKey]ledger.Entry, len(t.Steps))
	var decisions []enforcer.Decision
	for _, s := range t.Steps {
		s.Changes = dropAlreadyApplied(s, leftToDo(s), &t.Request, w.desk.names.Self.ID)
		entries[s.Key], decisions = s.Entry, append(decisions, s.Decision)
	}
	// the comment also names the watchers whom an earlier try of this request added
	t.History.Watchers = slices.DeleteFunc(slices.Clone(t.History.Watchers), func(person string) bool {
		return slices.Contains(w.desk.added[t.History.Issue.ID], person)
	})
	if slices.ContainsFunc(t.Steps, func(s Step) bool { return s.Entry.Tries > 0 }) {
		sent, err := w.ledger.Writes(ctx, w.connection, t.History.Issue.ID)
		if err != nil {
			return false, err
		}
		t.History = beforeCutShort(t.History, w.desk.names.Self.ID, sent, entries)
	}
	all, err := w.plan(ctx, c, t, decisions)
	if err != nil {
		return false, err
	}
	against := w.desk.refusalContext(t.History) // who was found to be locked belongs to it
	for _, planned := range all {
		var group []ledger.Entry
		for _, k := range planned.Keys {
			e := entries[k]
			e.Facts.Against = against
			group = append(group, e)
		}
		if again, err := w.send(ctx, t.Request.Key, planned, t.History, group); again || err != nil {
			return again, err
		}
	}
	return false, nil
}

// plan renders the decisions without people who turn out not to be active when they are asked after.
func (w *Writer) plan(
	ctx context.Context, c Contract, t Todo, decisions []enforcer.Decision,
) ([]mapping.Planned, error) {
	c.Options.Unassignable, c.Options.Locked = w.desk.unassignable, w.desk.locked
	c.Options.LeftOut = w.desk.left[t.History.Issue.ID].words
	c.Options.Wordings = w.desk.silent()
	for {
		all := c.Render(t.Request, t.History, decisions, t.Fields)
		again := false
		for _, p := range all {
			for _, who := range append(slices.Clone(p.Write.Watchers), assigned(p.Write)) {
				active, err := w.desk.active(ctx, who)
				if err != nil {
					return nil, err
				}
				again = again || !active
			}
		}
		if !again { // each turn rules out another person
			return all, nil
		}
	}
}

// send makes one request of a group of entries, or holds them where something keeps it from being written.
func (w *Writer) send(
	ctx context.Context, key string, p mapping.Planned, h connectors.History, group []ledger.Entry,
) (again bool, err error) {
	reason, err := w.holdReason(ctx, key, p, h)
	switch {
	case err != nil:
		return false, err
	case reason.Code != "":
		return false, w.hold(ctx, reason, group)
	}
	for _, x := range p.Write.Unmet {
		told := x.Told(w.desk.names.NameOf)
		if x.Words != "" {
			w.report.Problem(key, false, "the tracker refuses this, and the rest is written without it: %s", told)
			continue
		}
		w.report.Problem(key, false, "what the contract promises is not carried out: %s", told)
	}
	p.Write.BaseEvent = h.Newest()
	return w.deliver(ctx, &issueSink{writer: w, key: key, before: h}, delivery{p.Write, group, p.Notes, key})
}

// holdReason is why a write may not be sent; its code is "" where it may.
func (w *Writer) holdReason(
	ctx context.Context, key string, p mapping.Planned, h connectors.History,
) (enforcer.Reason, error) {
	internal := p.Write.Comment != nil && p.Write.Comment.Internal
	code, why := enforcer.HeldImpossible, p.Impossible
	switch {
	case why != "":
	case w.alarms.block != nil: // another installation may have been seen on this very issue
		return enforcer.Reason{Code: enforcer.HeldBlocked, Text: w.alarms.block}, nil
	case internal && w.alarms.leak != nil:
		return enforcer.Reason{Code: enforcer.HeldLeak, Text: w.alarms.leak}, nil
	default:
		var err error
		code = enforcer.HeldRights
		why, err = w.desk.refuseInternal(ctx, p.Write, h.Issue.Values.One(connectors.FieldProject))
		if err != nil || why == "" {
			return enforcer.Reason{}, err
		}
	}
	w.report.Problem(key, true, "held: %s", message.Kept(why))
	return enforcer.Reason{Code: code, Text: enforcer.Recalled(why)}, nil
}

// Adopt records as done the steps that comments of ours on the issue tell of and that the ledger has otherwise: as
// intended, needless or refused, because an answer was lost or what was read was out of date, or because the ledger is
// a backup. It gives their ids. What stands is done: it is not written again, and can be taken back.
func (w *Writer) Adopt(ctx context.Context, h connectors.History) (map[string]bool, error) {
	return posted{w}.adopt(ctx, h, func(e ledger.Entry) bool { return e.State != enforcer.Past })
}

// Compare reads an issue and holds the marks on it against the ledger. there is false when the issue is gone or hidden:
// nothing is known of it then.
func (w *Writer) Compare(
	ctx context.Context, issue string,
) (out []Difference, h connectors.History, there bool, err error) {
	return posted{w}.compare(ctx, issue)
}

// Repair records as done what stands on an issue, whatever the ledger had of it. Steps that it does not have are
// recorded first, as they are given.
func (w *Writer) Repair(
	ctx context.Context, h connectors.History, unknown []ledger.Entry,
) (map[string]bool, error) {
	if len(unknown) > 0 {
		if _, err := w.ledger.Record(ctx, w.now, unknown...); err != nil {
			return nil, err
		}
	}
	return posted{w}.adopt(ctx, h, func(ledger.Entry) bool { return true })
}

// told takes back what came out public, and reports what the receipt shows to be wrong.
func (w *Writer) told(ctx context.Context, issue connectors.Issue, r connectors.Receipt) (*connectors.Receipt, error) {
	r, err := w.alarms.cameOutPublic(ctx, issue, r)
	if err != nil {
		return nil, err
	}
	w.report.receipt(issue.Key, r, w.desk.names)
	return &r, nil
}
