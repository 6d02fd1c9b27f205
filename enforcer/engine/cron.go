package engine

import (
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"slabridge/enforcer"
	"slabridge/enforcer/calendar"
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
			return nil, fmt.Errorf("schedule %q: less than a second", text)
		}
	}
	for range 3 {
		if now = s.Next(now); now.IsZero() {
			return nil, fmt.Errorf("schedule %q never fires", text)
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
			loc, err := calendar.LoadZone(name)
			if err != nil {
				return nil, fmt.Errorf("schedule %q: %w", text, err)
			}
			fields, zone = strings.TrimSpace(rest), loc
			break
		}
	}
	s, err := cron.ParseStandard(fields)
	if err != nil {
		return nil, fmt.Errorf("schedule %q: %w; write @every 1m, or five fields: minute hour day month weekday", text, err)
	}
	if spec, ok := s.(*cron.SpecSchedule); ok && zone != nil {
		spec.Location = zone
	}
	return s, nil
}

// localPeriods gives the periods of a cron line, each exactly once, whatever the clocks of the zone do. The library
// leaves out a day whose midnight does not exist and repeats an hour that comes twice; so the line is played over
// local times alone, and each is then the first moment at which the zone's clock shows it or a later one. Times that
// fall on one moment, because clocks jumped over the others, are one period with the name of the last.
type localPeriods struct {
	spec *cron.SpecSchedule
	zone *time.Location
	wall time.Time // the last local time that was given, read as UTC
}

// newLocalPeriods makes periods of a line in the contract's zone, from shortly before since on.
func newLocalPeriods(text string, since time.Time, zone *time.Location) (*localPeriods, error) {
	s, err := parseCron(text)
	if err != nil {
		return nil, err
	}
	spec, ok := s.(*cron.SpecSchedule)
	if !ok {
		return nil, fmt.Errorf("schedule %q has no local times; write five fields: minute hour day month weekday", text)
	}
	if spec.Location != time.Local { //nolint:gosmopolitan // the library's word for "none was given"
		zone = spec.Location
	}
	spec.Location = time.UTC
	// a zone may leave out a whole day
	before := since.In(zone).AddDate(0, 0, -2)
	return &localPeriods{spec, zone, wallClock(before)}, nil
}

// wallClock is what the clock shows at t, read as UTC.
func wallClock(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.Add(time.Duration(offset) * time.Second).UTC()
}

// next gives the start of the next period and its name; a zero time when the line never fires again.
func (p *localPeriods) next() (at time.Time, id string) {
	for {
		p.wall = p.spec.Next(p.wall)
		if p.wall.IsZero() {
			return time.Time{}, ""
		}
		at = calendar.FirstMoment(p.wall, p.zone)
		following := p.spec.Next(p.wall)
		if following.IsZero() || !calendar.FirstMoment(following, p.zone).Equal(at) {
			return at, p.wall.Format("2006-01-02T15:04")
		}
	}
}

// cronPeriods lists the periods of a cron line that begin at or after since and not after now, and the next one, each
// named by the local time at which it begins.
func cronPeriods(text string, since, now time.Time, zone *time.Location) ([]enforcer.Period, error) {
	p, err := newLocalPeriods(text, since, zone)
	if err != nil {
		return nil, err
	}
	at, id := p.next()
	for !at.IsZero() && at.Before(since) {
		at, id = p.next()
	}
	var out []enforcer.Period
	for !at.IsZero() {
		to, nextID := p.next()
		out = append(out, enforcer.Period{ID: id, From: at, To: to})
		if at.After(now) {
			break
		}
		if len(out) > maxPeriods {
			return nil, fmt.Errorf("%q begins more than %d times since %s: that is no duty",
				text, maxPeriods, since.In(zone).Format(time.DateOnly))
		}
		at, id = to, nextID
	}
	return out, nil
}
