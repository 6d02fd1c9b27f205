package jira

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/rest"
)

// roster knows who has which role, and what we ourselves may.
type roster struct {
	*site
	rights memory[rights] // by project
	vacant memory[bool]   // whether nobody had a role when it was last read, by its path
}

// rights are what the account may do in one project.
type rights struct {
	held    []string
	at      time.Time
	roles   []string // for people to read: nothing is decided by them
	rolesAt time.Time
}

// Self implements connectors.Tracker. Who we are is asked each time, the rights in each project every quarter of an
// hour.
func (ro *roster) Self(ctx context.Context) (connectors.Account, error) {
	me, err := ro.myself(ctx)
	if err != nil {
		return connectors.Account{}, err
	}
	projects, _, err := ro.projects(ctx)
	if err != nil {
		return connectors.Account{}, err
	}
	return ro.account(ctx, me, ro.inScope(projects))
}

// account is Self when the projects are known.
func (ro *roster) account(ctx context.Context, me person, projects []wireProject) (connectors.Account, error) {
	a := connectors.Account{ID: me.id(), Login: me.Name, Name: me.DisplayName}
	if a.Login == "" {
		a.Login = a.ID
	}
	a.Rights = make([]connectors.ProjectRights, len(projects))
	return a, ro.client.Each(ctx, len(projects), func(ctx context.Context, i int) error {
		project := string(projects[i].ID)
		r, err := ro.rightsIn(ctx, project, me)
		a.Rights[i] = connectors.ProjectRights{Project: project, Roles: r.roles, Permissions: r.held}
		return err
	})
}

// rightsIn asks what we may do in a project, and as what we work there, unless that was asked a while ago.
func (ro *roster) rightsIn(ctx context.Context, project string, me person) (rights, error) {
	r, ok := ro.rights.get(project)
	if ok && ro.client.Now().Sub(r.at) < rightsAge {
		return r, nil
	}
	r = rights{at: ro.client.Now(), roles: r.roles, rolesAt: r.rolesAt}
	c := ro.client.Call(ctx, message.Of("read the rights in project %s", project), rest.AtIssue)
	body, err := ro.permissions(c, project, ro.agent)
	var e *connectors.Error
	// without service management there is no such permission
	if ro.agent && errors.As(err, &e) && e.Status == http.StatusBadRequest {
		body, err = ro.permissions(c, project, false)
	}
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
		if r.roles, err = ro.rolesIn(ctx, project, me); err != nil {
			return r, err
		}
		r.rolesAt = r.at
	}
	ro.rights.put(project, r)
	return r, nil
}

// permissions asks for those of the table, and for an agent's.
func (ro *roster) permissions(c *rest.Call, project string, agent bool) ([]byte, error) {
	names := asked
	if agent {
		names = append(slices.Clone(asked), agentPermission)
	}
	return c.Do("GET", "/rest/api/2/mypermissions",
		url.Values{"projectId": {project}, "permissions": {strings.Join(names, ",")}}, nil)
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
		return nil, message.New("no permissions")
	}
	var held []string
	for name, p := range answer.Permissions {
		if p.Have && (slices.Contains(asked, name) || name == agentPermission) {
			held = append(held, name)
		}
	}
	slices.Sort(held)
	return held, nil
}
