package mapping

import (
	"testing"
	"time"
)

func TestPeriodNames(t *testing.T) {
	for _, c := range []struct{ id, ru, en string }{
		{"2026-Q3", "III квартал 2026 г.", "Q3 2026"},
		{"2026-Q1", "I квартал 2026 г.", "Q1 2026"},
		{"2026-11", "ноябрь 2026 г.", "November 2026"},
		{"2026", "2026 год", "2026"},
		{"2026-11-01T09:00", "1 ноября 2026 года", "1 November 2026"},
		{"2026-11-01", "1 ноября 2026 года", "1 November 2026"},
		{"III квартал 2026 г.", "III квартал 2026 г.", "III квартал 2026 г."}, // words stay
		{"2026-Q5", "2026-Q5", "2026-Q5"},
		{"2026-13", "2026-13", "2026-13"},
		{"", "", ""},
	} {
		if ru, en := PeriodName(c.id, "ru"), PeriodName(c.id, "en"); ru != c.ru || en != c.en {
			t.Errorf("period %q: %q and %q, want %q and %q", c.id, ru, en, c.ru, c.en)
		}
	}
}

func TestCountsAndSums(t *testing.T) {
	for _, c := range []struct{ what, got, want string }{
		{"never", times(0, "ru"), ""},
		{"once", times(1, "ru"), "1 раз"},
		{"twice", times(2, "ru"), "2 раза"},
		{"five times", times(5, "ru"), "5 раз"},
		{"eleven times", times(11, "ru"), "11 раз"},
		{"22 times", times(22, "ru"), "22 раза"},
		{"once in English", times(1, "en"), "once"},
		{"thrice in English", times(3, "en"), "3 times"},
		{"share", share(80, "ru"), "80\u00a0%"},
		{"share in English", share(112, "en"), "112%"},
		{"no share", share(0, "en"), ""},
		{"sum", sum("1500000", "ru"), "1\u00a0500\u00a0000"},
		{"sum with a fraction", sum("1500000.50", "ru"), "1\u00a0500\u00a0000,50"},
		{"whole sum with a fraction", sum("1500000.00", "ru"), "1\u00a0500\u00a0000"},
		{"sum in English", sum("1500000.50", "en"), "1,500,000.50"},
		{"small sum", sum("999", "en"), "999"},
		{"a thousand", sum("-1000", "en"), "-1,000"},
		{"no number", sum("a lot, #7", "en"), "a lot, ＃7"},
		{"half a number", sum("12,5", "en"), "12,5"},
		{"no sum", sum("", "ru"), ""},
		{"date", date("2026-11-30", "ru"), "30 ноября 2026 года"},
		{"date in English", date("2026-11-30", "en"), "30 November 2026"},
		{"no date", date("soon", "en"), "soon"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.what, c.got, c.want)
		}
	}
}

func TestSpans(t *testing.T) {
	zone := time.FixedZone("+05", 5*3600)
	from, to := time.Date(2026, 1, 1, 0, 0, 0, 0, zone).UTC(), time.Date(2027, 1, 1, 0, 0, 0, 0, zone).UTC()
	for _, c := range []struct {
		from, to time.Time
		ru, en   string
	}{
		{from, to, "с 1 января 2026 года по 31 декабря 2026 года", "from 1 January 2026 to 31 " +
			"December 2026"},
		{from, time.Time{}, "с 1 января 2026 года", "from 1 January 2026"},
		{time.Time{}, to, "по 31 декабря 2026 года", "to 31 December 2026"},
		{time.Time{}, time.Time{}, "", ""},
	} {
		if ru, en := span(c.from, c.to, zone, "ru"), span(c.from, c.to, zone, "en"); ru != c.ru || en != c.en {
			t.Errorf("%v to %v: %q and %q, want %q and %q", c.from, c.to, ru, en, c.ru, c.en)
		}
	}
}
