"""TLS to a cluster: whom it trusts, and what is wrong where it does not come about."""

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from opensearchpy.exceptions import ConnectionError, SSLError

from shared.access import ClientCertificate
from shared.connection import BytesConnection
from shared.errors import ConfigurationError

_OTHER_NAME: Final = (62, 64)
"""OpenSSL's X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH."""
_WRONG_TIME: Final = (9, 10)
"""X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED."""

_NO_TLS: Final = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST")
"""What releases of OpenSSL call an answer in plain HTTP."""
_NOT_TAKEN: Final = ("ALERT_CERTIFICATE", "ALERT_BAD_CERTIFICATE", "ALERT_UNSUPPORTED_CERTIFICATE", "ALERT_UNKNOWN_CA")
"""What stands in OpenSSL's name for a cluster that hangs up because of who we are."""


def trust(ca_file: str | None, *, setting: str) -> ssl.SSLContext:
    """Trust in the authorities of `ca_file`, else in those of this machine.

    Raises ConfigurationError naming `setting` when the file cannot be read or holds no certificate.
    """
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as exc:
        reason = exc.strerror if isinstance(exc, FileNotFoundError | PermissionError) else "no certificate in it"
        raise ConfigurationError([f"{setting}: cannot read {ca_file!r} as PEM ({reason})"]) from exc


def present(context: ssl.SSLContext, certificate: ClientCertificate, *, settings: str) -> None:
    """Have `context` say who we are. settings: what the names of the cluster's settings begin with.

    Raises ConfigurationError naming every file that cannot be used.
    """
    files = {"CLIENT_CERT_FILE": certificate.cert_file, "CLIENT_KEY_FILE": certificate.key_file}
    problems = [f"{settings}{name}: {wrong}" for name, file in files.items() for wrong in _unreadable(file)]
    password = certificate.password.get_secret_value() if certificate.password else ""
    if not problems:
        try:
            # Without a password OpenSSL would ask whoever sits at the terminal.
            context.load_cert_chain(certificate.cert_file, certificate.key_file, password)
        except ssl.SSLError as exc:
            problems = [_unfit(exc, certificate, settings=settings)]
    if problems:
        raise ConfigurationError(problems)


def _unreadable(file: str) -> Iterator[str]:
    try:
        if "-----BEGIN " not in Path(file).read_text(encoding="ascii", errors="replace"):
            yield f"cannot read {file!r} as PEM (nothing of the kind in it)"
    except OSError as exc:
        yield f"cannot read {file!r} as PEM ({exc.strerror})"


def _unfit(error: ssl.SSLError, certificate: ClientCertificate, *, settings: str) -> str:
    """Why two files of PEM are no certificate with its key."""
    if error.reason == "KEY_VALUES_MISMATCH":
        return f"{settings}CLIENT_KEY_FILE: {certificate.key_file!r} is not the key of {settings}CLIENT_CERT_FILE"
    if "ENCRYPTED" in Path(certificate.key_file).read_text(encoding="ascii", errors="replace"):
        return f"{settings}CLIENT_KEY_PASSWORD: does not open {certificate.key_file!r}, which is encrypted"
    files = f"{certificate.cert_file!r} and {certificate.key_file!r}"
    return f"{settings}CLIENT_CERT_FILE: {files} are no certificate with its key in PEM"


class TlsConnection(BytesConnection):
    """A connection that raises SSLError for what stays wrong until a setting is changed.

    The client itself raises ConnectionError for that as for a cluster that does not answer. settings: what the names
    of this cluster's settings begin with, such as `OPENSEARCH_`.
    """

    def __init__(self, *args: Any, settings: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self._settings = settings

    async def perform_request(self, *args: Any, **options: Any) -> Any:
        """As the client's own, but for the SSLError, which says what is wrong and which setting mends it."""
        try:
            return await super().perform_request(*args, **options)
        except ConnectionError as exc:
            mistake = _mistake(exc.info, settings=self._settings)
            if mistake is None:
                raise
            raise SSLError("N/A", mistake, exc.info) from exc


def _mistake(error: object, *, settings: str) -> str | None:
    """What about TLS is wrong for good; None for a handshake that may come about the next time."""
    # The errors of aiohttp are of ssl's types as well, but only the one they come from says what went wrong.
    while isinstance(error, BaseException) and error.__cause__ is not None:
        error = error.__cause__
    match error:
        case ssl.SSLCertVerificationError(verify_code=code, verify_message=words):
            fix = _remedy(code, settings=settings)
            return f"the cluster's TLS certificate is not trusted ({words.rstrip('.')}); {fix}"
        case ssl.SSLError(reason=str(reason)) if any(part in reason for part in _NOT_TAKEN):
            return (
                f"the cluster does not take our certificate, or misses one ({reason}); check "
                f"{settings}AUTH=mtls and {settings}CLIENT_CERT_FILE"
            )
        case ssl.SSLError(reason=reason) if reason in _NO_TLS:
            return f"the answer is not TLS; should {settings}URL begin with http:// instead of https://?"
        case _:
            return None


def _remedy(code: int, *, settings: str) -> str:
    if code in _OTHER_NAME:
        return f"write a host into {settings}URL that the certificate is made for"
    if code in _WRONG_TIME:
        return "renew it, or set the clock of this machine"
    return f"set {settings}CA_FILE to the PEM file of the authority that signed it"
