package calendar

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Interval is working time within one day, [From, To).
type Interval struct {
	From, To TimeOfDay
}

// String returns 09:00-18:00.
func (i Interval) String() string { return i.From.String() + "-" + i.To.String() }

// Week holds the working hours of each weekday, indexed by time.Weekday. A
// weekday with two intervals has a break; one without any is not worked.
type Week [7][]Interval

var weekdayNames = [7]string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"}

// longestDay is the working time of the weekday that has most.
func (w Week) longestDay() time.Duration {
	var longest time.Duration
	for _, intervals := range w {
		var worked time.Duration
		for _, i := range intervals {
			worked += time.Duration(i.To-i.From) * time.Second
		}
		longest = max(longest, worked)
	}
	return longest
}

// ParseWeek reads working hours as people write them:
//
//	Mon-Fri 09:00-18:00
//	Mon-Fri 10:00-14:00, 15:00-19:00
//	Mon-Thu 09:00-18:00; Fri 09:00-16:45; Sat,Sun 10:00-12:00
//
// Groups of days are parted by semicolons or line ends; no day may come twice.
func ParseWeek(text string) (Week, error) {
	var week Week
	groups := strings.FieldsFunc(text, func(r rune) bool { return r == ';' || r == '\n' })
	for _, group := range groups {
		group = strings.TrimSpace(group)
		if group == "" {
			continue
		}
		days, hours, _ := strings.Cut(group, " ")
		weekdays, err := parseWeekdays(days)
		if err != nil {
			return Week{}, err
		}
		intervals, err := ParseIntervals(hours)
		if err != nil {
			return Week{}, fmt.Errorf("hours of %s: %w", days, err)
		}
		for _, d := range weekdays {
			if week[d] != nil {
				return Week{}, fmt.Errorf("%s is given twice in %q", weekdayNames[d], text)
			}
			week[d] = slices.Clone(intervals)
		}
	}
	if err := week.Validate(); err != nil {
		return Week{}, err
	}
	return week, nil
}

// ParseIntervals reads the hours of one day, "10:00-14:00, 15:00-19:00".
func ParseIntervals(text string) ([]Interval, error) {
	var list []Interval
	for part := range strings.SplitSeq(text, ",") {
		from, to, ok := strings.Cut(strings.TrimSpace(part), "-")
		if !ok {
			return nil, fmt.Errorf("%q is not an interval; write 09:00-18:00", strings.TrimSpace(part))
		}
		var i Interval
		var err error
		if i.From, err = ParseTimeOfDay(strings.TrimSpace(from)); err != nil {
			return nil, err
		}
		if i.To, err = ParseTimeOfDay(strings.TrimSpace(to)); err != nil {
			return nil, err
		}
		list = append(list, i)
	}
	return list, validateIntervals(list)
}

func parseWeekdays(text string) ([]time.Weekday, error) {
	var list []time.Weekday
	for part := range strings.SplitSeq(text, ",") {
		first, last, ranged := strings.Cut(part, "-")
		from, err := parseWeekday(first)
		if err != nil {
			return nil, err
		}
		to := from
		if ranged {
			if to, err = parseWeekday(last); err != nil {
				return nil, err
			}
		}
		for d := from; ; d = (d + 1) % 7 {
			if slices.Contains(list, d) {
				return nil, fmt.Errorf("%s is given twice in %q", weekdayNames[d], text)
			}
			list = append(list, d)
			if d == to {
				break
			}
		}
	}
	return list, nil
}

func parseWeekday(s string) (time.Weekday, error) {
	for i, name := range weekdayNames {
		if strings.EqualFold(s, name) {
			return time.Weekday(i), nil
		}
	}
	return 0, fmt.Errorf("%q is not a weekday; write Mon, Tue, Wed, Thu, Fri, Sat or Sun, or a range like Mon-Fri", s)
}

// Validate reports a week without any working time, and intervals that are
// empty, reversed, unordered, overlapping or past 24:00.
func (w Week) Validate() error {
	worked := false
	for d, list := range w {
		if err := validateIntervals(list); err != nil {
			return fmt.Errorf("hours of %s: %w", weekdayNames[d], err)
		}
		worked = worked || len(list) > 0
	}
	if !worked {
		return errors.New("the week has no working hours; write for example Mon-Fri 09:00-18:00")
	}
	return nil
}

func validateIntervals(list []Interval) error {
	end := TimeOfDay(0)
	for n, i := range list {
		switch {
		case i.From < 0 || i.To > Midnight:
			return fmt.Errorf("%v does not lie within 00:00-24:00", i)
		case i.From >= i.To:
			return fmt.Errorf("%v does not end after it begins; hours over midnight are written in two parts, as "+
				"22:00-24:00 and 00:00-06:00", i)
		case n > 0 && i.From < end:
			return fmt.Errorf("%v begins before the interval in front of it ends", i)
		}
		end = i.To
	}
	return nil
}

// String returns the week as ParseWeek reads it, Monday first.
func (w Week) String() string { return w.text(weekdayNames) }

func (w Week) text(names [7]string) string {
	var b strings.Builder
	for i := 0; i < 7; {
		from := (i + 1) % 7
		last := i
		for last+1 < 7 && slices.Equal(w[from], w[(last+2)%7]) {
			last++
		}
		if len(w[from]) > 0 {
			if b.Len() > 0 {
				b.WriteString("; ")
			}
			b.WriteString(names[from])
			if last > i {
				b.WriteString("-" + names[(last+1)%7])
			}
			for n, interval := range w[from] {
				if n > 0 {
					b.WriteByte(',')
				}
				b.WriteString(" " + interval.String())
			}
		}
		i = last + 1
	}
	return b.String()
}

// hours returns the intervals of a working day on the given weekday. A weekday
// that is not worked in an ordinary week, a moved working Saturday for
// instance, takes the hours of the day whose place it takes; where that is not
// known or not worked either, those of the nearest weekday before it.
func (w Week) hours(day, instead time.Weekday) []Interval {
	if len(w[day]) > 0 {
		return w[day]
	}
	if len(w[instead]) > 0 {
		return w[instead]
	}
	for back := 1; back < 7; back++ {
		if list := w[(int(day)-back+7)%7]; len(list) > 0 {
			return list
		}
	}
	return nil
}

// shorten takes d of working time from the end of a day's intervals: the last
// one is cut and, when it is cut away entirely, the one before it.
func shorten(list []Interval, d time.Duration) []Interval {
	rest := TimeOfDay(d / time.Second)
	if rest <= 0 {
		return list
	}
	list = slices.Clone(list)
	for len(list) > 0 && rest > 0 {
		last := &list[len(list)-1]
		if length := last.To - last.From; length <= rest {
			rest -= length
			list = list[:len(list)-1]
			continue
		}
		last.To -= rest
		rest = 0
	}
	return list
}
