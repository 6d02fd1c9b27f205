package main

import (
	"strings"
	"testing"
)

// fourPages are the pages of the demo by their names.
var fourPages = []struct{ name, path string }{
	{"desk", "/"},
	{"request", "/request/1"},
	{"request-calendar", "/request/1?axis=calendar"},
	{"contract", "/contract/kamal-acme"},
	{"trust", "/trust"},
}

// inEachLook shows each page of the demo in both languages in each look, and holds it to what check says.
func inEachLook(t *testing.T, check func(p *tab, name string)) {
	t.Helper()
	pages, _ := demoBoard(t)
	b := newBrowser(t, pages)
	for _, l := range looks {
		p := b.open(t, l)
		for _, x := range fourPages {
			for _, lang := range []string{"en", "ru"} {
				name := strings.Join([]string{x.name, lang, l.String()}, "-")
				t.Run(name, func(t *testing.T) {
					p.t = t
					and := "?"
					if strings.Contains(x.path, "?") {
						and = "&"
					}
					p.see(x.path + and + "lang=" + lang)
					check(p, name)
				})
			}
		}
		p.t = t
		p.quiet()
	}
}

// The pages of the demo in a browser: light and dark, on a desk and on a phone, in both languages. Nothing sticks out,
// nothing is said in the console and nobody but the board is asked.
func TestBoardInABrowser(t *testing.T) {
	inEachLook(t, func(p *tab, name string) {
		p.fits()
		p.scheme()
		p.shot(name, false)
		p.shot(name+"-whole", true)
	})
}

// Nothing on the pages keeps people out, as far as axe-core finds it.
func TestBoardKeepsNobodyOut(t *testing.T) {
	script := axe(t)
	inEachLook(t, func(p *tab, _ string) { p.accessible(script) })
}
