package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdp "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// shots is a folder for pictures of the pages; see 'make screenshots'.
var shots = flag.String("shots", "", "write pictures of the pages that the browser shows into this folder")

// browser is a Chromium over the pages of one board, served on loopback.
type browser struct {
	ctx     context.Context
	address string
}

// newBrowser starts the Chromium that SLABRIDGE_CHROMIUM names.
func newBrowser(t *testing.T, pages http.Handler) *browser {
	t.Helper()
	path := os.Getenv("SLABRIDGE_CHROMIUM")
	if path == "" {
		t.Skip("SKIPPED: SLABRIDGE_CHROMIUM NAMES NO BROWSER: THE PAGES ARE NOT LOOKED AT IN ONE; 'make browser' DOES")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, shut := chromedp.NewContext(ctx)
	t.Cleanup(shut)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	server := httptest.NewServer(pages)
	t.Cleanup(server.Close)
	return &browser{ctx, server.URL}
}

// look is how a reader looks at a page.
type look struct {
	width, height int64
	dark          bool
}

var (
	wide    = look{width: 1280, height: 900}
	night   = look{width: 1280, height: 900, dark: true}
	narrow  = look{width: 360, height: 740}
	narrows = look{width: 360, height: 740, dark: true}
	looks   = []look{wide, night, narrow, narrows}
)

func (l look) String() string {
	scheme := "light"
	if l.dark {
		scheme = "dark"
	}
	return fmt.Sprintf("%s-%d", scheme, l.width)
}

// tab is a page in the browser, with what it says and asks for.
type tab struct {
	t    *testing.T
	ctx  context.Context
	home string
	look look

	mu    sync.Mutex
	said  []string // messages of the console, errors of scripts, dialogs
	asked []string // addresses
}

// open opens a tab, which is closed when the test ends.
func (b *browser) open(t *testing.T, l look) *tab {
	t.Helper()
	ctx, closed := chromedp.NewContext(b.ctx)
	t.Cleanup(closed)
	ctx, stop := context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(stop)
	p := &tab{t: t, ctx: ctx, home: b.address, look: l}
	scheme := "light"
	if l.dark {
		scheme = "dark"
	}
	_, broken := chromedp.Call(ctx, network.Enable, network.EnableParams{})
	_, small := chromedp.Call(ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: l.width, Height: l.height, DeviceScaleFactor: 1, Mobile: l.width < 500,
	})
	_, dark := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
	if err := errors.Join(chromedp.Listen(ctx, p.hear), broken, small, dark); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *tab) hear(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		text, _ := json.Marshal(e.Args)
		p.said = append(p.said, string(text))
	case *runtime.EventExceptionThrown:
		p.said = append(p.said, e.ExceptionDetails.Text+" "+e.ExceptionDetails.URL)
	case *log.EventEntryAdded:
		p.said = append(p.said, e.Entry.Text+" "+e.Entry.URL)
	case *cdp.EventJavascriptDialogOpening:
		p.said = append(p.said, "a dialog: "+e.Message)
		go func() { // from here no command can be sent
			_, _ = chromedp.Call(p.ctx, cdp.HandleJavaScriptDialog, cdp.HandleJavaScriptDialogParams{Accept: true})
		}()
	case *network.EventRequestWillBeSent:
		p.asked = append(p.asked, e.Request.URL)
	}
}

// do carries out actions, of which none may fail.
func (p *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, actions...); err != nil {
		p.t.Fatal(err)
	}
}

// see goes to a page, in English.
func (p *tab) see(path string) {
	p.t.Helper()
	u, err := url.Parse(path)
	if err != nil {
		p.t.Fatal(err)
	}
	q := u.Query()
	if !q.Has("lang") {
		q.Set("lang", "en")
	}
	u.RawQuery = q.Encode()
	p.do(chromedp.Navigate(p.home + u.String()))
}

// eval gives what an expression of the page's script is.
func eval[T any](p *tab, expression string) T {
	p.t.Helper()
	out, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatal(err)
	}
	return out
}

// quiet holds the tab to having said nothing and asked nobody but our server since it was opened.
func (p *tab) quiet() {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, x := range p.said {
		p.t.Errorf("the console says: %s", x)
	}
	for _, x := range p.asked {
		if !strings.HasPrefix(x, p.home+"/") && !strings.HasPrefix(x, "data:") { // of the browser's own form fields
			p.t.Errorf("it asks %s", x)
		}
	}
	if len(p.asked) == 0 {
		p.t.Error("no request was seen at all")
	}
}

// fits holds the page to the width of the window: nothing is to be scrolled sideways to.
func (p *tab) fits() bool {
	p.t.Helper()
	w := eval[int64](p, `document.scrollingElement.scrollWidth`)
	if w > p.look.width {
		p.t.Errorf("it is %d wide in a window of %d: %s", w, p.look.width, eval[string](p, tooWide))
	}
	return w <= p.look.width
}

// tooWide names the innermost elements that stick out of the window and cannot be scrolled within something else.
const tooWide = `[...document.querySelectorAll("body *")].filter(e =>
	e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".scroll, .wide, .skip, thead") &&
	!e.querySelector("*")).slice(0, 5).map(e => e.outerHTML.slice(0, 90)).join(" ")`

// scheme holds the page to the colours that the reader wants.
func (p *tab) scheme() {
	p.t.Helper()
	if dark := eval[bool](p, `getComputedStyle(document.body).backgroundColor
		.match(/\d+/g).slice(0, 3).reduce((a, b) => a + +b, 0) < 384`); dark != p.look.dark {
		p.t.Errorf("dark: %t", dark)
	}
}

// shot writes a picture of the window, or with whole of the page, if pictures are wanted.
func (p *tab) shot(name string, whole bool) {
	p.t.Helper()
	if *shots == "" {
		return
	}
	take := chromedp.CaptureScreenshot()
	if whole {
		take = chromedp.FullScreenshot(100)
	}
	picture, err := chromedp.Run(p.ctx, take)
	if err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*shots, name+".png"), picture, 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// barrier is something that keeps people out, as axe-core finds it.
type barrier struct {
	ID    string
	Help  string
	Nodes []struct{ HTML, FailureSummary string }
}

// axe is the script of axe-core, from the folder that SLABRIDGE_AXE names.
func axe(t *testing.T) string {
	t.Helper()
	folder := os.Getenv("SLABRIDGE_AXE")
	if folder == "" {
		t.Skip("SKIPPED: SLABRIDGE_AXE NAMES NO AXE-CORE: NOBODY LOOKS FOR WHAT KEEPS PEOPLE OUT; 'make browser' DOES")
	}
	script, err := os.ReadFile(filepath.Join(folder, "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	return string(script)
}

// accessible holds the page to axe-core's rules, all of them.
func (p *tab) accessible(script string) {
	p.t.Helper()
	eval[int](p, script+";0")
	found := eval[struct {
		Violations []barrier
		Passes     int
	}](p, `axe.run(document, {resultTypes: ["violations"]}).then(r => ({passes: r.passes.length,
		violations: r.violations.map(v => ({id: v.id, help: v.help,
			nodes: v.nodes.map(n => ({html: n.html, failureSummary: n.failureSummary}))}))}))`)
	if found.Passes < 10 {
		p.t.Errorf("only %d rules of axe-core have looked at it", found.Passes)
	}
	for _, b := range found.Violations {
		for _, n := range b.Nodes[:min(len(b.Nodes), 3)] {
			p.t.Errorf("axe-core: %s (%s; %d of them): %s: %s", b.ID, b.Help, len(b.Nodes), n.HTML, n.FailureSummary)
		}
	}
}
