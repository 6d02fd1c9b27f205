//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package statefile

import (
	"errors"
	"os"
)

// tryLock refuses: without a lock that the kernel releases we cannot promise that nothing is written twice.
func tryLock(*os.File) (held bool, err error) {
	return false, errors.ErrUnsupported
}
