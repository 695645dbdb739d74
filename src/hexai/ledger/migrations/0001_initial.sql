-- Times are milliseconds, of the wall clock since 1970 or of a duration; prices are
-- billionths of a dollar. Words are spelled out: they cost a few bytes a row, and
-- whoever opens the file understands it.

-- Names that repeat: labels, projects, languages, returned model ids, kinds of errors.
CREATE TABLE name (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE
);

-- Whom contenders asked. A model's identity is upstream and model.
CREATE TABLE model (
    id INTEGER PRIMARY KEY,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    upstream TEXT NOT NULL,
    UNIQUE (provider, model, upstream)
);

-- Everything that statistics are grouped or filtered by, but for the time.
CREATE TABLE cell (
    id INTEGER PRIMARY KEY,
    surface TEXT NOT NULL,
    language INTEGER NOT NULL REFERENCES name (id),
    project INTEGER NOT NULL REFERENCES name (id),
    model INTEGER NOT NULL REFERENCES model (id),
    UNIQUE (model, surface, language, project)
);

CREATE TABLE run (
    -- What people call it by, in this ledger only. Never given twice.
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    -- What it is called everywhere.
    id BLOB NOT NULL UNIQUE,
    surface TEXT NOT NULL,
    language INTEGER NOT NULL REFERENCES name (id),
    project INTEGER NOT NULL REFERENCES name (id),
    document TEXT NOT NULL,
    place TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    blind INTEGER NOT NULL,
    seed INTEGER,
    shown_at INTEGER,
    -- The newest choice; which contenders it credits is in contender.taken.
    choice TEXT,
    method TEXT,
    chosen_at INTEGER
);
CREATE INDEX run_started ON run (started_at);

CREATE TABLE contender (
    run INTEGER NOT NULL REFERENCES run (number),
    idx INTEGER NOT NULL,
    -- Its place in the order shown, and its item in an editor's list, from 0.
    ordinal INTEGER NOT NULL,
    position INTEGER,
    cell INTEGER NOT NULL REFERENCES cell (id),
    started_at INTEGER NOT NULL,
    label INTEGER NOT NULL REFERENCES name (id),
    returned_model INTEGER REFERENCES name (id),
    local INTEGER,
    status TEXT NOT NULL,
    finish TEXT,
    late INTEGER NOT NULL,
    cached INTEGER NOT NULL,
    fell_back INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    queued INTEGER NOT NULL,
    loading INTEGER NOT NULL,
    ttft INTEGER,
    generating INTEGER,
    total INTEGER NOT NULL,
    input INTEGER,
    output INTEGER,
    reasoning INTEGER,
    estimated INTEGER,
    cost INTEGER,
    error_kind INTEGER REFERENCES name (id),
    http_status INTEGER,
    -- Characters taken of its text, and those of them that were there when last seen.
    taken INTEGER,
    retained INTEGER,
    PRIMARY KEY (run, idx)
) WITHOUT ROWID;

-- Holds all that statistics read, in the order in which they read it: they never
-- touch the table, and nothing has to be kept in step with it.
CREATE INDEX contender_figures ON contender (
    cached, cell, started_at, status, late, ttft, total, generating, output,
    estimated, cost, taken, retained
);

-- Texts, where they are kept at all.
CREATE TABLE prompt (
    run INTEGER PRIMARY KEY REFERENCES run (number),
    messages TEXT NOT NULL
);
CREATE TABLE answer (
    run INTEGER NOT NULL,
    idx INTEGER NOT NULL,
    text TEXT NOT NULL,
    error TEXT NOT NULL,
    cache_key TEXT NOT NULL,
    PRIMARY KEY (run, idx)
) WITHOUT ROWID;

-- What is left of a taken text after so many seconds; NULL: censored before.
CREATE TABLE survival (
    run INTEGER NOT NULL REFERENCES run (number),
    after INTEGER NOT NULL,
    share REAL,
    PRIMARY KEY (run, after)
) WITHOUT ROWID;

-- Facts about runs that are not here yet, as JSON.
CREATE TABLE early (
    run_id BLOB NOT NULL,
    fact TEXT NOT NULL,
    PRIMARY KEY (run_id, fact)
) WITHOUT ROWID;
