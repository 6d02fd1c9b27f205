package redmine

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/rest"
)

// followed are the projects of the scope, and when Redmine listed them.
type followed struct {
	projects []connectors.Project
	at       time.Time
}

// projects asks for closed projects too, which Redmine leaves out unless told.
func (s *site) projects(ctx context.Context) ([]connectors.Project, error) {
	c := s.client.Call(ctx, message.Of("list projects"), rest.Elsewhere)
	list, err := paged[project](c, "/projects.json", url.Values{"status": {"1|5"}}, "projects")
	if err != nil {
		return nil, err
	}
	var out []connectors.Project
	for _, p := range list {
		out = append(out, connectors.Project{
			ID: string(p.ID), Key: p.Identifier, Name: p.Name, Parent: string(p.Parent.ID), Closed: p.Status == projectClosed,
		})
	}
	s.followed.Store(&followed{s.client.Scope.Of(out), s.client.Now()})
	return out, nil
}

// mostNamed is how many projects a list is asked for by name: 5.0 and 6.0 keep a query in a cookie, which holds 4 kB.
const mostNamed = 100

// scope narrows lists of issues and of booked time to projects. The zero value does not.
type scope struct {
	projects map[string]bool // nil: all
}

// scope is what the lists are to show. Nothing of it may be to be seen: then there is nothing to ask for.
func (s *site) scope(ctx context.Context) (sc scope, nothing bool, err error) {
	if s.client.Scope.Projects == nil {
		return scope{}, false, nil
	}
	known := s.followed.Load()
	if known == nil || s.client.Now().Sub(known.at) >= followedAge {
		if _, err := s.projects(ctx); err != nil {
			return scope{}, false, err
		}
		known = s.followed.Load()
	}
	sc.projects = map[string]bool{}
	for _, p := range known.projects {
		sc.projects[p.ID] = true
	}
	return sc, len(sc.projects) == 0, nil
}

// has reports whether a project is in the scope.
func (sc scope) has(project id) bool { return sc.projects == nil || sc.projects[string(project)] }

// keep leaves of a page what is in the scope: Redmine ignores silently what it does not know of a filter, and more
// projects than a query holds are not named in it.
func (sc scope) keep(page []listed) []listed {
	if sc.projects == nil {
		return page
	}
	return slices.DeleteFunc(slices.Clone(page), func(i listed) bool {
		_, odd := connectors.IsObject(string(i.Project.ID))
		return i.Project.ID != "" && !odd && !sc.has(i.Project.ID)
	})
}

// narrow adds the projects to a filter in Redmine's short form, ?field=OPERATORvalue|value. That knows one project
// alone, with all that are below it; the long form, f[], op[] and v[], knows several, and each as it is.
func (sc scope) narrow(filter url.Values) url.Values {
	if len(sc.projects) == 0 || len(sc.projects) > mostNamed {
		return filter
	}
	out := url.Values{}
	set := func(field, op string, values ...string) {
		out.Add("f[]", field)
		out.Set("op["+field+"]", op)
		out["v["+field+"][]"] = values
	}
	for _, name := range slices.Sorted(maps.Keys(filter)) {
		value := filter.Get(name)
		if !strings.HasSuffix(name, "_id") && !strings.HasSuffix(name, "_on") {
			out.Set(name, value)
			continue
		}
		op := "="
		for _, known := range []string{"><", ">=", "*"} {
			if rest, has := strings.CutPrefix(value, known); has {
				op, value = known, rest
				break
			}
		}
		set(name, op, strings.Split(value, "|")...)
	}
	set("project_id", "=", slices.SortedFunc(maps.Keys(sc.projects), byID)...)
	return out
}
