package config

import (
	"testing"
	"time"

	"slabridge/enforcer/calendar"
)

// TestHoursAsPeopleWriteThem: how an administrator may write the hours of a contract, without any fault or warning, and
// when one business day from a moment is due by them. In March 2024 Thursday 21 to Monday 25 are days off in
// Kazakhstan.
func TestHoursAsPeopleWriteThem(t *testing.T) {
	for _, c := range []struct{ calendar, from, due string }{
		{`{hours: "Пн-Пт 09:00-18:00"}`, "Fri 2024-03-15 17:30", "Mon 2024-03-18 17:30"},
		{`{hours: "Понедельник – Пятница 09:00–18:00"}`, "Fri 2024-03-15 17:30", "Mon 2024-03-18 17:30"},
		{`{hours: "Monday - Friday 09:00 - 18:00"}`, "Fri 2024-03-15 17:30", "Mon 2024-03-18 17:30"},
		// Fridays close before the cut-off of 17:30, and that is no fault
		{`{hours: "Mon-Thu 09:00-18:00; Fri 09:00-16:45"}`, "Thu 2024-03-14 17:30", "Fri 2024-03-15 16:45"},
		// days off: the country's, or none
		{`{hours: "Mon-Fri 09:00-18:00"}`, "Wed 2024-03-20 12:00", "Tue 2024-03-26 12:00"},
		{`{hours: "Mon-Fri 09:00-18:00", days: none}`, "Wed 2024-03-20 12:00", "Thu 2024-03-21 12:00"},
		{`{days: none}`, "Fri 2024-03-22 12:00", "Mon 2024-03-25 12:00"},
		// round the clock, every day of the year
		{`{hours: 24x7}`, "Wed 2024-03-20 23:30", "Thu 2024-03-21 23:30"},
		{`{hours: "24/7", days: none}`, "Sat 2024-03-23 03:00", "Sun 2024-03-24 03:00"},
	} {
		cfg, faults := loadWith(t, "calendar: "+c.calendar)
		if cfg == nil || len(faults) > 0 {
			t.Errorf("%s: %v", c.calendar, faults)
			continue
		}
		cal := cfg.Contracts[0].Calendar
		from, err := time.ParseInLocation("Mon 2006-01-02 15:04", c.from, cal.Location())
		if err != nil {
			t.Fatal(err)
		}
		due, err := cal.DueAt(from, calendar.Term{N: 1, Unit: calendar.BusinessDays}, nil)
		if got := due.Format("Mon 2006-01-02 15:04"); err != nil || got != c.due {
			t.Errorf("%s: 1bd from %s is due %s, %v; want %s", c.calendar, c.from, got, err, c.due)
		}
	}
}

// TestOwnContractRoundTheClock: hours of 24x7 need no days off in a contract of one's own.
func TestOwnContractRoundTheClock(t *testing.T) {
	for hours, want := range map[string]bool{"24x7": true, "Mon-Sun 00:00-24:00": false} {
		src := newSource("own.yaml")
		readContract(src,
			complete(t, "testdata/base-contract.yaml", []byte("calendar: {zone: Asia/Almaty, hours: \""+hours+"\"}\n")),
			daySource{})
		if got := src.faults.At(Error) == nil; got != want {
			t.Errorf("hours %s without days: well %v, want %v: %v", hours, got, want, src.faults)
		}
	}
}
