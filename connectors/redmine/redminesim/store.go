package redminesim

import (
	"maps"
	"slices"
	"strconv"
	"time"
)

// Project states as Redmine stores and shows them.
const (
	projectActive   = 1
	projectClosed   = 5
	projectArchived = 9
)

type status struct {
	id     int
	name   string
	closed bool
}

type tracker struct {
	id            int
	name          string
	defaultStatus int
	disabled      map[string]bool // standard fields switched off, by column name
}

type priority struct {
	id        int
	name      string
	isDefault bool
	active    bool
}

type activity struct {
	id              int
	name            string
	project, parent int // of one that a project has in place of a shared one
}

type customField struct {
	id       int
	name     string
	kind     string // issue, project or user
	format   string // string or list
	values   []string
	required bool
	filter   bool
	visible  bool
	roles    []int // who sees it when it is not visible to all
}

// step is one arrow of a role's workflow.
type step struct{ tracker, from, to int }

// ruleKey names a workflow permission: a field of a tracker in a status.
type ruleKey struct {
	tracker, status int
	field           string // column name, or the number of a custom field
}

type role struct {
	id         int
	name       string
	assignable bool
	sees       string // issues_visibility: all, default or own
	times      string // time_entries_visibility: all or own
	users      string // users_visibility
	perms      []string
	steps      map[step]bool
	rules      map[ruleKey]string // readonly or required
}

func (r *role) has(perm string) bool { return slices.Contains(r.perms, perm) }

type user struct {
	id                  int
	login, first, last  string
	key, password, lang string
	admin, locked       bool
	created, updated    time.Time
	fields              map[int]string
}

func (u *user) name() string { return u.first + " " + u.last }

type project struct {
	id               int
	identifier, name string
	parent           int
	status           int
	trackers         []int
	modules          []module
	fields           map[int]string
	created, updated time.Time
}

type module struct {
	id   int
	name string
}

type member struct {
	id, project, user int
	roles             []int
}

type issue struct {
	id, project, tracker, status, priority int
	author, assignee, parent               int // 0: nobody, none
	subject                                string
	description                            *string
	start, due                             string // YYYY-MM-DD or empty
	done                                   int
	estimate                               *float64
	private                                bool
	fields                                 map[int]string // a missing key is null in answers
	created, updated, closed               time.Time
	lock                                   int
	watchers                               []int
	children                               []int
	attachments                            []*attachment
	relations                              []*relation
	journals                               []*journal
	times                                  []*timeEntry
}

func (i *issue) clone() *issue {
	c := *i
	c.fields = maps.Clone(i.fields)
	c.attachments = slices.Clone(i.attachments)
	return &c
}

type journal struct {
	id, user         int
	issue            *issue
	notes            *string
	private          bool
	created, updated time.Time
	updatedBy        int
	details          []detail
}

type detail struct {
	property, name string
	old, new       *string
}

type relation struct {
	id, from, to int
	kind         string
}

// other is the issue at the other end, seen from one end.
func (r *relation) other(from int) int {
	if r.from == from {
		return r.to
	}
	return r.from
}

type timeEntry struct {
	id, issue, project, user, author, activity int
	hours                                      float64
	comments                                   *string
	spentOn                                    string
	created, updated                           time.Time
}

type attachment struct {
	id, issue, author          int
	name, contentType, comment string
	token                      string
	content                    []byte
	created                    time.Time
}

// store is the whole tracker. It has no lock of its own: Server's lock covers it.
type store struct {
	statuses   []*status
	trackers   []*tracker
	priorities []*priority // lowest first: the order is the rank
	activities []*activity
	fields     []*customField
	roles      []*role
	nonMember  *role // what everyone may in public projects, of which there are none
	users      []*user
	projects   []*project
	members    []*member
	times      []*timeEntry
	relations  []*relation
	uploads    []*attachment
	refuses    map[string]bool // columns of issues whose changes are refused

	issues   map[int]*issue
	order    []int // ids of issues, ascending
	journals map[int]*journal
	last     map[string]int // last number given out, by table
}

func newStore() *store {
	return &store{
		issues: map[int]*issue{}, journals: map[int]*journal{}, last: map[string]int{},
		refuses: map[string]bool{},
	}
}

// next gives out the next number of a table, as an auto-increment column does: never twice.
func (st *store) next(table string) int {
	st.last[table]++
	return st.last[table]
}

func find[T any](all []*T, is func(*T) bool) *T {
	if i := slices.IndexFunc(all, is); i >= 0 {
		return all[i]
	}
	return nil
}

func (st *store) status(id int) *status {
	return find(st.statuses, func(x *status) bool { return x.id == id })
}

func (st *store) tracker(id int) *tracker {
	return find(st.trackers, func(x *tracker) bool { return x.id == id })
}

func (st *store) priority(id int) *priority {
	return find(st.priorities, func(x *priority) bool { return x.id == id })
}

func (st *store) role(id int) *role { return find(st.roles, func(x *role) bool { return x.id == id }) }

func (st *store) user(id int) *user { return find(st.users, func(x *user) bool { return x.id == id }) }

func (st *store) login(login string) *user {
	return find(st.users, func(x *user) bool { return x.login == login })
}

func (st *store) project(id int) *project {
	return find(st.projects, func(x *project) bool { return x.id == id })
}

// projectRef finds a project by what stands in a URL or a body: number or identifier.
func (st *store) projectRef(ref string) *project {
	if id, err := strconv.Atoi(ref); err == nil {
		return st.project(id)
	}
	return find(st.projects, func(x *project) bool { return x.identifier == ref })
}

func (st *store) field(id int) *customField {
	return find(st.fields, func(x *customField) bool { return x.id == id })
}

// issueFields are the custom fields an issue has, in their order.
func (st *store) issueFields() []*customField {
	var out []*customField
	for _, f := range st.fields {
		if f.kind == "issue" {
			out = append(out, f)
		}
	}
	return out
}

// rank is the place of a priority, the lowest being 0; -1 for an unknown one.
func (st *store) rank(id int) int {
	return slices.IndexFunc(st.priorities, func(x *priority) bool { return x.id == id })
}

func (st *store) defaultPriority() int {
	if p := find(st.priorities, func(x *priority) bool { return x.isDefault }); p != nil {
		return p.id
	}
	return 0
}

// descendants lists the projects below one, itself first; archived ones are left out.
func (st *store) descendants(id int) []int {
	out := []int{id}
	for _, p := range st.projects {
		if p.parent == id && p.status != projectArchived {
			out = append(out, st.descendants(p.id)...)
		}
	}
	return out
}

// root is the topmost project above one.
func (st *store) root(id int) int {
	for p := st.project(id); p != nil && p.parent != 0; p = st.project(id) {
		id = p.parent
	}
	return id
}

// under lists all issues below one, depth first.
func (st *store) under(i *issue) []*issue {
	var out []*issue
	for _, id := range i.children {
		if c := st.issues[id]; c != nil {
			out = append(append(out, c), st.under(c)...)
		}
	}
	return out
}

func (st *store) isClosed(i *issue) bool {
	s := st.status(i.status)
	return s != nil && s.closed
}

func (st *store) addJournal(j *journal) {
	j.id = st.next("journals")
	st.journals[j.id] = j
	j.issue.journals = append(j.issue.journals, j)
}
