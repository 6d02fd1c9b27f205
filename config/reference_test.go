package config

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/invopop/jsonschema"
)

const referenceHead = `# Every key of the configuration

Written by ` + "`go test ./config -run TestReference -update`" + ` from the schema, which is made of the code; the same
test fails when this page and it differ. What the keys are for, with examples: [configuration.md](configuration.md),
[contracts.md](contracts.md). An editor that knows JSON Schema checks the same while you type:
[slabridge.schema.json](slabridge.schema.json), [contract.schema.json](contract.schema.json).
`

// TestReference holds docs/reference.md to the schemas: every key of the configuration and of a contract's file, with
// what it takes and what it is.
func TestReference(t *testing.T) {
	var out strings.Builder
	out.WriteString(referenceHead)
	for _, file := range []struct {
		title string
		of    any
	}{{"slabridge.yaml", document{}}, {"A contract's own file", contractDoc{}}} {
		var s jsonschema.Schema
		if err := json.Unmarshal(schemaOf(t, file.of), &s); err != nil {
			t.Fatal(err)
		}
		r := reference{Builder: &out, defs: s.Definitions, page: strings.Fields(strings.ToLower(file.title))[0]}
		fmt.Fprintf(&out, "\n## %s\n", file.title)
		r.keys(&s)
		for len(r.open) > 0 {
			name := r.open[0]
			r.open = r.open[1:]
			fmt.Fprintf(&out, "\n### %s\n", r.name(name))
			r.keys(s.Definitions[name])
		}
		for name := range s.Definitions {
			if !r.seen[name] {
				t.Errorf("%s: nothing leads to %s", file.title, name)
			}
		}
	}
	const page = "../docs/reference.md"
	if *update {
		if err := os.WriteFile(page, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if is, err := os.ReadFile(page); err != nil || string(is) != out.String() {
		t.Errorf("%s is not what the schemas say (%v); run this test with -update and read the diff", page, err)
	}
}

// reference writes the keys of a schema; what they lead to is written after them.
type reference struct {
	*strings.Builder
	defs jsonschema.Definitions
	page string
	open []string // to be written
	seen map[string]bool
}

// name is the heading of a part: in the second file's half of the page it must be another than in the first.
func (r *reference) name(def string) string {
	if r.page == "slabridge.yaml" {
		return def
	}
	return def + " (contract's file)"
}

func (r *reference) keys(s *jsonschema.Schema) {
	r.WriteString("\n| key | takes | what it is |\n|---|---|---|\n")
	if s.Properties == nil {
		return
	}
	for p := s.Properties.Oldest(); p != nil; p = p.Next() {
		key := "`" + p.Key + "`"
		for _, needed := range s.Required {
			if needed == p.Key {
				key += ", required"
			}
		}
		fmt.Fprintf(r, "| %s | %s | %s |\n", key, r.takes(p.Value), cell(p.Value.Description))
	}
}

// takes says what a value is.
func (r *reference) takes(s *jsonschema.Schema) string {
	switch {
	case s.Ref != "":
		def := s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]
		if !r.seen[def] {
			if r.seen == nil {
				r.seen = map[string]bool{}
			}
			r.seen[def], r.open = true, append(r.open, def)
		}
		anchor := strings.NewReplacer(" ", "-", "(", "", ")", "", "'", "").Replace(strings.ToLower(r.name(def)))
		return "[" + def + "](#" + anchor + ")"
	case len(s.OneOf) > 0:
		return r.several(s.OneOf)
	case len(s.AnyOf) > 0:
		return r.several(s.AnyOf)
	case len(s.Enum) > 0:
		words := make([]string, len(s.Enum))
		for i, v := range s.Enum {
			words[i] = fmt.Sprintf("`%v`", v)
		}
		return strings.Join(words, ", ")
	case s.Type == "array" && s.Items != nil:
		if len(s.Items.OneOf)+len(s.Items.AnyOf) > 0 {
			return "list of (" + r.takes(s.Items) + ")"
		}
		return "list of " + r.takes(s.Items)
	case s.Type == "object" && s.Properties != nil:
		var keys []string
		for p := s.Properties.Oldest(); p != nil; p = p.Next() {
			keys = append(keys, p.Key+": "+r.takes(p.Value))
		}
		return cell("{" + strings.Join(keys, ", ") + "}")
	case s.Pattern != "":
		return s.Type + " like `" + cell(s.Pattern) + "`"
	case s.Type == "":
		return "any"
	}
	return s.Type
}

func (r *reference) several(of []*jsonschema.Schema) string {
	parts := make([]string, len(of))
	for i, s := range of {
		parts[i] = r.takes(s)
	}
	return strings.Join(parts, ", or ")
}

// cell is a text that stays in its cell.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ").Replace(s)
}
