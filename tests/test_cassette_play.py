"""Replaying: which interaction answers a request, how often, and what a miss says."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.cassettes import (
    Interaction,
    MatchRules,
    MemoryPositions,
    Missed,
    Played,
    Player,
    RecordedRequest,
    RecordedResponse,
    Repeat,
    SocketMessage,
    as_recorded,
    conversation_turns,
    differences,
    replay_headers,
)

JSON = (("content-type", "application/json"),)
SSE = (("content-type", "text/event-stream"),)


def recorded(
    ask: Any,
    answer: Any,
    uri: str = "https://api.openai.com/v1/responses",
    method: str = "POST",
    source: str = "",
) -> Interaction:
    body = b"" if ask is None else json.dumps(ask).encode()
    return Interaction(
        RecordedRequest(method, uri, (), body),
        RecordedResponse(200, "OK", JSON, json.dumps(answer).encode()),
        source,
    )


class Replay:
    """A player, and positions in memory that it moves on in."""

    def __init__(self, *of: Any, **also: Any) -> None:
        self.player = Player(*of, **also)
        self.positions = MemoryPositions()

    @property
    def interactions(self) -> list[Interaction]:
        return self.player.interactions

    def find(self, method: str, target: str, body: bytes) -> Played | Missed:
        found = self.player.find(method, target, (), body, self.positions)
        if isinstance(found, Played):
            self.positions.use(*found.used)
            self.positions.rename(found.renamed)
        return found

    def unplayed(self) -> list[Interaction]:
        return self.player.unplayed(self.positions)


def ask(
    player: Replay, body: Any = None, target: str = "/v1/responses", method: str = "POST"
) -> Any:
    """The recorded answer, or None for a miss."""
    found = player.find(method, target, b"" if body is None else json.dumps(body).encode())
    return (
        json.loads(found.interaction.response.body or b"null")
        if isinstance(found, Played)
        else None
    )


def miss(player: Replay, body: Any, target: str = "/v1/responses", method: str = "POST") -> Missed:
    found = player.find(method, target, json.dumps(body).encode())
    assert isinstance(found, Missed)
    return found


def test_answers_whatever_prefix_and_spelling() -> None:
    player = Replay(
        [recorded({"model": "m", "input": "a"}, 1), recorded({"model": "m", "input": "b"}, 2)]
    )
    assert ask(player, {"input": "b", "model": "m"}, "/openai/v1/responses?api-version=3") == 2
    assert ask(player, {"input": "a", "model": "m"}, "/responses") == 1
    assert player.unplayed() == []
    assert ask(player, {"model": "m", "input": "a"}) is None


@pytest.mark.parametrize(
    ("repeat", "answers"),
    [("fail", [1, 2, None, None]), ("last", [1, 2, 2, 2]), ("loop", [1, 2, 1, 2])],
)
def test_same_request_again(repeat: Repeat, answers: list[Any]) -> None:
    player = Replay([recorded({}, 1), recorded({}, 2)], repeat=repeat)
    assert [ask(player, {}) for _ in answers] == answers


def test_uses_are_counted() -> None:
    first, second = recorded({"input": "a"}, 1), recorded({"input": "b"}, 2)
    player = Replay([first, second])
    assert ask(player, {"input": "a"}) is not None
    assert player.unplayed() == [second]
    assert ask(player, {"input": "a"}) is None


def test_nothing_is_used_by_asking() -> None:
    player = Player([recorded({"input": "a"}, 1)])
    positions = MemoryPositions()
    found = player.find("POST", "/v1/responses", (), b'{"input": "a"}', positions)
    assert isinstance(found, Played)
    assert player.find("POST", "/v1/responses", (), b'{"input": "a"}', positions) == found
    assert player.unplayed(positions) == player.interactions
    positions.use(*found.used)
    assert player.unplayed(positions) == []
    assert player.unplayed(MemoryPositions()) == player.interactions


def test_by_order_only() -> None:
    player = Replay(
        [recorded({"input": "a"}, 1), recorded(None, 2, method="GET")], MatchRules(order_only=True)
    )
    assert [ask(player, {"x": 1}), ask(player, {}, "/other"), ask(player, {})] == [1, 2, None]
    assert (
        miss(player, {})
        .explain()[1]
        .endswith("which fits, but all 2 for this request have been used.")
    )


def test_rules_hold_for_the_lookup_too() -> None:
    rules = MatchRules(ignore=("input[*].content", "metadata"))
    player = Replay([recorded({"input": [{"role": "user", "content": "a"}]}, 1)], rules)
    assert ask(player, {"input": [{"role": "user", "content": "z"}], "metadata": {"x": "y"}}) == 1


def test_what_was_scrubbed_from_the_recording_matches_what_comes_in() -> None:
    key = "sk-proj-" + "a1B2c3D4" * 6
    asked = RecordedRequest(
        "POST", "/v1/responses", (), json.dumps({"input": f"my key is {key}", "n": 1}).encode()
    )
    kept = as_recorded(asked)
    assert key.encode() not in kept.body
    player = Replay([Interaction(kept, RecordedResponse(200, "OK", JSON, b"1"))], repeat="last")
    assert ask(player, json.loads(asked.body)) == 1
    assert differences(kept, asked) == []
    assert [d.path for d in miss(player, {"input": f"my key is {key}", "n": 2}).differences] == [
        "n"
    ]
    assert differences(kept, asked, MatchRules(scrub=None)) != []


def chain() -> list[Interaction]:
    return [
        recorded(
            {"input": "one"},
            {"id": "resp_A", "output": [{"type": "function_call", "call_id": "call_A"}]},
        ),
        recorded({"input": "two"}, {"id": "resp_B", "output": []}),
        recorded(
            {"previous_response_id": "resp_A", "input": [{"call_id": "call_A", "output": "x"}]},
            "after A",
        ),
        recorded({"previous_response_id": "resp_B", "input": "go on"}, "after B"),
        recorded(None, "A itself", "/v1/responses/resp_A", "GET"),
        recorded(None, "B itself", "/v1/responses/resp_B", "GET"),
    ]


def test_recorded_ids_lead_to_their_own_interaction() -> None:
    player = Replay(chain())
    assert ask(player, None, "/v1/responses/resp_B", "GET") == "B itself"
    assert ask(player, None, "/v1/responses/resp_A", "GET") == "A itself"
    assert ask(player, {"previous_response_id": "resp_A", "input": "go on"}) is None


def test_ids_of_this_run_are_remembered() -> None:
    player = Replay(chain(), repeat="last")
    live = {"previous_response_id": "resp_new", "input": [{"call_id": "call_new", "output": "x"}]}
    assert ask(player, live) == "after A"
    assert ask(player, None, "/v1/responses/resp_new", "GET") == "A itself"
    assert ask(player, {"previous_response_id": "resp_other", "input": "go on"}) == "after B"
    assert ask(player, None, "/v1/responses/resp_other", "GET") == "B itself"
    assert ask(player, None, "/v1/responses/resp_third", "GET") is None


def test_ids_that_no_reply_gave_out_must_be_equal() -> None:
    player = Replay([recorded(None, "it", "/v1/responses/resp_literal", "GET")])
    assert ask(player, None, "/v1/responses/resp_else", "GET") is None
    assert ask(player, None, "/v1/responses/resp_literal", "GET") == "it"


def test_answers_without_requests_fit_any_create() -> None:
    player = Replay(
        [
            Interaction(
                RecordedRequest("POST", "/v1/responses"),
                RecordedResponse(200, "", JSON, b"1"),
                reply_only=True,
            ),
            Interaction(
                RecordedRequest("POST", "/v1/responses"),
                RecordedResponse(200, "", SSE, b"2"),
                reply_only=True,
            ),
            recorded({"input": "known"}, 3),
        ]
    )
    assert ask(player, {"input": "known"}) == 3
    assert ask(player, {"input": "any", "stream": True}) == 2
    assert ask(player, {"input": "any"}) == 1
    assert ask(player, {"input": "any"}) is None
    assert ask(player, {"input": "any"}, "/v1/conversations") is None


def test_a_miss_names_the_nearest() -> None:
    player = Replay(
        [
            recorded({"model": "a", "input": "x"}, 1, source="c.yaml#1"),
            recorded({"model": "b", "input": "y", "tools": []}, 2, source="c.yaml#2"),
            recorded(None, 3, "/v1/models", "GET", source="c.yaml#3"),
        ]
    )
    found = miss(player, {"model": "b", "input": "z", "tools": []})
    assert found.nearest is player.interactions[1]
    assert [d.path for d in found.differences] == ["input"]
    assert found.explain() == [
        'mockserver: no recorded interaction answers POST /responses (model b, input "z").',
        "Nearest: c.yaml#2. It differs in:",
        '  input: recorded "y", this request "z"',
        "Do: correct the request, or record again (record mode new_episodes or rewrite).",
    ]
    assert player.unplayed() == player.interactions


def test_a_miss_says_when_all_is_used_up() -> None:
    player = Replay([recorded({"input": "a"}, 1, source="c.yaml#1")])
    ask(player, {"input": "a"})
    text = "\n".join(miss(player, {"input": "a"}).explain())
    assert "c.yaml#1, which fits, but has been used." in text
    assert '`--repeat last` (in a test: @pytest.mark.mockserver(repeat="last"))' in text
    assert "c.yaml#1, which has been used. It differs in:" in "\n".join(
        miss(player, {"input": "b"}).explain()
    )
    assert miss(Replay(), {}).explain()[1] == "None is near it."


def test_the_search_for_the_nearest_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    from mockserver.cassettes import play

    monkeypatch.setattr(play, "_NEAR", 3)
    player = Replay([recorded({"input": f"{n}"}, n) for n in range(50)])
    assert miss(player, {"input": "49!"}).nearest in player.interactions[:3]


BODIES = st.lists(
    st.fixed_dictionaries({"input": st.sampled_from("abc"), "n": st.integers(0, 2)}), max_size=12
)


@given(BODIES, st.randoms(use_true_random=False))
def test_every_request_finds_its_answers_in_recorded_order(
    bodies: list[dict[str, Any]], order: Any
) -> None:
    player = Replay([recorded(body, index) for index, body in enumerate(bodies)])
    asked = list(bodies)
    order.shuffle(asked)
    answers: dict[str, list[int]] = {}
    for body in asked:
        answers.setdefault(json.dumps(body, sort_keys=True), []).append(ask(player, body))
    assert player.unplayed() == []
    for body in bodies:
        assert answers[json.dumps(body, sort_keys=True)] == [
            index for index, other in enumerate(bodies) if other == body
        ]


def test_headers_of_one_connection_are_not_replayed() -> None:
    fields = (
        ("content-type", "x"),
        ("content-length", "5"),
        ("transfer-encoding", "chunked"),
        ("set-cookie", "a=1"),
    )
    more = (
        ("content-encoding", "gzip"),
        ("connection", "close"),
        ("set-cookie", "b=2"),
        ("x-name", "€"),
    )
    kept = replay_headers(RecordedResponse(200, headers=(*fields, *more)))
    assert kept[:3] == [("content-type", "x"), ("set-cookie", "a=1"), ("set-cookie", "b=2")]
    assert kept[3][1].encode("latin-1") == "€".encode()


def conversation(*messages: tuple[str, float, str]) -> Interaction:
    said = tuple(
        SocketMessage("client" if who == "c" else "server", at, data) for who, at, data in messages
    )
    return Interaction(
        RecordedRequest("GET", "wss://h/v1/responses"),
        RecordedResponse(101, messages=said),
        "c.yaml#1",
        "2026",
    )


def test_a_websocket_is_replayed_turn_by_turn() -> None:
    done = '{"type":"response.completed"}'
    told = conversation(
        ("c", 0, '{"input":"a"}'),
        ("s", 5, '{"n":1}'),
        ("s", 9, done),
        ("c", 20, '{"input":"b"}'),
        ("s", 25, "x"),
    )
    player = Replay([told])
    found = player.find("WEBSOCKET", "/v1/responses", b'{"input": "b"}')
    assert isinstance(found, Played)
    assert found.interaction.response.messages == (SocketMessage("server", 5.0, "x"),)
    assert found.interaction.source == "c.yaml#1 turn 2"
    assert [i.source for i in player.unplayed()] == ["c.yaml#1 turn 1"]


def test_turns_that_were_asked_before_the_last_one_ended() -> None:
    done = '{"type":"response.completed"}'
    told = conversation(
        ("c", 0, "1"),
        ("c", 1, "2"),
        ("s", 2, "a"),
        ("s", 3, done),
        ("s", 4, "b"),
        ("s", 5, done),
        ("c", 6, "3"),
        ("s", 7, "c"),
    )
    turns = [[m.data for m in turn.response.messages or ()] for turn in conversation_turns(told)]
    assert turns == [["a", done], ["b", done], ["c"]]


@pytest.mark.parametrize("rules", [MatchRules(ignore=("stream",)), MatchRules(order_only=True)])
@pytest.mark.parametrize("streams", [False, True])
def test_a_recording_of_another_form_answers_nobody(rules: MatchRules, streams: bool) -> None:
    """The fault: a client that streams is sent JSON, sees no event, and takes it for silence."""
    asks = {"input": "a"}, {"input": "a", "stream": True}
    there, here = asks[streams], asks[not streams]
    player = Replay([recorded(there, 1, source="c.yaml#1")], rules)
    missed = miss(player, here)
    assert [difference.path for difference in missed.differences] == ["stream"]
    assert "another form" in missed.explain()[-1]
    assert ask(player, there) == 1


def test_of_two_forms_each_answers_who_asks_for_it() -> None:
    interactions = [recorded({"input": "a"}, 1), recorded({"input": "a", "stream": True}, 2)]
    player = Replay(interactions, MatchRules(ignore=("stream",)))
    assert ask(player, {"input": "a", "stream": True}) == 2
    assert ask(player, {"input": "a", "stream": False}) == 1
