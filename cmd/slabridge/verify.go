package main

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"slabridge/config"
	"slabridge/enforcer/ledger"

	"github.com/spf13/cobra"
)

func ledgerVerifyCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "verify",
		Short: "Hold every record against the chain of hashes",
		Long: "Hold every verdict, write, answer, excuse, consent and change of state against the chain of hashes that was " +
			"made with it, and name what was changed, removed, inserted or moved since. 'check' does the same. An end " +
			"that was cut off, or a chain that was computed anew, is found by a head of the chain that somebody kept: " +
			"every report has one.",
		RunE: a.withWorkspace(reads, func(ctx context.Context, w *workspace, _ []string) error {
			return verify(ctx, w, true)
		}),
	}
}

// chainInfo is what `ledger verify -o json` gives of a connection.
type chainInfo struct {
	Connection string          `json:"connection"`
	Records    int64           `json:"records"`
	Head       string          `json:"head"`
	Before     int64           `json:"records_before_chain"` // taken in as they stood
	Faults     []tamperingInfo `json:"faults"`
}

type tamperingInfo struct {
	Fault  ledger.TamperKind `json:"fault"`
	Number int64             `json:"number,omitempty"` // in the chain
	Table  string            `json:"table"`
	Record string            `json:"record"`
}

// verify tells of each connection's chain, or of those alone that are not well. It fails with errHeld when somebody
// else has changed the ledger: a human must look.
func verify(ctx context.Context, w *workspace, all bool) (worst error) {
	connections, err := w.ledger.Chained(ctx)
	if err != nil {
		return err
	}
	for _, id := range connections {
		v, err := w.ledger.Verify(ctx, id)
		if err != nil {
			return err
		}
		info := chainInfo{id, v.Records, v.Head, v.Before, []tamperingInfo{}}
		for _, t := range v.Tamperings {
			info.Faults = append(info.Faults, tamperingInfo{t.Kind, t.Number, t.Table, t.Record})
			worst = errHeld
		}
		if !all && len(info.Faults) == 0 {
			continue
		}
		if err := w.show(info); err != nil {
			return err
		}
	}
	return worst
}

// verifyState tells `check` of what is not well, where there is a state file.
func verifyState(ctx context.Context, a *app, cfg *config.Config) error {
	if _, err := os.Stat(cfg.State); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	w, err := a.openState(ctx, cfg, reads)
	if err != nil { // perhaps it is the service's alone; other commands say what is wrong with it
		if !a.json() {
			a.linef("! ", "the ledger was not verified: %s", a.failure(err))
		}
		return nil
	}
	defer w.close()
	return gravest(tellVanished(ctx, w), verify(ctx, w, false))
}

var tamperWords = map[ledger.TamperKind]phrase{
	ledger.TamperChanged:  "changed since it was recorded",
	ledger.TamperMissing:  "recorded, and no longer there",
	ledger.TamperInserted: "there, and never recorded by slabridge",
	ledger.TamperBroken:   "the chain is broken here: a record before it was taken out, moved or computed anew",
	ledger.TamperState:    "its state is not the last one of its history",
}

// recordWords says what a row of a table is.
var recordWords = map[string]phrase{
	"verdict": "verdict", "history": "change of state", "write": "write", "answer": "answer of the tracker",
	"waiver": "excuse", "agreement": "consent", "hold": "hold", "rename": "change of a contract's id",
	"cutover": "beginning of a contract", "person": "role of a person", "name": "name in the tracker", "entry": "step",
}

func (c chainInfo) text(p *page) {
	switch {
	case len(c.Faults) > 0:
		p.linef(colour(red, "! "), "%s: the ledger is not as slabridge wrote it:", c.Connection)
	case c.Records == 0:
		p.linef("", "%s: nothing is chained yet", c.Connection)
		return
	default:
		p.linef("", "%s: the ledger is as slabridge wrote it; records: %d, head %s", c.Connection, c.Records, c.Head)
	}
	if c.Before > 0 {
		p.linef("  ", "records from before the chain, taken in as they stood: %d", c.Before)
	}
	for _, f := range c.Faults {
		p.line("  ", p.t(recordWords[f.Table])+" "+f.Record+": "+p.t(tamperWords[f.Fault]))
	}
}
