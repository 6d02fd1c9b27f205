package engine_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"slabridge/connectors/redmine/redminesim"
	"slabridge/connectors/sim"
	"slabridge/enforcer/engine"
)

// passed counts the passes that go by until the moment.
func (d *daemon) passed(until string) int {
	before, _ := d.count()
	d.until(until)
	after, _ := d.count()
	return after - before
}

// histories counts the requests for one issue.
func histories(asked []sim.Request) (n int) {
	for _, r := range asked {
		if r.Method == http.MethodGet && strings.HasPrefix(r.Path, "/issues/") {
			n++
		}
	}
	return n
}

// The next poll is an hour away, and yet what a hint tells of is acted upon at once: a new issue, and an answer.
func TestHintBringsAPass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := awake(t, "2026-03-16 10:00", "0 * * * *")
		d.until("2026-03-16 10:05:00")
		id := d.issue("critical", "Server down")
		d.until("2026-03-16 10:05:30")
		d.wantSaid(id)
		if !d.engine.Hint("helpdesk", fmt.Sprint(id)) {
			t.Error("one issue is too many")
		}
		d.until("2026-03-16 10:05:31")
		d.wantSaid(id, "+acknowledge/start")
		d.until("2026-03-16 10:06:00")
		_, err := d.sim.As("support1").Update(id, redminesim.Change{Note: "Looking at it."})
		d.do(err)
		d.engine.Hint("helpdesk") // something changed, and nobody says where
		d.until("2026-03-16 10:06:01")
		if it, ok, err := d.ledger.Item(t.Context(), "helpdesk", fmt.Sprint(id), "kamal-acme"); err != nil || !ok ||
			it.EvaluatedAt.Before(at("2026-03-16 10:06:00")) {
			t.Errorf("evaluated at %v, %t, %v", it.EvaluatedAt, ok, err)
		}
	})
}

// Any number of hints that come together are one pass, and one reading of each issue; those that go on coming are a
// pass a second at most.
func TestHintsGather(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := awake(t, "2026-03-16 10:00", "0 * * * *")
		one, two := d.issue("minor", "One"), d.issue("minor", "Two")
		d.until("2026-03-16 10:05:00")
		d.engine.Hint("helpdesk", fmt.Sprint(one), fmt.Sprint(two))
		d.until("2026-03-16 10:05:10") // both are known, and settled
		d.engine.Hint("helpdesk", fmt.Sprint(one))
		d.until("2026-03-16 10:05:20")
		asked := d.requests(func() {
			for range 20 {
				d.engine.Hint("helpdesk", fmt.Sprint(one))
				d.engine.Hint("helpdesk", fmt.Sprint(two), fmt.Sprint(one))
				time.Sleep(10 * time.Millisecond)
			}
			if n := d.passed("2026-03-16 10:05:25"); n != 1 {
				t.Errorf("%d passes", n)
			}
		})
		if n := histories(asked); n != 2 {
			t.Errorf("two issues were read %d times: %v", n, asked)
		}
		before, _ := d.count()
		for range 100 {
			d.engine.Hint("helpdesk", fmt.Sprint(one))
			time.Sleep(100 * time.Millisecond)
		}
		if after, _ := d.count(); after-before < 9 || after-before > 11 {
			t.Errorf("%d passes in ten seconds", after-before)
		}
	})
}

// Made-up ids cost a bounded number of requests, leave nothing behind and keep no real issue from being seen.
func TestHintsOfNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := awake(t, "2026-03-16 10:00", "0 * * * *")
		d.until("2026-03-16 10:05:00")
		id := d.issue("critical", "Server down")
		refused := 0
		asked := d.requests(func() {
			for n := range 6000 {
				if !d.engine.Hint("helpdesk", fmt.Sprint(100000+n)) {
					refused++
				}
				time.Sleep(10 * time.Millisecond)
			}
			d.until("2026-03-16 10:06:10")
		})
		if n := histories(asked); n > 125 || n < 60 || refused < 5800 {
			t.Errorf("%d made-up issues were asked for in a minute, %d not", n, refused)
		}
		// a pass a second, with a list and a question who we are, which the connector asks again where an issue is not found
		if len(asked) > 450 {
			t.Errorf("%d requests in a minute", len(asked))
		}
		d.wantSaid(id, "+acknowledge/start")
		if _, ok, err := d.mirror.Entry(t.Context(), "helpdesk", "100000"); ok || err != nil {
			t.Errorf("a made-up issue is mirrored: %t, %v", ok, err)
		}
		if _, err := d.count(); err != nil {
			t.Error(err)
		}
		asked = d.requests(func() {
			d.engine.Hint("helpdesk", "424242")
			d.until("2026-03-16 10:06:20")
		})
		if n := histories(asked); n != 1 {
			t.Errorf("one issue that is not there was asked for %d times", n)
		}
	})
}

// Our own writes come back as webhooks, and bring about nothing more.
func TestHintOfOurOwnWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := awake(t, "2026-03-16 10:00", "0 * * * *")
		d.until("2026-03-16 10:05:00")
		id := d.issue("critical", "Server down")
		written := 0
		d.intercept(http.MethodPut, "/issues/", func(*http.Request) {
			written++
			go d.engine.Hint("helpdesk", fmt.Sprint(id)) // as Redmine would, beside the answer
		})
		d.engine.Hint("helpdesk", fmt.Sprint(id))
		if n := d.passed("2026-03-16 10:05:10"); n != 2 {
			t.Errorf("%d passes: one for the issue and one for our own comment were to be", n)
		}
		d.until("2026-03-16 10:15:00")
		d.wantSaid(id, "+acknowledge/start")
		if written != 1 {
			t.Errorf("%d writes", written)
		}
	})
}

// A tracker in trouble is not asked more often because of hints; what they told of is read as soon as it answers.
func TestHintsWhileTheTrackerIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := awake(t, "2026-03-16 10:00", "0 * * * *")
		d.until("2026-03-16 10:05:00")
		id := d.issue("critical", "Server down")
		d.sim.Use(func(http.Handler) http.Handler { return http.HandlerFunc(abort) })
		before, _ := d.count()
		for range 600 {
			d.engine.Hint("helpdesk", fmt.Sprint(id))
			time.Sleep(time.Second)
		}
		after, err := d.count()
		if n := after - before; n < 8 || n > 12 || err == nil {
			t.Errorf("%d passes in ten minutes without a tracker, %v", n, err)
		}
		d.sim.Use(nil)
		d.until("2026-03-16 10:16:30")
		d.wantSaid(id, "+acknowledge/start", "respond/warn-50")
	})
}

// Hints of one connection, however many, put off nothing that is due on another.
func TestHintsPutOffNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := awake(t, "2026-03-16 10:00", "@every 1m")
		d.until("2026-03-16 10:00:30")
		id := d.issue("critical", "Server down") // seen at 10:01
		d.until("2026-03-16 10:01:05")
		d.load(replace(`poll: "@every 1m"`, `poll: "0 * * * *"`))
		s := d.settings()
		s.Connections = append(s.Connections, engine.Connection{ID: "elsewhere", Tracker: d.tracker, Poll: "0 * * * *"})
		d.reload <- s
		d.until("2026-03-16 10:20:00") // what is due in half a minute
		go func() {
			for time.Now().Before(at("2026-03-16 10:21:00")) {
				d.engine.Hint("elsewhere", fmt.Sprint(id))
				d.engine.Hint("nowhere")
				time.Sleep(77 * time.Millisecond) // at no moment at which a pass ends
			}
		}()
		d.until("2026-03-16 10:20:34")
		d.wantSaid(id, "+acknowledge/start", "respond/warn-50", "respond/due")
		d.until("2026-03-16 10:21:10")
	})
}

// A daemon that ends leaves hints alone, and ends no later for them.
func TestRunStopsWithHints(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := awake(t, "2026-03-16 10:00", "0 * * * *")
		d.until("2026-03-16 10:05:00")
		id := d.issue("critical", "Server down")
		d.engine.Hint("helpdesk", fmt.Sprint(id))
		time.Sleep(100 * time.Millisecond)
		if took := d.end(); took != 0 {
			t.Errorf("it took %v to stop", took)
		}
		d.engine.Hint("helpdesk", fmt.Sprint(id))
		d.wantSaid(id)
	})
}
