package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// mostTries is how often a step is sent before only a human tries it again: where a machine changes the issue whenever
// we write to it, the two must not keep each other going.
const mostTries = 5

// A refusal is tried again when something changed that it may have rested on, as far as the tracker shows it:
//   - the issue: somebody else changed a field, the project, a subtask or a relation (a comment alone changes nothing);
//   - the rights and names: our account's rights in the issue's project, who is a member there and in which role, whether
//     the project is closed, and which priorities, statuses, types and fields there are;
//   - the configuration.
//
// Workflow rules the tracker does not show: for those there is 'slabridge ledger retry'.

// against is what a refusal of a write to the issue rests on, in three words: project, names and issue.
func (p *pass) against(h connectors.History) string {
	last := ""
	for _, e := range h.Events {
		if e.Author != p.names.Self.ID && len(e.Changes) > 0 {
			last = e.ID
		}
	}
	project := h.Issue.Values.One(connectors.FieldProject)
	return strings.Join([]string{project, p.around(project), digest([]any{last, h.Issue.Private})}, " ")
}

// around is a digest of the names and rights that writes in a project depend on.
func (p *pass) around(project string) string {
	if d, ok := p.digests[project]; ok {
		return d
	}
	type member struct {
		ID     string
		Locked bool
		Roles  []string
	}
	d := p.names
	var members []member
	for _, x := range d.People {
		if roles := x.Roles[project]; len(roles) > 0 {
			members = append(members, member{x.ID, x.Locked, slices.Sorted(slices.Values(roles))})
		}
	}
	slices.SortFunc(members, func(a, b member) int { return strings.Compare(a.ID, b.ID) })
	var rights []string
	for _, r := range d.Self.Rights {
		if r.Project == project {
			rights = append(rights, r.Permissions...)
		}
	}
	slices.Sort(rights)
	closed := slices.ContainsFunc(d.Projects, func(x connectors.Project) bool { return x.ID == project && x.Closed })
	if p.digests == nil {
		p.digests = map[string]string{}
	}
	p.digests[project] = digest([]any{rights, d.Self.Admin, closed, members, d.Priorities, d.Statuses, d.Types, d.Fields})
	return p.digests[project]
}

// digest is a short digest of plain values, which always encode.
func digest(v any) string {
	b, _ := json.Marshal(v)
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:6])
}

// changedAround reports whether names or rights changed since an entry was refused.
func (p *pass) changedAround(e ledger.Entry) bool {
	words := strings.Split(e.Facts.Against, " ")
	return len(words) == 3 && words[1] != p.around(words[0])
}

// reconsider lets the refused steps of an issue be decided again, when something changed that the refusal may rest on.
func (p *pass) reconsider(ctx context.Context, v *view, id string) error {
	refused := p.refused[v.ID][id]
	if len(refused) == 0 {
		return nil
	}
	m, ok, err := p.e.mirrored(ctx, p.conn.ID, id)
	if err != nil || !ok && id != wholeContract {
		return err
	}
	for _, e := range refused {
		same := e.Facts.Fingerprint == v.Fingerprint && !p.changedAround(e)
		if same && (id == wholeContract || e.Facts.Against == p.against(m.history)) || e.Facts.Against == "" {
			continue
		}
		e.Reason = enforcer.Reason{Code: "changed", Text: enforcer.Text{
			"en": "something changed since the tracker refused it: it is tried again",
			"ru": "с отказа трекера что-то изменилось: пробуем снова",
		}}
		moved, err := p.e.ledger.Move(ctx, p.now, ledger.Intended, e)
		if err != nil {
			return err
		}
		of := p.pending[v.ID]
		if of == nil {
			of = map[string][]ledger.Entry{}
			p.pending[v.ID] = of
		}
		of[id] = append(of[id], moved...)
	}
	delete(p.refused[v.ID], id)
	return nil
}
