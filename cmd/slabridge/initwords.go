package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/mapping"
	"slabridge/mapping/guess"
)

// fewUnknown is the largest number of unclassed statuses at which `init` also asks about those that no request was in:
// a tracker may have many that only other projects use.
const fewUnknown = 3

// chooseStatuses asks for the class of each status.
func (v *interview) chooseStatuses(ctx context.Context) error {
	v.heading(v.t("statuses") + ":")
	v.draft.statuses = guess.Statuses(v.sample, guess.RoleOf(v.sample, v.draft.guessedRoles))
	unknown := 0
	for _, s := range v.draft.statuses {
		if s.Class == "" {
			unknown++
		}
	}
	for i := range v.draft.statuses {
		s := &v.draft.statuses[i]
		seen := v.tf("in it now %d", s.Issues)
		if s.Visits > 0 {
			seen += "; " + v.tf("the customer ended it: %d of %d", s.ByCustomer, s.Visits)
		}
		x := question{
			id: "status." + s.Name, text: v.tf("What does the status %s mean? (%s)", s.Name, seen),
			guess: []string{cmp.Or(string(s.Class), nothing)},
			sure:  s.Sure && (s.Class != "" || unknown > fewUnknown),
			options: []option{
				{string(enforcer.New), v.t("nobody has begun")},
				{string(enforcer.Working), v.t("we are at work")},
				{string(enforcer.WaitingCustomer), v.t("the customer must answer first")},
				{string(enforcer.WaitingThirdParty), v.t("somebody else must act first")},
				{string(enforcer.Resolved), v.t("solved, the customer may object")},
				{string(enforcer.Closed), v.t("over")},
				{nothing, v.t("requests in it are held")},
			},
		}
		said, err := v.one(ctx, x)
		if err != nil {
			return err
		}
		if said == nothing {
			said = ""
		}
		s.Class = enforcer.StatusClass(said)
		if s.Used() || s.Category == "" {
			class := v.t("no class")
			if s.Class != "" {
				class = v.class(s.Class)
			}
			v.line("  ", fmt.Sprintf("%s: %s (%s)", s.Name, class, seen))
		}
	}
	return nil
}

// chooseSeverity asks what tells the severity of a request, and which severity each value means.
func (v *interview) chooseSeverity(ctx context.Context) error {
	severities := obliging(v.draft.contract)
	v.draft.rest = guess.Rest(severities)
	if len(severities) < 2 {
		return nil
	}
	v.heading(v.t("severity") + ":")
	sources, sure := guess.Sources(v.sample, severities)
	x := question{id: "severity.by", text: v.t("What tells how grave a request is?"), sure: sure}
	for _, s := range sources {
		x.options = append(x.options, option{sourceID(s), v.valuesOf(s)})
	}
	x.options = append(x.options, option{nothing, v.tf("every request is %s", v.severity(v.draft.contract, v.draft.rest))})
	if x.guess = []string{nothing}; len(sources) > 0 && sources[0].Tells {
		x.guess = []string{sourceID(sources[0])}
	}
	by, err := v.one(ctx, x)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(sources, func(s guess.Source) bool { return sourceID(s) == by })
	v.tellUnread(sources, at)
	if at < 0 {
		return nil
	}
	s := sources[at]
	v.draft.source = &s
	v.line("  ", v.sourceTitle(s)+": "+v.valuesOf(s))
	for i := range s.Values {
		if err := v.chooseValue(ctx, &s.Values[i], severities); err != nil {
			return err
		}
	}
	if err := v.chooseRest(ctx, s, severities); err != nil {
		return err
	}
	if len(s.Values) == 1 {
		v.line("  ", v.draft.unproven(v.page))
	}
	return nil
}

// tellUnread names the fields that are called severity and were not taken, since nothing in them says a severity: they
// would tell more than what was taken instead, and a person may know what their values mean.
func (v *interview) tellUnread(sources []guess.Source, taken int) {
	if taken >= 0 && sources[taken].Kind == guess.ByField {
		return
	}
	var empty []string
	for _, f := range v.sample.Directory.Fields {
		if !guess.SaysSeverity(f) {
			continue
		}
		if values, _ := guess.Tally(v.sample.Issues, f.ID); len(values) == 0 {
			empty = append(empty, f.Name)
		}
	}
	for _, s := range sources {
		if s.Titled && !s.Tells {
			v.linef("  ", "not taken: field %s (%s), no value of it is called as a severity of the contract; to "+
				"take it, answer severity.by with %s, and say what each value means", s.Field.Name, v.valuesOf(s), sourceID(s))
		}
	}
	if empty != nil {
		v.linef("  ", "not taken, though called as if they told it: fields in which no request has a value (%s)",
			strings.Join(empty, ", "))
	}
}

// obliging are the severities with obligations.
func obliging(c *enforcer.Contract) []enforcer.Severity {
	return slices.DeleteFunc(slices.Clone(c.Severities), func(s enforcer.Severity) bool {
		return !slices.ContainsFunc(c.Obligations, func(o enforcer.Obligation) bool {
			return slices.ContainsFunc(o.Rules, func(r enforcer.Rule) bool {
				return r.Severities == nil || slices.Contains(r.Severities, s.ID)
			})
		})
	})
}

// chooseRest asks what a request without a value is. Values that nobody has used yet will mean it as well.
func (v *interview) chooseRest(ctx context.Context, s guess.Source, severities []enforcer.Severity) (err error) {
	x := question{
		id: "severity.rest", text: v.tf("And a request without a value, or with another? (empty: %d)", s.Empty),
		options: v.severityOptions(severities), guess: []string{v.draft.rest}, sure: s.Empty == 0,
	}
	if v.draft.rest, err = v.one(ctx, x); err == nil {
		v.linef("  ", "everything else: %s (empty: %d)", v.severity(v.draft.contract, v.draft.rest), s.Empty)
	}
	return err
}

func (v *interview) severityOptions(severities []enforcer.Severity) []option {
	var out []option
	for _, s := range severities {
		out = append(out, option{s.ID, s.Title.In(v.lang)})
	}
	return out
}

func (v *interview) chooseValue(ctx context.Context, x *guess.Value, severities []enforcer.Severity) (err error) {
	is := cmp.Or(x.Is, v.draft.rest)
	x.Is, err = v.one(ctx, question{
		id: "severity." + x.Name, text: v.tf("How grave is %s? (requests: %d)", x.Name, x.Count),
		options: v.severityOptions(v.draft.contract.Severities), guess: []string{is}, sure: x.Sure,
	})
	if err == nil {
		v.line("    ", fmt.Sprintf("%s: %s (%d)", x.Name, v.severity(v.draft.contract, x.Is), x.Count))
	}
	return err
}

// valuesOf tells a source's values with their counts.
func (v *interview) valuesOf(s guess.Source) string {
	var out []string
	for _, x := range s.Values {
		out = append(out, fmt.Sprintf("%s %d", x.Name, x.Count))
	}
	if s.Empty > 0 {
		out = append(out, v.tf("empty %d", s.Empty))
	}
	return strings.Join(out, ", ")
}

// sourceTitle names a source to people.
func (v *interview) sourceTitle(s guess.Source) string {
	switch s.Kind {
	case guess.ByField:
		return v.tf("field %s", s.Field.Name)
	case guess.ByType:
		return v.t("type of the request")
	}
	return v.t("priority")
}

// sourceID names a source in answers.
func sourceID(s guess.Source) string {
	if s.Kind == guess.ByField {
		return s.Kind + ":" + s.Field.Name
	}
	return s.Kind
}

// chooseFields looks for the fields that the contract's duties need.
func (v *interview) chooseFields(ctx context.Context) error {
	v.heading(v.t("fields") + ":")
	duties := guess.Duties(v.draft.contract)
	var severity connectors.Field // the one that tells it, if any does
	if v.draft.source != nil {
		severity = v.draft.source.Field
	}
	for _, is := range []string{mapping.FieldReceived, mapping.FieldHold} {
		duties = append(duties, guess.Duty{Is: is})
	}
	for _, d := range duties {
		x := question{
			id: "field." + d.Is, text: v.tf("Field that holds %s", d.Is), sure: true, empty: true,
			check: func(name string) error {
				f, ok := v.field(name)
				if !ok {
					return message.New("is no field of this tracker")
				}
				if _, ok := guess.Holding(v.sample, d.Is, f); !ok {
					return message.New("says yes or no, and no request that was read says yes in a word that is known " +
						"(1, yes, да)")
				}
				return nil
			},
		}
		if found, ok := guess.Titled(v.sample, d.Is, severity); ok {
			x.guess = []string{found.Field.Name}
		}
		name, err := v.one(ctx, x)
		if err != nil {
			return err
		}
		if name == "" {
			continue
		}
		f, _ := v.field(name)
		found, _ := guess.Holding(v.sample, d.Is, f)
		v.draft.fields = append(v.draft.fields, found)
		v.linef("  ", "%s: %s (filled %d of %d)", d.Is, f.Name, found.Filled, v.draft.issues)
	}
	if len(v.draft.fields) == 0 {
		v.linef("  ", "none of what the contract asks for")
	}
	return v.listUnfounded()
}

// listUnfounded prints which obligations are not acted on because a field is missing.
func (v *interview) listUnfounded() error {
	c, err := v.equipped()
	if err != nil {
		return err
	}
	for _, d := range guess.Duties(v.draft.contract) {
		mapped := slices.ContainsFunc(v.draft.fields, func(f guess.Field) bool { return f.Is == d.Is })
		for _, id := range d.For {
			o := c.Obligation(id)
			if mapped || o == nil || o.Inert == nil {
				continue
			}
			i := slices.IndexFunc(v.draft.unfounded, func(u unfounded) bool { return u.obligation == id })
			if i < 0 {
				i = len(v.draft.unfounded)
				v.draft.unfounded = append(v.draft.unfounded, unfounded{obligation: id, source: o.Source})
			}
			v.draft.unfounded[i].fields = append(v.draft.unfounded[i].fields, d.Is)
		}
	}
	for _, u := range v.draft.unfounded {
		v.linef("  ", "not acted on: %s (%s), no field holds %s", v.obligation(u.obligation), u.source,
			strings.Join(u.fields, ", "))
	}
	return nil
}

// obligation is one of the contract's by its title; in English by its id, which the configuration is written with.
func (v *interview) obligation(id string) string {
	if o := v.draft.contract.Obligation(id); o != nil && v.lang != english {
		return o.Title.In(v.lang)
	}
	return id
}

func (v *interview) field(name string) (connectors.Field, bool) {
	for _, f := range v.names.Fields {
		id, _ := connectors.IsCustomField(f.ID)
		if f.Name == name || id == name {
			return f, true
		}
	}
	return connectors.Field{}, false
}
