#!/usr/bin/env python3
"""The status pages in a real browser: walked, typed into, watched live, looked at by axe.

browser.py WIREDESK [FOLDER] starts the demo with its pages and a headless Chromium, and leaves
screenshots in FOLDER. It installs what the walk needs from the package registries. Ends what it
started. Exits with 0, also where no browser can be had, which it says.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PACKAGES = ["playwright-core@1.61.1", "axe-core@4.14.1"]


def left_out(why):
    print(f"left out: the browser, since {why}")
    sys.exit(0)


def install(what, command, timeout=900):
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, env=environment, capture_output=True, timeout=timeout)
    if done.returncode != 0:
        left_out(f"{what} cannot be had: `{' '.join(map(str, command))}` failed")


def chromium():
    names = ["chromium", "chromium-browser", "google-chrome"]
    return next(filter(None, map(shutil.which, names)), None)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    wiredesk = pathlib.Path(sys.argv[1]).resolve()
    if not (chromium() and shutil.which("node") and shutil.which("npm")):
        if os.geteuid() != 0 or not shutil.which("apt-get"):
            left_out("there is no Chromium with Node.js, and none can be installed")
        install("Debian's list of packages", ["apt-get", "update"])
        packages = ["chromium", "nodejs", "npm", "fonts-noto-core"]
        install("Chromium", ["apt-get", "install", "-y", "--no-install-recommends", *packages])
    with tempfile.TemporaryDirectory() as scratch:
        modules = pathlib.Path(scratch) / "walk"
        modules.mkdir()
        shutil.copy(HERE / "browser.mjs", modules)
        command = ["npm", "install", "--prefix", modules, "--no-audit", "--no-fund", *PACKAGES]
        install("playwright-core", [*command, "--ignore-scripts"])
        shots = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else scratch).resolve()
        shots.mkdir(parents=True, exist_ok=True)
        walk = ["node", modules / "browser.mjs", wiredesk, chromium(), shots, scratch]
        sys.exit(subprocess.run(walk, timeout=300).returncode)


main()
