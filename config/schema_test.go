package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"slabridge/enforcer"
	"slabridge/enforcer/calendar"

	"github.com/google/go-cmp/cmp"
	"github.com/invopop/jsonschema"
)

func TestSchemasAreCurrent(t *testing.T) {
	for file, v := range map[string]any{
		"../docs/slabridge.schema.json": document{},
		"../docs/contract.schema.json":  contractDoc{},
	} {
		got := schemaOf(t, v)
		if *update {
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s is not what the code says; run 'make update' (-file +code):\n%s", file, diff)
		}
	}
}

// TestSchemasAcceptSomething: an object without keys that allows no others accepts no value that a person would write.
// It is what reflection makes of a Go struct that stands for a value, such as an amount of money.
func TestSchemasAcceptSomething(t *testing.T) {
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			keys, _ := v["properties"].(map[string]any)
			if v["type"] == "object" && v["additionalProperties"] == false && len(keys) == 0 {
				t.Errorf("%s accepts only an empty object", path)
			}
			for key, of := range v {
				walk(path+"/"+key, of)
			}
		case []any:
			for i, of := range v {
				walk(fmt.Sprintf("%s[%d]", path, i), of)
			}
		}
	}
	for name, v := range map[string]any{"slabridge.schema.json": document{}, "contract.schema.json": contractDoc{}} {
		var schema any
		if err := json.Unmarshal(schemaOf(t, v), &schema); err != nil {
			t.Fatal(err)
		}
		walk(name, schema)
	}
}

// schemaOf reflects the struct: keys, comments as descriptions, closed lists as enumerations.
func schemaOf(t *testing.T, v any) []byte {
	t.Helper()
	comments := commentsOf(t, "document.go", "documentuse.go", "contractfile.go")
	types := map[string]reflect.Type{}
	r := jsonschema.Reflector{
		FieldNameTag: "yaml", Anonymous: true, ExpandedStruct: true, RequiredFromJSONSchemaTags: true,
		Mapper:        valueSchema,
		LookupComment: func(t reflect.Type, field string) string { return comments[t.Name()+"."+field] },
		Namer: func(t reflect.Type) string {
			name := strings.TrimSuffix(t.Name(), "Doc")
			types[name] = t
			return name
		},
	}
	s := r.Reflect(v)
	refine(s, reflect.TypeOf(v))
	for name, def := range s.Definitions {
		refine(def, types[name])
	}
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(data, '\n')
}

// refine adds what the check tags say.
func refine(s *jsonschema.Schema, t reflect.Type) {
	fields := fieldsOf(t)
	properties := jsonschema.NewProperties() // with the actions of a step in their place
	for _, name := range fields.names {
		property, ok := s.Properties.Get(name)
		if key, action := strings.CutPrefix(fields.check[name], "action="); action && !ok {
			property = &jsonschema.Schema{Type: "string", Description: enforcer.ActionsOf(key)[0].Help}
		}
		properties.Set(name, property)
	}
	s.Properties = properties
	for _, name := range fields.names {
		if strings.Contains(fields.check[name], "required") {
			s.Required = append(s.Required, name)
		}
		accepted := decoder{testSource()}.choices(fields.check[name])
		property, _ := s.Properties.Get(name)
		if accepted != nil && t.Field(fields.index[name]).Type.Kind() == reflect.Slice {
			property.OneOf = oneOrMany(accepted).OneOf
			continue
		}
		for _, word := range accepted {
			property.Enum = append(property.Enum, word)
		}
	}
}

func oneOrMany(list []string) *jsonschema.Schema {
	item := &jsonschema.Schema{Type: "string"}
	for _, w := range list {
		item.Enum = append(item.Enum, w)
	}
	return &jsonschema.Schema{OneOf: []*jsonschema.Schema{item, {Type: "array", Items: item}}}
}

// valueSchema describes the values with a form of their own; nil leaves the type to reflection.
func valueSchema(t reflect.Type) *jsonschema.Schema {
	pattern := func(p string) *jsonschema.Schema { return &jsonschema.Schema{Type: "string", Pattern: p} }
	oneOf := func(list ...*jsonschema.Schema) *jsonschema.Schema { return &jsonschema.Schema{OneOf: list} }
	object := func(required bool, keys ...string) *jsonschema.Schema {
		s := &jsonschema.Schema{
			Type: "object", Properties: jsonschema.NewProperties(),
			AdditionalProperties: jsonschema.FalseSchema,
		}
		for _, k := range keys {
			s.Properties.Set(k, &jsonschema.Schema{Type: "string"})
		}
		if required {
			s.Required = keys
		}
		return s
	}
	switch reflect.New(t).Interface().(type) {
	case *names, *listOf[enforcer.Role], *listOf[enforcer.StatusClass]:
		// A name may be a number: the id of a person.
		item := oneOf(&jsonschema.Schema{Type: "string"}, &jsonschema.Schema{Type: "number"})
		return oneOf(&jsonschema.Schema{Type: "string"}, &jsonschema.Schema{Type: "number"},
			&jsonschema.Schema{Type: "array", Items: item})
	case *calendar.Term:
		return pattern(`^[0-9]+(m|h|bd|cd|d)$`)
	case *calendar.Date:
		return pattern(`^\d{4}-\d{2}-\d{2}$`)
	case *moment:
		return pattern(`^\d{4}-\d{2}-\d{2}(T.+(Z|[+-]\d{2}:\d{2}))?$`)
	case *money:
		return oneOf(&jsonschema.Schema{Type: "number", ExclusiveMinimum: "0"}, pattern(`^[0-9]+(\.[0-9]{2})?$`))
	case *time.Duration:
		return pattern(`^([0-9.]+(ms|s|m|h))+$`)
	case *atDoc:
		return pattern(`^(start|due|answered|exceeded|past-date|[1-9][0-9]?%)$`)
	case *titleDoc:
		return oneOf(&jsonschema.Schema{Type: "string"}, object(true, "ru", "en"))
	case *secretDoc:
		return oneOf(pattern(`^\$\{[A-Z_][A-Z0-9_]*\}$`), object(true, "file"))
	case *valuesDoc:
		return &jsonschema.Schema{Type: "object", AdditionalProperties: oneOf(
			&jsonschema.Schema{Type: "string"}, &jsonschema.Schema{Type: "number"})}
	case *cutoffDoc:
		return oneOf(pattern("^none$"), object(true, "after", "due"))
	case *repeatDoc:
		s := object(true, "at_most", "then")
		s.Properties.Set("at_most", &jsonschema.Schema{Type: "integer", Minimum: "1"})
		s.Properties.Set("then", &jsonschema.Schema{Type: "string", Enum: []any{backOffDaily}})
		return oneOf(&jsonschema.Schema{Type: "boolean"}, s)
	case *offDoc:
		return oneOf(&jsonschema.Schema{Type: "boolean", Const: true}, oneOrMany(vocabulary["parts"]))
	case *conditionDoc:
		word := &jsonschema.Schema{Type: "string"}
		for _, w := range bareWords() {
			word.Enum = append(word.Enum, w)
		}
		fields := object(false, append(formWords(), byKey, stepKey)...)
		for _, w := range formWords() {
			if form := enforcer.Word(w).Spec().Form; form.List {
				fields.Properties.Set(w, oneOrMany(form.Accepts))
			}
		}
		fields.Properties.Set(byKey, oneOrMany(vocabulary["speakers"]))
		return oneOf(word, fields)
	}
	return nil
}

// commentsOf reads the comments of struct fields, "type.Field": the library reads those of exported types only.
func commentsOf(t *testing.T, files ...string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			if s, ok := spec.Type.(*ast.StructType); ok {
				for _, field := range s.Fields.List {
					for _, id := range field.Names {
						out[spec.Name.Name+"."+id.Name] = strings.Join(strings.Fields(field.Doc.Text()), " ")
					}
				}
			}
			return true
		})
	}
	return out
}

// Every key of the file has a description, or editors show nothing.
func TestKeysAreDescribed(t *testing.T) {
	comments := commentsOf(t, "document.go", "documentuse.go", "contractfile.go")
	var walk func(reflect.Type)
	seen := map[reflect.Type]bool{}
	walk = func(typ reflect.Type) {
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct || seen[typ] {
			return
		}
		seen[typ] = true
		for i := range typ.NumField() {
			f := typ.Field(i)
			if f.Tag.Get("yaml") != "" && comments[typ.Name()+"."+f.Name] == "" {
				t.Errorf("%s.%s has no comment", typ.Name(), f.Name)
			}
			walk(f.Type)
		}
	}
	walk(reflect.TypeFor[document]())
	walk(reflect.TypeFor[contractDoc]())
	if len(seen) < 20 {
		t.Errorf("only %d structs walked", len(seen))
	}
}

// The example is well as it stands, and with its blocks for a second contract taken out of their comments; and in
// both everything that a contract asks for is mapped.
func TestExampleIsWell(t *testing.T) {
	t.Setenv("SLABRIDGE_HELPDESK_KEY", planted)
	data, err := os.ReadFile("../docs/slabridge.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile(`(?ms)^# --- [a-z-]+$\n(.*?)^# ---$`)
	whole := blocks.ReplaceAllFunc(data, func(block []byte) []byte {
		return regexp.MustCompile(`(?m)^#`).ReplaceAll(blocks.FindSubmatch(block)[1], nil)
	})
	for want, text := range map[int][]byte{1: data, 2: whole} {
		cfg, faults := load(testSource(), text, "../docs")
		if len(faults) > 0 || cfg == nil || len(cfg.Contracts) != want {
			t.Fatalf("%d contracts: faults: %v", want, faults)
		}
		for _, c := range cfg.Contracts {
			for _, o := range c.Obligations {
				if o.Inert != nil {
					t.Errorf("%s: %s is not acted on: %s", c.ID, o.ID, o.Inert.In("en"))
				}
			}
		}
	}
	if !bytes.Contains(data, []byte("$schema=slabridge.schema.json")) {
		t.Error("the example does not name its schema")
	}
}
