"""The cache of answers."""

import os
import resource
import threading
from pathlib import Path

import msgspec
import pytest

from hexai.config.schema_providers import ProviderSettings
from hexai.domain.messages import Message, Role
from hexai.domain.outcome import Outcome, Status
from hexai.domain.provider import Call, FinishReason, Usage
from hexai.service.cache import LIMIT, AnswerCache, CachedAnswer, answer_key

KEY = "0123456789abcdef" * 4
OTHER_KEY = "f" * 64
COUNTING_KEY = "0" * 64
DAY = 86_400.0
SETTINGS = ProviderSettings(
    name="work", type="openai", built_in=False, base_url="http://127.0.0.1:1/v1"
)
CALL = Call(
    model="m",
    messages=(Message(Role.SYSTEM, "Be short."), Message(Role.USER, "Hello")),
    temperature=0.0,
    max_tokens=100,
    stop=("END",),
)
USAGE = Usage(input=3, output=5, reasoning=1, source="reported")
ANSWERED = Outcome(
    index=0,
    label="work",
    status=Status.ANSWERED,
    text="Grüß dich 🦉\n",
    provider="work",
    model="m",
    returned_model="m-2026",
    finish=FinishReason.STOP,
    usage=USAGE,
)


class Wall:
    """A wall clock that stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.seconds = 1_700_000_000.125

    def __call__(self) -> float:
        """Give the time of day in seconds."""
        return self.seconds


@pytest.fixture
def wall() -> Wall:
    """Give a clock to the cache of a test."""
    return Wall()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Name the folder of answers, which is not there yet."""
    return tmp_path / "hexai" / "answers"


@pytest.fixture
def cache(folder: Path, wall: Wall) -> AnswerCache:
    """Give a cache that keeps answers for a day."""
    return AnswerCache(folder, ttl=DAY, now=wall)


def test_an_answer_is_served_again_with_its_age(cache: AnswerCache, wall: Wall) -> None:
    """What was kept comes back whole, and says how old it is."""
    assert cache.put(KEY, ANSWERED) == ""
    wall.seconds += 180

    assert cache.get(KEY) == CachedAnswer(
        local=None,
        text="Grüß dich 🦉\n",
        usage=USAGE,
        returned_model="m-2026",
        age=180.0,
    )


def test_another_process_is_served_too(
    cache: AnswerCache, folder: Path, wall: Wall
) -> None:
    """A second cache on the same folder gives the answer that the first one kept."""
    cache.put(KEY, ANSWERED)

    assert AnswerCache(folder, ttl=DAY, now=wall).get(KEY) == cache.get(KEY) is not None


def test_an_old_answer_is_gone(cache: AnswerCache, folder: Path, wall: Wall) -> None:
    """An answer is served until its time is up, and then removed."""
    cache.put(KEY, ANSWERED)

    wall.seconds += DAY
    assert cache.get(KEY) is not None
    wall.seconds += 1
    assert cache.get(KEY) is None
    assert list(folder.iterdir()) == []


def test_an_answer_from_the_future_is_gone(cache: AnswerCache, wall: Wall) -> None:
    """After the clock was set back, an answer of unknown age is not served."""
    cache.put(KEY, ANSWERED)
    wall.seconds -= 1

    assert cache.get(KEY) is None


def test_no_lifetime_is_no_cache(folder: Path, wall: Wall) -> None:
    """With a lifetime of 0 nothing is kept, and nothing kept before is served."""
    AnswerCache(folder, ttl=DAY, now=wall).put(KEY, ANSWERED)
    off = AnswerCache(folder, ttl=0, now=wall)

    assert off.put(OTHER_KEY, ANSWERED) == ""
    assert (off.get(KEY), off.get(OTHER_KEY)) == (None, None)
    assert [p.name for p in folder.iterdir()] == [KEY]


@pytest.mark.parametrize(
    "change",
    [
        {"text": ""},
        {"text": " \n"},
        {"finish": FinishReason.LENGTH},
        {"finish": FinishReason.FILTERED},
        {"finish": FinishReason.OTHER},
        {"finish": None},
        {"status": Status.FAILED},
        {"status": Status.TIMED_OUT},
        {"status": Status.CANCELLED},
        {"fell_back": True},
        {"cached_age": 5.0},
    ],
    ids=str,
)
def test_only_whole_fresh_answers_are_kept(
    cache: AnswerCache, folder: Path, change: dict[str, object]
) -> None:
    """Empty, failed, cut-off, somebody else's and already cached answers are not."""
    outcome = msgspec.structs.replace(ANSWERED, **change)

    assert cache.put(KEY, outcome) == ""
    assert not folder.exists()


@pytest.mark.parametrize("position", [0, 20, 80, 150, -1])
def test_a_damaged_answer_is_removed(
    cache: AnswerCache, folder: Path, position: int
) -> None:
    """One changed byte, wherever it is, makes the file no answer."""
    cache.put(KEY, ANSWERED)
    data = bytearray((folder / KEY).read_bytes())
    data[position] ^= 1
    (folder / KEY).write_bytes(data)

    assert cache.get(KEY) is None
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("keep", [0, 1, 50, 100])
def test_a_cut_off_file_is_removed(cache: AnswerCache, folder: Path, keep: int) -> None:
    """A file that a crash cut short is no answer."""
    cache.put(KEY, ANSWERED)
    (folder / KEY).write_bytes((folder / KEY).read_bytes()[:keep])

    assert cache.get(KEY) is None
    assert list(folder.iterdir()) == []


def test_an_answer_under_another_key_is_removed(
    cache: AnswerCache, folder: Path
) -> None:
    """A file that was renamed does not answer another question."""
    cache.put(KEY, ANSWERED)
    (folder / KEY).rename(folder / OTHER_KEY)

    assert cache.get(OTHER_KEY) is None
    assert list(folder.iterdir()) == []


def test_a_link_in_place_of_an_answer_is_removed(
    cache: AnswerCache, folder: Path, tmp_path: Path
) -> None:
    """A link is not followed, even to a good answer; its target stays."""
    cache.put(KEY, ANSWERED)
    (folder / KEY).rename(tmp_path / "moved")
    (folder / KEY).symlink_to(tmp_path / "moved")

    assert cache.get(KEY) is None
    assert (tmp_path / "moved").exists()
    assert list(folder.iterdir()) == []


def test_a_link_in_place_of_the_folder_is_refused(
    cache: AnswerCache, folder: Path, tmp_path: Path
) -> None:
    """Through a linked folder nothing is read, written or removed."""
    cache.put(KEY, ANSWERED)
    folder.rename(tmp_path / "moved")
    folder.symlink_to(tmp_path / "moved")

    assert cache.get(KEY) is None
    assert "answers are not kept" in cache.put(OTHER_KEY, ANSWERED)
    cache.forget_all()
    assert [p.name for p in (tmp_path / "moved").iterdir()] == [KEY]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, wall: Wall) -> None:
    """Where nothing can be written the question is answered all the same."""
    (tmp_path / "file").write_text("")
    cache = AnswerCache(tmp_path / "file" / "answers", ttl=DAY, now=wall)

    warning = cache.put(KEY, ANSWERED)

    assert warning.startswith("answers are not kept: ")
    assert str(tmp_path / "file" / "answers") in warning
    assert cache.get(KEY) is None


def test_a_full_disk_is_told(cache: AnswerCache, folder: Path) -> None:
    """An answer that does not fit is a warning, and nothing of it is left behind."""
    cache.put(OTHER_KEY, ANSWERED)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        warning = cache.put(KEY, ANSWERED)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert warning == f"answers are not kept: File too large ({folder})"
    assert [p.name for p in folder.iterdir()] == [OTHER_KEY]


def test_the_oldest_go_when_the_limit_is_reached(
    cache: AnswerCache, folder: Path, wall: Wall
) -> None:
    """All together stay under the limit, and what was kept last stays."""
    keys = [f"{number:064x}" for number in range(80)]
    large = msgspec.structs.replace(ANSWERED, text="x" * 2**20)
    for key in keys:
        assert cache.put(key, large) == ""
        wall.seconds += 1
        assert sum(p.stat().st_size for p in folder.iterdir()) <= LIMIT

    kept = sorted(p.name for p in folder.iterdir())

    assert len(kept) > 40
    assert kept == keys[-len(kept) :]


def test_a_new_process_counts_what_is_there(
    cache: AnswerCache, folder: Path, wall: Wall
) -> None:
    """What others kept, and what they left unfinished, counts and goes in its time."""
    cache.put(KEY, ANSWERED)
    rest = folder / f".{KEY}.1.0.tmp"
    rest.write_text("")
    os.utime(rest, (wall.seconds, wall.seconds))
    (folder / "README").write_text("the user's own")
    wall.seconds += DAY + 1

    AnswerCache(folder, ttl=DAY, now=wall).put(COUNTING_KEY, ANSWERED)

    assert sorted(p.name for p in folder.iterdir()) == [COUNTING_KEY, "README"]


def test_everything_is_forgotten(cache: AnswerCache, folder: Path) -> None:
    """Forgetting leaves nothing that the cache wrote."""
    cache.put(KEY, ANSWERED)
    (folder / f".{KEY}.1.0.tmp").write_text("rest")

    cache.forget_all()

    assert list(folder.iterdir()) == []
    assert cache.get(KEY) is None


def test_forgetting_where_nothing_was_kept_makes_nothing(
    cache: AnswerCache, folder: Path
) -> None:
    """A folder that is not there is not made in order to be emptied."""
    cache.forget_all()

    assert not folder.exists()


def test_several_writers_leave_whole_answers(folder: Path, wall: Wall) -> None:
    """Whoever comes last, the file holds one of the answers, whole; none warns."""
    texts = [letter * 50_000 for letter in "abcd"]
    warnings: list[str] = []
    found: list[str] = []

    def write(text: str) -> None:
        cache = AnswerCache(folder, ttl=DAY, now=wall)
        outcome = msgspec.structs.replace(ANSWERED, text=text)
        for _ in range(10):
            warnings.append(cache.put(KEY, outcome))
            if kept := cache.get(KEY):  # another writer may just be replacing it
                found.append(kept.text)

    writers = [threading.Thread(target=write, args=(text,)) for text in texts]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert warnings == [""] * 40
    assert set(found) <= set(texts)
    last = AnswerCache(folder, ttl=DAY, now=wall).get(KEY)
    assert last is not None
    assert last.text in texts
    assert [p.name for p in folder.iterdir()] == [KEY]


@pytest.mark.parametrize(
    "change",
    [
        {"model": "n"},
        {"temperature": None},
        {"temperature": 0.1},
        {"max_tokens": None},
        {"stop": ()},
        {"messages": CALL.messages[1:]},
        {"messages": (CALL.messages[0], Message(Role.ASSISTANT, "Hello"))},
        {"messages": (CALL.messages[0], Message(Role.USER, "Hello "))},
    ],
    ids=str,
)
def test_another_question_has_another_key(change: dict[str, object]) -> None:
    """Everything that is sent is part of the key."""
    other = msgspec.structs.replace(CALL, **change)

    assert answer_key(SETTINGS, other) != answer_key(SETTINGS, CALL)


@pytest.mark.parametrize(
    "change",
    [{"name": "play"}, {"type": "anthropic"}, {"base_url": "http://127.0.0.1:2/v1"}],
    ids=str,
)
def test_another_provider_has_another_key(change: dict[str, object]) -> None:
    """Who is asked is part of the key."""
    other = msgspec.structs.replace(SETTINGS, **change)

    assert answer_key(other, CALL) != answer_key(SETTINGS, CALL)


def test_another_file_of_the_same_name_is_another_model() -> None:
    """What a name stands for is part of the key."""
    assert answer_key(SETTINGS, CALL, revision="b") != answer_key(SETTINGS, CALL)


def test_a_small_answer_is_kept_without_a_look_at_the_others(
    cache: AnswerCache, folder: Path, wall: Wall
) -> None:
    """Most small answers leave the counting to others: a shell prompt waits for it."""
    cache.put(KEY, ANSWERED)
    wall.seconds += DAY + 1

    AnswerCache(folder, ttl=DAY, now=wall).put(OTHER_KEY, ANSWERED)

    assert sorted(p.name for p in folder.iterdir()) == [KEY, OTHER_KEY]


def test_a_key_is_the_same_in_every_process() -> None:
    """The key of a question never changes between runs, whatever it holds."""
    odd = msgspec.structs.replace(CALL, messages=(Message(Role.USER, "\udcff\n'🦉"),))

    assert answer_key(SETTINGS, CALL) == (
        "8d0190c724866f092229e1e8055ad6dd1f0288525c026c3644cf1151933af797"
    )
    assert len(answer_key(SETTINGS, odd)) == 64
