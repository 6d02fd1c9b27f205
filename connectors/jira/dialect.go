package jira

import (
	"context"
	"errors"
	"net/url"
	"sync/atomic"

	"slabridge/connectors/rest"
)

// site is one Jira as one account sees it: the way there, and what it has told of itself that is believed for a while.
type site struct {
	client *rest.Client

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
	c := s.client.Call(ctx, "ask what Jira this is", rest.Elsewhere)
	var info serverInfo
	if _, err := c.Get("/rest/api/2/serverInfo", url.Values{}, &info); err != nil {
		return serverInfo{}, err
	}
	if info.Version == "" {
		return serverInfo{}, c.Garbled(0, errors.New("a server without a version"))
	}
	return info, nil
}
