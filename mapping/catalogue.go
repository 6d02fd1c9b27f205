package mapping

import (
	"slices"
	"strings"

	"slabridge/connectors"
)

// catalogue is what can be named in a configuration, kept to bind the scopes of contracts later.
type catalogue struct {
	statuses, priorities, types, projects, fields, roles, activities []entry

	projectsBy map[string][]int  // positions among projects, by id and by each name
	lost       []FormerName      // fields that the tracker showed and shows no more
	left       []FormerName      // projects that our account was a member of, and does not see
	closed     map[string]bool   // projects that refuse writes
	fieldTypes map[string]string // by the fields' keys in Values
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
			e.seen = append(e.seen, n)
			if !slices.Contains(e.names, n.Name) {
				e.former = append(e.former, n.Name)
			}
			if heldFirst(bearers[[2]string{n.Kind, squeeze(n.Name)}], n) {
				e.first = append(e.first, n.Name)
			}
		case n.Kind == "project":
			c.left = append(c.left, n)
		case n.Kind == "field":
			c.lost = append(c.lost, n)
		default:
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

// lostField is the key in Values of a field that the tracker showed under the name and shows no more; "" for none.
func (c *catalogue) lostField(name string) string {
	for _, n := range slices.Backward(c.lost) {
		if id, _ := connectors.IsCustomField(n.ID); squeeze(n.Name) == squeeze(name) || id == name ||
			id == numberedField+name {
			return n.ID
		}
	}
	return ""
}
