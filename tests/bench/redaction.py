"""`python -m tests.bench.redaction --nerel N --factrueval F`: what the redaction finds and misses.

N and F are clones of other people's annotated texts (tests/bench/corpora.py tells where from);
what is not given is not measured, and the table says so. Limits of the redaction were found on the
development parts alone; `--part dev` shows those, `--part test` the ones that nobody looked into.
The unit is a capitalised word of a person's name: found when it is covered, wrong when it is
covered and of no person. Speed is of the processor's time of one process, everything included.
"""

import argparse
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from documents.redaction import Kind, Known, Person, name_of, redact
from documents.redaction.names import People
from tests.bench import addresses, corpora
from tests.bench.forms import Form, kyrgyz_forms, misspelt, people, russian_forms

SAMPLES = 3_000
SLIPS = 1_500
LONG_ACT = 100_000
HOME = "г. Бишкек, ул. Токтогула, 5"


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    asked = _parser().parse_args()
    redact("Иванов", Known(language="ru"))  # the network is loaded before anything is timed
    if asked.nerel is not None:
        act = "\n".join(text.text for text in corpora.nerel(asked.nerel / "NEREL-v1.1/dev"))
        pace(act[:LONG_ACT])
        first_of_a_process(act[:LONG_ACT])
    for title, folder, read, parts in (
        ("NEREL 1.1", asked.nerel, corpora.nerel,
         {"dev": "NEREL-v1.1/dev", "test": "NEREL-v1.1/test"}),
        ("factRuEval-2016", asked.factrueval, corpora.fact_ru_eval,
         {"dev": "devset", "test": "testset"}),
    ):  # fmt: skip
        if folder is None:
            say(f"{title}: not given, not measured")
            continue
        for part in ("dev", "test") if asked.part == "both" else (asked.part,):
            texts = read(folder / parts[part])
            unknown(f"{title} {part}, nobody known", texts, lambda _text: Known(language="ru"))
            if any(text.called for text in texts):
                unknown(f"{title} {part}, everybody known", texts, _all_known)
                listed(f"{title} {part}, words of listed names", texts)
    if not asked.texts_only:
        everybody = people(asked.people, seed=1)
        inflected("Kyrgyz forms (kyrgyz 0.1.1)", kyrgyz_forms(everybody))
        inflected("Russian forms (petrovich)", russian_forms(everybody))
        slips()
        homes()


def pace(act: str) -> None:
    """Print how fast one long act of a case of four is read, first with every word new."""
    persons = tuple(
        Person(key=str(at), label=f"Истец {at}", names=(name,), addresses=(HOME,))
        for at, (name, _woman) in enumerate(people(4, seed=3), start=1)
    )
    for title in ("words never met", "words met before"):
        begun = time.process_time()
        redact(act, Known(language="ru", persons=persons))
        taken = time.process_time() - begun
        say(f"an act of {len(act)} characters, {title}: {len(act) / taken:,.0f} a second")


def first_of_a_process(act: str) -> None:
    """Print what a process of its own takes for a word, and how fast it reads an act after that."""
    start, whole = (_alone_in_a_process(text) for text in ("Суд решил.", act))
    say(
        f"a process of its own: {start:.2f} s for a word, {whole:.2f} s for {len(act)} characters, "
        f"{len(act) / (whole - start):,.0f} a second"
    )


def _alone_in_a_process(text: str) -> float:
    """Return the processor's time of `python -m documents redact` for a text, in seconds."""
    with TemporaryDirectory() as folder:
        case = Path(folder, "case.json")
        case.write_text('{"persons": [{"role": "истец", "names": ["Асанов Бакыт Маратович"]}]}')
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, "-m", "documents", "redact", "--case", case],
            input=text.encode(),
            stdout=subprocess.DEVNULL,
            check=True,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def unknown(
    title: str, texts: list[corpora.Annotated], known: Callable[[corpora.Annotated], Known]
) -> None:
    """Print how many words of people's names are covered, and how many others."""
    found = missed = wrong = clean = told = letters = 0
    begun = time.process_time()
    for text in texts:
        covered = _covered(text, known(text))
        words = [(bool(covered[start]), of_person) for start, _end, of_person in text.words()]
        left = words.count((False, True))
        found += words.count((True, True))
        missed += left
        wrong += words.count((True, False))
        told += any(of_person for _covered, of_person in words)
        clean += not left and any(of_person for _covered, of_person in words)
        letters += len(text.text)
    taken = time.process_time() - begun
    say(
        f"{title}: recall {found / (found + missed):.2%} of {found + missed} words, "
        f"precision {found / (found + wrong):.2%}, {clean} of {told} texts without any leak, "
        f"{letters / taken:,.0f} characters a second"
    )


def listed(title: str, texts: list[corpora.Annotated]) -> None:
    """Print how many words of the names of listed people stay where these people are named."""
    number, missed = 0, []
    for text in texts:
        covered = _covered(text, _all_known(text))
        words = list(text.own_words())
        number += len(words)
        missed += [text.text[start:end] for start, end in words if not covered[start]]
    say(f"{title}: {number}, {len(missed)} missed {missed[:5]}")


def _covered(text: corpora.Annotated, known: Known) -> bytearray:
    """Return 1 for each character of the text that stays in no public version, as a person's."""
    covered = bytearray(len(text.text) + 1)
    for span in redact(text.text, known).spans:
        if span.applied and span.kind is Kind.PERSON:
            covered[span.start : span.end] = b"\1" * (span.end - span.start)
    return covered


def _all_known(text: corpora.Annotated) -> Known:
    return Known(
        language="ru",
        persons=tuple(
            Person(key=str(at), label=f"Истец {at}", names=(name_of(" ".join(names)),))
            for at, names in enumerate(text.called, start=1)
            if any(name.strip() for name in names)
        ),
    )


def inflected(title: str, forms: Iterable[Form]) -> None:
    """Print how many forms of known names are not seen whole."""
    seen: dict[str, People] = {}
    number, missed = 0, []
    for form in forms:
        key = str(form.name)
        if key not in seen:
            seen = {key: _alone(form)}
        spans = seen[key].named(f"суд {form.written}, деп").persons
        number += 1
        missed += [form.written] if [span.original for span in spans] != [form.written] else []
    say(f"{title}: {number} forms, {len(missed)} missed {missed[:5]}")


def _alone(form: Form) -> People:
    person = Person(key="p", label="Истец 1", names=(form.name,))
    return People(Known(persons=(person,), language=form.language))


def slips() -> None:
    """Print how many surnames with one slip of the pen are found."""
    luck = random.Random(7)  # noqa: S311 - which slips, not secrets
    found = 0
    for name, _woman in people(SLIPS, seed=2):
        form = Form(written=misspelt(name.surname, luck), name=name, language="ru")
        found += bool(_alone(form).named(f"суд {form.written} тууралуу").persons)
    say(f"one slip in the surname: {found} of {SLIPS} found")


def homes() -> None:
    """Print how many invented addresses leave no telling piece readable."""
    made = addresses.invented(SAMPLES, seed=99)
    hidden = sum(
        addresses.is_hidden(one, redact(one.text, Known(language=one.language)).result)
        for one in made
    )
    say(f"addresses: {hidden / SAMPLES:.2%} of {SAMPLES} hidden")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="What the redaction finds and misses.")
    parser.add_argument("--nerel", type=Path, help="a clone of nerel-ds/NEREL")
    parser.add_argument("--factrueval", type=Path, help="a clone of factRuEval-2016")
    parser.add_argument("--part", choices=("dev", "test", "both"), default="both")
    parser.add_argument("--people", type=int, default=1_500, help="36 forms of each are tried")
    parser.add_argument("--texts-only", action="store_true")
    return parser


if __name__ == "__main__":
    main()
