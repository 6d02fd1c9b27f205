package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
)

// Every page of the help fits a terminal, and every command says in one line what it is for.
func TestHelpFitsATerminal(t *testing.T) {
	pages := 0
	var show func(c *cobra.Command)
	show = func(c *cobra.Command) {
		var out bytes.Buffer
		a := newApp(strings.NewReader(""), &out, &out, time.Now)
		if code := a.run(append(strings.Fields(c.CommandPath())[1:], "--help")); code != exitOK {
			t.Fatalf("%s --help: exit code %d", c.CommandPath(), code)
		}
		for line := range strings.Lines(out.String()) {
			if n := columnsOf(strings.TrimRight(line, "\n")); n > width {
				t.Errorf("%s --help: a line of %d columns: %s", c.CommandPath(), n, line)
			}
		}
		if c.Short == "" {
			t.Errorf("%s does not say what it is for", c.CommandPath())
		}
		pages++
		for _, sub := range c.Commands() {
			show(sub)
		}
	}
	show(newApp(nil, &bytes.Buffer{}, &bytes.Buffer{}, time.Now).root())
	if pages < 30 {
		t.Errorf("only %d pages of help", pages)
	}
}
