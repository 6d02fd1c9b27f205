package main

import (
	"slices"
	"strings"

	"slabridge/config/message"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// helpPage is a page of help in the reader's language.
type helpPage struct{ *app }

// speakHelp lets the help speak the reader's language: what the commands and their flags say of themselves, and what
// cobra says around it. Which language it is, is known once the flags are read.
func (a helpPage) speakHelp(root *cobra.Command) {
	root.InitDefaultHelpFlag() // or --help would take what stands behind it for its value
	show := root.HelpFunc()
	root.SetHelpFunc(func(c *cobra.Command, args []string) {
		a.translateHelp(c)
		show(c, args)
	})
}

// answerHelp makes `help` refuse the name of a command that does not exist, as the root does: cobra would tell of it in
// words of its own and call it well.
func answerHelp(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	for _, c := range root.Commands() {
		if c.Name() != "help" {
			continue
		}
		show := c.Run
		c.Long = ""
		c.Run = nil
		c.RunE = func(c *cobra.Command, args []string) error {
			switch found, rest, err := root.Find(args); {
			case err != nil:
				return err
			case len(rest) > 0 && found.HasSubCommands():
				return noCommand(found, rest[0])
			}
			show(c, args)
			return nil
		}
	}
}

// translateHelp puts one page of help into the reader's language. Nothing but showing it comes after.
func (a helpPage) translateHelp(c *cobra.Command) {
	root := c.Root()
	root.SetUsageTemplate(a.usageTemplate(root.UsageTemplate(), c))
	c.Long = folded(a.recall(c.Long))
	for _, x := range append(c.Commands(), c) {
		x.Short = a.recall(x.Short)
	}
	a.translateUse(c)
}

// recall gives a text of the command line in the reader's language.
func (a helpPage) recall(text string) string { return message.Recall(a.lang, text) }

// headings are cobra's own words in the help; one that ends as another does stands before it.
var headings = []phrase{
	"Usage:", "Aliases:", "Examples:", "Available Commands:", "Global Flags:", "Flags:", "Additional help topics:",
	"for more information about a command.", "Use \"", "[command]",
}

func (a helpPage) usageTemplate(text string, c *cobra.Command) string {
	for _, h := range headings {
		text = strings.ReplaceAll(text, string(h), a.t(h))
	}
	if c.Annotations[onlyHolds] != "" {
		text = strings.Replace(text, "{{if .Runnable}}\n  {{.UseLine}}{{end}}", "", 1)
	}
	for which, flags := range map[string]*pflag.FlagSet{"Local": c.LocalFlags(), "Inherited": c.InheritedFlags()} {
		text = strings.ReplaceAll(text, "{{."+which+"Flags.FlagUsages | trimTrailingWhitespaces}}", a.flagUsages(flags))
	}
	return text
}

// langOf is the language that the command line asks for, found before its flags are parsed: errors of parsing need it.
func langOf(args []string, usual string) string {
	for i, arg := range args { // of several the last counts
		lang, found := strings.CutPrefix(arg, "--lang=")
		if arg == "--lang" && i+1 < len(args) {
			lang, found = args[i+1], true
		}
		if found && slices.Contains(languages(), lang) {
			usual = lang
		}
	}
	return usual
}

// placeholders are what stands for an argument in a line of use: capitals, in the reader's language in every line.
var placeholders = []phrase{
	"FILE", "CALENDAR", "YEAR", "ISSUE", "OBLIGATION", "DATE", "CHANNEL", "DIR", "OLD", "NEW", "ID", "URL",
}

// translateUse puts the line of use into the reader's language; names of commands stay.
func (a helpPage) translateUse(c *cobra.Command) {
	words := strings.Fields(c.Use)
	for i, word := range words {
		for _, p := range placeholders {
			if word == string(p) {
				words[i] = a.t(p)
			}
		}
	}
	c.Use = strings.Join(words, " ")
	if c.HasAvailableFlags() && !strings.Contains(c.Use, "[flags]") && !c.DisableFlagsInUseLine {
		c.DisableFlagsInUseLine = true
		c.Use += " " + a.t("[flags]")
	}
}

// flagUsages tells of flags, a flag a line. Pflag has a form for it that counts bytes for columns and knows no
// language.
func (a helpPage) flagUsages(flags *pflag.FlagSet) string {
	type row struct{ name, usage string }
	var rows []row
	widest := 0
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		name := "      --" + f.Name
		if f.Shorthand != "" {
			name = "  -" + f.Shorthand + ", --" + f.Name
		}
		told := *f
		told.Usage = a.recall(f.Usage)
		value, usage := pflag.UnquoteUsage(&told)
		if value != "" && f.Value.Type() != "bool" {
			name += " " + value
		}
		switch f.DefValue {
		case "", "0", "false", "[]", "0s":
		default:
			usage += " " + a.tf("(default %s)", f.DefValue)
		}
		widest = max(widest, columnsOf(name))
		rows = append(rows, row{name, usage})
	})
	var out strings.Builder
	p := page{out: onScreen(&out), lang: a.lang}
	for _, r := range rows {
		p.line(r.name+strings.Repeat(" ", widest-columnsOf(r.name)+2), r.usage)
	}
	_ = p.out.flush() // a builder takes everything
	return strings.ReplaceAll(strings.TrimRight(out.String(), "\n"), "{{", `{{"{{"}}`)
}
