"""A Chromium for the tests of the review page."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,900",
)
ENTER, ESCAPE = "\r", "\x1b"
NAMED = {ENTER: ("Enter", 13), ESCAPE: ("Escape", 27)}


def program(*names: str) -> str:
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.skip(f"none of {', '.join(names)} is installed: no browser test ran")
    return found


class Browser:
    """A Chromium with one page; keys go to whatever has the focus, as they do for a person.

    A key is one character; longer text is put in at once, as from a clipboard.
    """

    def __init__(self, driver: Any, folder: Path) -> None:
        self.driver, self.folder = driver, folder
        driver.execute_cdp_cmd(
            "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(folder)}
        )

    def open(self, page: str, name: str = "page.html") -> None:
        path = self.folder / name
        path.write_text(page, encoding="utf-8")
        self.driver.get(path.as_uri())
        self.run("localStorage.clear()")
        self.visit(path.as_uri())

    def visit(self, address: str) -> None:
        self.driver.get("about:blank")
        self.driver.get(address)
        self.wait("return 'ready' in document.documentElement.dataset")

    def run(self, script: str, *arguments: object) -> Any:
        return self.driver.execute_script(script, *arguments)

    def keys(self, *keys: str) -> None:
        for key in keys:
            if len(key) > 1:
                self.driver.execute_cdp_cmd("Input.insertText", {"text": key})
                continue
            name, code = NAMED.get(key, (key, 0))
            press = {"key": name, "windowsVirtualKeyCode": code, "text": "" if key == ESCAPE else key}
            self.driver.execute_cdp_cmd("Input.dispatchKeyEvent", {"type": "keyDown", **press})
            self.driver.execute_cdp_cmd("Input.dispatchKeyEvent", {"type": "keyUp", "key": name})

    def wait(self, script: str, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while not self.run(script):
            assert time.monotonic() < end, f"never true: {script}"
            time.sleep(0.03)

    def text(self, selector: str) -> str:
        return str(self.run("return document.querySelector(arguments[0]).textContent", selector))

    def current(self) -> str:
        return str(self.run("return document.activeElement.id"))

    def decided(self) -> int:
        return int(self.text("#count").split(" of ")[0].replace(",", ""))

    def export(self, who: str) -> list[dict[str, Any]]:
        """Press e, give a name, and read the file that comes down."""
        path = self.folder / "mtcheck-verdicts.json"
        path.unlink(missing_ok=True)
        self.keys("e")
        self.run("document.getElementById('who').select()")
        self.keys(who, ENTER)
        end = time.monotonic() + 60
        while not path.exists():
            assert time.monotonic() < end, "no file came down"
            time.sleep(0.03)
        whole = json.loads(path.read_text(encoding="utf-8"))
        assert (whole["format"], whole["version"]) == ("mtcheck-verdicts", 1)
        return list(whole["verdicts"])

    def complaints(self) -> list[str]:
        return [line["message"] for line in self.driver.get_log("browser") if line["level"] == "SEVERE"]


def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A headless Chromium, for a fixture to hand on; skips where there is none."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is missing: no browser test ran")
    options = webdriver.ChromeOptions()
    options.binary_location = program("chromium", "chromium-browser", "google-chrome")
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(program("chromedriver")))
    driver.set_script_timeout(60)
    yield driver
    driver.quit()


def one_page(driver: Any, folder: Path) -> Iterator[Browser]:
    """A page in a Chromium, which is left as it was."""
    yield Browser(driver, folder)
    for command, arguments in (
        ("Emulation.setScriptExecutionDisabled", {"value": False}),
        ("Emulation.clearDeviceMetricsOverride", {}),
        ("Emulation.setEmulatedMedia", {"media": "", "features": []}),
    ):
        driver.execute_cdp_cmd(command, arguments)
    driver.get_log("browser")
