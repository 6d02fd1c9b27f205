package engine

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/mirror"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/outbox"
	"slabridge/mapping"
)

// source is where everything about one connection is read from.
type source struct {
	mirror   *mirror.DB
	ledger   *ledger.Ledger
	clock    func() time.Time
	started  time.Time // this process, by our clock
	settings Settings
	conn     Connection
	stale    map[string]bool   // the engine's
	contrary map[contrary]bool // the engine's
}

// trackerTime is the tracker's time as far as it has been measured.
func (s *source) trackerTime() time.Time {
	var offset time.Duration
	if s.conn.Tracker != nil {
		offset, _, _ = s.conn.Tracker.Offset()
	}
	return s.clock().Add(offset).UTC()
}

// presentTime is the tracker's time for who asks no tracker: by the offset that the last synchronisation measured,
// in whole seconds, as trackers tell time.
func (s *source) presentTime(ctx context.Context) (time.Time, error) {
	if s.conn.Tracker != nil {
		if _, _, known := s.conn.Tracker.Offset(); known {
			return s.trackerTime().Truncate(time.Second), nil
		}
	}
	cursor, err := s.mirror.Cursor(ctx, s.conn.ID)
	return s.clock().Add(cursor.Offset).UTC().Truncate(time.Second), err
}

// mirrored is an issue as the mirror has it.
type mirrored struct {
	history    connectors.History
	entry      mirror.Entry
	print      mirror.Print
	agreements []enforcer.Agreement // recorded beside the tracker
	holds      []enforcer.Hold      // likewise
	records    *ledger.IssueRecords // nil: the ledger is asked when something of it is needed
}

// seen is an issue as it was just read.
func (s *source) seen(ctx context.Context, h connectors.History) (m mirrored, err error) {
	m = mirrored{history: h, entry: mirror.Entry{State: mirror.Visible}}
	return m, s.addRecorded(ctx, &m, h.Issue.ID)
}

func (s *source) mirrored(ctx context.Context, id string) (m mirrored, ok bool, err error) {
	read, err := s.mirror.Read(ctx, s.conn.ID, id)
	if err != nil {
		return m, false, err
	}
	r, ok := read[id]
	if !ok {
		return m, false, nil
	}
	m.history, m.entry, m.print = r.History, r.Entry, r.Print
	return m, ok, s.addRecorded(ctx, &m, id)
}

// several gives issues as mirrored does, those that the mirror has, with what the ledger has of them.
func (s *source) several(ctx context.Context, ids []string) (map[string]mirrored, error) {
	read, err := s.mirror.Read(ctx, s.conn.ID, ids...)
	if err != nil {
		return nil, err
	}
	records, err := s.ledger.OfIssues(ctx, s.conn.ID, ids...)
	if err != nil {
		return nil, err
	}
	out := make(map[string]mirrored, len(read))
	for id, r := range read {
		of := records[id]
		out[id] = mirrored{
			history: r.History, entry: r.Entry, print: r.Print,
			agreements: of.Agreements, holds: of.Holds, records: of,
		}
	}
	return out, nil
}

// histories gives those of issues that the mirror has, some hundred read at a time.
func (s *source) histories(ctx context.Context, ids []string) iter.Seq2[connectors.History, error] {
	return func(yield func(connectors.History, error) bool) {
		for some := range slices.Chunk(ids, atATime) {
			read, err := s.mirror.Read(ctx, s.conn.ID, some...)
			if err != nil {
				yield(connectors.History{}, err)
				return
			}
			for _, id := range some {
				if r, ok := read[id]; ok && !yield(r.History, nil) {
					return
				}
			}
		}
	}
}

// addRecorded adds what people recorded of an issue beside the tracker.
func (s *source) addRecorded(ctx context.Context, m *mirrored, id string) (err error) {
	if m.agreements, err = s.ledger.Agreements(ctx, s.conn.ID, id); err != nil {
		return err
	}
	m.holds, err = s.ledger.Holds(ctx, s.conn.ID, id)
	return err
}

// byKey reads an issue by what people type for it.
func (s *source) byKey(ctx context.Context, key string) (m mirrored, ok bool, err error) {
	id, ok, err := s.mirror.IDByKey(ctx, s.conn.ID, key)
	if err != nil || !ok {
		return mirrored{}, false, err
	}
	return s.mirrored(ctx, id)
}

// item is what the agenda has of an issue under a contract, nil where it has nothing.
func (s *source) item(ctx context.Context, issue, contract string) (*enforcer.AgendaItem, error) {
	it, ok, err := s.ledger.Item(ctx, s.conn.ID, issue, contract)
	if err != nil || !ok {
		return nil, err
	}
	return &it, nil
}

// bind resolves the mappings of the connection's contracts against the tracker's names.
func (s *source) bind(ctx context.Context, d connectors.Directory) ([]*contract, []mapping.Problem, error) {
	people, err := s.ledger.Remembered(ctx, s.conn.ID)
	if err != nil {
		return nil, nil, err
	}
	names, err := s.ledger.Names(ctx, s.conn.ID)
	if err != nil {
		return nil, nil, err
	}
	remembered := mapping.Memory{
		People: make([]mapping.Remembered, len(people)),
		Names:  make([]mapping.FormerName, len(names)),
	}
	if s.conn.Options != nil {
		remembered.Options = func(h connectors.History) []connectors.Option { return s.conn.Options(d.Fields, h) }
	}
	for i, p := range people {
		remembered.People[i] = mapping.Remembered{
			Person: p.ID, Name: p.Name, Project: p.Project, Roles: p.Roles,
			LastSeen: p.LastSeen,
		}
	}
	for i, n := range names {
		remembered.Names[i] = mapping.FormerName{Kind: n.Kind, ID: n.ID, Name: n.Name, SeenAt: n.FirstSeen}
	}
	if err := s.ledger.ReadNames(ctx); err != nil {
		return nil, nil, err
	}
	origins := s.ledger.Origins()
	var contracts []*contract
	var problems []mapping.Problem
	bounds := map[string]*mapping.Bound{}
	fatal := map[string]bool{}
	for _, configured := range s.settings.Contracts {
		if configured.Connection != s.conn.ID {
			continue
		}
		b, ok := bounds[configured.Mapping.ID]
		if !ok {
			var found []mapping.Problem
			b, found = mapping.Bind(configured.Mapping, d, remembered, configured.Path)
			bounds[configured.Mapping.ID], fatal[configured.Mapping.ID] = b, stopsAll(found)
			problems = append(problems, found...)
		}
		configured.Contract = configured.KnownAs(origins[configured.ID])
		c := &contract{Contract: configured, bound: b, options: mapping.WriteOptions{
			Contract: configured.Contract, Install: s.ledger.Installation(), Texts: s.settings.Texts,
			Lang: configured.Language,
		}}
		found := c.bindScopes()
		c.fatal = fatal[configured.Mapping.ID] || stopsAll(found)
		contracts, problems = append(contracts, c), append(problems, found...)
	}
	return contracts, problems, nil
}

// stopsAll reports whether the problems keep everything from being judged.
func stopsAll(ps []mapping.Problem) bool {
	return slices.ContainsFunc(ps, func(p mapping.Problem) bool { return p.Fatal && !p.Part })
}

func anyFatal(ps []mapping.Problem) bool {
	for _, p := range ps {
		if p.Fatal {
			return true
		}
	}
	return false
}

// rememberNames keeps what the tracker calls its ids now, so that a renamed or removed one keeps its meaning.
func (s *source) rememberNames(ctx context.Context, d connectors.Directory) error {
	known, err := s.ledger.Names(ctx, s.conn.ID)
	if err != nil {
		return err
	}
	seen := make(map[[3]string]bool, len(known))
	for _, n := range known {
		seen[[3]string{n.Kind, n.ID, n.Name}] = true
	}
	all := slices.Concat(namesOf(d), s.namedPeople(d))
	fresh := slices.DeleteFunc(all, func(n ledger.Name) bool { return seen[[3]string{n.Kind, n.ID, n.Name}] })
	if len(fresh) == 0 {
		return nil
	}
	return s.ledger.RememberNames(ctx, s.trackerTime(), s.conn.ID, fresh...)
}

// namedPeople lists the people and groups whom mappings name: a tracker has too many others to remember.
func (s *source) namedPeople(d connectors.Directory) (out []ledger.Name) {
	named := map[string]bool{}
	for i := range s.settings.Contracts {
		if s.settings.Contracts[i].Connection != s.conn.ID {
			continue
		}
		for _, r := range s.settings.Contracts[i].Mapping.Roles {
			for _, n := range slices.Concat(r.Users, r.Groups, r.Lead, r.Duty) {
				named[n] = true
			}
		}
	}
	add := func(kind, id string, names ...string) {
		for _, n := range names {
			if n != "" && named[n] {
				out = append(out, ledger.Name{Kind: kind, ID: id, Name: n})
			}
		}
	}
	for i := range d.People {
		add(ledger.NameOfPerson, d.People[i].ID, d.People[i].Login, d.People[i].Name)
	}
	for _, g := range d.Groups {
		add(ledger.NameOfGroup, g.ID, g.Name)
	}
	return out
}

// namesOf lists the names of a directory that mappings speak of.
func namesOf(d connectors.Directory) []ledger.Name {
	var out []ledger.Name
	for _, x := range d.Statuses {
		out = append(out, ledger.Name{Kind: ledger.NameOfStatus, ID: x.ID, Name: x.Name})
		if x.Category != "" {
			out = append(out, ledger.Name{Kind: ledger.NameOfCategory, ID: x.ID, Name: x.Category})
		}
	}
	for _, x := range d.Priorities {
		out = append(out, ledger.Name{Kind: ledger.NameOfPriority, ID: x.ID, Name: x.Name})
	}
	for _, x := range d.Types {
		out = append(out, ledger.Name{Kind: ledger.NameOfType, ID: x.ID, Name: x.Name})
	}
	for _, x := range d.Fields {
		out = append(out, ledger.Name{Kind: ledger.NameOfField, ID: x.ID, Name: x.Name})
	}
	for _, x := range d.Roles {
		out = append(out, ledger.Name{Kind: ledger.NameOfRole, ID: x.ID, Name: x.Name})
	}
	for _, x := range d.Projects {
		if !slices.ContainsFunc(d.Self.Rights, func(r connectors.ProjectRights) bool { return r.Project == x.ID }) {
			continue
		}
		for _, name := range []string{x.Key, x.Name} {
			out = append(out, ledger.Name{Kind: ledger.NameOfProject, ID: x.ID, Name: name})
		}
	}
	return out
}

// rememberPeople keeps who has which roles now, so that a leaver's old answers stay staff's.
func (s *source) rememberPeople(ctx context.Context, contracts []*contract, now time.Time) error {
	if len(contracts) == 0 {
		return nil
	}
	seen := contracts[0].bound.People()
	people := make([]ledger.Person, len(seen))
	for i, p := range seen {
		people[i] = ledger.Person{ID: p.Person, Name: p.Name, Project: p.Project, Roles: p.Roles}
	}
	return s.ledger.Remember(ctx, now, s.conn.ID, people...)
}

// unseenWork names the projects whose booked time our account may not read though a contract counts it: the tracker
// silently leaves their entries out of the list.
func (s *source) unseenWork(contracts []*contract, d connectors.Directory) []string {
	var unseen []string
	for _, c := range contracts {
		if !c.countsWork() {
			continue
		}
		for _, project := range c.scope.Projects() {
			caps := s.conn.Tracker.Capabilities()
			for _, permission := range caps.Permissions[connectors.ReadWork] {
				if !d.Self.Has(project, permission) {
					unseen = append(unseen,
						message.Text("project %s of contract %s: our account lacks the right \"%s\" (%s), and sees no booked time "+
							"there", projectName(d, project), c.ID, caps.Title(permission), permission))
				}
			}
		}
	}
	return unseen
}

// outbox makes the outbox of a pass by contracts.
func (s source) outbox(
	now time.Time, contracts []*contract, names connectors.Directory, block enforcer.Text, report *Report,
) *outbox.Writer {
	return outbox.New(outbox.Options{
		Connection: s.conn.ID, Tracker: s.conn.Tracker, Ledger: s.ledger, Names: names, Now: now, Clock: s.trackerTime,
		Block: block, Report: &report.Report, Started: s.started.Add(s.trackerTime().Sub(s.clock())),
		Mirror: outbox.Mirror{
			Store: func(ctx context.Context, h connectors.History, at time.Time) error {
				if lacking(contracts, h) != nil { // what was believed of it stays
					return nil
				}
				_, err := s.mirror.Store(ctx, s.conn.ID, h, at)
				return err
			},
			Vanished: func(ctx context.Context, issue string, class connectors.Class, at time.Time) error {
				state := mirror.Gone
				if class == connectors.Hidden {
					state = mirror.Hidden
				}
				_, err := s.mirror.StoreVanished(ctx, s.conn.ID, issue, state, at)
				return err
			},
			Directory: func(ctx context.Context, d connectors.Directory) error {
				return s.mirror.StoreDirectory(ctx, s.conn.ID, d)
			},
		},
	})
}

// vanished finds what the ledger has and the configuration lacks: of the connection, and connections as a whole.
func (s *source) vanished(ctx context.Context, known []ledger.Cutover) (out []Vanished, err error) {
	var configured, unknown []string
	for _, c := range s.settings.Contracts {
		if c.Connection != s.conn.ID {
			continue
		}
		configured = append(configured, c.ID)
		its := func(l ledger.Cutover) bool { return l.Contract == c.ID && l.Connection == s.conn.ID }
		if !slices.ContainsFunc(known, its) {
			unknown = append(unknown, c.ID)
		}
		if now := s.ledger.Former(c.ID); now != "" {
			out = append(out, Vanished{Connection: s.conn.ID, Contract: now, Former: c.ID})
		}
	}
	for _, l := range known {
		v := Vanished{Connection: l.Connection}
		switch {
		case !slices.ContainsFunc(s.settings.Connections, func(c Connection) bool { return c.ID == l.Connection }):
		case l.Connection == s.conn.ID && !slices.Contains(configured, l.Contract):
			v.Contract, v.Unknown = l.Contract, unknown
			if v.Entries, err = s.ledger.Count(ctx, ledger.Filter{Connection: l.Connection, Contract: l.Contract}); err != nil {
				return nil, err
			}
		default:
			continue
		}
		out = append(out, v)
	}
	slices.SortStableFunc(out, func(a, b Vanished) int { return cmp.Compare(b.Former, a.Former) })
	return out, nil
}
