package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"slabridge/config"
	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/engine"
)

// finish holds what was written against the tracker, shows what it would have meant, and says what comes next. It works
// on a state of its own that it throws away: the installation's begins with its first pass.
func finish(ctx context.Context, a *app, file string, s *trackerSite) error {
	dir, err := os.MkdirTemp("", "slabridge-init-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }() // a temporary state: what is left is the system's to clear
	cfg, faults := config.Load(file, a.kinds)
	if err := faults.Err(config.NoSecret); err != nil {
		return usageError{err}
	}
	for _, f := range faults {
		faultLine{f}.text(&a.page)
	}
	cfg.State = filepath.Join(dir, "slabridge.db")
	if err := preview(ctx, a, cfg, s); err != nil {
		return err
	}
	a.heading(a.t("held against the tracker") + ":")
	err = checkLive(ctx, a, cfg)
	tellNext(a, err != nil)
	return err
}

// The bounds of a preview: what it covers, and the requests that may be read for it.
const (
	previewDays = 90
	previewMost = 400
)

// errTooMany ends the counting of a tracker's issues.
var errTooMany = message.New("too many")

// preview mirrors the tracker, where that takes few requests, and tells what the contract would have made of the last
// months: by the very same reading, mapping and rules as every other command.
func preview(ctx context.Context, a *app, cfg *config.Config, s *trackerSite) error {
	issues := 0
	err := s.tracker.Census(ctx, func(page []connectors.Stub) error {
		if issues += len(page); issues > previewMost {
			return errTooMany
		}
		return nil
	})
	a.heading(a.tf("the last %d days, as the contract sees them", previewDays) + ":")
	if errors.Is(err, errTooMany) {
		a.linef("  ", "more than %d requests are in sight: 'slabridge sync' reads them, then 'slabridge status' and "+
			"'slabridge report' tell", previewMost)
		return nil
	}
	if err != nil {
		return err
	}
	w, err := a.openState(ctx, cfg, writes)
	if err != nil {
		return err
	}
	defer w.close()
	if _, err := w.engine.Sync(ctx, engine.SyncOptions{}); err != nil {
		return err
	}
	c := cfg.Contracts[0]
	now, err := w.engine.Now(ctx, c.Connection)
	if err != nil {
		return err
	}
	found, err := w.engine.Survey(ctx, c.ID, now.AddDate(0, 0, -previewDays), now, time.Time{})
	if err != nil {
		return err
	}
	if len(found.Requests) == 0 {
		a.linef("  ", "no request")
	}
	for _, severity := range slices.Sorted(maps.Keys(found.Requests)) {
		name := severity
		if name == "" {
			name = a.t("no severity")
		}
		a.linef("  ", "received, %s: %d", name, found.Requests[severity])
	}
	tellInTime(&a.page, &c, found.Verdicts)
	return tellDue(ctx, w)
}

// tellInTime says of each obligation how often it would have been kept.
func tellInTime(p *page, c *config.Contract, verdicts []enforcer.Verdict) {
	kept, all := map[string]int{}, map[string]int{}
	for i := range verdicts {
		switch v := &verdicts[i]; v.State {
		case enforcer.Met, enforcer.Escalated:
			kept[v.Obligation]++
			all[v.Obligation]++
		case enforcer.Breached:
			all[v.Obligation]++
		}
	}
	for i := range c.Obligations {
		if o := &c.Obligations[i]; all[o.ID] > 0 {
			p.linef("  ", "%s (%s): in time %d of %d", o.Title.In(p.lang), o.Source, kept[o.ID], all[o.ID])
		}
	}
}

// tellDue says how many writes a pass made now would send.
func tellDue(ctx context.Context, w *workspace) error {
	plans, err := w.engine.Plan(ctx, time.Time{})
	if err != nil {
		return err
	}
	due := 0
	for _, p := range plans {
		for _, e := range p.Entries {
			if e.State == enforcer.Intended {
				due++
			}
		}
	}
	w.linef("  ", "writes that are due now: %d", due)
	return nil
}

// tellNext lists the commands that come next.
func tellNext(a *app, faulty bool) {
	a.heading(a.t("next") + ":")
	command := "slabridge "
	if a.config != "" {
		command += "--config " + a.config + " "
	}
	type then struct {
		command string
		why     phrase
	}
	list := []then{
		{"sync", phrase("reads the requests; after it 'slabridge status' shows what is due")},
		{"plan", phrase("shows what would be written now, and why")},
		{"enforce", phrase("makes one pass: a new request gets its receipt")},
		{"run", phrase("the same, for good")},
	}
	if faulty {
		list = append([]then{{"check --live", phrase("once the faults above are mended")}}, list...)
	}
	for _, x := range list {
		fmt.Fprintf(a.out, "  %s%s\n", command, x.command)
		a.line("      ", a.t(x.why))
	}
}
