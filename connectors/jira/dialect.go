package jira

import (
	"context"
	"errors"
	"net/url"

	"slabridge/connectors/rest"
)

// dialect is which of the two Jiras a site is.
type dialect string

const (
	cloud      dialect = "cloud"
	dataCenter dialect = "data center"
)

// serverInfo is what a site says of itself to anybody.
type serverInfo struct {
	BaseURL        string `json:"baseUrl"`
	Version        string `json:"version"`
	DeploymentType string `json:"deploymentType"` // "Cloud", "Server"; older Data Centers leave it out
	ServerTitle    string `json:"serverTitle"`
	ServerTime     moment `json:"serverTime"`
}

// speaks asks the site which Jira it is, once.
func (t *Tracker) speaks(ctx context.Context) (dialect, error) {
	t.mu.Lock()
	known := t.dialect
	t.mu.Unlock()
	if known != "" {
		return known, nil
	}
	info, err := t.serverInfo(ctx)
	if err != nil {
		return "", err
	}
	known = dataCenter
	if info.DeploymentType == "Cloud" {
		known = cloud
	}
	t.mu.Lock()
	t.dialect = known
	t.mu.Unlock()
	return known, nil
}

func (t *Tracker) serverInfo(ctx context.Context) (serverInfo, error) {
	c := t.client.Call(ctx, "ask what Jira this is", rest.Elsewhere)
	var info serverInfo
	if _, err := c.Get("/rest/api/2/serverInfo", url.Values{}, &info); err != nil {
		return serverInfo{}, err
	}
	if info.Version == "" {
		return serverInfo{}, c.Garbled(0, errors.New("a server without a version"))
	}
	return info, nil
}
