package connectors

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"
)

// Field names the contract gives to what every tracker has. Custom fields are named by CustomField; any other
// change keeps the tracker's native name.
const (
	FieldStatus   = "status"
	FieldAssignee = "assignee"
	FieldPriority = "priority"
	FieldProject  = "project"
	FieldType     = "type"
	// FieldRequestType is what a customer chose in a portal, where there is one: beside FieldType, and named among the
	// types.
	FieldRequestType = "request_type"
	FieldCategory    = "category"
	FieldDueDate     = "due_date"
	FieldParent      = "parent"
	FieldText        = "description" // the description; only in Changes: the present one is Issue.Description
	FieldAttachment  = "attachment"  // From: removed file names, To: added ones
	FieldRelation    = "relation:"   // prefix; the tracker's relation type follows, values are issue ids
)

// RequestType is the prefix of the values of FieldRequestType; the tracker's name of it follows.
const RequestType = "request:"

const customPrefix = "cf:"

// CustomField names the custom field with the tracker's own id.
func CustomField(id string) string { return customPrefix + id }

// IsCustomField reports whether the field name was made by CustomField, and the tracker's id in it.
func IsCustomField(field string) (id string, ok bool) { return strings.CutPrefix(field, customPrefix) }

// Values are the fields of an issue by name; a single-valued field has one value, an empty one none.
type Values map[string][]string

// One is the first value of the field, or "".
func (v Values) One(field string) string {
	if len(v[field]) == 0 {
		return ""
	}
	return v[field][0]
}

// object begins a value that is not a text: U+FFFC, Unicode's placeholder for an embedded object, which people do not
// type.
const object = "\uFFFC"

// Object is the value of a field that a plug-in or an app gave a shape of its own, as one line of JSON. It is stored
// like any other value; a mapping that names the field cannot read it.
func Object(raw json.RawMessage) string {
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return object
	}
	return object + b.String()
}

// IsObject reports whether the value was made by Object, and what it holds.
func IsObject(value string) (raw string, ok bool) { return strings.CutPrefix(value, object) }

// Clone copies the map and its slices.
func (v Values) Clone() Values {
	c := make(Values, len(v))
	for k, s := range v {
		c[k] = append([]string(nil), s...)
	}
	return c
}

// Issue is what the tracker says of an issue now. Values holds ids (FieldStatus, FieldAssignee, FieldPriority,
// FieldProject, FieldType, FieldCategory, FieldParent), dates as YYYY-MM-DD, and custom fields; a custom field
// that is absent from Values is not on this issue at all.
type Issue struct {
	ID          string // immutable
	Key         string // what people type; may change when an issue moves
	Subject     string
	Description string
	Author      string
	Private     bool
	CreatedAt   time.Time
	UpdatedAt   time.Time
	Values      Values
	Raw         json.RawMessage // as received, for evidence and for mappings not yet thought of
}

// Event is something that happened to an issue after its creation (the creation itself is no Event: it is the
// issue's CreatedAt, Author and History.Initial). ID is stable for ever and unique within the issue, such as
// "journal:1725".
type Event struct {
	ID      string
	At      time.Time
	Author  string // "" when the tracker does not say
	Changes []Change
	Note    *Note
	Work    *Work // time that was booked; nil for every other event
	Raw     json.RawMessage
}

// Work is time that somebody booked on an issue. Its event is named by the tracker's own id of the entry
// ("time:17"), dated when it was booked, and authored by whose time it is.
type Work struct {
	Activity string        // the tracker's id of the kind of work
	Spent    time.Duration // whole seconds
	On       string        // the day it was done, YYYY-MM-DD
}

// Booking is the event of an entry of time with the issue it stands on.
type Booking struct {
	Issue string
	Event Event
}

// Change is one field going from one value to another. With Delta the values are what was taken from and added
// to a multi-valued field; without it they are the whole value before and after.
type Change struct {
	Field    string
	From, To []string
	Delta    bool
}

// Note is a comment. Internal means that the tracker keeps it from customers.
type Note struct {
	Text     string
	Internal bool
	EditedAt time.Time // zero when never edited or when the tracker does not tell
}

// History is an issue with everything that happened to it, oldest first.
type History struct {
	Issue       Issue
	Events      []Event
	Watchers    []string
	WatchersSet bool // false when the account may not see watchers: Watchers then says nothing
	// Transitions are the statuses that our account may give the issue now, the present one included;
	// TransitionsSet is false when the tracker did not tell.
	Transitions    []string
	TransitionsSet bool
	// Missing says of which of its lists the tracker counts more than it gives, however often it is asked: "comments: 2
	// of 14". What is missing may be an answer. It is known of this read alone; nil where everything came.
	Missing []string
}
