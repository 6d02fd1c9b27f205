package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slabridge/config/presets"
)

// against puts a file beside the office's configuration and compares with it.
func (d *office) against(t *testing.T, name, text string) (lines []map[string]any, out string) {
	t.Helper()
	d.check(os.WriteFile(d.file(name), []byte(text), 0o600))
	lines = d.lines(exitOK, "plan", "--against", d.file(name))
	out = d.want(exitOK, "plan", "--against", d.file(name)).out
	return lines, unfolded(out)
}

// change finds what becomes of an obligation's deadline, or of a step where one is given.
func changeOf(lines []map[string]any, obligation, step string) map[string]any {
	for _, l := range lines {
		if got, _ := l["step"].(string); l["obligation"] == obligation && got == step {
			return l
		}
	}
	return nil
}

// Another configuration, another text of the contract and another calendar: what they move is told, and nothing
// written.
func TestPlanAgainst(t *testing.T) {
	d := newOffice(t)
	d.want(exitOK, "enforce")
	d.at("2026-03-20 16:00:00")
	d.report("Nobody can log in", "critical")
	d.at("2026-03-20 16:05:00")
	d.want(exitOK, "enforce")
	d.at("2026-03-20 16:12:00")
	d.sim.ResetRequests()
	before := d.want(exitOK, "ledger", "list", "-o", "json").out
	settings := demoYAML("en", demoRedmine{d.sim})
	preset, err := presets.Files.ReadFile(filepath.Join("contracts", "kamal.yaml"))
	d.check(err)

	t.Run("the same", func(t *testing.T) {
		lines, out := d.against(t, "same.yaml", settings)
		if len(lines) != 0 {
			t.Errorf("nothing differs, got %v", lines)
		}
		contains(t, "plan", out, "running deadlines moved: 0, added: 0, dropped: 0",
			"writes moved: 0, altered: 0, added: 0, dropped: 0")
	})
	t.Run("another configuration", func(t *testing.T) {
		lines, out := d.against(t, "other.yaml", strings.Replace(settings, "    projects: [acme]\n",
			"    projects: [acme]\n    change:\n      - {obligation: respond, severity: critical, within: 40m}\n", 1))
		got := changeOf(lines, "respond", "")
		if got == nil || got["kind"] != "deadline" || got["change"] != "moved" || got["was"] != "2026-03-20T16:20:00+05:00" ||
			got["will"] != "2026-03-20T16:40:00+05:00" {
			t.Errorf("respond: %v of %v", got, lines)
		}
		if got := changeOf(lines, "respond", "warn-50"); got == nil || got["kind"] != "write" || got["change"] != "dropped" {
			t.Errorf("the warning at half the time is not due any more: %v", got)
		}
		contains(t, "plan", out, "moved #1 start of work: Fri 2026-03-20 16:20:00 +05 -> Fri 2026-03-20 16:40:00 +05")
		has(
			t,
			"plan --against",
			lines[0],
			"kind",
			"change",
			"connection",
			"issue",
			"subject",
			"contract",
			"obligation",
			"cycle",
			"was",
			"will",
		)
	})
	t.Run("another mapping", func(t *testing.T) {
		lines, _ := d.against(t, "minor.yaml", strings.Replace(settings, "{is: critical, when", "{is: minor, when", 1))
		if got := changeOf(lines, "respond", ""); got == nil {
			t.Errorf("the request would be minor: %v", lines)
		}
	})
	t.Run("a contract less", func(t *testing.T) {
		lines, out := d.against(
			t,
			"renamed.yaml",
			strings.Replace(settings, "    id: kamal-acme\n", "    id: kamal-new\n", 1),
		)
		contains(t, "plan", out, "contract kamal-acme is not in it, and much may be recorded under it: writes on its "+
			"connection stop until the id is back")
		if got := changeOf(lines, "respond", ""); got == nil || got["change"] != "dropped" && got["change"] != "added" {
			t.Errorf("respond: %v of %v", got, lines)
		}
	})
	t.Run("another text", func(t *testing.T) {
		text := strings.Replace(string(preset), "within: 20m", "within: 30m", 1)
		if text == string(preset) {
			t.Fatal("the preset has no term of 20m")
		}
		lines, _ := d.against(t, "text.yaml", text)
		if got := changeOf(lines, "respond", ""); got == nil || got["will"] != "2026-03-20T16:30:00+05:00" {
			t.Errorf("respond: %v of %v", got, lines)
		}
		d.check(os.WriteFile(d.file("strange.yaml"), []byte(strings.Replace(text, "id: kamal", "id: kamel", 1)), 0o600))
		contains(t, "plan", unfolded(d.want(exitUsage, "plan", "--against", d.file("strange.yaml")).err),
			`id: "kamel" is the id of no contract's text`, "there are kamal")
	})
	t.Run("another calendar", func(t *testing.T) {
		lines, _ := d.against(t, "KZ.yaml", `country: KZ
source: a test
version: "1"
years:
  2026: {status: final, non_working: [{date: 2026-03-20}, {date: 2026-03-23}]}
`)
		if got := changeOf(lines, "respond", ""); got == nil || got["change"] != "moved" ||
			!strings.HasPrefix(got["will"].(string), "2026-03-24") {
			t.Errorf("respond: %v of %v", got, lines)
		}
	})
	t.Run("what is none of these", func(t *testing.T) {
		d.check(os.WriteFile(d.file("shopping.yaml"), []byte("milk: 2\n"), 0o600))
		contains(t, "plan", unfolded(d.want(exitUsage, "plan", "--against", d.file("shopping.yaml")).err),
			"is by its keys neither a configuration (connections, mappings, contracts) nor a contract (severities, "+
				"obligations) nor a calendar (years)")
		d.want(exitUsage, "plan", "--against", d.file("nowhere.yaml"))
	})
	if after := d.want(exitOK, "ledger", "list", "-o", "json").out; after != before {
		t.Errorf("the ledger was\n%s\nand is\n%s", before, after)
	}
	if sent := d.sim.Requests(); len(sent) > 0 {
		t.Errorf("plan asked the tracker: %v", sent)
	}
}

func TestPlanAgainstOnJira(t *testing.T) {
	d := newJiraDesk(t)
	d.received(t)
	text := strings.Replace(demoYAML("en", d), "    projects: [ACME]\n",
		"    projects: [ACME]\n    change:\n      - {obligation: respond, severity: critical, within: 40m}\n", 1)
	file := filepath.Join(d.folder, "other.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	contains(t, "plan", unfolded(d.want(t, exitOK, "plan", "--against", file)),
		"moved ACME-1 start of work: Fri 2026-03-20 16:20:00 +05 -> Fri 2026-03-20 16:40:00 +05")
}
