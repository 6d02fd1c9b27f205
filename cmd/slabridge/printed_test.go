package main_test

import (
	"go/ast"
	"go/constant"
	"go/types"
	"regexp"
	"strings"
	"testing"

	"slabridge/config/message"
)

// printing are the functions that write for people, by their names.
var printing = map[string]bool{
	"line": true, "linef": true, "heading": true, "labelled": true, "detail": true, "paragraphs": true,
	"Fprint": true, "Fprintf": true, "Fprintln": true,
}

// printed are the texts that are printed as they stand: the program's name, commands to copy, what machines read, and
// how a terminal clears a line.
var printed = regexp.MustCompile(
	`^(slabridge:? |  %s --config %s (\\\n    explain %s --at %s|ledger list)|ok$|\r\x1b\[K)`)

// TestWhatIsPrintedIsOfTheCatalogue: no function that prints for people is given words of one language: whatever has
// letters is a message.
func TestWhatIsPrintedIsOfTheCatalogue(t *testing.T) {
	s := readSources(t)
	here, calls := s.dirs[module+"cmd/slabridge"].Dir, 0
	for _, file := range s.files {
		if !strings.HasPrefix(s.fset.Position(file.Pos()).Filename, here) {
			continue
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			f, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || !printing[f.Sel.Name] {
				return true
			}
			calls++
			for _, arg := range call.Args {
				s.checkPrinted(t, arg)
			}
			return true
		})
	}
	if calls < 100 {
		t.Errorf("only %d calls were looked at", calls)
	}
}

// checkPrinted reports words in an argument, also in those that are put together by + and in what Sprintf is given.
func (s *sources) checkPrinted(t *testing.T, arg ast.Expr) {
	t.Helper()
	ast.Inspect(arg, func(n ast.Node) bool {
		if inner, ok := n.(*ast.CallExpr); ok {
			f, ok := inner.Fun.(*ast.SelectorExpr)
			return ok && f.Sel.Name == "Sprintf" // any other function has its own reader
		}
		expr, ok := n.(ast.Expr)
		if !ok {
			return true
		}
		tv := s.info.Types[expr]
		if tv.Value == nil || tv.Value.Kind() != constant.String {
			return true
		}
		if _, plain := tv.Type.(*types.Basic); !plain {
			return false // a message
		}
		text := printed.ReplaceAllString(constant.StringVal(tv.Value), "")
		if letters.MatchString(verb.ReplaceAllString(text, "")) {
			t.Errorf("%s: %q is printed in one language; give it as a %T", s.fset.Position(expr.Pos()), text,
				message.Format(""))
		}
		return false
	})
}
