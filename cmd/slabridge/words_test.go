package main_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"slabridge/config/message"
)

// sources type-checks the packages of the module from their sources. Of what they import from elsewhere it knows
// nothing, which is enough to know the type of every constant and is done in a moment.
type sources struct {
	fset    *token.FileSet
	dirs    map[string]listed
	checked map[string]*types.Package
	info    types.Info
	files   []*ast.File
}

// Import checks a package of the module.
func (s *sources) Import(path string) (*types.Package, error) {
	p, ours := s.dirs[path]
	if !ours {
		return nil, errors.New("not looked at")
	}
	if done := s.checked[path]; done != nil {
		return done, nil
	}
	var files []*ast.File
	for _, name := range p.GoFiles {
		file, err := parser.ParseFile(s.fset, filepath.Join(p.Dir, name), nil, 0)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	lenient := types.Config{Importer: s, Error: func(error) {}}
	done, _ := lenient.Check(path, s.fset, files, &s.info)
	s.checked[path], s.files = done, append(s.files, files...)
	return done, nil
}

func readSources(t *testing.T) *sources {
	t.Helper()
	s := &sources{
		fset: token.NewFileSet(), dirs: map[string]listed{}, checked: map[string]*types.Package{},
		info: types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}},
	}
	found := packages(t)
	for _, p := range found {
		s.dirs[module+p.ImportPath] = p
	}
	for _, p := range found {
		if _, err := s.Import(module + p.ImportPath); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// formats finds every sentence of the program, and where it stands.
func (s *sources) formats(t *testing.T) map[message.Format]string {
	t.Helper()
	format := s.checked[module+"config/message"].Scope().Lookup("Format").Type()
	here := s.dirs[module+"cmd/slabridge"].Dir
	found := map[message.Format]string{}
	for _, file := range s.files {
		ast.Inspect(file, func(n ast.Node) bool {
			e, ok := n.(ast.Expr)
			if !ok {
				return true
			}
			tv := s.info.Types[e]
			if words := helpOf(n); words != "" && strings.HasPrefix(s.fset.Position(n.Pos()).Filename, here) {
				found[message.Format(words)] = s.fset.Position(n.Pos()).String()
			}
			if tv.Value == nil || tv.Type == nil || types.Unalias(tv.Type) != format {
				return true
			}
			found[message.Format(constant.StringVal(tv.Value))] = s.fset.Position(e.Pos()).String()
			return false
		})
	}
	delete(found, "")
	return found
}

// helpOf is what a command or a flag says of itself, which cobra takes as plain text.
func helpOf(n ast.Node) string {
	switch n := n.(type) {
	case *ast.KeyValueExpr:
		if key, ok := n.Key.(*ast.Ident); ok && (key.Name == "Short" || key.Name == "Long") {
			return textOf(n.Value)
		}
	case *ast.CallExpr:
		f, ok := n.Fun.(*ast.SelectorExpr)
		if ok && len(n.Args) > 3 && flagKinds[strings.TrimSuffix(f.Sel.Name, "P")] {
			return textOf(n.Args[len(n.Args)-1])
		}
	}
	return ""
}

var flagKinds = map[string]bool{
	"StringVar":      true,
	"BoolVar":        true,
	"IntVar":         true,
	"DurationVar":    true,
	"StringSliceVar": true,
	"StringArrayVar": true,
}

// textOf is a string as the source has it, in one piece or in several; "" for what is put together as it runs.
func textOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		s, _ := strconv.Unquote(e.Value) // the compiler has read it before
		return s
	case *ast.BinaryExpr:
		if x, y := textOf(e.X), textOf(e.Y); x != "" && y != "" {
			return x + y
		}
	}
	return ""
}

var (
	verb    = regexp.MustCompile(`%[-+#0-9.]*(\[\d+\])?[a-zA-Z]`)
	indexed = regexp.MustCompile(`\[(\d+)\]`)
	letters = regexp.MustCompile(`[a-zA-Z]{2}`)
)

// verbs are the verbs of a format in the order of their arguments; %w is read as %v.
func verbs(format string) []string {
	var out []string
	for i, v := range verb.FindAllString(strings.ReplaceAll(strings.ReplaceAll(format, "%%", ""), "%w", "%v"), -1) {
		at := i + 1
		if m := indexed.FindStringSubmatch(v); m != nil {
			_, _ = fmt.Sscan(m[1], &at)
			v = indexed.ReplaceAllString(v, "")
		}
		out = append(out, fmt.Sprintf("%d%s", at, v))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// catalogueOf reads the catalogue of a language as it stands in its file.
func catalogueOf(t *testing.T, lang string) map[message.Format]map[string]string {
	t.Helper()
	data, err := os.ReadFile("../../config/message/catalogue/" + lang + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var groups map[string]map[message.Format]any
	if err := json.Unmarshal(data, &groups); err != nil {
		t.Fatalf("%s: %v", lang, err)
	}
	out := map[message.Format]map[string]string{}
	for name, group := range groups {
		for format, text := range group {
			if _, twice := out[format]; twice {
				t.Errorf("%s, %s: %q is there twice", lang, name, format)
			}
			forms := map[string]string{}
			switch text := text.(type) {
			case string:
				forms["other"] = text
			case map[string]any:
				for form, x := range text {
					forms[form] = x.(string)
				}
			}
			out[format] = forms
		}
	}
	return out
}

// formsOf are the forms of a word behind a number that a language has.
var formsOf = map[string][]string{"en": {"one", "other"}, "ru": {"few", "many", "one", "other"}}

// Every sentence is there in every language, with the same verbs and the same blanks at its ends; and nothing is kept
// that the program does not say.
func TestTranslations(t *testing.T) {
	said := readSources(t).formats(t)
	if len(said) < 500 {
		t.Fatalf("only %d sentences found: does the program still speak through message.Format?", len(said))
	}
	for _, lang := range message.Languages {
		catalogue := catalogueOf(t, lang)
		for format, where := range said {
			forms, ok := catalogue[format]
			if !ok {
				if lang != message.English && letters.MatchString(verb.ReplaceAllString(string(format), "")) {
					t.Errorf("%s: %s has nothing for %q", where, lang, format)
				}
				continue
			}
			if len(forms) > 1 {
				for _, form := range formsOf[lang] {
					if forms[form] == "" {
						t.Errorf("%s, %q: the form %q is missing", lang, format, form)
					}
				}
			}
			for _, text := range forms {
				if !slices.Equal(verbs(string(format)), verbs(text)) {
					t.Errorf("%s, %q: other verbs in %q", lang, format, text)
				}
				if strings.HasSuffix(string(format), " ") != strings.HasSuffix(text, " ") ||
					strings.HasPrefix(string(format), ", ") != strings.HasPrefix(text, ", ") {
					t.Errorf("%s, %q: other ends in %q", lang, format, text)
				}
			}
		}
		for format := range catalogue {
			if _, ok := said[format]; !ok {
				t.Errorf("%s: %q is never said", lang, format)
			}
		}
	}
}

// Each sentence is given as many arguments as it has verbs: a type of our own hides it from go vet.
func TestSentencesHaveTheirArguments(t *testing.T) {
	s := readSources(t)
	format := s.checked[module+"config/message"].Scope().Lookup("Format").Type()
	calls := 0
	for _, file := range s.files {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || call.Ellipsis.IsValid() {
				return true
			}
			signature, ok := s.info.Types[call.Fun].Type.(*types.Signature)
			if !ok || !signature.Variadic() || signature.Params().Len() < 2 {
				return true
			}
			at := signature.Params().Len() - 2
			if rest, ok := signature.Params().At(at + 1).Type().(*types.Slice); !ok || !types.IsInterface(rest.Elem()) {
				return true
			}
			tv := s.info.Types[call.Args[min(at, len(call.Args)-1)]]
			if types.Unalias(signature.Params().At(at).Type()) != format || tv.Value == nil {
				return true
			}
			calls++
			text := constant.StringVal(tv.Value)
			if given, want := len(call.Args)-at-1, len(verbs(text)); given != want {
				t.Errorf("%s: %q is given %d arguments, and has %d verbs", s.fset.Position(call.Pos()), text, given, want)
			}
			return true
		})
	}
	if calls < 500 {
		t.Errorf("only %d calls were looked at", calls)
	}
}
