"""docker-compose.yml played service by service: the images of the Dockerfiles, and a node in the place of OpenSearch's.

What the file says is what is run: commands, environments, mounts and secrets, with this machine's paths and ports in
the place of the containers'.
"""

import re
import shutil
import ssl
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
from support.compose import FILE, composed, environment, example, mounts, secrets
from support.compose_node import compose_node
from support.debian_programs import found, running
from support.image_build import Stage
from support.images import confined, ended, terminate
from support.ports import a_port
from support.processes import BOUND_SECONDS, Finished, eventually

# The first to ask for an image waits until it is built.
pytestmark = pytest.mark.timeout(900)

NGINX = FILE.parent / "deploy" / "nginx" / "nginx.conf"


@dataclass
class Played:
    """The file's services as processes. address: what containers call each other -> where that is here."""

    folder: Path
    images: Mapping[str, Stage]
    shop: str
    address: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        subprocess.run(["sh", self.folder / "deploy" / "secrets.sh"], check=True, capture_output=True, timeout=60)
        self.file = composed({**example(), "SHOP_PORT": self.shop.rpartition(":")[2]})

    def service(self, name: str) -> Mapping[str, object]:
        found_service = self.file["services"][name]
        assert isinstance(found_service, dict)
        return found_service

    def volume(self, name: str) -> Path:
        path = self.folder / "volumes" / name
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o1777)
        return path

    def start(self, name: str, **settings: str) -> subprocess.Popen[str]:
        """The service's process: its image, command, environment, mounts and secrets."""
        service = self.service(name)
        image = self.images[str(service["image"]).partition(":")[0]]
        places = {place: self._source(source) for place, source in mounts(service).items()}
        places["/run/secrets"] = self._secrets(name)

        def here(text: str) -> str:
            for there, place in sorted([*places.items(), *self.address.items()], key=lambda pair: -len(pair[0])):
                text = re.sub(rf"(?<![\w.]){re.escape(there)}(?![\w-])", str(place), text)
            return text

        told = {setting: here(value) for setting, value in environment(service).items()}
        state = {"VITRINA_CACHE_DIR": str(places.get("/var/lib/vitrina", self.volume("tmp")))}
        given = service.get("command", [])
        assert isinstance(given, list)
        return image.started(*map(here, given), within=confined(), **{**state, **told, **settings})

    def once(self, name: str) -> Finished:
        """What a service that ends says."""
        return ended(self.start(name))

    def _source(self, source: str) -> Path:
        return FILE.parent / source if source.startswith(".") else self.volume(source)

    def _secrets(self, name: str) -> Path:
        place = self.folder / "run" / name
        place.mkdir(parents=True, exist_ok=True)
        for target, secret in secrets(self.service(name)).items():
            shutil.copy(self.folder / str(self.file["secrets"][secret]["file"]), place / target)
        return place


@pytest.fixture(scope="module")
def played(
    tmp_path_factory: pytest.TempPathFactory, indexer_image: Stage, runtime_image: Stage, sandbox_image: Stage
) -> Iterator[Played]:
    folder = tmp_path_factory.mktemp("compose")
    (folder / "deploy").mkdir()
    shutil.copy(FILE.parent / "deploy" / "secrets.sh", folder / "deploy")
    shutil.copy(FILE.parent / ".env.example", folder)
    images = {"vitrina-indexer": indexer_image, "vitrina-runtime": runtime_image, "vitrina-sandbox": sandbox_image}
    compose = Played(folder=folder, images=images, shop=f"http://127.0.0.1:{a_port()}")
    made = ended(_certificates(compose))
    assert made.code == 0, made.errors
    health = compose.service("opensearch")["healthcheck"]
    assert isinstance(health, dict)
    with compose_node(compose.volume("node"), health=health["test"][1:]) as url:
        compose.address["https://opensearch:9200"] = url
        yield compose


def _certificates(compose: Played) -> subprocess.Popen[str]:
    """Its three volumes are below one folder, which its command names."""
    folder = compose.folder / "volumes"
    for name in ("authority", "node", "admin"):
        assert compose.volume(name).parent == folder
    compose.address["/var/lib/vitrina"] = str(folder)
    process = compose.start("certificates")
    del compose.address["/var/lib/vitrina"]
    return process


def password(compose: Played, name: str) -> str:
    return (compose.folder / "secrets" / f"opensearch_{name}_password").read_text()


def ask(compose: Played, path: str, *, user: str = "", secret: str = "") -> httpx2.Response:
    trust = ssl.create_default_context(cafile=compose.volume("authority") / "ca.pem")
    url = compose.address["https://opensearch:9200"] + path
    return httpx2.get(url, verify=trust, auth=(user, secret) if user else None, timeout=BOUND_SECONDS)


@pytest.fixture(scope="module")
def filled(played: Played) -> Played:
    """Everything that ends has ended, in the file's order."""
    for name in ("accounts", "catalogue", "first-run"):
        for _ in range(1 if name == "first-run" else 2):
            outcome = played.once(name)
            assert outcome.code == 0, f"{name}: {outcome.output}{outcome.errors}"
    return played


def test_cluster_knows_the_made_up_users_and_nobody_else(filled: Played) -> None:
    assert ask(filled, "/").status_code == 401
    assert ask(filled, "/", user="admin", secret="admin").status_code == 401
    assert ask(filled, "/", user="kibanaserver", secret="kibanaserver").status_code == 401
    assert ask(filled, "/_cat/indices", user="admin", secret=password(filled, "admin")).status_code == 200
    for user in ("indexer", "runtime"):
        answer = ask(filled, "/_cat/indices", user=f"vitrina-{user}", secret=password(filled, user))
        assert answer.status_code == 403


def test_certificates_that_are_there_stay(filled: Played) -> None:
    before = (filled.volume("authority") / "ca.pem").read_bytes()
    assert ended(_certificates(filled)).code == 0
    assert (filled.volume("authority") / "ca.pem").read_bytes() == before


def test_shop_answers_through_nginx(filled: Played, tmp_path: Path) -> None:
    with ExitStack() as stack:
        for name, port_setting in (("runtime", "PORT"), ("storefront", "")):
            filled.address |= stack.enter_context(_served(filled, name, port_setting))
        front = stack.enter_context(_nginx(filled, tmp_path))
        assert eventually(lambda: httpx2.get(f"{front}/assistant/health/ready").status_code == 200)
        page = httpx2.get(front)
        assert f"{front}/assistant/widget.js" in page.text
        assert httpx2.get(f"{front}/assistant/widget.js").status_code == 200
        assert httpx2.get(f"{front}/assistant/metrics").status_code == 404
        question = {"model": "vitrina-en", "messages": [{"role": "user", "content": "a waterproof jacket"}]}
        url = f"{front}/assistant/v1/chat/completions"
        answer = httpx2.post(url, json=question, headers={"origin": front}, timeout=BOUND_SECONDS)
        assert answer.json()["vitrina"]["products"][0]["url"].startswith(front)
        assert httpx2.post(url, json=question, headers={"origin": "http://elsewhere.test"}).status_code == 401
        assert httpx2.post(url, content=b" " * 300_000).status_code == 413


@contextmanager
def _served(compose: Played, name: str, port_setting: str) -> Iterator[dict[str, str]]:
    """A service that stays, until the block ends; where containers find it -> where it is here."""
    port = a_port()
    inside = {"runtime": "http://runtime:8000", "storefront": "http://storefront:8001"}[name]
    compose.address["--port=8001"] = f"--port={port}"
    settings = {port_setting: str(port), "HOST": "127.0.0.1"} if port_setting else {}
    process = compose.start(name, **settings)
    try:
        assert eventually(lambda: _listens(port) or process.poll() is not None)
        yield {inside: f"http://127.0.0.1:{port}"}
        terminate(process)
        stopped = ended(process)
        assert stopped.code == 0, stopped.errors
    finally:
        process.kill()


def _listens(port: int) -> bool:
    try:
        httpx2.get(f"http://127.0.0.1:{port}/", timeout=2)
    except httpx2.TransportError:
        return False
    return True


@contextmanager
def _nginx(compose: Played, folder: Path) -> Iterator[str]:
    """The file's nginx.conf, with this machine's addresses and a folder of the test's for /tmp."""
    text = (
        NGINX.read_text(encoding="utf-8")
        .replace("/tmp/", f"{folder}/")
        .replace("listen 8080", f"listen {compose.shop[7:]}")
    )
    for there, here in compose.address.items():
        text = text.replace(f"{there};", f"{here};")
    (folder / "nginx.conf").write_text(f"daemon off;\nmaster_process off;\n{text}", encoding="utf-8")
    command = [found("nginx"), "-e", "stderr", "-c", str(folder / "nginx.conf")]
    with running(command, port=int(compose.shop.rpartition(":")[2]), output=folder / "nginx.out"):
        yield compose.shop
