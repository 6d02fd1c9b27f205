package jira

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/rest"
)

// recognise asks the site what it is, which every Jira tells anybody.
func recognise(ctx context.Context, s connectors.Settings) (bool, error) {
	s.Auth.Secret = "none" // never sent
	client, err := rest.New(rest.Config{
		Settings: s, Kind: kind, Authenticate: func(*http.Request) {}, Hints: hints,
	})
	if err != nil {
		return false, err
	}
	_, err = (&site{client: client}).serverInfo(ctx)
	var failed *connectors.Error
	if errors.As(err, &failed) && failed.Status == 0 && failed.Class != connectors.Garbled { // nothing answered
		return false, err
	}
	return err == nil, nil
}

// errEnough ends a search that has found what was asked for.
var errEnough = message.New("enough")

// recent goes through the search from the last change back.
func (l *lists) recent(ctx context.Context, projects []string, most int) (out []connectors.Issue, err error) {
	if len(projects) == 0 {
		return nil, nil
	}
	fields, err := l.fieldInfo(ctx)
	if err != nil {
		return nil, err
	}
	s := search{
		site: l.site, op: message.Of("list the last issues"), fields: []string{"*all"}, order: "updated DESC",
		jql: "project in (" + strings.Join(projects, ", ") + ")",
	}
	err = s.pages(ctx, func(_ *rest.Call, raw []json.RawMessage) error {
		for _, r := range raw {
			if i, err := decodeIssue(r, fields); err == nil { // an issue that cannot be read is left out of the sample
				out = append(out, i)
			}
		}
		if len(out) >= most {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	slices.SortStableFunc(out, func(a, b connectors.Issue) int { return b.UpdatedAt.Compare(a.UpdatedAt) })
	return out[:min(most, len(out))], err
}
