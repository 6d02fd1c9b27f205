package redmine

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/rest"
)

// Create implements connectors.Tracker with one POST of only what is set. Redmine takes the first type of the project
// for one that the project lacks, and leaves out a due date that the workflow makes read-only: read the issue back.
func (wr *writer) Create(ctx context.Context, n connectors.NewIssue) (string, error) {
	c := wr.client.Call(ctx, message.Of("create an issue in project %s", n.Project), rest.Elsewhere)
	body, err := encodeCreate(n)
	if err != nil {
		return "", c.Fail(connectors.Refused, err)
	}
	made, err := insist(c, http.MethodPost, "/issues.json", body, 1)
	if err != nil {
		return "", connectors.Doubt(hintCreated(err))
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
		err = message.New("an issue without a number")
	}
	return strconv.FormatInt(answer.Issue.ID, 10), err
}

// encodeCreate is the body of the POST.
func encodeCreate(n connectors.NewIssue) ([]byte, error) {
	for what, text := range map[string]string{"subject": n.Subject, "description": n.Description} {
		if err := rest.CheckText(what, text); err != nil {
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

// hintCreated explains a refusal that Redmine does not explain: to an account without the right, or for a project that
// is closed or does not exist, it only says that three fields are blank, though they were sent.
func hintCreated(err error) error {
	var e *connectors.Error
	if errors.As(err, &e) && e.Class == connectors.Refused {
		e.Hint = message.Of(hintCreate)
	}
	return err
}
