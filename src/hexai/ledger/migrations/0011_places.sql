-- Lists of several servers at one place are found without sorting all places, and lists
-- that an older version recorded in part without a look at every run.
CREATE INDEX run_place ON run (place) WHERE place != '' AND shown_at IS NOT NULL;
CREATE INDEX run_narrowed ON run (surface) WHERE narrowed;
