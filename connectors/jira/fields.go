package jira

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/rest"
)

// wireFieldInfo is one field of the site.
type wireFieldInfo struct {
	ID     string     `json:"id"`
	Name   string     `json:"name"`
	Custom bool       `json:"custom"`
	Schema wireSchema `json:"schema"`
}

type wireSchema struct {
	Type   string `json:"type"`
	Items  string `json:"items"`
	Custom string `json:"custom"`
	System string `json:"system"`
}

// requestType reports whether the field holds what a customer chose in the portal of a service desk.
func (w wireFieldInfo) requestType() bool {
	return w.Schema.Custom == "com.atlassian.servicedesk:vp-origin" || w.Schema.Type == "sd-customerrequesttype"
}

// sla reports whether the field holds a clock of the service desk's own, which changes by itself.
func (w wireFieldInfo) sla() bool { return w.Schema.Type == "sd-servicelevelagreement" }

// fieldList is what the site's fields are.
type fieldList struct {
	byID   map[string]wireFieldInfo
	byName map[string]string // of custom fields whose name no other has, and of those offered
	readAt time.Time
}

// of finds the field that an item of the changelog speaks of.
func (f fieldList) of(i wireItem) (wireFieldInfo, bool) {
	id := i.FieldID
	if id == "" {
		for field, name := range offered {
			if name == i.Field && i.FieldType != "custom" {
				id = field
			}
		}
		if id == "" && i.FieldType == "custom" {
			id = f.byName[i.Field]
		}
	}
	w, ok := f.byID[id]
	_, system := offered[id]
	return w, ok && (w.Custom || system)
}

// fieldInfo gives the site's fields, read anew when they are old or lack one of the names.
func (s *site) fieldInfo(ctx context.Context, want ...string) (fieldList, error) {
	if have := s.fields.Load(); have != nil {
		age := s.client.Now().Sub(have.readAt)
		lacks := slices.ContainsFunc(want, func(id string) bool { _, ok := have.byID[id]; return !ok })
		if age < fieldsAge && (!lacks || age < time.Minute) {
			return *have, nil
		}
	}
	c := s.client.Call(ctx, message.Of("list fields"), rest.Elsewhere)
	var raw []json.RawMessage
	if _, err := c.Get("/rest/api/2/field", nil, &raw); err != nil {
		return fieldList{}, err
	}
	read, err := decodeFields(raw)
	if err != nil {
		return fieldList{}, c.Garbled(0, err)
	}
	read.readAt = s.client.Now()
	s.fields.Store(&read)
	return read, nil
}

func decodeFields(raw []json.RawMessage) (fieldList, error) {
	f := fieldList{byID: map[string]wireFieldInfo{}, byName: map[string]string{}}
	twice := map[string]bool{}
	for _, r := range raw {
		var w wireFieldInfo
		if err := json.Unmarshal(r, &w); err != nil {
			return fieldList{}, message.Errorf("a field: %w", err)
		}
		if w.ID == "" {
			return fieldList{}, message.Errorf("a field without id")
		}
		f.byID[w.ID] = w
		if w.Custom {
			_, seen := f.byName[w.Name]
			twice[w.Name] = twice[w.Name] || seen
			f.byName[w.Name] = w.ID
		}
	}
	if len(f.byID) == 0 {
		return fieldList{}, message.New("tracker returned an empty field list")
	}
	for name, is := range twice {
		if is {
			delete(f.byName, name)
		}
	}
	return f, nil
}

// directory lists the fields that mappings may name.
func (f fieldList) directory() []connectors.Field {
	var out []connectors.Field
	for id, w := range f.byID {
		if _, ok := offered[id]; !ok && !w.Custom || w.sla() || w.requestType() {
			continue
		}
		kind := w.Schema.Type
		switch kind {
		case "datetime":
			kind = connectors.FieldDateTime
		case "date":
			kind = connectors.FieldDate
		}
		out = append(out, connectors.Field{
			ID: connectors.CustomField(id), Name: w.Name, Multiple: w.Schema.Type == "array",
			Type: kind,
		})
	}
	slices.SortFunc(out, func(a, b connectors.Field) int { return strings.Compare(a.ID, b.ID) })
	return out
}
