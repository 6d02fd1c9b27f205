package main

import (
	"errors"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// noImports lets the sources of one package be checked for themselves: what is imported stays unknown.
type noImports struct{}

func (noImports) Import(string) (*types.Package, error) { return nil, errors.New("not looked at") }

// phrasesOf finds the phrases in the program's own sources, the constants of that type, and where each is.
func phrasesOf(t *testing.T) map[phrase]string {
	t.Helper()
	names, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range names {
		if !strings.HasSuffix(name.Name(), ".go") || strings.HasSuffix(name.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(fset, name.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	info := types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	lenient := types.Config{Importer: noImports{}, Error: func(error) {}}
	checked, _ := lenient.Check("main", fset, files, &info) // of what is imported it knows nothing
	isPhrase := checked.Scope().Lookup("phrase").Type()
	found := map[phrase]string{}
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			if table, ok := n.(*ast.CompositeLit); ok { // of a map by something imported nothing is known
				for _, e := range phraseValues(table) {
					found[phrase(text(e))] = fset.Position(e.Pos()).String()
				}
			}
			e, ok := n.(ast.Expr)
			tv := info.Types[e]
			if !ok || tv.Value == nil || tv.Type != isPhrase {
				return true
			}
			found[phrase(constant.StringVal(tv.Value))] = fset.Position(e.Pos()).String()
			return false
		})
	}
	delete(found, "")
	return found
}

// phraseValues are the values of a map of phrases.
func phraseValues(table *ast.CompositeLit) []ast.Expr {
	var out []ast.Expr
	kind, ok := table.Type.(*ast.MapType)
	if !ok {
		return nil
	}
	if value, ok := kind.Value.(*ast.Ident); !ok || value.Name != "phrase" {
		return nil
	}
	for _, e := range table.Elts {
		out = append(out, e.(*ast.KeyValueExpr).Value)
	}
	return out
}

// text is a string as the source has it, in one piece or in several.
func text(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		s, _ := strconv.Unquote(e.Value) // the compiler has read it before
		return s
	case *ast.BinaryExpr:
		return text(e.X) + text(e.Y)
	}
	return ""
}

var verb = regexp.MustCompile(`%[+0-9.]*[a-z]`)

// Every phrase is there in every language, with the same verbs in the same order and the same blanks at its ends; and
// nothing is kept that the program does not say.
func TestTranslations(t *testing.T) {
	said := phrasesOf(t)
	if len(said) < 200 {
		t.Fatalf("only %d phrases found: does the program still speak through the type phrase?", len(said))
	}
	if len(translations) == 0 {
		t.Fatal("the program speaks English alone")
	}
	for lang, words := range translations {
		for p, where := range said {
			text, ok := words[p]
			if !ok {
				t.Errorf("%s: %s has nothing for %q", where, lang, p)
				continue
			}
			if want := verb.FindAllString(string(p), -1); !slices.Equal(want, verb.FindAllString(text, -1)) {
				t.Errorf("%s, %q: other verbs in %q", lang, p, text)
			}
			if strings.HasSuffix(string(p), " ") != strings.HasSuffix(text, " ") ||
				strings.HasPrefix(string(p), ", ") != strings.HasPrefix(text, ", ") {
				t.Errorf("%s, %q: other ends in %q", lang, p, text)
			}
		}
		for p := range words {
			if _, ok := said[p]; !ok {
				t.Errorf("%s: %q is never said", lang, p)
			}
		}
	}
}
