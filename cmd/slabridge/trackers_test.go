package main

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/connectors/trackertest/tiny"
)

const tinyConfig = `
state: slabridge.db
language: en
listen: "off"
connections:
  - {id: desk, kind: tiny, url: "http://127.0.0.1", auth: {token: {file: key}}}
mappings:
  - id: desk
    connection: desk
    severity: [{is: critical}]
    status: [{is: working, names: Open}, {is: closed, names: Closed}]
    roles:
      - {is: support, project_roles: Support, lead: ann}
      - {is: developers, project_roles: Developer, lead: dan}
      - {is: management, users: meg}
      - {is: customer, project_roles: Customer}
contracts:
  - {use: kamal, id: kamal-acme, mapping: desk, projects: acme}
`

// TestThirdTracker: what a tracker needs is its own package and a line that registers its kind. Nothing else of the
// program names this one.
func TestThirdTracker(t *testing.T) {
	folder, now := t.TempDir(), time.Date(2026, 3, 16, 5, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	site := tiny.New(clock)
	for name, text := range map[string]string{"slabridge.yaml": tinyConfig, "key": tiny.Token + "\n"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := func(want int, args ...string) string {
		t.Helper()
		var out bytes.Buffer
		a := newApp(strings.NewReader(""), &out, &out, clock)
		a.kinds = append(slices.Clone(trackers), site.Kind()) // the line
		args = append([]string{"--config", filepath.Join(folder, "slabridge.yaml"), "--lang", "en"}, args...)
		if got := a.run(args); got != want {
			t.Fatalf("slabridge %v: exit code %d, want %d\n%s", args, got, want, out.String())
		}
		return strings.Join(strings.Fields(out.String()), " ")
	}
	run(exitOK, "check")
	live := run(exitOK, "check", "--live")
	for _, want := range []string{"desk: we are Bot (bot, id bot)", "how this Tiny behaves", "how large is it: tiny"} {
		if !strings.Contains(live, want) {
			t.Errorf("check --live does not say %q:\n%s", want, live)
		}
	}
	run(exitOK, "sync")
	run(exitOK, "enforce") // from here on it is enforced
	now = now.Add(time.Minute)
	issue := site.File("carl", "Nobody can log in")
	now = now.Add(time.Minute)
	run(exitOK, "enforce")
	if said := site.Comments(issue); len(said) != 1 || !strings.Contains(said[0], "Ref. ") {
		t.Errorf("on the issue stands %q, want the one receipt with our mark", said)
	}
	run(exitOK, "enforce")
	if said := site.Comments(issue); len(said) != 1 {
		t.Errorf("the second time makes it %d comments", len(said))
	}
	if story := run(exitOK, "explain", "T-"+issue); !strings.Contains(story, "Nobody can log in") {
		t.Errorf("explain tells %s", story)
	}
}

// namers are the folders and files in which a kind of tracker may be named: each with the reason.
var namers = map[string]string{
	"connectors/redmine":            "a connector knows its own tracker",
	"connectors/jira":               "a connector knows its own tracker",
	"cmd/slabridge/trackers.go":     "it registers the kinds, by the names of their packages",
	"cmd/slabridge/demo.go":         "the demo plays on the stand-ins, which are not of the program's kinds",
	"cmd/slabridge/demo_redmine.go": "as demo.go",
	"cmd/slabridge/demo_jira.go":    "as demo.go",
}

// TestNoTrackerIsNamed: outside its package no text of the program names a tracker, and nothing imports one, so that
// none is told from another by its name or its type: what they differ in stands in their kinds.
func TestNoTrackerIsNamed(t *testing.T) {
	if !namesTracker(`"X-Redmine-Signature"`) || namesTracker(`"tracker"`) {
		t.Fatal("a name is not known again")
	}
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		within, _ := filepath.Rel(root, path)
		for namer := range namers {
			if within == namer || strings.HasPrefix(within, namer+"/") {
				return nil
			}
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if text, ok := n.(*ast.BasicLit); ok && text.Kind == token.STRING && namesTracker(text.Value) {
				t.Errorf("%s names a tracker: %s", within, text.Value)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func namesTracker(literal string) bool {
	text, _ := strconv.Unquote(literal)
	text = strings.ToLower(text)
	return slices.ContainsFunc(trackers, func(k connectors.Kind) bool { return strings.Contains(text, k.Name) })
}
