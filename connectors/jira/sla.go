package jira

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"slabridge/connectors"
)

// slaClocks reads the service desk's clocks out of an issue as Jira gave it (connectors.Issue.Raw): the cycles that
// were completed and the one that runs, by name and start. What is no such clock is passed over.
func slaClocks(issue json.RawMessage) []connectors.Clock {
	var w wireIssue
	if json.Unmarshal(issue, &w) != nil {
		return nil
	}
	var out []connectors.Clock
	for _, raw := range w.Fields {
		var f struct {
			Name      string      `json:"name"`
			Completed *[]slaCycle `json:"completedCycles"`
			Ongoing   *slaCycle   `json:"ongoingCycle"`
		}
		if json.Unmarshal(raw, &f) != nil || f.Completed == nil {
			continue
		}
		for _, c := range *f.Completed {
			out = append(out, c.clock(f.Name, false))
		}
		if f.Ongoing != nil {
			out = append(out, f.Ongoing.clock(f.Name, true))
		}
	}
	slices.SortFunc(out, func(a, b connectors.Clock) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), a.Started.Compare(b.Started))
	})
	return out
}

type slaDate struct {
	Millis int64 `json:"epochMillis"`
}

func (d *slaDate) time() time.Time {
	if d == nil || d.Millis == 0 {
		return time.Time{}
	}
	return time.UnixMilli(d.Millis).UTC()
}

type slaLength struct {
	Millis int64 `json:"millis"`
}

func (l *slaLength) duration() time.Duration {
	if l == nil {
		return 0
	}
	return time.Duration(l.Millis) * time.Millisecond
}

type slaCycle struct {
	Start     *slaDate   `json:"startTime"`
	Stop      *slaDate   `json:"stopTime"`
	Breach    *slaDate   `json:"breachTime"`
	Breached  bool       `json:"breached"`
	Paused    bool       `json:"paused"`
	Goal      *slaLength `json:"goalDuration"`
	Elapsed   *slaLength `json:"elapsedTime"`
	Remaining *slaLength `json:"remainingTime"`
}

func (c slaCycle) clock(name string, ongoing bool) connectors.Clock {
	return connectors.Clock{
		Name: name, Ongoing: ongoing, Started: c.Start.time(), Stopped: c.Stop.time(), Breach: c.Breach.time(),
		Breached: c.Breached,
		Paused:   c.Paused, Goal: c.Goal.duration(), Elapsed: c.Elapsed.duration(), Remaining: c.Remaining.duration(),
	}
}
