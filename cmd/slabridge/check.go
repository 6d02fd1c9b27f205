package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"slabridge/config"
	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/calendar"
	"slabridge/enforcer/engine"
	"slabridge/mapping"

	"github.com/spf13/cobra"
)

func checkCmd(a *app) *cobra.Command {
	var live bool
	c := &cobra.Command{
		Use:   "check",
		Short: "Find all faults of the configuration; --live asks the tracker too",
		RunE:  func(cmd *cobra.Command, _ []string) error { return check(cmd.Context(), a, live) },
	}
	c.Flags().BoolVar(&live, "live", false,
		"ask the tracker about every name, person and right, and its clock; only reads")
	return c
}

func check(ctx context.Context, a *app, live bool) error {
	path, err := config.Find(a.config)
	if err != nil {
		return usageError{err}
	}
	cfg, faults := config.Load(path, a.kinds)
	for _, f := range faults {
		if err := a.show(faultLine{f}); err != nil {
			return err
		}
	}
	if exposed := config.Exposed(path); !exposed.IsZero() {
		fmt.Fprintln(a.err, "slabridge: "+a.t("warning: ")+exposed.In(a.lang))
	}
	level := config.Error
	if live {
		level = config.NoSecret
	}
	if faults.At(level) != nil {
		return usage("%s: faults: %d", path, len(faults.At(config.NoSecret))) // all that were shown but warnings
	}
	if err := checkSchedules(a, cfg); err != nil {
		return err
	}
	if !a.json() {
		tellConfig(&a.page, cfg, len(faults) == 0)
		a.linef("", "zones of %s, from inside the program", calendar.ZoneRelease())
		tellPeriods(&a.page, cfg, a.clock())
	}
	for _, n := range endsOf(&a.page, cfg, a.clock()) {
		if err := a.show(n); err != nil {
			return err
		}
	}
	verified := verifyState(ctx, a, cfg)
	var fault usageError // the ledger's; what the tracker shows is told as well
	if !live || verified != nil && !errors.Is(verified, errHeld) && !errors.As(verified, &fault) {
		return verified
	}
	return gravest(checkLive(ctx, a, cfg, true), verified)
}

// faultLine is a fault of the configuration.
type faultLine struct{ config.Fault }

func (f faultLine) text(p *page) { p.fold("", "    ", f.In(p.lang)) }

// checkSchedules holds every poll text against the scheduler, and texts of the admin's own against their data.
func checkSchedules(a *app, cfg *config.Config) error {
	var errs []error
	for _, c := range cfg.Connections {
		if _, err := engine.ParseSchedule(c.Poll, a.clock()); err != nil {
			errs = append(errs, message.Errorf("%s: connection %s: poll: %w", cfg.Path, c.ID, err))
		}
	}
	for _, c := range cfg.Contracts {
		for _, d := range c.Duties {
			if _, err := engine.CheckPeriod(d.Period, a.clock(), c.Zone()); err != nil {
				errs = append(errs, message.Errorf("%s: %s.period: %w", cfg.Path, d.Issue.Path, err))
			}
		}
	}
	if _, err := textsOf(cfg); err != nil {
		errs = append(errs, err)
	}
	if errs = append(errs, a.checkChannels(cfg)...); len(errs) > 0 {
		return usageError{errors.Join(errs...)}
	}
	return nil
}

// tellConfig prints how much the configuration defines, and which obligations are not acted on.
func tellConfig(p *page, cfg *config.Config, well bool) {
	sum := p.tf("%s: connections: %d, mappings: %d, contracts: %d",
		cfg.Path, len(cfg.Connections), len(cfg.Mappings), len(cfg.Contracts))
	if well {
		sum += "; " + p.t("no faults")
	}
	p.line("", sum)
	for _, c := range cfg.Contracts {
		for _, o := range c.Obligations {
			name := o.Title.In(p.lang) + " (" + o.ID + ")" // the id is what a line of 'change' takes
			for _, field := range o.Unmapped {
				if o.Active() {
					p.linef("! ", "%s: %s: field %s is not mapped: a date told to the customer is enough, and reports say "+
						"that consent is not recorded; map it, or record consent with 'slabridge ledger agree'",
						c.ID, name, field)
				}
			}
			if o.Inert != nil {
				p.linef("  ", "%s: %s is not acted on: %s", c.ID, name, o.Inert.In(p.lang))
			}
		}
	}
}

// tellPeriods warns of duties whose cron line fires every minute: an issue would be made for each of them.
func tellPeriods(p *page, cfg *config.Config, now time.Time) {
	for _, c := range cfg.Contracts {
		for _, d := range c.Duties {
			if minutely, err := engine.CheckPeriod(d.Period, now, c.Zone()); err == nil && minutely {
				p.linef("! ", "%s: duty %s: the period %q begins every minute, and an issue is made for each: is that meant?",
					c.ID, cmp.Or(d.ID, d.Obligation), d.Period)
			}
		}
	}
}

// warning is something that an admin should know of, and that stops nothing.
type warning struct {
	Level    string `json:"level"`
	Path     string `json:"path"`
	Contract string `json:"contract"`
	Date     string `json:"date"` // the last day that counts; "" where none does
	Message  string `json:"message"`
}

func (n warning) text(p *page) { p.line("! ", n.Message) }

// endsOf gathers what begins late or ends soon.
func endsOf(p *page, cfg *config.Config, now time.Time) []warning {
	return slices.Concat(startingContracts(p, cfg, now), endingContracts(p, cfg, now), endingCalendars(p, cfg, now))
}

func newWarning(path string, c config.Contract, lastDay, message string) warning {
	return warning{Level: "warning", Path: path, Contract: c.ID, Date: lastDay, Message: message}
}

// endingCalendars warns of calendars whose data ends soon: a promise that reaches beyond it is not judged.
func endingCalendars(p *page, cfg *config.Config, now time.Time) (out []warning) {
	for i, c := range cfg.Contracts {
		path := fmt.Sprintf("contracts[%d].calendar", i)
		if _, err := c.Calendar.InHours(now); err != nil {
			out = append(out, newWarning(path, c, "", p.tf("%s: what needs to know the days off is not judged now: %s", c.ID,
				enforcer.WhyNot(err).In(p.lang))))
			continue
		}
		if ends := c.Calendar.DataEnds(now); ends.Sub(now) < calendarWarning {
			day := lastDay(ends, c.Zone())
			out = append(out, newWarning(path, c, day, p.tf(
				"%s: the days off are known until %s: a promise that reaches beyond is not judged; add the next year to the "+
					"calendar", c.ID, day)))
		}
	}
	return out
}

// endingContracts warns of contracts that have ended or end soon: what is received later is under none.
func endingContracts(p *page, cfg *config.Config, now time.Time) (out []warning) {
	for i, c := range cfg.Contracts {
		if c.ValidTo.IsZero() || c.ValidTo.Sub(now) >= contractWarning {
			continue
		}
		day, path := lastDay(c.ValidTo, c.Zone()), fmt.Sprintf("contracts[%d].valid.to", i)
		message := p.tf(
			"%s: the contract ends on %s: requests received later are under no contract; write a new last day into %s "+
				"when it is prolonged",
			c.ID,
			day,
			path,
		)
		if !c.ValidTo.After(now) {
			message = p.tf(
				"%s: the contract ended on %s: requests received since are under no contract; write a new last day into "+
					"%s if it was prolonged",
				c.ID,
				day,
				path,
			)
		}
		out = append(out, newWarning(path, c, day, message))
	}
	return out
}

// startingContracts warns of contracts that have not begun, and of those about which nothing is written for long.
func startingContracts(p *page, cfg *config.Config, now time.Time) (out []warning) {
	for i, c := range cfg.Contracts {
		first := c.Contract
		if len(c.Earlier) > 0 {
			first = c.Earlier[0]
		}
		if from := first.ValidFrom; from.After(now) {
			day := from.In(c.Zone()).Format(time.DateOnly)
			out = append(out, newWarning(fmt.Sprintf("contracts[%d].valid.from", i), c, day, p.tf(
				"%s: the contract begins on %s: requests received before are not its", c.ID, day)))
		}
		if from := c.EnforceFrom; from.Sub(now) > startWarning {
			day := from.In(c.Zone()).Format(time.DateOnly)
			out = append(out, newWarning(fmt.Sprintf("contracts[%d].enforce_from", i), c, day, p.tf(
				"%s: what comes due before %s is never written about: enforce_from says so", c.ID, day)))
		}
	}
	return out
}

// lastDay is the day before a moment at which something is over.
func lastDay(end time.Time, zone *time.Location) string {
	return end.Add(-time.Second).In(zone).Format(time.DateOnly)
}

// checkupInfo is what `check --live -o json` gives for a connection.
type checkupInfo struct {
	Connection  string               `json:"connection"`
	Account     string               `json:"account"`
	ClockOffset *float64             `json:"clock_offset_s"` // null: the tracker has not told its time yet
	Problems    []mapping.Problem    `json:"problems"`
	Rights      []engine.RightNeeded `json:"rights"`
	Strangers   []string             `json:"authors_without_role"`
	Unmarked    []string             `json:"own_notes_without_mark"`
	LeftOut     []engine.LeftOut     `json:"projects_left_out"`
	Values      []engine.ValueCounts `json:"values"`
	Probes      []connectors.Probed  `json:"probes,omitempty"` // how the tracker behaves where no document tells
	tracker     string               // what people call its kind
	cfg         *config.Config       // whose contracts have titles for severities
}

// checkLive holds the configuration against the trackers. probes: it also asks how they behave where no document tells.
func checkLive(ctx context.Context, a *app, cfg *config.Config, probes bool) error {
	w, err := a.openState(ctx, cfg, asks)
	if err != nil {
		return err
	}
	defer w.close()
	found, checked := w.engine.Check(ctx)
	bad := 0
	for _, k := range found {
		info := checkupOf(k)
		info.tracker, info.cfg = w.kind(k.Connection).Title, cfg
		if probes {
			if info.Probes, err = probe(ctx, w, k.Connection); err != nil {
				return err
			}
		}
		bad += k.Faults(cfg.Limits.ClockSkew)
		if err := a.show(info); err != nil {
			return err
		}
	}
	if checked != nil {
		tellUnanswered(a, cfg, found)
		return checked
	}
	if bad > 0 {
		return usage("faults that the tracker shows: %d", bad)
	}
	return nil
}

// tellUnanswered names the place of the address of each connection whose tracker could not be asked.
func tellUnanswered(a *app, cfg *config.Config, found []engine.Checkup) {
	for i, c := range cfg.Connections {
		if !slices.ContainsFunc(found, func(k engine.Checkup) bool { return k.Connection == c.ID }) {
			path := fmt.Sprintf("connections[%d].url", i)
			fmt.Fprintln(a.err, a.tf("%s:%d: %s: %q does not answer as it should:", cfg.Path, cfg.Line(path), path, c.URL))
		}
	}
}

// probe asks a tracker how it behaves where no document tells.
func probe(ctx context.Context, w *workspace, connection string) ([]connectors.Probed, error) {
	c := w.cfg.Connection(connection)
	if c == nil || c.Kind.Probe == nil {
		return nil, nil
	}
	way, err := w.connection(w.cfg, *c, w.log)
	if err != nil {
		return nil, err
	}
	return c.Kind.Probe(ctx, way)
}

func checkupOf(k engine.Checkup) checkupInfo {
	info := checkupInfo{
		Connection: k.Connection, Account: fmt.Sprintf("%s (%s, id %s)", k.Account.Name, k.Account.Login, k.Account.ID),
		Problems: append([]mapping.Problem{}, k.Problems...), Rights: append([]engine.RightNeeded{}, k.Needs...),
		Strangers: append([]string{}, k.Strangers...), Unmarked: append([]string{}, k.Unmarked...),
		LeftOut: append([]engine.LeftOut{}, k.LeftOut...), Values: append([]engine.ValueCounts{}, k.Values...),
	}
	if k.OffsetKnown {
		s := k.Offset.Truncate(time.Second).Seconds() // the tracker tells whole seconds; a fraction is no skew
		info.ClockOffset = &s
	}
	return info
}

// inWords gives messages in the reader's language.
func inWords(p *page, list []message.Message) []string {
	out := make([]string, len(list))
	for i, m := range list {
		out[i] = m.In(p.lang)
	}
	return out
}

// titleOf is a permission of a right, in the words of the tracker's screens.
func titleOf(r engine.RightNeeded, permission string) message.Message {
	return r.Titles[slices.Index(r.Permissions, permission)]
}

func (k checkupInfo) text(p *page) {
	p.linef("", "%s: we are %s", k.Connection, k.Account)
	if k.ClockOffset == nil {
		p.linef("  ", "clock: the tracker has not told its time yet; it will be measured on the first write")
	} else {
		p.linef("  ", "clock: the tracker's minus ours is %+.0f s", *k.ClockOffset)
	}
	fmt.Fprintln(p.out, "  "+p.t("rights the account needs:"))
	for _, r := range k.Rights {
		mark := colour(green, p.tf("%-7s", phrase("ok")))
		if len(r.Missing) > 0 {
			mark = colour(red, p.tf("%-7s", phrase("MISSING")))
		}
		p.line("    "+mark+" ", r.Right.In(p.lang)+": "+strings.Join(inWords(p, r.Titles), ", "))
		for _, project := range slices.Sorted(maps.Keys(r.Missing)) {
			p.linef(
				"            ",
				"%s is missing in %s; needed for %s",
				titleOf(r, r.Missing[project]),
				project,
				strings.Join(r.For, ", "),
			)
		}
	}
	for _, x := range k.Problems {
		kind := phrase("warning: ")
		if x.Fatal {
			kind = phrase("fault: ")
		}
		p.labelled("  ", kind, fmt.Sprintf("%s: %q: %s", x.Path, x.Value, x.Reason.In(p.lang)))
	}
	p.labelled("  ", "authors without a role, who count as nobody: ", strings.Join(k.Strangers, ", "))
	if len(k.Unmarked) > 0 {
		notes := strings.Join(k.Unmarked, ", ")
		p.line("  ", p.t("notes by our account without our mark (is somebody else using it?):")+" "+notes)
	}
	for _, x := range k.LeftOut {
		p.linef(
			"  ! ",
			"%s: project %s lies below %s and no contract covers it: subprojects count only when named in projects",
			x.Contract,
			x.Project,
			x.Below,
		)
	}
	for _, v := range k.Values {
		tellValues(p, k.cfg.Contract(v.Contract), v)
	}
	if len(k.Probes) > 0 {
		how := p.tf("how this %s behaves where no document tells (send it to us, it names nobody):", k.tracker)
		p.line("  ", how)
		for _, x := range k.Probes {
			p.line("    ", x.Question.In(p.lang)+": "+x.Answer.In(p.lang))
		}
	}
}
