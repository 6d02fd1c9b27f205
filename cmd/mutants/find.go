package main

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"
)

// arrow stands between what was and what a mutant makes of it.
const arrow = " → "

// A mutant is one change of the code. It is made by text put in before and after a part of a file, which leaves the
// original in place for when the mutant is off.
type mutant struct {
	file          *source
	from, to      token.Pos // the part of the file
	before, after string    // SWITCH in them stands for "this mutant is on"
	function      string
	change        string
	fate          fate
}

func (m *mutant) place() string {
	p := m.file.set.Position(m.from)
	folder, file := filepath.Base(filepath.Dir(p.Filename)), filepath.Base(p.Filename)
	return fmt.Sprintf("%s:%d:%d", filepath.Join(folder, file), p.Line, p.Column)
}

func (m *mutant) name() string   { return m.function + ": " + m.change }
func (m *mutant) String() string { return m.place() + " " + m.name() }

// A finder walks a file and notes every mutant.
type finder struct {
	*source
	info    *types.Info
	path    []ast.Node // from the file to the node at hand
	mutants []*mutant
}

// find lists the mutants of the package by file and place.
func (p *pkg) find() []*mutant {
	var out []*mutant
	for _, s := range p.sources {
		f := &finder{source: s, info: p.info}
		ast.Inspect(s.tree, f.visit)
		out = append(out, f.mutants...)
	}
	number(out)
	return out
}

// number tells mutants of one name in one function apart: the second is #2.
func number(mutants []*mutant) {
	seen := map[string]int{}
	for _, m := range mutants {
		name := m.name()
		if seen[name]++; seen[name] > 1 {
			m.change += fmt.Sprintf(" #%d", seen[name])
		}
	}
}

// visit is handed every node before what is in it, and nil after that.
func (f *finder) visit(n ast.Node) bool {
	if n == nil {
		f.path = f.path[:len(f.path)-1]
		return true
	}
	switch n := n.(type) {
	case *ast.ImportSpec, *ast.Field: // imports; tags and types
		return false
	case *ast.GenDecl:
		if n.Tok == token.CONST || n.Tok == token.TYPE {
			return false
		}
	case *ast.CallExpr:
		if f.isErrorText(n) {
			return false
		}
		f.call(n)
	case *ast.IfStmt:
		f.condition(n)
	case *ast.ForStmt:
		if n.Cond != nil {
			f.wrap(n.Cond, "!SWITCH && (", ")", "loop "+f.text(n.Cond), "no loop")
		}
	case *ast.RangeStmt:
		f.emptied(n.X, "range ")
	case *ast.BlockStmt:
		f.statements(n.List)
	case *ast.CaseClause:
		f.statements(n.Body)
	case *ast.CommClause:
		f.statements(n.Body)
	case *ast.BinaryExpr:
		f.binary(n)
	case *ast.UnaryExpr:
		if n.Op == token.NOT {
			f.replaceBool(n, f.text(n.X))
		}
	case *ast.CompositeLit:
		f.composite(n)
	}
	if e, ok := n.(ast.Expr); ok && f.constant(e) {
		return false
	}
	f.path = append(f.path, n)
	return true
}

// isErrorText reports whether the call only words an error.
func (f *finder) isErrorText(n *ast.CallExpr) bool {
	name := f.text(n.Fun)
	return name == "fmt.Errorf" || name == "errors.New" || name == "panic"
}

// swaps are the operators that a mutant exchanges; the first of comparisons moves the boundary, the second negates.
var swaps = map[token.Token][]string{
	token.LSS: {"<=", ">="}, token.LEQ: {"<", ">"}, token.GTR: {">=", "<="}, token.GEQ: {">", "<"},
	token.EQL: {"!="}, token.NEQ: {"=="}, token.LAND: {"||"}, token.LOR: {"&&"},
	token.ADD: {"-"}, token.SUB: {"+"}, token.MUL: {"/"}, token.QUO: {"*"}, token.REM: {"*"},
	token.ADD_ASSIGN: {"-="}, token.SUB_ASSIGN: {"+="}, token.MUL_ASSIGN: {"/="}, token.INC: {"--"}, token.DEC: {"++"},
}

func (f *finder) binary(n *ast.BinaryExpr) {
	if f.info.Types[n].Value != nil {
		return
	}
	for _, op := range swaps[n.Op] {
		f.replace(n, f.text(n.X)+" "+op+" "+f.text(n.Y))
	}
}

// call changes what time and the built-in functions decide: Before and After, as comparisons, and min and max.
func (f *finder) call(n *ast.CallExpr) {
	switch fun := n.Fun.(type) {
	case *ast.SelectorExpr:
		if name := fun.Sel.Name; len(n.Args) == 1 && (name == "Before" || name == "After") {
			f.replaceBool(n, "!"+f.text(n))
			f.replaceBool(n, "!"+f.text(n.Args[0])+"."+name+"("+f.text(fun.X)+")")
		}
	case *ast.Ident:
		if swap := map[string]string{"min": "max", "max": "min"}[fun.Name]; swap != "" {
			f.replace(n, swap+strings.TrimPrefix(f.text(n), fun.Name))
		}
	}
}

// constant changes a number by one, a duration by a second, and empties a string. It reports whether there is nothing
// more to change within.
func (f *finder) constant(e ast.Expr) bool {
	tv := f.info.Types[e]
	if tv.Value == nil {
		return false
	}
	_, literal := e.(*ast.BasicLit)
	switch {
	case !literal && tv.Type.String() == "time.Duration":
		f.replace(e, f.text(e)+" + 1e9")
	case literal && tv.Value.Kind() == constant.Int && !f.inCapacity(e):
		switch f.text(e) {
		case "0":
			f.replace(e, "1")
		case "1":
			f.replace(e, "0")
		default:
			f.replace(e, f.text(e)+" + 1")
		}
	case literal && tv.Value.Kind() == constant.String && constant.StringVal(tv.Value) != "":
		f.replace(e, `""`)
	}
	return true
}

// inCapacity reports whether the literal only says how much room to make.
func (f *finder) inCapacity(e ast.Expr) bool {
	call, ok := f.path[len(f.path)-1].(*ast.CallExpr)
	return ok && f.text(call.Fun) == "make" && len(call.Args) == 3 && call.Args[2] == e
}

func (f *finder) composite(n *ast.CompositeLit) {
	switch f.info.TypeOf(n).Underlying().(type) {
	case *types.Slice, *types.Map:
		if n.Type != nil && len(n.Elts) > 0 {
			f.emptied(n, "")
		}
	}
}

// emptied takes away what a collection holds.
func (f *finder) emptied(e ast.Expr, word string) {
	switch f.info.TypeOf(e).Underlying().(type) {
	case *types.Slice, *types.Map, *types.Basic:
		f.replaceAs(e, "*new("+f.typeName(f.info.TypeOf(e))+")", word+f.text(e), word+"nothing")
	}
}

// condition never enters the body of an if; one that is only a name is negated too.
func (f *finder) condition(n *ast.IfStmt) {
	f.wrap(n.Cond, "!SWITCH && (", ")", "if "+f.text(n.Cond), "if false")
	switch ast.Unparen(n.Cond).(type) {
	case *ast.BinaryExpr, *ast.UnaryExpr:
	default:
		f.replaceBool(n.Cond, "!("+f.text(n.Cond)+")")
	}
}

// statements removes statements and changes what is returned. Only whole statements of a list can be wrapped.
func (f *finder) statements(list []ast.Stmt) {
	for _, stmt := range list {
		switch s := stmt.(type) {
		case *ast.ExprStmt:
			if call, ok := s.X.(*ast.CallExpr); ok && f.text(call.Fun) != "panic" {
				f.remove(s)
			}
		case *ast.AssignStmt:
			f.assignment(s)
		case *ast.IncDecStmt:
			f.instead(s, f.text(s.X)+swaps[s.Tok][0])
		case *ast.BranchStmt:
			if s.Tok == token.CONTINUE {
				f.remove(s)
			}
		case *ast.ReturnStmt:
			f.results(s)
		}
	}
}

func (f *finder) assignment(s *ast.AssignStmt) {
	switch op := swaps[s.Tok]; {
	case op != nil:
		f.instead(s, f.text(s.Lhs[0])+" "+op[0]+" "+f.text(s.Rhs[0]))
	case s.Tok != token.DEFINE && f.text(s.Lhs[0]) != "_":
		f.remove(s)
	}
}

// results returns, for each result in turn, nothing in its place.
func (f *finder) results(s *ast.ReturnStmt) {
	want := f.signature().Results()
	for i := range want.Len() {
		empty := f.zero(want.At(i).Type())
		values := make([]string, want.Len())
		switch {
		case len(s.Results) == want.Len():
			for j, e := range s.Results {
				values[j] = f.text(e)
			}
			if !f.worthEmptying(s.Results[i], empty) {
				continue
			}
		case len(s.Results) == 1 && i == 0: // return f(), of several results
			for j := range values {
				values[j] = f.zero(want.At(j).Type())
			}
		default:
			continue
		}
		if empty == "false" {
			empty = "!(" + values[i] + ")"
		}
		values[i] = empty
		change := "return " + strings.Join(values, ", ")
		f.add(s.Pos(), s.End(), "if SWITCH { "+change+" }; ", "", f.text(s), change)
	}
}

// worthEmptying reports whether the result is neither empty already nor changed by a mutant of its own.
func (f *finder) worthEmptying(e ast.Expr, empty string) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.BasicLit, *ast.BinaryExpr, *ast.UnaryExpr:
		u, ok := e.(*ast.UnaryExpr)
		return ok && u.Op == token.AND
	case *ast.CompositeLit:
		return len(e.Elts) > 0
	}
	return f.text(e) != empty
}

// signature is that of the function at hand.
func (f *finder) signature() *types.Signature {
	for _, n := range slices.Backward(f.path) {
		switch n := n.(type) {
		case *ast.FuncLit:
			return f.info.TypeOf(n).(*types.Signature)
		case *ast.FuncDecl:
			return f.info.Defs[n.Name].Type().(*types.Signature)
		}
	}
	panic("a return outside of functions")
}

// zero is the expression of a type's zero value.
func (f *finder) zero(t types.Type) string {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		switch {
		case u.Info()&types.IsBoolean != 0:
			return "false"
		case u.Info()&types.IsNumeric != 0:
			return "0"
		case u.Info()&types.IsString != 0:
			return `""`
		}
	case *types.Pointer, *types.Slice, *types.Map, *types.Chan, *types.Signature:
		return "nil"
	case *types.Interface:
		if _, param := t.(*types.TypeParam); !param {
			return "nil"
		}
	}
	return "*new(" + f.typeName(t) + ")"
}

// typeName spells a type as the file does. A package that the file does not import makes what the compiler refuses.
func (f *finder) typeName(t types.Type) string {
	return types.TypeString(types.Default(t), func(p *types.Package) string { return f.imports[p.Path()] })
}

// replace puts another expression in the place of e.
func (f *finder) replace(e ast.Expr, other string) { f.replaceAs(e, other, f.text(e), other) }

func (f *finder) replaceAs(e ast.Expr, other, was, is string) {
	t := f.info.TypeOf(e)
	if b, ok := types.Default(t).Underlying().(*types.Basic); ok && b.Kind() == types.Bool {
		f.replaceBool(e, other)
		return
	}
	f.wrap(e, "func() "+f.typeName(t)+" { if SWITCH { return "+other+" }; return ", " }()", was, is)
}

func (f *finder) replaceBool(e ast.Expr, other string) {
	f.wrap(e, "(SWITCH && ("+other+") || !SWITCH && (", "))", f.text(e), other)
}

func (f *finder) remove(s ast.Stmt) { f.wrap(s, "if !SWITCH { ", " }", f.text(s), "nothing") }

func (f *finder) instead(s ast.Stmt, other string) {
	f.wrap(s, "if SWITCH { "+other+" } else { ", " }", f.text(s), other)
}

func (f *finder) wrap(n ast.Node, before, after, was, is string) {
	f.add(n.Pos(), n.End(), before, after, was, is)
}

func (f *finder) add(from, to token.Pos, before, after, was, is string) {
	f.mutants = append(f.mutants, &mutant{
		file: f.source, from: from, to: to, before: before, after: after, function: f.function(),
		change: oneLine(was) + arrow + oneLine(is),
	})
}

// function names the declared function or variable at hand.
func (f *finder) function() string {
	for _, n := range f.path {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Recv == nil {
				return n.Name.Name
			}
			return strings.TrimPrefix(f.text(n.Recv.List[0].Type), "*") + "." + n.Name.Name
		case *ast.ValueSpec:
			return n.Names[0].Name
		}
	}
	return ""
}

// oneLine shortens a text for a report, in which it is to be recognised.
func oneLine(s string) string {
	const longest = 90
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) > longest {
		return string(r[:longest]) + "…"
	}
	return string(r)
}
