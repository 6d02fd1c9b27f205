package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"slabridge/config"
	"slabridge/config/message"
	"slabridge/config/statefile"
	"slabridge/connectors"

	systemd "github.com/coreos/go-systemd/v22/journal"
	"github.com/spf13/cobra"
)

// The exit codes.
const (
	exitOK      = 0
	exitFailed  = 1
	exitUsage   = 2 // the command line or the configuration
	exitTracker = 3 // the tracker cannot be reached, or refuses us
	exitHeld    = 4 // something is held: a human must look
)

// errHeld is returned by a command that did its work and found something that a human must look at.
var errHeld = message.New("held")

// errFailed is returned by a command that has already printed what failed.
var errFailed = message.New("failed")

// usageError is a fault of the command line or of the configuration.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

func usage(format message.Format, a ...any) error { return usageError{message.Errorf(format, a...)} }

// app is one run of the program: its streams, its clock and what the persistent flags say.
type app struct {
	page
	in    io.Reader
	err   *screen
	clock func() time.Time
	// transport carries requests to trackers; nil for the network. The demo and tests hand in a stand-in.
	transport http.RoundTripper
	requests  requestCounts     // to trackers
	kinds     []connectors.Kind // of trackers that connections may be to
	// grace is how long a command may take to end once it is told to; 0: as long as it likes.
	grace time.Duration
	// writing: the state is open for a command that writes to trackers. Whoever ends the process asks.
	writing *atomic.Bool
	// file is the state file as soon as one is open: it knows what its own errors mean.
	file *statefile.DB

	config string
	trial  []string // calendar files that count before those of the configuration
	at     string
	asOf   time.Time // what --at says; zero: now
	debug  bool
}

func newApp(in io.Reader, out, errs io.Writer, clock func() time.Time) *app {
	return &app{
		page: page{out: onScreen(out)}, in: in, err: onScreen(errs), clock: clock, kinds: trackers, writing: new(atomic.Bool),
		requests: newRequestCounts(),
	}
}

// run executes the command line and gives the exit code. SIGINT and SIGTERM cancel what runs.
func (a *app) run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ended := make(chan struct{})
	defer close(ended) // before stop ends ctx
	go a.endInTime(ctx, ended)
	context.AfterFunc(ctx, stop) // the second signal ends the program as it would any other
	root := a.root()
	root.SetArgs(args)
	a.lang = langOf(args, a.lang)
	err := unknownCommand(root, root.ExecuteContext(ctx))
	if a.file != nil {
		err = a.file.Explain(err)
	}
	code := exitCode(err)
	defer func() { _ = errors.Join(a.out.flush(), a.err.flush()) }() // nobody is left to be told
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		fmt.Fprintln(a.err, "slabridge: "+a.t("interrupted"))
	} else if err != nil && !errors.Is(err, errHeld) && !errors.Is(err, errFailed) {
		fmt.Fprintf(a.err, "slabridge: %s\n", a.failure(err))
		if code == exitUsage && !errors.As(err, new(usageError)) {
			fmt.Fprintln(a.err, a.t("Run 'slabridge --help' for usage."))
		}
	}
	return code
}

// endInTime ends the process when a command that was told to end is still at it after its grace: it may wait for a
// tracker that does not answer, for a pipe that never opens or for a terminal that takes no text. A write that is cut
// short is one of which the answer never came; the next pass looks for it.
func (a *app) endInTime(ctx context.Context, ended <-chan struct{}) {
	select {
	case <-ended:
		return
	case <-ctx.Done():
	}
	if a.grace == 0 {
		return
	}
	select {
	case <-ended:
		return
	case <-time.After(a.grace):
	}
	said := make(chan struct{})
	go func() {
		defer close(said)
		fmt.Fprintln(a.err, "slabridge: "+a.endedAtWork())
	}()
	select {
	case <-said:
	case <-time.After(graceToEnd / 20): // what takes no text may be standard error itself
	}
	os.Exit(exitFailed)
}

// endedAtWork says that the command was ended, and what becomes of a write where it could be at one.
func (a *app) endedAtWork() string {
	if a.writing.Load() {
		return a.tf("ended while still at work, %s after being told to; "+
			"what it was writing is looked for at the next start", a.grace)
	}
	return a.tf("ended while still at work, %s after being told to", a.grace)
}

func exitCode(err error) int {
	var u usageError
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errHeld):
		return exitHeld
	case errors.As(err, &u) || strings.HasPrefix(err.Error(), "unknown "):
		return exitUsage
	case connectors.ClassOf(err) != 0:
		return exitTracker
	}
	return exitFailed
}

// extraCommands are those of special builds: of one that makes the man pages.
var extraCommands []func(*app) *cobra.Command

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:                        "slabridge",
		SuggestionsMinimumDistance: 2,
		Short:                      "Watches the promises of support contracts on the issues of your tracker",
		SilenceErrors:              true,
		SilenceUsage:               true,
		PersistentPreRunE: func(c *cobra.Command, _ []string) error {
			if err := a.checkOutput(c); err != nil {
				return err
			}
			if wrong := a.lang; !slices.Contains(languages(), wrong) {
				a.lang = defaultLang()
				return usage("--lang %q: write %s", wrong, strings.Join(languages(), ", "))
			}
			if a.at != "" {
				at, err := parseMoment("--at", a.at)
				if err != nil {
					return err
				}
				a.asOf = at
			}
			return nil
		},
	}
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return usageError{flagError(c, err)} })
	helpPage{a}.speakHelp(root)
	root.Version = buildVersion()
	root.SetVersionTemplate("slabridge {{.Version}}\n")
	f := root.PersistentFlags()
	f.StringVar(&a.config, "config", "", "configuration `file` (default ./slabridge.yaml, then the XDG and /etc places)")
	f.StringVarP(&a.output, "output", "o", "text", "text or json (lists are one JSON object a line)")
	f.StringVar(
		&a.lang,
		"lang",
		defaultLang(),
		message.Text("language of what people read: %s", strings.Join(languages(), ", ")),
	)
	f.BoolVar(&a.debug, "debug", false, "log every request")
	root.AddCommand(versionCmd(a), deadlineCmd(a), contractCmd(a), calendarCmd(a),
		checkCmd(a), syncCmd(a), planCmd(a), enforceCmd(a), runCmd(a),
		statusCmd(a), healthCmd(a), explainCmd(a), reportCmd(a), evidenceCmd(a), boardCmd(a), ledgerCmd(a),
		backupCmd(a), demoCmd(a), initCmd(a), notifyCmd(a))
	for _, extra := range extraCommands {
		root.AddCommand(extra(a))
	}
	for _, c := range root.Commands() {
		fixUsage(a, c)
	}
	answerHelp(root)
	describeCompletion(root)
	addCompletion(a, root)
	return root
}

// folded breaks the paragraphs of a text anew, to the width of a terminal; lines that are indented stay as they are.
func folded(text string) string {
	var out []string
	line := ""
	for l := range strings.Lines(text) {
		l = strings.TrimRight(l, " \n")
		if l == "" || strings.HasPrefix(l, " ") {
			out, line = append(out, line, l), ""
			continue
		}
		for word := range strings.FieldsSeq(l) {
			if line != "" && columnsOf(line)+1+columnsOf(word) > width {
				out, line = append(out, line), ""
			}
			line = strings.TrimSpace(line + " " + word)
		}
	}
	return strings.TrimSpace(strings.ReplaceAll(strings.Join(append(out, line), "\n"), "\n\n\n", "\n\n"))
}

// filesToo marks a command that writes files for people as well: CSV and HTML.
const filesToo = "csv"

// checkOutput refuses a form that the command cannot write.
func (a *app) checkOutput(c *cobra.Command) error {
	more := c.Annotations[filesToo] != ""
	file := a.output == "csv" || a.output == "html"
	switch {
	case a.output == "text", a.output == "json", file && more:
		return nil
	case more:
		return usage("-o %q: write text, json, csv or html", a.output)
	case file:
		return usage("-o %q: write text or json; %s is for 'slabridge report' alone", a.output, a.output)
	}
	return usage("-o %q: write text or json", a.output)
}

// defaultLang is the language the terminal speaks.
func defaultLang() string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := os.Getenv(name); v != "" {
			for _, lang := range languages() {
				if strings.HasPrefix(v, lang) {
					return lang
				}
			}
			break
		}
	}
	return english
}

// withAt adds --at to a reading command.
func (a *app) withAt(c *cobra.Command) *cobra.Command {
	c.Flags().StringVar(&a.at, "at", "", "answer as of this `moment` (RFC 3339, with offset) instead of now")
	return c
}

// parseMoment reads a moment given by a person; one without an offset could mean anything.
func parseMoment(what, s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, usage("%s %q is not a moment; write it as 2026-03-16T17:40:00+05:00, with the offset", what, s)
	}
	return t, nil
}

// logger logs to standard error as the configuration says, with the priorities of systemd's journal where that reads
// it; --debug shows single requests.
func (a *app) logger(c config.Log) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Level)); err != nil {
		level = slog.LevelInfo // unset; the configuration accepts nothing else
	}
	if a.debug {
		level = slog.LevelDebug
	}
	opts := &slog.HandlerOptions{Level: level}
	handler := func(out io.Writer) slog.Handler { return slog.NewTextHandler(out, opts) }
	if c.Format == "json" {
		handler = func(out io.Writer) slog.Handler { return slog.NewJSONHandler(out, opts) }
	}
	if read, err := systemd.StderrIsJournalStream(); err == nil && read {
		return slog.New(newJournalHandler(a.err, handler))
	}
	return slog.New(handler(a.err))
}
