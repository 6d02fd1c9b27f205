package main

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
)

// englishWords are three words of plain English in a row.
var englishWords = regexp.MustCompile(`\b[a-z]{2,} [a-z]{2,} [a-z]{2,}\b`)

// Every page of the help fits a terminal, speaks the reader's language, and every command
// says in one line what it is for.
func TestHelpFitsATerminal(t *testing.T) {
	pages := 0
	var show func(c *cobra.Command)
	show = func(c *cobra.Command) {
		for _, lang := range languages() {
			var out bytes.Buffer
			a := newApp(strings.NewReader(""), &out, &out, time.Now)
			if code := a.run(append(strings.Fields(c.CommandPath())[1:], "--help", "--lang", lang)); code != exitOK {
				t.Fatalf("%s --help: exit code %d", c.CommandPath(), code)
			}
			for line := range strings.Lines(out.String()) {
				if n := columnsOf(strings.TrimRight(line, "\n")); n > width {
					t.Errorf("%s --help: a line of %d columns: %s", c.CommandPath(), n, line)
				}
				if lang == "ru" && englishWords.MatchString(strings.ReplaceAll(line, "slabridge contract list", "")) &&
					!strings.HasPrefix(line, "  slabridge") && !strings.Contains(line, "(slabridge completion") {
					t.Errorf("%s --help: a line in English: %s", c.CommandPath(), line)
				}
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
