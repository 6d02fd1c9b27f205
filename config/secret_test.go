package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSecretNeverShows(t *testing.T) {
	type inner struct{ hidden Secret } // fmt cannot call methods of an unexported field
	s := NewSecret(planted)
	conn := Connection{ID: "helpdesk", Auth: Auth{Secret: s}}
	var shown bytes.Buffer
	for _, v := range []any{
		s, &s, conn, &conn,
		[]Secret{s},
		map[string]Secret{"k": s},
		inner{s},
		&inner{s},
		Config{Connections: []Connection{conn}},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			fmt.Fprintf(&shown, verb+"\n", v)
		}
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		shown.Write(data)
		slog.New(slog.NewTextHandler(&shown, nil)).Info("x", slog.Any("v", v))
		slog.New(slog.NewJSONHandler(&shown, nil)).Info("x", slog.Any("v", v))
	}
	hex := fmt.Sprintf("%x", planted)
	if strings.Contains(shown.String(), planted) || strings.Contains(shown.String(), hex) {
		t.Errorf("the secret shows:\n%s", shown.String())
	}
	if s.Reveal() != planted || (Secret{}).Reveal() != "" {
		t.Error("Reveal does not give the value")
	}
}

func TestSecretFiles(t *testing.T) {
	cases := []struct {
		name    string
		mode    os.FileMode
		content string
		want    string // the secret, "" when it must not be had
		fault   string
	}{
		{"ours alone", 0o600, planted + "\n", planted, ""},
		{"open to the group", 0o640, planted, planted, "open to its group (mode 0640)"},
		{"open to all", 0o644, planted, "", "everyone on this machine may read it (mode 0644); chmod 600"},
		{"empty", 0o600, "\n", "", "the secret's file is not set or empty"},
		{"two lines", 0o600, planted + "\nsecond", "", "holds more than one line"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "key"), []byte(c.content), c.mode); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(filepath.Join(dir, "key"), c.mode); err != nil {
				t.Fatal(err)
			}
			data := bytes.Replace(base(t), []byte(`"${SLABRIDGE_TEST_KEY}"`), []byte("{file: key}"), 1)
			cfg, faults := load(testSource(), data, dir)
			if cfg == nil {
				t.Fatalf("no config: %v", faults)
			}
			if got := cfg.Connections[0].Auth.Secret.Reveal(); got != c.want {
				t.Errorf("secret %q, want %q", got, c.want)
			}
			if !strings.Contains(faults.Error(), c.fault) || (c.fault == "") != (len(faults) == 0) {
				t.Errorf("faults %v, want %q", faults, c.fault)
			}
			if strings.Contains(faults.Error(), planted) {
				t.Errorf("the fault shows the secret: %v", faults)
			}
			if (faults.Err(NoSecret) == nil) != (c.want != "") || faults.Err(Error) != nil {
				t.Errorf("levels of %v", faults)
			}
		})
	}
}

// TestSecretHandedOver: a service manager hands over a key that the service's account may not read; without one, or
// with an empty one in its place, the file itself is read.
func TestSecretHandedOver(t *testing.T) {
	const other = "of-the-file-itself"
	for _, c := range []struct{ name, credential, content, want string }{
		{"handed over", "keys_key", planted + "\n", planted},
		{"another file's", "another", planted, other},
		{"of another folder", "key", planted, other},
		{"empty", "keys_key", "", other},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir, handed := t.TempDir(), t.TempDir()
			if err := os.Mkdir(filepath.Join(dir, "keys"), 0o700); err != nil {
				t.Fatal(err)
			}
			for name, text := range map[string]string{
				filepath.Join(dir, "keys", "key"):   other,
				filepath.Join(handed, c.credential): c.content,
			} {
				if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Chmod(filepath.Join(handed, c.credential), 0o440); err != nil {
				t.Fatal(err)
			}
			t.Setenv("CREDENTIALS_DIRECTORY", handed)
			data := bytes.Replace(base(t), []byte(`"${SLABRIDGE_TEST_KEY}"`), []byte("{file: keys/key}"), 1)
			cfg, faults := load(testSource(), data, dir)
			if cfg == nil || len(faults) > 0 {
				t.Fatalf("faults: %v", faults)
			}
			if got := cfg.Connections[0].Auth.Secret.Reveal(); got != c.want {
				t.Errorf("secret %q, want %q", got, c.want)
			}
		})
	}
}

// A secret pasted into any place of the connection shows in no message, whatever is wrong with it there; the id
// is no such place, it is what messages are about.
func TestPlantedSecretNeverInFaults(t *testing.T) {
	for _, key := range []string{"url", "auth", "user", "token", "pat", "api_key", "file"} {
		for _, form := range []string{
			"%s", "[%s]", "{%[1]s: x}", "{a: %s}", "${%s}", "*%s", "!%s x", "'%s", "\"${%s}\"",
			"https://%s@h", "{file: %s}", "{file: [%s]}",
		} {
			value := fmt.Sprintf(form, planted)
			line := "auth: {" + key + ": " + value + "}"
			if key == "url" || key == "auth" {
				line = key + ": " + value
			}
			for _, kind := range []string{"redmine", "jira"} {
				data := fmt.Sprintf("connections:\n  - id: helpdesk\n    kind: %s\n    %s\nmappings: []\ncontracts: []\n", kind,
					line)
				_, faults := load(testSource(), []byte(data), t.TempDir())
				if len(faults) == 0 {
					t.Errorf("%s: no fault", line)
				}
				for _, f := range faults {
					if strings.Contains(f.Error(), planted) {
						t.Errorf("%s shows the secret: %v", line, f)
					}
				}
			}
		}
	}
}

func base(t *testing.T) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/base.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return data
}
