package outbox

import (
	"context"
	"errors"

	"slabridge/config/message"
	"slabridge/connectors"
)

// update sends an update. Redmine takes any and leaves fields alone in silence: those that the comment tells of go
// first and are read back, and the comment tells of what stands. It is the last request, so its mark says that all was
// done. The tracker shows the same as after one request, for it makes an entry of its own of a private note.
func (s *issueSink) update(ctx context.Context, w connectors.Write) error {
	d := s.writer.desk
	fields, comment, ok := w.Split()
	if !ok {
		return d.tracker.Update(ctx, w)
	}
	err := connectors.Doubt(d.tracker.Update(ctx, fields))
	var e *connectors.Error
	refused := errors.As(err, &e) && e.Class == connectors.Refused && e.Doubtful
	if err != nil && !refused {
		return err
	}
	comment.Comment = comment.Comment.Untold(s.leftAlone(ctx, fields))
	err = d.tracker.Update(ctx, comment)
	// refused by what may stand before the tracker: the answer to the comment, which is as doubtful, counts. What is left
	// of a request knows that a part of it was done.
	if refused || s.rest != nil {
		return err
	}
	return afterFields(err)
}

// leftAlone are the fields of an accepted update that the issue does not have. Where it cannot be read nothing is known
// of any.
func (s *issueSink) leftAlone(ctx context.Context, fields connectors.Write) []string {
	var out []string
	after, err := s.writer.desk.tracker.History(ctx, fields.Issue)
	refused := connectors.Verify(fields, s.writer.desk.names.Self.ID, s.before, after).Refused
	if err != nil {
		refused = fields.Asked()
	}
	for _, x := range refused {
		out = append(out, x.Field)
	}
	return out
}

// afterFields makes a failure that came after the fields were set one of unknown outcome: the comment must still be
// written, in the words of the ledger.
func afterFields(err error) error {
	var e *connectors.Error
	if errors.As(err, &e) && e.Class != connectors.Unknown {
		e.Class, e.Hint = connectors.Unknown, message.Of("a part of the update was done")
	}
	return err
}
