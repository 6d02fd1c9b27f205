package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"slabridge/enforcer"
	"slabridge/mapping"
)

// fieldIDs are the mapped fields with a meaning to the program; the items of complete requests come on top.
var fieldIDs = []string{
	mapping.FieldReceived, mapping.FieldAgreed, mapping.FieldAgreedDue, mapping.FieldAfterHours, mapping.FieldOnBehalf,
	mapping.FieldHold, mapping.FieldSLADue, mapping.FieldSLAState, mapping.FieldPhoneNotice, mapping.FieldOnSiteAsked,
	mapping.FieldOnSiteAgreed, mapping.FieldArrived, mapping.FieldCauseReport, mapping.FieldCost,
}

func (l *loader) mappings() {
	seen := l.ids()
	for i := range l.doc.Mappings {
		doc := &l.doc.Mappings[i]
		path := fmt.Sprintf("mappings[%d]", i)
		seen.add(path+".id", doc.ID)
		m := mapping.Mapping{
			ID: doc.ID, Connection: doc.Connection, Priorities: doc.Priorities, OnBehalf: doc.OnBehalf,
			DuplicateRelations: doc.DuplicateRelations,
		}
		kind := l.kindOf(path+".connection", doc.Connection)
		m.Severity = l.severityRules(path+".severity", doc.Severity)
		m.Status = l.statusRules(path+".status", doc.Status)
		m.Roles = l.roleRules(path+".roles", doc.Roles)
		m.Fields = l.fieldRules(path+".fields", doc.Fields)
		m.Internal = l.internalNotes(path+".internal", doc.Internal, kind)
		if m.DuplicateRelations == nil {
			m.DuplicateRelations = duplicates[kind]
		}
		noRepeats(l.page, path+".priorities", doc.Priorities)
		for j, s := range doc.AutoReply {
			re, err := regexp.Compile(s)
			if err != nil {
				l.fault(fmt.Sprintf("%s.auto_reply[%d]", path, j), s, "is not a regular expression: %v", err)
				continue
			}
			m.AutoReply = append(m.AutoReply, re)
		}
		l.cfg.Mappings = append(l.cfg.Mappings, m)
	}
}

// duplicates are the usual relation types of a duplicate, by kind of tracker.
var duplicates = map[string][]string{"redmine": {"duplicates"}, "jira": {"Duplicate"}}

// kindOf is the tracker's kind, "" when the connection is not known.
func (l *loader) kindOf(path, id string) string {
	if id == "" {
		return ""
	}
	var known []string
	for _, c := range l.cfg.Connections {
		if c.ID == id {
			return c.Kind
		}
		known = append(known, c.ID)
	}
	l.choose(path, id, "a connection of this file", known)
	return ""
}

func (l *loader) severityRules(path string, docs []severityRuleDoc) []mapping.SeverityRule {
	var out []mapping.SeverityRule
	always := -1
	for i, d := range docs {
		at := fmt.Sprintf("%s[%d]", path, i)
		if always >= 0 {
			l.fault(at, d.Is, "is never reached; severity[%d] takes everything that is left", always)
		}
		rule := mapping.SeverityRule{Is: d.Is}
		if d.When != nil {
			rule.When = l.when(at+".when", d.When)
		} else if always < 0 {
			always = i
		}
		out = append(out, rule)
	}
	if always < 0 && len(docs) > 0 && !l.spoilt(path) {
		l.warn(path, "", "has no last entry without `when`; a request that none of them fits is under no obligation")
	}
	return out
}

func (l *loader) when(path string, d *whenDoc) mapping.When {
	w := mapping.When{Field: d.Field, In: d.In, Tracker: d.Tracker, Category: d.Category, Priority: d.Priority}
	for _, r := range d.AuthorRole {
		w.AuthorRole = append(w.AuthorRole, enforcer.Role(r))
	}
	switch {
	case l.spoilt(path):
	case d.In != nil && d.Field == "":
		l.fault(path+".field", "", "is missing; `in` lists the values of a field")
	case w.Field == "" && w.Tracker == nil && w.Category == nil && w.Priority == nil && w.AuthorRole == nil:
		l.fault(path, "", "says nothing; write field and in, tracker, category, priority or author_role")
	}
	return w
}

func (l *loader) statusRules(path string, docs []statusRuleDoc) []mapping.StatusRule {
	var out []mapping.StatusRule
	taken := map[string]string{}
	for i, d := range docs {
		for j, name := range d.Names {
			at := fmt.Sprintf("%s[%d].names", path, i)
			if first, ok := taken[strings.ToLower(name)]; ok {
				l.fault(indexed(at, j, len(d.Names)), name, "is in two classes, or twice in one; first in %s", first)
			}
			taken[strings.ToLower(name)] = fmt.Sprintf("status[%d]", i)
		}
		out = append(out, mapping.StatusRule{Is: enforcer.StatusClass(d.Is), Names: d.Names})
	}
	for _, needed := range []enforcer.StatusClass{enforcer.Working, enforcer.Resolved, enforcer.Closed} {
		if l.spoilt(path) || slices.ContainsFunc(out, func(r mapping.StatusRule) bool { return r.Is == needed }) {
			continue
		}
		if needed == enforcer.Working || !slices.ContainsFunc(out, func(r mapping.StatusRule) bool { return !r.Is.Open() }) {
			l.warn(path, "", "has no status of class %s", needed)
		}
	}
	return out
}

func (l *loader) roleRules(path string, docs []roleRuleDoc) []mapping.RoleRule {
	var out []mapping.RoleRule
	seen := map[string]int{}
	for i, d := range docs {
		at := fmt.Sprintf("%s[%d]", path, i)
		if first, twice := seen[d.Is]; twice && d.Is != "" {
			l.fault(at+".is", d.Is, "has an entry already, roles[%d]; put everyone of one role together", first)
		}
		seen[d.Is] = i
		r := mapping.RoleRule{Is: enforcer.Role(d.Is), ProjectRoles: d.ProjectRoles, Users: d.Users, Groups: d.Groups, Lead: d.Lead, Duty: d.Duty, EveryoneElse: d.EveryoneElse}
		switch nobody := len(d.ProjectRoles)+len(d.Users)+len(d.Groups) == 0; {
		case l.spoilt(at):
		case d.EveryoneElse && r.Is != enforcer.Customer:
			l.fault(at+".everyone_else", "true", "is only for customer; a stranger's word must not count as the provider's")
		case nobody && !d.EveryoneElse:
			l.fault(at, d.Is, "names nobody; write project_roles, users or groups")
		}
		out = append(out, r)
	}
	return out
}

func (l *loader) fieldRules(path string, docs []fieldRuleDoc) []mapping.FieldRule {
	var out []mapping.FieldRule
	seen := map[string]int{}
	for i, d := range docs {
		at := fmt.Sprintf("%s[%d]", path, i)
		kept := d.Is == mapping.FieldSLADue || d.Is == mapping.FieldSLAState
		switch first, twice := seen[d.Is]; {
		case d.Is == "":
		case twice && d.Is != mapping.FieldHold: // several fields may each hold a request
			l.fault(at+".is", d.Is, "has a field already, fields[%d]", first)
		case d.Write && !kept:
			l.fault(at+".write", "true", "is only for sla-due and sla-state; the other fields belong to people")
		case kept && !d.Write:
			l.warn(at, d.Is, "does nothing without `write: true`")
		}
		seen[d.Is] = i
		out = append(out, mapping.FieldRule{Is: d.Is, Field: d.Field, In: d.In, Write: d.Write})
	}
	return out
}

// internalNotes says how comments are kept internal. Only Redmine has one obvious way.
func (l *loader) internalNotes(path string, d *internalDoc, kind string) mapping.InternalNotes {
	if d == nil {
		if kind == "redmine" {
			return mapping.InternalNotes{Kind: "private-note"}
		}
		return mapping.InternalNotes{}
	}
	word, name, named := strings.Cut(d.Kind, ":")
	ok := false
	switch kind {
	case "redmine":
		ok = d.Kind == "private-note"
	case "jira":
		ok = d.Kind == "jsm-internal" || ((word == "role" || word == "group") && named && name != "")
	default:
		return mapping.InternalNotes{}
	}
	if !ok && !l.spoilt(path) {
		accepted := map[string]string{"redmine": "private-note", "jira": "jsm-internal, role:NAME, group:NAME"}
		l.fault(path+".kind", d.Kind, "is no way to keep a comment internal in %s; accepted: %s", kind, accepted[kind])
	}
	return mapping.InternalNotes{Kind: d.Kind}
}

func noRepeats(p *page, path string, list []string) {
	for i, s := range list {
		if s != "" && slices.Index(list, s) < i {
			p.fault(fmt.Sprintf("%s[%d]", path, i), s, "is given twice")
		}
	}
}
