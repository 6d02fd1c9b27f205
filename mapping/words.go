package mapping

import (
	"fmt"
	"strings"
	"time"

	"slabridge/config/message"
	"slabridge/enforcer"
)

// The words that texts are made of beside their templates: moments, amounts, days, periods, counts and sums.

// moment writes a moment as a letter does, with the zone said:
// "27 ноября 2026 г., 12:40 (время Алматы, UTC+5)".
// Seconds are cut: they matter to nobody, and what is promised is never later than what is owed.
func moment(t time.Time, lang string) string {
	if t.IsZero() {
		return ""
	}
	return message.Date(lang, "15:04 on 2 January 2006", t) + " (" + zoneName(t, lang) + ")"
}

func zoneName(t time.Time, lang string) string {
	zone := t.Location().String()
	if zone == "UTC" {
		return zone
	}
	_, seconds := t.Zone()
	if known, ok := zoneWords[zone]; ok {
		return message.Say(lang, known) + ", " + utcOffset(seconds)
	}
	zone = strings.ReplaceAll(zone, "_", " ")
	city := zone[strings.LastIndexByte(zone, '/')+1:]
	return message.Say(lang, "%s time%.0s", city, zone) + ", " + utcOffset(seconds)
}

func utcOffset(seconds int) string {
	sign := "+"
	if seconds < 0 {
		sign, seconds = "−", -seconds
	}
	s := fmt.Sprintf("UTC%s%d", sign, seconds/3600)
	if m := seconds % 3600 / 60; m != 0 {
		s += fmt.Sprintf(":%02d", m)
	}
	return s
}

// amount writes a stretch of counting time: "1 час 20 минут рабочего времени".
// Round the clock it is plain time.
// Whole minutes are told, or seconds when there is less than one.
func amount(d time.Duration, lang string, always bool) string {
	var parts []string
	add := func(n time.Duration, format message.Format) {
		if n != 0 {
			parts = append(parts, message.Say(lang, format, int(n)))
		}
	}
	add(d/time.Hour, "%d hours")
	add(d%time.Hour/time.Minute, "%d minutes")
	if len(parts) == 0 {
		add(d%time.Minute/time.Second, "%d seconds")
	}
	s := strings.Join(parts, " ")
	if s == "" || always {
		return s
	}
	return message.Say(lang, "%s of working time", s)
}

// comesIn says what it means for the request that a role is called in.
func comesIn(r enforcer.Role, lang string) string { return message.Say(lang, comesInWords[r]) }

func quoted(s, lang string) string { return message.Say(lang, "“%s”", s) }

// day writes a day as a letter does: "27 ноября 2026 года".
func day(t time.Time, lang string) string { return message.Date(lang, "2 January 2006", t) }

// date writes a tracker's YYYY-MM-DD; anything else stays as it is, escaped.
func date(s, lang string) string {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return EscapeMarkup(s)
	}
	return day(t, lang)
}

// span writes the whole days of [from, to) in the zone, either of which may be open.
func span(from, to time.Time, zone *time.Location, lang string) string {
	first, last := day(from.In(zone), lang), day(to.Add(-time.Second).In(zone), lang)
	switch {
	case from.IsZero() && to.IsZero():
		return ""
	case to.IsZero():
		return message.Say(lang, "from %s", first)
	case from.IsZero():
		return message.Say(lang, "to %s", last)
	}
	return message.Say(lang, "from %s to %s", first, last)
}

// PeriodName writes the id of a contract's period as people call it:
// "2026-Q3" is "III квартал 2026 г." or "Q3 2026",
// "2026-11" a month, "2026" a year, and "2026-11-01T09:00", the moment at which a period of a cron line began, is its
// day. What is none of these stays as it is.
func PeriodName(id, lang string) string {
	if year, q, ok := strings.Cut(id, "-Q"); ok && len(q) == 1 && q >= "1" && q <= "4" {
		if t, err := time.Parse("2006", year); err == nil {
			return message.Say(lang, quarterWords[q[0]-'1'], t.Year())
		}
	}
	if t, err := time.Parse("2006", id); err == nil {
		return message.Say(lang, "%d (a year)", t.Year())
	}
	if t, err := time.Parse("2006-01", id); err == nil {
		return message.Say(lang, monthWords[t.Month()-1], t.Year())
	}
	for _, layout := range []string{"2006-01-02T15:04", time.DateOnly} {
		if t, err := time.Parse(layout, id); err == nil {
			return day(t, lang)
		}
	}
	return id
}

// times says how often: "2 раза"; "" for never.
func times(n int, lang string) string {
	switch {
	case n <= 0:
		return ""
	case n == 1:
		return message.Say(lang, "once")
	case n == 2:
		return message.Say(lang, "twice")
	}
	return message.Say(lang, "%d times", n)
}

// share writes hundredths; "" for none.
func share(hundredths int, lang string) string {
	if hundredths == 0 {
		return ""
	}
	return message.Say(lang, "%d%%", hundredths)
}

// sum writes a decimal number in groups of three digits, whole where it is; what is no such number stays as it is,
// escaped.
func sum(s, lang string) string {
	whole, fraction, point := strings.Cut(s, ".")
	digits := strings.TrimPrefix(whole, "-")
	if strings.Trim(digits+fraction, "0123456789") != "" || digits == "" || point && fraction == "" {
		return EscapeMarkup(s)
	}
	var b strings.Builder
	b.WriteString(whole[:len(whole)-len(digits)])
	for i, c := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(message.Say(lang, ","))
		}
		b.WriteRune(c)
	}
	if strings.Trim(fraction, "0") != "" {
		b.WriteString(message.Say(lang, ".") + fraction)
	}
	return b.String()
}
