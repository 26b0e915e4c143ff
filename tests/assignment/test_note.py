"""Signed notes as other C2SP tools write them."""

import base64

import pytest

from assignment import ed25519, note
from assignment.canon import sha

NEUMANN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6"
    "KE6RyyBwJnAM=\n"
)
SEED = sha(b"seed")
KEY = ed25519.public_key(SEED)
CHECKPOINT = note.Checkpoint(origin="log.example", size=7, root=sha(b"root"))


def test_a_note_of_another_implementation():
    """The example of the Go package that the format comes from."""
    key = base64.b64decode(NEUMANN.split("+", 2)[2])[1:]
    assert note.verifier_key("PeterNeumann", note.PLAIN, key) == NEUMANN
    text, (line,) = note.opened(NOTE)
    signature = note.signature_in(line, "PeterNeumann", key)
    assert ed25519.genuine(key, text.encode(), signature)
    assert note.signature_line("PeterNeumann", key, signature) == line


def test_the_example_of_the_specification():
    """c2sp.org/signed-note: this verifier key verifies this note."""
    vkey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    signed = (
        "This is an example message.\n\n"
        "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXm"
        "RKuwHjG1Yu72IneyaQM=\n"
    )
    key = base64.b64decode(vkey.split("+", 2)[2])[1:]
    assert note.verifier_key("example.com/foo", note.PLAIN, key) == vkey
    text, (line,) = note.opened(signed)
    signature = note.signature_in(line, "example.com/foo", key)
    assert ed25519.genuine(key, text.encode(), signature)


def test_the_cosigned_checkpoint_of_the_specification():
    """c2sp.org/tlog-cosignature: its times and names, as they stand in the example."""
    signed = (
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
        "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhc"
        "yv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
        "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX"
        "3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
    )
    text, lines = note.opened(signed)
    checkpoint = note.Checkpoint.of(text)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20_852_163)
    blob = base64.b64decode(lines[1].split(" ")[2])
    moment = int.from_bytes(blob[4:12], "big")
    assert moment == 1_679_315_147
    assert len(blob[12:]) == 64
    assert note.cosigned_message(moment, text).decode() == (
        "cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\n"
        "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    )


def test_a_text_with_an_empty_line():
    """c2sp.org/signed-note: the text is separated from the signatures by the last empty line."""
    line = note.signature_line("log", KEY, ed25519.sign(SEED, b"a\n\nb\n"))
    assert note.opened("a\n\nb\n\n" + line) == ("a\n\nb\n", [line])


def test_checkpoint():
    assert note.Checkpoint.of(CHECKPOINT.text()) == CHECKPOINT
    assert CHECKPOINT.text().splitlines()[:2] == ["log.example", "7"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\n1\n",
        "a\nx\n\n",
        "a\n1\n%%%\n",
        "a\n1\nAAAA\n",
        CHECKPOINT.text() + "x",
        CHECKPOINT.text() + "more\n",
        CHECKPOINT.text().replace("\n7\n", "\n07\n"),
        CHECKPOINT.text().replace("\n7\n", "\n-7\n"),
    ],
)
def test_not_a_checkpoint(text):
    with pytest.raises(note.NoteError):
        note.Checkpoint.of(text)


def test_cosignature():
    signature = ed25519.sign(SEED, note.cosigned_message(1_795_000_000, CHECKPOINT.text()))
    line = note.cosignature_line("bar", KEY, 1_795_000_000, signature)
    assert note.cosignature_in(line, "bar", KEY) == (1_795_000_000, signature)
    later = line.replace(
        line.split(" ")[2],
        base64.b64encode(note.key_id("bar", note.WITNESS, KEY) + b"\xff" * 8 + signature).decode()
        + "\n",
    )
    assert note.cosignature_in(later, "bar", KEY) is None  # no time: beyond 2**63 - 1
    assert note.cosigned_message(5, "x\n") == b"cosignature/v1\ntime 5\nx\n"


@pytest.mark.parametrize(
    "line",
    [
        "",
        "— bar AAAA",
        "— bar %%%\n",
        "— ombudsman AAAA\n",
        "— bar " + base64.b64encode(bytes(76)).decode() + "\n",
        note.signature_line("bar", KEY, bytes(64)),
    ],
)
def test_a_line_that_is_no_cosignature_of_this_key(line):
    assert note.cosignature_in(line, "bar", KEY) is None


def test_lines_of_a_wrong_length():
    short = base64.b64encode(note.key_id("bar", note.WITNESS, KEY) + bytes(71)).decode()
    assert note.cosignature_in(f"— bar {short}\n", "bar", KEY) is None
    assert note.signature_in(note.signature_line("bar", KEY, bytes(63)), "bar", KEY) is None
    assert note.signature_in(note.cosignature_line("bar", KEY, 1, bytes(64)), "bar", KEY) is None


LINE = note.signature_line("log", KEY, bytes(64))


@pytest.mark.parametrize(
    "text",
    [
        "no gap\n",
        "text\n\nno end",
        "text\n\nno dash\n",
        "text\n\n" + LINE + "\n",
        "text\n\n" + LINE.replace("log", "the log"),
        "text\n\n" + LINE.replace("log", "log+1"),
        "text\n\n" + LINE.replace("log", ""),
        "te\txt\n\n" + LINE,
        "text\n\n" + LINE.replace("\n", "\r\n"),
        "text\n\n" + LINE * 2000,
    ],
)
def test_not_a_signed_note(text):
    with pytest.raises(note.NoteError):
        note.opened(text)


def test_signatures():
    signature = ed25519.sign(SEED, b"message")
    assert ed25519.genuine(KEY, b"message", signature)
    assert not ed25519.genuine(KEY, b"massage", signature)
    assert not ed25519.genuine(KEY, b"message", signature[:-1])
    assert not ed25519.genuine(b"short", b"message", signature)


def test_rfc_8032_vector():
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert ed25519.public_key(seed).hex() == key
