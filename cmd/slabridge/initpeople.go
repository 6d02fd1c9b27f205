package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/mapping/guess"
)

// nothing is the answer for a name of the tracker that the contract does not use.
const nothing = "none"

// chooseRoles asks which project role is which role of the contract.
func (v *interview) chooseRoles(ctx context.Context) error {
	guessed := guess.Roles(v.sample)
	v.heading(v.t("project roles") + ":")
	for i := range guessed {
		g := &guessed[i]
		did := v.tf("members %d, opened %d, assigned %d, notes %d, internal %d",
			g.Members, g.Authored, g.Assigned, g.Notes, g.Internal)
		x := question{
			id: "role." + g.Name, text: v.tf("What is the project role %s? (%s)", g.Name, did),
			guess: []string{cmp.Or(string(g.Is), nothing)}, sure: g.Sure,
			options: []option{
				{string(enforcer.Support), v.t("answers the customers")},
				{string(enforcer.Developers), v.t("is called in when support cannot solve it")},
				{string(enforcer.Management), v.t("is told when it takes too long")},
				{string(enforcer.Customer), v.t("sends the requests")},
				{nothing, v.t("counts as nobody")},
			},
		}
		said, err := v.one(ctx, x)
		if err != nil {
			return err
		}
		if said == nothing {
			said = ""
		}
		g.Is = enforcer.Role(said)
		v.line("  ", fmt.Sprintf("%s: %s (%s)", g.Name, v.roleOrNone(g.Is), did))
	}
	v.draft.guessedRoles = guessed
	for _, is := range []enforcer.Role{enforcer.Support, enforcer.Developers, enforcer.Management, enforcer.Customer} {
		r := draftRole{is: is}
		for _, g := range guessed {
			if g.Is == is {
				r.projectRoles = append(r.projectRoles, g.Name)
			}
		}
		if err := v.fillRole(ctx, &r); err != nil {
			return err
		}
		if r.projectRoles != nil || r.users != nil || r.everyoneElse {
			v.draft.roles = append(v.draft.roles, r)
		}
	}
	return nil
}

func (v *interview) roleOrNone(is enforcer.Role) string {
	if is == "" {
		return v.t("nobody's")
	}
	return v.role(is)
}

// fillRole asks for people where no project role is the contract's and its steps need one, and for who leads.
func (v *interview) fillRole(ctx context.Context, r *draftRole) (err error) {
	if r.is == enforcer.Customer {
		r.everyoneElse = r.projectRoles == nil
		return nil
	}
	people := guess.People(v.sample, r.projectRoles)
	if r.projectRoles == nil {
		if r.is != enforcer.Support && !calls(v.draft.contract, r.is) {
			return nil
		}
		is := guess.RoleOf(v.sample, v.draft.guessedRoles)
		people = slices.DeleteFunc(people, func(p guess.Person) bool { return is(p.ID) == enforcer.Customer })
		x := question{
			id: "users." + string(r.is), text: v.tf("No project role is %s. Who is it?", v.role(r.is)), many: true,
			empty: r.is != enforcer.Support, options: v.candidates(people),
		}
		said, err := v.ask(ctx, x)
		if err != nil || len(said) == 0 {
			return err
		}
		people = slices.DeleteFunc(people, func(p guess.Person) bool { return !slices.Contains(said, nameOf(p)) })
		r.users = people
	}
	if r.is != enforcer.Support && !v.draft.contract.Assigns(r.is) {
		return nil // no step assigns anybody of them
	}
	r.lead, err = v.chooseLead(ctx, r.is, people)
	return err
}

// calls reports whether a step of the contract assigns somebody of a role, or tells them.
func calls(c *enforcer.Contract, role enforcer.Role) bool {
	if c.Assigns(role) {
		return true
	}
	for i := range c.Obligations {
		for _, rule := range c.Obligations[i].Rules {
			for _, s := range rule.Steps {
				if s.Watch == role || s.Comment != nil && s.Comment.Names == role {
					return true
				}
			}
		}
	}
	return false
}

func (v *interview) candidates(people []guess.Person) []option {
	var out []option
	for _, p := range people {
		out = append(out, option{nameOf(p), v.tf("assigned %d", p.Assigned)})
	}
	return out
}

// nameOf is what the configuration calls somebody: by the id where others are called the same.
func nameOf(p guess.Person) string {
	if p.Namesakes {
		return p.ID
	}
	return p.Name
}

// mostLeads is how many are proven to be active before one is taken.
const mostLeads = 8

// chooseLead takes whoever of the role was given most and has an active account.
func (v *interview) chooseLead(ctx context.Context, is enforcer.Role, people []guess.Person) (*guess.Person, error) {
	var active []guess.Person
	for _, p := range people[:min(mostLeads, len(people))] {
		ok, err := v.site.tracker.Active(ctx, p.ID)
		if err != nil {
			return nil, err
		}
		if ok {
			active = append(active, p)
		} else {
			v.linef("! ", "%s has no active account and is left out as a lead", p.Name)
		}
	}
	if len(active) == 0 {
		v.linef("! ", "nobody of %s can be assigned: steps that would assign them only comment", v.role(is))
		return nil, nil
	}
	said, err := v.one(ctx, question{
		id: "lead." + string(is), text: v.tf("Who of %s is assigned when a promise is broken?", v.role(is)),
		options: v.candidates(active), guess: []string{nameOf(active[0])},
		sure: len(active) == 1 || active[0].Assigned > active[1].Assigned,
	})
	if err != nil {
		return nil, err
	}
	lead := active[max(0, slices.IndexFunc(active, func(p guess.Person) bool { return nameOf(p) == said }))]
	v.linef("  ", "lead of %s: %s (assigned %d of the last %d, active)", v.role(is), lead.Name, lead.Assigned,
		v.draft.issues)
	return &lead, nil
}

// chooseInternal finds a way to keep comments from customers for which the account has what it takes.
func (v *interview) chooseInternal(ctx context.Context) error {
	ways := v.site.kind.Internal
	if len(ways) == 0 {
		return nil
	}
	x := question{
		id: "internal", text: v.tf("How are comments kept from customers: %s?", strings.Join(ways, ", ")),
		check: func(way string) error {
			if !v.site.kind.KeepsInternal(way) {
				return message.Errorf("is no way of this tracker; accepted: %s", strings.Join(ways, ", "))
			}
			return nil
		},
	}
	if usual := v.site.kind.UsualInternal(); usual != "" {
		x.guess, x.sure = []string{usual}, true
	}
	for _, way := range ways {
		if x.guess != nil {
			break
		}
		settings := v.site.settings
		if settings.Internal = way; strings.HasSuffix(way, "NAME") {
			settings.Internal = ""
			if roles := v.draft.roles; len(roles) > 0 && roles[0].projectRoles != nil { // support's
				x.guess = []string{strings.TrimSuffix(way, "NAME") + roles[0].projectRoles[0]}
			}
			continue
		}
		t, err := v.site.kind.New(settings)
		if err != nil {
			return err
		}
		account, err := t.Self(ctx) // what is asked after depends on the way
		if err != nil {
			return err
		}
		has := true
		for _, p := range v.draft.projects {
			for _, permission := range t.Capabilities().Permissions[connectors.WriteInternal] {
				has = has && account.Has(p.ID, permission)
			}
		}
		if has {
			x.guess, x.sure = []string{way}, true
		}
	}
	way, err := v.one(ctx, x)
	v.draft.internal = way
	if way != "" {
		v.linef("", "internal comments: %s", way)
	}
	return err
}
