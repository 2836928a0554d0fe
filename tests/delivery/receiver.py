"""A receiver of webhooks in a process of its own, as somebody else would write one: it verifies with the public package
and knows nothing of Fieldwork. Each thing that reaches it is a line on its output.

    python receiver.py HOST SECRETS [CERTIFICATE KEY]      # its first line is the port

Secrets: by commas. How it answers depends on the path: /taken, /gone, /status/503, /retry, /slow, /huge, /hang-up,
/drip, /to?ADDRESS (307), /to-get?ADDRESS (302), /to-itself.
"""

import asyncio
import json
import ssl
import sys

from aiohttp import web
from standardwebhooks.webhooks import Webhook, WebhookVerificationError


def say(**facts: object) -> None:
    print(json.dumps(facts), flush=True)


def verified(body: bytes, headers: dict[str, str], secrets: list[str]) -> list[bool]:
    """Whether each of the secrets holds."""
    found = []
    for secret in secrets:
        try:
            Webhook(secret).verify(body, headers)
            found.append(True)
        except WebhookVerificationError:
            found.append(False)
    return found


async def receive(request: web.Request) -> web.StreamResponse:
    body = await request.read()
    secrets = request.app["secrets"]
    say(
        path=request.path_qs,
        method=request.method,
        headers={name.lower(): text for name, text in request.headers.items()},
        body=body.decode(),
        verified=verified(body, dict(request.headers), secrets),
    )
    answers = {
        "/gone": lambda: web.Response(status=410),
        "/retry": lambda: web.Response(status=503, headers={"Retry-After": "3600"}),
        "/to": lambda: web.Response(status=307, headers={"Location": request.query_string}),
        "/to-get": lambda: web.Response(status=302, headers={"Location": request.query_string}),
        "/to-itself": lambda: web.Response(status=308, headers={"Location": "/to-itself"}),
        "/words": lambda: web.Response(
            status=500, text="<script>alert(1)</script>\nno \x00 room\n" + "x" * 9000
        ),
        "/moved-on": lambda: web.Response(status=204),
    }
    if request.path.startswith("/status/"):
        return web.Response(status=int(request.path.rpartition("/")[2]))
    if request.path == "/slow":
        await asyncio.sleep(30)
    if request.path == "/hang-up":
        assert request.transport is not None
        request.transport.abort()
    if request.path in {"/huge", "/drip"}:
        return await pour(request)
    return answers.get(request.path, lambda: web.Response(text="thank you"))()


async def pour(request: web.Request) -> web.StreamResponse:
    """200, and then more than anybody wants to read, at once or ever so slowly."""
    response = web.StreamResponse(headers={"Content-Type": "text/plain"})
    await response.prepare(request)
    poured = 0
    try:
        for _ in range(1000):
            await response.write(b"x" * (65536 if request.path == "/huge" else 1))
            poured += 1
            if request.path == "/drip":
                await asyncio.sleep(0.2)
    except OSError:
        say(stopped=poured)
    return response


async def main() -> None:
    host, secrets, *tls = sys.argv[1:]
    app = web.Application()
    app["secrets"] = [secret for secret in secrets.split(",") if secret]
    app.router.add_route("*", "/{path:.*}", receive)
    runner = web.AppRunner(app)
    await runner.setup()
    context = None
    if tls:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*tls)
    site = web.TCPSite(runner, host, 0, ssl_context=context)
    await site.start()
    say(port=runner.addresses[0][1])
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
