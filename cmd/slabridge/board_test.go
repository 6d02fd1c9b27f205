package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	unescape "html"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// demoAt is the moment that the pages show in these tests, as --at says it.
var demoAt = demoShown.Format(time.RFC3339)

// demoBoard plays the demo and gives the pages over what it left, and a way to run commands over the same.
func demoBoard(t *testing.T) (pages http.Handler, command func(args ...string) outcome) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "demo")
	run := func(args ...string) outcome {
		var out, errs bytes.Buffer
		code := newApp(strings.NewReader(""), &out, &errs, time.Now).run(args)
		return outcome{code, out.String(), errs.String()}
	}
	if o := run("demo", "--dir", dir, "--lang", "en"); o.code != exitOK {
		t.Fatal(o)
	}
	var errs bytes.Buffer
	a := newApp(nil, io.Discard, &errs, time.Now)
	a.lang, a.config, a.asOf = english, filepath.Join(dir, "slabridge.yaml"), demoShown
	w, err := a.open(t.Context(), reads)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.close)
	return pagesHandler(w), func(args ...string) outcome {
		return run(append([]string{"--config", a.config, "--lang", "en", "--at", demoAt}, args...)...)
	}
}

// reader opens the state as a command that only reads does.
func (d *office) reader() *workspace { return d.opened(reads) }

// writer opens the state as a daemon does.
func (d *office) writer() *workspace { return d.opened(writes) }

func (d *office) opened(what intent) *workspace {
	d.t.Helper()
	a := d.app(&bytes.Buffer{}, &bytes.Buffer{})
	a.lang, a.config = english, d.file("slabridge.yaml")
	w, err := a.open(d.t.Context(), what)
	d.check(err)
	d.t.Cleanup(w.close)
	return w
}

// see gets a page.
func see(t *testing.T, pages http.Handler, path string) (code int, body string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1"+path, nil)
	w := httptest.NewRecorder()
	pages.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

// boardPages are pages of each kind.
var boardPages = []string{
	"/", "/?overdue=1", "/?assignee=-&within=8h", "/request/1", "/request/1?axis=calendar", "/request/2",
	"/contract/kamal-acme", "/trust", "/nowhere", "/request/99", "/?page=0",
}

// The data of the pages is what the commands give with -o json.
func TestBoardGivesWhatTheCommandsGive(t *testing.T) {
	pages, command := demoBoard(t)
	values := func(args ...string) []any {
		t.Helper()
		var out []any
		for line := range strings.Lines(command(append(args, "-o", "json")...).out) {
			var v any
			if err := json.Unmarshal([]byte(line), &v); err != nil {
				t.Fatalf("%v: %v in %s", args, err, line)
			}
			out = append(out, v)
		}
		return out
	}
	for _, c := range []struct {
		path, field string // of the answer; "" for the whole
		args        []string
	}{
		{"desk", "cycles", []string{"status"}},
		{"desk?assignee=-", "cycles", []string{"status", "--assignee", "-"}},
		{"desk?within=8h", "cycles", []string{"status", "--within", "8h"}},
		{"desk?overdue=1", "cycles", []string{"status", "--overdue"}},
		{"request/1", "stories", []string{"explain", "1"}},
		{"request/2", "stories", []string{"explain", "2"}},
		{"contract/kamal-acme?from=2026-03-01&to=2026-03-31", "", []string{
			"report", "--contract", "kamal-acme", "--from", "2026-03-01", "--to", "2026-03-31",
		}},
		{"trust", "connections", []string{"health"}},
	} {
		code, body := see(t, pages, "/api/v1/"+c.path)
		var got any
		if err := json.Unmarshal([]byte(body), &got); err != nil || code != http.StatusOK {
			t.Fatalf("%s: %d %s", c.path, code, body)
		}
		want := values(c.args...)
		if c.field == "" {
			got = []any{got}
		} else {
			got = got.(map[string]any)[c.field]
		}
		if len(want) == 0 {
			want = []any{}
		}
		if !reflect.DeepEqual(got, any(want)) {
			t.Errorf("%s: got %v, want as %v: %v", c.path, got, c.args, want)
		}
	}
}

// Each answer is as the document says it, and the document knows each of its fields.
func TestBoardConformsToItsDocument(t *testing.T) {
	pages, _ := demoBoard(t)
	_, text := see(t, pages, "/api/v1/openapi.json")
	doc, err := openapi3.NewLoader().LoadFromData([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(context.Background()); err != nil || doc.OpenAPI != "3.1.0" {
		t.Fatalf("the document, %s: %v", doc.OpenAPI, err)
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	asked := map[string]bool{}
	for path, want := range map[string]int{
		"desk": 200, "desk?contract=kamal-acme&severity=critical&page=2": 200, "desk?contract=other": 400,
		"desk?within=long": 400, "request/1": 200, "request/2": 200, "request/99": 404, "contract/kamal-acme": 200,
		"contract/other": 404, "contract/kamal-acme?from=2026-04-01&to=2026-03-01": 400,
		"contract/kamal-acme?from=x": 400, "contract/kamal-acme?to=x": 400, "contract/kamal-acme?from=2026-13-01": 400,
		"contract/kamal-acme?from=2026-03-01": 200, "contract/kamal-acme?from=2100-01-01": 400, "trust": 200,
	} {
		r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1/api/v1/"+path, nil)
		w := httptest.NewRecorder()
		pages.ServeHTTP(w, r)
		route, params, err := router.FindRoute(r)
		if err != nil {
			t.Fatal(path, err)
		}
		asked[route.Path] = true
		in := &openapi3filter.ResponseValidationInput{
			RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route},
			Status:                 w.Code, Header: w.Header(),
		}
		in.SetBodyBytes(w.Body.Bytes())
		if err := openapi3filter.ValidateResponse(t.Context(), in); err != nil || w.Code != want {
			t.Errorf("%s: status %d, want %d: %v", path, w.Code, want, err)
		}
		var value any
		if err := json.Unmarshal(w.Body.Bytes(), &value); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		schema := route.Operation.Responses.Value(fmt.Sprint(w.Code)).Value.Content["application/json"].Schema.Value
		for _, unknown := range undocumented(path, value, schema) {
			t.Errorf("the document does not know %s", unknown)
		}
	}
	if len(asked) != doc.Paths.Len() {
		t.Errorf("asked %v of the %d paths", slices.Sorted(maps.Keys(asked)), doc.Paths.Len())
	}
}

// undocumented lists the fields of a value that its schema does not name.
func undocumented(at string, value any, schema *openapi3.Schema) (out []string) {
	switch v := value.(type) {
	case map[string]any:
		for name, x := range v {
			switch p := schema.Properties[name]; {
			case p != nil:
				out = append(out, undocumented(at+"."+name, x, p.Value)...)
			case schema.AdditionalProperties.Schema == nil:
				out = append(out, at+"."+name)
			}
		}
	case []any:
		for _, x := range v {
			out = append(out, undocumented(at, x, schema.Items.Value)...)
		}
	}
	return out
}

// What a manager and an engineer look for stands on the pages, in both languages.
func TestBoardPages(t *testing.T) {
	pages, _ := demoBoard(t)
	for path, want := range map[string][]string{
		"/?lang=en": {
			"<title>Desk · slabridge</title>", "<b>6h 22m left</b>", "Tue 31 Mar 09:22", `href="/request/1?lang=en"`,
			`href="http://127.0.0.1/issues/1"`, "progress update", "clause 9", "Kirill Kuznetsov",
			"rows 1 to 2 of 2; overdue: 0",
		},
		"/?lang=ru&within=8h": {
			"<title>Сроки · slabridge</title>", "<b>осталось 6 ч 22 мин</b>", "вт 31 мар 09:22",
			"строки 1–1 из 1; просрочено: 0", `<option value="8h0m0s" selected>8 ч</option>`,
		},
		"/?lang=en&overdue=1": {"no running cycle is of this kind", `value="1" checked`},
		"/request/1?lang=en": {
			"Kazakh vendor of a security suite", "critical failure", "2h 10m over", "days off: 5", "clause 8",
			"kamal, ", "Fri 20 Mar 16:20 – 18:00", "1h 40m", "journal 8", "internal comment", "Tue 31 Mar",
			`class="verdict breached"`, `class="verdict escalated"`, `class="step coming"`, "in all with us: ",
			`aria-label="start of work: ended Thu 26 Mar 09:30: done, Kirill Kuznetsov (journal 8); ` +
				`2h 10m over"`, `href="http://127.0.0.1/issues/1#change-8"`,
		},
		"/request/1?lang=ru": {
			"критичный сбой", "просрочено на 2 ч 10 мин", "выходных: 5",
			"начало работ",
			"внутренний комментарий",
		},
		"/contract/kamal-acme?lang=ru": {
			"66,6 %", "Нарушенные обещания", `href="/request/1?lang=ru"`,
			"По месяцам", "всего у нас",
			"Как прочитан", "03.2026: ",
		},
		"/trust?lang=en": {"helpdesk: well", "last good pass", "the mirror was complete", "nothing waits for a person"},
		"/trust?lang=ru": {"ничто не ждёт человека"},
		"/nowhere":       {"there is no such page"},
	} {
		_, body := see(t, pages, path)
		for _, x := range want {
			if !strings.Contains(strings.ToLower(body), strings.ToLower(x)) {
				t.Errorf("%s: no %q", path, x)
			}
		}
	}
}

// failing are the pages that tell of an error: their other language tells of it, too.
var failing = map[string]bool{"/nowhere": true, "/request/99": true, "/?page=0": true}

var (
	addresses = regexp.MustCompile(`(?:src|href|action)="([^"]*)"`)
	ids       = regexp.MustCompile(` id="([^"]*)"`)
)

// A page loads nothing but our own style, script and icon, and leads nowhere but to our pages and to the tracker; each
// part of a picture leads to a place that is there.
func TestBoardAsksNobody(t *testing.T) {
	pages, _ := demoBoard(t)
	for _, path := range boardPages {
		_, body := see(t, pages, path)
		there := map[string]bool{}
		for _, m := range ids.FindAllStringSubmatch(body, -1) {
			if there[m[1]] {
				t.Errorf("%s: the id %s is there twice", path, m[1])
			}
			there[m[1]] = true
		}
		for _, m := range addresses.FindAllStringSubmatch(body, -1) {
			local := strings.HasPrefix(m[1], "/") && !strings.HasPrefix(m[1], "//")
			place, inside := strings.CutPrefix(m[1], "#")
			switch {
			case inside && !there[place]:
				t.Errorf("%s: leads to %s, which is not there", path, m[1])
			case !inside && !local && !strings.HasPrefix(m[1], "http://127.0.0.1/issues/"):
				t.Errorf("%s: leads to %s", path, m[1])
			}
			if !local {
				continue
			}
			if code, _ := see(t, pages, unescape.UnescapeString(m[1])); code != http.StatusOK && !failing[path] {
				t.Errorf("%s: leads to %s: %d", path, m[1], code)
			}
		}
		for _, inline := range []string{"style=", "<style", "<script>", "onclick", "onload", "@import"} {
			if strings.Contains(body, inline) {
				t.Errorf("%s: has %s in it", path, inline)
			}
		}
	}
}

// Whatever people type, it is text.
func TestBoardShowsHostileTextAsText(t *testing.T) {
	d := newOffice(t)
	d.want(exitOK, "enforce")
	d.at("2026-03-20 16:00:00")
	for i, s := range hostile {
		d.report(s, "critical")
		if _, err := d.sim.As("romashkin").Comment(i+1, s); err != nil {
			t.Fatal(err)
		}
	}
	d.at("2026-03-20 16:30:00")
	d.run("enforce") // many writes at once are held
	w := d.reader()
	pages := pagesHandler(w)
	paths := []string{
		"/", "/?contract=%22%3E%3Cscript%3Ealert(1)", "/trust", "/contract/kamal-acme", "/%3Cscript%3Ealert(1)",
	}
	for i := range hostile {
		paths = append(paths, fmt.Sprintf("/request/%d", i+1))
	}
	seen := 0
	for _, path := range paths {
		_, body := see(t, pages, path)
		for _, bad := range []string{
			"<script>alert", "<img", "onerror=alert(1)>", `href="javascript:`, "<b>_it_", `"quotes"`,
		} {
			if strings.Contains(body, bad) {
				t.Errorf("%s: has %s in it", path, bad)
			}
		}
		if strings.ContainsFunc(body, func(c rune) bool { return unicode.Is(unicode.Bidi_Control, c) }) {
			t.Errorf("%s: a mark of direction is at work", path)
		}
		if strings.Contains(body, "&lt;script&gt;alert(1)") {
			seen++
		}
	}
	if seen < 3 {
		t.Errorf("only %d pages show what was typed", seen)
	}
	if _, body := see(t, pages, "/trust"); !strings.Contains(body, "held steps wait for a person") ||
		!strings.Contains(body, "slabridge ledger release --id") {
		t.Errorf("what is held is not told: %s", body)
	}
	if _, body := see(t, pages, "/request/1"); !strings.Contains(body, `class="step held"`) {
		t.Error("the picture does not show what is held")
	}
}
