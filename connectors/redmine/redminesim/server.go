package redminesim

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"slabridge/connectors/sim"
)

// The versions whose differences are modelled. Debian ships them as 5.0.4, 6.0.5 and 6.1.5.
const (
	V50 = "5.0"
	V60 = "6.0"
	V61 = "6.1"
)

// Options say which Redmine to be. The zero value but for Clock is a 6.1 on SQLite, in English,
// that requires login.
type Options struct {
	// Clock is the tracker's clock; it must be set. Its answers are cut to whole seconds, UTC.
	Clock func() time.Time
	// Version is V50, V60 or V61 (the default).
	Version string
	// Language is "en" (default) or "ru": that of the names in the world and of its people.
	Language string
	// Postgres makes the server answer 500 where PostgreSQL rejects a value that SQLite accepts.
	Postgres bool
	// Anonymous leaves "authentication required" off, Redmine's own default: then a wrong key is
	// served as the anonymous user, with an empty list and 200.
	Anonymous bool
}

// Server is one Redmine. It is safe for use by many goroutines; requests take effect one at a time.
type Server struct {
	sim.Front
	opt Options

	mu      sync.Mutex
	st      *store
	restOff bool
	anon    bool
	stale   map[int]int // issue id: how many PUTs are still to be refused as stale
}

// newServer checks the options and makes a server with an empty world.
func newServer(opt Options) *Server {
	if opt.Version == "" {
		opt.Version = V61
	}
	if opt.Language == "" {
		opt.Language = "en"
	}
	if !slices.Contains([]string{V50, V60, V61}, opt.Version) || (opt.Language != "en" && opt.Language != "ru") {
		panic(fmt.Sprintf("redminesim: no such Redmine: version %q, language %q", opt.Version, opt.Language))
	}
	s := &Server{opt: opt, st: newStore(), anon: opt.Anonymous, stale: map[int]int{}}
	s.Open(opt.Clock, time.Second, s.answer)
	return s
}

// before reports whether this server is older than the given version.
func (s *Server) before(version string) bool { return s.opt.Version < version }
