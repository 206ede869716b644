# The image of the service: `docker build -t vanbang .`, then compose.yaml or docs/operations.md.
#
# The base is named by tag. Where you build for production, replace both by the digest you have looked at
# (`docker buildx imagetools inspect python:3.12-slim`): a tag may come to mean another image.

FROM python:3.12-slim AS build
ENV PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1
# Which lock of requirements/: `cluster` has the clients of Dask and of object storage as well.
ARG LOCK=runtime
WORKDIR /build
RUN python -m venv /opt/vanbang
COPY requirements requirements
RUN /opt/vanbang/bin/pip install --require-hashes -r requirements/build.txt \
 && /opt/vanbang/bin/pip install --require-hashes -r "requirements/${LOCK}.txt"
COPY pyproject.toml README.md LICENSE ./
COPY src src
# The build tools stay behind: the running image can install nothing.
RUN /opt/vanbang/bin/pip install --no-deps --no-build-isolation . \
 && /opt/vanbang/bin/pip uninstall --yes setuptools wheel pip

FROM python:3.12-slim
RUN groupadd --gid 10001 vanbang \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/vanbang --shell /usr/sbin/nologin vanbang \
 && install --directory --owner=vanbang --group=vanbang --mode=0700 /var/lib/vanbang /var/tmp/vanbang
COPY --from=build /opt/vanbang /opt/vanbang
ENV PATH=/opt/vanbang/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    VANBANG_HOME=/var/lib/vanbang \
    VANBANG_HOST=0.0.0.0 \
    VANBANG_PORT=8000
USER 10001:10001
WORKDIR /var/lib/vanbang
VOLUME ["/var/lib/vanbang"]
EXPOSE 8000
STOPSIGNAL SIGTERM
# The first readiness asks the chain and opens the key store: both take seconds on a small machine.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD ["vanbang", "health"]
ENTRYPOINT ["vanbang"]
CMD ["serve"]
