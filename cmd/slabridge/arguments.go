package main

import (
	"errors"
	"regexp"
	"strings"

	"slabridge/config/message"

	"github.com/spf13/cobra"
)

var flagName = regexp.MustCompile(`(?m)^ .*?--([a-z-]+)`)

// flagError adds to an unknown flag the ones that look like it. Cobra only measures the names of commands, so
// the flags are shown to it as such.
func flagError(c *cobra.Command, err error) error {
	name, unknown := strings.CutPrefix(err.Error(), "unknown flag: --")
	if !unknown {
		return err
	}
	flags := &cobra.Command{SuggestionsMinimumDistance: 2}
	for _, f := range flagName.FindAllStringSubmatch(c.Flags().FlagUsages(), -1) {
		flags.AddCommand(&cobra.Command{Use: f[1], Run: func(*cobra.Command, []string) {}})
	}
	if like := flags.SuggestionsFor(name); len(like) > 0 {
		return message.Errorf("%w; did you mean --%s?", err, strings.Join(like, " or --"))
	}
	return message.Errorf("%w; see '%s --help'", err, c.CommandPath())
}

// fixUsage makes wrong arguments a usage error, for c and every command below it. A command without Args accepts no
// arguments.
func fixUsage(a *app, c *cobra.Command) {
	args := c.Args
	if args == nil {
		args = noArguments
	}
	c.Args = func(cmd *cobra.Command, given []string) error {
		if err := args(cmd, given); err != nil {
			err = wrongCount(&a.page, cmd, given, err)
			helpPage{a}.translateUse(cmd)
			name := strings.TrimPrefix(cmd.CommandPath(), "slabridge ")
			return usage("%s: %w; usage: %s; see '%s --help'", name, err, cmd.UseLine(), cmd.CommandPath())
		}
		return nil
	}
	for _, sub := range c.Commands() {
		fixUsage(a, sub)
	}
}

// wrongCount says which argument is missing or too many. Cobra only counts them.
func wrongCount(p *page, c *cobra.Command, given []string, err error) error {
	var wanted []string
	for _, word := range strings.Fields(c.Use)[1:] {
		if strings.HasPrefix(word, "-") {
			break
		}
		wanted = append(wanted, p.t(phrase(word)))
	}
	switch n := len(given); {
	case n < len(wanted):
		return message.Errorf("%s is missing", strings.Join(wanted[n:], " "))
	case len(wanted) > 0 && n > len(wanted):
		return message.Errorf("%q is one argument too many", given[len(wanted)])
	}
	return err
}

// noArguments is cobra's NoArgs, which calls an argument an unknown command.
func noArguments(_ *cobra.Command, given []string) error {
	if len(given) > 0 {
		return message.Errorf("takes no argument, and %q is one", given[0])
	}
	return nil
}

// onlyHolds marks a command that does nothing by itself: its help shows no line of use without a command below it.
const onlyHolds = "only holds"

// group makes a command that only holds others answer a word that is none of them as the root does; cobra itself
// would show the help and call it well.
func group(c *cobra.Command) *cobra.Command {
	c.Args = cobra.ArbitraryArgs
	c.Annotations = map[string]string{onlyHolds: "yes"}
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usage("%s: say what; see '%s --help'", c.Name(), c.CommandPath())
		}
		return noCommand(c, args[0])
	}
	c.SuggestionsMinimumDistance = 2
	return c
}

// unknownCommand puts cobra's own words for a command that does not exist into those of group.
func unknownCommand(root *cobra.Command, err error) error {
	if err == nil {
		return nil
	}
	said, unknown := strings.CutPrefix(err.Error(), "unknown command \"")
	name, _, _ := strings.Cut(said, "\" for ")
	if !unknown || errors.As(err, new(usageError)) {
		return err
	}
	return noCommand(root, name)
}

// noCommand says that a command has no such one below it, and which looks like it.
func noCommand(c *cobra.Command, name string) error {
	if like := c.SuggestionsFor(name); len(like) > 0 {
		return usage("unknown command %q for %q; did you mean %s?", name, c.CommandPath(), strings.Join(like, " or "))
	}
	return usage("unknown command %q for %q; see '%s --help'", name, c.CommandPath(), c.CommandPath())
}
