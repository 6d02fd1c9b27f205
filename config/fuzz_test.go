package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// seeds are the fault files, completed, whose names begin with the prefix or do not.
func seeds(f *testing.F, own bool) {
	files, err := filepath.Glob("testdata/faults/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		if strings.HasPrefix(filepath.Base(file), "own-") != own || strings.HasPrefix(filepath.Base(file), "days-") {
			continue
		}
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
}

// Whatever the bytes are, Load answers with a configuration or with faults that say where and why.
func FuzzLoad(f *testing.F) {
	seeds(f, false)
	for _, file := range []string{"testdata/base.yaml", "../docs/slabridge.example.yaml"} {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	folder := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte) {
		cfg, faults := load(testSource(), data, folder)
		if (cfg == nil) != (faults.At(Error) != nil) {
			t.Fatalf("config is nil: %v; faults: %v", cfg == nil, faults)
		}
		checkFaults(t, faults)
	})
}

// A contract file is read whole or refused; one that is read has nothing that the arithmetic would refuse.
func FuzzContract(f *testing.F) {
	seeds(f, true)
	for _, id := range PresetIDs() {
		data, err := PresetText(id)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		text, faults := contractText("own.yaml", data, daySource{})
		checkFaults(t, faults)
		if faults.At(Error) != nil {
			return
		}
		c := text.contract
		if c.Calendar == nil {
			t.Fatal("a contract without a calendar")
		}
		for _, o := range c.Obligations {
			for _, r := range o.Rules {
				if r.Within != nil && r.Within.Validate() != nil {
					t.Errorf("%s: term %v", o.ID, r.Within)
				}
			}
		}
	})
}

func checkFaults(t *testing.T, faults Faults) {
	t.Helper()
	for _, f := range faults {
		if f.Level == 0 || f.File == "" || f.Reason.IsZero() {
			t.Errorf("fault without level, file or reason: %+v", f)
		}
	}
}
