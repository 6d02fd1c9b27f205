package jirasim

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

type user struct {
	login, name string
	account     string // Cloud's id
	key         string // Data Center's
	token       string
	email       string
	zone        *time.Location
	admin       bool
	groups      []string
	browses     bool   // may read who is in a group
	kind        string // Cloud's accountType; "" is atlassian
}

type project struct {
	id        int
	key, name string
	desk      bool
	members   map[string][]string // logins by role
	teams     map[string][]string // groups by role
	scheme    int
}

type status struct {
	id, name, category string
}

// field is a custom field. Its kind is the type in Jira's schema; "*option" is an array of options.
type field struct {
	id, name, kind string
	custom         string
	options        []string
	screen         bool // it is on the screens for editing
}

type issue struct {
	id               int
	key              string
	formerly         []string // keys that it had before it was moved
	project          *project
	kind             string // id of the issue type
	summary          string
	description      string
	status, priority string
	assignee         *user
	reporter         *user
	creator          *user
	due              string
	labels           []string
	resolution       string
	fields           map[string][]string // custom, by id
	created, updated time.Time
	comments         []*comment
	history          []*entry // oldest first
	watchers         []*user
	links            []link
	files            []string
	properties       map[string]any
	was              []snapshot // as the index had it, oldest first
}

type snapshot struct {
	at    time.Time
	issue issue
}

type link struct {
	kind   linkKind
	out    bool // this issue does it to the other
	other  *issue
	number int
}

type linkKind struct{ name, inward, outward string }

var duplicate = linkKind{"Duplicate", "is duplicated by", "duplicates"}

type comment struct {
	id               int
	author           *user
	body             string
	created, updated time.Time
	visibility       *visibility
	properties       map[string]any
}

type visibility struct{ kind, value string }

// entry is one entry of the changelog.
type entry struct {
	id     int
	author *user
	at     time.Time
	items  []item
}

type item struct {
	field, kind, id            string
	from, fromText, to, toText string
}

type worklog struct {
	id               int
	issue            *issue
	author           *user
	seconds          int
	started          time.Time
	created, updated time.Time
}

// store is the tracker.
type store struct {
	users      []*user
	projects   []*project
	statuses   []status
	priorities []named // highest first
	schemes    [][]string
	types      []named
	roles      []named
	fields     []*field
	issues     map[int]*issue
	order      []int
	worklogs   []*worklog
	unbooked   []stamp // worklogs taken away
	last       map[string]int
	granted    map[string][]string // further permissions by role
	overrules  string              // the resolution that the workflow sets; "" for what was asked for
	offScreen  map[string]bool     // fields taken off the screens for editing, by id
	requests   []named             // request types
}

type named struct{ id, name string }

func newStore() *store {
	return &store{
		issues: map[int]*issue{}, last: map[string]int{}, granted: map[string][]string{},
		offScreen: map[string]bool{},
	}
}

// next returns the next id of a kind. Ids begin high, as on a site that has been in use.
func (st *store) next(kind string) int {
	if st.last[kind] == 0 {
		st.last[kind] = 10000
	}
	st.last[kind]++
	return st.last[kind]
}

func find[T any](list []T, is func(T) bool) (T, bool) {
	if i := slices.IndexFunc(list, is); i >= 0 {
		return list[i], true
	}
	var none T
	return none, false
}

func (st *store) user(login string) *user {
	u, ok := find(st.users, func(u *user) bool { return u.login == login })
	must(ok, "user", login)
	return u
}

func (st *store) projectRef(ref string) *project {
	p, _ := find(st.projects, func(p *project) bool {
		return strconv.Itoa(p.id) == ref || strings.EqualFold(p.key, ref) || p.name == ref
	})
	return p
}

func (st *store) statusBy(ref string) status {
	s, ok := find(st.statuses, func(s status) bool { return s.id == ref || s.name == ref })
	must(ok, "status", ref)
	return s
}

func (st *store) fieldBy(ref string) *field {
	f, _ := find(st.fields, func(f *field) bool { return f.id == ref || f.name == ref })
	return f
}

func byRef(list []named, ref string) (named, bool) {
	return find(list, func(n named) bool { return n.id == ref || n.name == ref })
}

func must(ok bool, kind, name string) {
	if !ok {
		panic(fmt.Sprintf("jirasim: no %s %q", kind, name))
	}
}

// rolesOf are the roles of a user in a project.
func (p *project) rolesOf(u *user) []string {
	var out []string
	if u == nil {
		return nil
	}
	for role, logins := range p.members {
		if slices.Contains(logins, u.login) {
			out = append(out, role)
		}
	}
	for role, groups := range p.teams {
		if slices.ContainsFunc(groups, func(g string) bool { return slices.Contains(u.groups, g) }) {
			out = append(out, role)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// The permissions of the lab's roles.
var permissions = map[string][]string{
	"SLA bot": {
		"BROWSE_PROJECTS", "ADD_COMMENTS", "EDIT_OWN_COMMENTS", "DELETE_OWN_COMMENTS", "ASSIGN_ISSUES", "EDIT_ISSUES",
		"CREATE_ISSUES",
		"MANAGE_WATCHERS", "VIEW_VOTERS_AND_WATCHERS", "TRANSITION_ISSUES", "SERVICEDESK_AGENT",
	},
	"Support engineer": staff,
	"Developer":        staff,
	"Manager": append(slices.Clone(staff), "ADMINISTER_PROJECTS", "DELETE_ISSUES", "EDIT_ALL_COMMENTS",
		"DELETE_ALL_COMMENTS", "MOVE_ISSUES"),
	"Customer": {"BROWSE_PROJECTS", "ADD_COMMENTS", "CREATE_ISSUES", "TRANSITION_ISSUES", "EDIT_OWN_COMMENTS"},
}

var staff = []string{
	"BROWSE_PROJECTS", "ADD_COMMENTS", "EDIT_OWN_COMMENTS", "DELETE_OWN_COMMENTS", "ASSIGN_ISSUES", "EDIT_ISSUES",
	"CREATE_ISSUES",
	"MANAGE_WATCHERS", "VIEW_VOTERS_AND_WATCHERS", "TRANSITION_ISSUES", "SERVICEDESK_AGENT", "WORK_ON_ISSUES",
	"ASSIGNABLE_USER",
}

// may reports whether a user holds a permission in a project; nil is a stranger, who holds none.
func (s *Server) may(u *user, p *project, permission string) bool {
	if u == nil {
		return false
	}
	if u.admin {
		return true
	}
	for _, role := range p.rolesOf(u) {
		if slices.Contains(permissions[role], permission) || slices.Contains(s.st.granted[role], permission) {
			return permission != "SERVICEDESK_AGENT" || p.desk
		}
	}
	return false
}

// reads reports whether a user may read a comment.
func (s *Server) reads(u *user, i *issue, c *comment) bool {
	switch v := c.visibility; {
	case v == nil:
	case v.kind == "role" && !slices.Contains(i.project.rolesOf(u), v.value) && !(u != nil && u.admin):
		return false
	case v.kind == "group" && !(u != nil && slices.Contains(u.groups, v.value)):
		return false
	}
	return c.public(i) || s.may(u, i.project, "SERVICEDESK_AGENT")
}

// public reports whether customers of a service desk read a comment in the portal.
func (c *comment) public(i *issue) bool {
	if !i.project.desk {
		return true
	}
	p, _ := c.properties["sd.public.comment"].(map[string]any)
	internal, _ := p["internal"].(bool)
	return !internal
}

// touch records when an issue was changed, for the stale index.
func (s *Server) touch(i *issue, at time.Time) {
	if at.After(i.updated) {
		i.updated = at
	}
	if s.opt.Lag == 0 {
		return
	}
	seen := *i
	seen.was = nil
	seen.fields, seen.history, seen.watchers = maps.Clone(i.fields), slices.Clone(i.history), slices.Clone(i.watchers)
	seen.comments = nil
	for _, x := range i.comments {
		c := *x
		seen.comments = append(seen.comments, &c)
	}
	i.was = append(i.was, snapshot{at, seen})
}

// indexed returns an issue as the search index has it, nil if it is not in the index yet. Delays are uneven: one issue
// is there at once, and another that changed earlier only after the whole of Options.Lag.
func (s *Server) indexed(i *issue) *issue {
	if s.opt.Lag == 0 {
		return i
	}
	lag := s.opt.Lag * time.Duration(i.id%3) / 2
	var out *issue
	for n := range i.was {
		if !i.was[n].at.After(s.Now().Add(-lag)) {
			out = &i.was[n].issue
		}
	}
	return out
}
