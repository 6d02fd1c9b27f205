package engine

import (
	"context"
	"slices"
	"strings"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/mapping"
)

// checkContractLevel holds what a contract asks for as a whole against the tracker: the issues that its duties make,
// and the one that is told of the cost of changes.
func (k *checker) checkContractLevel(ctx context.Context, c *contract) error {
	for i := range c.Duties {
		k.checkDuty(c, &c.Duties[i])
	}
	o := c.capped()
	if o == nil {
		return nil
	}
	if c.Account.Rate > 0 {
		k.need(connectors.ReadWork, []string{o.ID}, c.scope.Projects()...)
	}
	h, err := k.watchIssue(ctx, c)
	switch connectors.ClassOf(err) {
	case 0:
		if err == nil {
			project := h.Issue.Values.One(connectors.FieldProject)
			k.need(connectors.WriteComment, []string{o.ID}, project)
			k.need(connectors.WriteInternal, []string{o.ID}, project)
		}
		return err
	case connectors.Gone, connectors.Hidden, connectors.Refused:
		k.Problems = append(k.Problems, mapping.Problem{
			Path: c.ScopePath + ".account.watch_issue", Value: c.Account.WatchIssue, Fatal: true,
			Reason: message.Of("our account sees no such issue: nobody is told of the cost of changes"),
		})
		return nil
	}
	return err
}

// checkDuty holds the issue that a duty makes against the tracker.
func (k *checker) checkDuty(c *contract, duty *Duty) {
	o := c.Obligation(duty.Obligation)
	if o == nil || !o.Active() {
		return
	}
	issue, problems := c.bound.NewIssue(duty.Issue, mapping.DutyFacts{
		Key: c.StepKey(k.conn.ID, contractScope, o.ID, "", ""), Obligation: o.Title, Source: o.Source,
	}, c.options)
	k.Problems = append(k.Problems, problems...)
	if issue.Project == "" {
		return
	}
	for _, s := range o.Rules[0].Steps {
		what := []string{o.ID + "/" + s.ID}
		if s.Action == enforcer.ActionCreate {
			k.need(connectors.CreateIssues, what, issue.Project)
		}
		if s.Comment != nil {
			k.need(connectors.WriteComment, what, issue.Project)
			k.need(connectors.WriteInternal, what, issue.Project)
		}
	}
}

// watchIssue reads the issue that is told of the cost of changes. Before anything is mirrored its key stands for its
// id, as trackers take it.
func (k *checker) watchIssue(ctx context.Context, c *contract) (connectors.History, error) {
	id, ok, err := k.mirror.IDByKey(ctx, k.conn.ID, c.Account.WatchIssue)
	if err != nil {
		return connectors.History{}, err
	}
	if !ok {
		id = c.Account.WatchIssue
	}
	return k.conn.Tracker.History(ctx, id)
}

// closing is what the mirrored requests show of the steps of a contract that give a request another status: the
// statuses from which the tracker lets our account take them, and those from which it does not.
type closing struct {
	step  string // "await-answer/due"
	class enforcer.StatusClass
	while []enforcer.StatusClass
	may   bool
	not   []string // names of statuses
}

// closings lists the steps that give a request another status.
func (c *contract) closings() []*closing {
	var out []*closing
	for _, version := range c.versions() {
		for i := range version.Obligations {
			o := &version.Obligations[i]
			if !o.Active() {
				continue
			}
			for _, r := range o.Rules {
				for _, s := range r.Steps {
					name := o.ID + "/" + s.ID
					known := slices.ContainsFunc(out, func(c *closing) bool { return c.step == name })
					if class := s.Class(); class != "" && !known {
						out = append(out, &closing{step: name, class: class, while: r.While})
					}
				}
			}
		}
	}
	return out
}

// look takes what the tracker says of one request.
func (c *closing) look(of *contract, h connectors.History) {
	status, can, known := of.bound.CanTake(c.class, c.while, h)
	switch {
	case !known:
	case can:
		c.may = true
	case !slices.Contains(c.not, status):
		c.not = append(c.not, status)
	}
}

// tell says what was found. Trackers tell only for a given issue in its present status what the workflow allows:
// without a request in the right status nothing is known.
func (c *closing) tell(of *contract) (mapping.Problem, bool) {
	p := mapping.Problem{Path: of.ScopePath, Value: c.step}
	switch class := c.class; {
	case !of.bound.HasClass(class):
		p.Reason = message.Of("the mapping gives no status the class %s: the step is held", class)
	case len(c.not) > 0:
		slices.Sort(c.not)
		p.Reason = message.Of("from %s the tracker lets our account set no status of class %s: there the step is held",
			strings.Join(c.not, ", "), class)
	case !c.may:
		p.Reason = message.Of("whether our account may set a status of class %s cannot be known yet: the tracker tells "+
			"it only of an issue as it stands, and no mirrored request is in a status of class %s",
			class, classes(c.while))
	default:
		return p, false
	}
	return p, true
}

func classes(list []enforcer.StatusClass) string {
	if len(list) == 0 {
		return "open"
	}
	words := make([]string, len(list))
	for i, c := range list {
		words[i] = string(c)
	}
	return strings.Join(words, " or ")
}
