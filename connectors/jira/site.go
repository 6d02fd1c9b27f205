package jira

import (
	"context"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/rest"
)

// site is one Jira as one account sees it: the way there, and what it has told of itself that is believed for a while.
type site struct {
	client *rest.Client
	agent  bool // comments are kept internal as a service desk's agents do

	dialect atomic.Pointer[dialect]   // nil until the site has told
	fields  atomic.Pointer[fieldList] // as last read
	// followed is nil until the site has listed its projects.
	followed atomic.Pointer[following]
	people   memory[person] // whom the site has shown
	touched  touched        // the issues that we wrote to last
}

// dialect is which of the two Jiras a site is.
type dialect string

const (
	cloud      dialect = "cloud"
	dataCenter dialect = "data center"
)

// serverInfo is what a site says of itself to anybody.
type serverInfo struct {
	Version        string `json:"version"`
	DeploymentType string `json:"deploymentType"` // "Cloud", "Server"; older Data Centers leave it out
}

// speaks asks the site which Jira it is, once.
func (s *site) speaks(ctx context.Context) (dialect, error) {
	if known := s.dialect.Load(); known != nil {
		return *known, nil
	}
	info, err := s.serverInfo(ctx)
	if err != nil {
		return "", err
	}
	known := dataCenter
	if info.DeploymentType == "Cloud" {
		known = cloud
	}
	s.dialect.Store(&known)
	return known, nil
}

func (s *site) serverInfo(ctx context.Context) (serverInfo, error) {
	c := s.client.Call(ctx, message.Of("ask what Jira this is"), rest.Elsewhere)
	var info serverInfo
	if _, err := c.Get("/rest/api/2/serverInfo", url.Values{}, &info); err != nil {
		return serverInfo{}, err
	}
	if info.Version == "" {
		return serverInfo{}, c.Garbled(0, message.New("a server without a version"))
	}
	return info, nil
}

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

// following are the ids of the projects of the scope, and when the site listed them.
type following struct {
	projects []string
	at       time.Time
}

// projects are those that we see. A site without any for us answers alike to a stranger: ask who we are before
// believing it.
func (s *site) projects(ctx context.Context) (list []wireProject, missing string, err error) {
	d, err := s.speaks(ctx)
	if err != nil {
		return nil, "", err
	}
	c := s.client.Call(ctx, message.Of("list projects"), rest.Elsewhere)
	if d == cloud {
		list, missing, err = paged[wireProject](c, "/rest/api/2/project/search", url.Values{"orderBy": {"key"}}, pageSize)
	} else {
		_, err = c.Get("/rest/api/2/project", nil, &list)
	}
	if err == nil {
		s.follow(inGeneral(list), s.client.Now())
	}
	return list, missing, err
}

// follow keeps which of the projects, as listed at a moment, are in the scope.
func (s *site) follow(all []connectors.Project, at time.Time) {
	f := following{at: at}
	for _, p := range s.client.Scope.Of(all) {
		f.projects = append(f.projects, p.ID)
	}
	s.followed.Store(&f)
}

// inGeneral are the projects in the words of the contract.
func inGeneral(all []wireProject) []connectors.Project {
	list := make([]connectors.Project, len(all))
	for i, p := range all {
		list[i] = p.directory()
	}
	return list
}

// inScope are those of the projects that are followed.
func (s *site) inScope(all []wireProject) []wireProject {
	list := inGeneral(all)
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

// where is a condition narrowed to the scope; some is false when nothing of it is to be seen. With again the projects
// are listed anew in any case.
func (s *site) where(ctx context.Context, condition string, again bool) (jql string, some bool, err error) {
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
		if known.projects == nil {
			return "", false, nil
		}
		parts = append(parts, "project in ("+strings.Join(known.projects, ", ")+")")
	}
	if scope.Query != "" {
		parts = append(parts, "("+scope.Query+")")
	}
	return strings.Join(append(parts, condition), " AND "), true, nil
}
