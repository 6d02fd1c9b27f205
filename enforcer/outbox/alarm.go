package outbox

import (
	"context"
	"slices"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/mapping"
)

// Sighting is a mark of another installation on an issue.
type Sighting struct {
	Install string
	Author  string
	At      time.Time
}

// Sightings finds the marks of installations other than ours on an issue, whoever wrote them.
func Sightings(h connectors.History, ours string) []Sighting {
	var out []Sighting
	see := func(text, author string, at time.Time) {
		if install, _, ok := mapping.ParseMark(text); ok && install != ours {
			out = append(out, Sighting{install, author, at})
		}
	}
	see(h.Issue.Description, h.Issue.Author, h.Issue.CreatedAt)
	for _, ev := range h.Events {
		if ev.Note != nil {
			see(ev.Note.Text, ev.Author, ev.At)
		}
	}
	return out
}

// Rival reports whether a sighting shows that another installation is at work: one that wrote under our own account,
// which nobody else should have, after this ledger was begun. Earlier marks come from this installation before its
// ledger was lost, or from one that has ended. Anyone can type a mark, so marks by other accounts stop nothing.
func (s Sighting) Rival(self string, begun time.Time) bool {
	return s.Author == self && s.At.After(begun.Add(lookAfter))
}

// AlarmText says what an open alarm stops and what to do. ours is this installation.
func AlarmText(a ledger.Alarm, ours string) enforcer.Text {
	switch a.Kind {
	case ledger.OtherInstallation:
		return enforcer.Say(anotherWrites, a.Subject, a.IssueKey, ours)
	case ledger.CopiedState:
		return enforcer.Say(copyWrites, a.IssueKey, ours, ours)
	case ledger.WrittenTwice:
		return enforcer.Say(writtenTwice, a.Subject, a.IssueKey, a.Subject)
	}
	return enforcer.Say(cameOutPublic, a.Subject, a.IssueKey, a.Subject)
}

// alarms are what a human must know of a connection, and what they stop.
type alarms struct {
	desk    *desk
	started time.Time     // this process, by the tracker's clock
	block   enforcer.Text // why nothing may be written; nil when it may
	leak    enforcer.Text // why no internal comment may: one came out public, and nobody has looked
}

// stop blocks all further writes of this pass.
func (a *alarms) stop(why enforcer.Text) {
	if a.block == nil {
		a.desk.report.Problem("", true, "nothing is written: %s", why)
	}
	a.block = why
}

// check finds out which alarms of the connection still stop something, and tries again to take back what is public.
func (a *alarms) check(ctx context.Context) error {
	known, err := a.desk.ledger.Alarms(ctx, a.desk.connection)
	if err != nil {
		return err
	}
	for _, x := range known {
		if !x.Open() || !x.Kind.Stops() {
			continue
		}
		text := AlarmText(x, a.desk.ledger.Installation())
		if x.Kind == ledger.OtherInstallation || x.Kind == ledger.CopiedState {
			a.stop(text)
			continue
		}
		a.leak = text
		if !x.MendedAt.IsZero() {
			continue
		}
		r, err := a.takeBack(ctx, x, connectors.Receipt{Event: x.Subject, Public: true})
		if err != nil {
			return err
		}
		a.desk.report.receipt(x.IssueKey, connectors.Receipt{Event: x.Subject, Public: true, TakenBack: r.TakenBack},
			a.desk.names)
	}
	if a.leak != nil {
		a.desk.report.Problem("", true, "%s", a.leak)
	}
	return nil
}

// lookAt raises the alarms that an issue as just read, or as mirrored, gives reason for: another installation writes
// under our account; an internal comment of ours was made public by somebody. The latter is told once, and nothing is
// done about it: it is their wish. Only what was read back as internal counts; what came out public at once is another
// matter.
func (a *alarms) lookAt(ctx context.Context, h connectors.History) error {
	d := a.desk
	for _, s := range Sightings(h, d.ledger.Installation()) {
		if !s.Rival(d.names.Self.ID, d.ledger.Begun()) {
			continue
		}
		x := ledger.Alarm{
			Connection: d.connection, Kind: ledger.OtherInstallation, Subject: s.Install, Issue: h.Issue.ID,
			IssueKey: h.Issue.Key, At: s.At,
		}
		isNew, err := d.ledger.Raise(ctx, d.now, x)
		if err != nil {
			return err
		}
		if isNew {
			a.stop(AlarmText(x, d.ledger.Installation()))
		}
	}
	if err := a.lookForCopies(ctx, h); err != nil {
		return err
	}
	if err := a.lookForDuplicates(ctx, h); err != nil {
		return err
	}
	public := slices.DeleteFunc(slices.Clone(h.Events), func(e connectors.Event) bool {
		return e.Author != d.names.Self.ID || e.Note == nil || e.Note.Internal || !mapping.LooksMarked(e.Note.Text)
	})
	if len(public) == 0 {
		return nil
	}
	writes, err := d.ledger.Writes(ctx, d.connection, h.Issue.ID)
	if err != nil {
		return err
	}
	for _, e := range public {
		if !slices.ContainsFunc(writes, func(w ledger.Write) bool { return wasInternal(w, e.ID) }) {
			continue
		}
		isNew, err := d.ledger.Raise(ctx, d.now, ledger.Alarm{
			Connection: d.connection, Kind: ledger.MadePublic, Subject: e.ID, Issue: h.Issue.ID, IssueKey: h.Issue.Key,
			At: d.now,
		})
		if err != nil {
			return err
		}
		if isNew {
			d.report.Exposed++
			d.report.Problem(h.Issue.Key, true,
				"somebody made our internal comment %s public: the customer can read it; it is left as they want it", e.ID)
		}
	}
	return nil
}

// lookForCopies stops everything when a comment with this installation's mark, made since this process began, is of a
// step for which this ledger has sent nothing: then another copy of it is at work. What was written before may be of
// this ledger's former self, that a backup does not know.
func (a *alarms) lookForCopies(ctx context.Context, h connectors.History) error {
	d := a.desk
	for _, p := range posts(h, d.names.Self.ID) {
		install, _, _ := mapping.ParseMark(p.mark)
		if p.event.ID == "" || install != d.ledger.Installation() || !p.event.At.After(a.started.Add(lookAfter)) {
			continue
		}
		known, err := d.ledger.Known(ctx, p.ids()...)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(p.steps, func(s mapping.MarkedStep) bool { return known[s.ID].Tries > 0 }) {
			continue
		}
		x := ledger.Alarm{
			Connection: d.connection, Kind: ledger.CopiedState, Subject: install,
			Issue: h.Issue.ID, IssueKey: h.Issue.Key, At: p.event.At,
		}
		isNew, err := d.ledger.Raise(ctx, d.now, x)
		if err != nil {
			return err
		}
		if isNew {
			a.stop(AlarmText(x, install))
		}
	}
	return nil
}

// lookForDuplicates raises an alarm, once, for each step that was posted twice. Only a person can remove the second
// comment.
func (a *alarms) lookForDuplicates(ctx context.Context, h connectors.History) error {
	d := a.desk
	for _, twice := range Duplicates(h, d.names.Self.ID) {
		x := ledger.Alarm{
			Connection: d.connection, Kind: ledger.WrittenTwice, Subject: twice.Second.ID,
			Issue: h.Issue.ID, IssueKey: h.Issue.Key, At: twice.Second.At,
		}
		isNew, err := d.ledger.Raise(ctx, d.now, x)
		if err != nil {
			return err
		}
		if isNew {
			d.report.Problem(h.Issue.Key, true, "%s was written twice, as %s and as %s: delete one of them in the tracker, "+
				"then 'slabridge ledger settle %s'",
				twice.Step, twice.First.ID, twice.Second.ID, x.Subject)
		}
	}
	return nil
}

// wasInternal reports whether the write's comment was read back as the internal event.
func wasInternal(w ledger.Write, event string) bool {
	return w.Request.Comment != nil && w.Request.Comment.Internal &&
		slices.ContainsFunc(w.Answers, func(a ledger.Answer) bool {
			r := a.Receipt
			return a.Watcher == "" && r != nil && r.Event == event && (!r.Public || r.TakenBack == connectors.MadeInternal)
		})
}

// cameOutPublic deals with an internal comment that reading back shows to be public: the alarm first, so that a crash
// forgets nothing, then it is taken back where the tracker allows that. One that was public before, was taken back and
// is public again is so by somebody's wish.
func (a *alarms) cameOutPublic(
	ctx context.Context, issue connectors.Issue, r connectors.Receipt,
) (connectors.Receipt, error) {
	if !r.Public {
		return r, nil
	}
	d := a.desk
	x := ledger.Alarm{
		Connection: d.connection, Kind: ledger.CameOutPublic, Subject: r.Event, Issue: issue.ID, IssueKey: issue.Key,
		At: d.clock(),
	}
	isNew, err := d.ledger.Raise(ctx, d.now, x)
	if err != nil {
		return r, err
	}
	if isNew {
		d.report.Exposed++
	} else {
		known, err := d.ledger.Alarms(ctx, d.connection)
		if err != nil {
			return r, err
		}
		if slices.ContainsFunc(known, func(k ledger.Alarm) bool {
			return k.Kind == x.Kind && k.Subject == x.Subject && k.Issue == x.Issue && !k.MendedAt.IsZero()
		}) {
			return r, nil
		}
	}
	a.leak = AlarmText(x, d.ledger.Installation())
	return a.takeBack(ctx, x, r)
}

// takeBack makes a comment that came out public internal, or erases it where the tracker leaves it public, and reads
// what has become of it: whatever the answers were, what is there decides. A tracker that fails in between is asked
// again by the next pass.
func (a *alarms) takeBack(ctx context.Context, x ledger.Alarm, r connectors.Receipt) (connectors.Receipt, error) {
	d := a.desk
	if !d.tracker.Capabilities().Retract {
		return r, nil
	}
	for _, how := range []connectors.Retraction{connectors.MadeInternal, connectors.Erased} {
		if err := d.tracker.Retract(ctx, x.Issue, x.Subject, how); err != nil {
			d.report.Problem(x.IssueKey, true, "%v", err)
		}
		h, there, err := d.read(ctx, x.Issue, d.clock())
		if err != nil || !there {
			if connectors.ClassOf(err) != 0 {
				err = nil
			}
			return r, err
		}
		if r = r.Back(h); r.TakenBack != "" {
			return r, d.ledger.Mend(ctx, d.clock(), x)
		}
	}
	return r, nil
}
