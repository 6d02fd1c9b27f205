package statefile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzHolder: whatever a crash or a person left in the lock file, whoever is refused is told something sensible.
func FuzzHolder(f *testing.F) {
	f.Add([]byte(`{"pid":17,"since":"2026-03-02T09:00:00Z"}`))
	f.Add([]byte(`{"pid":-1}`))
	f.Add([]byte(strings.Repeat("[", 5000)))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, note []byte) {
		path := filepath.Join(t.TempDir(), "lock")
		if err := os.WriteFile(path, note, 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		if text := readHolder(file, "writer").Error(); !strings.HasPrefix(text, "writer: held by ") {
			t.Errorf("says %q", text)
		}
	})
}
