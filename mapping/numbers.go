package mapping

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The words for days, periods, counts and sums, in Russian and English.

// nbsp keeps a number and what belongs to it on one line.
const nbsp = "\u00a0"

// day writes a day as a contract names it: "27.11.2026".
func day(t time.Time, lang string) string {
	if lang == russian {
		return t.Format("02.01.2006")
	}
	return t.Format("2 January 2006")
}

// date writes a tracker's YYYY-MM-DD; anything else stays as it is, made Plain.
func date(s, lang string) string {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Plain(s)
	}
	return day(t, lang)
}

// span writes the whole days of [from, to) in the zone, either of which may be open.
func span(from, to time.Time, zone *time.Location, lang string) string {
	words := [2]string{"from ", "to "}
	if lang == russian {
		words = [2]string{"с ", "по "}
	}
	var parts []string
	if !from.IsZero() {
		parts = append(parts, words[0]+day(from.In(zone), lang))
	}
	if !to.IsZero() {
		parts = append(parts, words[1]+day(to.Add(-time.Second).In(zone), lang))
	}
	return strings.Join(parts, " ")
}

var (
	quarters   = [4]string{"I", "II", "III", "IV"}
	monthNames = [12]string{"январь", "февраль", "март", "апрель", "май", "июнь", "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь"}
)

// PeriodName writes the id of a contract's period as people call it: "2026-Q3" is "III квартал 2026 г." or "Q3 2026",
// "2026-11" a month, "2026" a year, and "2026-11-01T09:00", the moment at which a period of a cron line began, is its
// day. What is none of these stays as it is.
func PeriodName(id, lang string) string {
	if year, q, ok := strings.Cut(id, "-Q"); ok && len(q) == 1 && q >= "1" && q <= "4" {
		if t, err := time.Parse("2006", year); err == nil {
			if lang == russian {
				return fmt.Sprintf("%s квартал %d г.", quarters[q[0]-'1'], t.Year())
			}
			return fmt.Sprintf("Q%s %d", q, t.Year())
		}
	}
	if t, err := time.Parse("2006", id); err == nil {
		if lang == russian {
			return fmt.Sprintf("%d год", t.Year())
		}
		return id
	}
	if t, err := time.Parse("2006-01", id); err == nil {
		if lang == russian {
			return fmt.Sprintf("%s %d г.", monthNames[t.Month()-1], t.Year())
		}
		return t.Format("January 2006")
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
	case lang == russian:
		return fmt.Sprintf("%d %s", n, plural(n, [3]string{"раз", "раза", "раз"}))
	case n == 1:
		return "once"
	case n == 2:
		return "twice"
	}
	return fmt.Sprintf("%d times", n)
}

// share writes hundredths; "" for none.
func share(hundredths int, lang string) string {
	switch {
	case hundredths == 0:
		return ""
	case lang == russian:
		return strconv.Itoa(hundredths) + nbsp + "%"
	}
	return strconv.Itoa(hundredths) + "%"
}

// sum writes a decimal number in groups of three digits, whole where it is; what is no such number stays as it is,
// made Plain.
func sum(s, lang string) string {
	whole, fraction, point := strings.Cut(s, ".")
	digits := strings.TrimPrefix(whole, "-")
	if strings.Trim(digits+fraction, "0123456789") != "" || digits == "" || point && fraction == "" {
		return Plain(s)
	}
	group, mark := ",", "."
	if lang == russian {
		group, mark = nbsp, ","
	}
	var b strings.Builder
	b.WriteString(whole[:len(whole)-len(digits)])
	for i, c := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(group)
		}
		b.WriteRune(c)
	}
	if strings.Trim(fraction, "0") != "" {
		b.WriteString(mark + fraction)
	}
	return b.String()
}
