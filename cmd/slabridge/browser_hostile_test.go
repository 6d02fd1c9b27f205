package main

import (
	"fmt"
	"testing"
)

// astray lists texts with marks of direction that could turn what stands after them: in a part of a line that is not
// set apart.
const astray = `(() => {
	const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	for (let n; n = walk.nextNode();) {
		if (n.parentElement.closest("svg title")) continue;
		if (!/[\u200E\u200F\u202A-\u202E\u2066-\u2069]/.test(n.data)) continue;
		let e = n.parentElement, apart = false;
		for (; getComputedStyle(e).display.startsWith("inline"); e = e.parentElement)
			apart ||= /isolate|plaintext/.test(getComputedStyle(e).unicodeBidi);
		const alone = (e.innerText ?? e.textContent).trim() === n.data.trim();
		if (!apart && !alone) found.push(n.parentElement.outerHTML.slice(0, 200));
	}
	return found;
})()`

// active lists what a browser would run or fetch, beside our own script.
const active = `[...document.querySelectorAll("main :is(script, img, iframe, object), [onerror], [onload], " +
	"a:is([href^='javascript:' i], [href^='data:' i]), base, meta[http-equiv]")].map(e => e.outerHTML)`

// Whatever people type is text to a browser: no script runs, no picture is fetched, no link leads to a script, nothing
// is asked of another host, and marks of direction turn nothing around them.
func TestHostileTextInABrowser(t *testing.T) {
	d := newOffice(t)
	d.want(exitOK, "enforce")
	d.at("2026-03-20 16:00:00")
	texts := append([]string{
		`"><svg onload=alert(1)>`, `javascript:alert(1)`, `</title><script>alert(1)</script>`,
		`<a href="javascript:alert(1)">click</a>`, "\u202eevil \u2067rtl",
	}, hostile...)
	for i, s := range texts {
		d.report(s, "critical")
		if _, err := d.sim.As("romashkin").Comment(i+1, s); err != nil {
			t.Fatal(err)
		}
	}
	d.sim.RenameUser("ivanov", "\u202e<img src=x onerror=alert(1)>", "Ivanov")
	if err := d.sim.As("admin").Assign(1, "ivanov"); err != nil {
		t.Fatal(err)
	}
	d.at("2026-03-20 16:30:00")
	d.run("enforce") // many writes at once are held
	b := newBrowser(t, pagesHandler(d.reader()))
	p := b.open(t, narrow)
	paths := []string{"/", "/trust", "/contract/kamal-acme", `/?assignee=%22%3E%3Cscript%3Ealert(1)%3C/script%3E`}
	for i := range texts {
		paths = append(paths, fmt.Sprintf("/request/%d", i+1))
	}
	for _, path := range paths {
		p.see(path)
		if !p.fits() {
			t.Logf("of %s", path)
		}
		if bad := eval[[]string](p, active); len(bad) > 0 {
			t.Errorf("%s has %q", path, bad)
		}
		if turned := eval[[]string](p, astray); len(turned) > 0 {
			t.Errorf("%s: %q", path, turned)
		}
	}
	if p.see("/request/1"); !eval[bool](p, `document.body.innerText.includes("\\u202e<img src=x")`) {
		t.Error("a name with a mark of direction is not shown as it is")
	}
	p.quiet()
}
