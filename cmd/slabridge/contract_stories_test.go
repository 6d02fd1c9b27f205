package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestContractStories plays every story of testdata/contracts in virtual time, on the simulated Redmine.
func TestContractStories(t *testing.T) {
	for name, file := range storyFiles(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := readStory(t, file)
			seen := newPlay(t, s, simWorld(t), "").run()
			if *update && !t.Failed() {
				if err := os.WriteFile(file, []byte(s.text(seen)), 0o644); err != nil { //nolint:gosec // a file of the project
					t.Fatal(err)
				}
				return
			}
			s.compare(t, seen)
		})
	}
}

// TestLiveContractStories plays the same files on a real Redmine, whose clock is moved, with a bot that is no
// administrator.
func TestLiveContractStories(t *testing.T) {
	for name, file := range storyFiles(t) {
		t.Run(name, func(t *testing.T) {
			s := readStory(t, file)
			s.compare(t, newPlay(t, s, liveWorld(t), "").run())
		})
	}
}

// storyFiles are the stories by their contract.
func storyFiles(t testing.TB) map[string]string {
	t.Helper()
	files, err := filepath.Glob("testdata/contracts/*.story")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	out := map[string]string{}
	for _, f := range files {
		out[strings.TrimSuffix(filepath.Base(f), ".story")] = f
	}
	return out
}

// compare fails the test for each act after which something else was seen than expected.
func (s *contractStory) compare(t testing.TB, seen [][]string) {
	t.Helper()
	for i, a := range s.acts {
		if got, want := strings.Join(seen[i], "\n"), strings.Join(a.expects, "\n"); got != want {
			t.Errorf("after\n%s\n%s", a.line, difference(a.expects, seen[i]))
		}
	}
}

// difference shows the lines that two lists do not share, in order: - wanted, + got.
func difference(want, got []string) string {
	var out []string
	for len(want) > 0 || len(got) > 0 {
		switch {
		case len(want) > 0 && len(got) > 0 && want[0] == got[0]:
			want, got = want[1:], got[1:]
		case len(got) == 0 || (len(want) > 0 && !contained(got, want[0])):
			out, want = append(out, "-"+want[0]), want[1:]
		default:
			out, got = append(out, "+"+got[0]), got[1:]
		}
	}
	return strings.Join(out, "\n")
}

func contained(lines []string, line string) bool {
	for _, l := range lines {
		if l == line {
			return true
		}
	}
	return false
}

var _ = fmt.Sprint
