package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/mapping"
)

// sighting is a mark of another installation.
type sighting struct {
	install string
	event   string // "" for the description of an issue that it made
	author  string
	at      time.Time
}

// sightings finds the marks of other installations on an issue, whoever wrote them.
func (e *Engine) sightings(h connectors.History) []sighting {
	var out []sighting
	see := func(text, event, author string, at time.Time) {
		if install, _, ok := mapping.ParseMark(text); ok && install != e.ledger.Installation() {
			out = append(out, sighting{install, event, author, at})
		}
	}
	see(h.Issue.Description, "", h.Issue.Author, h.Issue.CreatedAt)
	for _, ev := range h.Events {
		if ev.Note != nil {
			see(ev.Note.Text, ev.ID, ev.Author, ev.At)
		}
	}
	return out
}

// rival reports whether a sighting shows that another installation is at work: one that wrote under our own account,
// which nobody else should have, after this ledger was begun. What lies before is of this installation's former life,
// whose ledger was lost, or of one that has ended. Anyone can type a mark, so those of other accounts stop nothing.
func (e *Engine) rival(s sighting, self string) bool {
	return s.author == self && s.at.After(e.ledger.Begun().Add(settleAfter))
}

// lookOut raises the alarms that an issue as just read, or as mirrored, gives reason for.
func (p *pass) lookOut(ctx context.Context, h connectors.History) error {
	for _, s := range p.e.sightings(h) {
		if !p.e.rival(s, p.names.Self.ID) {
			continue
		}
		isNew, err := p.e.ledger.Raise(ctx, p.now, ledger.Alarm{
			Connection: p.conn.ID, Kind: ledger.OtherInstallation, Subject: s.install,
			Issue: h.Issue.ID, IssueKey: h.Issue.Key, At: s.at,
		})
		if err != nil {
			return err
		}
		if isNew {
			p.stop(rivalText(s.install, p.e.ledger.Installation(), h.Issue.Key))
		}
	}
	return p.exposed(ctx, h)
}

func rivalText(other, ours, key string) enforcer.Text {
	return enforcer.Text{
		"en": fmt.Sprintf("another slabridge, installation %s, writes here under our account (seen on #%s; this one is installation %s): "+
			"stop one of the two for good, then, on the one that stays, 'slabridge ledger settle' with the id of the other", other, key, ours),
		"ru": fmt.Sprintf("под нашей учётной записью пишет ещё один slabridge, установка %s (замечен в обращении %s; эта установка — %s): "+
			"остановите один из двух насовсем, затем на оставшемся выполните 'slabridge ledger settle' с номером другого", other, key, ours),
	}
}

// stop lets nothing more be written in this pass.
func (p *pass) stop(why enforcer.Text) {
	if p.block == "" {
		p.report.problem("", true, "nothing is written: %s", why["en"])
	}
	p.block, p.blockRU = why["en"], why["ru"]
}

// exposed tells, once, of internal comments of ours that somebody made public: it is their wish, and nothing is done
// about it. Only what was read back as internal counts; what came out public at once is another matter.
func (p *pass) exposed(ctx context.Context, h connectors.History) error {
	public := slices.DeleteFunc(slices.Clone(h.Events), func(e connectors.Event) bool {
		return e.Author != p.names.Self.ID || e.Note == nil || e.Note.Internal || !mapping.LooksMarked(e.Note.Text)
	})
	if len(public) == 0 {
		return nil
	}
	writes, err := p.e.ledger.Writes(ctx, p.conn.ID, h.Issue.ID)
	if err != nil {
		return err
	}
	for _, e := range public {
		if !slices.ContainsFunc(writes, func(w ledger.Write) bool { return wasInternal(w, e.ID) }) {
			continue
		}
		isNew, err := p.e.ledger.Raise(ctx, p.now, ledger.Alarm{
			Connection: p.conn.ID, Kind: ledger.MadePublic, Subject: e.ID, Issue: h.Issue.ID, IssueKey: h.Issue.Key, At: p.now,
		})
		if err != nil {
			return err
		}
		if isNew {
			p.report.Exposed++
			p.report.problem(h.Issue.Key, true, "somebody made our internal comment %s public: the customer can read it; it is left as they want it", e.ID)
		}
	}
	return nil
}

// wasInternal reports whether the write's comment was read back as the internal event.
func wasInternal(w ledger.Write, event string) bool {
	return w.Request.Comment != nil && w.Request.Comment.Internal && slices.ContainsFunc(w.Answers, func(a ledger.Answer) bool {
		r := a.Receipt
		return a.Watcher == "" && r != nil && r.Event == event && (!r.Public || r.TakenBack == connectors.MadeInternal)
	})
}

// heed finds out which alarms of the connection still stop something, and tries again to take back what is public.
func (p *pass) heed(ctx context.Context) error {
	alarms, err := p.e.ledger.Alarms(ctx, p.conn.ID)
	if err != nil {
		return err
	}
	for _, a := range alarms {
		if !a.Open() {
			continue
		}
		switch a.Kind {
		case ledger.OtherInstallation:
			p.stop(rivalText(a.Subject, p.e.ledger.Installation(), a.IssueKey))
		case ledger.CameOutPublic:
			p.leak = leakText(a)
			if !a.MendedAt.IsZero() {
				continue
			}
			r, err := p.takeBack(ctx, a, connectors.Receipt{Event: a.Subject, Public: true})
			if err != nil {
				return err
			}
			p.tell(a.IssueKey, connectors.Receipt{Event: a.Subject, Public: true, TakenBack: r.TakenBack})
		}
	}
	if p.leak != nil {
		p.report.problem("", true, "%s", p.leak["en"])
	}
	return nil
}

func leakText(a ledger.Alarm) enforcer.Text {
	return enforcer.Text{
		"en": fmt.Sprintf("no internal comment is written since %s on #%s came out public: find out why (a right, a plugin, a proxy), then 'slabridge ledger settle %s'",
			a.Subject, a.IssueKey, a.Subject),
		"ru": fmt.Sprintf("внутренние комментарии не пишутся с тех пор, как %s в обращении %s оказался открытым: выясните причину (право, плагин, прокси) и выполните 'slabridge ledger settle %s'",
			a.Subject, a.IssueKey, a.Subject),
	}
}

// leaked deals with an internal comment that reading back shows to be public: the alarm first, so that a crash forgets
// nothing, then it is taken back where the tracker allows that. One that was public before, was taken back and is public
// again is so by somebody's wish.
func (p *pass) leaked(ctx context.Context, issue connectors.Issue, r connectors.Receipt) (connectors.Receipt, error) {
	if !r.Public {
		return r, nil
	}
	a := ledger.Alarm{
		Connection: p.conn.ID, Kind: ledger.CameOutPublic, Subject: r.Event, Issue: issue.ID, IssueKey: issue.Key, At: p.e.now(p.conn.Tracker),
	}
	isNew, err := p.e.ledger.Raise(ctx, p.now, a)
	if err != nil {
		return r, err
	}
	if !isNew {
		alarms, err := p.e.ledger.Alarms(ctx, p.conn.ID)
		if err != nil {
			return r, err
		}
		if slices.ContainsFunc(alarms, func(x ledger.Alarm) bool {
			return x.Kind == a.Kind && x.Subject == a.Subject && x.Issue == a.Issue && !x.MendedAt.IsZero()
		}) {
			return r, nil
		}
	} else {
		p.report.Exposed++
	}
	p.leak = leakText(a)
	return p.takeBack(ctx, a, r)
}

// takeBack makes a comment that came out public internal, or erases it where the tracker leaves it public, and reads
// what has become of it: whatever the answers were, what is there decides. A tracker that fails in between is asked again
// by the next pass.
func (p *pass) takeBack(ctx context.Context, a ledger.Alarm, r connectors.Receipt) (connectors.Receipt, error) {
	if !p.conn.Tracker.Capabilities().Retract {
		return r, nil
	}
	for _, how := range []connectors.Retraction{connectors.MadeInternal, connectors.Erased} {
		if err := p.conn.Tracker.Retract(ctx, a.Issue, a.Subject, how); err != nil {
			p.report.problem(a.IssueKey, true, "%v", err)
		}
		h, err := p.conn.Tracker.History(ctx, a.Issue)
		if noted, nerr := p.vanish(ctx, a.Issue, err); noted || err != nil {
			return r, nerr
		}
		if _, err := p.e.mirror.Store(ctx, p.conn.ID, h, p.e.now(p.conn.Tracker)); err != nil {
			return r, err
		}
		if r = r.Back(h); r.TakenBack != "" {
			return r, p.e.ledger.Mend(ctx, p.e.now(p.conn.Tracker), a)
		}
	}
	return r, nil
}
