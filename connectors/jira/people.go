package jira

import (
	"context"
	"net/url"

	"slabridge/connectors"
	"slabridge/connectors/rest"
)

const groupPrefix = "group:"

// learn remembers people whom the site showed to us: how Data Center writes them, and for the directory those whom no
// list of it holds, as the customers of a service desk.
func (t *Tracker) learn(people ...*person) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, p := range people {
		if p.id() != "" {
			t.people[p.id()] = *p
		}
	}
}

// user names a person in a request, in the way of the dialect. "" is nobody.
func (t *Tracker) user(ctx context.Context, person string) (map[string]any, error) {
	d, err := t.speaks(ctx)
	if err != nil {
		return nil, err
	}
	if d == cloud {
		if person == "" {
			return map[string]any{"accountId": nil}, nil
		}
		return map[string]any{"accountId": person}, nil
	}
	if person == "" {
		return map[string]any{"name": nil}, nil
	}
	name, err := t.nameOf(ctx, person)
	return map[string]any{"name": name}, err
}

// nameOf is the name of a person of Data Center, by whose key histories go.
func (t *Tracker) nameOf(ctx context.Context, key string) (string, error) {
	t.mu.Lock()
	known, ok := t.people[key]
	t.mu.Unlock()
	if ok {
		return known.Name, nil
	}
	p, err := t.ask(ctx, "key", key)
	return p.Name, err
}

// named is the person of Data Center whom a role's list of actors writes so.
func (t *Tracker) named(ctx context.Context, name string) (person, error) {
	t.mu.Lock()
	for _, p := range t.people {
		if p.Name == name {
			t.mu.Unlock()
			return p, nil
		}
	}
	t.mu.Unlock()
	return t.ask(ctx, "username", name)
}

// ask reads one person of Data Center.
func (t *Tracker) ask(ctx context.Context, by, value string) (person, error) {
	var p person
	c := t.client.Call(ctx, "ask who "+value+" is", rest.AtIssue)
	_, err := c.Get("/rest/api/2/user", url.Values{by: {value}}, &p)
	if connectors.ClassOf(err) == connectors.Gone {
		e := c.Fail(connectors.Refused, err)
		e.Hint = "there is no such person: look at the mapping's people"
		return p, e
	}
	if err == nil {
		t.learn(&p)
	}
	return p, err
}

// directoryPerson is a person as the directory shows one.
func directoryPerson(p *person, d dialect) connectors.Person {
	out := connectors.Person{ID: p.id(), Name: p.DisplayName, Locked: p.Active != nil && !*p.Active, Roles: map[string][]string{}}
	if d == dataCenter {
		out.Login = p.Name
	}
	return out
}
