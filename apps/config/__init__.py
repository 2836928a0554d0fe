"""How Fieldwork is put together: settings, addresses, Celery, and the supervisor of a single machine."""
