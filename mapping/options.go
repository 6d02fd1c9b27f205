package mapping

import (
	"fmt"
	"slices"
	"strings"

	"slabridge/config/message"
	"slabridge/connectors"
)

// optionNames are all names that the options of the tracker's list fields ever had. A configuration and histories use
// names; the ids tell which option a former name means.
type optionNames struct {
	read  func(connectors.History) []connectors.Option // nil where the tracker has no ids for them
	names map[[2]string][]string                       // by field, as in connectors.Values, and id
}

func optionsOf(known Memory) *optionNames {
	o := &optionNames{read: known.Options, names: make(map[[2]string][]string)}
	for _, n := range known.Names {
		if n.Kind == "option" {
			if field, id, ok := splitOption(n.ID); ok {
				o.add(connectors.Option{Field: field, ID: id, Name: n.Name})
			}
		}
	}
	return o
}

func (o *optionNames) add(x connectors.Option) {
	if k := [2]string{x.Field, x.ID}; !slices.Contains(o.names[k], x.Name) {
		o.names[k] = append(o.names[k], x.Name)
	}
}

// with are these names and those that a history tells; themselves where it tells no new one.
func (o *optionNames) with(h connectors.History) *optionNames {
	if o.read == nil {
		return o
	}
	out := o
	for _, x := range o.read(h) {
		if slices.Contains(out.names[[2]string{x.Field, x.ID}], x.Name) {
			continue
		}
		if out == o {
			out = &optionNames{o.read, map[[2]string][]string{}}
			for k, called := range o.names {
				out.names[k] = slices.Clone(called)
			}
		}
		out.add(x)
	}
	return out
}

// mean reports whether a value of a field is another name of an option that one of the names means.
func (o *optionNames) mean(field, value string, names []string) bool {
	for k, called := range o.names {
		if k[0] == field && slices.Contains(called, value) && overlap(called, names) {
			return true
		}
	}
	return false
}

// clash is why it is not known which severity a renamed option has; "" where it is: two rules name it, one by the old
// name and one by the new.
func clash(rules []boundSeverity, options *optionNames) (at int, why message.Message) {
	for j := range rules {
		for i := range j {
			if rules[i].is == rules[j].is {
				continue
			}
			for _, x := range rules[i].when.flat() {
				for _, y := range rules[j].when.flat() {
					if k, called := options.shared(&x, &y); called != nil {
						return j, message.Of("the tracker has renamed an option (id %s): it was and is called %s, and the mapping has "+
							"these for different severities; leave the one that is right", k, fmt.Sprintf("%q", called))
					}
				}
			}
		}
	}
	return -1, message.Message{}
}

// shared is an option that both conditions name, one by a former name and one by another, with its names; nil for none.
func (o *optionNames) shared(x, y *condition) (id string, called []string) {
	if x.field == "" || x.field != y.field || overlap(x.values, y.values) {
		return "", nil
	}
	for k, called := range o.names {
		if k[0] == x.field && overlap(called, x.values) && overlap(called, y.values) {
			return k[1], called
		}
	}
	return "", nil
}

// OptionID names an option among all of a connection's: the field, as in connectors.Values, and the tracker's id.
func OptionID(x connectors.Option) string { return x.Field + "/" + x.ID }

// splitOption takes OptionID apart.
func splitOption(id string) (field, option string, ok bool) {
	i := strings.LastIndexByte(id, '/')
	if i < 0 {
		return "", "", false
	}
	return id[:i], id[i+1:], true
}
