package report

import (
	"slices"

	"slabridge/enforcer"
)

// ForCustomer is the report as its customer may read it: staff have no names in it, only what is given for them; the
// reasons that staff wrote down for themselves are not in it, nor are the events that lie in internal comments. Of a
// request that is not shown to customers, or of which that is not known any more, the number alone is in it.
func ForCustomer(r Report, staff string, shown map[string]bool) Report {
	r.Obligations = slices.Clone(r.Obligations)
	for i := range r.Obligations {
		o := &r.Obligations[i]
		o.Cycles = slices.Clone(o.Cycles)
		for j := range o.Cycles {
			c := &o.Cycles[j]
			if !c.OfContract && !shown[c.Issue] {
				c.Subject = ""
			}
			if c.EndedBy != "" && hasName(c.EndedByRole) {
				c.EndedBy = staff
			}
			c.Excused = slices.Clone(c.Excused)
			for k := range c.Excused {
				c.Excused[k].By, c.Excused[k].Reason = staff, ""
			}
		}
	}
	r.Exceptions = slices.Clone(r.Exceptions)
	for i := range r.Exceptions {
		r.Exceptions[i] = r.Exceptions[i].forCustomer(staff)
		if !shown[r.Exceptions[i].IssueKey] {
			r.Exceptions[i].Subject = ""
		}
	}
	return r
}

// hasName reports whether whoever has the role is somebody of the provider's.
func hasName(r enforcer.Role) bool { return r != enforcer.Customer && r != enforcer.Bot }

func (x Exception) forCustomer(staff string) Exception {
	hide := func(who *enforcer.Person) {
		if hasName(who.Role) {
			*who = enforcer.Person{Name: staff, Role: who.Role}
		}
	}
	if x.Move != nil {
		m := *x.Move
		hide(&m.By)
		hide(&m.Rests.By)
		m.Rests.Reason = ""
		x.Move = &m
	}
	if x.Lowering != nil {
		l := *x.Lowering
		hide(&l.By)
		x.Lowering = &l
	}
	if x.Silence != nil {
		s := *x.Silence
		hide(&s.By)
		x.Silence = &s
	}
	if x.Moved != nil {
		m := *x.Moved
		hide(&m.By)
		x.Moved = &m
	}
	if x.Kind != TacitClosing { // whose reminders are the customer's own
		x.Events = nil
	}
	return x
}
