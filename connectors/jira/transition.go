package jira

import (
	"fmt"
	"net/url"
	"slices"

	"slabridge/connectors"
	"slabridge/connectors/rest"
)

// transitions are those that the account may make now. Much rests on there being none: ask again before believing it.
func transitions(c *rest.Call, issue string) ([]wireTransition, error) {
	var list struct {
		Transitions []wireTransition `json:"transitions"`
	}
	_, err := c.Get("/rest/api/2/issue/"+issue+"/transitions", url.Values{"expand": {"transitions.fields"}}, &list)
	return list.Transitions, err
}

// takes are the values that the form of a transition has a field for.
func (tr wireTransition) takes(values map[string]string) map[string]string {
	out := map[string]string{}
	for name, v := range values {
		if id, ok := connectors.IsCustomField(name); ok {
			if _, on := tr.Fields[id]; on {
				out[name] = v
			}
		}
	}
	return out
}

// required are the names of the fields that a transition asks for and has no value for, neither its own nor one of
// these.
func required(tr wireTransition, values map[string]string) []string {
	var out []string
	for name, f := range tr.Fields {
		if _, given := values[connectors.CustomField(name)]; f.Required && !f.HasDefault && !given {
			out = append(out, fmt.Sprintf("%q (%s)", f.Name, name))
		}
	}
	slices.Sort(out)
	return out
}
