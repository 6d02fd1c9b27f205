package notify

import (
	"bytes"
	"cmp"
	"encoding/json"
	"strings"
	"text/template"
	"time"
	"unicode"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/mapping"
)

// Line is what a template of a rule is filled with: one event, in the reader's language.
type Line struct {
	What       string // "deadline missed"
	Issue      string // "#4711"
	Subject    string // "" in a channel that is not internal; so is Reason
	Contract   string
	Clause     string
	Obligation string // its title
	Severity   string
	Due        string
	Moment     string
	Reason     string
	Link       string
	Connection string
}

// ParseTemplate reads a rule's template, and fills it once to see that it can be filled.
func ParseTemplate(text string) (*template.Template, error) {
	t, err := template.New("text").Option("missingkey=error").Parse(text)
	if err == nil {
		err = t.Execute(new(bytes.Buffer), Line{})
	}
	return t, err
}

// what says what happened.
var what = map[Kind]message.Format{
	Warn: "deadline near", Due: "deadline missed", Held: "write held", Refused: "write refused", Alarm: "alarm",
	Late: "slabridge is late", Health: "slabridge cannot work",
}

// over says that it has passed.
var over = map[Kind]message.Format{
	Late: "slabridge has caught up", Health: "slabridge works again",
}

func (e *Event) what(lang string) string { return message.Say(lang, e.kind()) }

func (e *Event) kind() message.Format {
	if e.Over {
		return over[e.Kind]
	}
	if e.Kind == Refused && e.Contract == "" {
		return "message not delivered"
	}
	return what[e.Kind]
}

// maxPart bounds what one part of an event may take: a subject can be as long as a page.
const maxPart = 300

// clean makes one line of what others wrote, without what steers a screen or turns the direction of reading. An address
// is put in quotes: on a line of its own, as a template may have it, chats would take it for a link that we made.
func clean(s string) string {
	s = strings.Join(strings.Fields(strings.Map(func(c rune) rune {
		switch {
		case unicode.IsSpace(c):
			return ' '
		case unicode.IsControl(c), unicode.Is(unicode.Cf, c):
			return -1
		}
		return c
	}, s)), " ")
	if r := []rune(s); len(r) > maxPart {
		s = string(r[:maxPart]) + "…"
	}
	if strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") {
		return "“" + s + "”"
	}
	return s
}

// typed is an issue's key as people write it.
func typed(key string) string {
	if key != "" && strings.Trim(key, "0123456789") == "" {
		return "#" + key
	}
	return key
}

// stampLayout is the layout of moments in messages.
const stampLayout message.Format = "Mon 2006-01-02 15:04 -07"

func stamp(lang string, t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return message.Date(lang, stampLayout, t.In(zone))
}

// zone is the one that a contract's moments are told in.
func (t *Teller) zone(contract string, r *Rule) *time.Location {
	if c := t.Contracts[contract]; c != nil {
		return c.Zone()
	}
	return r.Zone
}

func (t *Teller) line(e *Event, r *Rule) Line {
	zone := t.zone(e.Contract, r)
	l := Line{
		What: e.what(r.Lang), Issue: typed(e.Issue), Subject: clean(e.Subject), Contract: e.Contract,
		Clause: clean(mapping.Clause(e.Source, r.Lang)), Severity: e.Severity,
		Due: stamp(r.Lang, e.Due, zone), Moment: stamp(r.Lang, e.At, zone),
		Reason: clean(e.Reason), Link: e.Link, Connection: e.Connection, Obligation: e.Obligation,
	}
	if c := t.Contracts[e.Contract]; c != nil {
		l.Severity = c.SeverityTitle(e.Severity).In(r.Lang)
		if o := c.Obligation(e.Obligation); o != nil {
			l.Obligation = cmp.Or(o.Title.In(r.Lang), e.Obligation)
		}
	}
	return l
}

// words puts an event into words: what and where; by which clause; why; where to look.
func (t *Teller) words(e *Event, r *Rule) string {
	l := t.line(e, r)
	if r.Template != nil {
		var b bytes.Buffer
		if err := r.Template.Execute(&b, l); err == nil { // it was tried when it was read
			return strings.TrimSpace(b.String())
		}
	}
	head := capital(l.What) + ": " + cmp.Or(l.Issue, e.Connection)
	if l.Subject != "" {
		head += message.Say(r.Lang, " “%s”", l.Subject)
	}
	lines := []string{head}
	if e.Contract != "" {
		about := joined(", ", l.Clause+" "+quoted(r.Lang, l.Obligation), l.Severity, l.Contract)
		if l.Due != "" {
			about += "; " + message.Say(r.Lang, "due %s", l.Due)
		}
		lines = append(lines, about)
	} else if l.Moment != "" {
		lines = append(lines, message.Say(r.Lang, "since %s", l.Moment))
	}
	if l.Reason != "" && (e.Kind != Warn && e.Kind != Due || e.State != enforcer.Done) {
		lines = append(lines, l.Reason)
	}
	if l.Link != "" {
		lines = append(lines, l.Link)
	}
	return strings.Join(lines, "\n")
}

func quoted(lang, s string) string {
	if s == "" {
		return ""
	}
	return message.Say(lang, "“%s”", s)
}

func capital(s string) string {
	r := []rune(s)
	if len(r) > 0 {
		r[0] = unicode.ToUpper(r[0])
	}
	return string(r)
}

// joined joins what is not empty.
func joined(by string, parts ...string) string {
	var out []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, by)
}

// shown is how many events one message tells in words; the others are counted.
const shown = 20

// counted says how many of a kind there are: a number after the words could be taken for that of a request.
var counted = map[message.Format]message.Format{
	"deadline near": "%d deadlines near", "deadline missed": "%d deadlines missed", "write held": "%d writes held",
	"write refused": "%d writes refused", "message not delivered": "%d messages not delivered", "alarm": "%d alarms",
}

// summary is how many events of each kind there are: "50 deadlines missed, 2 writes held".
func summary(events []Event, lang string) string {
	counts, order := map[message.Format]int{}, []message.Format{}
	for i := range events {
		w := events[i].kind()
		if counts[w]++; counts[w] == 1 {
			order = append(order, w)
		}
	}
	parts := make([]string, len(order))
	for i, w := range order {
		switch format, ok := counted[w]; {
		case ok:
			parts[i] = message.Say(lang, format, counts[w])
		case counts[w] > 1:
			parts[i] = message.Say(lang, "%s (%d)", message.Say(lang, w), counts[w])
		default:
			parts[i] = message.Say(lang, w)
		}
	}
	return capital(strings.Join(parts, ", "))
}

// message puts the events of a rule into one message.
func (t *Teller) message(events []Event, r *Rule, now time.Time) (connectors.Message, error) {
	first := &events[0]
	m := connectors.Message{
		Subject: capital(first.what(r.Lang)) + ": " + cmp.Or(typed(first.Issue), first.Connection),
	}
	var parts []string
	if len(events) > 1 {
		m.Subject = summary(events, r.Lang)
		parts = append(parts, m.Subject)
	}
	for i := range events {
		if i == shown {
			parts = append(parts, message.Say(r.Lang, "and %d more", len(events)-shown))
			break
		}
		parts = append(parts, t.words(&events[i], r))
	}
	m.Text = strings.Join(parts, "\n\n")
	return m, fill(&m, "slabridge.events", r, now, map[string]any{"events": events})
}

// fill gives a message its form for programs: type, timestamp and data, as Standard Webhooks has it.
func fill(m *connectors.Message, kind string, r *Rule, now time.Time, data map[string]any) (err error) {
	data["rule"], data["channel"], data["language"] = r.ID, r.Channel, r.Lang
	data["subject"], data["text"] = m.Subject, m.Text
	m.Data, err = json.Marshal(map[string]any{"type": kind, "timestamp": now.UTC().Format(time.RFC3339), "data": data})
	return err
}

// Sample is a message that speaks of nothing, to try a channel.
func Sample(channel, lang, id string, now time.Time) (connectors.Message, error) {
	m := connectors.Message{
		ID: "test-" + id, Subject: message.Say(lang, "slabridge: a sample message"),
		Text: message.Say(lang, "This is a sample from slabridge: the channel %s works. Nothing has happened.", channel),
	}
	return m, fill(&m, "slabridge.test", &Rule{Channel: channel, Lang: lang}, now, map[string]any{})
}
