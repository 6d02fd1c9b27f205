package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// inModule makes a module of these files and works in it until the test ends.
func inModule(t *testing.T, files map[string]string) {
	t.Helper()
	dir := t.TempDir()
	files["go.mod"] = "module shop\n\ngo 1.26\n"
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
}

// TestWhatIsChanged lists every mutant of a few lines each. Those that the compiler refuses are not among them.
func TestWhatIsChanged(t *testing.T) {
	for _, c := range []struct{ name, code, want string }{
		{"comparisons move and turn", `func f(a, b int) bool { return a < b }`, `
			a < b → a <= b
			a < b → a >= b`},
		{"times are compared by methods", `func f(a, b time.Time) bool { return a.Before(b) }`, `
			return a.Before(b) → return !(a.Before(b))
			a.Before(b) → !a.Before(b)
			a.Before(b) → !b.Before(a)`},
		{"a condition is never met, or turned", `func f(ok bool) { if ok { println() } }`, `
			if ok → if false
			ok → !(ok)
			println() → nothing`},
		{"and, or, not", `func f(a, b bool) bool { return a && !b }`, `
			a && !b → a || !b
			!b → b`},
		{"numbers, durations and texts", `func f() (int, time.Duration, string) { return 7, time.Hour, "x" }`, `
			return 7, time.Hour, "x" → return 7, 0, "x"
			7 → 7 + 1
			time.Hour → time.Hour + 1e9
			"x" → ""`},
		{"arithmetic", `func f(a int) int { a += 2; a++; return max(a*3, 0) }`, `
			a += 2 → a -= 2
			a++ → a--
			return max(a*3, 0) → return 0
			2 → 2 + 1
			max(a*3, 0) → min(a*3, 0)
			a*3 → a / 3
			3 → 3 + 1
			0 → 1`},
		{"an error is lost, and its text is left alone", `func f() (*int, error) { return nil, errors.New("no") }`, `
			return nil, errors.New("no") → return nil, nil`},
		{"several results of a call", `func f() (string, error) { return f() }`, `
			return f() → return "", nil`},
		{
			"collections and loops",
			`func f(xs []string) (n int) { for _, x := range xs { if x == "" { continue }; n = len([]int{8}) }; return }`, `
			range xs → range nothing
			n = len([]int{8}) → nothing
			if x == "" → if false
			x == "" → x != ""
			continue → nothing
			[]int{8} → nothing
			8 → 8 + 1`,
		},
		{"constants and types stay", `const c = 1; type t [2]int`, ``},
	} {
		t.Run(c.name, func(t *testing.T) {
			inModule(t, map[string]string{"shop.go": "package shop\n\nimport (\"errors\"; \"time\")\n\nvar _, _ = " +
				"errors.New, time.Now\n\n" + c.code + "\n"})
			p, err := load(t.Context(), ".")
			if err != nil {
				t.Fatal(err)
			}
			mutants, err := p.compilable(p.find())
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, m := range mutants {
				got = append(got, m.change)
			}
			if want := strings.ReplaceAll(strings.TrimSpace(c.want), "\t", ""); want != strings.Join(got, "\n") {
				t.Errorf("got:\n%s", strings.Join(got, "\n"))
			}
		})
	}
}

const shop = `package shop

// Price is what n pieces cost: from ten on each is cheaper.
func Price(n int) int {
	if n < 10 {
		return n * 5
	}
	return n * 4
}
`

// TestSurvivorsAreNamed runs the tool on a package whose tests look at too little: the boundary at ten is seen only by
// the tests of another package.
func TestSurvivorsAreNamed(t *testing.T) {
	inModule(t, map[string]string{
		"shop.go": shop,
		"shop_test.go": `package shop

import "testing"

func TestPrice(t *testing.T) {
	if Price(2) != 10 || Price(20) != 80 {
		t.Error("wrong price")
	}
}
`,
		"till/till.go": "package till\n",
		"till/till_test.go": `package till

import ("testing"; "shop")

func TestTill(t *testing.T) {
	if shop.Price(10) != 40 {
		t.Error("wrong price")
	}
}
`,
		"excused.txt": "# a comment\nPrice: n < 10 → n <= 10: the catalogue has no tens\n",
	})
	before := tree(t)
	for _, c := range []struct {
		name, args, want, fault string
	}{
		{
			"its own tests",
			"-sample 0 .", `shop: 75 % killed (6 of 8, 0 of them by the time they took); sampled from 8 with seed 1
  survived PLACE/shop.go:5:5 Price: n < 10 → n <= 10
  survived PLACE/shop.go:5:9 Price: 10 → 10 + 1
`, "",
		},
		{
			"the next package's too",
			"-sample 0 -least 100 .+./till", `shop: 100 % killed (8 of 8, 0 of them by the time they took); sampled from 8 with seed 1
`, "",
		},
		{
			"one is excused, the rest is too little",
			"-sample 0 -least 100 -equivalent excused.txt .", `shop: 85 % killed (6 of 7, 0 of them by the time they took); sampled from 8 with seed 1
  survived PLACE/shop.go:5:9 Price: 10 → 10 + 1
`, "less than 100 % killed in .",
		},
		{
			"without the test that looks",
			"-only shop.go:5:9 -skip ^TestTill$ .+./till", `shop: 0 % killed (0 of 1, 0 of them by the time they took); sampled from 8 with seed 1
  survived PLACE/shop.go:5:9 Price: 10 → 10 + 1
`, "",
		},
		{
			"one place",
			"-only shop.go:5:9 .", `shop: 0 % killed (0 of 1, 0 of them by the time they took); sampled from 8 with seed 1
  survived PLACE/shop.go:5:9 Price: 10 → 10 + 1
`, "",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out strings.Builder
			fault := ""
			if err := run(t.Context(), strings.Fields(c.args), &out); err != nil {
				fault = err.Error()
			}
			dir, err := os.Getwd()
			if err != nil {
				t.Fatal(err)
			}
			got := strings.ReplaceAll(out.String(), filepath.Base(dir)+"/", "PLACE/")
			if d := cmp.Diff(c.want, got); d != "" || fault != c.fault {
				t.Errorf("%s\nerror: %s", d, fault)
			}
		})
	}
	if d := cmp.Diff(before, tree(t)); d != "" {
		t.Errorf("the real tree was touched: %s", d)
	}
}

// TestStoppedLeavesNothing stops the program with each signal while tests run that would take an hour.
func TestStoppedLeavesNothing(t *testing.T) {
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(s.String(), func(t *testing.T) {
			begun, tmp := filepath.Join(t.TempDir(), "begun"), t.TempDir()
			if err := syscall.Mkfifo(begun, 0o600); err != nil {
				t.Fatal(err)
			}
			t.Setenv("BEGUN", begun)
			t.Setenv("TMPDIR", tmp)
			inModule(t, map[string]string{
				"shop.go": "package shop\n\nfunc Price(n int) int { return n + 1 }\n",
				"shop_test.go": `package shop

import (
	"os"
	"testing"
	"time"
)

func TestOfAnHour(t *testing.T) {
	if err := os.WriteFile(os.Getenv("BEGUN"), []byte("begun"), 0); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Hour)
}
`,
			})
			ctx, stop := untilStopped()
			defer stop()
			ended := make(chan error)
			go func() { ended <- run(ctx, []string{"-equivalent", os.DevNull, "."}, io.Discard) }()
			if _, err := os.ReadFile(begun); err != nil {
				t.Fatal(err)
			}
			if err := syscall.Kill(os.Getpid(), s); err != nil {
				t.Fatal(err)
			}
			if err := <-ended; !errors.Is(err, context.Canceled) {
				t.Errorf("it ended with %v", err)
			}
			if left, err := os.ReadDir(tmp); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v (%v)", left, err)
			}
		})
	}
}

// tree is every file below the working directory.
func tree(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := fs.WalkDir(os.DirFS("."), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		out[path] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSampleIsDrawnBySeed(t *testing.T) {
	var all []*mutant
	for range 100 {
		all = append(all, &mutant{})
	}
	places := func(seed uint64) (out []int) {
		for _, m := range draw(all, 10, seed) {
			for i := range all {
				if all[i] == m {
					out = append(out, i)
				}
			}
		}
		return out
	}
	if cmp.Equal(places(1), places(2)) || !cmp.Equal(places(3), places(3)) {
		t.Errorf("seeds 1, 2, 3 chose %v, %v, %v", places(1), places(2), places(3))
	}
}
