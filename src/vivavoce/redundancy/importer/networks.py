"""libopus's networks as ONNX: FARGAN, the DRED encoder and decoder, the concealment predictor, the pitch network."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vivavoce.redundancy.importer.graph import Graph, state_info, value_info
from vivavoce.redundancy.importer.layers import Conv2d, Linear

Layers = Mapping[str, Linear]

FEATURES, EMBEDDING, CONDITION = 20, 12, 80
SUBFRAMES, SUBFRAME, MEMORY = 4, 40, 256
TAPS = SUBFRAME + 4
FARGAN_STATES = {"pitch": MEMORY, "input": CONDITION + TAPS + SUBFRAME, "gru1": 160, "gru2": 128, "gru3": 128}
LATENT, START, DILATIONS = 25, 50, (1, 2, 2, 2, 2)
STAGES = len(DILATIONS)
PREDICTOR_INPUTS, PREDICTOR_SIZE = 57, 192
LAGS, INSTANTANEOUS, PITCHES, PITCH_SIZE = 224, 88, 180, 64


def build_condition(layers: Layers) -> bytes:
    """Features and the index of the period -> what each of the four subframes of a frame is spoken with."""
    graph = Graph(layers)
    table = graph.constant("embedding", layers["cond_net_pembed"].weights.T)

    def frame(past: dict[str, str], given: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
        index = graph.op("Squeeze", given["period"], graph.constant("at1", [1], np.int64))
        dense = graph.tanh(
            "cond_net_fdense1", graph.concat(given["features"], graph.op("Gather", table, index, axis=0))
        )
        window = graph.concat(past["conv"], dense)
        condition = graph.tanh("cond_net_fdense2", graph.tanh("cond_net_fconv1", window))
        return {"conv": graph.slice(window, 64, 192)}, {"condition": condition}

    inputs = {"features": (FEATURES, "float"), "period": (1, "int64")}
    return graph.scan_model("fargan_condition", frame, {"conv": 128}, inputs, {"condition": SUBFRAMES * CONDITION})


def build_signal(layers: Layers) -> bytes:
    """Conditions -> excitation, subframe by subframe, each from what was made before.

    `taps`: which of the last 256 samples predict a subframe. Where `is_forced`, `forced` is taken for what was made.
    """
    graph = Graph(layers)

    def frame(past: dict[str, str], given: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
        conditions = graph.split(given["condition"], [CONDITION] * SUBFRAMES)
        forced = graph.split(given["forced"], [SUBFRAME] * SUBFRAMES)
        taps = graph.op("Squeeze", given["taps"], graph.constant("at0", [0], np.int64))
        made, now = list[str](), dict(past)
        for condition, known in zip(conditions, forced, strict=True):
            samples = _subframe(graph, now, condition, taps)
            kept = graph.op("Where", given["is_forced"], known, samples)
            now["pitch"] = graph.concat(graph.slice(now["pitch"], SUBFRAME, MEMORY), kept)
            made.append(samples)
        return now, {"excitation": graph.concat(*made)}

    inputs = {
        "condition": (SUBFRAMES * CONDITION, "float"),
        "taps": (TAPS, "int64"),
        "forced": (SUBFRAMES * SUBFRAME, "float"),
        "is_forced": (1, "bool"),
    }
    return graph.scan_model("fargan_signal", frame, FARGAN_STATES, inputs, {"excitation": SUBFRAMES * SUBFRAME})


def _subframe(graph: Graph, now: dict[str, str], condition: str, taps: str) -> str:
    """40 samples, (1, 40); the states in `now` are replaced, but for the samples' own."""
    gain = graph.op("Exp", graph.linear("sig_net_cond_gain_dense", condition))
    inverse = graph.op("Reciprocal", graph.op("Add", gain, graph.constant("least", 1e-5)))

    def normalise(samples: str) -> str:
        limits = graph.constant("lowest", -1.0), graph.constant("highest", 1.0)
        return graph.op("Clip", graph.op("Mul", samples, inverse), *limits)

    predicted = normalise(graph.op("Gather", now["pitch"], taps, axis=1))
    previous = normalise(graph.slice(now["pitch"], MEMORY - SUBFRAME, MEMORY))
    middle = graph.slice(predicted, 2, 2 + SUBFRAME)
    value = graph.concat(condition, predicted, previous)
    window, now["input"] = graph.concat(now["input"], value), value
    first = graph.glu("sig_net_fwc0_glu_gate", graph.tanh("sig_net_fwc0_conv", window))
    gates = graph.split(graph.sigmoid("sig_net_gain_dense_out", first), [1] * 4)
    periodic = [graph.op("Mul", gate, middle) for gate in gates]
    value, outs = first, list[str]()
    for number in (1, 2, 3):
        state, layer = f"gru{number}", f"sig_net_gru{number}"
        given = graph.concat(value, periodic[number - 1], previous)
        now[state] = graph.gru(layer, now[state], given, FARGAN_STATES[state])
        value = graph.glu(f"{layer}_glu_gate", now[state])
        outs.append(value)
    skip = graph.tanh("sig_net_skip_dense", graph.concat(*outs, first, periodic[3], previous))
    return graph.op("Mul", graph.tanh("sig_net_sig_dense_out", graph.glu("sig_net_skip_glu_gate", skip)), gain)


def build_dred_encoder(layers: Layers) -> bytes:
    """Two frames of features at a time -> the latent of the last 40 ms, and a start vector there."""
    graph = Graph(layers)
    sizes = {f"gru{n + 1}": 32 for n in range(STAGES)} | {f"conv{n + 1}": 64 * d for n, d in enumerate(DILATIONS)}

    def frame(past: dict[str, str], given: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
        now = dict(past)
        value = graph.tanh("enc_dense1", given["features"])
        for number, dilation in enumerate(DILATIONS, start=1):
            now[f"gru{number}"] = graph.gru(f"enc_gru{number}", past[f"gru{number}"], value, 32)
            value = graph.concat(value, now[f"gru{number}"])
            dense = graph.tanh(f"enc_conv_dense{number}", value)
            memory = past[f"conv{number}"]
            oldest = memory if dilation == 1 else graph.slice(memory, 0, 64)
            now[f"conv{number}"] = dense if dilation == 1 else graph.concat(graph.slice(memory, 64, 128), dense)
            value = graph.concat(value, graph.tanh(f"enc_conv{number}", graph.concat(oldest, dense)))
        latent = graph.slice(graph.linear("enc_zdense", value), 0, LATENT)
        start = graph.slice(graph.linear("gdense2", graph.tanh("gdense1", value)), 0, START)
        return now, {"latents": latent, "starts": start}

    inputs = {"features": (2 * FEATURES, "float")}
    return graph.scan_model("dred_encoder", frame, sizes, inputs, {"latents": LATENT, "starts": START})


def build_dred_decoder(layers: Layers) -> bytes:
    """A start vector, and latents with their levels, newest first -> four frames of features each, newest first."""
    graph = Graph(layers)
    hidden = graph.tanh("dec_gru_init", graph.tanh("dec_hidden_init", "start"))
    firsts = graph.split(hidden, [64] * STAGES)
    nothing = graph.constant("nothing", np.zeros((1, 32)))
    states = {f"gru{n + 1}": (firsts[n], 64) for n in range(STAGES)} | {
        f"conv{n + 1}": (nothing, 32) for n in range(STAGES)
    }

    def frame(past: dict[str, str], given: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
        now = dict(past)
        value = graph.tanh("dec_dense1", graph.concat(given["latents"], given["levels"]))
        for number in range(1, STAGES + 1):
            now[f"gru{number}"] = graph.gru(f"dec_gru{number}", past[f"gru{number}"], value, 64)
            value = graph.concat(value, graph.glu(f"dec_glu{number}", now[f"gru{number}"]))
            dense = graph.tanh(f"dec_conv_dense{number}", value)
            value = graph.concat(value, graph.tanh(f"dec_conv{number}", graph.concat(past[f"conv{number}"], dense)))
            now[f"conv{number}"] = dense
        return now, {"features": graph.linear("dec_output", value)}

    inputs = {"latents": ("latents", LATENT, "float"), "levels": ("levels", 1, "float")}
    _, outputs = graph.scan(frame, states, inputs, {"features": 4 * FEATURES})
    graph.name(outputs["features"], "features")
    return graph.model(
        "dred_decoder",
        [state_info("start", START), value_info("latents", LATENT), value_info("levels", 1)],
        [value_info("features", 4 * FEATURES)],
    )


def build_predictor(layers: Layers) -> bytes:
    """What was heard of a frame, or that it was lost -> the features of the next."""
    graph = Graph(layers)

    def frame(past: dict[str, str], given: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
        first = graph.gru("plc_gru1", past["gru1"], graph.tanh("plc_dense_in", given["frame"]), PREDICTOR_SIZE)
        second = graph.gru("plc_gru2", past["gru2"], first, PREDICTOR_SIZE)
        return {"gru1": first, "gru2": second}, {"prediction": graph.linear("plc_dense_out", second)}

    states = {"gru1": PREDICTOR_SIZE, "gru2": PREDICTOR_SIZE}
    inputs = {"frame": (PREDICTOR_INPUTS, "float")}
    return graph.scan_model("plc_predictor", frame, states, inputs, {"prediction": FEATURES})


def build_pitch(layers: Layers, convolutions: Mapping[str, Conv2d]) -> bytes:
    """Correlations at 224 lags and phases of 30 bins -> how likely each of 180 pitches is, 60 to the octave."""
    graph = Graph(layers)
    width = LAGS + 2
    first = _convolution(graph, convolutions["conv2d_1"], "conv1", _lag_rows(graph))
    second = _convolution(graph, convolutions["conv2d_2"], "conv2", _pad_edges(graph, first))
    lags = graph.op("Squeeze", second, graph.constant("at1", [1], np.int64))

    def frame(past: dict[str, str], given: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
        phases = graph.tanh("dense_if_upsampler_2", graph.tanh("dense_if_upsampler_1", given["phases"]))
        dense = graph.tanh("dense_downsampler", graph.concat(given["lags"], phases))
        state = graph.gru("gru_1", past["gru"], dense, PITCH_SIZE)
        return {"gru": state}, {"pitches": graph.slice(graph.linear("dense_final_upsampler", state), 0, PITCHES)}

    states, outputs = graph.scan(
        frame,
        {"gru": ("state_gru", PITCH_SIZE)},
        {"phases": ("phases", INSTANTANEOUS, "float"), "lags": (lags, LAGS, "float")},
        {"pitches": PITCHES},
    )
    graph.name(states["gru"], "next_state_gru")
    graph.name(outputs["pitches"], "pitches")
    shapes = {"conv1": (1, 2, width), "conv2": (4, 2, width), "gru": (PITCH_SIZE,)}
    return graph.model(
        "pitch",
        [value_info("correlations", LAGS), value_info("phases", INSTANTANEOUS)]
        + [state_info(f"state_{name}", *shape) for name, shape in shapes.items()],
        [value_info("pitches", PITCHES)] + [state_info(f"next_state_{name}", *shape) for name, shape in shapes.items()],
    )


def _lag_rows(graph: Graph) -> str:
    """(1, frames, 224) as an image with a lag of nothing on either side, (1, 1, frames, 226)."""
    return _pad_edges(graph, graph.op("Unsqueeze", "correlations", graph.constant("at1", [1], np.int64)))


def _pad_edges(graph: Graph, image: str) -> str:
    edges = graph.constant("edges", [0, 0, 0, 1, 0, 0, 0, 1], np.int64)
    return graph.op("Pad", image, edges)


def _convolution(graph: Graph, layer: Conv2d, name: str, image: str) -> str:
    """A convolution that looks back two frames, kept in a state."""
    window = graph.op("Concat", f"state_{name}", image, axis=2)
    edges = [graph.constant(f"{name}.{label}", [edge], np.int64) for label, edge in (("from", -2), ("to", 1 << 30))]
    kept = graph.op("Slice", window, *edges, graph.constant("at2", [2], np.int64))
    graph.name(kept, f"next_state_{name}")
    weights = graph.constant(f"{name}.weights", layer.weights)
    return graph.op("Tanh", graph.op("Conv", window, weights, graph.constant(f"{name}.bias", layer.bias)))
