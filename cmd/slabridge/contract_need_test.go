package main

import (
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"slabridge/config"
	"slabridge/enforcer"
)

// TestStoriesNeedEveryObligation takes each obligation out of its preset in turn: the contract's story must then go
// otherwise than it says. A clause that no story needs would be kept by nobody.
func TestStoriesNeedEveryObligation(t *testing.T) {
	for _, c := range config.Presets() {
		file := storyFiles(t)[c.ID]
		if file == "" {
			t.Errorf("no story shows %s", c.ID)
			continue
		}
		for _, o := range c.Obligations {
			t.Run(c.ID+"/"+o.ID, func(t *testing.T) {
				t.Parallel()
				s := readStory(t, file)
				s.forget(o)
				p := newPlay(t, s, simWorld(t), without(t, c.ID, o.ID))
				p.hasty = true
				p.run()
				if p.wrong == "" {
					t.Fatalf("the story of %s is the same without %s", c.ID, o.ID)
				}
				t.Logf("%s without %s fails at: %s", c.ID, o.ID, strings.TrimSpace(p.wrong))
			})
		}
	}
}

// forget takes out of a story's configuration what only one obligation gives a meaning to.
func (s *contractStory) forget(o enforcer.Obligation) {
	named := func(lines []string, key, id string) []string {
		return slices.DeleteFunc(lines, func(line string) bool {
			return strings.Contains(line, key+": "+id+",") || strings.Contains(line, key+": "+id+"}")
		})
	}
	s.terms = named(s.terms, "obligation", o.ID)
	for _, item := range o.Items {
		s.mapping = named(s.mapping, "is", item.ID)
	}
}

// references are the words by which one obligation rests on another.
var references = []string{"as", "unless", "beside"}

// meanOf reports whether an account is the mean of an obligation, without which there is nothing to count.
func meanOf(account *yaml.Node, obligation string) bool {
	for _, r := range value(account, "rules").Content {
		if mean := value(r, "mean"); mean != nil && value(mean, "of").Value == obligation {
			return true
		}
	}
	return false
}

// without is a preset's text without one obligation, and without what other obligations took from it.
func without(t testing.TB, preset, obligation string) string {
	t.Helper()
	raw, err := config.PresetText(preset)
	if err != nil {
		t.Fatal(err)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	found := false
	list := value(doc.Content[0], "obligations")
	list.Content = slices.DeleteFunc(list.Content, func(o *yaml.Node) bool {
		is := value(o, "id").Value == obligation
		found = found || is
		return is
	})
	if !found {
		t.Fatalf("preset %s has no obligation %s", preset, obligation)
	}
	list.Content = slices.DeleteFunc(list.Content, func(o *yaml.Node) bool { return meanOf(o, obligation) })
	unreference(&doc, obligation)
	out, err := yaml.Marshal(&doc)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// unreference removes what names an obligation. It reports whether a rule lost its due by that: such a rule, and the
// obligation it is of, lose the steps that hang on it, and what else is said of it.
func unreference(n *yaml.Node, obligation string) (lost bool) {
	for i := 0; n.Kind == yaml.MappingNode && i < len(n.Content); {
		if slices.Contains(references, n.Content[i].Value) && n.Content[i+1].Value == obligation {
			lost = lost || n.Content[i].Value == "as"
			n.Content = slices.Delete(n.Content, i, i+2)
			continue
		}
		i += 2
	}
	for _, child := range n.Content {
		lost = unreference(child, obligation) || lost
	}
	if !lost || n.Kind != yaml.MappingNode {
		return lost
	}
	if steps := value(n, "steps"); steps != nil {
		steps.Content = slices.DeleteFunc(steps.Content, func(s *yaml.Node) bool {
			at := value(s, "at")
			return at == nil || at.Value != "start"
		})
	}
	for i := 0; i < len(n.Content); i += 2 {
		if n.Content[i].Value == "not_before" {
			n.Content = slices.Delete(n.Content, i, i+2)
			break
		}
	}
	return lost
}

// value is what a mapping has under a key; nil when there is nothing.
func value(n *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}
