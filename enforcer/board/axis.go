package board

import (
	"slices"
	"sort"
	"time"
)

// axis places moments on a picture, from left to right. Between two neighbours of at it is linear.
type axis struct {
	at    []time.Time
	x     []float64
	bands []band
}

// band is a stretch of the calendar that is worked or is not.
type band struct {
	from, to time.Time
	off      bool
	names    []string // of what is not worked: nights, days off
}

// The measures of a picture, in its own units, which are pixels where there is room.
const (
	axisWidth  = 1120
	nightWidth = 18 // of a stretch that is not worked, without a whole day off in it
	offWidth   = 74 // of one with such a day: its label must fit
	leastDay   = 44 // of a worked stretch
	mostDays   = 14000
	leastPiece = 13 // of what is worked and lies between two marks, when it is a minute or longer
	leastBlink = 6  // when it is shorter, or is not worked
)

// days is how many whole days the band covers.
func (b *band) days() (n int) {
	y, m, d := b.from.Date()
	day := time.Date(y, m, d, 0, 0, 0, 0, b.from.Location())
	if day.Before(b.from) {
		day = day.AddDate(0, 0, 1)
	}
	for ; !day.AddDate(0, 0, 1).After(b.to); day = day.AddDate(0, 0, 1) {
		n++
	}
	return n
}

// bandsOf joins the stretches of a calendar that are not worked and follow on each other.
func bandsOf(calendar []Stretch) []band {
	var out []band
	for _, s := range calendar {
		off, n := s.Kind != StretchCounting, len(out)
		if n > 0 && off && out[n-1].off {
			out[n-1].to = s.To
			if !slices.Contains(out[n-1].names, s.Name) {
				out[n-1].names = append(out[n-1].names, s.Name)
			}
			continue
		}
		out = append(out, band{s.From, s.To, off, []string{s.Name}})
	}
	return out
}

// workingAxis gives working time its true length. What is not worked is as wide as its label or its marks need, and
// what lies between two marks is wide enough to be seen, however short it is.
func workingAxis(calendar []Stretch, marks []time.Time) axis {
	a := axis{bands: bandsOf(calendar)}
	worked, days, room := time.Duration(0), 0, float64(axisWidth)
	for i := range a.bands {
		if b := &a.bands[i]; b.off {
			room -= b.width(marks)
		} else {
			worked += b.to.Sub(b.from)
			days++
		}
	}
	least := float64(days) * min(leastDay, mostDays/float64(max(days, 1)))
	for try := room; ; try -= a.width() - axisWidth { // what is drawn wider is taken from the rest
		a.layOut(marks, max(try, least)/max(worked.Seconds(), 1))
		if try <= least || a.width() <= axisWidth+1 {
			return a
		}
	}
}

// layOut places the bands one after the other, with so much room for a second of working time.
func (a *axis) layOut(marks []time.Time, second float64) {
	a.at, a.x = nil, nil
	x := 0.0
	for i := range a.bands {
		b := &a.bands[i]
		cuts := b.cuts(marks)
		scale, spare := second, 0.0
		if b.off {
			spare = b.width(marks) - leastBlink*float64(len(cuts)-1)
			scale = 0
		}
		for j, at := range cuts {
			if j > 0 {
				x += pieceWidth(at.Sub(cuts[j-1]), scale, b.off)
				x += spare * at.Sub(cuts[j-1]).Seconds() / b.to.Sub(b.from).Seconds()
			}
			a.add(at, x)
		}
	}
}

func pieceWidth(d time.Duration, scale float64, off bool) float64 {
	least := float64(leastPiece)
	if off || d < time.Minute {
		least = leastBlink
	}
	return max(least, d.Seconds()*scale)
}

// width is that of a band that is not worked.
func (b *band) width(marks []time.Time) float64 {
	least := float64(nightWidth)
	if b.days() > 0 {
		least = offWidth
	}
	return max(least, leastBlink*float64(len(b.cuts(marks))-1))
}

// cuts are the band's ends and the marks inside it, in order.
func (b *band) cuts(marks []time.Time) []time.Time {
	out := []time.Time{b.from}
	lo := sort.Search(len(marks), func(i int) bool { return marks[i].After(b.from) })
	for ; lo < len(marks) && marks[lo].Before(b.to); lo++ {
		if marks[lo].After(out[len(out)-1]) {
			out = append(out, marks[lo])
		}
	}
	return append(out, b.to)
}

func (a *axis) add(at time.Time, x float64) {
	if n := len(a.at); n > 0 && !at.After(a.at[n-1]) {
		return
	}
	a.at, a.x = append(a.at, at), append(a.x, x)
}

// calendarAxis gives all time its true length.
func calendarAxis(calendar []Stretch) axis {
	a := axis{bands: bandsOf(calendar)}
	if n := len(a.bands); n > 0 {
		a.add(a.bands[0].from, 0)
		a.add(a.bands[n-1].to, axisWidth)
	}
	return a
}

// width is that of the whole axis.
func (a *axis) width() float64 {
	if len(a.x) == 0 {
		return axisWidth
	}
	return a.x[len(a.x)-1]
}

// place is where a moment lies; what is before or after the axis lies at its ends.
func (a *axis) place(t time.Time) float64 {
	i := sort.Search(len(a.at), func(i int) bool { return !a.at[i].Before(t) })
	switch {
	case len(a.at) == 0:
		return 0
	case i == 0:
		return a.x[0]
	case i == len(a.at):
		return a.x[i-1]
	}
	part := t.Sub(a.at[i-1]).Seconds() / a.at[i].Sub(a.at[i-1]).Seconds()
	return a.x[i-1] + part*(a.x[i]-a.x[i-1])
}

// ends are the first moment of the axis and the last.
func (a *axis) ends() (from, to time.Time) {
	if len(a.at) == 0 {
		return
	}
	return a.at[0], a.at[len(a.at)-1]
}
