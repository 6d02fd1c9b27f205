package redmine

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/rest"
)

// site is one Redmine as one account sees it.
type site struct {
	client   *rest.Client
	followed atomic.Pointer[followed] // nil until the projects were listed
}

type wireAccount struct {
	ID          int          `json:"id"`
	Login       string       `json:"login"`
	First       string       `json:"firstname"`
	Last        string       `json:"lastname"`
	Admin       bool         `json:"admin"`
	Memberships []membership `json:"memberships"`
}

// Self implements connectors.Tracker: who the key belongs to, and the permissions of the roles it has. A role that
// sees only its own booked time cannot read what others book: it is told without that permission. A wrong
// key is an error here even where Redmine lets strangers read ("authentication required" off) and answers every
// list with what is public.
func (dir *directory) Self(ctx context.Context) (connectors.Account, error) {
	w, err := dir.account(ctx)
	if err != nil {
		return connectors.Account{}, err
	}
	a := connectors.Account{
		ID: strconv.Itoa(w.ID), Login: w.Login, Name: strings.TrimSpace(w.First + " " + w.Last), Admin: w.Admin,
	}
	known := map[int][]string{}
	for _, m := range w.Memberships {
		r := connectors.ProjectRights{Project: strconv.Itoa(m.Project.Id), Roles: roleNames(m)}
		for _, role := range m.Roles {
			permissions, ok := known[role.Id]
			if !ok {
				if permissions, err = dir.permissions(ctx, role.Id); err != nil {
					return connectors.Account{}, err
				}
				known[role.Id] = permissions
			}
			r.Permissions = append(r.Permissions, permissions...)
		}
		slices.Sort(r.Permissions)
		r.Permissions = slices.Compact(r.Permissions)
		a.Rights = append(a.Rights, r)
	}
	return a, nil
}

// account reads /users/current, which is refused to strangers whatever the settings are.
func (s *site) account(ctx context.Context) (wireAccount, error) {
	c := s.client.Call(ctx, message.Of("read own account"), rest.AtAccount)
	body, err := c.Do("GET", "/users/current.json", url.Values{"include": {"memberships"}}, nil)
	if err != nil {
		return wireAccount{}, err
	}
	w, err := decodeAccount(body)
	if err != nil {
		return wireAccount{}, c.Garbled(0, err)
	}
	return w, nil
}

// confirm asks the tracker who we are before Gone or Hidden is believed: with the REST API switched off Redmine hides
// every issue, and behind a wrong address or a failing proxy every one is gone.
func (s *site) confirm(ctx context.Context, err error) error {
	if unseen(err) {
		if _, e := s.account(ctx); e != nil {
			return e
		}
	}
	return err
}

// Active implements connectors.Tracker. Redmine lists locked people among the members, and answers 404 when asked for
// one; only an administrator is shown them, with their state. That nobody is there is believed when it is said twice: a
// proxy's one wrong 403 or 404 would have somebody else assigned, or nobody.
func (dir *directory) Active(ctx context.Context, person string) (bool, error) {
	c := dir.client.Call(ctx, message.Of("ask whether user %s is active", person), rest.AtIssue)
	if c.CheckID(person) != nil { // nobody has such an id
		return false, nil
	}
	active, err := dir.shownActive(c, person)
	if unseen(err) {
		active, err = dir.shownActive(c, person)
	}
	if unseen(err) { // with a wrong address or a wrong key, everybody seems to be gone
		_, err = dir.account(ctx)
	}
	return active, err
}

// shownActive reports whether Redmine shows a person who is active.
func (dir *directory) shownActive(c *rest.Call, person string) (bool, error) {
	var answer struct {
		User struct {
			ID     id   `json:"id"`
			Status *int `json:"status"`
		} `json:"user"`
	}
	if _, err := c.Get("/users/"+person+".json", nil, &answer); err != nil {
		return false, err
	}
	if answer.User.ID != id(person) {
		return false, c.Garbled(0, message.Errorf("asked for user %s, got %q", person, answer.User.ID))
	}
	return answer.User.Status == nil || *answer.User.Status == userActive, nil
}

// unseen reports whether an error says that something is not there, or not for us.
func unseen(err error) bool {
	class := connectors.ClassOf(err)
	return class == connectors.Gone || class == connectors.Hidden
}

const userActive = 1 // Principal::STATUS_ACTIVE

func decodeAccount(body []byte) (wireAccount, error) {
	var answer struct {
		User wireAccount `json:"user"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return wireAccount{}, err
	}
	if answer.User.ID <= 0 || answer.User.Login == "" {
		return wireAccount{}, message.New("an account without id or login")
	}
	return answer.User, nil
}

func (dir *directory) permissions(ctx context.Context, role int) ([]string, error) {
	n := strconv.Itoa(role)
	var answer struct {
		Role *struct {
			Permissions []string `json:"permissions"`
			Time        string   `json:"time_entries_visibility"`
		} `json:"role"`
	}
	c := dir.client.Call(ctx, message.Of("read role %s", n), rest.Elsewhere)
	if _, err := c.Get("/roles/"+n+".json", nil, &answer); err != nil {
		return nil, err
	}
	if answer.Role == nil { // otherwise the account would seem to have no rights
		return nil, c.Garbled(0, message.New("an answer without the role"))
	}
	held := answer.Role.Permissions
	if answer.Role.Time == "own" {
		held = slices.DeleteFunc(held, func(p string) bool { return slices.Contains(permissions[connectors.ReadWork], p) })
	}
	return held, nil
}

// roleNames are the names of the roles, given and inherited, each once.
func roleNames(m membership) []string {
	var names []string
	for _, r := range m.Roles {
		if !slices.Contains(names, r.Name) {
			names = append(names, r.Name)
		}
	}
	return names
}
