package config

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite golden files and the schema")

// planted is the secret that fault files hold; no message may show it.
const planted = "s3cr3t-planted"

var section = regexp.MustCompile(`(?m)^([a-z_]+):`)

// complete puts the sections of the base that the fault file has none of behind it, so that a fault file holds
// nothing but its fault. A file that begins with "# whole" is taken alone.
func complete(t *testing.T, base string, fault []byte) []byte {
	t.Helper()
	if strings.HasPrefix(string(fault), "# whole\n") {
		return fault
	}
	has := map[string]bool{}
	for _, m := range section.FindAllStringSubmatch(string(fault), -1) {
		has[m[1]] = true
	}
	data, err := os.ReadFile(base)
	if err != nil {
		t.Fatal(err)
	}
	out := string(fault)
	for i, at := range section.FindAllStringIndex(string(data), -1) {
		rest := section.FindAllStringIndex(string(data), -1)
		end := len(data)
		if i+1 < len(rest) {
			end = rest[i+1][0]
		}
		if name := strings.TrimSuffix(string(data[at[0]:at[1]]), ":"); !has[name] {
			out += string(data[at[0]:end])
		}
	}
	return []byte(out)
}

// faultsOf reads a fault file the way Load or ContractFile would, or Load a calendar that it names.
func faultsOf(t *testing.T, file string) Faults {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(filepath.Base(file), "own-") {
		src := newSource("own.yaml")
		readContract(src, complete(t, "testdata/base-contract.yaml", data), daySource{})
		return src.faults.sorted()
	}
	if strings.HasPrefix(filepath.Base(file), "days-") {
		src := newSource("days.yaml")
		readDays(src, data)
		return src.faults.sorted()
	}
	cfg, faults := load(testSource(), complete(t, "testdata/base.yaml", data), "testdata/faults")
	if (cfg == nil) != (faults.At(Error) != nil) {
		t.Errorf("config is nil: %v, faults: %v", cfg == nil, faults)
	}
	return faults
}

func TestFaults(t *testing.T) {
	t.Setenv("SLABRIDGE_TEST_KEY", planted)
	t.Setenv("SLABRIDGE_TEST_MAIL", "smtp://sla:"+planted+"@mail.example.org/?from=a@example.org&to=b@example.org")
	t.Setenv("SLABRIDGE_TEST_HOOK", "https://hooks.example.org/"+planted)
	t.Setenv("SLABRIDGE_TEST_CHAT", "telegram://110201543:"+planted+"@telegram?chats=-100")
	files, err := filepath.Glob("testdata/faults/*.yaml")
	if err != nil || len(files) < 100 {
		t.Fatalf("%d fault files, %v", len(files), err)
	}
	passwords, err := filepath.Glob("testdata/faults/web/*.yml")
	if err != nil || len(passwords) == 0 {
		t.Fatal(passwords, err)
	}
	for _, file := range passwords { // a checkout leaves them open to everybody
		if err := os.Chmod(file, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		t.Run(name, func(t *testing.T) {
			faults := faultsOf(t, file)
			if len(faults) == 0 {
				t.Fatal("no fault found")
			}
			got := faults.Error() + "\n"
			if strings.Contains(got, planted) {
				t.Fatalf("the message shows the secret:\n%s", got)
			}
			golden := strings.TrimSuffix(file, ".yaml") + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("message (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBasesAreWell(t *testing.T) {
	t.Setenv("SLABRIDGE_TEST_KEY", planted)
	if _, faults := Load("testdata/base.yaml", trackers); len(faults) > 0 {
		t.Errorf("base.yaml: %v", faults)
	}
	if _, faults := (Calendars{}).ContractFile("testdata/base-contract.yaml"); len(faults) > 0 {
		t.Errorf("base-contract.yaml: %v", faults)
	}
}
