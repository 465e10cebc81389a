# SPDX-License-Identifier: BSL-1.0
"""Drives the server with the Node client of the API: python3 run.py BINARY off|on FOLDER

Starts the server with Multiple Roles off or on, runs *.test.mjs against it and ends it. FOLDER
holds the installed client. Exit status 77, a skip, where Node or the client is missing.
"""

import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../server"))

from harness import KEY, Server, environment  # pylint: disable=wrong-import-position

MULTIPLE_ROLES, FOLDER = sys.argv[2:]


def skip(why):
    print(f"skipped: {why}; tools/test.sh installs it")
    raise SystemExit(77)


def main():
    node = shutil.which("node")
    if node is None:
        skip("there is no command node")
    if not os.path.isdir(os.path.join(FOLDER, "node_modules/@workos-inc/node")):
        skip(f"there is no @workos-inc/node in {FOLDER}")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    # The client takes WebCrypto for global, which it is from Node 20 on.
    options = {}
    if version.startswith("v18."):
        options["NODE_OPTIONS"] = "--experimental-global-webcrypto"
    with Server("--multiple-roles", MULTIPLE_ROLES, "--config",
                os.path.join(HERE, "configuration.json")) as server, \
            Server("--rate-limit", "1") as limited:
        print(f"Node {version.strip()}, Multiple Roles {MULTIPLE_ROLES}", flush=True)
        return subprocess.run(
            [node, "--test", "--test-reporter=spec", os.path.join(HERE, "all.mjs")],
            env=environment(
                SDK_FOLDER=os.path.abspath(FOLDER), SDK_KEY=KEY, SDK_PORT=str(server.port),
                SDK_LIMITED_PORT=str(limited.port), SDK_MULTIPLE_ROLES=MULTIPLE_ROLES, **options),
            check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())
