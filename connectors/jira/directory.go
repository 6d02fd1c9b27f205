package jira

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"

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
	if err := t.readPeople(ctx, speaks, projects, &d); err != nil {
		return connectors.Directory{}, err
	}
	if d.Self, err = t.account(ctx, me, projects); err != nil {
		return connectors.Directory{}, err
	}
	d.ReadAt = t.client.Now().UTC()
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
	c := t.client.Call(ctx, "list projects", rest.Elsewhere)
	if d == cloud {
		return paged[wireProject](c, "/rest/api/2/project/search", url.Values{"orderBy": {"key"}}, 50)
	}
	var list []wireProject
	_, err = c.Get("/rest/api/2/project", nil, &list)
	return list, err
}

// maxPages bounds lists: a site that gives full pages without end is broken.
const maxPages = 2000

// paged reads all of a list that goes by startAt. One that ends before its total is cut, and none at all.
func paged[T any](c *rest.Call, path string, query url.Values, size int) ([]T, error) {
	out, total, err := pagedUpTo[T](c, path, query, size, maxPages*size)
	switch {
	case errors.Is(err, errTooMany):
		return nil, c.Garbled(0, errors.New("a list without end"))
	case err == nil && len(out) < total:
		return nil, c.Garbled(0, fmt.Errorf("a list of %d that says it has %d", len(out), total))
	}
	return out, err
}

var errTooMany = errors.New("too many of them")

// pagedUpTo gives errTooMany for a list of more than most. Each page is counted as it came: sites give fewer than were asked
// for. total is what the list itself said last of its length, 0 for nothing.
func pagedUpTo[T any](c *rest.Call, path string, query url.Values, size, most int) (out []T, total int, err error) {
	for range maxPages {
		q := maps.Clone(query)
		if q == nil {
			q = url.Values{}
		}
		q.Set("startAt", strconv.Itoa(len(out)))
		q.Set("maxResults", strconv.Itoa(size))
		var p page
		if _, err := c.Get(path, q, &p); err != nil {
			return nil, 0, err
		}
		for _, raw := range p.list() {
			var v T
			if err := json.Unmarshal(raw, &v); err != nil {
				return nil, 0, c.Garbled(0, err)
			}
			out = append(out, v)
		}
		if p.Total != nil {
			total = *p.Total
		}
		switch {
		case max(len(out), total) > most:
			return nil, 0, errTooMany
		case !p.more(len(out)):
			return out, total, nil
		}
	}
	return nil, 0, errTooMany
}

func (t *Tracker) readStatuses(ctx context.Context, d *connectors.Directory) error {
	c := t.client.Call(ctx, "list statuses", rest.Elsewhere)
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
	c := t.client.Call(ctx, "list priorities", rest.Elsewhere)
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
	schemes, err := paged[scheme](t.client.Call(ctx, "list priority schemes", rest.Elsewhere), "/rest/api/2/priorityscheme", nil, 50)
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
		c := t.client.Call(ctx, "list the priorities of scheme "+string(s.ID), rest.Elsewhere)
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
	g.SetLimit(t.client.Concurrency)
	for i, p := range d.Projects {
		g.Go(func() error {
			c := t.client.Call(ctx, "list the issue types of project "+p.Key, rest.AtIssue)
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
