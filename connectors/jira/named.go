package jira

import (
	"context"
	"net/url"
	"regexp"
	"slices"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/rest"
)

// userID is what an account id of Cloud and a key of Data Center look like; names of people have blanks.
var userID = regexp.MustCompile(`^[A-Za-z0-9:_.@-]{1,128}$`)

// accountID is what Cloud's ids alone look like: "5b10ac8d82e05b22cc7d4ef5", "557058:...", "qm:...".
var accountID = regexp.MustCompile(`^([0-9a-f]{24}|[0-9a-z]+:[0-9A-Za-z:-]{8,})$`)

// readNamed reads the people whom the configuration names by id and no list has: those beyond the thousandth user of a
// site. In each project it asks whether issues can be assigned to them.
func (ro *roster) readNamed(ctx context.Context, d dialect, projects []wireProject, all crowd) error {
	for _, who := range ro.client.People {
		if !userID.MatchString(who) || all.knows(who) {
			continue
		}
		by := map[dialect]string{cloud: "accountId", dataCenter: "key"}[d]
		p, err := ro.ask(ctx, by, who)
		switch {
		case err == nil:
		case withheld(err): // whom we may not ask about, as a portal's customer; by the id they are known all the same
			if _, seen := all.people[who]; !seen && d == cloud && accountID.MatchString(who) {
				all.people[who] = connectors.Person{ID: who, Name: who, Roles: map[string][]string{}}
			}
			continue
		case connectors.ClassOf(err) == connectors.Refused: // nobody of the site that we may see: the mapping says so
			continue
		default:
			return err
		}
		x := directoryPerson(&p, d)
		if _, known := all.people[x.ID]; !known {
			all.people[x.ID] = x
		}
		for _, project := range projects {
			can, err := ro.canBeAssigned(ctx, d, p, project)
			if err != nil {
				return err
			}
			if can {
				all.join(x, string(project.ID), Assignable)
			}
		}
	}
	return nil
}

// knows reports whether somebody is meant whom a list had of those who can be assigned.
func (c crowd) knows(who string) bool {
	for _, p := range c.people {
		if p.ID != who && p.Login != who && p.Name != who {
			continue
		}
		for _, roles := range p.Roles {
			if slices.Contains(roles, Assignable) {
				return true
			}
		}
	}
	return false
}

// canBeAssigned reports whether issues of a project can be assigned to a person, whom Cloud finds by the id wherever
// among its users that is.
func (ro *roster) canBeAssigned(ctx context.Context, d dialect, p person, project wireProject) (bool, error) {
	query := url.Values{"project": {project.Key}, "accountId": {p.AccountID}}
	if d == dataCenter {
		query = url.Values{"project": {project.Key}, "username": {p.Name}}
	}
	var list []person
	c := ro.client.Call(ctx, message.Of("ask whether %s can be assigned in project %s", p.id(), project.Key), rest.AtIssue)
	if _, err := c.Get("/rest/api/2/user/assignable/search", query, &list); err != nil {
		if connectors.ClassOf(err) == connectors.Refused {
			return false, nil
		}
		return false, unlessVanished(err)
	}
	return slices.ContainsFunc(list, func(x person) bool { return x.id() == p.id() }), nil
}
