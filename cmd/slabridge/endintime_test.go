package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A command that is told to end does so within its grace, whatever it waits for: a configuration that never comes, or a
// tracker that takes a write and does not answer. The write was begun and is on record: the next pass looks for it.
func TestToldToEndItEnds(t *testing.T) {
	if graceToEnd+graceToEnd/20 >= 5*time.Second {
		t.Fatalf("a grace of %v, and then some, is not within 5 s", graceToEnd)
	}
	commands := []string{"check --config PIPE", "enforce", "run"}
	for _, command := range commands {
		p := newPlant(t)
		p.process(exitOK, "enforce") // the first pass; what comes after it is written about
		p.report("Nobody answers", "critical")
		stuck, begun := make(chan struct{}), make(chan struct{}, 100)
		mute := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPut {
				begun <- struct{}{}
				<-stuck
				return
			}
			p.sim.ServeHTTP(w, r)
		}))
		t.Cleanup(mute.Close)
		t.Cleanup(func() { close(stuck) })
		p.configure("http://127.0.0.1", mute.URL)
		pipe := p.file("pipe.yaml")
		p.check(syscall.Mkfifo(pipe, 0o600))
		if strings.Contains(command, "PIPE") {
			go func() {
				if f, err := os.OpenFile(pipe, os.O_WRONLY, 0); err == nil { // comes back once somebody reads
					begun <- struct{}{}
					<-stuck
					f.Close()
				}
			}()
		}
		var errs bytes.Buffer
		c := p.command(strings.Fields(strings.Replace(command, "PIPE", pipe, 1))...)
		c.Stderr = &errs
		c.Env = append(c.Env, shortGrace+"=300ms")
		p.check(c.Start())
		late := time.AfterFunc(60*time.Second, func() { _ = c.Process.Kill() }) // it may just have ended
		select {
		case <-begun:
			p.check(c.Process.Signal(syscall.SIGTERM))
			late.Reset(20 * time.Second)
		case <-time.After(60 * time.Second):
			t.Errorf("%s: waits for nothing", command)
		}
		_ = c.Wait() // its exit code says it
		late.Stop()
		if code := c.ProcessState.ExitCode(); code != exitFailed {
			t.Errorf("%s: ended with %d", command, code)
		}
		contains(t, command, errs.String(), "ended while still at work")
		if told := strings.Contains(errs.String(), "looked for at the next start"); told != (command != commands[0]) {
			t.Errorf("%s writes nothing or does; told of a write: %v", command, told)
		}
	}
}
