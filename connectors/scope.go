package connectors

import (
	"slices"
	"strings"
	"time"
)

// Scope is what of a tracker is followed: its lists show nothing else, and people and rights are read for these
// projects alone. What is asked for by its id is read wherever it is. The zero value is everything that the account
// sees.
type Scope struct {
	Projects []string // by id, key or name; nil: every project
	Query    string   // a further condition of the lists, in the tracker's own language; "" for none
}

// Of are those of the projects that are in the scope. A name that several projects have means all of them.
func (s Scope) Of(all []Project) []Project {
	if s.Projects == nil {
		return all
	}
	named := map[string]bool{}
	for _, name := range s.Projects {
		named[plain(name)] = true
	}
	var out []Project
	for _, p := range all {
		if named[p.ID] || named[plain(p.Key)] || named[plain(p.Name)] {
			out = append(out, p)
		}
	}
	return out
}

// Knows reports whether the list contains every project of the scope.
func (s Scope) Knows(all []Project) bool {
	return !slices.ContainsFunc(s.Projects, func(name string) bool {
		return len(Scope{Projects: []string{name}}.Of(all)) == 0
	})
}

// Listed are a tracker's projects as it listed them at a moment, our clock's. The zero value is none.
type Listed struct {
	Projects []Project
	At       time.Time
}

// plain is a name with its blanks as people mean them.
func plain(name string) string { return strings.Join(strings.Fields(name), " ") }

// String is the same for scopes that mean the same by the same names, "" for everything.
func (s Scope) String() string {
	var parts []string
	if s.Projects != nil {
		projects := slices.Compact(slices.Sorted(slices.Values(s.Projects)))
		parts = append(parts, "projects "+strings.Join(projects, "\n"))
	}
	if s.Query != "" {
		parts = append(parts, "query "+s.Query)
	}
	return strings.Join(parts, "\n\n")
}
