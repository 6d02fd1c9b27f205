package main

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"slabridge/connectors"
)

// busy is a simulated support desk under three contracts. At the end of its story one pass has something of every kind
// to write: public and internal comments, an update of comment, assignee and priority at once, watchers, fields that
// are kept up to date, beside a comment and alone, a transition, and issues of a contract's duties. The kill sweep and
// the faults by seed play on it.
type busy struct {
	open   func(clock func() time.Time) busyTracker
	sim    busyTracker
	folder string

	ahead time.Duration // in a bubble: of the story's time before the bubble's; elsewhere the clock is what is set

	mu  sync.Mutex
	now time.Time

	acting sync.Mutex
	acts   []done // everything that changed the tracker, oldest first
}

// done is one thing that people or slabridge did to the tracker. Done again in order on a new one, all of them make the
// same tracker.
type done struct {
	at time.Time
	do func(sim busyTracker) error
}

// A busyTracker is a simulated tracker that the busy story can be played on. Issues are numbered in the order in which
// they are made, from 1.
type busyTracker interface {
	http.Handler
	Transport() http.RoundTripper
	// words are what the configuration calls things by: it has their names, as KIND, in the place of the values.
	words() []string
	key() string
	reads(r *http.Request) bool // it changes nothing
	file(who string, r busyRequest) error
	change(who string, issue int, c busyChange) error
	// effects are all that the tracker shows of what slabridge did, but for the words: each step told of on each issue,
	// each issue made, and the fields and watchers of every issue. Two of the same are two.
	effects() map[string]int
	ids() []string // of all issues
	connect(now func() time.Time) (connectors.Tracker, error)
}

// busyRequest is what somebody types into the form for a new request; busyChange what is typed later. What is empty is
// left to the tracker, and as it is.
type busyRequest struct{ project, subject, text, severity string }

type busyChange struct{ note, assignee, status string }

// scene is what people do at a moment, before slabridge is run.
type scene struct {
	at        string // in Almaty, two hours ahead of Moscow
	do        func(sim busyTracker) error
	unwatched bool // slabridge is down until the busy hour
}

// busyStory: the requests of the past show the fields there are. In endocs' project a question waits for its answer for
// five business days, is reminded of on the fourth and closed at noon of Moscow on 1 April; by then kamal's critical
// request has had no answer for four hours, and the issues of vendor-kz's new quarter are due to be made.
var busyStory = []scene{
	{at: "2026-03-23 09:00:00", unwatched: true, do: func(sim busyTracker) error {
		for n, p := range [][2]string{{"acme", "customer1"}, {"globex", "customer2"}} {
			if err := sim.file(p[1], busyRequest{project: p[0], subject: "From before the contract of " + p[0]}); err != nil {
				return err
			}
			if err := sim.change("support1", n+1, busyChange{status: "Closed"}); err != nil {
				return err
			}
		}
		return nil
	}},
	{at: "2026-03-24 09:00:00"},
	{at: "2026-03-25 13:30:00", do: func(sim busyTracker) error {
		return sim.file("customer2", busyRequest{project: "globex", subject: "Не загружается файл", text: "Не загружается."})
	}},
	{at: "2026-03-25 14:00:00", do: func(sim busyTracker) error {
		return sim.change("support1", 3, busyChange{"Пришлите файл, пожалуйста.", "support1", "Waiting for customer"})
	}},
	{at: "2026-03-26 10:00:00", do: func(sim busyTracker) error {
		if err := sim.file("customer1", busyRequest{project: "acme", subject: "Slow"}); err != nil {
			return err
		}
		return sim.change("support1", 4, busyChange{note: "We look into it.", status: "In Progress"})
	}},
	{at: "2026-03-31 14:00:00"}, // the reminder
	{at: "2026-04-01 08:00:00"},
	{at: "2026-04-01 10:00:00", unwatched: true, do: func(sim busyTracker) error {
		return sim.file("customer1", busyRequest{project: "acme", subject: "Server down", severity: "critical"})
	}},
	{at: "2026-04-01 13:30:00", unwatched: true, do: func(sim busyTracker) error {
		return sim.change("support1", 4, busyChange{note: "It is fast again.", status: "Resolved"})
	}},
	{at: "2026-04-01 13:59:00", unwatched: true, do: func(sim busyTracker) error {
		return sim.file("customer1", busyRequest{project: "acme", subject: "A question"})
	}},
}

// busyHour is the moment of the pass that has everything to write.
const busyHour = "2026-04-01 14:00:01"

// busyConfig is its configuration; URL stands for the tracker's address, and other capitals for its words.
const busyConfig = `state: slabridge.db
language: ru
listen: "off"
connections:
  - {id: helpdesk, kind: KIND, url: "URL", auth: AUTH, poll: "@every 1m"}
mappings:
  - id: kamal
    connection: helpdesk
    severity:
      - {is: critical, when: {field: Severity, in: [critical]}}
      - {is: minor, when: {field: Severity, in: [minor]}}
      - {is: noncritical}
    fields:
      - {is: sla-due, field: "SLA due", write: true}
      - {is: sla-state, field: "SLA state", write: true}
COMMON
  - id: endocs
    connection: helpdesk
    severity:
      - {is: high, when: {field: Severity, in: [critical]}}
      - {is: normal}
COMMON
  - id: vendor
    connection: helpdesk
    severity:
      - {is: fault, when: {field: Severity, in: [critical]}}
      - {is: request}
COMMON
contracts:
  - {use: kamal, id: kamal, mapping: kamal, projects: [ACME]}
  - id: endocs
    mapping: endocs
    projects: [GLOBEX]
    valid: {from: 2026-01-01, to: 2026-12-31}
    versions:
      - {valid_from: 2026-01-01, use: endocs, plan: paid, change: [{obligation: await-answer, on: true}]}
  - use: vendor-kz
    id: vendor
    mapping: vendor
    projects: [ERP]
    duties:
      - {obligation: quarterly-delivery, id: product, period: quarter, project: ERP, tracker: TYPE, subject: "Сдача Продукта, {{.Period}}", assign: support}
      - {obligation: standing-duty, id: archive, period: month, project: ERP, tracker: TYPE, subject: "Проверка архивных копий, {{.Period}}", assign: duty}
`

const busyMapping = `    status:
      - {is: new, names: [New]}
      - {is: working, names: [In Progress]}
      - {is: waiting-customer, names: [Feedback, Waiting for customer]}
      - {is: waiting-third-party, names: [Frozen]}
      - {is: resolved, names: [Resolved]}
      - {is: closed, names: [Closed, Rejected]}
    roles:
      - {is: support, project_roles: [Support engineer], lead: Sanjay Support, duty: Svetlana Support}
      - {is: developers, project_roles: [Developer], lead: Dora Developer}
      - {is: management, users: [Maria Manager]}
      - {is: customer, project_roles: [Customer]}
    internal: {kind: INTERNAL}
`

// inAlmaty reads a moment of the story.
func inAlmaty(t testing.TB, s string) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Almaty")
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation(time.DateTime, s, zone)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// newBusy is the desk before its story, on a tracker of its own. url is where slabridge finds it.
func newBusy(t testing.TB, open func(clock func() time.Time) busyTracker, url string) *busy {
	t.Helper()
	b := &busy{folder: t.TempDir(), open: open}
	b.sim = open(b.clock)
	text := strings.NewReplacer(append(b.sim.words(), "URL", url)...).Replace(strings.ReplaceAll(busyConfig, "COMMON\n",
		busyMapping))
	for name, text := range map[string]string{"slabridge.yaml": text, "key": b.sim.key() + "\n"} {
		if err := os.WriteFile(filepath.Join(b.folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

func (b *busy) config() string { return filepath.Join(b.folder, "slabridge.yaml") }

// clock is the tracker's.
func (b *busy) clock() time.Time {
	if b.ahead != 0 {
		return time.Now().Add(b.ahead)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

func (b *busy) set(now time.Time) {
	if b.ahead != 0 {
		time.Sleep(now.Sub(b.clock()))
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = now
}

// act does something to the tracker now and remembers it.
func (b *busy) act(do func(busyTracker) error) error {
	b.acting.Lock()
	defer b.acting.Unlock()
	b.acts = append(b.acts, done{b.clock(), do})
	return do(b.sim)
}

// play makes people act out the story, and calls pass after each scene as long as slabridge is up.
func (b *busy) play(t testing.TB, pass func()) {
	t.Helper()
	for _, s := range busyStory {
		b.set(inAlmaty(t, s.at))
		if s.do != nil {
			if err := b.act(s.do); err != nil {
				t.Fatalf("%s: %v", s.at, err)
			}
		}
		if !s.unwatched {
			pass()
		}
	}
}

// recorder remembers what slabridge changes in the tracker, so that it can be done again.
func (b *busy) recorder() http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		if b.sim.reads(r) {
			return b.sim.Transport().RoundTrip(r)
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		var res *http.Response
		err = b.act(func(sim busyTracker) error {
			again := r.Clone(r.Context())
			again.Body = io.NopCloser(bytes.NewReader(body))
			res, err = sim.Transport().RoundTrip(again.WithContext(context.WithoutCancel(r.Context())))
			return err
		})
		return res, err
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// compareEffects counts what is missing of what was wanted, and what there is too much of.
func compareEffects(got, want map[string]int) (lost, doubled []string) {
	for _, k := range slices.Sorted(maps.Keys(want)) {
		if got[k] < want[k] {
			lost = append(lost, k)
		}
	}
	for _, k := range slices.Sorted(maps.Keys(got)) {
		if got[k] > want[k] {
			doubled = append(doubled, k)
		}
	}
	return lost, doubled
}
