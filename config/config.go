// Package config turns what an admin wrote into plain, validated values: connections, mappings and contracts,
// from slabridge.yaml, the contract files it names and the presets that travel inside the program.
//
// One decoder reads all of them: slabridge.yaml, contract files, presets and calendars. A file is either good or
// refused whole, with every fault of it at once: file and line, the path in the admin's own YAML, the value seen, what
// is accepted, and what was probably meant. Keys are strict and names of the tracker are taken as they stand: nothing
// is folded, split at dots or converted. Secrets come from the environment or from files, and neither a fault nor a
// printed value ever shows one.
//
// It is the only importer of viper, which serves the settings of the service alone (state, listen, log, limits,
// with their environment variables), and of the YAML library. It reads files and the environment, never the
// clock, the network or a tracker: whether a name exists there is for mapping to find out.
package config

import (
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/calendar"
	"slabridge/mapping"
)

// Config is a configuration that can be used.
type Config struct {
	Path     string // the file it was read from
	State    string // path of the SQLite file
	Language string // of comments, where the contract has none of its own
	Listen   string // host:port, "" when nothing is to listen
	Web      Web
	Log      Log
	Limits   Limits

	Connections []Connection
	Mappings    []mapping.Mapping
	Contracts   []Contract
	Texts       []Text
	Channels    []Channel
	Notify      []Notify
	// Fingerprint changes with everything that can move a deadline: contracts, calendar data and mappings.
	Fingerprint string

	source     *source
	contractAt map[string]int // positions in Contracts
}

// Line is where the path of the admin's YAML ("mappings[0].roles[1].lead") stands in the file, or what is around
// it: faults that others find, against the live tracker, are shown like our own.
func (c *Config) Line(path string) int { return c.source.line(path) }

// Log is how much is logged, and in which form.
type Log struct {
	Level  string // debug, info, warn or error
	Format string // text or json
}

// Limits stop the program before it does damage.
type Limits struct {
	WritesPerPass int           // more than this in one pass are held for a human
	ClockSkew     time.Duration // against the tracker; above it all writes are held
	LateAfter     time.Duration // what is due and not done for longer makes slabridge itself late
}

// Connection is one tracker under one account.
type Connection struct {
	ID            string
	Kind          connectors.Kind
	URL           string // without a slash at the end
	Auth          Auth
	Poll          string        // cron text, checked for its shape only
	RatePerSecond float64       // requests, on average; 0 is no limit
	Concurrency   int           // requests at the same time
	Timeout       time.Duration // of one request
	WatchIssue    string        // the key of the issue that is told when slabridge itself is late; "" for none
	Projects      []string      // followed beside those of the contracts; AllProjects among them: every one
	Query         string        // a further condition of what is followed, in the tracker's language; "" for none
	Webhook       Secret        // of the webhooks that the tracker may send; empty: none are taken
	Way           Way           // over which the tracker is reached
}

// Auth is the account. A secret that could not be had is empty, and a fault of level NoSecret.
type Auth struct {
	Way    string // the key that the secret has under `auth`: api_key, token or pat
	User   string
	Secret Secret
}

// Contract is a contract as the admin uses it: the text with the changes, and where it applies.
type Contract struct {
	*enforcer.Contract
	MappingID  string
	Connection string
	Scope      mapping.Scope
	// EnforceFrom is the cutover: nothing is written about what lies before it; zero: the first pass.
	EnforceFrom time.Time
	// Sources are the texts that it was made of, oldest version first.
	Sources []Source
	// Spec is what the contract's calendar was made of.
	Spec calendar.Spec
	// Duties for which an issue is created in each period, and Account what the cost of changes is measured by.
	Duties  []Duty
	Account *Account
	// Fingerprint changes with everything in the contract that can move a deadline.
	Fingerprint string

	fields []string // ids of mapped fields that its texts speak of
}

// Source is a contract's text as it was read.
type Source struct {
	Name string // of the file, or preset:kamal
	YAML []byte
}

// Duty is one thing that a contract asks for in each of its periods, and the issue to be created for it.
type Duty struct {
	enforcer.Recurrence
	Issue mapping.Duty
}

// Account is what the cap on the cost of changes is measured by. Amounts are hundredths of the currency.
type Account struct {
	Sum        int64
	Currency   string
	Rate       int64          // of an hour of booked time; 0: the mapped field `cost` of each request is its cost
	Changes    []mapping.When // which requests are changes
	WatchIssue string         // the key of the issue that is told
}

// Text is a comment text that takes the place of a built-in one.
type Text struct {
	ID   string
	Lang string // one of message.Languages
	Text string
	Path string // in the admin's file: "texts[0]"
}

// Connection finds a connection by id, nil when there is none.
func (c *Config) Connection(id string) *Connection {
	return find(c.Connections, func(x *Connection) bool { return x.ID == id })
}

// Mapping finds a mapping by id, nil when there is none.
func (c *Config) Mapping(id string) *mapping.Mapping {
	return find(c.Mappings, func(x *mapping.Mapping) bool { return x.ID == id })
}

// Contract finds a contract by id, nil when there is none.
func (c *Config) Contract(id string) *Contract {
	if len(c.contractAt) == len(c.Contracts) {
		if i, there := c.contractAt[id]; there {
			return &c.Contracts[i]
		}
		return nil
	}
	return find(c.Contracts, func(x *Contract) bool { return x.ID == id })
}

func find[T any](list []T, is func(*T) bool) *T {
	for i := range list {
		if is(&list[i]) {
			return &list[i]
		}
	}
	return nil
}

// Channel finds a channel by id, nil when there is none.
func (c *Config) Channel(id string) *Channel {
	return find(c.Channels, func(x *Channel) bool { return x.ID == id })
}
