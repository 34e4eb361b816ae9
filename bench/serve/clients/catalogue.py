"""Which clients are tried, in which versions, and how their environments are made."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Client:
    """A library from a registry and the script that tries it."""

    name: str
    label: str
    script: str
    packages: tuple[str, ...]
    """As pip or npm take them; the first is the one whose version is told."""

    @property
    def is_node(self) -> bool:
        return self.script.endswith(".mjs")

    def prepare(self, folder: Path) -> tuple[list[str], str]:
        """Make the environment where it is missing: what runs a script in it, and the version that is in it."""
        return self._prepare_node(folder) if self.is_node else self._prepare_python(folder)

    def script_in(self, folder: Path, scripts: Path) -> Path:
        """Where the script is to be run; Node looks for modules from there."""
        if not self.is_node:
            return scripts / self.script
        for path in scripts.glob("*.mjs"):
            (folder / path.name).write_text(path.read_text())
        return folder / self.script

    def _prepare_python(self, folder: Path) -> tuple[list[str], str]:
        program = folder / "bin" / "python"
        if not program.exists():
            subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
            subprocess.run([str(program), "-m", "pip", "install", "--quiet", *self.packages], check=True)
        package = self.packages[0].partition("[")[0].partition("=")[0].partition("<")[0].partition(">")[0]
        ask = f"import importlib.metadata as m; print(m.version({package!r}))"
        told = subprocess.run([str(program), "-c", ask], capture_output=True, text=True, check=True)
        return [str(program)], told.stdout.strip()

    def _prepare_node(self, folder: Path) -> tuple[list[str], str]:
        package = self.packages[0].rpartition("@")[0] or self.packages[0]
        manifest = folder / "node_modules" / package / "package.json"
        if not manifest.exists():
            folder.mkdir(parents=True, exist_ok=True)
            subprocess.run(["npm", "init", "--yes"], cwd=folder, capture_output=True, check=True)
            subprocess.run(["npm", "install", "--silent", *self.packages], cwd=folder, check=True)
        return ["node"], json.loads(manifest.read_text())["version"]


_LIVEKIT = ("livekit-agents", "livekit-plugins-openai", "livekit-plugins-cartesia", "livekit-plugins-elevenlabs",
            "livekit-plugins-deepgram")  # fmt: skip
_PIPECAT = "pipecat-ai[openai,cartesia,elevenlabs,deepgram]"

CLIENTS = (
    Client("openai1", "openai (Python)", "openai_python.py", ("openai==1.55.0", "httpx<0.28")),
    Client("openai2", "openai (Python)", "openai_python.py", ("openai>=2,<3",)),
    Client("openai3", "openai (Python)", "openai_python.py", ("openai>=3",)),
    Client("elevenlabs1", "elevenlabs (Python)", "elevenlabs_python.py", ("elevenlabs>=1,<2",)),
    Client("elevenlabs2", "elevenlabs (Python)", "elevenlabs_python.py", ("elevenlabs>=2",)),
    Client("cartesia1", "cartesia (Python)", "cartesia_python.py", ("cartesia>=1,<2",)),
    Client("cartesia2", "cartesia (Python)", "cartesia_python.py", ("cartesia[websockets]>=2,<3",)),
    Client("cartesia3", "cartesia (Python)", "cartesia_python.py", ("cartesia[websockets]>=3,<4",)),
    Client("cartesia4", "cartesia (Python)", "cartesia_python.py", ("cartesia[websockets]>=4",)),
    Client("deepgram3", "deepgram-sdk (Python)", "deepgram_python.py", ("deepgram-sdk>=3,<4",)),
    Client("deepgram4", "deepgram-sdk (Python)", "deepgram_python.py", ("deepgram-sdk>=4,<5",)),
    Client("deepgram5", "deepgram-sdk (Python)", "deepgram_python.py", ("deepgram-sdk>=5,<6",)),
    Client("deepgram6", "deepgram-sdk (Python)", "deepgram_python.py", ("deepgram-sdk>=6,<7",)),
    Client("deepgram7", "deepgram-sdk (Python)", "deepgram_python.py", ("deepgram-sdk>=7",)),
    Client("wyoming0", "wyoming (Python)", "wyoming_python.py", ("wyoming==1.5.4",)),
    Client("wyoming1", "wyoming (Python)", "wyoming_python.py", ("wyoming>=1.10",)),
    Client("boto3old", "boto3 (Python)", "boto3_python.py", ("boto3==1.34.0",)),
    Client("boto3", "boto3 (Python)", "boto3_python.py", ("boto3",)),
    Client("pipecat0", "pipecat-ai (Python)", "pipecat_python.py", (f"{_PIPECAT}==0.0.108",)),
    Client("pipecat", "pipecat-ai (Python)", "pipecat_python.py", (_PIPECAT,)),
    Client("livekit12", "livekit-agents (Python)", "livekit_python.py",
           (*(f"{name}==1.2.18" for name in _LIVEKIT), "httpx")),
    Client("livekit", "livekit-agents (Python)", "livekit_python.py", _LIVEKIT),
    Client("aiortc", "aiortc (Python)", "aiortc_python.py", ("aiortc>=1.16", "numpy")),
    Client("openai-node4", "openai (Node)", "openai_node.mjs", ("openai@4",)),
    Client("openai-node", "openai (Node)", "openai_node.mjs", ("openai",)),
    Client("cartesia-node", "cartesia-js (Node)", "cartesia_node.mjs", ("@cartesia/cartesia-js", "ws")),
    Client("deepgram-node", "@deepgram/sdk (Node)", "deepgram_node.mjs", ("@deepgram/sdk",)),
    Client("elevenlabs-node", "elevenlabs-js (Node)", "elevenlabs_node.mjs", ("@elevenlabs/elevenlabs-js",)),
    Client("polly-node", "@aws-sdk/client-polly (Node)", "polly_node.mjs",
           ("@aws-sdk/client-polly", "@smithy/node-http-handler")),
    Client("whep-node", "whip-whep (Node)", "whep_node.mjs", ("whip-whep", "@roamhq/wrtc")),
    Client("vercel-ai", "ai (Node)", "vercel_ai_node.mjs", ("ai", "@ai-sdk/openai")),
)  # fmt: skip
