package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// completes is what a shell is offered, without the descriptions.
func (d *office) completes(words ...string) []string {
	d.t.Helper()
	var out, errs bytes.Buffer
	code := d.app(&out, &errs).run(append([]string{"__complete", "--config", d.file("slabridge.yaml"), "--lang", "en"},
		words...))
	if code != exitOK {
		d.t.Fatalf("complete %v: exit code %d: %s", words, code, errs.String())
	}
	var offers []string
	for line := range strings.Lines(out.String()) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, ":") {
			offer, _, _ := strings.Cut(line, "\t")
			offers = append(offers, offer)
		}
	}
	return offers
}

// A shell completes what the configuration and the state know: issues, contracts, obligations, severities, entries.
func TestCompletion(t *testing.T) {
	d := newOffice(t)
	if got := d.completes("explain", ""); got != nil {
		t.Errorf("there is no state yet, and offered are %v", got)
	}
	if _, err := os.Stat(d.file("slabridge.db")); err == nil {
		t.Error("completion made a state file")
	}
	d.breached()
	d.want(exitOK, "sync")
	d.sim.ResetRequests()
	for _, c := range []struct {
		words []string
		want  []string
	}{
		{[]string{"explain", ""}, []string{"1"}},
		{[]string{"explain", "2"}, nil},
		{[]string{"explain", "1", ""}, nil},
		{[]string{"status", "--contract", ""}, []string{"kamal-acme", "kamal", "endocs"}},
		{[]string{"status", "--severity", "C"}, []string{"critical"}},
		{[]string{"ledger", "list", "--obligation", "involve"}, []string{"involve-developers"}},
		{[]string{"ledger", "list", "--state", "he"}, []string{"held"}},
		{[]string{"ledger", "list", "--issue", ""}, []string{"1"}},
		{[]string{"ledger", "waive", ""}, []string{"1"}},
		{[]string{"ledger", "waive", "1", "resp"}, []string{"respond"}},
		{[]string{"contract", "show", "kamal-"}, []string{"kamal-acme"}},
		{[]string{"calendar", "show", "k"}, []string{"KZ"}},
		{[]string{"plan", "-o", ""}, []string{"text", "json"}},
	} {
		got := d.completes(c.words...)
		for _, want := range c.want {
			if !slices.Contains(got, want) {
				t.Errorf("%v: offered are %v, want %s among them", c.words, got, want)
			}
		}
		if len(c.want) == 0 && len(got) > 0 {
			t.Errorf("%v: offered are %v, want none", c.words, got)
		}
	}
	if sent := d.sim.Requests(); len(sent) > 0 {
		t.Errorf("completion asked the tracker: %v", sent)
	}
}

// Without a configuration the presets are offered.
func TestCompletionWithoutConfiguration(t *testing.T) {
	var out bytes.Buffer
	a := newApp(strings.NewReader(""), &out, &out, nil)
	if code := a.run([]string{
		"__complete", "--config", filepath.Join(t.TempDir(), "none.yaml"), "deadline", "--contract",
		"kam",
	}); code != exitOK || !strings.HasPrefix(out.String(), "kamal") {
		t.Errorf("exit code %d\n%s", code, out.String())
	}
}

func TestCompletionOnJira(t *testing.T) {
	d := newJiraDesk(t)
	d.received(t)
	var out bytes.Buffer
	a := newApp(strings.NewReader(""), &out, &out, d.clock)
	if a.run([]string{"__complete", "--config", filepath.Join(d.folder, "slabridge.yaml"), "explain", "acme"}); !strings.
		HasPrefix(out.String(), "ACME-1\tNobody can log in") {
		t.Errorf("offered are\n%s", out.String())
	}
}
