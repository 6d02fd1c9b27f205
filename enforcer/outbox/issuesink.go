package outbox

import (
	"context"
	"slices"
	"strings"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/enforcer/ledger"
)

// issueSink sends one request to an issue of the tracker; the issue's marks and history show what became of it.
type issueSink struct {
	writer  *Writer
	key     string             // of the issue, as people type it
	before  connectors.History // as read just ahead of the request
	rest    *connectors.Write  // what is left of a request that was cut short; nil for a whole one
	tooLate TooLate            // asked about what is left of a request

	sent connectors.Write     // without the fields that the tracker refused
	left []connectors.Refusal // what was refused on the way without refusing the whole
}

// errUnseen is what the ledger says of a request that was accepted and of which reading back showed nothing.
var errUnseen = message.New("the tracker accepted it, and nothing of it is to be seen yet")

// Send adds the watchers, which Redmine's update has no place for, and then makes everything else at once.
func (s *issueSink) Send(ctx context.Context, w ledger.Write) error {
	s.sent = w.Request
	if s.rest != nil {
		return s.resume(ctx)
	}
	if err := s.addWatchers(ctx, w); err != nil || !s.sent.HasUpdate() {
		return err
	}
	err := s.update(ctx, s.sent)
	for {
		rest, refused := withoutFields(s.sent, err)
		if len(refused) == 0 {
			break
		}
		// an error may be wrong: a comment that is there is not posted again
		if stands, lookErr := s.stands(ctx); stands || lookErr != nil {
			return lookErr
		}
		s.sent, s.left = rest, append(s.left, refused...)
		err = s.update(ctx, s.sent)
	}
	return s.refuseAllBut(ctx, s.writer.desk.replanned(s.sent, err))
}

// addWatchers adds them one by one. A refused one does not keep the rest from being written; one who was added in this
// pass, by a request that had to be planned anew, watches already.
func (s *issueSink) addWatchers(ctx context.Context, w ledger.Write) error {
	d := s.writer.desk
	for _, person := range w.Request.Watchers {
		if slices.Contains(d.added[w.Issue], person) {
			continue
		}
		err := d.tracker.AddWatcher(ctx, w.Issue, person)
		if mayBeUntrue(err) && connectors.ClassOf(err) != connectors.Refused { // once more does no harm, and is told at once
			err = d.tracker.AddWatcher(ctx, w.Issue, person)
		}
		o := ledger.Outcome{Class: connectors.ClassOf(err)}
		if err != nil {
			o.Error = err.Error()
		}
		if lerr := d.ledger.Watched(ctx, d.clock(), w.ID, person, o); lerr != nil {
			return lerr
		}
		switch {
		case o.Class == connectors.Refused:
			s.left = append(s.left, connectors.Refusal{Field: "watcher", Wanted: person, Words: o.Error})
		case err != nil:
			return err
		default:
			d.added[w.Issue] = append(d.added[w.Issue], person)
		}
	}
	return nil
}

// stands reports whether the request's comment is there already.
func (s *issueSink) stands(ctx context.Context) (bool, error) {
	if s.sent.Comment == nil {
		return false, nil
	}
	h, err := s.writer.desk.tracker.History(ctx, s.sent.Issue)
	_, there := h.FindMark(s.writer.desk.names.Self.ID, s.sent.Comment.Mark)
	if err == nil && !there {
		err = keptBack(h)
	}
	return there, err
}

// keptBack is an error for an issue of which the tracker returns fewer items than it counts: what is missing may be
// there.
func keptBack(h connectors.History) error {
	if len(h.Missing) == 0 {
		return nil
	}
	return &connectors.Error{
		Op: message.Of("look for our comment in issue %s", h.Issue.Key), Class: connectors.TryLater,
		Err: message.Errorf("the tracker keeps back a part of the issue (%s)", strings.Join(h.Missing, "; ")),
	}
}

// assigned is whom a write assigns, "" for nobody.
func assigned(w connectors.Write) string {
	if w.Assign == nil {
		return ""
	}
	return *w.Assign
}

// Verify reads the issue back.
func (s *issueSink) Verify(ctx context.Context, w ledger.Write) (*connectors.Receipt, error) {
	d := s.writer.desk
	after, err := d.readBack(ctx, w.Issue)
	if err != nil {
		return nil, err
	}
	receipt := connectors.Verify(s.sent, d.names.Self.ID, s.before, after)
	if s.rest == nil {
		s.reportOverrun(after)
		// the tracker changed nothing, or the read came from a stale replica
		if len(receipt.Refused) > 0 && s.unseen(after, receipt) {
			return &receipt, errUnseen
		}
	}
	for _, x := range s.left {
		if !x.DoneAfterAll(after) && !slices.ContainsFunc(receipt.Refused, func(y connectors.Refusal) bool {
			return y.Field == x.Field && y.Wanted == x.Wanted
		}) {
			receipt.Refused = append(receipt.Refused, x)
		}
	}
	return s.writer.told(ctx, after.Issue, receipt)
}

// reportOverrun tells what people set between the reading before the request and the request itself.
func (s *issueSink) reportOverrun(after connectors.History) {
	for _, c := range connectors.Overrun(s.sent, s.writer.desk.names.Self.ID, s.before, after) {
		s.writer.report.Problem(after.Issue.Key, true,
			"somebody set %s to %q a moment before our write changed it to %q: set it back, or let 'slabridge ledger revert "+
				"--issue %s' do it",
			c.Field, one(c.From), one(c.To), after.Issue.Key)
	}
}

// unseen reports whether nothing of the request is to be seen: its comment is not there and none of its fields was
// changed by us or, of one without a comment, the issue reads as it did before. What else moved the issue, an earlier
// request of ours among that, proves nothing of this one.
func (s *issueSink) unseen(after connectors.History, r connectors.Receipt) bool {
	if s.sent.Comment != nil {
		_, half := s.sent.Rest(s.writer.desk.names.Self.ID, s.before, after)
		return r.Event == "" && !half
	}
	known := map[string]bool{}
	for _, e := range s.before.Events {
		known[e.ID] = true
	}
	return !after.Issue.UpdatedAt.After(s.before.Issue.UpdatedAt) &&
		!slices.ContainsFunc(after.Events, func(e connectors.Event) bool {
			return e.Author == s.writer.desk.names.Self.ID && !known[e.ID]
		})
}

// Find looks for what the request has done to the issue: its mark decides or, without one, the fields.
func (s *issueSink) Find(ctx context.Context, w ledger.Write) (Found, error) {
	d := s.writer.desk
	after, err := d.tracker.History(ctx, w.Issue)
	switch class := connectors.ClassOf(err); {
	case class == connectors.Gone, class == connectors.Hidden:
		return Found{Gone: err}, d.mirror.Vanished(ctx, w.Issue, class, d.now)
	case err != nil:
		return Found{}, err
	}
	if err := d.mirror.Store(ctx, after, d.now); err != nil {
		return Found{}, err
	}
	before := withoutOurs(after, d.names.Self.ID, w)
	receipt := connectors.Verify(w.Request, d.names.Self.ID, before, after)
	// an accepted write may stay unseen while reads are stale; only after resendAfter is it taken for ignored
	leftAlone := w.Accepted() && !d.now.Before(lostAt(w, 0))
	if leftAlone || receipt.Public || wasDone(w.Request, receipt) {
		r, err := s.writer.told(ctx, after.Issue, receipt)
		return Found{Receipt: r}, err
	}
	if err := keptBack(after); err != nil {
		return Found{}, err
	}
	found := Found{About: after.Issue.Key}
	if rest, half := w.Request.Rest(d.names.Self.ID, before, after); half {
		found.Rest = func(ctx context.Context) (Sink, error) {
			if err := s.inTime(ctx, w); err != nil {
				return nil, err
			}
			may, err := s.mayResume(ctx, rest, after.Issue)
			if err != nil || !may {
				return nil, err
			}
			return &issueSink{writer: s.writer, key: after.Issue.Key, before: before, rest: &rest}, nil
		}
	}
	return found, nil
}

// inTime is errTooLate when what is left of the request tells of a deadline to come that has passed.
func (s *issueSink) inTime(ctx context.Context, w ledger.Write) error {
	for _, id := range w.Entries {
		e, err := s.writer.ledger.Get(ctx, id)
		if err != nil {
			return err
		}
		late, err := s.tooLate(ctx, e)
		if err != nil {
			return err
		}
		if late {
			return errTooLate
		}
	}
	return nil
}

// mayResume reports whether the rest of a request may be written; it waits as long as an alarm or a missing right
// forbids it.
func (s *issueSink) mayResume(ctx context.Context, rest connectors.Write, issue connectors.Issue) (bool, error) {
	a := s.writer.alarms
	if a.block != nil || rest.Comment.Internal && a.leak != nil {
		return false, nil
	}
	why, err := s.writer.desk.refuseInternal(ctx, rest, issue.Values.One(connectors.FieldProject))
	if why != "" {
		s.writer.report.Problem(issue.Key, true, "the rest of a write is held: %s", message.Kept(why))
	}
	return why == "", err
}

// withoutOurs is a history without our own changes since the write. If the write does not name its base event, times
// decide: our changes from about its beginning on are left out.
func withoutOurs(h connectors.History, self string, w ledger.Write) connectors.History {
	known := slices.IndexFunc(h.Events, func(e connectors.Event) bool { return e.ID == w.Request.BaseEvent })
	began := w.BeganAt.Add(-lookAfter)
	all := h.Events
	h.Events = nil
	for i, e := range all {
		later := i > known
		if known < 0 && w.Request.BaseEvent != connectors.NoBaseEvent { // or it was taken back since
			later = !e.At.Before(began)
		}
		if !later || e.Author != self {
			h.Events = append(h.Events, e)
		}
	}
	return h
}

// wasDone reports whether the receipt shows that the update was done at all: its comment is there or, for one without a
// comment, some field has what was asked for.
func wasDone(w connectors.Write, r connectors.Receipt) bool {
	if w.Comment != nil {
		return r.Event != ""
	}
	asked := len(w.Fields) + len(w.Watchers)
	for _, p := range []*string{w.Assign, w.Priority, w.Status} {
		if p != nil {
			asked++
		}
	}
	return len(r.Refused) < asked
}
