package redmine_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/connectors/redmine"
	"slabridge/connectors/redmine/redminesim"
	"slabridge/connectors/trackertest"
)

// TestConformance holds the connector and the simulator to the contract, as each Redmine that it can be.
func TestConformance(t *testing.T) {
	for _, o := range []redminesim.Options{
		{Version: redminesim.V50}, {Version: redminesim.V60, Postgres: true}, {Version: redminesim.V61, Language: "ru"},
	} {
		t.Run(fmt.Sprintf("redmine %s %s", o.Version, o.Language), func(t *testing.T) {
			trackertest.Run(t, func(*testing.T) *trackertest.World { return simWorld(t, o) })
		})
	}
}

// TestLiveConformance asks the same of a real Redmine, made by testdata/lab/redmine.
func TestLiveConformance(t *testing.T) {
	dir := os.Getenv("SLABRIDGE_LIVE_REDMINE")
	if dir == "" {
		t.Skip("SKIPPED: NO REAL REDMINE WAS ASKED. Set SLABRIDGE_LIVE_REDMINE to the directory of an instance made by " +
			"testdata/lab/redmine up")
	}
	l := readLiveLab(t, dir)
	trackertest.Run(t, func(t *testing.T) *trackertest.World { return l.world(t) })
}

// instance is what a World is built from.
type instance struct {
	base string
	next http.RoundTripper
	keys map[trackertest.Actor]string
	bot  string
	lab  lab
	now  func() time.Time
	skew time.Duration
}

const nobodysKey = "0123456789abcdef0123456789abcdef01234567"

// world names the ids that the lab and the simulator share.
func (i instance) world(t testing.TB) *trackertest.World {
	connect := func(key string, next http.RoundTripper) connectors.Tracker {
		auth := connectors.Auth{Way: "api_key", Secret: key}
		tr, err := redmine.New(connectors.Settings{ID: "lab", URL: i.base, Auth: auth, Transport: next, Now: i.now})
		if err != nil {
			t.Fatal(err)
		}
		return tr
	}
	h := &hands{base: i.base, next: i.next, keys: i.keys, lab: i.lab}
	customer := connect(i.keys[trackertest.Customer], i.next)
	return &trackertest.World{
		Hands: h,
		Through: func(wrap func(http.RoundTripper) http.RoundTripper) connectors.Tracker {
			return connect(i.bot, wrap(i.next))
		},
		Customer: customer, Stranger: connect(nobodysKey, i.next),
		Now: i.now, Skew: i.skew,
		Project: "2", StaffOnly: "3", OutOfSight: "5",
		People: map[trackertest.Actor]string{
			trackertest.Support: "6", trackertest.Engineer: "8", trackertest.Manager: "10",
			trackertest.Customer: "11", trackertest.Outsider: "13",
		},
		Working: "2", Forbidden: "8", Type: "3", Activities: map[string]string{"one": "8", "other": "9"},
		Priorities: map[string]string{"low": "1", "high": "4"}, Field: connectors.CustomField("2"),
		Declares: declared, Permissions: permissions,
		Refusals: h.refusals(customer),
		Secrets:  []string{i.bot, nobodysKey, i.keys[trackertest.Customer]},
	}
}

// simWorld is a fresh simulator whose clock is ahead of ours and moves on by a third of a second whenever it is
// looked at: people are quick, and several things happen in one second.
func simWorld(t testing.TB, o redminesim.Options) *trackertest.World {
	const skew = 90 * time.Second
	var looks atomic.Int64
	start := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	now := func() time.Time { return start.Add(time.Duration(looks.Load()) * time.Second / 3) }
	o.Clock = func() time.Time { looks.Add(1); return now().Add(skew) }
	s := redminesim.NewLab(o)
	i := instance{
		base: "http://redmine.example.org/tracker", next: rooted{"/tracker", s.Transport()}, lab: simLab{s}, now: now,
		skew: skew,
		bot:  s.Key("sla-bot"), keys: map[trackertest.Actor]string{admin: s.Key("admin")},
	}
	for actor, login := range logins {
		i.keys[actor] = s.Key(login)
	}
	w := i.world(t)
	w.Refuse = func(_ testing.TB, yes bool) { s.RefuseAttribute("priority_id", yes) }
	return w
}

var logins = map[trackertest.Actor]string{
	trackertest.Support: "support1", trackertest.Engineer: "dev1", trackertest.Manager: "manager1",
	trackertest.Customer: "customer1", trackertest.Outsider: "outsider",
}

// rooted serves a tracker that believes it lives at the root from under a path, as a proxy does.
type rooted struct {
	path string
	next http.RoundTripper
}

func (r rooted) RoundTrip(req *http.Request) (*http.Response, error) {
	in := req.Clone(req.Context())
	in.URL.Path = strings.TrimPrefix(req.URL.Path, r.path)
	return r.next.RoundTrip(in)
}

type simLab struct{ s *redminesim.Server }

func (l simLab) crowd(t testing.TB, project string, at []time.Time) []string {
	var ids []string
	for _, moment := range at {
		n, err := l.s.As("customer1").At(moment).Create(redminesim.NewIssue{Project: "acme", Subject: "one of a crowd"})
		if err != nil || project != "2" {
			t.Fatal(project, err)
		}
		ids = append(ids, strconv.Itoa(n))
	}
	return ids
}

func (l simLab) serveStrangers(_ testing.TB, yes bool) { l.s.SetAnonymous(yes) }

// liveLab is a running instance, worked on from outside by the lab's own script.
type liveLab struct {
	instance
	dir, script string
}

func readLiveLab(t testing.TB, dir string) *liveLab {
	text, err := os.ReadFile(filepath.Join(dir, "env"))
	if err != nil {
		t.Fatalf("SLABRIDGE_LIVE_REDMINE names no instance: %v", err)
	}
	env := map[string]string{}
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		env[name] = value
	}
	for _, name := range []string{
		"REDMINE_URL", "REDMINE_BOT_KEY", "REDMINE_API_KEY", "REDMINE_CUSTOMER_KEY",
		"REDMINE_SUPPORT_KEY", "REDMINE_MANAGER_KEY",
	} {
		if env[name] == "" {
			t.Fatalf("%s/env lacks %s", dir, name)
		}
	}
	script, err := filepath.Abs("testdata/lab/redmine")
	if err != nil {
		t.Fatal(err)
	}
	l := &liveLab{dir: dir, script: script, instance: instance{
		base: env["REDMINE_URL"], next: http.DefaultTransport, bot: env["REDMINE_BOT_KEY"], now: time.Now,
		keys: map[trackertest.Actor]string{
			admin: env["REDMINE_API_KEY"], trackertest.Customer: env["REDMINE_CUSTOMER_KEY"],
			trackertest.Support: env["REDMINE_SUPPORT_KEY"], trackertest.Manager: env["REDMINE_MANAGER_KEY"],
		},
	}}
	l.lab = l
	l.checkIDs(t)
	return l
}

// checkIDs makes sure that the instance has the numbers that world names: they are those of a fresh instance.
func (l *liveLab) checkIDs(t testing.TB) {
	text, err := os.ReadFile(filepath.Join(l.dir, "lab.json"))
	if err != nil {
		t.Fatal(err)
	}
	var ids struct {
		Projects map[string]int              `json:"projects"`
		Statuses map[string]int              `json:"statuses"`
		Fields   map[string]int              `json:"custom_fields"`
		Users    map[string]struct{ ID int } `json:"users"`
	}
	if err := json.Unmarshal(text, &ids); err != nil {
		t.Fatal(err)
	}
	got := []int{
		ids.Projects["acme"], ids.Projects["globex"], ids.Projects["internal"], ids.Statuses["frozen"],
		ids.Statuses["resolved"],
		ids.Fields["sla_due"], ids.Users["support1"].ID, ids.Users["dev1"].ID, ids.Users["manager1"].ID,
		ids.Users["customer1"].ID, ids.Users["outsider"].ID,
	}
	if want := []int{2, 3, 5, 8, 3, 2, 6, 8, 10, 11, 13}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("lab.json has the ids %v, want %v: not an instance of testdata/lab/redmine", got, want)
	}
}

// crowd gives the moments the fractions that a real Redmine stores and does not show.
func (l *liveLab) crowd(t testing.TB, project string, at []time.Time) []string {
	var rows []string
	for i, moment := range at {
		when := moment.UTC().Add(time.Duration(i*137%1000) * time.Millisecond).Format("'2006-01-02 15:04:05.000000'")
		rows = append(rows, fmt.Sprintf("(1, %s, 'one of a crowd', 1, 2, 11, %s, %s, 0, 1, 2)", project, when, when))
	}
	made := l.run(t, "sql", l.dir, "insert into issues (tracker_id, project_id, subject, status_id, priority_id, "+
		"author_id,"+
		" created_on, updated_on, root_id, lft, rgt) values "+strings.Join(rows, ", ")+" returning id;")
	ids := strings.Fields(made)
	l.run(t, "sql", l.dir, "update issues set root_id = id where root_id = 0;")
	if len(ids) != len(at) {
		t.Fatalf("made %d issues of %d", len(ids), len(at))
	}
	return ids
}

func (l *liveLab) serveStrangers(t testing.TB, yes bool) {
	required := "1"
	if yes {
		required = "0"
	}
	l.run(t, "act", l.dir, "setting", "login_required", required)
}

func (l *liveLab) run(t testing.TB, args ...string) string {
	out, err := exec.Command(l.script, args...).Output() //nolint:gosec // the lab's own script
	if err != nil {
		var why []byte
		if exit, ok := err.(*exec.ExitError); ok { //nolint:errorlint // not wrapped by exec
			why = exit.Stderr
		}
		t.Fatalf("%s %s: %v %s", l.script, args[0], err, why)
	}
	return string(out)
}
