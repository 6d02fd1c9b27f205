// The architecture as tests: who may import whom, and which calls are forbidden where. They read the whole module, so
// they live beside the program that is made of it. Only non-test files are bound.
package main_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "slabridge/"

// A layer says which packages of this module a package may import. A package without a layer fails the test: a new
// package is a decision about the architecture, and this table is where it is written down.
type layer struct {
	pkg  string   // below the module; a trailing /... takes everything under it
	uses []string // likewise; all means any package
	why  string
}

const all = "..."

// speech is what every package may import that says something to people.
const speech = "config/message"

var layers = []layer{
	{speech, nil, "what is said to people rests on nothing that it is said about"},
	{"cmd/...", []string{all}, "cmd puts the parts together; it alone names redmine, jira and statefile"},
	{
		"config",
		[]string{"config/presets", "connectors", "mapping", "enforcer", "enforcer/calendar"},
		"config turns YAML into the values of these packages and does nothing with them",
	},
	{"config/presets", nil, "presets are embedded text"},
	{"config/statefile", nil, "statefile opens the file and knows no tables"},
	{"connectors", nil, "the contract is in tracker words and rests on nothing"},
	{"connectors/rest", []string{"connectors"}, "the way over HTTP is the same for all trackers and knows none of them"},
	{
		"connectors/redmine",
		[]string{"connectors", "connectors/rest"},
		"a connector knows the contract and its own tracker, no SLA and no other tracker",
	},
	{
		"connectors/jira",
		[]string{"connectors", "connectors/rest"},
		"a connector knows the contract and its own tracker, no SLA and no other tracker",
	},
	{
		"connectors/redmine/redminesim",
		[]string{"connectors/sim"},
		"a simulator that shares code with what it checks checks nothing",
	},
	{"connectors/jira/jiracontract", nil, "what checks a connector shares no code with it"},
	{
		"connectors/jira/jirasim",
		[]string{"connectors/sim"},
		"a simulator that shares code with what it checks checks nothing",
	},
	{"connectors/sim", nil, "what stand-ins share knows no tracker"},
	{"connectors/trackertest", []string{"connectors"}, "the suite tests any connector, so it may name none"},
	{"connectors/trackertest/tiny", []string{"connectors"}, "a third tracker needs the contract and nothing else"},
	{"connectors/mirror", []string{"connectors"}, "the mirror keeps what trackers said in their own words"},
	{"mapping", []string{"connectors", "enforcer"}, "mapping is the one place where both vocabularies meet"},
	{"mapping/guess", []string{"connectors", "enforcer"}, "a guess is worked out from values and asks nobody"},
	{"enforcer", []string{"enforcer/calendar"}, "the rules are pure: no tracker, no SQL, no network"},
	{"enforcer/calendar", nil, "business time rests on nothing but the calendar data"},
	{"enforcer/ledger", []string{"connectors", "enforcer"}, "the ledger is evidence and readable without the mirror"},
	{
		"enforcer/decide",
		[]string{"enforcer", "enforcer/calendar"},
		"decisions are pure: no tracker, no ledger, no SQL among all that they rest on",
	},
	{
		"enforcer/report",
		[]string{"enforcer", "enforcer/calendar", "enforcer/ledger", "mapping"},
		"the report is worked out from values, for any output",
	},
	{
		"enforcer/outbox",
		[]string{"connectors", "mapping", "enforcer", "enforcer/ledger"},
		"the outbox carries out what it is handed: deciding again is a function, and the mirror is told and not asked",
	},
	{
		"enforcer/notify",
		[]string{"connectors", "mapping", "enforcer", "enforcer/calendar", "enforcer/ledger", "enforcer/outbox"},
		"what staff is told is worked out from the ledger; the channels are handed in",
	},
	{
		"connectors/channels",
		[]string{"connectors"},
		"a channel carries what it is handed, and knows no SLA and no tracker",
	},
	{
		"enforcer/engine",
		[]string{
			"connectors", "connectors/mirror", "mapping", "mapping/guess", "enforcer", "enforcer/decide",
			"enforcer/ledger", "enforcer/outbox", "enforcer/report",
		},
		"the engine turns the crank through the contract and never names a tracker",
	},
	{
		"enforcer/board",
		[]string{"enforcer/engine", "enforcer/report", "enforcer", "mapping"},
		"the pages show what they are answered, and read no store",
	},
}

// A fence keeps an import from outside the module where it belongs.
type fence struct {
	imports string   // an import path; a trailing /... takes everything under it
	only    []string // the packages that may import it; nil with but set means all others
	but     []string // the packages that may not
	why     string
}

// silent neither ask over a network nor are asked.
var silent = []string{
	"enforcer", "enforcer/calendar", "enforcer/decide", "enforcer/engine", "enforcer/ledger", "enforcer/notify",
	"enforcer/outbox", "enforcer/report", "mapping", "mapping/guess", "connectors/mirror",
}

var pure = []string{"enforcer", "enforcer/calendar", "enforcer/decide", "mapping", "mapping/guess"}

var fences = []fence{
	{
		"github.com/spf13/viper",
		[]string{"config"},
		nil,
		"viper folds and splits keys; only config knows how to keep it from names",
	},
	{"go.yaml.in/yaml/...", []string{"config"}, nil, "one decoder, one strictness, one form of error"},
	{
		"github.com/prometheus/exporter-toolkit/...",
		[]string{"config", "cmd/..."},
		nil,
		"config holds its file against it, cmd serves by it",
	},
	{"gopkg.in/...", []string{}, nil, "one decoder, one strictness, one form of error"},
	{"github.com/goccy/go-yaml/...", []string{}, nil, "it alters unquoted numbers in strings without a word"},
	{"github.com/spf13/cobra", []string{"cmd/..."}, nil, "commands belong to cmd"},
	{"github.com/mattn/go-redmine", []string{"connectors/redmine"}, nil, "a tracker's library stays in its connector"},
	{
		"github.com/andygrunwald/go-jira/...",
		[]string{"connectors/jira"},
		nil,
		"a tracker's library stays in its connector",
	},
	{
		"github.com/getkin/kin-openapi/...",
		[]string{"connectors/jira/jiracontract"},
		nil,
		"a test's judge of documents, no part of the program",
	},
	{
		"github.com/rickar/cal/...",
		[]string{"enforcer/calendar"},
		nil,
		"it answers by the location of a time and counts closing itself; calendar corrects both",
	},
	{
		"github.com/robfig/cron/...",
		[]string{"enforcer/engine"},
		nil,
		"cron is a ticker; what has business meaning goes through the calendar",
	},
	{
		"github.com/nicholas-fedor/shoutrrr/...",
		[]string{"connectors/channels"},
		nil,
		"its errors hold the tokens of channels; channels takes them out",
	},
	{"github.com/wneessen/go-mail/...", []string{"connectors/channels"}, nil, "mail goes by a channel"},
	{"modernc.org/...", []string{"config/statefile"}, nil, "one opener, so that no connection misses a pragma"},
	{
		"database/sql/...",
		[]string{"cmd/...", "config/statefile", "connectors/mirror", "enforcer/ledger"},
		nil,
		"SQL lives in the two stores, cmd only hands the open file over",
	},
	{
		"net/http/...", nil,
		slices.Concat(silent, []string{"config/..."}),
		"connectors and cmd speak to a network, the board is asked over one; connectors names the way there that a " +
			"connection is given",
	},
	{"net", nil, append([]string{"enforcer/board"}, silent...), "only connectors and cmd speak to a network"},
	{"os", nil, pure, "the rules are pure: facts come in as values"},
	{"os/exec", []string{"cmd/..."}, nil, "nothing but cmd starts a process"},
	{"log/slog", nil, pure, "a pure function returns its reasons and logs nothing"},
	{"log", []string{}, nil, "log/slog redacts secrets, log does not"},
	{"math/rand/...", nil, pure, "the same facts give the same answer"},
	{
		"encoding/...", nil,
		[]string{"enforcer/report"},
		"the report has no output format: cmd and the pages each give it theirs",
	},
	{"testing", []string{"connectors/trackertest"}, nil, "only the suite is a test in files that are not"},
	{"pgregory.net/rapid", []string{"connectors/trackertest"}, nil, "only the suite is a test in files that are not"},
	{
		"github.com/google/go-cmp/...",
		[]string{"connectors/trackertest"},
		nil,
		"only the suite is a test in files that are not",
	},
}

// under reports whether path is meant by pattern, which may end in /... as for the go command.
func under(path, pattern string) bool {
	if pattern == all {
		return true
	}
	if root, deep := strings.CutSuffix(pattern, "/..."); deep {
		return path == root || strings.HasPrefix(path, root+"/")
	}
	return path == pattern
}

func underAny(path string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return under(path, p) })
}

// importFaults lists what is wrong with the imports of one package, named below the module.
func importFaults(pkg string, imports []string) []string {
	at := slices.IndexFunc(layers, func(l layer) bool { return under(pkg, l.pkg) })
	if at < 0 {
		return []string{fmt.Sprintf("%s: has no layer; say in imports_test.go what it may import, and why", pkg)}
	}
	var faults []string
	for _, path := range imports {
		if ours, ok := strings.CutPrefix(path, module); ok {
			if ours != speech && !underAny(ours, layers[at].uses) {
				faults = append(faults, fmt.Sprintf("%s: imports %s: it may import %v: %s", pkg, ours, layers[at].uses,
					layers[at].why))
			}
			continue
		}
		for _, f := range fences {
			if under(path, f.imports) && (f.only != nil && !underAny(pkg, f.only) || underAny(pkg, f.but)) {
				faults = append(faults, fmt.Sprintf("%s: imports %s: %s", pkg, path, f.why))
			}
		}
	}
	return faults
}

// listed is what `go list` says of a package. Imports leaves test files out.
type listed struct {
	ImportPath, Dir string
	Imports         []string
	GoFiles         []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	out := goCommand(t, "list", "-json=ImportPath,Dir,Imports,GoFiles", module+"...")
	var found []listed
	for dec := json.NewDecoder(strings.NewReader(out)); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return found
		} else if err != nil {
			t.Fatalf("read go list: %v", err)
		}
		p.ImportPath = strings.TrimPrefix(p.ImportPath, module)
		found = append(found, p)
	}
}

func goCommand(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command("go", args...).Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, exit.Stderr)
	} else if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// TestImportsOfDecideRestOnNoStore: nothing that decisions rest on, however far down, knows a database, a tracker or a
// context to be cancelled by.
func TestImportsOfDecideRestOnNoStore(t *testing.T) {
	deps := strings.Fields(goCommand(t, "list", "-deps", module+"enforcer/decide"))
	if !slices.Contains(deps, module+"enforcer") {
		t.Fatalf("go list -deps found %v", deps)
	}
	for _, path := range deps {
		ours := strings.TrimPrefix(path, module)
		if under(path, "database/sql/...") || under(path, "net/...") || under(ours, "connectors/...") ||
			under(ours, "enforcer/ledger") || under(ours, "mapping") {
			t.Errorf("enforcer/decide rests on %s", path)
		}
	}
}

func TestWhoMayImportWhom(t *testing.T) {
	found := packages(t)
	if len(found) == 0 {
		t.Fatal("go list found no package")
	}
	top := []string{"cmd", "connectors", "enforcer", "mapping", "config"}
	for _, p := range found {
		for _, fault := range importFaults(p.ImportPath, p.Imports) {
			t.Error(fault)
		}
		if room, _, _ := strings.Cut(strings.TrimPrefix(p.ImportPath, module), "/"); !slices.Contains(top, room) {
			t.Errorf("%s stands beside %v, which hold all of the code", p.ImportPath, top)
		}
	}
}

// TestImportRulesCanFail holds the rules above against imports that must and must not pass.
func TestImportRulesCanFail(t *testing.T) {
	for _, c := range []struct {
		pkg, imports string
		ok           bool
	}{
		{"cmd/slabridge", "slabridge/connectors/redmine", true},
		{"cmd/slabridge", "database/sql", true},
		{"config", "slabridge/enforcer", true},
		{"config", "slabridge/config/statefile", false},
		{"config", "github.com/spf13/viper", true},
		{"config/presets", "go.yaml.in/yaml/v4", false},
		{"config/statefile", "modernc.org/sqlite", true},
		{"connectors", "slabridge/connectors/redmine", false},
		{"connectors", "slabridge/config/message", true},
		{"config/message", "slabridge/enforcer", false},
		{"connectors/jira", "github.com/mattn/go-redmine", false},
		{"connectors/mirror", "slabridge/enforcer", false},
		{"connectors/mirror", "database/sql/driver", true},
		{"connectors/mirror", "modernc.org/sqlite", false},
		{"connectors/redmine", "slabridge/connectors/jira", false},
		{"connectors/redmine", "slabridge/connectors", true},
		{"connectors/redmine", "slabridge/connectors/rest", true},
		{"connectors/rest", "slabridge/connectors/redmine", false},
		{"connectors/redmine/redminesim", "slabridge/connectors", false},
		{"connectors/redmine/redminesim", "net/http", true},
		{"connectors/trackertest", "testing", true},
		{"enforcer", "slabridge/connectors", false},
		{"enforcer", "database/sql", false},
		{"enforcer", "net/http", false},
		{"enforcer", "os", false},
		{"enforcer", "strings", true},
		{"enforcer/calendar", "github.com/rickar/cal/v2", true},
		{"enforcer/decide", "slabridge/enforcer", true},
		{"enforcer/decide", "slabridge/enforcer/ledger", false},
		{"enforcer/decide", "slabridge/connectors", false},
		{"enforcer/decide", "log/slog", false},
		{"enforcer/outbox", "slabridge/enforcer/ledger", true},
		{"enforcer/outbox", "slabridge/enforcer/decide", false},
		{"enforcer/outbox", "slabridge/enforcer/engine", false},
		{"enforcer/outbox", "slabridge/connectors/mirror", false},
		{"enforcer/engine", "slabridge/enforcer/outbox", true},
		{"enforcer/engine", "net/http/httptest", false},
		{"enforcer/engine", "slabridge/connectors/redmine", false},
		{"enforcer/board", "net/http", true},
		{"enforcer/board", "net", false},
		{"enforcer/board", "slabridge/enforcer/ledger", false},
		{"enforcer/board", "database/sql", false},
		{"enforcer/ledger", "net/http", false},
		{"enforcer/ledger", "slabridge/connectors/mirror", false},
		{"enforcer/report", "slabridge/enforcer/engine", false},
		{"enforcer/report", "slabridge/enforcer/ledger", true},
		{"enforcer/report", "database/sql", false},
		{"enforcer/report", "encoding/csv", false},
		{"mapping", "github.com/rickar/cal/v2", false},
		{"mapping", "slabridge/enforcer", true},
		{"models", "strings", false},
	} {
		if faults := importFaults(c.pkg, []string{c.imports}); (len(faults) == 0) != c.ok {
			t.Errorf("%s imports %s: got %q, want passing to be %v", c.pkg, c.imports, faults, c.ok)
		}
	}
}
