package mapping

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/enforcer"
)

// boundField is one entry of the mapping's fields.
type boundField struct {
	FieldRule
	key   string // in Values
	name  string // as the tracker shows it
	kind  string // the connectors.Field.Type; "" is not known
	files []glob // nil unless the field is held by files

	options *optionNames
}

// bindFields puts those that files hold last, so that a value goes before a file's name.
func (b *Bound) bindFields(r *resolver, path string) {
	var held []boundField
	for i, rule := range b.mapping.Fields {
		place := fmt.Sprintf("%s[%d]", path, i)
		same := func(f boundField) bool { return f.Is == rule.Is && (f.files != nil) == (rule.Attachment != nil) }
		if rule.Is != FieldHold && (slices.ContainsFunc(b.fields, same) || slices.ContainsFunc(held, same)) {
			r.report(true, place+".is", rule.Is, "the field is mapped twice")
			continue
		}
		f := boundField{FieldRule: rule, options: b.options}
		switch {
		case rule.Attachment != nil:
			f.key, f.name = connectors.FieldAttachment, "attachment"
			for _, g := range rule.Attachment {
				f.files = append(f.files, newGlob(g))
			}
			held = append(held, f)
			continue
		case rule.Attribute == AttributeDescription:
			f.key, f.name = connectors.FieldText, AttributeDescription
		default:
			// a field slabridge only writes can be missing without harm; one it reads decides deadlines and holds
			before := len(r.problems)
			f.key, f.name = r.field(b.names.fields, rule.Field, place+".field", !rule.Write)
			if f.key == "" && !rule.Write && !slices.Contains(everywhere, rule.Is) {
				b.unread(rule.Is, r.problems[before:])
			}
			f.kind = b.names.fieldTypes[f.key]
			types := b.typesOf(r, rule.Tracker, place)
			if key := cmp.Or(f.key, b.names.lostField(rule.Field)); key != "" && !rule.Write {
				b.needed = append(b.needed, needed{key, rule.Field, place + ".field", types})
			}
		}
		if f.key != "" {
			b.fields = append(b.fields, f)
		}
	}
	b.fields = append(b.fields, held...)
}

// everywhere are the fields that any obligation or write may depend on; each other field matters only to those that
// name it.
var everywhere = []string{
	FieldReceived, FieldHold, FieldAgreedDue, FieldAfterHours, FieldOnBehalf, FieldNeedsPlan, FieldCost,
}

// unread keeps of a field that cannot be resolved which requests' promises cannot be judged, and why.
func (b *Bound) unread(is string, problems []Problem) {
	for i := range problems {
		if p := &problems[i]; p.Fatal {
			p.Part = true
			b.faults = append(b.faults, enforcer.Fault{Field: is, Why: is + ": " + p.Value + ": " + p.Reason.String()})
		}
	}
}

// field resolves a custom field. A bare number that nobody has seen yet is believed of Redmine: an account without an
// administrator's rights learns of a field there only from an issue that has it. Jira lists all that there are.
func (r *resolver) field(fields []entry, name, path string, fatal bool) (key, label string) {
	number := name != ""
	for _, c := range name {
		number = number && c >= '0' && c <= '9'
	}
	known := slices.ContainsFunc(fields, func(e entry) bool {
		return e.id == name || slices.Contains(e.names, name) || strings.HasPrefix(e.id, numberedField)
	})
	if number && !known {
		r.report(false, path, name, "no issue with a custom field of this id has been seen yet")
		return connectors.CustomField(name), name
	}
	id, ok := r.find("custom field", fields, name, path, fatal)
	if !ok {
		return "", ""
	}
	for _, e := range fields {
		if e.id == id {
			label = e.names[len(e.names)-1]
		}
	}
	return connectors.CustomField(id), label
}

// field finds a mapped field by the contract's id for it.
func (b *Bound) field(is string) (boundField, bool) {
	i := slices.IndexFunc(b.fields, func(f boundField) bool { return f.Is == is })
	if i < 0 {
		return boundField{}, false
	}
	return b.fields[i], true
}

// fieldName is what people see of a field by its key in Values.
func (b *Bound) fieldName(key string) string {
	id, _ := connectors.IsCustomField(key)
	for _, f := range b.names.fields {
		if f.id == id && len(f.names) > 0 {
			return f.names[len(f.names)-1]
		}
	}
	return key
}

// present is what the issue holds now, with the description among the fields, so that it is replayed like one.
func present(i connectors.Issue) connectors.Values {
	v := i.Values.Clone()
	if i.Description != "" {
		v[connectors.FieldText] = []string{i.Description}
	}
	return v
}

// needed is a field that something of a request rests on.
type needed struct {
	key   string   // in Values
	name  string   // as the mapping has it
	place string   // in the admin's file
	types []string // of the requests for which it counts; nil: of all
}

// carrierKind is the Kind of a FormerName that says where a field was seen: ID is its key in Values, Name the ids of
// the project and the type of an issue that had a place for it.
const carrierKind = "carrier"

func carrierOf(i connectors.Issue, key string) FormerName {
	place := i.Values.One(connectors.FieldProject) + "/" + i.Values.One(connectors.FieldType)
	return FormerName{Kind: carrierKind, ID: key, Name: place}
}

// needs lists what an issue of the scope must have a place for, as far as others like it have had one.
func (b *Bound) needs(i connectors.Issue, s *BoundScope) []needed {
	if !slices.Contains(s.projects, i.Values.One(connectors.FieldProject)) || i.Author == b.self {
		return nil
	}
	kinds := slices.Concat(i.Values[connectors.FieldType], i.Values[connectors.FieldRequestType])
	return slices.DeleteFunc(slices.Concat(b.needed, s.needed), func(n needed) bool {
		return n.types != nil && !overlap(n.types, kinds)
	})
}

// Carries lists, for Memory.Names, the fields that the mapping rests on and that an issue just read has a place for,
// filled or empty.
func (b *Bound) Carries(i connectors.Issue, s *BoundScope) (out []FormerName) {
	for _, n := range b.needs(i, s) {
		if _, there := i.Values[n.key]; there {
			out = append(out, carrierOf(i, n.key))
		}
	}
	return out
}

// Lacking says of an issue just read what it has no place for though other issues of its project and type had one, and
// though the mapping rests on it; nil where it has all. What it held there nobody knows: without it another rule
// would hold, and nothing would tell that it is the wrong one.
func (b *Bound) Lacking(i connectors.Issue, s *BoundScope) error {
	for _, n := range b.needs(i, s) {
		if _, there := i.Values[n.key]; !there && b.carried[carrierOf(i, n.key)] {
			return message.Errorf("%s: the field %q is missing, which other issues of the same project and type have had: it "+
				"was deleted, taken from the project or the tracker, or hidden from our account; give it back, or change the "+
				"mapping",
				n.place, n.name)
		}
	}
	return nil
}

// absent lists the mapped ids that the issue has no place for. A custom field that is not on the issue's form is
// one that nobody can fill; files and the description have a place on every issue.
func (b *Bound) absent(v connectors.Values) []string {
	var out []string
	for _, f := range b.fields {
		_, custom := connectors.IsCustomField(f.key)
		_, onForm := v[f.key]
		file := slices.ContainsFunc(b.fields, func(x boundField) bool { return x.Is == f.Is && x.files != nil })
		if custom && !onForm && !file {
			out = append(out, f.Is)
		}
	}
	return out
}

// flags are the mapped fields that hold yes or no, or a moment: a tracker's "0" means no there and is not a value.
var flags = []string{
	FieldAgreed, FieldAfterHours, FieldOnBehalf, FieldHold, FieldByMail, FieldPhoneNotice, FieldOnSiteAsked,
	FieldOnSiteAgreed, FieldArrived, FieldCauseReport,
}

// value is what the field holds for the contract: its values that count, "" when there are none.
func (f boundField) value(v connectors.Values) string {
	var out []string
	for _, x := range v[f.key] {
		if f.accepts(x) {
			out = append(out, x)
		}
	}
	return strings.Join(out, ", ")
}

func (f boundField) accepts(x string) bool {
	switch {
	case f.files != nil:
		return slices.ContainsFunc(f.files, func(g glob) bool { return g.match(x) })
	case f.Attribute != "":
		return utf8.RuneCountInString(strings.TrimSpace(x)) >= max(f.AtLeast, 1)
	}
	return f.options.counts(f.key, []string{x}, f.In) && !(f.In == nil && x == "0" && slices.Contains(flags, f.Is))
}

// glob is a pattern for names of files, folded.
type glob []rune

func newGlob(s string) glob { return glob(fold(s)) }

// match reports whether the whole name fits. It takes at most as many steps as the two lengths multiplied.
func (g glob) match(name string) bool {
	text := []rune(fold(name))
	p, star, from := 0, -1, 0 // star is the last * met, from where in text its run ends so far
	for i := 0; i < len(text); {
		switch {
		case p < len(g) && g[p] == '*':
			star, from = p, i
			p++
		case p < len(g) && (g[p] == '?' || g[p] == text[i]):
			p++
			i++
		case star >= 0:
			from++
			p, i = star+1, from
		default:
			return false
		}
	}
	for p < len(g) && g[p] == '*' {
		p++
	}
	return p == len(g)
}

// fold makes names comparable as people take them: without case, ё as е. Computers of Apple write ё and й as a
// letter and a mark of its own, so the marks go and й is taken as и.
func fold(s string) string {
	return strings.Map(func(c rune) rune {
		switch c {
		case 'ё':
			return 'е'
		case 'й':
			return 'и'
		case '\u0306', '\u0308':
			return -1
		}
		return c
	}, strings.ToLower(s))
}

const (
	layoutMinutes = "2006-01-02 15:04"
	layoutSeconds = "2006-01-02 15:04:05"
)

// parseMoment reads a moment that a person typed or a tracker stored. Without an offset it is local to zone; a
// date alone is its first moment, and dateOnly says so.
func parseMoment(s string, zone *time.Location) (at time.Time, dateOnly, ok bool) {
	s = strings.TrimSpace(s)
	if len(s) < len(time.DateOnly) || !digit(rune(s[0])) { // most values of fields are no moments
		return time.Time{}, false, false
	}
	s = squeeze(s)
	for _, layout := range []string{
		time.RFC3339, layoutSeconds, layoutMinutes, "2006-01-02T15:04", "02.01.2006 15:04:05",
		"02.01.2006 15:04",
	} {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return t, false, true
		}
	}
	for _, layout := range []string{time.DateOnly, "02.01.2006"} {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return t, true, true
		}
	}
	return time.Time{}, false, false
}
