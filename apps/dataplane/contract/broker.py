"""A broker's address as Celery settings, the same at the control plane and at a site. Needs the standard library only.

Two forms: `amqp://user:password@host:port/vhost` (RabbitMQ, quorum queues) and queues in PostgreSQL, either
`pgmq://user:password@host:port/database` or `pgmq:` followed by a keyword DSN, the only form that can name a socket's
folder (`pgmq:host=/run/x user=site dbname=broker`).
"""

from typing import Any

RESULTS = "results"  # the queue that sites answer to
PERFORM = "fieldwork.site.perform"  # the site's one task
ACCEPT = "fieldwork.control.accept_result"  # control's one task for sites
POLL = 5.0  # seconds between looks at a queue in PostgreSQL when no notification arrives
_TRANSPORT = "apps.dataplane.contract.queues:Transport"
_COMMON: dict[str, Any] = {
    "accept_content": ["json"],
    "task_serializer": "json",
    "result_backend": None,
    "task_ignore_result": True,
    "worker_enable_remote_control": False,
    "worker_send_task_events": False,
    "worker_hijack_root_logger": False,
    "worker_prefetch_multiplier": 8,
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    "worker_consumer": "apps.dataplane.contract.queues:Consumer",
    "broker_channel_error_retry": True,  # a queue that was deleted is declared again
    "task_create_missing_queues": False,
}


def queue_of(site: str) -> str:
    """The name of a site's own queue."""
    return f"site.{site}"


def is_rabbitmq(broker: str) -> bool:
    return broker.startswith(("amqp://", "amqps://", "pyamqp://"))


def queue_arguments(broker: str) -> dict[str, str]:
    """Arguments with which both sides declare a queue: replicated and durable where the broker can."""
    return {"x-queue-type": "quorum"} if is_rabbitmq(broker) else {}


def celery_settings(broker: str) -> dict[str, Any]:
    """Settings for `Celery.conf.update`. Raises ValueError for an address of another kind."""
    if is_rabbitmq(broker):
        return {
            **_COMMON,
            "broker_url": broker,
            "broker_transport_options": {"confirm_publish": True},
            "broker_heartbeat": 30,
        }
    if not broker.startswith("pgmq:"):
        raise ValueError("a broker's address starts with amqp:// or pgmq:")
    options: dict[str, Any] = {
        "init_extension": False,  # the schema is installed from SQL, without an extension
        "use_notify": True,
        "notify_throttle_interval_ms": 0,
        "polling_interval": POLL,
        "wait_time_seconds": 0,  # long polling would hold a connection and ask ten times a second
        "pool_size": 4,
        "pool_timeout": 5,
        "visibility_timeout": 60,
    }
    if not broker.startswith("pgmq://"):
        options["conn_string"] = broker.removeprefix("pgmq:")
        broker = "pgmq://localhost/"  # not used beside conn_string
    return {
        **_COMMON,
        "broker_url": broker,
        "broker_transport": _TRANSPORT,
        "broker_transport_options": options,
    }
