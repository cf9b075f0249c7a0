"""Whatever files a bundle holds, each stands on exactly one list, and whatever is changed in it is found."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from takedown.evidence.bag import OWN_FILES, PAYLOAD_LIST, STAMP_LIST, TAG_LIST, digests_of, hash_list
from takedown.evidence.tree import Tree
from takedown.evidence.verify_lists import compare_digests, compare_names, read_lists

Files = dict[str, bytes]
LISTS = {PAYLOAD_LIST, TAG_LIST, STAMP_LIST}

part = st.text("abcxyz019._-", min_size=1, max_size=6).filter(lambda name: name not in {".", ".."})
in_data = st.lists(part, min_size=1, max_size=3).map(lambda parts: "/".join(["data", *parts]))
anywhere = st.one_of(part, in_data, part.map("tijdstempels/{}".format)).filter(lambda name: name not in LISTS)
contents = st.binary(max_size=40)


def listed(files: Mapping[str, bytes]) -> Files:
    """Put the three lists beside files, as a bundle has them."""
    files = {**dict.fromkeys(set(OWN_FILES) - LISTS, b""), **files}
    files[PAYLOAD_LIST] = hash_list(digests_of({name: files[name] for name in files if name.startswith("data/")}))
    files[TAG_LIST] = hash_list(digests_of({name: files[name] for name in files if "/" not in name}))
    stamps = {name: files[name] for name in files if name.startswith("tijdstempels/") or name == TAG_LIST}
    files[STAMP_LIST] = hash_list(digests_of(stamps))
    return files


def problems_of(files: Files) -> list[str]:
    """Take steps 2, 3 and 4."""
    tree = Tree(sorted(files), files.__getitem__, lambda: None, None)
    lists, problems = read_lists(tree)
    return [*problems, *compare_names(tree, lists)[0], *compare_digests(tree, lists)[0]]


@st.composite
def changes(draw: st.DrawFn, files: Files) -> Files:
    """Change one thing in a bundle: a byte, a file's length, its name, whether it is there, what two files hold."""
    changed = dict(files)
    name = draw(st.sampled_from(sorted(files)))
    content = files[name]
    kind = draw(st.sampled_from(["add", "append", "delete", "flip", "rename", "swap", "truncate"]))
    if kind == "add":
        changed[draw(anywhere.filter(lambda new: new not in files))] = draw(contents)
    elif kind == "append":
        changed[name] = content + draw(st.binary(min_size=1, max_size=3))
    elif kind == "delete":
        del changed[name]
    elif kind == "rename":
        changed[draw(anywhere.filter(lambda new: new not in files))] = changed.pop(name)
    elif kind == "swap":
        other = draw(st.sampled_from([one for one in sorted(files) if files[one] != content]))
        changed[name], changed[other] = files[other], content
    elif content:
        place = draw(st.integers(0, len(content) - 1))
        byte = bytes([content[place] ^ (1 << draw(st.integers(0, 7)))])
        changed[name] = content[:place] + (byte + content[place + 1 :] if kind == "flip" else b"")
    else:
        changed[name] = b"\n"
    return changed


@given(data=st.data(), files=st.dictionaries(anywhere, contents, max_size=8))
def test_every_file_stands_on_one_list_and_every_change_is_found(data: st.DataObject, files: Files) -> None:
    bundle = listed(files)
    assert problems_of(bundle) == []
    assert problems_of(data.draw(changes(bundle))) != []
