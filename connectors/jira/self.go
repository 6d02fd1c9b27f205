package jira

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"slabridge/connectors"
	"slabridge/connectors/rest"
)

// self is who we are.
type self struct {
	id   string
	zone string
	at   time.Time // when the site last said so, by our clock
}

// rights are what the account may do in one project.
type rights struct {
	held    []string
	at      time.Time
	roles   []string // for people to read: nothing is decided by them
	rolesAt time.Time
}

// rightsAge is how long the rights in a project are believed: there may be hundreds of projects, and a pass that writes asks.
const rightsAge = 15 * time.Minute

// rolesAge is how long our own roles are believed, which take a request for each role that a project has.
const rolesAge = 24 * time.Hour

// Self implements connectors.Tracker. Who we are is asked each time, the rights in each project every quarter of an hour.
func (t *Tracker) Self(ctx context.Context) (connectors.Account, error) {
	me, err := t.myself(ctx)
	if err != nil {
		return connectors.Account{}, err
	}
	projects, err := t.projects(ctx)
	if err != nil {
		return connectors.Account{}, err
	}
	return t.account(ctx, me, projects)
}

// account is Self when the projects are known.
func (t *Tracker) account(ctx context.Context, me person, projects []wireProject) (connectors.Account, error) {
	a := connectors.Account{ID: me.id(), Login: me.Name, Name: me.DisplayName}
	if a.Login == "" {
		a.Login = a.ID
	}
	a.Rights = make([]connectors.ProjectRights, len(projects))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(t.client.Concurrency)
	for i, p := range projects {
		g.Go(func() error {
			r, err := t.rightsIn(ctx, string(p.ID), me)
			a.Rights[i] = connectors.ProjectRights{Project: string(p.ID), Roles: r.roles, Permissions: r.held}
			return err
		})
	}
	return a, g.Wait()
}

// myself asks who we are. A wrong token is an error here even where the site lets strangers read.
func (t *Tracker) myself(ctx context.Context) (person, error) {
	c := t.client.Call(ctx, "read own account", rest.AtAccount)
	var p person
	if _, err := c.Get("/rest/api/2/myself", nil, &p); err != nil {
		return person{}, err
	}
	if p.id() == "" || p.DisplayName == "" {
		return person{}, c.Garbled(0, errors.New("an account without id or name"))
	}
	t.learn(&p)
	t.mu.Lock()
	t.self = self{id: p.id(), zone: p.TimeZone, at: t.client.Now()}
	t.mu.Unlock()
	return p, nil
}

// rightsIn asks what we may do in a project, and as what we work there, unless that was asked a while ago.
func (t *Tracker) rightsIn(ctx context.Context, project string, me person) (rights, error) {
	t.mu.Lock()
	r, ok := t.rights[project]
	t.mu.Unlock()
	if ok && t.client.Now().Sub(r.at) < rightsAge {
		return r, nil
	}
	r = rights{at: t.client.Now(), roles: r.roles, rolesAt: r.rolesAt}
	c := t.client.Call(ctx, "read the rights in project "+project, rest.AtIssue)
	body, err := c.Do("GET", "/rest/api/2/mypermissions", url.Values{"projectId": {project}, "permissions": {strings.Join(asked, ",")}}, nil)
	switch connectors.ClassOf(err) {
	case 0:
	case connectors.Gone, connectors.Hidden: // between the list and now
		return r, nil
	default:
		return r, err
	}
	if r.held, err = decodePermissions(body); err != nil {
		return r, c.Garbled(0, err)
	}
	if r.at.Sub(r.rolesAt) >= rolesAge {
		if r.roles, err = t.rolesIn(ctx, project, me); err != nil {
			return r, err
		}
		r.rolesAt = r.at
	}
	t.mu.Lock()
	t.rights[project] = r
	t.mu.Unlock()
	return r, nil
}

func decodePermissions(body []byte) ([]string, error) {
	var answer struct {
		Permissions map[string]struct {
			Have bool `json:"havePermission"`
		} `json:"permissions"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, err
	}
	if len(answer.Permissions) == 0 {
		return nil, errors.New("no permissions")
	}
	var held []string
	for name, p := range answer.Permissions {
		if p.Have && slices.Contains(asked, name) {
			held = append(held, name)
		}
	}
	slices.Sort(held)
	return held, nil
}
