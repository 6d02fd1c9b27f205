package engine_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"slabridge/enforcer/engine"
)

// daemon is a world in a bubble, where time goes by itself, with slabridge running in it.
type daemon struct {
	*world
	reload chan engine.Settings
	stopIt context.CancelFunc
	done   chan error

	mu     sync.Mutex
	passes []time.Time
	errs   []error
}

// awake starts a daemon in the bubble at the moment, on a tracker that is polled by the schedule.
func awake(t *testing.T, moment, poll string, opts ...option) *daemon {
	t.Helper()
	time.Sleep(time.Until(at(moment)))
	w := &world{t: t, now: time.Now, set: func(m time.Time) { time.Sleep(time.Until(m)) }}
	w.open(append([]option{replace(`poll: "@every 1m"`, `poll: "`+poll+`"`)}, opts...)...)
	d := &daemon{world: w, reload: make(chan engine.Settings), done: make(chan error, 1)}
	var ctx context.Context
	ctx, d.stopIt = context.WithCancel(t.Context())
	go func() { d.done <- w.engine.Run(ctx, d.reload, d.report) }()
	t.Cleanup(func() { d.end() })
	d.until(moment)
	return d
}

func (d *daemon) report(_ []engine.Report, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.passes = append(d.passes, time.Now())
	d.errs = append(d.errs, err)
}

// until lets the bubble's time go by, and what was begun come to rest.
func (d *daemon) until(moment string) {
	time.Sleep(time.Until(at(moment)))
	synctest.Wait()
}

// count is the number of passes so far, and the last error.
func (d *daemon) count() (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.passes), d.errs[len(d.errs)-1]
}

// end stops the daemon and says how long that took.
func (d *daemon) end() time.Duration {
	begun := time.Now()
	d.stopIt()
	if err := <-d.done; err != nil {
		d.t.Error(err)
	}
	d.done <- nil // for a second call
	return time.Since(begun)
}

// The tracker is polled once an hour, and yet each step is taken within two seconds of its moment.
func TestRunWakesForTheNextMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := awake(t, "2026-03-16 08:59:30", "0 * * * *")
		d.until("2026-03-16 09:00:00") // the poll that will see it comes with the hour
		id := d.issue("critical", "Server down")
		d.until("2026-03-16 10:00:05")
		d.wantSaid(id, "+acknowledge/start", "respond/due")
		d.until("2026-03-16 11:00:03")
		d.wantSaid(id, "+acknowledge/start", "respond/due", "involve-developers/due")
		d.until("2026-03-16 13:00:00")
		d.wantSaid(id, "+acknowledge/start", "respond/due", "involve-developers/due")
		d.until("2026-03-16 13:00:03")
		d.wantSaid(id, "+acknowledge/start", "respond/due", "involve-developers/due", "inform-management/due")

		second := d.issue("critical", "Again") // at 13:00:03, seen at 14:00
		d.until("2026-03-16 14:00:01")
		d.wantSaid(second, "+acknowledge/start", "respond/due")
		before, _ := d.count()
		d.until("2026-03-16 14:59:59")
		if after, _ := d.count(); after > before+1 {
			t.Errorf("%d passes in an hour in which nothing came", after-before)
		}
		d.until("2026-03-16 15:00:03") // two hours after the notice: still in time
		d.wantSaid(second, "+acknowledge/start", "respond/due")
		d.until("2026-03-16 15:00:06")
		d.wantSaid(second, "+acknowledge/start", "respond/due", "involve-developers/due")
	})
}

// Polls come by the schedule, each one request.
func TestRunPolls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := awake(t, "2026-03-16 10:00", "@every 5m")
		d.issue("minor", "Whenever you like") // an empty list would cost a question who we are
		d.until("2026-03-16 10:20:30")
		before, _ := d.count()
		asked := d.requests(func() { d.until("2026-03-16 10:50:30") })
		after, err := d.count()
		if after-before != 6 || len(asked) != 6 || err != nil {
			t.Errorf("%d passes and %d requests in half an hour, %v", after-before, len(asked), err)
		}
	})
}

// New settings are taken between two passes; ones that cannot be used leave the old ones in force.
func TestRunReloads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := awake(t, "2026-03-16 10:00", "0 * * * *")
		d.load(replace(`poll: "0 * * * *"`, `poll: "@every 1m"`))
		for _, bad := range []string{"every minute", "CRON_TZ=Asia/Almaty", "@every 10ms", "0 0 31 2 *"} {
			s := d.settings()
			s.Connections[0].Poll = bad
			d.reload <- s
			synctest.Wait()
			if _, err := d.count(); err == nil || !strings.Contains(err.Error(), "reload: ") {
				t.Errorf("poll %q was taken: %v", bad, err)
			}
		}
		before, _ := d.count()
		d.until("2026-03-16 10:30")
		if after, _ := d.count(); after != before {
			t.Errorf("%d passes under the old schedule", after-before)
		}
		d.reload <- d.settings()
		synctest.Wait()
		before, _ = d.count()
		d.until("2026-03-16 10:40:30")
		if after, err := d.count(); after-before != 10 || err != nil {
			t.Errorf("%d passes in ten minutes under the new schedule, %v", after-before, err)
		}
	})
}

// A stop ends the daemon at once, but for the write under way, which is seen through.
func TestRunStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := awake(t, "2026-03-16 10:00", "@every 1m")
		d.until("2026-03-16 10:00:30")
		if took := d.end(); took != 0 {
			t.Errorf("an idle daemon took %v to stop", took)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		d := awake(t, "2026-03-16 10:00", "@every 1m")
		id, other := d.issue("critical", "Server down"), d.issue("critical", "Another")
		d.intercept(http.MethodPut, "/issues/", func(*http.Request) {
			d.stopIt()
			time.Sleep(20 * time.Second)
		})
		d.until("2026-03-16 10:01:10")
		if took := d.end(); took > 11*time.Second {
			t.Errorf("it took %v to stop after a write of which ten seconds were left", took)
		}
		d.wantEntries(id, "acknowledge/start done accepted")
		d.wantEntries(other, "acknowledge/start intended start")
	})
}

// With the tracker down and moments overdue a pass is tried once a minute, however rare the polls; then all is
// made up for at once.
func TestRunRetriesWithoutHurry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := awake(t, "2026-03-16 09:59:50", "0 * * * *")
		id := d.issue("critical", "Server down")
		d.until("2026-03-16 10:05")
		d.sim.Use(func(http.Handler) http.Handler { return http.HandlerFunc(abort) })
		before, _ := d.count()
		d.until("2026-03-16 10:45:30")
		after, err := d.count()
		if n := after - before; n < 30 || n > 40 || err == nil {
			t.Errorf("%d passes in forty minutes without a tracker, %v", n, err)
		}
		d.sim.Use(nil)
		d.until("2026-03-16 10:47")
		d.wantSaid(id, "+acknowledge/start", "respond/due")
		before, _ = d.count()
		d.until("2026-03-16 10:59:30")
		if after, _ := d.count(); after != before {
			t.Errorf("%d passes with nothing to do", after-before)
		}
	})
}

// An issue that cannot be judged, for which time alone brings nothing, neither keeps the daemon busy nor keeps it
// from waking for others.
func TestRunWithAnOverdueMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := awake(t, "2026-03-16 09:59:50", "0 * * * *", appended("    valid: {from: 2020-01-01}\n"))
		_, err := d.sim.As("support1").Create(newIssue("critical", "1990-01-02 10:00")) // no calendar has that year
		d.do(err)
		id := d.issue("critical", "Server down")
		d.until("2026-03-16 10:19")
		before, _ := d.count()
		d.until("2026-03-16 10:19:55")
		if after, _ := d.count(); after > before+1 {
			t.Errorf("%d passes in a minute", after-before)
		}
		d.wantSaid(id, "+acknowledge/start", "respond/warn-50", "respond/due")
	})
}

// The tracker's names are read again when the daemon starts and when it is told to read its configuration, however
// young they are: whoever does either may just have renamed a status, and looks at what comes of it.
func TestRunReadsNamesAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := awake(t, "2026-03-16 10:00", "@every 1m")
		d.issue("minor", "Whenever you like")
		names := func(during func()) (n int) {
			for _, request := range d.requests(during) {
				if strings.Contains(request.Path, "/issue_statuses.json") {
					n++
				}
			}
			return n
		}
		if n := names(func() { d.until("2026-03-16 10:10:30") }); n != 0 {
			t.Errorf("the names were read %d times in ten idle minutes", n)
		}
		if n := names(func() { d.reload <- d.settings(); synctest.Wait() }); n != 1 {
			t.Errorf("a reload reads the names %d times, want once", n)
		}
		if n := names(func() { d.until("2026-03-16 10:20:30") }); n != 0 {
			t.Errorf("and %d times more after it", n)
		}
		d.end()
		<-d.done
		var ctx context.Context
		ctx, d.stopIt = context.WithCancel(t.Context())
		if n := names(func() {
			go func() { d.done <- d.engine.Run(ctx, d.reload, d.report) }()
			synctest.Wait()
		}); n != 1 {
			t.Errorf("a start reads the names %d times, want once", n)
		}
	})
}

// A process that died with a request on the way looks for its mark as soon as that is safe, not at the next poll.
func TestRunSettlesWhatACrashLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := awake(t, "2026-03-16 09:50", "0 * * * *")
		d.end()
		id := d.issue("critical", "Server down")
		m := &mortal{}
		d.doom(m)
		d.intercept(http.MethodPut, "/issues/", func(*http.Request) {
			m.dead.Store(true)
			panic(http.ErrAbortHandler)
		})
		if _, err := d.engine.Pass(t.Context()); err == nil {
			t.Fatal("it survived")
		}
		d.sim.Use(nil)
		d.revive()
		<-d.done
		var ctx context.Context
		ctx, d.stopIt = context.WithCancel(t.Context())
		go func() { d.done <- d.engine.Run(ctx, d.reload, d.report) }()
		d.until("2026-03-16 09:54:55")
		d.wantSaid(id)
		d.until("2026-03-16 09:55:05")
		d.wantSaid(id, "+acknowledge/start")
	})
}
