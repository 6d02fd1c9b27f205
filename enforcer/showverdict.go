package enforcer

// ShowVerdict makes a cycle show its recorded verdict where an edited text, calendar or mapping would judge it
// otherwise today, so that every question about the cycle gets the same answer.
func ShowVerdict(ev *Evaluation, c *Cycle, v *Verdict) {
	if v.State == Running || agrees(c, v) {
		return
	}
	c.Judged = v
	if !v.Due.Equal(c.Due) {
		c.Due, c.reckoned, c.DueNote = v.Due, false, ""
	}
	c.EndedAt, c.EndEvent, c.EndWhy = v.EndedAt, v.EndEvent, v.EndWhy
	if c.EndBy.Name != v.EndBy || c.EndBy.Role != v.EndByRole {
		c.EndBy = Person{Name: v.EndBy, Role: v.EndByRole}
	}
	end := c.EndedAt
	if end.IsZero() {
		end = ev.Now
	}
	c.measure(end)
	c.State = v.State
	if !c.EndedAt.IsZero() {
		c.Elapsed = v.Elapsed
		c.endPauses(end)
	}
}

// agrees reports whether the cycle came to what the verdict says.
func agrees(c *Cycle, v *Verdict) bool {
	return c.State == v.State && c.Due.Equal(v.Due) && c.EndedAt.Equal(v.EndedAt)
}
