"""Sends made requests for every operation of the OpenAPI document to the running program.

Schemathesis makes them, right ones and wrong ones, and judges the answers: no server error, only
statuses, types, headers and shapes that the document names, and nothing taken that it forbids.
Three servers are asked, each with a data folder and pictures of its own: one without accounts, and
one with, as an administrator and as somebody who may only look.

`cargo xtask requests` runs this with what it needs. By hand, with schemathesis and PyJWT at hand:

    python tests/requests/made_requests.py PROGRAM [--seconds N] [--only local|admin|viewer] [--seed N]
"""

import argparse
import http.client
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.parse

import jwt

PASSWORD = "seven green lamps at noon"
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
]
# Events have no end.
WITHOUT = ["tasks/events"]
# So long a server may take to say where it is.
PATIENCE_S = 60


class Server:
    """The program, serving a data folder until the block ends."""

    def __init__(self, program, folder, *options):
        self.data = folder / "data"
        self.command = [program, "serve", "--data-dir", self.data, "--listen", "127.0.0.1:0"]
        self.command += ["--import-root", folder / "pictures", "--log", "error", *options]
        # As it was indexed: else all is embedded anew, and told so with 503 until it is.
        self.command.append("--no-embed")
        self.log = folder / "server.log"

    def __enter__(self):
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log)
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until and self.process.poll() is None:
            told = re.search(r"on (http://[^/\s]+)/", self.log.read_text(errors="replace"))
            if told:
                self.url = told[1]
                return self
            time.sleep(0.1)
        raise SystemExit(f"it does not serve:\n{self.log.read_text(errors='replace')}")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(PATIENCE_S)

    def ask(self, method, path, headers=None, **form):
        """The status, headers and body of an answer."""
        address = urllib.parse.urlsplit(self.url)
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
        body = urllib.parse.urlencode(form)
        headers = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
        connection.request(method, path, body or None, headers if body else headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()


def index(program, folder):
    """A data folder with a dataset of a few sample pictures, some of them faulty."""
    done = [program, "up", "--sample", "--no-serve", "--data-dir", folder / "data", "--no-embed"]
    subprocess.run(done, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    (folder / "pictures").mkdir()


def add_person(program, data, email, role):
    add = [program, "user", "add", email, "--role", role, "--password-stdin", "--data-dir", data]
    subprocess.run(add, check=True, input=f"{PASSWORD}\n".encode(), stdout=subprocess.DEVNULL)


def token(server, email):
    """A token that an API key of that person signs, good for an hour."""
    login = json.dumps({"username": email, "password": PASSWORD})
    address = urllib.parse.urlsplit(server.url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
    connection.request("POST", "/api/v1/auth", login, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200:
        raise SystemExit(f"{email} cannot sign in: {answer.status}")
    session = re.search(r"SESSION=([^;]+)", answer.headers["Set-Cookie"])[1]
    _, _, body = server.ask("GET", "/api/v1/api_credentials", {"Cookie": f"SESSION={session}"})
    key = json.loads(body)
    now = int(time.time())
    claims = {"sub": key["api_key"], "iss": "sdk", "iat": now, "exp": now + 3600}
    secret, name = key["api_secret"], {"kid": key["api_key"]}
    return jwt.encode(claims, secret, algorithm="HS256", headers=name)


def send(server, options, *more):
    """Runs Schemathesis; whether it found nothing."""
    command = [pathlib.Path(sys.executable).with_name("schemathesis"), "run"]
    command += [f"{server.url}/api/v1/openapi.json", "--url", server.url]
    command += ["--checks", ",".join(CHECKS), "--continue-on-failure", "--workers", "1"]
    command += ["--request-timeout", "30", "--max-time", str(options.seconds), "-n", "10"]
    for path in WITHOUT:
        command += ["--exclude-path-regex", path]
    if options.seed:
        command += ["--seed", str(options.seed)]
    found_nothing = subprocess.run([*command, *more]).returncode == 0
    if server.process.poll() is not None:
        raise SystemExit(f"the server ended:\n{server.log.read_text(errors='replace')}")
    return found_nothing


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--seconds", type=int, default=600, help="most seconds of each round")
    parser.add_argument("--only", choices=["local", "admin", "viewer"])
    parser.add_argument("--seed", type=int)
    options = parser.parse_args()
    program = options.program.resolve()
    rounds = [options.only] if options.only else ["local", "admin", "viewer"]
    failed = []
    for who in rounds:
        with tempfile.TemporaryDirectory(prefix="lamina-requests-") as name:
            folder = pathlib.Path(name)
            index(program, folder)
            print(f"== {who}", flush=True)
            if who == "local":
                with Server(program, folder, "--no-auth") as server:
                    passed = send(server, options)
            else:
                email = f"{who}@example.org"
                # An administrator stands first: else the one asked as might lock everybody out.
                add_person(program, folder / "data", "first@example.org", "admin")
                add_person(program, folder / "data", email, who)
                with Server(program, folder) as server:
                    bearer = f"Authorization: Bearer {token(server, email)}"
                    passed = send(server, options, "--header", bearer)
            if not passed:
                failed.append(who)
    print(f"failed: {', '.join(failed)}" if failed else "nothing was found")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
