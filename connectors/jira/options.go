package jira

import (
	"encoding/json"
	"strings"

	"slabridge/connectors"
)

// options reads what the options of list fields were called, out of an issue and its changelog as Jira gave them
// (connectors.Issue.Raw, Event.Raw). A renamed option has its new name in the issue at once, its old one in the
// changelog for ever, and one id in both. Cascading choices are passed over.
func options(fields []connectors.Field, h connectors.History) []connectors.Option {
	var out []connectors.Option
	var w wireIssue
	if json.Unmarshal(h.Issue.Raw, &w) != nil {
		return nil
	}
	entries := entriesOf(h)
	for _, f := range fields {
		id, ok := connectors.IsCustomField(f.ID)
		if !ok || f.Type != "option" && f.Type != "array" {
			continue
		}
		add := func(option, name string) {
			if option != "" && name != "" {
				out = append(out, connectors.Option{Field: f.ID, ID: option, Name: name})
			}
		}
		for _, o := range chosen(w.Fields[id]) {
			add(o.ID, o.Value)
		}
		for _, e := range entries {
			for _, i := range e.Items {
				if i.FieldID != id && (i.FieldID != "" || i.Field != f.Name) {
					continue
				}
				for _, side := range [][2]*string{{i.From, i.FromString}, {i.To, i.ToString}} {
					ids := listed(orEmpty(side[0]))
					names := parted(orEmpty(side[1]), len(ids))
					for n := range min(len(ids), len(names)) {
						if len(ids) == len(names) && numeric(ids[n]) {
							add(ids[n], names[n])
						}
					}
				}
			}
		}
	}
	return out
}

func entriesOf(h connectors.History) []wireHistory {
	var out []wireHistory
	for _, e := range h.Events {
		var w wireHistory
		if len(e.Changes) > 0 && strings.HasPrefix(e.ID, "history:") && json.Unmarshal(e.Raw, &w) == nil {
			out = append(out, w)
		}
	}
	return out
}

type wireOption struct {
	ID    string `json:"id"`
	Value string `json:"value"`
}

// chosen are the options that a field holds: one, or a list of them.
func chosen(raw json.RawMessage) []wireOption {
	var one wireOption
	var many []wireOption
	if json.Unmarshal(raw, &many) == nil {
		return many
	}
	if json.Unmarshal(raw, &one) != nil {
		return nil
	}
	return []wireOption{one}
}

// numeric reports whether a text is the id of an option, and not what a field of another kind has for one.
func numeric(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
