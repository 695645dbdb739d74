-- What a week's publication is counted from. Each table takes one pass over the facts.
-- Weeks that are not over are left out.
--
-- A member may have written rows without end, of names that he made up. So all that is
-- told of single cells or single words is bounded for each person, the most used first,
-- and is of cells of which enough people tell.

-- Everybody's cells: a number means the same in all rows.
CREATE TEMPORARY TABLE asked ON COMMIT DROP AS
SELECT DISTINCT id, surface, language, provider, model, options, host FROM hexai.cell;

CREATE TEMPORARY TABLE used ON COMMIT DROP AS
SELECT cell, person, count(*) AS runs,
    count(*) FILTER (WHERE state = '{answered}') AS answered,
    count(*) FILTER (WHERE state IN ('f', 't')) AS failed,
    count(*) FILTER (WHERE flags & {late} <> 0) AS late,
    sum(output) FILTER (WHERE generating > 0) AS tokens,
    sum(generating) FILTER (WHERE output IS NOT NULL) AS generating,
    sum(cost) AS cost,
    count(*) FILTER (WHERE state = '{answered}' AND cost IS NULL) AS unpriced,
    row_number() OVER (PARTITION BY person ORDER BY count(*) DESC, cell) AS place
FROM hexai.fact WHERE kind = 'r' AND day < %s GROUP BY cell, person;

-- But for what failed by no doing of a model.
CREATE TEMPORARY TABLE benched ON COMMIT DROP AS
SELECT cell, person, count(*) AS tasks,
    count(*) FILTER (WHERE state = '{answered}') AS answered,
    sum(share) AS saved, count(share) AS scored,
    sum(cost) AS cost, count(cost) AS priced,
    row_number() OVER (PARTITION BY person ORDER BY count(*) DESC, cell) AS place
FROM hexai.fact WHERE kind = 'b' AND state NOT IN ('f', 'g') AND day < %s
GROUP BY cell, person;

CREATE TEMPORARY TABLE shared ON COMMIT DROP AS
SELECT asked.*, kind FROM asked JOIN (
    SELECT kind, surface, language, provider, model
    FROM (
        SELECT 'r'::"char" AS kind, cell, person FROM used WHERE place <= {cells}
        UNION ALL SELECT 'b', cell, person FROM benched WHERE place <= {cells}
    ) AS theirs JOIN asked ON asked.id = theirs.cell
    GROUP BY 1, 2, 3, 4, 5 HAVING count(DISTINCT person) >= {least}
) AS enough USING (surface, language, provider, model)
WHERE id IN (
    SELECT cell FROM used WHERE place <= {cells}
    UNION ALL SELECT cell FROM benched WHERE place <= {cells}
);

CREATE TEMPORARY TABLE timed ON COMMIT DROP AS
SELECT kind, cell, ended, first, total, count(*) AS count FROM (
    SELECT kind, cell, state NOT IN ('f', 't', 'c') AS ended,
        {first} AS first, {total} AS total
    FROM hexai.fact
    WHERE kind IN ('r', 'b') AND day < %s AND flags & {apart} = 0
) AS each GROUP BY GROUPING SETS ((kind, cell, ended, first), (kind, cell, ended, total));

CREATE TEMPORARY TABLE seen ON COMMIT DROP AS
SELECT cell, person, count(*) AS shown FROM (
    SELECT DISTINCT person, run, idx, cell FROM hexai.fact
    WHERE kind = 's' AND day < %s
) AS each GROUP BY cell, person;

CREATE TEMPORARY TABLE chosen ON COMMIT DROP AS
SELECT person, run, cell, share, sitting, day, trial FROM (
    SELECT *, rank() OVER (PARTITION BY person, run ORDER BY revision DESC) AS place
    FROM hexai.fact WHERE kind = 'c' AND day < %s
) AS each WHERE place = 1;

CREATE TEMPORARY TABLE kept ON COMMIT DROP AS
SELECT cell, person, sum(share * number) / sum(number) AS kept FROM hexai.fact
WHERE kind = 'v' AND idx = 120 AND share IS NOT NULL AND number > 0 AND day < %s
GROUP BY cell, person;
