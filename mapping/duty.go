package mapping

import (
	"cmp"
	"fmt"
	"strings"
	"text/template"
	"time"
	"unicode"
	"unicode/utf8"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/enforcer"
)

// Duty is what the admin says of the issue that is made for each period of a contract's duty.
type Duty struct {
	Path        string // its place in the admin's file: "contracts[0].duties[1]"
	ID          string
	Obligation  string // the contract's id of what it keeps
	Project     string // identifier, name or id
	Type        string // Redmine's tracker, Jira's issue type
	Subject     string // {{.Period}} is the period; "" is the obligation's title and the period
	Description string // stands behind the usual words; likewise
	Assign      enforcer.Role
	OnDuty      bool // Assign goes to who is on duty for the role, not to its lead
}

// DutyFacts is what is true of one period of a duty.
type DutyFacts struct {
	Key        enforcer.StepKey
	Period     string    // its id, "2026-Q3", or words for it
	Due        time.Time // zero when it has none
	Obligation enforcer.Text
	Source     string
}

// maxSubject is how many characters trackers take: Redmine and Jira both 255.
const maxSubject = 255

// NewIssue is the issue to be made for a period of a duty. Its description ends in the mark of the step, by which it
// is found again. Nothing may be made while a problem is Fatal; without anyone to assign it is made for nobody.
func (b *Bound) NewIssue(d Duty, facts DutyFacts, o WriteOptions) (connectors.NewIssue, []Problem) {
	var r resolver
	lang := cmp.Or(o.Lang, o.Contract.Language)
	zone := o.Contract.Zone()
	n := connectors.NewIssue{Mark: Mark(lang, o.Install, []enforcer.StepKey{facts.Key})}
	n.Project, _ = r.find("project", b.names.projects, d.Project, d.Path+".project", true)
	n.Type, _ = r.find("tracker or issue type", b.names.issueTypes(), d.Type, d.Path+".tracker", true)
	if b.names.closed[n.Project] {
		r.report(true, d.Path+".project", d.Project, "the project is closed: the tracker refuses every write in it")
	}
	if d.Assign != "" && n.Project != "" {
		n.Assign = b.dutyAssignee(&r, d, n.Project, o.Unassignable)
	}
	data := TextData{
		Contract: o.Contract.Title.In(lang), Obligation: facts.Obligation.In(lang), Clause: Clause(facts.Source, lang),
		Period: PeriodName(facts.Period, lang),
	}
	if !facts.Due.IsZero() {
		data.Due = moment(facts.Due.In(zone), lang)
		n.DueDate = facts.Due.In(zone).Format(time.DateOnly)
	}
	n.Subject = subject(periodText(&r, d.Subject, data.Period, d.Path+".subject"), data)
	text, err := o.Texts.render(lang, TextDutyIssue, data)
	if err != nil {
		r.report(false, d.Path, TextDutyIssue, "%v", err)
	}
	own := strings.TrimSpace(periodText(&r, d.Description, data.Period, d.Path+".description"))
	for _, part := range []string{text, own, n.Mark} {
		if part != "" && n.Description != "" {
			n.Description += "\n\n"
		}
		n.Description += part
	}
	return n, r.problems
}

func (b *Bound) dutyAssignee(r *resolver, d Duty, project string, unassignable map[string]bool) string {
	if why, unclear := b.directory.unclear[d.Assign]; unclear {
		r.report(true, d.Path+".assign", string(d.Assign), "it is not clear who that is: %s", message.Kept(why))
		return ""
	}
	if d.OnDuty {
		if who := b.directory.dutyOf(d.Assign, project, unassignable); who != "" {
			return who
		}
		r.report(false, d.Path+".assign", string(d.Assign),
			"nobody on duty can be assigned in this project: the lead is taken")
	}
	who := b.directory.leadOf(d.Assign, project, unassignable)
	if who == "" {
		r.report(false, d.Path+".assign", string(d.Assign),
			"no lead can be assigned in this project: the issue is made for nobody")
	}
	return who
}

// subject is one line of the length that trackers take.
func subject(own string, data TextData) string {
	s := squeeze(own)
	if s == "" {
		s = capital(data.Obligation)
		if data.Period != "" {
			s += ": " + data.Period
		}
	}
	if runes := []rune(s); len(runes) > maxSubject {
		s = string(runes[:maxSubject-1]) + "…"
	}
	return s
}

// capital begins a title, which contracts give in small letters, like a sentence.
func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + s[size:]
}

// periodText fills the period into an admin's text.
func periodText(r *resolver, text, period, path string) string {
	if !strings.Contains(text, "{{") {
		return text
	}
	var out strings.Builder
	t, err := template.New("text").Parse(text)
	if err == nil {
		err = t.Execute(&out, struct{ Period string }{period})
	}
	if err != nil {
		r.report(true, path, text, "%s; a duty's texts may say {{.Period}} and nothing else", templateError(err))
		return ""
	}
	return out.String()
}

// CheckDuty finds what is wrong with the texts of a duty without asking the tracker.
func CheckDuty(d Duty) []Problem {
	var r resolver
	for _, x := range []struct{ text, key string }{{d.Subject, "subject"}, {d.Description, "description"}} {
		periodText(&r, x.text, "", fmt.Sprintf("%s.%s", d.Path, x.key))
	}
	return r.problems
}
