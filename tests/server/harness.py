# SPDX-License-Identifier: BSL-1.0
"""A running server, connections to it, and the list of checks of a test: for test_*.py."""

import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time

BINARY = sys.argv[1]
WIRE = pathlib.Path(__file__).resolve().parent.parent / "wire"
KEY = "key-1"
AUTH = f"Authorization: Bearer {KEY}\r\n"
# The store of all servers whose test names none.
STORE = ["--store", os.environ.get("MEMBERSHIP_TEST_STORE", "memory")]


def environment(**changes):
    env = {k: v for k, v in os.environ.items()
           if k not in ("MEMBERSHIP_API_KEY", "MEMBERSHIP_TOKEN_SECRET")}
    env.update(changes)
    return env


class Server:
    """A running server; ends with SIGTERM and must then exit with 0."""

    def __init__(self, *flags, stderr=None):
        self.process = subprocess.Popen(
            [BINARY, "--port", "0", "--api-key", KEY, "--api-key", "key-2", *STORE, *flags],
            stdout=subprocess.PIPE, stderr=stderr, env=environment(), text=True)
        line = self.process.stdout.readline()
        match = re.fullmatch(r"listening on http://127\.0\.0\.1:(\d+)\n", line)
        assert match, f"unexpected first line {line!r}"
        self.port = int(match[1])

    def connect(self, timeout=10):
        return Client(self.port, timeout)

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)

    def wait(self, timeout=10):
        status = self.process.wait(timeout)
        rest = self.process.stdout.read()
        self.process.stdout.close()
        assert rest == "", f"more on stdout: {rest!r}"
        return status

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.returncode is None:
            self.stop()
            try:
                status = self.wait()
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise AssertionError("the server does not end on SIGTERM") from None
            assert status == 0, f"exit status {status}"


def run(*flags, **env):
    """Runs a server that ends at once: its status, stdout and stderr."""
    done = subprocess.run([BINARY, *flags], env=environment(**env), capture_output=True, text=True,
                          timeout=10)
    return done.returncode, done.stdout, done.stderr


def refused(status, *flags, **env):
    """The one line on stderr of a server that does not start."""
    actual, out, err = run(*flags, **env)
    equal((actual, out), (status, ""))
    assert re.fullmatch(r"membership-server: [^\n]+\n", err), f"stderr {err!r}"
    return err


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body
        self.closes = headers.get("connection", "") == "close"

    def json(self):
        return json.loads(self.body)

    def code(self):
        return self.json().get("code")

    def outcome(self):
        """Status and body, in which the order of the keys counts."""
        return self.status, json.dumps(self.json())


class Client:
    """A connection on which bytes are sent and answers read one by one."""

    def __init__(self, port, timeout=10):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def send(self, text):
        self.socket.sendall(text if isinstance(text, bytes) else text.encode("latin-1"))
        return self

    def fill(self):
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            data = b""
        self.buffer += data
        return data != b""

    def head(self):
        while b"\r\n\r\n" not in self.buffer:
            if not self.fill():
                raise AssertionError(f"closed without an answer, after {self.buffer!r}")
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("latin-1").split("\r\n")
        status = int(re.fullmatch(r"HTTP/1\.1 (\d{3}) .+", first)[1])
        headers = {}
        for line in lines:
            name, value = line.split(": ", 1)
            assert name.lower() not in headers, f"{name} twice"
            headers[name.lower()] = value
        return status, headers

    def answer(self, head_only=False, content_type="application/json; charset=utf-8"):
        status, headers = self.head()
        length = 0 if head_only or status == 204 else int(headers["content-length"])
        while len(self.buffer) < length:
            assert self.fill(), "closed within a body"
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        answer = Answer(status, headers, body)
        assert re.fullmatch(r"\S{8,}", headers["x-request-id"])
        assert headers["date"].endswith(" GMT")
        if body:
            assert headers["content-type"] == content_type
            if "json" in content_type:
                answer.json()
            if status >= 400:
                content = answer.json()
                assert isinstance(content["message"], str) and content["message"]
                assert "error" not in content and "error_description" not in content
                assert (status == 401) == ("code" not in content)
        return answer

    def closed(self, within=5.0):
        """Whether the server closes the connection, without another byte."""
        self.socket.settimeout(within)
        try:
            return self.buffer == b"" and not self.fill()
        except socket.timeout:
            return False

    def close(self):
        self.socket.close()


def request(method="GET", target="/health", headers="", body="", auth=AUTH):
    if body:
        headers += f"Content-Length: {len(body)}\r\n"
    return f"{method} {target} HTTP/1.1\r\nHost: x\r\n{auth}{headers}\r\n{body}"


def is_alive(client):
    return client.send(request()).answer().status == 200


def equal(actual, expected):
    assert actual == expected, f"{actual!r} instead of {expected!r}"


def golden(name):
    """The outcome that tests/wire/server.json has under this name."""
    answer = json.loads((WIRE / "server.json").read_text(encoding="utf-8"))[name]
    return answer["status"], json.dumps(answer["body"])


checks = []


def check(function):
    checks.append(function)
    return function


def run_checks():
    """Runs them all against one server; the exit status."""
    failures = []
    with Server() as server:
        for function in checks:
            begin = time.monotonic()
            try:
                function(server)
                result = "ok"
            except Exception as error:  # pylint: disable=broad-except
                result = f"FAILED: {type(error).__name__}: {error}"
                failures.append(function.__name__)
            took = time.monotonic() - begin
            print(f"{function.__name__:<52} {took:6.2f} s  {result}", flush=True)
    print(f"{len(checks)} checks, {len(failures)} failed", *failures)
    return 1 if failures else 0
