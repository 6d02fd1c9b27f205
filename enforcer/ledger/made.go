package ledger

import (
	"context"
	"database/sql"

	"slabridge/config/message"
	"slabridge/enforcer"
)

// takes reports why the write cannot carry the entry out beside one with another key.
func (w *Write) takes(e Entry, beside enforcer.StepKey) error {
	switch creates := w.Request.Create != nil; {
	case e.Key.Connection != beside.Connection || e.Key.Issue != beside.Issue:
		return message.New("is of another")
	case creates && (e.Key.Issue != "" || w.Issue != ""):
		return message.New("has an issue, and the write makes one")
	case !creates && (w.Issue == "" || (e.Key.Issue != "" && e.Key.Issue != w.Issue)):
		return message.New("is of another")
	}
	return nil
}

// unmade makes sure that an entry that is to make an issue has made none: of a creation of which the tracker left
// something undone, the rest may be tried again, and never the creation.
func unmade(ctx context.Context, tx *sql.Tx, e Entry) error {
	was, err := get(ctx, tx, e.ID)
	if err != nil {
		return err
	}
	if was.Made() != "" {
		return message.Errorf("begin to make an issue: %w: %s has made issue %s", ErrMade, e.describe(), was.Made())
	}
	return nil
}
