// Command slabridge watches the promises of support contracts on the issues of a tracker that people already
// use: Redmine or Jira. It mirrors the issues into a local SQLite file, works out what the contract promises for each
// of them, and writes comments, reassignments and priority bumps back when a promise is about to be broken or is
// broken.
//
// This package is the shell around the core: flags, files, signals, terminals and exit codes. It is the only
// place that reads the clock and the only one that names a tracker or the state file. It decides nothing.
package main

import (
	"os"
	"time"
)

func main() {
	a := newApp(os.Stdin, os.Stdout, os.Stderr, time.Now)
	a.grace = graceToEnd
	os.Exit(a.run(os.Args[1:]))
}
