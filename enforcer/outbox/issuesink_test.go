package outbox

import (
	"slices"
	"strings"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer/ledger"
)

// TestWithoutOurs: what a write did is told by what the issue had when it left. The clock by which its beginning was
// noted may have been wrong by more than the write took.
func TestWithoutOurs(t *testing.T) {
	at := time.Date(2026, 3, 31, 9, 4, 30, 0, time.UTC)
	h := connectors.History{Events: []connectors.Event{
		{ID: "ours, long ago", At: at.Add(-time.Hour), Author: "we"},
		{ID: "theirs", At: at.Add(-time.Minute), Author: "they"},
		{ID: "ours", At: at, Author: "we"},
		{ID: "theirs, meanwhile", At: at.Add(time.Second), Author: "they"},
	}}
	all := "ours, long ago|theirs|ours|theirs, meanwhile"
	for _, c := range []struct {
		name, knew string
		skew       time.Duration
		want       string
	}{
		{"it knew the last before it", "theirs", 0, "ours, long ago|theirs|theirs, meanwhile"},
		{"and the clock was fast", "theirs", 12 * time.Minute, "ours, long ago|theirs|theirs, meanwhile"},
		{"and the clock was slow", "theirs", -2 * time.Hour, "ours, long ago|theirs|theirs, meanwhile"},
		{"there was nothing before", connectors.NoBaseEvent, 12 * time.Minute, "theirs|theirs, meanwhile"},
		{"from before that was noted", "", 0, "ours, long ago|theirs|theirs, meanwhile"},
		{"from before that was noted, and the clock was fast", "", 12 * time.Minute, all},
		{"what it knew was deleted", "deleted", 0, "ours, long ago|theirs|theirs, meanwhile"},
	} {
		w := ledger.Write{BeganAt: at.Add(c.skew), Request: connectors.Write{BaseEvent: c.knew}}
		var got []string
		for _, e := range withoutOurs(h, "we", w).Events {
			got = append(got, e.ID)
		}
		if strings.Join(got, "|") != c.want {
			t.Errorf("%s: %q", c.name, got)
		}
	}
	if !slices.ContainsFunc(h.Events, func(e connectors.Event) bool { return e.ID == "ours" }) {
		t.Error("the history itself was changed")
	}
	if h.Newest() != "theirs, meanwhile" || (connectors.History{}).Newest() != connectors.NoBaseEvent {
		t.Errorf("newest %q", h.Newest())
	}
}
