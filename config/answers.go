package config

import (
	"path/filepath"

	"go.yaml.in/yaml/v4"
)

// Answer is what a file says to one question of `slabridge init`: a value, or a list of them.
type Answer struct {
	ID     string
	Values []string
	Line   int
}

// ReadAnswers reads a file of answers, `question: value` or `question: [value, value]`, in the order of its lines. As
// in the configuration a scalar's text is taken as it stands, so that a name of the tracker's needs no quotes.
func ReadAnswers(file string) ([]Answer, error) {
	src := newSource(file)
	data, err := readGiven(file)
	if err != nil {
		src.fault("", "", "cannot be read: %v", err)
		return nil, src.faults.Err(Error)
	}
	d := decoder{src}
	root := d.parse(data)
	if root == nil {
		return nil, src.faults.Err(Error)
	}
	if root.Kind != yaml.MappingNode {
		d.faultAt(root.Line, "", "",
			"is no list of answers; write a question's id and its answer on each line, as contract: kamal")
		return nil, src.faults.Err(Error)
	}
	var out []Answer
	first := map[string]int{}
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		a := Answer{ID: key.Value, Line: key.Line, Values: []string{}}
		if line, twice := first[a.ID]; twice {
			d.faultAt(key.Line, a.ID, "", "is answered already, in line %d", line)
		}
		first[a.ID] = key.Line
		d.lines[a.ID] = key.Line
		switch {
		case value.Kind == yaml.ScalarNode && value.ShortTag() == "!!null":
		case value.Kind == yaml.ScalarNode:
			a.Values = []string{value.Value}
		case value.Kind == yaml.SequenceNode:
			for _, n := range value.Content {
				if n.Kind != yaml.ScalarNode {
					d.faultAt(n.Line, a.ID, "", "holds more than a list of values")
					continue
				}
				a.Values = append(a.Values, n.Value)
			}
		default:
			d.faultAt(value.Line, a.ID, "", "is neither a value nor a list of values")
		}
		out = append(out, a)
	}
	return out, src.faults.sorted().Err(Error)
}

// ReadSecret reads a secret that lies in a file, as a configuration beside it would: the file must be closed to others.
func ReadSecret(file string) (Secret, error) {
	src := newSource(file)
	secret := (&secretDoc{file: filepath.Base(file)}).resolve(src, "", filepath.Dir(file))
	return secret, src.faults.Err(NoSecret)
}
