package guess

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"slabridge/connectors"
	"slabridge/enforcer"
)

// Kinds of a Source.
const (
	ByField    = "field"
	ByPriority = "priority"
	ByType     = "type"
)

// Source is a property of an issue that may say how severe it is: a field, the priority, the type.
type Source struct {
	Kind   string
	Field  connectors.Field // of ByField
	Values []Value          // as people see them, the tracker's order or the most frequent first
	Empty  int              // issues of the sample without a value
	Titled bool             // its name says severity
	// Tells reports whether a value of it is called as one of the severities. One value alone tells that of a type, or of
	// a field whose name says severity too: of any other field it may be chance.
	Tells bool
	score int
}

// Value is one value of a source with the severity it probably means.
type Value struct {
	Name   string
	Count  int
	Is     string // "" where nothing tells
	Sure   bool
	Active bool // seen, or may be chosen
}

// mostValues is how many values a field may have to be a choice.
const mostValues = 12

var severityTitle = []string{
	"severity", "criticality", "impact", "urgency", "критич", "важност", "серьезност", "срочност", "тяжест", "приоритет",
	"влияние", "уровень сбо", "класс сбо",
}

// The words for grave, medium and slight faults, and for requests that are no faults.
var (
	graveWords = []string{
		"critical", "critic", "blocker", "blocking", "immediate", "urgent", "emergency",
		"highest", "crash", "outage", "s1", "p1",
		"критич", "блокир", "авари", "немедлен", "срочн", "неотложн",
	}
	highWords   = []string{"high", "major", "важн", "высок", "серьезн"}
	middleWords = []string{
		"non critical", "noncritical", "not critical", "normal", "medium", "regular", "usual", "s2", "p2", "некритич",
		"не критич", "нормальн", "обычн", "средн", "стандартн",
	}
	slightWords = []string{
		"minor", "low", "lowest", "trivial", "cosmetic", "slight", "s3", "p3", "незначит", "несуществен", "мелк", "низк",
		"косметич", "минорн",
	}
	faultWords = []string{
		"bug", "fault", "defect", "incident", "problem", "error", "report a fault", "ошибк", "сбой", "дефект", "инцидент",
		"неисправн", "проблем", "авари",
	}
	requestWords = []string{
		"request", "service request", "question", "feature", "support", "task", "ask",
		"improvement", "enhancement", "new feature",
		"обращен", "вопрос", "улучшен", "поддержк", "консультац", "запрос", "задач", "доработк",
	}
)

// wordsOf are the words for each of a contract's severities, gravest first: those of its own id and titles, and the
// usual ones for its place.
func wordsOf(severities []enforcer.Severity) stems[string] {
	var out stems[string]
	for i, s := range severities {
		own := []string{plain(s.ID), strings.ReplaceAll(plain(s.ID), " ", "")}
		for _, t := range s.Title {
			own = append(own, plain(t))
		}
		switch {
		case s.ID == "fault":
			own = append(own, faultWords...)
		case s.ID == "request":
			own = append(own, requestWords...)
		case s.ID == "out-of-scope":
		case i == 0:
			own = append(own, graveWords...)
			if s.ID == "high" {
				own = append(own, highWords...)
			}
		case i == 1:
			own = append(own, middleWords...)
			if len(severities) == 2 {
				own = append(own, slightWords...)
			}
		case i == 2:
			own = append(own, slightWords...)
		}
		out = append(out, struct {
			is    string
			words []string
		}{s.ID, own})
	}
	return out
}

// Rest is the severity of requests that no rule fits: the middle one.
func Rest(severities []enforcer.Severity) string {
	if len(severities) == 0 {
		return ""
	}
	return severities[min(1, len(severities)-1)].ID
}

// Sources lists what may tell the severity, the likeliest first. sure says that the first is so likely that no question
// is needed.
func Sources(s Sample, severities []enforcer.Severity) (out []Source, sure bool) {
	words := wordsOf(severities)
	for _, f := range s.Directory.Fields {
		if source, ok := s.fieldSource(f); ok {
			out = append(out, source)
		}
	}
	out = append(out, s.prioritySource(), s.typeSource())
	out = slices.DeleteFunc(out, func(x Source) bool {
		return len(x.Values) == 0 || len(x.Values) == 1 && x.Kind == ByPriority
	})
	for i := range out {
		out[i].judge(words, severities)
	}
	slices.SortStableFunc(out, func(a, b Source) int { return cmp.Compare(b.score, a.score) })
	if len(out) == 0 {
		return nil, false
	}
	best := out[0]
	rivals := slices.ContainsFunc(out[1:], func(x Source) bool { return x.Kind == ByField && x.Titled && x.Tells })
	return out, best.Kind == ByField && best.Titled && !rivals && best.covers(severities[0].ID)
}

// Tally counts the values that issues hold under a key of their Values, the most frequent first, and the issues that
// have a place for one and hold none.
func Tally(issues []connectors.Issue, key string) (values []Value, empty int) {
	counts := map[string]int{}
	for _, i := range issues {
		held, there := i.Values[key]
		if there && len(held) == 0 {
			empty++
		}
		for _, v := range held {
			counts[v]++
		}
	}
	for v, n := range counts {
		values = append(values, Value{Name: v, Count: n, Active: true})
	}
	slices.SortFunc(values, func(a, b Value) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name))
	})
	return values, empty
}

// fieldSource counts the values of a field; ok is false for one that is no choice. A number is one in a field whose
// name says severity alone.
func (s Sample) fieldSource(f connectors.Field) (Source, bool) {
	out := Source{Kind: ByField, Field: f}
	out.Values, out.Empty = Tally(s.Issues, f.ID)
	seen := 0
	for _, i := range s.Issues {
		if _, there := i.Values[f.ID]; there {
			seen++
		}
	}
	for _, v := range out.Values {
		_, odd := connectors.IsObject(v.Name)
		number := strings.Trim(v.Name, "0123456789.:-+TZ ") == "" && (len(v.Name) > 2 || !SaysSeverity(f))
		if odd || utf8.RuneCountInString(v.Name) > 40 || number {
			return out, false
		}
	}
	n := len(out.Values) // a value on each issue is a text, not a choice
	return out, n <= mostValues && (n <= 3 || 2*n <= seen)
}

// prioritySource counts the priorities that people gave. What our own account made of them, as a contract's steps do,
// says nothing of how grave people think a request is.
func (s Sample) prioritySource() Source {
	out := Source{Kind: ByPriority, Empty: s.empty(connectors.FieldPriority)}
	ours := s.beforeUs(connectors.FieldPriority)
	counts := map[string]int{}
	for _, i := range s.Issues {
		held, there := ours[i.ID]
		if !there {
			held = i.Values[connectors.FieldPriority]
		}
		for _, p := range held {
			counts[p]++
		}
	}
	for _, p := range slices.Backward(s.Directory.Priorities) { // the gravest first
		n := counts[p.ID]
		if n > 0 || !p.Inactive {
			out.Values = append(out.Values, Value{Name: p.Name, Count: n, Active: true})
		}
	}
	return out
}

// typeSource counts trackers, issue types and request types together: a rule takes any of them. Only those that were
// seen count: a tracker may have many.
func (s Sample) typeSource() Source {
	out := Source{Kind: ByType, Empty: s.empty(connectors.FieldType)}
	requests := len(s.Issues) > s.empty(connectors.FieldRequestType)
	for _, t := range s.Directory.Types {
		field := connectors.FieldType
		if strings.HasPrefix(t.ID, connectors.RequestType) {
			field = connectors.FieldRequestType
		} else if requests {
			continue // where customers choose in a portal, that says more
		}
		same := func(v Value) bool { return v.Name == t.Name }
		if n := s.holding(field, t.ID); n > 0 && !slices.ContainsFunc(out.Values, same) {
			out.Values = append(out.Values, Value{Name: t.Name, Count: n, Active: true})
		}
	}
	if requests {
		out.Empty = s.empty(connectors.FieldRequestType)
	}
	return out
}

// beforeUs gives, by issue, what a field held before our account changed it last, as far as the histories tell.
func (s Sample) beforeUs(field string) map[string][]string {
	out := map[string][]string{}
	for _, h := range s.Histories {
		for _, e := range slices.Backward(h.Events) {
			i := slices.IndexFunc(e.Changes, func(c connectors.Change) bool { return c.Field == field })
			if i < 0 {
				continue
			}
			if e.Author == "" || e.Author != s.Directory.Self.ID {
				break
			}
			out[h.Issue.ID] = e.Changes[i].From
		}
	}
	return out
}

func (s Sample) holding(field, value string) (n int) {
	for _, i := range s.Issues {
		if slices.Contains(i.Values[field], value) {
			n++
		}
	}
	return n
}

func (s Sample) empty(field string) (n int) {
	for _, i := range s.Issues {
		if len(i.Values[field]) == 0 {
			n++
		}
	}
	return n
}

// judge guesses what each value means, and how likely the source is to tell the severity.
func (x *Source) judge(words stems[string], severities []enforcer.Severity) {
	known, seen := 0, 0
	for i := range x.Values {
		v := &x.Values[i]
		v.Is, v.Sure, _ = words.means(v.Name)
		seen += v.Count
		if v.Is != "" {
			known += v.Count
		}
	}
	x.Titled = x.Kind == ByField && SaysSeverity(x.Field)
	covered := 0
	for _, s := range severities {
		if x.covers(s.ID) {
			covered++
		}
	}
	lone := x.Kind == ByField && !x.Titled && len(x.Values) == 1
	if x.Tells = covered > 0 && !lone; !x.Tells {
		if lone { // offered after all others
			x.score = -1
		}
		return
	}
	x.score = 10*covered + share(known, max(seen, 1))/10
	if x.covers(severities[0].ID) {
		x.score += 20
	}
	switch {
	case x.Titled: // before all others, however few of its values were seen
		x.score += 1000
	case x.Kind != ByField:
		x.score += 10
	}
}

// SaysSeverity reports whether a field's name says severity.
func SaysSeverity(f connectors.Field) bool {
	name := plain(f.Name)
	return slices.ContainsFunc(severityTitle, func(w string) bool { return strings.Contains(name, w) })
}

// covers reports whether a value means the severity.
func (x *Source) covers(severity string) bool {
	return slices.ContainsFunc(x.Values, func(v Value) bool { return v.Is == severity })
}
