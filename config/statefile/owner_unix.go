//go:build unix

package statefile

import (
	"os"
	"path/filepath"
	"syscall"
)

// noFollow makes opening a link an error.
const noFollow = syscall.O_NOFOLLOW

// giveToFolderOwner gives a file that root has just made to whoever owns the folder. The service has an account of its
// own: a state file or a lock that belongs to root, after one command of an administrator's, would stop it. SQLite does
// the same with its -wal and -shm files.
func giveToFolderOwner(f *os.File) error {
	if os.Geteuid() != 0 {
		return nil
	}
	info, err := os.Stat(filepath.Dir(f.Name()))
	if err != nil {
		return err
	}
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return f.Chown(int(s.Uid), int(s.Gid))
	}
	return nil
}
