package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"slabridge/config/message"
	"slabridge/connectors/mirror"
	"slabridge/enforcer/engine"
)

func syncCmd(a *app) *cobra.Command {
	var full, rebuild bool
	c := &cobra.Command{
		Use:   "sync",
		Short: "Bring the mirror up to date; writes nothing to the tracker",
		RunE: a.withWorkspace(writes, func(ctx context.Context, w *workspace, _ []string) error {
			a.writing.Store(false) // to no tracker
			return syncMirror(ctx, w, full, rebuild)
		}),
	}
	c.Flags().BoolVar(&full, "full", false, "read every history again")
	c.Flags().BoolVar(&rebuild, "rebuild", false, "throw the mirror away first (never the ledger)")
	return c
}

// syncInfo is one line of `sync -o json`.
type syncInfo struct {
	Connection string `json:"connection"`
	Listed     int    `json:"listed"`
	Changed    int    `json:"changed"`
	New        int    `json:"new"`
	Gone       int    `json:"gone"`
	Hidden     int    `json:"hidden"`
	Failed     int    `json:"failed"`
	Requests   int64  `json:"requests"`
	Complete   bool   `json:"complete"`
}

func syncMirror(ctx context.Context, w *workspace, full, rebuild bool) error {
	if rebuild {
		for _, c := range w.cfg.Connections {
			if err := w.mirror.Wipe(ctx, c.ID); err != nil {
				return err
			}
		}
	}
	reports, err := w.engine.Sync(ctx, engine.SyncOptions{Full: full, Census: full || rebuild})
	look := false
	for _, id := range slices.Sorted(maps.Keys(reports)) {
		r := reports[id]
		if err := w.show(syncInfo{
			id, r.Listed, len(r.Changed), len(r.New), len(r.Gone), len(r.Hidden), len(r.Failed) + len(r.Doubted),
			r.Requests, r.Complete,
		}); err != nil {
			return err
		}
		for _, f := range r.Failed {
			fmt.Fprintln(w.err, "slabridge: "+w.tf("%s: issue %s stays to be read: %v", id, f.Issue, f.Err))
		}
		if n := len(r.Doubted); n > 0 {
			fmt.Fprintln(w.err, "slabridge: "+id+": "+w.tf(
				"%d more issues lacked a mapped field when they were last read: nothing is written to them, "+
					"and they are read again as soon as one of those above has it", n))
		}
		for _, s := range r.Short {
			fmt.Fprintln(w.err, "slabridge: "+w.tf("%s: %s: the tracker keeps back a part of it: %s", id, s.Key,
				strings.Join(s.Missing, "; ")))
		}
		look = look || len(r.Failed)+len(r.Short) > 0
	}
	if err == nil && look {
		return errHeld
	}
	return err
}

func (i syncInfo) text(p *page) {
	if i.Complete {
		p.linef("", "%s: issues changed: %d (new %d, deleted %d, out of sight %d), requests: %d",
			i.Connection, i.Changed, i.New, i.Gone, i.Hidden, i.Requests)
	}
}

// progress shows on a terminal how a long synchronisation goes on; elsewhere nobody looks.
func progress(to *screen, lang string) func(mirror.Progress) {
	if !terminal(to) {
		return nil
	}
	screen := to.w // the line is written over again and again, and holds nothing of a tracker's
	say := func(format message.Format, args ...any) {
		fmt.Fprint(screen, "\r\x1b[K"+message.Say(lang, format, args...))
	}
	return func(p mirror.Progress) {
		switch {
		case p.Listing:
			say("listing: %d issues, %d histories read", p.Listed, p.Read)
		case p.Read < p.ToRead:
			say("reading histories: %d of %d", p.Read, p.ToRead)
		default:
			fmt.Fprint(screen, "\r\x1b[K")
		}
	}
}
