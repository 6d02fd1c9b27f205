// Command mutants measures whether the tests bite: it changes the code in one small way at a time, and counts how many
// of these changes some test notices.
//
//	mutants [flags] PACKAGE[+PACKAGE...]...
//
// The code of the first package is changed; its tests and those of the packages after a + are run. A change is called
// a mutant. A mutant is killed when a test fails, panics or takes far longer than without it, and survives otherwise.
// A survivor names a line that may be broken without anyone noticing.
//
// All mutants of a package are woven into one copy of it, which is compiled once (go test -overlay); an environment
// variable switches one of them on. The real tree is only read. What is changed is listed in find.go. Texts of errors
// are left alone, and so are mutants that the compiler refuses. A mutant that changes nothing anyone could observe is
// listed, with the reason, in equivalent.txt and not counted.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := untilStopped()
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

// untilStopped ends with the signals that stop a program: what lies in the folder for temporary files, some hundred
// megabytes for each package, is then removed.
func untilStopped() (context.Context, context.CancelFunc) {
	return signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
}

// options are what the command line asks for.
type options struct {
	seed       uint64
	sample     int
	least      int
	only       string
	skip       string
	equivalent string
	packages   []string
}

func parseOptions(args []string, out io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("mutants", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.Uint64Var(&o.seed, "seed", 1, "choose the sample by this number; the same number chooses the same mutants")
	flags.IntVar(&o.sample, "sample", 60, "try so many mutants of each package; 0 tries all")
	flags.IntVar(&o.least, "least", 0, "fail if a package's score is less than this percentage")
	flags.StringVar(&o.only, "only", "", "try only mutants whose place contains this text, such as due.go:41")
	flags.StringVar(&o.skip, "skip", "", "run no tests that match this expression: those that take minutes")
	flags.StringVar(&o.equivalent, "equivalent", "cmd/mutants/equivalent.txt",
		"read the mutants not to be counted from this file")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if o.packages = flags.Args(); len(o.packages) == 0 {
		return o, errors.New("name a package, such as ./enforcer")
	}
	return o, nil
}

// run tries the mutants of every package named and prints the scores.
func run(ctx context.Context, args []string, out io.Writer) error {
	o, err := parseOptions(args, out)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	excused, err := readEquivalent(o.equivalent)
	if err != nil {
		return err
	}
	var weak []string
	for _, spec := range o.packages {
		score, err := try(ctx, spec, o, excused, out)
		if err != nil {
			return fmt.Errorf("%s: %w", spec, err)
		}
		if score < o.least {
			weak = append(weak, spec)
		}
	}
	if weak != nil {
		return fmt.Errorf("less than %d %% killed in %s", o.least, strings.Join(weak, ", "))
	}
	return nil
}

// try tries a sample of the mutants of one package and gives the percentage that was killed, rounded down.
func try(ctx context.Context, spec string, o options, excused equivalents, out io.Writer) (int, error) {
	names := strings.Split(spec, "+")
	pkg, err := load(ctx, names[0])
	if err != nil {
		return 0, err
	}
	mutants, err := pkg.compilable(pkg.find())
	if err != nil {
		return 0, err
	}
	all := len(mutants)
	mutants = slices.DeleteFunc(mutants, func(m *mutant) bool {
		return excused.has(m) || !strings.Contains(m.place(), o.only)
	})
	mutants = draw(mutants, o.sample, o.seed)
	if len(mutants) == 0 {
		return 0, errors.New("there is nothing to change")
	}
	if err := pkg.test(ctx, names, o.skip, mutants); err != nil {
		return 0, err
	}
	return report(out, pkg.path, o, all, mutants), nil
}

// draw chooses n of the mutants by the seed, all for 0, in the order of their places.
func draw(mutants []*mutant, n int, seed uint64) []*mutant {
	if n == 0 || n >= len(mutants) {
		return mutants
	}
	chosen := rand.New(rand.NewPCG(seed, 0)).Perm(len(mutants))[:n]
	slices.Sort(chosen)
	out := make([]*mutant, n)
	for i, at := range chosen {
		out[i] = mutants[at]
	}
	return out
}

// report prints the score of a package and its survivors, and gives the score.
func report(out io.Writer, pkg string, o options, all int, mutants []*mutant) int {
	killed, slow := 0, 0
	for _, m := range mutants {
		if m.fate != survived {
			killed++
		}
		if m.fate == timedOut {
			slow++
		}
	}
	score := killed * 100 / len(mutants)
	fmt.Fprintf(out, "%s: %d %% killed (%d of %d, %d of them by the time they took); sampled from %d with seed %d\n",
		pkg, score, killed, len(mutants), slow, all, o.seed)
	for _, m := range mutants {
		if m.fate == survived {
			fmt.Fprintf(out, "  survived %s\n", m)
		}
	}
	return score
}
