package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"slabridge/config"
	"slabridge/enforcer"
)

func contractCmd(a *app) *cobra.Command {
	c := group(&cobra.Command{Use: "contract", Short: "Show the contracts that ship with the program, and your own"})
	show := &cobra.Command{
		Use:   "show ID",
		Short: "Show a contract clause by clause",
		Long:  "Show a contract clause by clause: a preset's by its id, a configured contract's, or a file's.",
		Args:  cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			c, err := a.findContract(args[0])
			if err != nil {
				return err
			}
			return a.show(contractInfoOf(&a.page, c))
		},
	}
	a.calendarFlag(show)
	c.AddCommand(&cobra.Command{
		Use:   "list",
		Short: "List the presets and the contracts of the configuration",
		RunE:  func(*cobra.Command, []string) error { return listContracts(a) },
	}, show)
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
	severities  []string         // as people call them, with their ids
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
	severities []string   // as people call them
	words      string     // Term in words
}

type stepInfo struct {
	Step string   `json:"step"`
	Does []string `json:"does"`
	Ours []string `json:"ours,omitempty"`
	told []string // Does, with a word on what is beyond the contract's text
}

func listContracts(a *app) error {
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
		line := contractLine{contractInfo: contractInfoOf(&a.page, c), obligations: len(c.Obligations)}
		line.Obligations, line.Unmeasured, line.Assumptions = nil, nil, nil
		for _, o := range c.Obligations {
			if o.Inert != nil {
				line.inert++
			}
		}
		if err := a.show(line); err != nil {
			return err
		}
	}
	return nil
}

// contractLine is a contract in short.
type contractLine struct {
	contractInfo
	obligations, inert int
}

func (c contractLine) text(p *page) {
	p.line(colour(bold, fmt.Sprintf("%-16s ", c.ID)), c.Title)
	sum := p.tf("obligations: %d", c.obligations)
	if c.inert > 0 {
		sum += p.tf(", not acted on: %d", c.inert)
	}
	p.line(strings.Repeat(" ", 17), sum+"; "+p.tf("severities %s", strings.Join(c.severities, ", ")))
}

func contractInfoOf(p *page, c *enforcer.Contract) contractInfo {
	info := contractInfo{
		ID: c.ID, Preset: c.Preset, Title: c.Title.In(p.lang), Version: c.Version, Plans: c.Plans,
		Calendar: calendarOf{c.Calendar.ID(), c.Zone().String(), c.Calendar.Version(), c.Calendar.Source()},
	}
	for _, s := range c.Severities {
		info.Severities = append(info.Severities, s.ID)
		title := p.severity(c, s.ID)
		if title != s.ID {
			title += " (" + s.ID + ")"
		}
		info.severities = append(info.severities, title)
	}
	for _, s := range c.Assumptions {
		info.Assumptions = append(info.Assumptions, s.In(p.lang))
	}
	for _, u := range c.Unmeasured {
		info.Unmeasured = append(info.Unmeasured, clauseInfo{u.Source, u.Why.In(p.lang)})
	}
	for i := range c.Obligations {
		o := &c.Obligations[i]
		oi := obligationInfo{
			ID: o.ID, Source: o.Source, Title: o.Title.In(p.lang), Kind: string(o.Kind),
			Assumption: o.Assumption.In(p.lang), Plans: o.Plans, Off: o.Off, Inert: o.Inert.In(p.lang), Kept: keptHow(p, o),
		}
		for _, r := range o.Rules {
			oi.Rules = append(oi.Rules, ruleInfoOf(p, c, &r))
		}
		info.Obligations = append(info.Obligations, oi)
	}
	return info
}

func ruleInfoOf(p *page, c *enforcer.Contract, r *enforcer.Rule) ruleInfo {
	info := ruleInfo{Severities: r.Severities}
	for _, id := range r.Severities {
		info.severities = append(info.severities, p.severity(c, id))
	}
	switch {
	case r.Within != nil:
		info.Term, info.words = r.Within.String(), r.Within.Text().In(p.lang)
	case r.As != "":
		info.Term = p.tf("due when %s is", r.As)
		info.words = p.tf("the same deadline as “%s”", p.promise(c, r.As))
	case r.Limit != nil:
		info.Term = r.Limit.In(p.lang)
	default:
		info.Term = dueText(p, r)
	}
	info.words = cmp.Or(info.words, info.Term)
	if len(r.While) > 0 {
		info.Term = strings.TrimSpace(info.Term + " " + p.tf("while %s", strings.Join(plain(r.While), ", ")))
		if while := p.classes(r.While); info.words == "" {
			info.words = p.tf("while %s", while)
		} else {
			info.words = p.tf("%s while %s", info.words, while)
		}
	}
	for i := range r.Steps {
		info.Steps = append(info.Steps, stepInfoOf(p, &r.Steps[i]))
	}
	return info
}

// dueText says what a rule promises that has no term and no words of its own; "" when it promises no moment.
func dueText(p *page, r *enforcer.Rule) string {
	switch {
	case r.On == enforcer.DueDate:
		return p.t("the close of the due date, or of the last working day before it")
	case r.On == enforcer.PeriodEnd:
		return p.t("the close of the period's last working day")
	case r.AtMost > 0:
		return p.tf("at most %s an entry", p.span(r.AtMost))
	case r.Sum == nil:
		return ""
	case r.Sum.Billed != nil:
		return p.tf("each entry rounded up to %s, at least %s", p.span(r.Sum.Billed.Step), p.span(r.Sum.Billed.AtLeast))
	case r.Sum.Mean != nil:
		return p.tf("%d to %d working days on average, of %s", r.Sum.Mean.From, r.Sum.Mean.To, r.Sum.Mean.Of)
	}
	return p.tf("at most %d %% of the contract's sum", r.Sum.Percent)
}

var audienceWords = map[enforcer.Audience]phrase{
	enforcer.Public: "public comment", enforcer.Internal: "internal comment",
}

// stepInfoOf says what a step does, in few words.
func stepInfoOf(p *page, s *enforcer.Step) stepInfo {
	info := stepInfo{Step: s.ID, Ours: s.Ours, Does: []string{}}
	does := func(what string, ours bool) {
		info.Does = append(info.Does, what)
		if ours {
			what = p.tf("%s (beyond the text)", what)
		}
		info.told = append(info.told, what)
	}
	if s.Comment != nil {
		does(p.t(audienceWords[s.Comment.Audience])+" "+s.Comment.Text, false)
	}
	texts := s.Texts()
	for i, action := range s.Each() {
		does(texts[i].In(p.lang), slices.Contains(s.Ours, action.Key))
	}
	if s.Notice != "" {
		does(p.tf("only after %s was given in time", s.Notice), false)
	}
	return info
}

func (c contractInfo) text(p *page) {
	p.line(colour(bold, c.ID)+": ", c.Title)
	p.linef("", "calendar %s, %s, data of %s", c.Calendar.ID, c.Calendar.Zone, p.dataOf(c.Calendar.Version))
	p.linef("", "severities, gravest first: %s", strings.Join(c.severities, ", "))
	if len(c.Plans) > 0 {
		p.linef("", "plans: %s", strings.Join(c.Plans, ", "))
	}
	for _, s := range c.Assumptions {
		p.labelled("", "assumption: ", s)
	}
	for i := range c.Obligations {
		c.Obligations[i].tell(p)
	}
	if len(c.Unmeasured) > 0 {
		p.heading(p.t("nothing to measure:"))
		for _, u := range c.Unmeasured {
			p.line("  "+p.cited(u.Source)+": ", u.Why)
		}
	}
}

func (o *obligationInfo) tell(p *page) {
	p.heading(colour(bold, o.Title) + ", " + p.cited(o.Source) + " (" + o.ID + ")")
	if len(o.Plans) > 0 {
		p.linef("  ", "in plan: %s", strings.Join(o.Plans, ", "))
	}
	o.Kept.tell(p)
	for _, r := range o.Rules {
		who := cmp.Or(strings.Join(r.severities, ", "), p.t("all"))
		p.line("  ", who+": "+cmp.Or(r.words, p.t("no term")))
		for _, s := range r.Steps {
			p.line(fmt.Sprintf("    %-9s ", s.Step), strings.Join(s.told, ", "))
		}
	}
	tellCaveats(p, o.Assumption, o.Off, o.Inert)
}

func plain[S ~string](list []S) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return out
}

// howKept says how an obligation is kept: what starts, stops and pauses its stopwatch.
type howKept struct {
	Starts []string `json:"starts"`
	Stops  []string `json:"stops,omitempty"`
	Pauses []string `json:"pauses,omitempty"`
	Accept []string `json:"accepts,omitempty"` // what makes a due date that was moved later binding
	Unless string   `json:"unless,omitempty"`
	Beside string   `json:"beside,omitempty"`
	Repeat bool     `json:"repeats,omitempty"`
	Once   bool     `json:"once,omitempty"`
	Agreed bool     `json:"agreed_due,omitempty"`
	Items  []string `json:"items,omitempty"`
	pauses string   // in words
}

func keptHow(p *page, o *enforcer.Obligation) howKept {
	k := howKept{
		Starts: []string{o.Start.Text().In(p.lang)}, Pauses: plain(o.Pause), Unless: o.Unless, Beside: o.Beside,
		Repeat: o.Repeat, Once: o.Once, Agreed: o.Agreed, pauses: p.classes(o.Pause),
	}
	if o.Again != nil {
		k.Starts = append(k.Starts, o.Again.Text().In(p.lang))
	}
	for _, c := range o.Stop {
		k.Stops = append(k.Stops, c.Text().In(p.lang))
	}
	for _, c := range o.Accept {
		k.Accept = append(k.Accept, c.Text().In(p.lang))
	}
	for _, i := range o.Items {
		k.Items = append(k.Items, i.Title.In(p.lang))
	}
	return k
}

// tell tells it in a few lines.
func (k *howKept) tell(p *page) {
	for _, x := range []struct {
		label phrase
		list  []string
	}{
		{"from", k.Starts},
		{"until", k.Stops},
		{"pauses in", slices.DeleteFunc([]string{k.pauses}, func(s string) bool { return s == "" })},
		{"a later date binds by", k.Accept},
		{"items", k.Items},
	} {
		if len(x.list) > 0 {
			p.line("  "+p.t(x.label)+": ", strings.Join(x.list, "; "))
		}
	}
	var more []string
	for _, x := range []struct {
		what phrase
		is   bool
	}{
		{"again and again while the request is open", k.Repeat},
		{"not again when the request is reopened", k.Once},
		{"both sides may agree on another due (field agreed-due)", k.Agreed},
	} {
		if x.is {
			more = append(more, p.t(x.what))
		}
	}
	if k.Unless != "" {
		more = append(more, p.tf("%s takes its place where it is on", k.Unless))
	}
	if k.Beside != "" {
		more = append(more,
			p.tf("where %s is on, its notice counts as well, and nothing comes at or after its due", k.Beside))
	}
	p.detail("  ", strings.Join(more, "; "))
}
