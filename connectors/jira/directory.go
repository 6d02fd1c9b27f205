package jira

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	gojira "github.com/andygrunwald/go-jira"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/rest"
)

// directory reads the names behind the ids.
type directory struct{ *roster }

// Assignable is the name of a role that Jira does not have: everyone to whom issues of a project can be assigned has it
// there. Who has which of Jira's own roles only a project's administrators may read.
const Assignable = "assignable"

// Directory implements connectors.Tracker. People are those to whom issues can be assigned, the actors of project roles
// where the account may read them, and everyone whom an issue has shown to this connection; of groups there are those
// that project roles name.
func (dir *directory) Directory(ctx context.Context) (connectors.Directory, error) {
	d := connectors.Directory{}
	me, err := dir.myself(ctx)
	if err != nil {
		return d, err
	}
	projects, missing, err := dir.projects(ctx)
	if err != nil {
		return d, err
	}
	d.Missing = missingOf(d.Missing, "projects", missing)
	for _, p := range projects {
		d.Projects = append(d.Projects, p.directory())
	}
	projects = dir.inScope(projects)
	fields, err := dir.fieldInfo(ctx)
	if err != nil {
		return d, err
	}
	d.Fields = fields.directory()
	steps := []func(context.Context, *connectors.Directory) error{
		dir.readStatuses, dir.readPriorities,
		func(ctx context.Context, d *connectors.Directory) error { return dir.readTypes(ctx, projects, d) },
		func(ctx context.Context, d *connectors.Directory) error {
			return dir.readRequestTypes(ctx, projects, d)
		},
	}
	for _, step := range steps {
		if err := step(ctx, &d); err != nil {
			return connectors.Directory{}, err
		}
	}
	if err := dir.readPeople(ctx, me, projects, &d); err != nil {
		return connectors.Directory{}, err
	}
	if d.Self, err = dir.account(ctx, me, projects); err != nil {
		return connectors.Directory{}, err
	}
	d.ReadAt = dir.client.Now().UTC()
	return d, nil
}

func (dir *directory) readStatuses(ctx context.Context, d *connectors.Directory) error {
	c := dir.client.Call(ctx, message.Of("list statuses"), rest.Elsewhere)
	library, err := dir.library(c)
	if err != nil {
		return c.Garbled(0, err)
	}
	list, _, err := library.Status.GetAllStatusesWithContext(ctx)
	if err != nil {
		return c.AsError(err)
	}
	if len(list) == 0 {
		return c.Garbled(0, message.New("tracker returned an empty status list"))
	}
	for _, s := range list {
		category := s.StatusCategory.Key
		d.Statuses = append(d.Statuses, connectors.Status{
			ID: s.ID, Name: s.Name, Category: category,
			Closed: category == "done",
		})
	}
	return nil
}

// readPriorities gives the lowest first; Jira has the highest first.
func (dir *directory) readPriorities(ctx context.Context, d *connectors.Directory) error {
	speaks, err := dir.speaks(ctx)
	if err != nil {
		return err
	}
	c := dir.client.Call(ctx, message.Of("list priorities"), rest.Elsewhere)
	var list []named
	plain := speaks == dataCenter
	if !plain {
		list, err = dir.schemes(ctx, d)
		plain = connectors.ClassOf(err) == connectors.Refused // some sites keep schemes to their administrators
	}
	if plain {
		_, err = c.Get("/rest/api/2/priority", nil, &list)
	}
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return c.Garbled(0, message.New("tracker returned an empty priority list"))
	}
	slices.Reverse(list)
	for rank, p := range list {
		d.Priorities = append(d.Priorities, connectors.Priority{ID: string(p.ID), Name: p.Name, Rank: rank})
	}
	return nil
}

// schemes gives the priorities of all schemes in one order: the default scheme's, with what others have besides behind
// what comes before it there. Cloud's plain list of priorities is deprecated, and asked only where schemes are kept
// from us.
func (dir *directory) schemes(ctx context.Context, d *connectors.Directory) ([]named, error) {
	type scheme struct {
		ID      id   `json:"id"`
		Default bool `json:"isDefault"`
	}
	schemes, missing, err := paged[scheme](dir.client.Call(ctx, message.Of("list priority schemes"), rest.Elsewhere),
		"/rest/api/2/priorityscheme", nil, 50)
	if err != nil {
		return nil, err
	}
	d.Missing = missingOf(d.Missing, "priority schemes", missing)
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
		c := dir.client.Call(ctx, message.Of("list the priorities of scheme %s", string(s.ID)), rest.Elsewhere)
		list, missing, err := paged[named](c, "/rest/api/2/priorityscheme/"+url.PathEscape(string(s.ID))+"/priorities", nil,
			50)
		if err != nil {
			return nil, err
		}
		d.Missing = missingOf(d.Missing, "priorities of scheme "+string(s.ID), missing)
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

// readTypes takes the issue types of every project of the scope, for a project's own are in no list of the site's.
func (dir *directory) readTypes(ctx context.Context, projects []wireProject, d *connectors.Directory) error {
	types := make([][]named, len(projects))
	err := dir.client.Each(ctx, len(types), func(ctx context.Context, i int) error {
		p := projects[i]
		c := dir.client.Call(ctx, message.Of("list the issue types of project %s", p.Key), rest.AtIssue)
		_, err := c.Get("/rest/api/2/project/"+url.PathEscape(string(p.ID))+"/statuses", nil, &types[i])
		return unlessVanished(err)
	})
	if err != nil {
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

// library is go-jira for one call, its requests going through our own round tripper.
func (dir *directory) library(c *rest.Call) (*gojira.Client, error) {
	return gojira.NewClient(&http.Client{Transport: c}, dir.client.Base.String())
}
