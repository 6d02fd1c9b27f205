package main

import (
	"net"
	"os"
	"path/filepath"
	"testing"
)

// A port that is taken is told before the demo plays, by the flag that names another.
func TestDemoAsksForItsPortFirst(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	d := newOffice(t)
	dir := filepath.Join(t.TempDir(), "demo")
	o := d.run("demo", "--board", "--dir", dir, "--listen", taken.Addr().String())
	if _, err := os.Stat(dir); o.code == exitOK || err == nil {
		t.Errorf("it played all the same: %s", o)
	}
	contains(t, "what it says", unfolded(o.err), "--listen "+taken.Addr().String())
}

// What the demo says to type next can be typed.
func TestStartedAs(t *testing.T) {
	for program, want := range map[string]string{
		"/tmp/go-build1234/b001/exe/slabridge": "go run ./cmd/slabridge", "bin/slabridge": "bin/slabridge",
		"slabridge": "slabridge", "/usr/local/bin/slabridge": "/usr/local/bin/slabridge",
	} {
		if got := startedAs(program); got != want {
			t.Errorf("%s: %q, want %q", program, got, want)
		}
	}
}
