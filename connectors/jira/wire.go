package jira

import (
	"encoding/json"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
)

// moment is a time as Jira writes it, "2026-01-02T03:04:05.678+0500" in the zone of whoever asks; null is none.
type moment struct{ time.Time }

const wireTime = "2006-01-02T15:04:05.000-0700"

// UnmarshalJSON takes Jira's own form, RFC 3339, and the number of milliseconds or seconds that some lists give
// instead.
func (m *moment) UnmarshalJSON(raw []byte) error {
	m.Time = time.Time{}
	var s string
	if err := json.Unmarshal(raw, &s); err == nil {
		if s == "" {
			return nil
		}
		at, ok := parseTime(s)
		if !ok || at.Year() < 1 { // before what this program takes for no time at all
			return message.Errorf("%q is no moment", s)
		}
		m.Time = at
		return nil
	}
	var n *int64
	if err := json.Unmarshal(raw, &n); err != nil {
		return message.New("a moment that is neither text nor number")
	}
	switch {
	case n == nil:
	case *n > 1e11: // milliseconds since 1973
		m.Time = time.UnixMilli(*n).UTC()
	default:
		m.Time = time.Unix(*n, 0).UTC()
	}
	return nil
}

func parseTime(s string) (time.Time, bool) {
	for _, layout := range []string{"2006-01-02T15:04:05.999999999-0700", time.RFC3339Nano} {
		if at, err := time.Parse(layout, s); err == nil {
			return at.UTC(), true
		}
	}
	return time.Time{}, false
}

// id is a number or a text, as text.
type id string

// UnmarshalJSON takes both.
func (i *id) UnmarshalJSON(raw []byte) error {
	var s *string
	if err := json.Unmarshal(raw, &s); err == nil {
		*i = ""
		if s != nil {
			*i = id(*s)
		}
		return nil
	}
	var n json.Number
	if err := json.Unmarshal(raw, &n); err != nil {
		return message.Errorf("%s is no id", raw)
	}
	*i = id(n)
	return nil
}

type named struct {
	ID   id     `json:"id"`
	Name string `json:"name"`
}

// person is a user wherever Jira shows one.
type person struct {
	AccountID   string `json:"accountId"`
	Key         string `json:"key"`
	Name        string `json:"name"`
	DisplayName string `json:"displayName"`
	Active      *bool  `json:"active"`
	AccountType string `json:"accountType"`
	TimeZone    string `json:"timeZone"`
}

// id is the person's: what changelogs name people by.
func (p *person) id() string {
	switch {
	case p == nil:
		return ""
	case p.AccountID != "":
		return p.AccountID
	case p.Key != "":
		return p.Key
	}
	return p.Name
}

type visibility struct {
	Type       string `json:"type"`
	Value      string `json:"value"`
	Identifier string `json:"identifier"`
}

type wireComment struct {
	ID         id          `json:"id"`
	Author     *person     `json:"author"`
	Body       string      `json:"body"`
	Created    moment      `json:"created"`
	Updated    moment      `json:"updated"`
	Visibility *visibility `json:"visibility"`
	JSDPublic  *bool       `json:"jsdPublic"`
}

type wireHistory struct {
	ID      id         `json:"id"`
	Author  *person    `json:"author"`
	Created moment     `json:"created"`
	Items   []wireItem `json:"items"`
}

type wireItem struct {
	Field      string  `json:"field"`
	FieldType  string  `json:"fieldtype"`
	FieldID    string  `json:"fieldId"`
	From       *string `json:"from"`
	FromString *string `json:"fromString"`
	To         *string `json:"to"`
	ToString   *string `json:"toString"`
}

// UnmarshalJSON takes values of any shape: apps write objects where Jira writes texts, and a field that nobody mapped
// must not make an issue unreadable.
func (i *wireItem) UnmarshalJSON(raw []byte) error {
	var w struct {
		Field, FieldType, FieldID, From, FromString, To, ToString json.RawMessage
	}
	if err := json.Unmarshal(raw, &w); err != nil {
		return err
	}
	*i = wireItem{
		Field: orEmpty(asText(w.Field)), FieldType: orEmpty(asText(w.FieldType)), FieldID: orEmpty(asText(w.FieldID)),
		From: asText(w.From), FromString: asText(w.FromString), To: asText(w.To), ToString: asText(w.ToString),
	}
	return nil
}

// asText is a text, nil for null and absence, and anything else as it is written (connectors.Object).
func asText(raw json.RawMessage) *string {
	var s *string
	if len(raw) == 0 || json.Unmarshal(raw, &s) == nil {
		return s
	}
	odd := connectors.Object(raw)
	return &odd
}

type wireWorklog struct {
	ID      id      `json:"id"`
	Issue   id      `json:"issueId"`
	Author  *person `json:"author"`
	Created moment  `json:"created"`
	Updated moment  `json:"updated"`
	Started string  `json:"started"` // in the zone in which the site shows it to us
	Seconds int64   `json:"timeSpentSeconds"`
}

type wireTransition struct {
	ID     id                   `json:"id"`
	Name   string               `json:"name"`
	To     named                `json:"to"`
	Fields map[string]wireField `json:"fields"`
}

type wireIssue struct {
	ID          id                         `json:"id"`
	Key         string                     `json:"key"`
	Fields      map[string]json.RawMessage `json:"fields"`
	Changelog   *wireChangelog             `json:"changelog"`
	Transitions *[]wireTransition          `json:"transitions"`
}

type wireChangelog struct {
	Total     int               `json:"total"`
	Histories []json.RawMessage `json:"histories"`
}
