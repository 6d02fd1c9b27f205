package main

import (
	"slices"
	"strings"

	"slabridge/config/message"
	"slabridge/enforcer"
	"slabridge/mapping"
)

// phrase is a sentence for people: what functions that print for them take. Ids (of obligations, steps, severities,
// commands) are the same in all languages.
type phrase = message.Format

// english is the language that phrases are written in.
const english = message.English

// languages are those that the commands speak, English last.
func languages() []string {
	out := slices.DeleteFunc(slices.Clone(message.Languages), func(lang string) bool { return lang == english })
	return append(out, english)
}

// t gives the phrase in the language of the reader.
func (p *page) t(text phrase) string { return message.Say(p.lang, text) }

// tf is t for a format.
func (p *page) tf(format phrase, args ...any) string { return message.Say(p.lang, format, args...) }

// failure gives an error in the language of the reader.
func (p *page) failure(err error) string { return message.Error(p.lang, err) }

var roleWords = map[enforcer.Role]phrase{
	enforcer.Support: "support", enforcer.Developers: "developers", enforcer.Management: "management",
	enforcer.Customer: "customer", enforcer.Bot: "bot", "": "no role",
}

// role is a role in the reader's language.
func (p *page) role(r enforcer.Role) string { return p.t(roleWords[r]) }

// class is a status class in the reader's language.
func (p *page) class(c enforcer.StatusClass) string { return c.Title().In(p.lang) }

// classes lists them so.
func (p *page) classes(list []enforcer.StatusClass) string {
	var out []string
	for _, c := range list {
		out = append(out, p.class(c))
	}
	return strings.Join(out, ", ")
}

// event names an event by its kind and the tracker's number; a request's coming in, which has none, in words.
func (p *page) event(id string) string {
	if id == mapping.CreatedEvent {
		return p.t("created")
	}
	return p.events(id)
}

// alarm is one in a line: where it was seen, what it is about, and the id by which it is acknowledged.
func (p *page) alarm(i *alarmInfo) string {
	return p.tf("%s: %s; id %s", typed(i.Issue), p.t(alarmTexts[i.Kind]), i.ID)
}

// severity is a class of requests by its title.
func (p *page) severity(c *enforcer.Contract, id string) string {
	if c == nil {
		return id
	}
	return c.SeverityTitle(id).In(p.lang)
}

// kept gives a sentence that was kept in English in the reader's language.
func (p *page) kept(text string) string { return message.Recall(p.lang, text) }

// keptError is likewise an error that was kept in English.
func (p *page) keptError(text string) string { return message.RecallError(p.lang, text) }
