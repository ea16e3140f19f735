"""Local servers that stand in for HTTP APIs, Slack and SMTP. They answer, and write down what they got."""

from __future__ import annotations

import json
import socketserver
import threading
from dataclasses import dataclass, field
from email import message_from_bytes
from email.header import decode_header, make_header
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

_MAX_BODY = 64 * 2**20


@dataclass
class Received:
    """What the servers got since the last `clear`."""

    requests: list[dict[str, Any]] = field(default_factory=list)
    mails: list[dict[str, Any]] = field(default_factory=list)

    def clear(self) -> None:
        """Forget it all, before the next run."""
        self.requests.clear()
        self.mails.clear()


class HttpStandIn(ThreadingHTTPServer):
    """Any HTTP API: known GET paths answer with their records, Slack's with its usual answer, the rest with `ok`."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, received: Received, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _HttpHandler)
        self.received = received
        self.answers: dict[str, Any] = {}


class _HttpHandler(BaseHTTPRequestHandler):
    server: HttpStandIn

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        length = min(int(self.headers.get("Content-Length") or 0), _MAX_BODY)
        body = self.rfile.read(length).decode("utf-8", "replace") if length else ""
        self.server.received.requests.append(
            {
                "method": self.command,
                "path": parts.path,
                "query": parse_qs(parts.query),
                "body": _decoded(body, self.headers.get("Content-Type") or ""),
            }
        )
        payload = json.dumps(self._payload(parts.path)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(payload)

    def _payload(self, path: str) -> Any:
        known = self.server.answers.get("/" + path.strip("/"))
        if known is not None and self.command == "GET":
            return known
        return {"ok": True, "channel": "C0", "ts": "1.0", "status": "ok"}

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _answer  # noqa: N815  # names set by http.server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class's signature
        """The requests are recorded, not printed."""


def _decoded(body: str, content_type: str) -> Any:
    if "json" in content_type:
        try:
            return json.loads(body)
        except ValueError:
            return body
    if "form" in content_type:
        return {name: values[0] for name, values in parse_qs(body).items()}
    return body


class SmtpStandIn(socketserver.ThreadingTCPServer):
    """A mail server that keeps what it is given and delivers nothing."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, received: Received, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _SmtpHandler)
        self.received = received


class _SmtpHandler(socketserver.StreamRequestHandler):
    server: SmtpStandIn

    def handle(self) -> None:
        """One session of the protocol."""
        self._say("220 stand-in ready")
        recipients: list[str] = []
        while line := self.rfile.readline(65536):
            text = line.decode("utf-8", "replace").strip()
            verb = text.upper()
            if verb.startswith("RCPT TO"):
                recipients.append(text.partition(":")[2].split(" ")[0].strip("<> "))
            if verb == "DATA":
                self._say("354 go on")
                self.server.received.mails.append({"to": recipients, **_mail(self._data())})
                recipients = []
            self._say("221 bye" if verb == "QUIT" else "235 ok" if verb.startswith("AUTH") else "250 ok")
            if verb == "QUIT":
                return

    def _data(self) -> bytes:
        lines = []
        while (line := self.rfile.readline(65536)) not in (b".\r\n", b".\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        return b"".join(lines)

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")


def _mail(data: bytes) -> dict[str, Any]:
    message = message_from_bytes(data)
    bodies, attachments = [], []
    for part in message.walk():
        if part.get_filename():
            attachments.append(part.get_filename())
        elif part.get_content_maintype() == "text":
            payload = part.get_payload(decode=True)
            bodies.append(payload.decode("utf-8", "replace") if isinstance(payload, bytes) else str(payload))
    subject = str(make_header(decode_header(message.get("Subject", ""))))
    return {"subject": subject, "from": message.get("From", ""), "body": "\n".join(bodies), "attachments": attachments}


@dataclass
class StandIns:
    """Both servers, serving in threads."""

    received: Received
    http: HttpStandIn
    smtp: SmtpStandIn

    def stop(self) -> None:
        """Close them."""
        for server in (self.http, self.smtp):
            server.shutdown()
            server.server_close()


def start(http_port: int = 0, smtp_port: int = 0) -> StandIns:
    """Start both on loopback; port 0 takes any free one."""
    received = Received()
    standins = StandIns(received, HttpStandIn(received, http_port), SmtpStandIn(received, smtp_port))
    for server in (standins.http, standins.smtp):
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    return standins
