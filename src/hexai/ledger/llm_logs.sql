-- The tables of the logs.db of llm as release 0.36 makes them; what is not filled here
-- must be there as well, since it is taken for made.
CREATE TABLE _llm_migrations (name TEXT PRIMARY KEY, applied_at TEXT);

-- What releases before 0.36 read, and 0.36 where it finds nothing newer.
CREATE TABLE conversations (id TEXT PRIMARY KEY, name TEXT, model TEXT);
CREATE TABLE schemas (id TEXT PRIMARY KEY, content TEXT);
CREATE TABLE responses (
    id TEXT PRIMARY KEY, model TEXT, prompt TEXT, system TEXT, prompt_json TEXT,
    options_json TEXT, response TEXT, response_json TEXT,
    conversation_id TEXT REFERENCES conversations (id), duration_ms INTEGER,
    datetime_utc TEXT, input_tokens INTEGER, output_tokens INTEGER, token_details TEXT,
    schema_id TEXT REFERENCES schemas (id), resolved_model TEXT, reasoning TEXT
);

-- Attachments, fragments and tools, which we have none of.
CREATE TABLE attachments (
    id TEXT PRIMARY KEY, type TEXT, path TEXT, url TEXT, content BLOB
);
CREATE TABLE prompt_attachments (
    response_id TEXT REFERENCES responses (id),
    attachment_id TEXT REFERENCES attachments (id), "order" INTEGER,
    PRIMARY KEY (response_id, attachment_id)
);
CREATE TABLE fragments (
    id INTEGER PRIMARY KEY, hash TEXT, content TEXT, datetime_utc TEXT, source TEXT
);
CREATE UNIQUE INDEX idx_fragments_hash ON fragments (hash);
CREATE TABLE fragment_aliases (
    alias TEXT PRIMARY KEY, fragment_id INTEGER REFERENCES fragments (id)
);
CREATE TABLE prompt_fragments (
    response_id TEXT REFERENCES responses (id),
    fragment_id INTEGER REFERENCES fragments (id), "order" INTEGER,
    PRIMARY KEY (response_id, fragment_id, "order")
);
CREATE TABLE system_fragments (
    response_id TEXT REFERENCES responses (id),
    fragment_id INTEGER REFERENCES fragments (id), "order" INTEGER,
    PRIMARY KEY (response_id, fragment_id, "order")
);
CREATE TABLE tools (
    id INTEGER PRIMARY KEY, hash TEXT, name TEXT, description TEXT, input_schema TEXT,
    plugin TEXT
);
CREATE UNIQUE INDEX idx_tools_hash ON tools (hash);
CREATE TABLE tool_instances (
    id INTEGER PRIMARY KEY, plugin TEXT, name TEXT, arguments TEXT
);
CREATE TABLE tool_responses (
    tool_id INTEGER REFERENCES tools (id), response_id TEXT REFERENCES responses (id),
    PRIMARY KEY (tool_id, response_id)
);
CREATE TABLE tool_calls (
    id INTEGER PRIMARY KEY, response_id TEXT REFERENCES responses (id),
    tool_id INTEGER REFERENCES tools (id), name TEXT, arguments TEXT, tool_call_id TEXT
);
CREATE TABLE tool_results (
    id INTEGER PRIMARY KEY, response_id TEXT REFERENCES responses (id),
    tool_id INTEGER REFERENCES tools (id), name TEXT, output TEXT, tool_call_id TEXT,
    instance_id INTEGER REFERENCES tool_instances (id), exception TEXT
);
CREATE TABLE tool_results_attachments (
    tool_result_id INTEGER REFERENCES tool_results (id),
    attachment_id TEXT REFERENCES attachments (id), "order" INTEGER,
    PRIMARY KEY (tool_result_id, attachment_id)
);

-- What 0.36 writes: messages by their content, one after another, in threads.
CREATE TABLE messages (
    hash TEXT PRIMARY KEY, parent_hash TEXT REFERENCES messages (hash), role TEXT,
    provider_metadata TEXT
);
CREATE INDEX idx_messages_parent_hash ON messages (parent_hash);
CREATE TABLE parts (
    id INTEGER PRIMARY KEY, message_hash TEXT REFERENCES messages (hash),
    position INTEGER, type TEXT, tool_name TEXT, text TEXT, payload TEXT
);
CREATE UNIQUE INDEX idx_parts_message_hash_position ON parts (message_hash, position);
CREATE TABLE part_attachments (
    part_id INTEGER REFERENCES parts (id),
    attachment_id TEXT REFERENCES attachments (id), "order" INTEGER,
    PRIMARY KEY (part_id, attachment_id, "order")
);
CREATE TABLE part_fragments (
    part_id INTEGER REFERENCES parts (id),
    fragment_id INTEGER REFERENCES fragments (id), "order" INTEGER,
    PRIMARY KEY (part_id, fragment_id, "order")
);
CREATE INDEX idx_part_fragments_fragment_id ON part_fragments (fragment_id);
CREATE TABLE threads (
    id TEXT PRIMARY KEY, name TEXT,
    tip_message_hash TEXT REFERENCES messages (hash),
    forked_from TEXT REFERENCES threads (id), datetime_utc TEXT
);
CREATE TABLE turns (
    id TEXT PRIMARY KEY, thread_id TEXT REFERENCES threads (id),
    parent_message_hash TEXT REFERENCES messages (hash),
    tip_message_hash TEXT REFERENCES messages (hash), model TEXT, resolved_model TEXT,
    options_json TEXT, schema_id TEXT REFERENCES schemas (id), input_tokens INTEGER,
    output_tokens INTEGER, token_details TEXT, duration_ms INTEGER, datetime_utc TEXT,
    response_json TEXT
);
CREATE INDEX idx_turns_thread_id ON turns (thread_id);
CREATE TABLE turn_tools (
    turn_id TEXT REFERENCES turns (id), tool_id INTEGER REFERENCES tools (id),
    instance_id INTEGER REFERENCES tool_instances (id), PRIMARY KEY (turn_id, tool_id)
);
CREATE TABLE turn_fragments (
    turn_id TEXT REFERENCES turns (id), fragment_id INTEGER REFERENCES fragments (id),
    "order" INTEGER, kind TEXT, PRIMARY KEY (turn_id, fragment_id, kind, "order")
);
CREATE INDEX idx_turn_fragments_fragment_id ON turn_fragments (fragment_id);
CREATE TABLE tool_instantiations (
    turn_id TEXT REFERENCES turns (id), tool_call_id TEXT,
    instance_id INTEGER REFERENCES tool_instances (id),
    PRIMARY KEY (turn_id, tool_call_id)
);

-- What is searched, each with an index that follows it.
CREATE TABLE turn_search (
    id INTEGER PRIMARY KEY, turn_id TEXT REFERENCES turns (id), prompt TEXT,
    response TEXT
);
CREATE UNIQUE INDEX idx_turn_search_turn_id ON turn_search (turn_id);
CREATE VIRTUAL TABLE turn_search_fts USING fts5 (
    prompt, response, content="turn_search"
);
CREATE TRIGGER turn_search_ai AFTER INSERT ON turn_search BEGIN
    INSERT INTO turn_search_fts (rowid, prompt, response)
    VALUES (new.rowid, new.prompt, new.response);
END;
CREATE TRIGGER turn_search_ad AFTER DELETE ON turn_search BEGIN
    INSERT INTO turn_search_fts (turn_search_fts, rowid, prompt, response)
    VALUES ('delete', old.rowid, old.prompt, old.response);
END;
CREATE TRIGGER turn_search_au AFTER UPDATE ON turn_search BEGIN
    INSERT INTO turn_search_fts (turn_search_fts, rowid, prompt, response)
    VALUES ('delete', old.rowid, old.prompt, old.response);
    INSERT INTO turn_search_fts (rowid, prompt, response)
    VALUES (new.rowid, new.prompt, new.response);
END;
