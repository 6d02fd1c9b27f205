package main_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"slabridge/config"
	"slabridge/config/message"
	"slabridge/config/presets"
	"slabridge/mapping"
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
	verbal  = strings.NewReplacer("%%", "", "%w", "%v", "%.0", "%")
	letters = regexp.MustCompile(`[a-zA-Z]{2}`)
)

// verbs are the verbs of a format in the order of their arguments; %w is read as %v, and %.0s, which takes an argument
// that a language does not want, as %s.
func verbs(format string) []string {
	var out []string
	for i, v := range verb.FindAllString(verbal.Replace(format), -1) {
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
		if name == "comments" {
			continue // templates: TestTemplatesOfComments looks at them
		}
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

// formsOf are the forms that a language has for a word behind a whole number.
func formsOf(lang string) []string {
	names := map[plural.Form]string{
		plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many",
	}
	found := []string{"other"}
	for n := range 200 {
		name, ok := names[plural.Cardinal.MatchPlural(language.Make(lang), n, 0, 0, 0, 0)]
		if ok && !slices.Contains(found, name) {
			found = append(found, name)
		}
	}
	return found
}

// Every sentence is there in every language, with the same verbs and the same blanks at its ends; and nothing is kept
// that the program does not say.
func TestTranslations(t *testing.T) {
	said := readSources(t).formats(t)
	if len(said) < 500 {
		t.Fatalf("only %d sentences found: does the program still speak through message.Format?", len(said))
	}
	presets := presetTexts(t) // a language may have their titles in its catalogue
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
				for _, form := range formsOf(lang) {
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
			if _, ok := said[format]; !ok && !bytes.Contains(presets, []byte(format)) {
				t.Errorf("%s: %q is never said", lang, format)
			}
		}
	}
}

// presetTexts are the files of the presets in a row.
func presetTexts(t *testing.T) []byte {
	t.Helper()
	var all []byte
	err := fs.WalkDir(presets.Files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := presets.Files.ReadFile(path)
		all = append(all, text...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return append(all, bytes.Join(bytes.Fields(all), []byte(" "))...) // also as YAML reads what it folds
}

// What a built-in calendar rests on is there in every language.
func TestSourcesOfCalendars(t *testing.T) {
	for _, country := range config.BuiltinCountries() {
		days, err := config.BuiltinDays(country)
		if err != nil {
			t.Fatal(err)
		}
		for _, lang := range message.Languages {
			if said := message.Recall(lang, days.Source); lang != message.English && said == days.Source {
				t.Errorf("%s: %s has nothing for %q", country, lang, said)
			}
		}
	}
}

// Every language has the templates that English has, and no other: whatever comments say is there.
func TestTemplatesOfComments(t *testing.T) {
	names := map[string][]string{}
	for _, lang := range message.Languages {
		data, err := os.ReadFile("../../config/message/catalogue/" + lang + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var groups struct{ Comments map[string]any }
		if err := json.Unmarshal(data, &groups); err != nil {
			t.Fatal(err)
		}
		names[lang] = slices.Sorted(maps.Keys(groups.Comments))
		if !slices.Equal(names[lang], slices.Sorted(maps.Keys(message.Comments(message.English)))) {
			t.Errorf("%s has the comments %v", lang, names[lang])
		}
	}
	for _, key := range mapping.TextKeys {
		if !slices.Contains(names[message.English], key) {
			t.Errorf("nothing is said for %s", key)
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
