package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"slabridge/connectors"
	"slabridge/enforcer/engine"
	"slabridge/enforcer/outbox"
)

func ledgerRevertCmd(a *app) *cobra.Command {
	var f choice
	var dryRun, yes bool
	c := f.flagsToMove(&cobra.Command{
		Use:   "revert",
		Short: "Take back assignments, priorities and comments; plan first",
		Long: "Take back reassignments and priorities that nobody touched since, and correct comments. It shows the " +
			"plan first and asks; --yes does it without asking.",
		RunE: a.withWorkspace(writes, func(ctx context.Context, w *workspace, _ []string) error {
			undos, err := w.engine.Undoing(ctx, f.Filter)
			if err != nil {
				return err
			}
			return revert(ctx, w, undos, yes && !dryRun)
		}),
	}, &dryRun, "--id, --issue, --obligation, --contract, --connection, --since, --until")
	c.Flags().BoolVar(&yes, "yes", false, "do it without asking")
	return c
}

// undoInfo is one line of `ledger revert -o json`: what is, or is to be, taken back of one step.
type undoInfo struct {
	ID         string        `json:"id"`
	Connection string        `json:"connection"`
	Issue      string        `json:"issue"`
	Contract   string        `json:"contract"`
	Obligation string        `json:"obligation"`
	Step       string        `json:"step"`
	Moment     time.Time     `json:"moment"`
	TakenBack  bool          `json:"taken_back"` // anything of it can be
	Assign     *backInfo     `json:"assign"`
	Priority   *backInfo     `json:"priority"`
	Comments   []correctInfo `json:"comments"`
	Made       bool          `json:"made"` // its issue is told that it was made in error
	Stays      []string      `json:"stays"`
}

type backInfo struct {
	From string `json:"from"`
	To   string `json:"to"`
}

type correctInfo struct {
	Event    string    `json:"event"`
	At       time.Time `json:"at"`
	Internal bool      `json:"internal"`
}

// revert shows what can be taken back, and takes it back once that is confirmed, by the flag or at a terminal.
func revert(ctx context.Context, w *workspace, undos []outbox.Undo, yes bool) error {
	n := 0
	for _, u := range undos {
		i, err := undoInfoOf(ctx, w, u)
		if err != nil {
			return err
		}
		if i.TakenBack {
			n++
		}
		if err := w.show(i); err != nil {
			return err
		}
	}
	switch {
	case n == 0:
		return remark(w, "nothing of it can be taken back")
	case !yes && !confirmed(w, n):
		return remark(w, "nothing was taken back; to do it, add --yes")
	}
	reports, err := w.engine.Revert(ctx, undos)
	return gravest(err, tellReverted(ctx, w, reports))
}

// remark tells a person something; programs read lines of JSON.
func remark(w *workspace, what phrase) error {
	if w.json() {
		fmt.Fprintln(w.err, w.t(what))
		return nil
	}
	w.linef("", what)
	return nil
}

// confirmed asks at a terminal; where there is none the answer is no.
func confirmed(w *workspace, n int) bool {
	in, ok := w.in.(*os.File)
	if !ok || w.json() || !term.IsTerminal(int(in.Fd())) {
		return false
	}
	fmt.Fprint(w.out, w.tf("Take back %d of these? Type yes: ", n))
	return affirmed(in)
}

// affirmed reads one line and takes nothing but a whole yes for one.
func affirmed(in io.Reader) bool {
	line, _ := bufio.NewReader(in).ReadString('\n') // an end without a line break is an answer, too
	switch strings.ToLower(strings.TrimSpace(line)) {
	case "yes", "да":
		return true
	}
	return false
}

func undoInfoOf(ctx context.Context, w *workspace, u outbox.Undo) (undoInfo, error) {
	k := u.Entry.Key
	zone := w.zone(k.Contract)
	n, err := w.names(ctx, k.Connection)
	i := undoInfo{
		ID: u.Entry.ID, Connection: k.Connection, Issue: cmp.Or(u.Entry.IssueKey, u.Issue), Contract: k.Contract,
		Obligation: k.Obligation, Step: k.Step, Moment: u.Entry.Moment.In(zone), TakenBack: u.Any(), Made: u.Made,
		Comments: []correctInfo{}, Stays: []string{},
	}
	back := func(b *outbox.Back, field string) *backInfo {
		if b == nil {
			return nil
		}
		name := func(id string) string {
			if id == "" {
				return w.t("nobody")
			}
			return n.of(field, id)
		}
		return &backInfo{name(b.From), name(b.To)}
	}
	i.Assign, i.Priority = back(u.Assign, connectors.FieldAssignee), back(u.Priority, connectors.FieldPriority)
	for _, c := range u.Correct {
		i.Comments = append(i.Comments, correctInfo{c.Event, c.At.In(zone), c.Internal})
	}
	for _, s := range u.Stays {
		i.Stays = append(i.Stays, s.In(w.lang))
	}
	return i, err
}

func (i undoInfo) text(p *page) {
	p.line(i.ID+"  ", fmt.Sprintf("%s %s  %s", typed(i.Issue), p.stepOf(i.Contract, i.Obligation, i.Step),
		p.stamp(i.Moment)))
	if i.Assign != nil {
		p.linef(entryIndent, "assignee back: %s -> %s", i.Assign.From, i.Assign.To)
	}
	if i.Priority != nil {
		p.linef(entryIndent, "priority back: %s -> %s", i.Priority.From, i.Priority.To)
	}
	for _, c := range i.Comments {
		if c.Internal {
			p.linef(entryIndent, "internal follow-up to %s of %s", p.event(c.Event), p.moment(c.At))
		} else {
			p.linef(entryIndent, "public follow-up to %s of %s", p.event(c.Event), p.moment(c.At))
		}
	}
	if i.Made {
		p.linef(entryIndent, "internal comment: the issue was made in error")
	}
	for _, s := range i.Stays {
		p.line(entryIndent+"- ", s)
	}
}

// revertTold is what was taken back on a connection.
type revertTold struct{ passInfo }

// tellReverted shows what was taken back. It fails with errHeld when a human must look.
func tellReverted(ctx context.Context, w *workspace, reports []engine.Report) error {
	look := false
	for i := range reports {
		r := &reports[i]
		if r.Now.IsZero() {
			continue
		}
		look = look || mustLook(r)
		info, err := passInfoOf(ctx, w, r)
		if err != nil {
			return err
		}
		if err := w.show(revertTold{info}); err != nil {
			return err
		}
	}
	if look {
		return errHeld
	}
	return nil
}

func (t revertTold) text(p *page) {
	p.linef("", "%s: steps taken back: %d, refused: %d, held: %d",
		t.Connection, len(t.Written)-t.partly(), len(t.Refused), len(t.Held))
	t.tellEntries(p)
	t.tellProblems(p)
}
