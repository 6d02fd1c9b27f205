package notify

import "testing"

// How many there are cannot be taken for the number of a request, and takes its form.
func TestSummaryCounts(t *testing.T) {
	many := func(n int, e Event) (out []Event) {
		for range n {
			out = append(out, e)
		}
		return out
	}
	for _, c := range []struct {
		missed, held, late int
		en, ru             string
	}{
		{5, 0, 0, "5 deadlines missed", "нарушено 5 сроков"},
		{2, 1, 0, "2 deadlines missed, 1 write held", "нарушено 2 срока, задержана 1 запись"},
		{
			21, 22, 1, "21 deadlines missed, 22 writes held, slabridge is late",
			"нарушен 21 срок, задержаны 22 записи, slabridge отстаёт",
		},
		{0, 0, 2, "Slabridge is late (2)", "Slabridge отстаёт (2)"},
	} {
		events := append(many(c.missed, Event{Kind: Due}), many(c.held, Event{Kind: Held})...)
		events = append(events, many(c.late, Event{Kind: Late})...)
		for lang, want := range map[string]string{"en": c.en, "ru": capital(c.ru)} {
			if got := summary(events, lang); got != want {
				t.Errorf("%s: %q, want %q", lang, got, want)
			}
		}
	}
}
