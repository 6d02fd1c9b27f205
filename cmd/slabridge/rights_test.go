package main

import (
	"os"
	"strings"
	"testing"

	"slabridge/connectors"
	"slabridge/connectors/redmine"
)

// Every permission that a right takes has the name that the tracker's screens give it, and docs/rights.md, in both
// languages, lists them all by that name.
func TestRightsAreNamedAsTheScreensNameThem(t *testing.T) {
	caps := new(redmine.Tracker).Capabilities()
	for lang, page := range map[string]string{"en": "../../docs/rights.md", "ru": "../../docs/rights.ru.md"} {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		_, list, _ := strings.Cut(string(text), "\n```\n")
		list, _, _ = strings.Cut(list, "```")
		for _, right := range connectors.Rights {
			if len(caps.Permissions[right]) == 0 {
				t.Errorf("%s takes no permission", right)
			}
			for _, permission := range caps.Permissions[right] {
				title, known := caps.Titles[permission]
				if !known {
					t.Errorf("%s has no name", permission)
				}
				if !strings.Contains(list, title.In(lang)) {
					t.Errorf("%s does not list %s", page, title.In(lang))
				}
			}
		}
	}
}
