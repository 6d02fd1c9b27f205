package engine

import (
	"slabridge/config/message"
)

// Vanished is a contract or a connection of the ledger that the configuration lacks. Under a new name each of its steps
// would be written once more, so nothing is written on the connection until somebody says what became of it.
type Vanished struct {
	Connection string
	Contract   string // "" for the connection itself
	Entries    int    // that the ledger has of it
	// Unknown are the configured contracts of the connection of which the ledger has nothing: one may be its new name.
	Unknown []string
	// Former says that the contract is configured, under an id that was another's before that was renamed to Contract.
	Former string
}

// Why explains what the operator is to do.
func (v Vanished) Why() message.Message {
	switch {
	case v.Contract == "":
		return message.Of("connection %q is in the ledger but not in the configuration", v.Connection)
	case v.Former != "":
		return message.Of("contract %q: the ledger has entries under this id, of the contract that is called %q now; "+
			"give it another id", v.Former, v.Contract)
	}
	to := "NEW"
	if len(v.Unknown) == 1 {
		to = v.Unknown[0]
	}
	return message.Of("contract %q has entries in the ledger (%d) and is in no configuration; "+
		"if you renamed it: slabridge ledger rename %s %s; if it has ended, put it back with valid: {to: ...}",
		v.Contract, v.Entries, v.Contract, message.Verbatim(to))
}
