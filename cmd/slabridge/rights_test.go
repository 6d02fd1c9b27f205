package main

import (
	"maps"
	"os"
	"regexp"
	"strings"
	"testing"

	"slabridge/connectors"
	"slabridge/connectors/redmine"
)

// Every permission that a right takes has the name that the tracker's screens give it; docs/rights.md, in both
// languages, lists them by that name, the READMEs by their keys: each of them, and no other.
func TestRightsAreNamedAsTheScreensNameThem(t *testing.T) {
	caps := new(redmine.Tracker).Capabilities()
	readmes := map[string]string{"en": "../../README.md", "ru": "../../README.ru.md"}
	for lang, page := range map[string]string{"en": "../../docs/rights.md", "ru": "../../docs/rights.ru.md"} {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		_, list, _ := strings.Cut(string(text), "\n```\n")
		list, _, _ = strings.Cut(list, "```")
		needed := map[string]bool{}
		for _, right := range connectors.Rights {
			if len(caps.Permissions[right]) == 0 {
				t.Errorf("%s takes no permission", right)
			}
			for _, permission := range caps.Permissions[right] {
				needed[permission] = true
				title, known := caps.Titles[permission]
				if !known {
					t.Errorf("%s has no name", permission)
				}
				if !strings.Contains(list, title.In(lang)) {
					t.Errorf("%s does not list %s", page, title.In(lang))
				}
			}
		}
		if rows := strings.Count(list, "\n"); rows != len(needed) {
			t.Errorf("%s lists %d permissions, of %d", page, rows, len(needed))
		}
		readme, err := os.ReadFile(readmes[lang])
		if err != nil {
			t.Fatal(err)
		}
		_, step, _ := strings.Cut(string(readme), "\n1. **")
		step, _, _ = strings.Cut(step, "\n2. ")
		named := map[string]bool{}
		for _, key := range regexp.MustCompile("`([a-z]+_[a-z_]+)`").FindAllStringSubmatch(step, -1) {
			named[key[1]] = true
		}
		if !maps.Equal(named, needed) {
			t.Errorf("%s names %v, and what is needed is %v", readmes[lang], named, needed)
		}
	}
}
