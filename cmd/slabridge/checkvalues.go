package main

import (
	"fmt"
	"slices"
	"strings"

	"slabridge/config"
	"slabridge/config/message"
	"slabridge/enforcer"
	"slabridge/enforcer/engine"
)

// tellValues says what the requests of a contract hold, and which values the configuration waits for in vain.
func tellValues(p *page, c *config.Contract, v engine.ValueCounts) {
	if v.Failed != "" {
		p.linef("! ", "%s: what its requests hold could not be asked: %s", v.Contract, message.Recall(p.lang, v.Failed))
		return
	}
	where := p.t("by the mirror")
	if v.Source == engine.FromTracker {
		where = p.t("asked of the tracker")
	}
	p.linef("  ", "%s: requests of the last 90 days: %d (%s)", v.Contract, v.Requests, where)
	if v.Truncated {
		p.linef("    ", "there are more: only those that changed last were read")
	}
	if v.Others > 0 {
		p.linef("    ", "in the same projects, and not the contract's: %d", v.Others)
	}
	if v.Requests > 0 {
		severities := renamed(v.Severities, func(id string) string { return p.severity(c.Contract, id) })
		p.labelled("    ", "severity: ", counts(append(severities, engine.Count{Name: p.t("none"), Count: v.Unsevere})))
		for _, f := range v.Unmatched {
			p.linef("    ! ", "without a severity: %s: %s", f.Field, fieldCounts(p, f))
		}
		statuses := renamed(v.Statuses, func(id string) string { return p.class(enforcer.StatusClass(id)) })
		p.labelled("    ", "status class: ", counts(statuses))
		if len(v.Unclassed) > 0 {
			p.linef("    ! ", "in a status of no class: %s", counts(v.Unclassed))
		}
	}
	for _, f := range v.Fields {
		if len(f.Values) > 0 || f.Empty > 0 {
			p.linef("    ", "%s holds: %s", f.Field, fieldCounts(p, f))
		}
		if len(f.Unnamed) > 0 {
			p.linef("    ", "%s: named by no rule of severity, so that the rest of the rules decides: %s", f.Field,
				counts(f.Unnamed))
		}
	}
	for _, n := range v.Notes {
		p.linef("    ! ", "in %d of them: %s", n.Count, message.Kept(n.Name))
	}
	if v.Requests+v.Others == 0 {
		return
	}
	for _, n := range v.NeverSeen {
		seen := counts(n.Seen)
		switch {
		case seen == "":
			p.linef("    ! ", "%s: %q was never seen: no request holds anything in %s", n.Path, n.Value, n.Field)
		case n.Meant != "":
			p.linef(
				"    ! ",
				"%s: %q was never seen in %s; seen are %s; did you mean %q?",
				n.Path,
				n.Value,
				n.Field,
				seen,
				n.Meant,
			)
		default:
			p.linef("    ! ", "%s: %q was never seen in %s; seen are %s", n.Path, n.Value, n.Field, seen)
		}
	}
}

// fieldCounts lists the values of a field, and how many requests have none.
func fieldCounts(p *page, f engine.FieldValues) string {
	all := slices.Clone(f.Values)
	if f.Empty > 0 {
		all = append(all, engine.Count{Name: p.t("empty"), Count: f.Empty})
	}
	return counts(all)
}

// renamed are the counts of ids under the words for them.
func renamed(all []engine.Count, word func(id string) string) []engine.Count {
	out := slices.Clone(all)
	for i := range out {
		out[i].Name = word(out[i].Name)
	}
	return out
}

// counts lists names with how often each was seen.
func counts(all []engine.Count) string {
	var out []string
	for _, c := range all {
		out = append(out, fmt.Sprintf("%s %d", oneLine(c.Name), c.Count))
	}
	return strings.Join(out, ", ")
}
