package engine

import (
	"context"
	"slices"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/mapping"
)

// formsRead bounds how many requests of a contract have their forms read: one of each project and type.
const formsRead = 20

// sample remembers open requests of a contract, one of each project and type, whose forms are read.
func (k *checker) sample(c *contract, h connectors.History) {
	same := func(x connectors.History) bool {
		return slices.Equal(x.Issue.Values[connectors.FieldProject], h.Issue.Values[connectors.FieldProject]) &&
			slices.Equal(x.Issue.Values[connectors.FieldType], h.Issue.Values[connectors.FieldType])
	}
	if have := k.samples[c]; len(have) < formsRead && !slices.ContainsFunc(have, same) {
		k.samples[c] = append(have, h)
	}
}

// checkForms holds what the contract's steps and fields set against what the tracker's forms let our account set.
func (k *checker) checkForms(ctx context.Context, c *contract) error {
	if !k.conn.Tracker.Capabilities().Forms {
		return nil
	}
	if len(k.samples[c]) == 0 {
		k.Problems = append(k.Problems, mapping.Problem{
			Path:  c.ScopePath,
			Value: c.ID,
			Reason: message.Of(
				"what its steps may set cannot be known yet: the tracker tells it only of an issue, and no open request " +
					"is mirrored; look again after 'slabridge sync'",
			),
		})
		return nil
	}
	for _, h := range k.samples[c] {
		forms, err := k.conn.Tracker.Forms(ctx, h.Issue.ID)
		switch connectors.ClassOf(err) {
		case connectors.Gone, connectors.Hidden: // since it was mirrored
			continue
		}
		if err != nil {
			return err
		}
		for _, p := range c.bound.CheckTransitions(forms.Transitions, classesSet(c)) {
			k.problem(p)
		}
		for _, x := range c.bound.Sets(c.Contract.Contract) {
			if slices.Contains(forms.Fields, x.Field) {
				continue
			}
			k.problem(mapping.Problem{
				Path: c.ScopePath, Value: x.Name, Fatal: true,
				Reason: message.Of("%s: the field is not on the edit screen of requests such as %s, or our account may not set "+
					"it: it is left out, and the rest is written", x.For, h.Issue.Key),
			})
		}
	}
	return nil
}

// classesSet are the classes of status that steps of the contract give a request.
func classesSet(c *contract) []enforcer.StatusClass {
	var out []enforcer.StatusClass
	for _, s := range c.closings() {
		out = append(out, s.class)
	}
	return out
}

// problem adds a problem, once.
func (k *checker) problem(p mapping.Problem) {
	if !slices.ContainsFunc(k.Problems, p.Same) { // contracts share mappings
		k.Problems = append(k.Problems, p)
	}
}
