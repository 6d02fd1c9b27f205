package enforcer

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// said finds the sentences in the sources of this package: what say and those that call it are called with.
func said(t *testing.T) map[string]bool {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if f, ok := call.Fun.(*ast.Ident); ok && (f.Name == "say" || f.Name == "always" || f.Name == "wholeIssue") {
				for _, arg := range call.Args {
					if lit, ok := arg.(*ast.BasicLit); ok && lit.Kind == token.STRING {
						text, err := strconv.Unquote(lit.Value)
						if err != nil {
							t.Fatal(err)
						}
						found[text] = text != ""
					}
				}
			}
			return true
		})
	}
	return found
}

var verb = regexp.MustCompile(`%[+0-9.]*[a-z]`)

// Every sentence is in every language, with the same verbs in the same order; and nothing is kept that is never said.
func TestTranslations(t *testing.T) {
	sentences := said(t)
	if len(sentences) < 30 {
		t.Fatalf("only %d sentences found: does the package still speak through say?", len(sentences))
	}
	delete(sentences, "")
	for lang, catalogue := range texts {
		for s := range sentences {
			translated, ok := catalogue[s]
			if !ok {
				t.Errorf("%s: nothing for %q", lang, s)
			}
			if en := verb.FindAllString(s, -1); ok && !slices.Equal(en, verb.FindAllString(translated, -1)) {
				t.Errorf("%s: %q: other verbs in %q", lang, s, translated)
			}
		}
		for s := range maps.Keys(catalogue) {
			if !sentences[s] {
				t.Errorf("%s: %q is never said", lang, s)
			}
		}
	}
}

// A word is written, judged and told by its row; what may stand behind it and nothing else makes a condition of it.
func TestVocabularyIsWhole(t *testing.T) {
	for _, w := range Vocabulary {
		switch {
		case !w.Bare && w.Form == nil:
			t.Errorf("%s can be written in no way", w.Word)
		case w.holds == nil && w.begins == nil && w.Word != WordPeriod && w.Word != WordDone:
			t.Errorf("%s never holds", w.Word)
		case w.text == nil:
			t.Errorf("%s has no text", w.Word)
		}
		if w.Form == nil {
			continue
		}
		values := w.Form.Accepts
		if values == nil {
			values = []string{"some-id"}
		}
		for _, v := range values {
			c := Condition{Word: w.Word}
			w.Form.Set(&c, []string{v})
			if text := c.Text(); text.In("en") == "" || text.In("ru") == "" || text.In("en") == text.In("ru") {
				t.Errorf("{%s: %s} is told as %q", w.Word, v, text)
			}
		}
	}
}

// What the packages that decide and carry out say is in every language, too, and nothing more.
func TestTranslationsOfPackages(t *testing.T) {
	for _, folder := range []string{"decide", "engine", "outbox"} {
		sentences, spoken, catalogue := map[string]bool{}, map[string]bool{}, map[string]string{}
		files, err := filepath.Glob(folder + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		constants := map[string]string{}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CallExpr:
					if f, ok := n.Fun.(*ast.SelectorExpr); ok && (f.Sel.Name == "Say" || f.Sel.Name == "Reason") {
						at := map[string]int{"Say": 0, "Reason": 1}[f.Sel.Name]
						if text, ok := literal(n.Args[at], nil); ok {
							spoken[text] = true
						}
					}
				case *ast.ValueSpec:
					if len(n.Values) == 1 {
						if text, ok := literal(n.Values[0], nil); ok {
							constants[n.Names[0].Name] = text
							return false
						}
					}
				case *ast.KeyValueExpr:
					key, known := literal(n.Key, constants)
					value, text := literal(n.Value, nil)
					if known && text && strings.HasSuffix(name, "texts.go") {
						catalogue[key] = value
						return false
					}
				case ast.Expr:
					if text, ok := literal(n, nil); ok {
						sentences[text] = true
						return false
					}
				}
				return true
			})
		}
		for _, text := range constants {
			sentences[text] = true
		}
		if len(catalogue) < 5 {
			t.Errorf("%s: only %d sentences found", folder, len(catalogue))
		}
		for s := range spoken {
			if _, ok := catalogue[s]; !ok {
				t.Errorf("%s: nothing for %q", folder, s)
			}
		}
		for s, translated := range catalogue {
			if !sentences[s] {
				t.Errorf("%s: %q is never said", folder, s)
			}
			if en := verb.FindAllString(s, -1); !slices.Equal(en, verb.FindAllString(translated, -1)) {
				t.Errorf("%s: %q: other verbs in %q", folder, s, translated)
			}
		}
	}
}

// literal gives a string that stands in the source, in pieces or by the name of a constant.
func literal(e ast.Expr, constants map[string]string) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, e.Kind == token.STRING && err == nil
	case *ast.BinaryExpr:
		x, ok := literal(e.X, constants)
		y, also := literal(e.Y, constants)
		return x + y, e.Op == token.ADD && ok && also
	case *ast.Ident:
		text, ok := constants[e.Name]
		return text, ok
	}
	return "", false
}
