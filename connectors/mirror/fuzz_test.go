package mirror

import (
	"reflect"
	"testing"
	"time"

	"slabridge/connectors"
)

// FuzzDecodeDirectory: the names behind the ids, as a damaged file may hold them, are an error or a value that stays
// the same when written and read again.
func FuzzDecodeDirectory(f *testing.F) {
	for _, d := range []connectors.Directory{
		{},
		{
			ReadAt: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), Self: connectors.Account{ID: "5", Login: "sla-bot"},
			People: []connectors.Person{{ID: "6", Name: "Иван", Roles: map[string][]string{"1": {"Support"}}}},
		},
	} {
		body, err := encodeOne(d)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Add([]byte("\x00\x02{}"))
	f.Fuzz(func(t *testing.T, body []byte) {
		var d connectors.Directory
		if decodeOne(body, &d) != nil {
			return
		}
		stays(t, d)
		var p connectors.Person
		if decodeOne(body, &p) == nil {
			stays(t, p)
		}
	})
}

// stays fails the test when a value that was read is another one after it was written and read again.
func stays[T any](t *testing.T, v T) {
	t.Helper()
	body, err := encodeOne(v)
	if err != nil {
		return // a year that JSON cannot tell is refused when written
	}
	var back T
	if err := decodeOne(body, &back); err != nil {
		t.Fatalf("written and not readable: %v", err)
	}
	again, err := encodeOne(back)
	if err != nil || !reflect.DeepEqual(body, again) {
		t.Fatalf("%+v came back as %+v (%v)", v, back, err)
	}
}
