package outbox

import (
	"context"
	"slices"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/mapping"
)

// post is a comment of ours that stands on an issue, or an issue that we made, with what its mark says.
type post struct {
	mark  string
	steps []mapping.MarkedStep
	event connectors.Event // without an ID for the issue itself
}

func (p post) ids() []string {
	out := make([]string, len(p.steps))
	for i, s := range p.steps {
		out[i] = s.ID
	}
	return out
}

// posts are those on an issue, oldest first.
func posts(h connectors.History, self string) []post {
	var out []post
	add := func(text string, e connectors.Event) {
		if _, steps, ok := mapping.ParseMark(text); ok && e.Author == self {
			out = append(out, post{mapping.MarkIn(text), steps, e})
		}
	}
	add(h.Issue.Description, connectors.Event{Author: h.Issue.Author, At: h.Issue.CreatedAt})
	for _, e := range h.Events {
		if e.Note != nil {
			add(e.Note.Text, e)
		}
	}
	return out
}

// posted handles our comments and issues that are already in the tracker.
type posted struct{ *Writer }

// adopt adopts those of the entries that it is told to.
func (w posted) adopt(
	ctx context.Context, h connectors.History, these func(ledger.Entry) bool,
) (map[string]bool, error) {
	adopted := map[string]bool{}
	for _, p := range posts(h, w.desk.names.Self.ID) {
		known, err := w.ledger.Known(ctx, p.ids()...)
		if err != nil {
			return nil, err
		}
		a := ledger.Adoption{At: p.event.At, Reason: enforcer.Because("adopted", "it stands in the tracker")}
		open := false
		for id, e := range known {
			if !belongs(e, h.Issue.ID) {
				continue
			}
			a.Entries = append(a.Entries, id)
			open = open || e.Adoptable() && these(e)
		}
		if !open {
			continue
		}
		if a.Write, a.Receipt, err = w.asItStands(ctx, h, p, known); err != nil {
			return nil, err
		}
		done, err := w.ledger.Adopt(ctx, w.clock(), w.connection, a)
		if err != nil {
			return nil, err
		}
		for _, e := range done {
			adopted[e.ID] = true
		}
		w.report.Adopted = append(w.report.Adopted, done...)
	}
	return adopted, nil
}

// belongs reports whether a mark on the issue can be the entry's: a copied comment of another request proves nothing.
func belongs(e ledger.Entry, issue string) bool { return e.Key.Issue == "" || e.Key.Issue == issue }

// asItStands gives what a post comes to as a write, and what it shows to be done of the request that the ledger has for
// it, if it has one. What should be internal and is public is read afresh, and taken back.
func (w posted) asItStands(
	ctx context.Context, h connectors.History, p post, of map[string]ledger.Entry,
) (connectors.Write, connectors.Receipt, error) {
	if p.event.ID == "" {
		return connectors.Write{Create: &connectors.NewIssue{
			Project: h.Issue.Values.One(connectors.FieldProject), Subject: h.Issue.Subject,
			Description: h.Issue.Description, Mark: p.mark,
		}}, connectors.Receipt{Issue: h.Issue.ID}, nil
	}
	write := connectors.Write{Issue: h.Issue.ID, Comment: &connectors.Comment{
		Text: p.event.Note.Text, Mark: p.mark, Internal: p.event.Note.Internal,
	}}
	receipt := connectors.Receipt{Event: p.event.ID}
	sent, err := w.ledger.Writes(ctx, w.connection, h.Issue.ID)
	if err != nil {
		return write, receipt, err
	}
	i := slices.IndexFunc(sent, func(x ledger.Write) bool { return connectors.SameMark(x.Mark, p.mark) })
	if i >= 0 {
		x := sent[i]
		receipt = connectors.Verify(x.Request, w.desk.names.Self.ID, withoutOurs(h, w.desk.names.Self.ID, x), h)
	} else if !p.event.Note.Internal && internalOnly(of) {
		receipt.Public = true
		receipt.Refused = []connectors.Refusal{{Field: "comment internal", Wanted: "internal", Got: "public"}}
	}
	if !receipt.Public {
		w.report.receipt(h.Issue.Key, receipt, w.desk.names)
		return write, receipt, nil
	}
	now, there, err := w.desk.read(ctx, h.Issue.ID, w.clock())
	if err != nil || !there {
		return write, receipt, err
	}
	j := slices.IndexFunc(now.Events, func(e connectors.Event) bool { return e.ID == p.event.ID })
	if j < 0 || now.Events[j].Note == nil || now.Events[j].Note.Internal {
		receipt = receipt.Back(now)
		w.report.receipt(h.Issue.Key, receipt, w.desk.names)
		return write, receipt, nil
	}
	r, err := w.told(ctx, now.Issue, receipt)
	if err != nil {
		return write, receipt, err
	}
	return write, *r, nil
}

// internalOnly reports whether none of the entries is for the customer.
func internalOnly(of map[string]ledger.Entry) bool {
	for _, e := range of {
		if e.Audience == enforcer.Public {
			return false
		}
	}
	return true
}
