# The observatory as an ordinary user; `compose.yaml` runs it. Catalog and models lie in volumes.
FROM python:3.11-slim

RUN useradd --create-home --uid 10001 observatory
WORKDIR /app
COPY requirements.txt ./
RUN pip install --no-cache-dir --disable-pip-version-check -r requirements.txt
COPY . .
RUN pip install --no-cache-dir --disable-pip-version-check --no-deps -e . \
    && mkdir /catalog /models \
    && chown observatory:observatory /catalog /models

USER observatory
ENV OBSERVATORY_HOST=0.0.0.0 \
    OBSERVATORY_WORKSPACE=/catalog \
    OBSERVATORY_MODELS=/models
VOLUME ["/catalog", "/models"]
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
CMD ["python", "-m", "observatory", "serve"]
