# SPDX-License-Identifier: BSL-1.0
"""HTTP as the reference server speaks it, whatever its calls do: python3 test_http.py BINARY

Plan: concern -> checks
  command line         -> flags_*, port_in_use, signals_end_it
  answers              -> every_answer_has_id_and_type, head_*, methods_*, key_*, paths_*, queries_*
  connections          -> keep_alive, http_1_0, pipelined_*, empty_lines_between_requests
  bodies               -> chunked_body_*, trailer_*, expect_*, body_*
  what is no HTTP      -> malformed_*, early_end, header_*, target_*
  slow and many clients-> slow_*, idle_*, more_connections_*, many_*
  the end              -> stop_*
"""

import http.client
import signal
import socket
import subprocess
import sys
import threading
import time

from harness import (AUTH, BINARY, KEY, Client, Server, check, environment, equal, golden, is_alive,
                     refused, request, run, run_checks)

MIB = 1024 * 1024


# ---- command line

@check
def flags_key_is_required(_):
    assert "MEMBERSHIP_API_KEY" in refused(2, "--port", "0")
    refused(2, "--port", "0", MEMBERSHIP_API_KEY="")
    refused(2, "--port", "0", "--api-key", "")
    refused(2, "--port", "0", "--api-key", "two words")
    refused(2, "--port", "0", MEMBERSHIP_API_KEY="caf\u00e9")


@check
def flags_bad_values(_):
    key = ("--api-key", "k")
    for value in ("-1", "65536", "x", "", "80 ", "99999999999999999999"):
        assert "--port" in refused(2, *key, "--port", value)
        assert "--port" in refused(2, *key, f"--port={value}")
    for value in ("", "yes", "ON"):
        assert "--multiple-roles" in refused(2, *key, "--multiple-roles", value)
    for value in ("", "Owner", "x" * 49):
        assert "--owner-role" in refused(2, *key, "--owner-role", value)
        assert "--default-role" in refused(2, *key, "--default-role", value)
    for value in ("", "-1", "1000000001"):
        assert "--seat-limit" in refused(2, *key, "--seat-limit", value)
    assert "owner_role" in refused(1, *key, "--owner-role", "member")
    assert "--idle-timeout-ms" in refused(2, *key, "--idle-timeout-ms", "0")
    assert "--threads" in refused(2, *key, "--threads", "0")
    for value in ("", "on", "JSON"):
        assert "--log" in refused(2, *key, "--log", value)
    for flag, value in (("--rate-limit", "-1"), ("--rate-limit", "1000001"),
                        ("--idempotency-entries", "x"), ("--idempotency-bytes", "0"),
                        ("--event-limit", "-1"), ("--event-age-seconds", "0"),
                        ("--upkeep-interval-ms", "0")):
        assert flag in refused(2, *key, flag, value)
    assert "--metrics-open" in refused(2, *key, "--metrics-open=on")
    assert "--host" in refused(2, *key, "--host")
    assert "no.such.host.invalid" in refused(2, *key, "--host", "no.such.host.invalid")


@check
def flags_unknown(_):
    for flag in ("--prot", "-p", "extra", "--help=1", "--", ""):
        refused(2, "--api-key", "k", flag)


@check
def flags_help(_):
    status, out, err = run("--help")
    equal((status, err), (0, ""))
    for flag in ("--port", "--host", "--api-key", "MEMBERSHIP_API_KEY", "--multiple-roles",
                 "--owner-role", "--default-role", "--seat-limit", "--config", "--rate-limit",
                 "--idempotency-entries", "--log", "--metrics-open",
                 "--token-secret", "MEMBERSHIP_TOKEN_SECRET", "--invitation-url"):
        assert flag in out


@check
def flags_key_from_environment(_):
    process = subprocess.Popen([BINARY, "--port=0", "--multiple-roles=on"], text=True,
                               stdout=subprocess.PIPE, env=environment(MEMBERSHIP_API_KEY=KEY))
    port = int(process.stdout.readline().rsplit(":", 1)[1])
    equal(Client(port).send(request(target="/nothing")).answer().status, 404)
    process.terminate()
    equal(process.wait(10), 0)
    process.stdout.close()


@check
def port_in_use(server):
    assert str(server.port) in refused(1, "--port", str(server.port), "--api-key", "k")


@check
def signals_end_it(_):
    for number in (signal.SIGTERM, signal.SIGINT):
        with Server() as server:
            server.stop(number)
            equal(server.wait(), 0)


# ---- answers

@check
def every_answer_has_id_and_type(server):
    client = server.connect()
    ids = {client.send(request(target=t)).answer().headers["x-request-id"]
           for t in ("/health", "/nothing", "/%zz", "/health?x=%zz")}
    equal(len(ids), 4)
    equal(client.send(request()).answer().body, b'{"status":"ok"}')


@check
def head_as_get_without_body(server):
    client = server.connect()
    head = client.send(request("HEAD")).answer(head_only=True)
    get = client.send(request()).answer()
    equal(head.status, 200)
    for name in ("content-length", "content-type"):
        equal(head.headers[name], get.headers[name])
    missing = client.send(request("HEAD", "/nothing")).answer(head_only=True)
    equal(missing.status, 404)
    assert is_alive(client)


@check
def methods_unknown_to_a_path(server):
    client = server.connect()
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"):
        answer = client.send(request(method)).answer()
        equal(answer.outcome(), golden("method_not_allowed"))
        equal(answer.headers["allow"], "GET, HEAD")
    equal(client.send(request("BREW", "/nothing")).answer().status, 404)


@check
def key_is_asked_for(server):
    client = server.connect()
    for header in ("", "Authorization: Bearer key-3\r\n", "Authorization: Bearer key-\r\n",
                   "Authorization: Bearer key-11\r\n", "Authorization: Bearer \r\n",
                   "Authorization: Bearer\r\n", "Authorization: Basic key-1\r\n",
                   "Authorization: key-1\r\n", "X-Authorization: Bearer key-1\r\n"):
        for target in ("/nothing", "/%zz"):
            answer = client.send(f"GET {target} HTTP/1.1\r\nHost: x\r\n{header}\r\n").answer()
            equal(answer.outcome(), golden("unauthorized"))
    for header in ("Authorization: Bearer key-1\r\n", "authorization:bearer key-2 \r\n"):
        answer = client.send(f"GET /nothing HTTP/1.1\r\nHost: x\r\n{header}\r\n").answer()
        equal(answer.outcome(), golden("not_found"))
    equal(client.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n").answer().status, 200)
    equal(client.send("POST /health HTTP/1.1\r\nHost: x\r\n\r\n").answer().status, 401)


@check
def paths_are_decoded_once(server):
    client = server.connect()
    for target, status in (("/%68ealth", 200), ("/%2568ealth", 404), ("/health/", 404),
                           ("//health", 404), ("/", 404), ("/health%2F", 404), ("/Health", 404),
                           ("/health%00", 404), ("/%zz", 400), ("/health/%", 400), ("/%FF", 400),
                           ("/caf\u00e9", 400), ("http://x/health", 200), ("HTTP://x", 404),
                           ("http://x?y", 404), ("*", 400), ("health", 400)):
        answer = client.send(request(target=target)).answer()
        equal((target, answer.status), (target, status))


@check
def queries_are_decoded(server):
    client = server.connect()
    for query, status in (("?", 200), ("?x=1&y", 200), ("??", 200), ("?x=%zz", 400),
                          ("?x=%FF", 400), ("?%", 400)):
        equal((query, client.send(request(target="/health" + query)).answer().status),
              (query, status))


# ---- connections

@check
def keep_alive(server):
    client = server.connect()
    for _ in range(50):
        assert not client.send(request()).answer().closes
    assert client.send(request(headers="Connection: close\r\n")).answer().closes
    assert client.closed()


@check
def http_1_0(server):
    client = server.connect()
    client.send("GET /health HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    equal(client.answer().headers["connection"], "keep-alive")
    assert client.send("GET /health HTTP/1.0\r\n\r\n").answer().closes
    assert client.closed()


@check
def pipelined_requests(server):
    client = server.connect()
    wanted = [("GET", "/health", 200), ("GET", "/nothing", 404), ("PUT", "/health", 405),
              ("GET", "/%zz", 400)] * 50
    client.send("".join(request(m, t, body="" if m == "GET" else "abc") for m, t, _ in wanted))
    for _, _, status in wanted:
        equal(client.answer().status, status)


@check
def pipelined_answers_in_order(server):
    client = server.connect()
    names = [f"name {i}" for i in range(200)]
    client.send("".join(request("POST", "/organizations", body=f'{{"name":"{name}"}}')
                        for name in names))
    made = [client.answer().json() for _ in names]
    equal([organization["name"] for organization in made], names)
    client.send("".join(request(target="/organizations/" + organization["id"])
                        for organization in made))
    equal([client.answer().json() for _ in made], made)


@check
def pipelined_behind_a_closing_request(server):
    client = server.connect()
    client.send(request(headers="Connection: close\r\n") + request())
    assert client.answer().closes and client.closed()


@check
def empty_lines_between_requests(server):
    client = server.connect()
    client.send("\r\n\r\n" + request() + "\r\n" + request())
    equal([client.answer().status for _ in range(2)], [200, 200])


@check
def one_byte_at_a_time(server):
    client = server.connect()
    text = ("POST /nothing HTTP/1.1\r\nHost: x\r\n" + AUTH +
            "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
    for byte in text + request():
        client.send(byte)
        time.sleep(0.0005)
    equal([client.answer().status for _ in range(2)], [404, 200])


# ---- bodies

CHUNKED = "Transfer-Encoding: chunked\r\n"


@check
def chunked_body_is_read(server):
    client = server.connect()
    for body in ("0\r\n\r\n", "3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n",
                 "003\r\nabc\r\n0\r\nT: 1\r\n\r\n"):
        client.send(request("POST", "/nothing", CHUNKED) + body)
        equal(client.answer().status, 404)
        assert is_alive(client)


@check
def chunked_body_in_small_pieces(server):
    client = server.connect()
    for pieces in (("0\r\n", "\r", "\n"), ("3", "\r\nabc\r", "\n0\r\n", "\r\n"),
                   ("0\r\nT: 1", "\r\n\r\n")):
        client.send(request("POST", "/nothing", CHUNKED))
        for piece in pieces:
            time.sleep(0.02)
            client.send(piece)
        equal(client.answer().status, 404)


@check
def chunked_body_malformed(server):
    for body in ("xyz\r\n", "-1\r\nabc", "3\r\nabcd\r\n0\r\n\r\n", "ffffffffffffffffff\r\n",
                 "\r\n\r\n\r\n", "3;" + "x" * 20000):
        client = server.connect()
        answer = client.send(request("POST", "/nothing", CHUNKED) + body).answer()
        equal((body[:20], answer.status, answer.code()), (body[:20], 400, "bad_request"))
        assert answer.closes and client.closed()


@check
def trailer_is_no_header(server):
    client = server.connect()
    client.send("POST /nothing HTTP/1.1\r\nHost: x\r\n" + CHUNKED + "\r\n0\r\n" + AUTH + "\r\n")
    equal(client.answer().status, 401)


@check
def expect_100_continue(server):
    client = server.connect()
    client.send(request("POST", "/nothing", "Expect: 100-continue\r\nContent-Length: 3\r\n"))
    equal(client.head()[0], 100)
    equal(client.send("abc").answer().status, 404)
    client.send(request("POST", "/nothing", "Expect: 100-Continue\r\n" + CHUNKED))
    equal(client.head()[0], 100)
    equal(client.send("0\r\n\r\n").answer().status, 404)
    # Who sends the body all the same need not be asked; without a body there is nothing to ask.
    client.send(request("POST", "/nothing", "Expect: 100-continue\r\n", "abc"))
    equal(client.answer().status, 404)
    equal(client.send(request(headers="Expect: 100-continue\r\n")).answer().status, 200)


@check
def expect_refused(server):
    for header, code in (
            (f"Expect: 100-continue\r\nContent-Length: {MIB + 1}\r\n", "payload_too_large"),
            ("Expect: 200-ok\r\nContent-Length: 3\r\n", "expectation_failed")):
        client = server.connect()
        answer = client.send(request("POST", "/nothing", header)).answer()
        equal(answer.outcome(), golden(code))
        assert answer.closes and client.closed()


@check
def expect_with_a_target_too_long(server):
    client = server.connect()
    answer = client.send(request("POST", "/" + "x" * 8192,
                                 "Expect: 100-continue\r\nContent-Length: 3\r\n")).answer()
    equal((answer.outcome(), answer.closes), (golden("uri_too_long"), True))
    assert client.closed()


@check
def body_nested_up_to_the_limit(server):
    client = server.connect()
    for inner, status in ((63, 201), (64, 400), (100_000, 400)):
        for left, right in (("[", "]"), ('{"a":', "}")):
            end = "1" if left != "[" else ""
            body = '{"name":"x","unknown":' + left * inner + end + right * inner + "}"
            answer = client.send(request("POST", "/organizations", body=body)).answer()
            equal((inner, left, answer.status), (inner, left, status))
            if status == 400:
                equal(answer.json(), {"code": "bad_request",
                                      "message": "The body is nested deeper than 64 levels."})


@check
def body_up_to_the_limit(server):
    client = server.connect()
    equal(client.send(request("POST", "/nothing", body="x" * MIB)).answer().status, 404)
    chunk = "10000\r\n" + "x" * 65536 + "\r\n"
    client.send(request("POST", "/nothing", CHUNKED) + chunk * 16 + "0\r\n\r\n")
    equal(client.answer().status, 404)


@check
def body_too_large_is_refused_and_the_connection_lives(server):
    client = server.connect()
    for text in (request("POST", "/nothing", body="x" * (MIB + 1)),
                 request("POST", "/nothing", body="x" * (4 * MIB)),
                 request("POST", "/nothing", CHUNKED) +
                 ("10000\r\n" + "x" * 65536 + "\r\n") * 16 + "1\r\nx\r\n0\r\n\r\n"):
        answer = client.send(text).answer()
        equal((answer.outcome(), answer.closes), (golden("payload_too_large"), False))
        assert is_alive(client)


@check
def body_much_too_large_ends_the_connection(server):
    for headers in ("Content-Length: 99999999999\r\n", "Content-Length: 18446744073709551615\r\n"):
        client = server.connect()
        answer = client.send(request("POST", "/nothing", headers) + "x" * 100000).answer()
        equal((answer.status, answer.closes), (413, True))
        assert client.closed()
    client = server.connect()
    client.send(request("POST", "/nothing", CHUNKED))
    chunk = "10000\r\n" + "x" * 65536 + "\r\n"
    try:
        for _ in range(200):
            client.send(chunk)
    except OSError:
        pass
    equal(client.answer().status, 413)


@check
def body_too_large_comes_before_the_key(server):
    client = server.connect()
    client.send(f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {MIB + 1}\r\n\r\n")
    client.send("x" * (MIB + 1))
    equal(client.answer().status, 413)


# ---- what is no HTTP

@check
def malformed_requests(server):
    host = "Host: x\r\n"
    for text in ("GARBAGE\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
                 "GET /health\r\n\r\n", "GET  /health HTTP/1.1\r\n\r\n",
                 "GET /a b HTTP/1.1\r\n\r\n", "GET /health HTTP/3.0\r\n\r\n",
                 "GET /health HTTP/1.1\n\n", "G@T / HTTP/1.1\r\n\r\n",
                 "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET /\x01 HTTP/1.1\r\n\r\n",
                 f"GET / HTTP/1.1\r\n{host}no colon\r\n\r\n",
                 f"GET / HTTP/1.1\r\n{host}A : b\r\n\r\n",
                 f"GET / HTTP/1.1\r\n{host}A: b\x00c\r\n\r\n",
                 f"GET / HTTP/1.1\r\n{host}: b\r\n\r\n",
                 "GET / HTTP/1.1\r\n\r\n", f"GET / HTTP/1.1\r\n{host}{host}\r\n",
                 f"POST / HTTP/1.1\r\n{host}Content-Length: -1\r\n\r\n",
                 f"POST / HTTP/1.1\r\n{host}Content-Length: 1x\r\n\r\n",
                 f"POST / HTTP/1.1\r\n{host}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                 f"POST / HTTP/1.1\r\n{host}Content-Length: 99999999999999999999999\r\n\r\nab",
                 f"POST / HTTP/1.1\r\n{host}Content-Length: 3\r\n{CHUNKED}\r\n0\r\n\r\n",
                 f"POST / HTTP/1.1\r\n{host}{CHUNKED}Content-Length: 3\r\n\r\n0\r\n\r\n",
                 f"POST / HTTP/1.1\r\n{host}{CHUNKED}{CHUNKED}\r\n0\r\n\r\n",
                 f"POST / HTTP/1.0\r\n{CHUNKED}\r\n0\r\n\r\n"):
        client = server.connect()
        answer = client.send(text).answer()
        equal((text, answer.status, answer.code()), (text, 400, "bad_request"))
        assert answer.closes and client.closed()


@check
def malformed_encodings(server):
    for encoding in ("gzip", "gzip, chunked", "chunked, gzip", "identity", "xchunked"):
        client = server.connect()
        client.send(request("POST", "/nothing", f"Transfer-Encoding: {encoding}\r\n") + "0\r\n\r\n")
        answer = client.answer()
        equal((encoding, answer.outcome()), (encoding, golden("not_implemented")))
        assert answer.closes and client.closed()


@check
def malformed_second_request(server):
    client = server.connect()
    client.send(request() + "GARBAGE\r\n\r\n")
    equal([client.answer().status for _ in range(2)], [200, 400])
    assert client.closed()


@check
def malformed_head_is_answered_without_body(server):
    client = server.connect()
    answer = client.send("HEAD / HTTP/1.1\r\nHost: x\r\nA : b\r\n\r\n").answer(head_only=True)
    equal((answer.status, answer.closes), (400, True))
    assert client.closed()


@check
def malformed_in_pieces_as_in_one(server):
    host = "\r\nHost: x\r\n"
    for pieces, status in ((("GET / HTTP/1.1\r", "\nno colon\r\n"), 400),
                           (("GET / HTTP/1.1\r", "\nX: " + "x" * 20000), 431),
                           (("GET / HTTP/1.1" + host + "X: " + "x" * 16000 + "\r", "\nA : b\r\n" +
                             "x" * 1000), 400),
                           (("POST / HTTP/1.1" + host + CHUNKED, "\r\n3;" + "x" * 17000,
                             "\r\nabc\r\n0\r\n\r\n"), 400)):
        answers = []
        for parts in (pieces, ("".join(pieces),)):
            client = server.connect()
            for part in parts:
                client.send(part)
                time.sleep(0.02)
            client.socket.shutdown(socket.SHUT_WR)
            answers.append(client.answer())
            assert client.closed()
        equal([(a.status, a.json()) for a in answers], [(status, answers[0].json())] * 2)


@check
def early_end(server):
    for text in ("GET /hea", "GET /health HTTP/1.1\r\nHo",
                 request("POST", "/nothing", CHUNKED) + "3\r\na"):
        client = server.connect()
        client.send(text).socket.shutdown(socket.SHUT_WR)
        answer = client.answer()
        equal((answer.status, answer.closes), (400, True))
    client = server.connect()
    client.send(request()).socket.shutdown(socket.SHUT_WR)
    equal(client.answer().status, 200)
    assert client.closed()


def refused_header(server, pieces, status):
    client = server.connect()
    try:
        for piece in pieces:
            client.send(piece)
            time.sleep(0.0005)
    except OSError:
        pass
    answer = client.answer()
    code = {414: "uri_too_long", 431: "request_header_fields_too_large"}[status]
    equal((answer.outcome(), answer.closes), (golden(code), True))
    assert client.closed()


@check
def header_up_to_the_limit(server):
    client = server.connect()
    rest = 16 * 1024 - len(request(headers="X: \r\n"))
    equal(client.send(request(headers=f"X: {'x' * rest}\r\n")).answer().status, 200)
    client.send(request(headers=f"X: {'x' * (rest + 1)}\r\n"))
    equal(client.answer().status, 431)


@check
def header_too_large(server):
    begin = "GET /health HTTP/1.1\r\nHost: x\r\n"
    refused_header(server, [begin + "X: " + "x" * 40000], 431)
    refused_header(server, [begin + "X: y\r\n" * 5000], 431)
    refused_header(server, [begin + "X: " + "x" * 40000 + "\r\n\r\n"], 431)


@check
def header_too_large_in_many_pieces(server):
    fields = [f"X-{i}: {'y' * 100}\r\n" for i in range(400)]
    refused_header(server, ["GET / HTTP/1.1\r\n"] + fields, 431)


@check
def target_too_long(server):
    client = server.connect()
    equal(client.send(request(target="/health?" + "x" * 8000)).answer().status, 200)
    answer = client.send(request(target="/health?" + "x" * 8192)).answer()
    equal((answer.outcome(), answer.closes), (golden("uri_too_long"), False))
    assert is_alive(client)
    refused_header(server, ["GET /" + "x" * 40000], 414)


# ---- slow and many clients

@check
def slow_header_is_cut_while_others_are_served(_):
    with Server("--header-timeout-ms", "500") as server:
        slow = [server.connect() for _ in range(20)]
        stop = threading.Event()

        def trickle():
            for byte in "GET /health HTTP/1.1\r\nX: " + "x" * 1000:
                for client in slow:
                    try:
                        client.send(byte)
                    except OSError:
                        pass
                if stop.wait(0.05):
                    return

        thread = threading.Thread(target=trickle)
        begin = time.monotonic()
        thread.start()
        other = server.connect()
        served = 0
        while time.monotonic() - begin < 0.4:
            assert is_alive(other)
            served += 1
        assert served > 20, served
        assert all(client.closed(2) for client in slow)
        assert time.monotonic() - begin < 2
        assert is_alive(other)
        stop.set()
        thread.join()


@check
def slow_body_is_cut(_):
    with Server("--body-timeout-ms", "300") as server:
        client = server.connect()
        client.send(request("POST", "/nothing", "Content-Length: 10\r\n") + "abc")
        assert client.closed(2)
        client = server.connect()
        client.send(request("POST", "/nothing", CHUNKED) + "1\r\na\r\n")
        assert client.closed(2)


@check
def slow_bodies_do_not_hold_up_others(_):
    with Server("--body-timeout-ms", "1500") as server:
        slow = [server.connect() for _ in range(20)]
        for client in slow:
            client.send(request("POST", "/nothing", "Content-Length: 1000000\r\n") + "x")
        other = server.connect()
        begin = time.monotonic()
        longest = served = 0
        while time.monotonic() - begin < 0.4:
            before = time.monotonic()
            for client in slow:
                client.send("x")
            assert is_alive(other)
            longest = max(longest, time.monotonic() - before)
            served += 1
        assert served > 2 and longest < 1, (served, longest)
        assert all(client.closed(3) for client in slow)


@check
def slow_reader_is_cut(_):
    with Server("--write-timeout-ms", "300") as server:
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", server.port))
        client.settimeout(0.2)
        # Long answers, so that what lies between is full soon also where a sanitizer slows the server.
        many = request(target="/metrics").encode() * 500
        begin = time.monotonic()
        cut = False
        while not cut and time.monotonic() - begin < 30:
            try:
                client.send(many)
            except socket.timeout:
                pass
            except OSError:
                cut = True
        assert cut
        assert is_alive(server.connect())
        client.close()


@check
def idle_connections_are_closed(_):
    with Server("--idle-timeout-ms", "300") as server:
        silent = server.connect()
        used = server.connect()
        assert is_alive(used)
        assert used.closed(2) and silent.closed(2)
        newlines = server.connect()
        for _ in range(10):
            try:
                newlines.send("\r\n")
            except OSError:
                break
            time.sleep(0.1)
        assert newlines.closed(2)


@check
def idle_time_begins_with_the_answer(_):
    with Server("--idle-timeout-ms", "700", "--write-timeout-ms", "100") as server:
        client = server.connect()
        # Behind the first request is an empty line: it is no beginning of a second one.
        client.send(request() + "\r\n")
        equal(client.answer().status, 200)
        time.sleep(0.3)
        assert is_alive(client)
        assert client.closed(2)


@check
def more_connections_than_allowed_wait(_):
    with Server("--max-connections", "2") as server:
        first, second = server.connect(), server.connect()
        assert is_alive(first) and is_alive(second)
        third = server.connect()
        third.send(request())
        third.socket.settimeout(0.3)
        try:
            third.fill()
            raise AssertionError("a third connection was served")
        except socket.timeout:
            pass
        third.socket.settimeout(5)
        first.close()
        equal(third.answer().status, 200)
        assert is_alive(second)


@check
def many_clients_at_once(server):
    errors = []

    def work():
        try:
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
            for _ in range(100):
                connection.request("GET", "/health")
                answer = connection.getresponse()
                equal((answer.status, answer.read()), (200, b'{"status":"ok"}'))
        except Exception as error:  # pylint: disable=broad-except
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors, errors


# ---- the end

@check
def stop_finishes_requests_under_way(_):
    with Server("--stop-timeout-ms", "60000") as server:
        idle = server.connect()
        assert is_alive(idle)
        busy = server.connect()
        busy.send(request("POST", "/nothing", "Content-Length: 6\r\n") + "abc")
        time.sleep(0.1)
        server.stop()
        assert idle.closed(10)
        time.sleep(0.2)
        answer = busy.send("def").answer()
        equal((answer.status, answer.closes), (404, True))
        assert busy.closed()
        busy.close()
        equal(server.wait(10), 0)


@check
def stop_accepts_nothing_more(_):
    with Server("--stop-timeout-ms", "60000") as server:
        busy = server.connect()
        busy.send("GET /hea")
        time.sleep(0.1)
        server.stop()
        time.sleep(0.1)
        try:
            server.connect()
            raise AssertionError("a connection was accepted")
        except ConnectionRefusedError:
            pass
        busy.send("lth HTTP/1.1\r\nHost: x\r\n\r\n")
        equal(busy.answer().status, 200)
        busy.close()
        equal(server.wait(10), 0)


@check
def stop_does_not_wait_forever(_):
    with Server("--stop-timeout-ms", "300") as server:
        busy = server.connect()
        busy.send("GET /hea")
        time.sleep(0.1)
        begin = time.monotonic()
        server.stop()
        equal(server.wait(3), 0)
        assert 0.2 < time.monotonic() - begin < 2


@check
def stop_at_once_on_a_second_signal(_):
    with Server("--stop-timeout-ms", "600000") as server:
        busy = server.connect()
        busy.send("GET /hea")
        time.sleep(0.1)
        server.stop()
        time.sleep(0.1)
        server.stop(signal.SIGINT)
        equal(server.wait(10), 0)


@check
def stop_under_load(_):
    with Server("--stop-timeout-ms", "60000") as server:
        answered = [0] * 8

        def work(index):
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
            try:
                while True:
                    connection.request("GET", "/health")
                    connection.getresponse().read()
                    answered[index] += 1
            except (OSError, http.client.HTTPException):
                connection.close()

        threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
        for thread in threads:
            thread.start()
        time.sleep(0.3)
        server.stop()
        equal(server.wait(10), 0)
        for thread in threads:
            thread.join()
        assert all(answered), answered


if __name__ == "__main__":
    sys.exit(run_checks())
