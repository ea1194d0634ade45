"""Values of other countries: from tables that are part of the package, and from faker."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import faker
import httpx2
import pytest

from mockserver import MockServer, ScriptError, generated
from mockserver.cli import run_command
from mockserver.schemas import Locale, LocaleError, generate

PERSON = {
    "type": "object",
    "properties": {
        name: {"type": "string"}
        for name in (
            *("first_name", "last_name", "full_name", "email", "city", "country"),
            *("country_code", "currency", "phone", "company", "job_title", "postal_code"),
        )
    },
}
PERSON["required"] = list(PERSON["properties"])
HOMES = {
    "en_US": ("United States", "US", "USD"),
    "de_DE": ("Deutschland", "DE", "EUR"),
    "fr_FR": ("France", "FR", "EUR"),
    "es_ES": ("España", "ES", "EUR"),
    "ja_JP": ("日本", "JP", "JPY"),
}


def reply_of(server: MockServer, schema: Any) -> httpx2.Response:
    form = {"type": "json_schema", "name": "x", "strict": False, "schema": schema}
    body = {"model": "gpt-5", "input": "?", "text": {"format": form}}
    return httpx2.post(f"{server.base_url}/responses", json=body)


def document(reply: httpx2.Response) -> Any:
    assert reply.is_success, reply.text
    return json.loads(reply.json()["output"][-1]["content"][0]["text"])


@pytest.mark.parametrize("locale", HOMES)
def test_people_and_places_belong_together(locale: str) -> None:
    seen = set()
    for seed in range(20):
        made = generate(PERSON, seed, locale=locale)
        assert (made["country"], made["country_code"], made["currency"]) == HOMES[locale]
        names = made["first_name"], made["last_name"]
        between = " ".join(names[::-1] if locale == "ja_JP" else names)
        assert made["full_name"] == between
        assert made["email"].isascii()
        seen.add(made["city"])
    assert len(seen) > 5
    assert len(seen & {generate(PERSON, seed)["city"] for seed in range(20)}) < 3


def test_without_a_locale_nothing_changes() -> None:
    assert generate(PERSON, 1) == generate(PERSON, 1, locale=None)
    assert generate(PERSON, 1) != generate(PERSON, 1, locale="en_US")


def test_a_language_alone_will_do() -> None:
    assert generate(PERSON, 3, locale="de") == generate(PERSON, 3, locale="de-DE")


def test_no_value_is_against_the_schema() -> None:
    schema = {
        "type": "object",
        "properties": {
            "city": {"enum": ["Rome"]},
            "country": {"type": "string", "maxLength": 3},
            "phone": {"type": "string", "pattern": "^[0-9]{4}$"},
        },
        "required": ["city", "country", "phone"],
    }
    for seed in range(20):
        made = generate(schema, seed, locale="de_DE")
        assert made["city"] == "Rome"
        assert len(made["country"]) <= 3
        assert made["phone"].isdigit()


def test_one_value_moves_no_other() -> None:
    fewer = {**PERSON, "properties": dict(list(PERSON["properties"].items())[4:])}  # type: ignore[attr-defined]
    fewer["required"] = list(fewer["properties"])
    whole, part = generate(PERSON, 5, locale="fr"), generate(fewer, 5, locale="fr")
    assert part == {name: whole[name] for name in part}


def test_the_tables_need_no_faker() -> None:
    code = (
        "import sys; sys.modules['faker'] = None; from mockserver import MockServer; "
        "from mockserver.schemas import generate; "
        "print(generate({'type': 'object', 'required': ['country'], 'properties': "
        "{'country': {'type': 'string'}}}, 1, locale='ja_JP')); MockServer(locale='de_DE'); "
        "\ntry: MockServer(locale='it_IT')\nexcept ValueError as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code], capture_output=True, text=True, check=True
    )
    assert "日本" in done.stdout
    assert "The locale 'it_IT' needs faker. Do: pip install 'mockserver[faker]'" in done.stdout


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"locale": "de_D"}, "did you mean 'de_DE'?"),
        ({"locale": "xx"}, "faker has no locale 'xx'"),
        ({"faker_provider": ["nothing:Here"]}, "'nothing:Here' is no provider of faker"),
        ({"faker_provider": ["json"]}, "Write 'module:Class'"),
    ],
)
def test_what_is_not_there_is_said_at_once(options: Any, said: str) -> None:
    with pytest.raises(ValueError, match="faker") as caught:
        MockServer(**options)
    assert said in str(caught.value)


def test_a_server_has_a_locale_and_a_step_another() -> None:
    with MockServer(locale="de_DE") as server:
        assert document(reply_of(server, PERSON))["country"] == "Deutschland"
        server.script(generated(locale="fr_FR"), generated())
        replies = [reply_of(server, PERSON) for _ in range(2)]
        assert [document(reply)["country"] for reply in replies] == ["France", "Deutschland"]
        assert all("x-mockserver-faker" not in reply.headers for reply in replies)


NESTED = {
    "type": "object",
    "properties": {
        "customer": {
            "type": "object",
            "properties": {"name": {"type": "string"}},
            "required": ["name"],
        },
        "partner": {
            "type": "object",
            "properties": {"name": {"type": "string"}},
            "required": ["name"],
        },
        "count": {"type": "integer", "maximum": 3},
    },
    "required": ["customer", "partner", "count"],
}


def test_providers_stand_where_they_are_named() -> None:
    with MockServer() as server:
        server.when().generated(
            providers={"customer.name": "bban", "count": lambda fake: fake.random_int(2, 9)}
        )
        reply = reply_of(server, NESTED)
        made = document(reply)
        assert len(made["customer"]["name"]) > 10
        assert made["partner"]["name"] != made["customer"]["name"]
        assert made["count"] <= 3  # What does not fit gives way.
        assert reply.headers["x-mockserver-faker"] == faker.VERSION
        assert document(reply_of(server, NESTED)) == made


def test_faker_has_our_clock_and_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    schema = {
        "type": "object",
        "required": ["when", "name"],
        "properties": {"when": {"type": "string"}, "name": {"type": "string"}},
    }
    locale = Locale("it_IT", {"when": "date_time_this_month", "name": "name"})
    made = generate(schema, 1, locale=locale)
    assert made["when"].startswith("2026-10-01")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    generate(schema, 2, locale=locale)
    assert generate(schema, 1, locale=locale) == made


def test_templates_call_faker() -> None:
    text = "{{ fake.iban() }} {{ fake.random_int(1, 3) }} {{ fake.iban() }}"
    with MockServer(locale="de_DE") as server:
        server.when(input="?").reply(text, template=True)
        body = {"model": "gpt-5", "input": "?"}
        replies = [httpx2.post(f"{server.base_url}/responses", json=body) for _ in range(2)]
        first, number, second = replies[0].json()["output"][0]["content"][0]["text"].split()
        assert first.startswith("DE")
        assert first != second
        assert number in "123"
        assert replies[1].json()["output"][0]["content"][0]["text"].startswith(first)
        assert replies[0].headers["x-mockserver-faker"] == faker.VERSION


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("fake.ibann()", "did you mean 'iban'?"),
        ("fake.binary()", "no provider 'binary'"),
        ("fake.add_provider('x')", "no provider 'add_provider'"),
        ("fake.seed_instance(1)", "no provider 'seed_instance'"),
        ("fake._locale", "unsafe"),
        ("fake.text(100000000)", "arguments of faker"),
        ("fake.words(nb=100000)", "arguments of faker"),
        ("fake.words(nb=[1])", "arguments of faker"),
    ],
)
def test_templates_reach_nothing_else_of_it(call: str, said: str) -> None:
    with MockServer() as server:
        server.script({"reply": f"{{{{ {call} }}}}", "template": True})
        reply = httpx2.post(f"{server.base_url}/responses", json={"model": "gpt-5", "input": "?"})
        assert reply.status_code == 422
        assert said in reply.json()["error"]["message"]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"locale": 5}, "'locale' must be a string"),
        ({"local": "de"}, "did you mean 'locale'?"),
        ({"locale": "de_D"}, "did you mean 'de_DE'?"),
        ({"providers": {"a": 5}}, "must be the name of a provider"),
        ({"providers": {"a": "nam"}}, "faker has no provider 'nam'"),
        ({"providers": "x"}, "must be a mapping"),
        ("yes", "'generated' must be true, false or a mapping"),
    ],
)
def test_what_a_step_cannot_say(written: Any, said: str) -> None:
    with MockServer() as server, pytest.raises(ScriptError) as caught:
        server.script({"generated": written})
    assert said in str(caught.value)


OWN = """
from faker.providers import BaseProvider

class Ships(BaseProvider):
    def ship(self):
        return self.random_element(["Titanic", "Mayflower"])
"""


def test_providers_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own_ships.py").write_text(OWN)
    monkeypatch.syspath_prepend(str(tmp_path))
    with MockServer(faker_provider=["own_ships:Ships"]) as server:
        server.script({"reply": "{{ fake.ship() }}", "template": True})
        reply = httpx2.post(f"{server.base_url}/responses", json={"model": "gpt-5", "input": "?"})
        assert reply.json()["output"][0]["content"][0]["text"] in ("Titanic", "Mayflower")


def test_check_names_the_version(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(
        "interactions:\n- generated: {providers: {a: name}}\n- reply: '{{ fake.name() }}'\n"
        "  template: true\n- generated: {locale: de_DE}\n"
    )
    assert run_command("check", path) == 0
    assert f"faker {faker.VERSION} makes values of 2 steps" in capsys.readouterr().out


def test_an_unknown_locale_is_a_locale_error() -> None:
    with pytest.raises(LocaleError):
        generate({"type": "string"}, 1, locale="xx_XX")


def test_a_provider_for_one_place_leaves_the_names_of_others() -> None:
    properties = {name: {"type": "string"} for name in ("city", "x", "email")}
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    for seed in range(4):
        ours = generate(schema, seed)
        made = generate(schema, seed, locale=Locale(providers={"x": "iban"}))
        assert made == {**ours, "x": made["x"]}
        assert made["x"] != ours["x"]


def of_faker(method: Any, seeds: int = 12, **options: Any) -> list[Any]:
    schema = {"type": "object", "properties": {"x": {}}, "required": ["x"]}
    locale = Locale(providers={"x": method}, **options)
    return [generate(schema, seed, locale=locale)["x"] for seed in range(seeds)]


@pytest.mark.parametrize(
    ("method", "first", "last"),
    [
        ("past_date", "2000-05-16", "2000-06-14"),
        ("future_date", "2000-06-16", "2000-07-15"),
        ("past_datetime", "2000-05-16", "2000-06-15T12"),
        ("future_datetime", "2000-06-15T12", "2000-07-16"),
        ("date_this_month", "2000-06-01", "2000-06-15"),
        ("date_time_this_month", "2000-06-01", "2000-06-15T12"),
        ("date_this_year", "2000-01-01", "2000-06-15"),
        ("date_time_this_year", "2000-01-01", "2000-06-15T12"),
        ("date_of_birth", "1884", "2000-06-15"),
        ("date_between", "1970", "2000-06-15"),
    ],
)
def test_the_present_of_faker_is_the_one_that_is_set(method: str, first: str, last: str) -> None:
    noon = 961_070_400  # 2000-06-15T12:00:00Z
    values = of_faker(method, now=noon)
    assert all(first <= value <= f"{last}~" for value in values)


@pytest.mark.parametrize(
    ("method", "kind"),
    [
        ("pydecimal", float),
        ("pybool", bool),
        ("random_int", int),
        ("uuid4", str),
        ("time_delta", str),
        ("time_object", str),
        ("date_object", str),
        ("pytimezone", str),
        ("latlng", list),
        ("words", list),
        ("simple_profile", dict),
        (lambda fake: {1: (fake.pydecimal(), {fake.date_object()})}, dict),
        (lambda _: b"bytes", str),
    ],
)
def test_what_faker_makes_becomes_json(method: Any, kind: type) -> None:
    for value in of_faker(method, 3):
        assert isinstance(value, kind)
        assert json.loads(json.dumps(value)) == value
        assert type(value) is kind
