-- The role of all members may be older than this ledger, and have members who were
-- enrolled in another one: who is not enrolled in this one reads nothing of it.
ALTER TABLE hexai.setting ENABLE ROW LEVEL SECURITY;
ALTER TABLE hexai.result ENABLE ROW LEVEL SECURITY;
CREATE POLICY enrolled ON hexai.setting FOR SELECT
USING ((SELECT hexai.me()) IS NOT NULL);
CREATE POLICY enrolled ON hexai.result FOR SELECT
USING ((SELECT hexai.me()) IS NOT NULL);
