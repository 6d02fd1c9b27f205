//go:build man

// The man pages are made from the help by a program of their own, `make man`: what makes them is no part of slabridge.

package main

import (
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

func init() { extraCommands = append(extraCommands, manCmd) }

// manCmd writes a page for each command into a folder.
func manCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "man DIR", Hidden: true, Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil { //nolint:gosec // pages for everyone
				return err
			}
			root := c.Root()
			root.DisableAutoGenTag = true
			return doc.GenManTree(root, &doc.GenManHeader{
				Title: "SLABRIDGE", Section: "1", Source: "slabridge " + buildVersion(), Manual: "slabridge",
			}, args[0])
		},
	}
}
