// Package redminesim is a stand-in for Redmine's REST API: an http.Handler over an in-memory
// tracker that behaves as real Redmine servers were seen to behave, the unhelpful parts included.
//
// What it promises. A behaviour is here because a real Redmine showed it, and the conformance suite
// of the connectors holds both to the same questions. Above all that means the silences: a PUT is
// answered 204 whether it did everything, a part or nothing; a private note of a role that may not
// write private notes becomes public; a list asked with a wrong key is an empty list where login is
// not required. Times are UTC and whole seconds, taken from the clock that was handed in; nothing
// else about the machine is consulted, so the package runs inside a testing/synctest bubble.
//
// What it never does. It never guesses: a request whose answer is not modelled gets 501 and a JSON
// error that names what is missing, so a test cannot pass on an invention. It never uses the
// network by itself, never writes a file, never sends mail, and never checks whether a caller
// is kind: a fault that was asked for (sim.Front.Use, Server.StaleNext) hits whoever comes.
//
// Vocabulary. A Server holds one world, built by NewLab (the one the conformance suite expects of
// a live instance too) or NewDesk (one support desk, for demonstrations). A Person, got by
// Server.As, acts in that world the way somebody at the web forms would: under the same rights and
// workflow as over REST, except that what REST would leave undone in silence comes back as an
// error. Methods of Server itself are the administrator's: they obey nobody. A call is one request:
// its methods are the handlers, a file for each part of the API.
package redminesim
