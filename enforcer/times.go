package enforcer

import "time"

// correctionTime is the working time within which a reopening by staff is a correction, not a new beginning
// (docs/contracts.md, "What holds for every contract").
const correctionTime = time.Hour

// CarriedOutWithin is how long after a deadline, or after the opening that an internal step waits for, the act that an
// escalation promises is still carried out in time: a poll, a write and its reading back, with room for many at once
// (docs/contracts.md, `escalation`). Plain time.
const CarriedOutWithin = 10 * time.Minute

// tellingTime is how long before a resolution its result may have been told: people write the comment first and set
// the status after it.
const tellingTime = time.Hour
