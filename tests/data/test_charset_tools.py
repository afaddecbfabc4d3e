from __future__ import annotations

import pytest

from ocrlib.charset import Charset
from ocrlib.cli import main
from ocrlib.data.charset_tools import (
    build_charset,
    clusters,
    count_characters,
    label_texts,
    outside_characters,
    rare_characters,
)
from ocrlib.errors import CharsetError

TEXTS = ["aab", "b c", "กิ่น้"]


def test_characters_are_code_points_or_clusters():
    assert count_characters(TEXTS)["ก"] == 1
    assert count_characters(TEXTS)["a"] == 2
    assert list(clusters("กิ่น้ a")) == ["กิ่", "น้", " ", "a"]
    assert list(clusters("")) == []
    counts = count_characters(TEXTS, marks=True)
    assert counts["กิ่"] == counts["น้"] == 1
    assert counts["ก"] == 0
    charset = Charset(["กิ", "่", "น้", "a"])
    assert count_characters(TEXTS[2:], charset) == {"กิ": 1, "่": 1, "น้": 1}


def test_a_charset_of_what_occurs_often_enough():
    counts = count_characters(["aab", "b c", "\tc"])
    assert build_charset(counts).entries == (" ", "a", "b", "c")
    assert build_charset(counts, least=2).entries == ("a", "b", "c", " ")
    assert "a" not in build_charset(count_characters(["abb"]), least=2).entries
    with pytest.raises(CharsetError, match="no character is left"):
        build_charset(counts, least=9)


def test_an_extended_charset_keeps_its_classes():
    base = Charset("zyx")
    more = build_charset(count_characters(["xab", "b"]), base=base)
    assert more.entries == ("z", "y", "x", " ", "a", "b")
    assert more.encode("zyx ") == base.encode("zyx ")
    with pytest.raises(CharsetError, match="twice"):
        base.extended("z")
    assert base.extended(["กิ่"]).encode("กิ่z") == [5, 1]


def test_rare_and_foreign_characters_are_told():
    charset = Charset("abcd")
    counts = count_characters(["aaab", "bé漢é"])
    assert rare_characters(charset, counts, enough=3) == {"c": 0, "d": 0, "b": 2}
    assert outside_characters(charset, counts) == {"é": 2, "漢": 1}


@pytest.fixture
def labels(tmp_path):
    rec = tmp_path / "rec.txt"
    rec.write_text("a.jpg\tab，\nb.jpg\tabé\n", encoding="utf-8")
    det = tmp_path / "det.txt"
    square = "[[0,0],[9,0],[9,9],[0,9]]"
    regions = ",".join(f'{{"transcription":"{t}","points":{square}}}' for t in ("ac", "###"))
    det.write_text(f"a.jpg\t[{regions}]\n", encoding="utf-8")
    return rec, det


def test_texts_of_both_kinds_of_label_files(labels):
    assert [label_texts(file) for file in labels] == [["ab，", "abé"], ["ac"]]


def test_the_command_counts_warns_and_extends(labels, tmp_path, capsys):
    out = tmp_path / "new.txt"
    arguments = ["data", "charset", *map(str, labels), "--charset", "english", "--narrow"]
    assert main([*arguments, "--enough", "2", "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    assert "3 texts, 8 characters, 5 different ones" in printed
    assert "outside the charset: 1 texts, 1 characters: é:1" in printed
    assert "warning: 93 characters occur less than 2 times" in printed  # é, and all but a and b
    written = Charset.from_file(out, space=False)
    assert written == Charset.english().extended("é")
    assert Charset.from_file(out) == written  # the space is there already


def test_the_command_builds_a_charset_from_nothing(labels, tmp_path, capsys):
    out = tmp_path / "own.txt"
    assert main(["data", "charset", str(labels[0]), "--out", str(out), "--least", "2"]) == 0
    assert Charset.from_file(out, space=False).entries == ("a", "b", " ")
    assert "warning: 2 characters occur less than 200 times: a:2 b:2" in capsys.readouterr().out


def test_the_command_wants_files(capsys):
    assert main(["data", "charset"]) == 2
    assert "give label files" in capsys.readouterr().err
