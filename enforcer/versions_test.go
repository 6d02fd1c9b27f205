package enforcer_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"slabridge/config"
	"slabridge/enforcer"
	"slabridge/enforcer/calendar"
)

// TestVersionsOfAText evaluates a request that left the contract and came back after its text had changed: each stay is
// judged by the text of its day, the cycles are counted through, and the next moment is the soonest of both.
func TestVersionsOfAText(t *testing.T) {
	now, before := kamal(false), kamal(false)
	before.ValidTo, before.Version = almaty(t, "2026-03-17 00:00"), "0"
	now.ValidFrom, now.Earlier = before.ValidTo, []*enforcer.Contract{before}
	state := func(covered bool) enforcer.State {
		project := map[bool]string{true: "first", false: "other"}[covered]
		return enforcer.State{Covered: covered, Project: project, Status: enforcer.New, Severity: "noncritical"}
	}
	support := enforcer.Person{ID: "2", Role: enforcer.Support}
	moment := func(event, at string, covered bool) enforcer.Moment {
		return enforcer.Moment{Event: event, At: almaty(t, at), By: support, State: state(covered)}
	}
	for _, c := range []struct {
		name    string
		moments []enforcer.Moment
		at      string
		want    string
	}{
		{
			"first under the old text",
			[]enforcer.Moment{moment("created", "2026-03-16 10:00", true)},
			"2026-03-17 10:30",
			"kamal 0: respond created no 1 breached, text 0; next 2026-03-17 14:30",
		},
		{
			"then under the new one",
			[]enforcer.Moment{
				moment("created", "2026-03-16 10:00", true), moment("journal:1", "2026-03-16 10:30", false),
				moment("journal:2", "2026-03-17 10:00", true),
			},
			"2026-03-17 10:30",
			"kamal 1: respond created no 1 cancelled, text 0; respond journal:2 no 2 running, text 1; next 2026-03-17 11:30",
		},
		{
			"never under either",
			[]enforcer.Moment{moment("created", "2026-03-16 10:00", false)},
			"2026-03-17 10:30",
			"kamal 1:; next never",
		},
	} {
		r := enforcer.Request{
			Key: "#1", CreatedAt: almaty(t, "2026-03-16 10:00"), ReceivedAt: almaty(t, "2026-03-16 10:00"),
			Moments: c.moments,
		}
		ev := enforcer.Evaluate(now, &r, almaty(t, c.at))
		got := "kamal " + ev.Contract.Version + ":"
		for _, cycle := range ev.Cycles {
			if cycle.Obligation.ID == "respond" {
				got += fmt.Sprintf(" respond %s no %d %s, text %s;", cycle.ID, cycle.Ordinal, cycle.State, cycle.Contract.Version)
			}
		}
		next := "never"
		if !ev.Next.IsZero() {
			next = ev.Next.Format("2006-01-02 15:04")
		}
		if got = strings.TrimSuffix(got, ";") + "; next " + next; got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
		if ev.Covered != (len(ev.Cycles) > 0) {
			t.Errorf("%s: covered %v with %d cycles", c.name, ev.Covered, len(ev.Cycles))
		}
	}
}

// TestPromisesBeyondTheData: a promise whose calendar ends before it is not judged, and says so in both languages; a
// pause beyond the data, too, is no deadline of 1970.
func TestPromisesBeyondTheData(t *testing.T) {
	c := kamal(true)
	state := enforcer.State{Covered: true, Status: enforcer.WaitingCustomer, Severity: "critical"}
	r := enforcer.Request{
		Key: "#1", CreatedAt: almaty(t, "2027-12-31 17:00"), ReceivedAt: almaty(t, "2027-12-31 17:00"),
		Moments: []enforcer.Moment{
			{Event: "created", At: almaty(t, "2027-12-31 17:00"), StatusSet: true, State: state},
		},
	}
	ev := enforcer.Evaluate(c, &r, almaty(t, "2028-02-01 12:00"))
	unjudged := 0
	for _, cycle := range ev.Cycles {
		if !cycle.Due.IsZero() && cycle.Due.Year() < 2027 {
			t.Errorf("%s is due %s", cycle.Obligation.ID, cycle.Due)
		}
		if cycle.Unjudged == nil {
			continue
		}
		unjudged++
		text := cycle.UnjudgedText()
		if !strings.Contains(text["ru"], "нет выходных дней 2028 года") ||
			!strings.Contains(text["en"], "no days off for 2028") {
			t.Errorf("%s: %v", cycle.Obligation.ID, text)
		}
		for _, s := range cycle.Steps {
			if !s.At.IsZero() && s.At.Year() < 2027 {
				t.Errorf("%s/%s comes %s", cycle.Obligation.ID, s.Step.ID, s.At)
			}
		}
	}
	if unjudged == 0 {
		t.Error("all is judged")
	}
	if text := (&enforcer.Cycle{}).UnjudgedText(); text != nil {
		t.Errorf("of a cycle that can be judged: %v", text)
	}
	if got := (&enforcer.Cycle{Unjudged: fmt.Errorf("why not")}).UnjudgedText(); got["ru"] != "why not" ||
		got["en"] != "why not" {
		t.Errorf("for another reason: %v", got)
	}
}

// TestANoticeMovesADeadlineLaterOnly: given in time, up to the close of its day, it moves nothing; later, the deadline
// comes so much later, and never earlier than the text has it.
func TestANoticeMovesADeadlineLaterOnly(t *testing.T) {
	c := kamal(false)
	bd := func(n int) *calendar.Term { return &calendar.Term{N: n, Unit: calendar.BusinessDays} }
	c.Obligations = []enforcer.Obligation{{
		ID: "close", Kind: enforcer.Timer, Start: enforcer.Condition{Word: enforcer.WordReceived},
		Stop: []enforcer.Condition{{Word: enforcer.WordResolved}}, NoVerdict: true,
		Rules: []enforcer.Rule{{Within: bd(5), Steps: []enforcer.Step{
			{
				ID: "told", Trigger: enforcer.Trigger{After: bd(4)},
				Comment: &enforcer.StepComment{Audience: enforcer.Public, Text: "closing-reminder"},
			},
			{ID: "warn", Trigger: enforcer.Trigger{Percent: 50}, Notice: "told"},
			{ID: "due", Trigger: enforcer.Trigger{Due: true}, Notice: "told"},
		}}},
	}}
	for _, x := range []struct{ given, by, audience, now, want, note string }{
		{"2026-03-05 10:00", "bot", "public", "2026-03-11 12:00", "2026-03-10 10:00", ""},
		{"2026-03-06 10:00", "bot", "public", "2026-03-11 12:00", "2026-03-10 10:00", ""},
		{"2026-03-06 18:00", "bot", "public", "2026-03-11 12:00", "2026-03-10 10:00", ""},
		{"2026-03-10 09:30", "bot", "public", "2026-03-11 12:00", "2026-03-11 09:30", "notice told"},
		{"2026-03-10 11:00", "bot", "public", "2026-03-12 12:00", "2026-03-11 11:00", "notice told"},
		{"2026-03-10 11:00", "bot", "internal", "2026-03-12 12:00", "2026-03-13 12:00", "notice told"},
		{"2026-03-10 11:00", "support", "public", "2026-03-12 12:00", "2026-03-13 12:00", "notice told"},
		{"", "", "", "2026-03-06 18:00", "2026-03-10 10:00", ""},
		{"", "", "", "2026-03-10 09:00", "2026-03-11 09:00", "notice told"},
	} {
		state := enforcer.State{Covered: true, Status: enforcer.New, Severity: "critical"}
		r := enforcer.Request{
			Key: "#1", CreatedAt: almaty(t, "2026-03-02 10:00"), ReceivedAt: almaty(t, "2026-03-02 10:00"),
			Moments: []enforcer.Moment{
				{Event: "created", At: almaty(t, "2026-03-02 10:00"), StatusSet: true, State: state},
			},
		}
		if x.given != "" {
			r.Moments = append(r.Moments, enforcer.Moment{
				Event: "journal:1", At: almaty(t, x.given), By: enforcer.Person{ID: "b", Role: enforcer.Role(x.by)},
				Note: enforcer.Audience(x.audience), Steps: []string{"close/told"}, State: state,
			})
		}
		ev := enforcer.Evaluate(c, &r, almaty(t, x.now))
		cycle := ev.Cycles[0]
		if due := cycle.Due.Format("2006-01-02 15:04"); due != x.want || cycle.DueNote != x.note {
			t.Errorf("told %s by %s (%s), asked %s: due %s %q, want %s %q", x.given, x.by, x.audience, x.now, due, cycle.DueNote,
				x.want, x.note)
		}
	}
}

func TestLocalPeriods(t *testing.T) {
	zone := kamal(false).Calendar.Location()
	daily := func(at time.Time) time.Time { return at.Truncate(24 * time.Hour).Add(24 * time.Hour) } // each midnight
	say := func(since, until string, limit int) string {
		var out []string
		for _, p := range enforcer.LocalPeriods(daily, almaty(t, since), almaty(t, until), zone, limit) {
			out = append(out, p.ID)
			if !p.To.Equal(p.From.AddDate(0, 0, 1)) {
				t.Errorf("%s is from %s to %s", p.ID, p.From, p.To)
			}
		}
		return strings.Join(out, " ")
	}
	for want, got := range map[string]string{
		"2026-03-16T00:00 2026-03-17T00:00 2026-03-18T00:00": say("2026-03-16 00:00", "2026-03-17 00:00", 10),
		"2026-03-17T00:00 2026-03-18T00:00":                  say("2026-03-16 00:01", "2026-03-17 12:00", 10),
		"2026-03-16T00:00 2026-03-17T00:00":                  say("2026-03-16 00:00", "2026-05-01 00:00", 1),
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	once := func(at time.Time) time.Time {
		if only := time.Date(2026, 3, 16, 9, 0, 0, 0, time.UTC); at.Before(only) {
			return only
		}
		return time.Time{}
	}
	list := enforcer.LocalPeriods(once, almaty(t, "2026-03-16 00:00"), almaty(t, "2026-05-01 00:00"), zone, 10)
	if len(list) != 1 || !list[0].From.Equal(almaty(t, "2026-03-16 09:00")) || !list[0].To.IsZero() {
		t.Errorf("one that comes once: %v", list)
	}
}

// A date agreed under one version of the text and kept under the next is kept by the text under which it was agreed.
func TestADateOutlivesItsVersion(t *testing.T) {
	turn := almaty(t, "2026-04-01 00:00")
	var versions []*enforcer.Contract
	for _, version := range []string{"0", "1"} {
		c, err := config.Preset("vendor-kz")
		if err != nil {
			t.Fatal(err)
		}
		c.Version = version
		versions = append(versions, c)
	}
	now := versions[1]
	versions[0].ValidTo, now.ValidFrom, now.Earlier = turn, turn, versions[:1]
	support := enforcer.Person{ID: "2", Role: enforcer.Support}
	customer := enforcer.Person{ID: "9", Role: enforcer.Customer}
	st := enforcer.State{Covered: true, Severity: "fault", Status: enforcer.New, Assignee: support}
	created := enforcer.Moment{
		Event: "created", At: almaty(t, "2026-03-30 10:00"), By: customer, StatusSet: true, State: st,
	}
	st.DueDate, st.DueDateBy = "2026-04-03", support
	dated := enforcer.Moment{
		Event: "journal:1", At: almaty(t, "2026-03-30 11:00"), By: support, Note: enforcer.Public, State: st,
	}
	st.Fields = map[string]string{"agreed": "yes"}
	agreed := enforcer.Moment{Event: "journal:2", At: almaty(t, "2026-03-30 11:30"), By: customer, State: st}
	st.Status = enforcer.Resolved
	kept := enforcer.Moment{
		Event: "journal:3", At: almaty(t, "2026-04-03 15:00"), By: support, Note: enforcer.Public,
		StatusSet: true, State: st,
	}
	r := enforcer.Request{
		Key: "#1", CreatedAt: created.At, ReceivedAt: created.At, Moments: []enforcer.Moment{created, dated, agreed, kept},
	}
	ev := enforcer.Evaluate(now, &r, almaty(t, "2026-04-06 10:00"))
	got := map[string]string{}
	for _, c := range ev.Cycles {
		got[c.Obligation.ID] = fmt.Sprintf("%s by text %s", c.State, c.Contract.Version)
	}
	if got["agree-due-date"] != "met by text 0" || got["keep-agreed-date"] != "met by text 0" {
		t.Errorf("the date was %v", got)
	}
}
