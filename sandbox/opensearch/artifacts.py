"""What the node is made of: Maven coordinates with pinned sha256 checksums, fetched through jgo into the cache.

jgo writes straight to the final path, so an interrupted download would look finished. Each file is therefore
downloaded into a scratch directory, checked, and only then moved to its place: what lies in the cache is whole.
"""

import asyncio
import contextlib
import hashlib
import shutil
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, wait
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sandbox.opensearch.errors import ArtifactUnavailable, CacheUnusable, ChecksumMismatch, ExtraMissing
from shared.retry import Backoff, retry

VERSION = "2.19.1"
PLUGIN_VERSION = f"{VERSION}.0"
DOWNLOAD_TIMEOUT_SECONDS = 60
DOWNLOAD_BACKOFF = Backoff(attempts=3, base=1.0, cap=5.0)
PARALLEL_DOWNLOADS = 4
SCRATCH_PREFIX = ".download-"


@dataclass(frozen=True, slots=True)
class Artifact:
    """One published file, `group:name:version:packaging`, and the folder it goes `into`.

    A zip is unpacked there, a jar is copied.
    """

    coordinates: str
    sha256: str
    into: str

    @property
    def file_name(self) -> str:
        group, name, version, packaging = self.coordinates.split(":")
        return f"{group}.{name}-{version}.{packaging}"


Resolve = Callable[[Artifact, Path], Path]
"""Downloads an artifact below a scratch directory and says where it is."""

# The server's zip brings this folder; everything else is put into it.
HOME = f"opensearch-{VERSION}"
PAINLESS = f"{HOME}/modules/lang-painless"
ANALYSIS = f"{HOME}/modules/analysis-common"
MAPPER_EXTRAS = f"{HOME}/modules/mapper-extras"
REINDEX = f"{HOME}/modules/reindex"

SERVER = (
    Artifact(
        f"org.opensearch.distribution.integ-test-zip:opensearch:{VERSION}:zip",
        sha256="af7152d8b7f6f1cee09d47276b32b70479fe6dd8cdbb61213f84eb7f8098b261",
        into="",
    ),
    Artifact(
        f"org.opensearch.plugin:opensearch-knn:{PLUGIN_VERSION}:zip",
        sha256="eab8c9818865bc035212eab5068cdacae164baa09d4c152f49b736d6f6b0e85c",
        into=f"{HOME}/plugins/opensearch-knn",
    ),
    Artifact(
        f"org.opensearch.plugin:neural-search:{PLUGIN_VERSION}:zip",
        sha256="b17ca1d774692902c58cbae102bf463970740c31d81446866e8eabd336e285aa",
        into=f"{HOME}/plugins/neural-search",
    ),
    Artifact(
        f"org.opensearch.plugin:lang-painless:{VERSION}:jar",
        sha256="3cf5e02efa40ff5b88e74e1ab66a0bc462de3509fab4a6a4ffe90b8d13777a9a",
        into=PAINLESS,
    ),
    Artifact(
        f"org.opensearch.plugin:opensearch-scripting-painless-spi:{VERSION}:jar",
        sha256="c2598797a5f6f897ce7e8d05f593ff96de3fbc56c52f299d63cddcae41556dda",
        into=PAINLESS,
    ),
    Artifact(
        "org.antlr:antlr4-runtime:4.13.1:jar",
        sha256="54665d2838cc66458343468efc539e454fc95b46a8a04b13c6ac43fc9be63505",
        into=PAINLESS,
    ),
    Artifact(
        "org.ow2.asm:asm:9.7:jar",
        sha256="adf46d5e34940bdf148ecdd26a9ee8eea94496a72034ff7141066b3eea5c4e9d",
        into=PAINLESS,
    ),
    Artifact(
        "org.ow2.asm:asm-util:9.7:jar",
        sha256="37a6414d36641973f1af104937c95d6d921b2ddb4d612c66c5a9f2b13fc14211",
        into=PAINLESS,
    ),
    Artifact(
        "org.ow2.asm:asm-tree:9.7:jar",
        sha256="62f4b3bc436045c1acb5c3ba2d8ec556ec3369093d7f5d06c747eb04b56d52b1",
        into=PAINLESS,
    ),
    Artifact(
        "org.ow2.asm:asm-commons:9.7:jar",
        sha256="389bc247958e049fc9a0408d398c92c6d370c18035120395d4cba1d9d9304b7a",
        into=PAINLESS,
    ),
    Artifact(
        "org.ow2.asm:asm-analysis:9.7:jar",
        sha256="7bc6bcbc21379948a0c8c467fb0f864206e5b818f6bc0b546872f5c9f941556f",
        into=PAINLESS,
    ),
    Artifact(
        f"org.opensearch.plugin:analysis-common:{VERSION}:jar",
        sha256="13fdc1071af42946b13153a62491a5e9b0ad214d44f7c8153d3afef60f558821",
        into=ANALYSIS,
    ),
    Artifact(
        f"org.opensearch.plugin:mapper-extras-client:{VERSION}:jar",
        sha256="93e85f305ddc3070fea5b83cc8d962bdcd30df20638352b02cf57276cc2bc5d5",
        into=MAPPER_EXTRAS,
    ),
    Artifact(
        f"org.opensearch.plugin:reindex-client:{VERSION}:jar",
        sha256="eb2056ee54ac367f8820d5c13fa5cea2d10bb492b01f4d1a15a6dce163bf82ce",
        into=REINDEX,
    ),
    Artifact(
        f"org.opensearch.client:opensearch-rest-client:{VERSION}:jar",
        sha256="6ab691dc6cb2c12802bb9024df3379bd1779a2b626d3bd7b27ed5f974cbc1708",
        into=REINDEX,
    ),
    Artifact(
        f"org.opensearch:opensearch-ssl-config:{VERSION}:jar",
        sha256="30fe6a20a08004044be90abdf0e711313b7dfe2e5c7b12ac32498ae8e1cae927",
        into=REINDEX,
    ),
    Artifact(
        "org.apache.httpcomponents:httpclient:4.5.14:jar",
        sha256="c8bc7e1c51a6d4ce72f40d2ebbabf1c4b68bfe76e732104b04381b493478e9d6",
        into=REINDEX,
    ),
    Artifact(
        "org.apache.httpcomponents:httpcore:4.4.16:jar",
        sha256="6c9b3dd142a09dc468e23ad39aad6f75a0f2b85125104469f026e52a474e464f",
        into=REINDEX,
    ),
    Artifact(
        "org.apache.httpcomponents:httpasyncclient:4.1.5:jar",
        sha256="0c1877489a9d1ba4fa50f6cfcab11d1123618858cb31d56afaab5afdd5064d99",
        into=REINDEX,
    ),
    Artifact(
        "org.apache.httpcomponents:httpcore-nio:4.4.16:jar",
        sha256="4018736ede2d321034e8517ea90baefb31831a8608afccc446d8a699fb1d00d4",
        into=REINDEX,
    ),
    Artifact(
        "commons-codec:commons-codec:1.16.1:jar",
        sha256="ec87bfb55f22cbd1b21e2190eeda28b2b312ed2a431ee49fbdcc01812d04a5e4",
        into=REINDEX,
    ),
    Artifact(
        "commons-logging:commons-logging:1.2:jar",
        sha256="daddea1ea0be0f56978ab3006b8ac92834afeefbd9b7e4e6316fca57df0fa636",
        into=REINDEX,
    ),
)

SECURITY = (
    Artifact(
        f"org.opensearch.plugin:opensearch-security:{PLUGIN_VERSION}:zip",
        sha256="94a04f12ac6033902209fac1e4e512618d45beee604bbf0e42c3ed79c55220cf",
        into=f"{HOME}/plugins/opensearch-security",
    ),
)

ICU = (
    Artifact(
        "com.ibm.icu:icu4j:77.1:jar",
        sha256="b3640b9f416a4411fd33c59abbeea8fd57d024c23e1819bf9673220a97499fe3",
        into="",
    ),
    Artifact(
        "com.ibm.icu:icu4j-localespi:77.1:jar",
        sha256="77d0da4f10c6158174cc3dafbb51356031a09e0fcaaf0432330afb4fb552cac9",
        into="",
    ),
)


def fetch_all(
    artifacts: Sequence[Artifact],
    cache: Path,
    *,
    resolve: Resolve | None = None,
    backoff: Backoff = DOWNLOAD_BACKOFF,
) -> list[Path]:
    """The artifacts' files in the cache, in order; what is not there yet is downloaded, each file is checked.

    One at a time on one cache: what it finds half downloaded it removes as a killed process' leftovers.
    `resolve` downloads one artifact below a scratch directory (default: through jgo).
    Raises ArtifactUnavailable, ChecksumMismatch, ExtraMissing or CacheUnusable.
    """
    directory = cache / "artifacts"
    make_directory(directory)
    for abandoned in directory.glob(f"{SCRATCH_PREFIX}*"):
        shutil.rmtree(abandoned, ignore_errors=True)
    # A download that was given up may still be writing there.
    with tempfile.TemporaryDirectory(dir=directory, prefix=SCRATCH_PREFIX, ignore_cleanup_errors=True) as scratch:

        def fetch(artifact: Artifact) -> Path:
            path = directory / artifact.file_name
            if path.exists():
                _check(artifact, path, kept_as=path)
                return path
            attempt = partial(_download, artifact, path, resolve or resolve_by_jgo, Path(scratch))
            return asyncio.run(retry(attempt, backoff))

        return _in_threads(fetch, artifacts)


def _in_threads(fetch: Callable[[Artifact], Path], artifacts: Sequence[Artifact]) -> list[Path]:
    """`fetch` of each, in order; the first failure, or Ctrl-C, is raised at once and the rest given up.

    Not by ThreadPoolExecutor: it waits for its threads, and a download that hangs would hold up Ctrl-C for minutes.
    The threads have no event loop of their own, so each may run the shared (async) retry loop, also when the caller
    sits inside one.
    """
    fetched: list[Future[Path]] = [Future() for _ in artifacts]
    waiting = deque(zip(fetched, artifacts, strict=True))

    def work() -> None:
        with contextlib.suppress(IndexError):
            while True:
                future, artifact = waiting.popleft()
                try:
                    future.set_result(fetch(artifact))
                except Exception as exc:  # Whatever it is, it belongs to who waits for the file.
                    future.set_exception(exc)

    for _ in range(PARALLEL_DOWNLOADS):
        threading.Thread(target=work, daemon=True).start()
    try:
        done, _ = wait(fetched, return_when=FIRST_EXCEPTION)
        for future in done:
            future.result()  # Raises a failure, whichever download it was, before one that hangs is waited for.
        return [future.result() for future in fetched]
    finally:
        waiting.clear()


async def _download(artifact: Artifact, path: Path, resolve: Resolve, scratch: Path) -> Path:
    sys.stderr.write(f"fetching {artifact.coordinates}\n")
    downloaded = resolve(artifact, Path(tempfile.mkdtemp(dir=scratch)))
    _check(artifact, downloaded, kept_as=path)
    return downloaded.replace(path)


def resolve_by_jgo(artifact: Artifact, scratch: Path) -> Path:
    """Download through jgo, which knows the public Maven repository; `scratch` becomes its local repository."""
    try:
        import requests
        from jgo.maven import MavenContext
    except ImportError as exc:
        raise ExtraMissing("jgo") from exc
    group, name, version, packaging = artifact.coordinates.split(":")
    context = MavenContext(repo_cache=scratch, timeout=DOWNLOAD_TIMEOUT_SECONDS)
    published = context.project(group, name).at_version(version).artifact(packaging=packaging)
    try:
        return published.resolve()
    except (requests.RequestException, RuntimeError) as exc:
        raise ArtifactUnavailable(artifact.coordinates, reason=str(exc)) from exc


def _check(artifact: Artifact, path: Path, *, kept_as: Path) -> None:
    with path.open("rb") as file:
        actual = hashlib.file_digest(file, "sha256").hexdigest()
    if actual != artifact.sha256:
        raise ChecksumMismatch(artifact.coordinates, expected=artifact.sha256, actual=actual, path=kept_as)


def make_directory(directory: Path) -> None:
    """Create `directory`, readable by everyone whatever the umask, or raise CacheUnusable."""
    missing = [parent for parent in (directory, *directory.parents) if not parent.exists()]
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for created in missing:
            created.chmod(0o755)
    except OSError as exc:
        reason = f"{exc.strerror}; set VITRINA_CACHE_DIR to a directory you can write"
        raise CacheUnusable(directory, reason=reason) from exc
