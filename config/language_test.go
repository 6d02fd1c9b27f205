package config

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// english finds words that a Russian sentence about a configuration would not have: two of them, one after the other.
var english = regexp.MustCompile(`\b[a-z]{3,} [a-z]{3,}\b`)

// commands are what a Russian sentence has in English: what is to be typed.
var commands = regexp.MustCompile(`openssl rand|always cutoff`)

// Every fault of the fault files is told in Russian.
func TestFaultsInRussian(t *testing.T) {
	t.Setenv("SLABRIDGE_TEST_KEY", planted)
	files, err := filepath.Glob("testdata/faults/*.yaml")
	if err != nil || len(files) < 100 {
		t.Fatalf("%d fault files, %v", len(files), err)
	}
	told := 0
	for _, file := range files {
		if _, err := os.Stat(file); err != nil {
			t.Fatal(err)
		}
		for _, f := range faultsOf(t, file) {
			told++
			text := f.Reason.In("ru")
			for _, words := range english.FindAllString(commands.ReplaceAllString(text, ""), -1) {
				t.Errorf("%s: %q in %s", filepath.Base(file), words, f.In("ru"))
			}
			if text == f.Reason.In("en") {
				t.Errorf("%s: in English: %s", filepath.Base(file), f.In("ru"))
			}
		}
	}
	if told < 200 {
		t.Errorf("only %d faults", told)
	}
}
