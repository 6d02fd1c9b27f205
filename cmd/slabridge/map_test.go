package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// quoted is what a document says in the type of code; linked is where it leads to.
var (
	quoted   = regexp.MustCompile("`([^`\n]+)`")
	linked   = regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
	testName = regexp.MustCompile(`^(Test|Fuzz|Benchmark)[A-Z]\w+$`)
)

// The documents for developers name packages, files and tests. Each is there: a map of what has moved leads astray.
func TestDocumentsNameWhatIsThere(t *testing.T) {
	root := filepath.Join("..", "..")
	tests := testsOf(t, root)
	decisions, err := filepath.Glob(filepath.Join(root, "docs", "decisions", "*.md"))
	if err != nil || len(decisions) == 0 {
		t.Fatal("no decisions found: ", err)
	}
	files := append(decisions, filepath.Join(root, "ARCHITECTURE.md"), filepath.Join(root, "CONTRIBUTING.md"),
		filepath.Join(root, "docs", "guarantees.md"), filepath.Join(root, "docs", "how-it-works.md"))
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range quoted.FindAllStringSubmatch(string(text), -1) {
			switch name := m[1]; {
			case testName.MatchString(name) && !tests[name]:
				t.Errorf("%s names the test %s: there is none", file, name)
			case isPlace(name) && !exists(root, name):
				t.Errorf("%s names %s: there is nothing", file, name)
			}
		}
		for _, m := range linked.FindAllStringSubmatch(string(text), -1) {
			if !exists(filepath.Dir(file), m[1]) {
				t.Errorf("%s leads to %s: there is nothing", file, m[1])
			}
		}
	}
}

// isPlace reports whether a word is a path below the project's root. XX and NAME stand for what the reader has.
func isPlace(word string) bool {
	top, _, below := strings.Cut(word, "/")
	return below && slices.Contains([]string{"cmd", "config", "connectors", "docs", "enforcer", "mapping"}, top) &&
		!strings.ContainsAny(word, " …{") && !strings.Contains(word, "XX") && !strings.Contains(word, "NAME")
}

func exists(folder, place string) bool {
	found, err := filepath.Glob(filepath.Join(folder, filepath.FromSlash(place)))
	return err == nil && len(found) > 0
}

// testsOf lists the tests, fuzz targets and benchmarks of the project.
func testsOf(t *testing.T, root string) map[string]bool {
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark)\w+)\(`)
	found := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, _ os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, m := range declared.FindAllSubmatch(source, -1) {
			found[string(m[1])] = true
		}
		return err
	})
	if err != nil || len(found) < 100 {
		t.Fatalf("%d tests found: %v", len(found), err)
	}
	return found
}
