package engine_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/outbox"
)

// unprivate takes the wish to be private out of requests to change what has one of the prefixes, as a proxy or a plugin
// does that does not know it. Requests for what has the prefix away break off.
func (w *world) unprivate(away string, prefixes ...string) {
	w.sim.Use(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if away != "" && strings.HasPrefix(r.URL.Path, away) {
				panic(http.ErrAbortHandler)
			}
			for _, prefix := range prefixes {
				if r.Method == http.MethodPut && strings.HasPrefix(r.URL.Path, prefix) {
					body, err := io.ReadAll(r.Body)
					if err != nil {
						panic(err) // it is in memory
					}
					body = bytes.ReplaceAll(body, []byte(`"private_notes":true`), []byte(`"x":0`))
					r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
				}
			}
			next.ServeHTTP(rw, r)
		})
	})
}

// alarms are those of the world's connection.
func (w *world) alarms() []ledger.Alarm {
	w.t.Helper()
	out, err := w.ledger.Alarms(w.t.Context(), "helpdesk")
	w.do(err)
	return out
}

// settleAll is the human who has looked.
func (w *world) settleAll() {
	w.t.Helper()
	for _, a := range w.alarms() {
		_, err := w.ledger.Settle(w.t.Context(), w.now(), "", a.Subject, "olga")
		w.do(err)
	}
}

// Each way in which an internal comment could be public after all: what came out public is taken back at once,
// reported, and nothing internal is written any more until a human has looked. Then everything is told, once and
// internally.
func TestInternalCommentComesOutPublic(t *testing.T) {
	const warn, due = "2026-03-16 10:10", "2026-03-16 10:20:01"
	hidden := []string{"+acknowledge/start", "respond/warn-50", "respond/due"}
	// the due moment has overtaken the warning when it can be told again
	erased := []string{"+acknowledge/start", "respond/due"}
	for _, c := range []struct {
		name  string
		spoil func(w *world)
		mend  func(w *world)
		state enforcer.EntryState
		back  connectors.Retraction
		says  []string
		want  []string // said in the end
	}{
		{
			name: "the right is lost between the check and the write",
			spoil: func(w *world) {
				w.intercept(http.MethodPut, "/issues/1.json", func(*http.Request) {
					w.sim.RevokePermission("SLA bot", "set_notes_private")
				})
			},
			mend:  func(w *world) { w.sim.GrantPermission("SLA bot", "set_notes_private") },
			state: enforcer.Refused, back: connectors.Erased,
			says: []string{"came out public and was taken back (erased); mail about it may have gone out"}, want: erased,
		},
		{
			name:  "a proxy drops the private flag",
			spoil: func(w *world) { w.unprivate("", "/issues/") },
			state: enforcer.Done, back: connectors.MadeInternal,
			says: []string{"came out public and was taken back (made internal); mail about it may have gone out"}, want: hidden,
		},
		{
			name:  "a plugin drops the private flag everywhere",
			spoil: func(w *world) { w.unprivate("", "/issues/", "/journals/") },
			state: enforcer.Refused, back: connectors.Erased,
			says: []string{"came out public and was taken back (erased)"}, want: erased,
		},
		{
			name: "and our account may not edit its notes",
			spoil: func(w *world) {
				w.unprivate("", "/issues/")
				w.sim.RevokePermission("SLA bot", "edit_own_issue_notes")
			},
			mend:  func(w *world) { w.sim.GrantPermission("SLA bot", "edit_own_issue_notes") },
			state: enforcer.Refused,
			says: []string{
				`"Edit own notes" (edit_own_issue_notes)`, "is public: the customer can read journal:",
				"take it back in the tracker",
			}, want: hidden,
		},
		{
			name:  "and the tracker is away before it is taken back",
			spoil: func(w *world) { w.unprivate("/journals/", "/issues/") },
			state: enforcer.Refused, says: []string{"is public: the customer can read journal:"}, want: hidden,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, "2026-03-16 10:00")
			id := w.issue("critical", "Server down")
			w.pass()
			c.spoil(w)
			r := w.passAt(warn)
			for _, part := range c.says {
				if !strings.Contains(problems(r), part) || !strings.Contains(problems(r), "grave=true") {
					t.Errorf("problems lack %q: %s", part, problems(r))
				}
			}
			e := w.row(id, "respond/warn-50")
			if e.State != c.state || e.Receipt == nil || !e.Receipt.Public || e.Receipt.TakenBack != c.back || r.Exposed != 1 {
				t.Errorf("the entry is %s with the receipt %+v, %d exposed", e.State, e.Receipt, r.Exposed)
			}
			if got := len(w.notes("customer1", id)); c.back != "" && got != 1 {
				t.Errorf("the customer reads %d comments of ours", got)
			}

			// nothing internal follows, whatever is mended, until a human has looked; what is still public is tried again
			w.sim.Use(nil)
			if c.mend != nil {
				c.mend(w)
			}
			r = w.passAt(due)
			w.passAt("2026-03-16 10:21")
			if got := w.row(id, "respond/due"); got.State != enforcer.Held || got.Reason.Code != "leak" ||
				!strings.Contains(problems(r), "slabridge ledger settle journal:") {
				t.Errorf("respond/due is %s %s, problems %s", got.State, got.Reason.Code, problems(r))
			}
			if got := len(w.notes("customer1", id)); got != 1 {
				t.Errorf("the customer still reads %d comments of ours", got)
			}

			w.settleAll()
			_, err := w.ledger.Retry(t.Context(), w.now(), ledger.Filter{}, outbox.SendableFrom)
			w.do(err)
			w.passAt("2026-03-16 10:23")
			w.run("2026-03-16 10:40")
			w.wantSaid(id, c.want...)
			if got := len(w.notes("customer1", id)); got != 1 {
				t.Errorf("in the end the customer reads %d comments of ours", got)
			}
		})
	}
}

// The answer to a write is lost and the comment is public: whoever looks for its mark takes it back.
func TestPublicCommentFoundAfterALostAnswer(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	id := w.issue("critical", "Server down")
	w.pass()
	w.set(at("2026-03-16 10:10"))
	w.intercept(http.MethodPut, "/issues/1.json", func(*http.Request) {
		w.sim.Use(nil)
		panic(http.ErrAbortHandler)
	})
	if _, err := w.engine.Pass(t.Context()); connectors.ClassOf(err) != connectors.Unknown {
		t.Fatalf("the pass gave %v", err)
	}
	sent := w.row(id, "respond/warn-50").Write.Comment.Text
	_, err := w.sim.As("sla-bot").Comment(id, sent) // the late effect, without the flag
	w.do(err)
	r := w.passAt("2026-03-16 10:13")
	if !strings.Contains(problems(r), "came out public and was taken back (made internal)") {
		t.Errorf("problems %s", problems(r))
	}
	w.wantSaid(id, "+acknowledge/start", "respond/warn-50")
	if got := len(w.notes("customer1", id)); got != 1 {
		t.Errorf("the customer reads %d comments of ours", got)
	}
}

// A person who makes our internal comment public later wins: it is left, and told of once.
func TestInternalCommentMadePublicByAPerson(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	id := w.issue("critical", "Server down")
	w.run("2026-03-16 10:12")
	w.do(w.sim.As("admin").HideNote(w.notes("admin", id)[1].id, false))
	var told []string
	for _, moment := range []string{"2026-03-16 11:20", "2026-03-16 12:40", "2026-03-17 10:00"} {
		r := w.passAt(moment)
		for line := range strings.Lines(problems(r)) {
			if strings.Contains(line, "made our internal comment") {
				told = append(told, line)
			}
		}
	}
	if len(told) != 1 || !strings.Contains(told[0], "grave=true somebody made our internal comment journal:") {
		t.Errorf("told %q", told)
	}
	if notes := w.notes("customer1", id); len(notes) < 2 || notes[1].private || notes[1].steps[0] != "respond/warn-50" {
		t.Errorf("the customer reads %+v: it was taken back", notes)
	}
	if got := w.alarms(); len(got) != 1 || got[0].Kind != ledger.MadePublic || got[0].Open() {
		t.Errorf("alarms %+v", got)
	}
	if got := w.row(id, "respond/due").State; got != enforcer.Done {
		t.Errorf("what comes later is %s", got)
	}
}
