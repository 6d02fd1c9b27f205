package mapping

import (
	"fmt"
	"slices"
)

// bindActivities resolves kinds of work. A project may have its own of the same name under another id, and then
// every one of them is meant.
func (b *Bound) bindActivities(r *resolver, path string) {
	b.activities = make(map[string]string)
	for i, rule := range b.mapping.Activities {
		for j, name := range rule.Names {
			found := false
			for _, e := range b.names.activities {
				if e.id == squeeze(name) || slices.ContainsFunc(e.names, func(n string) bool {
					return squeeze(n) == squeeze(name)
				}) {
					b.activities[e.id], found = rule.Is, true
				}
			}
			if !found {
				r.report(false, fmt.Sprintf("%s[%d].names[%d]", path, i, j), name,
					"the tracker shows no kind of work (time entry activity) of this name; %s",
					suggest(squeeze(name), b.names.activities))
			}
		}
	}
}
