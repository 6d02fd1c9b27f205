package board

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

func moment(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// holiday is a calendar with eleven days off between two working days of eight hours.
func holiday(t *testing.T) []Stretch {
	at := func(text string) time.Time { return moment(t, text) }
	return []Stretch{
		{From: at("2026-04-30 16:00"), To: at("2026-04-30 18:00"), Kind: StretchCounting},
		{From: at("2026-04-30 18:00"), To: at("2026-05-01 00:00"), Kind: StretchRest, Name: "outside hours"},
		{From: at("2026-05-01 00:00"), To: at("2026-05-12 00:00"), Kind: StretchRest, Name: "day off: May"},
		{From: at("2026-05-12 00:00"), To: at("2026-05-12 09:00"), Kind: StretchRest, Name: "outside hours"},
		{From: at("2026-05-12 09:00"), To: at("2026-05-12 18:00"), Kind: StretchCounting},
	}
}

// Twenty minutes are seen beside a holiday of eleven days, of which a calendar axis shows nothing.
func TestTwentyMinutesAreSeenBesideAHoliday(t *testing.T) {
	from, to := moment(t, "2026-04-30 16:00"), moment(t, "2026-04-30 16:20")
	working := workingAxis(holiday(t), []time.Time{from, to})
	plain := calendarAxis(holiday(t))
	seen := working.place(to) - working.place(from)
	off := working.place(moment(t, "2026-05-12 09:00")) - working.place(moment(t, "2026-04-30 18:00"))
	if seen < leastPiece || off > offWidth || plain.place(to)-plain.place(from) > 2 {
		t.Errorf("20 minutes are %.1f wide beside %.1f of a holiday; on a calendar axis %.1f", seen, off,
			plain.place(to)-plain.place(from))
	}
	hour := working.place(moment(t, "2026-05-12 12:00")) - working.place(moment(t, "2026-05-12 11:00"))
	other := working.place(moment(t, "2026-05-12 16:00")) - working.place(moment(t, "2026-05-12 15:00"))
	if math.Abs(other-hour) > .01 {
		t.Errorf("one working hour is %.2f wide, another %.2f", hour, other)
	}
	if bands := bandsOf(holiday(t)); len(bands) != 3 || bands[1].days() != 11 || len(bands[1].names) != 2 {
		t.Errorf("bands %v", bands)
	}
}

// However many marks there are and however close, later is further to the right, and marks do not lie on each other.
func TestAxisKeepsTheOrder(t *testing.T) {
	var marks []time.Time
	for i := range 300 {
		marks = append(marks, moment(t, "2026-04-30 16:30").Add(time.Duration(i)*time.Hour/4), moment(t, "2026-05-12 10:00").
			Add(time.Duration(i)*time.Second))
	}
	last := -1.0
	a := workingAxis(holiday(t), sorted(marks))
	for _, at := range sorted(marks) {
		if at.After(moment(t, "2026-05-12 18:00")) {
			continue
		}
		if x := a.place(at); x < last+leastBlink-1e-6 && last >= 0 && x != last {
			t.Fatalf("%s lies at %.2f, the one before at %.2f", at, x, last)
		} else {
			last = x
		}
	}
	if a.place(moment(t, "2020-01-01 00:00")) != 0 || a.place(moment(t, "2030-01-01 00:00")) != a.width() {
		t.Error("what lies outside is not at the ends")
	}
}

func sorted(marks []time.Time) []time.Time {
	return marksOf(&Request{Now: marks[0], Events: eventsAt(marks)})
}

func eventsAt(marks []time.Time) (out []Event) {
	for _, m := range marks {
		out = append(out, Event{At: m})
	}
	return out
}

var rectangle = regexp.MustCompile(`<rect class="([^"]*)" x="([^"]*)" y="[^"]*" width="([^"]*)"`)

// The parts of a cycle are told apart: what counts, what is paused, what lies behind the deadline, each step by what
// became of it; each leads to its words; and no text of anybody's making is more than text.
func TestPictureOfACycle(t *testing.T) {
	at := func(text string) time.Time { return moment(t, text) }
	due, ended := at("2026-04-30 16:40"), at("2026-05-12 09:30")
	evil := `<script>"'&</script>`
	x := &Request{
		Now: at("2026-05-12 12:00"), Working: holiday(t),
		Events: []Event{{At: at("2026-04-30 16:00"), Who: evil, What: evil, RoleID: evil}},
		Held:   []Stretch{{From: at("2026-04-30 16:00"), To: at("2026-05-12 12:00"), Holder: "us", Name: evil}},
		Cycles: []Cycle{{
			Obligation: "respond", Title: evil, Clause: "8", State: "breached", Started: at("2026-04-30 16:00"),
			Due: &due, Ended: &ended, Result: "late",
			Stretches: []Stretch{
				{From: at("2026-04-30 16:00"), To: at("2026-04-30 16:20"), Kind: StretchCounting},
				{From: at("2026-04-30 16:20"), To: at("2026-04-30 16:30"), Kind: StretchPaused},
				{From: at("2026-04-30 16:30"), To: due, Kind: StretchCounting},
				{From: due, To: at("2026-04-30 18:00"), Kind: StretchCounting, Late: true},
				{From: at("2026-04-30 18:00"), To: at("2026-05-12 09:00"), Kind: StretchRest, Late: true},
				{From: at("2026-05-12 09:00"), To: ended, Kind: StretchCounting, Late: true},
			},
			Steps: []Step{
				{ID: "warn-50", State: "done", At: at("2026-04-30 16:10")},
				{ID: "due", State: "held", At: due},
				{ID: "repeat-1", State: "refused", At: at("2026-04-30 17:00")},
				{ID: "repeat-2", State: "needless", At: at("2026-04-30 17:30")},
			},
		}},
	}
	svg := string(picture(x, 0, "en", false))
	if strings.Contains(svg, "<script>") || strings.Contains(svg, `"'&`) {
		t.Errorf("text became markup: %s", svg)
	}
	widths := map[string]float64{}
	for _, m := range rectangle.FindAllStringSubmatch(svg, -1) {
		width, err := strconv.ParseFloat(m[3], 64)
		if err != nil {
			t.Fatal(err)
		}
		widths[m[1]] += width
	}
	if widths["bar breached"] < 2*leastPiece || widths["pause"] < leastPiece ||
		widths["bar breached late"] <= widths["bar breached"] {
		t.Errorf("the widths of the parts: %v", widths)
	}
	for target, n := range map[string]int{
		"c0-g0": 1, "c0-g1": 1, "c0-g3": 1, "c0-g4": 1, "c0-t0": 1, "c0-t1": 1, "c0-t2": 1, "c0-t3": 0, "c0": 2,
		"e0": 1, "h0": 1,
	} {
		if got := strings.Count(svg, fmt.Sprintf(`<a href="#s0-%s" aria-label="`, target)); got != n {
			t.Errorf("%d links to %s, want %d", got, target, n)
		}
	}
	for _, mark := range []string{
		`class="step done"`, `class="step held"`, `class="step refused"`, `class="verdict breached"`,
	} {
		if strings.Count(svg, mark) != 1 {
			t.Errorf("%s: %d times", mark, strings.Count(svg, mark))
		}
	}
}
