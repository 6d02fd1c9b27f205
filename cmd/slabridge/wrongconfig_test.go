package main

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"slabridge/connectors/redmine/redminesim"
)

// rightConfig is what an admin might have; wrong makes something wrong of it.
const rightConfig = `state: slabridge.db
language: en

connections:
  - id: helpdesk
    kind: redmine
    url: https://tracker.example.org
    auth: {api_key: {file: slabridge.key}}
    poll: "@every 1m"

mappings:
  - id: helpdesk
    connection: helpdesk
    severity:
      - {is: critical, when: {field: Severity, in: [critical]}}
      - {is: minor, when: {field: Severity, in: [minor]}}
      - {is: noncritical}
    status:
      - {is: new, names: [New]}
      - {is: working, names: [In Progress]}
      - {is: waiting-customer, names: [Waiting for customer, Feedback]}
      - {is: waiting-third-party, names: [Frozen]}
      - {is: resolved, names: [Resolved]}
      - {is: closed, names: [Closed, Rejected]}
    roles:
      - {is: support, project_roles: [Support engineer], lead: Petr Petrov}
      - {is: developers, project_roles: [Developer], lead: Kirill Kuznetsov}
      - {is: management, project_roles: [Manager]}
      - {is: customer, project_roles: [Customer]}
    fields:
      - {is: notified-by-phone, field: Phone notified at}
    internal: {kind: private-note}

contracts:
  - use: kamal
    id: kamal-acme
    mapping: helpdesk
    projects: [acme]
    valid: {from: 2026-01-01, to: 2026-12-31}
    enforce_from: 2026-03-16T10:00:00+05:00
    change:
      - {obligation: respond, severity: critical, within: 15m}
`

// wrong is one wrong configuration.
type wrong struct {
	what     string
	old, new string // a part of the right one, and what stands in its place
	more     string // that is added at the end
	make     func(t *testing.T, file string)
	live     bool
	well     bool // it can be used, and check says what is odd about it
	nowhere  bool // the fault is of no line
}

// aSecond is a further contract.
const aSecond = `  - use: endocs
    id: %s
    mapping: helpdesk
    projects: [%s]
    plan: paid
    valid: {from: 2026-01-01, to: 2026-12-31}
`

func wrongConfigs() []wrong {
	as := func(data []byte) func(t *testing.T, file string) {
		return func(t *testing.T, file string) {
			t.Helper()
			if err := os.WriteFile(file, data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	var wide bytes.Buffer
	for _, u := range utf16.Encode([]rune(rightConfig)) {
		wide.Write([]byte{byte(u), byte(u >> 8)})
	}
	swap := func(from, to string) []byte { return []byte(strings.Replace(rightConfig, from, to, 1)) }
	return []wrong{
		// the file
		{what: "an empty file", make: as(nil), nowhere: true},
		{what: "comments alone", make: as([]byte("# nothing yet\n")), nowhere: true},
		{what: "a folder in its place", nowhere: true, make: func(t *testing.T, file string) {
			t.Helper()
			if err := os.Mkdir(file, 0o700); err != nil {
				t.Fatal(err)
			}
		}},
		{what: "no file", make: func(*testing.T, string) {}, nowhere: true},
		{what: "UTF-16 without a mark", make: as(wide.Bytes()), nowhere: true},
		{what: "UTF-16 with a mark", make: as(append([]byte("\xff\xfe"), wide.Bytes()...)), well: true},
		{what: "UTF-8 with a mark", make: as(append([]byte("\ufeff"), rightConfig...)), well: true},
		{what: "CRLF", make: as([]byte(strings.ReplaceAll(rightConfig, "\n", "\r\n"))), well: true},
		{what: "Windows-1251", make: as(swap("Petr Petrov", "\xcf\xe5\xf2\xf0 \xcf\xe5\xf2\xf0\xee\xe2"))},
		{what: "a tab", make: as(swap("    kind: redmine", "\tkind: redmine"))},
		{what: "a no-break space in an indent", make: as(swap("    kind: redmine", "   \u00a0kind: redmine"))},
		{what: "a control character", make: as(swap("Petr Petrov", "Petr\x07 Petrov"))},
		{what: "an indent that is lost", make: as(swap("    kind: redmine", "  kind: redmine"))},
		{what: "a bracket that is not closed", old: "projects: [acme]", new: "projects: [acme"},
		{what: "a quotation mark that is not closed", old: `poll: "@every 1m"`, new: `poll: "@every 1m`},
		{what: "a list for a mapping", make: as([]byte("- state: slabridge.db\n"))},
		{what: "two documents", more: "---\nstate: other.db\n"},
		// keys
		{what: "a key with a typo", old: "language: en", new: "langauge: en"},
		{
			what: "a key in the wrong place", old: "    connection: helpdesk\n",
			new: "    connection: helpdesk\n    poll: '@every 1m'\n",
		},
		{what: "a key twice", old: "language: en", new: "language: en\nlanguage: ru"},
		{what: "a key in other letters", old: "state:", new: "State:"},
		{what: "a section twice", more: "contracts: []\n"},
		{what: "a section that is missing", old: "mappings:", new: "mapping:"},
		{what: "a value that is missing", old: "    kind: redmine", new: "    kind:"},
		// the service and the connection
		{what: "a language that is none", old: "language: en", new: "language: de"},
		{what: "a tracker that is none", old: "kind: redmine", new: "kind: redmin"},
		{what: "an address without a scheme", old: "url: https://tracker.example.org", new: "url: tracker.example.org"},
		{what: "http for https", old: "https://tracker", new: "http://tracker", well: true},
		{what: "an address with a password", old: "https://tracker", new: "https://me:pw@tracker"},
		{what: "a page's address", old: "tracker.example.org", new: "tracker.example.org/issues?set_filter=1"},
		{what: "a key in the file itself", old: "{api_key: {file: slabridge.key}}", new: "{api_key: 0123456789abcdef}"},
		{what: "a key file that is not there", old: "slabridge.key", new: "slabridge.kez", well: true},
		{
			what: "a variable that is not set", old: "{file: slabridge.key}",
			new: `"${SLABRIDGE_NOT_SET}"`, nowhere: true, well: true,
		},
		{what: "Jira's way to sign in", old: "{api_key: {file", new: "{pat: {file"},
		{what: "a schedule that is none", old: "@every 1m", new: "every minute"},
		{what: "a length without a unit", old: "language: en", new: "language: en\nlimits: {late_after: 10}"},
		{what: "an address to listen on without a port", old: "language: en", new: "language: en\nlisten: localhost"},
		// the mapping
		{what: "a connection that is not there", old: "    connection: helpdesk", new: "    connection: helpdesc"},
		{what: "a severity that is none", old: "{is: critical, when", new: "{is: crtical, when"},
		{
			what: "severities in the wrong order", old: "      - {is: noncritical}\n    status",
			new: "    status", well: true,
		},
		{
			what: "a rule that nothing reaches", old: "    severity:\n",
			new: "    severity:\n      - {is: noncritical}\n",
		},
		{
			what: "a condition that is none", old: "when: {field: Severity, in: [critical]}",
			new: "when: {filed: Severity, in: [critical]}",
		},
		{what: "values without a field", old: "when: {field: Severity, in: [critical]}", new: "when: {in: [critical]}"},
		{what: "a status class that is none", old: "is: waiting-customer", new: "is: waiting-client"},
		{what: "a status in two classes", old: "names: [Resolved]", new: "names: [Resolved, Closed]"},
		{what: "no status for work", old: "      - {is: working, names: [In Progress]}\n", new: "", well: true},
		{what: "a role that is none", old: "is: developers", new: "is: developer"},
		{what: "a role with nobody", old: "project_roles: [Manager]", new: "project_roles: []"},
		{
			what: "no support", old: "      - {is: support, project_roles: [Support engineer], lead: Petr Petrov}\n",
			new: "",
		},
		{what: "a field that is none", old: "is: notified-by-phone", new: "is: notified-by-fone"},
		{what: "a way to keep comments internal that is Jira's", old: "kind: private-note", new: "kind: jsm-internal"},
		// the contract
		{what: "a contract that is none", old: "use: kamal", new: "use: kamall"},
		{what: "a contract file that is not there", old: "use: kamal", new: "use: our.yaml"},
		{what: "a mapping that is not there", old: "    mapping: helpdesk", new: "    mapping: helpdesck"},
		{what: "no projects", old: "projects: [acme]", new: "projects: []"},
		{
			what: "days the wrong way round", old: "{from: 2026-01-01, to: 2026-12-31}",
			new: "{from: 2026-12-31, to: 2026-01-01}",
		},
		{what: "a day as people write it", old: "to: 2026-12-31", new: "to: 31.12.2026"},
		{what: "a day that no month has", old: "to: 2026-12-31", new: "to: 2026-11-31"},
		{
			what: "a contract that has ended", old: "{from: 2026-01-01, to: 2026-12-31}",
			new: "{from: 2025-01-01, to: 2025-12-31}", well: true,
		},
		{what: "a contract that ends soon", old: "to: 2026-12-31", new: "to: 2026-04-01", well: true},
		{what: "a contract that has not begun", old: "from: 2026-01-01", new: "from: 2026-06-01", well: true},
		{what: "a moment without an offset", old: "10:00:00+05:00", new: "10:00:00"},
		{what: "two contracts of one project", more: fmt.Sprintf(aSecond, "endocs-acme", "acme")},
		{what: "two contracts of one name", more: fmt.Sprintf(aSecond, "kamal-acme", "shop")},
		{what: "a unit that is none", old: "within: 15m", new: "within: 15min"},
		{what: "a number without a unit", old: "within: 15m", new: "within: 15"},
		{what: "an obligation that is none", old: "obligation: respond", new: "obligation: response"},
		{
			what: "a severity that the contract has not", old: "severity: critical, within",
			new: "severity: grave, within",
		},
		// what only the tracker knows
		{
			what: "a status that the tracker has not", old: "names: [Frozen]",
			new: "names: [Frosen]", live: true, nowhere: true, well: true,
		},
		{
			what: "a value that never occurs", old: "in: [critical]",
			new: "in: [critcal]", live: true, nowhere: true, well: true,
		},
		{
			what: "a project that is not there", old: "projects: [acme]",
			new: "projects: [acmee]", live: true, nowhere: true,
		},
		{
			what: "a lead who is nobody", old: "lead: Petr Petrov",
			new: "lead: Petr Petrof", live: true, nowhere: true, well: true,
		},
		{
			what: "a project role that is not there", old: "[Support engineer]",
			new: "[Support enginer]", live: true, nowhere: true,
		},
		{
			what: "a field that the tracker has not", old: "field: Phone notified at",
			new: "field: Phone notifed at", live: true, nowhere: true,
		},
		{what: "another tracker's address", old: "tracker.example.org", new: "www.example.org", live: true},
	}
}

var (
	goError = regexp.MustCompile(
		`[^.]yaml:|strconv|unmarshal|%!|<nil>|invalid character|parsing time|EOF|syscall|go-yaml`)
	spoken = regexp.MustCompile(`slabridge\.yaml:\d+:|(?m)^ *! |warning: |fault: |` +
		`предупреждение: |ошибка: `)
	faultPlace = regexp.MustCompile(`slabridge\.yaml:\d+:`)
)

// onlyHost is a network in which one host is known.
type onlyHost struct {
	name string
	next http.RoundTripper
}

func (h onlyHost) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host != h.name {
		unknown := &net.DNSError{Err: "no such host", Name: r.URL.Host, IsNotFound: true}
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: unknown}
	}
	return h.next.RoundTrip(r)
}

// Of each of these wrong configurations check says the place, the value and what is accepted, in both languages; none
// is silent, and none shows an error as it came from a library.
func TestWrongConfigurations(t *testing.T) {
	cases := wrongConfigs()
	goldens, err := filepath.Abs(filepath.Join("testdata", "wrong"))
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{"en", "ru"} {
		var all strings.Builder
		for _, c := range cases {
			n := newNewcomer(t)
			n.lang = lang
			tracker := redminesim.NewDesk(redminesim.Options{Clock: n.clock})
			n.transport = onlyHost{"tracker.example.org", tracker.Transport()}
			tracker.AddField("Phone notified at")
			for _, severity := range []string{"critical", "minor", "non-critical"} {
				n.redmineRequest(tracker, "acme", n.now.AddDate(0, 0, -7), map[string]string{"Severity": severity}, "In Progress",
					"Waiting for customer", "Resolved")
			}
			n.must(os.WriteFile(n.file("slabridge.key"), []byte(tracker.Key("sla-bot")+"\n"), 0o600))
			t.Chdir(n.folder)
			const file = "slabridge.yaml"
			if c.make == nil {
				if c.old != "" && !strings.Contains(rightConfig, c.old) {
					t.Fatalf("%s: the right one has no %q", c.what, c.old)
				}
				text := strings.Replace(rightConfig, c.old, c.new, 1) + c.more
				n.must(os.WriteFile(file, []byte(text), 0o600))
			} else {
				c.make(t, file)
			}
			args := []string{"check"}
			if c.live {
				args = append(args, "--live")
			}
			var said bytes.Buffer
			a := newApp(strings.NewReader(""), &said, &said, n.clock)
			a.transport = n.transport
			code := a.run(append([]string{"--config", file, "--lang", lang}, args...))
			out := said.String()
			fmt.Fprintf(&all, "## %s\n%s\n", c.what, out)
			if found := goError.FindString(out); found != "" {
				t.Errorf("%s, %s: a library's own words, %q:\n%s", c.what, lang, found, out)
			}
			if c.well != (code == exitOK) {
				t.Errorf("%s, %s: exit code %d:\n%s", c.what, lang, code, out)
			}
			if c.make == nil && !spoken.MatchString(out) {
				t.Errorf("%s, %s: nothing is said of it:\n%s", c.what, lang, out)
			}
			if !c.well && !c.nowhere && !faultPlace.MatchString(out) {
				t.Errorf("%s, %s: no place:\n%s", c.what, lang, out)
			}
		}
		golden := filepath.Join(goldens, lang+".txt")
		if *update {
			n := newNewcomer(t)
			n.must(os.MkdirAll(filepath.Dir(golden), 0o755))
			n.must(os.WriteFile(golden, []byte(all.String()), 0o644))
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), all.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", golden, diff)
		}
	}
	if len(cases) < 60 {
		t.Errorf("%d wrong configurations", len(cases))
	}
}
