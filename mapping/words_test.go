package mapping

import (
	"testing"
	"time"
)

func TestMomentsAsPeopleWriteThem(t *testing.T) {
	at := time.Date(2026, 11, 27, 7, 40, 9, 0, time.UTC)
	for _, c := range []struct {
		zone, lang, want string
	}{
		{"Asia/Almaty", "ru", "27 ноября 2026 г., 12:40 (время Алматы, UTC+5)"},
		{"Europe/Moscow", "ru", "27 ноября 2026 г., 10:40 (московское время, UTC+3)"},
		{"America/New_York", "ru", "27 ноября 2026 г., 02:40 (часовой пояс America/New York, UTC−5)"},
		{"Asia/Kolkata", "en", "13:10 on 27 November 2026 (Kolkata time, UTC+5:30)"},
		{"America/New_York", "en", "02:40 on 27 November 2026 (New York time, UTC−5)"},
		{"UTC", "en", "07:40 on 27 November 2026 (UTC)"},
	} {
		loc, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		if got := moment(at.In(loc), c.lang); got != c.want {
			t.Errorf("%s in %s: %q, want %q", c.zone, c.lang, got, c.want)
		}
	}
}

func TestAmounts(t *testing.T) {
	for _, c := range []struct {
		d      time.Duration
		lang   string
		always bool
		want   string
	}{
		{time.Minute, "ru", false, "1 минута рабочего времени"},
		{2 * time.Minute, "ru", false, "2 минуты рабочего времени"},
		{20 * time.Minute, "ru", false, "20 минут рабочего времени"},
		{21 * time.Minute, "ru", true, "21 минута"},
		{11*time.Hour + 12*time.Minute, "ru", true, "11 часов 12 минут"},
		{time.Hour + 30*time.Minute + 59*time.Second, "ru", false, "1 час 30 минут рабочего времени"},
		{22 * time.Hour, "ru", true, "22 часа"},
		{111 * time.Hour, "ru", true, "111 часов"},
		{30 * time.Second, "ru", false, "30 секунд рабочего времени"},
		{time.Hour + time.Minute, "en", false, "1 hour 1 minute of working time"},
		{3 * time.Minute, "en", true, "3 minutes"},
		{0, "en", true, ""},
	} {
		if got := amount(c.d, c.lang, c.always); got != c.want {
			t.Errorf("%v in %s: %q, want %q", c.d, c.lang, got, c.want)
		}
	}
}

func TestClauses(t *testing.T) {
	for _, c := range []struct{ source, ru, en string }{
		{"п. 8", "п. 8", "clause 8"},
		{"3", "п. 3", "clause 3"},
		{"2.3, 1.8", "п. 2.3, 1.8", "clauses 2.3, 1.8"},
		{"п. 2.3, п. 1.8", "п. 2.3, п. 1.8", "clauses 2.3, 1.8"},
		{"пп. 8, 9, 12, 13", "пп. 8, 9, 12, 13", "clauses 8, 9, 12, 13"},
		{"Порядок 3.4", "Порядок 3.4", "section “Порядок”, 3.4"},
		{"Приём 3.3, Приём 3.4", "Приём 3.3, Приём 3.4", "section “Приём”, 3.3, 3.4"},
		{"п. 1.7, Порядок 3.4", "п. 1.7, Порядок 3.4", "clause 1.7; section “Порядок”, 3.4"},
		{"абзац о Redmine", "абзац о Redmine", "paragraph on Redmine"},
		{"п. 8, minor", "п. 8, minor", "clause 8; minor"},
		{"annex B", "annex B", "annex B"},
		{"", "", ""},
	} {
		if ru, en := Clause(c.source, "ru"), Clause(c.source, "en"); ru != c.ru || en != c.en {
			t.Errorf("clause %q: %q and %q, want %q and %q", c.source, ru, en, c.ru, c.en)
		}
	}
}

func TestMomentsThatPeopleTyped(t *testing.T) {
	zone := time.FixedZone("+05", 5*3600)
	for _, c := range []struct {
		in, want string // RFC 3339, "" when it cannot be read
		dateOnly bool
	}{
		{"2026-11-27 12:40", "2026-11-27T12:40:00+05:00", false},
		{" 2026-11-27  12:40:09 ", "2026-11-27T12:40:09+05:00", false},
		{"27.11.2026 12:40", "2026-11-27T12:40:00+05:00", false},
		{"2026-11-27T07:40:00Z", "2026-11-27T07:40:00Z", false},
		{"2026-11-27T12:40", "2026-11-27T12:40:00+05:00", false},
		{"2026-11-27", "2026-11-27T00:00:00+05:00", true},
		{"27.11.2026", "2026-11-27T00:00:00+05:00", true},
		{"2026-02-30", "", false},
		{"11/27/2026", "", false},
		{"soon", "", false},
	} {
		at, dateOnly, ok := parseMoment(c.in, zone)
		got := ""
		if ok {
			got = at.Format(time.RFC3339)
		}
		if got != c.want || dateOnly != c.dateOnly {
			t.Errorf("%q is %q (date only: %v), want %q", c.in, got, dateOnly, c.want)
		}
	}
}

// FuzzParseMoment: what is taken for a moment is one, and is told again as it was read.
func FuzzParseMoment(f *testing.F) {
	for _, s := range []string{
		"2026-11-27 12:40", "27.11.2026", "2026-11-27T07:40:00Z", "0", "2026-11-27T24:00",
		"9999999999", "2026-11-27 12:40:61",
	} {
		f.Add(s)
	}
	zone := time.FixedZone("+05", 5*3600)
	f.Fuzz(func(t *testing.T, s string) {
		at, dateOnly, ok := parseMoment(s, zone)
		if !ok {
			if dateOnly || !at.IsZero() {
				t.Errorf("%q is no moment, but %v", s, at)
			}
			return
		}
		layout := time.RFC3339Nano
		if dateOnly {
			layout = time.DateOnly
		}
		again, only, ok := parseMoment(at.Format(layout), zone)
		if !ok || only != dateOnly || !again.Equal(at) {
			t.Errorf("%q is %v, and that is %v", s, at, again)
		}
	})
}
