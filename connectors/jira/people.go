package jira

import (
	"context"
	"net/url"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/rest"
)

const groupPrefix = "group:"

// myself asks who we are. A wrong token is an error here even where the site lets strangers read.
func (s *site) myself(ctx context.Context) (person, error) {
	c := s.client.Call(ctx, message.Of("read own account"), rest.AtAccount)
	var p person
	if _, err := c.Get("/rest/api/2/myself", nil, &p); err != nil {
		return person{}, err
	}
	if p.id() == "" || p.DisplayName == "" {
		return person{}, c.Garbled(0, message.New("an account without id or name"))
	}
	s.learn(&p)
	return p, nil
}

// known makes sure that the site knows us.
func (s *site) known(ctx context.Context) error {
	_, err := s.myself(ctx)
	return err
}

// learn remembers people whom the site showed to us: how Data Center writes them, and for the directory those whom no
// list of it holds, as the customers of a service desk.
func (s *site) learn(people ...*person) {
	for _, p := range people {
		if p.id() != "" {
			s.people.put(p.id(), *p)
		}
	}
}

// user names a person in a request, in the way of the dialect. "" is nobody.
func (s *site) user(ctx context.Context, person string) (map[string]any, error) {
	d, err := s.speaks(ctx)
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
	name, err := s.nameOf(ctx, person)
	return map[string]any{"name": name}, err
}

// nameOf is the name of a person of Data Center, by whose key histories go.
func (s *site) nameOf(ctx context.Context, key string) (string, error) {
	if known, ok := s.people.get(key); ok {
		return known.Name, nil
	}
	p, err := s.ask(ctx, "key", key)
	return p.Name, err
}

// named is the person of Data Center whom a role's list of actors writes so.
func (s *site) named(ctx context.Context, name string) (person, error) {
	for _, p := range s.people.all() {
		if p.Name == name {
			return p, nil
		}
	}
	return s.ask(ctx, "username", name)
}

// ask reads one person.
func (s *site) ask(ctx context.Context, by, value string) (person, error) {
	var p person
	c := s.client.Call(ctx, message.Of("ask who %s is", value), rest.AtIssue)
	_, err := c.Get("/rest/api/2/user", url.Values{by: {value}}, &p)
	if connectors.ClassOf(err) == connectors.Gone {
		e := c.Fail(connectors.Refused, err)
		e.Hint = message.Of("there is no such person: look at the mapping's people")
		return p, e
	}
	if err == nil {
		s.learn(&p)
	}
	return p, err
}

// Active implements connectors.Tracker.
func (dir *directory) Active(ctx context.Context, person string) (bool, error) {
	d, err := dir.speaks(ctx)
	if err != nil {
		return false, err
	}
	by := "accountId"
	if d == dataCenter {
		by = "key"
	}
	p, err := dir.ask(ctx, by, person)
	switch connectors.ClassOf(err) {
	case 0:
		return p.Active == nil || *p.Active, nil
	case connectors.Hidden: // whom we may not ask about: the lists had the person, and nothing speaks against it
		return true, nil
	case connectors.Refused: // as ask has it of somebody unknown
		return false, dir.known(ctx)
	}
	return false, err
}

// directoryPerson is a person as the directory shows one.
func directoryPerson(p *person, d dialect) connectors.Person {
	out := connectors.Person{
		ID: p.id(), Name: p.DisplayName, Locked: p.Active != nil && !*p.Active,
		App:   p.AccountType == "app",
		Roles: map[string][]string{},
	}
	if d == dataCenter {
		out.Login = p.Name
	}
	return out
}
