// Command release makes what users download, from a checkout and Go modules alone: archives for each system, deb and
// rpm packages, an OCI image without a shell, a list of all that is inside (SBOM, CycloneDX) and checksums.
//
//	release [-root DIR] [-out DIR] [-version V] [-targets linux/amd64,...]
//
// The same commit gives the same bytes: moments are those of the commit, lists are sorted, and the compiler is told to
// leave paths out. It is a module of its own, so that none of what it needs becomes a dependency of slabridge. It
// publishes nothing and signs nothing.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// allTargets are the systems a release is made for. Only those of Linux are tested.
const allTargets = "linux/amd64,linux/arm64,windows/amd64,darwin/amd64,darwin/arm64"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

// release is what all parts of one are made from.
type release struct {
	root    string    // of the checkout
	out     string    // where the files go
	stage   string    // a temporary folder
	version string    // such as 0.1.0
	at      time.Time // of the commit: the moment in every archive
	common  []file    // what goes into every archive
}

// file is one file of an archive or package: from the disk, under a name below the archive's root.
type file struct {
	from, name string
	mode       os.FileMode
}

// binary is the program for one system.
type binary struct {
	system, arch, path string
}

func run(ctx context.Context) error {
	r := release{}
	flag.StringVar(&r.root, "root", "../..", "the checkout's `folder`")
	flag.StringVar(&r.out, "out", "../../dist", "the `folder` to write to")
	flag.StringVar(&r.version, "version", "", "the release's `version`; the newest of CHANGELOG.md")
	targets := flag.String("targets", allTargets, "the systems to build for")
	flag.Parse()
	if err := r.prepare(ctx); err != nil {
		return err
	}
	defer os.RemoveAll(r.stage)
	var binaries []binary
	for target := range strings.SplitSeq(*targets, ",") {
		system, arch, ok := strings.Cut(target, "/")
		if !ok {
			return fmt.Errorf("-targets: %q is no system/architecture; write linux/amd64", target)
		}
		b, err := r.build(ctx, system, arch)
		if err != nil {
			return err
		}
		binaries = append(binaries, b)
	}
	if err := r.collect(ctx, binaries); err != nil {
		return err
	}
	for _, make := range []func([]binary) error{r.archives, r.packages, r.image, r.boms} {
		if err := make(binaries); err != nil {
			return err
		}
	}
	return r.checksums()
}

// headline is a version's heading in the changelog.
var headline = regexp.MustCompile(`(?m)^## (\d+\.\d+\.\d+)`)

// prepare finds version and moment, and empties the folder that the release goes to.
func (r *release) prepare(ctx context.Context) (err error) {
	if r.root, err = filepath.Abs(r.root); err != nil {
		return err
	}
	if r.out, err = filepath.Abs(r.out); err != nil {
		return err
	}
	if r.version == "" {
		text, err := os.ReadFile(filepath.Join(r.root, "CHANGELOG.md"))
		if err != nil {
			return err
		}
		found := headline.FindSubmatch(text)
		if found == nil {
			return fmt.Errorf("CHANGELOG.md has no heading of the form ## 1.2.3")
		}
		r.version = string(found[1])
	}
	r.version = strings.TrimPrefix(r.version, "v")
	stamp, err := r.command(ctx, nil, "git", "log", "-1", "--format=%ct")
	if err != nil {
		return err
	}
	seconds, err := strconv.ParseInt(strings.TrimSpace(stamp), 10, 64)
	if err != nil {
		return fmt.Errorf("time of the commit: %w", err)
	}
	r.at = time.Unix(seconds, 0).UTC()
	if err := os.RemoveAll(r.out); err != nil {
		return err
	}
	if err := os.MkdirAll(r.out, 0o755); err != nil {
		return err
	}
	r.stage, err = os.MkdirTemp("", "slabridge-release-")
	return err
}

// build compiles the program for one system, as the Makefile does.
func (r *release) build(ctx context.Context, system, arch string) (binary, error) {
	b := binary{system, arch, filepath.Join(r.stage, system+"-"+arch, "slabridge")}
	if system == "windows" {
		b.path += ".exe"
	}
	fmt.Println("build", system, arch)
	_, err := r.command(ctx, []string{"GOOS=" + system, "GOARCH=" + arch, "CGO_ENABLED=0"},
		"go", "build", "-trimpath", "-ldflags", "-s -w -buildid= -X main.version="+r.version, "-o", b.path, "./cmd/slabridge")
	return b, err
}

// command runs a command in the checkout and gives what it prints.
func (r *release) command(ctx context.Context, env []string, name string, args ...string) (string, error) {
	var out, faults bytes.Buffer
	c := exec.CommandContext(ctx, name, args...)
	c.Dir, c.Env, c.Stdout, c.Stderr = r.root, append(os.Environ(), env...), &out, &faults
	if err := c.Run(); err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, faults.String())
	}
	return out.String(), nil
}
