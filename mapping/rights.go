package mapping

import (
	"slices"

	"slabridge/enforcer"
)

// Right is something slabridge's account must be allowed to do; each connector knows its tracker's names for it.
type Right string

// The rights, in the order in which they are asked for.
const (
	ReadIssues        Right = "read issues"
	ReadInternal      Right = "read internal comments"
	WriteComment      Right = "comment"
	WriteInternal     Right = "comment internally"
	SetAssignee       Right = "assign"
	SetPriority       Right = "change priority"
	AddWatchers       Right = "add watchers"
	WriteCustomFields Right = "edit fields"
)

// Need is a right with what it is needed for: "respond/due", or the mapped id of a field.
type Need struct {
	Right Right
	For   []string
}

// Rights is what the account needs in every project of the contract to take all of its steps, and no more.
func (b *Bound) Rights(c *enforcer.Contract) []Need {
	needs := []Need{{ReadIssues, nil}}
	need := func(r Right, what string) {
		i := slices.IndexFunc(needs, func(n Need) bool { return n.Right == r })
		if i < 0 {
			needs = append(needs, Need{r, nil})
			i = len(needs) - 1
		}
		if !slices.Contains(needs[i].For, what) {
			needs[i].For = append(needs[i].For, what)
		}
	}
	for i := range c.Obligations {
		o := &c.Obligations[i]
		if o.Off || o.Inert != "" {
			continue
		}
		for _, cond := range append(slices.Clone(o.Stop), o.Start) {
			if cond.Word == enforcer.WordNote && cond.Audience != enforcer.Public {
				need(ReadInternal, o.ID)
			}
		}
		for _, rule := range o.Rules {
			for _, s := range rule.Steps {
				stepNeeds(s, o.ID+"/"+s.ID, need)
			}
		}
	}
	for _, f := range b.fields {
		if f.Write {
			need(WriteCustomFields, f.Is)
		}
	}
	order := []Right{ReadIssues, ReadInternal, WriteComment, WriteInternal, SetAssignee, SetPriority, AddWatchers, WriteCustomFields}
	slices.SortStableFunc(needs, func(a, b Need) int { return slices.Index(order, a.Right) - slices.Index(order, b.Right) })
	return needs
}

func stepNeeds(s enforcer.Step, what string, need func(Right, string)) {
	if s.Comment != nil {
		need(WriteComment, what)
		if s.Comment.Audience == enforcer.Internal {
			need(WriteInternal, what)
		}
	}
	if s.Assign != "" {
		need(SetAssignee, what)
	}
	if s.Priority != "" {
		need(SetPriority, what)
	}
	if s.Watch != "" {
		need(AddWatchers, what)
	}
}
