package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A path that leads to a file of another kind, a key above all, must not put what it holds on the screen and into the
// logs of whoever runs `check`: whichever file it was taken for, and in whatever form the key stands in it.
func TestAFileOfAnotherKindIsNeverShown(t *testing.T) {
	t.Setenv("SLABRIDGE_TEST_KEY", planted)
	base, err := os.ReadFile("testdata/base.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"a key alone":            planted,
		"a key on two lines":     "first-line\n" + planted + "\n",
		"an environment file":    "SLABRIDGE_HELPDESK_KEY=" + planted + "\nOTHER=1\n",
		"a PEM file":             "-----BEGIN PRIVATE KEY-----\n" + planted + "\n-----END PRIVATE KEY-----\n",
		"an encrypted PEM file":  "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\n" + planted + "\n",
		"netrc":                  "machine tracker.example.org login bot password " + planted + "\n",
		"htpasswd":               "bot:$2y$05$" + planted + "\n",
		"a key as a key of YAML": planted + ": 1\n",
		"keys of our own files": "id: " + planted + "\nversion: " + planted + "\ntitle: " + planted + "\nstate: " +
			planted,
		"an unknown anchor":         "key: *" + planted + "\n",
		"an anchor and a tag":       "&a !" + planted + " x\n",
		"a list":                    "- " + planted + "\n",
		"a list of mappings":        "- " + planted + ": " + planted + "\n",
		"JSON":                      `{"type": "service_account", "` + planted + `": "` + planted + `"}`,
		"JSON in a quoted string":   `"` + planted + `"`,
		"a block":                   "|\n  " + planted + "\n",
		"a document after the mark": "---\n" + planted + "\n---\n" + planted + "\n",
		"not YAML":                  "key: [" + planted + "\n",
		"not YAML in a quote":       "key: '" + planted + "\n",
		"a tab":                     "key:\n\t" + planted + "\n",
		"bytes":                     "\xff\xfe" + planted,
		"bytes behind the key":      planted + "\x00\x01\xff",
	} {
		folder := t.TempDir()
		file := filepath.Join(folder, "other.yaml")
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, contract := Calendars{}.ContractFile(file)
		_, whole := Load(file, trackers)
		use := strings.Replace(string(base), "use: kamal", "use: ./other.yaml", 1)
		_, used := load(testSource(), []byte(use), folder)
		_, days := load(testSource(), append(base, "\ncalendars:\n  - {id: KZ, file: other.yaml}\n"...), folder)
		for as, faults := range map[string]Faults{
			"a contract": contract, "the configuration": whole, "the contract of `use`": used, "a calendar": days,
		} {
			text := faults.Error()
			if faults.At(Error) == nil || !strings.Contains(text, "other.yaml") {
				t.Errorf("%s as %s: no fault that names the file: %s", name, as, text)
			}
			if strings.Contains(strings.ToLower(text), planted[:6]) || strings.Contains(text, planted[6:]) {
				t.Errorf("%s as %s is shown:\n%s", name, as, text)
			}
		}
	}
}
