# vitrina-runtime: the chat, the Action API, the widget. docs/containers.md says how to build it.
ARG PYTHON_VERSION=3.11.15

FROM python:${PYTHON_VERSION}-slim-bookworm AS tools
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore \
    PYTHONPATH=/opt/uv:/opt/tools UV_PYTHON=/usr/local/bin/python
WORKDIR /build
COPY locks/uv.txt locks/
RUN ["python", "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "--target", "/opt/uv", "-r", "locks/uv.txt"]
COPY locks/images.txt locks/
RUN ["python", "-m", "uv", "pip", "sync", "--quiet", "--require-hashes", "--target", "/opt/tools", "locks/images.txt"]

FROM tools AS libraries
COPY locks/runtime.txt locks/
RUN ["python", "-m", "uv", "pip", "sync", "--quiet", "--require-hashes", "--compile-bytecode", "--target", "/opt/libraries", "locks/runtime.txt"]

FROM tools AS sbom
COPY pyproject.toml ./
COPY locks/runtime.txt locks/
RUN ["python", "-m", "cyclonedx_py", "requirements", "--pyproject", "pyproject.toml", "--output-reproducible", "--output-file", "/build/sbom.cdx.json", "locks/runtime.txt"]

FROM tools AS widget
COPY sandbox/__init__.py sandbox/nodejs.py sandbox/
COPY widget/package.json widget/package-lock.json widget/
RUN ["python", "-m", "sandbox.nodejs", "npm", "ci", "--silent", "--prefix", "widget"]
COPY widget widget
RUN ["python", "-m", "sandbox.nodejs", "npm", "run", "--silent", "--prefix", "widget", "build", "--", "/build/widget.js"]

# The wheel holds those of our packages that are here, and no other.
FROM tools AS code
COPY pyproject.toml README.md ./
COPY shared shared
COPY runtime runtime
COPY --from=widget /build/widget.js /build/widget.js.LICENSE.txt runtime/storefront/
RUN ["python", "-m", "uv", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--compile-bytecode", "--target", "/opt/vitrina", "."]

FROM python:${PYTHON_VERSION}-slim-bookworm
ARG PYTHON_VERSION
ARG VERSION=unreleased
ARG REVISION=unknown
ARG CREATED=unknown
LABEL org.opencontainers.image.title="vitrina-runtime" \
      org.opencontainers.image.description="Vitrina, a grounded shop assistant: chat, Action API and widget" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.base.name="docker.io/library/python:${PYTHON_VERSION}-slim-bookworm"
COPY --from=libraries /opt/libraries /opt/libraries
COPY --from=code /opt/vitrina /opt/vitrina
COPY --from=sbom /build/sbom.cdx.json /usr/share/doc/vitrina/sbom.cdx.json
COPY --from=widget /build/widget.js.cdx.json /usr/share/doc/vitrina/widget.cdx.json
COPY deploy/healthy.py /opt/healthy.py
# Any numeric user may keep its state there: Kubernetes and OpenShift choose their own.
RUN ["install", "-d", "-m", "1777", "/var/lib/vitrina"]
ENV PYTHONPATH=/opt/vitrina:/opt/libraries PYTHONSAFEPATH=1 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    HOME=/var/lib/vitrina VITRINA_CACHE_DIR=/var/lib/vitrina \
    HOST=0.0.0.0 PORT=8000
# A base without certificate authorities or time zones ends the build here.
RUN ["python", "-c", "import ssl, zoneinfo; assert ssl.create_default_context().get_ca_certs(); zoneinfo.ZoneInfo('Europe/Berlin')"]
WORKDIR /etc/vitrina
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["python", "/opt/healthy.py"]
ENTRYPOINT ["python", "-m", "runtime"]
CMD ["serve"]
