# One image for the migrations, the set-up job and the worker (target `service`), and the same with
# a port and a health check for the gateway (target `gateway`).

ARG PYTHON_IMAGE=python:3.11.14-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/daigou
ENV PATH=/opt/daigou/bin:$PATH
# The locked packages first: they change less often than the code.
COPY requirements.txt /src/
RUN pip install --require-hashes --only-binary :all: -r /src/requirements.txt
COPY pyproject.toml worker.py /src/
COPY activities /src/activities
COPY daigou /src/daigou
COPY gateway /src/gateway
COPY workflows /src/workflows
RUN pip install --no-deps --no-build-isolation /src

FROM ${PYTHON_IMAGE} AS service
RUN useradd --system --uid 10001 --shell /usr/sbin/nologin daigou
COPY --from=build /opt/daigou /opt/daigou
ENV PATH=/opt/daigou/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001
WORKDIR /tmp
# In installed form worker.py is the module of that name.
CMD ["python", "-m", "worker"]

FROM service AS gateway
ENV DAIGOU_GATEWAY_HOST=0.0.0.0 DAIGOU_GATEWAY_PORT=8080
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ['DAIGOU_GATEWAY_PORT']}/healthz\", timeout=2)"]
CMD ["python", "-m", "gateway"]
