"""The only module that opens a socket: one document over http or https.

Every hop is judged before it is connected to: the scheme, the absence of credentials, and each
address that the name resolves to. The connection then goes to the very address that was judged,
so that a name cannot resolve to another one in between (DNS rebinding). Proxies and the environment
are ignored. Time and size are bounded for the whole exchange, and for what compressed content
unpacks to.

Rejected: ``urllib.request``, which follows redirects and resolves names behind one's back.
"""

from __future__ import annotations

import http.client
import io
import ipaddress
import re
import socket
import ssl
import threading
import time
import zlib
from contextlib import closing
from dataclasses import dataclass
from email.message import Message
from functools import cache
from typing import Any
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from mtcheck.core import InputError

MAX_HOPS = 5
"""Redirects that are followed."""

_REDIRECTS = {301, 302, 303, 307, 308}
_CHUNK = 1 << 16
_SAFE = "/%:@!$&'()*+,;=~"
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: an IPv4 address in the last 32 bits
_ACCEPT = (
    "text/html,application/xhtml+xml,application/xml,application/feed+json,application/json,text/*;q=0.9"
)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address answered.

    Attributes:
        data: the body, unpacked.
        media_type: lower case, without parameters, or None.
        charset: the encoding that the answer states, or None.
        path: path of the address that answered, whose suffix may tell the format.
    """

    data: bytes
    media_type: str | None
    charset: str | None
    path: str


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one fetch.

    Attributes:
        allow_private: also connect to loopback, private and reserved addresses.
        max_bytes: largest body, packed and unpacked.
        wait: seconds to wait for a connection or for more bytes.
        total: seconds for everything, redirects included.
    """

    allow_private: bool = False
    max_bytes: int = 64 << 20
    wait: float = 10.0
    total: float = 30.0


def fetch(url: str, limits: Limits) -> Fetched:
    """The body behind an address.

    Raises:
        InputError: it is refused, cannot be reached in time, is too large, or answers no document.
    """
    deadline = time.monotonic() + limits.total
    address = url
    for _ in range(MAX_HOPS + 1):
        try:
            answer = _exchange(address, url, limits, deadline)
            if isinstance(answer, Fetched):
                return answer
            address = urljoin(address, answer)
        except TimeoutError:
            raise InputError(url, "did not answer in time", mend="try again, or save it to a file") from None
        except (OSError, http.client.HTTPException, zlib.error, UnicodeError, ValueError) as error:
            what = str(error) or type(error).__name__
            raise InputError(url, f"could not be fetched: {what[:200]}", mend="check the address") from None
    raise InputError(url, f"redirects more than {MAX_HOPS} times", mend="give the final address")


def _exchange(address: str, asked: str, limits: Limits, deadline: float) -> Fetched | str:
    """One request; the document, or where it is redirected to."""
    parts = _checked(address, asked)
    host, port = str(parts.hostname), parts.port or (443 if parts.scheme == "https" else 80)
    ip = _resolve(host, port, asked, limits, deadline)
    connection = http.client.HTTPConnection(host, port)
    # http.client does the HTTP, on a socket that is already connected to the address judged above.
    connection.sock = _connect(parts.scheme, host, ip, port, limits, deadline)
    with closing(connection):
        target = quote(parts.path or "/", safe=_SAFE)
        if parts.query:
            target += "?" + quote(parts.query, safe=_SAFE + "?")
        headers = {"User-Agent": "mtcheck", "Accept": _ACCEPT, "Accept-Encoding": "gzip, deflate"}
        connection.request("GET", target, headers=headers)
        with connection.getresponse() as response:
            location = response.getheader("Location")
            if response.status in _REDIRECTS and location:
                return location
            if response.status != 200:
                mend = "check the address, or save the page to a file"
                raise InputError(asked, f"answered {response.status} {response.reason}"[:100], mend=mend)
            return _body(response, asked, limits, parts.path)


def _checked(address: str, asked: str) -> SplitResult:
    if re.search(r"[\x00-\x20\x7f\\]", address):
        raise InputError(asked, "has a space or a control character in its address", mend="write it as %20")
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"}:
        problem = f"leads to {parts.scheme or 'no scheme'}: only http and https are fetched"
        raise InputError(asked, problem, mend="save it to a file")
    if parts.username is not None or parts.password is not None:
        raise InputError(
            asked, "has a user name in its address", mend="remove it, or save the page to a file"
        )
    if not parts.hostname:
        raise InputError(asked, "has no host in its address", mend="write http://host/path")
    return parts


def _resolve(host: str, port: int, asked: str, limits: Limits, deadline: float) -> str:
    """One address of a host, all of whose addresses may be connected to."""
    found: list[Any] = []

    def look_up() -> None:
        try:
            name = host if host.isascii() else host.encode("idna").decode("ascii")
            found.extend(socket.getaddrinfo(name, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            found.append(error)

    # The resolver knows no timeout of its own; it is left to itself when the time is up.
    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(_left(limits, deadline))
    if not found:
        raise TimeoutError
    if isinstance(found[0], Exception):
        raise InputError(
            asked, f"host {host[:100]} cannot be found", mend="check the address and the network"
        )
    addresses = [str(entry[4][0]) for entry in found]
    if not limits.allow_private:
        for ip in addresses:
            if not is_public(ip):
                mend = "--allow-private permits it"
                raise InputError(asked, f"leads to the private or reserved address {ip}", mend=mend)
    return addresses[0]


def is_public(ip: str) -> bool:
    """True for an address of the public internet, also where IPv6 only wraps an IPv4 address.

    Source: IANA special-purpose address registries, as Python's ``ipaddress`` has them; RFC 6052
    (NAT64), RFC 3056 (6to4), RFC 4380 (Teredo).
    """
    address = ipaddress.ip_address(ip.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(str(address.ipv4_mapped))
        if address in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)))
        if address.sixtofour is not None or address.teredo is not None or address.is_site_local:
            return False
    special = address.is_multicast or address.is_reserved or address.is_unspecified or address.is_loopback
    return address.is_global and not special and not address.is_link_local and not address.is_private


def _left(limits: Limits, deadline: float) -> float:
    """Seconds that the next step may take."""
    left = min(limits.wait, deadline - time.monotonic())
    if left <= 0:
        raise TimeoutError
    return left


def _connect(scheme: str, host: str, ip: str, port: int, limits: Limits, deadline: float) -> Any:
    sock = socket.create_connection((ip, port), timeout=_left(limits, deadline))
    try:
        if scheme == "https":
            sock.settimeout(_left(limits, deadline))
            sock = _tls().wrap_socket(sock, server_hostname=host)
    except BaseException:
        sock.close()
        raise
    return _Bounded(sock, limits, deadline)


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


class _Bounded:
    """As much of a socket as http.client uses, with the deadline applied to every read and write.

    A server that sends a byte now and then would keep a plain socket timeout from ever firing.
    """

    def __init__(self, sock: socket.socket, limits: Limits, deadline: float) -> None:
        self._socket, self._limits, self._deadline = sock, limits, deadline

    def sendall(self, data: bytes) -> None:
        self._socket.settimeout(_left(self._limits, self._deadline))
        self._socket.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        assert mode == "rb"  # noqa: S101 - http.client reads, and writes through sendall
        return io.BufferedReader(_Reading(self._socket, self._limits, self._deadline))

    def close(self) -> None:
        self._socket.close()


class _Reading(io.RawIOBase):
    def __init__(self, sock: socket.socket, limits: Limits, deadline: float) -> None:
        self._socket, self._limits, self._deadline = sock, limits, deadline
        # http.client closes the socket once it has the head of an answer; this keeps it open for the body.
        self._stream = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._socket.settimeout(_left(self._limits, self._deadline))
        return self._stream.readinto(buffer)

    def close(self) -> None:
        self._stream.close()
        super().close()


def _body(response: http.client.HTTPResponse, asked: str, limits: Limits, path: str) -> Fetched:
    encoding = (response.getheader("Content-Encoding") or "identity").strip().lower()
    unpack = _unpacker(encoding, asked)
    parts: list[bytes] = []
    received = size = 0
    while chunk := response.read(_CHUNK):
        received += len(chunk)
        chunk = unpack(chunk, limits.max_bytes - size + 1)
        size += len(chunk)
        parts.append(chunk)
        if max(size, received) > limits.max_bytes:
            problem = f"is larger than {limits.max_bytes >> 20 or limits.max_bytes / (1 << 20):g} MiB"
            raise InputError(asked, problem, mend="give a smaller page")
    if response.length:
        raise InputError(asked, f"was cut off: {response.length} bytes are missing", mend="try again")
    header = Message()
    header["Content-Type"] = response.getheader("Content-Type") or ""
    media_type = header.get_content_type() if header["Content-Type"] else None
    return Fetched(b"".join(parts), media_type, header.get_content_charset(), path)


def _unpacker(encoding: str, asked: str) -> Any:
    """A function of packed bytes and of the most bytes that it may give back."""
    if encoding in {"", "identity"}:
        return lambda data, _: data
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        raise InputError(
            asked, f"is packed as {encoding[:40]}, which was not asked for", mend="save it to a file"
        )
    # 32 + 15: zlib or gzip, told by the header.
    unpacker = zlib.decompressobj(32 + zlib.MAX_WBITS)

    def unpack(data: bytes, most: int) -> bytes:
        return unpacker.decompress(data, most)

    return unpack
