"""A team's ledger from the command line, on a real PostgreSQL."""

import json
import os
import re
from collections.abc import Iterable
from decimal import Decimal
from itertools import chain
from pathlib import Path

import pytest
from msgspec.structs import replace

from hexai.domain.bench import (
    BenchContender,
    BenchRecord,
    Cell,
    Plan,
    Score,
    State,
    TaskRecord,
    Times,
)
from hexai.domain.entry import Surface
from hexai.domain.record import Background, Choice, Chosen, Fact, Method, RunRecord
from hexai.ledger.access import Ledger
from hexai.service.team_secret import secret_file
from hexai.team import push
from hexai.team.sent import Row
from hexai.team.server import SCHEMA
from tests.support.postgres import OWNER, Postgres, superuser
from tests.support.records import chosen, contender_record, run_record
from tests.support.team import DAY, LATELY, Person, Team, psql, shown_run

pytestmark = pytest.mark.debian

MARK = "MARKED"
MIGRATIONS = Path(push.__file__).with_name("migrations")


def test_what_is_new_is_pushed_once(team: Team) -> None:
    """A second push sends nothing, and a third only what came since."""
    anna = team.enrol("anna")
    anna.record(*shown_run(1), *shown_run(2, winner=None), run_record(3))

    assert anna.team("push") == "12 facts of 3 runs sent\n"
    assert anna.team("push") == "0 facts of 0 runs sent\n"
    assert team.count() == 12

    anna.record(*shown_run(4))

    assert anna.team("push") == "5 facts of 1 run sent\n"


def test_a_changed_choice_is_a_new_revision(team: Team) -> None:
    """The run is sent again, and of its choice there are two."""
    anna = team.enrol("anna")
    run, shown, taken = shown_run(1, winner=0)
    anna.record(run, shown, taken)
    anna.team("push")
    assert isinstance(taken, Chosen)
    anna.record(replace(taken, at=taken.at + 60, indexes=(1,)))

    assert anna.team("push") == "1 fact of 1 run sent\n"

    rows = team.ask("SELECT idx, revision FROM hexai.fact WHERE kind = 'c' ORDER BY 2")
    assert rows == [(0, 3000), (1, 63_000)]


def test_a_choice_that_may_change_waits(team: Team) -> None:
    """What comes after it waits too, so that the order of changes is kept."""
    anna = team.enrol("anna")
    run, shown, taken = shown_run(1)
    assert isinstance(taken, Chosen)
    anna.record(run, shown, replace(taken, settles_at=LATELY + 1000 * DAY))
    anna.record(*shown_run(2))

    out = anna.team("push")

    assert out.splitlines() == [
        "0 facts of 0 runs sent",
        "2 runs left for the next push: their choices may change",
    ]


def test_two_machines_of_a_person_count_a_run_once(team: Team) -> None:
    """An imported run enters once; another secret is refused, and says what to do."""
    laptop = team.enrol("anna")
    desktop = team.person("desktop", laptop.role)
    laptop.record(*shown_run(1))
    laptop.team("push")
    desktop.record(*shown_run(1), *shown_run(2))

    refused = desktop.run("team", "push")

    assert refused.code == 1
    assert "with another secret" in refused.err

    _carry_secret(laptop, desktop)

    assert desktop.team("push") == "5 facts of 2 runs sent\n"
    assert team.count() == 10


def _carry_secret(one: Person, other: Person) -> None:
    place = secret_file(other.state)
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    place.write_bytes(secret_file(one.state).read_bytes())
    place.chmod(0o600)


def test_nothing_but_facts_leaves(team: Team) -> None:
    """No text, name of a file, folder, host or label, and no time of the day."""
    anna = team.enrol("anna")
    contenders = [
        contender_record(
            index,
            label=f"label-{MARK}",
            provider=f"profile-{MARK}",
            model=model,
            upstream=f"https://{MARK}.example:8080",
            returned_model=f"id-{MARK}",
            fingerprint=f"prompts={'a' * 12} temperature=0",
            text=f"answer {MARK} {index}",
            error=f"reason {MARK}",
        )
        for index, model in enumerate([f"/home/{MARK}/x.gguf", f"C:\\{MARK}\\y"])
    ]
    run = run_record(
        1,
        *contenders,
        started_at=LATELY + 12.345,
        background=Background(
            project=f"/home/{MARK}", language=f"a/{MARK}\0", document=MARK
        ),
    )
    anna.record(run, chosen(1, 0, at=LATELY + 15))
    anna.team("push")

    dump = "".join(
        str(team.ask(f"SELECT * FROM hexai.{table}"))
        for table in ("fact", "cell", "setting", "tombstone", "result")
    )

    assert MARK not in dump
    assert run.run_id not in dump.replace("-", "")
    assert "a" * 12 not in dump
    assert "temperature=0" in dump
    models = team.ask("SELECT model FROM hexai.cell ORDER BY 1")
    assert all(re.fullmatch(r"file [0-9a-f]{8}", model) for (model,) in models)


def test_labels_and_hosts_go_if_the_owner_has_listed_them(team: Team) -> None:
    """And only those."""
    team.owner.team("init", "--apply", "--label", "home", "--host", "gpu.example")
    anna = team.enrol("anna")
    anna.record(
        run_record(
            1,
            contender_record(0, label="home", upstream="https://gpu.example"),
            contender_record(1, label="mine", upstream="https://my.example"),
        )
    )
    anna.team("push")

    rows = team.ask("SELECT label, host FROM hexai.cell ORDER BY 1")

    assert rows == [("", ""), ("home", "gpu.example")]


def test_a_dry_run_prints_what_goes_and_asks_nobody(team: Team) -> None:
    """Every row that it prints is there after the push, and the sum is right."""
    anna = team.enrol("anna")
    anna.team("push")
    anna.record(*shown_run(1))
    away = replace_url(anna, "postgresql://nobody@127.0.0.1:9/none")

    out = away.team("push", "--dry-run")

    assert "in sum: 5 facts of 1 run" in out
    printed = sorted(line for line in out.splitlines() if line.startswith("  run="))
    anna.team("push")
    assert sorted(_sent(team)) == printed
    assert "in sum: 0 facts of 0 runs" in anna.team("push", "--dry-run")


def replace_url(person: Person, url: str) -> Person:
    """Give somebody whose server is elsewhere."""
    return Person(person.home, url)


def _sent(team: Team) -> list[str]:
    names = Row.__struct_fields__
    rows = team.ask(f"SELECT {', '.join(names)} FROM hexai.fact")
    return [
        "  "
        + " ".join(
            f"{name}={_as_sent(value)}"
            for name, value in zip(names, row, strict=True)
            if value is not None
        )
        for row in rows
    ]


def _as_sent(value: object) -> str:
    text = value.decode() if isinstance(value, bytes) else str(value)
    return text.replace("-", "") if len(text) == 36 else text


def test_what_a_project_keeps_back_is_not_sent(team: Team) -> None:
    """The run is counted, and nothing of it goes."""
    anna = team.enrol("anna")
    run = run_record(1, background=Background(project="/p", withheld=True))
    anna.record(run, run_record(2))

    out = anna.team("push")

    assert "2 facts of 2 runs sent\n1 run kept back by their projects\n" in out


def test_cells_of_a_bench_are_sent_once(team: Team) -> None:
    """With what they saved; those that a project keeps back are not."""
    anna = team.enrol("anna")
    one = BenchContender(label="a", provider="ollama", model="m", upstream="http://h")
    task = TaskRecord(id="t", kind="line", language="go", commit="c", characters=9)
    with anna.ledger() as ledger:
        for number, withheld in ((1, False), (2, True)):
            plan = Plan(
                project="/p", withheld=withheld, contenders=(one,), tasks=(task,)
            )
            bench = ledger.benches.begin(
                BenchRecord(number=0, id=f"{number:032x}", started_at=LATELY, plan=plan)
            )
            for state in State:
                cell = Cell(task=f"t{state}", contender=0, state=state, score=SCORE)
                ledger.benches.put(bench.number, cell)

    out = anna.team("push")

    kept = f"{len(State)} runs kept back by their projects"
    assert out == f"{len(State)} facts of {2 * len(State)} runs sent\n{kept}\n"
    assert team.ask("SELECT DISTINCT kind, share FROM hexai.fact") == [("b", 0.5)]
    assert anna.run("bench", "forget", "--yes", "1").code == 0
    assert f"{len(State)} runs forgotten there" in anna.team("push")
    assert team.count() == 0


SCORE = Score(
    saved=0.5,
    similar=1.0,
    kept=1.0,
    exact=True,
    first_line=True,
    sound=True,
    ran_on=False,
)


def test_a_project_is_told_apart_by_the_name_that_the_team_gives_it(team: Team) -> None:
    """Two people who have it in different folders mean the same."""
    for name, folder in (("anna", "/home/a/x"), ("ben", "/srv/x")):
        person = team.enrol(name)
        person.configure(f'[team.projects]\n"{folder}" = "the product"\n')
        project = Background(project=f"{folder}/inner")
        person.record(run_record(1, background=project))
        person.record(run_record(2, background=Background(project="/elsewhere")))
        person.team("push")

    rows = team.ask("SELECT project, count(*) FROM hexai.fact GROUP BY 1 ORDER BY 2")

    assert [count for _project, count in rows] == [4, 4]
    assert None in {project for project, _count in rows}


def test_forgetting_here_is_followed_there(team: Team) -> None:
    """The next push carries it out, and no other machine brings the run back."""
    laptop = team.enrol("anna")
    desktop = team.person("desktop", laptop.role)
    laptop.record(*shown_run(1), *shown_run(2))
    laptop.team("push")
    _carry_secret(laptop, desktop)

    forgot = laptop.run("history", "forget", "--yes", "1")
    assert "your team's server forgets them too: hexai team push" in forgot.err
    assert "1 to be forgotten there" in laptop.team("status")

    out = laptop.team("push")

    assert "1 run forgotten there" in out
    assert team.count() == 5
    assert team.count("tombstone") == 1

    desktop.record(*shown_run(1), *shown_run(2))
    desktop.team("push")

    assert team.count() == 5


def test_forgetting_all_here_is_followed_there(team: Team) -> None:
    """Runs that this machine has never seen go too."""
    laptop = team.enrol("anna")
    desktop = team.person("desktop", laptop.role)
    laptop.record(*shown_run(1))
    laptop.team("push")
    _carry_secret(laptop, desktop)
    desktop.record(*shown_run(2))
    desktop.team("push")

    assert desktop.run("history", "forget", "--all", "--yes").code == 0
    desktop.team("push")

    assert team.count() == 0
    assert laptop.team("push") == "0 facts of 0 runs sent\n"
    laptop.record(*shown_run(3))
    assert laptop.team("push") == "5 facts of 1 run sent\n"


def test_a_team_forgets_a_person(team: Team) -> None:
    """All that was recorded until then stays away, pushed or not."""
    anna, ben = team.enrol("anna"), team.enrol("ben")
    for person in (anna, ben):
        person.record(*shown_run(1))
        person.team("push")
    anna.record(*shown_run(2))

    assert anna.team("forget", "--yes") == "the team's ledger has forgotten 1 run\n"

    assert team.count() == 5
    assert anna.team("push") == "0 facts of 0 runs sent\n"
    assert ben.run("team", "forget", "--yes", anna.role).code == 1
    assert team.owner.run("team", "forget", "--yes", "nobody").code == 1
    assert "forgotten 1 run" in team.owner.team("forget", "--yes", ben.role)
    assert team.count() == 0


def test_forgetting_asks_nobody_only_where_that_is_said(team: Team) -> None:
    """A script without --yes is told so, and nothing is forgotten."""
    anna = team.enrol("anna")
    anna.record(*shown_run(1))
    anna.team("push")

    for person, words in ((anna, ()), (anna, ("ME",)), (team.owner, (anna.role,))):
        refused = person.run("team", "forget", *words)
        assert (refused.code, refused.out) == (2, "")
        assert "elsewhere say --yes" in refused.err

    assert team.count() == 5


def test_who_was_enrolled_by_letters_and_marks_apart_is_found(team: Team) -> None:
    """As earlier programs wrote a name down: by either spelling, and as one person."""
    zoe = team.enrol("zo\u00eb")
    team.ask("UPDATE hexai.person SET name = normalize(name, NFD)")
    zoe.record(*shown_run(1))
    zoe.team("push")

    again = team.owner.run("team", "member", "add", zoe.role)
    assert "is enrolled already" in again.err
    assert "forgotten 1 run" in zoe.team("forget", "--yes", zoe.role)
    zoe.record(*shown_run(2))
    zoe.team("push")
    assert "forgotten 1 run" in team.owner.team("forget", "--yes", zoe.role)

    team.ask(f'DROP ROLE "{zoe.role}"')
    team.owner.team("member", "add", zoe.role)  # and is again who she was
    assert team.count("person") == 1


@pytest.mark.parametrize("whom", ["ME", "own name"])
def test_one_may_be_called_by_name(team: Team, whom: str) -> None:
    """It is as without a name: what is here and was not pushed stays away too."""
    anna = team.enrol("anna")
    anna.record(*shown_run(1))
    anna.team("push")
    anna.record(*shown_run(2))

    name = "ME" if whom == "ME" else f" {anna.role.upper()}"
    assert "forgotten 1 run" in anna.team("forget", "--yes", name)

    assert anna.team("push") == "0 facts of 0 runs sent\n"
    assert team.count() == 0


def test_what_only_another_machine_has_comes_after_a_forgetting(team: Team) -> None:
    """Nobody could say here which runs those are; so the help says."""
    laptop = team.enrol("anna")
    laptop.record(*shown_run(1))
    laptop.team("push")
    desktop = team.person("desktop", laptop.role)
    _carry_secret(laptop, desktop)
    desktop.record(*shown_run(1), *shown_run(2))

    laptop.team("forget", "--yes")
    desktop.team("push")

    assert len(team.ask("SELECT DISTINCT run FROM hexai.fact")) == 1
    assert "not pushed yet does come" in " ".join(
        laptop.team("forget", "--help").split()
    )


def test_two_spellings_of_a_name_are_one_person(team: Team) -> None:
    """A letter and its mark, or the letter with it: both read the same."""
    name = f"{team.database} Zo\u00eb"
    team.owner.team("member", "add", name)
    team.people.append(team.person("zoe", f"{team.database}_zo\u00eb"))
    apart = f"{team.database} Zoe\u0308"

    again = team.owner.run("team", "member", "add", apart)

    assert "is enrolled already" in again.err
    assert "forgotten 0 runs" in team.owner.team("forget", "--yes", apart)


def test_a_role_that_nobody_logs_in_by_is_refused(team: Team) -> None:
    """Neither PostgreSQL's own nor a group would ever push."""
    group = team.person("group", f"{team.database}_group")
    team.people.append(group)
    team.ask(f'CREATE ROLE "{group.role}" NOLOGIN')

    for role, reason in (
        ("pg_read_all_data", "PostgreSQL's own"),
        (group.role, "cannot log in"),
    ):
        refused = team.owner.run("team", "member", "add", "ben", "--role", role)
        assert refused.code == 1
        assert reason in refused.err

    assert team.count("person") == 0


def test_a_person_has_one_role(team: Team) -> None:
    """A second one of the same name is refused, and so is another's role."""
    anna = team.enrol("anna")
    name = anna.role.upper()

    again = team.owner.run("team", "member", "add", name)
    other = team.owner.run("team", "member", "add", "ben", "--role", anna.role)
    member = anna.run("team", "member", "add", "carl")
    schema = anna.run("team", "init", "--apply")

    assert "is enrolled already" in again.err
    assert "is another person's already" in other.err
    assert "only the owner" in member.err
    assert "only the owner" in schema.err


def test_a_password_is_printed_once_and_works(team: Team) -> None:
    """Over TCP nobody gets in without it."""
    name = f"{team.database}_zoe"
    out = team.owner.team("member", "add", name)
    team.people.append(team.person("zoe", name))
    [password] = re.findall(rf":{name}:(\S+)", out)
    address = f"postgresql://{name}{{}}@127.0.0.1:{team.server.port}/{team.database}"
    zoe = team.person("zoe", name)

    wrong = replace_url(zoe, address.format("")).run("team", "push")
    right = replace_url(zoe, address.format(f":{password}")).team("push")

    assert "wants a password" in wrong.err
    assert right == "0 facts of 0 runs sent\n"
    assert password not in wrong.err


def test_who_is_not_enrolled_is_told_so(team: Team) -> None:
    """The owner's own role is nobody's, until it is enrolled."""
    assert "`hexai team member add NAME`" in team.owner.run("team", "push").err

    team.owner.team("member", "add", "me", "--role", "owner")

    assert team.owner.team("push") == "0 facts of 0 runs sent\n"


def test_an_older_program_never_writes_to_a_newer_schema(team: Team) -> None:
    """It says so, and sends nothing."""
    anna = team.enrol("anna")
    anna.record(*shown_run(1))
    team.ask("UPDATE hexai.setting SET schema = 99 RETURNING 1")

    result = anna.run("team", "push")

    assert result.code == 1
    assert "a newer Hexai has made the team's ledger" in result.err
    assert team.count() == 0


def test_a_first_schema_is_brought_up_to_date(
    postgres: Postgres, tmp_path: Path
) -> None:
    """What facts it has stay, and what PostgreSQL has learnt of them goes."""
    name = postgres.make(f"first{os.getpid()}")
    owner = Person(tmp_path / "owner", postgres.url(name, OWNER))
    first = (MIGRATIONS / "0001_initial.sql").read_text("utf-8")
    group = f'"{name}_all"'
    with postgres.connect(name) as session:
        session.execute(f"CREATE ROLE {group}".encode())
        first = first.replace("{member_text}", f"'{name}_all'")
        session.execute(first.replace("{member}", group).encode())
        session.execute("UPDATE hexai.setting SET schema = 1")
        session.execute(
            "INSERT INTO hexai.fact (person, run, day, revision, idx, flags, kind,"
            " state, total) SELECT 1, gen_random_uuid(), '2026-01-01', 0, 0, 0, 'r',"
            " 'a', total FROM (VALUES (1), (2), (-1)) AS each (total)"
        )
        session.execute("ANALYZE")
        try:
            owner.team("init", "--apply")

            schema = session.execute("SELECT schema FROM hexai.setting").fetchone()
            facts = session.execute(
                "SELECT total FROM hexai.fact ORDER BY 1"
            ).fetchall()
            learnt = session.execute(
                "SELECT DISTINCT tablename, attname FROM pg_stats"
                " WHERE schemaname = 'hexai' AND tablename <> 'setting'"
            ).fetchall()
        finally:
            session.close()
            postgres.drop(name, f"{name}_all")

    assert schema == (SCHEMA,)
    assert facts == [(1,), (2,)]
    assert {attname for _table, attname in learnt} == {"day"}


def test_clocks_that_are_wrong_are_no_reason_to_lose_facts(team: Team) -> None:
    """A run of 1970 and one of 2500 lie where there is no month for them."""
    anna = team.enrol("anna")
    anna.record(run_record(1, started_at=5.0), run_record(2, started_at=16.7e9))

    anna.team("push")

    days = team.ask("SELECT DISTINCT day::text FROM hexai.fact_other ORDER BY 1")
    assert days == [("2020-01-01",), ("2099-12-31",)]


def test_months_that_come_take_over_what_lay_elsewhere(team: Team) -> None:
    """Making a partition moves the rows that are its own, and loses none."""
    anna = team.enrol("anna")
    anna.record(*shown_run(1))
    [(name,)] = team.ask("SELECT to_char(to_timestamp(%s), 'YYYY_MM')", LATELY)
    team.ask(f"DROP TABLE hexai.fact_{name}")
    anna.team("push")
    assert team.count("fact_other") == 5

    team.owner.team("init", "--apply")

    assert team.count("fact_other") == 0
    assert team.count(f"fact_{name}") == 5
    with psql(team, anna) as session:
        [(count,)] = session.execute("SELECT count(*) FROM hexai.fact").fetchall()
    assert count == 5


def votes(winners: Iterable[int]) -> list[Fact]:
    """Vote between two models, each time in another sitting."""
    facts: list[Fact] = []
    for number, winner in enumerate(winners, start=1):
        run, *_ = shown_run(number, at=LATELY + number * 4000)
        assert isinstance(run, RunRecord)
        choice = Chosen(
            run_id=run.run_id,
            at=run.started_at + 5,
            choice=Choice.TAKEN,
            method=Method.VOTE,
            indexes=(winner,),
        )
        facts += [replace(run, blind=True), choice]
    return facts


def test_what_is_published_is_shown_and_compared(team: Team) -> None:
    """The team prefers the first, and who prefers the second is told so."""
    people = [team.enrol(f"p{n}") for n in range(8)]
    for place, person in enumerate(people):
        person.record(*votes(int((place == 0) ^ (n % 10 == 0)) for n in range(30)))
        person.team("push")

    out = team.owner.team("publish")

    assert "of 8 people" in out
    assert "published already" in team.owner.team("publish")
    shown = people[0].run("leaderboard", "--team")
    assert "ollama:model0" in shown.out
    assert "you differ from the team, beyond chance" in shown.out
    assert "you differ" not in people[1].run("leaderboard", "--team").out
    record = json.loads(people[1].run("leaderboard", "--team", "--json").out)
    [surface] = record["surfaces"]
    assert all(m["shown"] % 10 == 0 for g in surface["groups"] for m in g["models"])
    stats = people[2].run("stats", "--team")
    assert "python" in stats.out
    assert "Of about 10 people" in stats.out
    csv = people[2].run("stats", "--team", "--csv").out.splitlines()
    assert len(csv) == 3
    page = team.folder / "page.html"
    assert people[2].run("report", "--team", "-o", str(page)).code == 0
    assert "ollama:model0" in page.read_text()
    assert "of what a team of about 10 people has published" in page.read_text()
    refused = people[2].run("stats", "--team", "--since", "3d")
    assert refused.code == 2
    refused = people[2].run("leaderboard", "--team", "--language", "go")
    assert (refused.code, refused.out) == (2, "")
    assert "hexai stats --team" in refused.err


def test_what_benches_of_several_people_have_found_is_published(team: Team) -> None:
    """Each person's mean counts once, whoever has asked a hundred times as much."""
    people = [team.enrol(f"p{n}") for n in range(6)]
    for place, person in enumerate(people):
        with person.ledger() as ledger:
            _bench(ledger, place, tasks=100 if place == 0 else 2)
        person.team("push")
    for person in people[:4]:
        with person.ledger() as ledger:
            _bench(ledger, 9, tasks=5, model="of four people")
        person.team("push")

    assert "1 row of figures" in team.owner.team("publish")

    out = people[0].run("stats", "--team").out
    assert "of four people" not in out
    record = json.loads(people[0].run("stats", "--team", "--json").out)
    [found] = record["benches"]
    assert (found["people"], found["tasks"], found["saved"]) == (10, 110, 0.42)
    assert found["usd_for_1000_tasks"] == 2.0
    assert found["total"][0] == {"seconds": 1.5, "at_least": False}
    page = team.folder / "page.html"
    assert people[1].run("report", "--team", "-o", str(page)).code == 0
    assert "+42 %" in page.read_text()


def _bench(ledger: Ledger, number: int, *, tasks: int, model: str = "m") -> None:
    """Have a model benched, which saves nothing for the first person."""
    one = BenchContender(label="a", provider="ollama", model=model, upstream="http://h")
    plan = Plan(project="/p", contenders=(one,))
    bench = ledger.benches.begin(
        BenchRecord(number=0, id=f"{number + 1:032x}", started_at=LATELY, plan=plan)
    )
    score = replace(SCORE, saved=0.5 if number else 0.0)
    for task in range(tasks):
        cell = Cell(
            task=f"t{task}",
            contender=0,
            state=State.ANSWERED,
            score=score,
            cold=Times(first_token=0.5, total=1.5),
            cost_usd=Decimal("0.002"),
        )
        ledger.benches.put(bench.number, cell)


def test_the_checks_of_a_question_are_sent_as_a_share(team: Team) -> None:
    """Of those that an answer passed, whichever they were."""
    anna = team.enrol("anna")
    one = BenchContender(label="a", provider="ollama", model="m", upstream="http://h")
    with anna.ledger() as ledger:
        plan = Plan(project="/p", surface=Surface.CLI, contenders=(one,))
        bench = ledger.benches.begin(
            BenchRecord(number=0, id="1" * 32, started_at=LATELY, plan=plan)
        )
        cell = Cell(
            task="t",
            contender=0,
            state=State.ANSWERED,
            checks=(True, True, False, True),
        )
        ledger.benches.put(bench.number, cell)
    anna.team("push")

    assert team.ask("SELECT share FROM hexai.fact") == [(0.75,)]


def test_who_has_left_may_come_back(team: Team) -> None:
    """With a new role, under the old pseudonym; what was forgotten stays so."""
    anna = team.enrol("anna")
    anna.record(*shown_run(1))
    anna.team("push")
    team.ask(f'DROP ROLE "{anna.role}"')
    team.owner.team("forget", "--yes", anna.role)
    assert f"{anna.role}  (left)" in team.owner.team("status")
    assert "enrolled: 0" in team.owner.team("status")

    again = team.owner.team("member", "add", anna.role.upper())

    assert "is enrolled, by the role" in again
    fresh = team.person("anna again", anna.role)
    _carry_secret(anna, fresh)
    fresh.record(*shown_run(1), *shown_run(2))
    fresh.team("push")
    assert team.count() == 5


def test_a_new_role_is_not_taken_for_somebody_who_had_its_name(team: Team) -> None:
    """It reads nothing of his, even where it is called the same."""
    anna = team.enrol("anna")
    anna.record(*shown_run(1))
    anna.team("push")
    team.ask(f'DROP ROLE "{anna.role}"')

    team.owner.team("member", "add", f"{anna.role}.")

    assert "there: 0 facts" in anna.team("status")
    assert team.count() == 5


def test_a_name_in_any_script_makes_a_role(team: Team) -> None:
    """Two such people have two roles, and log in by them."""
    for name in ("Иван", "名前"):
        out = team.owner.team("member", "add", f"{team.database} {name}")
        role = f"{team.database}_{name.lower()}"
        assert f"by the role {role}\n" in out
        person = team.person(name, role)
        team.people.append(person)
        assert person.team("push") == "0 facts of 0 runs sent\n"


def test_what_another_owner_makes_is_the_owners(team: Team) -> None:
    """Whoever is a member of the owner's role does all that the owner does."""
    second = team.person("second", f"{team.database}_second")
    team.people.append(second)
    with team.server.connect(team.database, superuser()) as session:
        session.execute(f'CREATE ROLE "{second.role}" LOGIN IN ROLE owner'.encode())
    [(name,)] = team.ask("SELECT to_char(current_date, 'YYYY_MM')")
    team.ask(f"DROP TABLE hexai.fact_{name}")

    assert "1 partition made" in second.team("init", "--apply")

    owners = team.ask(
        "SELECT DISTINCT tableowner::text FROM pg_tables WHERE schemaname = 'hexai'"
    )
    assert owners == [("owner",)]
    refused = second.run("team", "member", "add", f"{team.database} carl")
    assert refused.code == 1
    assert f'ALTER ROLE "{second.role}" CREATEROLE' in refused.err
    with team.server.connect(team.database, superuser()) as session:
        session.execute(f'ALTER ROLE "{second.role}" CREATEROLE'.encode())
    second.team("member", "add", f"{team.database} carl")
    team.people.append(team.person("carl", f"{team.database}_carl"))
    assert "nothing to publish" in second.team("publish")


def test_nothing_is_said_of_four_people(team: Team) -> None:
    """Neither of a model that only four have asked, nor of what four compared."""
    people = [team.enrol(f"p{n}") for n in range(5)]
    for place, person in enumerate(people):
        models = ("a", "b" if place else "c")
        runs = (shown_run(number, models=models) for number in range(1, 31))
        person.record(*chain.from_iterable(runs))
        person.team("push")

    team.owner.team("publish")

    out = people[0].run("stats", "--team").out
    assert "ollama:a" in out
    assert "ollama:b" not in out
    assert "ollama:c" not in out
    assert "no two models were compared" in people[0].run("leaderboard", "--team").err


def test_a_week_is_published_when_it_is_over(team: Team) -> None:
    """What came this week is not in it, so a look before and after tells nothing."""
    people = [team.enrol(f"p{n}") for n in range(6)]
    for person in people:
        person.record(*shown_run(1, at=LATELY + 30 * DAY))
        person.team("push")

    assert team.owner.team("publish").startswith("nothing to publish")
    assert "published nothing yet" in people[0].run("stats", "--team").err


def test_what_reaches_nobody_any_more_is_taken_back(team: Team) -> None:
    """A new week empties what is published where too few are left; before, it stays."""
    people = [team.enrol(f"p{n}") for n in range(5)]
    for person in people:
        person.record(*shown_run(1))
        person.team("push")
    team.owner.team("publish")
    people[0].team("forget", "--yes")
    assert "published already" in team.owner.team("publish")
    team.ask("UPDATE hexai.result SET week = week - 7")

    out = team.owner.team("publish")

    assert out.splitlines() == [
        "nothing to publish: of weeks that are over, no model has five people",
        "what was published before is taken back",
    ]
    assert team.count("result") == 0
    assert "published nothing yet" in people[1].run("stats", "--team").err


def test_a_publication_takes_the_place_of_the_one_before(team: Team) -> None:
    """Who was forgotten since is in nothing that a member can read."""
    people = [team.enrol(f"p{n}") for n in range(6)]
    for person in people:
        person.record(*shown_run(1))
        person.team("push")
    team.owner.team("publish")
    people[0].team("forget", "--yes")
    team.ask("UPDATE hexai.result SET week = week - 7")

    team.owner.team("publish")

    assert len(team.ask("SELECT DISTINCT week FROM hexai.result")) == 1
    assert "taken back" not in team.owner.team("publish")


def test_without_a_server_everything_else_works(team: Team) -> None:
    """A server that is away is told in one line, and keeps nothing from being seen."""
    anna = Person(team.folder / "anna", "postgresql://anna@127.0.0.1:9/none")
    anna.record(*shown_run(1))

    pushed = anna.run("team", "push")

    assert pushed.code == 1
    assert "cannot be reached" in pushed.err
    assert len(pushed.err.splitlines()) == 1
    status = anna.run("team", "status")
    assert "failed: the team's server cannot be reached" in status.out
    assert anna.run("stats").code == 0
    assert anna.run("history", "forget", "--yes", "1").code == 0


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "sslmode=disable, with which anybody could pass for the server"),
        ("team = false\n", "switched off"),
    ],
)
def test_a_server_elsewhere_has_to_prove_who_it_is(
    text: str, reason: str, team: Team
) -> None:
    """It is not even asked where the address says that it need not."""
    url = "postgresql://anna@192.0.2.1/none?sslmode=disable&connect_timeout=1"
    anna = Person(team.folder / "anna", url)
    anna.configure(text)

    result = anna.run("team", "push")

    assert reason in result.err
