package main

import (
	"bytes"
	"cmp"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slabridge/connectors/jira/jirasim"
	"slabridge/connectors/redmine/redminesim"
	"slabridge/connectors/sim"
)

// newcomer is an admin with nothing but the program and a tracker, in a folder of their own.
type newcomer struct {
	t         *testing.T
	folder    string
	now       time.Time
	began     time.Time // from when now goes on; zero while it stands still
	transport http.RoundTripper
	key       string
	lang      string
}

// newNewcomer begins on Monday 16 March 2026, 10:00 in Almaty.
func newNewcomer(t *testing.T) *newcomer {
	t.Helper()
	return &newcomer{t: t, folder: t.TempDir(), lang: "en", now: time.Date(2026, 3, 16, 5, 0, 0, 0, time.UTC)}
}

func (n *newcomer) clock() time.Time {
	if n.began.IsZero() {
		return n.now
	}
	return n.now.Add(time.Since(n.began))
}

func (n *newcomer) file(name string) string { return filepath.Join(n.folder, name) }

func (n *newcomer) must(err error) {
	n.t.Helper()
	if err != nil {
		n.t.Fatal(err)
	}
}

// want runs the program, what is typed coming from a pipe, and gives all that it says.
func (n *newcomer) want(code int, typed string, args ...string) string {
	n.t.Helper()
	var out bytes.Buffer
	a := newApp(strings.NewReader(typed), &out, &out, n.clock)
	a.transport = n.transport
	got := a.run(append([]string{"--config", n.file("slabridge.yaml"), "--lang", n.lang}, args...))
	if got != code {
		n.t.Fatalf("slabridge %s: exit code %d, want %d\n%s", strings.Join(args, " "), got, code, out.String())
	}
	return out.String()
}

// answers writes a file of answers, and the key as an admin would keep it.
func (n *newcomer) answers(lines ...string) string {
	n.t.Helper()
	n.must(os.WriteFile(n.file("answers.yaml"), []byte(strings.Join(lines, "\n")+"\n"), 0o600))
	n.must(os.WriteFile(n.file("slabridge.key"), []byte(n.key+"\n"), 0o600))
	return n.file("answers.yaml")
}

func (n *newcomer) written() string {
	n.t.Helper()
	text, err := os.ReadFile(n.file("slabridge.yaml"))
	n.must(err)
	return string(text)
}

// defaultRedmine is a Redmine as its own default data makes it: Manager, Developer and Reporter, no field but the
// standard ones, and two weeks of requests in one of two projects.
func (n *newcomer) defaultRedmine() *redminesim.Server {
	n.t.Helper()
	sim := redminesim.NewDesk(redminesim.Options{Clock: n.clock})
	n.transport, n.key = sim.Transport(), sim.Key("sla-bot")
	sim.AddProject("shop", "Shop", "")
	sim.AddProject("shop-app", "Shop: the app", "shop")
	for _, project := range []string{"shop", "shop-app"} {
		for login, role := range map[string]string{
			"sla-bot": "SLA bot", "petrov": "Developer", "ivanov": "Developer", "sidorov": "Manager", "romashkin": "Reporter",
		} {
			sim.AddMember(project, login, role)
		}
	}
	sim.DropField("Severity")
	sim.RemoveStatus("Frozen")
	sim.RemoveStatus("Waiting for customer")
	for day := range 12 {
		n.redmineRequest(sim, "shop", n.now.AddDate(0, 0, -day-2), nil, "In Progress", "Feedback", "Resolved")
	}
	return sim
}

// russianRedmine is a desk with statuses and fields of its own.
func (n *newcomer) russianRedmine() *redminesim.Server {
	n.t.Helper()
	n.lang = "ru"
	sim := redminesim.NewDesk(redminesim.Options{Clock: n.clock, Language: "ru"})
	n.transport, n.key = sim.Transport(), sim.Key("sla-bot")
	for was, is := range map[string]string{
		"В работе":           "Выполняется 1-й линией",
		"Ожидание заказчика": "Уточнение у клиента",
		"Решена":             "Сделано",
		"Заморожена":         "Стоит",
	} {
		sim.RenameStatus(was, is)
	}
	sim.DropField("Критичность")
	classes := []string{"Критичный сбой", "Некритичный сбой", "Мелочь"}
	sim.AddField("Класс сбоя", classes...)
	sim.AddField("Выезд согласован (дата)")
	for day := range 12 {
		n.redmineRequest(sim, "acme", n.now.AddDate(0, 0, -day-2), map[string]string{"Класс сбоя": classes[day%3]},
			"Выполняется 1-й линией", "Уточнение у клиента", "Сделано")
	}
	return sim
}

// redmineRequest is one request of the past: taken by petrov, answered, put to the customer, who answers, and solved.
func (n *newcomer) redmineRequest(tracker *redminesim.Server, project string, at time.Time, fields map[string]string,
	working, waiting, solved string,
) {
	n.t.Helper()
	id, err := tracker.As("romashkin").At(at).Create(redminesim.NewIssue{
		Project: project, Subject: "It does not work", Fields: fields,
	})
	n.must(err)
	for k, step := range []struct {
		who    string
		change redminesim.Change
	}{
		{"petrov", redminesim.Change{Status: working, Assignee: "petrov", Note: "We look into it."}},
		{"petrov", redminesim.Change{Status: waiting, Note: "Which version is it?"}},
		{"romashkin", redminesim.Change{Note: "The last one."}},
		{"petrov", redminesim.Change{Status: solved, Note: "Done."}},
	} {
		_, err := tracker.As(step.who).At(at.Add(time.Duration(k+1)*time.Hour)).Update(id, step.change)
		n.must(err)
	}
}

// readsOnly holds the requests that a tracker got to those that read.
func (n *newcomer) readsOnly(requests []sim.Request) {
	n.t.Helper()
	if len(requests) == 0 || len(requests) > 500 {
		n.t.Errorf("init takes %d requests", len(requests))
	}
	for _, r := range requests {
		if r.Method != http.MethodGet && !strings.HasPrefix(r.Path, "/rest/api/2/search") &&
			!strings.HasSuffix(r.Path, "/bulkfetch") {
			n.t.Errorf("init wrote: %s %s", r.Method, r.Path)
		}
	}
}

// Redmine's default data: what its names cannot tell is asked for, by counts, and a file answers. Nobody is called
// support there, and nothing but the priority tells how grave a request is.
func TestInitOnRedminesDefaultData(t *testing.T) {
	n := newNewcomer(t)
	tracker := n.defaultRedmine()
	out := n.want(exitOK, "", "init", "http://tracker.example.org/projects/shop/issues?set_filter=1", "--answers",
		n.answers("contract: kamal", "subproject.shop-app: no", "role.Developer: support",
			"users.developers: [Ivan Ivanov]",
			"severity.by: priority", "severity.High: critical", "valid.from: 2026-01-01", "valid.to: 2026-12-31"))
	n.readsOnly(tracker.Requests())
	contains(t, "init", unfolded(out), "Redmine answers at https://tracker.example.org",
		"account: SLA Bot (sla-bot, id 5)",
		"Feedback: waits for the customer (in it now 0; the customer ended it: 12 of 12)",
		"Developer: support (members 2, opened 0, assigned 12, notes 36, internal 0)",
		"lead of support: Petr Petrov (assigned 12 of the last 12, active)", "received, noncritical failure: 12",
		"in time 12 of 12",
		"rights the account needs:", "enforce")
	contains(t, "slabridge.yaml", n.written(), "- {is: critical, when: {priority: [Immediate, Urgent, High]}}",
		"- {is: noncritical}   # the rest: Normal 12, empty 0", "- {is: waiting-customer, names: [Feedback]}",
		"- {is: support, project_roles: [Developer], lead: Petr Petrov}", "- {is: customer, project_roles: [Reporter]}",
		"- {is: developers, users: [Ivan Ivanov], lead: Ivan Ivanov}", "valid: {from: 2026-01-01, to: 2026-12-31}",
		"enforce_from: 2026-03-16T10:00:00+05:00", "auth: {api_key: {file: slabridge.key}}", "projects: [shop]")
	n.firstReceipt(func() {
		_, err := tracker.As("romashkin").Create(redminesim.NewIssue{Project: "shop", Subject: "Trial"})
		n.must(err)
	})
}

// A Russian desk that has renamed everything, by the lines of a pipe: the status that a customer's answer ends is known
// by that, whatever it is called, and the file and its comments are in Russian.
func TestInitOnARussianDesk(t *testing.T) {
	n := newNewcomer(t)
	tracker := n.russianRedmine()
	typed := strings.Join([]string{
		n.key, "kamal", "", "minor", "", "2026-01-01", "",
	}, "\n") + "\n"
	out := n.want(exitOK, typed, "init", "tracker.example.org")
	n.readsOnly(tracker.Requests())
	if strings.Contains(out, n.key) {
		t.Errorf("the key is shown:\n%s", out)
	}
	contains(t, "init", unfolded(out),
		"Уточнение у клиента: ждёт заказчика "+
			"(сейчас в нём 0; прервал заказчик: 12 из 12)",
		"задано вопросов: 7", "глазами договора",
		"Насколько критично Мелочь?")
	contains(t, "slabridge.yaml", n.written(), "language: ru",
		`- {is: critical, when: {field: Класс сбоя, in: [Критичный сбой]}}`, "Сделано",
		"on-site-agreed",
		"Не отслеживается, пока для этого нет поля")
	info, err := os.Stat(n.file("slabridge.key"))
	n.must(err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the key file has mode %v", info.Mode())
	}
	n.firstReceipt(func() {
		_, err := tracker.As("romashkin").Create(redminesim.NewIssue{
			Project: "acme", Subject: "Проба",
			Fields: map[string]string{"Класс сбоя": "Критичный сбой"},
		})
		n.must(err)
	})
	text := n.written()
	again := n.want(exitOK, "kamal\n\nminor\nнет\n2026-02-01\n\n", "init", "tracker.example.org")
	contains(t, "the second run", again, "уже есть: ничего не записано",
		"-     valid: {from: 2026-01-01}\n  +     valid: {from: 2026-02-01}")
	if n.written() != text {
		t.Error("the second run wrote")
	}
}

// firstReceipt makes a first pass, lets a customer send a trial request, and wants its receipt of the next pass.
func (n *newcomer) firstReceipt(trial func()) {
	n.t.Helper()
	n.want(exitOK, "", "check")
	n.want(exitOK, "", "check", "--live")
	n.now = n.now.Add(time.Minute)
	trial()
	n.now = n.now.Add(time.Minute)
	out := n.want(exitOK, "", "enforce")
	if !strings.Contains(out, "at the start") && !strings.Contains(out, "в начале") {
		n.t.Errorf("the first pass writes no receipt of the trial request:\n%s", out)
	}
}

// jiraDeskOf is a desk on one of the two Jiras, with requests of the last days.
func (n *newcomer) jiraDeskOf(cloud bool) *jirasim.Server {
	n.t.Helper()
	tracker := jirasim.NewDesk(jirasim.Options{Cloud: cloud, ServiceDesk: true, Clock: n.clock})
	n.transport, n.key = tracker.Transport(), tracker.Key("sla-bot")
	for day := range 8 {
		at := n.now.AddDate(0, 0, -day-2)
		id, err := tracker.As("romashkin").At(at).Create(jirasim.NewIssue{
			Project: "ACME", Subject: "It does not work", RequestType: "Report a fault",
			Fields: map[string]string{"Severity": []string{"critical", "non-critical"}[day%2]},
		})
		n.must(err)
		for k, step := range []struct {
			who    string
			change jirasim.Change
		}{
			{"petrov", jirasim.Change{Status: "In Progress", Assignee: "petrov", Note: "We look into it."}},
			{"petrov", jirasim.Change{Status: "Feedback", Note: "Which version is it?"}},
			{"romashkin", jirasim.Change{Note: "The last one."}},
			{"petrov", jirasim.Change{Status: "Resolved"}},
		} {
			n.must(tracker.As(step.who).At(at.Add(time.Duration(k+1)*time.Hour)).Update(id, step.change))
		}
	}
	return tracker
}

// Jira Cloud with a service desk, by a file of answers.
func TestInitOnJiraCloud(t *testing.T) {
	n := newNewcomer(t)
	tracker := n.jiraDeskOf(true)
	out := n.want(exitOK, "", "init", "example.atlassian.net/browse/ACME-1", "--contract", "kamal",
		"--answers", n.answers("user: "+tracker.Email("sla-bot")))
	n.readsOnly(tracker.Requests())
	contains(t, "init", unfolded(out), "Feedback: waits for the customer (in it now 0; the customer ended it: 8 of 8)",
		"internal comments: jsm-internal")
	contains(t, "slabridge.yaml", n.written(), "auth: {user: \"sla-bot@example.org\", token: {file: slabridge.key}}",
		"- {is: working, names: [In Progress], categories: [indeterminate]}", "- {is: closed, categories: [done]}",
		"- {is: critical, when: {field: Severity, in: [critical]}}   # critical 4", "internal: {kind: jsm-internal}")
	n.firstReceipt(func() {
		_, err := tracker.As("romashkin").Create(jirasim.NewIssue{
			Project: "ACME", Subject: "Trial", RequestType: "Ask a question",
		})
		n.must(err)
	})
}

// Jira Data Center, line by line: a personal access token, and a contract that tells requests by their type.
func TestInitOnJiraDataCenter(t *testing.T) {
	n := newNewcomer(t)
	tracker := n.jiraDeskOf(false)
	typed := strings.Join([]string{"", n.key, "vendor-kz", "", "n", "", "2026-12-31"}, "\n")
	out := n.want(exitOK, typed, "init", "https://jira.example.org")
	n.readsOnly(tracker.Requests())
	contains(t, "init", unfolded(out), "1 type: Report a fault 8", "Enter alone: type", "received, fault: 8",
		"not acted on: on-site (п. 6), no field holds on-site-requested", "questions asked: 7")
	contains(t, "slabridge.yaml", n.written(), "auth: {pat: {file: slabridge.key}}",
		"- {is: fault, when: {tracker: [Report a fault]}}   # Report a fault 8",
		"- {is: developers, project_roles: [Developer]}", "valid: {from: 2026-01-01, to: 2026-12-31}")
	for _, line := range strings.Split(out, "\n") {
		if columnsOf(line) > width && !strings.Contains(line, n.folder) {
			t.Errorf("wider than the terminal: %s", line)
		}
	}
	n.want(exitOK, "", "check", "--live")
}

// What init refuses: each with its place and what is accepted, and nothing written.
func TestInitRefuses(t *testing.T) {
	const address = "https://tracker.example.org"
	for name, c := range map[string]struct {
		before  func(tracker *redminesim.Server)
		address string
		answers []string
		code    int
		want    []string
	}{
		"an answer to nothing": {
			answers: []string{"contract: kamal", "leed.support: Petr Petrov"}, code: exitUsage,
			want: []string{"answers.yaml:2: leed.support: nothing asks this here", "did you mean lead.support?"},
		},
		"an answer that is not accepted": {
			answers: []string{"contract: kamal", "severity.minor: miner"}, code: exitUsage,
			want: []string{
				`answers.yaml:2: severity.minor: "miner" is not accepted; accepted: critical, noncritical, minor`,
				`did you mean "minor"?`,
			},
		},
		"two answers where one is wanted": {
			answers: []string{"contract: [kamal, endocs]"}, code: exitUsage,
			want: []string{"answers.yaml:1: contract: one answer"},
		},
		"no answer": {
			answers: []string{"valid.to: 2026-12-31"}, code: exitUsage,
			want: []string{"no answer to contract; accepted: endocs, kamal, rusbitech, vendor-kz"},
		},
		"a day that is none": {
			answers: []string{"contract: kamal", "valid.to: 31.12.2026"}, code: exitUsage,
			want: []string{`answers.yaml:2: valid.to: "31.12.2026" is not a day; write 2026-03-16`},
		},
		"a field that is none": {
			answers: []string{"contract: kamal", "field.arrived: Arived"}, code: exitUsage,
			want: []string{`field.arrived: "Arived" is no field of this tracker`},
		},
		"answers that are no YAML": {
			answers: []string{"contract: [kamal"}, code: exitUsage, want: []string{"answers.yaml", "is not YAML"},
		},
		"an address that is none": {
			address: "ftp://tracker", code: exitUsage, want: []string{"is not a tracker's address"},
		},
		"a password in the address": {
			address: "https://me:secret@tracker.example.org", code: exitUsage, want: []string{"holds a name or password"},
		},
		"a key that is wrong": {
			before: func(tracker *redminesim.Server) { tracker.RotateKey("sla-bot") }, code: exitTracker,
			want: []string{"unauthorized", "check auth.api_key"},
		},
		"another site": {
			before: func(tracker *redminesim.Server) {
				tracker.Use(func(http.Handler) http.Handler {
					return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) })
				})
			},
			code: exitTracker, want: []string{"it is the API of none of these: Redmine, Jira"},
		},
		"no project": {
			before: func(tracker *redminesim.Server) { tracker.RemoveMember("acme", "sla-bot") }, code: exitTracker,
			answers: []string{"contract: kamal"}, want: []string{"the account is a member of no open project"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			n := newNewcomer(t)
			tracker := redminesim.NewDesk(redminesim.Options{Clock: n.clock})
			n.transport, n.key = tracker.Transport(), tracker.Key("sla-bot")
			if c.before != nil {
				c.before(tracker)
			}
			n.redmineRequestOf(tracker)
			answers := n.answers(append(c.answers, "valid.from: 2026-01-01")...)
			out := n.want(c.code, "", "init", cmp.Or(c.address, address), "--answers", answers)
			contains(t, "init", unfolded(out), c.want...)
			if _, err := os.Stat(n.file("slabridge.yaml")); err == nil {
				t.Error("a configuration is written")
			}
		})
	}
}

// redmineRequestOf is one request for whoever looks at values.
func (n *newcomer) redmineRequestOf(tracker *redminesim.Server) {
	n.t.Helper()
	for _, severity := range []string{"critical", "minor"} {
		_, err := tracker.As("romashkin").Create(redminesim.NewIssue{
			Project: "acme", Subject: "It fails", Fields: map[string]string{"Severity": severity},
		})
		n.must(err)
	}
}

// A right that is missing is named and waited for; a subproject is asked for; a lead who has left is not proposed.
func TestInitNamesWhatIsMissing(t *testing.T) {
	n := newNewcomer(t)
	tracker := n.defaultRedmine()
	tracker.RevokePermission("SLA bot", "edit_own_issue_notes")
	tracker.LockUser("petrov")
	typed := []string{
		n.key, "kamal", "shop", "yes", "continue", "support", "", "", "", "", "", "", "", "",
	}
	out := n.want(exitUsage, strings.Join(typed, "\n"), "init", "https://tracker.example.org")
	contains(t, "init", unfolded(out),
		"MISSING take back comments: \"Edit own notes\" (edit_own_issue_notes) is missing in Shop",
		"Does it cover the subproject Shop: the app (shop-app), too?", "1 acme: ACME Ltd, requests: 0",
		"2 shop: Shop, requests: 12",
		"Petr Petrov has no active account and is left out as a lead", "lead of support: Ivan Ivanov")
	contains(t, "slabridge.yaml", n.written(), "projects: [shop, shop-app]", "lead: Ivan Ivanov")
	n2 := n.want(exitOK, "", "init", "--example")
	if n2 != exampleConfig {
		t.Error("--example prints something else")
	}
	documented, err := os.ReadFile("../../docs/slabridge.example.yaml")
	n.must(err)
	if string(documented) != exampleConfig {
		t.Error("init/example.yaml is not docs/slabridge.example.yaml: copy it")
	}
}

// The service may not write where its configuration is.
func TestInitForTheService(t *testing.T) {
	for folder, want := range map[string][2]string{
		"/etc/slabridge":  {"/var/lib/slabridge/slabridge.db", "keys/slabridge.key"},
		"/etc/slabridge/": {"/var/lib/slabridge/slabridge.db", "keys/slabridge.key"},
		".":               {"slabridge.db", "slabridge.key"},
		"/srv/slabridge":  {"slabridge.db", "slabridge.key"},
	} {
		if got := [2]string{placeOfState(folder), keyPlace(folder)}; got != want {
			t.Errorf("configuration in %s: state and key in %v, want %v", folder, got, want)
		}
	}
}

// Outside working hours nothing is written before the next opening.
func TestInitBeginsWithTheNextOpening(t *testing.T) {
	n := newNewcomer(t)
	n.now = time.Date(2026, 3, 20, 14, 0, 0, 0, time.UTC) // Friday evening before Nauryz
	tracker := redminesim.NewDesk(redminesim.Options{Clock: n.clock})
	n.transport, n.key = tracker.Transport(), tracker.Key("sla-bot")
	n.want(exitOK, "", "init", "tracker.example.org", "--answers", n.answers("contract: kamal", "rights: continue"))
	contains(t, "slabridge.yaml", n.written(), "enforce_from: 2026-03-26T09:00:00+05:00")
}

// Names of a tracker's stand in the file as they are, whatever they hold, and never leave their comment.
func TestInitQuotesNames(t *testing.T) {
	for text, want := range map[string]string{
		"In Progress": "In Progress", "v1.2 Done": `v1.2 Done`,
		"Ждём: ответ": `"Ждём: ответ"`, "yes": `"yes"`, "": `""`,
		"a \"b\" \\": `"a \"b\" \\"`, "two\nlines": `"two\u000alines"`, "12": `"12"`, "# no": `"# no"`, "tail ": `"tail "`,
		"a  b": `"a  b"`, "https://a.example/x": "https://a.example/x", "sep\u2028arated": `"sep\u2028arated"`,
	} {
		if got := plainYAML(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
	if got := count("a\nb: c\u2028d", 3); got != "a b: c d 3" {
		t.Errorf("in a comment: %q", got)
	}
}

// plainOnly answers on http alone, and keeps which keys were sent.
type plainOnly struct {
	next http.RoundTripper
	keys []string
}

func (p *plainOnly) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme == "https" {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	}
	if key := r.Header.Get("X-Redmine-API-Key"); key != "" {
		p.keys = append(p.keys, key)
	}
	return p.next.RoundTrip(r)
}

// Whoever wrote https gets https or nothing: else whoever keeps it from answering would be sent the key in the clear.
// Without a scheme, plain http is taken when there is nothing else, and said.
func TestInitNeverGivesUpHTTPS(t *testing.T) {
	n := newNewcomer(t)
	tracker := redminesim.NewDesk(redminesim.Options{Clock: n.clock})
	plain := &plainOnly{next: tracker.Transport()}
	n.transport, n.key = plain, tracker.Key("sla-bot")
	answers := n.answers("contract: kamal")
	for _, address := range []string{"https://tracker.example.org", "HTTPS://tracker.example.org/projects/acme"} {
		n.want(exitTracker, "", "init", address, "--answers", answers)
		if len(plain.keys) > 0 {
			t.Fatalf("init %s sent the key over http", address)
		}
	}
	contains(t, "init", unfolded(n.want(0, "", "init", "tracker.example.org", "--answers", answers)),
		"Redmine answers at http://tracker.example.org", "nothing answers on https: the key will travel in the clear")
}
