package engine

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/mirror"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/mapping"
)

// SyncOptions say how thorough a synchronisation is.
type SyncOptions struct {
	Full   bool // read every history again
	Census bool // compare all ids now, not only when it is time
}

// sync brings the mirror of the connection up to date, names included. The hinted issues are read again in any case.
func (s *source) sync(
	ctx context.Context, o SyncOptions, progress func(mirror.Progress), hinted ...string,
) (mirror.Report, error) {
	work := slices.ContainsFunc(s.settings.Contracts, func(c Contract) bool {
		return c.Connection == s.conn.ID && c.countsWork()
	})
	opts := mirror.SyncOptions{
		Full: o.Full, Census: o.Census, Progress: progress, Work: work, Reread: hinted, Scope: s.conn.Scope.String(),
	}
	cursor, err := s.mirror.Cursor(ctx, s.conn.ID)
	if err != nil {
		return mirror.Report{}, err
	}
	if opts.Within, err = s.within(ctx); err != nil {
		return mirror.Report{}, err
	}
	if s.trackerTime().Sub(cursor.CensusAt) >= censusEvery {
		opts.Census = true
		running, err := s.running(ctx)
		if err != nil {
			return mirror.Report{}, err
		}
		opts.Reread = slices.Concat(hinted, running)
	}
	if o.Full {
		s.stale[s.conn.ID] = true
	}
	bound := sync.OnceValues(func() ([]*contract, error) { return s.boundAsMirrored(ctx) })
	opts.Doubt = func(h connectors.History) error {
		contracts, err := bound()
		if err != nil {
			return err
		}
		return lacking(contracts, h)
	}
	r, err := s.mirror.Sync(ctx, s.conn.ID, s.conn.Tracker, s.clock, opts)
	if err == nil {
		err = s.mirrorWatched(ctx)
	}
	if err != nil {
		return r, err
	}
	if slices.ContainsFunc(r.Failed, func(f mirror.Failure) bool { return errors.As(f.Err, new(lackingField)) }) {
		s.stale[s.conn.ID] = true
	}
	if err := s.refreshNames(ctx, slices.Concat(r.Changed, r.Work)); err != nil {
		return r, err
	}
	if err := s.rememberCarriers(ctx, r.Changed); err != nil {
		return r, err
	}
	return r, s.rememberOptions(ctx, r.Changed)
}

// boundAsMirrored are the connection's contracts by the names as last read; none before they were.
func (s *source) boundAsMirrored(ctx context.Context) ([]*contract, error) {
	d, ok, err := s.mirror.Directory(ctx, s.conn.ID)
	if err != nil || !ok {
		return nil, err
	}
	contracts, _, err := s.bind(ctx, d)
	return contracts, err
}

// lackingField is why an issue just read is not believed: it has no place for something that is mapped, though others
// like it had one.
type lackingField struct{ error }

func (l lackingField) Unwrap() error { return l.error }

// lacking doubts an issue just read that lacks what one of the contracts rests on (mapping.Bound.Lacking). Believed, a
// critical request would be judged as one that is not, and nothing would tell.
func lacking(contracts []*contract, h connectors.History) error {
	for _, c := range contracts {
		if err := c.bound.Lacking(h.Issue, c.scope); err != nil {
			return &connectors.Error{
				Op: message.Of("read issue %s", h.Issue.ID), Class: connectors.Garbled, Err: lackingField{err},
			}
		}
	}
	return nil
}

// rememberCarriers keeps which fields that mappings rest on the changed issues have a place for.
func (s *source) rememberCarriers(ctx context.Context, changed []string) error {
	if len(changed) == 0 {
		return nil
	}
	contracts, err := s.boundAsMirrored(ctx)
	if err != nil || len(contracts) == 0 {
		return err
	}
	known, err := s.ledger.Names(ctx, s.conn.ID)
	if err != nil {
		return err
	}
	seen := make(map[ledger.Name]bool, len(known))
	for _, n := range known {
		seen[ledger.Name{Kind: n.Kind, ID: n.ID, Name: n.Name}] = true
	}
	var fresh []ledger.Name
	for h, err := range s.histories(ctx, changed) {
		if err != nil {
			return err
		}
		for _, c := range contracts {
			for _, x := range c.bound.Carries(h.Issue, c.scope) {
				if n := (ledger.Name{Kind: x.Kind, ID: x.ID, Name: x.Name}); !seen[n] {
					seen[n], fresh = true, append(fresh, n)
				}
			}
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	return s.ledger.RememberNames(ctx, s.trackerTime(), s.conn.ID, fresh...)
}

// rememberOptions keeps what changed issues tell of the names of list fields' options, so that a renamed one keeps its
// meaning: the tracker lists them nowhere that our account may look.
func (s *source) rememberOptions(ctx context.Context, changed []string) error {
	d, ok, err := s.mirror.Directory(ctx, s.conn.ID)
	if err != nil || !ok || s.conn.Options == nil || len(changed) == 0 {
		return err
	}
	known, err := s.ledger.Names(ctx, s.conn.ID)
	if err != nil {
		return err
	}
	seen := make(map[ledger.Name]bool, len(known))
	for _, n := range known {
		seen[ledger.Name{Kind: n.Kind, ID: n.ID, Name: n.Name}] = true
	}
	var fresh []ledger.Name
	for h, err := range s.histories(ctx, changed) {
		if err != nil {
			return err
		}
		for _, x := range s.conn.Options(d.Fields, h) {
			if n := (ledger.Name{Kind: ledger.NameOfOption, ID: mapping.OptionID(x), Name: x.Name}); !seen[n] {
				seen[n], fresh = true, append(fresh, n)
			}
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	return s.ledger.RememberNames(ctx, s.trackerTime(), s.conn.ID, fresh...)
}

// within tells issues of projects that are followed, by the names as last read; nil where all are.
func (s *source) within(ctx context.Context) (func(connectors.Issue) bool, error) {
	names, ok, err := s.mirror.Directory(ctx, s.conn.ID)
	if err != nil || !ok || s.conn.Scope.Projects == nil {
		return nil, err
	}
	followed, known := map[string]bool{}, map[string]bool{}
	for _, p := range names.Projects {
		known[p.ID] = true
	}
	for _, p := range s.conn.Scope.Of(names.Projects) {
		followed[p.ID] = true
	}
	return func(i connectors.Issue) bool { // a project newer than the names may be followed
		project := i.Values.One(connectors.FieldProject)
		return followed[project] || !known[project]
	}, nil
}

// mirrorWatched reads the watch issues that no list shows, once: they may be in a project that is not followed.
func (s *source) mirrorWatched(ctx context.Context) error {
	if s.conn.Scope.String() == "" {
		return nil
	}
	keys := map[string]bool{s.conn.WatchIssue: true}
	for _, c := range s.settings.Contracts {
		if c.Connection == s.conn.ID && c.Account != nil {
			keys[c.Account.WatchIssue] = true
		}
	}
	delete(keys, "")
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if _, ok, err := s.mirror.IDByKey(ctx, s.conn.ID, key); ok || err != nil {
			if err != nil {
				return err
			}
			continue
		}
		at := s.trackerTime()
		h, err := s.conn.Tracker.History(ctx, key)
		var failed *connectors.Error
		switch {
		case err == nil:
			if _, err := s.mirror.Store(ctx, s.conn.ID, h, at); err != nil {
				return err
			}
		case !errors.As(err, &failed) || failed.Class == connectors.Unauthorized:
			return err
		} // whoever needs it says that it is not in sight
	}
	return nil
}

// countsWork reports whether a version of a contract counts booked time: only then is it listed, which costs a request
// a pass.
func countsWork(c *enforcer.Contract) bool {
	return slices.ContainsFunc(c.Obligations, func(o enforcer.Obligation) bool {
		billed := func(r enforcer.Rule) bool { return r.Sum != nil && r.Sum.Billed != nil }
		return o.Active() && (o.Start.ReadsWork() ||
			slices.ContainsFunc(o.Stop, enforcer.Condition.ReadsWork) || slices.ContainsFunc(o.Rules, billed))
	})
}

// withWork adds the booked time, which the tracker keeps apart, to a history that was read from it just now. It is as
// the pass's synchronisation found it. To a history that is short it adds what an earlier read brought.
func (s *source) withWork(ctx context.Context, h connectors.History) (connectors.History, error) {
	if len(h.Missing) > 0 {
		known, _, err := s.mirror.History(ctx, s.conn.ID, h.Issue.ID)
		if err != nil {
			return h, err
		}
		h.Events = connectors.SortEvents(slices.Concat(known.Events, h.Events))
	}
	work, err := s.mirror.WorkOf(ctx, s.conn.ID, h.Issue.ID)
	h.Events = connectors.SortEvents(slices.Concat(h.Events, work))
	return h, err
}

// running are the issues with running cycles: what a tracker changes without a trace is looked for in them.
func (s *source) running(ctx context.Context) ([]string, error) {
	items, err := s.ledger.Running(ctx)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, it := range items {
		if it.Connection == s.conn.ID && it.Issue != contractScope {
			ids = append(ids, it.Issue)
		}
	}
	return ids, nil
}

// refreshNames reads the directory again when that was asked for, when it is old, when a changed issue speaks of
// something it lacks or calls it otherwise, or when somebody has ordered a refused step to be tried again: what was
// mended may be in it. Its age is taken on our own clock, by which it was read.
func (s *source) refreshNames(ctx context.Context, changed []string) error {
	d, ok, err := s.mirror.Directory(ctx, s.conn.ID)
	if err != nil {
		return err
	}
	var renamed []connectors.Naming
	fresh := ok && !s.stale[s.conn.ID] && s.clock().Sub(d.ReadAt) < directoryAge
	if !fresh {
		changed = nil
	}
	for h, err := range s.histories(ctx, changed) {
		if err != nil {
			return err
		}
		fresh = !d.Lacks(h)
		if fresh && s.conn.Names != nil {
			for _, n := range s.conn.Names(h.Issue.Raw) {
				if d.Renames(n) && !s.contrary[contrary{s.conn.ID, n}] {
					renamed, fresh = append(renamed, n), false
				}
			}
		}
		if !fresh {
			break
		}
	}
	ordered := ledger.Filter{Connection: s.conn.ID, State: enforcer.Intended, Reason: ledger.ReasonRetry}
	for _, err := range s.ledger.List(ctx, ordered, ledger.OldestFirst) {
		if err != nil {
			return err
		}
		fresh = false
		break
	}
	if fresh {
		return nil
	}
	d, err = s.readNames(ctx)
	for _, n := range renamed {
		if d.Renames(n) {
			s.contrary[contrary{s.conn.ID, n}] = true
		}
	}
	return err
}

// contrary is what an issue calls an id that the tracker's own list calls otherwise, just read: it is no reason to read
// the list again.
type contrary struct {
	connection string
	connectors.Naming
}

// readNames reads the directory from the tracker, and keeps it.
func (s *source) readNames(ctx context.Context) (connectors.Directory, error) {
	d, err := s.directory(ctx)
	if err != nil {
		return d, err
	}
	if err := s.mirror.StoreDirectory(ctx, s.conn.ID, d); err != nil {
		return d, err
	}
	delete(s.stale, s.conn.ID)
	return d, s.rememberNames(ctx, d)
}

// keepApps adds the apps that were seen before: they may be in no list, and an app that is not known as one would get
// the role of everyone else.
func (s *source) keepApps(ctx context.Context, d *connectors.Directory) error {
	before, _, err := s.mirror.Directory(ctx, s.conn.ID)
	for _, p := range before.People {
		i := slices.IndexFunc(d.People, func(x connectors.Person) bool { return x.ID == p.ID })
		switch {
		case !p.App:
		case i >= 0:
			d.People[i].App = true
		default:
			p.Roles, p.Groups = map[string][]string{}, nil
			d.People = append(d.People, p)
		}
	}
	return err
}

// directory reads the names from the tracker, and asks after everybody whom a step may assign or make a watcher by
// name: a tracker may list among the members somebody who is locked, and would refuse the step.
func (s *source) directory(ctx context.Context) (connectors.Directory, error) {
	d, err := s.conn.Tracker.Directory(ctx)
	if err != nil {
		return d, err
	}
	if err := s.keepApps(ctx, &d); err != nil {
		return d, err
	}
	contracts, _, err := s.bind(ctx, d)
	if err != nil {
		return d, err
	}
	asked := map[string]bool{}
	for _, c := range contracts {
		for _, id := range c.bound.Called(c.Contract.Contract) {
			i := slices.IndexFunc(d.People, func(p connectors.Person) bool { return p.ID == id })
			if asked[id] || i < 0 || d.People[i].Locked {
				continue
			}
			asked[id] = true
			active, err := s.conn.Tracker.Active(ctx, id)
			if err != nil {
				return d, err
			}
			d.People[i].Locked = !active
		}
	}
	return d, nil
}
