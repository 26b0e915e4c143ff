"""The state duty: the real sums of real acts, the edges of the table, and what must always hold."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sud.registry.reference import read_reference
from sud.treasury.duty import Exemption, Ground, NoRateError, Rate, Sheet, Step, needs_price, reckon

REFERENCE = read_reference()
DAY = date(2026, 3, 5)
SOM = 100

RATES = tuple(
    Rate(
        claim_kind=row.claim_kind,
        price_from=row.price_from,
        price_to=row.price_to,
        fixed=row.fixed,
        basis_points=row.basis_points,
        minimum=row.minimum,
        maximum=row.maximum,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        ground=Ground(ky=law.ky, ru=law.ru, en=law.en),
        confidence=row.confidence,
    )
    for row in REFERENCE.rates
    for law in (REFERENCE.law_of(row),)
)

prices = st.integers(min_value=1, max_value=10**13)


def duty(price, claim_kind="property", **more):
    return reckon(RATES, claim_kind=claim_kind, price=price, on=DAY, **more).amount


@pytest.mark.parametrize(
    ("price", "expected"),
    [
        (2_966_928_00, 42_334_64),  # paid with a claim of 2 966 928 som, act of March 2026
        (15_500_000_00, 105_000_00),  # named in another act of the Supreme Court
    ],
)
def test_sums_named_in_acts_come_out_to_the_tyiyn(price, expected):
    assert duty(price) == expected


@pytest.mark.parametrize(
    ("som", "expected"),
    [
        (1, 100_00),  # not less than one indicator
        (2_000, 100_00),
        (2_001, 100_05),
        (50_000, 2_500_00),
        (250_000, 10_500_00),
        (1_000_000, 32_500_00),
        (994_500_000, 5_000_000_00),  # here the ceiling is reached
        (2_000_000_000, 5_000_000_00),
    ],
)
def test_edges_of_the_table(som, expected):
    assert duty(som * SOM) == expected


def test_the_uncertain_bracket_says_so():
    sheet = reckon(RATES, claim_kind="property", price=400_000 * SOM, on=DAY)
    assert sheet.amount == 14_500_00
    assert sheet.confidence == "L"


@given(prices, prices)
def test_more_is_never_cheaper_but_at_the_uncertain_edge(one, other):
    less, more = sorted((one, other))
    drop = 500 * SOM if less <= 250_000 * SOM < more else 0
    assert duty(less) <= duty(more) + drop


@given(prices)
def test_one_tyiyn_more_changes_next_to_nothing_but_at_the_uncertain_edge(price):
    step = duty(price + 1) - duty(price)
    if price == 250_000 * SOM:
        assert step == -500 * SOM
    else:
        assert step in {0, 1}


def test_the_uncertain_edge_is_where_it_is_said_to_be():
    assert duty(250_000 * SOM + 1) - duty(250_000 * SOM) == -500 * SOM


@given(prices)
def test_duty_is_within_its_limits(price):
    assert 100 * SOM <= duty(price) <= 5_000_000 * SOM


@given(prices)
def test_a_fraction_of_a_tyiyn_is_rounded_half_up(price):
    rate = next(r for r in RATES if r.claim_kind == "property" and r.covers(price))
    exact = rate.fixed * 10_000 + (price - rate.price_from) * rate.basis_points
    expected = min(max((exact + 5_000) // 10_000, rate.minimum), rate.maximum or 10**18)
    assert duty(price) == expected


def test_flat_rates():
    assert duty(None, "non_property_business") == 1_000_00
    assert duty(None, "divorce") == 500_00
    assert duty(None, "none") == 0


def test_a_divorce_that_divides_property_pays_both():
    assert duty(50_000 * SOM, "divorce") == 500_00 + 2_500_00


def test_a_court_order_pays_half():
    assert duty(50_000 * SOM, "order") == 1_250_00
    assert duty(400_000 * SOM, "order") * 2 == duty(400_000 * SOM)


def test_an_exemption_forgives_and_is_named():
    law = Ground(ky="мыйзам", ru="закон", en="law")
    exemption = Exemption(code="labour", basis_points=10_000, ground=law)
    sheet = reckon(RATES, claim_kind="property", price=70_000_00, on=DAY, exemption=exemption)
    assert [sheet.source.ky[-8:], sheet.source.ru[-7:], sheet.source.en[-5:]] == [
        "; мыйзам",
        "; закон",
        "; law",
    ]
    assert sheet.amount == 0
    assert [line.step for line in sheet.lines][-2:] == [Step.EXEMPT, Step.TOTAL]
    assert sheet.lines[-2].facts["exemption"] == "labour"


def test_the_sheet_shows_every_step():
    sheet = reckon(RATES, claim_kind="property", price=2_966_928_00, on=DAY)
    bracket = sheet.lines[1]
    assert [line.step for line in sheet.lines] == [Step.PRICE, Step.BRACKET, Step.TOTAL]
    assert bracket.facts == {
        "fixed": 32_500_00,
        "basis_points": 50,
        "over": 1_000_000_00,
        "part": 1_966_928_00,
    }
    capped = reckon(RATES, claim_kind="property", price=2_000_000_000_00, on=DAY)
    assert Step.MAXIMUM in {line.step for line in capped.lines}
    assert Step.MINIMUM in {
        line.step for line in reckon(RATES, claim_kind="property", price=1, on=DAY).lines
    }


@given(prices, st.sampled_from(["property", "divorce", "order"]))
def test_a_kept_sheet_reads_back(price, claim_kind):
    sheet = reckon(RATES, claim_kind=claim_kind, price=price, on=DAY)
    assert Sheet.from_dict(sheet.as_dict()) == sheet


@pytest.mark.parametrize("price", [None, 0, -1])
def test_a_claim_by_price_needs_a_price(price):
    with pytest.raises(NoRateError):
        duty(price)
    assert needs_price(RATES, "property")
    assert not needs_price(RATES, "non_property")


def test_no_rate_before_the_resolution_or_for_an_unknown_kind():
    with pytest.raises(NoRateError):
        reckon(RATES, claim_kind="property", price=100, on=date(2018, 1, 1))
    with pytest.raises(NoRateError):
        duty(100, "unheard_of")


def test_a_later_rate_holds_from_its_day():
    flat = next(rate for rate in RATES if rate.claim_kind == "divorce")
    old = Rate(**{f: getattr(flat, f) for f in Rate.__slots__} | {"valid_to": date(2026, 6, 30)})
    new = Rate(
        **{f: getattr(flat, f) for f in Rate.__slots__}
        | {"valid_from": date(2026, 7, 1), "fixed": 700_00}
    )
    on = [
        reckon((old, new), claim_kind="divorce", price=None, on=day).amount
        for day in (date(2026, 6, 30), date(2026, 7, 1))
    ]
    assert on == [500_00, 700_00]
