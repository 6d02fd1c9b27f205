package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"slabridge/config"
	"slabridge/enforcer"
	"slabridge/enforcer/board"
	"slabridge/enforcer/engine"
)

// boardAddress is where `board` serves unless told otherwise: beside a daemon's own.
const boardAddress = "127.0.0.1:8429"

func boardCmd(a *app) *cobra.Command {
	address := boardAddress
	c := a.withAt(&cobra.Command{
		Use:   "board",
		Short: "Serve the pages over the state file, without a daemon",
		Long: "Serves the desk, the requests, the contracts and the trust page over the state file, read only,\n" +
			"until it is interrupted. A running daemon serves them itself, on its own listen address; both may run at\n" +
			"the same time.",
		PreRunE: func(*cobra.Command, []string) error { return onlyHere("--listen", address) },
		RunE: a.withWorkspace(reads, func(ctx context.Context, w *workspace, _ []string) error {
			return serveBoard(ctx, w, address)
		}),
	})
	c.Flags().StringVar(&address, "listen", boardAddress, "`address` to serve on, of this machine alone")
	return c
}

// onlyHere refuses an address at which other machines could ask: the pages have no password of their own.
func onlyHere(flag, address string) error {
	host, port, err := net.SplitHostPort(address)
	if n, wrong := strconv.Atoi(port); err != nil || wrong != nil || n < 0 || n > 65535 {
		return usage("%s %q is not an address; write %s", flag, address, boardAddress)
	}
	if !isLoopback(host) {
		return usage("%s %q can be reached from other machines, and the pages have no password; write %s, and let a "+
			"web server on this machine ask for one", flag, address, boardAddress)
	}
	return nil
}

// serveBoard serves the pages until the context ends.
func serveBoard(ctx context.Context, w *workspace, address string) error {
	l, err := listenOn(address)
	if err != nil {
		return err
	}
	return serveBoardOn(ctx, w, l)
}

// serveBoardOn serves the pages where somebody listens already.
func serveBoardOn(ctx context.Context, w *workspace, l net.Listener) error {
	s := newServer(pagesHandler(w), w.log)
	defer context.AfterFunc(ctx, func() { _ = s.Close() })() // nothing it serves is worth waiting for
	w.line("", w.tf("the pages are at http://%s/; Ctrl-C ends", l.Addr()))
	if err := w.out.flush(); err != nil {
		return err
	}
	if err := s.Serve(atMost(maxConnections, l)); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// pagesHandler serves the pages over a workspace.
func pagesHandler(w *workspace) http.Handler {
	return board.New(answersOf(w, &runningCycles{}), w.lang, w.cfg.Web.Hosts...)
}

// askedAtOnce is how many questions of the pages are answered at the same time: the passes of a daemon need the state
// file, and the machine, too.
const askedAtOnce = 2

// answersOf answers the pages' questions over a workspace. Each is answered on a copy, in the reader's language.
func answersOf(w *workspace, running *runningCycles) board.Answers {
	turns := make(chan struct{}, askedAtOnce)
	var contracts keptContracts
	return board.Answers{
		Contracts: func(ctx context.Context, lang string) []board.Option {
			var out []board.Option
			for _, c := range shownTo(ctx, w, lang).cfg.Contracts {
				out = append(out, board.Option{ID: c.ID, Name: c.Title.In(lang)})
			}
			return out
		},
		Desk: func(ctx context.Context, lang string, ask board.DeskQuestion) (board.Desk, error) {
			return inTurn(ctx, turns, func() (board.Desk, error) { return deskOf(ctx, shownTo(ctx, w, lang), running, ask) })
		},
		Request: func(ctx context.Context, lang, key string) (board.Requests, error) {
			return inTurn(ctx, turns, func() (board.Requests, error) {
				connection := func(id string) bool { return readerOf(ctx).seesConnection(w.cfg, id) }
				return requestsOf(ctx, shownTo(ctx, w, lang), key, connection)
			})
		},
		Contract: func(ctx context.Context, lang string, ask board.ContractQuestion) (board.Contract, error) {
			c, shown := w.cfg.Contract(ask.ID), shownTo(ctx, w, lang)
			chain := c != nil && readerOf(ctx).seesConnection(w.cfg, c.Connection)
			page := contractPage{lang: lang, ask: ask}
			if !readerOf(ctx).seesAll() {
				page.sees = strings.Join(idsOf(shown.cfg), " ")
			}
			return contracts.answer(ctx, page, w.clock, func() (board.Contract, error) {
				return inTurn(ctx, turns, func() (board.Contract, error) { return contractOf(ctx, shown, ask, chain) })
			})
		},
		Trust: func(ctx context.Context, lang string) (board.Trust, error) {
			return inTurn(ctx, turns, func() (board.Trust, error) { return trustOf(ctx, shownTo(ctx, w, lang)) })
		},
	}
}

// runningCycles is the list of running cycles for all readers.
type runningCycles struct {
	// kept: a daemon keeps the agenda of the ledger as it is; otherwise each open request is evaluated, for the mirror may
	// be newer than what was last decided.
	kept  bool
	mu    sync.Mutex
	at    time.Time // when it was made; zero: not yet
	items []enforcer.AgendaItem
}

// list gives the list, made anew where it is too old. Who asks meanwhile waits for the same.
func (r *runningCycles) list(ctx context.Context, w *workspace) ([]enforcer.AgendaItem, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := w.clock()
	if age := now.Sub(r.at); !r.at.IsZero() && age >= 0 && age < asOldAtMost {
		return r.items, nil
	}
	var items []enforcer.AgendaItem
	var err error
	if r.kept && w.asOf.IsZero() {
		items, err = w.ledger.Running(ctx)
	} else {
		items, err = w.engine.Running(ctx, w.asOf)
	}
	if err != nil {
		return nil, err
	}
	r.at, r.items = now, items
	return items, nil
}

// inTurn answers a question as soon as there is room for it.
func inTurn[T any](ctx context.Context, turns chan struct{}, answer func() (T, error)) (none T, err error) {
	select {
	case turns <- struct{}{}:
		defer func() { <-turns }()
		return answer()
	case <-ctx.Done():
		return none, ctx.Err()
	}
}

// livePages are the pages of a daemon, over its state. They have an engine of their own, which asks no tracker.
type livePages struct {
	w       *workspace
	handler atomic.Pointer[http.Handler]
}

// newLivePages makes the pages by the configuration that the daemon started with.
func newLivePages(ctx context.Context, w *workspace) (*livePages, error) {
	v := &livePages{w: w}
	return v, v.follow(ctx, w.cfg)
}

// follow shows everything by another configuration from now on.
func (v *livePages) follow(ctx context.Context, cfg *config.Config) error {
	settings, err := v.w.settings(ctx, cfg, reads)
	if err != nil {
		return err
	}
	shown := *v.w
	shown.cfg, shown.engine = cfg, engine.New(v.w.mirror, v.w.ledger, settings, v.w.clock, v.w.log)
	handler := board.New(answersOf(&shown, &runningCycles{kept: true}), v.w.lang, cfg.Web.Hosts...)
	v.handler.Store(&handler)
	return nil
}

// ServeHTTP serves the pages by the configuration that holds now.
func (v *livePages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	(*v.handler.Load()).ServeHTTP(w, r)
}

// shownTo is a copy of a workspace for one question, in a language. It has those contracts only that whoever asks may
// see.
func shownTo(ctx context.Context, w *workspace, lang string) *workspace {
	a, c := *w.app, *w
	a.lang, c.app, c.directories = lang, &a, map[string]names{}
	if r := readerOf(ctx); !r.seesAll() {
		cfg := *w.cfg
		cfg.Contracts = slices.DeleteFunc(slices.Clone(cfg.Contracts), func(c config.Contract) bool { return !r.sees(c.ID) })
		c.cfg = &cfg
	}
	return &c
}
