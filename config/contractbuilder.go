package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"slabridge/config/message"
	"slabridge/enforcer"
	"slabridge/enforcer/calendar"
)

// text is a contract file that has been read: the contract without an admin's changes, and what its calendar is
// made of.
type text struct {
	contract *enforcer.Contract
	spec     calendar.Spec
	source   Source
}

// identifier is what ids may look like: they are typed in commands, and are parts of the ledger's keys.
var identifier = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

const notAnID message.Format = "is not an id; write letters, digits, dots, dashes and underscores, beginning " +
	"with a letter or digit"

// ids checks ids of one list: their form, and that none comes twice.
type ids struct {
	*source
	seen map[string]string
}

func newIDs(src *source) ids { return ids{src, map[string]string{}} }

func (i ids) add(path, id string) {
	switch first, twice := i.seen[id]; {
	case id == "":
	case !identifier.MatchString(id):
		i.fault(path, id, notAnID)
	case twice:
		i.fault(path, id, "is given twice; first as %s", first)
	default:
		i.seen[id] = path
	}
}

// readContract reads a contract file. The text is of use only when the source has no faults.
func readContract(src *source, data []byte, days daySource) text {
	var doc contractDoc
	if !readYAML(src, data, contractFile, &doc) {
		return text{}
	}
	b := contractBuilder{source: src, doc: &doc, c: &enforcer.Contract{
		ID: doc.ID, Preset: doc.ID, Version: doc.Version, Title: doc.Title.text(), Plans: doc.Plans,
	}}
	spec := b.calendar(days)
	b.severities()
	b.obligations()
	for i := range doc.Assumptions {
		b.c.Assumptions = append(b.c.Assumptions, doc.Assumptions[i].text())
	}
	for _, u := range doc.Unmeasured {
		b.c.Unmeasured = append(b.c.Unmeasured, enforcer.Clause{Source: u.Source, Why: u.Why.text()})
	}
	for i := range b.c.Obligations {
		b.check(i, spec.Week)
	}
	return text{contract: b.c, spec: spec}
}

type contractBuilder struct {
	*source
	doc *contractDoc
	c   *enforcer.Contract
	all []string // the severities that a rule for all of them covers; nil: every one
}

func (b *contractBuilder) calendar(days daySource) calendar.Spec {
	c := b.doc.Calendar
	for _, f := range []struct{ name, value string }{{"zone", c.Zone}, {"hours", c.Hours}, {"days", c.Days}} {
		path := "calendar." + f.name
		if f.name == "days" && calendar.RoundTheClock(c.Hours) {
			continue
		}
		if f.value == "" && !b.hasFault("calendar") {
			b.fault(path, "", "is missing")
		}
	}
	spec := calendar.Spec{ID: b.doc.ID}
	overlay(b.source, "calendar", &spec, &c, days)
	b.c.Calendar = compile(b.source, "calendar", spec)
	return spec
}

// overlay puts what a calendar section gives over the spec. Hours of 24x7 that name no days off have none.
func overlay(src *source, path string, spec *calendar.Spec, c *calendarDoc, days daySource) {
	if c.Zone != "" {
		spec.Zone = c.Zone
	}
	if c.Hours != "" {
		week, err := calendar.ParseWeek(c.Hours)
		if err != nil {
			src.fault(path+".hours", c.Hours, "is not a week of working hours: %v", err)
		}
		spec.Week = week
		warnOfHours(src, path, c, week)
		if calendar.RoundTheClock(c.Hours) && c.Days == "" {
			spec.Days = noDaysOff()
		}
	}
	if c.Days != "" {
		d, err := days.find(c.Days)
		if err != nil {
			src.fault(path+".days", c.Days, "names no days off: %v", err).Suggestion = nearest(c.Days, days.known())
		}
		spec.Days = d
	}
}

// warnOfHours warns of hours that mean something else than they say.
func warnOfHours(src *source, path string, c *calendarDoc, week calendar.Week) {
	for _, list := range week {
		for _, i := range list {
			if last := i.To % calendar.Midnight; last >= 23*3600+59*60 {
				lost := message.Format("minute")
				if last > 23*3600+59*60 {
					lost = "second"
				}
				src.warn(path+".hours", c.Hours, "close at %v: a %s a day is lost; write 24:00 for the end of a day", last, lost)
				return
			}
		}
	}
	if calendar.RoundTheClock(c.Hours) && c.Days != "" && !strings.EqualFold(c.Days, noDays) {
		src.warn(path+".days", c.Days, "takes days off out of hours of 24x7: no time counts on them; write days: none if "+
			"they count")
	}
}

// compile is nil where the calendar has a fault, known or found now.
func compile(src *source, path string, spec calendar.Spec) *calendar.Calendar {
	if src.hasFault(path) || spec.Zone == "" || len(spec.Days.Years) == 0 || spec.Week.Validate() != nil {
		return nil
	}
	c, err := calendar.Compile(spec)
	if err != nil {
		src.fault(path, "", "cannot be used: %v", err)
		return nil
	}
	return c
}

func (b *contractBuilder) severities() {
	seen := newIDs(b.source)
	for i, s := range b.doc.Severities {
		path := fmt.Sprintf("severities[%d]", i)
		seen.add(path+".id", s.ID)
		b.c.Severities = append(b.c.Severities, enforcer.Severity{ID: s.ID, Title: s.Title.text()})
		if !s.WithoutObligations {
			b.all = append(b.all, s.ID)
		}
	}
	if len(b.all) == len(b.doc.Severities) {
		b.all = nil
	}
}

func (b *contractBuilder) obligations() {
	seen := newIDs(b.source)
	for i := range b.doc.Obligations {
		o := &b.doc.Obligations[i]
		path := fmt.Sprintf("obligations[%d]", i)
		seen.add(path+".id", o.ID)
		b.c.Obligations = append(b.c.Obligations, b.obligation(path, o))
	}
}

func (b *contractBuilder) obligation(path string, doc *obligationDoc) enforcer.Obligation {
	o := enforcer.Obligation{
		ID: doc.ID, Source: doc.Source, Title: doc.Title.text(), Kind: enforcer.Kind(doc.Kind),
		Assumption: doc.Assumption.text(), Plans: doc.Plans, Start: doc.Start.condition(), Pause: doc.Pause,
		Repeat: doc.Repeat.Is, RepeatTold: doc.Repeat.AtMost, Once: doc.Once, NoVerdict: doc.NoVerdict, Off: doc.Off,
		Agreed: doc.Agreed, Unless: doc.Unless, Beside: doc.Beside,
		Escalation: doc.Escalation,
	}
	if o.Kind == "" {
		o.Kind = enforcer.Timer
	}
	if doc.Again != nil {
		again := doc.Again.condition()
		o.Again = &again
	}
	for i := range doc.Stop {
		o.Stop = append(o.Stop, doc.Stop[i].condition())
	}
	for i := range doc.Accept {
		o.Accept = append(o.Accept, doc.Accept[i].condition())
	}
	for i, plan := range doc.Plans {
		b.oneOf(fmt.Sprintf("%s.plans[%d]", path, i), plan, message.Of("a plan of this contract"), b.doc.Plans)
	}
	seen := newIDs(b.source)
	for i, item := range doc.Items {
		seen.add(fmt.Sprintf("%s.items[%d].id", path, i), item.ID)
		o.Items = append(o.Items, enforcer.Item{ID: item.ID, Title: item.Title.text(), Where: item.Where})
	}
	shared := readSteps(b.source, path+".steps", doc.Steps)
	for i := range doc.Rules {
		o.Rules = append(o.Rules, b.rule(fmt.Sprintf("%s.rules[%d]", path, i), &doc.Rules[i], shared))
	}
	if o.Escalation && o.Kind != enforcer.Timer {
		b.fault(path+".escalation", "true", "is for an obligation on requests, where the step at the due is what the "+
			"text promises; %s is of kind %s", o.ID, o.Kind)
	}
	if acts := func(r enforcer.Rule) bool {
		return slices.ContainsFunc(r.Steps, func(s enforcer.Step) bool { return s.Trigger.Due })
	}; o.Escalation && !slices.ContainsFunc(o.Rules, acts) {
		b.fault(path+".escalation", "true", "says that the step at the due is the promise; give %s a step `at: due`", o.ID)
	}
	return o
}

func (b *contractBuilder) rule(path string, doc *ruleDoc, shared []enforcer.Step) enforcer.Rule {
	r := enforcer.Rule{
		Severities: doc.Severities, As: doc.As, On: enforcer.DueSource(doc.On), Limit: doc.Limit.text(), Sum: doc.sum(),
		While: doc.While, Steps: shared,
	}
	r.DayOff = dayOff(doc.DayOff)
	if doc.AtMost != nil {
		r.AtMost = *doc.AtMost
	}
	if doc.NotBefore != nil {
		r.NotBefore = *doc.NotBefore
		if doc.As == "" {
			b.fault(path+".not_before", doc.NotBefore.String(), "is only for a due that is taken from another obligation, by as")
		}
	}
	if doc.Severities == nil {
		r.Severities = b.all
	}
	known := severityIDs(b.c)
	for i, s := range doc.Severities {
		b.oneOf(indexed(path+".severities", i, len(doc.Severities)), s, message.Of("a severity of this contract"), known)
	}
	clock := doc.Clock
	if doc.Within == nil && doc.As == "" && doc.On == "" {
		r.Always, clock = clock == clockAlways, ""
	}
	r.Within = termOf(b.source, path, doc.Within, doc.Count, clock, doc.Cutoff)
	terms := countTrue(doc.Within != nil, doc.As != "", doc.On != "", doc.AtMost != nil, doc.Billed != nil,
		doc.Percent != 0, doc.Mean != nil)
	if terms > 1 {
		b.fault(path, "", "has more than one of within, as, on, at_most, billed, percent and mean; a rule has one term")
	}
	if doc.Steps != nil {
		r.Steps = readSteps(b.source, path+".steps", doc.Steps)
	}
	countAlike(&r)
	return r
}

// dayOff is the value of a rule that says when a due date on a day off ends.
func dayOff(word string) string {
	if word == dayOffAfter {
		return ""
	}
	return word
}

// sum is what the rule of an account adds up; nil for any other.
func (doc *ruleDoc) sum() *enforcer.Sum {
	switch {
	case doc.Billed != nil:
		return &enforcer.Sum{Billed: &enforcer.Billed{
			Step: doc.Billed.Step, AtLeast: doc.Billed.AtLeast, PerEntry: doc.Billed.Per == perEntry,
		}}
	case doc.Percent != 0:
		return &enforcer.Sum{Percent: doc.Percent}
	case doc.Mean != nil:
		return &enforcer.Sum{Mean: &enforcer.Mean{Of: doc.Mean.Of, From: doc.Mean.From, To: doc.Mean.To}}
	}
	return nil
}

// termOf puts a term and its qualifiers together; nil when there is none.
func termOf(src *source, path string, within *calendar.Term, count, clock string, cutoff *cutoffDoc) *calendar.Term {
	if within != nil {
		return qualified(src, path, *within, count, clock, cutoff)
	}
	if count != "" || clock != "" || (cutoff != nil && !cutoff.None) {
		src.fault(path+".within", "", "is missing; count, clock and cutoff say more about a term")
	}
	return nil
}

// qualified is the term with what is said of it; what is not said stays as it was. It is nil where that has a fault.
func qualified(src *source, path string, t calendar.Term, count, clock string, cutoff *cutoffDoc) *calendar.Term {
	civil := t.Unit == calendar.CivilBusinessDays
	switch {
	case count == countCivil && t.Unit == calendar.BusinessDays:
		t.Unit = calendar.CivilBusinessDays
	case count == countCivil && !civil:
		src.fault(path+".count", count, "is only for a term in business days, as 3bd")
	case count == countPlain && civil:
		t.Unit = calendar.BusinessDays
	}
	if clock != "" {
		t.Always = clock == clockAlways
	}
	switch {
	case cutoff != nil && !cutoff.None:
		t.Cutoff = &cutoff.Cutoff
	case cutoff != nil || t.Always: // a clock that never stops has no late notices
		t.Cutoff = nil
	}
	if src.hasFault(path+".within") || src.hasFault(path+".count") || src.hasFault(path+".cutoff") {
		return nil
	}
	if err := t.Validate(); err != nil {
		src.fault(path+".within", t.String(), "has no meaning: %v", err)
		return nil
	}
	return &t
}

func severityIDs(c *enforcer.Contract) []string {
	var out []string
	for _, s := range c.Severities {
		if s.ID != "" {
			out = append(out, s.ID)
		}
	}
	return out
}

// countTrue counts how many of several parts are given.
func countTrue(given ...bool) int {
	n := 0
	for _, is := range given {
		if is {
			n++
		}
	}
	return n
}

// indexed is the path of a list's entry; a list of one may have been written without brackets.
func indexed(path string, i, n int) string {
	if n == 1 {
		return path
	}
	return fmt.Sprintf("%s[%d]", path, i)
}
