package redmine

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/rest"
)

// realm is what Redmine's REST API calls itself where it asks for credentials.
const realm = "Redmine API"

// recognise asks who we are without saying it: Redmine refuses that whatever its settings are, and names itself.
func recognise(ctx context.Context, s connectors.Settings) (bool, error) {
	s.Auth.Secret = "none" // never sent
	found := false
	client, err := rest.New(rest.Config{
		Settings: s, Kind: kind, Authenticate: func(*http.Request) {}, Hints: hints,
		Refused: func(_ *connectors.Error, _ string, res *http.Response, _ []byte) {
			found = strings.Contains(res.Header.Get("WWW-Authenticate"), realm)
		},
	})
	if err != nil {
		return false, err
	}
	_, err = client.Call(ctx, message.Of("look for Redmine"), rest.AtAccount).Do("GET", "/users/current.json", nil, nil)
	var refused *connectors.Error
	if errors.As(err, &refused) && refused.Status != 0 { // something answered
		return found, nil
	}
	return false, err
}

// sampler reads what changed last.
type sampler struct{ *site }

// recent reads each project by itself, since Redmine takes one at a time, and without its subprojects.
func (sa sampler) recent(ctx context.Context, projects []string, most int) ([]connectors.Issue, error) {
	lists := make([][]connectors.Issue, len(projects))
	err := sa.client.Each(ctx, len(projects), func(ctx context.Context, n int) (err error) {
		lists[n], err = sa.recentIn(ctx, projects[n], most)
		return err
	})
	out := slices.Concat(lists...)
	slices.SortStableFunc(out, func(a, b connectors.Issue) int { return b.UpdatedAt.Compare(a.UpdatedAt) })
	return out[:min(most, len(out))], err
}

func (sa sampler) recentIn(ctx context.Context, project string, most int) (out []connectors.Issue, err error) {
	c := sa.client.Call(ctx, message.Of("list the last issues of project %s", project), rest.Elsewhere)
	for offset := 0; offset < most; offset += pageSize { // what moves between two pages is missed or read twice: no harm
		body, err := c.Do("GET", "/issues.json", url.Values{
			"project_id": {project}, "subproject_id": {"!*"}, "status_id": {"*"}, "sort": {"updated_on:desc,id:desc"},
			"limit": {strconv.Itoa(min(pageSize, most-offset))}, "offset": {strconv.Itoa(offset)},
		}, nil)
		if err != nil {
			return out, err
		}
		var w struct {
			Issues []json.RawMessage `json:"issues"`
			Total  int               `json:"total_count"`
		}
		if err := json.Unmarshal(body, &w); err != nil {
			return out, c.Garbled(0, err)
		}
		for _, raw := range w.Issues {
			var i wireIssue
			if json.Unmarshal(raw, &i) == nil && i.whole() == nil { // an issue that cannot be read is left out of the sample
				out = append(out, i.issue(raw))
			}
		}
		if offset+pageSize >= w.Total {
			break
		}
	}
	return out, nil
}
