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
