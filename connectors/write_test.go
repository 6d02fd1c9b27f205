package connectors_test

import (
	"encoding/json"
	"strings"
	"testing"

	"slabridge/connectors"
)

// What ledgers in the field hold of a write is read by these names.
func TestWriteKeepsItsStoredNames(t *testing.T) {
	w := connectors.Write{Issue: "17", BaseEvent: "journal:5", Comment: &connectors.Comment{Text: "x", Mark: "m"}}
	const stored = `{"Issue":"17","Comment":{"Text":"x","Internal":false,"Mark":"m"},"Assign":null,` +
		`"Priority":null,"Status":null,"Fields":null,"Watchers":null,"Knew":"journal:5"}`
	if got, err := json.Marshal(w); err != nil || string(got) != stored {
		t.Errorf("stored as\n%s (%v), want\n%s", got, err, stored)
	}
}

func TestKindOfAuthAndInternal(t *testing.T) {
	k := connectors.Kind{
		Auth:     []connectors.AuthWay{{Secret: "token", User: true}, {Secret: "pat"}},
		Internal: []string{"desk", "role:NAME"},
	}
	for _, c := range []struct {
		keys []string
		want string // the way's secret; "" for none
	}{
		{[]string{"user", "token"}, "token"},
		{[]string{"file", "user"}, "token"},
		{[]string{"pat"}, "pat"},
		{[]string{"file"}, "pat"},
		{[]string{"token"}, ""},
		{[]string{"user"}, ""},
		{[]string{"user", "pat"}, ""},
		{[]string{"pat", "file"}, ""},
		{[]string{"user", "token", "pat"}, ""},
		{nil, ""},
	} {
		if way, ok := k.Way(c.keys); way.Secret != c.want || ok != (c.want != "") {
			t.Errorf("%v: %+v (%v), want %q", c.keys, way, ok, c.want)
		}
	}
	for way, want := range map[string]bool{
		"desk": true, "role:Team": true, "role:": false, "role:NAME": true, "role": false, "desk:x": false, "group:x": false,
		"": false,
	} {
		if k.KeepsInternal(way) != want {
			t.Errorf("%q keeps comments internal: %v, want %v", way, !want, want)
		}
	}
	for usual, ways := range map[string][]string{"": {"desk", "role:NAME"}, "only": {"only"}} {
		if got := (connectors.Kind{Internal: ways}).UsualInternal(); got != usual {
			t.Errorf("of %v %q is usual, want %q", ways, got, usual)
		}
	}
	if got := (connectors.Kind{Internal: []string{"role:NAME"}}).UsualInternal(); got != "" {
		t.Errorf("%q is usual, though it needs a name", got)
	}
}

// An editor that made no-break spaces of plain ones hides no comment: it would be written again.
func TestFindMarkWithOtherSpaces(t *testing.T) {
	mark := "Исх. № 7c1f/respond/due/t9yvgbaqv46t, involve-developers/due/2gv02dbnb7nw"
	note := func(text string) connectors.History {
		return connectors.History{Events: []connectors.Event{{ID: "1", Author: "we", Note: &connectors.Note{Text: text}}}}
	}
	for _, space := range []string{" ", "\u00a0", "\u202f", "  ", "\t"} {
		text := "text\r\n\r\n" + strings.ReplaceAll(mark, " ", space)
		if _, found := note(text).FindMark("we", mark); !found {
			t.Errorf("%q: the mark is not found", text)
		}
		if _, found := note(text).FindMark("we", strings.Replace(mark, "7c1f", "7c1", 1)); found {
			t.Errorf("%q: another mark is found", text)
		}
	}
	other := strings.Replace(mark, " ", "\u00a0", 2)
	if connectors.SameMark(mark, mark[:len(mark)-4]) || !connectors.SameMark(mark, other) {
		t.Error("which marks are the same")
	}
}
