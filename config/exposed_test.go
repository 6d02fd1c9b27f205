package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A configuration that everyone may change is refused; that everyone may read it is told where it is asked.
func TestModeOfTheFile(t *testing.T) {
	for mode, c := range map[os.FileMode]struct{ refused, exposed bool }{
		0o600: {}, 0o640: {}, 0o660: {}, 0o644: {exposed: true}, 0o666: {true, true}, 0o602: {refused: true},
	} {
		file := filepath.Join(t.TempDir(), "slabridge.yaml")
		data := base(t)
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(file, mode); err != nil {
			t.Fatal(err)
		}
		cfg, faults := Load(file, trackers)
		if refused := strings.Contains(faults.Error(), "everyone on this machine may change it"); refused != c.refused ||
			refused != (cfg == nil) {
			t.Errorf("mode %04o: refused: %t, %v", mode, refused, faults)
		}
		if got := Exposed(file); (!got.IsZero()) != c.exposed {
			t.Errorf("mode %04o: %q", mode, got)
		}
	}
}
