package jira

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"

	"slabridge/connectors"
)

// cascade stands between the two choices of a cascading field: "Europe -> Germany".
const cascade = " -> "

// values are what a field holds, whatever its shape: texts as people see them, people by their ids, moments in UTC. A
// cascading choice is two values, its parent and both together. ok is false for what is null.
func values(raw json.RawMessage) (out []string, ok bool) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || string(raw) == "null" {
		return nil, false
	}
	switch raw[0] {
	case '[':
		var list []json.RawMessage
		if json.Unmarshal(raw, &list) != nil {
			return nil, false
		}
		for _, x := range list {
			more, _ := values(x)
			out = append(out, more...)
		}
		return out, true
	case '{':
		return objectValues(raw), true
	case '"':
		s := text(raw)
		if s == "" {
			return nil, true
		}
		return []string{plainMoment(s)}, true
	}
	return []string{string(raw)}, true // numbers as they are written: 17 digits are no float
}

// object is every shape that Jira's fields have for a value that is more than a text.
type object struct {
	person
	Value *string `json:"value"`
	Child *struct {
		Value string `json:"value"`
	} `json:"child"`
	RequestType *named `json:"requestType"`
	Title       string `json:"title"`
}

func objectValues(raw json.RawMessage) []string {
	var o object
	if json.Unmarshal(raw, &o) != nil {
		return []string{connectors.Object(raw)}
	}
	switch {
	case o.Value != nil && o.Child != nil:
		return []string{*o.Value, *o.Value + cascade + o.Child.Value}
	case o.Value != nil:
		return []string{*o.Value}
	case o.RequestType != nil:
		return []string{o.RequestType.Name}
	case o.AccountID != "" || o.DisplayName != "":
		return []string{o.id()}
	case o.Name != "":
		return []string{o.Name}
	case o.Title != "":
		return []string{o.Title}
	}
	return []string{connectors.Object(raw)}
}

var wireMoment = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d{4}|[+-]\d\d:\d\d|Z)$`)

// plainMoment gives a moment in the contract's form, and any other text as it is.
func plainMoment(s string) string {
	if !wireMoment.MatchString(s) {
		return s
	}
	at, ok := parseTime(s)
	if !ok {
		return s
	}
	return at.Truncate(time.Second).Format(time.RFC3339)
}

// system are the fields of Jira itself that have a name in the contract, by what the changelog calls them: by fieldId,
// and where that is missing by name.
var system = map[string]string{
	"status": connectors.FieldStatus, "assignee": connectors.FieldAssignee, "priority": connectors.FieldPriority,
	"project": connectors.FieldProject, "issuetype": connectors.FieldType, "duedate": connectors.FieldDueDate,
	"description": connectors.FieldText, "components": connectors.FieldCategory, "Component": connectors.FieldCategory,
	"IssueParentAssociation": connectors.FieldParent, "Parent": connectors.FieldParent, "parent": connectors.FieldParent,
	"Attachment": connectors.FieldAttachment, "attachment": connectors.FieldAttachment,
}

// offered are fields of Jira itself that mappings may name as if they were custom ones, by their ids; the value is what
// the changelog calls them where it has no id for them.
var offered = map[string]string{
	"labels": "labels", "resolution": "resolution", "fixVersions": "Fix Version", "environment": "environment",
}

// change is what one item of an entry says; ok is false for what is no field of the issue's.
func (f fieldList) change(i wireItem) (c connectors.Change, ok bool) {
	name := i.FieldID
	if name == "" {
		name = i.Field
	}
	ids := func(s *string) []string { return one(s) }
	c.Field = system[name]
	switch c.Field {
	case connectors.FieldStatus, connectors.FieldAssignee, connectors.FieldPriority, connectors.FieldProject,
		connectors.FieldType, connectors.FieldParent:
		c.From, c.To = ids(i.From), ids(i.To)
		return c, true
	case connectors.FieldCategory:
		c.From, c.To, c.Delta = ids(i.From), ids(i.To), true
		return c, true
	case connectors.FieldAttachment:
		c.From, c.To, c.Delta = one(i.FromString), one(i.ToString), true
		return c, true
	case connectors.FieldDueDate:
		c.From, c.To = one(day(i.From, i.FromString)), one(day(i.To, i.ToString))
		return c, true
	case connectors.FieldText:
		c.From, c.To = one(i.FromString), one(i.ToString)
		return c, true
	}
	return f.further(i)
}

// further is change for fields that have no name of their own in the contract.
func (f fieldList) further(i wireItem) (c connectors.Change, ok bool) {
	field, known := f.of(i)
	switch {
	case !known:
		c.Field, c.From, c.To = i.Field, one(i.FromString), one(i.ToString)
		return c, true
	case field.requestType():
		c.Field = connectors.FieldRequestType
		c.From, c.To = requestTypes(one(i.FromString)), requestTypes(one(i.ToString))
		return c, true
	}
	c.Field = connectors.CustomField(field.ID)
	c.From, c.To = field.was(i.From, i.FromString), field.was(i.To, i.ToString)
	c.Delta = field.ID == "fixVersions"
	return c, true
}

// was is what a field held, as the changelog tells: an id or raw value, and what people saw.
func (w wireFieldInfo) was(raw, seen *string) []string {
	switch kind := w.Schema.Type; {
	case seen == nil && raw == nil:
		return nil
	case w.ID == "labels" || kind == "array" && w.Schema.Custom == labelsField:
		return strings.Fields(orEmpty(seen))
	case kind == "user":
		return one(raw)
	case kind == "date", kind == "datetime":
		if raw != nil && *raw != "" {
			return []string{plainMoment(*raw)}
		}
		return one(seen)
	case kind == "option-with-child":
		return cascaded(orEmpty(seen))
	case kind == "array" && w.Schema.Items == "user":
		return listed(orEmpty(raw))
	case kind == "array" && w.Schema.Items != "string":
		return parted(orEmpty(seen), len(listed(orEmpty(raw))))
	}
	return one(seen)
}

const labelsField = "com.atlassian.jira.plugin.system.customfieldtypes:labels"

var cascadeParts = regexp.MustCompile(`^Parent values: (.*?)\(\d+\)(?:Level 1 values: (.*)\(\d+\))?$`)

// cascaded reads how the changelog shows a cascading choice: "Parent values: Europe(10020)Level 1 values:
// Germany(10021)".
func cascaded(s string) []string {
	m := cascadeParts.FindStringSubmatch(s)
	switch {
	case s == "":
		return nil
	case m == nil:
		return []string{s}
	case m[2] == "":
		return []string{m[1]}
	}
	return []string{m[1], m[1] + cascade + m[2]}
}

// listed reads "[10100, 10101]".
func listed(s string) []string {
	var out []string
	for x := range strings.SplitSeq(strings.Trim(s, "[]"), ",") {
		if x = strings.TrimSpace(x); x != "" {
			out = append(out, x)
		}
	}
	return out
}

// parted reads "A, B", of which there are n. Where commas stand inside the names nobody can part them.
func parted(s string, n int) []string {
	parts := slices.DeleteFunc(strings.Split(s, ","), func(x string) bool { return strings.TrimSpace(x) == "" })
	if n > 0 && len(parts) != n {
		return one(&s)
	}
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

// day is a date, which the changelog has as "2026-03-10" or only as people see it.
func day(raw, seen *string) *string {
	if raw != nil && *raw != "" {
		d := *raw
		if len(d) > len(time.DateOnly) {
			d = d[:len(time.DateOnly)]
		}
		return &d
	}
	return seen
}

func one(s *string) []string {
	if s == nil || *s == "" {
		return nil
	}
	return []string{*s}
}

func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
