package main_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// mostFiles is in how many files a type may have methods: one with more is an object that knows everything, of which
// nobody can tell what a line may touch.
const mostFiles = 3

// standIns play a tracker, whole, with a type for its server.
var standIns = []string{"connectors/sim/...", "connectors/redmine/redminesim/...", "connectors/jira/jirasim/..."}

// Types with methods in more files, and why that hides nothing. The number is of files; it may only fall.
const (
	unchanging = "a value that nothing changes once it is made: a file per question asked of it"
	handle     = "a handle without state of its own: a file per table or resource"
)

var deviations = map[string]struct {
	files int
	why   string
}{
	"config/statefile.DB":          {4, handle},
	"connectors/mirror.DB":         {8, handle},
	"connectors/mirror.tx":         {8, handle},
	"connectors/mirror.pass":       {5, "one synchronisation, listing after listing"},
	"connectors/redmine.Tracker":   {9, handle},
	"connectors/trackertest.World": {5, handle},
	"enforcer.Contract":            {6, unchanging},
	"enforcer.Cycle":               {7, unchanging},
	"enforcer.Evaluation":          {5, unchanging},
	"enforcer.Obligation":          {5, unchanging},
	"enforcer/calendar.Calendar":   {5, unchanging},
	"enforcer/calendar.table":      {4, unchanging},
	"enforcer/ledger.Ledger":       {12, handle},
	"mapping.Bound":                {12, unchanging},
	"mapping.writer":               {4, "one comment in the making"},
}

func TestMethodsOfATypeStandTogether(t *testing.T) {
	for _, p := range packages(t) {
		if underAny(p.ImportPath, standIns) {
			continue
		}
		files := map[string]map[string]bool{} // with methods, by type
		for _, name := range p.GoFiles {
			parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range parsed.Decls {
				f, ok := d.(*ast.FuncDecl)
				if !ok || f.Recv == nil {
					continue
				}
				of := receiver(f.Recv.List[0].Type)
				if files[of] == nil {
					files[of] = map[string]bool{}
				}
				files[of][name] = true
			}
		}
		for of, names := range files {
			if most := max(mostFiles, deviations[p.ImportPath+"."+of].files); len(names) > most {
				t.Errorf("%s: type %s has methods in %d files, more than %d: %s", p.ImportPath, of, len(names), most,
					strings.Join(slices.Sorted(maps.Keys(names)), ", "))
			}
		}
	}
}

// Waits, ages and tolerances carry promises: in each package they stand in one file, with their reasons.
func TestTimesOfAPackageStandTogether(t *testing.T) {
	found := false
	for _, p := range packages(t) {
		if underAny(p.ImportPath, standIns) {
			continue
		}
		files := map[string]bool{}
		for _, name := range p.GoFiles {
			parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range parsed.Decls {
				if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.CONST && ofTime(g) {
					files[name], found = true, true
				}
			}
		}
		if len(files) > 1 {
			t.Errorf("%s: constants of time stand in %s; put them into one file", p.ImportPath,
				strings.Join(slices.Sorted(maps.Keys(files)), ", "))
		}
	}
	if !found {
		t.Error("no constant of time was found")
	}
}

// ofTime reports whether a declaration speaks of a unit of the package time.
func ofTime(d *ast.GenDecl) (is bool) {
	ast.Inspect(d, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			x, ok := s.X.(*ast.Ident)
			is = is || ok && x.Name == "time" && s.Sel.Name != "DateOnly" && s.Sel.Name != "TimeOnly"
		}
		return true
	})
	return is
}

// receiver names the type of a receiver, without pointer and type parameters.
func receiver(e ast.Expr) string {
	switch x := e.(type) {
	case *ast.StarExpr:
		return receiver(x.X)
	case *ast.IndexExpr:
		return receiver(x.X)
	case *ast.Ident:
		return x.Name
	}
	return ""
}
