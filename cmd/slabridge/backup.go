package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"
)

func backupCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "backup FILE",
		Short: "Copy the state file to a new file, also beside a running daemon",
		Long: "Copy the state file to a new file that only you can read, as of one moment and while a daemon goes on\n" +
			"working. FILE appears when the copy is complete, checked and on the disk; one that is there already is\n" +
			"never replaced.",
		Args: cobra.ExactArgs(1),
		RunE: a.withWorkspace(reads, func(ctx context.Context, w *workspace, args []string) (err error) {
			info := backupInfo{State: w.cfg.State, File: args[0], At: w.clock().UTC()}
			if info.Bytes, err = w.file.Backup(ctx, info.File); err != nil {
				return err
			}
			return w.show(info)
		}),
	}
}

// backupInfo is what `backup -o json` gives.
type backupInfo struct {
	State string    `json:"state"`
	File  string    `json:"file"`
	Bytes int64     `json:"bytes"`
	At    time.Time `json:"at"`
}

func (i backupInfo) text(p *page) {
	p.linef("", "backed up and checked: %s, %d KiB", i.File, (i.Bytes+1023)/1024)
}
