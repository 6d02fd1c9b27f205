package config

import (
	"fmt"
	"os"
)

// Who may read and change the configuration file. Whoever can change it can have the key sent to a host of their own,
// so a file that everyone may change is refused. It holds no secret, only names of people and the tracker's address: that
// everyone may read it is worth a word where somebody looks (Exposed), and the group may be the service's own.

// forgeable reports a file that everyone on this machine may change.
func (p *page) forgeable() {
	if info, err := os.Stat(p.file); err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o002 != 0 {
		p.fault("", "", "everyone on this machine may change it (mode %04o), and have the key sent elsewhere; chmod o-w", info.Mode().Perm())
	}
}

// Exposed says that everyone on this machine may read a configuration file, and "" when not everyone may.
func Exposed(file string) string {
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm()&0o004 == 0 {
		return ""
	}
	return fmt.Sprintf("everyone on this machine may read %s (mode %04o): chmod 640, or 600", file, info.Mode().Perm())
}
