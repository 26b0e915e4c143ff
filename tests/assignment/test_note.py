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


@pytest.mark.parametrize("text", ["no gap\n", "text\n\nno end"])
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
