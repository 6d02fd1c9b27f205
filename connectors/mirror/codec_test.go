package mirror

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"slabridge/connectors"
)

func sampleEvent(text string) connectors.Event {
	return connectors.Event{
		ID: "journal:1725", At: time.Date(2026, 3, 2, 9, 0, 0, 250e6, time.UTC), Author: "5",
		Changes: []connectors.Change{
			{Field: connectors.FieldAssignee, To: []string{"8"}},
			{Field: "cf:3", From: []string{"a"}, To: []string{"b", "c"}, Delta: true},
		},
		Note: &connectors.Note{Text: text, Internal: true, EditedAt: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)},
		Raw:  json.RawMessage(`{"id": 1725,  "notes": "<b>&\u00e4</b>"}`), // byte for byte, blanks and all
	}
}

func TestEventsRoundTrip(t *testing.T) {
	for _, text := range []string{"", "Принтер <b>&</b> 🖨\r\n", strings.Repeat("long ", 2000)} {
		want := []connectors.Event{sampleEvent(text), {ID: "journal:1726", At: time.Unix(0, 0).UTC()}, {
			ID: "time:17", At: time.Unix(0, 0).UTC(), Work: &connectors.Work{
				Activity: "9", Spent: 1836 * time.Second,
				On: "2026-03-02",
			},
		}}
		body, err := encodeEvents(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := decodeEvents(body)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("events (-before +after):\n%s", diff)
		}
		if len(text) > deflateFrom && len(body) > 500 {
			t.Errorf("10 KB of repetitions take %d bytes", len(body))
		}
	}
}

func TestIssueRoundTrip(t *testing.T) {
	want := connectors.History{
		Issue: connectors.Issue{
			Subject: "Принтер", Description: strings.Repeat("не печатает\r\n", 200), Author: "7", Private: true,
			CreatedAt: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC),
			Values:    connectors.Values{"status": {"1"}, "cf:1": nil, "cf:2": {"a", "b"}},
			Raw:       json.RawMessage(`{"id":17}`),
		},
		Watchers: []string{"3", "4"}, WatchersSet: true, Transitions: []string{"1", "5"}, TransitionsSet: true,
	}
	body, err := encodeIssue(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := decodeIssue(body)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("issue (-before +after):\n%s", diff)
	}
	if _, ok := got.Issue.Values["cf:1"]; !ok {
		t.Error("a custom field without a value is no longer on the issue")
	}
}

func TestDamagedBodies(t *testing.T) {
	for name, body := range map[string]string{
		"empty": "", "unknown form": "\x07abc", "part longer than the body": "\x00\x20{}", "not deflated": "\x01abc",
		"cut": "\x01\xaa", "too few parts": "\x00\x01a\x02{}", "not JSON": "\x00\x01a\x02{]\x00",
		"huge length": "\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01{}",
	} {
		if _, err := decodeEvents([]byte(body)); !errors.Is(err, errBody) {
			t.Errorf("%s: error %v, want %v", name, err, errBody)
		}
	}
}

// FuzzDecodeEvents holds that no body makes the decoder panic, and that what it takes it gives back.
func FuzzDecodeEvents(f *testing.F) {
	for _, text := range []string{"", "short", strings.Repeat("long ", 400)} {
		body, err := encodeEvents([]connectors.Event{sampleEvent(text), sampleEvent("x")})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Add([]byte("\x00\x01a\x02{}\x00"))
	f.Add([]byte("\x00\x01a\x2d" + `{"at":1,"work":{"seconds":9000000000000000000}}` + "\x00"))
	f.Fuzz(func(t *testing.T, body []byte) {
		events, err := decodeEvents(body)
		if err != nil {
			return
		}
		again, err := encodeEvents(events)
		if err != nil {
			t.Fatalf("decoded but not encoded: %v", err)
		}
		back, err := decodeEvents(again)
		same := func(a, b connectors.Event) bool { return a.ID == b.ID && sameEvent(a, b) && bytes.Equal(a.Raw, b.Raw) }
		if err != nil || !slices.EqualFunc(events, back, same) {
			t.Fatalf("events changed (%v):\n%+v\n%+v", err, events, back)
		}
	})
}

// FuzzDecodeIssue is the same for issues.
func FuzzDecodeIssue(f *testing.F) {
	body, err := encodeIssue(connectors.History{Issue: connectors.Issue{
		Subject: "a",
		Values:  connectors.Values{"status": {"1"}},
	}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	f.Fuzz(func(t *testing.T, body []byte) {
		h, err := decodeIssue(body)
		if err != nil {
			return
		}
		again, err := encodeIssue(h)
		if err != nil {
			t.Fatalf("decoded but not encoded: %v", err)
		}
		if back, err := decodeIssue(again); err != nil || !sameIssue(h, back) {
			t.Fatalf("issue changed (%v):\n%+v\n%+v", err, h, back)
		}
	})
}
