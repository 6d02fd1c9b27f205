package redmine

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/rest"
)

// Retract implements connectors.Tracker with one PUT of the journal. Of an account that may edit its notes and not set
// them as private Redmine takes the wish to hide one with 204 and leaves it alone. A note that stands alone is deleted
// with its text; of one beside changes the changes stay.
func (wr *writer) Retract(ctx context.Context, issue, event string, how connectors.Retraction) error {
	c := wr.client.Call(ctx, message.Of("take back %s of issue %s", event, issue), rest.AtIssue)
	if err := c.CheckID(issue); err != nil {
		return err
	}
	journal, err := c.CheckComment(event, "journal:")
	if err != nil {
		return err
	}
	change := map[string]any{"private_notes": true}
	if how == connectors.Erased {
		change = map[string]any{"notes": ""}
	}
	body, err := json.Marshal(map[string]any{"journal": change})
	if err != nil {
		return c.Fail(connectors.Refused, err)
	}
	err = wr.write(c, http.MethodPut, issue, "/journals/"+journal+".json", body, staleTries)
	var e *connectors.Error
	if errors.As(err, &e) && e.Status == http.StatusForbidden {
		e.Hint = message.Of(hintTakeBack)
	}
	return err
}
