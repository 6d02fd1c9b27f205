package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// The tests named TestLive... run the whole program against a real Redmine (`make live`). Each makes a desk of its
// own: a project, a bot with a role of its own, and an installation of slabridge in a temporary folder. What one
// changes for the whole instance it changes back, and those that do run alone, before the parallel ones.

// instance is a running Redmine made by connectors/redmine/testdata/lab/redmine up.
type instance struct {
	dir, script string

	URL     string
	Version string
	Users   map[string]struct {
		ID       int
		Key      string
		Password string
	}
	Roles        map[string]int
	Statuses     map[string]int
	Trackers     map[string]int
	Priorities   map[string]int
	CustomFields map[string]int `json:"custom_fields"`
}

// live opens the instance. Without one the test says so and skips; one that is named and not there is a failure.
func live(t *testing.T) *instance {
	t.Helper()
	dir := os.Getenv("SLABRIDGE_LIVE_REDMINE")
	if dir == "" {
		t.Skip("SKIPPED: NO REAL REDMINE WAS ASKED. Run make live, or set SLABRIDGE_LIVE_REDMINE to the directory of an " +
			"instance")
	}
	return openInstance(t, dir)
}

// openInstance reads what the lab says of an instance that runs.
func openInstance(t testing.TB, dir string) *instance {
	t.Helper()
	ours(t, dir)
	text, err := os.ReadFile(filepath.Join(dir, "lab.json"))
	if err != nil {
		t.Fatalf("no instance runs in %s: %v", dir, err)
	}
	l := &instance{dir: dir}
	if err := json.Unmarshal(text, l); err != nil {
		t.Fatal(err)
	}
	if l.script, err = filepath.Abs("../../connectors/redmine/testdata/lab/redmine"); err != nil {
		t.Fatal(err)
	}
	return l
}

// lab runs the lab's script on the instance: "act", "sql", "seed".
func (l *instance) lab(t testing.TB, verb string, args ...string) string {
	t.Helper()
	out, err := exec.Command(l.script, append([]string{verb, l.dir}, args...)...).CombinedOutput() //nolint:gosec // the project's own script
	if err != nil {
		t.Fatalf("lab %s %q: %v: %s", verb, args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// send makes one request as the owner of a key and gives the answer, whatever its status.
func (l *instance) send(t testing.TB, key, method, path string, body any) (int, []byte) {
	t.Helper()
	var in bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&in).Encode(body); err != nil {
			t.Fatal(err)
		}
	}
	req, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), method, l.URL+path, &in) // cleaning up, too
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Redmine-API-Key", key)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	out, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, out
}

// ask is send for what must succeed; the answer goes into v unless it is nil.
func (l *instance) ask(t testing.TB, key, method, path string, body, v any) {
	t.Helper()
	status, out := l.send(t, key, method, path, body)
	if status > 299 {
		t.Fatalf("%s %s %v: %d %s", method, path, body, status, out)
	}
	if v == nil {
		return
	}
	if err := json.Unmarshal(out, v); err != nil {
		t.Fatalf("%s %s: %v in %s", method, path, err, out)
	}
}

type object = map[string]any

var unique sync.Mutex

// fresh gives a short name that no other test of this or an earlier run on the instance has.
func fresh(prefix string) string {
	unique.Lock()
	defer unique.Unlock()
	time.Sleep(time.Millisecond)
	return prefix + "-" + strconv.FormatInt(time.Now().UnixMilli()%1e9, 36)
}

// desk is a support desk of a test's own in the instance.
type desk struct {
	*instance
	project   string // identifier
	projectID int
	role      string // of the bot
	roleID    int
	bot       person
}

type person struct {
	login, key, name string
	id               int
}

// desk makes a project with a bot, support1, dev1, manager1 and customer1 as members. It is archived afterwards.
func (l *instance) desk(t testing.TB) *desk {
	t.Helper()
	d := &desk{instance: l, role: fresh("Bot role")}
	d.roleID = number(t, l.lab(t, "act", "role", d.role, "SLA bot"))
	d.bot = l.person(t, "bot")
	d.newProject(t)
	return d
}

// newProject gives the desk another project with the same people.
func (d *desk) newProject(t testing.TB) {
	t.Helper()
	var made struct{ Project struct{ ID int } }
	d.project = fresh("desk")
	d.ask(t, d.admin(), "POST", "/projects.json", object{"project": object{
		"name": d.project, "identifier": d.project, "is_public": false, "inherit_members": false,
		"enabled_module_names": []string{"issue_tracking", "time_tracking"}, "tracker_ids": []int{1, 2, 3},
	}}, &made)
	d.projectID = made.Project.ID
	d.join(t, d.bot.id, d.roleID)
	for login, role := range map[string]string{
		"support1": "support", "dev1": "developer", "manager1": "manager",
		"customer1": "customer",
	} {
		d.join(t, d.Users[login].ID, d.Roles[role])
	}
	project := d.project
	t.Cleanup(func() { d.lab(t, "act", "project", project, "archive") })
}

func (d *desk) join(t testing.TB, user, role int) {
	t.Helper()
	d.ask(t, d.admin(), "POST", "/projects/"+d.project+"/memberships.json",
		object{"membership": object{"user_id": user, "role_ids": []int{role}}}, nil)
}

// person makes an account, locked afterwards.
func (l *instance) person(t testing.TB, kind string) person {
	t.Helper()
	login := fresh(kind)
	var made struct {
		User struct {
			ID     int
			APIKey string `json:"api_key"`
		}
	}
	l.ask(t, l.admin(), "POST", "/users.json", object{"user": object{
		"login": login, "firstname": "Live", "lastname": login, "mail": login + "@lab.invalid", "password": "lab-" + login,
		"mail_notification": "none", "language": "en",
	}}, &made)
	l.ask(t, l.admin(), "GET", fmt.Sprintf("/users/%d.json", made.User.ID), nil, &made)
	t.Cleanup(func() { l.lab(t, "act", "lock", login) })
	return person{login: login, key: made.User.APIKey, name: "Live " + login, id: made.User.ID}
}

func (l *instance) admin() string    { return l.Users["admin"].Key }
func (l *instance) customer() string { return l.Users["customer1"].Key }
func (l *instance) staff() string    { return l.Users["support1"].Key }

func number(t testing.TB, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s[strings.LastIndexByte(s, '\n')+1:])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// issue files a request as the customer, received so long ago. attributes come on top of the usual ones.
func (d *desk) issue(t testing.TB, severity, subject string, ago time.Duration, attributes ...object) int {
	t.Helper()
	issue := object{
		"project_id": d.project, "tracker_id": d.Trackers["bug"], "subject": subject,
		"description":   "Что случилось: не работает.",
		"priority_id":   d.Priorities["normal"],
		"custom_fields": []object{{"id": d.CustomFields["severity"], "value": severity}},
	}
	for _, more := range attributes {
		for k, v := range more {
			issue[k] = v
		}
	}
	var made struct{ Issue struct{ ID int } }
	d.ask(t, d.customer(), "POST", "/issues.json", object{"issue": issue}, &made)
	if ago > 0 {
		d.lab(t, "act", "backdate-issue", strconv.Itoa(made.Issue.ID), moment(-ago))
	}
	return made.Issue.ID
}

// moment is now and so much, as the lab takes it.
func moment(in time.Duration) string { return time.Now().Add(in).UTC().Format(time.RFC3339) }

func (l *instance) put(t testing.TB, key string, issue int, attributes object) {
	t.Helper()
	l.ask(t, key, "PUT", fmt.Sprintf("/issues/%d.json", issue), object{"issue": attributes}, nil)
}

// shown is an issue as the owner of a key sees it.
type shown struct {
	Subject   string
	Status    named
	Priority  named
	Project   named
	Assignee  named     `json:"assigned_to"`
	UpdatedOn time.Time `json:"updated_on"`
	Fields    []struct {
		Name  string
		Value any
	} `json:"custom_fields"`
	Watchers []named
	Journals []journal
}

type named struct {
	ID   int
	Name string
}

type journal struct {
	ID        int
	User      named
	Notes     string
	Private   bool      `json:"private_notes"`
	CreatedOn time.Time `json:"created_on"`
	Details   []detail
}

type detail struct {
	Property, Name string
	New            string `json:"new_value"`
}

func (l *instance) show(t testing.TB, key string, issue int) shown {
	t.Helper()
	var answer struct{ Issue shown }
	l.ask(t, key, "GET", fmt.Sprintf("/issues/%d.json?include=journals,watchers", issue), nil, &answer)
	return answer.Issue
}

// notes are the texts by an account that the owner of a key can read, public and private.
func (l *instance) notes(t testing.TB, key string, issue, by int) (public, private []string) {
	t.Helper()
	for _, j := range l.show(t, key, issue).Journals {
		switch {
		case j.User.ID != by || j.Notes == "":
		case j.Private:
			private = append(private, j.Notes)
		default:
			public = append(public, j.Notes)
		}
	}
	return public, private
}

// site is an installation of slabridge that watches a desk.
type site struct {
	*desk
	folder  string
	url     string // of the tracker, or of something before it
	key     string
	hours   string // the contract's calendar section
	use     string // the contract's text; kamal, unless another is named
	extra   string // more lines of the contract
	mapping string // more lines of the mapping
	limits  string
	// enforceFrom is a date; "" leaves it to the first pass.
	enforceFrom string
	// everywhere follows all projects that the account sees, and not the contract's alone.
	everywhere bool
	timeout    string   // of one request
	leads      []string // of support
	field      string   // that holds the due
	// transport carries the program's requests when it runs inside the test; nil for the network.
	transport http.RoundTripper
	now       func() time.Time // the program's clock when it runs inside the test; nil for the machine's
	listen    string           // "off" unless another is given
}

// site sets slabridge up with kamal on the desk: watched from a week ago, in a calendar that is open round the
// clock, where it is noon now, so that the story does not depend on when the test is run.
func (d *desk) site(t testing.TB) *site {
	t.Helper()
	s := &site{
		desk: d, folder: t.TempDir(), url: d.URL, key: d.bot.key, limits: "{writes_per_pass: 500}", timeout: "20s",
		use: "kamal", leads: []string{"Sanjay Support"}, field: "SLA due",
	}
	now := time.Now().UTC()
	s.enforceFrom = now.AddDate(0, 0, -7).Format(time.DateOnly)
	s.hours = fmt.Sprintf("{zone: Etc/GMT%+d, hours: \"Mon-Sun 00:00-24:00\", days: OPEN}", now.Hour()-12)
	s.write(t, "open.yaml", fmt.Sprintf(`country: KZ
source: no days off
version: live
weekend: [Sunday]
years:
  %d: {status: final, non_working: [], working_weekends: [%s]}
  %d: {status: final, non_working: [], working_weekends: [%s]}
  %d: {status: final, non_working: [], working_weekends: [%s]}
`, now.Year()-1, sundays(now.Year()-1), now.Year(), sundays(now.Year()), now.Year()+1, sundays(now.Year()+1)))
	s.configure(t)
	return s
}

// sundays makes every Sunday of a year a working day.
func sundays(year int) string {
	var days []string
	for day := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() == year; day = day.AddDate(0, 0, 1) {
		if day.Weekday() == time.Sunday {
			days = append(days, "{date: "+day.Format(time.DateOnly)+"}")
		}
	}
	return strings.Join(days, ", ")
}

func (s *site) write(t testing.TB, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(s.folder, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// configure writes the configuration as the site's fields say.
func (s *site) configure(t testing.TB) {
	t.Helper()
	s.write(t, "key", s.key+"\n")
	from, follow := "", ""
	if s.everywhere {
		follow = `, projects: ["*"]`
	}
	if s.enforceFrom != "" {
		from = "    enforce_from: " + s.enforceFrom + "\n"
	}
	s.write(t, "slabridge.yaml", fmt.Sprintf(`state: slabridge.db
language: ru
listen: "%s"
limits: %s
calendars: [{id: OPEN, file: open.yaml}]
connections:
  - {id: helpdesk, kind: redmine, url: "%s", auth: {api_key: {file: key}}, poll: "@every 1s", timeout: %s,
     rate_per_second: 1000%s}
mappings:
  - id: helpdesk
    connection: helpdesk
    severity:
      - {is: critical, when: {field: Severity, in: [critical]}}
      - {is: minor, when: {field: Severity, in: [minor]}}
      - {is: noncritical}
    status:
      - {is: new, names: [New]}
      - {is: working, names: ["In Progress"]}
      - {is: waiting-customer, names: [Feedback, Waiting for customer]}
      - {is: resolved, names: [Resolved]}
      - {is: closed, names: [Closed, Rejected]}
    roles:
      - {is: support, project_roles: [Support engineer], lead: [%s]}
      - {is: developers, project_roles: [Developer], lead: "Dora Developer"}
      - {is: management, users: ["Maria Manager"]}
      - {is: customer, project_roles: [Customer]}
    fields:
      - {is: notified-by-phone, field: "Phone notified at"}
      - {is: sla-due, field: "%s", write: true}
      - {is: sla-state, field: "SLA state", write: true}
%s    internal: {kind: private-note}
contracts:
  - use: %s
    id: kamal-live
    mapping: helpdesk
    projects: [%s]
    calendar: %s
%s%s`, cmp.Or(s.listen, "off"), s.limits, s.url, s.timeout, follow, strings.Join(s.leads, ", "),
		s.field, s.mapping, s.use, s.project, s.hours, from, s.extra))
}

// outcome is what one run of the program gave.
type outcome struct {
	code     int
	out, err string
}

func (o outcome) String() string {
	return fmt.Sprintf("exit code %d\n--- stdout\n%s--- stderr\n%s", o.code, o.out, o.err)
}

// run runs the program inside the test, with the site's configuration.
func (s *site) run(args ...string) outcome {
	var out, errs bytes.Buffer
	now := s.now
	if now == nil {
		now = time.Now
	}
	a := newApp(strings.NewReader(""), &out, &errs, now)
	a.transport = s.transport
	code := a.run(append(args, "--lang", "en", "--config", filepath.Join(s.folder, "slabridge.yaml")))
	return outcome{code, out.String(), errs.String()}
}

// want runs the program and holds it to an exit code.
func (s *site) want(t testing.TB, code int, args ...string) outcome {
	t.Helper()
	o := s.run(args...)
	if o.code != code {
		t.Fatalf("slabridge %s: want exit code %d, got %s", strings.Join(args, " "), code, o)
	}
	return o
}

// jsonLines runs the program with -o json and gives its lines.
func jsonLines[T any](t testing.TB, s *site, args ...string) []T {
	t.Helper()
	o := s.run(append(args, "-o", "json")...)
	return decodeLines[T](t, o)
}

func decodeLines[T any](t testing.TB, o outcome) []T {
	t.Helper()
	var lines []T
	for dec := json.NewDecoder(strings.NewReader(o.out)); dec.More(); {
		var v T
		if err := dec.Decode(&v); err != nil {
			t.Fatalf("%v in %s", err, o)
		}
		lines = append(lines, v)
	}
	return lines
}

// contains fails the test for each part that the text lacks, wherever its lines are broken.
func contains(t testing.TB, what, text string, parts ...string) {
	t.Helper()
	squeeze := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	for _, p := range parts {
		if !strings.Contains(squeeze(text), squeeze(p)) {
			t.Errorf("%s lacks %q:\n%s", what, p, text)
		}
	}
}
