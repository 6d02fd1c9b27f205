package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"slabridge/config/message"
	"slabridge/enforcer"
	"slabridge/enforcer/engine"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/outbox"
	"slabridge/enforcer/report"

	"github.com/spf13/cobra"
)

func enforceCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "enforce",
		Short: "Make one pass: sync, decide, write back",
		RunE: a.withWorkspace(writes, func(ctx context.Context, w *workspace, _ []string) error {
			messages, err := newMessenger(ctx, w)
			if err != nil {
				return err
			}
			reports, err := w.engine.Pass(ctx)
			messages.now.Once(ctx)
			return gravest(err, tellPasses(ctx, w, reports))
		}),
	}
}

// gravest joins what failed with how it could be told. A connection that failed comes before what is held: that is held
// still after the next pass.
func gravest(failed, told error) error {
	if failed != nil && errors.Is(told, errHeld) {
		return failed
	}
	return errors.Join(failed, told)
}

// passInfo is one line of `enforce -o json`.
type passInfo struct {
	Connection string            `json:"connection"`
	Changed    int               `json:"changed"`
	Evaluated  int               `json:"evaluated"`
	Written    []writeInfo       `json:"written"`
	Held       []writeInfo       `json:"held"`
	Refused    []writeInfo       `json:"refused"`
	Adopted    []writeInfo       `json:"adopted"`    // found to stand in the tracker; nothing was written for them
	StillHeld  int               `json:"still_held"` // by earlier passes, for a human to look at
	LateSince  *time.Time        `json:"late_since"` // since when slabridge itself is late; null: it is not
	Problems   []message.Message `json:"problems"`
	// requests on which some promise cannot be judged, by this pass or earlier ones
	Unjudged int `json:"unjudged"`
	// until when the tracker wants to be left alone, because it is asked too much
	RestingUntil *time.Time `json:"resting_until"`
}

// passTold is a pass with what only a person is told.
type passTold struct {
	passInfo
	overdue int         // things that are late
	summary []groupInfo // of what was held, when that is too much to be told one by one
}

// tellPasses shows what passes did. It fails with errHeld when a human must look.
func tellPasses(ctx context.Context, w *workspace, reports []engine.Report) error {
	look := false
	for i := range reports {
		r := &reports[i]
		for _, list := range [][]ledger.Entry{r.Written, r.Refused} {
			if err := w.decided(ctx, list); err != nil {
				return err
			}
		}
		info, err := passInfoOf(ctx, w, r)
		if err != nil {
			return err
		}
		info.LateSince = report.In(r.Late.Since, w.home(r.Connection))
		info.RestingUntil = report.In(r.RestUntil, w.home(r.Connection))
		if info.StillHeld, err = waiting(ctx, w, r.Connection, r.Held); err != nil {
			return err
		}
		info.Unjudged = r.Unjudged
		look = look || info.StillHeld > 0 || r.Unjudged > 0 || mustLook(r)
		if r.Now.IsZero() && !w.json() {
			continue // it failed before anything could be told; the error says why
		}
		told := passTold{passInfo: info, overdue: r.Late.Overdue}
		if len(r.Held) > few && !w.json() {
			if told.summary, err = w.groupInfos(ctx, heldGroups(r)); err != nil {
				return err
			}
		}
		if err := w.show(told); err != nil {
			return err
		}
	}
	if look {
		return errHeld
	}
	return nil
}

// mustLook reports whether a human must look at what a pass did.
func mustLook(r *engine.Report) bool {
	grave := func(p outbox.Problem) bool { return p.Grave }
	unexpected := func(e ledger.Entry) bool { return e.Reason.Code != enforcer.HeldUntil }
	return len(r.Refused) > 0 || slices.ContainsFunc(r.Held, unexpected) || slices.ContainsFunc(r.Problems, grave)
}

func passInfoOf(ctx context.Context, w *workspace, r *engine.Report) (passInfo, error) {
	info := passInfo{Connection: r.Connection, Changed: r.Changed, Evaluated: r.Evaluated, Problems: []message.Message{}}
	for _, p := range r.Problems {
		text := p.Text
		if p.Issue != "" {
			text = message.Of("%s: %s", p.Issue, text)
		}
		info.Problems = append(info.Problems, text)
	}
	var errs [4]error
	info.Written, errs[0] = w.infos(ctx, r.Written)
	info.Held, errs[1] = w.infos(ctx, r.Held)
	info.Refused, errs[2] = w.infos(ctx, r.Refused)
	info.Adopted, errs[3] = w.infos(ctx, r.Adopted)
	return info, errors.Join(errs[:]...)
}

func (t passTold) text(p *page) {
	sum := p.tf("%s: issues changed: %d, looked at: %d, steps written: %d",
		t.Connection, t.Changed, t.Evaluated, len(t.Written))
	if n := len(t.Held); n > 0 {
		sum += p.tf(", held: %d", n)
	}
	partly := t.partly()
	if partly > 0 {
		sum += p.tf(", not all of it taken: %d", partly)
	}
	if n := len(t.Refused) - partly; n > 0 {
		sum += p.tf(", refused: %d", n)
	}
	if n := len(t.Adopted); n > 0 {
		sum += p.tf(", found standing: %d", n)
	}
	p.line("", sum)
	for _, g := range t.summary {
		g.text(p)
	}
	if t.summary != nil {
		t.Held = nil
	}
	t.tellEntries(p)
	t.tellAdopted(p)
	if t.StillHeld > 0 {
		p.linef("! ", "held by earlier passes: %d; see 'slabridge ledger list --state held'", t.StillHeld)
	}
	if t.RestingUntil != nil {
		p.line("! ", p.resting(*t.RestingUntil))
	}
	if t.Unjudged > 0 {
		p.linef("! ", "requests on which a promise cannot be judged: %d; 'slabridge health' says why", t.Unjudged)
	}
	if t.LateSince != nil {
		p.line("! ", p.late(*t.LateSince, t.overdue))
	}
	t.tellProblems(p)
}

func (i *passInfo) tellEntries(p *page) {
	told := map[string]bool{}
	for _, list := range [][]writeInfo{i.Written, i.Held, i.Refused} {
		for _, e := range list {
			if !told[e.ID] {
				e.text(p)
			}
			told[e.ID] = true
		}
	}
}

// partly counts the steps whose comment was written and of which the tracker did not take something else.
func (i *passInfo) partly() (n int) {
	for _, e := range i.Refused {
		if slices.ContainsFunc(i.Written, func(w writeInfo) bool { return w.ID == e.ID }) {
			n++
		}
	}
	return n
}

// tellAdopted says what was found in the tracker that the state did not know of.
func (i *passInfo) tellAdopted(p *page) {
	for n, e := range i.Adopted {
		if n == few {
			p.linef("  ", "and %d more; 'slabridge ledger list' has them", len(i.Adopted)-few)
			break
		}
		p.linef("  ", "found standing and taken over as done: %s %s", typed(e.Issue), e.step(p))
	}
	if len(i.Adopted) > 0 {
		p.linef("! ", "the state did not know of them: after a restore from a backup that is as it should be; excuses, "+
			"holds, consent and releases given since that backup are to be given again")
	}
}

func (i *passInfo) tellProblems(p *page) {
	for _, problem := range i.Problems {
		p.line("! ", problem.In(p.lang))
	}
}

func planCmd(a *app) *cobra.Command {
	var against string
	c := a.withAt(&cobra.Command{
		Use:   "plan",
		Short: "Show what would be written now, and why; writes nothing",
		Long: "Show what would be written now, and why, with the words of what waits too; writes nothing.\n" +
			"With --against: which running deadlines and which of these writes another configuration, another text\n" +
			"of a contract, or a calendar file would move, add or drop.",
		RunE: a.withWorkspace(reads, func(ctx context.Context, w *workspace, args []string) error {
			if against != "" {
				return showPlanAgainst(ctx, w, against)
			}
			return showPlan(ctx, w, args)
		}),
	})
	c.Flags().StringVar(
		&against,
		"against",
		"",
		"compare with this `file`: a configuration, a contract's text, or a calendar",
	)
	return c
}

// planInfo is one line of `plan -o json`.
type planInfo struct {
	writeInfo
	Mirrored time.Time `json:"mirrored"` // when the mirror was last complete
}

func (i planInfo) text(p *page) { i.tell(p, true) }

func showPlan(ctx context.Context, w *workspace, _ []string) error {
	plans, err := w.engine.Plan(ctx, w.asOf)
	if err != nil {
		return err
	}
	for _, p := range plans {
		home := w.home(p.Connection)
		age := w.tf(
			"as of %s, mirrored %s",
			w.moment(p.Now.In(home)),
			w.moment(p.MirroredAt.In(home))+w.ago(p.Now, p.MirroredAt),
		)
		switch {
		case !w.json():
			w.linef("", "%s: steps to take: %d", p.Connection, len(p.Entries))
			w.line("  ", age)
			tellHolds(&w.page, "  ! ", holdInfos(w, p.Connection, p.OnHold))
		case len(p.Entries) == 0:
			fmt.Fprintf(w.err, "%s: %s; %s\n", p.Connection, w.t("nothing to write"), age)
		}
		infos, err := w.infos(ctx, p.Entries)
		if err != nil {
			return err
		}
		for _, i := range infos {
			i.Hint = ""
			if err := w.show(planInfo{i, p.MirroredAt.In(home)}); err != nil {
				return err
			}
		}
	}
	return nil
}
