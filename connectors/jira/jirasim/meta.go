package jirasim

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

func (c *call) serverInfo() reply {
	o := obj{
		"baseUrl": "https://jira.example.org", "version": "10.3.24", "versionNumbers": []int{10, 3, 24},
		"deploymentType": "Server",
		"buildNumber":    10030024, "serverTitle": "Jira", "serverTime": c.at(c.now),
	}
	if c.opt.Cloud {
		o["version"], o["versionNumbers"], o["deploymentType"] = "1001.0.0-SNAPSHOT", []int{1001, 0, 0}, "Cloud"
	}
	return ok(o)
}

func (c *call) myself() reply {
	o := c.person(c.user).(obj)
	if !c.opt.Cloud {
		o["deleted"] = false
	}
	return ok(o)
}

// mypermissions answers for the permissions that were asked for on Cloud, and for all of them on Data Center.
func (c *call) mypermissions() reply {
	ref := c.query.Get("projectId") + c.query.Get("projectKey")
	p := c.st.projectRef(ref)
	if p == nil || !c.may(c.user, p, "BROWSE_PROJECTS") {
		return refuse(http.StatusNotFound, []string{"No project could be found with id '" + ref + "'."}, nil)
	}
	names := commas(c.query.Get("permissions"))
	if c.opt.Cloud && len(names) == 0 {
		return bad("The 'permissions' query parameter is required.")
	}
	if c.opt.Cloud && !c.opt.ServiceDesk && slices.Contains(names, "SERVICEDESK_AGENT") {
		return bad("Unrecognized permission: SERVICEDESK_AGENT")
	}
	if !c.opt.Cloud {
		names = append(slices.Clone(permissions["Manager"]), "SYSTEM_ADMIN")
	}
	out := obj{}
	for _, n := range names {
		out[n] = obj{
			"id": "1", "key": n, "name": n, "type": "PROJECT", "description": n,
			"havePermission": c.may(c.user, p, n),
		}
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
			out = append(out, obj{
				"id": f[0], "name": f[1], "custom": false, "orderable": true, "navigable": true,
				"searchable": true, "clauseNames": []string{f[0]}, "schema": schema,
			})
		}
		for _, f := range c.st.fields {
			number, _ := strconv.Atoi(strings.TrimPrefix(f.id, "customfield_"))
			kind, many := strings.CutPrefix(f.kind, "*")
			schema := obj{"type": kind, "custom": f.custom, "customId": number}
			if many {
				schema["type"], schema["items"] = "array", kind
			}
			out = append(out, obj{
				"id": f.id, "name": f.name, "custom": true, "orderable": true, "navigable": true,
				"searchable": true, "clauseNames": []string{"cf[" + f.id + "]"}, "schema": schema,
			})
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
			values = append(values, obj{
				"id": strconv.Itoa(n + 1), "name": fmt.Sprintf("Scheme %d", n+1), "description": "",
				"isDefault": n == 0,
			})
		}
	case len(rest) == 2 && rest[1] == "priorities":
		n, err := strconv.Atoi(rest[0])
		if err != nil || n < 1 || n > len(c.st.schemes) {
			return refuse(http.StatusNotFound, []string{"The priority scheme was not found."}, nil)
		}
		for _, id := range c.st.schemes[n-1] {
			p, _ := byRef(c.st.priorities, id)
			values = append(values, obj{
				"id": p.id, "name": p.name, "description": "", "isDefault": false,
				"statusColor": "#707070", "iconUrl": "/p.png",
			})
		}
	default:
		return unmodelled("%s %s", c.r.Method, c.r.URL.Path)
	}
	page, start, size := part(c, values, 50)
	return ok(obj{
		"startAt": start, "maxResults": size, "total": len(values), "isLast": start+len(page) >= len(values),
		"values": page,
	})
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
	case len(rest) == 1 && c.opt.Cloud:
		if by := c.query.Get("orderBy"); by != "" && by != "key" {
			return unmodelled("orderBy=%s of projects", by)
		}
		slices.SortFunc(visible, func(a, b any) int { return cmp.Compare(a.(obj)["key"].(string), b.(obj)["key"].(string)) })
		page, start, size := part(c, visible, 50)
		return ok(obj{
			"self": base + "/project/search", "startAt": start, "maxResults": size, "total": len(visible),
			"isLast": start+len(page) >= len(visible), "values": append([]any{}, page...),
		})
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
			out = append(out, obj{
				"self": base + "/issuetype/" + t.id, "id": t.id, "name": t.name, "subtask": false,
				"statuses": statuses,
			})
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

// actors lists who has a role in a project; only its administrators may ask.
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
	for n, group := range p.teams[r.name] {
		o := obj{"id": 10400 + n, "displayName": group, "type": "atlassian-group-role-actor", "name": group}
		if c.opt.Cloud {
			delete(o, "name")
			o["actorGroup"] = obj{"name": group, "displayName": group, "groupId": groupID(group)}
		}
		actors = append(actors, o)
	}
	n, _ := strconv.Atoi(r.id)
	return ok(obj{
		"self": fmt.Sprintf("%s/project/%d/role/%s", base, p.id, r.id), "id": n, "name": r.name,
		"description": "", "actors": actors,
	})
}

// groupID is Cloud's id of a group.
func groupID(name string) string {
	sum := sha256.Sum256([]byte("jirasim group " + name))
	x := hex.EncodeToString(sum[:16])
	return x[:8] + "-" + x[8:12] + "-" + x[12:16] + "-" + x[16:20] + "-" + x[20:]
}

// members lists the members of a group to callers who may browse groups.
func (c *call) members() reply {
	switch {
	case c.user == nil:
		return refuse(http.StatusUnauthorized, []string{"You are not authenticated. Authentication required to perform " +
			"this operation."}, nil)
	case !c.user.browses && !c.user.admin:
		return refuse(http.StatusForbidden, []string{"The user does not have the permission to view groups."}, nil)
	case !c.opt.Cloud && c.query.Has("groupId"):
		return unmodelled("a group by the other dialect's id")
	case c.query.Has("groupId") == c.query.Has("groupname"):
		return bad("Exactly one of groupId and groupname is required.")
	}
	found := []any{}
	for _, u := range c.st.users {
		for _, g := range u.groups {
			if g == c.query.Get("groupname") || groupID(g) == c.query.Get("groupId") {
				found = append(found, c.person(u))
			}
		}
	}
	if len(found) == 0 { // here no group is without people
		return refuse(http.StatusNotFound, []string{"The group does not exist."}, nil)
	}
	page, start, size := part(c, found, 50)
	return ok(obj{
		"self": base + "/group/member", "startAt": start, "maxResults": size, "total": len(found), "isLast": start+
			len(page) >= len(found),
		"values": append([]any{}, page...),
	})
}

// users finds people: one by name, key or id, those whom a text finds, and those to whom a project's issues can be
// given.
func (c *call) users(what string) reply {
	if c.user == nil { // strangers are told of nobody
		return refuse(http.StatusUnauthorized, []string{"You are not authenticated. Authentication required to perform " +
			"this operation."}, nil)
	}
	by, other := "username", "query"
	if c.opt.Cloud {
		by, other = other, by
	}
	if c.query.Has(other) {
		return unmodelled("the parameter %s of %s", other, c.r.URL.Path)
	}
	switch what {
	case "":
		return c.oneUser()
	case "search":
		return c.people(by, c.st.users, 1000)
	}
	refs := commas(c.query.Get("projectKeys"))
	if what == "assignable/search" {
		refs = []string{c.query.Get("project")}
	}
	list := slices.Clone(c.st.users)
	most := 1000
	switch {
	case what == "assignable/search" && c.opt.Cloud:
		list, most = c.lookThrough(list), len(list)
		c.query.Del("startAt")
		c.query.Del("maxResults")
	case what == "assignable/search":
		most = 100
	}
	for _, ref := range refs {
		p := c.st.projectRef(ref)
		if p == nil || !c.may(c.user, p, "BROWSE_PROJECTS") {
			return refuse(http.StatusNotFound, []string{"No project could be found with key '" + ref + "'."}, nil)
		}
		list = slices.DeleteFunc(list, func(u *user) bool { return u.admin || !c.may(u, p, "ASSIGNABLE_USER") })
	}
	if account := c.query.Get("accountId"); account != "" && c.opt.Cloud {
		list = slices.DeleteFunc(list, func(u *user) bool { return u.account != account })
		c.query.Set(by, "")
	}
	return c.people(by, list, most)
}

// lookThrough returns the users among whom Cloud searches for assignable ones: as many as maxResults says and at most
// the first thousand, or all if a user is asked for by id.
func (c *call) lookThrough(all []*user) []*user {
	if c.query.Has("accountId") {
		return all
	}
	page, _, _ := part(c, all[:min(len(all), 1000)], 1000)
	return page
}

func (c *call) oneUser() reply {
	key, name, account := c.query.Get("key"), c.query.Get("username"), c.query.Get("accountId")
	if c.opt.Cloud && key+name != "" || !c.opt.Cloud && account != "" {
		return unmodelled("a person by the other dialect's name")
	}
	if c.opt.Cloud && !c.user.browses && account != c.user.account {
		return refuse(http.StatusForbidden, []string{"You do not have permission to view users."}, nil)
	}
	u, known := find(c.st.users, func(u *user) bool {
		return key != "" && u.key == key || name != "" && u.login == name || account != "" && u.account == account
	})
	if !known {
		return refuse(http.StatusNotFound, []string{"The user '" + key + name + account + "' does not exist"}, nil)
	}
	return ok(c.person(u))
}

// people returns the users whose name contains a text, at most `most` of them. The text must be given, though it may be
// empty.
func (c *call) people(by string, list []*user, most int) reply {
	if !c.query.Has(by) {
		return bad("The %s query parameter is required.", by)
	}
	text := strings.ToLower(c.query.Get(by))
	found := []any{}
	for _, u := range list {
		if strings.Contains(strings.ToLower(u.name+" "+u.login), text) {
			found = append(found, c.person(u))
		}
	}
	page, _, _ := part(c, found, most)
	return ok(page)
}
