package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"slabridge/config"
	"slabridge/config/message"
	"slabridge/enforcer/engine"
	"slabridge/enforcer/report"
)

// movedInfo is one line of `plan --against FILE -o json`.
type movedInfo struct {
	Kind       string        `json:"kind"` // deadline or write
	Change     engine.Change `json:"change"`
	Connection string        `json:"connection"`
	Issue      string        `json:"issue"`
	Subject    string        `json:"subject"`
	Contract   string        `json:"contract"`
	Obligation string        `json:"obligation"`
	Cycle      string        `json:"cycle"`
	Step       string        `json:"step,omitempty"`
	State      string        `json:"state,omitempty"` // of a write
	Was        *time.Time    `json:"was"`             // the deadline, or the moment of the write; null for none
	Will       *time.Time    `json:"will"`
	Changes    *changesInfo  `json:"changes,omitempty"` // what would be written
}

// changeWords say what becomes of a deadline or a write.
var changeWords = map[engine.Change]phrase{
	engine.Moved: "moved", engine.Added: "added", engine.Dropped: "dropped", engine.Altered: "altered",
}

func (d movedInfo) text(p *page) {
	what := strings.TrimSpace(typed(d.Issue)+" ") + " " + p.promise(p.contractOf(d.Contract), d.Obligation)
	if d.Step != "" {
		what = strings.TrimSpace(typed(d.Issue) + " " + p.stepOf(d.Contract, d.Obligation, d.Step))
	}
	what = p.ofContract(what, d.Contract)
	p.line(
		fmt.Sprintf("%-9s ", p.t(changeWords[d.Change])),
		what+": "+momentOrNone(p, d.Was)+" -> "+momentOrNone(p, d.Will),
	)
	p.detail(entryIndent, d.Subject)
	if d.Changes != nil {
		d.Changes.tell(p, true)
	}
}

// momentOrNone is a moment, or that there is none.
func momentOrNone(p *page, at *time.Time) string {
	if at == nil {
		return p.t("none")
	}
	return p.stamp(*at)
}

// showPlanAgainst shows what another file would change of what runs and is to be written.
func showPlanAgainst(ctx context.Context, w *workspace, file string) error {
	other, faults := config.LoadAgainst(w.cfg.Path, file, w.kinds)
	if err := faults.Err(config.Error); err != nil {
		return usageError{message.Errorf("%s has faults:\n%w", file, err)}
	}
	settings, err := w.settings(ctx, other, reads)
	if err != nil {
		return err
	}
	compared, err := w.engine.Against(ctx, settings, w.asOf)
	if err != nil {
		return err
	}
	for _, c := range compared {
		if err := tellAgainst(ctx, w, other, &c); err != nil {
			return err
		}
	}
	return nil
}

func tellAgainst(ctx context.Context, w *workspace, other *config.Config, c *engine.Against) error {
	if !w.json() {
		home := w.home(c.Connection)
		w.line("", w.tf("%s: as of %s, mirrored %s", c.Connection, w.moment(c.Now.In(home)), w.moment(c.MirroredAt.In(home)))+
			w.ago(c.Now, c.MirroredAt))
		for _, write := range []bool{false, true} {
			n := map[engine.Change]int{}
			for _, d := range c.Differences {
				if d.Write == write {
					n[d.Change]++
				}
			}
			if write {
				w.linef("  ", "writes moved: %d, altered: %d, added: %d, dropped: %d",
					n[engine.Moved], n[engine.Altered], n[engine.Added], n[engine.Dropped])
			} else {
				w.linef("  ", "running deadlines moved: %d, added: %d, dropped: %d",
					n[engine.Moved], n[engine.Added], n[engine.Dropped])
			}
		}
		for _, p := range c.Problems {
			w.labelled("  ! ", "fault: ", p.In(w.lang))
		}
		for _, gone := range w.cfg.Contracts {
			if gone.Connection == c.Connection && other.Contract(gone.ID) == nil {
				w.linef(
					"  ! ",
					"contract %s is not in it, and much may be recorded under it: writes on its connection stop until the "+
						"id is back",
					gone.ID,
				)
			}
		}
	}
	names, err := w.names(ctx, c.Connection)
	if err != nil {
		return err
	}
	for _, d := range c.Differences {
		zone := w.zone(d.Contract)
		if c := other.Contract(d.Contract); c != nil {
			zone = c.Zone()
		}
		info := movedInfo{
			Kind:       "deadline",
			Change:     d.Change,
			Connection: c.Connection,
			Issue:      d.Issue,
			Subject:    d.Subject,
			Contract:   d.Contract,
			Obligation: d.Obligation,
			Cycle:      d.Cycle,
			Step:       d.Step,
			State:      string(d.State),
			Was:        report.In(d.Was, zone),
			Will:       report.In(d.Will, zone),
		}
		if d.Write {
			info.Kind = "write"
		}
		if d.Planned != nil {
			changes := changesOf(d.Planned, names)
			info.Changes = &changes
		}
		if err := w.show(info); err != nil {
			return err
		}
	}
	return nil
}
