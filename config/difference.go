package config

import (
	"crypto/x509"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"slabridge/connectors"
	"slabridge/mapping"
)

// Differences tells what another configuration has otherwise, a line for each thing, for a log: "contract acme: terms,
// projects". Values are not told: some are secret.
func Differences(was, is *Config) (out []string) {
	add := func(what string, parts ...string) {
		if len(parts) > 0 {
			out = append(out, what+": "+strings.Join(parts, ", "))
		}
	}
	add("limits", changedFields(was.Limits, is.Limits)...)
	add("web", changedFields(was.Web, is.Web)...)
	if was.Language != is.Language {
		add("language", was.Language+" -> "+is.Language)
	}
	if !reflect.DeepEqual(was.Texts, is.Texts) {
		add("texts", "changed")
	}
	byID("channel", was.Channels, is.Channels, func(c Channel) string { return c.ID }, add, changedFields[Channel])
	byID("notify", was.Notify, is.Notify, func(n Notify) string { return n.ID }, add, changedFields[Notify])
	byID("connection", was.Connections, is.Connections, func(c Connection) string { return c.ID }, add, connectionChanges)
	byID("mapping", was.Mappings, is.Mappings, func(m mapping.Mapping) string { return m.ID }, add,
		changedFields[mapping.Mapping])
	byID("contract", was.Contracts, is.Contracts, func(c Contract) string { return c.ID }, add, contractChanges)
	return out
}

func connectionChanges(a, b Connection) (parts []string) {
	if a.Kind.Name != b.Kind.Name {
		parts = append(parts, "kind")
	}
	a.Kind, b.Kind = connectors.Kind{}, connectors.Kind{} // functions cannot be compared
	return append(parts, changedFields(a, b)...)
}

func contractChanges(a, b Contract) (parts []string) {
	for _, x := range []struct {
		name    string
		changed bool
	}{
		{"terms", a.Fingerprint != b.Fingerprint},
		{"projects", !slices.Equal(a.Scope.Projects, b.Scope.Projects)},
		{"when", !reflect.DeepEqual(a.Scope.When, b.Scope.When) || a.Scope.Subtasks != b.Scope.Subtasks},
		{"mapping", a.MappingID != b.MappingID},
		{"valid", !a.ValidFrom.Equal(b.ValidFrom) || !a.ValidTo.Equal(b.ValidTo)},
		{"enforce_from", !a.EnforceFrom.Equal(b.EnforceFrom)},
		{"duties", !reflect.DeepEqual(a.Duties, b.Duties) || !reflect.DeepEqual(a.Account, b.Account)},
	} {
		if x.changed {
			parts = append(parts, x.name)
		}
	}
	return parts
}

// changedFields names the fields of two structs that differ, as the configuration calls most of them.
func changedFields[T any](a, b T) (out []string) {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	for i := range x.NumField() {
		if !alike(x.Field(i), y.Field(i)) {
			out = append(out, strings.ToLower(x.Type().Field(i).Name))
		}
	}
	return out
}

// alike compares two values; secrets, which do not compare, by what they hold.
func alike(a, b reflect.Value) bool {
	x, y := a.Interface(), b.Interface()
	if secret, ok := x.(Secret); ok {
		return secret.Reveal() == y.(Secret).Reveal()
	}
	if pool, ok := x.(*x509.CertPool); ok {
		return pool.Equal(y.(*x509.CertPool))
	}
	if a.Kind() != reflect.Struct {
		return reflect.DeepEqual(x, y)
	}
	for i := range a.NumField() {
		if !a.Type().Field(i).IsExported() {
			return reflect.DeepEqual(x, y)
		}
		if !alike(a.Field(i), b.Field(i)) {
			return false
		}
	}
	return true
}

// byID tells of what is in two lists, by id.
func byID[T any](
	what string, was, is []T, id func(T) string, add func(string, ...string), changes func(a, b T) []string,
) {
	find := func(list []T, wanted string) int {
		return slices.IndexFunc(list, func(x T) bool { return id(x) == wanted })
	}
	for _, x := range was {
		name := fmt.Sprintf("%s %s", what, id(x))
		if i := find(is, id(x)); i < 0 {
			add(name, "gone")
		} else {
			add(name, changes(x, is[i])...)
		}
	}
	for _, x := range is {
		if find(was, id(x)) < 0 {
			add(fmt.Sprintf("%s %s", what, id(x)), "new")
		}
	}
}

// NeedsRestart names what of another configuration a process that runs cannot take up.
func NeedsRestart(was, is *Config) (out []string) {
	for _, x := range []struct{ name, was, is string }{
		{"state", was.State, is.State},
		{"listen", was.Listen, is.Listen},
		{"web.config", was.Web.Config, is.Web.Config},
		{"log.level", was.Log.Level, is.Log.Level},
		{"log.format", was.Log.Format, is.Log.Format},
	} {
		if x.was != x.is {
			out = append(out, fmt.Sprintf("%s: %q -> %q", x.name, x.was, x.is))
		}
	}
	return out
}
