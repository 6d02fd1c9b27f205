package jira

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/rest"
)

// cast is who has which role in a project, people and groups, by role. hidden says why that is not known.
type cast struct {
	roles  []string
	people map[string][]connectors.Person
	groups map[string][]group
	hidden string
}

// group is a group as an actor of a project role. Cloud goes by the number of it, which a new name leaves alone.
type group struct {
	Name string `json:"name"`
	ID   string `json:"groupId"`
}

// id is what the contract knows the group by.
func (g group) id() string { return groupPrefix + cmp.Or(g.ID, g.Name) }

// readPeople reads who can be assigned in each project, which roles it has, and who has them, in person or as a member
// of a group, where the account may read that.
func (ro *roster) readPeople(ctx context.Context, me person, projects []wireProject, out *connectors.Directory) error {
	d, err := ro.speaks(ctx)
	if err != nil {
		return err
	}
	casts := make([]cast, len(projects))
	err = ro.client.Each(ctx, len(projects), func(ctx context.Context, i int) (err error) {
		casts[i], err = ro.castOf(ctx, d, projects[i])
		return err
	})
	if err != nil {
		return err
	}
	all := crowd{people: map[string]connectors.Person{}, groups: map[string]connectors.Group{}}
	for id, p := range ro.people.all() {
		all.people[id] = directoryPerson(&p, d)
	}
	roles, groups := []string{}, map[string]group{}
	for i, p := range projects {
		project := string(p.ID)
		at := slices.IndexFunc(out.Projects, func(x connectors.Project) bool { return x.ID == project })
		out.Projects[at].RolesUnseen = casts[i].hidden
		roles = append(roles, casts[i].roles...)
		for role, list := range casts[i].people {
			for _, x := range list {
				all.join(x, project, role)
			}
		}
		for role, list := range casts[i].groups {
			for _, x := range list {
				all.send(x, project, role)
				groups[x.id()] = x
			}
		}
	}
	if err := ro.readGroups(ctx, d, groups, all); err != nil {
		return err
	}
	out.Roles = []connectors.Named{{ID: Assignable, Name: Assignable}}
	for _, name := range slices.Compact(slices.Sorted(slices.Values(roles))) {
		out.Roles = append(out.Roles, connectors.Named{ID: name, Name: name})
	}
	if err := ro.readNamed(ctx, d, projects, all); err != nil {
		return err
	}
	out.People, out.Groups = all.sorted()
	ro.noteOwnRoles(me.id(), projects, out)
	return nil
}

// noteOwnRoles remembers our own roles, as they came with everybody's.
func (ro *roster) noteOwnRoles(me string, projects []wireProject, d *connectors.Directory) {
	i := slices.IndexFunc(d.People, func(p connectors.Person) bool { return p.ID == me })
	for _, p := range projects {
		project := string(p.ID)
		r, _ := ro.rights.get(project)
		r.roles, r.rolesAt = nil, ro.client.Now()
		if i >= 0 {
			r.roles = slices.DeleteFunc(slices.Clone(d.People[i].Roles[project]),
				func(role string) bool { return role == Assignable })
		}
		ro.rights.put(project, r)
	}
}

// crowd collects people and groups with their roles by project.
type crowd struct {
	people map[string]connectors.Person
	groups map[string]connectors.Group
}

func (c crowd) join(p connectors.Person, project, role string) {
	have, ok := c.people[p.ID]
	if !ok {
		have = p
		have.Roles = map[string][]string{}
		c.people[p.ID] = have
	}
	if !slices.Contains(have.Roles[project], role) {
		have.Roles[project] = append(have.Roles[project], role)
	}
}

func (c crowd) send(g group, project, role string) {
	have, ok := c.groups[g.id()]
	if !ok {
		have = connectors.Group{ID: g.id(), Name: g.Name, Roles: map[string][]string{}}
		c.groups[have.ID] = have
	}
	if !slices.Contains(have.Roles[project], role) {
		have.Roles[project] = append(have.Roles[project], role)
	}
}

// sorted gives all in an order that does not move: what the tracker said is compared with what it said before.
func (c crowd) sorted() ([]connectors.Person, []connectors.Group) {
	people := slices.SortedFunc(maps.Values(c.people),
		func(a, b connectors.Person) int { return strings.Compare(a.ID, b.ID) })
	groups := slices.SortedFunc(maps.Values(c.groups),
		func(a, b connectors.Group) int { return strings.Compare(a.ID, b.ID) })
	for _, p := range people {
		slices.Sort(p.Groups)
		for _, roles := range p.Roles {
			slices.Sort(roles)
		}
	}
	for _, g := range groups {
		for _, roles := range g.Roles {
			slices.Sort(roles)
		}
	}
	return people, groups
}

// mostMembers is how large a group may be for its members to be read, fifty with a request: larger ones are no team.
const mostMembers = 2000

// readGroups gives the members of groups what the groups have.
func (ro *roster) readGroups(ctx context.Context, d dialect, groups map[string]group, all crowd) error {
	ids := slices.Sorted(maps.Keys(groups))
	members, unseen := make([][]person, len(ids)), make([]string, len(ids))
	err := ro.client.Each(ctx, len(ids), func(ctx context.Context, i int) (err error) {
		members[i], unseen[i], err = ro.members(ctx, d, groups[ids[i]])
		return err
	})
	if err != nil {
		return err
	}
	for i, id := range ids {
		of := all.groups[id]
		of.Unseen = unseen[i]
		all.groups[id] = of
		for n := range members[i] {
			x := directoryPerson(&members[i][n], d)
			for project, roles := range of.Roles {
				for _, role := range roles {
					all.join(x, project, role)
				}
			}
			x = all.people[x.ID]
			x.Groups = append(x.Groups, id)
			all.people[x.ID] = x
		}
	}
	return nil
}

// members reads who is in a group; unseen says why that is not known.
//
// https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-groups/#api-rest-api-2-group-member-get
func (ro *roster) members(ctx context.Context, d dialect, g group) (list []person, unseen string, err error) {
	query := url.Values{"groupname": {g.Name}, "includeInactiveUsers": {"true"}}
	if g.ID != "" {
		query.Del("groupname")
		query.Set("groupId", g.ID)
	}
	c := ro.client.Call(ctx, message.Of("list the members of group %s", g.Name), rest.AtIssue)
	list, _, err = pagedUpTo[person](c, "/rest/api/2/group/member", query, 50, mostMembers)
	switch {
	case errors.Is(err, errTooMany):
		return nil, message.Text("it has more than %d", mostMembers), nil
	case unlessForbidden(err) != nil:
		return nil, "", err
	case connectors.ClassOf(err) == connectors.Gone: // between the role and now
		return nil, "", nil
	case err != nil && d == cloud:
		return nil, `slabridge's account lacks the global permission "Browse users and groups"`, nil
	case err != nil:
		return nil, "Data Center shows them to its administrators alone", nil
	}
	for i := range list {
		ro.learn(&list[i])
	}
	return slices.DeleteFunc(list, func(p person) bool { return p.id() == "" }), "", nil
}

// castOf gives who has which role in one project, Assignable among them.
func (ro *roster) castOf(ctx context.Context, d dialect, p wireProject) (cast, error) {
	out, err := ro.actors(ctx, string(p.ID))
	if err != nil {
		return cast{}, err
	}
	list, err := ro.assignable(ctx, d, p)
	for i := range list {
		out.people[Assignable] = append(out.people[Assignable], directoryPerson(&list[i], d))
	}
	return out, err
}

// reachable is how many users a site looks through for those to whom issues can be assigned.
const reachable = 1000

// assignable lists to whom issues of a project can be assigned. Cloud looks through the users from startAt on, as many
// as were asked for and up to the thousandth of the site, and gives those of them that can be: pages go by what was
// asked, and the first one is all. Data Center cuts pages at a hundred, and some do not know startAt.
func (ro *roster) assignable(ctx context.Context, d dialect, p wireProject) ([]person, error) {
	size, query := reachable, url.Values{"project": {p.Key}, "query": {""}}
	if d == dataCenter {
		size, query = 100, url.Values{"project": {p.Key}, "username": {""}}
	}
	var out []person
	seen := map[string]bool{}
	for start := 0; start < reachable; start += size {
		query.Set("startAt", strconv.Itoa(start))
		query.Set("maxResults", strconv.Itoa(size))
		var list []person
		c := ro.client.Call(ctx, message.Of("list who can be assigned in project %s", p.Key), rest.AtIssue)
		if _, err := c.Get("/rest/api/2/user/assignable/search", query, &list); err != nil {
			if connectors.ClassOf(err) == connectors.Refused {
				return out, nil
			}
			return out, unlessVanished(err)
		}
		before := len(out)
		for i := range list {
			if x := &list[i]; !seen[x.id()] {
				ro.learn(x)
				seen[x.id()], out = true, append(out, *x)
			}
		}
		if len(out) == before || len(list) < size {
			break
		}
	}
	return out, nil
}

type roleActor struct {
	Type        string  `json:"type"`
	Name        string  `json:"name"` // on Data Center what writes the user, or the group
	DisplayName string  `json:"displayName"`
	User        *person `json:"actorUser"`
	Group       *group  `json:"actorGroup"`
}

// actors reads which roles a project has and who has them; nobody, and why, where the account may not read that.
func (ro *roster) actors(ctx context.Context, project string) (cast, error) {
	out := cast{people: map[string][]connectors.Person{}, groups: map[string][]group{}}
	hidden := func(err error) (cast, error) {
		if err = unlessForbidden(err); err != nil {
			return cast{}, err
		}
		return cast{roles: out.roles, people: map[string][]connectors.Person{}, hidden: `slabridge's account lacks the ` +
			`permission "Administer projects" there`}, nil
	}
	var roles map[string]string
	c := ro.client.Call(ctx, message.Of("list the roles of project %s", project), rest.AtIssue)
	if _, err := c.Get("/rest/api/2/project/"+url.PathEscape(project)+"/role", nil, &roles); err != nil {
		return hidden(err)
	}
	out.roles = slices.Sorted(maps.Keys(roles))
	for _, name := range out.roles {
		address := roles[name]
		number := address[strings.LastIndexByte(address, '/')+1:]
		c := ro.client.Call(ctx, message.Of("read role %s of project %s", name, project), rest.AtIssue)
		if err := c.CheckID(number); err != nil {
			return cast{}, c.Garbled(0, err)
		}
		actors, err := ro.actorsOf(c, "/rest/api/2/project/"+url.PathEscape(project)+"/role/"+number)
		if err != nil {
			return hidden(err) // of one as of all
		}
		for _, a := range actors {
			switch {
			case a.Group != nil && a.Group.Name != "":
				out.groups[name] = append(out.groups[name], *a.Group)
			case a.Type == "atlassian-group-role-actor":
				out.groups[name] = append(out.groups[name], group{Name: a.Name})
			case a.User != nil && a.User.AccountID != "":
				known, _ := ro.people.get(a.User.AccountID)
				out.people[name] = append(out.people[name], connectors.Person{
					ID: a.User.AccountID, Name: a.DisplayName, App: known.AccountType == "app",
				})
			default:
				x, err := ro.named(ctx, a.Name)
				if err := unlessForbidden(err); err != nil {
					return cast{}, err
				}
				if x.id() != "" {
					out.people[name] = append(out.people[name], directoryPerson(&x, dataCenter))
				}
			}
		}
	}
	return out, nil
}

// actorsOf reads one role of a project. An empty role is believed only if it was empty before or is empty when read
// again: a wrong answer would make a team's members strangers to the contract.
func (ro *roster) actorsOf(c *rest.Call, path string) ([]roleActor, error) {
	var r struct {
		Actors []roleActor `json:"actors"`
	}
	wasEmpty, _ := ro.vacant.get(path)
	_, err := c.Get(path, nil, &r)
	if err == nil && len(r.Actors) == 0 && !wasEmpty {
		_, err = c.Get(path, nil, &r)
	}
	if err != nil {
		return nil, err
	}
	ro.vacant.put(path, len(r.Actors) == 0)
	return r.Actors, nil
}

// unlessForbidden is nil for what the account may not read.
func unlessForbidden(err error) error {
	switch connectors.ClassOf(err) {
	case connectors.Gone, connectors.Hidden, connectors.Refused:
		return nil
	}
	var e *connectors.Error
	// Cloud's answer to whoever is no administrator; who we are is asked elsewhere
	if errors.As(err, &e) && e.Status == 401 {
		return nil
	}
	return err
}

// rolesIn are the names of the roles that we ourselves, and not as members of a group, have in a project, as far as we
// may read them: in any case what we need no right to know.
func (ro *roster) rolesIn(ctx context.Context, project string, me person) ([]string, error) {
	c, err := ro.actors(ctx, project)
	var out []string
	for role, list := range c.people {
		if slices.ContainsFunc(list, func(p connectors.Person) bool { return p.ID == me.id() }) {
			out = append(out, role)
		}
	}
	slices.Sort(out)
	return out, err
}
