package calendar

import "sort"

// table holds consecutive years of one calendar: days and working intervals in
// Unix seconds, with the working seconds before each interval summed up.
type table struct {
	firstYear, lastYear int
	base                int64    // number of the first day
	midnight            int64    // at which the first day begins; before start, a shift of the day before may run
	start, end          int64    // of the first day, and past the last, as rows have them
	days                []dayRow // one a day, and one past the last
	from, to            []int64  // working intervals
	cum                 []int64  // working seconds before interval i; one more than intervals
	work                []int32  // days that are worked
	runs                []offRun // days that are not worked, neighbours together
	shorts              []shortDay
	moved               []Day          // days worked though their weekday is not
	names               map[int32]Name // of days off that are more than a weekday not worked
	emptied             map[int32]bool // days of which a shortening leaves no working time
	provisional         []bool         // by year, from firstYear
	byRule              []bool         // likewise
}

// dayRow is one day: from its midnight, or from the close of the day before where that is a shift over this midnight,
// to the next row's start. The positions are those in the table's lists of the first entry that belongs to this day or
// comes after it.
type dayRow struct {
	start  int64
	lead   int32 // seconds from midnight to start
	iv     int32
	rank   int32 // in work
	run    int32
	short  int32
	moved  int32
	worked bool
	plain  bool // 24 hours at one offset: local times are midnight plus seconds
}

// midnight is the beginning of the civil day.
func (d *dayRow) midnight() int64 { return d.start - int64(d.lead) }

// shortDay remembers when the day closes and when it would have closed.
type shortDay struct {
	Day
	close, fullClose int64
}

func (t *table) covers(s int64) bool { return s >= t.start && s < t.end }

// day returns the index of the day that s lies in, for a moment of a shift the day of its opening; s must be covered.
// A shift or a clock change moves a day's start by hours at most, so the guess is off by one or two days at worst.
func (t *table) day(s int64) int {
	i := min(int((s-t.start)/secondsPerDay), len(t.days)-2)
	for s < t.days[i].start {
		i--
	}
	for s >= t.days[i+1].start {
		i++
	}
	return i
}

func (t *table) date(day int) Date { return dateOfNumber(t.base + int64(day)) }

// open and close are those of a worked day.
func (t *table) open(day int) int64  { return t.from[t.days[day].iv] }
func (t *table) close(day int) int64 { return t.to[t.days[day+1].iv-1] }

// overMidnight reports whether the day's hours run into the next civil day.
func (t *table) overMidnight(day int) bool { return t.days[day+1].lead > 0 }

// inside reports whether s lies between the first opening and the last close
// of its day.
func (t *table) inside(day int, s int64) bool {
	return t.days[day].worked && s >= t.open(day) && s < t.close(day)
}

// unopened returns the rank of the first working day that has not opened at s,
// which lies in the given day.
func (t *table) unopened(day int, s int64) int {
	d := &t.days[day]
	if d.worked && s < t.open(day) {
		return int(d.rank)
	}
	return int(t.days[day+1].rank)
}

// worked returns the working seconds of the table before s, which must not lie
// outside it, but may be its end.
func (t *table) workedBefore(s int64) int64 {
	if s >= t.end {
		return t.cum[len(t.cum)-1]
	}
	day := t.day(s)
	i, next := t.days[day].iv, t.days[day+1].iv
	for i < next && t.to[i] <= s {
		i++
	}
	if i < next && s > t.from[i] {
		return t.cum[i] + s - t.from[i]
	}
	return t.cum[i]
}

// reach returns the earliest moment at which sum working seconds have passed;
// on a sum that ends with a close, the close. False when the table ends first.
func (t *table) reach(sum int64) (int64, bool) {
	n := len(t.from)
	if sum > t.cum[n] {
		return 0, false
	}
	lo, hi := 0, n
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if t.cum[mid+1] < sum {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return t.from[lo] + sum - t.cum[lo], true
}

// reachLast returns the latest moment before which no more than sum working
// seconds lie: on a sum that ends with a close, the next opening.
func (t *table) reachLast(sum int64) (int64, bool) {
	if sum < 0 {
		return 0, false
	}
	i := sort.Search(len(t.from), func(i int) bool { return t.cum[i+1] > sum })
	if i == len(t.from) {
		return 0, false
	}
	return t.from[i] + sum - t.cum[i], true
}
