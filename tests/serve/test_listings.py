"""What programs of other services ask for beside speech: voices a page at a time, models, an account, the status."""

from __future__ import annotations

import pytest

from tests.serve.running import Running


def test_cartesia_lists_voices_page_by_page_to_the_end(server: Running) -> None:
    seen: list[str] = []
    query = "limit=2"
    while True:
        page = server.request("GET", f"/voices?{query}").json()
        seen += [voice["id"] for voice in page["data"]]
        if not page["data"]:
            break
        query = f"limit=2&starting_after={page['data'][-1]['id']}"
    assert seen == [speaker.id for speaker in server.service.voices.speakers]
    assert server.request("GET", f"/voices?ending_before={seen[1]}").json()["data"][0]["id"] == seen[0]
    oldest = server.request("GET", "/voices", headers={"Cartesia-Version": "2024-06-10"}).json()
    assert [voice["id"] for voice in oldest] == seen
    assert server.request("GET", "/voices?is_owner=true").json()["data"] == []
    assert server.request("GET", "/voices?q=heart").json()["data"][0]["id"] == "af_heart"


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "limit=%C2%B2", "starting_after=nobody"])
def test_cartesia_refuses_pages_that_are_none(server: Running, query: str) -> None:
    answer = server.request("GET", f"/voices?{query}")
    assert (answer.status, answer.json()["type"]) == (400, "error")


def test_a_voice_by_name(server: Running) -> None:
    assert server.request("GET", "/voices/af_heart").json()["locales"] == [{"locale": "en-US", "is_native": True}]
    assert server.request("GET", "/voices/nobody").status == 404
    assert server.request("GET", "/v1/voices/af_heart").json()["voice_id"] == "af_heart"
    assert server.request("GET", "/v1/voices/nobody").json()["detail"]["status"] == "voice_not_found"
    for path in ("/v1/voices/af_heart/settings", "/v1/voices/settings/default"):
        assert server.request("GET", path).json()["speed"] == 1.0


def test_elevenlabs_searches_voices(server: Running) -> None:
    first = server.request("GET", "/v2/voices?page_size=1&search=en-US").json()
    assert (len(first["voices"]), first["has_more"], first["next_page_token"]) == (1, True, "1")
    second = server.request("GET", "/v2/voices?page_size=99&search=en-US&next_page_token=1").json()
    assert second["has_more"] is False
    assert len(second["voices"]) == first["total_count"] - 1
    assert server.request("GET", "/v2/voices?page_size=0").status == 400


def test_elevenlabs_account(server: Running) -> None:
    assert server.request("GET", "/v1/user").json()["subscription"]["status"] == "active"
    assert server.request("GET", "/v1/user/subscription").json()["character_count"] == 0
    assert server.request("GET", "/v1/history").json()["history"] == []


def test_models_are_those_of_the_service_that_is_asked_for(server: Running) -> None:
    assert server.request("GET", "/v1/models").json()["object"] == "list"
    theirs = server.request("GET", "/v1/models", headers={"xi-api-key": "any"}).json()
    assert all(model["can_do_text_to_speech"] for model in theirs)
    deepgram = server.request("GET", "/v1/models", headers={"Authorization": "Token any"}).json()
    assert "af_heart" in {model["canonical_name"] for model in deepgram["tts"]}


def test_the_status_that_cartesias_programs_ask_for(server: Running) -> None:
    assert server.request("GET", "/", headers={"Accept": "application/json"}).json()["ok"] is True
    assert server.request("GET", "/", headers={"Accept": "*/*"}).headers["content-type"].startswith("text/html")


def test_a_language_that_nobody_speaks_is_refused(server: Running) -> None:
    body = {"model_id": "sonic-3", "transcript": "Moi.", "voice": "71a7ad14-091c-4e8e-a314-022ece01c121"}
    answer = server.request("POST", "/tts/bytes", {**body, "language": "fi"})
    assert answer.status == 400
    assert "en-US" in answer.json()["message"]
    assert server.request("POST", "/tts/bytes", {**body, "language": "en"}).status == 200
    answer = server.request("POST", "/v1/speak?model=aura-2-celeste-es", {"text": "Hola."})
    assert (answer.status, answer.json()["err_code"]) == (400, "INVALID_VALUE")
