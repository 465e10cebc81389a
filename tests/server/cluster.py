# SPDX-License-Identifier: BSL-1.0
"""A server of PostgreSQL of a test's own."""

import os
import shutil
import socket
import subprocess
import tempfile

BIN = "/usr/lib/postgresql/15/bin/"


class Cluster:
    """A server of PostgreSQL on a free port; root runs it as the user postgres."""

    def __init__(self, *settings):
        self.folder = tempfile.mkdtemp()
        self.data = os.path.join(self.folder, "data")
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        self.run("initdb", "-D", self.data, "-A", "trust", "-U", "tester", "-E", "UTF8",
                 "--locale=C", "--no-sync")
        self.start(*settings)

    def run(self, program, *arguments):
        owner = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        subprocess.run([*(owner if os.geteuid() == 0 else []), BIN + program, *arguments],
                       check=True, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def start(self, *settings, how="start"):
        """`settings` are as in "fsync=off"."""
        given = " ".join("-c " + each for each in settings)
        self.run("pg_ctl", "-D", self.data, "-w", "-l", os.path.join(self.data, "log"), "-o",
                 f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
                 f" {given}", how)

    def stop(self):
        self.run("pg_ctl", "-D", self.data, "-m", "immediate", "stop")

    def rows(self, query):
        done = subprocess.run([BIN + "psql", self.url, "-AtF", "|", "-c", query], check=True,
                              cwd="/", capture_output=True, text=True)
        return [line.split("|") for line in done.stdout.splitlines()]

    def session(self):
        """A client that stays connected."""
        return Session(self.url)

    @property
    def url(self):
        return f"postgresql://tester@127.0.0.1:{self.port}/postgres"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.stop()
        finally:
            shutil.rmtree(self.folder)


class Session:
    """psql, which is told statements one after another."""

    def __init__(self, url):
        self.process = subprocess.Popen([BIN + "psql", "-qAt", url], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def run(self, statements):
        """Returns when they are done."""
        self.process.stdin.write(statements + "\n\\echo done\n")
        self.process.stdin.flush()
        while self.process.stdout.readline() not in ("done\n", ""):
            pass

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=20)
