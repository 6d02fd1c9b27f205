package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/mapping"
)

// checkWhole holds what a contract asks for as a whole against the tracker: the issues that its duties make, and the one
// that is told of the cost of changes.
func (e *Engine) checkWhole(ctx context.Context, c Connection, v *view, d connectors.Directory, k *Checkup) error {
	permissions := c.Tracker.Capabilities().Permissions
	need := func(project string, what []string, rights ...connectors.Right) {
		for _, r := range rights {
			k.need(mapping.Need{Right: r, For: what}, permissions[r], []string{project}, d)
		}
	}
	for i := range v.Duties {
		duty := &v.Duties[i]
		o := v.Obligation(duty.Obligation)
		if o == nil || !o.Active() {
			continue
		}
		issue, problems := v.bound.NewIssue(duty.Issue, mapping.DutyFacts{
			Key: enforcer.StepKey{Connection: c.ID, Contract: v.ID, Obligation: o.ID}, Obligation: o.Title, Source: o.Source,
		}, e.writeOptions(v))
		k.Problems = append(k.Problems, problems...)
		if issue.Project == "" {
			continue
		}
		for _, s := range o.Rules[0].Steps {
			what := []string{o.ID + "/" + s.ID}
			if s.Action == enforcer.ActionCreate {
				need(issue.Project, what, connectors.CreateIssues)
			}
			if s.Comment != nil {
				need(issue.Project, what, connectors.WriteComment, connectors.WriteInternal)
			}
		}
	}
	o := v.capped()
	if o == nil {
		return nil
	}
	if v.Account.Rate > 0 {
		for _, project := range v.scope.Projects() {
			need(project, []string{o.ID}, connectors.ReadWork)
		}
	}
	h, err := e.watchIssue(ctx, c, v)
	switch connectors.ClassOf(err) {
	case 0:
		if err == nil {
			need(h.Issue.Values.One(connectors.FieldProject), []string{o.ID}, connectors.WriteComment, connectors.WriteInternal)
		}
		return err
	case connectors.Gone, connectors.Hidden, connectors.Refused:
		k.Problems = append(k.Problems, mapping.Problem{
			Path: v.ScopePath + ".account.watch_issue", Value: v.Account.WatchIssue, Fatal: true,
			Reason: "our account sees no such issue: nobody is told of the cost of changes",
		})
		return nil
	}
	return err
}

// watchIssue reads the issue that is told of the cost of changes. Before anything is mirrored its key stands for its id,
// as trackers take it.
func (e *Engine) watchIssue(ctx context.Context, c Connection, v *view) (connectors.History, error) {
	id, ok, err := e.mirror.IDByKey(ctx, c.ID, v.Account.WatchIssue)
	if err != nil {
		return connectors.History{}, err
	}
	if !ok {
		id = v.Account.WatchIssue
	}
	return c.Tracker.History(ctx, id)
}

// closing is what the mirrored requests show of the steps of a contract that give a request another status: the statuses
// from which the tracker lets our account take them, and those from which it does not.
type closing struct {
	step  string // "await-answer/due"
	class enforcer.StatusClass
	while []enforcer.StatusClass
	may   bool
	not   []string // names of statuses
}

// closings lists the steps that give a request another status.
func (v *view) closings() []*closing {
	var out []*closing
	for _, version := range append(slices.Clone(v.Earlier), v.Contract.Contract) {
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
func (c *closing) look(v *view, h connectors.History) {
	status, can, known := v.bound.CanTake(c.class, c.while, h)
	switch {
	case !known:
	case can:
		c.may = true
	case !slices.Contains(c.not, status):
		c.not = append(c.not, status)
	}
}

// tell says what was found. What the workflow allows trackers tell only of an issue, as it stands: without a request
// in the right status nothing is known.
func (c *closing) tell(v *view) (mapping.Problem, bool) {
	p := mapping.Problem{Path: v.ScopePath, Value: c.step}
	switch class := c.class; {
	case !v.bound.HasClass(class):
		p.Reason = fmt.Sprintf("the mapping gives no status the class %s: the step is held", class)
	case len(c.not) > 0:
		slices.Sort(c.not)
		p.Reason = fmt.Sprintf("from %s the tracker lets our account set no status of class %s: there the step is held", strings.Join(c.not, ", "), class)
	case !c.may:
		p.Reason = fmt.Sprintf("whether our account may set a status of class %s cannot be known yet: the tracker tells it only of an issue as it stands, and no mirrored request is in a status of class %s",
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
