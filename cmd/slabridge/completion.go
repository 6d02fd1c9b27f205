package main

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"

	"slabridge/config"
	"slabridge/config/statefile"
	"slabridge/connectors/mirror"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// mostCompleted bounds how many values a shell is offered: no more than fit on a terminal.
const mostCompleted = 100

// completer offers values for what is being typed. It asks no tracker and makes no file: where there is no
// configuration or no state yet, it offers nothing.
type completer func(ctx context.Context, a *app, typed string) []string

// flagCompleters are the flags whose values are known, by name, whichever command they belong to.
var flagCompleters = map[string]completer{
	"contract": contractIDs, "obligation": obligationIDs, "severity": severityIDs, "issue": issueKeys,
	"connection": connectionIDs, "state": entryStates,
	"output": func(context.Context, *app, string) []string { return []string{"text", "json"} },
	"lang":   func(context.Context, *app, string) []string { return languages() },
}

// argumentCompleters are those of arguments, by the words of a command's usage; ID is of a contract, or an entry, or an
// alarm.
var argumentCompleters = map[string]completer{
	"ISSUE": issueKeys, "OBLIGATION": obligationIDs,
	"contract show ID": contractIDs, "ledger show ID": entryIDs, "ledger settle ID": alarmIDs,
	"CALENDAR": func(context.Context, *app, string) []string { return config.BuiltinCountries() },
}

// completionHelp says how a shell is given its script, by the shell's name.
var completionHelp = map[string]phrase{
	"bash": "Print the script that lets bash complete commands, flags and ids.\n\n" +
		"For this session (it takes the package bash-completion):\n\n" +
		"  source <(slabridge completion bash)\n\nFor every session, as root:\n\n" +
		"  slabridge completion bash > /etc/bash_completion.d/slabridge",
	"fish": "Print the script that lets fish complete commands, flags and ids.\n\nFor this session:\n\n" +
		"  slabridge completion fish | source\n\nFor every session:\n\n" +
		"  slabridge completion fish > ~/.config/fish/completions/slabridge.fish",
	"powershell": "Print the script that lets PowerShell complete commands, flags and ids.\n\nFor this session:\n\n" +
		"  slabridge completion powershell | Out-String | Invoke-Expression\n\n" +
		"For every session, put this line into the profile of PowerShell.",
	"zsh": "Print the script that lets zsh complete commands, flags and ids.\n\n" +
		"For this session (once: autoload -U compinit; compinit):\n\n" +
		"  source <(slabridge completion zsh)\n\nFor every session:\n\n" +
		"  slabridge completion zsh > \"${fpath[1]}/_slabridge\"",
}

// describeCompletion puts our own help on cobra's command that prints the scripts.
func describeCompletion(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		if c.Name() != "completion" {
			continue
		}
		group(c).Long = ""
		for _, shell := range c.Commands() {
			shell.Long = string(completionHelp[shell.Name()])
		}
	}
}

// addCompletion makes every command below c complete what it can.
func addCompletion(a *app, c *cobra.Command) {
	c.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if offer := flagCompleters[f.Name]; offer != nil {
			_ = c.RegisterFlagCompletionFunc(
				f.Name,
				func(c *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
					return fitting(offer(c.Context(), a, typed), typed)
				},
			) // it fails for a flag that has one already
		}
	})
	words := strings.Fields(c.Use)[1:]
	if len(words) > 0 && c.ValidArgsFunction == nil {
		group := strings.TrimPrefix(c.CommandPath(), "slabridge ")
		c.ValidArgsFunction = func(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
			if len(args) >= len(words) {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			word := words[len(args)]
			offer := argumentCompleters[group+" "+word]
			if offer == nil {
				offer = argumentCompleters[word]
			}
			if offer == nil {
				return nil, cobra.ShellCompDirectiveDefault // files
			}
			return fitting(offer(c.Context(), a, typed), typed)
		}
	}
	for _, sub := range c.Commands() {
		addCompletion(a, sub)
	}
}

// fitting returns the offers that begin with what was typed, ignoring case.
func fitting(offers []string, typed string) ([]string, cobra.ShellCompDirective) {
	var out []string
	for _, o := range offers {
		if strings.HasPrefix(strings.ToLower(o), strings.ToLower(typed)) && len(out) < mostCompleted {
			out = append(out, o)
		}
	}
	return out, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

// settingsToComplete is the configuration, nil for none that can be read.
func settingsToComplete(a *app) *config.Config {
	path, err := config.Find(a.config)
	if err != nil {
		return nil
	}
	cfg, _ := config.Load(path, a.kinds)
	return cfg
}

func contractIDs(_ context.Context, a *app, _ string) []string {
	var out []string
	if cfg := settingsToComplete(a); cfg != nil {
		for _, c := range cfg.Contracts {
			out = append(out, c.ID+"\t"+c.Title.In(a.lang))
		}
	}
	for _, id := range config.PresetIDs() {
		if !slices.ContainsFunc(out, func(o string) bool { return strings.HasPrefix(o, id+"\t") }) {
			out = append(out, id)
		}
	}
	return out
}

func connectionIDs(_ context.Context, a *app, _ string) (out []string) {
	if cfg := settingsToComplete(a); cfg != nil {
		for _, c := range cfg.Connections {
			out = append(out, c.ID)
		}
	}
	return out
}

// ofContracts gathers ids with their titles from the configured contracts, or from the presets where there are none.
func ofContracts(a *app, ids func(c *enforcer.Contract) [][2]string) (out []string) {
	var contracts []*enforcer.Contract
	if cfg := settingsToComplete(a); cfg != nil {
		for _, c := range cfg.Contracts {
			contracts = append(contracts, c.Contract)
		}
	}
	for _, id := range config.PresetIDs() {
		if c, err := (config.Calendars{}).Preset(id); err == nil && settingsToComplete(a) == nil {
			contracts = append(contracts, c)
		}
	}
	seen := map[string]bool{}
	for _, c := range contracts {
		for _, x := range ids(c) {
			if !seen[x[0]] {
				seen[x[0]] = true
				out = append(out, x[0]+"\t"+x[1])
			}
		}
	}
	return out
}

func obligationIDs(_ context.Context, a *app, _ string) []string {
	return ofContracts(a, func(c *enforcer.Contract) (out [][2]string) {
		for i := range c.Obligations {
			o := &c.Obligations[i]
			out = append(out, [2]string{o.ID, a.cited(o.Source) + ": " + o.Title.In(a.lang)})
		}
		return out
	})
}

func severityIDs(_ context.Context, a *app, _ string) []string {
	return ofContracts(a, func(c *enforcer.Contract) (out [][2]string) {
		for _, s := range c.Severities {
			out = append(out, [2]string{s.ID, s.Title.In(a.lang)})
		}
		return out
	})
}

func entryStates(context.Context, *app, string) (out []string) {
	for _, s := range enforcer.EntryStates {
		out = append(out, string(s))
	}
	return out
}

// stores opens mirror and ledger as they are; ok is false where there is no state. The lines that are offered stay
// usable while a daemon works.
func stores(ctx context.Context, a *app, use func(*config.Config, *mirror.DB, *ledger.Ledger) error) {
	cfg := settingsToComplete(a)
	if cfg == nil {
		return
	}
	if _, err := os.Stat(cfg.State); errors.Is(err, fs.ErrNotExist) {
		return
	}
	file, err := statefile.Open(ctx, cfg.State,
		statefile.Migrations{Store: "mirror", Steps: mirror.Migrations()},
		statefile.Migrations{Store: "ledger", Steps: ledger.Migrations()})
	if err != nil {
		return
	}
	defer file.Close()
	m, err := mirror.Open(file.DB)
	if err != nil {
		return
	}
	defer m.Close()
	if l, err := ledger.Open(ctx, file.DB, a.clock()); err == nil {
		_ = use(cfg, m, l) // what cannot be read is not offered
	}
}

// issueKeys offers the mirrored issues, those with running cycles first, with their subjects.
func issueKeys(ctx context.Context, a *app, typed string) (out []string) {
	stores(ctx, a, func(cfg *config.Config, m *mirror.DB, l *ledger.Ledger) error {
		seen := map[string]bool{}
		add := func(key, subject string) {
			if !seen[key] && strings.HasPrefix(strings.ToLower(key), strings.ToLower(typed)) {
				seen[key] = true
				out = append(out, key+"\t"+oneLine(subject))
			}
		}
		items, err := l.Running(ctx)
		if err != nil {
			return err
		}
		for _, it := range items {
			if it.Issue != "" {
				add(it.IssueKey, it.Subject)
			}
		}
		for _, c := range cfg.Connections {
			for e, err := range m.Issues(ctx, c.ID) {
				if err != nil || len(out) >= mostCompleted {
					return err
				}
				if seen[e.Key] || !strings.HasPrefix(strings.ToLower(e.Key), strings.ToLower(typed)) {
					continue
				}
				h, _, err := m.History(ctx, c.ID, e.ID)
				if err != nil {
					return err
				}
				add(e.Key, h.Issue.Subject)
			}
		}
		return nil
	})
	return out
}

// entryIDs offers the entries that are not done.
func entryIDs(ctx context.Context, a *app, _ string) (out []string) {
	stores(ctx, a, func(_ *config.Config, _ *mirror.DB, l *ledger.Ledger) error {
		for e, err := range l.List(ctx, ledger.Filter{}, ledger.OldestFirst) {
			if err != nil || len(out) >= mostCompleted {
				return err
			}
			if e.State.Open() || e.State == enforcer.Refused {
				key := cmp.Or(e.IssueKey, e.Made())
				out = append(out, e.ID+"\t"+strings.TrimSpace(string(e.State)+" "+key+" "+e.Key.Obligation+"/"+e.Key.Step))
			}
		}
		return nil
	})
	return out
}

// alarmIDs offers the open alarms.
func alarmIDs(ctx context.Context, a *app, _ string) (out []string) {
	stores(ctx, a, func(cfg *config.Config, _ *mirror.DB, l *ledger.Ledger) error {
		for _, c := range cfg.Connections {
			alarms, err := l.Alarms(ctx, c.ID)
			if err != nil {
				return err
			}
			for _, x := range alarms {
				if x.Open() {
					out = append(out, x.Subject+"\t"+string(x.Kind))
				}
			}
		}
		return nil
	})
	return out
}
