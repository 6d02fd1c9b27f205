package main

import (
	"bytes"
	"context"
	"fmt"
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

	"slabridge/connectors/redmine/redminesim"
	"slabridge/mapping"
)

// busy is a simulated support desk under three contracts. At the end of its story one pass has something of every kind to
// write: public and internal comments, an update of comment, assignee and priority at once, watchers, fields that are kept
// up to date, beside a comment and alone, a transition, and issues of a contract's duties. The kill sweep and the faults by seed play on it.
type busy struct {
	sim    *redminesim.Server
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
	do func(sim *redminesim.Server) error
}

// scene is what people do at a moment, before slabridge is run.
type scene struct {
	at        string // in Almaty, two hours ahead of Moscow
	do        func(sim *redminesim.Server) error
	unwatched bool // slabridge is down until the busy hour
}

// busyStory: the requests of the past show the fields there are. In endocs' project a question waits for its answer for
// five business days, is reminded of on the fourth and closed at noon of Moscow on 1 April; by then kamal's critical request
// has had no answer for four hours, and the issues of vendor-kz's new quarter are due to be made.
var busyStory = []scene{
	{at: "2026-03-23 09:00:00", unwatched: true, do: func(sim *redminesim.Server) error {
		for _, p := range [][2]string{{"acme", "customer1"}, {"globex", "customer2"}} {
			id, err := sim.As(p[1]).Create(redminesim.NewIssue{Project: p[0], Subject: "From before the contract of " + p[0]})
			if err != nil {
				return err
			}
			if err := sim.As("support1").SetStatus(id, "Closed"); err != nil {
				return err
			}
		}
		return nil
	}},
	{at: "2026-03-24 09:00:00"},
	{at: "2026-03-25 13:30:00", do: func(sim *redminesim.Server) error {
		_, err := sim.As("customer2").Create(redminesim.NewIssue{Project: "globex", Subject: "Не загружается файл", Description: "Не загружается."})
		return err
	}},
	{at: "2026-03-25 14:00:00", do: func(sim *redminesim.Server) error {
		_, err := sim.As("support1").Update(3, redminesim.Change{
			Note: "Пришлите файл, пожалуйста.", Assignee: "support1", Status: "Waiting for customer",
		})
		return err
	}},
	{at: "2026-03-26 10:00:00", do: func(sim *redminesim.Server) error {
		id, err := sim.As("customer1").Create(redminesim.NewIssue{Project: "acme", Subject: "Slow"})
		if err == nil {
			_, err = sim.As("support1").Update(id, redminesim.Change{Note: "We look into it.", Status: "In Progress"})
		}
		return err
	}},
	{at: "2026-03-31 14:00:00"}, // the reminder
	{at: "2026-04-01 08:00:00"},
	{at: "2026-04-01 10:00:00", unwatched: true, do: func(sim *redminesim.Server) error {
		_, err := sim.As("customer1").Create(redminesim.NewIssue{
			Project: "acme", Subject: "Server down", Fields: map[string]string{"Severity": "critical"},
		})
		return err
	}},
	{at: "2026-04-01 13:30:00", unwatched: true, do: func(sim *redminesim.Server) error {
		_, err := sim.As("support1").Update(4, redminesim.Change{Note: "It is fast again.", Status: "Resolved"})
		return err
	}},
	{at: "2026-04-01 13:59:00", unwatched: true, do: func(sim *redminesim.Server) error {
		_, err := sim.As("customer1").Create(redminesim.NewIssue{Project: "acme", Subject: "A question"})
		return err
	}},
}

// busyHour is the moment of the pass that has everything to write.
const busyHour = "2026-04-01 14:00:01"

// busyConfig is its configuration; URL stands for the tracker's address.
const busyConfig = `state: slabridge.db
language: ru
listen: "off"
connections:
  - {id: helpdesk, kind: redmine, url: "URL", auth: {api_key: {file: key}}, poll: "@every 1m"}
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
  - {use: kamal, id: kamal, mapping: kamal, projects: [acme]}
  - id: endocs
    mapping: endocs
    projects: [globex]
    valid: {from: 2026-01-01, to: 2026-12-31}
    versions:
      - {valid_from: 2026-01-01, use: endocs, plan: paid, change: [{obligation: await-answer, on: true}]}
  - use: vendor-kz
    id: vendor
    mapping: vendor
    projects: [acme-erp]
    duties:
      - {obligation: quarterly-delivery, id: product, period: quarter, project: acme-erp, tracker: Support, subject: "Сдача Продукта, {{.Period}}", assign: support}
      - {obligation: standing-duty, id: archive, period: month, project: acme-erp, tracker: Support, subject: "Проверка архивных копий, {{.Period}}", assign: duty}
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
    internal: {kind: private-note}
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

// newBusy is the desk before its story. url is where slabridge finds the tracker.
func newBusy(t testing.TB, url string) *busy {
	t.Helper()
	b := &busy{folder: t.TempDir()}
	b.sim = redminesim.NewLab(redminesim.Options{Clock: b.clock})
	b.configure(t, url)
	return b
}

func (b *busy) configure(t testing.TB, url string) {
	t.Helper()
	text := strings.ReplaceAll(strings.ReplaceAll(busyConfig, "COMMON\n", busyMapping), "URL", url)
	for name, text := range map[string]string{"slabridge.yaml": text, "key": b.sim.Key("sla-bot") + "\n"} {
		if err := os.WriteFile(filepath.Join(b.folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
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
func (b *busy) act(do func(*redminesim.Server) error) error {
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
		if r.Method == http.MethodGet {
			return b.sim.Transport().RoundTrip(r)
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		var res *http.Response
		err = b.act(func(sim *redminesim.Server) error {
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

// effects are all that the tracker shows of what slabridge did, but for the words: each step told of on each issue,
// each issue made, and the fields and watchers of every issue. Two of the same are two.
func (b *busy) effects(t testing.TB) map[string]int {
	t.Helper()
	out := map[string]int{}
	for id := 1; ; id++ {
		i, err := b.sim.As("admin").See(id)
		if err != nil {
			return out // the numbers have no gaps
		}
		name := i.Subject
		if i.Author.Name == "SLA Bot" {
			out[name+": made"]++
		}
		for _, j := range *i.Journals {
			if j.User.Name != "SLA Bot" || j.Notes == nil || *j.Notes == "" {
				continue
			}
			audience := "public"
			if j.PrivateNotes {
				audience = "internal"
			}
			_, steps, ok := mapping.ParseMark(*j.Notes)
			if !ok {
				out[name+": a comment without a mark"]++
			}
			for _, s := range steps {
				out[fmt.Sprintf("%s: %s %s", name, audience, s.Step)]++
			}
		}
		out[fmt.Sprintf("%s: %s", name, busyFields(i))] = 1
	}
}

// busyFields tells an issue's fields and watchers.
func busyFields(i *redminesim.Issue) string {
	assigned := "nobody"
	if i.AssignedTo != nil {
		assigned = i.AssignedTo.Name
	}
	line := fmt.Sprintf("%s at %s with %s", i.Status.Name, i.Priority.Name, assigned)
	for _, f := range i.CustomFields {
		if f.Value != nil && *f.Value != "" {
			line += fmt.Sprintf(", %s=%s", f.Name, *f.Value)
		}
	}
	var watchers []string
	for _, w := range *i.Watchers {
		watchers = append(watchers, w.Name)
	}
	slices.Sort(watchers)
	return line + ", watched by " + strings.Join(watchers, ", ")
}

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
