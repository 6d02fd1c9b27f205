package jira

import (
	"context"
	"errors"
	"net/http"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/rest"
)

// Retract implements connectors.Tracker. It is made internal in the way that the connection is configured with; to be
// erased, it is deleted. A comment of somebody else's is left alone though the account's rights might allow more.
func (wr *writer) Retract(ctx context.Context, issue, event string, how connectors.Retraction) error {
	c := wr.client.Call(ctx, message.Of("take back %s of issue %s", event, issue), rest.AtIssue)
	if err := c.CheckID(issue); err != nil {
		return err
	}
	comment, err := c.CheckComment(event, "comment:")
	if err != nil {
		return err
	}
	me, err := wr.myself(ctx)
	if err != nil {
		return err
	}
	path := "/rest/api/2/issue/" + issue + "/comment/" + comment
	var w wireComment
	if _, err := c.Get(path, nil, &w); err != nil {
		return wr.classify(ctx, err)
	}
	if w.Author.id() != me.id() {
		return c.Fail(connectors.Refused, message.New("it is not ours"))
	}
	done, err := wr.turns.Take(ctx, issue)
	if err != nil {
		return c.Fail(connectors.TryLater, err)
	}
	defer done()
	switch {
	case how == connectors.Erased:
		err = wr.write(c, http.MethodDelete, issue, path, nil)
	case wr.internal == jsmInternal:
		err = wr.write(c, http.MethodPut, issue, "/rest/api/2/comment/"+comment+"/properties/"+publicProperty,
			map[string]any{"internal": true})
	default:
		var v map[string]any
		if v, err = restriction(wr.internal); err != nil {
			return c.Fail(connectors.Refused, err)
		}
		// no properties: those would go
		err = wr.write(c, http.MethodPut, issue, path, map[string]any{"body": w.Body, "visibility": v})
	}
	var e *connectors.Error
	if errors.As(err, &e) && e.Class == connectors.Refused {
		e.Hint = message.Of(hintTakeBack)
	}
	return err
}
