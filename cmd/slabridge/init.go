package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"slabridge/config/message"

	"github.com/spf13/cobra"
)

//go:embed init/example.yaml
var exampleConfig string

// initOptions are what the command line of `init` says.
type initOptions struct {
	contract, answers, keyFile, unit string
	example                          bool
}

func initCmd(a *app) *cobra.Command {
	var o initOptions
	c := &cobra.Command{
		Use:   "init URL",
		Short: "Ask your tracker what it has, and write a configuration for it",
		Long: message.Text(
			"Ask a tracker for its projects, statuses, fields and people, guess what they mean to a contract, ask\n"+
				"about what is not sure, and write slabridge.yaml and a file with the key. Reads the tracker only, and never\n"+
				"overwrites a file: with one there it shows what it would write otherwise.\n\n"+
				"The key is taken from --key-file, from %s, from %s beside the\n"+
				"configuration, or asked for. Answers come from --answers (YAML, a question's id and its answer on each\n"+
				"line), else from the terminal, or line by line from a pipe.",
			keyVariable,
			keyName,
		),
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.example {
				_, err := fmt.Fprint(a.out, exampleConfig)
				return err
			}
			if len(args) == 0 {
				return usage("init: give the address of your tracker, as in 'slabridge init https://tracker.example.org'")
			}
			return initialise(cmd.Context(), a, o, args[0])
		},
	}
	f := c.Flags()
	f.StringVar(&o.contract, "contract", "",
		"preset (see 'slabridge contract list') or contract `file`; asked for if left out")
	f.StringVar(&o.answers, "answers", "", "`file` of answers; what it leaves out is taken as guessed")
	f.StringVar(&o.keyFile, "key-file", "", "`file` that holds the key already; the configuration will name it")
	f.StringVar(&o.unit, "unit", "", "write a `file` with a unit of systemd, too, that can read configuration and key")
	f.BoolVar(&o.example, "example", false, "print a complete example with every key explained, and end")
	return c
}

// initialise goes from an address to a configuration.
func initialise(ctx context.Context, a *app, o initOptions, address string) error {
	q, err := newInquiry(a, o.answers)
	if err != nil {
		return err
	}
	file := a.config
	if file == "" {
		file = "slabridge.yaml"
	}
	folder := filepath.Dir(file)
	if o.unit != "" {
		if err := unitPlace(o.unit, folder, o.keyFile, o.contract); err != nil {
			return err
		}
	}
	s, err := findSite(ctx, a, q, address)
	if err != nil {
		return err
	}
	if err := s.signIn(ctx, q, folder, o.keyFile); err != nil {
		return err
	}
	v := &interview{inquiry: q, app: a, site: s}
	v.draft.state = placeOfState(folder)
	if v.names, err = s.tracker.Directory(ctx); err != nil {
		return err
	}
	if err := v.chooseContract(ctx, o.contract, folder); err != nil {
		return err
	}
	if o.unit != "" { // the contract's file may come from the answers
		if err := unitPlace(o.unit, folder, o.keyFile, v.draft.file); err != nil {
			return err
		}
	}
	for _, step := range []func(context.Context) error{
		v.chooseProjects, v.checkRights, v.read, v.chooseRoles, v.chooseStatuses, v.chooseSeverity, v.chooseFields,
		v.chooseInternal, v.chooseTrial, v.chooseDays, v.chooseID,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	if err := q.unused(); err != nil {
		return err
	}
	fmt.Fprintln(a.out)
	written, err := writeDraft(v, file, folder)
	if err != nil || !written {
		return err
	}
	if o.unit != "" {
		if err := writeUnit(a, o.unit, file, o.keyFile, v.draft.file); err != nil {
			return err
		}
	}
	return finish(ctx, a, file, o.unit, s, v.draft.trial)
}

// The folders of the service, as the packages make them.
const (
	serviceConfig = "/etc/slabridge"
	serviceState  = "/var/lib/slabridge/slabridge.db"
)

// placeOfState is the file for the state of a configuration in this folder: beside it, but for the service, which may
// not write where its configuration is.
func placeOfState(folder string) string {
	if forService(folder) {
		return serviceState
	}
	return "slabridge.db"
}

// keyPlace is the file for the key, from the configuration's folder: beside it, but for the service, to which systemd
// hands all that is in a folder of its own.
func keyPlace(folder string) string {
	if forService(folder) {
		return filepath.Join("keys", keyName)
	}
	return keyName
}

// forService reports whether a configuration in this folder is the service's.
func forService(folder string) bool {
	path, err := filepath.Abs(folder)
	return err == nil && path == serviceConfig
}

// writeDraft writes the configuration and the key, unless one is there: then it shows what it would have written.
func writeDraft(v *interview, file, folder string) (bool, error) {
	text := v.draft.yaml(v.page, v.site)
	old, err := os.ReadFile(file)
	switch {
	case err == nil && string(old) == text:
		v.linef("", "%s is there already and says the same: nothing is written", file)
		return false, nil
	case err == nil:
		v.linef("", "%s is there already: nothing is written; this is what would be otherwise:", file)
		for _, line := range differences(string(old), text) {
			fmt.Fprintln(v.out, "  "+line)
		}
		return false, nil
	case !errors.Is(err, fs.ErrNotExist):
		return false, err
	}
	if !v.site.key.present {
		key := filepath.Join(folder, v.site.key.path)
		if err := os.MkdirAll(filepath.Dir(key), 0o700); err != nil {
			return false, err
		}
		if err := writeNew(key, v.site.key.secret.Reveal()+"\n", 0o600); err != nil {
			return false, err
		}
		v.linef("", "written: %s, which only you can read", key)
	}
	if err := writeNew(file, text, 0o640); err != nil {
		return false, err
	}
	v.linef("", "written: %s (questions asked: %d)", file, v.asked)
	return true, nil
}

// writeNew writes a file that must not be there yet.
func writeNew(name, text string, mode fs.FileMode) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// differences lists the lines that leave, after "-", and those that come, after "+", in the order of the texts.
func differences(old, text string) []string {
	a, b := strings.Split(strings.TrimRight(old, "\n"), "\n"), strings.Split(strings.TrimRight(text, "\n"), "\n")
	common := make([][]int, len(a)+1) // lines that a[i:] and b[j:] have in common, at most
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if common[i][j] = max(common[i+1][j], common[i][j+1]); a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			}
		}
	}
	var out []string
	for i, j := 0, 0; i < len(a) || j < len(b); {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1]:
			out = append(out, "- "+a[i])
			i++
		default:
			out = append(out, "+ "+b[j])
			j++
		}
	}
	return out
}
