package outbox

import (
	"context"
	"errors"
	"maps"
	"slices"

	"slabridge/connectors"
)

// leftOut are the fields of one issue that its tracker refused in this pass, with its words: they are not asked for
// again.
type leftOut struct {
	words map[string]string
	// guessed: the tracker named no field, and whether it was one of these shows when the rest is taken.
	guessed bool
}

// refusedFields are the fields of the write that an error names, by name.
func refusedFields(w connectors.Write, err error) map[string]connectors.RefusedField {
	out := map[string]connectors.RefusedField{}
	var e *connectors.Error
	if errors.As(err, &e) && e.Class == connectors.Refused {
		for _, f := range e.Fields {
			if w.Sets(f.Field) {
				out[f.Field] = f
			}
		}
	}
	return out
}

// withoutFields takes out of a refused update the fields that ride along and are named by the refusal, or all of them
// where it names nothing of the update: a field of the wrong kind must not cost a comment. It gives what the tracker
// said of each; none where nothing would be left.
func withoutFields(w connectors.Write, err error) (connectors.Write, []connectors.Refusal) {
	var e *connectors.Error
	if !errors.As(err, &e) || e.Class != connectors.Refused || e.Doubtful {
		return w, nil
	}
	named := refusedFields(w, err)
	var fields []string
	var refused []connectors.Refusal
	for _, field := range slices.Sorted(maps.Keys(w.Fields)) {
		f, is := named[field]
		if !is && len(named) > 0 {
			continue
		}
		if !is {
			f.Words = err.Error()
		}
		fields = append(fields, field)
		refused = append(refused, connectors.Refusal{Field: field, Wanted: w.Fields[field], Words: f.Words})
	}
	rest := w.Without(fields...)
	if !rest.HasUpdate() {
		return w, nil
	}
	return rest, refused
}

// resume sends what is left of a request that was cut short, without the fields that the tracker names as refused: its
// words are in the ledger, and are not rendered anew.
func (s *issueSink) resume(ctx context.Context) error {
	err := s.update(ctx, *s.rest)
	named := slices.Collect(maps.Keys(refusedFields(*s.rest, err)))
	if less := s.rest.Without(named...); len(named) > 0 && less.HasUpdate() {
		if stands, lookErr := s.stands(ctx); stands || lookErr != nil {
			return lookErr
		}
		err = s.update(ctx, less)
	}
	return s.refuseComment(ctx, err)
}

// refuseComment makes an accepted request of one whose fields were done before its rest was refused: the ledger says
// what was done, so that it can be taken back.
func (s *issueSink) refuseComment(ctx context.Context, err error) error {
	if connectors.ClassOf(err) != connectors.Refused {
		return err
	}
	if stands, lookErr := s.stands(ctx); stands || lookErr != nil {
		return lookErr
	}
	s.left = append(s.left, connectors.Refusal{Field: "comment", Wanted: "written", Words: err.Error()})
	s.sent.Comment = nil
	return nil
}

// refuseAllBut makes an accepted request of one that was refused after watchers were added: of that the ledger must not
// say that nothing was done.
func (s *issueSink) refuseAllBut(ctx context.Context, err error) error {
	if connectors.ClassOf(err) != connectors.Refused || errors.As(err, new(replan)) || !s.watched() {
		return err
	}
	if stands, lookErr := s.stands(ctx); stands || lookErr != nil {
		return lookErr
	}
	if s.sent.Comment != nil {
		s.left = append(s.left, connectors.Refusal{Field: "comment", Wanted: "written", Words: err.Error()})
	}
	for _, x := range s.sent.Asked() {
		x.Words = err.Error()
		s.left = append(s.left, x)
	}
	s.sent = connectors.Write{Issue: s.sent.Issue, Watchers: s.sent.Watchers}
	return nil
}

// watched reports whether a watcher of the request was added.
func (s *issueSink) watched() bool {
	return slices.ContainsFunc(s.sent.Watchers, func(person string) bool {
		return slices.Contains(s.writer.desk.added[s.sent.Issue], person)
	})
}
