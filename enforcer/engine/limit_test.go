package engine_test

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"slabridge/connectors"
	"slabridge/connectors/redmine"
	"slabridge/connectors/redmine/redminesim"
)

// limited makes the tracker answer everything with 429, and gives the moments at which it was asked so far.
func (d *daemon) limited(h http.Header) func() []time.Time {
	var mu sync.Mutex
	var asked []time.Time
	d.sim.Use(func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			mu.Lock()
			asked = append(asked, time.Now())
			mu.Unlock()
			for name, v := range h {
				w.Header()[name] = v
			}
			w.WriteHeader(http.StatusTooManyRequests)
		})
	})
	return func() []time.Time {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(asked)
	}
}

// A tracker that says how long it wants to be left alone is sent nothing until then, for whatever reason; the others
// are served as ever.
func TestRunHeedsRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := awake(t, "2026-03-16 10:00", "@every 10s")
		other := redminesim.NewLab(redminesim.Options{Clock: time.Now})
		tr, err := redmine.New(connectors.Settings{
			ID: "other", URL: "http://other.example.org", Transport: other.Transport(), Now: time.Now,
			Auth: connectors.Auth{Way: "api_key", Secret: other.Key("sla-bot")},
		})
		d.do(err)
		s := d.settings()
		second := s.Connections[0]
		second.ID, second.Tracker = "other", tr
		s.Connections = append(s.Connections, second)
		d.reload <- s
		id := d.issue("critical", "Server down")
		d.until("2026-03-16 10:01:05")
		d.wantSaid(id, "+acknowledge/start")
		asked := d.limited(http.Header{"Retry-After": {"120"}})
		d.until("2026-03-16 10:02:55") // asked at 10:01:10
		other.ResetRequests()
		d.engine.Hint("helpdesk", "1")
		d.until("2026-03-16 10:03:05")
		if len(asked()) != 1 || len(other.Requests()) == 0 {
			t.Errorf("asked at %v within the two minutes, want once; the other tracker %d times", asked(),
				len(other.Requests()))
		}
		d.sim.Use(nil)
		d.sim.ResetRequests()
		d.until("2026-03-16 10:03:25")
		if len(d.sim.Requests()) == 0 {
			t.Error("nothing was asked when the two minutes were over")
		}
		d.until("2026-03-16 10:20:05")
		d.wantSaid(id, "+acknowledge/start", "respond/warn-50", "respond/due")
	})
}

// A limit that is met in the middle of a pass, in a request whose failure fails no pass, has the tracker left alone,
// too, and health says so: the next pass is made when the time is over, and none fails for it.
func TestRunHeedsALimitInTheMiddleOfAPass(t *testing.T) {
	for _, wish := range []http.Header{{"Retry-After": {"120"}}, nil} {
		synctest.Test(t, func(t *testing.T) {
			d := awake(t, "2026-03-16 10:00", "@every 10s")
			id := d.issue("critical", "Server down")
			var mu sync.Mutex
			written, limited := false, time.Time{}
			var asked []time.Time
			d.sim.Use(func(next http.Handler) http.Handler { // the first look after the first write
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					mu.Lock()
					now := written && limited.IsZero() && r.Method == http.MethodGet
					if now {
						limited = time.Now()
					} else if !limited.IsZero() {
						asked = append(asked, time.Now())
					}
					written = written || r.Method == http.MethodPut
					mu.Unlock()
					if !now {
						next.ServeHTTP(w, r)
						return
					}
					maps.Copy(w.Header(), wish)
					w.WriteHeader(http.StatusTooManyRequests)
				})
			})
			d.until("2026-03-16 10:00:25")
			h, err := d.ledger.Health(t.Context(), "helpdesk")
			rest := h.RestUntil.Sub(limited)
			if err != nil || h.Error != "" || limited.IsZero() || rest < 29*time.Second || rest > 121*time.Second ||
				wish != nil && rest < 119*time.Second {
				t.Fatalf("%v: limited at %v, health %+v, %v", wish, limited, h, err)
			}
			d.until("2026-03-16 10:03:55")
			mu.Lock()
			defer mu.Unlock()
			if first := asked[0].Sub(limited); first < rest-time.Second || first > rest+2*time.Second {
				t.Errorf("%v: asked again after %v, want %v", wish, first, rest)
			}
			if h, err = d.ledger.Health(t.Context(), "helpdesk"); err != nil || !h.RestUntil.IsZero() || h.Error != "" {
				t.Errorf("%v: afterwards %+v, %v", wish, h, err)
			}
			d.mu.Lock()
			err = errors.Join(d.errs...)
			d.mu.Unlock()
			if err != nil {
				t.Errorf("%v: a pass failed: %v", wish, err)
			}
			d.wantSaid(id, "+acknowledge/start")
		})
	}
}

// Where the tracker does not say for how long, the pauses grow to a bound, and end with the first success.
func TestRunPausesGrow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := awake(t, "2026-03-16 10:00", "@every 10s")
		d.issue("minor", "Whenever you like")
		d.until("2026-03-16 10:01:05")
		asked := d.limited(nil)
		d.until("2026-03-16 13:01:05")
		var pauses []time.Duration
		for i := range asked()[1:] {
			pauses = append(pauses, asked()[i+1].Sub(asked()[i]))
		}
		if len(pauses) < 10 || len(pauses) > 15 || !slices.IsSorted(pauses[:5]) || pauses[0] < 30*time.Second ||
			slices.Max(pauses) > 21*time.Minute || pauses[len(pauses)-1] < 16*time.Minute {
			t.Errorf("pauses of %v", pauses)
		}
		d.sim.Use(nil)
		d.until("2026-03-16 13:25:05")
		before, err := d.count()
		d.until("2026-03-16 13:26:05")
		if after, _ := d.count(); after-before != 6 || err != nil {
			t.Errorf("%d passes in a minute after the first success, %v", after-before, err)
		}
		asked = d.limited(nil)
		d.until("2026-03-16 13:29:05")
		if n := len(asked()); n < 2 || n > 4 {
			t.Errorf("limited again it is asked %d times in three minutes, want the first pause again", n)
		}
	})
}

// A wish for longer than an hour is a mistake of somebody's, and heeded for an hour.
func TestRunHeedsAHugeWishForAnHour(t *testing.T) {
	for _, wish := range []string{"100000000", "99999999999999999999", "Fri, 31 Dec 2100 23:59:59 GMT"} {
		synctest.Test(t, func(t *testing.T) {
			d := awake(t, "2026-03-16 10:00", "@every 1m")
			d.issue("minor", "Whenever you like")
			d.until("2026-03-16 10:00:30")
			asked := d.limited(http.Header{"Retry-After": {wish}})
			d.until("2026-03-16 10:59:30")
			if len(asked()) != 1 {
				t.Errorf("%s: asked at %v, want once in the hour", wish, asked())
			}
			d.until("2026-03-16 11:02:30")
			if len(asked()) != 2 {
				t.Errorf("%s: asked at %v, want again after the hour", wish, asked())
			}
		})
	}
}
