package jira

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"slabridge/config/message"
	"slabridge/connectors"
)

// always are the fields that no issue is without.
var always = []string{"project", "status", "issuetype"}

// decodeIssue reads an issue as the site gives one by itself.
func decodeIssue(raw json.RawMessage, fields fieldList) (connectors.Issue, error) {
	var w wireIssue
	if err := json.Unmarshal(raw, &w); err != nil {
		return connectors.Issue{}, err
	}
	var f struct {
		Summary     string  `json:"summary"`
		Description *string `json:"description"`
		Creator     *person `json:"creator"`
		Reporter    *person `json:"reporter"`
		Created     moment  `json:"created"`
		Updated     moment  `json:"updated"`
		Security    *named  `json:"security"`
	}
	all, err := json.Marshal(w.Fields)
	if err == nil {
		err = json.Unmarshal(all, &f)
	}
	switch {
	case err != nil:
		return connectors.Issue{}, err
	case w.ID == "" || w.Key == "" || f.Created.IsZero() || f.Updated.IsZero():
		return connectors.Issue{}, message.New("an issue without id, key or times")
	}
	i := connectors.Issue{
		ID: string(w.ID), Key: w.Key, Subject: f.Summary, Description: orEmpty(f.Description), Author: f.Reporter.id(),
		Private: f.Security != nil, CreatedAt: f.Created.Time, UpdatedAt: f.Updated.Time, Values: connectors.Values{},
		Raw: raw,
	}
	if i.Author == "" { // the reporter is a field, and may be empty
		i.Author = f.Creator.id()
	}
	if _, err := strconv.ParseUint(i.ID, 10, 63); err != nil {
		return connectors.Issue{}, message.Errorf("the issue's id %q is no number", i.ID)
	}
	for name, raw := range w.Fields {
		fields.put(i.Values, name, raw)
	}
	for _, name := range []string{"project", "status", "issuetype", "priority", "assignee", "parent"} {
		value := i.Values.One(system[name])
		if raw, odd := connectors.IsObject(value); odd {
			return connectors.Issue{}, message.Errorf("the field %q holds %.80s, which cannot be read", name, raw)
		}
		if value == "" && slices.Contains(always, name) {
			return connectors.Issue{}, message.Errorf("the field %q is missing, which every issue has", name)
		}
	}
	for _, l := range linksOf(w) {
		i.Values[connectors.FieldRelation+l.kind] = append(i.Values[connectors.FieldRelation+l.kind], l.issue)
	}
	return i, nil
}

// put keeps what a field holds under the contract's name for it.
func (f fieldList) put(v connectors.Values, name string, raw json.RawMessage) {
	field, custom := f.byID[name]
	_, extra := offered[name]
	switch to := system[name]; {
	case to == connectors.FieldText:
	case to == connectors.FieldAttachment:
		var list []struct{ Filename string }
		if json.Unmarshal(raw, &list) == nil {
			v[to] = nil
			for _, a := range list {
				v[to] = append(v[to], a.Filename)
			}
		}
	case to == connectors.FieldDueDate:
		v[to], _ = values(raw)
	case to != "":
		v[to] = idsIn(raw)
	case custom && field.requestType():
		names, _ := values(raw)
		v[connectors.FieldRequestType] = requestTypes(names)
	case custom && field.sla():
	case strings.HasPrefix(name, "customfield_"), extra:
		v[connectors.CustomField(name)], _ = values(raw)
	}
}

// idsIn are the ids of what a field of Jira itself names. What has no id is carried as it is (connectors.Object):
// nothing may rest on it.
func idsIn(raw json.RawMessage) []string {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		list = []json.RawMessage{raw}
	}
	var out []string
	for _, x := range list {
		var o struct {
			person
			ID id `json:"id"`
		}
		fault := json.Unmarshal(x, &o)
		switch p := o.id(); {
		case fault == nil && o.ID != "":
			out = append(out, string(o.ID))
		case fault == nil && p != "":
			out = append(out, p)
		case !slices.Contains([]string{"null", "{}", `""`}, string(bytes.TrimSpace(x))):
			out = append(out, connectors.Object(x))
		}
	}
	return out
}

// link is one end of a link between two issues.
type link struct {
	kind   string // the type's name for what this issue does to the other, else what is done to it: "is duplicated by"
	phrase string // in the changelog
	issue  string // id of the other
	key    string
}

func linksOf(w wireIssue) []link {
	var list []struct {
		Type struct {
			Name    string `json:"name"`
			Inward  string `json:"inward"`
			Outward string `json:"outward"`
		} `json:"type"`
		In  *wireIssue `json:"inwardIssue"`
		Out *wireIssue `json:"outwardIssue"`
	}
	if raw := w.Fields["issuelinks"]; raw == nil || json.Unmarshal(raw, &list) != nil {
		return nil
	}
	var out []link
	for _, l := range list {
		switch {
		case l.Out != nil:
			out = append(out, link{l.Type.Name, l.Type.Outward, string(l.Out.ID), l.Out.Key})
		case l.In != nil:
			out = append(out, link{l.Type.Inward, l.Type.Inward, string(l.In.ID), l.In.Key})
		}
	}
	return out
}

// linked is what an item says of a link that the issue still has. One that was taken off since is told of by its native
// name.
func linked(i wireItem, links []link) (connectors.Change, bool) {
	if i.Field != "Link" {
		return connectors.Change{}, false
	}
	for _, l := range links {
		if orEmpty(i.To) == l.key && strings.Contains(orEmpty(i.ToString), l.phrase) {
			return connectors.Change{Field: connectors.FieldRelation + l.kind, To: []string{l.issue}, Delta: true}, true
		}
	}
	return connectors.Change{}, false
}
