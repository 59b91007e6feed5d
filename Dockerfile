# Byline as a service: docker build -t byline . && docker run -p 8000:8000 -e BYLINE_KEYS=… -v byline:/data byline
# It listens on every address of its container and therefore wants keys: docs/operating.md

FROM python:3.12-slim AS build
# Where torch without CUDA is found; for a GPU, name an index of CUDA builds instead.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
WORKDIR /src
RUN python -m venv /opt/byline
COPY constraints.txt ./
RUN /opt/byline/bin/pip install --no-cache-dir -c constraints.txt ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} torch
COPY . .
RUN /opt/byline/bin/pip install --no-cache-dir -c constraints.txt '.[milvus,otel,redis,slack]'
RUN XDG_CACHE_HOME=/opt/byline/cache /opt/byline/bin/python -m rag.embedding

FROM python:3.12-slim
COPY --from=build /opt/byline /opt/byline
RUN useradd --uid 10001 --create-home byline && install --directory --owner byline /data
USER 10001
WORKDIR /data
ENV PATH=/opt/byline/bin:$PATH XDG_CACHE_HOME=/opt/byline/cache BYLINE_LIBRARY=/data/library
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["byline"]
CMD ["serve", "--host", "0.0.0.0"]
