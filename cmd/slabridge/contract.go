package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"slabridge/config"
	"slabridge/enforcer"
)

func (a *app) contractCmd() *cobra.Command {
	c := group(&cobra.Command{Use: "contract", Short: "Show the contracts that ship with the program, and your own"})
	c.AddCommand(&cobra.Command{
		Use:   "list",
		Short: "List the presets, and the contracts of the configuration when there is one",
		Args:  cobra.NoArgs,
		RunE:  func(*cobra.Command, []string) error { return a.contractList() },
	}, &cobra.Command{
		Use:   "show ID",
		Short: "Show a contract clause by clause: a preset's id, a configured contract's, or a file",
		Args:  cobra.ExactArgs(1),
		RunE:  func(_ *cobra.Command, args []string) error { return a.contractShow(args[0]) },
	})
	return c
}

// contractInfo is one line of `contract list -o json`, and with obligations what `contract show` gives.
type contractInfo struct {
	ID          string           `json:"id"`
	Preset      string           `json:"preset,omitempty"`
	Title       string           `json:"title"`
	Version     string           `json:"version"`
	Calendar    calendarOf       `json:"calendar"`
	Severities  []string         `json:"severities"`
	Plans       []string         `json:"plans,omitempty"`
	Assumptions []string         `json:"assumptions,omitempty"`
	Obligations []obligationInfo `json:"obligations,omitempty"`
	Unmeasured  []clauseInfo     `json:"unmeasured,omitempty"`
}

type calendarOf struct {
	ID      string `json:"id"`
	Zone    string `json:"zone"`
	Version string `json:"version"`
	Source  string `json:"source"`
}

type clauseInfo struct {
	Source string `json:"source"`
	Why    string `json:"why"`
}

type obligationInfo struct {
	ID         string     `json:"id"`
	Source     string     `json:"source"`
	Title      string     `json:"title"`
	Kind       string     `json:"kind"`
	Assumption string     `json:"assumption,omitempty"`
	Plans      []string   `json:"plans,omitempty"`
	Off        bool       `json:"off,omitempty"`
	Inert      string     `json:"inert,omitempty"`
	Kept       howKept    `json:"kept"`
	Rules      []ruleInfo `json:"rules"`
}

type ruleInfo struct {
	Severities []string   `json:"severities,omitempty"`
	Term       string     `json:"term,omitempty"`
	Steps      []stepInfo `json:"steps,omitempty"`
}

type stepInfo struct {
	Step string   `json:"step"`
	Does []string `json:"does"`
	Ours []string `json:"ours,omitempty"`
}

func (a *app) contractList() error {
	contracts := config.Presets()
	if _, err := config.Find(a.config); err == nil {
		cfg, err := a.load(config.Error)
		if err != nil {
			return err
		}
		for _, c := range cfg.Contracts {
			contracts = append(contracts, c.Contract)
		}
	} else if a.config != "" {
		return usageError{err}
	}
	for _, c := range contracts {
		info := a.contractInfo(c)
		if a.json() {
			info.Obligations, info.Unmeasured, info.Assumptions = nil, nil, nil
			if err := a.writeJSON(info); err != nil {
				return err
			}
			continue
		}
		inert := 0
		for _, o := range c.Obligations {
			if o.Inert != nil {
				inert++
			}
		}
		a.wrap(a.colour("1", fmt.Sprintf("%-16s ", info.ID)), info.Title)
		sum := a.tf("obligations: %d", len(c.Obligations))
		if inert > 0 {
			sum += a.tf(", not acted on: %d", inert)
		}
		a.wrap(strings.Repeat(" ", 17), sum+"; "+a.tf("severities %s", strings.Join(info.Severities, ", ")))
	}
	return nil
}

func (a *app) contractInfo(c *enforcer.Contract) contractInfo {
	info := contractInfo{
		ID: c.ID, Preset: c.Preset, Title: c.Title.In(a.lang), Version: c.Version, Plans: c.Plans,
		Calendar: calendarOf{c.Calendar.ID(), c.Calendar.Location().String(), c.Calendar.Version(), c.Calendar.Source()},
	}
	for _, s := range c.Severities {
		info.Severities = append(info.Severities, s.ID)
	}
	for _, s := range c.Assumptions {
		info.Assumptions = append(info.Assumptions, s.In(a.lang))
	}
	for _, u := range c.Unmeasured {
		info.Unmeasured = append(info.Unmeasured, clauseInfo{u.Source, u.Why.In(a.lang)})
	}
	for i := range c.Obligations {
		o := &c.Obligations[i]
		oi := obligationInfo{
			ID: o.ID, Source: o.Source, Title: o.Title.In(a.lang), Kind: string(o.Kind),
			Assumption: o.Assumption.In(a.lang), Plans: o.Plans, Off: o.Off, Inert: o.Inert.In(a.lang), Kept: a.keptHow(o),
		}
		for _, r := range o.Rules {
			oi.Rules = append(oi.Rules, a.ruleInfo(&r))
		}
		info.Obligations = append(info.Obligations, oi)
	}
	return info
}

func (a *app) ruleInfo(r *enforcer.Rule) ruleInfo {
	info := ruleInfo{Severities: r.Severities}
	switch {
	case r.Within != nil:
		info.Term = r.Within.String()
	case r.As != "":
		info.Term = a.tf("due when %s is", r.As)
	case r.Limit != nil:
		info.Term = r.Limit.In(a.lang)
	default:
		info.Term = a.dueText(r)
	}
	if len(r.While) > 0 {
		info.Term = strings.TrimSpace(info.Term + " " + a.tf("while %s", strings.Join(plain(r.While), ", ")))
	}
	for i := range r.Steps {
		info.Steps = append(info.Steps, a.describeStep(&r.Steps[i]))
	}
	return info
}

// dueText says what a rule promises that has no term and no words of its own; "" when it promises no moment.
func (a *app) dueText(r *enforcer.Rule) string {
	switch {
	case r.On == enforcer.DueDate:
		return a.t("the close of the due date, or of the last working day before it")
	case r.On == enforcer.PeriodEnd:
		return a.t("the close of the period's last working day")
	case r.AtMost > 0:
		return a.tf("at most %s an entry", a.span(r.AtMost))
	case r.Sum == nil:
		return ""
	case r.Sum.Billed != nil:
		return a.tf("each entry rounded up to %s, at least %s", a.span(r.Sum.Billed.Step), a.span(r.Sum.Billed.AtLeast))
	case r.Sum.Mean != nil:
		return a.tf("%d to %d working days on average, of %s", r.Sum.Mean.From, r.Sum.Mean.To, r.Sum.Mean.Of)
	}
	return a.tf("at most %d %% of the contract's sum", r.Sum.Percent)
}

var audienceWords = map[enforcer.Audience]phrase{
	enforcer.Public: "public comment", enforcer.Internal: "internal comment",
}

// describeStep says what a step does, in few words.
func (a *app) describeStep(s *enforcer.Step) stepInfo {
	info := stepInfo{Step: s.ID, Ours: s.Ours, Does: []string{}}
	if s.Comment != nil {
		info.Does = append(info.Does, a.t(audienceWords[s.Comment.Audience])+" "+s.Comment.Text)
	}
	for _, text := range s.Texts() {
		info.Does = append(info.Does, text.In(a.lang))
	}
	if s.Notice != "" {
		info.Does = append(info.Does, a.tf("only after %s was given in time", s.Notice))
	}
	return info
}

func (a *app) contractShow(id string) error {
	c, err := a.findContract(id)
	if err != nil {
		return err
	}
	info := a.contractInfo(c)
	if a.json() {
		return a.writeJSON(info)
	}
	a.wrap(a.colour("1", info.ID)+": ", info.Title)
	a.wrap("", a.tf("calendar %s, %s, data of %s", info.Calendar.ID, info.Calendar.Zone, info.Calendar.Version))
	a.wrap("", a.tf("severities, gravest first: %s", strings.Join(info.Severities, ", ")))
	if len(info.Plans) > 0 {
		a.wrap("", a.tf("plans: %s", strings.Join(info.Plans, ", ")))
	}
	for _, s := range info.Assumptions {
		a.wrap(a.t("assumption: "), s)
	}
	for i := range info.Obligations {
		a.printObligation(&info.Obligations[i])
	}
	if len(info.Unmeasured) > 0 {
		fmt.Fprintf(a.out, "\n%s\n", a.t("nothing to measure:"))
		for _, u := range info.Unmeasured {
			a.wrap("  "+u.Source+": ", u.Why)
		}
	}
	return nil
}

func (a *app) printObligation(o *obligationInfo) {
	fmt.Fprintln(a.out)
	a.wrap("", a.colour("1", o.ID)+" "+o.Source)
	a.wrap("  ", o.Title)
	if len(o.Plans) > 0 {
		a.wrap("  ", a.tf("in plan: %s", strings.Join(o.Plans, ", ")))
	}
	a.printHow(&o.Kept)
	for _, r := range o.Rules {
		who := a.t("all")
		if len(r.Severities) > 0 {
			who = strings.Join(r.Severities, ", ")
		}
		term := r.Term
		if term == "" {
			term = a.t("no term")
		}
		a.wrap("  ", who+": "+term)
		for _, s := range r.Steps {
			ours := ""
			if len(s.Ours) > 0 {
				ours = " (" + a.tf("ours: %s", strings.Join(s.Ours, ", ")) + ")"
			}
			a.wrap(fmt.Sprintf("    %-9s ", s.Step), strings.Join(s.Does, ", ")+ours)
		}
	}
	a.printCaveats(o.Assumption, o.Off, o.Inert)
}
