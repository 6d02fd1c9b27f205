package config

import (
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"slabridge/enforcer"
	"slabridge/enforcer/calendar"

	"go.yaml.in/yaml/v4"
)

// contractDoc is a contract file: a preset, or an admin's own.
type contractDoc struct {
	// ID of the text, as `use` names it.
	ID string `yaml:"id" check:"required"`
	// Version of the text; kept with every decision.
	Version string `yaml:"version" check:"required"`
	// Title for people.
	Title titleDoc `yaml:"title" check:"required"`
	// Calendar is the working time of the provider.
	Calendar calendarDoc `yaml:"calendar" check:"required"`
	// Severities, gravest first.
	Severities []severityDoc `yaml:"severities" check:"required"`
	// Plans the contract knows.
	Plans names `yaml:"plans"`
	// Assumptions are readings that belong to no single obligation.
	Assumptions []titleDoc `yaml:"assumptions"`
	// Obligations are the promises.
	Obligations []obligationDoc `yaml:"obligations" check:"required"`
	// Unmeasured lists the clauses with nothing to measure, and why.
	Unmeasured []clauseDoc `yaml:"unmeasured"`
}

// titleDoc is a title or a sentence for people, in both languages; one that is written without a language stands for
// both.
type titleDoc struct {
	// RU in Russian.
	RU string `yaml:"ru" check:"required"`
	// EN in English.
	EN string `yaml:"en" check:"required"`
}

func (t *titleDoc) readNode(d decoder, n *yaml.Node, path, _ string) {
	if n.Kind == yaml.ScalarNode {
		d.readString(n, settable(&t.RU), path, "")
		t.EN = t.RU
		d.oneLine(path, t.RU)
		return
	}
	type both titleDoc // without this method, or it would call itself
	d.readStruct(n, settable((*both)(t)), path, "")
	d.oneLine(path+".ru", t.RU)
	d.oneLine(path+".en", t.EN)
}

func (d decoder) oneLine(path, s string) {
	if strings.ContainsAny(s, "\r\n") {
		d.fault(path, "", "must be one line")
	}
}

func (t *titleDoc) text() enforcer.Text {
	if t == nil || *t == (titleDoc{}) {
		return nil
	}
	return enforcer.Text{"ru": t.RU, "en": t.EN}
}

type calendarDoc struct {
	// Zone is an IANA name, Asia/Almaty.
	Zone string `yaml:"zone"`
	// Hours of the week: "Mon-Fri 09:00-18:00", "Mon-Thu 10:00-14:00, 15:00-19:00; Fri 10:00-14:00", a shift over midnight
	// "Mon-Fri 22:00-06:00", or 24x7.
	Hours string `yaml:"hours"`
	// Days off: a country's two letters, an id of `calendars`, or none.
	Days string `yaml:"days"`
}

type severityDoc struct {
	// ID of the severity.
	ID string `yaml:"id" check:"required"`
	// Title for people.
	Title titleDoc `yaml:"title" check:"required"`
	// WithoutObligations: requests of this severity are promised nothing; a rule for all severities leaves it out.
	WithoutObligations bool `yaml:"without_obligations"`
}

type clauseDoc struct {
	// Source is the clause.
	Source string `yaml:"source" check:"required"`
	// Why nothing is measured.
	Why titleDoc `yaml:"why" check:"required"`
}

type obligationDoc struct {
	// ID of the obligation.
	ID string `yaml:"id" check:"required"`
	// Source is the clause.
	Source string `yaml:"source" check:"required"`
	// Title for people.
	Title titleDoc `yaml:"title" check:"required"`
	// Kind is timer (the default), check, duty or account.
	Kind string `yaml:"kind" check:"of=kinds"`
	// Assumption is the reading taken where the text is silent.
	Assumption *titleDoc `yaml:"assumption"`
	// Plans in which it is promised; left out, all.
	Plans names `yaml:"plans"`
	// Start of the stopwatch.
	Start *conditionDoc `yaml:"start" check:"required"`
	// Again starts the stopwatch anew while it runs.
	Again *conditionDoc `yaml:"again"`
	// Stop: any of these ends it.
	Stop []conditionDoc `yaml:"stop"`
	// Accept: any of these, after a due date was moved later, makes it binding; so does a customer who moves it
	// himself.
	Accept []conditionDoc `yaml:"accept"`
	// Agreed: the text lets both sides agree on another deadline, the mapped field agreed-due.
	Agreed bool `yaml:"agreed"`
	// Unless: while this other obligation is on, it takes this one's place.
	Unless string `yaml:"unless"`
	// Beside is the obligation whose notice, while it is on, counts as this one's; at or after its deadline no due step
	// of this one is taken.
	Beside string `yaml:"beside"`
	// Pause lists the status classes in which the stopwatch stands still.
	Pause listOf[enforcer.StatusClass] `yaml:"pause" check:"of=classes"`
	// Repeat: the next cycle starts where one ends, while the request is open. {at_most: 3, then: daily}, which true
	// means, says of how many broken cycles in a row staff is told before that backs off to once a working day.
	Repeat repeatDoc `yaml:"repeat"`
	// Once: not started again when a customer reopens the request.
	Once bool `yaml:"once"`
	// NoVerdict: a right, or the customer's own duty; never met or breached.
	NoVerdict bool `yaml:"no_verdict"`
	// Escalation: the due step is the promise itself; carried out at the deadline, it keeps the promise in the report.
	Escalation bool `yaml:"escalation"`
	// Off: in the text, but not acted on until turned on.
	Off bool `yaml:"off"`
	// Items of a complete request.
	Items []itemDoc `yaml:"items"`
	// Steps of the rules that have none of their own.
	Steps []stepDoc `yaml:"steps"`
	// Rules by severity.
	Rules []ruleDoc `yaml:"rules" check:"required"`
}

// repeatDoc is true, false or {at_most, then}.
type repeatDoc struct {
	Is     bool
	AtMost int // 0 where it is not said
}

func (r *repeatDoc) readNode(d decoder, n *yaml.Node, path, _ string) {
	if n.Kind == yaml.ScalarNode {
		d.read(n, settable(&r.Is), path, "")
		return
	}
	var f struct {
		AtMost int    `yaml:"at_most" check:"required"`
		Then   string `yaml:"then" check:"required;of=backoffs"`
	}
	d.readStruct(n, settable(&f), path, "")
	if r.Is, r.AtMost = true, f.AtMost; f.AtMost < 1 && !d.hasFault(path) {
		d.fault(path+".at_most", strconv.Itoa(f.AtMost), "is of how many broken cycles staff is told: 1 or more")
	}
}

type itemDoc struct {
	// ID of the mapped field.
	ID string `yaml:"id" check:"required"`
	// Title for people.
	Title titleDoc `yaml:"title" check:"required"`
	// Where is the mapped field that must be filled for the item to be asked for: by-mail.
	Where string `yaml:"where"`
}

type ruleDoc struct {
	// Severities covered; left out, all.
	Severities names `yaml:"severities"`
	// Within is the term: 20m, 2h, 1bd, 10d, 1cd.
	Within *calendar.Term `yaml:"within"`
	// On takes the deadline from elsewhere: due-date (the close of the due date) or period-end (of a duty).
	On string `yaml:"on" check:"of=dues"`
	// DayOff says when a due date on a day off ends: after (the default), at the close of the next working day; before,
	// at the close of the last one before it.
	DayOff string `yaml:"day_off" check:"of=daysoff"`
	// AtMost is the longest that an entry of booked time may be: 30m.
	AtMost *time.Duration `yaml:"at_most"`
	// Billed is how a service is charged for: the booked time of one person on one request on one day.
	Billed *billedDoc `yaml:"billed"`
	// Percent of the contract's sum that the cost of changes may reach.
	Percent int `yaml:"percent"`
	// Mean of the handling times, in working days.
	Mean *meanDoc `yaml:"mean"`
	// Count of a term in bd: plain, or civil (from the day after the event).
	Count string `yaml:"count" check:"of=counts"`
	// Clock is calendar (the default) or always.
	Clock string `yaml:"clock" check:"of=clocks"`
	// Cutoff for late notices.
	Cutoff *cutoffDoc `yaml:"cutoff"`
	// As takes the deadline of another obligation of the request, never before the cycle's own start.
	As string `yaml:"as"`
	// NotBefore: a deadline that is taken from another obligation comes so long after the cycle's own start at the
	// earliest: 10m.
	NotBefore *time.Duration `yaml:"not_before"`
	// Limit says the promise in words; it is shown and never computed.
	Limit *titleDoc `yaml:"limit"`
	// While: only in these status classes.
	While listOf[enforcer.StatusClass] `yaml:"while" check:"of=classes"`
	// Steps of this rule.
	Steps []stepDoc `yaml:"steps"`
}

type billedDoc struct {
	// Step to which a service is rounded up: 30m.
	Step time.Duration `yaml:"step" check:"required"`
	// AtLeast is charged for every service: 30m.
	AtLeast time.Duration `yaml:"at_least" check:"required"`
	// Per is what a service is: day (the default), the time of one person on one request on one day; or entry, each entry
	// of booked time.
	Per string `yaml:"per" check:"of=services"`
}

type meanDoc struct {
	// Of is the obligation whose cycles are measured.
	Of string `yaml:"of" check:"required"`
	// From so many working days.
	From int `yaml:"from" check:"required"`
	// To so many working days.
	To int `yaml:"to" check:"required"`
}

// cutoffDoc is {after, due} or none.
type cutoffDoc struct {
	None bool
	calendar.Cutoff
}

func (c *cutoffDoc) readNode(d decoder, n *yaml.Node, path, _ string) {
	if n.Kind == yaml.ScalarNode && n.Value == "none" {
		c.None = true
		return
	}
	var f struct {
		After calendar.TimeOfDay `yaml:"after" check:"required"`
		Due   calendar.TimeOfDay `yaml:"due" check:"required"`
	}
	d.readStruct(n, settable(&f), path, "")
	c.After, c.Due = f.After, f.Due
}

type stepDoc struct {
	// At is start, due, a share of the term: 50%; past-date: a date was set that lies in the past; exceeded: more than a
	// cap is spent; or answered: when the customer spoke in a request that a step of this obligation had closed.
	At *atDoc `yaml:"at"`
	// After the start by so much: 5bd.
	After *calendar.Term `yaml:"after"`
	// Before the deadline by so much: 1bd.
	Before *calendar.Term `yaml:"before"`
	// Comment that the step writes.
	Comment *commentDoc `yaml:"comment"`
	// Actions beside the comment, by their keys.
	Actions actionDocs `yaml:"-" actions:"all"`
	// Notice is the earlier step whose public comment must have been given in time: warn-4bd.
	Notice string `yaml:"notice"`
	// Ours is what slabridge does beyond the contract's text.
	Ours oursDoc `yaml:"ours"`
}

type oursDoc struct {
	// Actions of those that may go beyond a text, by their keys.
	Actions actionDocs `yaml:"-" actions:"ours"`
}

// actionDocs are the values of the actions of enforcer.ActionSpecs, by their keys. The keys are those of the struct
// that has them in a field with the tag `actions`: "all", or "ours".
type actionDocs map[string]*string

// at makes room for the value of a key.
func (a *actionDocs) at(key string) *string {
	if *a == nil {
		*a = actionDocs{}
	}
	(*a)[key] = new(string)
	return (*a)[key]
}

func (a actionDocs) actions() enforcer.Actions {
	var out enforcer.Actions
	for key, value := range a {
		for _, action := range enforcer.ActionsOf(key) {
			if slices.Contains(action.Accepts, *value) {
				action.Set(&out, *value)
			}
		}
	}
	return out
}

// actionValues are the values that may stand behind the key of an action.
func actionValues(key string) []string {
	var out []string
	for _, action := range enforcer.ActionsOf(key) {
		out = append(out, action.Accepts...)
	}
	return out
}

// atDoc is start, due, past-date, exceeded, answered, or a share of the time from start to due in per cent: 0 and 100
// have names of their own.
type atDoc struct {
	Due      bool
	Past     bool
	Exceeded bool
	Answered bool
	Percent  int
}

var shareOfTerm = regexp.MustCompile(`^0*([1-9][0-9]?)%$`)

func (a *atDoc) readNode(d decoder, n *yaml.Node, path, _ string) {
	share := shareOfTerm.FindStringSubmatch(n.Value)
	switch {
	case n.Value == "start":
	case n.Value == "due":
		a.Due = true
	case n.Value == "answered":
		a.Answered = true
	case n.Value == enforcer.PastDate:
		a.Past = true
	case n.Value == exceeded:
		a.Exceeded = true
	case share != nil:
		a.Percent, _ = strconv.Atoi(share[1]) // two digits
	default:
		d.wrongForm(n, path, "",
			"a moment of a cycle; write start, due, past-date, exceeded, or a share of the term from 1% to 99%")
	}
}

type commentDoc struct {
	// Audience is public or internal.
	Audience string `yaml:"audience" check:"required;of=audiences"`
	// Text is the id of the text.
	Text string `yaml:"text" check:"required"`
	// Names: people of this role are named in the text.
	Names string `yaml:"names" check:"of=staff"`
}

func settable[T any](v *T) reflect.Value { return reflect.ValueOf(v).Elem() }
