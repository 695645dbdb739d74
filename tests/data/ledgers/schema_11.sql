BEGIN TRANSACTION;
CREATE TABLE answer (
    run INTEGER NOT NULL,
    idx INTEGER NOT NULL,
    text TEXT NOT NULL,
    error TEXT NOT NULL,
    cache_key TEXT NOT NULL, masked INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (run, idx)
) WITHOUT ROWID;
INSERT INTO "answer" VALUES(1,0,'answer 0','','',0);
INSERT INTO "answer" VALUES(1,1,'answer 1','','',0);
INSERT INTO "answer" VALUES(2,0,'answer 0','','',0);
INSERT INTO "answer" VALUES(2,1,'answer 1','','',0);
INSERT INTO "answer" VALUES(3,0,'','refused','',0);
INSERT INTO "answer" VALUES(4,0,'answer 0','','',0);
INSERT INTO "answer" VALUES(4,1,'answer 1','','',0);
INSERT INTO "answer" VALUES(5,0,'answer 0','','',0);
INSERT INTO "answer" VALUES(5,1,'answer 1','','',0);
INSERT INTO "answer" VALUES(6,0,'answer 0','','',0);
INSERT INTO "answer" VALUES(6,1,'answer 1','','ab',0);
CREATE TABLE cell (
    id INTEGER PRIMARY KEY,
    surface TEXT NOT NULL,
    language INTEGER NOT NULL REFERENCES name (id),
    project INTEGER NOT NULL REFERENCES name (id),
    model INTEGER NOT NULL REFERENCES model (id),
    UNIQUE (model, surface, language, project)
);
INSERT INTO "cell" VALUES(1,'cli',1,1,1);
INSERT INTO "cell" VALUES(2,'cli',1,1,2);
INSERT INTO "cell" VALUES(3,'completion',9,10,1);
INSERT INTO "cell" VALUES(4,'completion',9,10,2);
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
    retained INTEGER, sent INTEGER, received INTEGER, cached_input INTEGER, written_input INTEGER, hidden_reasoning INTEGER NOT NULL DEFAULT 0, sitting INTEGER REFERENCES sitting (id), sharing INTEGER, kept_30 REAL, kept_120 REAL, kept_300 REAL, kept_600 REAL, given INTEGER, held INTEGER, cut INTEGER NOT NULL DEFAULT 0, refused TEXT,
    PRIMARY KEY (run, idx)
) WITHOUT ROWID;
INSERT INTO "contender" VALUES(1,0,1,1,1,1800000060000,2,3,1,'answered','stop',0,0,0,1,10,0,400,1600,2000,300,160,0,0,123456,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,0,1,1,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL);
INSERT INTO "contender" VALUES(1,1,0,0,1,1800000060000,4,5,1,'answered','stop',0,0,0,1,10,0,400,1600,2000,300,160,0,0,123456,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL);
INSERT INTO "contender" VALUES(2,0,0,0,1,1800000120000,2,3,1,'answered','stop',0,0,0,1,10,0,400,1600,2000,300,160,0,0,123456,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL);
INSERT INTO "contender" VALUES(2,1,1,1,2,1800000120000,6,5,1,'answered','stop',0,0,0,1,10,0,400,1600,2000,300,160,0,0,123456,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,0,1,1,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL);
INSERT INTO "contender" VALUES(3,0,0,NULL,1,1800000180000,7,3,1,'failed','stop',0,0,0,1,10,0,400,1600,2000,NULL,NULL,NULL,NULL,NULL,8,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL);
INSERT INTO "contender" VALUES(4,0,0,0,3,1800000240000,11,3,1,'answered','stop',0,0,0,1,10,0,400,1600,2000,300,160,0,0,123456,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL);
INSERT INTO "contender" VALUES(4,1,1,1,4,1800000240000,12,5,1,'answered','stop',0,0,0,1,10,0,400,1600,2000,300,160,0,0,123456,NULL,NULL,40,30,NULL,NULL,NULL,NULL,0,1,1,0.75,NULL,NULL,NULL,NULL,NULL,0,NULL);
INSERT INTO "contender" VALUES(5,0,0,0,3,1800000300000,13,3,1,'answered','stop',0,0,0,1,10,0,400,1600,2000,300,160,0,0,123456,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL);
INSERT INTO "contender" VALUES(5,1,1,1,4,1800000300000,12,5,1,'answered','stop',0,0,0,1,10,0,400,1600,2000,300,160,0,0,123456,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL);
INSERT INTO "contender" VALUES(6,0,0,NULL,2,1800000360000,2,3,1,'answered','stop',0,0,1,1,10,0,400,1600,2000,300,160,0,0,123456,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL);
INSERT INTO "contender" VALUES(6,1,1,NULL,2,1800000360000,6,5,1,'answered','stop',0,1,0,1,10,0,400,1600,2000,300,160,0,0,123456,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL);
CREATE TABLE early (
    run_id BLOB NOT NULL,
    fact TEXT NOT NULL,
    PRIMARY KEY (run_id, fact)
) WITHOUT ROWID;
INSERT INTO "early" VALUES(X'00000009000000000000000000000000','{"type":"chosen","run_id":"00000009000000000000000000000000","at":1800000550.0,"choice":"taken","method":"vote","indexes":[0],"characters":0,"sitting":"","settles_at":null}');
CREATE TABLE model (
    id INTEGER PRIMARY KEY,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    upstream TEXT NOT NULL,
    UNIQUE (provider, model, upstream)
);
INSERT INTO "model" VALUES(1,'ollama','qwen3','http://127.0.0.1:11434');
INSERT INTO "model" VALUES(2,'ollama','llama','http://127.0.0.1:11434');
CREATE TABLE name (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE
);
INSERT INTO "name" VALUES(1,'');
INSERT INTO "name" VALUES(2,'cold');
INSERT INTO "name" VALUES(3,'model0-0711');
INSERT INTO "name" VALUES(4,'warm');
INSERT INTO "name" VALUES(5,'model1-0711');
INSERT INTO "name" VALUES(6,'other');
INSERT INTO "name" VALUES(7,'frosty');
INSERT INTO "name" VALUES(8,'overloaded');
INSERT INTO "name" VALUES(9,'python');
INSERT INTO "name" VALUES(10,'/home/me/x');
INSERT INTO "name" VALUES(11,'home');
INSERT INTO "name" VALUES(12,'quick');
INSERT INTO "name" VALUES(13,'renamed');
CREATE TABLE prompt (
    run INTEGER PRIMARY KEY REFERENCES run (number),
    messages TEXT NOT NULL
);
INSERT INTO "prompt" VALUES(1,'[{"role":"system","content":"be short","standing":0},{"role":"user","content":"question 1","standing":0}]');
INSERT INTO "prompt" VALUES(2,'[{"role":"system","content":"be short","standing":0},{"role":"user","content":"question 2","standing":0}]');
INSERT INTO "prompt" VALUES(3,'[{"role":"system","content":"be short","standing":0},{"role":"user","content":"question 3","standing":0}]');
INSERT INTO "prompt" VALUES(6,'[{"role":"system","content":"be short","standing":0},{"role":"user","content":"question 6","standing":0}]');
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
, sitting INTEGER REFERENCES sitting (id), chosen_sitting INTEGER REFERENCES sitting (id), shuffle REAL, narrowed INTEGER NOT NULL DEFAULT 0, settles_at INTEGER);
INSERT INTO "run" VALUES(1,X'00000001000000000000000000000000','cli',1,1,'','',1800000060000,1,3,NULL,'taken','vote',1800000070000,1,1,1.0,0,NULL);
INSERT INTO "run" VALUES(2,X'00000002000000000000000000000000','cli',1,1,'','',1800000120000,0,NULL,NULL,'taken','vote',1800000130000,1,1,0.0,0,NULL);
INSERT INTO "run" VALUES(3,X'00000003000000000000000000000000','cli',1,1,'','',1800000180000,0,NULL,NULL,NULL,NULL,NULL,1,NULL,0.0,0,NULL);
INSERT INTO "run" VALUES(4,X'00000004000000000000000000000000','completion',9,10,'d0','p0',1800000240000,0,NULL,1800000241000,'taken','command',1800000250000,1,1,0.0,0,NULL);
INSERT INTO "run" VALUES(5,X'00000005000000000000000000000000','completion',9,10,'d0','p0',1800000300000,0,NULL,1800000301000,'none','inferred',1800000310000,1,1,0.0,0,NULL);
INSERT INTO "run" VALUES(6,X'00000006000000000000000000000000','cli',1,1,'','',1800000360000,0,NULL,NULL,NULL,NULL,NULL,1,NULL,0.0,0,NULL);
CREATE TABLE sitting (
    id INTEGER PRIMARY KEY,
    token BLOB NOT NULL UNIQUE DEFAULT (randomblob(16)),
    -- It began on this ledger; others came with an import.
    own INTEGER NOT NULL DEFAULT 0
);
INSERT INTO "sitting" VALUES(1,X'2180754B849A689B0E7424A29E154A7E',1);
CREATE TABLE survival (
    run INTEGER NOT NULL REFERENCES run (number),
    after INTEGER NOT NULL,
    share REAL,
    PRIMARY KEY (run, after)
) WITHOUT ROWID;
INSERT INTO "survival" VALUES(4,30,0.75);
CREATE INDEX run_started ON run (started_at);
CREATE INDEX run_chosen ON run (chosen_at) WHERE chosen_at IS NOT NULL;
CREATE INDEX contender_taken ON contender (
    cached, cell, sitting, started_at, taken, retained,
    kept_30, kept_120, kept_300, kept_600, cut
) WHERE taken IS NOT NULL AND cached = 0 AND cut = 0;
CREATE INDEX contender_refused ON contender (cell, started_at, refused)
WHERE refused IS NOT NULL;
CREATE INDEX run_unsettled ON run (settles_at) WHERE settles_at IS NOT NULL;
CREATE INDEX contender_figures ON contender (
    cached, cut, status, cell, sitting, started_at, late, ttft, total, generating,
    output, hidden_reasoning, estimated, cost, position, taken, sharing,
    input, cached_input, written_input
);
CREATE INDEX run_place ON run (place) WHERE place != '' AND shown_at IS NOT NULL;
CREATE INDEX run_narrowed ON run (surface) WHERE narrowed;
INSERT INTO "sqlite_sequence" VALUES('run',6);
COMMIT;
PRAGMA user_version = 11;
