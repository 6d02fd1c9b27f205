package main

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

//go:embed demo/slabridge.yaml
var demoConfig string

// demoMark is the file by which the demo knows a folder of its own making. Nothing else tells it from an
// installation: an admin may well have begun with a copy of the demo's configuration.
const demoMark = "made-by-slabridge-demo"

// demoFolder makes the folder, or clears what an earlier run left in it. A folder of somebody else's is left alone:
// it may hold a real configuration and a real ledger.
func demoFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	found, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	if _, err := os.Stat(filepath.Join(dir, demoMark)); err != nil && len(found) > 0 {
		return usage("demo: folder %s is not empty and not of the demo's making; name another by --dir", dir)
	}
	for _, name := range []string{"slabridge.db", "slabridge.db-wal", "slabridge.db-shm"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("demo: %w", err)
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
			return "", fmt.Errorf("demo: %w", err)
		}
	}
	return config, nil
}

// demoYAML is the configuration, in the words of a tracker.
func demoYAML(lang string, t demoTracker) string {
	return strings.NewReplacer(append([]string{"LANGUAGE", lang}, t.words()...)...).Replace(demoConfig)
}
