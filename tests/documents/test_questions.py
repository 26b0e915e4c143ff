"""The forms of the public: whole files, right questions, messages for wrong answers, papers."""

import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pikepdf
import pytest
import referencing
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from documents.papers.application import application, empty_form
from documents.questions import (
    LANGUAGES,
    Circumstances,
    Form,
    Kind,
    Question,
    SchemaError,
    asked,
    carried,
    checked,
    empty,
    read_catalogue,
    read_form,
    written,
)
from documents.questions.conditions import holds, named
from documents.questions.naming import CASES
from documents.questions.writing import places
from sud.registry.reference import Reference, read_reference
from tests.documents.answering import (
    CATALOGUE,
    CIRCUMSTANCES,
    FOLDER,
    NAMED,
    TODAY,
    answers_to,
    any_answers,
)

MADE = datetime(2026, 11, 23, 4, tzinfo=UTC)
FORMS = {form.name: form for form in CATALOGUE.forms}
every_form = pytest.mark.parametrize("form", CATALOGUE.forms, ids=list(FORMS))


def _file(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / name).read_text())
    return found


_META = json.loads((FOLDER.parent / "form.v1.json").read_text())
jsonschema.Draft202012Validator.check_schema(_META)
META = jsonschema.Draft202012Validator(_META)
SHARED = referencing.Registry().with_resource(
    "common.v1.json",
    referencing.jsonschema.DRAFT202012.create_resource(_file("common.v1.json")),
)


def _schema(form: Form) -> jsonschema.Draft202012Validator:
    whole = _file(f"{form.name}.v{form.version}.json")
    return jsonschema.Draft202012Validator(whole, registry=SHARED)


def _all(questions: tuple[Question, ...]) -> list[Question]:
    return [one for question in questions for one in (question, *_all(question.questions))]


# ------------------------------------------------------------------ the files


@every_form
def test_every_file_keeps_to_what_a_form_may_say(form: Form) -> None:
    whole = _file(f"{form.name}.v{form.version}.json")
    META.validate(whole)
    jsonschema.Draft202012Validator.check_schema(whole)


def test_what_forms_share_keeps_to_it_too() -> None:
    question = {**_META, "$ref": "#/$defs/question"}
    for key in ("required", "properties", "additionalProperties", "type"):
        question.pop(key)
    for shared in _file("common.v1.json")["$defs"].values():
        jsonschema.Draft202012Validator(question).validate(shared)


def test_there_are_at_least_eighteen() -> None:
    assert len(CATALOGUE.forms) >= 18
    assert {form.group for form in CATALOGUE.forms} == set(CATALOGUE.groups)


@every_form
def test_every_question_speaks_three_languages(form: Form) -> None:
    for question in _all(form.questions):
        said = [question.ask] if question.name != "item" or question.kind is Kind.GROUP else []
        said += [one for one in (question.help, question.term, question.missing) if one]
        said += [option.words for option in question.options]
        if question.kind is Kind.LIST:
            said.append(question.add)
        for words in said:
            assert set(words) == set(LANGUAGES), question.name
            assert all(text.strip() for text in words.values()), question.name


@every_form
def test_steps_conditions_and_places_name_what_there_is(form: Form) -> None:
    names = [question.name for question in form.questions]
    stepped = [name for step in form.steps for name in step.asks]
    assert sorted(stepped) == sorted(names)
    order = {name: number for number, step in enumerate(form.steps) for name in step.asks}
    for rule in form.rules:
        for name in rule.asked:
            # Without scripts a page cannot change: what decides stands on an earlier page,
            # and in the file before what it decides on.
            for decides in named(rule.condition):
                assert order[decides] < order[name], (decides, name)
                assert names.index(decides) < names.index(name), (decides, name)
    for sentence in (*form.paper.text, *form.paper.asks, *form.paper.enclosures):
        assert named(sentence.condition) <= {*names, "item"}
        for words in sentence.words.values():
            for path, case in places(words):
                assert case in CASES
                assert path[0] in ({*names, "item"} if sentence.each else names), words
    assert form.paper.signer in names
    assert form.question(form.paper.court).kind is Kind.COURT


@pytest.fixture(scope="module")
def reference() -> Reference:
    return read_reference()


@every_form
def test_it_names_law_that_the_archive_has(form: Form, reference: Reference) -> None:
    assert set(form.limits) <= {limit.code for limit in reference.limits}
    categories = {category.code for category in reference.categories}
    assert {code for _condition, code in form.categories} <= categories
    assert form.name in {ground.form for ground in reference.form_grounds}


def test_a_file_that_is_not_understood_is_refused_with_its_name(tmp_path: Path) -> None:
    for file in ("common.v1.json", "groups.toml"):
        (tmp_path / file).write_text((FOLDER / file).read_text())
    whole = _file("copies.v1.json")
    whole["properties"]["count"]["format"] = "guess"
    (tmp_path / "copies.v1.json").write_text(json.dumps(whole))
    with pytest.raises(SchemaError, match=r"copies\.v1\.json.*guess"):
        read_catalogue(tmp_path)
    whole = _file("copies.v1.json")
    whole["x-form"]["version"] = 2
    (tmp_path / "copies.v1.json").write_text(json.dumps(whole))
    with pytest.raises(SchemaError, match="version 2"):
        read_catalogue(tmp_path)
    whole["properties"]["court"] = {"$ref": "../other.json#/x"}
    (tmp_path / "copies.v1.json").write_text(json.dumps(whole))
    with pytest.raises(SchemaError, match="same folder"):
        read_form(tmp_path / "copies.v1.json")


# ------------------------------------------------------------------ answers


@pytest.mark.parametrize("yes", [True, False])
@every_form
def test_right_answers_have_no_fault_and_satisfy_the_schema(form: Form, yes: bool) -> None:
    answers = answers_to(form, yes=yes, option=0 if yes else 1)
    found = checked(form, answers, CIRCUMSTANCES)
    assert found.faults == ()
    assert found.values == answers
    _schema(form).validate(found.values)


@every_form
def test_nothing_answered_is_told_at_each_question(form: Form) -> None:
    faults = checked(form, {}, CIRCUMSTANCES).faults
    told = {fault.path[0] for fault in faults}
    assert told == set(form.required)
    for fault in faults:
        assert set(fault.words) == set(LANGUAGES)
        assert not any(re.search(r"[{}]", words) for words in fault.words.values())


WRONG: list[tuple[str, Any, str]] = [
    ("me-pin", "21503198501", "ПИН"),
    ("me-pin", "29903198501234", "ПИН"),
    ("me-phone", "112", "телефон"),
    ("me-email", "bakyt", "почты"),
    ("me-address", "дом ☃", "☃"),
    ("me-surname", "", "фамилию"),
    ("court", "supreme", "суд"),
    ("court", "nowhere", "суд"),
    ("lent_on", "2026-11-24", "позже сегодняшней"),
    ("lent_on", "31.02.2026", "Напишите дату"),
    ("lent_on", "1026-03-01", "год"),
    ("sum", 0, "больше нуля"),
    ("sum", "100", "сумму"),
    ("sum", True, "сумму"),
    ("proof", "hearsay", "Выберите"),
    ("due", "yes", "не поняли"),
    ("respondents", [], "Добавьте"),
    ("respondents", "Асанов", "не поняли"),
    ("respondents", [{"kind": "natural", "address": "Талас"}], "фамилию"),
    ("respondents", [{"kind": "legal", "address": "Талас"}], "организации"),
    ("respondents", [{}] * 21, "Не больше 20"),
    ("more", "а" * 8001, "8000"),
]


@pytest.mark.parametrize(("where", "answer", "said"), WRONG)
def test_a_wrong_answer_is_told_at_its_question(where: str, answer: Any, said: str) -> None:
    form = FORMS["debt-claim"]
    answers = answers_to(form, yes=True)
    name, _dash, inner = where.partition("-")
    if inner:
        answers[name][inner] = answer
    else:
        answers[name] = answer
    found = checked(form, answers, CIRCUMSTANCES)
    assert found.faults
    assert all(fault.path[0] == name for fault in found.faults)
    assert any(said in fault.words["ru"] for fault in found.faults)
    assert name not in found.values


def test_a_day_that_must_lie_ahead_and_a_number_within_bounds() -> None:
    form = FORMS["postponement"]
    answers = answers_to(form, yes=True) | {"hearing_on": TODAY.isoformat()}
    (fault,) = checked(form, answers, CIRCUMSTANCES).faults
    assert "впереди" in fault.words["ru"]
    form = FORMS["copies"]
    for count, said in ((0, "не меньше 1"), (21, "не больше 20"), ("два", "целое число")):
        (fault,) = checked(
            form, answers_to(form, yes=True) | {"count": count}, CIRCUMSTANCES
        ).faults
        assert said in fault.words["ru"]


def test_only_some_questions_can_be_checked() -> None:
    form = FORMS["divorce"]
    faults = checked(form, {}, CIRCUMSTANCES, only=("court",)).faults
    assert [fault.path for fault in faults] == [("court",)]


def test_what_is_not_called_for_is_neither_asked_nor_kept() -> None:
    form = FORMS["divorce"]
    childless = answers_to(form, yes=False) | {"children": [{"surname": "Асанов"}]}
    assert "children" not in {question.name for question in asked(form, childless)}
    found = checked(form, childless, CIRCUMSTANCES)
    assert found.faults == ()
    assert "children" not in found.values
    missing = answers_to(form, yes=True)
    del missing["children"]
    assert [fault.path[0] for fault in checked(form, missing, CIRCUMSTANCES).faults] == ["children"]


@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_answers_give_messages_or_a_paper(data: st.DataObject) -> None:
    form = data.draw(st.sampled_from(CATALOGUE.forms))
    answers = data.draw(any_answers(form))
    found = checked(form, answers, CIRCUMSTANCES)
    again = checked(form, found.values, CIRCUMSTANCES)
    if found.faults:
        assert all(words.strip() for fault in found.faults for words in fault.words.values())
    else:
        assert again.values == found.values
        _schema(form).validate(found.values)
        for language in ("ky", "ru"):
            paper = written(
                form, found.values, language=language, courts=NAMED, made=MADE, day=TODAY
            )
            assert paper.requests


@given(st.dictionaries(st.sampled_from("abc"), st.integers(0, 2) | st.booleans(), max_size=3))
def test_conditions_mean_what_json_schema_means(answers: dict[str, Any]) -> None:
    for condition in (
        {},
        {"properties": {"a": {"const": 1}}},
        {"properties": {"a": {"const": True}}, "required": ["a"]},
        {"properties": {"b": {"enum": [0, False]}}},
        {"properties": {"c": {"minimum": 1}}},
        {"not": {"required": ["a", "b"]}},
        {"anyOf": [{"required": ["a"]}, {"properties": {"b": {"const": 2}}, "required": ["b"]}]},
        {"allOf": [{"required": ["c"]}, {"not": {"properties": {"c": {"const": 1}}}}]},
    ):
        valid = jsonschema.Draft202012Validator(condition).is_valid(answers)
        assert holds(condition, answers) is valid, condition


# ------------------------------------------------------------------ papers


def _text(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def _fonts_outside(pdf: bytes) -> list[str]:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return [
            str(font["/BaseFont"])
            for page in opened.pages
            for font in page.Resources.get("/Font", {}).values()
            if "/FontFile2" not in _descriptor(font)
        ]


def _descriptor(font: Any) -> Any:
    return font.get("/FontDescriptor") or font["/DescendantFonts"][0]["/FontDescriptor"]


@pytest.mark.parametrize("language", ["ky", "ru"])
@every_form
def test_the_finished_paper_and_the_empty_form(form: Form, language: str) -> None:
    values = checked(form, answers_to(form, yes=True), CIRCUMSTANCES).values
    paper = written(form, values, language=language, courts=NAMED, made=MADE, day=TODAY)
    pdf = application(paper).pdf
    text = _text(pdf)
    court = {"ky": "Талас шаардык сотуна", "ru": "В Таласский городской суд"}[language]
    for part in (court, "Асанов Бакыт Маратович", form.paper.title[language], "Асанов Б. М."):
        assert part in text
    assert "2026-жылдын 23-ноябры" in text or "23 ноября 2026 года" in text
    assert not re.search(r"[{}|]|None|True|False", text)
    by_hand = empty_form(empty(form, language=language, made=MADE)).pdf
    blank = _text(by_hand)
    assert form.paper.title[language] in blank
    assert not re.search(r"[{}]|None", blank)
    for step in form.steps:
        if set(step.asks) - {form.paper.court, form.paper.signer}:
            assert step.title[language] in blank
    assert _fonts_outside(pdf) == _fonts_outside(by_hand) == []


def test_names_courts_and_days_stand_in_the_case_that_the_sentence_needs() -> None:
    form = FORMS["alimony-claim"]
    answers = answers_to(form, yes=True)
    answers["parent"] |= {"surname": "Сыдыкова", "given_name": "Айгүл", "patronymic": "Бакировна"}
    papers = {
        language: written(form, answers, language=language, courts=NAMED, made=MADE, day=TODAY)
        for language in ("ky", "ru")
    }
    assert "Взыскать с Сыдыковой Айгүл Бакировны" in papers["ru"].requests[0]
    assert "Сыдыкова Айгүл Бакировнадан" in papers["ky"].requests[0]
    debt = FORMS["debt-claim"]
    paper = written(
        debt, answers_to(debt, yes=True), language="ky", courts=NAMED, made=MADE, day=TODAY
    )
    assert "2026-жылдын 10-мартында" in paper.paragraphs[0]
    assert paper.facts == (("Доонун баасы", "1\N{NO-BREAK SPACE}234\N{NO-BREAK SPACE}567,50 сом"),)


def test_a_sentence_ends_with_one_stop_and_begins_with_a_capital() -> None:
    form = FORMS["claim"]
    answers = answers_to(form, yes=True) | {
        "happened": "кошуна дубал салды.",
        "wants": ["дубал бузулсун."],
    }
    paper = written(form, answers, language="ky", courts=NAMED, made=MADE, day=TODAY)
    assert paper.paragraphs[0] == "Кошуна дубал салды."
    assert paper.requests == ("Дубал бузулсун.",)


# ------------------------------------------------------------------ versions and search


def test_answers_are_carried_to_the_next_version_or_asked_again(tmp_path: Path) -> None:
    for file in ("common.v1.json", "groups.toml", "copies.v1.json"):
        (tmp_path / file).write_text((FOLDER / file).read_text())
    whole = _file("copies.v1.json")
    whole["x-form"]["version"], whole["$id"] = 2, "copies.v2.json"
    whole["properties"]["count"] = {
        "type": "boolean",
        "x-ask": whole["properties"]["count"]["x-ask"],
    }
    whole["properties"]["certified"]["x-help"] = whole["properties"]["act"]["x-ask"]
    del whole["properties"]["purpose"]
    whole["x-steps"] = [step for step in whole["x-steps"] if step["name"] != "purpose"]
    whole["x-paper"]["text"] = whole["x-paper"]["text"][:1]
    (tmp_path / "copies.v2.json").write_text(json.dumps(whole))
    catalogue = read_catalogue(tmp_path)
    old, new = catalogue.form("copies", 1), catalogue.form("copies")
    assert old is not None
    assert new is not None
    assert (old.version, new.version) == (1, 2)
    answers = answers_to(old, yes=True)
    moved = carried(answers, old, new)
    assert [question.name for question in moved.again] == ["count"]
    assert moved.answers == {
        name: answer for name, answer in answers.items() if name not in {"count", "purpose"}
    }


@pytest.mark.parametrize(
    ("asked_for", "form"),
    [
        ("ажырашкым келет", "divorce"),
        ("развестись с мужем", "divorce"),
        ("divorce", "divorce"),
        ("алименты", "alimony-claim"),
        ("карыз", "debt-claim"),
        ("долг по расписке", "debt-claim"),
        ("видео", "video-link"),
        ("исполнительный лист", "writ"),
        ("копия решения", "copies"),
        ("справка", "certificate"),
        ("даттануу", "appeal"),
    ],
)
def test_people_find_a_form_in_their_words(asked_for: str, form: str) -> None:
    assert form in [one.name for one in CATALOGUE.found(asked_for)[:4]]


def test_nonsense_finds_nothing() -> None:
    assert CATALOGUE.found("zzzz") == CATALOGUE.found("а") == ()


def test_circumstances_are_facts_of_the_day() -> None:
    form = FORMS["copies"]
    answers = answers_to(form, yes=True)
    closed = Circumstances(today=TODAY, courts={})
    assert [fault.path for fault in checked(form, answers, closed).faults] == [("court",)]


def test_a_claim_for_divorce_asks_for_alimony_too() -> None:
    form = FORMS["divorce"]
    answers = answers_to(form, yes=True) | {"children_stay": "me", "how": "share", "share": "third"}
    paper = written(form, answers, language="ru", courts=NAMED, made=MADE, day=TODAY)
    assert any("алименты" in request and "(1/3)" in request for request in paper.requests)
    away = answers | {"children_stay": "spouse"}
    assert not {"alimony", "how"} & {question.name for question in asked(form, away)}
    assert not {"alimony", "how"} & checked(form, away, CIRCUMSTANCES).values.keys()


@pytest.mark.parametrize(
    ("question", "answer", "said"),
    [
        ("children", {"born": "2008-11-23"}, "исполнилось 18"),
        ("spouse", {"pin": "01503198501234"}, "начинается с 1 или 2"),
    ],
)
def test_a_family_has_people_and_minor_children(
    question: str, answer: dict[str, str], said: str
) -> None:
    form = FORMS["divorce"]
    answers = answers_to(form, yes=True)
    person = answers[question]
    (person[0] if isinstance(person, list) else person).update(answer)
    (fault,) = checked(form, answers, CIRCUMSTANCES).faults
    assert said in fault.words["ru"]


def test_an_empty_form_has_room_for_several_children_and_a_box_for_each_figure() -> None:
    sections = empty(FORMS["divorce"], language="ru", made=MADE).sections
    blanks = [blank for section in sections for blank in section.blanks]
    (children,) = (blank for blank in blanks if blank.columns)
    assert children.lines > 1
    assert {blank.boxes for blank in blanks if "(ПИН)" in blank.label} == {14}
    assert not any(blank.label == "Что ещё вы прилагаете?" for blank in blanks)
