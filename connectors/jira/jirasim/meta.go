package jirasim

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

func (c *call) serverInfo() reply {
	o := obj{
		"baseUrl": "https://jira.example.org", "version": "10.3.24", "versionNumbers": []int{10, 3, 24}, "deploymentType": "Server",
		"buildNumber": 10030024, "serverTitle": "Jira", "serverTime": c.at(c.now),
	}
	if c.opt.Cloud {
		o["version"], o["versionNumbers"], o["deploymentType"] = "1001.0.0-SNAPSHOT", []int{1001, 0, 0}, "Cloud"
	}
	return ok(o)
}

func (c *call) myself() reply {
	o := c.person(c.user).(obj)
	o["timeZone"] = c.user.zone.String()
	if o["timeZone"] == "" {
		o["timeZone"] = "Etc/GMT"
	}
	if !c.opt.Cloud {
		o["deleted"] = false
	}
	return ok(o)
}

// mypermissions answers, on Cloud, to those that it is asked for; Data Center tells of all that it has.
func (c *call) mypermissions() reply {
	p := c.st.projectRef(c.query.Get("projectId"))
	if p == nil || !c.may(c.user, p, "BROWSE_PROJECTS") {
		return refuse(http.StatusNotFound, []string{"No project could be found with id '" + c.query.Get("projectId") + "'."}, nil)
	}
	names := commas(c.query.Get("permissions"))
	if c.opt.Cloud && len(names) == 0 {
		return bad("The 'permissions' query parameter is required.")
	}
	if !c.opt.Cloud {
		names = append(slices.Clone(permissions["Manager"]), "SYSTEM_ADMIN")
	}
	out := obj{}
	for _, n := range names {
		out[n] = obj{"id": "1", "key": n, "name": n, "type": "PROJECT", "description": n, "havePermission": c.may(c.user, p, n)}
	}
	return ok(obj{"permissions": out})
}

func (c *call) list(what string) reply {
	out := []any{}
	switch what {
	case "status":
		for _, s := range c.st.statuses {
			out = append(out, c.status(s.id))
		}
	case "priority":
		if c.opt.Cloud {
			return unmodelled("the list of priorities, which Cloud has deprecated")
		}
		for _, p := range c.st.priorities {
			out = append(out, c.priority(p.id))
		}
	case "field":
		for _, f := range system {
			kind, many := strings.CutPrefix(f[2], "*")
			schema := obj{"type": kind, "system": f[0]}
			if many {
				schema = obj{"type": "array", "items": kind, "system": f[0]}
			}
			out = append(out, obj{"id": f[0], "name": f[1], "custom": false, "orderable": true, "navigable": true, "searchable": true, "clauseNames": []string{f[0]}, "schema": schema})
		}
		for _, f := range c.st.fields {
			number, _ := strconv.Atoi(strings.TrimPrefix(f.id, "customfield_"))
			kind, many := strings.CutPrefix(f.kind, "*")
			schema := obj{"type": kind, "custom": f.custom, "customId": number}
			if many {
				schema["type"], schema["items"] = "array", kind
			}
			out = append(out, obj{"id": f.id, "name": f.name, "custom": true, "orderable": true, "navigable": true, "searchable": true, "clauseNames": []string{"cf[" + f.id + "]"}, "schema": schema})
		}
	}
	return ok(out)
}

// schemes are Cloud's priority schemes.
func (c *call) schemes(rest []string) reply {
	if !c.opt.Cloud {
		return unmodelled("%s %s", c.r.Method, c.r.URL.Path)
	}
	values := []any{}
	switch {
	case len(rest) == 0:
		for n := range c.st.schemes {
			values = append(values, obj{"id": strconv.Itoa(n + 1), "name": fmt.Sprintf("Scheme %d", n+1), "description": "", "isDefault": n == 0})
		}
	case len(rest) == 2 && rest[1] == "priorities":
		n, err := strconv.Atoi(rest[0])
		if err != nil || n < 1 || n > len(c.st.schemes) {
			return refuse(http.StatusNotFound, []string{"The priority scheme was not found."}, nil)
		}
		for _, id := range c.st.schemes[n-1] {
			p, _ := byRef(c.st.priorities, id)
			values = append(values, obj{"id": p.id, "name": p.name, "description": "", "isDefault": false, "statusColor": "#707070", "iconUrl": "/p.png"})
		}
	default:
		return unmodelled("%s %s", c.r.Method, c.r.URL.Path)
	}
	page, start, size := part(c, values, 50)
	return ok(obj{"startAt": start, "maxResults": size, "total": len(values), "isLast": start+len(page) >= len(values), "values": page})
}

func (c *call) projects(rest []string) reply {
	var visible []any
	for _, p := range c.st.projects {
		if c.may(c.user, p, "BROWSE_PROJECTS") {
			visible = append(visible, c.project(p))
		}
	}
	switch {
	case len(rest) == 0 && !c.opt.Cloud:
		return ok(append([]any{}, visible...))
	case len(rest) == 1 && rest[0] == "search" && c.opt.Cloud:
		page, start, size := part(c, visible, 50)
		return ok(obj{"self": base + "/project/search", "startAt": start, "maxResults": size, "total": len(visible), "isLast": start+len(page) >= len(visible), "values": append([]any{}, page...)})
	case len(rest) < 2:
		return unmodelled("%s %s", c.r.Method, c.r.URL.Path)
	}
	p := c.st.projectRef(rest[0])
	if p == nil || !c.may(c.user, p, "BROWSE_PROJECTS") {
		return refuse(http.StatusNotFound, []string{"No project could be found with key '" + rest[0] + "'."}, nil)
	}
	switch {
	case rest[1] == "statuses":
		out := []any{}
		for _, t := range c.st.types {
			statuses := []any{}
			for _, s := range c.st.statuses {
				statuses = append(statuses, c.status(s.id))
			}
			out = append(out, obj{"self": base + "/issuetype/" + t.id, "id": t.id, "name": t.name, "subtask": false, "statuses": statuses})
		}
		return ok(out)
	case rest[1] == "role" && len(rest) == 2:
		out := obj{}
		for _, r := range c.st.roles {
			out[r.name] = fmt.Sprintf("%s/project/%d/role/%s", base, p.id, r.id)
		}
		return ok(out)
	case rest[1] == "role":
		return c.actors(p, rest[2])
	}
	return unmodelled("%s %s", c.r.Method, c.r.URL.Path)
}

// actors tells who has a role in a project, to those who administer it.
func (c *call) actors(p *project, role string) reply {
	allowed := c.may(c.user, p, "ADMINISTER_PROJECTS") || c.user.login == "sla-bot" && !c.opt.RolesHidden
	if !allowed {
		return refuse(http.StatusForbidden, []string{"You do not have permission to edit project roles."}, nil)
	}
	r, known := byRef(c.st.roles, role)
	if !known {
		return refuse(http.StatusNotFound, []string{"Can not retrieve a role actor without an id for a project role."}, nil)
	}
	actors := []any{}
	for n, login := range p.members[r.name] {
		u := c.st.user(login)
		o := obj{"id": 10300 + n, "displayName": u.name, "type": "atlassian-user-role-actor"}
		if c.opt.Cloud {
			o["actorUser"] = obj{"accountId": u.account}
		} else {
			o["name"] = u.login
		}
		actors = append(actors, o)
	}
	n, _ := strconv.Atoi(r.id)
	return ok(obj{"self": fmt.Sprintf("%s/project/%d/role/%s", base, p.id, r.id), "id": n, "name": r.name, "description": "", "actors": actors})
}

func (c *call) users(rest []string) reply {
	switch {
	case len(rest) == 0 && !c.opt.Cloud:
		key, name := c.query.Get("key"), c.query.Get("username")
		u, known := find(c.st.users, func(u *user) bool { return key != "" && u.key == key || name != "" && u.login == name })
		if !known {
			return refuse(http.StatusNotFound, []string{"The user '" + key + name + "' does not exist"}, nil)
		}
		return ok(c.person(u))
	case strings.Join(rest, "/") == "assignable/search":
		if c.opt.Cloud && !c.query.Has("query") || !c.opt.Cloud && !c.query.Has("username") {
			return bad("query or username is required")
		}
		p := c.st.projectRef(c.query.Get("project"))
		if p == nil || !c.may(c.user, p, "BROWSE_PROJECTS") {
			return refuse(http.StatusNotFound, []string{"No project could be found with key '" + c.query.Get("project") + "'."}, nil)
		}
		var list []any
		for _, u := range c.st.users {
			if !u.admin && c.may(u, p, "ASSIGNABLE_USER") {
				list = append(list, c.person(u))
			}
		}
		page, _, _ := part(c, list, 1000)
		return ok(append([]any{}, page...))
	}
	return unmodelled("%s %s", c.r.Method, c.r.URL.Path)
}
