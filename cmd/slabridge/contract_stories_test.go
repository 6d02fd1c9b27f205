package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestContractStories plays every story of testdata/contracts in virtual time, on the simulated Redmine.
func TestContractStories(t *testing.T) { playStories(t, storyFiles(t)) }

// TestCombinations plays the stories of what happens when several rules meet on one request.
func TestCombinations(t *testing.T) { playStories(t, storiesIn(t, "testdata/combinations")) }

// TestLiveContractStories plays the same files on a real Redmine, whose clock is moved, with a bot that is no
// administrator.
func TestLiveContractStories(t *testing.T) { playStoriesLive(t, storyFiles(t)) }

// TestLiveCombinations is TestCombinations on a real Redmine.
func TestLiveCombinations(t *testing.T) { playStoriesLive(t, storiesIn(t, "testdata/combinations")) }

func playStories(t *testing.T, files map[string]string) {
	for name, file := range files {
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

func playStoriesLive(t *testing.T, files map[string]string) {
	for name, file := range files {
		t.Run(name, func(t *testing.T) {
			s := readStory(t, file)
			s.compare(t, newPlay(t, s, liveWorld(t), "").run())
		})
	}
}

// storyFiles are the stories by their contract.
func storyFiles(t testing.TB) map[string]string { return storiesIn(t, "testdata/contracts") }

func storiesIn(t testing.TB, folder string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(folder + "/*.story")
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

// A story that is not what its writer meant is refused, and one that goes otherwise than it says fails.
func TestStoryFaults(t *testing.T) {
	const head = "contract kamal\nstarts Mon 2026-01-12 09:00\n"
	for text, want := range map[string]string{
		"contract kamal\n":                                         "nobody does anything",
		"contract other\nTue 2026-01-13 10:00 end\n":               `there is no preset "other"`,
		"starts Mon 2026-01-12 09:00\n":                            "name the contract first",
		head + "persons customer1\n":                               `has no line "persons customer1"`,
		head + "Mon 2026-01-13 10:00 end\n":                        "2026-01-13 is a Tue, not a Mon",
		head + "Tue 2026-01-13 10:00 customer1 creates #1 \"a\"\n": "the last act must be the end",
		head + "Tue 2026-01-13 10:00 customer1 creates #2 \"a\"\n": "the next request is #1",
		head + "Tue 2026-01-13 10:00 customer1 on #1 sings\n":      `people cannot "sings"`,
		head + "Tue 2026-01-13 10:00 customer1 on #1 says\n":       "ends too early",
		head + "Tue 2026-01-13 10:00 customer1 #1 says \"a\"\n": "write WHO creates #N or WHO " +
			"on #N",
		head + "Tue 2026-01-13 10:00 a on #1 deletes\nTue 2026-01-13 10:00:01 end\n":        "at least two seconds after",
		head + "mapping:\n    fields:\n  - {is: x}\nTue 2026-01-13 10:00 a on #1 deletes\n": `has no line "- {is: x}"`,
	} {
		if _, err := parseStory(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	for _, c := range []struct{ want, got, differs string }{
		{"a b c", "a b c", ""},
		{"a b c", "a c", "-b"},
		{"a c", "a b c", "+b"},
		{"a b", "a x b y", "+x +y"},
		{"", "a", "+a"},
		{"a", "", "-a"},
	} {
		if got := strings.Join(strings.Fields(difference(strings.Fields(c.want), strings.Fields(c.got))),
			" "); got != c.differs {
			t.Errorf("wanted %q, got %q: the difference is told as %q", c.want, c.got, got)
		}
	}
}
