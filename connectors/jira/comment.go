package jira

import (
	"cmp"
	"strings"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/connectors/rest"
)

// jsmInternal is the way in which a service desk keeps a comment from its customers.
const jsmInternal = "jsm-internal"

// publicProperty is the comment's property by which a service desk knows it: {"internal": true} keeps it from
// customers.
const publicProperty = "sd.public.comment"

// markProperty is the property, of comments and of issues that we make, that holds our mark.
const markProperty = "slabridge"

// encodeComment is a comment as Jira takes it; one that says nothing of its audience has the usual one. One that a
// service desk keeps from its customers goes alone: only there Jira is known to respect the property.
func encodeComment(m connectors.Comment, usual string) (body map[string]any, alone bool, err error) {
	m.Audience = cmp.Or(m.Audience, usual)
	if err := rest.CheckText("comment", m.Text); err != nil {
		return nil, false, err
	}
	body = map[string]any{"body": m.Text}
	switch {
	case !m.Internal:
	case m.Audience == jsmInternal:
		body["properties"] = []any{
			map[string]any{"key": publicProperty, "value": map[string]any{"internal": true}},
			map[string]any{"key": markProperty, "value": map[string]any{"mark": m.Mark}},
		}
		alone = true
	default:
		v, err := restriction(m.Audience)
		if err != nil {
			return nil, false, err
		}
		body["visibility"] = v
	}
	return body, alone, nil
}

// restriction is who alone may read a comment: "role:NAME" or "group:NAME".
func restriction(audience string) (map[string]any, error) {
	kind, name, ok := strings.Cut(audience, ":")
	if !ok || name == "" || kind != "role" && kind != "group" {
		return nil, message.Errorf("no way is known to keep a comment internal: %q is none of jsm-internal, role:NAME and "+
			"group:NAME", audience)
	}
	return map[string]any{"type": kind, "value": name}, nil
}
