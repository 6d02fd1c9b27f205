package main

import (
	"bytes"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestTheDemoInRussian: what commands say of the demo with --lang ru is Russian, but for ids, keys, steps, and names
// and texts of the tracker.
func TestTheDemoInRussian(t *testing.T) {
	dir := t.TempDir()
	says := func(args ...string) string {
		t.Helper()
		var out, errs bytes.Buffer
		code := newApp(strings.NewReader(""), &out, &errs, time.Now).run(append([]string{"--lang", "ru"}, args...))
		if code != exitOK {
			t.Fatalf("slabridge %s: %s%s", strings.Join(args, " "), out.String(), errs.String())
		}
		return out.String()
	}
	says("demo", "--dir", dir)
	config := dir + "/slabridge.yaml"
	explained := says("--config", config, "explain", "1", "--at", "2026-03-31T11:00:01+05:00")
	for _, want := range []string{
		"критичность: критичный сбой, " +
			"на момент 31 марта 2026\u00a0г., 11:00",
		"приоритет уже высший: \"Immediate\"",
		"пт 20.03.2026 16:00 +05 Roman Romashkin (заказчик)",
	} {
		if !strings.Contains(strings.Join(strings.Fields(explained), " "), strings.Join(strings.Fields(want), " ")) {
			t.Errorf("explain does not say %q:\n%s", want, explained)
		}
	}
	step := regexp.MustCompile(`\n(\w{12}) +выполнено #1 ` +
		`подключение разработчиков, по сроку`)
	entry := step.FindStringSubmatch(explained)
	if entry == nil {
		t.Fatalf("no entry in\n%s", explained)
	}
	shown := says("--config", config, "ledger", "show", entry[1]) + says("version")
	for _, word := range []string{"intended", "sent", "done", "accepted", "already", "development"} {
		if strings.Contains(shown, word) {
			t.Errorf("%q is English:\n%s", word, shown)
		}
	}
}

// What kept a pass from its work is told in the reader's language by health too, which has it from the state file.
func TestFailedPassInRussian(t *testing.T) {
	d := newOffice(t)
	d.want(exitOK, "enforce")
	d.sim.Use(func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	})
	d.at("2026-03-20 15:56:00")
	d.run("enforce")
	out := unfolded(d.run("--lang", "ru", "health").out)
	contains(t, "health", out, "ошибка: helpdesk: перечислить")
	if strings.Contains(out, "try later") || strings.Contains(out, "list ") {
		t.Errorf("health says in English:\n%s", out)
	}
}

// The faults of a file are told in the reader's language by every command that meets them, not by check alone: those of
// a contract's file stand in one error, line by line.
func TestFaultsInRussian(t *testing.T) {
	d := newOffice(t, "{is: working, names", "{is: workin, names", "use: kamal", "use: kamall")
	document, err := os.ReadFile("../../docs/contracts.ru.md")
	d.check(err)
	own := ownContract(t, string(document))
	own = strings.NewReplacer("clock: always", "clock: allways", `after: "16:00"`, `after: "19:00"`).Replace(own)
	d.check(os.WriteFile(d.file("own.yaml"), []byte(own), 0o600))
	unknown := "не известное здесь слово"
	for args, also := range map[string]string{
		"check": "не готовый договор", "enforce": "не готовый договор",
		"contract show kamal-acme":            "не готовый договор",
		"contract show " + d.file("own.yaml"): "вне рабочих часов",
	} {
		r := d.run(append([]string{"--lang", "ru"}, strings.Fields(args)...)...)
		said := unfolded(r.out + r.err)
		contains(t, args, said, unknown, also)
		for _, english := range []string{"accepted", "did you mean", "lies outside"} {
			if strings.Contains(said, english) {
				t.Errorf("%s says in English:\n%s", args, said)
			}
		}
	}
}
