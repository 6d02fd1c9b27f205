package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"
)

func (a *app) backupCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "backup FILE",
		Short: "Copy the state file to a new file, also beside a running daemon",
		Long: "Copy the state file to a new file that only you can read, as of one moment and while a daemon goes on\n" +
			"working. FILE appears when the copy is complete, checked and on the disk; one that is there already is\n" +
			"never replaced.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.backup(cmd.Context(), args[0]) },
	}
}

// backupInfo is what `backup -o json` gives.
type backupInfo struct {
	State string    `json:"state"`
	File  string    `json:"file"`
	Bytes int64     `json:"bytes"`
	At    time.Time `json:"at"`
}

func (a *app) backup(ctx context.Context, file string) error {
	w, err := a.open(ctx, reads)
	if err != nil {
		return err
	}
	defer w.close()
	info := backupInfo{State: w.cfg.State, File: file, At: a.clock().UTC()}
	if info.Bytes, err = w.file.Backup(ctx, file); err != nil {
		return err
	}
	if a.json() {
		return a.writeJSON(info)
	}
	a.wrap("", a.tf("backed up and checked: %s, %d KiB", file, (info.Bytes+1023)/1024))
	return nil
}
