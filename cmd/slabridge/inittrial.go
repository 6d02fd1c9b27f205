package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"slabridge/config"
	"slabridge/enforcer"
	"slabridge/enforcer/engine"
	"slabridge/enforcer/ledger"
)

// trial makes passes over the installation's own state until one has written to a request, and shows what it wrote.
func trial(ctx context.Context, a *app, file string) error {
	cfg, faults := config.Load(file, a.kinds)
	if err := faults.Err(config.NoSecret); err != nil {
		return usageError{err}
	}
	w, err := a.openState(ctx, cfg, writes)
	if err != nil {
		return err
	}
	defer w.close()
	ctx, stop := context.WithTimeout(ctx, trialMost)
	defer stop()
	a.heading(a.t("a trial request") + ":")
	p := trialPasses{workspace: w}
	if _, err := p.pass(ctx); err != nil { // it draws the line: what comes from now on is written to
		return err
	}
	a.linef("  ", "make a request in %s as a customer would; it is looked for every %d seconds, for %d minutes at most",
		strings.Join(cfg.Contracts[0].Scope.Projects, ", "), int(trialEvery.Seconds()), int(trialMost.Minutes()))
	tick := time.NewTicker(trialEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			if !errors.Is(ctx.Err(), context.DeadlineExceeded) { // somebody ended it
				return ctx.Err()
			}
			p.tellOver()
			return nil
		}
		reports, err := p.pass(ctx)
		if err != nil {
			return err
		}
		if done := tellTrial(w, reports); done {
			return tellHeld(ctx, w, reports)
		}
	}
}

// trialPasses makes the passes of a trial. One that the tracker did not answer is no end of it: it may answer the next.
type trialPasses struct {
	*workspace
	failing string // what the last pass failed with, as people were told; "" where it was well
}

func (p *trialPasses) pass(ctx context.Context) ([]engine.Report, error) {
	reports, err := p.engine.Pass(ctx)
	switch {
	case err == nil:
		if p.failing != "" {
			p.failing = ""
			p.linef("  ", "the tracker answers again")
		}
		return reports, nil
	case ctx.Err() != nil: // the time is over
		return reports, nil
	case !trackerDown(err):
		return reports, err
	}
	if said := p.failure(err); said != p.failing {
		p.failing = said
		p.line("! ", said)
		p.linef("  ", "it is asked again every %d seconds", int(trialEvery.Seconds()))
	}
	return reports, nil
}

// tellOver says why no receipt was seen.
func (p *trialPasses) tellOver() {
	if p.failing != "" {
		p.linef("! ", "the time is over, and the tracker still does not answer")
		return
	}
	p.linef("! ", "no request came that the contract writes to; 'slabridge explain ISSUE' says what becomes of one")
}

// tellTrial shows the comments that passes wrote, and reports whether there is one, or something that a human must see.
func tellTrial(w *workspace, reports []engine.Report) (done bool) {
	for i := range reports {
		r := &reports[i]
		done = done || len(r.Held)+len(r.Refused) > 0
		for j := range r.Written {
			e := &r.Written[j]
			if e.Write == nil || e.Write.Comment == nil {
				continue
			}
			done = true
			w.linef("  ", "%s: %s, written %d seconds after the request was made", typed(e.IssueKey),
				w.issuePage(r.Connection, e.IssueKey), int(r.Now.Sub(e.Moment).Seconds()))
			tellWords(&w.page, e)
		}
	}
	return done
}

// tellHeld shows what a human must look at.
func tellHeld(ctx context.Context, w *workspace, reports []engine.Report) error {
	for i := range reports {
		if len(reports[i].Held)+len(reports[i].Refused) > 0 {
			return tellPasses(ctx, w, reports)
		}
	}
	return nil
}

// tellWords shows the comment of an entry, word for word.
func tellWords(p *page, e *ledger.Entry) {
	c, step := e.Write.Comment, p.stepOf(e.Key.Contract, e.Key.Obligation, e.Key.Step)
	if c.Internal {
		p.linef("  ", "%s, %s, for staff:", typed(e.IssueKey), step)
	} else {
		p.linef("  ", "%s, %s, for the customer:", typed(e.IssueKey), step)
	}
	for line := range strings.Lines(c.Text) {
		p.line("    | ", strings.TrimRight(line, "\r\n"))
	}
}

// examples are at most two of the entries: the newest for the customer, and the newest for staff.
func examples(entries []ledger.Entry) []*ledger.Entry {
	var public, internal *ledger.Entry
	for i := range entries {
		e := &entries[i]
		if e.State != enforcer.Intended && e.State != enforcer.Waiting || e.Write == nil || e.Write.Comment == nil {
			continue
		}
		of := &public
		if e.Write.Comment.Internal {
			of = &internal
		}
		if *of == nil || (*of).Moment.Before(e.Moment) {
			*of = e
		}
	}
	var out []*ledger.Entry
	for _, e := range []*ledger.Entry{public, internal} {
		if e != nil {
			out = append(out, e)
		}
	}
	return out
}
