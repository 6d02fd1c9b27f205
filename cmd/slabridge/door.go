package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/prometheus/exporter-toolkit/web"
	"golang.org/x/crypto/bcrypt"

	"slabridge/config"
	"slabridge/enforcer/board"
)

// door guards pages, data and metrics: it finds out who asks, and refuses a request without a password where one is
// required. Webhooks, which are signed, and health do not go through it.
type door struct {
	next http.Handler
	web  atomic.Pointer[config.Web]
	here bool // only this machine can ask
	// server has the certificate, and the handler that asks for passwords, of the web config; nil without one.
	server *http.Server
	// asked: the web config had users at some time. One that has none any more lets nobody in.
	asked   atomic.Bool
	matched matched
}

// newDoor makes a door before a handler that finds in the context of a request who asks, see seenBy.
func newDoor(cfg *config.Web, here bool, next http.Handler, log *slog.Logger) (*door, error) {
	g := &door{next: next, here: here}
	g.follow(cfg)
	if cfg.Config == "" {
		return g, nil
	}
	// The library asks for a password on every path of a server that it serves. Ours has paths that need none, so it gets
	// a server of its own, on which nobody comes in, and we take from this what it made.
	g.users(cfg)
	g.server = newServer(http.HandlerFunc(g.known), log)
	flags := web.FlagConfig{WebConfigFile: &cfg.Config}
	if err := web.Serve(nobody{}, g.server, &flags, slog.New(onlyErrors{log.Handler()})); !errors.Is(err, io.EOF) {
		return nil, err
	}
	return g, nil
}

// follow goes by other settings from now on; the file with the passwords is read anew at each request anyway.
func (g *door) follow(cfg *config.Web) { g.web.Store(cfg) }

// ServeHTTP finds out who asks.
func (g *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	cfg := g.web.Load()
	from, _ := netip.ParseAddrPort(r.RemoteAddr)
	switch {
	case !board.Known(r.Host, cfg.Hosts):
		http.Error(w, "this server is not called so: ask for it by its address, as localhost, or by a name of web.hosts",
			http.StatusMisdirectedRequest)
	case cfg.Trusts(from.Addr()):
		user := r.Header.Values(cfg.Header)
		if len(user) != 1 || strings.TrimSpace(user[0]) == "" {
			http.Error(w, "the proxy does not say who asks", http.StatusForbidden)
			return
		}
		g.enter(w, r, user[0])
	case g.server != nil && (g.anybody(cfg) || len(g.users(cfg)) > 0 || g.asked.Load()):
		g.server.Handler.ServeHTTP(w, r)
	case g.server == nil && g.anybody(cfg):
		g.enter(w, r, "")
	default:
		http.Error(w, "you are not known here: ask by way of the proxy that says who you are", http.StatusForbidden)
	}
}

// anybody reports whether it does not matter who asks: only this machine can, and everybody sees the same.
func (g *door) anybody(cfg *config.Web) bool {
	return g.here && len(cfg.From) == 0 && cfg.Readers == nil
}

// users are those of the web config as it is now; nil where it cannot be read.
func (g *door) users(cfg *config.Web) map[string]string {
	users, err := config.WebUsers(cfg.Config)
	if err != nil {
		return nil
	}
	if len(users) > 0 {
		g.asked.Store(true)
	}
	return users
}

// known goes on with who gave a password, if one is asked for. The library lets everybody in while the file has no
// users, as it has none for a moment while somebody writes it anew. So the password is held against one reading of our
// own, and nobody is believed to be who they say by any other.
func (g *door) known(w http.ResponseWriter, r *http.Request) {
	cfg := g.web.Load()
	users := g.users(cfg)
	user, password, _ := r.BasicAuth()
	switch hash, there := users[user]; {
	case len(users) == 0 && !g.asked.Load() && g.anybody(cfg):
		g.enter(w, r, "")
	case len(users) == 0:
		http.Error(w, "nobody has a password now", http.StatusForbidden)
	case !there || !g.matched.match(hash, password):
		w.Header().Set("WWW-Authenticate", "Basic")
		http.Error(w, http.StatusText(http.StatusUnauthorized), http.StatusUnauthorized)
	default:
		g.enter(w, r, user)
	}
}

// matched remembers passwords that were right: a bcrypt takes long by design, and each request brings its password.
type matched struct {
	mu    sync.Mutex
	known map[[sha256.Size]byte]bool
}

// mostMatched bounds what is remembered; hashes change.
const mostMatched = 1000

func (m *matched) match(hash, password string) bool {
	of := sha256.Sum256([]byte(hash + "\x00" + password))
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known[of] {
		return true
	}
	if bcrypt.CompareHashAndPassword([]byte(hash), []byte(password)) != nil {
		return false
	}
	if m.known == nil || len(m.known) >= mostMatched {
		m.known = map[[sha256.Size]byte]bool{}
	}
	m.known[of] = true
	return true
}

func (g *door) enter(w http.ResponseWriter, r *http.Request, user string) {
	cfg := g.web.Load()
	if !cfg.Knows(user) {
		http.Error(w, "no contract is shown to you; see web.readers in the configuration", http.StatusForbidden)
		return
	}
	g.next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), readerKey{}, reader{cfg, user})))
}

// serve serves the handler on the listener, with the certificate of the web config if there is one.
func (g *door) serve(s *http.Server, l net.Listener) error {
	if g.server == nil || g.server.TLSConfig == nil || g.server.TLSConfig.GetConfigForClient == nil {
		return s.Serve(l)
	}
	s.TLSConfig = g.server.TLSConfig
	if g.server.TLSNextProto != nil && g.server.TLSNextProto["h2"] == nil { // HTTP/2 is off in the web config
		s.TLSNextProto = g.server.TLSNextProto
	}
	return s.ServeTLS(l, "", "")
}

// readerKey is under which the context of a request has who asks.
type readerKey struct{}

// reader is who asks.
type reader struct {
	web  *config.Web
	user string
}

// readerOf is who asks; without a door, as `board` is, it is somebody who may see everything.
func readerOf(ctx context.Context) reader {
	if r, ok := ctx.Value(readerKey{}).(reader); ok {
		return r
	}
	return reader{web: &config.Web{}}
}

func (r reader) sees(contract string) bool { return r.web.Sees(r.user, contract) }

func (r reader) seesAll() bool { return r.web.SeesAll(r.user) }

// seesConnection reports whether the reader sees every contract of a connection.
func (r reader) seesConnection(cfg *config.Config, connection string) bool {
	return r.seesAll() || !slices.ContainsFunc(cfg.Contracts, func(c config.Contract) bool {
		return c.Connection == connection && !r.sees(c.ID)
	})
}

// unlimited is a handler for those who may see everything.
func unlimited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !readerOf(r.Context()).seesAll() {
			http.Error(w, "this is of all contracts, and you may see some", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// nobody is a listener that never accepts a connection.
type nobody struct{}

// Accept says that there will be no more.
func (nobody) Accept() (net.Conn, error) { return nil, io.EOF }

// Close has nothing to close.
func (nobody) Close() error { return nil }

// Addr is nowhere.
func (nobody) Addr() net.Addr { return &net.TCPAddr{} }

// onlyErrors keeps what a library says of itself out of our log, but for its errors.
type onlyErrors struct{ slog.Handler }

// Enabled reports whether a line is an error.
func (h onlyErrors) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelError && h.Handler.Enabled(ctx, l)
}
