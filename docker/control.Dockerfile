# The control plane: web, dispatcher, workers and beat, from one image. Build from the checkout's root:
#   docker build -f docker/control.Dockerfile -t fieldwork-control .
FROM python:3.13-slim AS build
WORKDIR /app
COPY locks/control.txt locks/control.txt
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --no-deps --require-hashes -r locks/control.txt
COPY pyproject.toml README.md manage.py ./
COPY apps apps
COPY templates templates
COPY static static
RUN /venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation --editable .

FROM python:3.13-slim
RUN useradd --uid 10001 --create-home fieldwork && mkdir /state && chown fieldwork /state && chmod 700 /state
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
USER fieldwork
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 FIELDWORK_HOME=/state FIELDWORK_BIND=0.0.0.0 DEMO=0 \
    DJANGO_SETTINGS_MODULE=apps.config.settings
VOLUME /state
EXPOSE 8000
CMD ["gunicorn", "apps.config.wsgi:application", "--bind=0.0.0.0:8000", "--worker-class=gthread", "--workers=2", \
     "--threads=8", "--no-control-socket"]
