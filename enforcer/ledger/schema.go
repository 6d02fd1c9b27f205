package ledger

// Migrations are the ledger's tables, one string per version, oldest first; whoever opens the state file applies
// them. A published one is never edited: evidence outlives programs.
//
// Dialect: BIGINT and SMALLINT (PostgreSQL's INTEGER has 32 bits), TEXT for JSON, no autoincrement, no STRICT, no
// functions of time. Strings compare by bytes in SQLite; a PostgreSQL database is to be created with COLLATE "C".
func Migrations() []string {
	return []string{
		schema1, schema2, schemaHealth, schemaAlarms, schemaFaults, schemaEscalated, schemaAgreements, schemaGoesOn,
		schemaHolds, schemaChain, schemaRest, schemaTold, schemaRenames, schemaMeaning,
	}
}

const schema1 = `
CREATE TABLE ledger_installation (
	one        SMALLINT PRIMARY KEY CHECK (one = 1),
	id         TEXT NOT NULL,
	created_at BIGINT NOT NULL
);

CREATE TABLE ledger_lines (
	connection    TEXT NOT NULL,
	contract      TEXT NOT NULL,
	first_pass_at BIGINT NOT NULL,
	passed_at     BIGINT,
	fingerprint   TEXT NOT NULL,
	PRIMARY KEY (connection, contract)
);

CREATE TABLE ledger_entries (
	id          TEXT PRIMARY KEY,
	connection  TEXT NOT NULL,
	issue       TEXT NOT NULL,
	contract    TEXT NOT NULL,
	obligation  TEXT NOT NULL,
	cycle       TEXT NOT NULL,
	step        TEXT NOT NULL,
	issue_key   TEXT NOT NULL,
	subject     TEXT NOT NULL,
	state       TEXT NOT NULL CHECK (state IN ('intended', 'waiting', 'held', 'sent', 'done', 'refused',
	                                           'past', 'overtaken', 'needless', 'withdrawn')),
	reason      TEXT NOT NULL,
	not_before  BIGINT CHECK (not_before IS NULL OR state IN ('intended', 'waiting', 'sent')),
	moment      BIGINT NOT NULL,
	due         BIGINT,
	evidence    TEXT NOT NULL,
	request     TEXT,
	receipt     TEXT,
	error       TEXT NOT NULL,
	tries       BIGINT NOT NULL,
	recorded_at BIGINT NOT NULL,
	changed_at  BIGINT NOT NULL,
	released_at BIGINT,
	version     BIGINT NOT NULL,
	UNIQUE (connection, issue, contract, obligation, cycle, step)
);
CREATE INDEX ledger_entries_recorded ON ledger_entries (recorded_at, id);
CREATE INDEX ledger_entries_state ON ledger_entries (state, recorded_at, id);
CREATE INDEX ledger_entries_contract ON ledger_entries (contract, recorded_at, id);
CREATE INDEX ledger_entries_issue ON ledger_entries (issue, recorded_at, id);
CREATE INDEX ledger_entries_issue_key ON ledger_entries (issue_key, recorded_at, id);
CREATE INDEX ledger_entries_open ON ledger_entries (connection, state, moment)
	WHERE state IN ('intended', 'waiting', 'held', 'sent');
CREATE INDEX ledger_entries_next ON ledger_entries (not_before) WHERE not_before IS NOT NULL;

CREATE TABLE ledger_history (
	entry      TEXT NOT NULL,
	version    BIGINT NOT NULL,
	connection TEXT NOT NULL,
	at         BIGINT NOT NULL,
	state      TEXT NOT NULL,
	reason     TEXT NOT NULL,
	not_before BIGINT,
	replaced   TEXT,
	PRIMARY KEY (entry, version)
);

CREATE TABLE ledger_writes (
	id         TEXT PRIMARY KEY,
	connection TEXT NOT NULL,
	issue      TEXT NOT NULL,
	entries    TEXT NOT NULL,
	mark       TEXT NOT NULL,
	request    TEXT NOT NULL,
	began_at   BIGINT NOT NULL,
	ended_at   BIGINT
);
CREATE INDEX ledger_writes_issue ON ledger_writes (connection, issue, began_at);
CREATE INDEX ledger_writes_open ON ledger_writes (connection, began_at) WHERE ended_at IS NULL;

CREATE TABLE ledger_answers (
	request    TEXT NOT NULL,
	number     BIGINT NOT NULL,
	connection TEXT NOT NULL,
	watcher    TEXT NOT NULL,
	at         BIGINT NOT NULL,
	outcome    TEXT NOT NULL,
	error      TEXT NOT NULL,
	receipt    TEXT,
	PRIMARY KEY (request, number)
);

CREATE TABLE ledger_agenda (
	connection   TEXT NOT NULL,
	issue        TEXT NOT NULL,
	contract     TEXT NOT NULL,
	issue_key    TEXT NOT NULL,
	subject      TEXT NOT NULL,
	severity     TEXT NOT NULL,
	evaluated_at BIGINT NOT NULL,
	next_at      BIGINT,
	due          BIGINT,
	running      BIGINT NOT NULL,
	cycles       TEXT NOT NULL,
	fingerprint  TEXT NOT NULL,
	PRIMARY KEY (connection, issue, contract)
);
CREATE INDEX ledger_agenda_due ON ledger_agenda (connection, contract, next_at);
CREATE INDEX ledger_agenda_next ON ledger_agenda (next_at);
CREATE INDEX ledger_agenda_running ON ledger_agenda (due) WHERE running > 0;

CREATE TABLE ledger_people (
	connection TEXT NOT NULL,
	person     TEXT NOT NULL,
	project    TEXT NOT NULL,
	first_seen BIGINT NOT NULL,
	last_seen  BIGINT NOT NULL,
	name       TEXT NOT NULL,
	roles      TEXT NOT NULL,
	PRIMARY KEY (connection, person, project, first_seen)
);
`

// schema2 keeps verdicts, waivers and accounts.
const schema2 = `
CREATE TABLE ledger_verdicts (
	connection  TEXT NOT NULL,
	issue       TEXT NOT NULL,
	contract    TEXT NOT NULL,
	obligation  TEXT NOT NULL,
	cycle       TEXT NOT NULL,
	number      BIGINT NOT NULL,
	issue_key   TEXT NOT NULL,
	subject     TEXT NOT NULL,
	ordinal     BIGINT NOT NULL,
	state       TEXT NOT NULL CHECK (state IN ('met', 'breached', 'cancelled', 'running')),
	severity    TEXT NOT NULL,
	source      TEXT NOT NULL,
	started_at  BIGINT,
	due         BIGINT,
	ended_at    BIGINT,
	reached_at  BIGINT NOT NULL,
	end_event   TEXT NOT NULL,
	end_by      TEXT NOT NULL,
	end_by_role TEXT NOT NULL,
	end_why     TEXT NOT NULL,
	elapsed_ms  BIGINT NOT NULL,
	facts       TEXT NOT NULL,
	last_event  TEXT NOT NULL,
	moves       BIGINT NOT NULL,
	judged_at   BIGINT NOT NULL,
	why         TEXT NOT NULL,
	PRIMARY KEY (connection, issue, contract, obligation, cycle, number)
);
CREATE INDEX ledger_verdicts_reached ON ledger_verdicts (contract, reached_at, connection, issue, obligation, cycle);
CREATE INDEX ledger_verdicts_issue ON ledger_verdicts (issue);
CREATE INDEX ledger_verdicts_issue_key ON ledger_verdicts (issue_key);

CREATE TABLE ledger_waivers (
	connection TEXT NOT NULL,
	contract   TEXT NOT NULL,
	issue      TEXT NOT NULL,
	obligation TEXT NOT NULL,
	cycle      TEXT NOT NULL,
	number     BIGINT NOT NULL,
	at         BIGINT NOT NULL,
	who        TEXT NOT NULL,
	reason     TEXT NOT NULL,
	PRIMARY KEY (connection, contract, issue, obligation, cycle, number)
);

CREATE TABLE ledger_tallies (
	connection TEXT NOT NULL,
	contract   TEXT NOT NULL,
	obligation TEXT NOT NULL,
	issue      TEXT NOT NULL,
	period     TEXT NOT NULL,
	amount     BIGINT NOT NULL,
	PRIMARY KEY (connection, contract, obligation, issue, period)
);
CREATE INDEX ledger_tallies_period ON ledger_tallies (connection, contract, obligation, period);
`

// schemaHealth keeps how slabridge itself fares.
const schemaHealth = `
CREATE TABLE ledger_health (
	connection TEXT NOT NULL PRIMARY KEY,
	passed_at  BIGINT NOT NULL,
	good_at    BIGINT,
	error      TEXT NOT NULL,
	late_since BIGINT
);
`

// schemaAlarms keeps alarms.
const schemaAlarms = `
CREATE TABLE ledger_alarms (
	connection TEXT NOT NULL,
	kind       TEXT NOT NULL,
	issue      TEXT NOT NULL,
	subject    TEXT NOT NULL,
	number     BIGINT NOT NULL,
	seen_on    TEXT NOT NULL,
	issue_key  TEXT NOT NULL,
	at         BIGINT NOT NULL,
	raised_at  BIGINT NOT NULL,
	settled_at BIGINT,
	settled_by TEXT NOT NULL,
	mended_at  BIGINT,
	PRIMARY KEY (connection, kind, issue, subject, number)
);
`

// schemaFaults keeps what cannot be judged, the faults of mappings, and every name that the tracker had for an id.
const schemaFaults = `
ALTER TABLE ledger_agenda ADD COLUMN unjudged TEXT NOT NULL DEFAULT '';
CREATE INDEX ledger_agenda_unjudged ON ledger_agenda (connection, issue) WHERE unjudged <> '';

ALTER TABLE ledger_health ADD COLUMN faults TEXT NOT NULL DEFAULT '';

CREATE TABLE ledger_names (
	connection TEXT NOT NULL,
	kind       TEXT NOT NULL,
	id         TEXT NOT NULL,
	name       TEXT NOT NULL,
	first_seen BIGINT NOT NULL,
	PRIMARY KEY (connection, kind, id, name)
);
`

// schemaEscalated lets verdicts be escalated and not judged. SQLite changes no CHECK of a table: it is made anew.
const schemaEscalated = `
ALTER TABLE ledger_verdicts RENAME TO ledger_verdicts_before;
DROP INDEX ledger_verdicts_reached;
DROP INDEX ledger_verdicts_issue;
DROP INDEX ledger_verdicts_issue_key;
CREATE TABLE ledger_verdicts (
	connection  TEXT NOT NULL,
	issue       TEXT NOT NULL,
	contract    TEXT NOT NULL,
	obligation  TEXT NOT NULL,
	cycle       TEXT NOT NULL,
	number      BIGINT NOT NULL,
	issue_key   TEXT NOT NULL,
	subject     TEXT NOT NULL,
	ordinal     BIGINT NOT NULL,
	state       TEXT NOT NULL
		CHECK (state IN ('met', 'breached', 'escalated', 'not-judged', 'cancelled', 'running')),
	severity    TEXT NOT NULL,
	source      TEXT NOT NULL,
	started_at  BIGINT,
	due         BIGINT,
	ended_at    BIGINT,
	reached_at  BIGINT NOT NULL,
	end_event   TEXT NOT NULL,
	end_by      TEXT NOT NULL,
	end_by_role TEXT NOT NULL,
	end_why     TEXT NOT NULL,
	elapsed_ms  BIGINT NOT NULL,
	facts       TEXT NOT NULL,
	last_event  TEXT NOT NULL,
	moves       BIGINT NOT NULL,
	judged_at   BIGINT NOT NULL,
	why         TEXT NOT NULL,
	PRIMARY KEY (connection, issue, contract, obligation, cycle, number)
);
INSERT INTO ledger_verdicts (connection, issue, contract, obligation, cycle, number, issue_key, subject, ordinal,
	state, severity, source,
	started_at, due, ended_at, reached_at, end_event, end_by, end_by_role, end_why, elapsed_ms, facts, last_event, moves,
	judged_at, why)
	SELECT connection, issue, contract, obligation, cycle, number, issue_key, subject, ordinal, state, severity, source,
	started_at, due, ended_at, reached_at, end_event, end_by, end_by_role, end_why, elapsed_ms, facts, last_event, moves,
	judged_at, why
	FROM ledger_verdicts_before;
DROP TABLE ledger_verdicts_before;
CREATE INDEX ledger_verdicts_reached ON ledger_verdicts (contract, reached_at, connection, issue, obligation, cycle);
CREATE INDEX ledger_verdicts_issue ON ledger_verdicts (issue);
CREATE INDEX ledger_verdicts_issue_key ON ledger_verdicts (issue_key);
`

// schemaAgreements keeps the customer's consent to dates where no field of the tracker holds it.
const schemaAgreements = `
CREATE TABLE ledger_agreements (
	connection TEXT NOT NULL,
	issue      TEXT NOT NULL,
	number     BIGINT NOT NULL,
	agreed_on  TEXT NOT NULL,
	at         BIGINT NOT NULL,
	who        TEXT NOT NULL,
	reason     TEXT NOT NULL,
	PRIMARY KEY (connection, issue, number)
);
`

// schemaGoesOn counts a broken promise that nothing has ended yet among what goes on, as it is when judged anew.
const schemaGoesOn = `
UPDATE ledger_agenda SET running = 1 WHERE running = 0 AND cycles LIKE '%"state":"breached"%';
`

// schemaHolds keeps until when, and by whose word, nothing is written about a request. The last one of an issue counts.
const schemaHolds = `
CREATE TABLE ledger_holds (
	connection TEXT NOT NULL,
	issue      TEXT NOT NULL,
	number     BIGINT NOT NULL,
	until_at   BIGINT NOT NULL,
	at         BIGINT NOT NULL,
	who        TEXT NOT NULL,
	reason     TEXT NOT NULL,
	PRIMARY KEY (connection, issue, number)
);
CREATE INDEX ledger_holds_until ON ledger_holds (connection, until_at);
`

// schemaChain keeps the chain of hashes over what is never changed. A ledger that has records already gets a mark: with
// the next record they are taken into the chain. Without the mark, records outside the chain are somebody else's.
const schemaChain = `
CREATE TABLE ledger_chain (
	connection TEXT NOT NULL,
	number     BIGINT NOT NULL,
	kind       TEXT NOT NULL,
	record     TEXT NOT NULL,
	digest     TEXT NOT NULL,
	hash       TEXT NOT NULL,
	PRIMARY KEY (connection, number)
);
CREATE UNIQUE INDEX ledger_chain_record ON ledger_chain (connection, kind, record);
INSERT INTO ledger_chain (connection, number, kind, record, digest, hash)
	SELECT connection, 0, 'older', '[]', '', '' FROM ledger_history UNION
	SELECT connection, 0, 'older', '[]', '', '' FROM ledger_verdicts UNION
	SELECT connection, 0, 'older', '[]', '', '' FROM ledger_agreements UNION
	SELECT connection, 0, 'older', '[]', '', '' FROM ledger_holds;
`

// schemaRest keeps until when a tracker wants to be left alone.
const schemaRest = `
ALTER TABLE ledger_health ADD COLUMN rest_until BIGINT;
`

// schemaTold keeps how far each rule of messages has told what the ledger has. It is derived but for where it began:
// without it a rule begins anew, with what comes next.
const schemaTold = `
CREATE TABLE ledger_told (
	connection TEXT NOT NULL,
	rule       TEXT NOT NULL,
	told       TEXT NOT NULL,
	PRIMARY KEY (connection, rule)
);
`

// schemaRenames keeps every change of a contract's id in the configuration. What was recorded keeps the first id, its
// origin, which ids of entries and marks are made of; the last name of an origin counts.
const schemaRenames = `
CREATE TABLE ledger_renames (
	connection TEXT NOT NULL,
	number     BIGINT NOT NULL,
	origin     TEXT NOT NULL,
	name       TEXT NOT NULL,
	at         BIGINT NOT NULL,
	who        TEXT NOT NULL,
	PRIMARY KEY (connection, number)
);
`

// schemaMeaning marks what the chain did not speak of before: since when contracts hold, who had which role, what names
// stood for. A chain that is begun takes these in with its next record (-1); one that is not, when it begins (0).
const schemaMeaning = `
INSERT INTO ledger_chain (connection, number, kind, record, digest, hash)
	SELECT c.connection, CASE WHEN c.begun = 1 THEN -1 ELSE 0 END,
		CASE WHEN c.begun = 1 THEN 'older-meaning' ELSE 'older' END, '[]', '', ''
	FROM (SELECT DISTINCT m.connection, CASE WHEN EXISTS (SELECT 1 FROM ledger_chain AS l
				WHERE l.connection = m.connection AND l.number > 0) THEN 1 ELSE 0 END AS begun
		FROM (SELECT connection FROM ledger_lines UNION SELECT connection FROM ledger_people
			UNION SELECT connection FROM ledger_names) AS m) AS c
	WHERE c.begun = 1 OR NOT EXISTS (SELECT 1 FROM ledger_chain AS l WHERE l.connection = c.connection AND l.number = 0);
`
