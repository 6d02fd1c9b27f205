package jira

import (
	"context"
	"net/url"
	"strings"
	"time"

	"slabridge/connectors"
	"slabridge/connectors/rest"
)

type wireProject struct {
	ID       id     `json:"id"`
	Key      string `json:"key"`
	Name     string `json:"name"`
	Type     string `json:"projectTypeKey"`
	Archived bool   `json:"archived"`
}

func (p wireProject) directory() connectors.Project {
	return connectors.Project{ID: string(p.ID), Key: p.Key, Name: p.Name, Closed: p.Archived}
}

// following are the projects of the scope, and when the site listed them.
type following struct {
	projects []wireProject
	at       time.Time
}

// followedAge is how long lists believe which projects there are. Whoever reads names or rights lists them anew.
const followedAge = time.Hour

// projects are those that we see. A site without any for us answers alike to a stranger: ask who we are before
// believing it.
func (s *site) projects(ctx context.Context) (list []wireProject, missing string, err error) {
	d, err := s.speaks(ctx)
	if err != nil {
		return nil, "", err
	}
	c := s.client.Call(ctx, "list projects", rest.Elsewhere)
	if d == cloud {
		list, missing, err = paged[wireProject](c, "/rest/api/2/project/search", url.Values{"orderBy": {"key"}}, pageSize)
	} else {
		_, err = c.Get("/rest/api/2/project", nil, &list)
	}
	if err == nil {
		s.followed.Store(&following{s.inScope(list), s.client.Now()})
	}
	return list, missing, err
}

// inScope are those of the projects that are followed.
func (s *site) inScope(all []wireProject) []wireProject {
	list := make([]connectors.Project, len(all))
	for i, p := range all {
		list[i] = p.directory()
	}
	in := map[string]bool{}
	for _, p := range s.client.Scope.Of(list) {
		in[p.ID] = true
	}
	var out []wireProject
	for _, p := range all {
		if in[string(p.ID)] {
			out = append(out, p)
		}
	}
	return out
}

// where is a condition narrowed to the scope; any is false when nothing of it is to be seen. With again the projects are
// listed anew in any case.
func (s *site) where(ctx context.Context, condition string, again bool) (jql string, any bool, err error) {
	scope := s.client.Scope
	var parts []string
	if scope.Projects != nil {
		known := s.followed.Load()
		if again || known == nil || s.client.Now().Sub(known.at) >= followedAge {
			if _, _, err := s.projects(ctx); err != nil {
				return "", false, err
			}
			known = s.followed.Load()
		}
		var ids []string
		for _, p := range known.projects {
			ids = append(ids, string(p.ID))
		}
		if ids == nil {
			return "", false, nil
		}
		parts = append(parts, "project in ("+strings.Join(ids, ", ")+")")
	}
	if scope.Query != "" {
		parts = append(parts, "("+scope.Query+")")
	}
	return strings.Join(append(parts, condition), " AND "), true, nil
}
