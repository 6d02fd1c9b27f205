package mapping

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"slabridge/connectors"
	"slabridge/enforcer"
)

// Bound is a mapping whose names have been resolved against one tracker. It is immutable and safe for
// concurrent use.
type Bound struct {
	mapping     Mapping
	self        string
	classes     map[string]enforcer.StatusClass // by status id
	statusNames map[string]string
	severity    []boundSeverity
	priorities  []connectors.Priority             // lowest first, as the admin lists them
	inClass     map[enforcer.StatusClass][]string // status ids, in the order in which the admin lists them
	fields      []boundField
	faults      []enforcer.Fault             // of every request: fields that cannot be read, leads that are unclear
	activities  map[string]string            // by the tracker's id
	along       map[string]map[string]string // values of fields that go with a status, by its id
	directory   roleDirectory
	names       catalogue
	options     *optionNames
	clashed     string // why it is not known which severity an option has that was renamed since
}

type boundSeverity struct {
	is   string
	when condition
}

// catalogue is what can be named in a configuration, kept to bind the scopes of contracts later.
type catalogue struct {
	statuses, priorities, types, projects, fields, roles, activities []entry

	projectsBy map[string][]int  // positions among projects, by id and by each name
	left       []FormerName      // projects that our account was a member of, and does not see
	closed     map[string]bool   // projects that refuse writes
	fieldTypes map[string]string // by the fields' keys in Values
}

// Bind resolves the names of m, whose place in the admin's file is path ("mappings[0]"), against what the
// tracker shows, and against the people and names it showed before. It reports everything that the tracker does not
// bear out. The Bound is always usable for reading histories, but nothing may be written while a problem is Fatal.
func Bind(m Mapping, d connectors.Directory, known Memory, path string) (*Bound, []Problem) {
	b := &Bound{mapping: m, self: d.Self.ID, names: catalogueOf(d), options: optionsOf(known)}
	b.names.addFormer(known.Names)
	var r resolver
	b.bindStatuses(&r, d.Statuses, known.Names, path+".status")
	b.bindPriorities(&r, d.Priorities, path+".priorities")
	b.bindFields(&r, path+".fields")
	b.bindActivities(&r, path+".activities")
	b.bindTransitions(&r, path+".transitions")
	b.directory = bindRoles(&r, m.Roles, d, known, b.names.roles, path+".roles")
	for _, role := range slices.Sorted(maps.Keys(b.directory.unclear)) {
		b.faults = append(b.faults, enforcer.Fault{Assign: role, Why: b.directory.unclear[role]})
	}
	b.bindSeverity(&r, path+".severity")
	b.bindInternal(&r, path+".internal.kind")
	return b, r.problems
}

// bindInternal looks for the role that alone reads what is internal, where the tracker shows its roles. The tracker
// would refuse such a comment; it is better to report that before.
func (b *Bound) bindInternal(r *resolver, path string) {
	role, ok := strings.CutPrefix(b.mapping.Internal.Kind, "role:")
	roles := stillThere(b.names.roles)
	if ok && len(roles) > 1 { // one is the role that everybody sees
		r.find("project role", roles, role, path, false)
	}
}

func catalogueOf(d connectors.Directory) catalogue {
	c := catalogue{closed: make(map[string]bool), fieldTypes: make(map[string]string)}
	for _, s := range d.Statuses {
		c.statuses = append(c.statuses, entry{id: s.ID, names: []string{s.Name}})
	}
	for _, p := range d.Priorities {
		c.priorities = append(c.priorities, entry{id: p.ID, names: []string{p.Name}})
	}
	for _, t := range d.Types {
		c.types = append(c.types, entry{id: t.ID, names: []string{t.Name}})
	}
	for _, p := range d.Projects {
		c.projects = append(c.projects, entry{id: p.ID, names: []string{p.Name, p.Key}})
		c.closed[p.ID] = p.Closed
	}
	for _, f := range d.Fields {
		c.fields = append(c.fields, fieldEntry(f))
		c.fieldTypes[f.ID] = f.Type
	}
	for _, t := range d.Roles {
		c.roles = append(c.roles, entry{id: t.Name, names: []string{t.ID, t.Name}}) // people carry the names of their roles
	}
	for _, a := range d.Activities {
		c.activities = append(c.activities, entry{id: a.ID, names: []string{a.Name}})
	}
	return c
}

// addFormer adds the names that the tracker had for its ids before, and what it has no more and histories speak of. Of
// a field that is gone the issues' values are gone as well: it cannot be known what they were.
func (c *catalogue) addFormer(names []FormerName) {
	lists := map[string]*[]entry{
		"status": &c.statuses, "priority": &c.priorities, "type": &c.types, "field": &c.fields, "project": &c.projects,
		"role": &c.roles,
	}
	at := map[[2]string]int{} // positions by kind and id; people carry the names of their roles
	for kind, list := range lists {
		for i, e := range *list {
			key := [2]string{kind, e.id}
			if kind == "role" {
				key[1] = e.names[0]
			}
			if _, taken := at[key]; !taken {
				at[key] = i
			}
		}
	}
	bearers := map[[2]string][]FormerName{} // by kind and name
	for _, n := range names {
		key := [2]string{n.Kind, squeeze(n.Name)}
		bearers[key] = append(bearers[key], n)
	}
	for _, n := range names {
		list := lists[n.Kind]
		if list == nil {
			continue
		}
		key, gone := [2]string{n.Kind, n.ID}, entry{id: n.ID, names: []string{n.Name}, gone: true}
		if n.Kind == "role" {
			gone.id, gone.names = n.Name, []string{n.ID, n.Name}
		}
		if custom, ok := connectors.IsCustomField(n.ID); ok && n.Kind == "field" {
			key[1] = custom
		}
		i, here := at[key]
		switch {
		case here:
			e := &(*list)[i]
			if !slices.Contains(e.names, n.Name) {
				e.former = append(e.former, n.Name)
			}
			if heldFirst(bearers[[2]string{n.Kind, squeeze(n.Name)}], n) {
				e.first = append(e.first, n.Name)
			}
		case n.Kind == "project":
			c.left = append(c.left, n)
		case n.Kind != "field":
			at[key] = len(*list)
			*list = append(*list, gone)
		}
	}
	c.indexProjects()
}

// indexProjects finds the projects by their ids and by each name that they have or had: contracts name them by the
// thousand.
func (c *catalogue) indexProjects() {
	c.projectsBy = make(map[string][]int, len(c.projects))
	for i, e := range c.projects {
		called := slices.Concat([]string{e.id}, e.names, e.former)
		for k, name := range called {
			called[k] = squeeze(name)
		}
		slices.Sort(called)
		for _, name := range slices.Compact(called) {
			c.projectsBy[name] = append(c.projectsBy[name], i)
		}
	}
}

// projectsCalled are the projects that a name may mean; all of them where it means none, to propose one.
func (c *catalogue) projectsCalled(name string) []entry {
	at := c.projectsBy[squeeze(name)]
	if len(at) == 0 {
		return c.projects
	}
	out := make([]entry, len(at))
	for i, k := range at {
		out[i] = c.projects[k]
	}
	return out
}

// heldFirst reports whether nothing else of its kind had the name earlier or since the same moment. bearers are all
// that ever had it.
func heldFirst(bearers []FormerName, n FormerName) bool {
	return !slices.ContainsFunc(bearers, func(x FormerName) bool { return x.ID != n.ID && !x.SeenAt.After(n.SeenAt) })
}

// stillThere are the entries that the tracker still has.
func stillThere(entries []entry) []entry {
	return slices.DeleteFunc(slices.Clone(entries), func(e entry) bool { return e.gone })
}

// issueTypes are the types that a new issue can have: request types of a portal are left out.
func (c catalogue) issueTypes() []entry {
	return slices.DeleteFunc(slices.Clone(c.types), func(e entry) bool {
		return e.gone || strings.HasPrefix(e.id, connectors.RequestType)
	})
}

// numberedField is how Jira's ids of custom fields begin; people know the number behind it.
const numberedField = "customfield_"

// fieldEntry is a custom field by the tracker's own id of it, which is what an admin would write.
func fieldEntry(f connectors.Field) entry {
	id := f.ID
	if custom, ok := connectors.IsCustomField(id); ok {
		id = custom
	}
	if number, ok := strings.CutPrefix(id, numberedField); ok {
		return entry{id: id, names: []string{number, f.Name}}
	}
	return entry{id: id, names: []string{f.Name}}
}

func (b *Bound) bindStatuses(r *resolver, statuses []connectors.Status, known []FormerName, path string) {
	b.classes = make(map[string]enforcer.StatusClass)
	b.inClass = make(map[enforcer.StatusClass][]string)
	b.statusNames = make(map[string]string)
	for i, rule := range b.mapping.Status {
		for j, name := range rule.Names {
			place := fmt.Sprintf("%s[%d].names[%d]", path, i, j)
			for _, id := range r.findNamed("status", b.names.statuses, name, place, false) {
				if other, taken := b.classes[id]; taken && other != rule.Is {
					r.report(true, place, name, "the status is mapped to %s already; a status has one class", other)
					continue
				}
				b.classify(id, rule.Is)
			}
		}
	}
	for _, e := range b.names.statuses {
		b.statusNames[e.id] = e.names[len(e.names)-1]
		if e.gone { // it is read in histories; nothing can be set to it
			for class, ids := range b.inClass {
				b.inClass[class] = slices.DeleteFunc(ids, func(id string) bool { return id == e.id })
			}
		}
	}
	b.bindStatusCategories(r, statuses, known, path)
	for _, s := range statuses {
		if _, ok := b.classes[s.ID]; !ok {
			r.report(false, path, s.Name,
				"no class is given for this status: requests that reach it are held; add it to one of %v", enforcer.StatusClasses)
		}
	}
}

func (b *Bound) classify(status string, class enforcer.StatusClass) {
	b.classes[status] = class
	if !slices.Contains(b.inClass[class], status) {
		b.inClass[class] = append(b.inClass[class], status)
	}
}

// bindStatusCategories classes the statuses that no rule names by the tracker's own categories, and those that it has
// no more by the category they had. A status keeps the class that it had first: where the tracker sorts it elsewhere,
// what waited for the customer would begin to run against us, or the other way, without anybody having said so.
func (b *Bound) bindStatusCategories(r *resolver, statuses []connectors.Status, known []FormerName, path string) {
	taken := b.categoryClasses(r, statuses, path)
	first := make(map[string]string) // by status, the category it was first seen in
	for _, n := range known {
		if _, seen := first[n.ID]; n.Kind == "category" && !seen {
			first[n.ID] = n.Name
		}
	}
	named := maps.Clone(b.classes)
	for _, s := range statuses {
		if _, ok := named[s.ID]; ok || s.Category == "" {
			continue
		}
		is, ok := taken[s.Category]
		if ok {
			b.classify(s.ID, is)
		}
		if was := taken[first[s.ID]]; ok && was != "" && was != is {
			r.report(true, path, s.Name, "the tracker has moved this status from its category %s to %s: it counted as %s and "+
				"would count as %s from now on; write it into the names of the one that is right", first[s.ID], s.Category, was, is)
		}
	}
	for _, e := range b.names.statuses {
		if _, ok := named[e.id]; !ok && e.gone && taken[first[e.id]] != "" {
			b.classes[e.id] = taken[first[e.id]]
		}
	}
}

// categoryClasses are the classes that the rules give to the tracker's categories.
func (b *Bound) categoryClasses(
	r *resolver, statuses []connectors.Status, path string,
) map[string]enforcer.StatusClass {
	var known []entry
	for _, s := range statuses {
		same := func(e entry) bool { return e.id == s.Category }
		if s.Category != "" && !slices.ContainsFunc(known, same) {
			known = append(known, entry{id: s.Category, names: []string{s.Category}})
		}
	}
	taken := make(map[string]enforcer.StatusClass)
	for i, rule := range b.mapping.Status {
		for j, category := range rule.Categories {
			place := fmt.Sprintf("%s[%d].categories[%d]", path, i, j)
			other, twice := taken[category]
			switch {
			case known == nil:
				r.report(true, place, category, "the statuses of this tracker have no categories; give their names")
				continue
			case twice && other != rule.Is:
				r.report(true, place, category, "the category is mapped to %s already; a status has one class", other)
				continue
			case !slices.ContainsFunc(known, func(e entry) bool { return e.id == category }):
				r.report(false, place, category,
					"the tracker shows no status of this category; its statuses are in %s", labels(known))
			}
			taken[category] = rule.Is
		}
	}
	return taken
}

// bindPriorities takes the admin's order, or the tracker's own. An order that contradicts the tracker's would
// make a bump lower the priority, so it is refused.
func (b *Bound) bindPriorities(r *resolver, all []connectors.Priority, path string) {
	if len(b.mapping.Priorities) == 0 {
		for _, p := range all {
			if !p.Inactive {
				b.priorities = append(b.priorities, p)
			}
		}
		return
	}
	for i, name := range b.mapping.Priorities {
		place := fmt.Sprintf("%s[%d]", path, i)
		id, ok := r.find("priority", stillThere(b.names.priorities), name, place, false)
		if !ok {
			continue
		}
		p := all[slices.IndexFunc(all, func(p connectors.Priority) bool { return p.ID == id })]
		if p.Inactive {
			r.report(false, place, name, "the priority is switched off in the tracker and is never set")
			continue
		}
		if n := len(b.priorities); n > 0 && b.priorities[n-1].Rank >= p.Rank {
			r.report(true, place, name,
				"priorities go from the lowest to the highest, but the tracker ranks this one not above %q", b.priorities[n-1].Name)
			continue
		}
		b.priorities = append(b.priorities, p)
	}
	for _, p := range all {
		if !p.Inactive && b.rank(p.ID) < 0 {
			r.report(false, path, p.Name, "the priority is not listed: one that people set so is left alone")
		}
	}
}

// rank is the place of the priority in the mapping's order, -1 when it has none.
func (b *Bound) rank(priority string) int {
	return slices.IndexFunc(b.priorities, func(p connectors.Priority) bool { return p.ID == priority })
}

func (b *Bound) bindSeverity(r *resolver, path string) {
	for i, rule := range b.mapping.Severity {
		place := fmt.Sprintf("%s[%d].when", path, i)
		b.severity = append(b.severity, boundSeverity{rule.Is, b.bindWhen(r, rule.When, place)})
		if len(rule.When.Priority) > 0 {
			r.report(false, place+".priority", rule.Is,
				"the severity depends on the priority, which steps may raise: only priorities set by people count for it")
		}
	}
	if i, why := clash(b.severity, b.options); i >= 0 {
		r.report(true, fmt.Sprintf("%s[%d].when.in", path, i), b.severity[i].is, "%s", why)
	}
	for i, rule := range b.severity {
		j := slices.IndexFunc(b.fields, func(f boundField) bool { return f.Write && f.key == rule.when.field })
		if rule.when.field != "" && j >= 0 {
			r.report(false, fmt.Sprintf("%s[%d].when.field", path, i), b.fields[j].name,
				"the severity depends on a field that slabridge writes as %s: only values set by people count for it",
				b.fields[j].Is)
		}
	}
}
