package config

import (
	"fmt"
	"slices"
	"strings"

	"slabridge/config/message"
	"slabridge/enforcer"
	"slabridge/mapping"
)

// duties reads what the contract as a whole asks for in each period.
func (b *useBuilder) duties(c *Contract) {
	known := obligationsOf(c.Contract, enforcer.Duty)
	seen := map[string]string{}
	for i := range b.doc.Duties {
		d := &b.doc.Duties[i]
		path := fmt.Sprintf("%s.duties[%d]", b.path, i)
		if d.Obligation != "" &&
			!b.oneOf(path+".obligation", d.Obligation, message.Of("a duty of contract %s", c.Preset), known) {
			continue
		}
		switch first, twice := seen[d.Obligation+"/"+d.ID]; {
		case d.ID != "" && !identifier.MatchString(d.ID):
			b.fault(path+".id", d.ID, notAnID)
		case twice && d.ID == "":
			b.fault(path+".id", "", "is missing; %s stands there already, as %s", d.Obligation, first)
		case twice:
			b.fault(path+".id", d.ID, "is given twice; first as %s", first)
		}
		seen[d.Obligation+"/"+d.ID] = path
		duty := Duty{
			Recurrence: enforcer.Recurrence{ID: d.ID, Obligation: d.Obligation, Period: d.Period},
			Issue: mapping.Duty{
				Path: path, ID: d.ID, Obligation: d.Obligation, Project: d.Project, Type: d.Tracker, Subject: d.Subject,
				Description: d.Description,
			},
		}
		if duty.Period == "" {
			duty.Period = enforcer.PeriodQuarter
		}
		if d.Within != nil {
			duty.Within = d.Within
		} else if !slices.Contains(periods, duty.Period) && !b.hasFault(path) {
			b.fault(path+".within", "", "is missing; a period by cron has no last working day, write 5bd")
		}
		duty.Issue.Assign, duty.Issue.OnDuty = enforcer.Assignee(d.Assign)
		if !slices.Contains(periods, duty.Period) {
			b.cron(path+".period", duty.Period)
		}
		for _, p := range mapping.CheckDuty(duty.Issue) {
			b.fault(p.Path, p.Value, "%s", p.Reason)
		}
		c.Duties = append(c.Duties, duty)
	}
}

// cron checks a period's cron line: it has five fields and no zone, which is the contract's.
func (b *useBuilder) cron(path, line string) {
	reason := cronFault(line)
	if reason.IsZero() && (strings.HasPrefix(line, "@") || strings.Contains(line, "TZ=")) {
		reason = message.Of("is no period; write month, quarter, year, or five fields of cron (minute hour day month " +
			"weekday) in the contract's zone")
	}
	if !reason.IsZero() {
		b.fault(path, line, "%s", reason)
	}
}

// periods are the names of periods that the calendar year has.
var periods = []string{enforcer.PeriodMonth, enforcer.PeriodQuarter, enforcer.PeriodYear}

// account reads what the cost of changes is measured by.
func (b *useBuilder) account(c *Contract) {
	d := b.doc.Account
	if d == nil {
		return
	}
	a := &Account{Sum: d.Sum.hundredths, Currency: d.Currency, WatchIssue: d.WatchIssue}
	if d.Rate != nil {
		a.Rate = d.Rate.hundredths
	}
	for i := range d.Changes {
		a.Changes = append(a.Changes, readWhen(b.source, fmt.Sprintf("%s.account.changes[%d]", b.path, i), &d.Changes[i]))
	}
	c.Account = a
}

func obligationsOf(c *enforcer.Contract, kind enforcer.Kind) []string {
	var out []string
	for i := range c.Obligations {
		if c.Obligations[i].Kind == kind {
			out = append(out, c.Obligations[i].ID)
		}
	}
	return out
}

// means is what the configuration and its mapping provide for the contract's obligations.
func (c *Contract) means(m *mapping.Mapping) enforcer.Means {
	var means enforcer.Means
	for _, f := range m.Fields {
		means.Fields = append(means.Fields, f.Is)
	}
	for _, a := range m.Activities {
		means.Activities = append(means.Activities, a.Is)
	}
	for _, d := range c.Duties {
		means.Issued = append(means.Issued, d.Obligation)
	}
	means.Sum = c.Account != nil
	means.Cost = means.Sum && c.Account.Rate > 0 || slices.Contains(means.Fields, mapping.FieldCost)
	return means
}
