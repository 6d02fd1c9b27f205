package redminesim

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"
)

// SeedOptions say what Seed makes. The same options in the same world make the same issues.
type SeedOptions struct {
	Issues   int
	Journals int       // about so many an issue; 0 is 6
	Seed     uint64    // of the generator
	Until    time.Time // nothing is later than this; the zero time is the clock's now
	Days     int       // how far back creation goes; 0 is 180
}

// seeder writes histories straight into the store, past rights and workflow, for speed.
type seeder struct {
	s        *Server
	r        *rand.Rand
	opt      SeedOptions
	projects []*project
	staff    map[int][]*user // by project
	clients  map[int][]*user
}

// Seed fills the tracker with issues that have a history: statuses, assignees, priorities, severities, notes in English
// and Russian, private ones among them, time entries, and bulk edits that give many issues one and the same updated_on.
// It returns the first and the last number given.
func (s *Server) Seed(opt SeedOptions) (first, last int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if opt.Journals == 0 {
		opt.Journals = 6
	}
	if opt.Days == 0 {
		opt.Days = 180
	}
	if opt.Until.IsZero() {
		opt.Until = s.Now()
	}
	opt.Until = opt.Until.UTC().Truncate(time.Second)
	w := &seeder{
		s: s, r: rand.New(rand.NewPCG(opt.Seed, 1)), opt: opt, //nolint:gosec // a world to repeat, nothing secret
		staff: map[int][]*user{}, clients: map[int][]*user{},
	}
	w.cast()
	first = s.st.last["issues"] + 1
	for n := range opt.Issues {
		w.issue(n)
	}
	return first, s.st.last["issues"]
}

// cast finds the projects that have both staff and customers.
func (w *seeder) cast() {
	st := w.s.st
	for _, p := range st.projects {
		for _, u := range st.users {
			for _, r := range st.rolesIn(u, p.id) {
				switch r.id {
				case roleSupport, roleDeveloper:
					w.staff[p.id] = append(w.staff[p.id], u)
				case roleCustomer:
					w.clients[p.id] = append(w.clients[p.id], u)
				}
			}
		}
		if len(w.staff[p.id]) > 0 && len(w.clients[p.id]) > 0 {
			w.projects = append(w.projects, p)
		}
	}
	must(len(w.projects) > 0, "project with staff and customers to seed", "")
}

func pick[T any](w *seeder, from []T) T { return from[w.r.IntN(len(from))] }

var (
	seedWords = []string{
		"invoice", "report", "login", "export", "printer", "backup", "mail", "calendar", "stock", "search", "error",
		"timeout", "crash", "slow", "empty", "wrong", "missing", "duplicate", "access", "sync",
	}
	seedCustomer = []string{"Any news?", "It still happens.", "Here are the details.", "Ещё воспроизводится, помогите."}
	seedStaff    = []string{
		"We are looking into it.", "Please send the log file.", "Fixed, please check.",
		"Приняли в работу.",
	}
	seedPrivate = []string{"internal: known problem, see the old ticket", "внутреннее: ждём сервер"}
)

func (w *seeder) issue(n int) {
	st, p := w.s.st, pick(w, w.projects)
	created := w.opt.Until.Add(-time.Duration(600+w.r.IntN(w.opt.Days*86400)) * time.Second)
	subject := fmt.Sprintf("%s %s %s", pick(w, seedWords), pick(w, seedWords), pick(w, seedWords))
	i := &issue{
		id: st.next("issues"), project: p.id, tracker: pick(w, st.trackers).id, status: 1,
		priority: pick(w, []int{1, 2, 2, 2, 2, 3, 3, 4, 5}), author: pick(w, w.clients[p.id]).id,
		subject: subject, description: ptr("Seeded issue:\r\n" + subject), start: created.Format(time.DateOnly),
		fields:  map[int]string{1: pick(w, w.s.severities()), 2: "", 3: "", 4: "C-001", 5: ""},
		created: created, updated: created,
	}
	st.issues[i.id] = i
	st.order = append(st.order, i.id)
	want := 1 + w.r.IntN(2*w.opt.Journals)
	at := created
	for k := range want {
		at = at.Add(time.Duration(1+w.r.ExpFloat64()*20*3600) * time.Second)
		if k == want-1 && n%20 == 0 { // a bulk edit: many issues get the very same second
			if tie := w.opt.Until.Add(-time.Duration(n/300+1) * time.Hour); tie.After(at) {
				at = tie
			}
		}
		if at.After(w.opt.Until) {
			return
		}
		w.journal(i, at)
	}
}

// journal lets one thing happen to an issue.
func (w *seeder) journal(i *issue, at time.Time) {
	st := w.s.st
	j := &journal{issue: i, created: at, updated: at, user: pick(w, w.staff[i.project]).id, notes: ptr("")}
	set := func(name string, field *int, to int) {
		if *field != to {
			j.details = append(j.details, detail{"attr", name, num(*field), num(to)})
			*field = to
		}
	}
	say := func(from []string) { j.notes = ptr(pick(w, from)) }
	switch w.r.IntN(10) {
	case 0, 1:
		j.user = pick(w, w.clients[i.project]).id
		say(seedCustomer)
	case 2:
		say(seedPrivate)
		j.private = true
	case 3:
		set("assigned_to_id", &i.assignee, pick(w, w.staff[i.project]).id)
	case 4:
		set("priority_id", &i.priority, pick(w, st.priorities).id)
	case 5:
		to := pick(w, w.s.severities())
		if was := i.fields[1]; was != to {
			j.details = append(j.details, detail{"cf", "1", ptr(was), ptr(to)})
			i.fields[1] = to
		}
	case 6:
		set("status_id", &i.status, pick(w, []int{resolved, closedStatus}))
		say(seedStaff)
	case 7:
		set("status_id", &i.status, waiting)
		say(seedStaff)
	default:
		set("status_id", &i.status, inProgress)
		say(seedStaff)
	}
	if st.isClosed(i) && i.closed.Before(i.updated) {
		i.closed = at
	}
	if blank(j.notes) && len(j.details) == 0 {
		say(seedStaff)
	}
	st.addJournal(j)
	i.updated = at
	if w.r.IntN(17) == 0 {
		w.time(i, j.user, at)
	}
}

func (w *seeder) time(i *issue, by int, at time.Time) {
	t := &timeEntry{
		id: w.s.st.next("time_entries"), issue: i.id, project: i.project, user: by, author: by,
		activity: pick(w, w.s.st.activities).id, hours: float64(1+w.r.IntN(8)) / 2,
		comments: ptr("work #" + strconv.Itoa(i.id)),
		spentOn:  at.Format(time.DateOnly), created: at, updated: at,
	}
	w.s.st.times = append(w.s.st.times, t)
	i.times = append(i.times, t)
}
