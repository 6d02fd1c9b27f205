package mapping

import (
	"slices"

	"slabridge/connectors"
)

// wordings are what a comment says where the tracker does not take the assignee, the priority, or both; nil where its
// text tells of neither. All bear the comment's mark.
func (o WriteOptions) wordings(c *connectors.Comment, text func(without []string) string) []connectors.Wording {
	if !o.Wordings {
		return nil
	}
	var out []connectors.Wording
	with := func(without ...string) {
		if t := text(without) + "\n\n" + c.Mark; t != c.Text {
			out = append(out, connectors.Wording{Without: without, Text: t})
		}
	}
	with(connectors.FieldAssignee)
	with(connectors.FieldPriority)
	if len(out) == 2 {
		with(connectors.FieldAssignee, connectors.FieldPriority)
	}
	return out
}

// untold are the steps without what their update does to these fields.
func untold(steps []step, fields []string) []step {
	steps = slices.Clone(steps)
	for i := range steps {
		if slices.Contains(fields, connectors.FieldAssignee) {
			steps[i].assigned = ""
		}
		if slices.Contains(fields, connectors.FieldPriority) {
			steps[i].priority = ""
		}
	}
	return steps
}
