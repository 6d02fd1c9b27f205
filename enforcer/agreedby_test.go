package enforcer_test

import (
	"maps"
	"testing"
	"time"

	"slabridge/config"
	"slabridge/enforcer"
)

// vendorStory is a fault of Monday 16 March 2026, 10:00, under vendor-kz, to which people act one after the other.
type vendorStory struct {
	*testing.T
	contract *enforcer.Contract
	request  enforcer.Request
	state    enforcer.State
}

func newVendorStory(t *testing.T) *vendorStory {
	t.Helper()
	c, err := config.Preset("vendor-kz")
	if err != nil {
		t.Fatal(err)
	}
	s := &vendorStory{T: t, contract: c, state: enforcer.State{
		Covered: true, Status: enforcer.New, Severity: "fault", Assignee: person("support"), Fields: map[string]string{},
	}}
	s.request = enforcer.Request{Key: "#1", CreatedAt: s.at(16, "10:00:00"), ReceivedAt: s.at(16, "10:00:00")}
	s.act(16, "10:00:00", "customer", "", func(*enforcer.State) {})
	return s
}

func (s *vendorStory) at(day int, clock string) time.Time {
	s.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04:05", "2026-03-01 "+clock, s.contract.Zone())
	if err != nil {
		s.Fatal(err)
	}
	return at.AddDate(0, 0, day-1)
}

func (s *vendorStory) act(day int, clock, by string, note enforcer.Audience, change func(*enforcer.State)) {
	s.Helper()
	before := s.state
	s.state.Fields = maps.Clone(s.state.Fields)
	change(&s.state)
	if s.state.DueDate != before.DueDate {
		s.state.DueDateBy = person(by)
	}
	s.request.Moments = append(s.request.Moments, enforcer.Moment{
		Event: clock, At: s.at(day, clock), By: person(by), Note: note, State: s.state,
		StatusSet: len(s.request.Moments) == 0 || s.state.Status != before.Status,
	})
}

// promise is the cycle of keep-agreed-date as of a moment.
func (s *vendorStory) promise(day int, clock string) enforcer.Cycle {
	s.Helper()
	for _, c := range enforcer.Evaluate(s.contract, &s.request, s.at(day, clock)).Cycles {
		if c.Obligation.ID == "keep-agreed-date" {
			return c
		}
	}
	s.Fatal("no date was promised")
	return enforcer.Cycle{}
}

func dueOn(date string) func(*enforcer.State) {
	return func(s *enforcer.State) { s.DueDate, s.Fields["agreed"] = date, "yes" }
}

// TestWhatAgreesToALaterDate: a text may say by what else the customer agrees to a date that staff moved later; it has
// to come after the move, and in time.
func TestWhatAgreesToALaterDate(t *testing.T) {
	later := func(s *enforcer.State) { s.DueDate = "2026-03-24" }
	for _, c := range []struct {
		name  string
		says  bool // the text: a note of the customer's agrees
		note  string
		binds string
	}{
		{"nobody says anything", true, "", "2026-03-18"},
		{"the customer writes after the move", true, "13:00:00", "2026-03-24"},
		{"he wrote before it", true, "11:00:00", "2026-03-18"},
		{"the text takes no note for consent", false, "13:00:00", "2026-03-18"},
	} {
		s := newVendorStory(t)
		if c.says {
			s.contract.Obligation("keep-agreed-date").Accept = []enforcer.Condition{
				{Word: enforcer.WordNote, By: []enforcer.Role{enforcer.Customer}},
			}
		}
		s.act(16, "10:30:00", "support", enforcer.Public, dueOn("2026-03-18"))
		if c.note == "11:00:00" {
			s.act(16, c.note, "customer", enforcer.Public, func(*enforcer.State) {})
		}
		s.act(16, "12:00:00", "support", enforcer.Public, later)
		if c.note == "13:00:00" {
			s.act(16, c.note, "customer", enforcer.Public, func(*enforcer.State) {})
		}
		got := s.promise(17, "10:00:00")
		if got.Date != c.binds {
			t.Errorf("%s: %s binds, want %s", c.name, got.Date, c.binds)
		}
		if c.binds == "2026-03-24" && (got.Rests.Kind != enforcer.ConsentAccepted || got.Rests.Event != c.note) {
			t.Errorf("%s: it rests on %+v", c.name, got.Rests)
		}
	}
}

// TestAnHourBetweenResultAndStatus: a result that staff told the customer within an hour before the status was set, the
// last second of that hour included, is told with it.
func TestAnHourBetweenResultAndStatus(t *testing.T) {
	for clock, told := range map[string]bool{"15:00:00": true, "16:00:00": true, "16:00:01": false} {
		s := newVendorStory(t)
		s.act(16, "10:30:00", "support", enforcer.Public, dueOn("2026-03-18"))
		s.act(16, "15:00:00", "support", enforcer.Public, func(*enforcer.State) {})
		s.act(16, clock, "support", "", func(s *enforcer.State) { s.Status = enforcer.Resolved })
		if got := s.promise(17, "10:00:00"); (got.State == enforcer.Met) != told ||
			told && !got.EndedAt.Equal(s.at(16, clock)) {
			t.Errorf("told at 15:00:00, resolved at %s: %s, ended %s", clock, got.State, got.EndedAt)
		}
	}
}

// TestADateOfTheCustomersOwn: a date that the customer sets later than the one offered is agreed on by that; one that
// he sets back to it, or before it, is not. A date that staff set as the request came in binds like any other.
func TestADateOfTheCustomersOwn(t *testing.T) {
	s := newVendorStory(t)
	s.request.Moments = nil
	s.act(16, "10:00:00", "support", enforcer.Public, dueOn("2026-03-18"))
	if got := s.promise(17, "10:00:00"); got.Date != "2026-03-18" || got.Rests.Event != "10:00:00" {
		t.Errorf("set as it came in: %s binds, by %+v", got.Date, got.Rests)
	}
	on := func(date string) func(*enforcer.State) { return func(s *enforcer.State) { s.DueDate = date } }
	for date, binds := range map[string]string{
		"2026-03-17": "2026-03-20 12:00:00", "2026-03-18": "2026-03-20 12:00:00", "2026-03-19": "2026-03-19 13:00:00",
	} {
		s := newVendorStory(t)
		s.act(16, "10:30:00", "support", enforcer.Public, dueOn("2026-03-18"))
		s.act(16, "12:00:00", "customer", enforcer.Public, on("2026-03-20"))
		s.act(16, "13:00:00", "customer", enforcer.Public, on(date))
		if got := s.promise(17, "10:00:00"); got.Date+" "+got.Rests.Event != binds {
			t.Errorf("set to %s at last: %s binds, by %+v; want %s", date, got.Date, got.Rests, binds)
		}
	}
}
