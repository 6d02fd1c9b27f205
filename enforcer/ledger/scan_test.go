package ledger

import (
	"errors"
	"testing"
	"time"

	"slabridge/connectors"
)

// TestKeysAsPeopleReadThem: the parts of a row's key one beside the other, numbers in full; what is no key stays as it
// stands.
func TestKeysAsPeopleReadThem(t *testing.T) {
	for key, want := range map[string]string{
		`["helpdesk","17",3]`:       "helpdesk 17 3",
		`["helpdesk"]`:              "helpdesk",
		`[1773655200000000001]`:     "1773655200000000001",
		`["с пробелом","x\n"]`:      "с пробелом x\n",
		`[]`:                        "",
		`helpdesk 17`:               "helpdesk 17",
		`{"connection":"helpdesk"}`: `{"connection":"helpdesk"}`,
	} {
		if got := readable(key); got != want {
			t.Errorf("%s reads %q, want %q", key, got, want)
		}
	}
}

// TestAnswersAsTheyStand: an answer is read with all that was kept of it; one that somebody damaged is an error, and
// never an answer that lacks something.
func TestAnswersAsTheyStand(t *testing.T) {
	at := time.Date(2026, 3, 16, 10, 0, 0, 0, time.UTC)
	const receipt = `{"Event":"journal:9"}`
	a, err := scanAnswer(row(at.UnixMilli(), "7", "accepted", "", receipt))
	if err != nil || !a.At.Equal(at) || a.Watcher != "7" || a.Class != 0 || a.Receipt == nil ||
		a.Receipt.Event != "journal:9" {
		t.Errorf("an accepted one: %+v, %v", a, err)
	}
	for _, class := range []connectors.Class{connectors.Refused, connectors.TryLater, connectors.Unknown} {
		a, err := scanAnswer(row(at.UnixMilli(), "", outcomeText(class), "no", nil))
		if err != nil || a.Class != class || a.Error != "no" || a.Receipt != nil {
			t.Errorf("%s: %+v, %v", class, a, err)
		}
	}
	broken := errors.New("broken disk")
	for name, scan := range map[string]func(...any) error{
		"an outcome nobody knows": row(at.UnixMilli(), "", "perhaps", "", receipt),
		"half a receipt":          row(at.UnixMilli(), "", "accepted", "", receipt[:9]),
		"no row":                  func(...any) error { return broken },
	} {
		if a, err := scanAnswer(scan); err == nil {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
	}
	if _, err := scanAnswer(func(...any) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("a broken disk: %v", err)
	}
}
