package redminesim

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// assignFields takes over custom field values: custom_fields:[{id,value}] or
// custom_field_values:{"1":…}. An unknown id, a field of projects or users, one that is hidden or
// read-only, and an entry by name are passed over.
func (ch *change) assignFields(attrs map[string]any) (string, bool) {
	values := map[string]any{}
	switch list := attrs["custom_fields"].(type) {
	case nil:
	case []any:
		for _, entry := range list {
			m, is := entry.(map[string]any)
			if !is {
				return "custom_fields", false
			}
			id, _ := asText(m["id"])
			values[id] = m["value"]
		}
	default:
		return "custom_fields", false
	}
	switch m := attrs["custom_field_values"].(type) {
	case nil:
	case map[string]any:
		for id, v := range m {
			values[id] = v
		}
	default:
		return "custom_field_values", false
	}
	if attrs["custom_fields"] == nil && attrs["custom_field_values"] == nil || !ch.safe("custom_fields") {
		return "", true
	}
	ch.fieldSent = true
	return ch.setFields(values)
}

func (ch *change) setFields(values map[string]any) (string, bool) {
	for _, f := range ch.editableFields() {
		v, sent := values[strconv.Itoa(f.id)]
		if !sent {
			continue
		}
		if list, is := v.([]any); is {
			ch.addList(f, list)
			continue
		}
		s, is := asText(v)
		if b, isBool := v.(bool); isBool {
			s, is = strconv.FormatBool(b), true
		}
		if !is {
			return "custom_fields", false
		}
		ch.next.fields[f.id] = s
	}
	return "", true
}

func (ch *change) addList(f *customField, list []any) {
	if ch.lists == nil {
		ch.lists = map[int][]string{}
	}
	out := []string{}
	for _, v := range list {
		s, _ := asText(v)
		out = append(out, s)
	}
	ch.lists[f.id] = out
}

// editableFields are the custom fields of issues that the user sees and the workflow leaves open.
func (ch *change) editableFields() []*customField {
	var out []*customField
	for _, f := range ch.st.issueFields() {
		if ch.st.seesField(ch.user, ch.next.project, f) && ch.st.rule(ch.user, ch.next, strconv.Itoa(f.id)) != "readonly" {
			out = append(out, f)
		}
	}
	return out
}

// validate lists the reasons to refuse the change as a whole, in the user's language.
func (ch *change) validate() []string {
	errs := ch.checkFields()
	next := ch.next
	if strings.TrimSpace(next.subject) == "" {
		errs = append(errs, ch.fault("subject", isBlank))
	}
	if ch.st.priority(next.priority) == nil {
		errs = append(errs, ch.fault("priority_id", isBlank))
	}
	if utf8.RuneCountInString(next.subject) > 255 {
		errs = append(errs, ch.fault("subject", isTooLong))
	}
	if next.done < 0 || next.done > 100 {
		errs = append(errs, ch.fault("done_ratio", notInList))
	}
	if ch.badHours || (next.estimate != nil && *next.estimate < 0) {
		errs = append(errs, ch.fault("estimated_hours", isInvalid))
	}
	errs = append(errs, ch.wrong...)
	if moved := ch.old == nil || ch.old.start != next.start || ch.old.due != next.due; moved && next.due != "" &&
		next.due < next.start {
		errs = append(errs, ch.fault("due_date", beforeStart))
	}
	if next.assignee != 0 && (ch.old == nil || next.assignee != ch.old.assignee) &&
		!ch.st.assignable(next, ch.old, next.assignee) {
		errs = append(errs, ch.fault("assigned_to_id", isInvalid))
	}
	if ch.badParent || !ch.parentFits() {
		errs = append(errs, ch.fault("parent_issue_id", isInvalid))
	}
	if ch.badFile {
		errs = append(errs, ch.say(badFile))
	}
	for column, refused := range ch.st.refuses {
		if refused && ch.changes(column) {
			errs = append(errs, ch.fault(column, isInvalid))
		}
	}
	return append(errs, ch.checkRequired()...)
}

// changes reports whether the change gives an assignee or a priority to an issue that had another.
func (ch *change) changes(column string) bool {
	if ch.old == nil {
		return false
	}
	return column == "priority_id" && ch.next.priority != ch.old.priority ||
		column == "assigned_to_id" && ch.next.assignee != ch.old.assignee
}

// parentFits refuses an issue as its own ancestor and a parent from another tree of projects.
func (ch *change) parentFits() bool {
	next := ch.next
	if next.parent == 0 || (ch.old != nil && next.parent == ch.old.parent) {
		return true
	}
	p := ch.st.issues[next.parent]
	if ch.st.root(p.project) != ch.st.root(next.project) {
		return false
	}
	for ; p != nil; p = ch.st.issues[p.parent] {
		if ch.old != nil && p.id == ch.old.id {
			return false
		}
	}
	return true
}

// checkFields checks every editable custom field once any was sent, or for a new issue; otherwise
// none, so a field that became required later does not stop a note.
func (ch *change) checkFields() []string {
	if ch.old != nil && !ch.fieldSent {
		return nil
	}
	var errs []string
	for _, f := range ch.editableFields() {
		name := humanize(f.name)
		if list, sent := ch.lists[f.id]; sent {
			errs = append(errs, name+" "+ch.say(isInvalid))
			if f.format == "list" && slices.ContainsFunc(list, func(v string) bool { return !slices.Contains(f.values, v) }) {
				errs = append(errs, name+" "+ch.say(notInList))
			}
			continue
		}
		v := ch.next.fields[f.id]
		if f.required && strings.TrimSpace(v) == "" {
			errs = append(errs, name+" "+ch.say(isBlank))
		}
		kept := ch.old != nil && ch.old.fields[f.id] == v // a value removed from the list later may stay
		if f.format == "list" && v != "" && !kept && !slices.Contains(f.values, v) {
			errs = append(errs, name+" "+ch.say(notInList))
		}
	}
	return errs
}

// checkRequired: a field that the workflow requires and the issue lacks stops every update, a bare
// note too.
func (ch *change) checkRequired() []string {
	var errs []string
	next := ch.next
	empty := map[string]bool{
		"due_date": next.due == "", "start_date": next.start == "", "assigned_to_id": next.assignee == 0,
		"description": next.description == nil || *next.description == "", "estimated_hours": next.estimate == nil,
		"parent_issue_id": next.parent == 0,
	}
	for _, column := range []string{
		"assigned_to_id", "parent_issue_id", "start_date", "due_date", "estimated_hours", "description",
	} {
		if empty[column] && !ch.st.tracker(next.tracker).disabled[column] && ch.st.rule(ch.user, next, column) == "required" {
			errs = append(errs, ch.fault(column, isBlank))
		}
	}
	for _, f := range ch.st.issueFields() {
		if next.fields[f.id] == "" && ch.st.rule(ch.user, next, strconv.Itoa(f.id)) == "required" {
			errs = append(errs, humanize(f.name)+" "+ch.say(isBlank))
		}
	}
	return errs
}
