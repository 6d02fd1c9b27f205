package main_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestThirdLanguage builds the program with a third language, in the places that CONTRIBUTING names and no other, and
// lets it speak: a comment, explain and check. What the small catalogue lacks stays English.
func TestThirdLanguage(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	replace := map[string]string{}
	for _, place := range placesOfALanguage(t, root) {
		switch path := filepath.Join(root, place); place {
		case "config/message/catalogue/kk.json":
			replace[path] = filepath.Join(root, "cmd/slabridge/testdata/language/kk.json")
		case "config/message/message.go":
			text := read(t, path)
			line := regexp.MustCompile(`var Languages = \[]string\{"ru", English`).FindString(text)
			if line == "" {
				t.Fatalf("%s lists no languages", place)
			}
			replace[path] = filepath.Join(dir, "message.go")
			write(t, replace[path], strings.Replace(text, line, line+`, "kk"`, 1))
		default:
			t.Errorf("a language needs %s too", place)
		}
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "overlay.json"), string(overlay))
	program := filepath.Join(dir, "slabridge")
	build := exec.Command("go", "build", "-overlay", filepath.Join(dir, "overlay.json"), "-o", program, ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	says := func(command string, wants ...string) {
		t.Helper()
		c := exec.Command(program, append([]string{"--lang", "kk"}, strings.Fields(command)...)...)
		c.Dir = dir
		out, _ := c.CombinedOutput() // check ends with 2: it finds a fault
		got := strings.Join(strings.Fields(string(out)), " ")
		for _, want := range wants {
			if !strings.Contains(got, want) {
				t.Errorf("slabridge %s does not say %q, but\n%s", command, want, out)
			}
		}
	}
	says("demo", "Сіздің № 1 өтінішіңіз тіркелді.",
		"Жұмыс 2026 ж. 20 наурыз, 16:20 (Алматы уақыты, UTC+5) "+
			"дейін басталады (8-тармақ).")
	says("explain 1 --config slabridge-demo/slabridge.yaml --at 2026-03-31T11:00:01+05:00",
		"не уәде етілді", "орындалды confirmation of receipt",
		"20 минут жұмыс уақыты: дс-жм 09:00-18:00, Asia/Almaty",
		"жолдағы демалыс күндері:", "(Наурыз күндері")
	config := filepath.Join(dir, "slabridge-demo/slabridge.yaml")
	write(t, config, strings.Replace(read(t, config), "listen:", "listenn:", 1))
	says("check --config slabridge-demo/slabridge.yaml",
		"мұнда мұндай кілт жоқ; жарамдылары: state, language")
}

// placesOfALanguage are the files that CONTRIBUTING lists for a language, for kk.
func placesOfALanguage(t *testing.T, root string) []string {
	t.Helper()
	_, section, found := strings.Cut(read(t, filepath.Join(root, "CONTRIBUTING.md")), "## Adding a language\n")
	if !found {
		t.Fatal("CONTRIBUTING.md has no section on languages")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	var out []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([^`]+)`").FindAllStringSubmatch(section, -1) {
		out = append(out, strings.ReplaceAll(row[1], "XX", "kk"))
	}
	return out
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
