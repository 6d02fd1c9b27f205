package notify

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/outbox"
)

// progress is the position up to which a rule has reported changes.
type progress struct {
	Chains map[string]int64     `json:"chains"`           // the last link of each connection's chain
	Alarms map[string]bool      `json:"alarms,omitempty"` // told, by what they are about
	Late   map[string]time.Time `json:"late,omitempty"`   // since when each connection is late, as was told
	Bad    map[string]string    `json:"bad,omitempty"`    // what is wrong with each connection, as was told
	At     time.Time            `json:"at,omitzero"`      // of the last message
	Digest time.Time            `json:"digest,omitzero"`  // up to which moment of the schedule digests were made
}

func readProgress(text string) (t progress, known bool, err error) {
	if text != "" {
		err = json.Unmarshal([]byte(text), &t)
	}
	if t.Late == nil {
		t.Late = map[string]time.Time{}
	}
	if t.Chains == nil {
		t.Chains = map[string]int64{}
	}
	if t.Alarms == nil {
		t.Alarms = map[string]bool{}
	}
	if t.Bad == nil {
		t.Bad = map[string]string{}
	}
	return t, text != "", err
}

func (t *progress) text() string {
	b, err := json.Marshal(t)
	if err != nil {
		panic(err) // only for times that no clock gives
	}
	return string(b)
}

// gatherer finds what a rule has not told yet.
type gatherer struct {
	*Teller
	rule     *Rule
	progress *progress
	events   []Event
}

// begin marks what the ledger has as reported: a rule reports what comes after its first look, and what still lasts
// then.
func (g *gatherer) begin(ctx context.Context) error {
	for _, c := range g.places() {
		chain, err := g.Ledger.Chain(ctx, c)
		if err != nil {
			return err
		}
		g.progress.Chains[c] = chain.Records
	}
	alarms, err := g.Ledger.Alarms(ctx, "")
	for i := range alarms {
		g.progress.Alarms[alarmKey(&alarms[i])] = true
	}
	g.progress.Digest = g.Clock()
	return err
}

// places are the connections whose changes a rule tells: the trackers', and the other channels'.
func (g *gatherer) places() []string {
	out := slices.Clone(g.Connections)
	for _, c := range g.Channels {
		if c != g.rule.Channel {
			out = append(out, ledger.ChannelConnection(c))
		}
	}
	return out
}

// gather finds the events, and moves progress on.
func (g *gatherer) gather(ctx context.Context) error {
	for _, c := range g.places() {
		if err := g.changes(ctx, c); err != nil {
			return err
		}
	}
	if err := g.alarms(ctx); err != nil {
		return err
	}
	for _, c := range g.Connections {
		h, err := g.Ledger.Health(ctx, c)
		if err != nil {
			return err
		}
		g.late(&h)
		g.health(&h)
	}
	return nil
}

func (g *gatherer) changes(ctx context.Context, connection string) error {
	for more := true; more; {
		var list []ledger.Change
		var err error
		list, g.progress.Chains[connection], more, err = g.Ledger.Changes(ctx, connection, g.progress.Chains[connection],
			enforcer.Done, enforcer.Held, enforcer.Refused)
		if err != nil {
			return err
		}
		for i := range list {
			if err := g.step(ctx, &list[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// step makes events of a step that was taken, held or refused. One change is at most one event: the first kind that the
// rule wants.
func (g *gatherer) step(ctx context.Context, c *ledger.Change) error {
	e := Event{
		ID: c.ID, Connection: c.Key.Connection, Issue: c.IssueKey, Subject: c.Subject, Contract: c.Key.Contract,
		Severity: c.Severity, Obligation: c.Key.Obligation, Source: c.Source, Step: c.Key.Step, State: c.To,
		At: c.Moment, Due: c.Due, why: c.Reason.Text,
	}
	if c.Write != nil && c.Write.Message != nil {
		e.Contract = "" // belongs to no contract, and every rule about refusals reports it
	}
	if c.To == enforcer.Refused {
		e.why = enforcer.Recalled(c.Error)
	}
	kinds := []Kind{kindOf(c)}
	switch {
	case c.To.WaitsForHuman(c.Reason.Code):
		kinds = append(kinds, Held)
	case c.To == enforcer.Refused:
		kinds = append(kinds, Refused)
	case c.To == enforcer.Done: // one that was held or refused before was reported then
		again, err := g.toldBefore(ctx, c.ID)
		if err != nil || again {
			return err
		}
	}
	for _, e.Kind = range kinds {
		if g.add(e) {
			return nil
		}
	}
	return nil
}

func (g *gatherer) toldBefore(ctx context.Context, entry string) (bool, error) {
	history, err := g.Ledger.History(ctx, entry)
	return slices.ContainsFunc(history, func(t ledger.Transition) bool {
		return t.State == enforcer.Held || t.State == enforcer.Refused
	}), err
}

// kindOf is what a step tells of its deadline, "" for nothing.
func kindOf(c *ledger.Change) Kind {
	switch {
	case c.Breach, c.Key.Step == "due":
		return Due
	case strings.HasPrefix(c.Key.Step, "warn"):
		return Warn
	}
	return ""
}

// add keeps an event that the rule is about.
func (g *gatherer) add(e Event) bool {
	if !g.rule.takes(&e) {
		return false
	}
	g.events = append(g.events, g.event(g.rule, e))
	return true
}

func alarmKey(a *ledger.Alarm) string {
	return strings.Join([]string{a.Connection, string(a.Kind), a.Issue, a.Subject, a.RaisedAt.Format(time.RFC3339)}, " ")
}

func (g *gatherer) alarms(ctx context.Context) error {
	alarms, err := g.Ledger.Alarms(ctx, "")
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for i := range alarms {
		a := &alarms[i]
		key := alarmKey(a)
		if known[key] = true; g.progress.Alarms[key] {
			continue
		}
		g.add(Event{
			ID: key, Kind: Alarm, Connection: a.Connection, Issue: a.IssueKey, At: a.At,
			why: outbox.AlarmText(*a, g.Ledger.Installation()),
		})
	}
	g.progress.Alarms = known
	return nil
}

func (g *gatherer) late(h *ledger.Health) {
	since, was := h.LateSince, g.progress.Late[h.Connection]
	switch {
	case since.IsZero() && !was.IsZero():
		g.add(Event{ID: h.Connection, Kind: Late, Connection: h.Connection, At: was, Over: true})
		delete(g.progress.Late, h.Connection)
	case !since.IsZero() && was.IsZero():
		g.add(Event{ID: h.Connection, Kind: Late, Connection: h.Connection, At: since})
		g.progress.Late[h.Connection] = since
	}
}

// health tells of passes that have failed for longer than LateAfter, and of faults: a tracker that is away for a minute
// is not reported.
func (g *gatherer) health(h *ledger.Health) {
	bad, why := "", enforcer.Text(nil)
	switch {
	case h.Error != "" && h.PassedAt.Sub(h.GoodAt) >= g.LateAfter:
		bad, why = "failed", enforcer.Recalled(h.Error)
	case h.Error == "" && len(h.Faults) > 0:
		bad, why = "faults", enforcer.Recalled(h.Faults[0])
	}
	was := g.progress.Bad[h.Connection]
	switch {
	case bad == was:
	case bad == "" && h.Error != "": // it has failed, but not for LateAfter yet
	case bad == "":
		g.add(Event{ID: h.Connection, Kind: Health, Connection: h.Connection, At: h.PassedAt, Over: true})
		delete(g.progress.Bad, h.Connection)
	default:
		g.add(Event{ID: h.Connection, Kind: Health, Connection: h.Connection, At: h.PassedAt, why: why})
		g.progress.Bad[h.Connection] = bad
	}
}
