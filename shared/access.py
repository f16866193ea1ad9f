"""Who we are to a cluster where it is no user with a password: a client certificate, or an AWS identity that signs."""

from dataclasses import dataclass
from typing import Literal

from pydantic import SecretStr

Auth = Literal["basic", "mtls", "sigv4"]
"""How a cluster learns who asks: user and password, a client certificate, or requests signed for Amazon's."""

AwsService = Literal["es", "aoss"]
"""OpenSearch Service and OpenSearch Serverless, as signatures name them."""


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """PEM files of a certificate and its key, which `password` opens where it is encrypted."""

    cert_file: str
    key_file: str
    password: SecretStr | None = None

    @property
    def holder(self) -> str:
        """Who shows it, for messages."""
        return f"the holder of {self.cert_file}"

    @property
    def shown(self) -> str:
        """What is shown, for messages."""
        return "client certificate"


@dataclass(frozen=True, slots=True)
class Signing:
    """What requests are signed for; by whom is settled by the AWS credentials of the machine."""

    region: str
    service: AwsService = "es"

    @property
    def holder(self) -> str:
        """Who signs, for messages."""
        return "the AWS identity of this machine"

    @property
    def shown(self) -> str:
        """What is shown, for messages."""
        return "AWS region and credentials"
