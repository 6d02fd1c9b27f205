package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"slabridge/config"
	"slabridge/enforcer"
)

const clausesHead = `# Clauses, obligations and the tests that show them

Written by ` + "`go test ./cmd/slabridge -run TestClauses -update`" + ` from the presets and the stories; the same test fails when this page
and they differ.

- A story (cmd/slabridge/testdata/contracts) is one contract over a quarter. It is played in virtual time on the simulated
  Redmine (TestContractStories) and, by ` + "`make live`" + `, on a real one (TestLiveContractStories), where slabridge's account is no
  administrator's.
- **steps** names each step of the obligation with the first request of the story on which it is taken; **kept**, **escalated**
  and **breached** the first on which a run of it ends so.
- TestStoriesNeedEveryObligation takes each obligation out of its preset: its story must then fail.
- **core** counts the stories of the pure rules that have the obligation (enforcer/testdata/stories).
`

// TestClauses holds docs/clauses.md to the presets and the stories: every obligation of every preset has its row, and a
// story that shows it act, shows it kept and, where it can be broken, broken.
func TestClauses(t *testing.T) {
	var out strings.Builder
	out.WriteString(clausesHead)
	for _, c := range config.Presets() {
		clausesOf(t, &out, c)
	}
	const page = "../../docs/clauses.md"
	if *update {
		if err := os.WriteFile(page, []byte(out.String()), 0o644); err != nil { //nolint:gosec // a page of the project
			t.Fatal(err)
		}
		return
	}
	is, err := os.ReadFile(page)
	if err != nil || string(is) != out.String() {
		t.Errorf("%s is not what the presets and stories say (%v); run this test with -update and read the diff", page, err)
	}
}

func clausesOf(t *testing.T, out *strings.Builder, c *enforcer.Contract) {
	fmt.Fprintf(out, "\n## %s\n\n", c.ID)
	file := storyFiles(t)[c.ID]
	s := readStory(t, file)
	fmt.Fprintf(out, "Story: [%s](../cmd/slabridge/%s)\n\n", filepath.Base(file), file)
	out.WriteString("| clause | obligation | steps | kept | escalated | breached | core |\n|---|---|---|---|---|---|---|\n")
	for _, o := range c.Obligations {
		x := s.shows(o.ID, o.Title.In(english))
		fmt.Fprintf(out, "| %s | `%s` | %s | %s | %s | %s | %s |\n", o.Source, o.ID, strings.Join(x.taken, ", "), x.kept,
			x.escalated, x.breached, coreStories(t, c.ID, o.ID))
		for _, lacks := range x.lacks(o) {
			t.Errorf("the story of %s does not show %s: %s", c.ID, o.ID, lacks)
		}
	}
	for _, u := range c.Unmeasured {
		fmt.Fprintf(out, "| %s | nothing to measure: %s | | | | | |\n", u.Source, u.Why.In("en"))
	}
}

var (
	storyRequest = regexp.MustCompile(`#D?\d+|the contract`)
	storyStep    = regexp.MustCompile(`[:;] ([a-z0-9-]+)/([a-z0-9-]+) \(`)
	storyAccount = regexp.MustCompile(`^ {10}(\S.*?) \(.*\d`)
	storyVerdict = regexp.MustCompile(`^ {8}(\S+) \S+: (\w+)`)
)

// seen is what a story shows of an obligation: its steps and verdicts, each with the first request that has it.
type seen struct {
	steps          []string
	taken          []string // with the request
	kept, breached string
	escalated      string
	reported       bool // among the accounts of the report
}

func (s *contractStory) shows(obligation, title string) (x seen) {
	request := ""
	for _, a := range s.acts {
		for _, line := range a.expects {
			if n := storyRequest.FindString(line); n != "" && line[len(storyIndent)] != ' ' {
				request = n
			}
			if account := storyAccount.FindStringSubmatch(line); account != nil && account[1] == title && !x.reported {
				x.reported, x.taken = true, append(x.taken, "a line of the report")
			}
			for _, step := range storyStep.FindAllStringSubmatch(line, -1) {
				if step[1] == obligation && !slices.Contains(x.steps, step[2]) {
					x.steps, x.taken = append(x.steps, step[2]), append(x.taken, step[2]+" "+request)
				}
			}
			v := storyVerdict.FindStringSubmatch(line)
			switch {
			case v == nil || v[1] != obligation:
			case v[2] == "met":
				x.kept = cmp.Or(x.kept, request)
			case v[2] == "escalated":
				x.escalated = cmp.Or(x.escalated, request)
			case v[2] == "breached":
				x.breached = cmp.Or(x.breached, request)
			}
		}
	}
	return x
}

// lacks lists what of an obligation a story does not show: a step that is never taken, a promise that is never kept, or
// never broken though something would be done then.
func (x seen) lacks(o enforcer.Obligation) (out []string) {
	for _, r := range o.Rules {
		for _, step := range r.Steps {
			if step.Trigger.Due && o.StopsWith(enforcer.WordNote) && slices.ContainsFunc(o.Stop, byBot) {
				continue // told only where slabridge's own comment, which keeps the promise, is refused: see package decide
			}
			if !slices.Contains(x.steps, step.ID) && !slices.Contains(out, "step "+step.ID) {
				out = append(out, "step "+step.ID)
			}
			if step.ID == "due" && o.Escalation && x.escalated == "" {
				out = append(out, "an escalation")
			}
			if step.ID == "due" && !o.Escalation && o.Kind != enforcer.Account && !o.NoVerdict && x.breached == "" {
				out = append(out, "a breach")
			}
		}
	}
	switch {
	case o.Kind == enforcer.Account && !x.reported:
		out = append(out, "a line of the report")
	case o.Kind != enforcer.Account && x.kept == "":
		out = append(out, "kept")
	}
	return out
}

func byBot(c enforcer.Condition) bool { return slices.Contains(c.By, enforcer.Bot) }

// coreStories counts the stories of the pure rules, by the contract they begin with, that an obligation has a part in.
func coreStories(t *testing.T, contract, obligation string) string {
	t.Helper()
	files, err := filepath.Glob("../../enforcer/testdata/stories/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories of the core: %v", err)
	}
	n := 0
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		head, told, _ := strings.Cut(string(raw), "\n----\n")
		if strings.Contains("\n"+head+"\n", "\ncontract "+contract+"\n") && strings.Contains(told, obligation) {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}
