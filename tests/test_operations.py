"""A server among others: what Prometheus, probes, proxies and collectors of logs see of it."""

import json
import re
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import trustme
from openai import OpenAI
from prometheus_client.parser import text_string_to_metric_families

from mockserver import MockServer
from mockserver.settings.configuration import configured
from server_process import ServerProcess, command

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "operations.md").read_text(encoding="utf-8")
ASKED: dict[str, Any] = {"model": "gpt-5", "input": "Hi"}


@pytest.fixture
def server() -> Iterator[MockServer]:
    with MockServer() as server:
        yield server


def samples(server: MockServer) -> dict[tuple[str, ...], float]:
    """What was counted: by name and labels, zeros left out."""
    text = httpx2.get(f"{server.url}/metrics").text
    return {
        (sample.name.removeprefix("mockserver_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.value
    }


def test_requests_are_counted_by_route_model_status_and_what_answered(server: MockServer) -> None:
    client = server.client(max_retries=0)
    server.script("Hello!")
    client.responses.create(**ASKED)
    httpx2.get(f"{server.base_url}/responses/resp_1")
    httpx2.get(f"{server.url}/responses/resp_2")
    httpx2.post(f"{server.base_url}/responses", json=ASKED)
    httpx2.get(f"{server.url}/elsewhere")
    counted = samples(server)
    of_requests = {key: value for key, value in counted.items() if key[0] == "requests_total"}
    assert of_requests == {
        ("requests_total", "POST", "/responses", "gpt-5", "200", "step"): 1,
        ("requests_total", "POST", "/responses", "gpt-5", "422", "miss"): 1,
        ("requests_total", "GET", "/responses/{response_id}", "", "404", "refused"): 2,
        ("requests_total", "GET", "other", "", "404", "miss"): 1,
    }
    assert counted["misses_total",] == 2
    assert counted["request_seconds_count", "/responses"] == 2
    assert counted["request_seconds_bucket", "/responses", "+Inf"] == 2


def test_tokens_are_those_of_the_responses_however_they_travel(server: MockServer) -> None:
    client = server.client()
    usages = [client.responses.create(**ASKED).usage for _ in range(3)]
    with client.responses.stream(**ASKED) as stream:
        usages.append(stream.get_final_response().usage)
    with client.responses.connect() as connection:
        connection.response.create(**ASKED)
        for event in connection:
            if event.type == "response.completed":
                usages.append(event.response.usage)
                break
    read = sum(usage.input_tokens for usage in usages if usage is not None)
    written = sum(usage.output_tokens for usage in usages if usage is not None)
    assert len(usages) == 5
    assert samples(server)["tokens_total", "gpt-5", "input"] == read
    assert samples(server)["tokens_total", "gpt-5", "output"] == written


def test_an_open_stream_is_seen_until_it_ends(server: MockServer) -> None:
    server.script({"reply": "One two three", "stream": {"itl_ms": 60_000}})
    asked = {**ASKED, "stream": True}
    with httpx2.stream("POST", f"{server.base_url}/responses", json=asked) as reply:
        chunks = reply.iter_raw()
        next(chunks)
        assert samples(server)["open_requests", "sse"] == 1


def test_memory_and_sessions_are_told(server: MockServer) -> None:
    server.client().responses.create(**ASKED)
    with server.session() as other:
        other.client().responses.create(**ASKED)
        counted = samples(server)
    assert counted["sessions",] == 2
    assert counted["kept", "responses"] == counted["kept", "requests"] == 2
    assert counted["kept_bytes", "responses"] > 1000


def test_a_label_says_what_the_request_said(server: MockServer) -> None:
    model = 'a "b" \\ \n'
    httpx2.post(f"{server.base_url}/responses", json={"model": model, "input": "Hi"})
    labels = [key for key in samples(server) if key[0] == "requests_total"]
    assert labels == [("requests_total", "POST", "/responses", model, "200", "generated")]


def test_the_page_explains_every_metric(server: MockServer) -> None:
    server.client().responses.create(**ASKED)
    explained = re.findall(r"`(mockserver_[a-z_]+)`", PAGE)
    text = httpx2.get(f"{server.url}/metrics").text
    assert sorted(explained) == sorted(re.findall("^# TYPE ([a-z_]+)", text, re.MULTILINE))


def test_the_configuration_of_the_page_can_be(tmp_path: Path) -> None:
    (toml,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "pyproject.toml").write_text(toml)
    assert configured("serve", tmp_path) == {
        "cassette": ("cassettes",),
        "seed": 7,
        "on_miss": "fail",
    }


@pytest.mark.parametrize("path", ["/health", "/healthz", "/readyz", "/__mockserver__/health"])
def test_probes_need_neither_key_nor_name(path: str) -> None:
    with MockServer(api_keys=["let-me-in"]) as server:
        reply = httpx2.get(server.url + path, headers={"host": "mock.example"})
        assert (reply.status_code, reply.json()) == (200, {"status": "ok"})
        assert server.requests == []


def test_metrics_need_the_key() -> None:
    with MockServer(api_keys=["let-me-in"]) as server:
        assert httpx2.get(f"{server.url}/metrics").status_code == 401
        headers = {"authorization": "Bearer let-me-in"}
        assert httpx2.get(f"{server.url}/metrics", headers=headers).status_code == 200


def test_the_log_is_json_where_that_is_asked_for() -> None:
    with ServerProcess("--log-format", "json", "--verbose", "--on-miss", "fail") as server:
        httpx2.post(f"{server.url}/responses", json=ASKED)
        httpx2.get(f"{server.url}/models")
    lines = [json.loads(line) for line in server.finish()[1].splitlines()]
    log = next(line for line in lines if line["event"] == "log")
    missed, listed = [line for line in lines if line["event"] == "request"]
    assert (log["level"], log["logger"]) == ("warning", "mockserver")
    assert missed["status"] == 422
    assert missed["answered_by"] == "miss"
    assert missed["model"] == "gpt-5"
    assert (listed["path"], listed["status"]) == ("/v1/models", 200)
    assert all(line["time"].endswith("+00:00") for line in lines)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def test_a_server_with_a_certificate_speaks_https(authority: trustme.CA, tmp_path: Path) -> None:
    certificate = authority.issue_cert("127.0.0.1")
    certfile, keyfile = tmp_path / "cert.pem", tmp_path / "key.pem"
    certificate.cert_chain_pems[0].write_to_path(certfile)
    certificate.private_key_pem.write_to_path(keyfile)
    with ServerProcess("--certfile", str(certfile), "--keyfile", str(keyfile)) as server:
        assert server.url.startswith("https://127.0.0.1:")
        context = ssl.create_default_context()
        authority.configure_trust(context)
        http = httpx2.Client(verify=context)
        with OpenAI(base_url=server.url, api_key="any", http_client=http) as client:
            assert client.responses.create(**ASKED).status == "completed"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--keyfile", "key.pem"], "--keyfile: no certificate is given that it belongs to."),
        (["--certfile", "gone.pem"], "gone.pem: no certificate with its key: No such file"),
        (["--certfile", "README.md"], "README.md: no certificate with its key: "),
    ],
)
def test_a_certificate_that_cannot_be_used_is_told_in_a_line(
    arguments: list[str], said: str
) -> None:
    done = command("serve", "--port", "0", *arguments)
    assert done.returncode == 1
    assert done.stderr.startswith(f"mockserver: {said}")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("taken_off", [True, False], ids=["proxy strips", "proxy passes on"])
def test_a_server_behind_a_proxy(taken_off: bool) -> None:
    with ServerProcess("--root-path", "/mock") as server:
        root = server.url.removesuffix("/v1") + ("" if taken_off else "/mock")
        assert httpx2.post(f"{root}/v1/responses", json=ASKED).status_code == 200
        opened = httpx2.post(f"{root}/__mockserver__/sessions", json={"name": "mine"}).json()
        assert opened["base_url"].endswith("/mock/s/mine/v1")
        assert httpx2.post(f"{root}/s/mine/v1/responses", json=ASKED).status_code == 200
        assert "/mock/v1" in httpx2.get(f"{root}/").json()["error"]["message"]
