"""Payload codecs that packages register: one name, one package."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from vivavoce.errors import InputError
from vivavoce.redundancy.codec import dred
from vivavoce.redundancy.codec.payload_codec import GROUP, codec_names, codec_type, default_codecs, load_codec

OURS = "vivavoce.redundancy.codec.dred:CODEC"


def test_a_package_adds_a_payload(registered: list[EntryPoint]) -> None:
    registered += [EntryPoint("theirs", OURS, GROUP)]
    assert codec_names() == ("theirs",)
    assert codec_type("theirs") is dred.CODEC


def test_a_broken_package_takes_no_other_payload_with_it(
    registered: list[EntryPoint], caplog: pytest.LogCaptureFixture
) -> None:
    registered += [EntryPoint("broken", "no_such_module:CODEC", GROUP), EntryPoint("dred", OURS, GROUP)]
    default_codecs.cache_clear()
    assert [codec.name for codec in default_codecs()] == ["dred"]
    assert caplog.messages == [
        "payload \"broken\" cannot be loaded from no_such_module:CODEC: No module named 'no_such_module'"
    ]
    assert load_codec("dred").name == "dred"
    default_codecs.cache_clear()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            [OURS, "other:CODEC"],
            r'payload "dred" is registered by other:CODEC and vivavoce\.redundancy\.codec\.dred:CODEC',
        ),
        (["no_such_module:CODEC"], 'payload "dred" cannot be loaded from no_such_module:CODEC: No module named'),
        (["os:getcwd"], 'payload "dred" is registered but .* is no CodecType'),
    ],
)
def test_a_payload_that_is_not_right_is_refused(registered: list[EntryPoint], values: list[str], message: str) -> None:
    registered += [EntryPoint("dred", value, GROUP) for value in values]
    with pytest.raises(InputError, match=message):
        load_codec("dred")
