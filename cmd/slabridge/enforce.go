package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"slabridge/connectors"
	"slabridge/enforcer/engine"
	"slabridge/enforcer/ledger"
)

func (a *app) enforceCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "enforce",
		Short: "Make one pass: sync, decide, write back",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			w, err := a.open(cmd.Context(), writes)
			if err != nil {
				return err
			}
			defer w.close()
			reports, err := w.engine.Pass(cmd.Context())
			told := a.tell(cmd.Context(), w, reports)
			if err != nil && errors.Is(told, errHeld) {
				return err // a connection that failed comes first; what is held still is after the next pass
			}
			return errors.Join(err, told)
		},
	}
}

// passInfo is one line of `enforce -o json`.
type passInfo struct {
	Connection string      `json:"connection"`
	Changed    int         `json:"changed"`
	Evaluated  int         `json:"evaluated"`
	Written    []writeInfo `json:"written"`
	Held       []writeInfo `json:"held"`
	Refused    []writeInfo `json:"refused"`
	StillHeld  int         `json:"still_held"` // by earlier passes, for a human to look at
	LateSince  *time.Time  `json:"late_since"` // since when slabridge itself is late; null: it is not
	Problems   []string    `json:"problems"`
}

// tell shows what a pass did. It fails with errHeld when a human must look.
func (a *app) tell(ctx context.Context, w *workspace, reports []engine.Report) error {
	look := false
	for _, r := range reports {
		d, _, err := w.mirror.Directory(ctx, r.Connection)
		if err != nil {
			return err
		}
		for _, list := range [][]ledger.Entry{r.Written, r.Refused} {
			if err := w.decided(ctx, list); err != nil {
				return err
			}
		}
		info := a.passInfo(r, w.zone(), namesOf(d))
		info.LateSince = in(r.Late.Since, w.home(r.Connection))
		if info.StillHeld, err = w.stillHeld(ctx, r); err != nil {
			return err
		}
		look = look || len(r.Held)+len(r.Refused)+info.StillHeld > 0
		for _, p := range r.Problems {
			look = look || p.Grave
		}
		if a.json() {
			if err := a.writeJSON(info); err != nil {
				return err
			}
			continue
		}
		if r.Now.IsZero() {
			continue // it failed before anything could be told; the error says why
		}
		sum := a.tf("%s: issues changed: %d, looked at: %d, steps written: %d", r.Connection, r.Changed, r.Evaluated, len(r.Written))
		if n := len(r.Held); n > 0 {
			sum += a.tf(", held: %d", n)
		}
		if n := len(r.Refused); n > 0 {
			sum += a.tf(", refused: %d", n)
		}
		a.wrap("", sum)
		if len(info.Held) > few {
			if err := a.summarize(ctx, w, heldGroups(r)); err != nil {
				return err
			}
			info.Held = nil
		}
		for _, list := range [][]writeInfo{info.Written, info.Held, info.Refused} {
			for _, i := range list {
				a.printEntry(i, false)
			}
		}
		if info.StillHeld > 0 {
			a.wrap("! ", a.tf("held by earlier passes: %d; see 'slabridge ledger list --state held'", info.StillHeld))
		}
		if r.Late.Late() {
			a.wrap("! ", a.tf("late: things due since %s and not done: %d", a.stamp(*info.LateSince), r.Late.Overdue))
		}
		for _, p := range info.Problems {
			a.wrap("! ", p)
		}
	}
	if look {
		return errHeld
	}
	return nil
}

// heldByPeople is the reason of a hold that people put on a request themselves: no one need look at it.
const heldByPeople = "hold"

// stillHeld counts what earlier passes held and nobody has let go, but for what people put on hold themselves.
func (w *workspace) stillHeld(ctx context.Context, r engine.Report) (int, error) {
	n := 0
	for e, err := range w.ledger.List(ctx, ledger.Filter{Connection: r.Connection, State: ledger.Held}, ledger.OldestFirst) {
		if err != nil {
			return 0, err
		}
		isNew := slices.ContainsFunc(r.Held, func(h ledger.Entry) bool { return h.ID == e.ID })
		if !isNew && e.Reason.Code != heldByPeople {
			n++
		}
	}
	return n, nil
}

func (a *app) passInfo(r engine.Report, zone zoneOf, n names) passInfo {
	info := passInfo{
		Connection: r.Connection, Changed: r.Changed, Evaluated: r.Evaluated,
		Written: []writeInfo{}, Held: []writeInfo{}, Refused: []writeInfo{}, Problems: []string{},
	}
	for _, e := range r.Written {
		info.Written = append(info.Written, a.info(e, n, zone(e.Key.Contract)))
	}
	for _, e := range r.Held {
		info.Held = append(info.Held, a.info(e, n, zone(e.Key.Contract)))
	}
	for _, e := range r.Refused {
		info.Refused = append(info.Refused, a.info(e, n, zone(e.Key.Contract)))
	}
	for _, p := range r.Problems {
		text := p.Text
		if p.Issue != "" {
			text = p.Issue + ": " + text
		}
		info.Problems = append(info.Problems, text)
	}
	return info
}

func (a *app) planCmd() *cobra.Command {
	return a.withAt(&cobra.Command{
		Use:   "plan",
		Short: "Show what would be written now, and why; writes nothing",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return a.plan(cmd.Context()) },
	})
}

func (a *app) plan(ctx context.Context) error {
	w, err := a.open(ctx, reads)
	if err != nil {
		return err
	}
	defer w.close()
	at, err := a.moment()
	if err != nil {
		return err
	}
	plans, err := w.engine.Plan(ctx, at)
	if err != nil {
		return err
	}
	for _, p := range plans {
		d, _, err := w.mirror.Directory(ctx, p.Connection)
		if err != nil {
			return err
		}
		n, zone, home := namesOf(d), w.zone(), w.home(p.Connection)
		age := a.tf("as of %s, mirrored %s", a.stamp(p.Now.In(home)), a.stamp(p.MirroredAt.In(home)))
		if !a.json() {
			a.wrap("", a.tf("%s: steps to take: %d", p.Connection, len(p.Entries)))
			a.wrap("  ", age)
		} else if len(p.Entries) == 0 {
			fmt.Fprintf(a.err, "%s: %s; %s\n", p.Connection, a.t("nothing to write"), age)
		}
		for _, e := range p.Entries {
			i := a.info(e, n, zone(e.Key.Contract))
			i.Hint = ""
			if a.json() {
				if err := a.writeJSON(planInfo{i, p.MirroredAt.In(home)}); err != nil {
					return err
				}
				continue
			}
			a.printEntry(i, true)
		}
	}
	return nil
}

// planInfo is one line of `plan -o json`.
type planInfo struct {
	writeInfo
	Mirrored time.Time `json:"mirrored"` // when the mirror was last complete
}

// trackerDown reports whether an error means that the tracker is away, not that we are at fault.
func trackerDown(err error) bool {
	switch connectors.ClassOf(err) {
	case connectors.TryLater, connectors.Garbled, connectors.Unknown:
		return true
	}
	return false
}
