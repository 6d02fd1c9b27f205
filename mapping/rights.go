package mapping

import (
	"slices"
	"strings"

	"slabridge/connectors"
	"slabridge/enforcer"
)

// Need is a right with what it is needed for: "respond/due", or the mapped id of a field.
type Need struct {
	Right connectors.Right
	For   []string
}

// Rights is what the account needs in every project of the contract to take all of its steps, and no more.
func (b *Bound) Rights(c *enforcer.Contract) []Need {
	needs := []Need{{connectors.ReadIssues, nil}}
	need := func(r connectors.Right, what string) {
		i := slices.IndexFunc(needs, func(n Need) bool { return n.Right == r })
		if i < 0 {
			needs = append(needs, Need{r, nil})
			i = len(needs) - 1
		}
		if !slices.Contains(needs[i].For, what) {
			needs[i].For = append(needs[i].For, what)
		}
	}
	for _, version := range append(slices.Clone(c.Earlier), c) { // earlier requests stay under their own text
		for i := range version.Obligations {
			obligationNeeds(&version.Obligations[i], need)
		}
	}
	for _, f := range b.fields {
		if f.Write {
			need(connectors.WriteCustomFields, f.Is)
		}
	}
	slices.SortStableFunc(needs, func(a, b Need) int {
		return slices.Index(connectors.Rights, a.Right) - slices.Index(connectors.Rights, b.Right)
	})
	return needs
}

func obligationNeeds(o *enforcer.Obligation, need func(connectors.Right, string)) {
	if !o.Active() {
		return
	}
	for _, cond := range append(slices.Clone(o.Stop), o.Start) {
		if cond.ReadsInternal() {
			need(connectors.ReadInternal, o.ID)
		}
		if cond.ReadsWork() {
			need(connectors.ReadWork, o.ID)
		}
	}
	for _, rule := range o.Rules {
		if rule.Sum != nil && rule.Sum.Billed != nil {
			need(connectors.ReadWork, o.ID)
		}
		for _, s := range rule.Steps {
			stepNeeds(s, o.ID+"/"+s.ID, need)
		}
	}
}

func stepNeeds(s enforcer.Step, what string, need func(connectors.Right, string)) {
	if s.Comment != nil {
		need(connectors.WriteComment, what)
		if s.Comment.Audience == enforcer.Internal {
			need(connectors.WriteInternal, what)
			need(connectors.TakeBack, what)
		}
	}
	for _, action := range s.Each() {
		need(rightOf[action.ID], what)
	}
}

// rightOf is the right that an action of a step takes.
var rightOf = map[string]connectors.Right{
	"assign": connectors.SetAssignee, "priority": connectors.SetPriority, "watch": connectors.AddWatchers,
	enforcer.ActionClose: connectors.SetStatus, enforcer.ActionReopen: connectors.SetStatus,
	enforcer.ActionCreate: connectors.CreateIssues,
}

// Set is a field that slabridge sets: Field as a connectors.Write has it, Name as people know it, For the steps and
// fields that need it.
type Set struct{ Field, Name, For string }

// Sets lists the fields that the contract has slabridge set, but for statuses.
func (b *Bound) Sets(c *enforcer.Contract) []Set {
	var out []Set
	for _, n := range b.Rights(c) {
		field := map[connectors.Right]string{
			connectors.SetAssignee: connectors.FieldAssignee, connectors.SetPriority: connectors.FieldPriority,
		}[n.Right]
		if field != "" {
			out = append(out, Set{field, field, strings.Join(n.For, ", ")})
		}
	}
	for _, f := range b.fields {
		if f.Write && f.key != "" {
			out = append(out, Set{f.key, f.name, f.Is})
		}
	}
	return out
}
