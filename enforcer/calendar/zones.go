package calendar

import (
	"fmt"
	"time"
	_ "time/tzdata" // zones must load where the system has no zone data
)

// zoneProbes are moments that only current zone data shows right: each lies
// just after a zone gave up an offset for good.
var zoneProbes = []struct {
	zone, utc, local string
}{
	{"Asia/Almaty", "2024-03-01T04:00:00Z", "2024-03-01 09:00"},
	{"Asia/Qostanay", "2024-03-01T04:00:00Z", "2024-03-01 09:00"},
	{"Asia/Qyzylorda", "2018-12-21T04:00:00Z", "2018-12-21 09:00"},
	{"Europe/Moscow", "2014-10-26T06:00:00Z", "2014-10-26 09:00"},
}

// VerifyZones reports zone data that is too old to be trusted. The standard
// library takes ZONEINFO and the system's files before the copy inside the
// program, so an old image silently puts Almaty an hour wrong; a program must
// refuse to start then.
func VerifyZones() error {
	for _, p := range zoneProbes {
		loc, err := time.LoadLocation(p.zone)
		if err != nil {
			return fmt.Errorf("load zone %s: %w", p.zone, err)
		}
		at, err := time.Parse(time.RFC3339, p.utc)
		if err != nil {
			return fmt.Errorf("zone probe of %s: %w", p.zone, err)
		}
		if got := at.In(loc).Format("2006-01-02 15:04"); got != p.local {
			return fmt.Errorf("zone data is too old: %s is %s in %s, not %s;"+
				" update the system's tzdata, or remove it and unset ZONEINFO so that the program's own copy is used",
				p.utc, got, p.zone, p.local)
		}
	}
	return nil
}
