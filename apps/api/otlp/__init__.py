"""OTLP over HTTP, as far as traces go: two encodings in, and the same two out.

Source: OpenTelemetry Protocol Specification 1.x, "OTLP/HTTP".
"""
