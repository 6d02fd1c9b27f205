package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A source is one file of the package.
type source struct {
	set     *token.FileSet
	path    string
	content []byte
	tree    *ast.File
	imports map[string]string // the name that the file gives a package, by its path; "" for the package itself
}

func (s *source) offset(p token.Pos) int { return s.set.Position(p).Offset }

func (s *source) text(n ast.Node) string {
	return string(s.content[s.offset(n.Pos()):s.offset(n.End())])
}

// A pkg is the package whose code is changed.
type pkg struct {
	path, dir string
	sources   []*source
	info      *types.Info
	exports   map[string]string // of every package it rests on: the compiled form
}

// load reads, parses and type-checks a package. What it imports is compiled, and read in that form.
func load(ctx context.Context, name string) (*pkg, error) {
	p := &pkg{exports: map[string]string{}}
	out, err := goTool(ctx, "list", "-export", "-deps", "-json=ImportPath,Dir,GoFiles,Export,DepOnly", name)
	if err != nil {
		return nil, err
	}
	var files []string
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var l struct {
			ImportPath, Dir, Export string
			GoFiles                 []string
			DepOnly                 bool
		}
		if err := dec.Decode(&l); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("read go list: %w", err)
		}
		p.exports[l.ImportPath] = l.Export
		if !l.DepOnly {
			p.path, p.dir, files = l.ImportPath, l.Dir, l.GoFiles
		}
	}
	set := token.NewFileSet()
	var trees []*ast.File
	for _, file := range files {
		s := &source{set: set, path: filepath.Join(p.dir, file), imports: map[string]string{}}
		if s.content, err = os.ReadFile(s.path); err != nil {
			return nil, err
		}
		if s.tree, err = parser.ParseFile(set, s.path, s.content, parser.SkipObjectResolution); err != nil {
			return nil, err
		}
		p.sources, trees = append(p.sources, s), append(trees, s.tree)
	}
	p.info = &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}}
	if faults := p.check(set, trees, p.info); faults != nil {
		return nil, faults[0]
	}
	p.nameImports()
	return p, nil
}

// nameImports notes by which name each file knows a package.
func (p *pkg) nameImports() {
	for _, s := range p.sources {
		for _, spec := range s.tree.Imports {
			imported, _ := strconv.Unquote(spec.Path.Value)
			switch base := path.Base(imported); {
			case spec.Name != nil:
				s.imports[imported] = spec.Name.Name
			case len(base) > 1 && base[0] == 'v' && base[1] >= '0' && base[1] <= '9':
				s.imports[imported] = path.Base(path.Dir(imported))
			default:
				s.imports[imported] = base
			}
		}
	}
}

// check type-checks files as this package and gives every fault.
func (p *pkg) check(set *token.FileSet, files []*ast.File, info *types.Info) []types.Error {
	var faults []types.Error
	conf := types.Config{
		Importer: importer.ForCompiler(set, "gc", func(path string) (io.ReadCloser, error) {
			return os.Open(p.exports[path])
		}),
		Error: func(err error) {
			var fault types.Error
			if errors.As(err, &fault) {
				faults = append(faults, fault)
			}
		},
	}
	conf.Check(p.path, set, files, info) //nolint:errcheck // Error is told each of them
	return faults
}

// switchFile is what a woven package has beside its files. A mutant that never stops allocating is stopped.
const switchFile = `package %s

import (
	"os"
	"runtime"
	"strconv"
	"time"
)

var mutantOn = func() int {
	on, _ := strconv.Atoi(os.Getenv("MUTANT"))
	if on > 0 {
		go func() {
			for m := (runtime.MemStats{}); m.HeapAlloc < 2<<30; time.Sleep(200 * time.Millisecond) {
				runtime.ReadMemStats(&m)
			}
			os.Exit(3)
		}()
	}
	return on
}()
`

// An insertion is a text put into a file.
type insertion struct {
	at, mutant int
	text       string
}

// weave gives the file with the mutants in it, and where in it each of them lies. Their numbers start at 1.
func (s *source) weave(mutants []*mutant) ([]byte, [][2]int) {
	var opening, closing []insertion
	for i, m := range mutants {
		if m.file != s {
			continue
		}
		on := "(mutantOn == " + strconv.Itoa(i+1) + ")"
		opening = append(opening, insertion{s.offset(m.from), i, strings.ReplaceAll(m.before, "SWITCH", on)})
		closing = append(closing, insertion{s.offset(m.to), i, m.after})
	}
	// Where two parts begin or end together, the one that was found first is the outer one.
	slices.Reverse(closing)
	all := append(closing, opening...)
	slices.SortStableFunc(all, func(a, b insertion) int { return cmp.Compare(a.at, b.at) })

	var out bytes.Buffer
	ranges, done := make([][2]int, len(mutants)), 0
	started := make([]bool, len(mutants))
	for _, in := range all {
		out.Write(s.content[done:in.at])
		done = in.at
		if !started[in.mutant] {
			started[in.mutant], ranges[in.mutant][0] = true, out.Len()
		}
		out.WriteString(in.text)
		ranges[in.mutant][1] = out.Len()
	}
	out.Write(s.content[done:])
	return out.Bytes(), ranges
}

// compilable leaves out the mutants that the compiler refuses: each fault is the innermost mutant's around it.
func (p *pkg) compilable(mutants []*mutant) ([]*mutant, error) {
	for {
		set := token.NewFileSet()
		var trees []*ast.File
		ranges := map[string][][2]int{}
		for _, s := range p.sources {
			content, where := s.weave(mutants)
			tree, err := parser.ParseFile(set, s.path, content, parser.SkipObjectResolution)
			if err != nil {
				return nil, fmt.Errorf("weave: %w", err)
			}
			trees, ranges[s.path] = append(trees, tree), where
		}
		helper, err := parser.ParseFile(set, "", "package "+p.sources[0].tree.Name.Name+"; var mutantOn int", 0)
		if err != nil {
			return nil, err
		}
		faults := p.check(set, append(trees, helper), nil)
		if len(faults) == 0 {
			return mutants, nil
		}
		refused := map[*mutant]bool{}
		for _, fault := range faults {
			at := set.Position(fault.Pos)
			if i := innermost(ranges[at.Filename], at.Offset); i >= 0 {
				refused[mutants[i]] = true
			}
		}
		if len(refused) == 0 {
			return nil, fmt.Errorf("weave: %w", faults[0])
		}
		mutants = slices.DeleteFunc(slices.Clone(mutants), func(m *mutant) bool { return refused[m] })
	}
}

// innermost is the number of the shortest range around an offset, -1 for none.
func innermost(ranges [][2]int, offset int) int {
	best := -1
	for i, r := range ranges {
		if r[0] <= offset && offset < r[1] && (best < 0 || r[1]-r[0] < ranges[best][1]-ranges[best][0]) {
			best = i
		}
	}
	return best
}

func goTool(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // killed, it would leave its own files behind
	cmd.WaitDelay = 10 * time.Second
	out, err := cmd.Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return nil, fmt.Errorf("go %s: %w\n%s", args[0], err, exit.Stderr)
	}
	return out, err
}
