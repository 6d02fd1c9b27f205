package engine_test

import (
	"context"
	"strings"
	"testing"

	"slabridge/connectors"
	"slabridge/enforcer/engine"
	"slabridge/mapping"
)

// wikiTracker keeps what it was told to write.
type wikiTracker struct {
	connectors.Tracker
	written *[]connectors.Comment
}

func (t wikiTracker) Update(ctx context.Context, w connectors.Write) error {
	if w.Comment != nil {
		*t.written = append(*t.written, *w.Comment)
	}
	return t.Tracker.Update(ctx, w)
}

// TestCommentsOfJirasKind: every internal comment says how it is kept from customers.
func TestCommentsOfJirasKind(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	var written []connectors.Comment
	w.as = func(t connectors.Tracker) connectors.Tracker { return wikiTracker{t, &written} }
	w.restart()
	s := w.settings()
	s.Contracts[0].Mapping.Internal.Kind = "role:Service Desk Team"
	w.engine.Configure(s)
	id := w.issue("critical", "Server down")
	w.set(at("2026-03-16 14:00:01"))

	offline := w.settings()
	offline.Connections[0].Tracker = nil
	if _, err := w.engine.Sync(t.Context(), engine.SyncOptions{}); err != nil {
		t.Fatal(err)
	}
	w.engine.Configure(offline)
	plans, err := w.engine.Plan(t.Context(), w.now())
	if err != nil || len(plans) != 1 || len(plans[0].Entries) == 0 {
		t.Fatalf("planned %+v, %v", plans, err)
	}
	for _, e := range plans[0].Entries {
		if e.Write == nil || e.Write.Comment == nil || !strings.HasPrefix(e.Write.Comment.Mark, "Ref. ") {
			t.Errorf("%s/%s is planned without a mark: %+v", e.Key.Obligation, e.Key.Step, e.Write)
		}
	}

	w.engine.Configure(s)
	w.pass()
	w.passAt("2026-03-16 14:01")
	w.wantSaid(id, "+acknowledge/start", "respond/due", "involve-developers/due", "inform-management/due")
	if len(written) != 2 {
		t.Errorf("%d comments were written, want one of each audience", len(written))
	}
	for _, c := range written {
		want := ""
		if c.Internal {
			want = "role:Service Desk Team"
		}
		if c.Audience != want || !strings.HasPrefix(c.Mark, "Ref. ") || !mapping.LooksMarked(c.Text) {
			t.Errorf("internal %v: audience %q, mark %q", c.Internal, c.Audience, c.Mark)
		}
	}
}
