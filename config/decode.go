package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"slabridge/config/message"
	"slabridge/enforcer"

	"go.yaml.in/yaml/v4"
)

// decoder reads a YAML tree into the structs of document.go, documentuse.go and contractfile.go. It walks the nodes
// itself so that every fault is found in one reading, with the path in the operator's own words, and so that no library
// folds, splits or converts a tracker's names: a scalar's text is taken as it stands.
//
// A field's `check` tag holds: "required"; "secret", whose values are never shown; "of=NAME", a list in vocabulary;
// "behind=WORD", what may stand behind the word of a condition; "action=KEY", the values of an action of a step.
type decoder struct{ *source }

// nodeReader is a value with a form of its own.
type nodeReader interface {
	readNode(d decoder, n *yaml.Node, path, check string)
}

// fileKind is what a file must be. A file that has none of the keys at its root is of another kind, and may be a key
// or a password that a path led to by mistake: nothing of what it holds is shown.
type fileKind struct {
	name message.Format
	keys []string
}

var (
	settingsFile = fileKind{"a configuration of slabridge", []string{"connections", "mappings", "contracts"}}
	contractFile = fileKind{"a contract", []string{"severities", "obligations"}}
	calendarFile = fileKind{"a calendar", []string{"years"}}
)

// readYAML decodes the file's one document into out, a pointer to a struct. It reports whether the file is of the kind;
// if not, its one fault says so.
func readYAML(src *source, data []byte, kind fileKind, out any) bool {
	d := decoder{src}
	root := d.parse(data)
	if root == nil {
		return false
	}
	d.lines[""] = root.Line
	if !kind.fits(root) {
		d.fault("", "", "is not %s: it has none of the keys %s; its content is not shown, because it may be secret",
			kind.name, strings.Join(kind.keys, ", "))
		return false
	}
	d.read(root, reflect.ValueOf(out).Elem(), "", "")
	return true
}

// fits reports whether the root has one of the kind's keys.
func (k fileKind) fits(root *yaml.Node) bool {
	if root.Kind != yaml.MappingNode {
		return false
	}
	for i := 0; i < len(root.Content); i += 2 {
		if slices.Contains(k.keys, root.Content[i].Value) {
			return true
		}
	}
	return false
}

// parse returns the root of the document, nil when there is none.
func (d decoder) parse(data []byte) *yaml.Node {
	loader, err := yaml.NewLoader(bytes.NewReader(data))
	if err != nil {
		d.fault("", "", "cannot be read: %v", err)
		return nil
	}
	var doc, more yaml.Node
	if err := loader.Load(&doc); err != nil || len(doc.Content) == 0 {
		d.syntax(err, data)
		return nil
	}
	if err := loader.Load(&more); err == nil {
		d.faultAt(more.Line, "", "", "begins a second document; one file holds one")
	} else if !errors.Is(err, io.EOF) {
		d.syntax(err, data)
	}
	return doc.Content[0]
}

// quoted is what the YAML library may quote from the file: it could be a secret.
var quoted = regexp.MustCompile(`'[^', ][^']{3,}'`)

func (d decoder) syntax(err error, data []byte) {
	var load *yaml.LoadError
	failed := errors.As(err, &load)
	if failed {
		d.lines[""] = load.Mark.Line
	}
	line, what, bad := badText(data, d.lines[""])
	switch {
	case failed && bad:
		d.faultAt(line, "", "", "%v", what)
	case err == nil || errors.Is(err, io.EOF):
		d.fault("", "", "is empty")
	case failed:
		d.fault("", "", "is not YAML: %s", message.Kept(quoted.ReplaceAllString(load.Message, "'...'")))
	default:
		d.fault("", "", "is not YAML")
	}
}

func (d decoder) read(n *yaml.Node, v reflect.Value, path, check string) {
	if n.Kind == yaml.AliasNode {
		d.fault(path, "", "is an alias; write the value out, aliases are not read here")
		return
	}
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" {
		d.fault(path, "", "is empty; write a value or leave the line out")
		return
	}
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	reader, own := v.Addr().Interface().(nodeReader)
	switch {
	case own:
		reader.readNode(d, n, path, check)
	case v.Kind() == reflect.Slice:
		d.readList(n, v, path, check)
	case v.Kind() == reflect.String || parsers[v.Type()] != nil:
		d.readScalar(n, v, path, check)
	default:
		d.readStruct(n, v, path, check)
	}
}

func (d decoder) readStruct(n *yaml.Node, v reflect.Value, path, check string) {
	fields := fieldsOf(v.Type())
	seen := d.readKeys(n, path, check, fields.names, func(name string, value *yaml.Node, at string) {
		field := fields.check[name]
		if strings.Contains(check, "secret") {
			field += ";secret"
		}
		target := v.Field(fields.index[name])
		if actions, ok := target.Addr().Interface().(*actionDocs); ok {
			target = settable(actions.at(name))
		}
		d.read(value, target, at, field)
	})
	for _, name := range fields.names {
		if seen != nil && seen[name] == 0 && strings.Contains(fields.check[name], "required") {
			d.faultAt(n.Line, join(path, name), "", "is missing")
		}
	}
}

// readKeys hands the values of a mapping over by their keys, each of which must be one of the names and given once. It
// returns the line of each key; nil where there is no mapping.
func (d decoder) readKeys(
	n *yaml.Node, path, check string, names []string, read func(name string, value *yaml.Node, at string),
) map[string]int {
	if n.Kind != yaml.MappingNode {
		d.wrongForm(n, path, check, "a mapping of %s", commas(names))
		return nil
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		name := key.Value
		at := join(path, name)
		switch {
		case !slices.Contains(names, name) || key.Kind != yaml.ScalarNode:
			d.unknownKey(key, path, check, names)
			continue
		case seen[name] > 0:
			d.faultAt(key.Line, at, "", "is given twice; first on line %d", seen[name])
			continue
		}
		seen[name] = key.Line
		d.lines[at] = value.Line
		read(name, value, at)
	}
	return seen
}

// unknownKey shows the key, but among secrets only one that is like a known key: the others may be a secret.
func (d decoder) unknownKey(key *yaml.Node, path, check string, names []string) {
	accepted := strings.Join(names, ", ")
	meant := nearest(key.Value, names)
	switch {
	case key.Kind != yaml.ScalarNode:
		d.faultAt(key.Line, path, "", "has a key that is not a name; accepted: %s", accepted)
	case strings.Contains(check, "secret") && meant == "":
		d.faultAt(key.Line, path, "", "has a key that is not known here; accepted: %s", accepted)
	default:
		d.faultAt(key.Line, path, key.Value, "is not a key here; accepted: %s", accepted).Suggestion = meant
	}
}

func (d decoder) faultAt(line int, path, value string, format message.Format, args ...any) *Fault {
	f := d.fault(path, value, format, args...)
	f.Line = line
	return f
}

func (d decoder) readList(n *yaml.Node, v reflect.Value, path, check string) {
	if n.Kind != yaml.SequenceNode {
		d.wrongForm(n, path, check, "a list; each entry begins with a dash")
		return
	}
	list := reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content))
	for i, item := range n.Content {
		at := fmt.Sprintf("%s[%d]", path, i)
		d.lines[at] = item.Line
		d.read(item, list.Index(i), at, check)
	}
	v.Set(list)
}

func (d decoder) readScalar(n *yaml.Node, v reflect.Value, path, check string) {
	parse := parsers[v.Type()]
	switch {
	case n.Kind != yaml.ScalarNode:
		d.wrongForm(n, path, check, "a single value")
	case parse == nil:
		d.readString(n, v, path, check)
	default:
		if err := parse(v, n.Value); err != nil {
			d.fault(path, n.Value, "%s", aboutValue{err, n.Value})
		}
	}
}

// aboutValue is what an error says of a value, without the value that it begins with.
type aboutValue struct {
	err   error
	value string
}

func (a aboutValue) String() string { return a.In(message.English) }

// In gives it in a language.
func (a aboutValue) In(lang string) string {
	text := message.Error(lang, a.err)
	for _, value := range []string{strconv.Quote(a.value), a.value} {
		text = strings.TrimPrefix(strings.TrimPrefix(text, value+": "), value+" ")
	}
	return text
}

func (d decoder) readString(n *yaml.Node, v reflect.Value, path, check string) {
	v.SetString(n.Value)
	if n.Value == "" {
		d.fault(path, "", "is empty; write a value or leave the line out")
		return
	}
	if accepted := d.choices(check); accepted != nil && !d.oneOf(path, n.Value, message.Of("known here"), accepted) {
		v.SetString("")
	}
}

func (d decoder) wrongForm(n *yaml.Node, path, check string, format message.Format, args ...any) {
	want := message.Of(format, args...)
	value := ""
	if n.Kind == yaml.ScalarNode && !strings.Contains(check, "secret") {
		value = n.Value
	}
	if value == "" {
		d.fault(path, "", "must be %s", want)
		return
	}
	d.fault(path, value, "is not %s", want)
}

// fieldSet is what a struct accepts, in the order in which it is written.
type fieldSet struct {
	names []string
	index map[string]int
	check map[string]string
}

func fieldsOf(t reflect.Type) fieldSet {
	s := fieldSet{index: map[string]int{}, check: map[string]string{}}
	for i := range t.NumField() {
		f := t.Field(i)
		if which := f.Tag.Get("actions"); which != "" {
			for _, key := range enforcer.ActionKeys(which == "ours") {
				s.names = append(s.names, key)
				s.index[key] = i
				s.check[key] = "action=" + key
			}
			continue
		}
		name := f.Tag.Get("yaml")
		if name == "" {
			continue
		}
		s.names = append(s.names, name)
		s.index[name] = i
		s.check[name] = f.Tag.Get("check")
	}
	return s
}

// choices are the words of the field's vocabulary, nil when it has none. What trackers there are, and into what they
// sort statuses, is for their kinds to say.
func (d decoder) choices(check string) []string {
	var out []string
	for part := range strings.SplitSeq(check, ";") {
		list, name, _ := strings.Cut(part, "=")
		switch {
		case list == "action":
			out = append(out, actionValues(name)...)
		case list == "behind":
			out = append(out, enforcer.Word(name).Spec().Form.Accepts...)
		case name == "trackers":
			for _, k := range d.kinds {
				out = append(out, k.Name)
			}
		case name == "categories":
			for _, k := range d.kinds {
				out = append(out, k.Categories...)
			}
		default: // nil for what is no list of words
			out = append(out, vocabulary[name]...)
		}
	}
	return out
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
