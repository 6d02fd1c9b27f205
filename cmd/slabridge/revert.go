package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"slabridge/connectors"
	"slabridge/enforcer/engine"
	"slabridge/enforcer/ledger"
)

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

// ledgerRevert shows what can be taken back of the steps that the filter chooses, and takes it back once that is
// confirmed, by the flag or at a terminal.
func (a *app) ledgerRevert(ctx context.Context, f ledger.Filter, all, yes bool) error {
	if (f == ledger.Filter{}) && !all {
		return usage("give a filter (--id, --issue, --obligation, --contract, --connection, --since, --until), or --all")
	}
	w, err := a.open(ctx, writes)
	if err != nil {
		return err
	}
	defer w.close()
	undos, err := w.engine.Undoing(ctx, f)
	if err != nil {
		return err
	}
	n, err := a.printUndos(ctx, w, undos)
	switch {
	case err != nil:
		return err
	case n == 0:
		return a.say("nothing of it can be taken back")
	case !yes && !a.confirmed(n):
		return a.say("nothing was taken back; to do it, add --yes")
	}
	reports, err := w.engine.Revert(ctx, undos)
	told := a.tellReverted(ctx, w, reports)
	if err != nil && errors.Is(told, errHeld) {
		return err
	}
	return errors.Join(err, told)
}

// say tells a person something; programs read lines of JSON.
func (a *app) say(what phrase) error {
	if a.json() {
		fmt.Fprintln(a.err, a.t(what))
		return nil
	}
	a.wrap("", a.t(what))
	return nil
}

// confirmed asks at a terminal; where there is none the answer is no.
func (a *app) confirmed(n int) bool {
	in, ok := a.in.(*os.File)
	if !ok || a.json() || !term.IsTerminal(int(in.Fd())) {
		return false
	}
	fmt.Fprint(a.out, a.tf("Take back %d of these? Type yes: ", n))
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

// printUndos shows the plan and counts the steps of which something can be taken back.
func (a *app) printUndos(ctx context.Context, w *workspace, undos []engine.Undo) (n int, err error) {
	dirs, err := w.directories(ctx)
	if err != nil {
		return 0, err
	}
	zone := w.zone()
	for _, u := range undos {
		i := a.undoInfo(u, dirs[u.Entry.Key.Connection], zone(u.Entry.Key.Contract))
		if i.TakenBack {
			n++
		}
		if a.json() {
			if err := a.writeJSON(i); err != nil {
				return n, err
			}
			continue
		}
		a.printUndo(i)
	}
	return n, nil
}

func (a *app) undoInfo(u engine.Undo, n names, loc *time.Location) undoInfo {
	k := u.Entry.Key
	i := undoInfo{
		ID: u.Entry.ID, Connection: k.Connection, Issue: u.Entry.IssueKey, Contract: k.Contract, Obligation: k.Obligation, Step: k.Step,
		Moment: u.Entry.Moment.In(loc), TakenBack: u.Any(), Made: u.Made, Comments: []correctInfo{}, Stays: []string{},
	}
	if i.Issue == "" {
		i.Issue = u.Issue
	}
	back := func(b *engine.Back, field string) *backInfo {
		if b == nil {
			return nil
		}
		name := func(id string) string {
			if id == "" {
				return a.t("nobody")
			}
			return n.of(field, id)
		}
		return &backInfo{name(b.From), name(b.To)}
	}
	i.Assign, i.Priority = back(u.Assign, connectors.FieldAssignee), back(u.Priority, connectors.FieldPriority)
	for _, c := range u.Correct {
		i.Comments = append(i.Comments, correctInfo{c.Event, c.At.In(loc), c.Internal})
	}
	for _, s := range u.Stays {
		i.Stays = append(i.Stays, s.In(a.lang))
	}
	return i
}

func (a *app) printUndo(i undoInfo) {
	a.wrap(i.ID+"  ", fmt.Sprintf("%s  %s/%s  %s", hash(i.Issue), i.Obligation, i.Step, a.stamp(i.Moment)))
	if i.Assign != nil {
		a.wrap(entryIndent, a.tf("assignee back: %s -> %s", i.Assign.From, i.Assign.To))
	}
	if i.Priority != nil {
		a.wrap(entryIndent, a.tf("priority back: %s -> %s", i.Priority.From, i.Priority.To))
	}
	for _, c := range i.Comments {
		if c.Internal {
			a.wrap(entryIndent, a.tf("internal follow-up to %s of %s", c.Event, a.stamp(c.At)))
		} else {
			a.wrap(entryIndent, a.tf("public follow-up to %s of %s", c.Event, a.stamp(c.At)))
		}
	}
	if i.Made {
		a.wrap(entryIndent, a.t("internal comment: the issue was made in error"))
	}
	for _, s := range i.Stays {
		a.wrap(entryIndent+"- ", s)
	}
}

// tellReverted shows what was taken back. It fails with errHeld when a human must look.
func (a *app) tellReverted(ctx context.Context, w *workspace, reports []engine.Report) error {
	look := false
	for _, r := range reports {
		if r.Now.IsZero() {
			continue
		}
		d, _, err := w.mirror.Directory(ctx, r.Connection)
		if err != nil {
			return err
		}
		info := a.passInfo(r, w.zone(), namesOf(d))
		look = look || len(r.Held)+len(r.Refused) > 0
		for _, p := range r.Problems {
			look = look || p.Grave
		}
		if a.json() {
			if err := a.writeJSON(info); err != nil {
				return err
			}
			continue
		}
		a.wrap("", a.tf("%s: steps taken back: %d, refused: %d, held: %d", r.Connection, len(r.Written), len(r.Refused), len(r.Held)))
		for _, list := range [][]writeInfo{info.Written, info.Held, info.Refused} {
			for _, i := range list {
				a.printEntry(i, false)
			}
		}
		for _, p := range info.Problems {
			a.wrap("! ", p)
		}
	}
	if look {
		return errHeld
	}
	return nil
}
