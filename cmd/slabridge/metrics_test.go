package main

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"slabridge/config"
	"slabridge/enforcer"
)

// The folder of the rules and that of the dashboard.
const (
	rulesFile     = "../../packaging/prometheus/slabridge.rules.yml"
	dashboardFile = "../../packaging/grafana/slabridge.json"
)

// metricName finds the metrics that a rule or a panel asks for. up is Prometheus's own.
var metricName = regexp.MustCompile(`\b(slabridge|go|process)_[a-z_]+\b`)

// expressions are what rules and dashboard ask Prometheus, apart from the words around them.
func expressions(t *testing.T) []string {
	t.Helper()
	var out []string
	rules, err := os.ReadFile(rulesFile)
	if err != nil {
		t.Fatal(err)
	}
	expr := regexp.MustCompile(`(?m)^        expr: (?:\|\n((?:          .*\n)+)|(.*)\n)`)
	for _, m := range expr.FindAllStringSubmatch(string(rules), -1) {
		out = append(out, m[1]+m[2])
	}
	dashboard, err := os.ReadFile(dashboardFile)
	if err != nil {
		t.Fatal(err)
	}
	var d struct {
		Panels     []struct{ Targets []struct{ Expr string } }
		Templating struct{ List []struct{ Query any } }
	}
	if err := json.Unmarshal(dashboard, &d); err != nil {
		t.Fatal(err)
	}
	for _, p := range d.Panels {
		for _, x := range p.Targets {
			out = append(out, x.Expr)
		}
	}
	for _, v := range d.Templating.List {
		if q, ok := v.Query.(map[string]any); ok {
			out = append(out, q["query"].(string))
		}
	}
	if len(out) < 30 {
		t.Fatalf("%d expressions", len(out))
	}
	return out
}

// Each metric that the alarms and the dashboard ask for is in a scrape of a desk with a breach, with the contract and
// the obligation where it has them; and the tracker's answers are counted.
func TestMetricsOfRulesAndDashboardExist(t *testing.T) {
	d := newBreachedOffice(t)
	w := d.writer()
	mon := newMonitor(w.engine.Connections(), d.clock)
	mon.registry.MustRegister(append(ofProgram(), w.requests, newPromiseMetrics(w.ledger, w.cfg, d.clock))...)
	reports, err := w.engine.Pass(t.Context())
	mon.passed(reports, err)
	quiet := slog.New(slog.DiscardHandler)
	address, _, stop, err := mon.serve(served{address: "127.0.0.1:0", web: &config.Web{}}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	code, scrape := get(t, "http://"+address+"/metrics")
	if code != http.StatusOK {
		t.Fatalf("%d %s", code, scrape)
	}
	for _, expr := range expressions(t) {
		for _, name := range metricName.FindAllString(expr, -1) {
			if !regexp.MustCompile(`(?m)^` + name + `(\{| )`).MatchString(scrape) {
				t.Errorf("%s: no %s in the scrape", expr, name)
			}
		}
	}
	contains(t, "the scrape", scrape,
		`slabridge_overdue_cycles{connection="helpdesk",contract="kamal-acme",obligation="respond"} 1`,
		`slabridge_judged_cycles{connection="helpdesk",contract="kamal-acme",obligation="respond",state="breached"} 1`,
		`slabridge_held_steps{connection="helpdesk"} 0`, `slabridge_open_alarms{connection="helpdesk"} 0`,
		`slabridge_build_info{goversion="go`)
	if strings.Contains(scrape, `slabridge_tracker_requests_total{class="2xx",connection="helpdesk"} 0`+"\n") {
		t.Error("no request to the tracker was counted")
	}
}

// scrape gives the metrics of a daemon that has just begun, before its first pass.
func scrape(t *testing.T, w *workspace) string {
	t.Helper()
	mon := newMonitor(w.engine.Connections(), w.clock)
	if err := mon.recall(t.Context(), w.ledger); err != nil {
		t.Fatal(err)
	}
	mon.registry.MustRegister(newPromiseMetrics(w.ledger, w.cfg, w.clock))
	address, _, stop, err := mon.serve(served{address: "127.0.0.1:0", web: &config.Web{}}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	code, text := get(t, "http://"+address+"/metrics")
	if code != http.StatusOK {
		t.Fatalf("%d %s", code, text)
	}
	return text
}

// A desk on which nothing has happened has the numbers of each promise, 0: what an alarm sees grow was there before.
func TestMetricsBeginAtNothing(t *testing.T) {
	d := newOffice(t)
	w := d.writer()
	text := scrape(t, w)
	promises := 0
	for i := range w.cfg.Contracts {
		c := &w.cfg.Contracts[i]
		for j := range c.Obligations {
			o := &c.Obligations[j]
			if !o.Active() || o.Kind == enforcer.Account {
				continue
			}
			promises++
			of := `{connection="helpdesk",contract="` + c.ID + `",obligation="` + o.ID + `"`
			contains(t, "the scrape", text, "slabridge_running_cycles"+of+"} 0", "slabridge_overdue_cycles"+of+"} 0")
			if !o.NoVerdict {
				contains(t, "the scrape", text, "slabridge_excused_cycles"+of+"} 0")
				for _, state := range []string{"met", "escalated", "breached", "cancelled", "not-judged"} {
					contains(t, "the scrape", text, "slabridge_judged_cycles"+of+`,state="`+state+`"} 0`)
				}
			}
		}
	}
	if promises < 5 {
		t.Errorf("%d promises", promises)
	}
	contains(t, "the scrape", text, `slabridge_held_steps{connection="helpdesk"} 0`,
		`slabridge_open_alarms{connection="helpdesk"} 0`)
	if strings.Contains(text, "slabridge_last_good_pass_timestamp_seconds{") {
		t.Error("a good pass is told of, and there was none")
	}
}

// A daemon that is started anew knows when the last good pass was made. A step that people keep back themselves does
// not wait for a person.
func TestMetricsOfADaemonStartedAnew(t *testing.T) {
	d := newOffice(t)
	d.breached()
	good := d.clock() // the pass was made at 16:00:05, and the clock went on
	d.want(exitOK, "ledger", "hold", "1", "--reason", "x", "--by", "olga", "--until", "2026-03-27")
	d.want(exitOK, "enforce")
	if held := d.lines(exitOK, "ledger", "list", "--state", "held"); len(held) == 0 {
		t.Fatal("nothing is held")
	}
	d.at("2026-03-20 18:30:00")
	text := scrape(t, d.writer())
	line := regexp.MustCompile(`slabridge_last_good_pass_timestamp_seconds\{connection="helpdesk"\} (\S+)`)
	m := line.FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("no good pass is told of: %s", text)
	}
	if at, err := strconv.ParseFloat(m[1], 64); err != nil || int64(at) != good.Unix() {
		t.Errorf("the last good pass: %s, want %d", m[1], good.Unix())
	}
	contains(t, "the scrape", text, `slabridge_held_steps{connection="helpdesk"} 0`)
}

// promtool holds the rules against their tests.
func TestRulesWithPromtool(t *testing.T) {
	tool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("PROMTOOL IS NOT HERE (apt install prometheus): THE ALARMS ARE NOT TESTED")
	}
	for _, args := range [][]string{
		{"check", "rules", rulesFile}, {"test", "rules", strings.Replace(rulesFile, ".yml", ".test.yml", 1)},
	} {
		if out, err := exec.Command(tool, args...).CombinedOutput(); err != nil {
			t.Errorf("promtool %v: %v\n%s", args, err, out)
		}
	}
}
