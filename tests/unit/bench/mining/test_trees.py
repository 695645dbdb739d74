"""Commits and folders in bytes."""

from hypothesis import given
from hypothesis import strategies as st

from hexai.bench.mining.trees import is_odd, parse_commit, parse_tree

COMMIT = b"""tree 1111111111111111111111111111111111111111
parent 2222222222222222222222222222222222222222
parent 3333333333333333333333333333333333333333
author Ada L <ada@example.org> 1700000000 +0100
committer Grace H <grace@example.org> 1700000060 -0500
gpgsig -----BEGIN PGP SIGNATURE-----
 parent 4444444444444444444444444444444444444444
 -----END PGP SIGNATURE-----

Add what was missing

And say why.
"""


def test_a_commit_is_read() -> None:
    """Its folder, parents, author, time and first line; a signature is none of them."""
    commit = parse_commit(COMMIT)

    assert commit is not None
    assert commit.tree == "1" * 40
    assert commit.parents == ("2" * 40, "3" * 40)
    assert commit.author == "Ada L <ada@example.org"
    assert commit.at == 1_700_000_060
    assert commit.subject == "Add what was missing"


def test_a_time_that_is_none_is_long_ago() -> None:
    """Nobody knows when; so it comes last."""
    broken = COMMIT.replace(b"1700000060", b"9" * 400)

    commit = parse_commit(broken)

    assert commit is not None
    assert commit.at == 0


@given(st.binary(max_size=400))
def test_any_bytes_are_read(data: bytes) -> None:
    """Damaged objects are no failures of ours."""
    parse_commit(data)
    parse_commit(b"tree x\ncommitter " + data)
    parse_tree(data)


@given(
    st.dictionaries(
        st.binary(min_size=1, max_size=9).filter(lambda name: b"\0" not in name),
        st.tuples(
            st.sampled_from([b"100644", b"40000", b"160000"]),
            st.binary(min_size=20, max_size=20),
        ),
        max_size=9,
    )
)
def test_a_folder_is_read_whole(entries: dict[bytes, tuple[bytes, bytes]]) -> None:
    """Whatever bytes its names and ids are of."""
    data = b"".join(
        mode + b" " + name + b"\0" + id_ for name, (mode, id_) in entries.items()
    )

    assert parse_tree(data) == entries


def test_names_that_lead_elsewhere_are_odd() -> None:
    """Folders above, git's own, and what another system takes for a folder."""
    assert all(map(is_odd, (b"", b".", b"..", b".git", b".GiT", b"a\\b", b"../a")))
    assert not any(map(is_odd, (b"a", b".gitignore", b"...", b"git")))
