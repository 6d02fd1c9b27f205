package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"slabridge/config"
	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/calendar"
	"slabridge/mapping"
	"slabridge/mapping/guess"
)

// interview turns what a tracker shows, and what a person answers, into a draft of the configuration. Its steps come in
// the order of the fields that they fill.
type interview struct {
	*inquiry
	app    *app
	site   *trackerSite
	names  connectors.Directory
	sample guess.Sample
	draft  draft
}

// chooseContract asks for the text, and for the plan where it knows plans.
func (v *interview) chooseContract(ctx context.Context, named, folder string) error {
	x := question{id: "contract", text: v.t("Which contract? A preset, or a contract file of your own")}
	for _, c := range config.Presets() {
		x.options = append(x.options, option{c.ID, c.Title.In(v.lang)})
	}
	if named != "" {
		x.options, x.guess, x.sure = nil, []string{named}, true
	}
	x.other = func(use string) bool { return contractFile(use) != "" }
	x.check = func(use string) error {
		_, err := contractText(use)
		if err != nil {
			return message.Errorf("cannot be taken: %w", err)
		}
		return nil
	}
	use, err := v.one(ctx, x)
	if err != nil {
		return err
	}
	c, err := contractText(use)
	if err != nil {
		return err
	}
	file := use
	if filepath.Ext(use) != "" { // a file is named from beside the configuration
		from, to := folder, use
		if from, err = filepath.Abs(from); err == nil {
			to, err = filepath.Abs(to)
		}
		if err != nil {
			return err
		}
		if use, err = filepath.Rel(from, to); err != nil {
			return err
		}
	}
	v.draft.use, v.draft.file, v.draft.contract = use, file, c
	v.linef("", "contract: %s, %s", c.ID, c.Title.In(v.lang))
	if c.Plans == nil {
		return nil
	}
	plan := question{id: "plan", text: v.t("Which plan of the contract?")}
	for _, p := range c.Plans {
		plan.options = append(plan.options, option{value: p})
	}
	if v.draft.plan, err = v.one(ctx, plan); err == nil {
		c.TakePlan(v.draft.plan)
	}
	return err
}

// contractText reads a preset or a file, with the calendars that travel in the program: there is no configuration yet.
func contractText(use string) (*enforcer.Contract, error) {
	days, err := config.ReadCalendars("", nil)
	if err != nil {
		return nil, usageError{err}
	}
	if filepath.Ext(use) == "" {
		c, err := days.Preset(use)
		if err != nil {
			return nil, usageError{err}
		}
		return c, nil
	}
	c, faults := days.ContractFile(use)
	if err := faults.Err(config.Error); err != nil {
		return nil, usageError{err}
	}
	return c, nil
}

// chooseProjects asks for the projects, and for each subproject of those that were chosen.
func (v *interview) chooseProjects(ctx context.Context) error {
	var open []connectors.Project
	for _, p := range v.names.Projects {
		member := func(r connectors.ProjectRights) bool { return r.Project == p.ID }
		if !p.Closed && (v.site.account.Admin || slices.ContainsFunc(v.site.account.Rights, member)) {
			open = append(open, p)
		}
	}
	if len(open) == 0 {
		return &connectors.Error{
			Op: message.Of("look for projects"), Class: connectors.Refused,
			Hint: message.Of("the account is a member of no open project: make it one, with a role that has the rights of its " +
				"own"),
		}
	}
	counts, err := v.site.counts(ctx, open)
	if err != nil {
		return err
	}
	x := question{id: "projects", text: v.t("Which projects does the contract cover?"), many: true}
	for _, p := range inTree(open) {
		label := strings.Repeat("  ", p.depth) + p.Name
		if n := counts[p.ID]; n != "" {
			label += ", " + v.tf("requests: %s", n)
		}
		x.options = append(x.options, option{p.Key, label})
		if slices.ContainsFunc(v.site.tail, func(part string) bool { return tells(part, p.Project) }) {
			x.guess, x.sure = []string{p.Key}, true // the address that was given was a page of it
		}
	}
	if len(open) == 1 {
		x.guess, x.sure = []string{open[0].Key}, true
	}
	chosen, err := v.ask(ctx, x)
	if err != nil {
		return err
	}
	for _, p := range inTree(open) {
		if !slices.Contains(chosen, p.Key) && slices.ContainsFunc(p.above, func(key string) bool {
			return slices.Contains(chosen, key)
		}) {
			yes, err := v.yes(ctx, "subproject."+p.Key, v.tf("Does it cover the subproject %s (%s), too?", p.Name, p.Key))
			if err != nil {
				return err
			}
			if yes {
				chosen = append(chosen, p.Key)
			}
		}
	}
	for _, p := range open {
		if slices.Contains(chosen, p.Key) {
			v.draft.projects = append(v.draft.projects, p)
		}
	}
	v.linef("", "projects: %s", strings.Join(chosen, ", "))
	return nil
}

// yes asks a question to which Enter alone means no.
func (v *interview) yes(ctx context.Context, id, text string) (bool, error) {
	said, err := v.one(ctx, question{
		id: id, text: text, options: []option{{"yes", v.t("yes")}, {"no", v.t("no")}}, guess: []string{"no"},
	})
	return said == "yes", err
}

// tells reports whether a part of an address names the project: its key, or an issue's that begins with it.
func tells(part string, p connectors.Project) bool {
	key, _, _ := strings.Cut(part, "-")
	return strings.EqualFold(part, p.Key) || key == p.Key && strings.ToUpper(key) == key
}

// branch is a project with the keys of those above it.
type branch struct {
	connectors.Project
	depth int
	above []string
}

// inTree orders projects as a tree, each behind its parent.
func inTree(projects []connectors.Project) []branch {
	var out []branch
	var under func(parent string, above []string)
	known := func(id string) bool {
		return slices.ContainsFunc(projects, func(p connectors.Project) bool { return p.ID == id })
	}
	under = func(parent string, above []string) {
		for _, p := range projects {
			if p.Parent == parent || parent == "" && !known(p.Parent) {
				out = append(out, branch{p, len(above), above})
				under(p.ID, append(slices.Clone(above), p.Key))
			}
		}
	}
	under("", nil)
	return out
}

// equipped is the contract as it can be acted on with the fields found so far.
func (v *interview) equipped() (*enforcer.Contract, error) {
	c, err := contractText(v.draft.file)
	if err != nil {
		return nil, err
	}
	if v.draft.plan != "" {
		c.TakePlan(v.draft.plan)
	}
	var fields []string
	for _, f := range v.draft.fields {
		fields = append(fields, f.Is)
	}
	c.Equip(enforcer.Means{Fields: fields})
	return c, nil
}

// checkRights lists what the account lacks, and waits until it has it or a person goes on.
func (v *interview) checkRights(ctx context.Context) error {
	v.used["rights"] = true // an answer to it does no harm where nothing is missing
	contract, err := v.equipped()
	if err != nil {
		return err
	}
	bound, _ := mapping.Bind(mapping.Mapping{}, v.names, mapping.Memory{}, "")
	caps := v.site.tracker.Capabilities()
	for {
		missing := 0
		for _, need := range bound.Rights(contract) {
			for _, permission := range caps.Permissions[need.Right] {
				var where []string
				for _, p := range v.draft.projects {
					if !v.site.account.Has(p.ID, permission) {
						where = append(where, p.Name)
					}
				}
				if missing += len(where); where != nil {
					v.line(
						"  "+colour(red, v.t("MISSING"))+" ",
						v.tf("%s: %s is missing in %s", need.Right, caps.Permission(permission),
							strings.Join(where, ", ")),
					)
				}
			}
		}
		if missing == 0 {
			v.linef("", "rights: the account has what the contract's steps take")
			return nil
		}
		x := question{
			id: "rights", text: v.t("Give these rights to the role of the account. And then?"),
			options: []option{{"again", v.t("look again")}, {"continue", v.t("go on without them")}},
			guess:   []string{"continue"},
		}
		if v.typed != nil {
			x.guess = []string{"again"}
		}
		said, err := v.one(ctx, x)
		if err != nil || said != "again" || v.file != "" {
			return err
		}
		if v.site.account, err = v.site.tracker.Self(ctx); err != nil {
			return err
		}
	}
}

// read reads the requests of the projects.
func (v *interview) read(ctx context.Context) (err error) {
	var ids []string
	for _, p := range v.draft.projects {
		ids = append(ids, p.ID)
	}
	v.sample, err = v.site.sample(ctx, v.names, ids)
	v.draft.issues = len(v.sample.Issues)
	v.linef("", "read: the last %d requests, and the histories of %d", len(v.sample.Issues), len(v.sample.Histories))
	return err
}

// chooseDays asks for the days of validity. Nothing older than the present, or than the next opening, is written about.
func (v *interview) chooseDays(ctx context.Context) error {
	c := v.draft.contract
	now := v.app.clock().In(c.Zone()).Truncate(time.Second)
	day := func(s string) error {
		if _, err := calendar.ParseDate(s); err != nil {
			return message.Errorf("is not a day; write %s", now.Format(time.DateOnly))
		}
		return nil
	}
	var err error
	v.draft.from, err = v.one(ctx, question{
		id: "valid.from", text: v.t("First day of the contract"), check: day,
		guess: []string{fmt.Sprintf("%d-01-01", now.Year())},
	})
	if err != nil {
		return err
	}
	v.draft.to, err = v.one(ctx, question{
		id: "valid.to", text: v.t("Last day of the contract, none while it goes on"), check: day, empty: true,
	})
	if err != nil {
		return err
	}
	if v.draft.to != "" && v.draft.to < v.draft.from {
		return usage("valid.to: %s lies before the first day, %s", v.draft.to, v.draft.from)
	}
	if v.draft.to != "" && v.draft.to < now.Format(time.DateOnly) {
		v.linef("! ", "the contract ended on %s: requests that come now are not under it", v.draft.to)
	}
	opening := now
	switch open, err := c.Calendar.InHours(now); {
	case err != nil:
		return err
	case !open && !v.draft.trial: // a trial is to be seen now
		if opening, err = c.Calendar.NextOpening(now); err != nil {
			return err
		}
	}
	v.draft.enforceFrom, err = v.one(ctx, question{
		id: "enforce_from", text: v.t("Moment before which nothing is written about"), sure: true,
		guess: []string{opening.Format(time.RFC3339)},
		check: func(s string) error {
			_, err := time.Parse(time.RFC3339, s)
			if err != nil && day(s) != nil {
				return message.Errorf("is not a moment; write %s, with the offset", now.Format(time.RFC3339))
			}
			return nil
		},
	})
	v.linef("", "written from %s on; what is older is recorded and left alone", v.enforcedFrom())
	return err
}

// enforcedFrom is the moment from which something is written, for people.
func (v *interview) enforcedFrom() string {
	at, err := time.Parse(time.RFC3339, v.draft.enforceFrom)
	if err != nil { // asked for, and accepted otherwise
		return v.draft.enforceFrom
	}
	return v.moment(at)
}

// chooseID names the contract; the ledger keeps the name.
func (v *interview) chooseID(ctx context.Context) (err error) {
	id := v.draft.contract.ID + "-" + strings.ToLower(v.draft.projects[0].Key)
	v.draft.id, err = v.one(ctx, question{
		id: "contract.id", text: v.t("Your name for the contract"), guess: []string{id}, sure: true,
	})
	return err
}

// chooseTrial offers to watch a trial request.
func (v *interview) chooseTrial(ctx context.Context) error {
	var err error
	v.draft.trial, err = v.yes(ctx, "trial", v.t("Afterwards, watch a trial request until its receipt stands in the "+
		"tracker? From then on every new request gets one"))
	return err
}
