package jira

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/rest"
)

// reader reads issues whole.
type reader struct{ *site }

// History implements connectors.Tracker. The issue itself is read first: what happens while the rest is read shows in
// the next listing.
func (rd *reader) History(ctx context.Context, issue string) (connectors.History, error) {
	c := rd.client.Call(ctx, message.Of("read issue %s", issue), rest.AtIssue)
	if err := c.CheckID(issue); err != nil && !keyed.MatchString(issue) {
		return connectors.History{}, err
	}
	h, err := rd.history(ctx, c, issue)
	switch connectors.ClassOf(err) {
	case connectors.Gone, connectors.Hidden: // with a wrong address or a wrong token every issue seems to be gone
		if e := rd.known(ctx); e != nil {
			return connectors.History{}, e
		}
	}
	if err == nil {
		rd.client.ReadBack(h)
	}
	return h, err
}

// keyed is a key, which names an issue as well as its id does, and when the issue was moved so does its old key.
var keyed = regexp.MustCompile(`^[A-Z][A-Z0-9_]*-[1-9][0-9]*$`)

func (rd *reader) history(ctx context.Context, c *rest.Call, issue string) (connectors.History, error) {
	var h connectors.History
	d, err := rd.speaks(ctx)
	if err != nil {
		return h, err
	}
	path := "/rest/api/2/issue/" + issue
	expand := "transitions"
	if d == dataCenter {
		expand += ",changelog"
	}
	body, err := c.Do("GET", path, url.Values{"fields": {"*all"}, "expand": {expand}}, nil)
	if err != nil {
		return h, err
	}
	var w wireIssue
	if err := json.Unmarshal(body, &w); err != nil {
		return h, c.Garbled(0, err)
	}
	// cut on the way, it may be
	if d == dataCenter && w.Changelog != nil && len(w.Changelog.Histories) < w.Changelog.Total {
		if body, err = c.Do("GET", path, url.Values{"fields": {"*all"}, "expand": {expand}}, nil); err != nil {
			return h, err
		}
		w = wireIssue{}
		if err := json.Unmarshal(body, &w); err != nil {
			return h, c.Garbled(0, err)
		}
	}
	fields, err := rd.fieldInfo(ctx, customFields(w)...)
	if err != nil {
		return h, err
	}
	if h.Issue, err = decodeIssue(body, fields); err != nil {
		return h, c.Garbled(0, err)
	}
	if h.Issue.ID != issue && !keyed.MatchString(issue) {
		return h, c.Garbled(0, message.Errorf("issue %s in its place", h.Issue.ID))
	}
	if w.Transitions != nil {
		if len(*w.Transitions) == 0 {
			if *w.Transitions, err = transitions(c, issue); err != nil {
				return h, err
			}
		}
		h.TransitionsSet, h.Transitions = true, []string{h.Issue.Values.One(connectors.FieldStatus)}
		for _, tr := range *w.Transitions {
			if !slices.Contains(h.Transitions, string(tr.To.ID)) {
				h.Transitions = append(h.Transitions, string(tr.To.ID))
			}
		}
	}
	changes, missing, err := rd.changes(c, w, d, fields)
	if err != nil {
		return h, ofPart(err)
	}
	h.Missing = missingOf(h.Missing, "changes", missing)
	comments, missing, err := rd.comments(ctx, c, w)
	if err != nil {
		return h, ofPart(err)
	}
	h.Missing = missingOf(h.Missing, "comments", missing)
	h.Events = connectors.SortEvents(append(changes, comments...))
	return h, rd.watchers(ctx, w, &h)
}

// ofPart is a failure at a part of an issue that itself was shown to us: a part that is kept from us hides no issue. If
// we lost sight of it in between, the next read tells.
func ofPart(err error) error {
	var e *connectors.Error
	if errors.As(err, &e) && e.Class == connectors.Hidden {
		e.Class = connectors.Refused
	}
	return err
}

func customFields(w wireIssue) []string {
	var out []string
	for name := range w.Fields {
		if strings.HasPrefix(name, "customfield_") {
			out = append(out, name)
		}
	}
	return out
}

// changes reads the whole changelog. Cloud cuts it wherever it is not asked for alone.
func (rd *reader) changes(c *rest.Call, w wireIssue, d dialect, fields fieldList,
) (events []connectors.Event, missing string, err error) {
	var raw []json.RawMessage
	switch {
	case d == cloud:
		raw, missing, err = paged[json.RawMessage](c, "/rest/api/2/issue/"+string(w.ID)+"/changelog", nil, 100)
		if err != nil {
			return nil, "", err
		}
	case w.Changelog == nil:
		return nil, "", c.Garbled(0, message.New("an issue without its changelog"))
	default:
		if raw = w.Changelog.Histories; len(raw) < w.Changelog.Total {
			missing = shortOf(len(raw), w.Changelog.Total)
		}
	}
	links := linksOf(w)
	out := make([]connectors.Event, 0, len(raw))
	for _, r := range raw {
		e, author, err := decodeEntry(r, fields, links)
		if err != nil {
			return nil, "", c.Garbled(0, err)
		}
		rd.learn(author)
		if len(e.Changes) > 0 {
			out = append(out, e)
		}
	}
	return out, missing, nil
}

// decodeEntry makes the Event of one entry of the changelog. An entry may be without an author: Jira itself, or
// somebody who has gone.
func decodeEntry(raw json.RawMessage, fields fieldList, links []link) (connectors.Event, *person, error) {
	var w wireHistory
	if err := json.Unmarshal(raw, &w); err != nil {
		return connectors.Event{}, nil, err
	}
	if w.ID == "" || w.Created.IsZero() {
		return connectors.Event{}, nil, message.New("an entry of the changelog without id or time")
	}
	e := connectors.Event{ID: "history:" + string(w.ID), At: w.Created.Time, Author: w.Author.id(), Raw: raw}
	for _, i := range w.Items {
		c, ok := linked(i, links)
		if !ok {
			if c, ok = fields.change(i); !ok {
				continue
			}
		}
		if n := slices.IndexFunc(e.Changes, func(x connectors.Change) bool { return x.Field == c.Field }); n >= 0 && c.Delta {
			e.Changes[n].From = append(e.Changes[n].From, c.From...)
			e.Changes[n].To = append(e.Changes[n].To, c.To...)
			continue
		}
		e.Changes = append(e.Changes, c)
	}
	return e, w.Author, nil
}

// comments reads all comments. Those within an issue may be cut; their total tells.
func (rd *reader) comments(ctx context.Context, c *rest.Call, w wireIssue,
) (events []connectors.Event, missing string, err error) {
	var p page
	if raw := w.Fields["comment"]; raw != nil {
		if err := json.Unmarshal(raw, &p); err != nil {
			return nil, "", c.Garbled(0, err)
		}
	}
	list := p.Comments
	if p.Total == nil || len(list) < *p.Total {
		list, missing, err = paged[json.RawMessage](c, "/rest/api/2/issue/"+string(w.ID)+"/comment",
			url.Values{"orderBy": {"created"}}, 100)
		if err != nil {
			return nil, "", err
		}
	}
	public, err := rd.portal(ctx, w, list)
	if err != nil {
		return nil, "", err
	}
	out := make([]connectors.Event, 0, len(list))
	for _, r := range list {
		e, author, err := decodeComment(r, public)
		if err != nil {
			return nil, "", c.Garbled(0, err)
		}
		rd.learn(author)
		out = append(out, e)
	}
	return out, missing, nil
}

// decodeComment makes the Event of one comment. public tells which comments customers read in a portal; nil for an
// issue that is in none.
func decodeComment(raw json.RawMessage, public map[string]bool) (connectors.Event, *person, error) {
	var w wireComment
	if err := json.Unmarshal(raw, &w); err != nil {
		return connectors.Event{}, nil, err
	}
	if w.ID == "" || w.Created.IsZero() {
		return connectors.Event{}, nil, message.New("a comment without id or time")
	}
	restricted := w.Visibility != nil && w.Visibility.Value != ""
	hidden := w.JSDPublic != nil && !*w.JSDPublic || public != nil && !public[string(w.ID)]
	n := &connectors.Note{Text: w.Body, Internal: restricted || hidden}
	if w.Updated.After(w.Created.Time) {
		n.EditedAt = w.Updated.Time
	}
	return connectors.Event{
		ID: "comment:" + string(w.ID), At: w.Created.Time, Author: w.Author.id(), Note: n,
		Raw: raw,
	}, w.Author, nil
}

// portal asks Data Center's service desk which comments of an issue its customers read: there a comment itself does not
// tell. It gives nil for an issue that is no request of a portal. A comment for everybody that the desk does not list
// is one that only agents see where the account is no agent; as much rests on that, the desk is asked again before it
// is believed.
func (rd *reader) portal(ctx context.Context, w wireIssue, comments []json.RawMessage) (map[string]bool, error) {
	d, err := rd.speaks(ctx)
	if err != nil || d == cloud || len(comments) == 0 {
		return nil, err
	}
	var project wireProject
	if raw := w.Fields["project"]; raw == nil || json.Unmarshal(raw, &project) != nil || project.Type != "service_desk" {
		return nil, nil
	}
	public, err := rd.shown(ctx, w)
	if err != nil || public == nil {
		return nil, err
	}
	unlisted := slices.ContainsFunc(comments, func(raw json.RawMessage) bool {
		e, _, err := decodeComment(raw, nil)
		_, listed := public[strings.TrimPrefix(e.ID, "comment:")]
		return err == nil && !e.Note.Internal && !listed
	})
	if unlisted {
		return rd.shown(ctx, w)
	}
	return public, nil
}

// shown lists the comments of a request, with whether customers read them; nil for an issue that nobody filed in the
// portal. Of such an issue some desks say that there is none, and others refuse it in one of several ways. A request
// whose comments the desk keeps from us cannot be read: what its customers see would be guessed.
func (rd *reader) shown(ctx context.Context, w wireIssue) (map[string]bool, error) {
	c := rd.client.Call(ctx, message.Of("read which comments of issue %s customers see", string(w.ID)), rest.AtIssue)
	list, err := started[struct {
		ID     id    `json:"id"`
		Public *bool `json:"public"`
	}](c, "/rest/servicedeskapi/request/"+string(w.ID)+"/comment")
	switch connectors.ClassOf(err) {
	case 0:
	case connectors.Gone:
		return nil, nil
	case connectors.Refused, connectors.Hidden, connectors.Unauthorized:
		return nil, rd.unlessFiled(ctx, c, w, err)
	default:
		return nil, err
	}
	public := map[string]bool{}
	for _, x := range list {
		public[string(x.ID)] = x.Public == nil || *x.Public
	}
	return public, nil
}

// unlessFiled is nil where the desk refused to speak of an issue that has no request type: it is no request of its.
func (rd *reader) unlessFiled(ctx context.Context, c *rest.Call, w wireIssue, refused error) error {
	if err := rd.known(ctx); err != nil { // the desk may be refusing us everything
		return err
	}
	fields, err := rd.fieldInfo(ctx)
	if err != nil {
		return err
	}
	for name, f := range fields.byID {
		if raw := w.Fields[name]; f.requestType() && len(raw) > 0 && string(raw) != "null" {
			e := c.Fail(connectors.Refused, refused)
			e.Hint = message.Of("let slabridge's account work in the service desk, as an agent of the project")
			return e
		}
	}
	return nil
}

// watchers reads the watchers, if our account may see them.
func (rd *reader) watchers(ctx context.Context, w wireIssue, h *connectors.History) error {
	var answer struct {
		Count    int      `json:"watchCount"`
		Watchers []person `json:"watchers"`
	}
	c := rd.client.Call(ctx, message.Of("read the watchers of issue %s", string(w.ID)), rest.AtIssue)
	_, err := c.Get("/rest/api/2/issue/"+string(w.ID)+"/watchers", nil, &answer)
	switch connectors.ClassOf(err) {
	case 0:
	case connectors.Hidden, connectors.Refused, connectors.Gone:
		return nil
	default:
		return err
	}
	if answer.Count > len(answer.Watchers) { // who may not see them sees themselves at most
		return nil
	}
	h.WatchersSet, h.Watchers = true, []string{}
	for i := range answer.Watchers {
		rd.learn(&answer.Watchers[i])
		h.Watchers = append(h.Watchers, answer.Watchers[i].id())
	}
	return nil
}
