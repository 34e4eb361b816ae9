from collections.abc import Mapping, Sequence
from typing import Any

__version__: str

class SessionOptions:
    intra_op_num_threads: int
    inter_op_num_threads: int
    log_severity_level: int
    def add_session_config_entry(self, key: str, value: str) -> None: ...
    def add_free_dimension_override_by_name(self, name: str, size: int) -> None: ...

class NodeArg:
    name: str
    type: str
    shape: list[Any]

class ModelMetadata:
    custom_metadata_map: dict[str, str]

class InferenceSession:
    def __init__(
        self,
        path_or_bytes: Any,
        sess_options: SessionOptions | None = None,
        providers: Sequence[Any] | None = None,
    ) -> None: ...
    def run(self, output_names: Sequence[str] | None, input_feed: Mapping[str, Any]) -> list[Any]: ...
    def get_inputs(self) -> list[NodeArg]: ...
    def get_outputs(self) -> list[NodeArg]: ...
    def get_providers(self) -> list[str]: ...
    def get_modelmeta(self) -> ModelMetadata: ...

def get_available_providers() -> list[str]: ...
