package config

import (
	"slabridge/config/message"
	"slabridge/enforcer"

	"go.yaml.in/yaml/v4"
)

// conditionDoc is a bare word, or a word with what stands behind it and who must have done it. The words and their
// forms are those of enforcer.Vocabulary.
type conditionDoc struct{ enforcer.Condition }

// What may stand beside a word.
const (
	byKey   = "by"   // by whom; left out, anyone of staff
	stepKey = "step" // of slabridge's own, as confirm-work/start, whose note it must be
)

// bareWords are the words that may stand alone, and formWords those that something may stand behind.
func bareWords() []string { return vocabularyWords(func(w *enforcer.WordSpec) bool { return w.Bare }) }

func formWords() []string {
	return vocabularyWords(func(w *enforcer.WordSpec) bool { return w.Form != nil })
}

func vocabularyWords(wanted func(*enforcer.WordSpec) bool) []string {
	var out []string
	for i := range enforcer.Vocabulary {
		if w := &enforcer.Vocabulary[i]; wanted(w) {
			out = append(out, string(w.Word))
		}
	}
	return out
}

func (c *conditionDoc) readNode(d decoder, n *yaml.Node, path, _ string) {
	if n.Kind == yaml.ScalarNode {
		if d.oneOf(path, n.Value, message.Of("a condition"), bareWords()) {
			c.Word = enforcer.Word(n.Value)
		}
		return
	}
	given := 0
	d.readKeys(n, path, "", append(formWords(), byKey, stepKey), func(key string, value *yaml.Node, at string) {
		switch key {
		case byKey:
			c.readBy(d, value, at)
		case stepKey:
			d.read(value, settable(&c.Step), at, "")
		default:
			given++
			c.readForm(d, enforcer.Word(key), value, at)
		}
	})
	if given != 1 && !d.hasFault(path) {
		d.fault(path, "", "must name exactly one of %s", commas(formWords()))
	}
}

// readForm reads what stands behind a word.
func (c *conditionDoc) readForm(d decoder, word enforcer.Word, n *yaml.Node, path string) {
	form := word.Spec().Form
	var list names
	if form.List {
		list.readNode(d, n, path, "behind="+string(word))
	} else {
		list = names{""}
		d.read(n, settable(&list[0]), path, "behind="+string(word))
	}
	if c.Word = word; !d.hasFault(path) {
		form.Set(&c.Condition, list)
	}
}

func (c *conditionDoc) readBy(d decoder, n *yaml.Node, path string) {
	var list names
	list.readNode(d, n, path, "of=speakers")
	for _, who := range list {
		if who == staffWord {
			c.By = append(c.By, enforcer.Support, enforcer.Developers, enforcer.Management)
			continue
		}
		c.By = append(c.By, enforcer.Role(who))
	}
}

func (c *conditionDoc) condition() enforcer.Condition {
	if c == nil {
		return enforcer.Condition{}
	}
	return c.Condition
}
