package main

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"slabridge/config"
	"slabridge/enforcer"
)

// idsOfKamal are what only a program reads: the ids of obligations and steps, of events and of severities.
var idsOfKamal = regexp.MustCompile(`\b(acknowledge|respond|confirm-work|involve-developers|inform-management|` +
	`progress-update|warn-\d+|noncritical\b[^ ]|kamal-acme|(journal|time):\d+)\b`)

// markOf is the last line of a comment, in which ids stand for the program.
var markOf = regexp.MustCompile(`(Ref\.|Исх\.)( №)? \S+`)

// TestTitlesInsteadOfIDs: a person reads promises, steps, clauses and contracts by their titles, in either language.
func TestTitlesInsteadOfIDs(t *testing.T) {
	d := newOffice(t)
	d.breached()
	planned := map[string]string{}
	for _, lang := range languages() {
		planned[lang] = d.want(exitOK, "plan", "--lang", lang).out
	}
	d.want(exitOK, "enforce")
	id := d.lines(exitOK, "ledger", "list", "--step", "due")[0]["id"].(string)
	for lang, want := range map[string][]string{
		"en": {"start of work, at the deadline", "start of work (clause 8)", "clause 8"},
		"ru": {"начало работ, по сроку", "начало работ (п. 8)", "п. 8"},
	} {
		for command, says := range map[string]string{
			"plan": want[0], "explain 1": want[1], "status": want[1], "ledger list": want[0], "ledger show " + id: want[0],
			"ledger list --summary": want[0], "explain 1 --full": want[1],
			"report --contract kamal-acme --from 2026-03-01 --to 2026-03-31": want[1],
		} {
			text := planned[lang]
			if command != "plan" {
				text = d.want(exitOK, append(strings.Fields(command), "--lang", lang)...).out
			}
			contains(t, command, text, says)
			text = markOf.ReplaceAllString(strings.Replace(text, "(kamal-acme)\n", "\n", 1), "")
			if found := idsOfKamal.FindString(text); found != "" {
				t.Errorf("%s --lang %s shows the id %q:\n%s", command, lang, found, text)
			}
			if lang == "en" && strings.Contains(text, "п. ") {
				t.Errorf("%s cites a clause in Russian:\n%s", command, text)
			}
		}
	}
}

// TestEachStepHasATitle: no step of a preset is told by its id.
func TestEachStepHasATitle(t *testing.T) {
	for _, lang := range languages() {
		p := page{lang: lang}
		for _, c := range config.Presets() {
			for i := range c.Obligations {
				o := &c.Obligations[i]
				if got := p.promise(c, o.ID); got == o.ID && o.Title["en"] != o.ID {
					t.Errorf("%s: %s has no title in %s", c.ID, o.ID, lang)
				}
				for _, rule := range o.Rules {
					for _, s := range rule.Steps {
						if got := p.stepTitle(o, s.ID); got == s.ID {
							t.Errorf("%s: step %s of %s has no title in %s", c.ID, s.ID, o.ID, lang)
						}
					}
				}
			}
		}
	}
}

// TestContractsOfOneTitle: a contract is named where there are several, with its id where the title tells none apart.
func TestContractsOfOneTitle(t *testing.T) {
	presets := config.Presets()
	kamal := presets[slices.IndexFunc(presets, func(c *enforcer.Contract) bool { return c.Preset == "kamal" })]
	other, endocs := *kamal, presets[0]
	other.ID = "kamal-other"
	p := page{lang: english, contracts: []config.Contract{{Contract: kamal}}}
	if got := p.ofContract("clause 8", kamal.ID); got != "clause 8" {
		t.Errorf("of one contract: %s", got)
	}
	p.contracts = append(p.contracts, config.Contract{Contract: &other}, config.Contract{Contract: endocs})
	for id, want := range map[string]string{
		kamal.ID:      "clause 8, contract “Kazakh vendor of a security suite (kamal)”",
		"other":       "clause 8, contract “other”",
		endocs.ID:     "clause 8, contract “Document flow service”",
		"kamal-other": "clause 8, contract “Kazakh vendor of a security suite (kamal-other)”",
	} {
		if got := p.ofContract("clause 8", id); got != want {
			t.Errorf("want %s, got %s", want, got)
		}
	}
}

// TestArgumentsAreNamed: a wrong number of arguments names the one that is missing or too many, and where help is.
func TestArgumentsAreNamed(t *testing.T) {
	for _, c := range []struct{ args, english, russian string }{
		{
			"calendar show KZ",
			"calendar show: YEAR is missing; usage: slabridge calendar show CALENDAR YEAR [flags]; " +
				"see 'slabridge calendar show --help'",
			"calendar show: нет аргумента ГОД; " +
				"так: slabridge calendar show КАЛЕНДАРЬ ГОД [флаги]; см. 'slabridge calendar show --help'",
		},
		{
			"ledger waive 1", "ledger waive: OBLIGATION is missing",
			"ledger waive: нет аргумента ОБЯЗАТЕЛЬСТВО",
		},
		{"explain 1 2", "explain: \"2\" is one argument too many", "explain: лишний аргумент \"2\""},
		{"frob", "unknown command \"frob\" for \"slabridge\"; see 'slabridge --help'", "нет команды \"frob\""},
		{"explan 1", "unknown command \"explan\" for \"slabridge\"; did you mean explain", "может быть, explain"},
		{"help ledger nope", "unknown command \"nope\" for \"slabridge ledger\"", "нет команды \"nope\""},
		{"completion nope", "unknown command \"nope\" for \"slabridge completion\"", "нет команды \"nope\""},
	} {
		for lang, want := range map[string]string{"en": c.english, "ru": c.russian} {
			var out bytes.Buffer
			code := newApp(strings.NewReader(""), &out, &out, time.Now).run(append(strings.Fields(c.args), "--lang", lang))
			if code != exitUsage || !strings.Contains(unfolded(out.String()), want) {
				t.Errorf("%s --lang %s: exit code %d, and not %q:\n%s", c.args, lang, code, want, out.String())
			}
		}
	}
}

// everywhere are the placeholders that are the same in every language.
var everywhere = map[string]bool{"ID": true, "URL": true}

// TestPlaceholders: what stands for an argument in a line of use is in capitals and in the reader's language.
func TestPlaceholders(t *testing.T) {
	capitals := regexp.MustCompile(`\b[A-Z]{2,}\b`)
	var look func(c *cobra.Command)
	look = func(c *cobra.Command) {
		helpPage{&app{page: page{lang: "ru"}}}.translateUse(c)
		for _, word := range capitals.FindAllString(c.Use, -1) {
			if !everywhere[word] {
				t.Errorf("the line of use in Russian has %s: %s", word, c.Use)
			}
		}
		for _, sub := range c.Commands() {
			look(sub)
		}
	}
	look(newApp(nil, &bytes.Buffer{}, &bytes.Buffer{}, time.Now).root())
}

// TestNothingToListIsSaid: a list without anything in it says so to a person, and nothing to a program.
func TestNothingToListIsSaid(t *testing.T) {
	d := newOffice(t)
	d.want(exitOK, "sync")
	for command, says := range map[string]string{
		"ledger alarms": "there is no alarm", "ledger list": "the ledger has no entry yet", "status": "no cycle is running",
		"ledger list --summary": "the ledger has no entry yet", "ledger list --state held": "no entry is of this kind",
	} {
		args := strings.Fields(command)
		contains(t, command, d.want(exitOK, args...).out, says)
		if out := d.want(exitOK, append(args, "-o", "json")...).out; out != "" {
			t.Errorf("%s -o json says %q", command, out)
		}
	}
}
