//go:build linux || darwin || freebsd

package statefile

import (
	"io/fs"
	"syscall"
)

// statfs is replaced by a test.
var statfs = syscall.Statfs

// room is how many bytes are free for us on the disk of a folder.
func room(folder string) (free uint64, known bool) {
	var s syscall.Statfs_t
	if err := statfs(folder, &s); err != nil {
		return 0, false
	}
	return uint64(s.Bavail) * uint64(s.Bsize), true //nolint:gosec,unconvert // neither is negative; types differ by system
}

// links is how many names a file has.
func links(info fs.FileInfo) uint64 {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(s.Nlink) //nolint:unconvert // types differ by system
	}
	return 1
}
