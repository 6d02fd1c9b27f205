package mirror

// Migrations are the steps that make the mirror's tables, oldest first, for config/statefile.
func Migrations() []string {
	return []string{schema1, schema2, schema3, schemaOffset, schemaScope, schemaDoubt}
}

// Times are unix milliseconds. Bodies are made by codec.go.
const schema1 = `
-- How far the mirror of a connection has come.
CREATE TABLE mirror_cursor (
	connection  TEXT    NOT NULL PRIMARY KEY,
	watermark   INTEGER NOT NULL, -- tracker's time: what it showed before this is here or wanted
	complete_at INTEGER,          -- start of the last pass that came to its end
	census_at   INTEGER,          -- start of the last census that came to its end
	full_at     INTEGER           -- start of a full pass that has not come to its end
) STRICT, WITHOUT ROWID;

CREATE TABLE mirror_issue (
	connection TEXT    NOT NULL,
	id         TEXT    NOT NULL,
	key        TEXT    NOT NULL,
	state      TEXT    NOT NULL CHECK (state IN ('visible', 'hidden', 'gone')),
	state_at   INTEGER NOT NULL, -- when that was noticed
	updated_at INTEGER,          -- as in body; NULL when listed but never read
	read_at    INTEGER,          -- tracker's time at which the last read began
	wanted     INTEGER,          -- to be read (again): the newest UpdatedAt that was promised
	body       BLOB,
	PRIMARY KEY (connection, id)
) STRICT;
CREATE INDEX mirror_issue_key ON mirror_issue (connection, key);
CREATE INDEX mirror_issue_read ON mirror_issue (connection, read_at);
CREATE INDEX mirror_issue_noticed ON mirror_issue (connection, state_at);
CREATE INDEX mirror_issue_updated ON mirror_issue (connection, state, updated_at);
CREATE INDEX mirror_issue_wanted ON mirror_issue (connection, id) WHERE wanted IS NOT NULL;

-- What was noticed about the events of an issue, in order. Rows are only ever added; the present reading is
-- their replay. All events that one read brought lie in one row, because they pack well together.
CREATE TABLE mirror_event (
	connection TEXT    NOT NULL,
	issue      TEXT    NOT NULL,
	n          INTEGER NOT NULL, -- from 1 within the issue
	noticed_at INTEGER NOT NULL, -- tracker's time of the read
	what       TEXT    NOT NULL CHECK (what IN ('seen', 'edited', 'withdrawn', 'restored')),
	events     INTEGER NOT NULL, -- how many events it is about
	body       BLOB    NOT NULL, -- the events as they then read; of those withdrawn or restored, their ids
	PRIMARY KEY (connection, issue, n),
	FOREIGN KEY (connection, issue) REFERENCES mirror_issue (connection, id)
) STRICT;

CREATE TABLE mirror_directory (
	connection TEXT    NOT NULL PRIMARY KEY,
	read_at    INTEGER NOT NULL,
	body       BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

-- Everyone a directory ever named: the authors of old events outlive their accounts.
CREATE TABLE mirror_person (
	connection TEXT    NOT NULL,
	id         TEXT    NOT NULL,
	seen_at    INTEGER NOT NULL, -- first
	left_at    INTEGER,          -- when a directory first came without them
	body       BLOB    NOT NULL,
	PRIMARY KEY (connection, id)
) STRICT, WITHOUT ROWID;

-- The list of a census while it runs; left over by a crash it means nothing.
CREATE TABLE mirror_census (
	connection TEXT    NOT NULL,
	id         TEXT    NOT NULL,
	updated_at INTEGER NOT NULL,
	PRIMARY KEY (connection, id)
) STRICT, WITHOUT ROWID;
`

const schema2 = `
-- Time booked on issues, each entry as it reads now. Rows are never deleted: an entry that the tracker no longer
-- lists is withdrawn. It may stand on an issue that has not been read yet.
CREATE TABLE mirror_work (
	connection TEXT    NOT NULL,
	id         TEXT    NOT NULL, -- of the event, unique within the connection
	issue      TEXT    NOT NULL,
	noticed_at INTEGER NOT NULL, -- tracker's time of the listing that first showed it as it is now
	withdrawn  INTEGER NOT NULL CHECK (withdrawn IN (0, 1)),
	versions   INTEGER NOT NULL, -- rows in mirror_work_version
	body       BLOB    NOT NULL,
	PRIMARY KEY (connection, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX mirror_work_issue ON mirror_work (connection, issue);
CREATE INDEX mirror_work_noticed ON mirror_work (connection, noticed_at);

-- What became of entries, in order, with the issue they stood on and how they read until then. Rows are only ever
-- added.
CREATE TABLE mirror_work_version (
	connection TEXT    NOT NULL,
	id         TEXT    NOT NULL,
	n          INTEGER NOT NULL, -- from 1 within the entry
	noticed_at INTEGER NOT NULL,
	what       TEXT    NOT NULL CHECK (what IN ('edited', 'withdrawn', 'restored')),
	issue      TEXT    NOT NULL,
	body       BLOB    NOT NULL,
	PRIMARY KEY (connection, id, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX mirror_work_version_noticed ON mirror_work_version (connection, noticed_at);

-- How far the booked time of a connection has been followed: start of the last listing that came to its end,
-- tracker's time.
CREATE TABLE mirror_work_cursor (
	connection TEXT    NOT NULL PRIMARY KEY,
	listed_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What a listing of all entries has shown while it runs; left over by a crash it means nothing.
CREATE TABLE mirror_work_listed (
	connection TEXT    NOT NULL,
	id         TEXT    NOT NULL,
	PRIMARY KEY (connection, id)
) STRICT, WITHOUT ROWID;
`

// schema3 drops the people of former directories: the ledger remembers them, in ledger_people, and nothing read these.
const schema3 = `DROP TABLE mirror_person;`

// schemaOffset keeps how far the tracker's clock is from ours.
const schemaOffset = `
ALTER TABLE mirror_cursor ADD COLUMN offset_ms INTEGER; -- tracker's time less ours, as measured in the last pass
`

// schemaScope keeps what of a tracker was followed, and which issues are not.
const schemaScope = `
ALTER TABLE mirror_cursor ADD COLUMN scope TEXT NOT NULL DEFAULT ''; -- connectors.Scope of the last pass; '' is all
-- 1: it can be read and is not in the scope of the lists. It is then not missed in them.
ALTER TABLE mirror_issue ADD COLUMN outside INTEGER NOT NULL DEFAULT 0;
`

// schemaDoubt keeps of which issues the last reading was not believed (SyncOptions.Doubt).
const schemaDoubt = `
ALTER TABLE mirror_issue ADD COLUMN doubted_at INTEGER; -- tracker's time of that reading
CREATE INDEX mirror_issue_doubted ON mirror_issue (connection, doubted_at) WHERE doubted_at IS NOT NULL;
`
