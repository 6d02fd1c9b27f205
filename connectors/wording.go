package connectors

import (
	"slices"
	"strings"
)

// Wording is what a comment says where the tracker does not take some fields of its update that its text tells of.
type Wording struct {
	Without []string // field names, sorted
	Text    string
}

// Tells lists the fields of its update that a comment tells of, and must not where they were not set.
func (c *Comment) Tells() []string {
	var out []string
	if c == nil {
		return nil
	}
	for _, w := range c.Wordings {
		for _, field := range w.Without {
			if !slices.Contains(out, field) {
				out = append(out, field)
			}
		}
	}
	slices.Sort(out)
	return out
}

// Untold is the comment without a word about these fields.
func (c Comment) Untold(fields []string) *Comment {
	told := c.Tells()
	fields = slices.DeleteFunc(slices.Sorted(slices.Values(fields)), func(f string) bool {
		return !slices.Contains(told, f)
	})
	for _, w := range c.Wordings {
		if slices.Equal(w.Without, fields) {
			c.Text = w.Text
		}
	}
	return &c
}

// untoldIn is which fields a text leaves out that is one of the comment's wordings; nil for its own text.
func (c *Comment) untoldIn(text string) []string {
	text = plainSpaces(text)
	if strings.Contains(text, plainSpaces(c.Text)) {
		return nil
	}
	for _, w := range c.Wordings {
		if strings.Contains(text, plainSpaces(w.Text)) {
			return w.Without
		}
	}
	return nil
}

// Split parts the update into the fields, which are sent and read back first, and the comment that tells of them, with
// what goes with its words. ok is false where the comment tells of none of them: all is one request then.
func (w Write) Split() (fields, comment Write, ok bool) {
	told := w.Comment.Tells()
	if !slices.ContainsFunc(told, w.Sets) {
		return Write{}, Write{}, false
	}
	fields = Write{Issue: w.Issue, Assign: w.Assign, Priority: w.Priority, Fields: w.Fields}
	comment = Write{Issue: w.Issue, Comment: w.Comment, Status: w.Status, StatusFields: w.StatusFields}
	return fields, comment, true
}

// Worded is the write with its comment as a receipt shows it to stand.
func (w Write) Worded(r Receipt) Write {
	if w.Comment != nil && len(r.Untold) > 0 {
		w.Comment = w.Comment.Untold(r.Untold)
	}
	return w
}
