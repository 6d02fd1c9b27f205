package mapping

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"slabridge/config/message"
)

// entry is one thing of the tracker that a name in the configuration may mean.
type entry struct {
	id     string
	names  []string     // what people call it, the fullest last
	former []string     // what the tracker called it before
	gone   bool         // the tracker has it no more; histories speak of it
	first  []string     // names that it alone had when they were first seen
	seen   []FormerName // its names, with the moments at which they were first seen
}

// holds reports whether the entry alone had the name when it was first seen.
func (e entry) holds(name string) bool {
	return slices.ContainsFunc(e.first, func(n string) bool { return squeeze(n) == name })
}

// sharedWith reports whether the entry had the name while another still had it: that the other was renamed moved no
// name then.
func (e entry) sharedWith(other entry, name string) bool {
	had, left := other.since(name), time.Time{}
	for _, n := range other.seen {
		if n.SeenAt.After(had) && (left.IsZero() || n.SeenAt.Before(left)) {
			left = n.SeenAt
		}
	}
	return e.since(name).Before(left)
}

// since is when the entry was first seen with a name.
func (e entry) since(name string) time.Time {
	for _, n := range e.seen {
		if squeeze(n.Name) == name {
			return n.SeenAt
		}
	}
	return time.Time{}
}

// calls reports whether a name means the entry: one that the tracker has now, or a former one.
func (e entry) calls(name string, former bool) bool {
	names := e.names
	if former {
		names = e.former
	}
	return slices.ContainsFunc(names, func(n string) bool { return squeeze(n) == name })
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

func (r *resolver) report(fatal bool, path, value string, reason message.Format, args ...any) {
	r.problems = append(r.problems, Problem{Path: path, Value: value, Reason: message.Of(reason, args...), Fatal: fatal})
}

// kindWords say what the entries of the directory are.
var kindWords = map[string]message.Format{
	"custom field": "custom field", "group": "group", "person": "person", "person or group": "person or group",
	"priority": "priority", "project": "project", "project role": "project role", "status": "status",
	"tracker or issue type":               "tracker or issue type",
	"tracker, issue type or request type": "tracker, issue type or request type",
}

// namesakes are the kinds of which another may come to have the same name without anybody meaning it: of two fields or
// projects of one name it is not known which of them people use by now.
var namesakes = map[string]bool{"person": true, "person or group": true, "group": true}

// find resolves one name among the entries of a kind ("status", "person"). An id, being unique, is taken before
// any name, so that an ambiguous name always has a way out. Names must agree letter for letter but for blanks:
// a near miss is proposed, never taken.
func (r *resolver) find(kind string, entries []entry, name, path string, fatal bool) (string, bool) {
	wanted := squeeze(name)
	hits := r.hits(entries, name, path)
	if here := stillThere(hits); len(here) > 0 { // what the tracker has no more gives way to what it has
		hits = here
	}
	if len(hits) > 1 && namesakes[kind] {
		holders := slices.DeleteFunc(slices.Clone(hits), func(e entry) bool { return !e.holds(wanted) })
		if len(holders) == 1 { // a namesake who came later takes nobody's place
			r.report(false, path, name, "%d of the tracker's entries are called so; it means the one that was called so first, "+
				"%s: give its id", len(hits), labels(holders))
			hits = holders
		}
	} else if r.moved(entries, hits, name, path) {
		return "", false
	}
	switch len(hits) {
	case 1:
		return hits[0].id, true
	case 0:
		r.report(fatal, path, name, "the tracker shows no %s of this name; %s", message.Of(kindWords[kind]),
			suggest(wanted, entries))
	default:
		r.report(true, path, name,
			"%d of the tracker's entries are called so; give the id of one of %s", len(hits), labels(hits))
	}
	return "", false
}

// moved reports whether a name means something else now than when it was first seen: its first holder has another name,
// and something else has this one. Only an id in place of the name says which of them is meant.
func (r *resolver) moved(entries, hits []entry, name, path string) bool {
	wanted := squeeze(name)
	hits = stillThere(hits)
	if len(hits) != 1 || hits[0].id == wanted || hits[0].holds(wanted) || !hits[0].calls(wanted, false) {
		return false
	}
	i := slices.IndexFunc(entries, func(e entry) bool {
		return !e.gone && e.id != hits[0].id && e.holds(wanted) && !hits[0].sharedWith(e, wanted)
	})
	if i < 0 {
		return false
	}
	r.report(
		true,
		path,
		name,
		"the tracker calls %s so now, and called %s so before; give the id of the one that is meant",
		hits[0].label(),
		entries[i].label(),
	)
	return true
}

// findNamed is like find, but a name that several projects use matches all of them, and what the tracker has no more
// beside what has its name now: histories speak of it. An id is tried before a name here, too.
func (r *resolver) findNamed(kind string, entries []entry, name, path string, fatal bool) []string {
	var ids []string
	hits := r.hits(entries, name, path)
	if r.moved(entries, hits, name, path) {
		return nil
	}
	for _, e := range hits {
		ids = append(ids, e.id)
	}
	if ids == nil {
		r.find(kind, entries, name, path, fatal) // says what is wrong
	}
	return ids
}

// hits returns the entries that a name means: the one with that id, else those with that name, else those that had the
// name before. For the last a problem says what to write instead.
func (r *resolver) hits(entries []entry, name, path string) []entry {
	wanted := squeeze(name)
	if i := slices.IndexFunc(entries, func(e entry) bool { return e.id == wanted }); i >= 0 {
		return entries[i : i+1]
	}
	for _, former := range []bool{false, true} {
		var hits []entry
		for _, e := range entries {
			if e.calls(wanted, former) {
				hits = append(hits, e)
			}
		}
		if len(hits) == 0 {
			continue
		}
		if former {
			r.report(false, path, name, "the tracker has renamed it: write %s", labels(hits))
		}
		return hits
	}
	return nil
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

func labels(entries []entry) message.Message {
	var out []string
	for _, e := range entries[:min(len(entries), maxListed)] {
		out = append(out, e.label())
	}
	s := strings.Join(out, ", ")
	if len(entries) > maxListed {
		return message.Of("%s and %d more", s, len(entries)-maxListed)
	}
	return message.Verbatim(s)
}

// suggest names the entries nearest to what was written, or all there are when none is near.
func suggest(wanted string, entries []entry) message.Message {
	if len(entries) == 0 {
		return message.Of("it shows none at all to this account")
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
		return message.Of("it has %s", labels(entries))
	}
	slices.SortStableFunc(likely, func(a, b near) int { return cmp.Compare(a.distance, b.distance) })
	hits := make([]entry, 0, 3)
	for _, c := range likely[:min(len(likely), 3)] {
		hits = append(hits, c.entry)
	}
	return message.Of("did you mean %s?", labels(hits))
}
