package main

import (
	"maps"
	"slices"
	"strings"

	"slabridge/connectors"
)

// changesInfo is what a write changes, in names instead of ids.
type changesInfo struct {
	Comment    *commentInfo      `json:"comment,omitempty"`
	Assign     string            `json:"assign,omitempty"`
	Priority   string            `json:"priority,omitempty"`
	Watchers   []string          `json:"watchers,omitempty"`
	Fields     map[string]string `json:"fields,omitempty"`
	Transition string            `json:"transition,omitempty"`
	Create     *createInfo       `json:"create,omitempty"`
}

// createInfo is the issue that is made for a period of a contract's duty.
type createInfo struct {
	Project     string `json:"project"`
	Tracker     string `json:"tracker"`
	Subject     string `json:"subject"`
	Description string `json:"description"`
	Assign      string `json:"assign,omitempty"`
	Due         string `json:"due,omitempty"`
}

type commentInfo struct {
	Text     string `json:"text"`
	Internal bool   `json:"internal"`
}

// names turns ids into what people know, as far as a directory tells.
type names map[string]string

func namesOf(d connectors.Directory) names {
	n := names{}
	for _, p := range d.People {
		n[connectors.FieldAssignee+p.ID] = p.Name
	}
	for _, p := range d.Priorities {
		n[connectors.FieldPriority+p.ID] = p.Name
	}
	for _, s := range d.Statuses {
		n[connectors.FieldStatus+s.ID] = s.Name
	}
	for _, t := range d.Types {
		n[connectors.FieldType+t.ID] = t.Name
	}
	for _, p := range d.Projects {
		n[connectors.FieldProject+p.ID] = p.Key
	}
	for _, f := range d.Fields {
		n[f.ID] = f.Name
	}
	return n
}

func (n names) of(field, id string) string {
	if name := n[field+id]; name != "" {
		return name
	}
	return id
}

func changesOf(w *connectors.Write, n names) changesInfo {
	var c changesInfo
	if w.Comment != nil {
		c.Comment = &commentInfo{w.Comment.Text, w.Comment.Internal}
	}
	if w.Assign != nil {
		c.Assign = n.of(connectors.FieldAssignee, *w.Assign)
	}
	if w.Priority != nil {
		c.Priority = n.of(connectors.FieldPriority, *w.Priority)
	}
	if w.Status != nil {
		c.Transition = n.of(connectors.FieldStatus, *w.Status)
	}
	for _, p := range w.Watchers {
		c.Watchers = append(c.Watchers, n.of(connectors.FieldAssignee, p))
	}
	if x := w.Create; x != nil {
		c.Create = &createInfo{
			Project: n.of(connectors.FieldProject, x.Project), Tracker: n.of(connectors.FieldType, x.Type), Subject: x.Subject,
			Description: x.Description, Assign: n.of(connectors.FieldAssignee, x.Assign), Due: x.DueDate,
		}
	}
	for f, v := range w.Fields {
		if c.Fields == nil {
			c.Fields = map[string]string{}
		}
		c.Fields[n.of("", f)] = v
	}
	return c
}

// none reports whether nothing would be changed on an issue.
func (c *changesInfo) none() bool {
	return c.Comment == nil && c.Assign+c.Priority+c.Transition == "" && len(c.Watchers)+len(c.Fields) == 0
}

// tell shows what a write changes; of a comment only the first line that says something, unless verbose.
func (c *changesInfo) tell(p *page, verbose bool) {
	if c.Comment != nil {
		audience := p.t("public comment")
		if c.Comment.Internal {
			audience = p.t("internal comment")
		}
		if verbose {
			p.line(entryIndent, audience+":")
			p.paragraphs(entryIndent+"  ", c.Comment.Text)
		} else {
			p.line(entryIndent, audience+": "+gist(c.Comment.Text))
		}
	}
	each := func(format phrase, value string) {
		if value != "" {
			p.linef(entryIndent, format, value)
		}
	}
	if x := c.Create; x != nil {
		p.linef(entryIndent, "new issue in %s, %s: %s", x.Project, x.Tracker, x.Subject)
		if verbose {
			p.paragraphs(entryIndent+"  ", x.Description)
		}
		each(phrase("assign %s"), x.Assign)
		each(phrase("due date %s"), x.Due)
	}
	each(phrase("assign %s"), c.Assign)
	each(phrase("priority %s"), c.Priority)
	each(phrase("add watchers: %s"), strings.Join(c.Watchers, ", "))
	each(phrase("status %s"), c.Transition)
	for _, f := range slices.Sorted(maps.Keys(c.Fields)) {
		p.line(entryIndent, f+" = "+c.Fields[f])
	}
}

// gist is the first line of a comment that says something: a greeting alone does not.
func gist(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	switch {
	case len(lines) == 0:
		return ""
	case len(lines) > 1 && len(strings.Fields(lines[0])) == 1:
		lines = lines[1:]
	}
	if len(lines) > 1 {
		return lines[0] + " ..."
	}
	return lines[0]
}
