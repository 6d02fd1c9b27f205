package mapping

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
)

// Remembered is what a person was in a project when last seen there: the tracker forgets the roles of people
// who leave, but their old answers stay staff's. Kept beside the ledger, one entry per person, project and set
// of roles; LastSeen moves on while the entry holds.
type Remembered struct {
	Person   string
	Name     string
	Project  string
	Roles    []string // native role names, and ids of groups that the tracker keeps apart from people; sorted
	LastSeen time.Time
}

// Memory is what the tracker showed before and may not show any more.
type Memory struct {
	People []Remembered
	Names  []FormerName
	// Options reads what a history tells of the names of list fields' options; nil where the tracker has no ids for them.
	Options func(connectors.History) []connectors.Option
}

// FormerName is what the tracker called one of its ids at some time, now included; of the kind "category" it is the
// class that the tracker sorted the status of that id into, and of the kind "carrier" a place where a field was seen
// (Bound.Carries). They stand in the order in which they were first seen.
type FormerName struct {
	Kind     string // "status", "priority", "type", "field", "project", "role", "person", "group", "option" ...
	ID, Name string
	SeenAt   time.Time // when it was first seen
}

// roleDirectory answers who has which role of the contract where and when.
type roleDirectory struct {
	self   string
	readAt time.Time
	people map[string]connectors.Person
	names  map[string]string
	past   map[membership][]Remembered // by LastSeen, oldest first
	roles  []boundRole
	// unclear is why it is not known who is to be assigned for a role: several people are called so
	unclear map[enforcer.Role]string
}

type membership struct{ person, project string }

type boundRole struct {
	rule   RoleRule
	place  string   // in the admin's file
	native []string // names of project roles, and ids of groups whose members the tracker shows
	users  []string // persons, and groups that count as one, that have the role everywhere
	lead   []string
	duty   []string
}

func bindRoles(
	r *resolver, rules []RoleRule, d connectors.Directory, known Memory, native []entry, path string,
) roleDirectory {
	rd := roleDirectory{
		self: d.Self.ID, readAt: d.ReadAt,
		people: make(map[string]connectors.Person), names: make(map[string]string), past: make(map[membership][]Remembered),
		unclear: make(map[enforcer.Role]string),
	}
	for _, m := range known.People {
		k := membership{m.Person, m.Project}
		rd.past[k] = append(rd.past[k], m)
		rd.names[m.Person] = m.Name
	}
	for _, seen := range rd.past {
		slices.SortFunc(seen, func(a, b Remembered) int { return a.LastSeen.Compare(b.LastSeen) })
	}
	for _, p := range d.People {
		rd.people[p.ID] = p
		rd.names[p.ID] = p.Name
	}
	rd.names[d.Self.ID] = cmp.Or(rd.names[d.Self.ID], d.Self.Name)
	for _, n := range known.Names {
		if _, known := rd.names[n.ID]; n.Kind == "person" && !known { // whoever has left counts as what they were
			rd.names[n.ID] = n.Name
		}
	}
	people, groups := rd.entries()
	addFormerNames(people, "person", known.Names)
	addFormerNames(groups, "person", known.Names)
	anyone := slices.Concat(people, groups)
	var whole []entry // groups that the tracker keeps apart from people
	for _, g := range d.Groups {
		whole = append(whole, entry{id: g.ID, names: []string{g.Name}})
	}
	for _, n := range known.Names {
		if n.Kind == "group" && !slices.ContainsFunc(whole, func(e entry) bool { return e.id == n.ID }) {
			whole = append(whole, entry{id: n.ID, names: []string{n.Name}, gone: true})
		}
	}
	addFormerNames(whole, "group", known.Names)
	groups = slices.Concat(groups, whole)
	for i, rule := range rules {
		place := fmt.Sprintf("%s[%d]", path, i)
		b := boundRole{rule: rule, place: place}
		b.native = withFormer(native, r.findAll("project role", native, rule.ProjectRoles, place+".project_roles", true))
		b.users = r.findAll("person", people, rule.Users, place+".users", true)
		b.bindGroups(r, rd, groups)
		before := len(r.problems)
		b.lead = r.findAll("person or group", anyone, rule.Lead, place+".lead", false)
		b.duty = r.findAll("person or group", anyone, rule.Duty, place+".duty", false)
		rd.doubt(rule.Is, r.problems[before:])
		rd.warnAbout(r, b, place)
		rd.roles = append(rd.roles, b)
	}
	return rd
}

// doubt keeps why it is not known who is to be assigned for a role. Only assigning depends on who leads it.
func (rd *roleDirectory) doubt(role enforcer.Role, problems []Problem) {
	for i := range problems {
		if p := &problems[i]; p.Fatal {
			p.Part = true
			rd.unclear[role] = p.Path + ": " + p.Value + ": " + p.Reason.String()
		}
	}
}

// addFormerNames adds to people or groups what the tracker called them before.
func addFormerNames(entries []entry, kind string, names []FormerName) {
	for _, n := range names {
		if n.Kind != kind {
			continue
		}
		for i := range entries {
			if e := &entries[i]; e.id == n.ID {
				if !slices.Contains(e.names, n.Name) {
					e.former = append(e.former, n.Name)
				}
				if heldFirst(names, n) {
					e.first = append(e.first, n.Name)
				}
			}
		}
	}
}

// withFormer adds to the names of project roles those that they had before: by them people who left are remembered.
func withFormer(roles []entry, names []string) []string {
	out := slices.Clone(names)
	for _, e := range roles {
		if !slices.Contains(names, e.id) {
			continue
		}
		for _, former := range e.former {
			if !slices.ContainsFunc(roles, func(x entry) bool { return x.id == former && !x.gone }) {
				out = append(out, former)
			}
		}
	}
	return out
}

// entries lists who can be named: everyone the tracker shows, and those it showed once.
func (rd *roleDirectory) entries() (people, groups []entry) {
	for id, name := range rd.names {
		e := entry{id: id, names: []string{name}}
		p, here := rd.people[id]
		if here && p.Login != "" {
			e.names = []string{p.Login, name}
		}
		if p.Group {
			groups = append(groups, e)
			continue
		}
		people = append(people, e)
	}
	byName := func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.names[len(a.names)-1], b.names[len(b.names)-1]), cmp.Compare(a.id, b.id))
	}
	slices.SortFunc(people, byName)
	slices.SortFunc(groups, byName)
	return people, groups
}

func (rd *roleDirectory) warnAbout(r *resolver, b boundRole, place string) {
	var told []string
	for _, id := range slices.Concat(b.users, b.lead, b.duty) {
		if slices.Contains(told, id) {
			continue
		}
		told = append(told, id)
		switch p, here := rd.people[id]; {
		case !here:
			r.report(false, place, rd.names[id],
				"the tracker does not show this person any more: what they did counts, but they are neither assigned nor told")
		case p.Locked:
			r.report(false, place, p.Name, "this account is locked: what it did counts, but it is neither assigned nor told")
		}
	}
	warnRoleless := func(key, who string, ids []string) {
		for _, id := range ids {
			if p, here := rd.people[id]; here && !slices.Contains(b.users, id) && !b.nativeAnywhere(p) {
				r.report(false, place+key, p.Name,
					"%s has no role that counts as %s: a request assigned to them is not with %s", who, b.rule.Is, b.rule.Is)
			}
		}
	}
	warnRoleless(".lead", "this lead", b.lead)
	warnRoleless(".duty", "who is on duty", b.duty)
}

// Leadless lists the roles that steps of the contract assign somebody of, and for which no lead is named.
func (b *Bound) Leadless(c *enforcer.Contract) []Problem {
	var r resolver
	for _, role := range b.directory.roles {
		if len(role.rule.Lead) == 0 && c.Assigns(role.rule.Is) {
			r.report(false, role.place+".lead", string(role.rule.Is),
				"no lead is named: steps that would assign %s only comment", role.rule.Is)
		}
	}
	return r.problems
}

// Unassignable tells of the projects in which nobody can be assigned whom steps of the contract assign there: a fault,
// for the steps will be refused, that stops no other. path is the contract's ("contracts[0]").
func (b *Bound) Unassignable(c *enforcer.Contract, s *BoundScope, path string) []Problem {
	var r resolver
	for _, p := range s.projects {
		for _, role := range b.directory.roles {
			is := role.rule.Is
			if !is.Staff() || !c.Assigns(is) {
				continue
			}
			if len(role.lead) > 0 && b.directory.leadOf(is, p, nil) == "" {
				r.report(true, path+".projects", p,
					"no lead of %s can be assigned in this project: each is locked, gone or not a member of it", is)
			}
			if len(role.duty) > 0 && b.directory.dutyOf(is, p, nil) == "" {
				r.report(false, path+".projects", p,
					"nobody on duty for %s can be assigned in this project, so the lead will be: each is locked, gone or not a "+
						"member of it", is)
			}
		}
	}
	return r.problems
}

// bindGroups finds the groups. One that the tracker treats like a person has no members that we see; the others' have
// it.
func (b *boundRole) bindGroups(r *resolver, rd roleDirectory, groups []entry) {
	for i, name := range b.rule.Groups {
		place := fmt.Sprintf("%s.groups[%d]", b.place, i)
		switch id, ok := r.find("group", groups, name, place, true); {
		case !ok:
		case rd.people[id].Group:
			b.users = append(b.users, id)
			r.report(false, place, name,
				"the account cannot see who is in a group: it can be assigned and made a watcher, but its members count as %s "+
					"only by project_roles or users", b.rule.Is)
		default:
			b.native = append(b.native, id)
		}
	}
}

// Unseen reports the roles of the mapping whose holders in the projects we cannot see.
func (b *Bound) Unseen(projects []string, d connectors.Directory) []Problem {
	var r resolver
	for _, role := range b.directory.roles {
		for _, g := range d.Groups {
			here := slices.ContainsFunc(projects, func(p string) bool { return overlap(g.Roles[p], role.native) })
			if g.Unseen != "" && (here || slices.Contains(role.native, g.ID)) {
				r.report(false, role.place, g.Name,
					"who is in this group is not known: %s; its members count as %s only where users names them", g.Unseen,
					role.rule.Is)
			}
		}
		for _, p := range d.Projects {
			if p.RolesUnseen != "" && slices.Contains(projects, p.ID) && len(role.rule.ProjectRoles) > 0 &&
				!b.directory.anyone(role, p.ID) {
				r.report(false, role.place+".project_roles", p.Name,
					"who has which role in this project is not known: %s; people count as %s there only where users names them",
					p.RolesUnseen, role.rule.Is)
			}
		}
	}
	return r.problems
}

// anyone reports whether somebody has the role by what they are in the project.
func (rd *roleDirectory) anyone(b boundRole, project string) bool {
	for _, p := range rd.people {
		if overlap(p.Roles[project], b.native) {
			return true
		}
	}
	return false
}

// nativeAnywhere reports whether the person has one of the role's project roles in any project.
func (b boundRole) nativeAnywhere(p connectors.Person) bool {
	for _, roles := range p.Roles {
		if overlap(roles, b.native) {
			return true
		}
	}
	return overlap(p.Groups, b.native)
}

// People is everyone with a role in some project now, to be remembered.
func (b *Bound) People() []Remembered {
	var out []Remembered
	for _, p := range b.directory.people {
		for project, roles := range p.Roles {
			if len(roles) == 0 || p.ID == b.self {
				continue
			}
			roles = slices.Concat(roles, p.Groups)
			slices.Sort(roles)
			out = append(out, Remembered{p.ID, p.Name, project, roles, b.directory.readAt})
		}
	}
	slices.SortFunc(out, func(x, y Remembered) int {
		return cmp.Or(cmp.Compare(x.Person, y.Person), cmp.Compare(x.Project, y.Project))
	})
	return out
}

// person is someone as of a moment in a project, with the highest of the roles that the mapping gives them.
func (rd *roleDirectory) person(id, project string, at time.Time) enforcer.Person {
	return enforcer.Person{ID: id, Name: rd.names[id], Role: rd.role(id, project, at)}
}

func (rd *roleDirectory) role(id, project string, at time.Time) enforcer.Role {
	if id == "" {
		return ""
	}
	if id == rd.self {
		return enforcer.Bot
	}
	native := rd.native(id, project, at)
	best, rest := enforcer.Role(""), enforcer.Role("")
	machine := rd.machine(id, native)
	for _, r := range rd.roles {
		if r.rule.EveryoneElse && !machine {
			rest = r.rule.Is
		}
		has := slices.Contains(r.users, id) || overlap(native, r.native) && !machine
		if has && r.rule.Is != enforcer.Bot && (best == "" || r.rule.Is.Rank() > best.Rank()) {
			best = r.rule.Is
		}
	}
	return cmp.Or(best, rest)
}

// machine reports whether an app of the tracker's or a mapped bot is meant. Neither has a role, whatever its roles in
// projects are and whoever has EveryoneElse: only an entry under users gives it one. Only our own account is the Bot.
func (rd *roleDirectory) machine(id string, native []string) bool {
	return rd.people[id].App || slices.ContainsFunc(rd.roles, func(r boundRole) bool {
		return r.rule.Is == enforcer.Bot && (slices.Contains(r.users, id) || overlap(native, r.native))
	})
}

// native is the person's project roles and groups at the moment: those with which they were first seen after it, or
// those of today, or, when they have left, the last they had.
func (rd *roleDirectory) native(id, project string, at time.Time) []string {
	seen := rd.past[membership{id, project}]
	for _, m := range seen {
		if !m.LastSeen.Before(at) {
			return m.Roles
		}
	}
	p := rd.people[id]
	if today := slices.Concat(p.Roles[project], p.Groups); len(today) > 0 || len(seen) == 0 {
		return today
	}
	return seen[len(seen)-1].Roles
}

// Called are the ids of those whom steps of the contract may assign, the leads and those on duty, and of those named
// one by one whom they make watchers, each once. Groups are not among them.
func (b *Bound) Called(c *enforcer.Contract) []string {
	var out []string
	for _, r := range b.directory.roles {
		who := slices.Concat(r.lead, r.duty)
		if c.Watches(r.rule.Is) {
			who = append(who, r.users...)
		}
		for _, id := range who {
			if p, here := b.directory.people[id]; here && !p.Group && !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
	}
	return out
}

// leadOf is the first lead of the role who is active, a member of the project and not known to be unassignable, ""
// when there is none.
func (rd *roleDirectory) leadOf(role enforcer.Role, project string, unassignable map[string]bool) string {
	return rd.first(role, project, unassignable, func(r boundRole) []string { return r.lead })
}

// dutyOf is who is on duty for the role, found in the same way.
func (rd *roleDirectory) dutyOf(role enforcer.Role, project string, unassignable map[string]bool) string {
	return rd.first(role, project, unassignable, func(r boundRole) []string { return r.duty })
}

// CanAssign reports whether somebody whom the changes call in can be assigned in the project, by the names as they were
// read.
func (b *Bound) CanAssign(ch enforcer.Changes, project string) bool {
	return b.directory.leadOf(ch.Assign, project, nil) != "" ||
		ch.Duty && b.directory.dutyOf(ch.Assign, project, nil) != ""
}

// calls reports whether anybody is named whom steps may assign for the role.
func (rd *roleDirectory) calls(role enforcer.Role) bool {
	return slices.ContainsFunc(rd.roles, func(r boundRole) bool {
		return r.rule.Is == role && len(r.lead)+len(r.duty) > 0
	})
}

func (rd *roleDirectory) first(
	role enforcer.Role, project string, unassignable map[string]bool, list func(boundRole) []string,
) string {
	for _, r := range rd.roles {
		if r.rule.Is != role {
			continue
		}
		for _, id := range list(r) {
			if p, here := rd.people[id]; here && !p.Locked && len(p.Roles[project]) > 0 && id != rd.self && !unassignable[id] {
				return id
			}
		}
	}
	return ""
}

// named lists everyone active who stands for the role: the persons, groups and leads written in the
// configuration, or, where only project roles and groups are written, all who have such a role or are in such a group.
func (rd *roleDirectory) named(role enforcer.Role, project string) []string {
	var out, members []string
	add := func(to *[]string, id string) {
		if p, here := rd.people[id]; here && !p.Locked && id != rd.self && !slices.Contains(*to, id) {
			*to = append(*to, id)
		}
	}
	for _, r := range rd.roles {
		if r.rule.Is != role {
			continue
		}
		for _, id := range slices.Concat(r.users, r.lead) {
			add(&out, id)
		}
		for id, p := range rd.people {
			if !p.Group && (overlap(p.Roles[project], r.native) || overlap(p.Groups, r.native)) {
				add(&members, id)
			}
		}
	}
	if len(out) > 0 {
		return out
	}
	slices.SortFunc(members, func(a, b string) int {
		return cmp.Or(cmp.Compare(rd.names[a], rd.names[b]), cmp.Compare(a, b))
	})
	return members
}

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(x string) bool { return slices.Contains(b, x) })
}
