package main_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A ban forbids functions of a standard package outside cmd.
type ban struct {
	pkg   string
	funcs []string
	why   string
}

var bans = []ban{
	{
		"time",
		[]string{"Now", "Since", "Until", "Sleep", "After", "Tick", "LoadLocation"},
		"cmd makes the one clock and hands it down; zones are calendar.LoadZone's, which travel in the program",
	},
	{"fmt", []string{"Print", "Printf", "Println"}, "only cmd writes to the terminal, through the streams it was given"},
	{"os", []string{"Exit"}, "only cmd ends the program; the rest returns errors"},
}

// jiraWrites are go-jira's comment and assignee calls. v1.17.0 always sends the empty author, visibility and avatars
// with them, which Jira Cloud answers with 400 (go-jira issues 604 and 671), and has no property for an internal note.
var jiraWrites = []string{
	"AddComment", "AddCommentWithContext", "UpdateComment", "UpdateCommentWithContext", "DeleteComment",
	"DeleteCommentWithContext",
	"CreateComment", "CreateCommentWithContext", "UpdateAssignee", "UpdateAssigneeWithContext",
}

// callFaults lists the banned functions that a file uses, called or handed on as a value.
func callFaults(fset *token.FileSet, file *ast.File) []string {
	names := map[string]ban{} // by the name that the file gives the package
	for _, spec := range file.Imports {
		path, _ := strconv.Unquote(spec.Path.Value)
		for _, b := range bans {
			if b.pkg != path {
				continue
			}
			name := b.pkg
			if spec.Name != nil {
				name = spec.Name.Name
			}
			names[name] = b
		}
	}
	var faults []string
	if b, dot := names["."]; dot {
		faults = append(faults,
			fmt.Sprintf("%s: imports %s with a dot, which hides what is used of it", fset.Position(file.Pos()), b.pkg))
	}
	ast.Inspect(file, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		// a variable of the same name has an Obj; an imported package has none
		if x, ok := sel.X.(*ast.Ident); ok && x.Obj == nil && slices.Contains(names[x.Name].funcs, sel.Sel.Name) {
			faults = append(faults,
				fmt.Sprintf("%s: %s.%s: %s", fset.Position(sel.Pos()), names[x.Name].pkg, sel.Sel.Name, names[x.Name].why))
		}
		return true
	})
	return faults
}

// selectorFaults lists every x.NAME of a file with a forbidden NAME, whatever x is: no types are asked for, so no
// interface or wrapper hides a call. A method of our own wants another name.
func selectorFaults(fset *token.FileSet, file *ast.File, forbidden []string, why string) []string {
	var faults []string
	ast.Inspect(file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok && slices.Contains(forbidden, sel.Sel.Name) {
			faults = append(faults, fmt.Sprintf("%s: %s: %s", fset.Position(sel.Pos()), sel.Sel.Name, why))
		}
		return true
	})
	return faults
}

// writeMethods names the exported methods of a library's client that send anything but a GET, read from its source.
func writeMethods(file *ast.File) []string {
	var names []string
	for _, d := range file.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Recv == nil || !fn.Name.IsExported() || fn.Body == nil {
			continue
		}
		writes := false
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok {
				writes = writes || slices.Contains([]string{`"POST"`, `"PUT"`, `"PATCH"`, `"DELETE"`}, lit.Value)
			}
			return true
		})
		if writes {
			names = append(names, fn.Name.Name)
		}
	}
	return names
}

// parseDir parses the non-test Go files straight inside dir.
func parseDir(t *testing.T, fset *token.FileSet, dir string) []*ast.File {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(fset, path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}

func moduleDir(t *testing.T, path string) string {
	t.Helper()
	return strings.TrimSpace(goCommand(t, "list", "-m", "-f", "{{.Dir}}", path))
}

func TestOnlyCmdTouchesClockAndTerminal(t *testing.T) {
	fset := token.NewFileSet()
	for _, p := range packages(t) {
		if under(p.ImportPath, "cmd/...") {
			continue
		}
		for _, file := range parseDir(t, fset, p.Dir) {
			for _, fault := range callFaults(fset, file) {
				t.Error(fault)
			}
		}
	}
}

// TestNoWritesThroughLibraries: go-redmine's writes send every empty field, which wipes descriptions and parents, and
// call a saved note an error, which posts it twice.
func TestNoWritesThroughLibraries(t *testing.T) {
	fset := token.NewFileSet()
	var redmineWrites []string
	for _, file := range parseDir(t, fset, moduleDir(t, "github.com/mattn/go-redmine")) {
		redmineWrites = append(redmineWrites, writeMethods(file)...)
	}
	for _, known := range []string{"CreateIssue", "UpdateIssue", "DeleteIssue", "CreateTimeEntry", "Upload"} {
		if !slices.Contains(redmineWrites, known) {
			t.Fatalf("%s is not among go-redmine's writes as read from its source: %v", known, redmineWrites)
		}
	}
	for _, p := range packages(t) {
		for _, file := range parseDir(t, fset, p.Dir) {
			var faults []string
			switch p.ImportPath {
			case "connectors/redmine":
				faults = selectorFaults(fset, file, redmineWrites, "go-redmine sends every empty field and calls success an error")
			case "connectors/jira":
				faults = selectorFaults(fset, file, jiraWrites,
					"go-jira sends empty objects that Jira Cloud refuses, and keeps no comment internal")
			}
			for _, fault := range faults {
				t.Error(fault)
			}
		}
	}
}

// TestCallRulesCanFail holds the rules against code that must and must not pass.
func TestCallRulesCanFail(t *testing.T) {
	const library = "package lib\nfunc (c *Client) CreateIssue() { send(\"POST\") }\nfunc (c *Client) Issue() { " +
		"send(\"GET\") }\nfunc (c *Client) hidden() { send(\"PUT\") }"
	fset := token.NewFileSet()
	lib, err := parser.ParseFile(fset, "lib.go", library, 0)
	if err != nil {
		t.Fatal(err)
	}
	writes := writeMethods(lib)
	if !slices.Equal(writes, []string{"CreateIssue"}) {
		t.Fatalf("writes of the library: got %v, want CreateIssue alone", writes)
	}
	for _, c := range []struct {
		code   string
		faults int
	}{
		{"import \"time\"\nvar now = time.Now", 1},
		{"import \"time\"\nfunc f(t time.Time) { time.Sleep(time.Since(t)) }", 2},
		{"import clock \"time\"\nfunc f() { <-clock.After(clock.Second) }", 1},
		{"import . \"time\"\nvar now = Now()", 1},
		{"import \"time\"\nfunc f(now time.Time) time.Time { return now.Add(time.Hour) }", 0},
		{"import \"time\"\nfunc f(time clock) { time.Now() }", 0},
		{"import \"fmt\"\nfunc f() { fmt.Println(fmt.Sprint(1)) }", 1},
		{"func f(c client) { c.CreateIssue() }", 1},
		{"func f(c client) { c.inner.Client.CreateIssue() }", 1},
		{"func f(c client) { c.Issue() }", 0},
	} {
		file, err := parser.ParseFile(fset, "a.go", "package a\n"+c.code, 0)
		if err != nil {
			t.Fatal(err)
		}
		faults := append(callFaults(fset, file), selectorFaults(fset, file, writes, "forbidden")...)
		if len(faults) != c.faults {
			t.Errorf("%q: got %q, want %d faults", c.code, faults, c.faults)
		}
	}
}

// TestLibcIsTheOneSQLiteWasMadeWith: modernc.org/sqlite is generated code that fits one version of modernc.org/libc;
// its documentation asks for exactly the version in its own go.mod, and any other dependency may raise ours.
func TestLibcIsTheOneSQLiteWasMadeWith(t *testing.T) {
	const libc = "modernc.org/libc"
	want := required(t, strings.TrimSpace(goCommand(t, "list", "-m", "-f", "{{.GoMod}}", "modernc.org/sqlite")), libc)
	got := strings.TrimSpace(goCommand(t, "list", "-m", "-f", "{{.Version}}", libc))
	if want == "" || got != want {
		t.Errorf("%s is %s here and %q in sqlite's go.mod; pin that one", libc, got, want)
	}
}

// required gives the version of a module that a go.mod file asks for, or nothing.
func required(t *testing.T, goMod, module string) string {
	t.Helper()
	var mod struct {
		Require []struct{ Path, Version string }
	}
	if err := json.Unmarshal([]byte(goCommand(t, "mod", "edit", "-json", goMod)), &mod); err != nil {
		t.Fatalf("read %s: %v", goMod, err)
	}
	for _, r := range mod.Require {
		if r.Path == module {
			return r.Version
		}
	}
	return ""
}

// TestNoFileIsTooLong: a file that needs more than 500 lines is two things.
func TestNoFileIsTooLong(t *testing.T) {
	root := filepath.Dir(strings.TrimSpace(goCommand(t, "env", "GOMOD")))
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		fset := token.NewFileSet()
		if _, err := parser.ParseFile(fset, path, nil, parser.PackageClauseOnly); err != nil {
			return err
		}
		fset.Iterate(func(f *token.File) bool {
			if lines := f.LineCount(); lines > 500 {
				t.Errorf("%s has %d lines", path, lines)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
