package mapping_test

import (
	"strings"
	"testing"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/mapping"
)

// TestActions tells what becomes of steps that close or reopen, and of those who call in whoever is on duty.
func TestActions(t *testing.T) {
	toldTo := func(text string) *enforcer.Comment {
		return &enforcer.Comment{Audience: enforcer.Public, Text: text, Source: "п. 2.7", Moment: due, Due: due}
	}
	closes := decision("await-answer", "due", enforcer.Public,
		enforcer.Changes{Comment: toldTo(mapping.TextNoAnswer), Actions: enforcer.Actions{Action: enforcer.ActionClose}})
	reopens := decision("cause-report", "due", enforcer.Internal,
		enforcer.Changes{
			Comment: internally(mapping.TextCauseReportBreach),
			Actions: enforcer.Actions{Action: enforcer.ActionReopen},
		})
	warns := decision("respond", "warn-50", enforcer.Internal, enforcer.Changes{Comment: internally(mapping.TextWarn)})
	duty := func(r enforcer.Role) enforcer.Decision {
		return decision("has-owner", "due", enforcer.Internal,
			enforcer.Changes{Comment: internally(mapping.TextNoOwner), Actions: enforcer.Actions{Assign: r, Duty: true}})
	}
	lead := decision("respond", "due", enforcer.Internal,
		enforcer.Changes{Comment: internally(mapping.TextBreach), Actions: enforcer.Actions{Assign: enforcer.Support}})
	for _, c := range []struct {
		name        string
		issue       string
		transitions string // ids that the tracker allows; "?" when it does not tell
		decisions   []enforcer.Decision
		want        string
	}{
		{
			"closing takes a status that is allowed, with the words about it", "status=Feedback", "4 2 6",
			[]enforcer.Decision{warns, closes},
			"public [await-answer/due] comment status=6\ninternal [respond/warn-50] comment",
		},
		{
			"of several the first in the admin's list", "status=Feedback", "6 5 4",
			[]enforcer.Decision{closes},
			"public [await-answer/due] comment status=5",
		},
		{
			"the first one when the tracker does not tell", "status=Feedback", "?",
			[]enforcer.Decision{closes},
			"public [await-answer/due] comment status=5",
		},
		{
			"nothing is said when nothing may be closed, and the rest goes on", "status=Feedback", "4 2",
			[]enforcer.Decision{closes, warns},
			`public [await-answer/due] empty impossible: no status of class closed ("Closed", "Rejected") can be set from "Feedback"; the tracker lets this account set "Feedback", "In Progress"
internal [respond/warn-50] comment`,
		},
		{
			"no transition at all", "status=Feedback", "",
			[]enforcer.Decision{closes},
			`public [await-answer/due] empty impossible: no status of class closed ("Closed", "Rejected") can be set from "Feedback"; the tracker lets this account set none`,
		},
		{
			"closed already", "status=Rejected", "6",
			[]enforcer.Decision{closes},
			`public [await-answer/due] comment; the status is already of class closed: "Rejected"`,
		},
		{"reopening", "status=Closed", "5 2", []enforcer.Decision{reopens}, "internal [cause-report/due] comment status=2"},
		{
			"of both the later one", "status=Feedback", "?",
			[]enforcer.Decision{closes, reopens},
			"public [await-answer/due] empty impossible: another step of the same pass gives the request a status of class " +
				"working\ninternal [cause-report/due] comment status=2",
		},
		{
			"who is on duty, the locked passed over", "", "?",
			[]enforcer.Decision{duty(enforcer.Support)},
			"internal [has-owner/due] comment assign=12",
		},
		{
			"nobody is on duty: the lead", "", "?",
			[]enforcer.Decision{duty(enforcer.Developers)},
			"internal [has-owner/due] comment assign=11; nobody on duty for developers can be assigned in this project: the " +
				"lead is taken",
		},
		{
			"of lead and duty the lead", "", "?",
			[]enforcer.Decision{duty(enforcer.Support), lead},
			"internal [has-owner/due respond/due] comment assign=10",
		},
		{
			"duty never takes it from someone of that role", "assignee=ivanov", "?",
			[]enforcer.Decision{duty(enforcer.Support)},
			`internal [has-owner/due] comment; assignee "Ivan Ivanov" is already of support or higher`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, d := furtherWords(), furtherDirectory()
			d.Statuses = append(d.Statuses, connectors.Status{ID: "6", Name: "Rejected", Closed: true})
			m.Status = append(m.Status, mapping.StatusRule{Is: enforcer.Closed, Names: []string{"Rejected"}})
			b := bind(t, m, d)
			x := newHand(t)
			x.ids["status=Rejected"] = "6"
			x.do(strings.TrimSpace("10:00 client creates " + c.issue))
			x.h.TransitionsSet, x.h.Transitions = c.transitions != "?", strings.Fields(c.transitions)
			req := b.Request(x.h, scope(t, b, mapping.Scope{Projects: []string{"acme"}}), almaty(t))
			got := b.Writes(req, x.h, c.decisions,
				mapping.WriteOptions{Contract: kamalLike(t, "en"), Install: "7c1f", Texts: texts(t)})
			if s := planned(got); s != c.want {
				t.Errorf("planned\n%s\nwant\n%s", s, c.want)
			}
		})
	}
}

// TestNoStatusToCloseWith: a mapping without a status of the class makes closing impossible, whatever is allowed.
func TestNoStatusToCloseWith(t *testing.T) {
	m := furtherWords()
	m.Status = m.Status[:4]
	b := bind(t, m, furtherDirectory())
	x := newHand(t)
	x.do("10:00 client creates status=Feedback")
	d := decision("await-answer", "due", enforcer.Public,
		enforcer.Changes{Actions: enforcer.Actions{Action: enforcer.ActionClose}})
	req := b.Request(x.h, scope(t, b, mapping.Scope{Projects: []string{"acme"}}), almaty(t))
	got := planned(b.Writes(req, x.h, []enforcer.Decision{d},
		mapping.WriteOptions{Contract: kamalLike(t, "en"), Install: "7c1f", Texts: texts(t)}))
	if want := "public [await-answer/due] empty impossible: the mapping gives no status the class closed"; got != want {
		t.Errorf("planned %s, want %s", got, want)
	}
}

// TestMissingItems: only what is asked for, mapped, and has a place on the issue can be missing.
func TestMissingItems(t *testing.T) {
	for _, c := range []struct {
		name  string
		issue []string
		want  string // between the colon and the full stop; "" for no comment
	}{
		{
			"all that can be",
			[]string{"10:00 client creates description=short"},
			"description of the problem, version of the program, excerpts of logs",
		},
		{
			"those that came with it are not",
			[]string{"10:00 client creates description=The portal answers with error 500; Version=4.2"},
			"excerpts of logs",
		},
		{
			"a file counts",
			[]string{"10:00 client creates Version=4.2", "10:01 client attaches portal.log"},
			"description of the problem",
		},
		{
			"asked for by mail only",
			[]string{"10:00 client creates Version=4.2; By mail=1; Client id="},
			"description of the problem, excerpts of logs, client id",
		},
		{
			"by mail, but not on the form",
			[]string{"10:00 client creates Version=4.2; By mail=1"},
			"description of the problem, excerpts of logs",
		},
		{
			"complete", []string{"10:00 client creates description=The portal answers with error 500; Version=4.2; " +
				"attachment=a.log"}, "",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := bind(t, furtherWords(), furtherDirectory())
			x := newHand(t)
			for _, line := range c.issue {
				x.do(line)
			}
			d := decision("request-complete", "start", enforcer.Internal,
				enforcer.Changes{Comment: &enforcer.Comment{Text: mapping.TextMissingItems}})
			req := b.Request(x.h, scope(t, b, mapping.Scope{Projects: []string{"acme"}}), almaty(t))
			p := b.Writes(req, x.h, []enforcer.Decision{d},
				mapping.WriteOptions{Contract: kamalLike(t, "en"), Install: "7c1f", Texts: texts(t)})[0]
			got := ""
			if p.Write.Comment != nil {
				got, _, _ = strings.Cut(p.Write.Comment.Text, ".\n")
				_, got, _ = strings.Cut(got, ": ")
			} else if len(p.Notes) != 1 {
				t.Errorf("nothing is said, and notes are %q", p.Notes)
			}
			if got != c.want {
				t.Errorf("missing %q, want %q", got, c.want)
			}
		})
	}
}

// TestItemsOfAnEarlierText: a request is judged by the text of its day, also after the obligation is gone.
func TestItemsOfAnEarlierText(t *testing.T) {
	b := bind(t, furtherWords(), furtherDirectory())
	x := newHand(t)
	x.do("10:00 client creates Version=4.2; attachment=a.log")
	contract := kamalLike(t, "en")
	earlier := *contract
	contract.Obligations, contract.ValidFrom, contract.Earlier = nil, earlier.ValidTo, []*enforcer.Contract{&earlier}
	d := decision("request-complete", "start", enforcer.Public,
		enforcer.Changes{Comment: &enforcer.Comment{Text: mapping.TextAskItems}})
	req := b.Request(x.h, scope(t, b, mapping.Scope{Projects: []string{"acme"}}), almaty(t))
	p := b.Writes(req, x.h, []enforcer.Decision{d},
		mapping.WriteOptions{Contract: contract, Install: "7c1f", Texts: texts(t)})[0]
	if p.Write.Comment == nil || !strings.Contains(p.Write.Comment.Text, "— description of the problem.") {
		t.Errorf("planned %+v", p)
	}
}

// TestChecklistOfTheTextOfTheDay: three texts ask for three lists; a request is asked for those of the text that was in
// force in the second in which it was received.
func TestChecklistOfTheTextOfTheDay(t *testing.T) {
	b := bind(t, furtherWords(), furtherDirectory())
	x := newHand(t)
	x.do("10:00 client creates")
	req := b.Request(x.h, scope(t, b, mapping.Scope{Projects: []string{"acme"}}), almaty(t))
	text := func(item string, from, to time.Time) *enforcer.Contract {
		c := *kamalLike(t, "en")
		c.Obligations = []enforcer.Obligation{{
			ID:    "request-complete",
			Items: []enforcer.Item{{ID: item, Title: enforcer.Text{"en": item}}},
		}}
		c.ValidFrom, c.ValidTo = from, to
		return &c
	}
	first, second := req.ReceivedAt.Add(-time.Hour), req.ReceivedAt.Add(time.Hour)
	d := decision("request-complete", "start", enforcer.Internal,
		enforcer.Changes{Comment: &enforcer.Comment{Text: mapping.TextMissingItems}})
	for received, want := range map[time.Time]string{
		first.Add(-time.Second): "description", first: "version", second.Add(-time.Second): "version", second: "logs",
		second.Add(time.Hour): "logs",
	} {
		contract := text("logs", second, time.Time{})
		contract.Earlier = []*enforcer.Contract{
			text("description", first.Add(-time.Hour), first),
			text("version", first, second),
		}
		r := req
		r.ReceivedAt = received
		p := b.Writes(r, x.h, []enforcer.Decision{d},
			mapping.WriteOptions{Contract: contract, Install: "7c1f", Texts: texts(t)})[0]
		if p.Write.Comment == nil || !strings.Contains(p.Write.Comment.Text, ": "+want+".") {
			t.Errorf("received %s: %+v, want %s to be missing", received, p.Write.Comment, want)
		}
	}
}
