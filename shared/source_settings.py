"""Settings of the cluster the native index is in, for both programs."""

from dataclasses import replace

from pydantic import SecretStr

from shared.access import Auth, AwsService
from shared.cluster_settings import AwsRegion, cluster_at
from shared.opensearch import ClusterAddress
from shared.settings import SharedSettings
from shared.stores import WebAddress


class SourceSettings(SharedSettings):
    """The shared settings, and where the native index is."""

    source_opensearch_url: WebAddress | None = None
    """Cluster of the native index; OPENSEARCH_URL when unset."""
    source_opensearch_auth: Auth | None = None
    """As OPENSEARCH_AUTH; when this and a user are unset and the cluster is the same, its credentials too."""
    source_opensearch_username: str | None = None
    """Read-only credentials are enough; OPENSEARCH_USERNAME and its password when unset and the cluster is the same."""
    source_opensearch_password: SecretStr | None = None
    """That user's password."""
    source_opensearch_client_cert_file: str | None = None
    """As OPENSEARCH_CLIENT_CERT_FILE, for this cluster."""
    source_opensearch_client_key_file: str | None = None
    """As OPENSEARCH_CLIENT_KEY_FILE."""
    source_opensearch_client_key_password: SecretStr | None = None
    """As OPENSEARCH_CLIENT_KEY_PASSWORD."""
    source_opensearch_aws_region: AwsRegion | None = None
    """As OPENSEARCH_AWS_REGION."""
    source_opensearch_aws_service: AwsService | None = None
    """As OPENSEARCH_AWS_SERVICE."""
    source_opensearch_ca_file: str | None = None
    """As OPENSEARCH_CA_FILE, which is used when this is unset."""

    def secrets(self) -> tuple[SecretStr | None, ...]:
        """What must not show up in a log."""
        return (
            self.opensearch_password,
            self.source_opensearch_password,
            self.opensearch_client_key_password,
            self.source_opensearch_client_key_password,
            self.embedding_api_key,
            self.openai_api_key,
        )

    def source(self) -> ClusterAddress:
        """The cluster of the native index. Credentials of another cluster are never sent to it."""
        target = self.cluster()
        url = self.source_opensearch_url or target.url
        own = (self.source_opensearch_auth, self.source_opensearch_username) != (None, None) or url != target.url
        return replace(
            cluster_at(self, "source_opensearch_") if own else target,
            url=url,
            name="SOURCE_OPENSEARCH_URL" if self.source_opensearch_url else target.name,
            ca_file=self.source_opensearch_ca_file or target.ca_file,
        )
