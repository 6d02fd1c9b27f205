package main

import (
	"bytes"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"slabridge/config/message"
)

// TestReadAloud: what a newcomer meets first is said once, in words, and by titles.
func TestReadAloud(t *testing.T) {
	t.Parallel()
	const missing = "there is no preset \"x\"; there are endocs, "
	for _, c := range []struct{ args, english, russian string }{
		{
			"contract show kamal", "priority top (beyond the text)",
			"назначить ведущего поддержки (сверх текста), " +
				"поставить высший приоритет (сверх текста)",
		},
		{
			"contract show kamal", "clause 8; несущественные недостатки: minor defects",
			"2 рабочих дня, пока в работе",
		},
		{
			"contract show x", "slabridge: " + missing,
			"slabridge: готового договора \"x\" нет; есть endocs, ",
		},
		{
			"ledger retry abc", "retry: takes no argument, and \"abc\" is one; usage: slabridge ledger retry",
			"retry: аргументов не принимает, а задан \"abc\"; так: slabridge ledger retry",
		},
	} {
		for lang, want := range map[string]string{"en": c.english, "ru": c.russian} {
			var out bytes.Buffer
			newApp(strings.NewReader(""), &out, &out, time.Now).run(append(strings.Fields(c.args), "--lang", lang))
			if said := strings.Join(strings.Fields(out.String()), " "); !strings.Contains(said, want) {
				t.Errorf("%s --lang %s does not say %q:\n%s", c.args, lang, want, out.String())
			}
		}
	}
}

// TestUnknownEntryAloud: an entry that is not there is named once, and by what it is.
func TestUnknownEntryAloud(t *testing.T) {
	t.Parallel()
	d := newOffice(t)
	d.want(exitOK, "enforce")
	contains(t, "ledger show", d.run("ledger", "show", "zzz").err, "slabridge: entry zzz: not in the ledger")
	contains(t, "ledger show", d.run("ledger", "show", "zzz", "--lang", "ru").err,
		"slabridge: запись zzz: нет в журнале")
}

// TestMissingRightAloud: the right is called as the tracker's screens call it, in the reader's language.
func TestMissingRightAloud(t *testing.T) {
	t.Parallel()
	said := message.Recall("ru", "our account lacks the right \"Set notes as private\" (set_notes_private) in this "+
		"project: the comment would be public, or could not be read back")
	contains(t, "the reason", said,
		"нет права «Размещение приватных комментариев» (set_notes_private) в этом проекте")
}

// TestUnreachableAloud: the connection is named once.
func TestUnreachableAloud(t *testing.T) {
	t.Parallel()
	d := newOffice(t)
	var out, errs bytes.Buffer
	a := d.app(&out, &errs)
	a.transport = roundTrip(func(*http.Request) (*http.Response, error) { return nil, errors.New("connection refused") })
	code := a.run([]string{"--config", d.file("slabridge.yaml"), "--lang", "en", "sync"})
	if said := errs.String(); code == exitOK || strings.Count(said, "helpdesk: ") != 1 {
		t.Errorf("exit code %d: %s", code, said)
	}
}
