package redmine

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"slabridge/connectors"
	"slabridge/connectors/rest"
)

// Create implements connectors.Tracker with one POST of only what is set. Redmine takes the first type of the project
// for one that the project lacks, and leaves out a due date that the workflow makes read-only: read the issue back.
func (t *Tracker) Create(ctx context.Context, n connectors.NewIssue) (string, error) {
	c := t.client.Call(ctx, "create an issue in project "+n.Project, rest.Elsewhere)
	body, err := encodeCreate(n)
	if err != nil {
		return "", c.Fail(connectors.Refused, err)
	}
	made, err := insist(c, http.MethodPost, "/issues.json", body)
	if err != nil {
		return "", hintCreated(err)
	}
	number, err := decodeCreated(made)
	if err != nil {
		return "", c.Strange(http.MethodPost, http.StatusCreated, err)
	}
	return number, nil
}

// decodeCreated is the number of the issue that was made.
func decodeCreated(body []byte) (string, error) {
	var answer struct {
		Issue struct {
			ID int64 `json:"id"`
		} `json:"issue"`
	}
	err := json.Unmarshal(body, &answer)
	if err == nil && answer.Issue.ID <= 0 {
		err = errors.New("an issue without a number")
	}
	return strconv.FormatInt(answer.Issue.ID, 10), err
}

// encodeCreate is the body of the POST.
func encodeCreate(n connectors.NewIssue) ([]byte, error) {
	for what, text := range map[string]string{"subject": n.Subject, "description": n.Description} {
		if err := clean(what, text); err != nil {
			return nil, err
		}
	}
	issue := map[string]string{}
	for name, value := range map[string]string{
		"project_id": n.Project, "tracker_id": n.Type, "subject": n.Subject, "description": n.Description,
		"assigned_to_id": n.Assign, "due_date": n.DueDate,
	} {
		if value != "" {
			issue[name] = value
		}
	}
	return json.Marshal(map[string]any{"issue": issue})
}

// hintCreated says what Redmine does not: to an account without the right, or for a project that is closed or none
// at all, it only calls three fields blank that were sent.
func hintCreated(err error) error {
	var e *connectors.Error
	if errors.As(err, &e) && e.Class == connectors.Refused {
		e.Hint = hintCreate
	}
	return err
}

// FindCreated implements connectors.Tracker. Redmine ignores silently what it does not know of a filter, so author,
// project and time are held against every issue that comes; an issue that was moved to another project since, or
// whose description lost the mark, is not found.
func (t *Tracker) FindCreated(ctx context.Context, project, mark string, since time.Time) (string, bool, error) {
	self, err := t.account(ctx) // as a stranger we would find nothing, and it would be made again
	if err != nil {
		return "", false, err
	}
	l := madeBy{Call: t.client.Call(ctx, "look for an issue that we made in project "+project, rest.Elsewhere), project: project, mark: mark}
	l.me, l.since = strconv.Itoa(self.ID), since.UTC().Truncate(time.Second)
	err = l.look(url.Values{"author_id": {l.me}})
	if err == nil && l.listed == 0 { // a list that is empty for no reason would have it made twice: ask another way
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
	return list.byNumber(filter, func(issues []wireIssue) error {
		l.listed += len(issues)
		for _, i := range issues {
			ours := string(i.Author.ID) == l.me && string(i.Project.ID) == l.project && !i.CreatedOn.Before(l.since)
			if l.found == "" && ours && strings.Contains(i.Description, l.mark) {
				l.found = string(i.ID)
			}
		}
		return nil
	})
}
