package config

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"

	"slabridge/enforcer"
	"slabridge/enforcer/calendar"
	"slabridge/mapping"
)

// A fingerprint is the SHA-256 of a canonical encoding: JSON objects whose members are written out here one by one, in
// a fixed order. States in the field hold fingerprints, and one that changes makes a contract's steps past. So a member
// is never renamed, moved or dropped, whatever becomes of the Go field that it is read from; what no longer counts is
// written as the constant that it was. A field that is added later is written by unlessUnset: while it is not used, the
// fingerprints stay as they are. TestFingerprintsKnowEveryField finds a field that is not written here.
//
// This is encoding 1. If there is ever another, states with a fingerprint of encoding 1 must still be recognised.

// rulesFingerprint returns the fingerprint of what a text promises and does. Titles, sources and the contract's id are
// left out, and calendar data too, which has a version of its own.
func rulesFingerprint(c *enforcer.Contract, spec calendar.Spec) string {
	return hash(object{
		{"Text", c.Preset},
		{"Severities", severityIDs(c)},
		{"Obligations", list(c.Obligations, encodeObligation)},
		{"Reopen", c.Reopen},
		{"Plan", c.Plan},
		{"Zone", spec.Zone},
		{"Week", list(spec.Week[:], func(day *[]calendar.Interval) any { return list(*day, encodeInterval) })},
	})
}

// fingerprint adds to the rules of all versions what else can move a deadline: the days off, and which requests are
// covered.
func (c *Contract) fingerprint() string {
	versions := append(slices.Clone(c.Earlier), c.Contract)
	return hash([]any{
		list(versions, func(v **enforcer.Contract) any {
			return object{{"Rules", rulesFingerprint(*v, c.Spec)}, {"From", (*v).ValidFrom.UTC()}, {"To", (*v).ValidTo.UTC()}}
		}),
		encodeDays(&c.Spec.Days),
		list(c.Duties, encodeDuty),
		pointer(c.Account, encodeAccount),
	})
}

// fingerprint covers all contracts, with their scopes, and all mappings.
func (c *Config) fingerprint() string {
	return hash([]any{
		list(c.Contracts, func(c *Contract) any {
			return object{
				{"ID", c.ID},
				{"Fingerprint", c.Fingerprint},
				{"Mapping", c.MappingID},
				{"Connection", c.Connection},
				{"Scope", encodeScope(&c.Scope)},
			}
		}),
		list(c.Mappings, func(m *mapping.Mapping) any {
			var autoReply []string
			for _, re := range m.AutoReply {
				autoReply = append(autoReply, re.String())
			}
			return object{{"Mapping", encodeMapping(m)}, {"AutoReply", autoReply}}
		}),
	})
}

func hash(v any) string {
	sum := sha256.Sum256(appendJSON(nil, v))
	return hex.EncodeToString(sum[:])
}

// object is a JSON object with its members in this order.
type object []member

type member struct {
	name  string
	value any // a plain value, a list of them, an object, or notWritten
}

// notWritten is the value of a member that is left out.
type notWritten struct{}

var comma = []byte{','}

func appendJSON(out []byte, v any) []byte {
	switch v := v.(type) {
	case object:
		out = append(out, '{')
		for _, m := range v {
			if m.value != (notWritten{}) {
				out = append(out, `"`+m.name+`":`...)
				out = append(appendJSON(out, m.value), ',')
			}
		}
		return append(bytes.TrimSuffix(out, comma), '}')
	case []any:
		out = append(out, '[')
		for _, entry := range v {
			out = append(appendJSON(out, entry), ',')
		}
		return append(bytes.TrimSuffix(out, comma), ']')
	case nil:
		return append(out, "null"...)
	case int:
		return strconv.AppendInt(out, int64(v), 10)
	case bool:
		return strconv.AppendBool(out, v)
	}
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain values only
	}
	return append(out, data...)
}

// unlessUnset leaves the member out where the field, which older configurations do not know, is not used.
func unlessUnset(value any, used bool) any {
	if used {
		return value
	}
	return notWritten{}
}

// list encodes the entries. A nil list is null and an empty one is []: the first fingerprints told them apart.
func list[T any](items []T, encode func(*T) any) any {
	if items == nil {
		return nil
	}
	out := make([]any, len(items))
	for i := range items {
		out[i] = encode(&items[i])
	}
	return out
}

func pointer[T any](v *T, encode func(*T) any) any {
	if v == nil {
		return nil
	}
	return encode(v)
}
