-- A contender is an entry as configured: beside whom it asks, with which options. A
-- cell says that too, as a text that names them; empty: recorded before. So does it say
-- under which label (empty: somebody else's fallback), and by which revision of the
-- built-in prompts (empty: not recorded).
--
-- Of what was recorded before, nobody knows the options. Who had two labels in one run
-- had two entries there: such are told apart by their labels, on that surface.
CREATE TABLE told_apart (
    surface TEXT NOT NULL,
    model INTEGER NOT NULL REFERENCES model (id),
    PRIMARY KEY (surface, model)
) WITHOUT ROWID;

CREATE TABLE new_cell (
    id INTEGER PRIMARY KEY,
    surface TEXT NOT NULL,
    language INTEGER NOT NULL REFERENCES name (id),
    project INTEGER NOT NULL REFERENCES name (id),
    model INTEGER NOT NULL REFERENCES model (id),
    fingerprint INTEGER NOT NULL REFERENCES name (id),
    label INTEGER NOT NULL REFERENCES name (id),
    prompts INTEGER NOT NULL REFERENCES name (id),
    UNIQUE (model, surface, language, project, fingerprint, label, prompts)
);

INSERT OR IGNORE INTO name (text) SELECT '' WHERE EXISTS (SELECT 1 FROM cell);

-- The first label of a cell keeps its number, so that most contenders stay as they are.
CREATE TABLE labelled (
    cell INTEGER NOT NULL,
    label INTEGER NOT NULL,
    id INTEGER NOT NULL,
    PRIMARY KEY (cell, label)
) WITHOUT ROWID;
INSERT INTO labelled
SELECT cell, label, CASE nth WHEN 1 THEN cell ELSE (SELECT max(id) FROM cell)
    + row_number() OVER (PARTITION BY nth = 1 ORDER BY cell, label) END
FROM (
    SELECT cell, label, row_number() OVER (PARTITION BY cell ORDER BY label) AS nth
    FROM (
        SELECT DISTINCT cell, CASE fell_back WHEN 0 THEN label
            ELSE (SELECT id FROM name WHERE text = '') END AS label
        FROM contender
    )
);

INSERT OR IGNORE INTO told_apart
SELECT surface, model FROM cell WHERE id IN (
    SELECT one.cell FROM contender AS one
    JOIN contender AS other ON other.run = one.run AND other.idx > one.idx
    WHERE one.cell IN (SELECT cell FROM labelled GROUP BY cell HAVING count(*) > 1)
        AND other.cell = one.cell AND other.label <> one.label
        AND one.fell_back = 0 AND other.fell_back = 0
);

INSERT INTO new_cell (id, surface, language, project, model, fingerprint, label,
    prompts)
SELECT ifnull(labelled.id, cell.id), surface, language, project, model, blank.id,
    ifnull(labelled.label, blank.id), blank.id
FROM cell
JOIN name AS blank ON blank.text = ''
LEFT JOIN labelled ON labelled.cell = cell.id;

UPDATE contender SET cell = (
    SELECT id FROM labelled WHERE labelled.cell = contender.cell
        AND labelled.label = CASE fell_back WHEN 0 THEN contender.label
            ELSE (SELECT id FROM name WHERE text = '') END
)
WHERE cell IN (SELECT cell FROM labelled WHERE id <> cell);

DROP TABLE labelled;
DROP TABLE cell;
ALTER TABLE new_cell RENAME TO cell;
