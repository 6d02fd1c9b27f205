package jira

import (
	"context"
	"net/url"
	"slices"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/rest"
)

// requestTypes are request types as the contract's values: they share a list with the issue types.
func requestTypes(names []string) []string {
	var out []string
	for _, n := range names {
		out = append(out, connectors.RequestType+n)
	}
	return out
}

// readRequestTypes reads what customers choose from in portals; a site without service management has none.
func (dir *directory) readRequestTypes(
	ctx context.Context, projects []wireProject, d *connectors.Directory,
) error {
	if !slices.ContainsFunc(projects, func(p wireProject) bool { return p.Type == "service_desk" }) {
		return nil
	}
	c := dir.client.Call(ctx, message.Of("list service desks"), rest.AtIssue)
	desks, err := started[struct {
		ID      id `json:"id"`
		Project id `json:"projectId"`
	}](c, "/rest/servicedeskapi/servicedesk")
	switch connectors.ClassOf(err) {
	case 0:
	case connectors.Gone, connectors.Hidden, connectors.Refused:
		return nil
	default:
		return err
	}
	for _, desk := range desks {
		if !slices.ContainsFunc(projects, func(p wireProject) bool { return p.ID == desk.Project }) {
			continue
		}
		c := dir.client.Call(ctx, message.Of("list the request types of service desk %s", string(desk.ID)), rest.AtIssue)
		list, err := started[named](c, "/rest/servicedeskapi/servicedesk/"+url.PathEscape(string(desk.ID))+"/requesttype")
		if err := unlessVanished(err); err != nil {
			return err
		}
		for _, r := range list {
			n := connectors.Named{ID: connectors.RequestType + r.Name, Name: r.Name}
			if !slices.Contains(d.Types, n) {
				d.Types = append(d.Types, n)
			}
		}
	}
	return nil
}
