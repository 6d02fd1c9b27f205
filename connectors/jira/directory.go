package jira

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"slabridge/connectors"
	"slabridge/connectors/rest"
)

// Assignable is the name of a role that Jira does not have: everyone to whom issues of a project can be assigned has it
// there. Who has which of Jira's own roles only a project's administrators may read.
const Assignable = "assignable"

// Directory implements connectors.Tracker. People are those to whom issues can be assigned, the actors of project roles
// where the account may read them, and everyone whom an issue has shown to this connection; of groups there are those
// that project roles name.
func (t *Tracker) Directory(ctx context.Context) (connectors.Directory, error) {
	d := connectors.Directory{}
	me, err := t.myself(ctx)
	if err != nil {
		return d, err
	}
	speaks, err := t.speaks(ctx)
	if err != nil {
		return d, err
	}
	projects, err := t.projects(ctx)
	if err != nil {
		return d, err
	}
	for _, p := range projects {
		d.Projects = append(d.Projects, connectors.Project{ID: string(p.ID), Key: p.Key, Name: p.Name, Closed: p.Archived})
	}
	fields, err := t.fieldInfo(ctx)
	if err != nil {
		return d, err
	}
	d.Fields = fields.directory()
	steps := []func(context.Context, *connectors.Directory) error{t.readStatuses, t.readPriorities, t.readTypes, t.readRequestTypes}
	for _, step := range steps {
		if err := step(ctx, &d); err != nil {
			return connectors.Directory{}, err
		}
	}
	if d.People, d.Roles, err = t.readPeople(ctx, speaks, projects); err != nil {
		return connectors.Directory{}, err
	}
	if d.Self, err = t.account(ctx, me, projects); err != nil {
		return connectors.Directory{}, err
	}
	d.ReadAt = t.line.Now().UTC()
	return d, nil
}

type wireProject struct {
	ID       id     `json:"id"`
	Key      string `json:"key"`
	Name     string `json:"name"`
	Type     string `json:"projectTypeKey"`
	Archived bool   `json:"archived"`
}

// projects are those that we see. A site without any for us answers alike to a stranger: ask who we are before believing it.
func (t *Tracker) projects(ctx context.Context) ([]wireProject, error) {
	d, err := t.speaks(ctx)
	if err != nil {
		return nil, err
	}
	c := t.line.Call(ctx, "list projects", rest.Elsewhere)
	if d == cloud {
		return paged[wireProject](c, "/rest/api/2/project/search", url.Values{"orderBy": {"key"}}, 50)
	}
	var list []wireProject
	_, err = c.Get("/rest/api/2/project", nil, &list)
	return list, err
}

// maxPages bounds lists: a site that gives full pages without end is broken.
const maxPages = 2000

// paged reads all of a list that goes by startAt. Each page is counted as it came: sites give fewer than were asked for.
func paged[T any](c *rest.Call, path string, query url.Values, size int) ([]T, error) {
	var out []T
	for range maxPages {
		q := maps.Clone(query)
		if q == nil {
			q = url.Values{}
		}
		q.Set("startAt", strconv.Itoa(len(out)))
		q.Set("maxResults", strconv.Itoa(size))
		var p page
		if _, err := c.Get(path, q, &p); err != nil {
			return nil, err
		}
		for _, raw := range p.list() {
			var v T
			if err := json.Unmarshal(raw, &v); err != nil {
				return nil, c.Garbled(0, err)
			}
			out = append(out, v)
		}
		if !p.more(len(out)) {
			return out, nil
		}
	}
	return nil, c.Garbled(0, errors.New("a list without end"))
}

func (t *Tracker) readStatuses(ctx context.Context, d *connectors.Directory) error {
	c := t.line.Call(ctx, "list statuses", rest.Elsewhere)
	library, err := t.library(c)
	if err != nil {
		return c.Garbled(0, err)
	}
	list, _, err := library.Status.GetAllStatusesWithContext(ctx)
	if err != nil {
		return c.AsError(err)
	}
	if len(list) == 0 {
		return c.Garbled(0, errors.New("no statuses: no Jira is without"))
	}
	for _, s := range list {
		category := s.StatusCategory.Key
		d.Statuses = append(d.Statuses, connectors.Status{ID: s.ID, Name: s.Name, Category: category, Closed: category == "done"})
	}
	return nil
}

// readPriorities gives the lowest first; Jira has the highest first.
func (t *Tracker) readPriorities(ctx context.Context, d *connectors.Directory) error {
	speaks, err := t.speaks(ctx)
	if err != nil {
		return err
	}
	c := t.line.Call(ctx, "list priorities", rest.Elsewhere)
	var list []named
	plain := speaks == dataCenter
	if !plain {
		list, err = t.schemes(ctx)
		plain = connectors.ClassOf(err) == connectors.Refused // some sites keep schemes to their administrators
	}
	if plain {
		_, err = c.Get("/rest/api/2/priority", nil, &list)
	}
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return c.Garbled(0, errors.New("no priorities: no Jira is without"))
	}
	slices.Reverse(list)
	for rank, p := range list {
		d.Priorities = append(d.Priorities, connectors.Priority{ID: string(p.ID), Name: p.Name, Rank: rank})
	}
	return nil
}

// schemes gives the priorities of all schemes in one order: the default scheme's, with what others have besides behind
// what comes before it there. Cloud's plain list of priorities is deprecated, and asked only where schemes are kept from us.
func (t *Tracker) schemes(ctx context.Context) ([]named, error) {
	type scheme struct {
		ID      id   `json:"id"`
		Default bool `json:"isDefault"`
	}
	schemes, err := paged[scheme](t.line.Call(ctx, "list priority schemes", rest.Elsewhere), "/rest/api/2/priorityscheme", nil, 50)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(schemes, func(a, b scheme) int {
		switch {
		case a.Default == b.Default:
			return 0
		case a.Default:
			return -1
		}
		return 1
	})
	var out []named
	for _, s := range schemes {
		c := t.line.Call(ctx, "list the priorities of scheme "+string(s.ID), rest.Elsewhere)
		list, err := paged[named](c, "/rest/api/2/priorityscheme/"+url.PathEscape(string(s.ID))+"/priorities", nil, 50)
		if err != nil {
			return nil, err
		}
		at := 0
		for _, p := range list {
			if i := slices.IndexFunc(out, func(x named) bool { return x.ID == p.ID }); i >= 0 {
				at = i + 1
				continue
			}
			out = slices.Insert(out, at, p)
			at++
		}
	}
	return out, nil
}

// readTypes takes the issue types of every project, for a project's own are in no list of the site's.
func (t *Tracker) readTypes(ctx context.Context, d *connectors.Directory) error {
	types := make([][]named, len(d.Projects))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(t.line.Concurrency)
	for i, p := range d.Projects {
		g.Go(func() error {
			c := t.line.Call(ctx, "list the issue types of project "+p.Key, rest.AtIssue)
			_, err := c.Get("/rest/api/2/project/"+url.PathEscape(p.ID)+"/statuses", nil, &types[i])
			return unlessVanished(err)
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for _, list := range types {
		for _, n := range list {
			if !slices.ContainsFunc(d.Types, func(x connectors.Named) bool { return x.ID == string(n.ID) }) {
				d.Types = append(d.Types, connectors.Named{ID: string(n.ID), Name: n.Name})
			}
		}
	}
	return nil
}

// unlessVanished is nil for what was in a list a moment ago and is gone or hidden now.
func unlessVanished(err error) error {
	switch connectors.ClassOf(err) {
	case connectors.Gone, connectors.Hidden:
		return nil
	}
	return err
}

// requestTypes are request types as the contract's values: they share a list with the issue types.
func requestTypes(names []string) []string {
	var out []string
	for _, n := range names {
		out = append(out, connectors.RequestType+n)
	}
	return out
}

// readRequestTypes reads what customers choose from in portals; a site without service management has none.
func (t *Tracker) readRequestTypes(ctx context.Context, d *connectors.Directory) error {
	c := t.line.Call(ctx, "list service desks", rest.AtIssue)
	desks, err := started[named](c, "/rest/servicedeskapi/servicedesk")
	switch connectors.ClassOf(err) {
	case 0:
	case connectors.Gone, connectors.Hidden, connectors.Refused:
		return nil
	default:
		return err
	}
	for _, desk := range desks {
		c := t.line.Call(ctx, "list the request types of service desk "+string(desk.ID), rest.AtIssue)
		list, err := started[named](c, "/rest/servicedeskapi/servicedesk/"+url.PathEscape(string(desk.ID))+"/requesttype")
		if err := unlessVanished(err); err != nil {
			return err
		}
		for _, r := range list {
			n := connectors.Named{ID: connectors.RequestType + r.Name, Name: r.Name}
			if !slices.Contains(d.Types, n) {
				d.Types = append(d.Types, n)
			}
		}
	}
	return nil
}

// started reads all of a list of the service desk's, which go by start.
func started[T any](c *rest.Call, path string) ([]T, error) {
	var out []T
	for range maxPages {
		var p struct {
			Values     []json.RawMessage `json:"values"`
			IsLastPage *bool             `json:"isLastPage"`
		}
		if _, err := c.Get(path, url.Values{"start": {strconv.Itoa(len(out))}, "limit": {"50"}}, &p); err != nil {
			return nil, err
		}
		if p.IsLastPage == nil {
			return nil, c.Garbled(0, errors.New("a page that does not say whether it is the last"))
		}
		for _, raw := range p.Values {
			var v T
			if err := json.Unmarshal(raw, &v); err != nil {
				return nil, c.Garbled(0, err)
			}
			out = append(out, v)
		}
		if *p.IsLastPage || len(p.Values) == 0 {
			return out, nil
		}
	}
	return nil, c.Garbled(0, errors.New("a list without end"))
}

// readPeople reads who can be assigned in each project, which roles it has, and who has them where the account may read that.
func (t *Tracker) readPeople(ctx context.Context, d dialect, projects []wireProject) ([]connectors.Person, []connectors.Named, error) {
	found := make([][]connectors.Person, len(projects))
	roles := make([][]string, len(projects))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(t.line.Concurrency)
	for i, p := range projects {
		g.Go(func() (err error) {
			found[i], roles[i], err = t.peopleIn(ctx, d, p)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, nil, err
	}
	all := map[string]connectors.Person{}
	t.mu.Lock()
	for id, p := range t.people {
		all[id] = directoryPerson(&p, d)
	}
	t.mu.Unlock()
	for i, p := range projects {
		for _, x := range found[i] {
			have, ok := all[x.ID]
			if !ok {
				have = x
				have.Roles = map[string][]string{}
			}
			have.Roles[string(p.ID)] = append(have.Roles[string(p.ID)], x.Roles[""]...)
			all[x.ID] = have
		}
	}
	names := []connectors.Named{{ID: Assignable, Name: Assignable}}
	for _, name := range slices.Compact(slices.Sorted(slices.Values(slices.Concat(roles...)))) {
		names = append(names, connectors.Named{ID: name, Name: name})
	}
	return slices.SortedFunc(maps.Values(all), func(a, b connectors.Person) int { return strings.Compare(a.ID, b.ID) }), names, nil
}

// peopleIn gives the people of one project, with their roles there under "", and the names of its roles.
func (t *Tracker) peopleIn(ctx context.Context, d dialect, p wireProject) ([]connectors.Person, []string, error) {
	query := url.Values{"project": {p.Key}, "query": {""}}
	if d == dataCenter {
		query = url.Values{"project": {p.Key}, "username": {""}}
	}
	var out []connectors.Person
	add := func(x connectors.Person, role string) {
		i := slices.IndexFunc(out, func(y connectors.Person) bool { return y.ID == x.ID })
		if i < 0 {
			i, out = len(out), append(out, x)
		}
		if !slices.Contains(out[i].Roles[""], role) {
			out[i].Roles[""] = append(out[i].Roles[""], role)
		}
	}
	const size = 1000
	for start := 0; start < maxPages*size; {
		query.Set("startAt", strconv.Itoa(start))
		query.Set("maxResults", strconv.Itoa(size))
		var list []person
		c := t.line.Call(ctx, "list who can be assigned in project "+p.Key, rest.AtIssue)
		if _, err := c.Get("/rest/api/2/user/assignable/search", query, &list); err != nil {
			if connectors.ClassOf(err) == connectors.Refused {
				break
			}
			return nil, nil, unlessVanished(err)
		}
		for i := range list {
			t.learn(&list[i])
			add(directoryPerson(&list[i], d), Assignable)
		}
		if start += len(list); len(list) == 0 || d == dataCenter && len(list) < size {
			break
		}
	}
	roles, actors, err := t.actors(ctx, string(p.ID))
	for role, list := range actors {
		for _, x := range list {
			add(x, role)
		}
	}
	return out, roles, err
}

type roleActor struct {
	Type        string  `json:"type"`
	Name        string  `json:"name"` // on Data Center what writes the user
	DisplayName string  `json:"displayName"`
	User        *person `json:"actorUser"`
	Group       *named  `json:"actorGroup"`
}

// actors reads which roles a project has and who has them; nobody where the account may not read that.
func (t *Tracker) actors(ctx context.Context, project string) ([]string, map[string][]connectors.Person, error) {
	var roles map[string]string
	c := t.line.Call(ctx, "list the roles of project "+project, rest.AtIssue)
	if _, err := c.Get("/rest/api/2/project/"+url.PathEscape(project)+"/role", nil, &roles); err != nil {
		return nil, nil, unlessForbidden(err)
	}
	names := slices.Sorted(maps.Keys(roles))
	out := map[string][]connectors.Person{}
	for name, address := range roles {
		number := address[strings.LastIndexByte(address, '/')+1:]
		var r struct {
			Actors []roleActor `json:"actors"`
		}
		c := t.line.Call(ctx, "read role "+name+" of project "+project, rest.AtIssue)
		if err := c.CheckID(number); err != nil {
			return nil, nil, c.Garbled(0, err)
		}
		if _, err := c.Get("/rest/api/2/project/"+url.PathEscape(project)+"/role/"+number, nil, &r); err != nil {
			return names, nil, unlessForbidden(err) // of one as of all
		}
		for _, a := range r.Actors {
			switch {
			case a.Group != nil:
				out[name] = append(out[name], connectors.Person{
					ID: groupPrefix + a.Group.Name, Name: a.Group.Name, Group: true, Roles: map[string][]string{},
				})
			case a.User != nil && a.User.AccountID != "":
				out[name] = append(out[name], connectors.Person{ID: a.User.AccountID, Name: a.DisplayName, Roles: map[string][]string{}})
			default:
				x, err := t.named(ctx, a.Name)
				if err := unlessForbidden(err); err != nil {
					return nil, nil, err
				}
				if x.id() != "" {
					out[name] = append(out[name], directoryPerson(&x, dataCenter))
				}
			}
		}
	}
	return names, out, nil
}

// unlessForbidden is nil for what the account may not read.
func unlessForbidden(err error) error {
	switch connectors.ClassOf(err) {
	case connectors.Gone, connectors.Hidden, connectors.Refused:
		return nil
	}
	var e *connectors.Error
	if errors.As(err, &e) && e.Status == 401 { // Cloud's answer to whoever is no administrator; who we are is asked elsewhere
		return nil
	}
	return err
}

// rolesIn are the names of our own roles in a project, as far as we may read them: in any case what we need no right to know.
func (t *Tracker) rolesIn(ctx context.Context, project string, me person) ([]string, error) {
	_, actors, err := t.actors(ctx, project)
	var out []string
	for role, list := range actors {
		if slices.ContainsFunc(list, func(p connectors.Person) bool { return p.ID == me.id() }) {
			out = append(out, role)
		}
	}
	slices.Sort(out)
	return out, err
}
