-- What a week's publication is counted from. Each table takes one pass over the facts.
-- Weeks that are not over are left out.

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
    count(*) FILTER (WHERE state = '{answered}' AND cost IS NULL) AS unpriced
FROM hexai.fact WHERE kind = 'r' AND day < %s GROUP BY cell, person;

CREATE TEMPORARY TABLE timed ON COMMIT DROP AS
SELECT cell, ended, first, total, count(*) AS count FROM (
    SELECT cell, state = '{answered}' AS ended, {first} AS first, {total} AS total
    FROM hexai.fact
    WHERE kind = 'r' AND day < %s AND flags & {apart} = 0
) AS each GROUP BY GROUPING SETS ((cell, ended, first), (cell, ended, total));

CREATE TEMPORARY TABLE seen ON COMMIT DROP AS
SELECT cell, count(*) AS shown FROM (
    SELECT DISTINCT person, run, idx, cell FROM hexai.fact
    WHERE kind = 's' AND day < %s
) AS each GROUP BY cell;

CREATE TEMPORARY TABLE chosen ON COMMIT DROP AS
SELECT person, run, cell, share, sitting, day, trial FROM (
    SELECT *, rank() OVER (PARTITION BY person, run ORDER BY revision DESC) AS place
    FROM hexai.fact WHERE kind = 'c' AND day < %s
) AS each WHERE place = 1;

CREATE TEMPORARY TABLE kept ON COMMIT DROP AS
SELECT cell, sum(share * number) / sum(number) AS kept FROM hexai.fact
WHERE kind = 'v' AND idx = 120 AND share IS NOT NULL AND number > 0 AND day < %s
GROUP BY cell, person;
