package jira

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/rest"
)

// prober asks a site how it behaves.
type prober struct{ *site }

// Probe asks a site what no document tells and no stand-in can: how it really behaves where this connector relies on
// it. It only reads, looks at one issue at most, and its answers hold no texts of issues, no names of people and no
// secrets. A question that could not be asked has that for an answer; the error is one that concerns them all.
func (pr *prober) Probe(ctx context.Context) ([]connectors.Probed, error) {
	info, err := pr.serverInfo(ctx)
	if err != nil {
		return nil, err
	}
	me, err := pr.myself(ctx)
	if err != nil {
		return nil, err
	}
	d, err := pr.speaks(ctx)
	if err != nil {
		return nil, err
	}
	out := []connectors.Probed{
		probed("what is it", message.Of("%s, deploymentType %q, version %s", string(d), info.DeploymentType, info.Version)),
		probed("looking at a person", pr.probePerson(ctx, d, me)),
		probed("our account", message.Of("type %q, time zone %s", me.AccountType, me.TimeZone)),
	}
	issue, answer := pr.probeSearch(ctx, d)
	out = append(out, probed("a moment as a number in JQL", answer))
	if issue != "" {
		for _, q := range []struct {
			question message.Format
			ask      func(context.Context, dialect, string) message.Message
		}{
			{"changelog of its own address", pr.probeChangelog},
			{"time in changelog/bulkfetch", pr.probeBulk},
			{"priorities that may be set", pr.probePriorities},
			{"jsdPublic on comments", pr.probeComments},
			{"properties of listed comments", pr.probeProperties},
		} {
			out = append(out, probed(q.question, q.ask(ctx, d, issue)))
		}
	}
	return append(out, probed("service management", pr.probeDesk(ctx)), probed("token", pr.probeToken(ctx, d))), nil
}

func probed(question message.Format, answer message.Message) connectors.Probed {
	return connectors.Probed{Question: message.Of(question), Answer: answer}
}

// probePerson tells whether the token may ask about people: its own account may be asked for without that.
func (pr *prober) probePerson(ctx context.Context, d dialect, me person) message.Message {
	c := pr.client.Call(ctx, message.Of("probe people"), rest.Elsewhere)
	by := url.Values{"accountId": {me.AccountID}}
	if d == dataCenter {
		by = url.Values{"key": {me.Key}}
	}
	var p person
	if _, err := c.Get("/rest/api/2/user", by, &p); err != nil {
		return unasked(err)
	}
	return message.Of("allowed")
}

// unasked is the answer to a question that failed.
func unasked(err error) message.Message { return message.Of("not told: %s", beginning{err}) }

// beginning is the beginning of an error: what a tracker answered may be long, and is to be sent to us.
type beginning struct{ err error }

// In gives it in a language.
func (b beginning) In(lang string) string {
	text := []rune(message.Error(lang, b.err))
	if len(text) > 200 {
		text = append(text[:200], '…')
	}
	return string(text)
}

// probeSearch asks for what changed in the last day by a number and by a length of time, which must agree but for what
// changes in between, and gives an issue to look at.
func (pr *prober) probeSearch(ctx context.Context, d dialect) (issue string, answer message.Message) {
	now, _, _ := pr.client.Offset()
	since := pr.client.Now().Add(now).Add(-24 * time.Hour)
	count := func(jql string) (ids []id, err error) {
		c := pr.client.Call(ctx, message.Of("probe JQL"), rest.Elsewhere)
		c.Reads = true
		path := "/rest/api/2/search/jql"
		if d == dataCenter {
			path = "/rest/api/2/search"
		}
		var p struct {
			Issues []json.RawMessage `json:"issues"`
		}
		if err := post(c, path, map[string]any{
			"jql": jql + " ORDER BY created ASC", "fields": []string{"updated"},
			"maxResults": 100,
		}, &p); err != nil {
			return nil, err
		}
		return idsOf(p.Issues)
	}
	number, err := count("updated >= " + strconv.FormatInt(since.UnixMilli(), 10))
	if err != nil {
		return "", unasked(err)
	}
	relative, err := count("updated >= -1440m")
	if err != nil {
		return "", message.Of("accepted; a length of time is %s", unasked(err))
	}
	answer = message.Of("accepted; of the last day it finds %d on its first page, -1440m finds %d", len(number),
		len(relative))
	all := number
	if len(all) == 0 {
		if all, err = count("created >= 0"); err != nil || len(all) == 0 {
			return "", answer
		}
	}
	return string(all[len(all)-1]), answer
}

func (pr *prober) probeChangelog(ctx context.Context, _ dialect, issue string) message.Message {
	c := pr.client.Call(ctx, message.Of("probe the changelog"), rest.Elsewhere)
	var p page
	if _, err := c.Get("/rest/api/2/issue/"+issue+"/changelog", url.Values{"maxResults": {"1"}}, &p); err != nil {
		return unasked(err)
	}
	if p.Total == nil {
		return message.Of("there, without a total")
	}
	return message.Of("there, %d entries", *p.Total)
}

func (pr *prober) probeBulk(ctx context.Context, d dialect, issue string) message.Message {
	if d == dataCenter {
		return message.Of("this Jira does not have it")
	}
	c := pr.client.Call(ctx, message.Of("probe changelog/bulkfetch"), rest.Elsewhere)
	c.Reads = true
	var p struct {
		Logs []struct {
			Histories []struct {
				Created json.RawMessage `json:"created"`
			} `json:"changeHistories"`
		} `json:"issueChangeLogs"`
	}
	ask := map[string]any{"issueIdsOrKeys": []string{issue}}
	if err := post(c, "/rest/api/2/changelog/bulkfetch", ask, &p); err != nil {
		return unasked(err)
	}
	switch {
	case len(p.Logs) == 0 || len(p.Logs[0].Histories) == 0:
		return message.Of("the issue has no changes")
	case strings.HasPrefix(string(p.Logs[0].Histories[0].Created), `"`):
		return message.Of("as a text")
	}
	return message.Of("as a number of %d digits", len(p.Logs[0].Histories[0].Created))
}

func (pr *prober) probePriorities(ctx context.Context, _ dialect, issue string) message.Message {
	c := pr.client.Call(ctx, message.Of("probe the edit screen"), rest.Elsewhere)
	var m struct {
		Fields map[string]struct {
			Allowed []json.RawMessage `json:"allowedValues"`
		} `json:"fields"`
	}
	if _, err := c.Get("/rest/api/2/issue/"+issue+"/editmeta", nil, &m); err != nil {
		return unasked(err)
	}
	p, ok := m.Fields["priority"]
	if !ok {
		return message.Of("the priority is not on the edit screen of the issue that was looked at")
	}
	if _, assignee := m.Fields["assignee"]; !assignee {
		return message.Of("%d; the assignee is not on the edit screen", len(p.Allowed))
	}
	return message.Of("%d; the assignee is on the edit screen", len(p.Allowed))
}

func (pr *prober) probeComments(ctx context.Context, _ dialect, issue string) message.Message {
	return pr.listed(ctx, issue, nil, "jsdPublic")
}

func (pr *prober) probeProperties(ctx context.Context, _ dialect, issue string) message.Message {
	return pr.listed(ctx, issue, url.Values{"expand": {"properties"}}, "properties")
}

// listed tells whether the comments of an issue have a key.
func (pr *prober) listed(ctx context.Context, issue string, query url.Values, key string) message.Message {
	c := pr.client.Call(ctx, message.Of("probe comments"), rest.Elsewhere)
	var p struct {
		Comments []map[string]json.RawMessage `json:"comments"`
	}
	if _, err := c.Get("/rest/api/2/issue/"+issue+"/comment", query, &p); err != nil {
		return unasked(err)
	}
	if len(p.Comments) == 0 {
		return message.Of("the issue that was looked at has no comments")
	}
	if slices.ContainsFunc(p.Comments, func(m map[string]json.RawMessage) bool { return m[key] != nil }) {
		return message.Of("there")
	}
	return message.Of("not there")
}

func (pr *prober) probeDesk(ctx context.Context) message.Message {
	c := pr.client.Call(ctx, message.Of("probe service management"), rest.Elsewhere)
	var info struct {
		Version string `json:"version"`
	}
	if _, err := c.Get("/rest/servicedeskapi/info", nil, &info); err != nil {
		return unasked(err)
	}
	return message.Of("version %s", info.Version)
}

// probeToken tells when a personal access token of Data Center ends; Cloud tells nobody.
func (pr *prober) probeToken(ctx context.Context, d dialect) message.Message {
	if d == cloud {
		return message.Of("Cloud does not tell when a token ends: a year after it was made at most; note the day")
	}
	c := pr.client.Call(ctx, message.Of("ask when the tokens end"), rest.Elsewhere)
	var list []struct {
		Expires moment `json:"expiringAt"`
	}
	if _, err := c.Get("/rest/pat/latest/tokens", nil, &list); err != nil {
		return unasked(err)
	}
	var ends message.Message
	for _, x := range list {
		end := message.Of("never")
		if !x.Expires.IsZero() {
			end = message.Of("%s", message.Day(x.Expires.Time))
		}
		if !ends.IsZero() {
			end = message.Of("%s, %s", ends, end)
		}
		ends = end
	}
	if ends.IsZero() {
		return message.Of("the account has no token")
	}
	return message.Of("the account's tokens end: %s", ends)
}
