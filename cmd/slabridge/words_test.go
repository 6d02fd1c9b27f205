package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// phrasesOf finds the phrases in the program's own sources: what t and tf are called with, and what stands where a
// phrase is declared.
func phrasesOf(t *testing.T) map[phrase]string {
	t.Helper()
	names, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	found := map[phrase]string{}
	fset := token.NewFileSet()
	add := func(n ast.Node) {
		ast.Inspect(n, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if text, err := strconv.Unquote(lit.Value); err == nil {
					found[phrase(text)] = fset.Position(lit.Pos()).String()
				}
			}
			return true
		})
	}
	for _, name := range names {
		if !strings.HasSuffix(name.Name(), ".go") || strings.HasSuffix(name.Name(), "_test.go") || name.Name() == "words.go" {
			continue
		}
		file, err := parser.ParseFile(fset, name.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if id, ok := n.Fun.(*ast.Ident); ok && id.Name == "phrase" {
					add(n.Args[0])
				}
				sel, ok := n.Fun.(*ast.SelectorExpr)
				if ok && (sel.Sel.Name == "t" || sel.Sel.Name == "tf" || sel.Sel.Name == "say" || sel.Sel.Name == "ledgerMove") {
					for i, arg := range n.Args {
						if lit, ok := arg.(*ast.BasicLit); ok && (i == 0 || sel.Sel.Name == "ledgerMove") {
							add(lit)
						}
					}
				}
			case *ast.CompositeLit:
				if m, ok := n.Type.(*ast.MapType); ok {
					if id, ok := m.Value.(*ast.Ident); ok && id.Name == "phrase" {
						for _, e := range n.Elts {
							if kv, ok := e.(*ast.KeyValueExpr); ok {
								add(kv.Value)
							}
						}
					}
				}
			}
			return true
		})
	}
	return found
}

var verb = regexp.MustCompile(`%[+0-9.]*[a-z]`)

// Every phrase has its Russian, with the same verbs in the same order and the same blanks at its ends; and nothing is
// kept that the program does not say.
func TestRussian(t *testing.T) {
	said := phrasesOf(t)
	if len(said) < 80 {
		t.Fatalf("only %d phrases found: does the program still speak through t and tf?", len(said))
	}
	for p, where := range said {
		ru, ok := russian[p]
		if !ok {
			t.Errorf("%s: no Russian for %q", where, p)
			continue
		}
		if en := verb.FindAllString(string(p), -1); !slices.Equal(en, verb.FindAllString(ru, -1)) {
			t.Errorf("%q: other verbs in %q", p, ru)
		}
		if strings.HasSuffix(string(p), " ") != strings.HasSuffix(ru, " ") || strings.HasPrefix(string(p), ",") != strings.HasPrefix(ru, ",") {
			t.Errorf("%q: other ends in %q", p, ru)
		}
	}
	for p := range russian {
		if _, ok := said[p]; !ok {
			t.Errorf("%q is never said", p)
		}
	}
}
