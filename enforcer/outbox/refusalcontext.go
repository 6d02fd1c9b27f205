package outbox

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"slabridge/connectors"
)

// MaxTries is how often a step is sent before only a human tries it again: if another program changes the issue
// whenever we write to it, the two must not trigger each other for ever.
const MaxTries = 5

// A refusal is tried again when something changed that it may have rested on, as far as the tracker shows it:
//   - the issue: somebody else changed a field, the project, a subtask or a relation (a comment alone changes nothing);
//   - the rights and names: our account's rights in the issue's project, who is a member there and in which role,
//     whether the project is closed, and which priorities, statuses, types and fields there are;
//   - the configuration.
//
// Workflow rules the tracker does not show: for those there is 'slabridge ledger retry'.

// refusalContext is what a refusal of a write to the issue rests on, in three words: project, names and issue.
func (d *desk) refusalContext(h connectors.History) string {
	last := ""
	for _, e := range h.Events {
		if e.Author != d.names.Self.ID && len(e.Changes) > 0 {
			last = e.ID
		}
	}
	project := h.Issue.Values.One(connectors.FieldProject)
	return strings.Join([]string{project, d.projectDigest(project), digest([]any{last, h.Issue.Private})}, " ")
}

// projectDigest is a digest of the names and rights that writes in a project depend on.
func (d *desk) projectDigest(project string) string {
	if known, ok := d.digests[project]; ok {
		return known
	}
	type member struct {
		ID     string
		Locked bool
		Roles  []string
	}
	n := d.names
	var members []member
	for _, x := range n.People {
		if roles := x.Roles[project]; len(roles) > 0 {
			members = append(members, member{x.ID, x.Locked, slices.Sorted(slices.Values(roles))})
		}
	}
	slices.SortFunc(members, func(a, b member) int { return strings.Compare(a.ID, b.ID) })
	var rights []string
	for _, r := range n.Self.Rights {
		if r.Project == project {
			rights = append(rights, r.Permissions...)
		}
	}
	slices.Sort(rights)
	closed := slices.ContainsFunc(n.Projects, func(x connectors.Project) bool { return x.ID == project && x.Closed })
	d.digests[project] = digest([]any{rights, n.Self.Admin, closed, members, n.Priorities, n.Statuses, n.Types, n.Fields})
	return d.digests[project]
}

// digest is a short digest of plain values, which always encode.
func digest(v any) string {
	b, _ := json.Marshal(v)
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:6])
}
