"""DASH manifests of several kinds as lists of segments."""

from __future__ import annotations

import pytest

from vivavoce.inspection import MediaError
from vivavoce.inspection.live.dash import LIVE_SEGMENTS, read_manifest

URL = "https://cdn.example/show/news.mpd?token=1"
NAMESPACE = 'xmlns="urn:mpeg:dash:schema:mpd:2011"'


def manifest(body: str, attributes: str = 'type="static" mediaPresentationDuration="PT10S"') -> str:
    return f"<MPD {NAMESPACE} {attributes}><Period>{body}</Period></MPD>"


def template(attributes: str, inside: str = "") -> str:
    return (
        f'<AdaptationSet mimeType="video/mp4"><SegmentTemplate {attributes}>{inside}</SegmentTemplate>'
        '<Representation id="low" bandwidth="100"/><Representation id="high" bandwidth="900"/></AdaptationSet>'
    )


def test_segments_of_one_length_of_the_best_picture() -> None:
    text = manifest(
        template('media="$RepresentationID$/$Number%03d$.m4s" initialization="i-$Bandwidth$.mp4" duration="4"')
    )
    (track,) = read_manifest(text, URL, 0.0).tracks
    assert track.start_url == "https://cdn.example/show/i-900.mp4"
    assert [segment.url.rpartition("/show/")[2] for segment in track.segments] == [
        "high/001.m4s", "high/002.m4s", "high/003.m4s",
    ]  # fmt: skip


def test_a_timeline_with_repeats() -> None:
    rows = '<SegmentTimeline><S t="100" d="50" r="1"/><S d="25"/></SegmentTimeline>'
    text = manifest(template('media="$Time$.m4s" timescale="10"', rows))
    (track,) = read_manifest(text, URL, 0.0).tracks
    assert [(s.url.rpartition("/")[2], s.seconds) for s in track.segments] == [
        ("100.m4s", 5.0), ("150.m4s", 5.0), ("200.m4s", 2.5),
    ]  # fmt: skip


def test_of_a_live_manifest_the_last_segments_that_are_there() -> None:
    text = manifest(
        template('media="$Number$.m4s" duration="2" startNumber="7"'),
        'type="dynamic" availabilityStartTime="1970-01-01T00:10:00Z"',
    )
    read = read_manifest(text, URL, 701.0)
    assert read.live
    assert [segment.number for segment in read.tracks[0].segments] == list(range(57 - LIVE_SEGMENTS, 57))


def test_a_whole_file_and_each_language() -> None:
    sets = "".join(
        f'<AdaptationSet contentType="audio" lang="{lang}"><BaseURL>{lang}/</BaseURL>'
        f'<Representation id="a" bandwidth="{rate}"><BaseURL>a.mp4</BaseURL></Representation></AdaptationSet>'
        for lang, rate in (("de", 1), ("en", 2), ("en", 3))
    )
    tracks = read_manifest(manifest(sets), URL, 0.0).tracks
    assert [(t.language, t.bandwidth_bps, t.segments[0].url) for t in tracks] == [
        ("de", 1, "https://cdn.example/show/de/a.mp4"),
        ("en", 3, "https://cdn.example/show/en/a.mp4"),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<MPD", "no DASH manifest"),
        ("<playlist/>", "its root is playlist"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><MPD/>', "document type"),
        (f"<MPD {NAMESPACE}/>", "no period"),
        (manifest(""), "no segments"),
        (manifest(template('media="x" duration="0"')), "no segments"),
        (manifest('<AdaptationSet mimeType="video/mp4"><ContentProtection/></AdaptationSet>'), "encrypted"),
        (manifest(template('media="$Number$" timescale="1000000" duration="1"')), "over 100000 segments"),
    ],
)
def test_what_is_no_manifest_is_refused(text: str, said: str) -> None:
    with pytest.raises(MediaError, match=said):
        read_manifest(text, URL, 0.0)
