from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocrlib.charset import CHINESE_MARKS, Charset, gb2312_level_1, is_cluster, narrow
from ocrlib.errors import CharsetError

CHARACTERS = st.characters(exclude_characters="\n\r\t", exclude_categories=("Cs",))


def test_english_has_the_95_printable_ascii_characters() -> None:
    charset = Charset.english()
    assert charset.size == len(charset) == 96
    assert set(charset.characters) == {chr(code) for code in range(32, 127)}
    assert charset.encode("0A") == [1, 11]


def test_class_zero_is_the_blank_and_the_space_comes_last() -> None:
    charset = Charset("ab")
    assert charset.encode("ab ") == [1, 2, 3]
    assert charset.decode([0, 1, 1, 0, 2, 3]) == "aab "


def test_a_space_in_the_list_keeps_its_class() -> None:
    assert Charset("a b").encode(" ") == [2]
    assert Charset("ab", space=False).missing("a b") == {" "}


@given(st.lists(CHARACTERS, min_size=1, unique=True), st.booleans(), st.data())
def test_round_trips(names: list[str], space: bool, data: st.DataObject) -> None:
    charset = Charset(names, space=space)
    text = data.draw(st.text(st.sampled_from(charset.characters)))
    assert charset.decode(charset.encode(text)) == text
    assert Charset.from_dict(charset.to_dict()) == charset
    assert charset.missing(text) == set()


@given(st.text(CHARACTERS))
def test_encode_fails_exactly_when_characters_are_missing(text: str) -> None:
    charset = Charset.english()
    if charset.missing(text):
        with pytest.raises(CharsetError):
            charset.encode(text)
    else:
        assert charset.decode(charset.encode(text)) == text


def test_encode_names_the_character() -> None:
    with pytest.raises(CharsetError) as caught:
        Charset.english().encode("5 €")
    assert str(caught.value) == (
        "character '€' (U+20AC) is not in the charset (got '5 €'). "
        "Remedy: add it to the charset, or leave the text out"
    )


@pytest.mark.parametrize("index", [-1, 4])
def test_decode_refuses_other_classes(index: int) -> None:
    with pytest.raises(CharsetError, match="no such class in a charset of 4 classes"):
        Charset("ab").decode([index])


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        (["a", "bc"], "entry 2 of the charset is not one printable character"),
        (["a", ""], "entry 2 of the charset is not one printable character"),
        (["\t"], "entry 1 of the charset is not one printable character"),
        ("aba", "the charset has a character twice"),
    ],
)
def test_refuses_a_bad_charset(names: list[str], problem: str) -> None:
    with pytest.raises(CharsetError, match=problem):
        Charset(names)


def test_refuses_an_empty_charset() -> None:
    with pytest.raises(CharsetError, match="the charset is empty"):
        Charset("", space=False)


@pytest.mark.parametrize("values", [{}, {"characters": ["a", 1]}, {"characters": "a", "x": 1}])
def test_from_dict_is_strict(values: dict[str, object]) -> None:
    with pytest.raises(CharsetError, match="exactly one key"):
        Charset.from_dict(values)


def test_from_file(tmp_path) -> None:
    file = tmp_path / "keys.txt"
    file.write_bytes("\ufeffa\r\n文\r\n \r\n\u2028\r\n".encode())
    assert Charset.from_file(file).characters == "a文 \u2028"
    file.write_text("\n".join(string.digits), encoding="utf-8")
    assert Charset.from_file(file).characters == string.digits + " "
    assert Charset.from_file(file, space=False).characters == string.digits


def test_from_file_names_file_and_line(tmp_path) -> None:
    file = tmp_path / "keys.txt"
    file.write_text("a\nbc\n", encoding="utf-8")
    with pytest.raises(CharsetError, match=r"keys\.txt:2: more than one character"):
        Charset.from_file(file)
    file.write_text("a\na\n", encoding="utf-8")
    with pytest.raises(CharsetError, match=r"keys\.txt: the charset has a character twice"):
        Charset.from_file(file)
    file.write_bytes("文".encode("gb18030"))
    with pytest.raises(CharsetError, match=r"keys\.txt: the charset is not UTF-8"):
        Charset.from_file(file)
    with pytest.raises(CharsetError, match=r"none\.txt: cannot read the charset"):
        Charset.from_file(tmp_path / "none.txt")


def test_chinese_has_level_1_the_marks_and_ascii() -> None:
    charset = Charset.chinese()
    level_1 = gb2312_level_1()
    assert len(level_1) == 3755
    assert (level_1[0], level_1[-1]) == ("啊", "座")
    # The second level begins in the row after it.
    assert b"\xd8\xa1".decode("gb2312") not in level_1
    assert charset.missing("汉字，English 123（全角）".translate({0xFF0C: ",", 0xFF08: "("})) == {
        "）"
    }
    assert charset.size == 1 + 3755 + len(CHINESE_MARKS) + 95
    assert Charset.named("chinese") == charset
    assert Charset.from_dict(charset.to_dict()) == charset


def test_narrow_leaves_nothing_full_width_and_touches_nothing_else() -> None:
    full = "".join(map(chr, range(0xFF01, 0xFF5F)))
    assert narrow(full) == "".join(map(chr, range(0x21, 0x7F)))
    assert narrow("Ａ１，　x²。《》ｶ") == "A1, x²。《》ｶ"
    assert Charset.chinese().missing(narrow(full + CHINESE_MARKS + "　")) == set()


THAI = ("ก", "กิ", "กิ่", "น", "น้", "ำ")


def test_a_letter_with_its_marks_is_one_class() -> None:
    charset = Charset(THAI, space=False)
    assert charset.size == 7
    assert charset.encode("กกิกิ่น้ำ") == [1, 2, 3, 5, 6]
    assert charset.decode([1, 2, 3, 5, 6]) == "กกิกิ่น้ำ"
    assert charset.missing("กี่น") == {"ี", "่"}  # the letter is known, its marks alone are not
    assert charset.to_dict() == {"characters": list(THAI)}
    assert Charset.from_dict(charset.to_dict()) == charset
    assert Charset(["a", "b"]) != Charset(["a", "b\u0301"])


@given(st.lists(st.sampled_from(THAI)))
def test_clusters_round_trip(entries: list[str]) -> None:
    charset = Charset(THAI, space=False)
    text = "".join(entries)
    assert charset.decode(charset.encode(text)) == text
    assert charset.missing(text) == set()


@pytest.mark.parametrize("entry", ["ab", "", "\u0301\u0301", "a\u0301b"])
def test_what_is_no_cluster_is_no_entry(entry: str) -> None:
    assert not is_cluster(entry)
    with pytest.raises(CharsetError, match="not one printable character"):
        Charset(["x", entry])


def test_clusters_from_a_file(tmp_path) -> None:
    file = tmp_path / "thai.txt"
    file.write_text("\n".join(THAI), encoding="utf-8")
    assert Charset.from_file(file, space=False).entries == THAI
