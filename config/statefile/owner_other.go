//go:build !unix

package statefile

import "os"

// noFollow is for systems whose folders other accounts may write to.
const noFollow = 0

// giveToFolderOwner does nothing where files have no owner that could be left out.
func giveToFolderOwner(*os.File) error { return nil }
