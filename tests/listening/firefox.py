"""Firefox, driven over WebDriver BiDi without a driver program: as much of selenium's manners as the tests use."""

import json
import shutil
import subprocess
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from websockets.sync.client import connect

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
PREFERENCES = {
    "remote.active-protocols": 1, "app.normandy.enabled": False, "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False, "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.enabled": False,
}  # fmt: skip
MOST_WAITS = 300
ACTIVATE = ("\ue006", "\ue007", " ")
CLICKED = "button, input[type=checkbox], input[type=radio]"


class Firefox:
    """A headless window. A context manager: the process and its profile are gone behind it."""

    session_id = None

    def __init__(self, width: int) -> None:
        self._width, self._number = width, 0

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            profile = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
            lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()]
            Path(profile, "user.js").write_text("\n".join(lines))
            command = [str(FIREFOX), "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"]
            log = stack.enter_context(open(Path(profile, "log"), "w"))
            process = stack.enter_context(subprocess.Popen(command, stderr=log, stdout=log))
            stack.callback(process.kill)
            address = self._address(Path(profile, "log"))
            self._socket = stack.enter_context(connect(f"{address}/session", max_size=None))
            self._call("session.new", capabilities={})
            self._context = self._call("browsingContext.getTree")["contexts"][0]["context"]
            viewport = {"width": self._width, "height": 1000}
            self._call("browsingContext.setViewport", context=self._context, viewport=viewport)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    @property
    def switch_to(self) -> Self:
        return self

    @property
    def active_element(self) -> Self:
        return self

    def get(self, url: str) -> None:
        self._call("browsingContext.navigate", context=self._context, url=url, wait="complete")

    def refresh(self) -> None:
        self._call("browsingContext.reload", context=self._context, wait="complete")

    def send_keys(self, key: str) -> None:
        """Press and release one key, wherever the focus is.

        Firefox's buttons and boxes take no keys in a window that is not in front, as a headless one never is: they are
        clicked.
        """
        if key in ACTIVATE and self.execute_script(f"return document.activeElement.matches({CLICKED!r})"):
            self.execute_script("document.activeElement.click()")
            return
        strokes = [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
        action = {"type": "key", "id": "keyboard", "actions": strokes}
        self._call("input.performActions", context=self._context, actions=[action])

    def execute_script(self, script: str, *arguments: Any) -> Any:
        return self._evaluate(f"(function() {{ {script} }})", arguments)

    def execute_async_script(self, script: str, *arguments: Any) -> Any:
        body = f"(function(...given) {{ return new Promise((done) => (function() {{ {script} }})(...given, done)); }})"
        return self._evaluate(body, arguments)

    def get_log(self, kind: str) -> list[str]:
        return []

    def _evaluate(self, function: str, arguments: tuple[Any, ...]) -> Any:
        """Values go in and out as JSON text: what BiDi makes of them otherwise is laborious."""
        wrapped = f"(async (text) => JSON.stringify((await {function}(...JSON.parse(text))) ?? null))"
        given = [{"type": "string", "value": json.dumps(arguments)}]
        target = {"context": self._context}
        told = self._call(
            "script.callFunction", functionDeclaration=wrapped, arguments=given, target=target, awaitPromise=True
        )
        if told["type"] != "success":
            raise AssertionError(told["exceptionDetails"]["text"])
        return json.loads(told["result"]["value"])

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv(timeout=60))
            if message.get("id") == self._number:
                if message["type"] == "error":
                    raise AssertionError(message["message"])
                return message["result"]

    def _address(self, log: Path) -> str:
        """Where Firefox listens, which it says in its log when it does."""
        for _ in range(MOST_WAITS):
            said = [line for line in log.read_text().splitlines() if "WebDriver BiDi listening on" in line]
            if said:
                return said[0].rsplit(" ", 1)[1]
            time.sleep(0.1)
        raise AssertionError("Firefox did not start")
