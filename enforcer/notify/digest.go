package notify

import (
	"bytes"
	"cmp"
	"context"
	"html/template"
	"slices"
	"strings"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
)

// lookDigest makes the digest whose moment has come: of several that were missed, only the last. A message still
// under way lets it wait.
func (t *Teller) lookDigest(ctx context.Context, r *Rule, state *progress) (next time.Time, err error) {
	now, since := t.Clock(), state.Digest
	var slot time.Time
	for at := r.Digest(since); !at.IsZero() && !at.After(now); at = r.Digest(at) {
		slot = at
	}
	if slot.IsZero() {
		return r.Digest(since), nil
	}
	if under, err := t.underWay(ctx, r); err != nil || under {
		return next, err
	}
	m, err := t.digest(ctx, r, since, now)
	if err != nil {
		return next, err
	}
	state.Digest, state.At = slot, now
	return r.Digest(slot), t.tell(ctx, r, state, "digest", m)
}

// section is a part of a digest.
type section struct {
	Title  string  `json:"title"`
	Events []Event `json:"events"`
	lines  []digestLine
	more   string
}

type digestLine struct{ Head, About, Link string }

// digest says what is due until the end of the day, what was broken since the last digest, and what is held.
func (t *Teller) digest(ctx context.Context, r *Rule, since, now time.Time) (m connectors.Message, err error) {
	day := now.In(r.Zone)
	midnight := time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, r.Zone)
	overdue, due, err := t.dueBy(ctx, r, now, midnight)
	if err != nil {
		return m, err
	}
	broken, err := t.brokenSince(ctx, r, since, now)
	if err != nil {
		return m, err
	}
	sections := []section{
		{Title: message.Say(r.Lang, "due today"), Events: due},
		{Title: message.Say(r.Lang, "overdue and not done"), Events: overdue},
		{Title: message.Say(r.Lang, "deadlines missed since %s", stamp(r.Lang, since, r.Zone)), Events: broken},
	}
	if r.Internal {
		held, err := t.heldNow(ctx, r)
		if err != nil {
			return m, err
		}
		sections = append(sections, section{Title: message.Say(r.Lang, "held, a human must look"), Events: held})
	}
	var anchors []anchor
	if r.Anchor {
		if anchors, err = t.anchors(ctx); err != nil {
			return m, err
		}
	}
	return t.digestMessage(r, sections, anchors, now)
}

// anchor is the head of a connection's chain. Outside the ledger it shows later whether anything up to it was changed,
// also by somebody who computed every hash anew.
type anchor struct {
	Connection string `json:"connection"`
	Records    int64  `json:"records"`
	Head       string `json:"head"`
}

func (t *Teller) anchors(ctx context.Context) (out []anchor, err error) {
	for _, c := range t.Connections {
		chain, err := t.Ledger.Chain(ctx, c)
		if err != nil {
			return nil, err
		}
		out = append(out, anchor{c, chain.Records, chain.Head})
	}
	return out, nil
}

// event is an event of a request, as far as the rule's channel may know it.
func (t *Teller) event(r *Rule, e Event) Event {
	if t.Page != nil {
		e.Link = t.Page(e.Connection, e.Issue)
	}
	e.Reason = e.why.In(r.Lang)
	if !r.Internal {
		e = e.public()
	}
	return e
}

// source is the clause of an obligation.
func (t *Teller) source(contract, obligation string) string {
	if c := t.Contracts[contract]; c != nil {
		if o := c.Obligation(obligation); o != nil {
			return o.Source
		}
	}
	return ""
}

// dueBy lists the running cycles whose deadline has passed, and those whose deadline comes before a moment.
func (t *Teller) dueBy(ctx context.Context, r *Rule, now, before time.Time) (overdue, due []Event, err error) {
	items, err := t.Ledger.Running(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, it := range items {
		if !slices.Contains(t.Connections, it.Connection) || !r.covers(it.Contract, it.Severity) {
			continue
		}
		for _, c := range it.Cycles {
			over := !c.EndedAt.IsZero() || c.State == enforcer.Met || c.State == enforcer.Escalated ||
				c.State == enforcer.Cancelled
			if over || c.Due.IsZero() || !c.Due.Before(before) {
				continue
			}
			e := t.event(r, Event{
				ID: it.Issue + " " + c.Obligation + " " + c.ID, Kind: Due, Connection: it.Connection,
				Issue: cmp.Or(it.IssueKey, c.IssueKey), Subject: it.Subject, Contract: it.Contract, Severity: it.Severity,
				Obligation: c.Obligation, Source: t.source(it.Contract, c.Obligation), Due: c.Due,
			})
			if c.Due.Before(now) {
				overdue = append(overdue, e)
			} else {
				due = append(due, e)
			}
		}
	}
	byDue := func(a, b Event) int { return cmp.Or(a.Due.Compare(b.Due), strings.Compare(a.ID, b.ID)) }
	slices.SortFunc(overdue, byDue)
	slices.SortFunc(due, byDue)
	return overdue, due, nil
}

// brokenSince lists the deadlines that were missed in a stretch of time.
func (t *Teller) brokenSince(ctx context.Context, r *Rule, from, to time.Time) (out []Event, err error) {
	last := map[enforcer.StepKey]enforcer.Verdict{}
	var order []enforcer.StepKey
	for v, err := range t.Ledger.Verdicts(ctx, ledger.VerdictFilter{From: from, To: to}) {
		if err != nil {
			return nil, err
		}
		key := v.SameCycleKey()
		if _, known := last[key]; !known {
			order = append(order, key)
		}
		last[key] = v
	}
	for _, key := range order {
		v := last[key]
		if v.State != enforcer.Breached || !r.covers(v.Contract, v.Severity) {
			continue
		}
		out = append(out, t.event(r, Event{
			ID: v.Issue + " " + v.Obligation + " " + v.Cycle, Kind: Due, Connection: v.Connection, Issue: v.IssueKey,
			Subject: v.Subject, Contract: v.Contract, Severity: v.Severity, Obligation: v.Obligation, Source: v.Source,
			Due: v.Due, At: v.Reached(),
		}))
	}
	return out, nil
}

// heldNow lists the writes that wait for a human.
func (t *Teller) heldNow(ctx context.Context, r *Rule) (out []Event, err error) {
	for e, err := range t.Ledger.List(ctx, ledger.Filter{State: enforcer.Held}, ledger.OldestFirst) {
		if err != nil {
			return nil, err
		}
		if e.State.WaitsForHuman(e.Reason.Code) && r.covers(e.Key.Contract, e.Severity) {
			out = append(out, t.event(r, Event{
				ID: e.ID, Kind: Held, Connection: e.Key.Connection, Issue: e.IssueKey, Subject: e.Subject,
				Contract: e.Key.Contract, Severity: e.Severity, Obligation: e.Key.Obligation, Source: e.Source,
				Step: e.Key.Step, State: e.State, Due: e.Due, why: e.Reason.Text,
			}))
		}
	}
	return out, nil
}

// digestMessage puts a digest into words: as text, and as a page for mail.
func (t *Teller) digestMessage(
	r *Rule, sections []section, anchors []anchor, now time.Time,
) (m connectors.Message, err error) {
	var parts []string
	for i := range sections {
		s := &sections[i]
		text := []string{capital(message.Say(r.Lang, "%s: %d", s.Title, len(s.Events)))}
		for n := range s.Events {
			if n == shown {
				s.more = message.Say(r.Lang, "and %d more", len(s.Events)-shown)
				text = append(text, s.more)
				break
			}
			l := t.digestLine(&s.Events[n], r)
			s.lines = append(s.lines, l)
			text = append(text, joined("\n", l.Head+" — "+l.About, l.Link))
		}
		parts = append(parts, strings.Join(text, "\n"))
	}
	m.Subject = message.Say(r.Lang, "slabridge, %s: due today %d, missed %d",
		message.Date(r.Lang, "Mon 2 Jan", now.In(r.Zone)), len(sections[0].Events), len(sections[2].Events))
	var chain []string
	for _, a := range anchors {
		chain = append(chain,
			message.Say(r.Lang, "ledger of %s: %d records, the last is %s", a.Connection, a.Records, a.Head))
	}
	if chain != nil {
		parts = append(parts, strings.Join(chain, "\n"))
	}
	m.Text = strings.Join(parts, "\n\n")
	if m.HTML, err = digestPage(r.Lang, m.Subject, sections, chain); err != nil {
		return m, err
	}
	return m, fill(&m, "slabridge.digest", r, now, map[string]any{"sections": sections, "anchors": anchors})
}

func (t *Teller) digestLine(e *Event, r *Rule) digestLine {
	l := t.line(e, r)
	head := cmp.Or(l.Issue, l.Contract)
	if l.Subject != "" {
		head += " " + quoted(r.Lang, l.Subject)
	}
	about := joined(", ", l.Due, l.Clause+" "+quoted(r.Lang, l.Obligation), l.Severity, l.Contract)
	return digestLine{head, joined("; ", about, l.Reason), l.Link}
}

// digestTemplate is a page as mail programs show it: tables, styles in place, nothing from outside.
var digestTemplate = template.Must(template.New("digest").Parse(`<!DOCTYPE html>
<html lang="{{.Lang}}"><head><meta charset="utf-8"><title>{{.Title}}</title></head>
<body style="font-family:Arial,Helvetica,sans-serif;font-size:14px;color:#1c2733;margin:16px;max-width:720px">
<h1 style="font-size:18px;margin:0 0 12px">{{.Title}}</h1>
{{range .Sections}}<h2 style="font-size:15px;margin:18px 0 6px">{{.Title}}</h2>
{{if .Rows}}<table style="border-collapse:collapse;width:100%">{{range .Rows}}
<tr><td style="border-top:1px solid #d5dbe1;padding:6px 0"><b>{{if .Link}}<a href="{{.Link}}" style="color:#0b5cad">
{{- .Head}}</a>{{else}}{{.Head}}{{end}}</b><br><span style="color:#4a5663">{{.About}}</span></td></tr>{{end}}
</table>{{end}}{{with .More}}<p style="margin:6px 0">{{.}}</p>{{end}}
{{end}}{{range .Chain}}<p style="color:#4a5663;font-size:12px;margin:18px 0 0">{{.}}</p>
{{end}}</body></html>
`))

func digestPage(lang, title string, sections []section, chain []string) (string, error) {
	type part struct {
		Title, More string
		Rows        []digestLine
	}
	page := struct {
		Lang, Title string
		Sections    []part
		Chain       []string
	}{Lang: lang, Title: title, Chain: chain}
	for _, s := range sections {
		page.Sections = append(page.Sections, part{
			capital(message.Say(lang, "%s: %d", s.Title, len(s.Events))), s.more, s.lines,
		})
	}
	var b bytes.Buffer
	err := digestTemplate.Execute(&b, page)
	return b.String(), err
}
