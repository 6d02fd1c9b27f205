package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// numberStops gives each place to which the keyboard should lead its number, in the order of the page, and says how
// many there are.
const numberStops = `(() => {
	const all = [...document.querySelectorAll(
		"a[href], button, input:not([type=hidden]), select, summary, [tabindex='0']")]
		.filter(e => e.checkVisibility({visibilityProperty: true}));
	all.forEach((e, i) => e.dataset.stop = i);
	return all.length;
})()`

// stop is where the keyboard is.
type stop struct {
	Stop             int  // -1: nowhere, or at something without a number
	Body, Ring, Seen bool // the page itself; it has a ring around it; it is in the window
	What             string
}

const whereStopped = `(() => {
	const e = document.activeElement, style = getComputedStyle(e), r = e.getBoundingClientRect();
	return {stop: +(e.dataset.stop ?? -1), body: e === document.body, what: e.outerHTML.slice(0, 120),
		ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
		seen: r.width > 0 && r.height > 0 && r.bottom > 0 && r.top < innerHeight && r.right > 0 && r.left < innerWidth};
})()`

// Each page is gone through with Tab alone: every link, field and part of a picture is come to once, in the order of
// the page, with a ring around it, in the window.
func TestBoardByKeyboard(t *testing.T) {
	pages, _ := demoBoard(t)
	b := newBrowser(t, pages)
	for _, l := range []look{wide, narrows} {
		for _, x := range fourPages {
			t.Run(x.name+"-"+l.String(), func(t *testing.T) {
				p := b.open(t, l)
				p.see(x.path)
				want, next := eval[int](p, numberStops), 0
				for range 3*want + 20 { // a field for a date has several places
					p.do(chromedp.KeyEvent(kb.Tab))
					at := eval[stop](p, whereStopped)
					if at.Body {
						break
					}
					if at.Stop >= 0 && (!at.Ring || !at.Seen) {
						t.Errorf("ring %t, seen %t: %s", at.Ring, at.Seen, at.What)
					}
					switch {
					case at.Stop == next:
						next++
					case at.Stop >= 0 && at.Stop != next-1:
						t.Fatalf("after %d comes %d of %d: %s", next-1, at.Stop, want, at.What)
					}
				}
				if next != want {
					t.Errorf("came to %d of %d", next, want)
				}
				p.quiet()
			})
		}
	}
}

// mark is a part of the picture: what is told beside it when it is focused, and what stands where Enter leads.
type mark struct{ Target, Name, Told, Led string }

// Each part of the picture tells what it is when it is come to, and leads to its words with Enter: of a cycle clause
// and calendar, of what happened the tracker's number of the event, of a step what was written.
func TestPictureByKeyboard(t *testing.T) {
	pages, _ := demoBoard(t)
	p := newBrowser(t, pages).open(t, wide)
	p.see("/request/1")
	n := eval[int](p, `document.querySelectorAll("svg.course a").length`)
	kinds := map[string]int{}
	for i := range n {
		m := eval[mark](p, `(() => {
			history.replaceState(null, "", location.pathname + location.search);
			const a = document.querySelectorAll("svg.course a")[`+fmt.Sprint(i)+`];
			a.focus();
			const teller = document.querySelector(".teller");
			return {target: a.getAttribute("href").slice(1), name: a.getAttribute("aria-label"),
				told: teller.checkVisibility() ? teller.innerText : ""};
		})()`)
		p.do(chromedp.KeyEvent(kb.Enter))
		m.Led = eval[string](p, `(async () => {
			for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame); // hashchange comes later
			const e = document.activeElement, r = e.getBoundingClientRect();
			return r.bottom > 0 && r.top < innerHeight && e.checkVisibility() ? e.id + "\n" + e.innerText : "not seen: " + e.id;
		})()`)
		id, led, _ := strings.Cut(m.Led, "\n")
		if !strings.Contains(m.Told, m.Name) || m.Name == "" || id != m.Target {
			t.Errorf("%s (%s): told %q, led to %q", m.Target, m.Name, m.Told, m.Led)
		}
		_, part, _ := strings.Cut(m.Target, "-")
		kind := strings.Trim(part, "0123456789")
		kinds[kind]++
		var wants []string
		switch {
		case kind == "c":
			wants = []string{"clause", "calendar", "deadline"}
			contains(t, m.Target+" told", strings.ToLower(m.Told), wants...)
		case kind == "e":
			wants = []string{":"}
			if !strings.Contains(led, "created") && !strings.Contains(led, "journal ") {
				t.Errorf("%s: no event: %s", m.Target, led)
			}
		case strings.HasSuffix(kind, "-t") && strings.Contains(m.Name, "done"):
			kinds["written"]++
			wants = []string{"comment", "in the tracker", "ref. "}
			contains(t, m.Target+" told", strings.ToLower(m.Told), wants...)
		}
		contains(t, m.Target, strings.ToLower(led), wants...)
	}
	for _, kind := range []string{"c", "e", "h", "written"} {
		if kinds[kind] < 2 {
			t.Errorf("the picture has %v", kinds)
		}
	}
	p.quiet()
}
