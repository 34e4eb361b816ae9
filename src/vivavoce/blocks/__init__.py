"""The integration layer: models of any architecture as sequence blocks and streamable blocks, loaded from addons."""

from vivavoce.blocks.addon import Addon, load_addon
from vivavoce.blocks.block import NOTHING, Block, BuildContext, SequenceBlock, StreamableBlock
from vivavoce.blocks.container import SequenceBlockContainer
from vivavoce.blocks.json_values import read_dataclass
from vivavoce.blocks.lookup import addons, find_addon
from vivavoce.blocks.manifest import AddonManifest, Speaker
from vivavoce.blocks.network import Network, NetworkState
from vivavoce.blocks.pipeline import StreamablePipeline, StreamableStack
from vivavoce.blocks.schedule import ChunkSchedule, StreamOptions
from vivavoce.blocks.streaming import StreamingNetwork
from vivavoce.blocks.targets import CpuTarget, CudaTarget, FixedTarget, Target, read_target
from vivavoce.blocks.tensors import StackError, Tensors, TensorSpec, frame_count, in_chunks, join, specs
from vivavoce.blocks.writing import rewrite_addon, write_addon

__all__ = [
    "NOTHING",
    "Addon",
    "AddonManifest",
    "Block",
    "BuildContext",
    "ChunkSchedule",
    "CpuTarget",
    "CudaTarget",
    "FixedTarget",
    "Network",
    "NetworkState",
    "SequenceBlock",
    "SequenceBlockContainer",
    "Speaker",
    "StackError",
    "StreamOptions",
    "StreamableBlock",
    "StreamablePipeline",
    "StreamableStack",
    "StreamingNetwork",
    "Target",
    "TensorSpec",
    "Tensors",
    "addons",
    "find_addon",
    "frame_count",
    "in_chunks",
    "join",
    "load_addon",
    "read_dataclass",
    "read_target",
    "rewrite_addon",
    "specs",
    "write_addon",
]
