package notify

import "time"

// Gap is the least time between two messages of a rule.
const Gap = 5 * time.Minute

// longestSleep is the longest pause between two looks: a command that changes the ledger does not wake the messenger.
const longestSleep = time.Minute
