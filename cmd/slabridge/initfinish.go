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
	"slabridge/enforcer/ledger"
)

// finish checks the new configuration against the tracker, shows what it would have done in the last months, and names
// the next commands. It works on a temporary state: the installation's own begins with its first pass.
func finish(ctx context.Context, a *app, file, unit string, s *trackerSite, watch bool) error {
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
	err = checkLive(ctx, a, cfg, false)
	if err == nil && watch {
		if err := trial(ctx, a, file); err != nil {
			return err
		}
	}
	tellNext(a, file, unit, err != nil)
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
		name := a.severity(c.Contract, severity)
		if severity == "" {
			name = a.t("no severity")
		}
		a.linef("  ", "received, %s: %d", name, found.Requests[severity])
	}
	tellInTime(&a.page, &c, found.Verdicts)
	return tellDue(ctx, w, cfg, now)
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
			p.linef("  ", "%s (%s): in time %d of %d", o.Title.In(p.lang), p.cited(o.Source), kept[o.ID], all[o.ID])
		}
	}
}

// tellDue says how many writes a pass made now would send, and shows two of them word for word: where none is due,
// since nothing is written about what is older, two that would be, had the contract been enforced before.
func tellDue(ctx context.Context, w *workspace, cfg *config.Config, now time.Time) error {
	due, shown, err := planned(ctx, w)
	if err != nil {
		return err
	}
	w.linef("  ", "writes that are due now: %d", due)
	if len(shown) > 0 {
		w.linef("  ", "word for word:")
	} else {
		earlier := *cfg
		earlier.Contracts = slices.Clone(cfg.Contracts)
		for i := range earlier.Contracts {
			earlier.Contracts[i].EnforceFrom = now.AddDate(0, 0, -previewDays)
		}
		settings, err := w.settings(ctx, &earlier, writes)
		if err != nil {
			return err
		}
		w.engine.Configure(settings)
		if _, shown, err = planned(ctx, w); err != nil || len(shown) == 0 {
			return err
		}
		w.linef("  ", "what is older is left alone; this would be written, had it been enforced before:")
	}
	for _, e := range shown {
		tellWords(&w.page, e)
	}
	return nil
}

// planned counts the writes that are due now, and gives examples of those that are planned.
func planned(ctx context.Context, w *workspace) (due int, shown []*ledger.Entry, err error) {
	plans, err := w.engine.Plan(ctx, time.Time{})
	if err != nil {
		return 0, nil, err
	}
	var all []ledger.Entry
	for _, p := range plans {
		for _, e := range p.Entries {
			if e.State == enforcer.Intended {
				due++
			}
		}
		all = append(all, p.Entries...)
	}
	return due, examples(all), nil
}

// tellNext lists the commands that come next.
func tellNext(a *app, file, unit string, faulty bool) {
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
		{command + "sync", phrase("reads the requests; after it 'slabridge status' shows what is due")},
		{command + "plan", phrase("shows what would be written now, and why")},
		{command + "enforce", phrase("makes one pass: a new request gets its receipt")},
		{command + "run", phrase("the same, for good")},
	}
	if unit != "" {
		list[len(list)-1].command = "sudo cp " + unit + " /etc/systemd/system/slabridge.service && " +
			"sudo systemctl enable --now slabridge"
	} else if forService(filepath.Dir(file)) {
		list[len(list)-1].command = "systemctl enable --now slabridge"
	}
	if faulty {
		list = append([]then{{command + "check --live", phrase("once the faults above are mended")}}, list...)
	}
	for _, x := range list {
		fmt.Fprintf(a.out, "  %s\n", x.command)
		a.line("      ", a.t(x.why))
	}
}
