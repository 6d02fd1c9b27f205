package main

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

var (
	seedOfFaults  = flag.Uint64("seed", 0, "TestFaultsBySeed: play this seed alone, and tell what happened")
	countOfFaults = flag.Int("faults", 400, "TestFaultsBySeed: how many faults to inject at least")
)

// TestFaultsBySeed plays the busy story in virtual time behind weather that storms after each scene. When it has
// passed, the tracker must have what it has without it, and the mirror what the tracker has.
func TestFaultsBySeed(t *testing.T) { faultsBySeed(t, openBusyRedmine, *countOfFaults) }

// TestFaultsBySeedOnJira does it to both Jiras, which share the faults.
func TestFaultsBySeedOnJira(t *testing.T) {
	for name, open := range map[string]func(clock func() time.Time) busyTracker{
		"cloud":       openBusyCloud,
		"data center": openBusyDataCenter,
	} {
		t.Run(name, func(t *testing.T) { faultsBySeed(t, open, *countOfFaults/2) })
	}
}

func faultsBySeed(t *testing.T, open func(clock func() time.Time) busyTracker, faults int) {
	wanted := map[string]int{}
	inBubble(t, "calm", func(t *testing.T) { maps.Copy(wanted, newVoyage(t, open, 0).run(t)) })
	wantFaults := faults / killThin
	seeds, first := 1_000_000, uint64(1)
	if *seedOfFaults != 0 {
		seeds, first = 1, *seedOfFaults
	}
	var mu sync.Mutex
	tally, struck, played := map[string]int{}, 0, 0
	t.Run("seed", func(t *testing.T) {
		for worker := range 2 {
			t.Run(fmt.Sprint(worker), func(t *testing.T) {
				t.Parallel()
				for i := worker; i < seeds; i += 2 {
					mu.Lock()
					enough := struck >= wantFaults
					mu.Unlock()
					if enough || t.Failed() {
						return
					}
					inBubble(t, fmt.Sprint(first+uint64(i)), func(t *testing.T) { //nolint:gosec // small
						v := newVoyage(t, open, first+uint64(i)) //nolint:gosec // small
						v.hold(t, v.run(t), wanted)
						mu.Lock()
						defer mu.Unlock()
						played++
						for name, n := range v.weather.tally {
							tally[name], struck = tally[name]+n, struck+n
						}
					})
				}
			})
		}
	})
	for _, m := range mishaps {
		t.Logf("%5d %s", tally[m.name], m.name)
	}
	t.Logf("%5d faults in %d seeds", struck, played)
}

// inBubble runs a test in time of its own.
func inBubble(t *testing.T, name string, f func(t *testing.T)) {
	t.Run(name, func(t *testing.T) { synctest.Test(t, f) })
}

// voyage is the busy desk in a bubble, with slabridge in it the whole time.
type voyage struct {
	*busy
	weather *weather
	open    *workspace
	app     *app
	errs    *strings.Builder
}

// newVoyage is one without any fault for seed 0.
func newVoyage(t *testing.T, open func(clock func() time.Time) busyTracker, seed uint64) *voyage {
	t.Helper()
	v := &voyage{busy: newBusy(t, open, "http://127.0.0.1"), errs: &strings.Builder{}}
	v.ahead = time.Until(inAlmaty(t, busyStory[0].at))
	v.weather = newWeather(v.busy, seed)
	v.app = newApp(strings.NewReader(""), v.errs, v.errs, v.clock)
	v.app.transport, v.app.lang, v.app.config = v.weather, "en", v.config()
	v.start(t)
	return v
}

// start opens the installation, as a new process would.
func (v *voyage) start(t *testing.T) {
	t.Helper()
	var err error
	if v.open, err = v.app.open(context.Background(), writes); err != nil {
		t.Fatal(err)
	}
	var all []*sql.Conn
	pool := v.open.file.Stats()
	for range pool.MaxOpenConnections - pool.InUse { // no test cuts the power
		c, err := v.open.file.Conn(context.Background())
		if err == nil {
			_, err = c.ExecContext(context.Background(), "PRAGMA synchronous = OFF")
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	for _, c := range all {
		_ = c.Close() // back into the pool
	}
}

// The passes after each scene: so many while it storms, and until all is settled when it is over.
const (
	stormyPasses = 8
	calmPasses   = 60
)

// run plays the story to the end of the busy hour and gives what the tracker shows.
func (v *voyage) run(t *testing.T) map[string]int {
	t.Helper()
	defer func() { v.open.close() }() // the one that is open in the end
	scenes := slices.Concat(busyStory, []scene{{at: busyHour}})
	for n, s := range scenes {
		v.set(inAlmaty(t, s.at))
		if s.do != nil {
			if err := v.act(s.do); err != nil {
				t.Fatalf("%s: %v", s.at, err)
			}
		}
		if s.unwatched {
			continue
		}
		next := v.clock().Add(80 * time.Minute)
		if n+1 < len(scenes) {
			next = inAlmaty(t, scenes[n+1].at)
		}
		v.pass(t, next)
	}
	v.weather.late.Wait()
	return v.sim.effects()
}

// pass makes passes each minute, through a storm and until all is settled, which must be before the next scene.
func (v *voyage) pass(t *testing.T, next time.Time) {
	t.Helper()
	v.weather.set(v.weather.seed != 0)
	for n := range stormyPasses {
		_, _ = v.open.engine.Pass(context.Background()) // it storms
		time.Sleep(time.Minute)
		if (v.weather.seed+uint64(n))%5 == 0 { //nolint:gosec // small
			v.open.close() // and somebody starts the program anew
			v.start(t)
		}
	}
	v.weather.set(false)
	for n := 0; ; n++ {
		reports, err := v.open.engine.Pass(context.Background())
		var failed *connectors.Error
		wished := errors.As(err, &failed) && failed.Limited() // in the storm, and the wish holds
		if err != nil && !wished {
			t.Errorf("%s, without a fault: %v", v.clock().Format(time.DateTime), err)
		}
		if err == nil && !reports[0].Now.IsZero() && v.settled(t) {
			break
		}
		time.Sleep(time.Minute)
	}
	if !v.clock().Before(next) {
		t.Errorf("nothing was settled until %s", v.clock().Format(time.DateTime))
	}
}

// settled reports whether nothing is on its way or waits to be tried again.
func (v *voyage) settled(t *testing.T) bool {
	t.Helper()
	for _, state := range []enforcer.EntryState{enforcer.Intended, enforcer.Sent} {
		for _, err := range v.open.ledger.List(context.Background(), ledger.Filter{Connection: "helpdesk", State: state},
			ledger.OldestFirst) {
			if err != nil {
				t.Fatal(err)
			}
			return false
		}
	}
	return true
}

// hold compares the tracker with what it should be, the ledger with it, and the mirror with the tracker.
func (v *voyage) hold(t *testing.T, got, wanted map[string]int) {
	t.Helper()
	if lost, doubled := compareEffects(got, wanted); len(lost)+len(doubled) > 0 {
		t.Errorf("lost %q\ndoubled %q", lost, doubled)
	}
	v.start(t)
	defer func() { v.open.close() }() // the one that is open in the end
	if _, err := v.open.engine.Pass(context.Background()); err != nil {
		t.Error(err)
	}
	for e, err := range v.open.ledger.List(context.Background(), ledger.Filter{Connection: "helpdesk"},
		ledger.OldestFirst) {
		if err != nil {
			t.Fatal(err)
		}
		if e.State == enforcer.Refused || e.State == enforcer.Held || e.State.Open() {
			t.Errorf("the ledger has %s %s/%s of issue %s: %s; %s", e.State, e.Key.Obligation, e.Key.Step, e.Key.Issue, e.Error,
				e.Reason.Text.In("en"))
		}
	}
	clean, err := v.sim.connect(v.clock)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range v.sim.ids() {
		want, err := clean.History(context.Background(), id)
		if err != nil {
			t.Fatal(err)
		}
		have, ok, err := v.open.mirror.History(context.Background(), "helpdesk", id)
		if err != nil || !ok {
			t.Errorf("issue %s is not in the mirror: %v", id, err)
			continue
		}
		if diff := cmp.Diff(want, have, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(connectors.Issue{}, "Raw"),
			cmpopts.IgnoreFields(connectors.Event{}, "Raw")); diff != "" {
			t.Errorf("issue %s in the mirror (-tracker +mirror):\n%s", id, diff)
		}
	}
	if t.Failed() {
		t.Logf("seed %d: to play it again: go test -run TestFaultsBySeed ./cmd/slabridge -seed %d\n%s",
			v.weather.seed, v.weather.seed, strings.Join(v.weather.struck, "\n"))
	}
}

func (w *weather) set(storms bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.storms = storms
}
