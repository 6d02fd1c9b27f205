package calendar

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"slabridge/config/message"
)

// ParseWeek reads working hours as people write them:
//
//	Mon-Fri 09:00-18:00
//	Mon-Fri 10:00-14:00, 15:00-19:00
//	Mon-Thu 09:00-18:00; Fri 09:00-16:45; Sat,Sun 10:00-12:00
//	Пн – Пт 09:00 – 18:00
//	Mon-Fri 22:00-06:00
//	24x7
//
// Groups of days are parted by semicolons, line ends or commas. Weekdays are English or Russian, in short or in full.
// An interval that ends before it begins is a shift over midnight; two parts of at most 16 hours together that meet
// at midnight, as in `Mon-Fri 22:00-24:00; Tue-Sat 00:00-06:00`, are one as well. Longer ones stay calendar days.
func ParseWeek(text string) (Week, error) {
	var week Week
	if RoundTheClock(text) {
		for d := range week {
			week[d] = []Interval{{To: Midnight}}
		}
		return week, nil
	}
	groups, err := cutGroups(text)
	if err != nil {
		return Week{}, err
	}
	for _, g := range groups {
		intervals, err := ParseIntervals(strings.Join(g.hours, ","))
		if err != nil {
			return Week{}, message.Errorf("hours of %s: %w", strings.Join(g.days, ","), err)
		}
		weekdays, err := parseWeekdays(g.days)
		if err != nil {
			return Week{}, err
		}
		for _, d := range weekdays {
			if week[d], err = besides(week[d], intervals); err != nil {
				return Week{}, message.Errorf("%s is given twice in %q", message.Weekdays[d], text)
			}
		}
	}
	week = week.joinShifts()
	if err := week.Validate(); err != nil {
		return Week{}, err
	}
	return week, nil
}

// RoundTheClock reports whether the hours are written as 24x7 or 24/7.
func RoundTheClock(hours string) bool {
	switch strings.ToLower(strings.TrimSpace(hours)) {
	case "24x7", "24х7", "24×7", "24/7": // the second with a Cyrillic letter
		return true
	}
	return false
}

// group is some weekdays and their hours, not read yet.
type group struct{ days, hours []string }

// cutGroups parts the text: a piece between commas that begins with a letter names days, and those behind hours begin
// another group.
func cutGroups(text string) ([]group, error) {
	var out []group
	for _, line := range strings.FieldsFunc(dashes.Replace(text), func(r rune) bool { return r == ';' || r == '\n' }) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		out = append(out, group{})
		for piece := range strings.SplitSeq(line, ",") {
			g := &out[len(out)-1]
			days, hours := piece, ""
			if at := strings.IndexFunc(piece, unicode.IsDigit); at >= 0 {
				days, hours = piece[:at], piece[at:]
			}
			days = strings.Trim(days, " \t:")
			if days != "" {
				if len(g.hours) > 0 {
					out = append(out, group{})
					g = &out[len(out)-1]
				}
				g.days = append(g.days, days)
			}
			if hours != "" || days == "" {
				g.hours = append(g.hours, strings.TrimSpace(hours))
			}
		}
		for _, g := range out {
			if len(g.days) == 0 {
				return nil, message.Errorf("%q has hours without a weekday; write Mon-Fri 09:00-18:00", strings.TrimSpace(line))
			}
		}
	}
	return out, nil
}

// dashes makes every dash that people write between two times or days a hyphen, and a special space an ordinary one.
var dashes = strings.NewReplacer("–", "-", "—", "-", "‒", "-", "‐", "-", "‑", "-", "−", "-",
	"\u00a0", " ", "\u202f", " ")

// besides puts intervals among those that a day has already. An error means that they overlap.
func besides(have, more []Interval) ([]Interval, error) {
	all := slices.Concat(have, more)
	slices.SortFunc(all, func(a, b Interval) int { return int(a.From - b.From) })
	return all, validateIntervals(all)
}

// longestJoined bounds how long two parts may be together that are one shift over midnight.
const longestJoined = 16 * secondsPerHour

// joinShifts makes one shift of two parts that meet at midnight: it belongs to the day on which it begins.
func (w Week) joinShifts() Week {
	out := w
	for d := range w {
		next := (d + 1) % 7
		if len(w[d]) == 0 || len(w[next]) == 0 {
			continue
		}
		evening, morning := w[d][len(w[d])-1], w[next][0]
		if evening.To != Midnight || morning.From != 0 || evening.To-evening.From+morning.To > longestJoined {
			continue
		}
		last := len(out[d]) - 1
		out[d] = append(slices.Clone(out[d][:last]), Interval{From: evening.From, To: Midnight + morning.To})
		if out[next] = out[next][1:]; len(out[next]) == 0 {
			out[next] = nil
		}
	}
	return out
}

// ParseIntervals reads the hours of one day, "10:00-14:00, 15:00-19:00" or, over midnight, "22:00-02:00, 03:00-07:00".
// Behind an interval that reaches midnight the next ones are the next day's, up to 16 hours after the shift's opening.
func ParseIntervals(text string) ([]Interval, error) {
	var list []Interval
	shift := -1 // where in list the shift over midnight begins
	for part := range strings.SplitSeq(text, ",") {
		i, err := parseInterval(strings.TrimSpace(part))
		if err != nil {
			return nil, err
		}
		if n := len(list); n > 0 && list[n-1].To >= Midnight {
			if shift < 0 {
				shift = n - 1
			}
			if i.From < Midnight {
				i.From, i.To = i.From+Midnight, i.To+Midnight
			}
			switch {
			case i.To-list[shift].From > longestJoined:
				return nil, message.Errorf(
					"%v comes behind midnight; a shift over midnight in parts lasts 16 hours at most, and its "+
						"parts stand in order",
					i,
				)
			case i.From == Midnight && list[n-1].To == Midnight:
				list[n-1].To = i.To
				continue
			}
		}
		list = append(list, i)
	}
	return list, validateIntervals(list)
}

// parseInterval reads one interval; one that ends before it begins ends on the next day.
func parseInterval(text string) (Interval, error) {
	from, to, ok := strings.Cut(dashes.Replace(text), "-")
	if !ok {
		return Interval{}, message.Errorf("%q is not an interval; write 09:00-18:00", text)
	}
	var i Interval
	var err error
	if i.From, err = ParseTimeOfDay(strings.TrimSpace(from)); err != nil {
		return Interval{}, err
	}
	if i.To, err = ParseTimeOfDay(strings.TrimSpace(to)); err != nil {
		return Interval{}, err
	}
	if i.To < i.From {
		i.To += Midnight
	}
	return i, nil
}

// parseWeekdays reads names of weekdays and ranges of them.
func parseWeekdays(parts []string) ([]time.Weekday, error) {
	var list []time.Weekday
	for _, part := range parts {
		first, last, ranged := strings.Cut(part, "-")
		from, err := ParseWeekday(first)
		if err != nil {
			return nil, err
		}
		to := from
		if ranged {
			if to, err = ParseWeekday(last); err != nil {
				return nil, err
			}
		}
		for d := from; ; d = (d + 1) % 7 {
			if slices.Contains(list, d) {
				return nil, message.Errorf("%s is given twice in %q", message.Weekdays[d], strings.Join(parts, ","))
			}
			list = append(list, d)
			if d == to {
				break
			}
		}
	}
	return list, nil
}

// weekdayWords are the names that ParseWeekday knows beside those of the language's short list.
var weekdayWords = [7][]string{
	{"Sunday", "воскресенье"},
	{"Monday", "понедельник"},
	{"Tuesday", "Tues", "вторник"},
	{"Wednesday", "среда"},
	{"Thursday", "Thur", "Thurs", "четверг"},
	{"Friday", "пятница"},
	{"Saturday", "суббота"},
}

// ParseWeekday reads the name of a weekday in any case: in short in each language, in full in English or Russian.
func ParseWeekday(s string) (time.Weekday, error) {
	name := strings.TrimSuffix(strings.TrimSpace(s), ".")
	for d, words := range weekdayWords {
		same := func(word string) bool { return strings.EqualFold(name, word) }
		short := func(lang string) bool { return same(message.Say(lang, message.Weekdays[d])) }
		if slices.ContainsFunc(message.Languages, short) || slices.ContainsFunc(words, same) {
			return time.Weekday(d), nil
		}
	}
	return 0, message.Errorf("%q is not a weekday; write Mon, Tue, Wed, Thu, Fri, Sat or Sun, or a range like Mon-Fri", s)
}
