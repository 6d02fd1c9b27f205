package redmine

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/rest"
)

// FindCreated implements connectors.Tracker. Redmine ignores silently what it does not know of a filter, so author,
// project and time are held against every issue that comes; an issue that was moved to another project since, or
// whose description lost the mark, is not found.
func (ls *lists) FindCreated(ctx context.Context, project, mark string, since time.Time) (string, bool, error) {
	self, err := ls.account(ctx) // with a wrong key we would find nothing, and the issue would be made again
	if err != nil {
		return "", false, err
	}
	l := madeBy{
		Call:    ls.client.Call(ctx, message.Of("look for an issue that we made in project %s", project), rest.Elsewhere),
		project: project, mark: mark,
	}
	l.me, l.since = strconv.Itoa(self.ID), since.UTC().Truncate(time.Second)
	err = l.look(url.Values{"author_id": {l.me}})
	if err == nil && l.listed == 0 { // after a wrongly empty list it would be made twice: ask in another way
		err = l.look(url.Values{"project_id": {project}})
	}
	return l.found, l.found != "" && err == nil, err
}

// madeBy looks for one issue of ours.
type madeBy struct {
	*rest.Call
	project, mark, me string
	since             time.Time
	listed            int
	found             string // the first
}

// look goes through a list of issues from since on.
func (l *madeBy) look(filter url.Values) error {
	if !l.since.IsZero() {
		filter.Set("created_on", ">="+stamp(l.since))
	}
	list := listing{Call: l.Call}
	return list.byNumber(filter, func(issues []listed) error {
		l.listed += len(issues)
		for _, i := range issues {
			ours := string(i.Author.ID) == l.me && string(i.Project.ID) == l.project && !i.CreatedOn.Before(l.since)
			if l.found == "" && ours && connectors.Bears(strings.Join(i.Description, ""), l.mark) {
				l.found = string(i.ID)
			}
		}
		return nil
	})
}
