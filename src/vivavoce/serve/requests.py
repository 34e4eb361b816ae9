"""Reading JSON from clients: exactly the fields that a protocol has, and OpenAI's words for what is wrong."""

from __future__ import annotations

import json
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request

from vivavoce.json_types import is_object
from vivavoce.serve.errors import bad_request

Model = TypeVar("Model", bound=BaseModel)

_ALTERNATIVES = {"str", "int", "VoiceId", "constrained-str"}
"""What pydantic puts after the name of a field that may be of several types."""
_KINDS = {
    "string_type": "a string", "int_type": "an integer", "float_type": "a number", "bool_type": "a boolean",
    "dict_type": "an object", "list_type": "an array", "model_type": "an object", "int_from_float": "an integer",
    "finite_number": "a finite number", "model_attributes_type": "an object",
}  # fmt: skip


class StrictModel(BaseModel):
    """A request with no other fields than these, each of exactly its type."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class LenientModel(BaseModel):
    """A message that may hold more than we know, as clients of later versions send."""

    model_config = ConfigDict(extra="ignore", strict=True, allow_inf_nan=False)


async def read_json(request: Request) -> Any:
    """The body as JSON. Raises `ServiceError`."""
    return parse_json(await request.body())


def parse_json(data: bytes | str) -> Any:
    """Parse a JSON object.

    Raises `ServiceError` for anything else, for deep nesting, and for text that is not UTF-8.
    """
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise bad_request("We could not parse the JSON body of your request.", "invalid_json") from error
    if not is_object(value):
        raise bad_request(f"Invalid body: expected an object, but got {kind_of(value)} instead.", "invalid_type")
    return value


def validate(model: type[Model], value: Any) -> Model:
    """`value` as a request. Raises `ServiceError` that names the first field that is wrong."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        refuse(error)


def refuse(error: ValidationError) -> NoReturn:
    """Raise what OpenAI would say of the first complaint."""
    first = error.errors(include_url=False)[0]
    param = ".".join(part for part in map(str, first["loc"]) if part not in _ALTERNATIVES)[:60]
    kind, context, value = first["type"], first.get("ctx", {}), first.get("input")
    match kind:
        case "missing":
            raise bad_request(f"Missing required parameter: '{param}'.", "missing_required_parameter", param)
        case "extra_forbidden":
            raise bad_request(f"Unknown parameter: '{param}'.", "unknown_parameter", param)
        case "string_too_long":
            raise bad_request(
                f"Invalid '{param}': string too long. Expected a string with maximum length {context['max_length']},"
                f" but got a string with length {len(str(value))} instead.", "string_above_max_length", param,
            )  # fmt: skip
        case "string_too_short":
            raise bad_request(
                f"Invalid '{param}': empty string. Expected a string with minimum length {context['min_length']}, but"
                " got an empty string instead.", "empty_string", param,
            )  # fmt: skip
        case "literal_error":
            raise bad_request(
                f"Invalid value: {_show(value)}. Supported values are: {context['expected'].replace(' or ', ', ')}.",
                "invalid_value", param,
            )  # fmt: skip
        case "greater_than_equal" | "greater_than":
            bound = context.get("ge", context.get("gt"))
            raise bad_request(
                f"Invalid '{param}': decimal below minimum value. Expected a value >= {bound}, but got {value}.",
                "decimal_below_min_value", param,
            )  # fmt: skip
        case "less_than_equal" | "less_than":
            bound = context.get("le", context.get("lt"))
            raise bad_request(
                f"Invalid '{param}': decimal above maximum value. Expected a value <= {bound}, but got {value}.",
                "decimal_above_max_value", param,
            )  # fmt: skip
        case _:
            pass
    expected = _KINDS.get(kind)
    if expected:
        raise bad_request(
            f"Invalid type for '{param}': expected {expected}, but got {kind_of(value)} instead.", "invalid_type", param
        )
    raise bad_request(f"Invalid '{param}': {first['msg']}.", "invalid_value", param)


def kind_of(value: Any) -> str:
    """What JSON calls it."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int():
            return "an integer"
        case float():
            return "a decimal number"
        case str():
            return "a string"
        case list():
            return "an array"
        case _:
            return "an object"


def _show(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:80]}…"
