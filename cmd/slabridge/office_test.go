package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"slabridge/connectors/redmine/redminesim"
)

// office is a support desk on a simulated Redmine with the program beside it, in virtual time: the configuration
// and the people of the demo.
type office struct {
	t      *testing.T
	sim    *redminesim.Server
	key    string
	folder string

	mu  sync.Mutex
	now time.Time
}

// newOffice opens a desk on the Friday before Nauryz, 15:55 in Almaty. Each edit is a pair of texts, old and new, in
// the configuration of the demo.
func newOffice(t *testing.T, edits ...string) *office {
	t.Helper()
	d := &office{t: t, folder: t.TempDir()}
	d.at("2026-03-20 15:55:00")
	d.sim = redminesim.NewDesk(redminesim.Options{Clock: d.clock})
	d.key = d.sim.Key("sla-bot")
	d.configure(edits...)
	return d
}

func (d *office) clock() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now
}

// at sets the clock of tracker and program, in Almaty's time.
func (d *office) at(moment string) {
	d.t.Helper()
	at, err := time.Parse("2006-01-02 15:04:05 -07", moment+" +05")
	d.check(err)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = at
}

func (d *office) check(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *office) configure(edits ...string) {
	d.t.Helper()
	text := demoYAML("en", demoRedmine{d.sim})
	for i := 0; i < len(edits); i += 2 {
		if !strings.Contains(text, edits[i]) {
			d.t.Fatalf("the configuration has no %q", edits[i])
		}
		text = strings.Replace(text, edits[i], edits[i+1], 1)
	}
	d.check(os.WriteFile(d.file("slabridge.yaml"), []byte(text), 0o600))
	d.check(os.WriteFile(d.file("demo.key"), []byte(d.key+"\n"), 0o600))
}

func (d *office) file(name string) string { return filepath.Join(d.folder, name) }

// run runs the program inside the test.
func (d *office) run(args ...string) outcome {
	var out, errs bytes.Buffer
	code := d.app(&out, &errs).run(append([]string{"--config", d.file("slabridge.yaml"), "--lang", "en"}, args...))
	return outcome{code, out.String(), errs.String()}
}

func (d *office) app(out, errs *bytes.Buffer) *app {
	a := newApp(strings.NewReader(""), out, errs, d.clock)
	a.transport = d.sim.Transport()
	return a
}

// want runs the program and holds it to an exit code.
func (d *office) want(code int, args ...string) outcome {
	d.t.Helper()
	o := d.run(args...)
	if o.code != code {
		d.t.Fatalf("slabridge %s: want exit code %d, got %s", strings.Join(args, " "), code, o)
	}
	return o
}

// lines runs the program with -o json and gives its lines as they are.
func (d *office) lines(code int, args ...string) []map[string]any {
	d.t.Helper()
	o := d.want(code, append(args, "-o", "json")...)
	var out []map[string]any
	for line := range strings.Lines(o.out) {
		var v map[string]any
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			d.t.Fatalf("line %q: %v", line, err)
		}
		out = append(out, v)
	}
	return out
}

// report makes a critical request of the customer's.
func (d *office) report(subject, severity string) int {
	d.t.Helper()
	n, err := d.sim.As("romashkin").Create(redminesim.NewIssue{
		Project: "acme", Tracker: "Bug", Subject: subject, Fields: map[string]string{"Severity": severity},
	})
	d.check(err)
	return n
}

// breached brings the desk to 16:30 with one critical request of 16:00 that nobody answered: receipt, warning and
// breach are written.
func (d *office) breached() {
	d.t.Helper()
	d.want(exitOK, "enforce")
	d.at("2026-03-20 16:00:00")
	d.report("Nobody can log in", "critical")
	d.at("2026-03-20 16:00:05")
	d.want(exitOK, "enforce")
	d.at("2026-03-20 16:30:00")
}

// broken answers everything with the status code, as a tracker in trouble does.
func broken(status int) func(http.Handler) http.Handler {
	return func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
	}
}

// has fails the test when the object lacks one of the fields.
func has(t *testing.T, what string, v map[string]any, fields ...string) {
	t.Helper()
	for _, f := range fields {
		if _, ok := v[f]; !ok {
			t.Errorf("%s has no field %q: %v", what, f, v)
		}
	}
}
