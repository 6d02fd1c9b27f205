// Package guess works out what a tracker's words probably mean to a contract: which status waits for the customer,
// which field tells the severity, whose project role is support.
//
// Each guess carries the counts it rests on, so that a person can judge it, and says whether it is sure: what is not
// is for a person to answer. The package promises to be pure: a Sample of the tracker goes in, guesses come out, the
// same for the same sample. It asks nobody, reads nothing and decides nothing.
package guess

import (
	"slices"
	"strings"
	"unicode"

	"slabridge/connectors"
)

// Sample is what a tracker showed of some projects.
type Sample struct {
	Directory connectors.Directory
	Projects  []string             // ids
	Issues    []connectors.Issue   // theirs, the last changed first
	Histories []connectors.History // of the first of them
}

// person gives somebody by id.
func (s Sample) person(id string) (connectors.Person, bool) {
	i := slices.IndexFunc(s.Directory.People, func(p connectors.Person) bool { return p.ID == id })
	if i < 0 {
		return connectors.Person{}, false
	}
	return s.Directory.People[i], true
}

// rolesOf are the project roles that somebody has in the projects of the sample.
func (s Sample) rolesOf(p connectors.Person) []string {
	var out []string
	groups := []map[string][]string{p.Roles}
	for _, g := range s.Directory.Groups {
		if slices.Contains(p.Groups, g.ID) {
			groups = append(groups, g.Roles)
		}
	}
	for _, roles := range groups {
		for _, project := range s.Projects {
			for _, role := range roles[project] {
				if !slices.Contains(out, role) {
					out = append(out, role)
				}
			}
		}
	}
	return out
}

// acts are what one person did in the sample.
type acts struct{ authored, assigned, notes, internal int }

func (a acts) plus(b acts) acts {
	return acts{a.authored + b.authored, a.assigned + b.assigned, a.notes + b.notes, a.internal + b.internal}
}

// acts counts what everybody did, by person. An assignment counts once an issue and person, whoever has it now.
func (s Sample) acts() map[string]acts {
	out := map[string]acts{}
	add := func(person string, a acts) {
		if person != "" {
			out[person] = out[person].plus(a)
		}
	}
	held := map[[2]string]bool{} // issue and person
	assigned := func(issue, person string) {
		if at := [2]string{issue, person}; !held[at] {
			held[at] = true
			add(person, acts{assigned: 1})
		}
	}
	for _, i := range s.Issues {
		add(i.Author, acts{authored: 1})
		assigned(i.ID, i.Values.One(connectors.FieldAssignee))
	}
	for _, h := range s.Histories {
		for _, e := range h.Events {
			if e.Note != nil && e.Note.Internal {
				add(e.Author, acts{internal: 1})
			} else if e.Note != nil {
				add(e.Author, acts{notes: 1})
			}
			for _, c := range e.Changes {
				if c.Field == connectors.FieldAssignee && len(c.To) > 0 {
					assigned(h.Issue.ID, c.To[0])
				}
			}
		}
	}
	return out
}

// stems are the beginnings of words, or words, by what they mean.
type stems[T comparable] []struct {
	is    T
	words []string
}

// means finds what a name means: the longest stem in it decides. sure is false where stems of two meanings are in it,
// neither within the other; found is false where there is none.
func (s stems[T]) means(name string) (is T, sure, found bool) {
	text := " " + plain(name)
	best, rival := "", ""
	for _, entry := range s {
		for _, w := range entry.words {
			switch {
			case !strings.Contains(text, " "+w):
			case len(w) > len(best):
				if found && entry.is != is {
					rival = best
				}
				best, is, found = w, entry.is, true
			case entry.is != is && len(w) > len(rival):
				rival = w
			}
		}
	}
	return is, found && (rival == "" || strings.Contains(best, rival)), found
}

// plain is a name in small letters without marks, its words a blank apart.
func plain(name string) string {
	text := strings.Map(func(r rune) rune {
		switch {
		case r == 'ё' || r == 'Ё':
			return 'е'
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return ' '
	}, name)
	return strings.Join(strings.Fields(text), " ")
}

// share is a part of a whole in percent.
func share(part, whole int) int {
	if whole == 0 {
		return 0
	}
	return 100 * part / whole
}
