package config

import (
	"go.yaml.in/yaml/v4"

	"slabridge/mapping"
)

// valuesDoc are values by the names of the tracker's fields, in the order of the file.
type valuesDoc []mapping.FieldValue

func (v *valuesDoc) readNode(d decoder, n *yaml.Node, path, _ string) {
	if n.Kind != yaml.MappingNode || len(n.Content) == 0 {
		d.wrongForm(n, path, "", "a mapping of fields to values, as {resolution: Done}")
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		at := join(path, key.Value)
		d.lines[at] = value.Line
		if first := seen[key.Value]; first > 0 {
			d.faultAt(key.Line, at, "", "is given twice; first on line %d", first)
			continue
		}
		seen[key.Value] = key.Line
		x := mapping.FieldValue{Field: key.Value}
		d.read(value, settable(&x.Value), at, "required")
		*v = append(*v, x)
	}
}
