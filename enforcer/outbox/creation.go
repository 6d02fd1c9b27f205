package outbox

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/enforcer/ledger"
)

// Make makes the issue that an entry calls for, unless it is there already: an answer may have been lost, or the ledger
// restored from before it was made. plan renders it without people whom the tracker refuses as assignees. An entry
// whose issue was made and left unlike it gets its assignee corrected. It gives the id of an issue that is new to the
// ledger.
func (w *Writer) Make(
	ctx context.Context, e ledger.Entry, since time.Time, plan func(unassignable map[string]bool) connectors.NewIssue,
) (id string, err error) {
	for again := true; again && err == nil; {
		issue := plan(w.desk.unassignable)
		if active, aerr := w.desk.active(ctx, issue.Assign); !active || aerr != nil {
			err = aerr
			continue
		}
		if e.Made() != "" {
			again, err = w.amend(ctx, issue, e)
		} else {
			id, again, err = w.create(ctx, issue, e, since)
		}
		if again && err == nil {
			e, err = w.ledger.Get(ctx, e.ID)
		}
	}
	return id, err
}

func (w *Writer) create(
	ctx context.Context, issue connectors.NewIssue, e ledger.Entry, since time.Time,
) (id string, again bool, err error) {
	// the installation in a mark does not matter, as with comments
	id, found, err := w.desk.tracker.FindCreated(ctx, issue.Project, e.Key.ID(), since)
	if err != nil {
		return "", false, err
	}
	if !found {
		id = ""
	}
	e.Facts.Against = strings.Join([]string{issue.Project, w.desk.projectDigest(issue.Project), "-"}, " ")
	s := &creationSink{desk: w.desk, id: id}
	again, err = w.deliver(ctx, s, delivery{request: connectors.Write{Create: &issue}, entries: []ledger.Entry{e}})
	return s.id, again, err
}

// creationSink makes one issue.
type creationSink struct {
	desk *desk
	id   string // of the issue; "" while there is none
}

// Send makes the issue, unless it is there.
func (s *creationSink) Send(ctx context.Context, w ledger.Write) (err error) {
	if s.id != "" {
		return nil
	}
	s.id, err = s.desk.tracker.Create(ctx, *w.Request.Create)
	return s.desk.ruleOutAssignee(w.Request.Create.Assign, err)
}

// errNotMade is what the ledger says of an issue that the tracker named as the one that was made, and that is another.
var errNotMade = message.New(
	"the tracker named an issue that is not the one that was to be made, and that one is not found yet")

// Verify reads the issue back; it is there whether or not it can be read now. What the tracker made otherwise than it
// was asked to is a refusal; what people changed since is not. An answer may be another request's: an issue that is not
// ours, or not there, is looked for by its mark.
func (s *creationSink) Verify(ctx context.Context, w ledger.Write) (*connectors.Receipt, error) {
	n := *w.Request.Create
	h, err := s.desk.readBack(ctx, s.id)
	class := connectors.ClassOf(err)
	if class == connectors.Gone || class == connectors.Hidden || err == nil && s.isNot(n, h.Issue) {
		id, found, ferr := s.desk.tracker.FindCreated(ctx, n.Project, n.Mark, w.BeganAt.Add(-lookAfter))
		switch {
		case found && ferr == nil:
			s.id = id
			h, err = s.desk.readBack(ctx, id)
		case err == nil:
			s.id = ""
			return nil, errors.Join(errNotMade, ferr)
		case ferr == nil: // it may be out of our sight: to make it again could make it twice
			s.id = ""
			gone := connectors.Refusal{Field: "issue", Wanted: n.Subject, Words: err.Error()}
			s.desk.report.Problem("", false, "%v", err)
			return &connectors.Receipt{Refused: []connectors.Refusal{gone}}, nil
		}
	}
	receipt := connectors.Receipt{Issue: s.id}
	if err != nil {
		s.desk.report.Problem("", false, "%v", err)
		return &receipt, nil
	}
	receipt.Refused = connectors.VerifyNew(n, h.Initial())
	s.desk.report.receipt(h.Issue.Key, receipt, s.desk.names)
	return &receipt, nil
}

// isNot reports whether an issue is surely not the one that was to be made: somebody else's, or another of ours.
func (s *creationSink) isNot(n connectors.NewIssue, i connectors.Issue) bool {
	if i.Author != s.desk.names.Self.ID {
		return i.Author != ""
	}
	return i.Subject != n.Subject && !connectors.Bears(i.Description, n.Mark)
}

// Find looks for the issue by its mark. It is looked for in a list, which may come from a stale search index.
func (s *creationSink) Find(ctx context.Context, w ledger.Write) (Found, error) {
	n := w.Request.Create
	id, found, err := s.desk.tracker.FindCreated(ctx, n.Project, n.Mark, w.BeganAt.Add(-lookAfter))
	if err != nil || !found {
		return Found{Lag: s.desk.tracker.Capabilities().Lag}, err
	}
	s.id = id
	r, err := s.Verify(ctx, w)
	return Found{Receipt: r}, err
}

// amend asks once more for what the tracker left undone of an issue that was made, as far as that can be changed: its
// assignee. The rest is held against what people have made of it since.
func (w *Writer) amend(ctx context.Context, asked connectors.NewIssue, e ledger.Entry) (again bool, err error) {
	h, there, err := w.desk.read(ctx, e.Made(), w.clock())
	if err != nil || !there { // the next pass sees that it is gone
		return false, err
	}
	request := connectors.Write{Issue: e.Made()}
	if slices.ContainsFunc(connectors.VerifyNew(asked, h.Issue.Values), func(x connectors.Refusal) bool {
		return x.Field == connectors.FieldAssignee
	}) {
		request.Assign = &asked.Assign
	}
	s := &amendSink{issueSink{writer: w, key: h.Issue.Key, before: h}, asked}
	return w.deliver(ctx, s, delivery{request: request, entries: []ledger.Entry{e}, about: e.IssueKey})
}

// amendSink brings an issue that was made nearer to what was asked for.
type amendSink struct {
	issueSink
	asked connectors.NewIssue
}

// Verify holds the whole issue against what was asked for.
func (s *amendSink) Verify(ctx context.Context, w ledger.Write) (*connectors.Receipt, error) {
	after, err := s.writer.desk.readBack(ctx, w.Issue)
	if err != nil {
		return nil, err
	}
	receipt := connectors.Receipt{Issue: w.Issue, Refused: connectors.VerifyNew(s.asked, after.Issue.Values)}
	s.writer.report.receipt(after.Issue.Key, receipt, s.writer.desk.names)
	return &receipt, nil
}
