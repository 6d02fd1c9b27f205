package config

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/jira"
	"slabridge/connectors/redmine"
	"slabridge/enforcer/calendar"

	"github.com/google/go-cmp/cmp"
)

// trackers are the kinds that the program knows.
var trackers = []connectors.Kind{redmine.Kind, jira.Kind}

// testSource is a configuration file.
func testSource() *source {
	src := newSource("slabridge.yaml")
	src.kinds = trackers
	return src
}

// loadWith loads the base with one contract entry of its own.
func loadWith(t *testing.T, contract string) (*Config, Faults) {
	t.Helper()
	t.Setenv("SLABRIDGE_TEST_KEY", planted)
	data := complete(t, "testdata/base.yaml",
		[]byte("contracts:\n  - {id: acme, use: kamal, mapping: helpdesk, projects: acme, "+contract+"}\n"))
	return load(testSource(), data, "testdata")
}

// TestPipesAreRefused: what is no regular file is refused where a configuration names it, and not opened: a pipe would
// never open. The configuration itself may come through one.
func TestPipesAreRefused(t *testing.T) {
	t.Setenv("SLABRIDGE_TEST_KEY", planted)
	folder := t.TempDir()
	pipe := filepath.Join(folder, "pipe.yaml")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	const connection = `connections: [{id: helpdesk, kind: redmine, url: "https://tracker.example.org", `
	for text, place := range map[string]string{
		"contracts: [{id: acme, use: ./pipe.yaml, mapping: helpdesk, projects: acme}]\n": "contracts[0].use",
		"calendars: [{id: KZ, file: pipe.yaml}]\n":                                       "calendars[0].file",
		connection + "auth: {file: pipe.yaml}}]\n":                                       "connections[0].auth.file",
		connection + "auth: {file: pipe.yaml}, ca: pipe.yaml}]\n":                        "connections[0].ca",
		"web: {config: pipe.yaml}\n":                                                     "web.config",
	} {
		t.Run(place, func(t *testing.T) {
			done := make(chan Faults, 1)
			go func() {
				_, faults := load(testSource(), complete(t, "testdata/base.yaml", []byte(text)), folder)
				done <- faults
			}()
			select {
			case faults := <-done:
				for _, f := range faults {
					if f.Path == place && strings.Contains(f.Error(), "it is a pipe; name a regular file") {
						return
					}
				}
				t.Errorf("not refused: %v", faults)
			case <-time.After(10 * time.Second):
				t.Error("the pipe was opened")
			}
		})
	}
	if _, err := openRegular(os.DevNull); err == nil || !strings.Contains(err.Error(), "it is a device") {
		t.Errorf("a device: %v", err)
	}
}

func mustLoad(t *testing.T, contract string) *Contract {
	t.Helper()
	cfg, faults := loadWith(t, contract)
	if cfg == nil {
		t.Fatal(faults)
	}
	return &cfg.Contracts[0]
}

func TestDefaults(t *testing.T) {
	t.Setenv("SLABRIDGE_TEST_KEY", planted)
	cfg, faults := Load("testdata/base.yaml", trackers)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	if cfg.State != filepath.Join("testdata", "slabridge.db") || cfg.Language != "ru" || cfg.Listen != "127.0.0.1:8427" {
		t.Errorf("state %q, language %q, listen %q", cfg.State, cfg.Language, cfg.Listen)
	}
	if cfg.Limits != (Limits{20, 2 * time.Minute, 10 * time.Minute}) || cfg.Log != (Log{"info", "text"}) {
		t.Errorf("limits %v, log %v", cfg.Limits, cfg.Log)
	}
	c := cfg.Connection("helpdesk")
	if c.Poll != "@every 1m" || c.Timeout != 30*time.Second || c.Auth.Secret.Reveal() != planted {
		t.Errorf("connection %+v", c)
	}
	m := cfg.Mapping("helpdesk")
	if m.Internal.Kind != "private-note" || cmp.Diff(m.DuplicateRelations, []string{"duplicates"}) != "" {
		t.Errorf("mapping %+v", m)
	}
	k := cfg.Contract("kamal-acme")
	if k.Language != "ru" || k.Preset != "kamal" || k.ID != "kamal-acme" || k.Version != "1" || !k.EnforceFrom.IsZero() {
		t.Errorf("contract %+v", k)
	}
	if cfg.Connection("x") != nil || cfg.Mapping("x") != nil || cfg.Contract("x") != nil {
		t.Error("something is found under an unknown id")
	}
	if got := cfg.Line("mappings[0].roles[1].lead"); got != 10 {
		t.Errorf("line %d, want 10", got)
	}
}

// Names of a tracker keep their case, their dots and their look of numbers and booleans.
func TestNamesAreTakenAsTheyStand(t *testing.T) {
	t.Setenv("SLABRIDGE_TEST_KEY", planted)
	data := complete(t, "testdata/base.yaml", []byte(`mappings:
  - id: helpdesk
    connection: helpdesk
    severity: [{is: critical, when: {field: 012, in: [No, 1.10, Критичный]}}, {is: noncritical}]
    status: [{is: working, names: [v1.2 Ready, ОЖИДАНИЕ, On]}, {is: closed, names: [Closed]}]
    roles: [{is: support, users: [17], lead: Ivan Ivanov}, {is: developers, users: 18, lead: 18}, {is: management, users: Director}]
`))
	cfg, faults := load(testSource(), data, "testdata")
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	m := cfg.Mappings[0]
	got := append([]string{m.Severity[0].When.Field}, m.Severity[0].When.In...)
	got = append(append(got, m.Status[0].Names...), m.Roles[0].Users...)
	want := []string{"012", "No", "1.10", "Критичный", "v1.2 Ready", "ОЖИДАНИЕ", "On", "17"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
}

func TestEnvironmentGoesBeforeTheFile(t *testing.T) {
	t.Setenv("SLABRIDGE_TEST_KEY", planted)
	env := map[string]string{
		"SLABRIDGE_STATE": "/var/lib/other.db", "SLABRIDGE_LANGUAGE": "en", "SLABRIDGE_LISTEN": "off",
		"SLABRIDGE_LOG_LEVEL":  "debug",
		"SLABRIDGE_LOG_FORMAT": "json", "SLABRIDGE_LIMITS_WRITES_PER_PASS": "7", "SLABRIDGE_LIMITS_CLOCK_SKEW": "45s",
		"SLABRIDGE_CONNECTIONS": "nothing", // no setting of the service
	}
	for k, v := range env {
		t.Setenv(k, v)
	}
	data := complete(t, "testdata/base.yaml",
		[]byte("state: file.db\nlanguage: ru\nlisten: 127.0.0.1:1\nlog: {level: error}\nlimits: {writes_per_pass: 3, "+
			"clock_skew: 1m, late_after: 1h}\n"))
	cfg, faults := load(testSource(), data, "folder")
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	if cfg.State != "/var/lib/other.db" || cfg.Language != "en" || cfg.Listen != "" || cfg.Log != (Log{"debug", "json"}) ||
		cfg.Limits != (Limits{7, 45 * time.Second, time.Hour}) {
		t.Errorf("%+v", cfg)
	}
	t.Setenv("SLABRIDGE_LIMITS_CLOCK_SKEW", "5")
	_, faults = load(testSource(), data, "folder")
	want := `environment: SLABRIDGE_LIMITS_CLOCK_SKEW: "5" is not a length of time; write 30s, 2m or 1h`
	if faults.Error() != want {
		t.Errorf("faults %v, want %s", faults, want)
	}
	t.Setenv("SLABRIDGE_LIMITS_CLOCK_SKEW", "") // an empty variable is none
	if cfg, faults = load(testSource(), data, "folder"); cfg == nil || cfg.Limits.ClockSkew != time.Minute {
		t.Errorf("skew with an empty variable: %v", faults)
	}
}

func TestFind(t *testing.T) {
	home, dir, system := t.TempDir(), t.TempDir(), t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", home)
	t.Setenv("XDG_CONFIG_DIRS", system)
	t.Chdir(dir)
	write := func(file string) {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Find(""); err == nil || !strings.Contains(err.Error(), "--config") {
		t.Errorf("nothing there: %v", err)
	}
	// From the last place to the first: each new file is found instead of the one before.
	for _, place := range []string{
		filepath.Join(system, "slabridge", "slabridge.yaml"),
		filepath.Join(home, "slabridge", "slabridge.yaml"), "slabridge.yaml",
	} {
		write(place)
		if got, err := Find(""); got != place || err != nil {
			t.Errorf("found %q, %v; want %q", got, err, place)
		}
	}
	if got, err := Find("named.yaml"); got != "named.yaml" || err != nil {
		t.Errorf("named: %q, %v", got, err)
	}
}

func TestLoadWithoutFile(t *testing.T) {
	cfg, faults := Load("testdata/none.yaml", trackers)
	if cfg != nil || faults.Error() != "testdata/none.yaml: cannot be read: there is no such file" {
		t.Errorf("%v", faults)
	}
	if c, faults := (Calendars{}).ContractFile("testdata/none.yaml"); c != nil || len(faults) != 1 {
		t.Errorf("%v", faults)
	}
}

func TestValidAndEnforceFromAreInTheContractsZone(t *testing.T) {
	c := mustLoad(t, `valid: {from: 2024-02-01, to: 2024-02-29}, enforce_from: 2024-02-15`)
	for name, x := range map[string]struct {
		got  time.Time
		want string
	}{
		"from": {c.ValidFrom, "2024-01-31T18:00:00Z"},
		// The last day has 25 hours in Almaty.
		"to":           {c.ValidTo, "2024-02-29T19:00:00Z"},
		"enforce_from": {c.EnforceFrom, "2024-02-14T18:00:00Z"},
	} {
		if got := x.got.UTC().Format(time.RFC3339); got != x.want {
			t.Errorf("%s %s, want %s", name, got, x.want)
		}
	}
	c = mustLoad(t, `enforce_from: "2026-03-01T09:30:00+03:00"`)
	if got := c.EnforceFrom.UTC().Format(time.RFC3339); got != "2026-03-01T06:30:00Z" {
		t.Errorf("enforce_from %s", got)
	}
}

func TestOwnContractFileAndCalendar(t *testing.T) {
	t.Setenv("SLABRIDGE_TEST_KEY", planted)
	dir := t.TempDir()
	contract, err := os.ReadFile("testdata/base-contract.yaml")
	if err != nil {
		t.Fatal(err)
	}
	days := "country: KZ\nextends: KZ\nversion: acme\nyears:\n  2026:\n    non_working: [2026-06-15]\n"
	for name, data := range map[string]string{"own.yaml": string(contract), "kz.yaml": days} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	data := complete(t, "testdata/base.yaml", []byte(`calendars: [{id: KZ, file: kz.yaml}]
contracts:
  - {id: a, use: own.yaml, mapping: helpdesk, projects: a}
  - {id: b, use: own.yaml, mapping: helpdesk, projects: b, calendar: {zone: Europe/Moscow, hours: "Mon-Sun 00:00-24:00", days: RU}}
  - {id: c, use: kamal, mapping: helpdesk, projects: c}
`))
	data = []byte(strings.Replace(string(data), "is: noncritical", "is: normal", 1))
	cfg, faults := load(testSource(), data, dir)
	if cfg == nil {
		t.Fatal(faults)
	}
	monday := calendar.Date{Year: 2026, Month: time.June, Day: 15}
	for id, want := range map[string]bool{"a": false, "b": true, "c": false} {
		if got, err := cfg.Contract(id).Calendar.IsWorkingDay(monday); got != want || err != nil {
			t.Errorf("contract %s works on %v: %v, %v", id, monday, got, err)
		}
	}
	if b := cfg.Contract("b"); b.Calendar.Location().String() != "Europe/Moscow" || b.Version == "1" ||
		b.Calendar.ID() != "b" {
		t.Errorf("contract b: %v, version %s", b.Calendar.Location(), b.Version)
	}
}

func TestPlan(t *testing.T) {
	t.Setenv("SLABRIDGE_TEST_KEY", planted)
	entry := "contracts:\n  - {id: e, use: endocs, mapping: helpdesk, projects: a, plan: free}\n"
	data := strings.NewReplacer("is: critical", "is: high", "is: noncritical",
		"is: normal").Replace(string(complete(t, "testdata/base.yaml", []byte(entry))))
	cfg, faults := load(testSource(), []byte(data), "testdata")
	if cfg == nil {
		t.Fatal(faults)
	}
	if got := cfg.Contracts[0].Obligation("billing").Inert.In("en"); got != `it is not part of plan "free"` {
		t.Errorf("billing: %q", got)
	}
	if got := cfg.Contracts[0].Obligation("process"); got.Inert != nil || !got.Stop[0].Assigned {
		t.Errorf("process: %+v", got)
	}
}

// An obligation whose stopwatch nothing could start or stop is not acted on: it would call everything broken.
func TestUnmappedFieldsMakeInert(t *testing.T) {
	t.Setenv("SLABRIDGE_TEST_KEY", planted)
	for fields, want := range map[string]string{
		"": `it stops with field "notified-by-phone", which the mapping does not have`,
		"    fields: [{is: notified-by-phone, field: Phone}]\n": "",
	} {
		data := strings.Replace(string(base(t)), "contracts:\n", fields+"contracts:\n", 1)
		cfg, faults := load(testSource(), []byte(data), "testdata")
		if cfg == nil {
			t.Fatal(faults)
		}
		if got := cfg.Contracts[0].Obligation("phone-duplicate").Inert.In("en"); got != want {
			t.Errorf("with %q: %q, want %q", fields, got, want)
		}
	}
}

func TestFaultsErr(t *testing.T) {
	f := Faults{{Level: Warning, File: "a"}, {Level: NoSecret, File: "b"}}
	if f.Err(Error) != nil || f.Err(NoSecret) == nil || len(f.At(Warning)) != 2 || Faults(nil).Err(Warning) != nil {
		t.Errorf("levels of %v", f)
	}
}

func TestFaultAsJSON(t *testing.T) {
	got, err := json.Marshal(Fault{
		Level: NoSecret, File: "slabridge.yaml", Line: 3, Path: "connections[0].auth",
		Reason: message.Of("is not set"),
	})
	want := `{"level":"no secret","file":"slabridge.yaml","line":3,"path":"connections[0].auth","reason":"is not set"}`
	if err != nil || string(got) != want {
		t.Errorf("%s, %v\nwant %s", got, err, want)
	}
}
