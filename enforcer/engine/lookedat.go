package engine

import (
	"time"

	"slabridge/connectors/mirror"
)

// lookedAt is what the last complete pass over a connection looked at, as far as the next one would do so again only
// because it was read shortly before (lookBack). What has not changed since, by names and a configuration that have not
// changed either, comes to the same: what time brings is on the agenda, and what people record has its issue put there.
type lookedAt struct {
	names  time.Time            // when the names were read that it rests on
	passed map[string]time.Time // when contracts were passed, by their ids
	prints map[string]mirror.Print
}

// spares reports whether the contract was passed last by this pass, with the same names and configuration.
func (l *lookedAt) spares(c *contract, names time.Time) bool {
	if l == nil || c.stale || !l.names.Equal(names) {
		return false
	}
	at, ok := l.passed[c.ID]
	return ok && at.Equal(c.cutover.PassedAt)
}
