package guess

import (
	"cmp"
	"slices"

	"slabridge/connectors"
	"slabridge/enforcer"
)

// Role is a project role with what it probably is to a contract.
type Role struct {
	Name string
	Is   enforcer.Role // "" counts as nobody's
	Sure bool
	// What its members did in the sample.
	Members, Authored, Assigned, Notes, Internal int
}

var roleWords = stems[enforcer.Role]{
	{enforcer.Support, []string{
		"support", "service desk team", "engineer", "helpdesk", "help desk", "agent", "operator", "dispatcher",
		"поддержк", "техподдержк", "инженер", "оператор", "диспетчер", "сопровожд", "специалист",
	}},
	{enforcer.Developers, []string{"develop", "program", "разраб", "программист"}},
	{enforcer.Management, []string{
		"manage", "lead", "director", "head", "chief", "менедж", "руковод", "директор", "начальник",
	}},
	{enforcer.Customer, []string{
		"customer", "client", "reporter", "requester", "service desk customers", "заказчик", "клиент", "репортер",
		"заявител", "потребител",
	}},
}

// Roles guesses what each project role of the sample is, in the tracker's order. Roles that nobody but our own account
// has are left out.
func Roles(s Sample) []Role {
	did := s.acts()
	var out []Role
	for _, r := range s.Directory.Roles {
		g := Role{Name: r.Name}
		for _, p := range s.Directory.People {
			if p.ID == s.Directory.Self.ID || p.Group || !slices.Contains(s.rolesOf(p), r.Name) {
				continue
			}
			a := did[p.ID]
			g.Members++
			g.Authored, g.Assigned, g.Notes, g.Internal =
				g.Authored+a.authored, g.Assigned+a.assigned, g.Notes+a.notes, g.Internal+a.internal
		}
		if g.Members > 0 && !slices.ContainsFunc(out, func(x Role) bool { return x.Name == g.Name }) {
			g.judge()
			out = append(out, g)
		}
	}
	return someSupport(s, out)
}

// judge guesses by the name first, then by what the members do.
func (g *Role) judge() {
	is, sure, found := roleWords.means(g.Name)
	works := g.Assigned + g.Internal
	switch {
	case found:
		// whoever is called a customer and works on requests may be staff, whose answers would count as nobody's
		g.Is, g.Sure = is, sure && (is != enforcer.Customer || works == 0)
	case works > 0:
		g.Is = enforcer.Support
	case g.Authored > 0:
		g.Is = enforcer.Customer
	}
}

// someSupport makes the role that works most support where none is called so: somebody answers the customers. A role
// whose members all have another role with a meaning has none itself.
func someSupport(s Sample, roles []Role) []Role {
	for i := range roles {
		if _, _, named := roleWords.means(roles[i].Name); !named && covered(s, roles[i], roles) {
			roles[i].Is, roles[i].Sure = "", true
		}
	}
	if slices.ContainsFunc(roles, func(r Role) bool { return r.Is == enforcer.Support }) {
		return roles
	}
	busiest := -1
	for i, r := range roles {
		if r.Is.Staff() && (busiest < 0 || r.Assigned+r.Notes > roles[busiest].Assigned+roles[busiest].Notes) {
			busiest = i
		}
	}
	if busiest >= 0 {
		roles[busiest].Is, roles[busiest].Sure = enforcer.Support, false
	}
	return roles
}

// covered reports whether every member of a role has another one that its name tells.
func covered(s Sample, r Role, roles []Role) bool {
	for _, p := range s.Directory.People {
		has := s.rolesOf(p)
		if p.ID == s.Directory.Self.ID || p.Group || !slices.Contains(has, r.Name) {
			continue
		}
		if !slices.ContainsFunc(roles, func(other Role) bool {
			_, _, named := roleWords.means(other.Name)
			return named && slices.Contains(has, other.Name)
		}) {
			return false
		}
	}
	return true
}

// Person is somebody who may lead, with how many requests of the sample they were given.
type Person struct {
	ID, Login, Name string
	Assigned        int
	Namesakes       bool // others are called the same: only the id names this one
}

// People lists who has one of the project roles, or all people for none, those first who were given most. Locked
// accounts, groups and our own are left out.
func People(s Sample, projectRoles []string) []Person {
	did := s.acts()
	var out []Person
	for _, p := range s.Directory.People {
		if p.ID == s.Directory.Self.ID || p.Group || p.Locked {
			continue
		}
		has := s.rolesOf(p)
		if len(has) == 0 ||
			projectRoles != nil && !slices.ContainsFunc(has, func(r string) bool {
				return slices.Contains(projectRoles, r)
			}) {
			continue
		}
		out = append(out, Person{
			ID: p.ID, Login: p.Login, Name: p.Name, Assigned: did[p.ID].assigned,
			Namesakes: slices.ContainsFunc(s.Directory.People, func(o connectors.Person) bool {
				return o.ID != p.ID && plain(o.Name) == plain(p.Name)
			}),
		})
	}
	slices.SortStableFunc(out, func(a, b Person) int { return cmp.Compare(b.Assigned, a.Assigned) })
	return out
}

// RoleOf tells what somebody is by the roles that were decided on: the highest of the provider's, else the customer's.
func RoleOf(s Sample, roles []Role) func(person string) enforcer.Role {
	return func(id string) enforcer.Role {
		p, ok := s.person(id)
		if !ok {
			return ""
		}
		var is enforcer.Role
		for _, name := range s.rolesOf(p) {
			for _, r := range roles {
				if r.Name == name && r.Is != "" && (is == "" || r.Is.Rank() > is.Rank()) {
					is = r.Is
				}
			}
		}
		return is
	}
}
