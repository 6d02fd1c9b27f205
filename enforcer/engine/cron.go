package engine

import (
	"strings"
	"time"

	"slabridge/config/message"
	"slabridge/enforcer"

	"github.com/robfig/cron/v3"
)

// ParseSchedule checks a cron text: five fields with an optional CRON_TZ=Zone before them, or @every 1m and its
// kin. It gives the first moments after now at which it fires, for people to see; a text that never fires is an
// error.
func ParseSchedule(text string, now time.Time) (next []time.Time, err error) {
	s, err := parseCron(text)
	if err != nil {
		return nil, err
	}
	// the parser makes a second of anything shorter
	if every, ok := strings.CutPrefix(text, "@every "); ok {
		if d, err := time.ParseDuration(every); err == nil && d < time.Second {
			return nil, message.Errorf("schedule %q: less than a second", text)
		}
	}
	for range 3 {
		if now = s.Next(now); now.IsZero() {
			return nil, message.Errorf("schedule %q never fires", text)
		}
		next = append(next, now)
	}
	return next, nil
}

// parseCron parses a cron text. Its zone is one of those that travel in the program; the library would ask the
// machine for its own.
func parseCron(text string) (cron.Schedule, error) {
	fields, zone := text, (*time.Location)(nil)
	for _, prefix := range []string{"CRON_TZ=", "TZ="} {
		if after, ok := strings.CutPrefix(text, prefix); ok {
			name, rest, _ := strings.Cut(after, " ")
			loc, err := enforcer.LoadZone(name)
			if err != nil {
				return nil, message.Errorf("schedule %q: %w", text, err)
			}
			fields, zone = strings.TrimSpace(rest), loc
			break
		}
	}
	s, err := cron.ParseStandard(fields)
	if err != nil {
		return nil, message.Errorf(
			"schedule %q: %w; write @every 1m, or five fields: minute hour day month weekday",
			text,
			err,
		)
	}
	if spec, ok := s.(*cron.SpecSchedule); ok && zone != nil {
		spec.Location = zone
	}
	return s, nil
}

// everyMinute is how many beginnings of a cron line are looked at for two that are a minute apart.
const everyMinute = 100

// CheckPeriod checks the cron line of a duty's period as of now, in the contract's zone: one that never fires is an
// error. It reports whether the line fires every minute, if only in some hours: then each minute would be a period.
func CheckPeriod(line string, now time.Time, zone *time.Location) (minutely bool, err error) {
	if enforcer.Periods(line, now, now, zone) != nil { // a quarter, and the like
		return false, nil
	}
	s, err := parseCron(line)
	if err != nil {
		return false, err
	}
	at := s.Next(now.In(zone))
	if at.IsZero() {
		return false, message.Errorf("period %q never begins: no date is like that", line)
	}
	for range everyMinute {
		next := s.Next(at)
		if next.IsZero() {
			break
		}
		if next.Sub(at) <= time.Minute {
			return true, nil
		}
		at = next
	}
	return false, nil
}

// cronPeriods lists the periods of a cron line that begin at or after since and not after now, and the next one.
func cronPeriods(text string, since, now time.Time, zone *time.Location) ([]enforcer.Period, error) {
	s, err := parseCron(text)
	if err != nil {
		return nil, err
	}
	spec, ok := s.(*cron.SpecSchedule)
	if !ok {
		return nil, message.Errorf("schedule %q has no local times; write five fields: minute hour day month weekday", text)
	}
	if spec.Location != time.Local { // the library's word for a line that names no zone
		zone = spec.Location
	}
	spec.Location = time.UTC
	list := enforcer.LocalPeriods(spec.Next, since, now, zone, maxPeriods)
	if len(list) > maxPeriods {
		return nil, message.Errorf("%q begins more than %d times since %s: that is no duty",
			text, maxPeriods, since.In(zone).Format(time.DateOnly))
	}
	return list, nil
}
