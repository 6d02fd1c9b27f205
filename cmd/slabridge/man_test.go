package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
)

// Every command that people see has a man page.
func TestManPages(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	dir := t.TempDir()
	if out, err := exec.Command("go", "run", "-tags", "man", ".", "man", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var look func(c *cobra.Command)
	look = func(c *cobra.Command) {
		if c.Hidden || c.Name() == "help" {
			return
		}
		name := strings.ReplaceAll(c.CommandPath(), " ", "-") + ".1"
		page, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || !strings.Contains(string(page), "SYNOPSIS") {
			t.Errorf("%s: %v", name, err)
		}
		for _, sub := range c.Commands() {
			look(sub)
		}
	}
	look(newApp(strings.NewReader(""), os.Stdout, os.Stderr, time.Now).root())
}
