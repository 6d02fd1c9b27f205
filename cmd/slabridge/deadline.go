package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"slabridge/enforcer"
)

func deadlineCmd(a *app) *cobra.Command {
	var contract, severity, received string
	var stdin bool
	c := &cobra.Command{
		Use:   "deadline",
		Short: "Work out the deadlines of one notice, with reasons",
		Example: "  slabridge deadline --contract kamal --severity critical \\\n" +
			"    --received 2026-03-20T17:40:00+05:00\n" +
			"  slabridge deadline --stdin < notices.ndjson",
		RunE: func(cmd *cobra.Command, _ []string) error {
			d := &deadliner{app: a, contracts: shelf{find: a.findContract}}
			if stdin {
				if contract+severity+received != "" {
					return usage("deadline: --stdin takes contract, severity and received from its lines, not from flags")
				}
				return d.stream(cmd.Context(), a.in, a.out)
			}
			for _, flag := range [][2]string{{"contract", contract}, {"severity", severity}, {"received", received}} {
				if flag[1] == "" {
					return usage("deadline: give --contract, --severity and --received, or --stdin; --%s is missing", flag[0])
				}
			}
			return d.one(notice{contract, severity, received})
		},
	}
	f := c.Flags()
	f.StringVar(&contract, "contract", "", "a preset's id, a configured contract's, or a contract file")
	f.StringVar(&severity, "severity", "", "a severity of the contract")
	f.StringVar(&received, "received", "", "when the notice came (RFC 3339, with offset)")
	f.BoolVar(&stdin, "stdin", false, `read lines {"contract","severity","received"}, answer each with a line`)
	a.calendarFlag(c)
	return c
}

// notice is one question, as --stdin reads it.
type notice struct {
	Contract string `json:"contract"`
	Severity string `json:"severity"`
	Received string `json:"received"`
}

// answer is what `deadline -o json` gives for one notice.
type answer struct {
	Contract    string             `json:"contract"`
	Severity    string             `json:"severity"`
	Received    time.Time          `json:"received"`
	Obligations []obligationAnswer `json:"obligations"`

	contract *enforcer.Contract
}

type obligationAnswer struct {
	ID          string       `json:"id"`
	Due         *time.Time   `json:"due"`
	Source      string       `json:"source"`
	Assumption  string       `json:"assumption,omitempty"`
	Provisional bool         `json:"provisional,omitempty"`
	Off         bool         `json:"off,omitempty"`   // in the text, not acted on until turned on
	Inert       string       `json:"inert,omitempty"` // why it is not acted on
	Steps       []stepAnswer `json:"steps"`
	Why         []string     `json:"why"`
}

type stepAnswer struct {
	Step string    `json:"step"`
	At   time.Time `json:"at"`
}

// deadliner answers notices; contracts are read once.
type deadliner struct {
	app       *app
	contracts shelf
}

func (d *deadliner) answer(n notice) (answer, error) {
	c, err := d.contracts.contract(n.Contract)
	if err != nil {
		return answer{}, err
	}
	received, err := parseMoment("received", n.Received)
	if err != nil {
		return answer{}, err
	}
	deadlines, err := c.Deadlines(n.Severity, received)
	if err != nil {
		return answer{}, err
	}
	loc := c.Zone()
	out := answer{
		Contract: n.Contract, Severity: n.Severity, Received: received.In(loc),
		Obligations: make([]obligationAnswer, len(deadlines)), contract: c,
	}
	for i := range deadlines {
		out.Obligations[i] = d.obligation(&deadlines[i], loc)
	}
	return out, nil
}

func (d *deadliner) obligation(dl *enforcer.Deadline, loc *time.Location) obligationAnswer {
	o, why := dl.Obligation, dl.DueWhy()
	out := obligationAnswer{
		ID: o.ID, Source: o.Source, Assumption: o.Assumption.In(d.app.lang), Provisional: dl.Provisional, Off: o.Off,
		Inert: o.Inert.In(d.app.lang),
		Steps: make([]stepAnswer, 0, len(dl.Steps)), Why: make([]string, 0, len(why)),
	}
	if dl.NoDue != nil {
		out.Why = append(out.Why, dl.NoDue.In(d.app.lang))
	} else {
		due := dl.Due.In(loc)
		out.Due = &due
	}
	for _, w := range why {
		out.Why = append(out.Why, w.Text(d.app.lang))
	}
	for _, s := range dl.Steps {
		if !s.At.IsZero() {
			out.Steps = append(out.Steps, stepAnswer{s.Step.ID, s.At.In(loc)})
		}
	}
	return out
}

func (d *deadliner) one(n notice) error {
	ans, err := d.answer(n)
	switch {
	case err == nil:
		return d.app.show(ans)
	case errors.As(err, new(usageError)):
		return err
	}
	return usageError{err}
}

func (ans answer) text(p *page) {
	p.linef("", "contract “%s”, severity %s, received %s", ans.contract.Title.In(p.lang),
		p.severity(ans.contract, ans.Severity), p.moment(ans.Received))
	for _, o := range ans.Obligations {
		fmt.Fprintln(p.out)
		p.line("", fmt.Sprintf("%s (%s): %s", colour(bold, p.promise(ans.contract, o.ID)), p.cited(o.Source),
			p.due(o.Due)))
		for _, why := range o.Why {
			p.line("  ", why)
		}
		for _, s := range o.Steps {
			p.line("  "+p.stamp(s.At)+"  ", p.stepTitle(obligationOf(ans.contract, o.ID), s.Step))
		}
		tellCaveats(p, o.Assumption, o.Off, o.Inert)
	}
}

// tellCaveats says what an obligation assumes, and why it is not acted on.
func tellCaveats(p *page, assumption string, off bool, inert string) {
	p.labelled("  ", "assumption: ", assumption)
	if off {
		p.linef("  ", "off: acted on only where a configuration turns it on")
	}
	p.labelled("  ", "not acted on: ", inert)
}
