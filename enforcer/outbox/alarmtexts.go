package outbox

// What an alarm says.
const (
	anotherWrites = "another slabridge, installation %s, writes here under our account " +
		"(seen on #%s; this one is installation %s): stop one of the two for good, then, on the one that stays, " +
		"'slabridge ledger settle' with the id of the other"
	copyWrites = "a copy of this state is at work (a comment on #%s has the mark of this installation, %s, and is not " +
		"of this ledger): stop one of the two for good, then, on the one that stays, 'slabridge ledger settle %s'"
	writtenTwice = "%s on #%s says what an earlier comment of ours says: delete one of the two in the tracker, " +
		"then 'slabridge ledger settle %s'"
	cameOutPublic = "no internal comment is written since %s on #%s came out public: " +
		"find out why (a right, a plugin, a proxy), then 'slabridge ledger settle %s'"
)
