package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"slabridge/config/message"
	"slabridge/enforcer"
	"slabridge/enforcer/calendar"
	"slabridge/enforcer/ledger"
)

//go:embed demo/slabridge.yaml
var demoConfig string

func demoCmd(a *app) *cobra.Command {
	var dir, tracker, address string
	show := false
	c := &cobra.Command{
		Use:   "demo",
		Short: "Play a week of requests on a tracker inside the program; no set-up",
		Long: "Play a week of requests in fast motion: a stand-in that speaks Redmine's REST API, or Jira's, the real\n" +
			"connector, mirror, rules and write-back, under the kamal contract, around the Nauryz holidays of March 2026.\n" +
			"Leaves its configuration, state file and a report in a folder of its own.",
		PreRunE: func(*cobra.Command, []string) error { return onlyHere("--listen", address) },
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !show {
				return playDemo(cmd.Context(), a, dir, tracker)
			}
			l, err := listenOn(address) // a port that is taken is told before anything is played
			if err != nil {
				return message.Errorf("--listen %s: %w", address, err)
			}
			defer l.Close()
			if err := playDemo(cmd.Context(), a, dir, tracker); err != nil {
				return err
			}
			return showDemo(cmd.Context(), a, dir, l)
		},
	}
	c.Flags().StringVar(&dir, "dir", "slabridge-demo", "folder for what the demo leaves behind")
	c.Flags().BoolVar(&show, "board", false, "serve the pages over it afterwards, until interrupted")
	c.Flags().StringVar(&address, "listen", boardAddress, "`address` of these pages, of this machine alone")
	c.Flags().StringVar(&tracker, "tracker", "redmine", "what to play on: redmine, or jira (Cloud with a service desk)")
	return c
}

// demoTracker is what the demo is played on. Issues are numbered in the order in which they are made, from 1.
type demoTracker interface {
	Transport() http.RoundTripper
	// words are what the configuration calls things by: it has their names, as KIND, in the place of the values.
	words() []string
	key() string
	file(who, subject, severity string) error
	change(who string, issue int, c demoChange) error
	notes(who string, issue int) ([]demoNote, error) // as a person reads them
	typed(issue int) string                          // what people type for it
}

// demoChange is what somebody does to an issue; what is empty stays as it is.
type demoChange struct{ status, assignee, note string }

type demoNote struct{ by, text string }

var demoTrackers = map[string]func(clock func() time.Time) demoTracker{"redmine": newDemoRedmine, "jira": newDemoJira}

// act is something a person does in the demo.
type act struct {
	at   string // in the contract's zone
	who  string // login
	what phrase
	do   demoDeed
}

// demoDeed is what somebody does in the tracker, in the words of the reader's language.
type demoDeed func(t demoTracker, who string, words func(phrase) string) error

func change(issue int, c demoChange, note phrase) demoDeed {
	return func(t demoTracker, who string, words func(phrase) string) error {
		if note != "" {
			c.note = words(note)
		}
		return t.change(who, issue, c)
	}
}

func request(subject phrase, severity string) demoDeed {
	return func(t demoTracker, who string, words func(phrase) string) error {
		return t.file(who, words(subject), severity)
	}
}

const (
	demoLayout = "2006-01-02 15:04"
)

// The week: two requests, Friday afternoon before Nauryz to the Tuesday after.
var demoActs = []act{
	{
		"2026-03-20 16:00", "romashkin", phrase("reports #1, critical: nobody can log in"),
		request("Nobody can log in", "critical"),
	},
	{
		"2026-03-20 17:40", "romashkin", phrase("reports #2, not critical: a report prints slowly"),
		request("A report prints slowly", "non-critical"),
	},
	{
		"2026-03-26 09:30", "kuznetsov", phrase("takes #1 into work, without a word to the customer"),
		change(1, demoChange{status: "In Progress"}, ""),
	},
	{
		"2026-03-26 10:15", "petrov", phrase("answers on #2"),
		change(2, demoChange{status: "In Progress", assignee: "petrov"}, "We are measuring it on our side."),
	},
	{
		"2026-03-26 12:00", "kuznetsov", phrase("resolves #1"),
		change(1, demoChange{status: "Resolved"}, "The session store was full; it is enlarged."),
	},
	{
		"2026-03-27 09:10", "romashkin", phrase("reopens #1"),
		change(1, demoChange{status: "Feedback"}, "It happens again."),
	},
	{
		"2026-03-27 09:22", "petrov", phrase("answers on #1"),
		change(1, demoChange{}, "We see it, one node was left out."),
	},
	{"2026-03-31 11:00", "petrov", phrase("resolves both"), func(t demoTracker, who string, in func(phrase) string) error {
		for _, issue := range []int{1, 2} {
			if err := change(issue, demoChange{status: "Resolved"}, "Done, please check.")(t, who, in); err != nil {
				return err
			}
		}
		return nil
	}},
}

// player plays the acts: it tells on a what happens, and run is the program that it happens to.
type player struct {
	a   *app
	run *app
	w   *workspace
	sim demoTracker
	now time.Time
}

// demoShown is the moment that the pages show: a day before the end of the story, while something is still owed.
var demoShown = time.Date(2026, 3, 30, 7, 0, 0, 0, time.UTC)

// showDemo serves the pages over what the demo left.
func showDemo(ctx context.Context, a *app, dir string, l net.Listener) error {
	shown := *a
	shown.config, shown.asOf = filepath.Join(dir, "slabridge.yaml"), demoShown
	w, err := shown.open(ctx, reads)
	if err != nil {
		return err
	}
	defer w.close()
	fmt.Fprintln(a.out)
	a.line("", a.tf("the pages show Monday noon, %s, a day before the end of the story",
		a.stamp(demoShown.In(w.home(w.cfg.Connections[0].ID)))))
	return serveBoardOn(ctx, w, l)
}

// playDemo plays the acts; between two of them slabridge wakes whenever its agenda says so.
func playDemo(ctx context.Context, a *app, dir, tracker string) error {
	open := demoTrackers[tracker]
	if open == nil {
		return usage("--tracker %q: write redmine or jira", tracker)
	}
	zone, err := calendar.LoadZone("Asia/Almaty")
	if err != nil {
		return err
	}
	d := player{a: a}
	if d.now, err = time.ParseInLocation(demoLayout, "2026-03-20 15:55", zone); err != nil {
		return err
	}
	clock := func() time.Time { return d.now }
	d.sim = open(clock)
	run := *a
	d.run = &run
	run.clock, run.transport = clock, d.sim.Transport()
	if run.config, err = demoFiles(dir, a.lang, d.sim); err != nil {
		return err
	}
	if d.w, err = run.open(ctx, writes); err != nil {
		return err
	}
	defer d.w.close()
	if err := d.pass(ctx); err != nil { // the first pass makes the cutover: nothing is written about what lies before
		return err
	}
	fmt.Fprintln(a.out, a.t("kamal: Almaty, Mon-Fri 09:00-18:00; Nauryz is off from 21 to 25 March 2026"))
	fmt.Fprintln(a.out, a.t("people stand at the left, what slabridge does is indented"))
	fmt.Fprintln(a.out)
	for _, act := range demoActs {
		at, err := time.ParseInLocation(demoLayout, act.at, zone)
		if err != nil {
			return err
		}
		if err := d.play(ctx, act, at); err != nil {
			return err
		}
	}
	return d.end(dir)
}

// play lets time pass until a moment, and somebody do something then.
func (d *player) play(ctx context.Context, x act, at time.Time) error {
	for {
		next, err := d.w.ledger.NextMoment(ctx, d.w.cfg.Connections[0].ID, d.now)
		if err != nil {
			return err
		}
		if next.IsZero() || !next.Before(at) {
			break
		}
		d.now = next.In(at.Location())
		if err := d.pass(ctx); err != nil {
			return err
		}
	}
	d.now = at
	d.a.line(d.a.demoStamp(d.now)+"  ", x.who+" "+colour(bold, d.a.t(x.what)))
	if err := x.do(d.sim, x.who, d.a.t); err != nil {
		return err
	}
	d.now = d.now.Add(time.Second)
	return d.pass(ctx)
}

// pass makes a pass and tells of each step as it is written.
func (d *player) pass(ctx context.Context) error {
	reports, err := d.w.engine.Pass(ctx)
	for _, r := range reports {
		for _, e := range r.Written {
			d.tell(e)
		}
	}
	return err
}

// Whole sentences, because a role's name changes its form in them.
var (
	demoAssigns = map[enforcer.Role]phrase{
		enforcer.Support: "assigns support", enforcer.Developers: "assigns developers",
		enforcer.Management: "assigns management",
	}
	demoAdds = map[enforcer.Role]phrase{
		enforcer.Support: "adds support as watchers", enforcer.Developers: "adds developers as watchers",
		enforcer.Management: "adds management as watchers",
	}
)

func (d *player) tell(e ledger.Entry) {
	a, c := d.a, changesOf(e.Write, nil) // what was sent: a step may want what is so already
	var does []string
	if c.Comment != nil {
		does = append(does, a.t(map[bool]phrase{true: "tells staff", false: "tells the customer"}[c.Comment.Internal]))
	}
	if e.Changes.Assign != "" && c.Assign != "" {
		does = append(does, a.t(demoAssigns[e.Changes.Assign]))
	}
	if e.Changes.Priority != "" && c.Priority != "" {
		does = append(does, a.t("raises the priority"))
	}
	if e.Changes.Watch != "" && len(c.Watchers) > 0 {
		does = append(does, a.t(demoAdds[e.Changes.Watch]))
	}
	a.line(d.a.demoStamp(d.now)+"    ", fmt.Sprintf("%s %s (%s): %s",
		typed(e.IssueKey), d.w.stepOf(e.Key.Contract, e.Key.Obligation, e.Key.Step), a.cited(e.Source),
		strings.Join(does, ", ")))
}

// end shows what the customer sees of the first request, and leaves both requests' story and the report of the month.
func (d *player) end(dir string) error {
	a := d.a
	notes, err := d.sim.notes("romashkin", 1)
	if err != nil {
		return err
	}
	a.heading(a.t("what the customer sees on #1") + ":")
	for _, n := range notes {
		for line := range strings.Lines(n.text) {
			line = strings.TrimSpace(line)
			if greeting := strings.HasSuffix(line, ",") || strings.HasSuffix(line, "!"); line != "" && !greeting {
				a.line(fmt.Sprintf("  %-16s ", n.by), line)
				break
			}
		}
	}
	story, page := filepath.Join(dir, "report.txt"), filepath.Join(dir, "report.html")
	if err := d.leave(story, []string{"explain", d.sim.typed(1)}, []string{"explain", d.sim.typed(2)}); err != nil {
		return err
	}
	month := []string{"report", "--contract", "kamal-acme", "--from", "2026-03-01", "--to", "2026-03-31", "-o", "html"}
	if err := d.leave(page, month); err != nil {
		return err
	}
	fmt.Fprintln(a.out)
	a.line("", a.tf("the whole story is in %s, the month's report in %s; ask on", story, page)+":")
	program := startedAs(os.Args[0])
	fmt.Fprintf(a.out, "  %s --config %s \\\n    explain %s --at %s\n",
		program, d.run.config, d.sim.typed(1), d.now.Format(time.RFC3339))
	fmt.Fprintf(a.out, "  %s --config %s ledger list\n", program, d.run.config)
	return nil
}

// startedAs is what to type to start the program again: what `go run` has built is gone as soon as it ends.
func startedAs(program string) string {
	for part := range strings.SplitSeq(filepath.ToSlash(program), "/") {
		if strings.HasPrefix(part, "go-build") {
			return "go run ./cmd/slabridge"
		}
	}
	return program
}

// leave writes a file with what commands say.
func (d *player) leave(path string, commands ...[]string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	writer := newApp(nil, f, d.a.err, d.run.clock)
	for i, args := range commands {
		if i > 0 {
			fmt.Fprintln(writer.out)
		}
		if writer.run(append([]string{"--config", d.run.config, "--lang", d.a.lang}, args...)) != exitOK {
			err = errFailed
		}
	}
	return errors.Join(err, writer.out.flush(), f.Close())
}

// demoMark is the file by which the demo knows a folder of its own making. Nothing else tells it from an
// installation: an admin may well have begun with a copy of the demo's configuration.
const demoMark = "made-by-slabridge-demo"

// demoFolder makes the folder, or clears what an earlier run left in it. A folder of somebody else's is left alone:
// it may hold a real configuration and a real ledger.
func demoFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return message.Errorf("demo: %w", err)
	}
	found, err := os.ReadDir(dir)
	if err != nil {
		return message.Errorf("demo: %w", err)
	}
	if _, err := os.Stat(filepath.Join(dir, demoMark)); err != nil && len(found) > 0 {
		return usage("demo: folder %s is not empty and not of the demo's making; name another by --dir", dir)
	}
	for _, name := range []string{"slabridge.db", "slabridge.db-wal", "slabridge.db-shm"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return message.Errorf("demo: %w", err)
		}
	}
	return nil
}

// demoFiles writes the demo's configuration and key.
func demoFiles(dir, lang string, t demoTracker) (config string, err error) {
	if err := demoFolder(dir); err != nil {
		return "", err
	}
	config = filepath.Join(dir, "slabridge.yaml")
	files := map[string]string{
		config:                         demoYAML(lang, t),
		filepath.Join(dir, "demo.key"): t.key() + "\n",
		filepath.Join(dir, demoMark):   "slabridge demo overwrites its files in this folder\n",
	}
	for name, text := range files {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			return "", message.Errorf("demo: %w", err)
		}
	}
	return config, nil
}

// demoYAML is the configuration, in the words of a tracker.
func demoYAML(lang string, t demoTracker) string {
	return strings.NewReplacer(append([]string{"LANGUAGE", lang}, t.words()...)...).Replace(demoConfig)
}
