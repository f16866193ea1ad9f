"""The TCP fault proxy: every toxic does what its name says, and clearing it makes the line good again."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from sandbox.faults import Bandwidth, BlackHole, Cut, Down, Latency, Reset, SlowClose, TcpFaults, Toxic, tcp_faults

PATIENCE_SECONDS = 60.0


@pytest.fixture
def echo() -> Iterator[str]:
    """host:port of a server that sends everything back and closes when the client does."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)


def serve(listener: socket.socket) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=send_back, args=(connection,), daemon=True).start()


def send_back(connection: socket.socket) -> None:
    with connection:
        try:
            while data := connection.recv(65536):
                connection.sendall(data)
        except OSError:
            return


@pytest.fixture
def proxy(echo: str) -> Iterator[TcpFaults]:
    with tcp_faults(echo) as running:
        yield running


def client(proxy: TcpFaults) -> socket.socket:
    host, port = proxy.address.split(":")
    return socket.create_connection((host, int(port)), timeout=PATIENCE_SECONDS)


def read_until_closed(connection: socket.socket) -> bytes:
    data = b""
    while piece := connection.recv(65536):
        data += piece
    return data


def exchange(connection: socket.socket, data: bytes) -> bytes:
    connection.sendall(data)
    answer = b""
    while len(answer) < len(data):
        piece = connection.recv(65536)
        assert piece, "closed too early"
        answer += piece
    return answer


def test_without_a_toxic_every_byte_passes_both_ways(proxy: TcpFaults) -> None:
    data = bytes(range(256)) * 4096
    with client(proxy) as connection:
        sending = threading.Thread(target=connection.sendall, args=(data,))
        sending.start()
        answer = b"".join(iter_exactly(connection, len(data)))
        sending.join(PATIENCE_SECONDS)
        connection.shutdown(socket.SHUT_WR)
        assert read_until_closed(connection) == b""
    assert answer == data
    assert proxy.connections == 1


def iter_exactly(connection: socket.socket, size: int) -> Iterator[bytes]:
    while size > 0:
        piece = connection.recv(65536)
        assert piece
        size -= len(piece)
        yield piece


@pytest.mark.parametrize("towards", ["client", "server"])
def test_latency_holds_bytes_back_on_an_open_connection(proxy: TcpFaults, towards: str) -> None:
    with client(proxy) as connection:
        exchange(connection, b"at once")
        proxy.set(Latency(0.2, jitter=0.05, towards=towards))
        started = time.monotonic()
        assert exchange(connection, b"later") == b"later"
        assert time.monotonic() - started >= 0.15


def test_jitter_never_changes_the_order(proxy: TcpFaults) -> None:
    proxy.set(Latency(0.01, jitter=0.01))
    with client(proxy) as connection:
        sent = [f"{number:04d}".encode() for number in range(50)]
        for piece in sent:
            connection.sendall(piece)
        assert b"".join(iter_exactly(connection, 200)) == b"".join(sent)


def test_bandwidth_is_a_limit(proxy: TcpFaults) -> None:
    proxy.set(Bandwidth(100_000))
    with client(proxy) as connection:
        started = time.monotonic()
        assert len(exchange(connection, b"x" * 30_000)) == 30_000
        assert time.monotonic() - started >= 0.25


def test_a_black_hole_takes_everything_and_says_nothing(proxy: TcpFaults) -> None:
    proxy.set(BlackHole())
    with client(proxy) as connection:
        connection.sendall(b"anyone?")
        connection.settimeout(0.3)
        with pytest.raises(TimeoutError):
            connection.recv(1)


def test_a_reset_ends_open_and_new_connections(proxy: TcpFaults) -> None:
    with client(proxy) as connection:
        exchange(connection, b"x")
        proxy.set(Reset())
        with pytest.raises(ConnectionResetError):
            connection.recv(1)
    # The reset may come so early that already the connecting meets it.
    with pytest.raises(ConnectionResetError), client(proxy) as connection:
        connection.recv(1)


@pytest.mark.parametrize("after", [0, 1, 1000, 70_000])
def test_an_answer_is_cut_after_exactly_so_many_bytes(proxy: TcpFaults, after: int) -> None:
    proxy.set(Cut(after))
    with client(proxy) as connection:
        # Whatever of the request is not read yet when the cut comes makes it a reset, which may come while sending.
        with suppress(ConnectionError):
            connection.sendall(b"x" * 100_000)
        received = 0
        with suppress(ConnectionResetError):
            while piece := connection.recv(65536):
                received += len(piece)
        assert received == after


def test_a_request_is_cut_before_its_answer(proxy: TcpFaults) -> None:
    proxy.set(Cut(3, towards="server"))
    with client(proxy) as connection:
        connection.sendall(b"x" * 10)
        assert len(read_until_closed(connection)) <= 3


def test_down_means_refused_and_clearing_listens_on_the_same_port(proxy: TcpFaults) -> None:
    with client(proxy) as connection:
        exchange(connection, b"x")
        proxy.set(Down())
        with pytest.raises(ConnectionResetError):
            connection.recv(1)
    with pytest.raises(ConnectionRefusedError):
        client(proxy)
    proxy.clear()
    with client(proxy) as connection:
        assert exchange(connection, b"back") == b"back"


def test_a_slow_close_is_learned_of_late(proxy: TcpFaults) -> None:
    proxy.set(SlowClose(0.3))
    with client(proxy) as connection:
        exchange(connection, b"x")
        started = time.monotonic()
        connection.shutdown(socket.SHUT_WR)
        assert read_until_closed(connection) == b""
        assert time.monotonic() - started >= 0.3


@pytest.mark.parametrize("toxic", [Latency(5), Bandwidth(1), BlackHole(), Cut(0), Reset(), Down()], ids=repr)
def test_a_cleared_proxy_behaves(proxy: TcpFaults, toxic: Toxic) -> None:
    proxy.set(toxic)
    proxy.clear()
    with client(proxy) as connection:
        assert exchange(connection, b"fine again") == b"fine again"


def test_a_server_that_is_not_there_resets_the_client() -> None:
    with socket.socket() as bound:
        # Bound and never listening: nobody else, the proxy least of all, gets the port.
        bound.bind(("127.0.0.1", 0))
        upstream = f"127.0.0.1:{bound.getsockname()[1]}"
        with tcp_faults(upstream) as proxy, pytest.raises(ConnectionResetError), client(proxy) as connection:
            connection.recv(1)
