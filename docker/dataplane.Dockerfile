# A site: what runs in the client's network. No Django, no database of ours. Build from the checkout's root:
#   docker build -f docker/dataplane.Dockerfile -t fieldwork-site .
FROM python:3.13-slim AS build
WORKDIR /app
COPY locks/site.txt locks/site.txt
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --no-deps --require-hashes -r locks/site.txt
COPY pyproject.toml README.md ./
COPY apps/__init__.py apps/__init__.py
COPY apps/dataplane apps/dataplane
RUN /venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13-slim
RUN useradd --uid 10001 --create-home fieldwork && mkdir /state && chown fieldwork /state && chmod 700 /state
COPY --from=build /venv /venv
USER fieldwork
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1
VOLUME /state
ENTRYPOINT ["fieldwork-site"]
CMD ["run", "--state", "/state"]
