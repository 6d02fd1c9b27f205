package board

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"
	"time"

	"slabridge/config/message"
)

// The heights of a picture's parts.
const (
	headHeight  = 42 // of the days and hours
	footHeight  = 20 // of what is said of the present
	laneHeight  = 26
	titleHeight = 19 // of a lane's name
	rowHeight   = 24 // of a cycle
	barHeight   = 12
	eventHeight = 34
)

// drawing is a picture in the making.
type drawing struct {
	axis
	lang  string
	story *Request
	n     int // of the story on its page: the targets of links begin with it
	y     float64
	svg   strings.Builder
}

// picture draws a request. Each part of it is a link to the words that tell of it.
func picture(x *Request, n int, lang string, calendar bool) template.HTML {
	if len(x.Working) == 0 {
		return ""
	}
	d := &drawing{lang: lang, story: x, n: n, y: headHeight}
	if d.axis = calendarAxis(x.Working); !calendar {
		d.axis = workingAxis(x.Working, marksOf(x))
	}
	d.held()
	d.events()
	for from := 0; from < len(x.Cycles); {
		to := from + 1
		for to < len(x.Cycles) && x.Cycles[to].Obligation == x.Cycles[from].Obligation {
			to++
		}
		d.obligation(from, to)
		from = to
	}
	lanes := d.svg.String()
	d.svg.Reset()
	d.background()
	width, height := d.width()+2*sideRoom, d.y+footHeight
	//nolint:gosec // every text in it goes through escape
	return template.HTML(fmt.Sprintf(`<svg class="course" viewBox="%d 0 %.0f %.0f" width="%.0f" height="%.0f" `+
		`role="group" aria-label="%s">%s%s%s</svg>`, -sideRoom, width, height, width, height,
		d.escape(message.Say(lang, "The course of the request")), fmt.Sprintf(patterns, n), d.svg.String(), lanes))
}

// sideRoom is what is left free at both sides of the axis, for marks at its ends.
const sideRoom = 10

// patterns are the hatchings, by which stretches are told apart without colours.
const patterns = `<defs><pattern id="p%[1]d-pause" width="6" height="6" patternUnits="userSpaceOnUse" ` +
	`patternTransform="rotate(45)"><path class="hatch" d="M0 0V6"/></pattern></defs>`

// marksOf are the moments between which there must be room, in order.
func marksOf(x *Request) []time.Time {
	out := []time.Time{x.Now}
	for _, s := range x.Held {
		out = append(out, s.From, s.To)
	}
	for i := range x.Events {
		out = append(out, x.Events[i].At)
	}
	for i := range x.Cycles {
		c := &x.Cycles[i]
		out = append(out, c.Started)
		for _, t := range []*time.Time{c.Due, c.Ended} {
			if t != nil {
				out = append(out, *t)
			}
		}
		for _, s := range c.Stretches {
			if s.Kind == StretchPaused {
				out = append(out, s.From, s.To)
			}
		}
		for _, s := range c.Steps {
			out = append(out, s.At)
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	return out
}

func (d *drawing) escape(text string) string { return template.HTMLEscapeString(text) }

func (d *drawing) say(format message.Format, args ...any) string {
	return message.Say(d.lang, format, args...)
}

func (d *drawing) add(format string, args ...any) { fmt.Fprintf(&d.svg, format, args...) }

// text puts words at a place.
func (d *drawing) text(x, y float64, class, words string) {
	d.add(`<text class="%s" x="%.1f" y="%.1f">%s</text>`, class, x, y, d.escape(words))
}

// link makes what draw draws a link to a part of the words below, with a name for those who cannot see it.
func (d *drawing) link(target, name string, draw func()) {
	d.add(`<a href="#s%d-%s" aria-label="%s"><title>%s</title>`, d.n, target, d.escape(name), d.escape(name))
	draw()
	d.add(`</a>`)
}

// background draws what is worked and what is not, the days and hours, and the present.
func (d *drawing) background() {
	bottom := d.y
	for i := range d.bands {
		b := &d.bands[i]
		if !b.off {
			d.hours(b, bottom)
			continue
		}
		x, to := d.place(b.from), d.place(b.to)
		d.add(`<g class="off"><title>%s</title><rect x="%.1f" y="0" width="%.1f" height="%.1f"/>`,
			d.escape(strings.Join(b.names, ", ")), x, to-x, bottom)
		if n := b.days(); n > 0 && to-x >= offWidth-1 {
			d.text((x+to)/2, 30, "mid small", d.say("days off: %d", n))
		}
		d.add(`</g>`)
	}
	d.days()
	if x := d.place(d.story.Now); d.within(d.story.Now) {
		d.add(`<g class="now"><line x1="%.1f" y1="18" x2="%.1f" y2="%.1f"/>`, x, x, bottom)
		d.text(x, bottom+13, "mid small", d.say("now"))
		d.add(`</g>`)
	}
}

// days names the days on which something is worked, as far as there is room.
func (d *drawing) days() {
	last := -1e9 // where the last name ends
	for i := range d.bands {
		b := &d.bands[i]
		if b.off {
			continue
		}
		x := d.place(b.from)
		label := d.day(b.from)
		long := 7.5 * float64(len([]rune(label)))
		switch {
		case x < last:
		case x+3+long > d.width()+sideRoom && d.width()-long > last: // it stands before its day's end
			d.text(d.width(), 14, "end day", label)
		default:
			d.text(x+3, 14, "day", label)
			last = x + long + 8
		}
	}
}

// within reports whether a moment lies on the axis.
func (d *drawing) within(t time.Time) bool {
	from, to := d.ends()
	return !t.Before(from) && !t.After(to)
}

// hourRoom is how far apart the hours that are labelled lie at least.
const hourRoom = 38

// hours draws the full hours of a worked stretch, as far as there is room for them.
func (d *drawing) hours(b *band, bottom float64) {
	last := d.place(b.from) - 12
	first := b.from.Truncate(time.Hour)
	for t := first.Add(time.Hour); t.Before(b.to); t = t.Add(time.Hour) {
		x := d.place(t)
		if x-last < hourRoom || d.place(b.to)-x < 14 || d.within(d.story.Now) && math.Abs(x-d.place(d.story.Now)) < 18 {
			continue
		}
		last = x
		d.add(`<line class="hour" x1="%.1f" y1="%d" x2="%.1f" y2="%.1f"/>`, x, headHeight-8, x, bottom)
		d.text(x, headHeight-12, "mid small", t.Format("15:04"))
	}
}

var (
	dayNames   = [...]message.Format{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"}
	monthNames = [...]message.Format{
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
	}
)

// day names a day: "Fri 20 Mar".
func (d *drawing) day(t time.Time) string {
	return d.say(dayNames[t.Weekday()]) + t.Format(" 2 ") + d.say(monthNames[t.Month()-1])
}

// lane begins a lane with its name, which stays visible at the left when a long picture is scrolled.
func (d *drawing) lane(name, note string) {
	d.add(`<text class="lane" x="0" y="%.1f">%s <tspan class="soft">%s</tspan></text>`,
		d.y+13, d.escape(name), d.escape(note))
	d.y += titleHeight
}

// held draws who held the request.
func (d *drawing) held() {
	d.lane(d.say("Who held the request"), "")
	for i := range d.story.Held {
		s := &d.story.Held[i]
		x, to := d.place(s.From), d.place(s.To)
		if to <= x {
			continue
		}
		d.link(fmt.Sprintf("h%d", i), s.Name+", "+s.When, func() {
			d.add(`<rect class="holder %s" x="%.1f" y="%.1f" width="%.1f" height="16" rx="2"/>`, s.Holder, x, d.y, to-x)
			if room := int((to - x - 8) / 6.4); room >= len([]rune(s.Name)) {
				d.text(x+5, d.y+12, "in", s.Name)
			}
		})
	}
	d.y += laneHeight
}

// events draws what people and slabridge did, the ones that are close together in turns a little lower.
func (d *drawing) events() {
	d.lane(d.say("What happened"), "")
	last, low := -1e9, false
	for i := range d.story.Events {
		e := &d.story.Events[i]
		x, y := d.place(e.At), d.y+6
		if low = x-last < 11 && !low; low {
			y += 11
		}
		last = x
		who := "event " + e.RoleID
		if e.Ours {
			who = "event ours"
		}
		d.link(fmt.Sprintf("e%d", i), e.When+": "+e.Who+", "+e.What, func() {
			d.add(`<circle class="%s" cx="%.1f" cy="%.1f" r="4.5"/>`, d.escape(who), x, y)
		})
	}
	d.y += eventHeight
}
