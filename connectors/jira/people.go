package jira

import (
	"context"
	"errors"
	"net/http"
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

// ask reads one person, of whom a mapping or a history speaks.
func (s *site) ask(ctx context.Context, by, value string) (person, error) {
	c, p, err := s.show(ctx, by, value)
	if connectors.ClassOf(err) == connectors.Gone {
		e := c.Fail(connectors.Refused, err)
		e.Hint = message.Of("there is no such person: look at the mapping's people")
		return p, e
	}
	return p, err
}

// show reads one person, and gives the call for an error to name.
func (s *site) show(ctx context.Context, by, value string) (*rest.Call, person, error) {
	var p person
	c := s.client.Call(ctx, message.Of("ask who %s is", value), rest.AtIssue)
	_, err := c.Get("/rest/api/2/user", url.Values{by: {value}}, &p)
	if err == nil {
		s.learn(&p)
	}
	return c, p, err
}

// withheld reports whether an error says that we may not ask about people, or not about this one: the account lacks a
// permission, or the token a scope.
func withheld(err error) bool {
	var e *connectors.Error
	return errors.As(err, &e) && (e.Class == connectors.Hidden ||
		e.Class == connectors.Refused && e.Status == http.StatusUnauthorized)
}

// Active implements connectors.Tracker. That there is no such person is believed when it is said twice: a proxy's one
// wrong 404 would have somebody else assigned, or nobody.
func (dir *directory) Active(ctx context.Context, person string) (bool, error) {
	d, err := dir.speaks(ctx)
	if err != nil {
		return false, err
	}
	by := "accountId"
	if d == dataCenter {
		by = "key"
	}
	_, p, err := dir.show(ctx, by, person)
	if connectors.ClassOf(err) == connectors.Gone {
		_, p, err = dir.show(ctx, by, person)
	}
	switch class := connectors.ClassOf(err); {
	case err == nil:
		return p.Active == nil || *p.Active, nil
	case withheld(err): // the lists had the person, and nothing speaks against it
		return true, nil
	case class == connectors.Gone, class == connectors.Refused: // nobody has such an id
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
