package calendar

import (
	"slices"
	"strings"
	"time"

	"slabridge/config/message"
)

// Interval is working time that begins on one day, [From, To). Times from 24:00 on lie on the next day, so a shift from
// 22:00 to 06:00 is one to 30 hours.
type Interval struct {
	From, To TimeOfDay
}

// String returns 09:00-18:00, and for a shift over midnight 22:00-06:00.
func (i Interval) String() string {
	from, to := i.From, i.To
	if from >= Midnight {
		from -= Midnight
	}
	if to > Midnight {
		to -= Midnight
	}
	return from.String() + "-" + to.String()
}

// Week holds the working hours of each weekday, indexed by time.Weekday. A
// weekday with two intervals has a break; one without any is not worked. Hours
// that run over midnight belong to the weekday on which they begin.
type Week [7][]Interval

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

// latestClose is the latest time at which a day of the week closes, counted from its own midnight.
func (w Week) latestClose() TimeOfDay {
	var latest TimeOfDay
	for _, list := range w {
		if n := len(list); n > 0 {
			latest = max(latest, list[n-1].To)
		}
	}
	return latest
}

// Validate reports a week without working hours, and hours that are inverted, overlapping or longer than a day.
func (w Week) Validate() error {
	worked := false
	for d, list := range w {
		if err := validateIntervals(list); err != nil {
			return message.Errorf("hours of %s: %w", message.Weekdays[d], err)
		}
		worked = worked || len(list) > 0
		next := (d + 1) % 7
		if len(list) > 0 && len(w[next]) > 0 && list[len(list)-1].To-Midnight > w[next][0].From {
			return message.Errorf("hours of %s: %v runs into the hours of %s, %v", message.Weekdays[d], list[len(list)-1],
				message.Weekdays[next], w[next][0])
		}
	}
	if !worked {
		return message.New("the week has no working hours; write for example Mon-Fri 09:00-18:00")
	}
	return nil
}

func validateIntervals(list []Interval) error {
	end := TimeOfDay(0)
	for n, i := range list {
		switch {
		case i.From < 0 || n == 0 && i.From >= Midnight:
			return message.Errorf("%v-%v does not begin within 00:00-24:00", i.From, i.To)
		case i.From >= i.To:
			return message.Errorf("%v does not end after it begins; 00:00-24:00 is a whole day", i)
		case n > 0 && i.From < end:
			return message.Errorf("%v begins before the interval in front of it ends", i)
		case i.To > Midnight && (i.To-i.From >= Midnight || i.To >= 2*Midnight):
			return message.Errorf("%v-%v lasts a whole day or more, or ends on the day after the next", i.From, i.To)
		}
		end = i.To
	}
	return nil
}

// String returns the week as ParseWeek reads it, Monday first.
func (w Week) String() string { return w.In(message.English) }

// In returns the week with the names of its days in a language.
func (w Week) In(lang string) string {
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
			b.WriteString(message.Say(lang, message.Weekdays[from]))
			if last > i {
				b.WriteString("-" + message.Say(lang, message.Weekdays[(last+1)%7]))
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
