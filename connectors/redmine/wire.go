package redmine

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	goredmine "github.com/mattn/go-redmine"

	"slabridge/config/message"
	"slabridge/connectors"
)

// The wire types are those of Redmine's JSON. go-redmine's Issue and Journal lack half of what we need (private
// notes, relations, watchers, null against "") and are not used; its small types are, extended where they lack.

type named struct {
	ID   id     `json:"id"`
	Name string `json:"name"`
}

// id is Redmine's number as the contract's string; null and absence are "".
type id string

func (i *id) UnmarshalJSON(b []byte) error {
	var n *int64
	if err := json.Unmarshal(b, &n); err != nil {
		return message.Errorf("%s is no id", b)
	}
	if n != nil {
		*i = id(strconv.FormatInt(*n, 10))
	}
	return nil
}

// moment is a time as RFC 3339 has it, in UTC. Redmine writes a Z; proxies and plug-ins, "+00:00". Anything else is no
// moment.
type moment struct{ time.Time }

func (m *moment) UnmarshalJSON(b []byte) error {
	var s *string
	if err := json.Unmarshal(b, &s); err != nil {
		return message.Errorf("time: %w", err)
	}
	if s == nil {
		return nil
	}
	at, err := time.Parse(time.RFC3339, *s)
	if err != nil {
		return message.Errorf("time: %w", err)
	}
	m.Time = at.UTC()
	return nil
}

// texts is a value that Redmine writes as a string, as null or, for a field of several values, as a list. Empty strings
// are no values. What a plug-in wrote instead is carried as it is (connectors.Object): nobody may have mapped it.
type texts []string

func (t *texts) UnmarshalJSON(b []byte) error {
	*t = nil
	var v any
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return message.Errorf("value: %w", err)
	}
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	for _, one := range list {
		switch one := one.(type) {
		case nil:
		case string:
			if one != "" {
				*t = append(*t, one)
			}
		case json.Number, bool: // plug-ins' fields
			*t = append(*t, fmt.Sprint(one))
		default:
			odd, err := json.Marshal(one)
			if err != nil {
				return message.Errorf("value: %w", err)
			}
			*t = append(*t, connectors.Object(odd))
		}
	}
	return nil
}

// customField is a field as an issue or a project shows it. ID is "" for an entry that names no field.
type customField struct {
	ID       id
	Name     string
	Multiple bool
	Value    texts
}

// UnmarshalJSON takes what it can read: the entries of an issue are as many as its fields, and one in a plug-in's own
// form must not make the issue unreadable.
func (f *customField) UnmarshalJSON(b []byte) error {
	var w struct {
		ID, Name, Multiple json.RawMessage
		Value              texts
	}
	if json.Unmarshal(b, &w) != nil {
		*f = customField{}
		return nil
	}
	*f = customField{Value: w.Value}
	var written string
	switch {
	case json.Unmarshal(w.ID, &f.ID) == nil:
	case json.Unmarshal(w.ID, &written) == nil:
		f.ID = id(written)
	}
	_ = json.Unmarshal(w.Name, &f.Name)         // a name that is not text becomes empty
	_ = json.Unmarshal(w.Multiple, &f.Multiple) // anything but true is false
	return nil
}

// loose is named where an issue can do without it.
type loose struct{ named }

func (l *loose) UnmarshalJSON(b []byte) error {
	if json.Unmarshal(b, &l.named) != nil {
		l.named = named{ID: id(connectors.Object(b))}
	}
	return nil
}

type wireIssue struct {
	ID           id            `json:"id"`
	Project      named         `json:"project"`
	Type         named         `json:"tracker"`
	Status       named         `json:"status"`
	Priority     named         `json:"priority"`
	Author       named         `json:"author"`
	Assignee     named         `json:"assigned_to"`
	Category     loose         `json:"category"`
	Parent       named         `json:"parent"`
	Subject      string        `json:"subject"`
	Description  string        `json:"description"`
	DueDate      texts         `json:"due_date"`
	Private      bool          `json:"is_private"`
	CustomFields []customField `json:"custom_fields"`
	CreatedOn    moment        `json:"created_on"`
	UpdatedOn    moment        `json:"updated_on"`

	// Only where one issue is read and they were asked for.
	Journals    []json.RawMessage `json:"journals"`
	Watchers    *[]named          `json:"watchers"` // the key is absent where the account may not see them
	Attachments *[]struct {
		Filename string `json:"filename"`
	} `json:"attachments"`
	Relations []relation `json:"relations"`        // the key is absent where there are none
	Allowed   *[]named   `json:"allowed_statuses"` // what our account may set
}

type relation struct {
	From id     `json:"issue_id"`
	To   id     `json:"issue_to_id"`
	Type string `json:"relation_type"`
}

type journal struct {
	ID        id       `json:"id"`
	User      named    `json:"user"`
	Notes     string   `json:"notes"`         // null, "" and absence are the same
	Private   *bool    `json:"private_notes"` // Redmine always says it
	CreatedOn moment   `json:"created_on"`
	UpdatedOn moment   `json:"updated_on"` // from 6.0 on
	UpdatedBy *named   `json:"updated_by"` // from 6.0 on, once the note was edited
	Details   []detail `json:"details"`
}

type detail struct {
	Property word  `json:"property"`
	Name     word  `json:"name"`
	Old      texts `json:"old_value"`
	New      texts `json:"new_value"`
}

// word is a text, or a plug-in's other value as it is: a plug-in's detail must not make an issue unreadable.
type word string

func (w *word) UnmarshalJSON(b []byte) error {
	if json.Unmarshal(b, (*string)(w)) != nil {
		*w = word(b)
	}
	return nil
}

// whole refuses an issue without the fields that every issue has.
func (w wireIssue) whole() error {
	switch {
	case w.ID == "" || w.CreatedOn.IsZero() || w.UpdatedOn.IsZero():
		return message.New("an issue without id or times")
	case w.Project.ID == "":
		return message.Errorf("the field %q is missing, which every issue has", "project")
	case w.Status.ID == "":
		return message.Errorf("the field %q is missing, which every issue has", "status")
	case w.Type.ID == "":
		return message.Errorf("the field %q is missing, which every issue has", "tracker")
	}
	return nil
}

// values has a key for every field that Redmine's issues always have, empty or not, for the priority where there is
// one, and for each custom field on this issue.
func (w wireIssue) values() connectors.Values {
	one := func(n named) []string {
		if n.ID == "" {
			return nil
		}
		return []string{string(n.ID)}
	}
	v := connectors.Values{
		connectors.FieldStatus: one(w.Status), connectors.FieldAssignee: one(w.Assignee),
		connectors.FieldPriority: one(w.Priority), connectors.FieldProject: one(w.Project),
		connectors.FieldType: one(w.Type), connectors.FieldCategory: one(w.Category.named),
		connectors.FieldParent: one(w.Parent), connectors.FieldDueDate: w.DueDate,
	}
	if w.Priority.ID == "" { // an issue has one, wherever it has a place for it
		delete(v, connectors.FieldPriority)
	}
	for _, f := range w.CustomFields {
		if f.ID == "" {
			continue
		}
		v[connectors.CustomField(string(f.ID))] = f.Value
	}
	return v
}

// listed is what is read of an issue in a list. The rest of it is read with its history: what one issue holds must not
// make the list of all unreadable.
type listed struct {
	ID          textID      `json:"id"`
	Project     loose       `json:"project"`
	Author      loose       `json:"author"`
	Description texts       `json:"description"`
	CreatedOn   looseMoment `json:"created_on"`
	UpdatedOn   looseMoment `json:"updated_on"`
}

// textID is an id that may be written as a text: it is enough to read the issue by itself, where that is its fault.
type textID string

func (t *textID) UnmarshalJSON(b []byte) error {
	var written string
	if json.Unmarshal(b, &written) == nil {
		if n, err := strconv.ParseInt(written, 10, 64); err == nil && n > 0 {
			b = []byte(strconv.FormatInt(n, 10))
		}
	}
	var number id
	err := number.UnmarshalJSON(b)
	*t = textID(number)
	return err
}

// looseMoment is zero for anything that is no moment.
type looseMoment struct{ moment }

func (m *looseMoment) UnmarshalJSON(b []byte) error {
	if json.Unmarshal(b, &m.moment) != nil {
		m.moment = moment{}
	}
	return nil
}

type wireList struct {
	Issues []listed `json:"issues"`
	Total  int      `json:"total_count"`
	Limit  int      `json:"limit"`
}

// decodeList reads one page. A page without the key "issues" is not one.
func decodeList(body []byte) (wireList, error) {
	var l wireList
	if err := json.Unmarshal(body, &l); err != nil {
		return l, err
	}
	if l.Issues == nil {
		return l, message.New("a list without issues")
	}
	for _, i := range l.Issues {
		if i.ID == "" {
			return l, message.New("an issue without id")
		}
	}
	return l, nil
}

// membership is of a user or of a group; go-redmine knows only the first. Roles hold inherited ones too, and a
// role twice where it is both given and inherited.
type membership struct {
	goredmine.Membership
	Group *goredmine.IdName `json:"group"`
}

// project is what is read of one in the list. go-redmine's reads all of it: one odd value in a description, or a field
// of a plug-in's, would make every project unreadable.
type project struct {
	named
	Identifier string `json:"identifier"`
	Parent     loose  `json:"parent"`
	Status     int    `json:"status"`
}

const projectClosed = 5 // Project::STATUS_CLOSED: readable, every write is answered with 403

// priority adds what go-redmine lacks: an inactive one stays on old issues and cannot be chosen in the forms,
// though the API takes it.
type priority struct {
	goredmine.IssuePriority
	Active *bool `json:"active"`
}
