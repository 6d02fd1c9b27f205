package mapping

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"slabridge/config/message"
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
	renamed     map[string]string // by status id, why its class is not known though a rule has its name
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
	needed      []needed            // what requests must have a place for, if others like them have had it
	carried     map[FormerName]bool // the places that were seen, without their moments
	clashed     string              // why it is not known which severity an option has that was renamed since
}

type boundSeverity struct {
	is   string
	when condition
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
	b.carried = make(map[FormerName]bool)
	for _, n := range known.Names {
		if n.Kind == carrierKind {
			b.carried[FormerName{Kind: n.Kind, ID: n.ID, Name: n.Name}] = true
		}
	}
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

func (b *Bound) bindStatuses(r *resolver, statuses []connectors.Status, known []FormerName, path string) {
	b.classes = make(map[string]enforcer.StatusClass)
	b.inClass = make(map[enforcer.StatusClass][]string)
	b.statusNames = make(map[string]string)
	b.renamed = b.renamedAcross(statuses, known)
	for i, rule := range b.mapping.Status {
		for j, name := range rule.Names {
			place := fmt.Sprintf("%s[%d].names[%d]", path, i, j)
			for _, id := range r.findNamed("status", b.names.statuses, name, place, false) {
				if b.renamed[id] != "" && squeeze(name) != id {
					continue
				}
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
		_, ok := b.classes[s.ID]
		if why := b.renamed[s.ID]; !ok && why != "" {
			r.report(false, path, s.Name, "%s", message.Kept(why))
		} else if !ok {
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

// renamedAcross says why the class of a status is not known that had the name of one class and has that of another
// now: its workflow has not changed with the name. Only a rule that has its id tells. Where several projects have
// statuses of one name, no name has moved (resolver.moved), and this alone shows it.
func (b *Bound) renamedAcross(statuses []connectors.Status, known []FormerName) map[string]string {
	named := make(map[string]enforcer.StatusClass)
	for _, rule := range b.mapping.Status {
		for _, name := range rule.Names {
			named[squeeze(name)] = rule.Is
		}
	}
	first := make(map[string]string) // by status, the first name that a rule has
	for _, n := range known {
		if n.Kind == "status" && first[n.ID] == "" && named[squeeze(n.Name)] != "" {
			first[n.ID] = n.Name
		}
	}
	out := make(map[string]string)
	for _, s := range statuses {
		is, was := named[squeeze(s.Name)], named[squeeze(first[s.ID])]
		if is != "" && was != "" && is != was {
			out[s.ID] = message.Text("the tracker called this status %q before, which is %s, and calls it %q now, which is %s; "+
				"write its id (%s) into the names of the one that is right", first[s.ID], was, s.Name, is, s.ID)
		}
	}
	return out
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
		if _, ok := named[s.ID]; ok || s.Category == "" || b.renamed[s.ID] != "" {
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
		b.severity = append(b.severity, boundSeverity{rule.Is, b.bindWhen(r, rule.When, place, &b.needed)})
		b.severity[i].when.parts(rule.When, place, func(c condition, _ When, at string) {
			if c.priorities != nil {
				r.report(false, at+".priority", rule.Is,
					"the severity depends on the priority, which steps may raise: only priorities set by people count for it")
			}
		})
	}
	if i, why := clash(b.severity, b.options); i >= 0 {
		r.report(true, fmt.Sprintf("%s[%d].when.in", path, i), b.severity[i].is, "%s", why)
	}
	for i, rule := range b.severity {
		place := fmt.Sprintf("%s[%d].when", path, i)
		rule.when.parts(b.mapping.Severity[i].When, place, func(c condition, _ When, at string) {
			j := slices.IndexFunc(b.fields, func(f boundField) bool { return f.Write && f.key == c.field })
			if c.field != "" && j >= 0 {
				r.report(false, at+".field", b.fields[j].name,
					"the severity depends on a field that slabridge writes as %s: only values set by people count for it",
					b.fields[j].Is)
			}
		})
	}
}
