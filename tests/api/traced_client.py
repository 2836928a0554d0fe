"""A deployed application in a process of its own: OpenAI's client, instrumented and traced as its documentation says.

python tests/api/traced_client.py MODEL_ADDRESS TRACES_ADDRESS TOKEN CALLS
"""

import sys

from openai import OpenAI
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

model, traces, token, calls = sys.argv[1:]
provider = TracerProvider(resource=Resource({"service.name": "Triage"}))
headers = {"Authorization": f"Bearer {token}"}
exporter = OTLPSpanExporter(endpoint=traces, headers=headers, compression=Compression.Gzip)
provider.add_span_processor(BatchSpanProcessor(exporter))
trace.set_tracer_provider(provider)
OpenAIInstrumentor().instrument()
client, tracer = OpenAI(base_url=model, api_key="none"), trace.get_tracer("triage")
for call in range(int(calls)):
    with tracer.start_as_current_span("handle a letter") as span:
        span.set_attribute("enduser.id", "ada@client.example")
        message = {"role": "user", "content": f"My secret letter {call}"}
        client.chat.completions.create(model="label=billing", messages=[message])  # type: ignore[list-item]
provider.shutdown()
