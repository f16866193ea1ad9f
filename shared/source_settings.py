"""Settings of the cluster the native index is in, for both programs."""

from pydantic import SecretStr

from shared.opensearch import ClusterAddress
from shared.settings import SharedSettings
from shared.stores import WebAddress


class SourceSettings(SharedSettings):
    """The shared settings, and where the native index is."""

    source_opensearch_url: WebAddress | None = None
    """Cluster of the native index; OPENSEARCH_URL when unset."""
    source_opensearch_username: str | None = None
    """Read-only credentials are enough; OPENSEARCH_USERNAME and its password when unset and the cluster is the same."""
    source_opensearch_password: SecretStr | None = None
    source_opensearch_ca_file: str | None = None

    def source(self) -> ClusterAddress:
        """The cluster of the native index. Credentials of another cluster are never sent to it."""
        target = self.cluster()
        elsewhere = self.source_opensearch_url not in (None, target.url)
        own = self.source_opensearch_username is not None or elsewhere
        return ClusterAddress(
            url=self.source_opensearch_url or target.url,
            name="SOURCE_OPENSEARCH_URL" if self.source_opensearch_url else target.name,
            username=self.source_opensearch_username if own else target.username,
            password=self.source_opensearch_password if own else target.password,
            ca_file=self.source_opensearch_ca_file or target.ca_file,
        )
