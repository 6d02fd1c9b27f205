package mapping

import (
	"fmt"
	"slices"
	"strings"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/enforcer"
)

// HasClass reports whether the mapping gives some status the class.
func (b *Bound) HasClass(class enforcer.StatusClass) bool { return len(b.inClass[class]) > 0 }

// CanTake reports whether the tracker lets our account give the issue a status of the class as it stands, in the
// status that is named; known is false where it does not say, or the issue is in none of the classes (nil: any) in
// which that is done.
func (b *Bound) CanTake(
	class enforcer.StatusClass, while []enforcer.StatusClass, h connectors.History,
) (status string, can, known bool) {
	now := h.Issue.Values.One(connectors.FieldStatus)
	if !h.TransitionsSet || while != nil && !slices.Contains(while, b.classes[now]) {
		return "", false, false
	}
	can = slices.ContainsFunc(b.inClass[class], func(id string) bool { return slices.Contains(h.Transitions, id) })
	return b.statusName(now), can, true
}

// actions finds the status that the steps to be taken call for. It gives the steps that can be taken, and the
// others back as Impossible. Of a closing and a reopening in one pass the later one is taken.
func (w *writer) actions(ds []enforcer.Decision) (possible []enforcer.Decision, impossible []Planned) {
	var wanted enforcer.StatusClass
	for _, d := range ds {
		if class := d.Changes.Class(); d.State == enforcer.Intended && class != "" {
			wanted = class
		}
	}
	why := ""
	if wanted != "" {
		w.status, why = w.statusOf(wanted)
	}
	for _, d := range ds {
		refused := why
		switch class := d.Changes.Class(); {
		case d.State != enforcer.Intended:
			continue
		case class == "":
			refused = ""
		case class != wanted:
			refused = message.Text("another step of the same pass gives the request a status of class %s", wanted)
		}
		if refused == "" {
			possible = append(possible, d)
			continue
		}
		impossible = append(impossible, Planned{Keys: []enforcer.StepKey{d.Key}, Audience: d.Audience, Impossible: refused})
	}
	return possible, impossible
}

// statusOf is the first status of the class, as the admin lists them, that the tracker lets us set now; nil when the
// issue has one of the class already. Without a status to set, why says so.
func (w *writer) statusOf(class enforcer.StatusClass) (status *string, why string) {
	now := w.h.Issue.Values.One(connectors.FieldStatus)
	if w.b.classes[now] == class {
		w.note("the status is already of class %s: %q", class, w.b.statusName(now))
		return nil, ""
	}
	for _, id := range w.b.inClass[class] {
		if !w.h.TransitionsSet || slices.Contains(w.h.Transitions, id) {
			return &id, ""
		}
	}
	if len(w.b.inClass[class]) == 0 {
		return nil, message.Text("the mapping gives no status the class %s", class)
	}
	return nil, message.Text("no status of class %s (%s) can be set from %q; the tracker lets this account set %s",
		class, w.statusList(w.b.inClass[class]), w.b.statusName(now), w.statusList(w.h.Transitions))
}

func (w *writer) statusList(ids []string) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = fmt.Sprintf("%q", w.b.statusName(id))
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// bindTransitions finds the statuses and fields of what goes with a change of status.
func (b *Bound) bindTransitions(r *resolver, path string) {
	b.along = map[string]map[string]string{}
	for i, rule := range b.mapping.Transitions {
		at := fmt.Sprintf("%s[%d]", path, i)
		values := map[string]string{}
		for _, x := range rule.Fields {
			if key, _ := r.field(b.names.fields, x.Field, at+".fields."+x.Field, true); key != "" {
				values[key] = x.Value
			}
		}
		for _, id := range r.findNamed("status", b.names.statuses, rule.To, at+".to", true) {
			b.along[id] = values
		}
	}
}

// CheckTransitions compares the values that forms require on the way to the statuses that steps set with the values
// that the mapping gives. Forms show only the transitions from an issue's present status; others are not checked.
func (b *Bound) CheckTransitions(forms []connectors.TransitionForm, classes []enforcer.StatusClass) []Problem {
	var r resolver
	wanted := map[string]bool{}
	for id := range b.along {
		wanted[id] = true
	}
	for _, class := range classes {
		for _, id := range b.inClass[class] {
			wanted[id] = true
		}
	}
	told := map[string]bool{}
	for _, f := range forms {
		if !wanted[f.Status] || told[f.Status] {
			continue
		}
		told[f.Status] = true
		b.checkTransition(&r, f.Status, forms)
	}
	return r.problems
}

// checkTransition says what is wrong with each transition to a status, nothing if one of them can be made.
func (b *Bound) checkTransition(r *resolver, status string, forms []connectors.TransitionForm) {
	given, name := b.along[status], b.statusName(status)
	var first []Problem
	for _, f := range forms {
		if f.Status != status {
			continue
		}
		var way resolver
		onForm := map[string]bool{}
		for _, x := range f.Fields {
			onForm[x.Field] = true
			value, has := given[x.Field]
			switch {
			case x.Required && !has:
				way.report(true, "transitions", name, "the tracker's form on the way to this status asks for %q, and the mapping "+
					"gives no value: {to: %s, fields: {%s: ...}}", x.Name, name, x.Name)
			case has && x.Allowed != nil && !contains(x.Allowed, value):
				way.report(true, "transitions", name, "%q is no value of %q on the way to this status: it takes %q", value, x.Name,
					x.Allowed)
			}
		}
		for key, value := range given {
			if !onForm[key] {
				way.report(false, "transitions", name, "no form on the way to this status has the field for %q: it is left out",
					value)
			}
		}
		if len(way.problems) == 0 {
			return
		}
		if first == nil {
			first = way.problems
		}
	}
	r.problems = append(r.problems, first...)
}

func contains(list []string, value string) bool {
	for _, x := range list {
		if squeeze(x) == squeeze(value) {
			return true
		}
	}
	return false
}
