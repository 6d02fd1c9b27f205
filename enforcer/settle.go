package enforcer

// Settle lets a cycle tell of the verdict that stands on it, where an edit of the text, of the calendar's data or of
// the mapping would have it say otherwise today: what is asked of a cycle has one answer, whoever asks.
func Settle(ev *Evaluation, c *Cycle, v *Verdict) {
	if v.State == Running || agrees(c, v) {
		return
	}
	c.Judged = v
	if !v.Due.Equal(c.Due) {
		c.Due, c.DueWhy, c.DueNote = v.Due, nil, ""
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
