package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"
)

// mistakes are what people get wrong in a configuration: what they write in the place of what, the exit code of
// `check --live`, and what it says: the place, the value, and what is accepted or was meant.
var mistakes = []struct {
	old, new string
	code     int
	want     []string
}{
	{
		"state: slabridge.db",
		"stat: slabridge.db",
		exitUsage,
		[]string{
			`:3: "stat" is not a key here`,
			`did you mean "state"?`,
		},
	},
	{"state: slabridge.db", "state:", exitUsage, []string{":3: state: is empty"}},
	{"language: en", "language: eng", exitUsage, []string{`:4: language: "eng"`, "accepted: ru, en"}},
	{
		`listen: "off"`,
		"listen: 8427",
		exitUsage,
		[]string{
			`:5: listen: "8427" is not an address`,
			"write 127.0.0.1:8427 or off",
		},
	},
	{
		`listen: "off"`,
		"listen: 0.0.0.0:8427",
		exitUsage,
		[]string{
			`:5: listen: "0.0.0.0:8427"`,
			"write 127.0.0.1:8427",
		},
	},
	{
		"connections:",
		"conections:",
		exitUsage,
		[]string{
			`"conections" is not a key here`,
			`did you mean "connections"?`,
		},
	},
	{
		"kind: redmine",
		"kind: Redmine",
		exitUsage,
		[]string{
			`:9: connections[0].kind: "Redmine"`,
			"accepted: redmine, jira",
		},
	},
	{"kind: redmine", "kind: jira", exitUsage, []string{"connections[0].auth: must be", "{pat}"}},
	{
		"url: http://127.0.0.1",
		"url: 127.0.0.1",
		exitUsage,
		[]string{
			`:10: connections[0].url: "127.0.0.1" is not a tracker's address`,
			"write https://tracker.example.org",
		},
	},
	{
		"url: http://127.0.0.1",
		"url: htps://127.0.0.1",
		exitUsage,
		[]string{
			`:10: connections[0].url: "htps://127.0.0.1" is not`,
			"write https://tracker.example.org",
		},
	},
	{
		"url: http://127.0.0.1",
		"url: http://127.0.0.1/projects/acme",
		exitTracker,
		[]string{
			`connections[0].url: "http://127.0.0.1/projects/acme" looks like the address of a page`,
			"write what stands before it: http://127.0.0.1",
			"does not answer as it should",
		},
	},
	{
		"url: http://127.0.0.1",
		"url: https://tracker.example.org/login?back=1",
		exitUsage,
		[]string{
			":10: connections[0].url: has a ? or # part",
		},
	},
	{
		"url: http://127.0.0.1",
		"url: http://user:pw@127.0.0.1",
		exitUsage,
		[]string{
			":10: connections[0].url: holds a name or password",
		},
	},
	{
		"url: http://127.0.0.1",
		"url: http://tracker.example.org",
		exitOK,
		[]string{
			`:10: warning: connections[0].url: "http://tracker.example.org" sends the secret in plain text; use https`,
		},
	},
	{
		"{file: demo.key}",
		"{file: dem.key}",
		exitUsage,
		[]string{
			":11: connections[0].auth.api_key.file: the secret's file cannot be read: no such file",
		},
	},
	{
		"{api_key: {file: demo.key}}",
		"{apikey: {file: demo.key}}",
		exitUsage,
		[]string{
			":11: connections[0].auth",
			"api_key",
		},
	},
	{
		"{api_key: {file: demo.key}}",
		`{api_key: "${NO_SUCH_KEY}"}`,
		exitUsage,
		[]string{
			":11: connections[0].auth.api_key",
			"NO_SUCH_KEY",
		},
	},
	{
		`poll: "@every 1m"`,
		`poll: "every 1m"`,
		exitUsage,
		[]string{
			`:12: connections[0].poll: "every 1m" is not a schedule`,
			"or @every 1m",
		},
	},
	{
		`poll: "@every 1m"`,
		`poll: "1m"`,
		exitUsage,
		[]string{
			`:12: connections[0].poll: "1m" is not a schedule`,
			"or @every 1m",
		},
	},
	{
		"    connection: helpdesk",
		"    connection: Helpdesk",
		exitUsage,
		[]string{
			`:16: mappings[0].connection: "Helpdesk"`,
			`did you mean "helpdesk"?`,
		},
	},
	{
		"is: critical, when",
		"is: critcal, when",
		exitUsage,
		[]string{
			`:18: mappings[0].severity[0].is: "critcal"`,
			`did you mean "critical"?`,
		},
	},
	{
		"{field: Severity, in: [critical]}",
		"{field: severity, in: [critical]}",
		exitUsage,
		[]string{
			`mappings[0].severity[0].when.field: "severity"`,
			`did you mean "Severity"`,
		},
	},
	{
		"{field: Severity, in: [critical]}",
		"{field: Severty, in: [critical]}",
		exitUsage,
		[]string{
			`mappings[0].severity[0].when.field: "Severty"`,
			`did you mean "Severity"`,
		},
	},
	{
		"{field: Severity, in: [critical]}",
		"{field: Severity, in: [Critical]}",
		exitOK,
		[]string{
			`mappings[0].severity[0].when.in: "Critical" was never seen`,
			`did you mean "critical"?`,
		},
	},
	{
		"{field: Severity, in: [critical]}",
		"{field: Severity, in: critical outage}",
		exitOK,
		[]string{
			`mappings[0].severity[0].when.in: "critical outage" was never seen`,
			`did you mean "critical"?`,
		},
	},
	{
		"{field: Severity, in: [critical]}",
		"{field: Severity, in: [Crítica]}",
		exitOK,
		[]string{
			`mappings[0].severity[0].when.in: "Crítica" was never seen`,
			"seen are critical 1, minor 1",
		},
	},
	{
		"{field: Severity, in: [critical]}",
		"{field: Severity, in: []}",
		exitUsage,
		[]string{
			":18: mappings[0].severity[0].when.in: is an empty list",
		},
	},
	{
		"{field: Severity, in: [critical]}",
		"{field: Severity, values: [critical]}",
		exitUsage,
		[]string{
			`:18: mappings[0].severity[0].when: "values" is not a key here; accepted: field, in`,
		},
	},
	{
		"{field: Severity, in: [critical]}",
		"{priority: [Urgentt]}",
		exitUsage,
		[]string{
			`mappings[0].severity[0].when.priority[0]: "Urgentt"`,
			`did you mean "Urgent"`,
		},
	},
	{
		"{field: Severity, in: [critical]}",
		"{tracker: [Buug]}",
		exitUsage,
		[]string{
			`mappings[0].severity[0].when.tracker[0]: "Buug"`,
			`did you mean "Bug"`,
		},
	},
	{
		"{field: Severity, in: [critical]}",
		"{category: [Network]}",
		exitUsage,
		[]string{
			`mappings[0].severity[0].when.category[0]: "Network"`,
			"categories are given by id",
		},
	},
	{
		"{field: Severity, in: [critical]}",
		"{author_role: [custmer]}",
		exitUsage,
		[]string{
			`mappings[0].severity[0].when.author_role[0]: "custmer"`,
			`did you mean "customer"?`,
		},
	},
	{
		"      - {is: minor, when",
		"      - {is: noncritical}\n      - {is: minor, when",
		exitUsage,
		[]string{
			`mappings[0].severity[2]: "minor" is never reached`,
		},
	},
	{"      - {is: noncritical}\n", "", exitOK, []string{"mappings[0].severity: has no last entry without `when`"}},
	{
		"is: new, names",
		"is: neu, names",
		exitUsage,
		[]string{
			`:22: mappings[0].status[0].is: "neu"`,
			`did you mean "new"?`,
		},
	},
	{
		"names: [In Progress]",
		"names: [In progress]",
		exitOK,
		[]string{
			`mappings[0].status[1].names[0]: "In progress"`,
			`did you mean "In Progress"`,
		},
	},
	{
		"names: [In Progress]",
		"name: [In Progress]",
		exitUsage,
		[]string{
			`:23: mappings[0].status[1]: "name" is not a key here`,
			`did you mean "names"?`,
		},
	},
	{
		"names: [In Progress]",
		"names: In Progress, Working",
		exitUsage,
		[]string{
			`:23: mappings[0].status[1]: "Working" is not a key here`,
		},
	},
	{
		"names: [Closed, Rejected]",
		"names: [Closed, Resolved]",
		exitUsage,
		[]string{
			`:27: mappings[0].status[5].names[1]: "Resolved" is in two classes`,
		},
	},
	{
		"      - {is: resolved, names: [Resolved]}\n",
		"",
		exitOK,
		[]string{
			`mappings[0].status: "Resolved": no class is given for this status`,
			"add it to one of",
		},
	},
	{
		"names: [Resolved]",
		"categories: [done]",
		exitUsage,
		[]string{
			`:26: mappings[0].status[4].categories: "done"`,
			"write names",
		},
	},
	{
		"project_roles: [Support engineer]",
		"project_roles: [Support enginer]",
		exitUsage,
		[]string{
			`mappings[0].roles[0].project_roles[0]: "Support enginer"`,
			`did you mean "Support engineer"?`,
		},
	},
	{
		"project_roles: [Support engineer]",
		"roles: [Support engineer]",
		exitUsage,
		[]string{
			`:29: mappings[0].roles[0]: "roles" is not a key here; accepted: is, project_roles`,
		},
	},
	{
		"is: support, project",
		"is: suport, project",
		exitUsage,
		[]string{
			`:29: mappings[0].roles[0].is: "suport"`,
			`did you mean "support"?`,
		},
	},
	{
		"lead: Ivan Ivanov",
		"lead: Ivan Ivanow",
		exitOK,
		[]string{
			`mappings[0].roles[0].lead[0]: "Ivan Ivanow"`,
			`did you mean "Ivan Ivanov"`,
		},
	},
	{
		"lead: Ivan Ivanov",
		"lead: ivanov@example.org",
		exitOK,
		[]string{
			`mappings[0].roles[0].lead[0]: "ivanov@example.org"`,
			`it has "Ivan Ivanov"`,
		},
	},
	{
		"users: [Olga Orlova]",
		"users: [Olga Orlowa]",
		exitUsage,
		[]string{
			`mappings[0].roles[2].users[0]: "Olga Orlowa"`,
			`did you mean "Olga Orlova"`,
		},
	},
	{"users: [Olga Orlova]", "groups: [Bosses]", exitUsage, []string{`mappings[0].roles[2].groups[0]: "Bosses"`}},
	{
		"internal: {kind: private-note}",
		"internal: {kind: private}",
		exitUsage,
		[]string{
			`:33: mappings[0].internal.kind: "private"`,
			"accepted: private-note",
		},
	},
	{"use: kamal", "use: kamall", exitUsage, []string{`:36: contracts[0].use: "kamall"`, `did you mean "kamal"?`}},
	{
		"use: kamal",
		"use: own.yaml",
		exitUsage,
		[]string{
			`:36: contracts[0].use: "own.yaml" cannot be read: there is no such file`,
		},
	},
	{
		"id: kamal-acme",
		"id: kamal acme",
		exitUsage,
		[]string{
			`:37: contracts[0].id: "kamal acme" is not an id; write letters`,
		},
	},
	{
		"mapping: helpdesk\n",
		"mapping: heldesk\n",
		exitUsage,
		[]string{
			`:38: contracts[0].mapping: "heldesk"`,
			`did you mean "helpdesk"?`,
		},
	},
	{
		"projects: [acme]",
		"projects: [Acm]",
		exitUsage,
		[]string{
			`contracts[0].projects[0]: "Acm"`,
			`did you mean "acme"`,
		},
	},
	{"projects: [acme]", "projects: []", exitUsage, []string{":39: contracts[0].projects: is an empty list"}},
	{
		"projects: [acme]",
		"project: [acme]",
		exitUsage,
		[]string{
			`:39: contracts[0]: "project" is not a key here`,
			`did you mean "projects"?`,
		},
	},
	{
		"projects: [acme]",
		"projects: [acme]\n    plan: gold",
		exitUsage,
		[]string{
			`:40: contracts[0].plan: "gold" is given, and contract kamal knows no plans`,
		},
	},
	{
		"projects: [acme]",
		"projects: [acme]\n    valid: {from: 01.01.2026}",
		exitUsage,
		[]string{
			`:40: contracts[0].valid.from: "01.01.2026" is not a date; write 2026-03-23`,
		},
	},
	{
		"projects: [acme]",
		"projects: [acme]\n    valid: {from: 2026-12-31, to: 2026-01-01}",
		exitUsage,
		[]string{
			`:40: contracts[0].valid.to: "2026-01-01" lies before from`,
		},
	},
	{
		"projects: [acme]",
		"projects: [acme]\n    valid: {from: 2025-01-01, to: 2025-12-31}",
		exitOK,
		[]string{
			"the contract ended on 2025-12-31",
			"contracts[0].valid.to",
		},
	},
	{
		"projects: [acme]",
		"projects: [acme]\n    valid: {from: 2026-01-01, to: 2026-04-30}",
		exitOK,
		[]string{
			"the contract ends on 2026-04-30",
			"contracts[0].valid.to",
		},
	},
	{
		"projects: [acme]",
		"projects: [acme]\n    valid: {from: 2027-01-01}",
		exitOK,
		[]string{
			"the contract begins on 2027-01-01",
		},
	},
	{
		"projects: [acme]",
		"projects: [acme]\n    enforce_from: tomorrow",
		exitUsage,
		[]string{
			`:40: contracts[0].enforce_from: "tomorrow" is not a moment; write 2026-03-01`,
		},
	},
	{
		"projects: [acme]",
		"projects: [acme]\n    enforce_from: 2062-03-01",
		exitOK,
		[]string{
			"what comes due before 2062-03-01 is never written about: enforce_from",
		},
	},
	{
		"projects: [acme]",
		"projects: [acme]\n    change: [{obligation: respnd, within: 15m}]",
		exitUsage,
		[]string{
			`:40: contracts[0].change[0].obligation: "respnd"`,
			`did you mean "respond"?`,
		},
	},
	{
		"projects: [acme]",
		"projects: [acme]\n    change: [{obligation: respond, severity: critical, within: 15}]",
		exitUsage,
		[]string{
			`:40: contracts[0].change[0].within: "15" is not a term; write 20m`,
		},
	},
	{
		"projects: [acme]",
		"projects: [acme]\n    change: [{obligation: respond, severity: critcal, within: 15m}]",
		exitUsage,
		[]string{
			`:40: contracts[0].change[0].severity: "critcal"`,
			`did you mean "critical"?`,
		},
	},
	{
		"projects: [acme]",
		"projects: [acme]\n    calendar: {zone: Almaty}",
		exitUsage,
		[]string{
			`zone "Almaty" is not known; write a name like Asia/Almaty`,
		},
	},
	{
		"projects: [acme]",
		"projects: [acme]\n    calendar: {hours: Mon-Fri 9-18}",
		exitUsage,
		[]string{
			`:40: contracts[0].calendar.hours: "Mon-Fri 9-18"`,
			"write 09:00",
		},
	},
	{
		"projects: [acme]",
		"projects: [acme]\n    calendar: {days: KAZ}",
		exitUsage,
		[]string{
			`:40: contracts[0].calendar.days: "KAZ"`,
			`did you mean "KZ"?`,
		},
	},
	{
		"projects: [acme]",
		"projects: [acme]\n    when: [{field: Severity, in: [Critical]}]",
		exitOK,
		[]string{
			`contracts[0].when[0].in: "Critical" was never seen`,
			`did you mean "critical"?`,
		},
	},
	{
		"    internal:",
		"    priorities: [High, Low]\n    internal:",
		exitUsage,
		[]string{
			`mappings[0].priorities[1]: "Low": priorities go from the lowest to the highest`,
		},
	},
	{
		"    internal:",
		"    priorities: [Low, Hihg]\n    internal:",
		exitOK,
		[]string{
			`mappings[0].priorities[1]: "Hihg"`,
			`did you mean "High"`,
		},
	},
	{
		"    internal:",
		"    fields: [{is: recieved, field: Severity}]\n    internal:",
		exitUsage,
		[]string{
			`:33: mappings[0].fields[0].is: "recieved"`,
			`did you mean "received"?`,
		},
	},
	{
		"    internal:",
		"    fields: [{is: received, field: Nowhere}]\n    internal:",
		exitUsage,
		[]string{
			`mappings[0].fields[0].field: "Nowhere"`,
			`it has "Severity"`,
		},
	},
	{
		"    internal:",
		"    fields: [{is: received, field: Severity}]\n    internal:",
		exitOK,
		[]string{
			`the field "Severity" (received) is ignored: "critical" is not a moment; write it as 2026-11-27 12:40`,
		},
	},
	{
		"    internal:",
		"    fields: [{is: hold, field: Severity, in: [\"да\"]}]\n    internal:",
		exitOK,
		[]string{
			`mappings[0].fields[0].in: "да" was never seen`,
			"seen are critical 1, minor 1",
		},
	},
	{"    internal:", "\tinternal:", exitUsage, []string{":33: is indented with a tab; indent with blanks alone"}},
	{
		"    internal:",
		"    internal: {kind: private-note}\n    internal:",
		exitUsage,
		[]string{
			":34: mappings[0].internal: is given twice; first on line 33",
		},
	},
}

// No mistake is silent: each is told with its place, its value and what is accepted.
func TestMistakes(t *testing.T) {
	d := newOffice(t)
	d.report("Nobody can log in", "critical")
	d.report("A letter is missing", "minor")
	d.want(exitOK, "sync")
	well := unfolded(d.want(exitOK, "check", "--live").out)
	text := demoYAML("en", demoRedmine{d.sim})
	if len(mistakes) < 60 {
		t.Errorf("%d mistakes are tried, want 60", len(mistakes))
	}
	for _, m := range mistakes {
		if !strings.Contains(text, m.old) {
			t.Fatalf("the configuration has no %q", m.old)
		}
		d.check(os.WriteFile(d.file("slabridge.yaml"), []byte(strings.Replace(text, m.old, m.new, 1)), 0o600))
		o := d.run("check", "--live")
		said := unfolded(o.out + o.err)
		if o.code != m.code {
			t.Errorf("%q for %q: exit code %d, want %d\n%s", m.new, m.old, o.code, m.code, said)
		}
		for _, want := range m.want {
			if !strings.Contains(said, want) || strings.Contains(well, want) {
				t.Errorf("%q for %q: want %q in\n%s", m.new, m.old, want, said)
			}
		}
	}
}

// A file that was saved in another way is read, or told of by the way it was saved; what it holds is not shown.
func TestMistakesOfEncoding(t *testing.T) {
	d := newOffice(t)
	text := strings.Replace(demoYAML("en", demoRedmine{d.sim}), "# The demo", "# Для Ивана. The demo", 1)
	utf16le := func(s string) string {
		var b []byte
		for _, x := range utf16.Encode([]rune(s)) {
			b = append(b, byte(x), byte(x>>8))
		}
		return string(b)
	}
	windows1251 := func(s string) string {
		var b []byte
		for _, r := range s {
			if r >= 'А' && r <= 'я' {
				r += 0xC0 - 'А'
			}
			b = append(b, byte(r))
		}
		return string(b)
	}
	for name, c := range map[string]struct {
		text string
		code int
		want string
	}{
		"UTF-8 with a byte order mark": {"\ufeff" + text, exitOK, "no faults"},
		"UTF-16 with one":              {utf16le("\ufeff" + text), exitOK, "no faults"},
		"UTF-16 without":               {utf16le(text), exitUsage, "is UTF-16 without a byte order mark, or no text at all"},
		"Windows-1251": {
			windows1251(text), exitUsage,
			":1: is not UTF-8: it was saved as Windows-1251 or in another encoding; save it as UTF-8",
		},
		"lines of Windows": {strings.ReplaceAll(text, "\n", "\r\n"), exitOK, "no faults"},
		"tabs":             {strings.ReplaceAll(text, "    ", "\t"), exitUsage, "is indented with a tab"},
		"no-break spaces": {
			strings.Replace(text, "    url", "\u00a0\u00a0url", 1), exitUsage, "looks like a blank (U+00A0)",
		},
		"a control character": {
			strings.Replace(text, "    url", "\x03   url", 1), exitUsage, ":10: holds the control character",
		},
		"typographic quotes": {
			strings.Replace(text, `"@every 1m"`, "“@every 1m”", 1), exitUsage, ":12: connections[0].poll:",
		},
		"a letter of another alphabet": {
			strings.Replace(text, "is: critical", "is: \u0441ritical", 1), exitUsage,
			"accepted: critical, minor, noncritical",
		},
		"nothing": {"", exitUsage, "is empty"},
		"a page":  {"<html>s3cret</html>", exitUsage, ":1: is not a configuration of slabridge: it has none of the keys"},
	} {
		d.check(os.WriteFile(d.file("slabridge.yaml"), []byte(c.text), 0o600))
		o := d.run("check")
		said := unfolded(o.out + o.err)
		if o.code != c.code || !strings.Contains(said, c.want) || strings.Contains(said, "s3cret") {
			t.Errorf("%s: exit code %d, want %d and %q in\n%s", name, o.code, c.code, c.want, said)
		}
	}
}

// An address at which no tracker answers is told with its place, its value and what to write, for each kind of tracker.
func TestMistakesOfAddress(t *testing.T) {
	d := newOffice(t)
	start := func(server func(http.Handler) *httptest.Server, h http.Handler) *httptest.Server {
		s := server(h)
		t.Cleanup(s.Close)
		return s
	}
	page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<html>Welcome</html>"))
	})
	plain, secure := start(httptest.NewServer, page), start(httptest.NewTLSServer, page)
	nothing := start(httptest.NewServer, http.NotFoundHandler())
	moved := start(httptest.NewServer, http.RedirectHandler("https://tracker.example.org/", http.StatusMovedPermanently))
	var listens net.ListenConfig
	l, err := listens.Listen(t.Context(), "tcp", "127.0.0.1:0")
	d.check(err)
	closed := "http://" + l.Addr().String()
	d.check(l.Close())
	for kind, text := range map[string]string{
		"redmine": demoYAML("en", demoRedmine{d.sim}),
		"jira": strings.NewReplacer("kind: redmine", "kind: jira", "{api_key: {file", "{pat: {file", "private-note",
			"jsm-internal").Replace(demoYAML("en", demoRedmine{d.sim})),
	} {
		for address, want := range map[string]string{
			plain.URL: "not JSON; check url of this connection: this does not look like",
			strings.Replace(plain.URL, "http:", "https:", 1):  "and something without TLS answers at its port",
			strings.Replace(secure.URL, "https:", "http:", 1): "its port speaks https: write https://",
			secure.URL:  "as `ca` of this connection",
			nothing.URL: "check url of this connection: this does not look like",
			moved.URL:   "redirected to https://tracker.example.org",
			closed:      "check that the tracker runs and that its address and certificate are right",
		} {
			file := filepath.Join(d.folder, "slabridge.yaml")
			d.check(os.WriteFile(file, []byte(strings.Replace(text, "url: http://127.0.0.1", "url: "+address, 1)), 0o600))
			var out, errs strings.Builder
			a := newApp(strings.NewReader(""), &out, &errs, d.clock)
			code := a.run([]string{"--config", file, "--lang", "en", "check", "--live"})
			said := unfolded(errs.String())
			place := `slabridge.yaml:10: connections[0].url: "` + address + `" does not answer as it should:`
			if code != exitTracker || !strings.Contains(said, want) || !strings.Contains(said, place) {
				t.Errorf("%s at %s: exit code %d, want %q and %q in\n%s", kind, address, code, place, want, said)
			}
		}
	}
}
