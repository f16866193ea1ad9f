"""The files and the command line of one node; pure but for `lay_out`, which writes them."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sandbox.opensearch.account import Account
from sandbox.opensearch.java import Java
from sandbox.opensearch.security import Security, security_settings, write_security

HOST = "127.0.0.1"

# What the launcher's option parser prints for 2.19.1, less memory touched in advance, heap dumps and GC logs.
JVM_OPTIONS = (
    "-XX:+UseG1GC",
    "-XX:G1ReservePercent=25",
    "-XX:InitiatingHeapOccupancyPercent=30",
    "-XX:-OmitStackTraceInFastThrow",
    "-XX:+ShowCodeDetailsInExceptionMessages",
    # Performance counters would be one more file in the shared temporary directory.
    "-XX:-UsePerfData",
    "-Xss1m",
    "-Djava.awt.headless=true",
    "-Dfile.encoding=UTF-8",
    "-Djna.nosys=true",
    "-Dio.netty.noUnsafe=true",
    "-Dio.netty.noKeySetOptimization=true",
    "-Dio.netty.recycler.maxCapacityPerThread=0",
    "-Dio.netty.allocator.numDirectArenas=0",
    "-Dlog4j.shutdownHookEnabled=false",
    "-Dlog4j2.disable.jmx=true",
    "-Dopensearch.networkaddress.cache.ttl=60",
    "-Dopensearch.networkaddress.cache.negative.ttl=10",
    "-Djava.util.concurrent.ForkJoinPool.common.threadFactory="
    "org.opensearch.secure_sm.SecuredForkJoinWorkerThreadFactory",
)

LOG4J2 = """\
status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%c{1.}] %m%n
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
"""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where one node keeps what is its own; the directory goes away with the node. security: None lets everybody in."""

    directory: Path
    security: Security | None = None

    @property
    def config(self) -> Path:
        return self.directory / "config"

    @property
    def data(self) -> Path:
        return self.directory / "data"

    @property
    def logs(self) -> Path:
        return self.directory / "logs"

    @property
    def temporary(self) -> Path:
        return self.directory / "tmp"

    @property
    def policy(self) -> Path:
        return self.config / "java.policy"

    @property
    def console(self) -> Path:
        """Everything the server prints, its log included."""
        return self.directory / "console.log"

    @property
    def http_ports(self) -> Path:
        """Written by the server once it listens: one `address:port` per line."""
        return self.logs / "http.ports"


def lay_out(*, java: Java, account: Account, port: int | None, security: Security | None = None) -> Layout:
    """Make the node's directory in the system's temporary directory, with its configuration, owned by `account`."""
    layout = Layout(Path(tempfile.mkdtemp(prefix="vitrina-opensearch-")), security)
    for directory in (layout.config, layout.data, layout.logs, layout.temporary):
        directory.mkdir(mode=0o700)
    layout.console.touch(mode=0o600)
    write_settings(layout, port)
    (layout.config / "log4j2.properties").write_text(LOG4J2, encoding="utf-8")
    if java.policy is not None:
        layout.policy.write_text(java.policy, encoding="utf-8")
    if security is not None:
        write_security(layout.config, security, keytool=java.keytool)
    for path in (layout.directory, *layout.directory.rglob("*")):
        account.own(path)
    return layout


def write_settings(layout: Layout, port: int | None) -> None:
    """Write opensearch.yml, over an earlier one too."""
    settings = "".join(f"{name}: {json.dumps(value)}\n" for name, value in server_settings(layout, port).items())
    (layout.config / "opensearch.yml").write_text(settings, encoding="utf-8")


def server_settings(layout: Layout, port: int | None) -> Mapping[str, str | int | bool | list[str]]:
    """opensearch.yml. Port 0 lets the system choose; `node.portsfile` tells which one it was."""
    return {
        "cluster.name": "vitrina-sandbox",
        "node.name": "vitrina",
        "discovery.type": "single-node",
        "network.host": HOST,
        "http.port": port or 0,
        "transport.port": 0,
        "node.portsfile": True,
        "path.data": str(layout.data),
        "path.logs": str(layout.logs),
        # vm.max_map_count is often 65530, less than memory-mapped files need.
        "node.store.allow_mmap": False,
        # A nearly full disk must not turn the indices of a throw-away node read-only.
        "cluster.routing.allocation.disk.threshold_enabled": False,
        **(security_settings(layout.config) if layout.security else {}),
    }


def command(home: Path, *, java: Java, layout: Layout, heap: str) -> list[str]:
    """The server's command line: the options its launcher would compute, without the launcher."""
    class_path = [str(home / "lib" / "*")]
    options = [f"-Xms{heap}", f"-Xmx{heap}", f"-Djava.io.tmpdir={layout.temporary}"]
    # JNA would unpack its native part into a cache of its own in the user's home.
    options += [f"-Djna.tmpdir={layout.temporary}"]
    if java.major >= 18:
        options.append("-Djava.security.manager=allow")
    if java.extra_jars is None:
        options.append("-Djava.locale.providers=SPI,COMPAT")
    else:
        class_path.append(str(java.extra_jars / "*"))
        options.append("-Djava.locale.providers=CLDR,SPI")
    if java.policy is not None:
        options.append(f"-Djava.security.policy={layout.policy}")
    return [
        str(java.executable),
        *JVM_OPTIONS,
        *options,
        f"-XX:ErrorFile={layout.logs / 'jvm-crash.log'}",
        f"-Dopensearch.path.home={home}",
        f"-Dopensearch.path.conf={layout.config}",
        "-Dopensearch.distribution.type=zip",
        "-Dopensearch.bundled_jdk=false",
        "-cp",
        ":".join(class_path),
        "org.opensearch.bootstrap.OpenSearch",
    ]


def environ(layout: Layout, java: Java) -> Mapping[str, str]:
    """Nothing of the caller's environment reaches the server: no JAVA_TOOL_OPTIONS, no proxies, no secrets."""
    return {
        "JAVA_HOME": str(java.home),
        "OPENSEARCH_PATH_CONF": str(layout.config),
        "OPENSEARCH_TMPDIR": str(layout.temporary),
        "HOSTNAME": "vitrina",
        "LANG": "C.UTF-8",
        "PATH": "/usr/bin:/bin",
    }
