package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"slabridge/connectors"
	"slabridge/connectors/mirror"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/mapping"
)

// directoryAge is how old the names behind the ids may be before they are read again; an unknown id makes it
// happen at once.
const directoryAge = time.Hour

// censusEvery is how often all ids are compared, to notice deletions, moves, lost permission and edited notes.
const censusEvery = time.Hour

// SyncOptions say how thorough a synchronisation is.
type SyncOptions struct {
	Full   bool // read every history again
	Census bool // compare all ids now, not only when it is time
}

// Sync brings the mirror of every connection up to date and writes nothing to any tracker.
func (e *Engine) Sync(ctx context.Context, o SyncOptions) (map[string]mirror.Report, error) {
	out := map[string]mirror.Report{}
	_, err := e.each(func(c Connection) (Report, error) {
		r, err := e.sync(ctx, c, o)
		out[c.ID] = r
		return Report{}, err
	})
	return out, err
}

func (e *Engine) each(f func(Connection) (Report, error)) ([]Report, error) {
	var reports []Report
	var errs []error
	for _, c := range e.settings.Connections {
		r, err := f(c)
		if err != nil {
			err = fmt.Errorf("connection %s: %w", c.ID, err)
		}
		reports, errs = append(reports, r), append(errs, err)
	}
	return reports, errors.Join(errs...)
}

// view is a contract bound to what its tracker shows now.
type view struct {
	Contract
	bound *mapping.Bound
	scope *mapping.BoundScope
	// changes is which requests are changes, whose cost is capped; nil where nothing is
	changes *mapping.BoundScope
	fatal   bool // a problem of the mapping forbids writes
	line    enforcer.Cutover
	stale   bool // the last complete pass was under another configuration: evaluate everything
}

// bind resolves the mappings of a connection's contracts against its mirrored directory.
func (e *Engine) bind(ctx context.Context, conn string, d connectors.Directory) ([]*view, []mapping.Problem, error) {
	people, err := e.ledger.Remembered(ctx, conn)
	if err != nil {
		return nil, nil, err
	}
	remembered := make([]mapping.Remembered, len(people))
	for i, p := range people {
		remembered[i] = mapping.Remembered{Person: p.ID, Name: p.Name, Project: p.Project, Roles: p.Roles, LastSeen: p.LastSeen}
	}
	var views []*view
	var problems []mapping.Problem
	bounds := map[string]*mapping.Bound{}
	fatal := map[string]bool{}
	for _, c := range e.settings.Contracts {
		if c.Connection != conn {
			continue
		}
		b, ok := bounds[c.Mapping.ID]
		if !ok {
			var found []mapping.Problem
			b, found = mapping.Bind(c.Mapping, d, remembered, c.Path)
			bounds[c.Mapping.ID], fatal[c.Mapping.ID] = b, anyFatal(found)
			problems = append(problems, found...)
		}
		scope, found := b.Scope(c.Scope, c.ScopePath)
		problems = append(problems, found...)
		v := &view{Contract: c, bound: b, scope: scope, fatal: fatal[c.Mapping.ID] || anyFatal(found)}
		if c.Account != nil {
			changes := mapping.Scope{Projects: c.Scope.Projects, When: c.Account.Changes, Subtasks: true}
			v.changes, found = b.Scope(changes, c.ScopePath+".account")
			for _, p := range found { // the projects are the contract's own
				if rest, ok := strings.CutPrefix(p.Path, c.ScopePath+".account.when"); ok {
					p.Path = c.ScopePath + ".account.changes" + rest
					problems = append(problems, p)
				}
			}
		}
		views = append(views, v)
	}
	return views, problems, nil
}

func anyFatal(ps []mapping.Problem) bool {
	for _, p := range ps {
		if p.Fatal {
			return true
		}
	}
	return false
}

// remember keeps who has which roles now, so that a leaver's old answers stay staff's.
func (e *Engine) remember(ctx context.Context, conn string, views []*view, now time.Time) error {
	if len(views) == 0 {
		return nil
	}
	seen := views[0].bound.People()
	people := make([]ledger.Person, len(seen))
	for i, p := range seen {
		people[i] = ledger.Person{ID: p.Person, Name: p.Name, Project: p.Project, Roles: p.Roles}
	}
	return e.ledger.Remember(ctx, now, conn, people...)
}

// mirrored is an issue as the mirror has it.
type mirrored struct {
	history connectors.History
	entry   mirror.Entry
}

func (e *Engine) mirrored(ctx context.Context, conn, id string) (m mirrored, ok bool, err error) {
	if m.history, ok, err = e.mirror.History(ctx, conn, id); err != nil || !ok {
		return m, ok, err
	}
	m.entry, ok, err = e.mirror.Entry(ctx, conn, id)
	return m, ok, err
}

// request tells a mirrored history as the view's contract sees it.
func (v *view) request(conn string, h connectors.History, entry mirror.Entry) enforcer.Request {
	r := v.bound.Request(h, v.scope, v.Zone())
	r.Connection = conn
	switch entry.State {
	case mirror.Gone:
		r.GoneAt = entry.StateAt
	case mirror.Hidden: // its steps are held, not forgotten: it goes on when it is seen again
		r.Hidden, r.Hold = true, "our account cannot see the issue"
	}
	return r
}
