package board

import (
	"fmt"
	"strings"
	"time"
)

// obligation draws the lane of an obligation: its cycles [from, to), which lie in one row unless they overlap.
func (d *drawing) obligation(from, to int) {
	first := &d.story.Cycles[from]
	d.lane(first.Title, first.Clause)
	rows, top := []time.Time{}, d.y // until when each row is taken
	places := make([]float64, to-from)
	for i := from; i < to; i++ {
		c := &d.story.Cycles[i]
		row := 0
		for row < len(rows) && rows[row].After(c.Started) {
			row++
		}
		if row == len(rows) {
			rows = append(rows, time.Time{})
		}
		rows[row], places[i-from] = d.end(c), top+float64(row)*rowHeight
		d.bar(c, i, places[i-from])
	}
	for i := from; i < to; i++ { // on top of all bars: a deadline may lie where the next cycle runs
		d.marks(&d.story.Cycles[i], i, places[i-from])
	}
	d.y = top + float64(len(rows))*rowHeight + 10
}

// end is until when a cycle is drawn.
func (d *drawing) end(c *Cycle) time.Time {
	if c.Ended != nil {
		return *c.Ended
	}
	return d.story.Now
}

// bar draws one run of a stopwatch, stretch by stretch.
func (d *drawing) bar(c *Cycle, n int, y float64) {
	for k := range c.Stretches {
		s := &c.Stretches[k]
		x, to := d.place(s.From), d.place(s.To)
		if to <= x {
			continue
		}
		name := strings.Join([]string{c.Title, s.Name, s.When, s.Counted}, ", ")
		d.link(fmt.Sprintf("c%d-g%d", n, k), name, func() { d.stretch(s, c.State, x, to, y) })
	}
}

// marks draws a cycle's deadline, its steps and what came of it.
func (d *drawing) marks(c *Cycle, n int, y float64) {
	d.deadline(c, n, y)
	for k := range c.Steps {
		if s := &c.Steps[k]; d.within(s.At) && s.drawn() {
			x := d.place(s.At)
			d.link(fmt.Sprintf("c%d-t%d", n, k), c.Title+", "+s.ID+": "+s.StateWord+", "+s.When, func() { d.step(s, x, y) })
		}
	}
	x := d.place(d.end(c))
	d.link(fmt.Sprintf("c%d", n), c.Title+": "+c.Result, func() { d.verdict(c.State, x, y+barHeight/2) })
}

// leastBar is how wide a part of a bar is at least: in calendar time a second is too narrow to be seen.
const leastBar = 2

// stretch draws a part of a bar. What is paused is hatched, and where the calendar stands still there is a line.
func (d *drawing) stretch(s *Stretch, state string, x, to, y float64) {
	to = max(to, x+leastBar)
	class := "bar " + state
	if s.Late {
		class += " late"
	}
	box := func(class, more string) {
		d.add(`<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%d"%s/>`, class, x, y, to-x, barHeight, more)
	}
	switch s.Kind {
	case StretchCounting:
		box(class, "")
	case StretchPaused:
		box("pause", "")
		box("pattern", fmt.Sprintf(` fill="url(#p%d-pause)"`, d.n))
	case StretchCutOff:
		box("cut", "")
	case StretchUnknown:
		box("unknown", "")
	default:
		d.add(`<rect class="hit" x="%.1f" y="%.1f" width="%.1f" height="%d"/>`, x, y, to-x, barHeight)
		d.add(`<line class="rest %s" x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f"/>`, state, x, y+barHeight/2, to, y+barHeight/2)
	}
}

// deadline draws a flag, and the time that was left of a promise kept before it.
func (d *drawing) deadline(c *Cycle, n int, y float64) {
	if c.Due == nil || !d.within(*c.Due) {
		return
	}
	x, end := d.place(*c.Due), d.place(d.end(c))
	if x > end {
		d.add(`<line class="spare" x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f"/>`, end, y+barHeight/2, x, y+barHeight/2)
	}
	name := c.Title + ", " + d.say("deadline") + " " + d.stamp(*c.Due)
	d.link(fmt.Sprintf("c%d", n), name, func() {
		d.add(`<path class="due" d="M%.1f %.1fv%d" /><path class="flag" d="M%.1f %.1fh7l-2.5 3 2.5 3h-7z"/>`,
			x, y-4, barHeight+8, x, y-4)
	})
}

func (d *drawing) stamp(t time.Time) string { return d.day(t) + t.Format(" 15:04") }

// drawn reports whether anything became of the step, or is to come: what was not needed has no mark.
func (s *Step) drawn() bool {
	switch s.State {
	case "done", "held", "refused", "sent", "waiting", "intended", "to come":
		return true
	}
	return false
}

// step draws what became of a step, each state in a form of its own.
func (d *drawing) step(s *Step, x, y float64) {
	y += barHeight + 3
	switch s.State {
	case "done":
		d.add(`<path class="step done" d="M%.1f %.1fl5 7h-10z"/>`, x, y-1)
	case "held":
		d.add(`<rect class="step held" x="%.1f" y="%.1f" width="9" height="8"/>`+
			`<path class="in-held" d="M%.1f %.1fv4M%.1f %.1fv4"/>`, x-4.5, y-1, x-1.5, y+1, x+1.5, y+1)
	case "refused":
		d.add(`<path class="step refused" d="M%.1f %.1fl8 8m0 -8l-8 8"/>`, x-4, y-1)
	default:
		d.add(`<path class="step coming" d="M%.1f %.1fl5 7h-10z"/>`, x, y-1)
	}
}

// verdict draws what came of a cycle at its end.
func (d *drawing) verdict(state string, x, y float64) {
	d.add(`<circle class="verdict %s" cx="%.1f" cy="%.1f" r="7"/>`, d.escape(state), x, y)
	switch state {
	case "met":
		d.add(`<path class="sign" d="M%.1f %.1fl2.5 2.5 4 -5"/>`, x-3.2, y+.3)
	case "breached":
		d.add(`<path class="sign" d="M%.1f %.1fl5 5m0 -5l-5 5"/>`, x-2.5, y-2.5)
	case "escalated":
		d.add(`<path class="sign" d="M%.1f %.1fv5M%.1f %.1fl2.5 -2.5 2.5 2.5"/>`, x, y-2, x-2.5, y-.2)
	case "cancelled", "not-judged":
		d.add(`<path class="sign" d="M%.1f %.1fh6"/>`, x-3, y)
	default: // it goes on
		d.add(`<path class="sign" d="M%.1f %.1fl3.5 3 -3.5 3z"/>`, x-1.5, y-3)
	}
}
