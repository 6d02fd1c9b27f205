package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/mapping"
)

// fieldIDs are the mapped fields with a meaning to the program; the items of complete requests come on top.
var fieldIDs = []string{
	mapping.FieldReceived, mapping.FieldAgreed, mapping.FieldAgreedDue, mapping.FieldAfterHours, mapping.FieldOnBehalf,
	mapping.FieldHold, mapping.FieldSLADue, mapping.FieldSLAState, mapping.FieldPhoneNotice, mapping.FieldOnSiteAsked,
	mapping.FieldOnSiteAgreed, mapping.FieldArrived, mapping.FieldCauseReport, mapping.FieldCost, mapping.FieldByMail,
	mapping.FieldNeedsPlan,
}

// mappingReader reads the entries of `mappings`.
type mappingReader struct {
	*source
	connections []Connection
}

func (r mappingReader) mappings(docs []mappingDoc) []mapping.Mapping {
	var out []mapping.Mapping
	seen := newIDs(r.source)
	for i := range docs {
		doc := &docs[i]
		path := fmt.Sprintf("mappings[%d]", i)
		seen.add(path+".id", doc.ID)
		m := mapping.Mapping{
			ID: doc.ID, Connection: doc.Connection, Priorities: doc.Priorities, OnBehalf: doc.OnBehalf,
			DuplicateRelations: doc.DuplicateRelations,
		}
		kind := r.kindOf(path+".connection", doc.Connection)
		m.Severity = r.severityRules(path+".severity", doc.Severity)
		m.Status = r.statusRules(path+".status", doc.Status, kind)
		m.Roles = r.roleRules(path+".roles", doc.Roles)
		m.Fields = r.fieldRules(path+".fields", doc.Fields)
		m.Activities = r.activityRules(path+".activities", doc.Activities)
		m.Transitions = r.transitionRules(path+".transitions", doc.Transitions)
		m.Internal = r.internalNotes(path+".internal", doc.Internal, kind)
		if m.DuplicateRelations == nil {
			m.DuplicateRelations = kind.Duplicates
		}
		if m.ClosedComments = kind.ClosedComments; doc.ClosedComments != nil {
			m.ClosedComments = *doc.ClosedComments
		}
		for j, s := range doc.Priorities {
			if s != "" && slices.Index(doc.Priorities, s) < j {
				r.fault(fmt.Sprintf("%s.priorities[%d]", path, j), s, "is given twice")
			}
		}
		for j, s := range doc.AutoReply {
			re, err := regexp.Compile(s)
			if err != nil {
				r.fault(fmt.Sprintf("%s.auto_reply[%d]", path, j), s, "is not a regular expression: %v", err)
				continue
			}
			m.AutoReply = append(m.AutoReply, re)
		}
		out = append(out, m)
	}
	return out
}

// kindOf is the tracker's kind, one without a name when the connection is not known.
func (r mappingReader) kindOf(path, id string) connectors.Kind {
	if id == "" {
		return connectors.Kind{}
	}
	var known []string
	for _, c := range r.connections {
		if c.ID == id {
			return c.Kind
		}
		known = append(known, c.ID)
	}
	r.oneOf(path, id, message.Of("a connection of this file"), known)
	return connectors.Kind{}
}

func (r mappingReader) severityRules(path string, docs []severityRuleDoc) []mapping.SeverityRule {
	var out []mapping.SeverityRule
	always := -1
	for i, d := range docs {
		at := fmt.Sprintf("%s[%d]", path, i)
		if always >= 0 {
			r.fault(at, d.Is, "is never reached; severity[%d] takes everything that is left", always)
		}
		rule := mapping.SeverityRule{Is: d.Is}
		if d.When != nil {
			rule.When = readWhen(r.source, at+".when", d.When)
		} else if always < 0 {
			always = i
		}
		out = append(out, rule)
	}
	if always < 0 && len(docs) > 0 && !r.hasFault(path) {
		r.warn(path, "", "has no last entry without `when`; a request that none of them fits is under no obligation")
	}
	return out
}

func readWhen(src *source, path string, d *whenDoc) mapping.When {
	w := mapping.When{
		Field: d.Field, In: d.In, Tracker: d.Tracker, Category: d.Category, Priority: d.Priority, AuthorRole: d.AuthorRole,
	}
	switch {
	case src.hasFault(path):
	case d.In != nil && d.Field == "":
		src.fault(path+".field", "", "is missing; `in` lists the values of a field")
	case d.Matches != "" && d.Field == "":
		src.fault(path+".field", "", "is missing; `matches` is about the text of a field")
	case w.Field == "" && w.Tracker == nil && w.Category == nil && w.Priority == nil && w.AuthorRole == nil &&
		d.Any == nil && d.Not == nil:
		src.fault(path, "", "says nothing; write field and in, tracker, category, priority, author_role, any or not")
	}
	if d.Matches != "" {
		re, err := regexp.Compile(d.Matches)
		if err != nil {
			src.fault(path+".matches", d.Matches, "is not a regular expression: %v", err)
		}
		w.Matches = re
	}
	for i := range d.Any {
		w.Any = append(w.Any, readWhen(src, fmt.Sprintf("%s.any[%d]", path, i), &d.Any[i]))
	}
	if d.Not != nil {
		not := readWhen(src, path+".not", d.Not)
		w.Not = &not
	}
	return w
}

func (r mappingReader) statusRules(path string, docs []statusRuleDoc, kind connectors.Kind) []mapping.StatusRule {
	var out []mapping.StatusRule
	names, categories := map[string]string{}, map[string]string{}
	once := func(taken map[string]string, i int, key string, list []string) {
		for j, name := range list {
			if first, ok := taken[strings.ToLower(name)]; ok {
				at := indexed(fmt.Sprintf("%s[%d].%s", path, i, key), j, len(list))
				r.fault(at, name, "is in two classes, or twice in one; first in %s", first)
			}
			taken[strings.ToLower(name)] = fmt.Sprintf("status[%d]", i)
		}
	}
	for i, d := range docs {
		at := fmt.Sprintf("%s[%d]", path, i)
		switch {
		case r.hasFault(at):
		case d.Names == nil && d.Categories == nil:
			r.fault(at, d.Is, "names no status; write names or, for %s, categories", r.sorters(nameOf))
		case d.Categories != nil && kind.Name != "" && kind.Categories == nil:
			r.fault(at+".categories", d.Categories[0], "is a category of %s's; %s sorts its statuses into none, write names",
				r.sorters(titleOf), kind.Name)
		}
		once(names, i, "names", d.Names)
		once(categories, i, "categories", d.Categories)
		out = append(out, mapping.StatusRule{Is: enforcer.StatusClass(d.Is), Names: d.Names, Categories: d.Categories})
	}
	for _, needed := range []enforcer.StatusClass{enforcer.Working, enforcer.Resolved, enforcer.Closed} {
		if r.hasFault(path) || slices.ContainsFunc(out, func(r mapping.StatusRule) bool { return r.Is == needed }) {
			continue
		}
		if needed == enforcer.Working || !slices.ContainsFunc(out, func(r mapping.StatusRule) bool { return !r.Is.Open() }) {
			r.warn(path, "", "has no status of class %s", needed)
		}
	}
	return out
}

// sorters names the kinds of tracker that sort their statuses into categories.
func (r mappingReader) sorters(called func(connectors.Kind) string) string {
	var out []string
	for _, k := range r.kinds {
		if k.Categories != nil {
			out = append(out, called(k))
		}
	}
	return commas(out)
}

func nameOf(k connectors.Kind) string  { return k.Name }
func titleOf(k connectors.Kind) string { return k.Title }

func (r mappingReader) transitionRules(path string, docs []transitionRuleDoc) []mapping.TransitionRule {
	var out []mapping.TransitionRule
	for i, d := range docs {
		if slices.ContainsFunc(out, func(x mapping.TransitionRule) bool { return x.To == d.To && d.To != "" }) {
			r.fault(fmt.Sprintf("%s[%d].to", path, i), d.To, "has an entry already; put all fields of one status together")
		}
		out = append(out, mapping.TransitionRule{To: d.To, Fields: d.Fields})
	}
	return out
}

func (r mappingReader) roleRules(path string, docs []roleRuleDoc) []mapping.RoleRule {
	var out []mapping.RoleRule
	seen := map[string]int{}
	for i, d := range docs {
		at := fmt.Sprintf("%s[%d]", path, i)
		if first, twice := seen[d.Is]; twice && d.Is != "" {
			r.fault(at+".is", d.Is, "has an entry already, roles[%d]; put everyone of one role together", first)
		}
		seen[d.Is] = i
		rule := mapping.RoleRule{
			Is: enforcer.Role(d.Is), ProjectRoles: d.ProjectRoles, Users: d.Users, Groups: d.Groups, Lead: d.Lead, Duty: d.Duty,
			EveryoneElse: d.EveryoneElse,
		}
		switch nobody := len(d.ProjectRoles)+len(d.Users)+len(d.Groups) == 0; {
		case r.hasFault(at):
		case d.EveryoneElse && rule.Is != enforcer.Customer:
			r.fault(at+".everyone_else", "true", "is only for customer; a stranger's word must not count as the provider's")
		case nobody && !d.EveryoneElse:
			r.fault(at, d.Is, "names nobody; write project_roles, users or groups")
		}
		out = append(out, rule)
	}
	return out
}

func (r mappingReader) fieldRules(path string, docs []fieldRuleDoc) []mapping.FieldRule {
	var out []mapping.FieldRule
	type holder struct {
		is   string
		file bool
	}
	seen := map[holder]int{}
	for i := range docs {
		d := &docs[i]
		at := fmt.Sprintf("%s[%d]", path, i)
		h := holder{d.Is, d.Attachment != nil}
		kept := d.Is == mapping.FieldSLADue || d.Is == mapping.FieldSLAState
		switch first, twice := seen[h]; {
		case d.Is == "" || r.hasFault(at):
		case !r.oneHolder(at, d):
		case twice && d.Is != mapping.FieldHold: // several fields may each hold a request
			r.fault(at+".is", d.Is, "has %s already, fields[%d]", heldBy(d), first)
		case d.Write && !kept:
			r.fault(at+".write", "true", "is only for sla-due and sla-state; the other fields belong to people")
		case kept && !d.Write:
			r.warn(at, d.Is, "does nothing without `write: true`")
		}
		seen[h] = i
		rule := mapping.FieldRule{
			Is: d.Is, Field: d.Field, Attachment: d.Attachment, Attribute: d.Attribute, In: d.In, Plan: d.Plan, Write: d.Write,
			Tracker: d.Tracker,
		}
		if d.AtLeast != nil {
			rule.AtLeast = *d.AtLeast
		}
		out = append(out, rule)
	}
	return out
}

func heldBy(d *fieldRuleDoc) message.Format {
	if d.Attachment != nil {
		return "attachments"
	}
	return "a field"
}

// oneHolder reports whether the entry says in one way what holds the field, and nothing that has no meaning there.
func (r mappingReader) oneHolder(at string, d *fieldRuleDoc) bool {
	given := countTrue(d.Field != "", d.Attachment != nil, d.Attribute != "")
	// a flag, a moment or a sum is a value; a file only shows that something is there
	value := slices.Contains(fieldIDs, d.Is) && d.Is != mapping.FieldCauseReport
	switch {
	case given == 0:
		r.fault(at, d.Is, "names nothing that holds it; write field, attachment or attribute")
	case given > 1:
		r.fault(at, d.Is,
			"is held in two ways; write one of field, attachment and attribute, and the other as an entry of its own")
	case value && d.Field == "":
		r.fault(at, d.Is, "is a value that only a custom field can hold; write field")
	case d.In != nil && d.Field == "":
		r.fault(at+".in", "", "lists the values of a field, and this entry has none")
	case d.Tracker != nil && d.Field == "":
		r.fault(at+".tracker", "", "says which trackers have a field, and this entry has none")
	case d.AtLeast != nil && d.Attribute == "":
		r.fault(at+".at_least", fmt.Sprint(*d.AtLeast), "counts the characters of an attribute, and this entry has none")
	case d.AtLeast != nil && *d.AtLeast < 1:
		r.fault(at+".at_least", fmt.Sprint(*d.AtLeast), "is not a number of characters; write 1 or more")
	case d.Plan != "" && d.Is != mapping.FieldNeedsPlan:
		r.fault(at+".plan", d.Plan, "is only for needs-plan")
	case d.Plan == "" && d.Is == mapping.FieldNeedsPlan:
		r.fault(at+".plan", "", "is missing; it names the contract's plan that covers such work")
	default:
		return true
	}
	return false
}

func (r mappingReader) activityRules(path string, docs []activityRuleDoc) []mapping.ActivityRule {
	var out []mapping.ActivityRule
	seen := map[string]int{}
	for i, d := range docs {
		at := fmt.Sprintf("%s[%d]", path, i)
		if first, twice := seen[d.Is]; twice && d.Is != "" {
			r.fault(at+".is", d.Is, "has an entry already, activities[%d]; put all its names together", first)
		}
		seen[d.Is] = i
		out = append(out, mapping.ActivityRule{Is: d.Is, Names: d.Names})
	}
	return out
}

// internalNotes says how comments are kept internal; when nothing is written, in the tracker's only way.
func (r mappingReader) internalNotes(path string, d *internalDoc, kind connectors.Kind) mapping.InternalNotes {
	switch {
	case d == nil:
		return mapping.InternalNotes{Kind: kind.UsualInternal()}
	case kind.Name == "":
		return mapping.InternalNotes{}
	case !kind.KeepsInternal(d.Kind) && !r.hasFault(path):
		r.fault(path+".kind", d.Kind, "is no way to keep a comment internal in %s; accepted: %s",
			kind.Name, commas(kind.Internal))
	}
	return mapping.InternalNotes{Kind: d.Kind}
}
