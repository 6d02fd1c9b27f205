package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// fate is what became of a mutant.
type fate int

const (
	survived fate = iota
	killed
	timedOut
)

// A binary is the compiled tests of one package.
type binary struct {
	path, dir string
	args      []string
	patience  time.Duration // longer than this no test run takes but for the mutant
}

// test compiles the mutants into the tests of the packages named, once, and runs these, but those to be skipped, for
// each mutant.
func (p *pkg) test(ctx context.Context, names []string, skip string, mutants []*mutant) error {
	tmp, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(tmp) }() // left behind in the folder for temporary files
	overlay, err := p.writeOverlay(tmp, mutants)
	if err != nil {
		return err
	}
	var binaries []*binary
	for i, name := range names {
		b, err := compile(ctx, overlay, name, filepath.Join(tmp, strconv.Itoa(i)+".test"))
		if err != nil {
			return err
		}
		if skip != "" {
			b.args = append(b.args, "-test.skip="+skip)
		}
		binaries = append(binaries, b)
	}
	for _, b := range binaries { // without a mutant all is well, or nothing could be told
		began := time.Now()
		if f, out, err := b.run(ctx, 0); err != nil {
			return err
		} else if f != survived {
			return fmt.Errorf("the tests fail without a mutant:\n%s", out)
		}
		b.patience = 4*time.Since(began) + 10*time.Second
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, m := range mutants {
		group.Go(func() error {
			for _, b := range binaries {
				var err error
				if m.fate, _, err = b.run(ctx, i+1); err != nil || m.fate != survived {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// writeOverlay writes the woven files into dir and gives the file that tells the compiler of them.
func (p *pkg) writeOverlay(dir string, mutants []*mutant) (string, error) {
	replace := map[string]string{}
	write := func(original string, content []byte) error {
		woven := filepath.Join(dir, filepath.Base(original))
		replace[original] = woven
		return os.WriteFile(woven, content, 0o600)
	}
	for _, s := range p.sources {
		content, _ := s.weave(mutants)
		if err := write(s.path, content); err != nil {
			return "", err
		}
	}
	helper := fmt.Sprintf(switchFile, p.sources[0].tree.Name.Name)
	if err := write(filepath.Join(p.dir, "mutant_switch.go"), []byte(helper)); err != nil {
		return "", err
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	overlay := filepath.Join(dir, "overlay.json")
	return overlay, os.WriteFile(overlay, text, 0o600)
}

func compile(ctx context.Context, overlay, name, path string) (*binary, error) {
	if _, err := goTool(ctx, "test", "-c", "-vet=off", "-overlay", overlay, "-o", path, name); err != nil {
		return nil, err
	}
	out, err := goTool(ctx, "list", "-test", "-deps", "-f", "{{.ImportPath}} {{.Dir}} {{.DepOnly}}", name)
	if err != nil {
		return nil, err
	}
	b := &binary{path: path, args: []string{"-test.failfast"}, patience: time.Hour}
	for line := range strings.Lines(string(out)) {
		switch words := strings.Fields(line); {
		case words[0] == "pgregory.net/rapid": // its first counterexample is enough, and none is kept in the tree
			b.args = append(b.args, "-rapid.seed=1", "-rapid.shrinktime=0s", "-rapid.nofailfile")
		case len(words) == 3 && words[2] == "false" && !strings.HasSuffix(words[0], ".test"):
			b.dir = words[1]
		}
	}
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("%s has no tests", name)
	}
	return b, nil
}

// run runs the tests with one mutant switched on, 0 for none, and gives what became of it.
func (b *binary) run(ctx context.Context, mutant int) (fate, []byte, error) {
	limited, cancel := context.WithTimeout(ctx, b.patience)
	defer cancel()
	cmd := exec.CommandContext(limited, b.path, b.args...)
	cmd.Dir = b.dir
	cmd.Env = append(slices.Clip(os.Environ()), "MUTANT="+strconv.Itoa(mutant))
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = &out, &out, time.Second
	err := cmd.Run()
	exit := (*exec.ExitError)(nil)
	switch {
	case ctx.Err() != nil:
		return survived, nil, ctx.Err()
	case limited.Err() != nil:
		return timedOut, out.Bytes(), nil
	case errors.As(err, &exit):
		return killed, out.Bytes(), nil
	}
	return survived, out.Bytes(), err
}
