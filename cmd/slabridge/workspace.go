package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"slabridge/config"
	"slabridge/config/message"
	"slabridge/config/statefile"
	"slabridge/connectors"
	"slabridge/connectors/mirror"
	"slabridge/enforcer"
	"slabridge/enforcer/engine"
	"slabridge/enforcer/ledger"
	"slabridge/mapping"
)

// workspace is an open installation: configuration, state file and the engine over them.
type workspace struct {
	*app
	cfg    *config.Config
	file   *statefile.DB
	mirror *mirror.DB
	ledger *ledger.Ledger
	engine *engine.Engine
	lock   *statefile.Lock
	log    *slog.Logger

	directories map[string]names // by connection, once they are read
}

// Whether a command may change the state or talk to the tracker.
type intent int

const (
	reads  intent = iota // reads the state, and at most moves entries of the ledger; asks no tracker
	asks                 // reads the state and asks trackers
	writes               // writes to both, as the only process
)

// withWorkspace makes the run function of a command that works on an open installation.
func (a *app) withWorkspace(
	what intent, run func(ctx context.Context, w *workspace, args []string) error,
) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		w, err := a.open(cmd.Context(), what)
		if err != nil {
			return err
		}
		defer w.close()
		return run(cmd.Context(), w, args)
	}
}

// open loads the configuration and opens the state file beside it.
func (a *app) open(ctx context.Context, what intent) (*workspace, error) {
	level := config.NoSecret
	if what == reads {
		level = config.Error // what only reads the state needs no key
	}
	cfg, err := a.load(level)
	if err != nil {
		return nil, err
	}
	if what == reads {
		if _, err := os.Stat(cfg.State); errors.Is(err, fs.ErrNotExist) {
			return nil, message.Errorf("state file %s: there is none yet; run 'slabridge sync' first", cfg.State)
		}
	}
	return a.openState(ctx, cfg, what)
}

// load reads the configuration; its warnings go to standard error.
func (a *app) load(level config.Level) (*config.Config, error) {
	path, err := config.Find(a.config)
	if err != nil {
		return nil, usageError{err}
	}
	cfg, faults := config.Load(path, a.kinds, a.trial...)
	if err := faults.Err(level); err != nil {
		return nil, usageError{message.Errorf("the configuration has faults:\n%w", err)}
	}
	for _, f := range faults {
		if f.Level == config.Warning { // a secret that is not needed here is no matter
			fmt.Fprintln(a.err, f.Error())
		}
	}
	return cfg, nil
}

// calendars reads the days off that count in this place: those of the files in work, those of the configuration where
// there is one, and the built-in ones.
func (a *app) calendars() (config.Calendars, error) {
	path, err := config.Find(a.config)
	if err != nil {
		path = ""
	}
	days, err := config.ReadCalendars(path, a.trial)
	if err != nil {
		return days, usageError{message.Errorf("the calendars have faults:\n%w", err)}
	}
	return days, nil
}

// calendarFlag lets a command try calendar files that no configuration names yet.
func (a *app) calendarFlag(c *cobra.Command) {
	c.Flags().StringSliceVar(&a.trial, "calendar", nil,
		"count with this calendar file, under its country and its own name, before any other")
}

func (a *app) openState(ctx context.Context, cfg *config.Config, what intent) (*workspace, error) {
	a.contracts = cfg.Contracts
	w := &workspace{app: a, cfg: cfg, log: a.logger(cfg.Log), directories: map[string]names{}}
	if err := a.fill(ctx, w, what); err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

func (a *app) fill(ctx context.Context, w *workspace, what intent) (err error) {
	a.writing.Store(what == writes)
	if w.file, err = statefile.Open(ctx, w.cfg.State,
		statefile.Migrations{Store: "mirror", Steps: mirror.Migrations()},
		statefile.Migrations{Store: "ledger", Steps: ledger.Migrations()}); err != nil {
		return err
	}
	a.file = w.file
	for _, warning := range w.file.Warnings() {
		fmt.Fprintln(a.err, "slabridge: "+a.t("warning: ")+warning.In(a.lang))
	}
	if what == writes {
		if w.lock, err = w.file.Lock("writer", a.clock()); err != nil {
			return err
		}
	}
	if w.mirror, err = mirror.Open(w.file.DB); err != nil {
		return err
	}
	if w.ledger, err = ledger.Open(ctx, w.file.DB, a.clock()); err != nil {
		return err
	}
	settings, err := w.settings(ctx, w.cfg, what)
	if err != nil {
		return err
	}
	w.engine = engine.New(w.mirror, w.ledger, settings, a.clock, w.log)
	w.engine.Progress = progress(a.err, a.lang)
	w.engine.Guard = w.file.Present
	return nil
}

func (w *workspace) close() {
	if w.mirror != nil {
		_ = w.mirror.Close() // prepared statements of a handle that is closed next
	}
	if w.lock != nil {
		_ = w.lock.Release() // the kernel does it at exit in any case
	}
	if w.file != nil {
		if err := w.file.Close(); err != nil {
			w.log.Error("close state file", slog.Any("error", err))
		}
	}
}

// settings turns a configuration into what the engine works by.
func (w *workspace) settings(ctx context.Context, cfg *config.Config, what intent) (engine.Settings, error) {
	texts, err := textsOf(cfg)
	if err != nil {
		return engine.Settings{}, err
	}
	s := engine.Settings{
		Texts: texts, WritesPerPass: cfg.Limits.WritesPerPass, ClockSkew: cfg.Limits.ClockSkew,
		LateAfter: cfg.Limits.LateAfter,
	}
	for _, c := range cfg.Connections {
		if _, err := engine.ParseSchedule(c.Poll, w.clock()); err != nil {
			return s, usage("connection %s: poll: %w", c.ID, err)
		}
		conn := engine.Connection{
			ID: c.ID, Poll: c.Poll, Scope: cfg.Scope(c.ID), WatchIssue: c.WatchIssue,
			Options: c.Kind.Options, Names: c.Kind.Names,
		}
		if what != reads {
			way, err := w.connection(cfg, c, w.log)
			if err != nil {
				return s, usage("connection %s: %w", c.ID, err)
			}
			names, _, err := w.mirror.Directory(ctx, c.ID)
			if err != nil {
				return s, err
			}
			way.Listed = connectors.Listed{Projects: names.Projects, At: names.ReadAt}
			t, err := c.Kind.New(way)
			if err != nil {
				return s, err
			}
			conn.Tracker = t
			if recent := c.Kind.Recent; recent != nil {
				conn.Recent = func(ctx context.Context, projects []string, most int) ([]connectors.Issue, error) {
					return recent(ctx, way, projects, most)
				}
			}
		}
		s.Connections = append(s.Connections, conn)
	}
	for i, c := range cfg.Contracts {
		x := engine.Contract{
			Contract: c.Contract, Connection: c.Connection, Mapping: *cfg.Mapping(c.MappingID),
			Path: mappingPath(cfg, c.MappingID), Scope: c.Scope, ScopePath: fmt.Sprintf("contracts[%d]", i),
			EnforceFrom: c.EnforceFrom, Fingerprint: cfg.Fingerprint,
			Account: (*engine.Account)(c.Account),
		}
		for _, d := range c.Duties {
			if !slices.Contains([]string{enforcer.PeriodMonth, enforcer.PeriodQuarter, enforcer.PeriodYear}, d.Period) {
				if _, err := engine.ParseSchedule(d.Period, w.clock()); err != nil {
					return s, usage("%s.period: %w", d.Issue.Path, err)
				}
			}
			x.Duties = append(x.Duties, engine.Duty(d))
		}
		s.Contracts = append(s.Contracts, x)
	}
	return s, nil
}

func textsOf(cfg *config.Config) (*mapping.Texts, error) {
	var own []mapping.OwnText
	for i, t := range cfg.Texts {
		own = append(own, mapping.OwnText{Lang: t.Lang, Key: t.ID, Text: t.Text, Path: fmt.Sprintf("texts[%d].text", i)})
	}
	texts, problems := mapping.NewTexts(own)
	var errs []error
	for _, p := range problems {
		errs = append(errs, message.Errorf("%s:%d: %s: %q %s", cfg.Path, cfg.Line(p.Path), p.Path, p.Value, p.Reason))
	}
	if len(errs) > 0 {
		return nil, usageError{errors.Join(errs...)}
	}
	return texts, nil
}

func mappingPath(cfg *config.Config, id string) string {
	for i, m := range cfg.Mappings {
		if m.ID == id {
			return fmt.Sprintf("mappings[%d]", i)
		}
	}
	return "mappings"
}

// internalOn is how comments are kept from customers on a connection, by the first mapping that says it.
func internalOn(cfg *config.Config, connection string) string {
	for _, m := range cfg.Mappings {
		if m.Connection == connection && m.Internal.Kind != "" {
			return m.Internal.Kind
		}
	}
	return ""
}

// connection is what a connection's tracker is made from.
func (a *app) connection(
	cfg *config.Config, c config.Connection, log *slog.Logger,
) (s connectors.Settings, err error) {
	s = connectors.Settings{
		ID: c.ID, URL: c.URL, Internal: internalOn(cfg, c.ID), Transport: a.transport, Now: a.clock, Log: log,
		Scope: cfg.Scope(c.ID), People: cfg.People(c.ID),
		Auth:          connectors.Auth{Way: c.Auth.Way, User: c.Auth.User, Secret: c.Auth.Secret.Reveal()},
		RatePerSecond: c.RatePerSecond, Concurrency: c.Concurrency, Timeout: c.Timeout, Unspoken: proxySecrets(c.Way),
	}
	if s.Transport == nil {
		s.Transport, err = transportOf(c.Way)
	}
	s.Transport = a.requests.of(c.ID, s.Transport)
	return s, err
}

// kind is the kind of a connection's tracker; none for a connection that is no longer configured.
func (w *workspace) kind(connection string) connectors.Kind {
	if c := w.cfg.Connection(connection); c != nil {
		return c.Kind
	}
	return connectors.Kind{}
}

// pages gives the address of an issue's event in the tracker, "" where the tracker has none for it.
func (w *workspace) pages(connection string) func(issue, event string) string {
	place := w.kind(connection).EventPlace
	return func(issue, event string) string {
		page := w.issuePage(connection, issue)
		if page == "" || place == nil {
			return page
		}
		return page + place(event)
	}
}

// zone is the one that a contract's moments are shown in.
func (w *workspace) zone(contract string) *time.Location {
	if c := w.cfg.Contract(contract); c != nil {
		return c.Zone()
	}
	return time.UTC
}

// trackerTime is the present by the clock of a connection's tracker, or what --at says.
func (w *workspace) trackerTime(ctx context.Context, connection string) (time.Time, error) {
	if !w.asOf.IsZero() {
		return w.asOf, nil
	}
	return w.engine.Now(ctx, connection)
}

// home is the zone in which a connection's own moments are shown: its first contract's.
func (w *workspace) home(connection string) *time.Location {
	for _, c := range w.cfg.Contracts {
		if c.Connection == connection {
			return c.Zone()
		}
	}
	return time.UTC
}

// names reads what a connection's ids are called, once.
func (w *workspace) names(ctx context.Context, connection string) (names, error) {
	if n, ok := w.directories[connection]; ok {
		return n, nil
	}
	d, _, err := w.mirror.Directory(ctx, connection)
	if err != nil {
		return nil, err
	}
	n := namesOf(d)
	w.directories[connection] = n
	return n, nil
}

// issuePage is where people look at an issue, by what they type for it; "" where there is no such page.
func (w *workspace) issuePage(connection, key string) string {
	c := w.cfg.Connection(connection)
	if c == nil || c.Kind.IssuePage == nil || key == "" {
		return ""
	}
	return c.Kind.IssuePage(c.URL, key)
}

// findContract finds what --contract means: a preset, a configured contract, or a file.
func (a *app) findContract(name string) (*enforcer.Contract, error) {
	days, err := a.calendars()
	if err != nil {
		return nil, err
	}
	if strings.ContainsAny(name, "/\\") || strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml") {
		c, faults := days.ContractFile(name)
		if err := faults.Err(config.Error); err != nil {
			return nil, usageError{err}
		}
		return c, nil
	}
	c, perr := days.Preset(name)
	if perr == nil {
		return c, nil
	}
	if _, err := config.Find(a.config); err == nil {
		cfg, err := a.load(config.Error)
		if err != nil {
			return nil, err
		}
		if c := cfg.Contract(name); c != nil {
			return c.Contract, nil
		}
	}
	return nil, usageError{perr}
}
