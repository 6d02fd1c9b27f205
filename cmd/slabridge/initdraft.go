package main

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/mapping/guess"
)

// draft is the configuration that `init` writes, with the counts that its guesses rest on.
type draft struct {
	use, plan    string
	file         string // of the contract's text, from here; a preset's id
	contract     *enforcer.Contract
	id           string
	projects     []connectors.Project
	issues       int // that were read
	guessedRoles []guess.Role
	roles        []draftRole
	statuses     []guess.Status
	source       *guess.Source // of the severity; nil where every request has the same
	rest         string
	fields       []guess.Field
	unfounded    []unfounded
	internal     string
	from, to     string
	enforceFrom  string
	trial        bool   // a trial request is to be watched afterwards
	state        string // the file of it
}

// unfounded is an obligation that is not acted on because fields are missing.
type unfounded struct {
	obligation, source string
	fields             []string
}

// draftRole is one entry of `roles`.
type draftRole struct {
	is           enforcer.Role
	projectRoles []string
	users        []guess.Person
	everyoneElse bool
	lead         *guess.Person
}

// yamlWriter writes a draft, with comments in the language of the reader.
type yamlWriter struct {
	*page
	strings.Builder
	site *trackerSite
	draft
}

func (y *yamlWriter) put(format string, args ...any) { fmt.Fprintf(&y.Builder, format+"\n", args...) }

// note writes a comment, folded like any other text.
func (y *yamlWriter) note(indent string, format phrase, args ...any) {
	y.comment(indent, y.tf(format, args...))
}

// comment is note for a text that has its words already.
func (y *yamlWriter) comment(indent, text string) {
	line := indent + "#"
	for _, word := range words(text) {
		if columnsOf(line)+1+columnsOf(word) > width && line != indent+"#" {
			y.put("%s", line)
			line = indent + "#"
		}
		line += " " + word
	}
	y.put("%s", line)
}

// yaml is the whole file.
func (d draft) yaml(p *page, s *trackerSite) string {
	y := &yamlWriter{page: p, site: s, draft: d}
	y.note("", "Made by 'slabridge init'. The counts are of the last %d requests. Change what is wrong, then run "+
		"'slabridge check --live'. 'slabridge init --example' explains every key.", d.issues)
	y.put("state: %s", plainYAML(d.state))
	y.put("language: %s", p.lang)
	y.put("\nconnections:\n  - id: %s\n    kind: %s\n    url: %s", y.connection(), s.kind.Name, plainYAML(s.settings.URL))
	user := ""
	if s.settings.Auth.User != "" {
		user = "user: " + plainYAML(s.settings.Auth.User) + ", "
	}
	y.put("    auth: {%s%s: {file: %s}}", user, s.way.Secret, plainYAML(s.key.path))
	y.note("    ", "the account is %s, id %s", s.account.Name, s.account.ID)
	y.put("\nmappings:\n  - id: %s\n    connection: %[1]s", y.connection())
	y.severities()
	y.classes()
	y.people()
	y.duties()
	if d.internal != "" {
		y.put("    internal: {kind: %s}", plainYAML(d.internal))
	}
	y.term()
	return y.String()
}

func (y *yamlWriter) connection() string { return y.site.kind.Name }

func (y *yamlWriter) severities() {
	y.put("    severity:")
	if s := y.source; s != nil {
		for _, severity := range y.contract.Severities {
			var values, counted []string
			for _, v := range s.Values {
				if v.Is == severity.ID && severity.ID != y.rest {
					values, counted = append(values, plainYAML(v.Name)), append(counted, count(v.Name, v.Count))
				}
			}
			if values == nil {
				continue
			}
			list := "[" + strings.Join(values, ", ") + "]"
			when := "priority: " + list
			switch s.Kind {
			case guess.ByField:
				when = "field: " + plainYAML(s.Field.Name) + ", in: " + list
			case guess.ByType:
				when = "tracker: " + list
			}
			y.put("      - {is: %s, when: {%s}}   # %s", severity.ID, when, strings.Join(counted, ", "))
		}
		var rest []string
		for _, v := range s.Values {
			if v.Is == y.rest {
				rest = append(rest, count(v.Name, v.Count))
			}
		}
		rest = append(rest, y.tf("empty %d", s.Empty))
		y.put("      - {is: %s}   # %s", y.rest, y.tf("the rest: %s", strings.Join(rest, ", ")))
		if len(s.Values) == 1 {
			y.comment("      ", y.unproven(y.page))
		}
		return
	}
	y.put("      - {is: %s}", y.rest)
}

// unproven says what a source of which one value was seen leaves open.
func (d draft) unproven(p *page) string {
	var open []string
	for _, s := range obliging(d.contract) {
		if s.ID != d.source.Values[0].Is {
			open = append(open, p.severity(d.contract, s.ID))
		}
	}
	return p.tf("only one value was seen: which values mean %s could not be proven from requests; every other value "+
		"counts as %s until the mapping names it", strings.Join(open, ", "), p.severity(d.contract, d.rest))
}

// classes writes the statuses by name and, where the tracker sorts them into classes of its own, those classes for what
// was never seen.
func (y *yamlWriter) classes() {
	y.put("    status:")
	categories := y.site.kind.Categories
	for _, class := range enforcer.StatusClasses {
		var names, counted, sorted []string
		for _, s := range y.statuses {
			if s.Class != class || categories != nil && !s.Used() && s.Class == guess.CategoryClass(s.Category) {
				continue
			}
			names = append(names, plainYAML(s.Name))
			if s.Issues > 0 {
				counted = append(counted, count(s.Name, s.Issues))
			}
		}
		for _, c := range categories {
			if guess.CategoryClass(c) == class {
				sorted = append(sorted, c)
			}
		}
		var parts []string
		if names != nil {
			parts = append(parts, "names: ["+strings.Join(names, ", ")+"]")
		}
		if sorted != nil {
			parts = append(parts, "categories: ["+strings.Join(sorted, ", ")+"]")
		}
		if parts == nil {
			continue
		}
		line := fmt.Sprintf("      - {is: %s, %s}", class, strings.Join(parts, ", "))
		if counted != nil {
			line += "   # " + strings.Join(counted, ", ")
		}
		y.put("%s", line)
	}
	for _, s := range y.statuses {
		if s.Class == "" && s.Category == "" {
			y.note("      ", "%s is in no class: a request that reaches it is held", s.Name)
		}
	}
}

func (y *yamlWriter) people() {
	y.put("    roles:")
	for _, r := range y.roles {
		parts := []string{"is: " + string(r.is)}
		var ids []string
		if r.projectRoles != nil {
			parts = append(parts, "project_roles: "+listYAML(r.projectRoles))
		}
		if r.users != nil {
			var users []string
			for _, p := range r.users {
				users, ids = append(users, nameOf(p)), append(ids, oneLine(p.Name+" "+p.ID))
			}
			parts = append(parts, "users: "+listYAML(users))
		}
		if r.everyoneElse {
			parts = append(parts, "everyone_else: true")
		}
		if r.lead != nil {
			parts = append(parts, "lead: "+plainYAML(nameOf(*r.lead)))
			if lead := oneLine(r.lead.Name + " " + r.lead.ID); !slices.Contains(ids, lead) {
				ids = append(ids, lead)
			}
		}
		line := fmt.Sprintf("      - {%s}", strings.Join(parts, ", "))
		if ids != nil {
			line += "   # id: " + strings.Join(ids, ", ")
		}
		y.put("%s", line)
	}
	for _, r := range y.guessedRoles {
		if r.Is == "" {
			y.note("      ", "project role %s counts as nobody", r.Name)
		}
	}
}

// duties writes the fields that were found, and what is not acted on for want of one.
func (y *yamlWriter) duties() {
	if y.fields != nil {
		y.put("    fields:")
	}
	for _, f := range y.fields {
		in := ""
		if f.In != nil {
			in = ", in: " + listYAML(f.In)
		}
		y.put("      - {is: %s, field: %s%s}   # %s", f.Is, plainYAML(f.Field.Name), in,
			y.tf("filled %d of %d", f.Filled, y.issues))
	}
	if y.unfounded == nil {
		return
	}
	y.note("    ", "Not acted on as long as no field holds it (see 'fields' in the example):")
	for _, u := range y.unfounded {
		y.put("    #   %s (%s): %s", u.obligation, u.source, strings.Join(u.fields, ", "))
	}
}

func (y *yamlWriter) term() {
	var keys []string
	for _, p := range y.projects {
		keys = append(keys, p.Key)
	}
	y.put("\ncontracts:\n  - use: %s\n    id: %s\n    mapping: %s\n    projects: %s",
		plainYAML(y.use), plainYAML(y.id), y.connection(), listYAML(keys))
	if y.plan != "" {
		y.put("    plan: %s", plainYAML(y.plan))
	}
	valid := "from: " + y.from
	if y.to != "" {
		valid += ", to: " + y.to
	}
	y.note("    ", "received on these days, both included")
	y.put("    valid: {%s}", valid)
	y.note("    ", "what is older is recorded and never written about")
	y.put("    enforce_from: %s", y.enforceFrom)
}

func count(name string, n int) string { return fmt.Sprintf("%s %d", oneLine(name), n) }

// oneLine keeps a text of the tracker's within the comment that it stands in.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.IsSpace(r) {
			return ' '
		}
		return r
	}, s)
}

// listYAML is a list on one line.
func listYAML(values []string) string {
	var out []string
	for _, v := range values {
		out = append(out, plainYAML(v))
	}
	return "[" + strings.Join(out, ", ") + "]"
}

// plainYAML writes a text of the tracker's so that YAML reads the very same text: bare where it is words alone, else in
// quotes.
func plainYAML(s string) string {
	keywords := []string{"yes", "no", "true", "false", "on", "off", "null", "y", "n"}
	bare := s != "" && !strings.Contains(s, "  ") && !slices.Contains(keywords, strings.ToLower(s))
	for i, r := range s {
		ok := unicode.IsLetter(r) || i > 0 && (unicode.IsDigit(r) || strings.ContainsRune("-_./", r)) ||
			i > 0 && i < len(s)-1 && r == ' '
		bare = bare && ok
	}
	if strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") {
		bare = !strings.ContainsAny(s, " #,[]{}\"'")
	}
	if bare {
		return s
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteRune('\\')
			b.WriteRune(r)
		case unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp):
			if r > 0xffff {
				fmt.Fprintf(&b, `\U%08x`, r)
			} else {
				fmt.Fprintf(&b, `\u%04x`, r)
			}
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
