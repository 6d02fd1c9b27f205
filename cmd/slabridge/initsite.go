package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"slabridge/config"
	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/mapping/guess"
)

// trackerSite is the tracker that `init` asks, and the account that it asks as.
type trackerSite struct {
	kind     connectors.Kind
	settings connectors.Settings
	tracker  connectors.Tracker
	account  connectors.Account
	tail     []string // what the address that was given had behind the tracker's: it may name a project
	way      connectors.AuthWay
	key      keyFile
}

// keyFile is where the configuration finds the key.
type keyFile struct {
	path    string // as the configuration names it
	secret  config.Secret
	present bool // it lies there already
}

// findSite finds out where at the address a tracker answers, and which.
func findSite(ctx context.Context, a *app, q *inquiry, address string) (*trackerSite, error) {
	places, err := placesOf(address)
	if err != nil {
		return nil, err
	}
	var failed error
	unreached := map[string]bool{} // schemes
	for _, p := range places {
		if unreached[p.scheme] {
			continue
		}
		var found []connectors.Kind
		for _, k := range a.kinds {
			if k.Recognise == nil {
				continue
			}
			yes, err := k.Recognise(ctx, connectors.Settings{
				URL: p.url, Transport: a.transport, Now: a.clock, Timeout: 15 * time.Second,
			})
			if err != nil {
				if failed == nil {
					failed = err
				}
				unreached[p.scheme] = unreached[p.scheme] || connectors.ClassOf(err) == connectors.TryLater
			} else if yes {
				found = append(found, k)
			}
		}
		if len(found) > 0 {
			kind, err := chooseKind(ctx, q, found)
			if err != nil {
				return nil, err
			}
			q.linef("", "%s answers at %s", kind.Title, p.url)
			if p.url != strings.TrimRight(address, "/") {
				q.linef("  ", "you wrote %s: the address above is taken", address)
			}
			if u, err := url.Parse(p.url); err == nil && p.scheme == "http" && !isLoopback(u.Hostname()) {
				q.linef("! ", "nothing answers on https: the key will travel in the clear")
			}
			settings := connectors.Settings{ID: kind.Name, URL: p.url, Transport: a.transport, Now: a.clock}
			return &trackerSite{kind: kind, settings: settings, tail: p.tail}, nil
		}
	}
	if failed != nil && len(unreached) > 0 {
		return nil, failed
	}
	var titles []string
	for _, k := range a.kinds {
		titles = append(titles, k.Title)
	}
	return nil, &connectors.Error{
		Op: message.Of("look for a tracker at %s", address), Class: connectors.Garbled,
		Hint: message.Of("something answers there, and it is the API of none of these: %s; give the address that people "+
			"open in their browser", strings.Join(titles, ", ")),
	}
}

func chooseKind(ctx context.Context, q *inquiry, found []connectors.Kind) (connectors.Kind, error) {
	x := question{id: "kind", text: q.t("Which tracker is it?"), guess: []string{found[0].Name}, sure: len(found) == 1}
	for _, k := range found {
		x.options = append(x.options, option{k.Name, k.Title})
	}
	name, err := q.one(ctx, x)
	at := slices.IndexFunc(found, func(k connectors.Kind) bool { return k.Name == name })
	return found[max(at, 0)], err
}

// candidate is where a tracker may answer.
type candidate struct {
	scheme, url string
	tail        []string
}

// placesOf lists them, the likeliest first: people copy an address out of a browser, with the page they were on, and
// leave the scheme away. A key is not sent in the clear where the tracker answers on https as well, and never where
// somebody wrote https: whoever keeps that from answering would be handed it.
func placesOf(address string) ([]candidate, error) {
	whole := address
	if !strings.Contains(whole, "://") {
		whole = "https://" + whole
	}
	u, err := url.Parse(whole)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, usage("%q is not a tracker's address; write https://tracker.example.org", address)
	}
	if u.User != nil {
		return nil, usage("the address holds a name or password: leave it out, the key is asked for")
	}
	schemes := []string{"https", "http"}
	switch {
	case strings.HasPrefix(strings.ToLower(address), "https:"):
		schemes = []string{"https"}
	case u.Scheme == "http" && isLoopback(u.Hostname()):
		schemes = []string{"http", "https"}
	}
	parts := strings.FieldsFunc(u.Path, func(r rune) bool { return r == '/' })
	var out []candidate
	for _, scheme := range schemes {
		for n := len(parts); n >= 0; n-- {
			root := url.URL{Scheme: scheme, Host: u.Host, Path: strings.Join(append([]string{""}, parts[:n]...), "/")}
			out = append(out, candidate{scheme, root.String(), parts[n:]})
		}
	}
	return out, nil
}

func isLoopback(host string) bool {
	return slices.Contains([]string{"localhost", "127.0.0.1", "::1"}, host)
}

// keyVariable is the variable of the environment that may hold the key.
const keyVariable = "SLABRIDGE_KEY"

// signIn finds the account's key and proves it.
func (s *trackerSite) signIn(ctx context.Context, q *inquiry, folder, named string) (err error) {
	user, err := s.user(ctx, q)
	if err != nil {
		return err
	}
	s.way = s.kind.Auth[slices.IndexFunc(s.kind.Auth, func(w connectors.AuthWay) bool { return w.User == (user != "") })]
	for try := 1; ; try++ {
		if s.key, err = findKey(ctx, q, folder, named, s.way.Place.In(q.lang)); err != nil {
			return err
		}
		s.settings.Auth = connectors.Auth{Way: s.way.Secret, User: user, Secret: s.key.secret.Reveal()}
		if s.tracker, err = s.kind.New(s.settings); err != nil {
			return usageError{err}
		}
		s.account, err = s.tracker.Self(ctx)
		if connectors.ClassOf(err) == connectors.Unauthorized && q.typed != nil && !s.key.present && try < 3 {
			q.line("", err.Error())
			continue
		}
		break
	}
	if err != nil {
		return err
	}
	q.linef("", "account: %s (%s, id %s)", s.account.Name, s.account.Login, s.account.ID)
	if s.account.Admin {
		q.linef("! ", "the account is an administrator: give slabridge an account of its own")
	}
	return nil
}

// user asks whose key it is, where the tracker wants to be told.
func (s *trackerSite) user(ctx context.Context, q *inquiry) (string, error) {
	without := func(w connectors.AuthWay) bool { return !w.User }
	with := func(w connectors.AuthWay) bool { return w.User }
	if !slices.ContainsFunc(s.kind.Auth, with) {
		return "", nil
	}
	return q.one(ctx, question{
		id: "user", text: q.t("E-mail of slabridge's account; none for a personal access token"),
		empty: slices.ContainsFunc(s.kind.Auth, without),
	})
}

// keyName is the file beside the configuration that the key is kept in.
const keyName = "slabridge.key"

// findKey takes the key from the file that is named, the environment, the file of an earlier run, or a person.
func findKey(ctx context.Context, q *inquiry, folder, named, hint string) (keyFile, error) {
	if named != "" {
		secret, err := config.ReadSecret(named)
		if err != nil {
			return keyFile{}, usageError{err}
		}
		path, err := filepath.Abs(named)
		return keyFile{path, secret, true}, err
	}
	name := keyPlace(folder)
	here := filepath.Join(folder, name)
	_, err := os.Stat(here)
	present := !errors.Is(err, fs.ErrNotExist)
	env := os.Getenv(keyVariable)
	switch {
	case present:
		secret, err := config.ReadSecret(here)
		if err != nil {
			return keyFile{}, usageError{err}
		}
		if env != "" && env != secret.Reveal() {
			return keyFile{}, usage("%s holds another key than %s: take one of the two away", here, keyVariable)
		}
		return keyFile{name, secret, true}, nil
	case env != "":
		return keyFile{name, config.NewSecret(env), false}, nil
	}
	text, err := q.one(ctx, question{
		id: "key", text: q.t("Key of slabridge's account (it is not shown)"), hint: hint, secret: true,
	})
	return keyFile{name, config.NewSecret(text), false}, err
}

// The bounds of what is read of a tracker's requests.
const (
	mostIssues    = 500
	mostHistories = 50
	readAtOnce    = 4
)

// sample reads the requests of projects that changed last, and the histories of the first of them.
func (s *trackerSite) sample(ctx context.Context, d connectors.Directory, projects []string) (guess.Sample, error) {
	out := guess.Sample{Directory: d, Projects: projects}
	if s.kind.Recent == nil {
		return out, nil
	}
	var err error
	if out.Issues, err = s.kind.Recent(ctx, s.settings, projects, mostIssues); err != nil {
		return out, err
	}
	read := make([]*connectors.History, min(mostHistories, len(out.Issues)))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(readAtOnce)
	for n := range read {
		g.Go(func() error {
			h, err := s.tracker.History(ctx, out.Issues[n].ID)
			switch connectors.ClassOf(err) {
			case connectors.Gone, connectors.Hidden: // since the list
				return nil
			}
			read[n] = &h
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return out, err
	}
	for _, h := range read {
		if h != nil {
			out.Histories = append(out.Histories, *h)
		}
	}
	return out, nil
}

// mostCounted is in how many projects requests are counted before one is chosen.
const mostCounted = 15

// counts tells how many requests each project has, "100+" for many; nothing where there are too many projects to ask.
func (s *trackerSite) counts(ctx context.Context, projects []connectors.Project) (map[string]string, error) {
	const enough = 100
	out := map[string]string{}
	if s.kind.Recent == nil || len(projects) > mostCounted {
		return out, nil
	}
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(readAtOnce)
	for _, p := range projects {
		g.Go(func() error {
			issues, err := s.kind.Recent(ctx, s.settings, []string{p.ID}, enough)
			mu.Lock()
			defer mu.Unlock()
			out[p.ID] = fmt.Sprint(len(issues))
			if len(issues) == enough {
				out[p.ID] += "+"
			}
			return err
		})
	}
	return out, g.Wait()
}
