package mapping

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// entry is one thing of the tracker that a name in the configuration may mean.
type entry struct {
	id    string
	names []string // what people call it, the fullest last
}

func (e entry) label() string {
	name := e.names[len(e.names)-1]
	if name == e.id {
		return fmt.Sprintf("%q", name)
	}
	return fmt.Sprintf("%q (id %s)", name, e.id)
}

// resolver finds entries by name and collects what it could not find.
type resolver struct {
	problems []Problem
}

func (r *resolver) report(fatal bool, path, value, reason string, args ...any) {
	r.problems = append(r.problems, Problem{Path: path, Value: value, Reason: fmt.Sprintf(reason, args...), Fatal: fatal})
}

// find resolves one name among the entries of a kind ("status", "person"). An id, being unique, is taken before
// any name, so that an ambiguous name always has a way out. Names must agree letter for letter but for blanks:
// a near miss is proposed, never taken.
func (r *resolver) find(kind string, entries []entry, name, path string, fatal bool) (string, bool) {
	wanted := squeeze(name)
	var hits []entry
	for _, e := range entries {
		if e.id == wanted {
			return e.id, true
		}
		if slices.ContainsFunc(e.names, func(n string) bool { return squeeze(n) == wanted }) {
			hits = append(hits, e)
		}
	}
	switch len(hits) {
	case 1:
		return hits[0].id, true
	case 0:
		r.report(fatal, path, name, "the tracker shows no %s of this name; %s", kind, suggest(wanted, entries))
	default:
		r.report(true, path, name,
			"%d of the tracker's entries are called so; give the id of one of %s", len(hits), labels(hits))
	}
	return "", false
}

// findNamed is find for what projects may each have of their own under one name, and then every one of them is meant.
// An id is taken before any name here, too.
func (r *resolver) findNamed(kind string, entries []entry, name, path string, fatal bool) []string {
	wanted := squeeze(name)
	var hits []string
	for _, e := range entries {
		if e.id == wanted {
			return []string{e.id}
		}
		if slices.ContainsFunc(e.names, func(n string) bool { return squeeze(n) == wanted }) {
			hits = append(hits, e.id)
		}
	}
	if hits == nil {
		r.find(kind, entries, name, path, fatal) // says what is wrong
	}
	return hits
}

func (r *resolver) findAll(kind string, entries []entry, names []string, path string, fatal bool) []string {
	var out []string
	for i, n := range names {
		if id, ok := r.find(kind, entries, n, fmt.Sprintf("%s[%d]", path, i), fatal); ok {
			out = append(out, id)
		}
	}
	return out
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

// maxListed bounds how many candidates a problem spells out.
const maxListed = 12

func labels(entries []entry) string {
	out := make([]string, 0, min(len(entries), maxListed))
	for _, e := range entries[:min(len(entries), maxListed)] {
		out = append(out, e.label())
	}
	s := strings.Join(out, ", ")
	if len(entries) > maxListed {
		s += fmt.Sprintf(" and %d more", len(entries)-maxListed)
	}
	return s
}

// suggest names the entries nearest to what was written, or all there are when none is near.
func suggest(wanted string, entries []entry) string {
	if len(entries) == 0 {
		return "it shows none at all to this account"
	}
	type near struct {
		entry
		distance int
	}
	var likely []near
	for _, e := range entries {
		best := len(wanted) + 1
		for _, n := range e.names {
			best = min(best, EditDistance(wanted, squeeze(n)))
		}
		if best <= max(2, len([]rune(wanted))/3) {
			likely = append(likely, near{e, best})
		}
	}
	if len(likely) == 0 {
		return "it has " + labels(entries)
	}
	slices.SortStableFunc(likely, func(a, b near) int { return cmp.Compare(a.distance, b.distance) })
	hits := make([]entry, 0, 3)
	for _, c := range likely[:min(len(likely), 3)] {
		hits = append(hits, c.entry)
	}
	return "did you mean " + labels(hits) + "?"
}
