"""Addons load, build, and refuse what is not right with one clear line."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnx.external_data_helper
import pytest
from onnx.external_data_helper import set_external_data

from tests.blocks import networks
from tests.blocks.contract import assert_close
from tests.blocks.toys import ARTICLE_STACK, toy_addon, toy_description, toy_files
from vivavoce.blocks import FixedTarget, StackError, StreamablePipeline, join, load_addon, write_addon
from vivavoce.blocks.encoders import CustomizedEncoders, Encoders
from vivavoce.errors import InputError

PHONEMES = {"phonemes": np.arange(12)[None]}

pytestmark = pytest.mark.usefixtures("toy_types")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    toy_addon(tmp_path / "toy")
    return tmp_path / "toy"


def change(folder: Path, edit: Callable[[dict[str, Any]], None]) -> None:
    said = json.loads((folder / "addon.json").read_text())
    edit(said)
    (folder / "addon.json").write_text(json.dumps(said))


def replace_network(folder: Path, file: str, model: bytes) -> None:
    """Put another network in, with the right hash."""
    (folder / file).write_bytes(model)

    def edit(said: dict[str, Any]) -> None:
        said["files"][file] = {"sha256": hashlib.sha256(model).hexdigest(), "bytes": len(model)}

    change(folder, edit)


def fault(folder: Path) -> str:
    with pytest.raises(InputError) as error:
        load_addon(folder).check()
    text = str(error.value)
    assert "\n" not in text
    assert len(text) < 500
    assert str(folder) in text
    return text.removeprefix(f"{folder}: ")


def test_the_stack_of_the_article_builds_and_streams(folder: Path) -> None:
    voice = load_addon(folder).build_streamable()
    assert isinstance(voice, StreamablePipeline)
    assert isinstance(voice.sequence_block, Encoders)
    assert (voice.lookahead, voice.is_source, list(voice.context_inputs)) == (networks.DELAY, True, ["phonemes"])
    assert join(list(voice.open(PHONEMES)))["mel"].shape[2] == networks.WIDTH


def test_only_the_name_changes_to_run_encoders_in_parallel_on_another_target(folder: Path) -> None:
    before = join(list(load_addon(folder).build_streamable().open(PHONEMES)))
    change(folder, lambda said: said["stack"][0]["sequence_block"].update(type="CustomizedEncoders", target="fixed"))
    voice = load_addon(folder).build_streamable()
    assert isinstance(voice, StreamablePipeline)
    assert isinstance(voice.sequence_block, CustomizedEncoders)
    assert_close(join(list(voice.open(PHONEMES))), before, tolerance=1e-6)


def test_one_argument_moves_the_whole_addon_to_another_target(folder: Path) -> None:
    addon = load_addon(folder)
    fixed = addon.build_streamable(FixedTarget({"phonemes": (16,), "frames": (1, 8)}))
    assert_close(join(list(fixed.open(PHONEMES))), join(list(addon.build_streamable().open(PHONEMES))), tolerance=1e-6)
    with pytest.raises(InputError, match="17 phonemes, the largest compiled size is 16; split the input"):
        list(fixed.open({"phonemes": np.arange(17)[None]}))


def test_diagnostics_and_gain_go_into_the_json(folder: Path) -> None:
    plain = join(list(load_addon(folder).build_streamable().open(PHONEMES)))

    def edit(said: dict[str, Any]) -> None:
        stack = said["stack"][0]["streamable_block"]["stack"]
        stack += [{"type": "Diagnostics", "label": "end"}, {"type": "Gain", "tensor": "mel", "db": 6.0206}]

    change(folder, edit)
    louder = join(list(load_addon(folder).build_streamable().open(PHONEMES)))
    np.testing.assert_allclose(louder["mel"], 2 * plain["mel"], rtol=1e-4)


@pytest.mark.parametrize("shape", ["object", "row"])
def test_a_stack_may_be_an_object_or_a_row_of_streamable_blocks(folder: Path, shape: str) -> None:
    plain = join(list(load_addon(folder).build_streamable().open(PHONEMES)))
    pipeline = ARTICLE_STACK[0]
    stack = pipeline if shape == "object" else [pipeline, {"type": "Diagnostics"}]
    change(folder, lambda said: said.update(stack=stack))
    assert_close(join(list(load_addon(folder).build_streamable().open(PHONEMES))), plain, tolerance=0)


def test_a_whole_stack_may_stand_where_a_block_does(folder: Path) -> None:
    plain = join(list(load_addon(folder).build_streamable().open(PHONEMES)))
    inner = {
        "type": "StreamablePipeline",
        "sequence_block": {"type": "Encoders"},
        "streamable_block": {"type": "Upsampler"},
    }
    nested = {"type": "StreamableStack", "stack": [{"type": "Decoder"}]}
    change(folder, lambda said: said.update(stack=[{"type": "StreamableStack", "stack": [inner, nested]}]))
    assert_close(join(list(load_addon(folder).build_streamable().open(PHONEMES))), plain, tolerance=0)


def test_a_sequence_stack_builds_and_does_not_stream(folder: Path) -> None:
    encoders = {"type": "SequenceBlockContainer", "blocks": [{"type": "SequenceNetwork", "network": "phonemes"}]}
    change(folder, lambda said: said.update(stack=encoders))
    addon = load_addon(folder)
    assert list(addon.build().outputs) == ["encoded"]
    with pytest.raises(InputError, match="sequence block SequenceBlockContainer, which does not stream"):
        addon.build_streamable()


def test_a_zip_is_the_same_addon(folder: Path, tmp_path: Path) -> None:
    shutil.make_archive(str(tmp_path / "toy"), "zip", folder)
    zipped = load_addon(tmp_path / "toy.zip")
    zipped.check()
    assert zipped.manifest == load_addon(folder).manifest
    assert_close(
        join(list(zipped.build_streamable().open(PHONEMES))),
        join(list(load_addon(folder).build_streamable().open(PHONEMES))),
        tolerance=0,
    )


def test_a_miswired_addon_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(StackError):
        write_addon(tmp_path / "bad", toy_description(inputs={}), toy_files())
    assert not (tmp_path / "bad").exists()


def test_writing_again_replaces_the_addon(folder: Path) -> None:
    addon = toy_addon(folder, summary="second")
    assert addon.manifest.summary == "second"
    assert sorted(path.name for path in folder.iterdir()) == sorted([*toy_files(), "addon.json"])


def test_a_changed_file_is_refused(folder: Path) -> None:
    data = bytearray((folder / "decoder.onnx").read_bytes())
    data[-1] ^= 1
    (folder / "decoder.onnx").write_bytes(data)
    assert fault(folder) == "decoder.onnx does not have the sha256 of addon.json, it was changed or damaged"


def test_a_file_of_another_size_is_refused(folder: Path) -> None:
    size = len((folder / "decoder.onnx").read_bytes())
    (folder / "decoder.onnx").write_bytes(b"short")
    assert fault(folder) == f"decoder.onnx has 5 bytes, addon.json says {size}"
    (folder / "decoder.onnx").write_bytes(bytes(size + 1))
    assert f"{size + 1} bytes, expected at most {size}" in fault(folder).removeprefix("decoder.onnx")


def test_a_missing_file_is_refused(folder: Path) -> None:
    (folder / "decoder.onnx").unlink()
    with pytest.raises(InputError, match=r"decoder\.onnx: cannot be read, No such file or directory"):
        load_addon(folder).check()


def test_a_link_in_place_of_a_file_is_refused(folder: Path, tmp_path: Path) -> None:
    shutil.move(folder / "decoder.onnx", tmp_path / "elsewhere.onnx")
    (folder / "decoder.onnx").symlink_to(tmp_path / "elsewhere.onnx")
    with pytest.raises(InputError, match=r"decoder\.onnx: is a link"):
        load_addon(folder).check()


def test_external_data_is_refused(folder: Path) -> None:
    model = onnx.load_from_string(networks.decoder())
    set_external_data(model.graph.initializer[0], "../../../etc/passwd")
    replace_network(folder, "decoder.onnx", model.SerializeToString())
    assert "keeps data in another file" in fault(folder)


def test_a_custom_operator_is_refused(folder: Path) -> None:
    model = onnx.load_from_string(networks.decoder())
    model.graph.node[0].domain = "com.evil"
    replace_network(folder, "decoder.onnx", model.SerializeToString())
    assert 'operator "Concat" of domain "com.evil" is not allowed' in fault(folder)


def test_a_network_that_onnxruntime_cannot_run_is_refused(folder: Path) -> None:
    model = onnx.load_from_string(networks.decoder())
    model.graph.node[0].op_type = "NoSuchOperator"
    replace_network(folder, "decoder.onnx", model.SerializeToString())
    assert "networks.decoder: onnxruntime cannot load the network" in fault(folder)


def test_a_network_of_another_shape_is_refused_with_block_wire_expected_and_got(folder: Path) -> None:
    replace_network(folder, "decoder.onnx", networks.decoder(width=6))
    assert fault(folder) == (
        'stack[0].streamable_block.stack[1] (ToyDecoder): input "hidden" expects float32 (1, frames, 6), '
        "got float32 (1, frames, 4) from ToyUpsampler"
    )


def test_a_sequence_output_of_another_shape_is_refused(folder: Path) -> None:
    replace_network(folder, "encoder.onnx", networks.encoder(width=6))
    assert fault(folder) == (
        'stack[0].streamable_block (StreamableStack): input "encoded" expects float32 (1, phonemes, 4), '
        "got float32 (1, phonemes, 6) from Encoders"
    )


def set_at(*keys: Any, value: Any) -> Callable[[dict[str, Any]], None]:
    def edit(said: Any) -> None:
        for key in keys[:-1]:
            said = said[key]
        if value is ...:
            del said[keys[-1]]
        else:
            said[keys[-1]] = value

    return edit


BLOCK = ("stack", 0, "streamable_block")


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (set_at("licence", value=...), 'addon.json: key "licence" is missing'),
        (set_at("licence", value=7), "addon.json.licence: expected a string, got 7"),
        (set_at("licence", value="a\u0007"), "holds the character U+0007"),
        (set_at("pickle", value="evil.pkl"), 'addon.json: unknown key "pickle"'),
        (set_at("format_version", value=2), "addon.json: format_version is 2, this program reads 1"),
        (set_at("name", value="A b"), 'addon.json: name "A b" is not lower-case'),
        (set_at("sample_rate_hz", value=-1), "sample_rate_hz is -1"),
        (set_at("files", value={}), 'networks.phonemes.file: "encoder.onnx" is not listed in "files"'),
        (set_at("files", "../evil", value={"sha256": "0" * 64, "bytes": 1}), '"../evil" is not a plain relative file'),
        (set_at("files", "decoder.onnx", "sha256", value="xyz"), "files.decoder.onnx: sha256 is not 64"),
        (set_at("files", "decoder.onnx", "bytes", value=1 << 40), "files.decoder.onnx: bytes is"),
        (set_at("networks", "decoder", "target", value="tpu"), 'networks.decoder.target: unknown target "tpu", known'),
        (set_at("networks", "decoder", "target", value={"type": "cpu", "threads": 0}), "target: threads is 0, use 1"),
        (set_at("networks", "decoder", "target", value={"type": "cpu", "cores": 1}), 'target: unknown key "cores"'),
        (set_at("networks", "decoder", value=...), 'stack[0].streamable_block.stack[1]: no network "decoder"'),
        (
            set_at("inputs", value={}),
            'stack (StreamablePipeline): input "phonemes" expects int64 (1, phonemes), got no',
        ),
        (
            set_at("inputs", "phonemes", "dtype", value="float32"),
            'got float32 (1, phonemes) from "inputs" of addon.json',
        ),
        (set_at("inputs", "phonemes", "dtype", value="object"), 'inputs.phonemes: unknown dtype "object"'),
        (set_at("inputs", "phonemes", "shape", value=[1.5]), "inputs.phonemes: shape holds 1.5"),
        (set_at("stack", value=[]), "stack: a stack needs at least one streamable block"),
        (set_at("stack", value=3), 'stack: expected an object with a "type"'),
        (
            set_at("stack", 0, "type", value="os.system"),
            'stack[0]: unknown block type "os.system", known are Streamable',
        ),
        (set_at("stack", 0, "sequence_block", value=...), 'stack[0]: key "sequence_block" is missing'),
        (
            set_at("stack", 0, "sequence_block", value={"type": "Decoder"}),
            "stack[0].sequence_block: expected a sequence",
        ),
        (set_at(*BLOCK, value={"type": "Encoders"}), "stack[0].streamable_block: expected a streamable block, got the"),
        (set_at(*BLOCK, "speed", value=1), 'stack[0].streamable_block: unknown key "speed", known are stack'),
        (set_at(*BLOCK, "stack", value={}), "stack[0].streamable_block.stack: expected a list, got an object"),
        (
            set_at(*BLOCK, "stack", 1, "lookahead", value=-1),
            "streamable_block.stack[1]: lookahead is -1 and upsampling_factor 1",
        ),
        (
            set_at(*BLOCK, "stack", 1, "lookahead", value=10**12),
            "streamable_block.stack[1]: lookahead is 1000000000000",
        ),
        (set_at(*BLOCK, "stack", 1, "network", value="phonemes"), "stack[1]: the network has no input with"),
        (set_at("stack", 0, "sequence_block", "type", value="SequenceNetwork"), 'key "network" is missing'),
        (
            set_at("config", value={"Decoder": {"depth": 1}}),
            'stack[1]: unknown key "depth", known are network, lookahead',
        ),
        (set_at("upstream", value={"mel": 1}), "upstream.mel: expected an object, got 1"),
    ],
)
def test_every_fault_of_the_description_names_its_place(
    folder: Path, edit: Callable[[dict[str, Any]], None], message: str
) -> None:
    change(folder, edit)
    assert message in fault(folder)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b'{"name": "a", "name": "b"}', 'key "name" appears twice'),
        (b"[" * 50_000, "nested more than 32 levels deep"),
        (b" " * 100_000_000, "100000000 bytes, expected at most 1048576"),
        (b"\x80\x04\x95", "not valid JSON"),
    ],
    ids=["duplicate", "deep", "100 MB", "pickle"],
)
def test_hostile_descriptions_are_refused(folder: Path, text: bytes, message: str) -> None:
    (folder / "addon.json").write_bytes(text)
    assert message in fault(folder)


def test_nothing_at_the_path_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no addon there"):
        load_addon(tmp_path / "nothing")
    with pytest.raises(InputError, match=r"addon\.json: cannot be read, No such file"):
        load_addon(tmp_path)


def test_a_zip_with_the_addon_one_folder_down_is_refused(folder: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "deep.zip", "w") as archive:
        archive.write(folder / "addon.json", "toy/addon.json")
    with pytest.raises(InputError, match=r"addon\.json: not in the zip"):
        load_addon(tmp_path / "deep.zip")


def test_only_listed_files_are_read(folder: Path) -> None:
    (folder / "extra.txt").write_text("unlisted")
    addon = load_addon(folder)
    assert addon.read("decoder.onnx") == networks.decoder()
    with pytest.raises(InputError, match=r'"extra\.txt" is not listed'):
        addon.read("extra.txt")
