package main

import (
	"errors"
	"flag"
	"os/exec"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite the golden parts of testdata/script from what the program says")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"slabridge": main, "slabridge-then": mainThen, "slabridge-doomed": doomed})
}

// TestScript runs every script of testdata/script as a person at a shell would: a process each, with files and
// exit codes.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: *update,
		Cmds:          map[string]func(*testscript.TestScript, bool, []string){"code": exitsWith},
	})
}

// exitsWith is the script command `code N program args...`: the program must end with the exit code N. Unlike
// `! exec` it tells a usage error from a failure.
func exitsWith(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N program [args...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	switch err := ts.Exec(args[1], args[2:]...); {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("want exit code %d, got %d\n%s%s", want, got, ts.ReadFile("stdout"), ts.ReadFile("stderr"))
	}
}
