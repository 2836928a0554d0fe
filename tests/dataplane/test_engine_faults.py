"""The engine against a real HTTP endpoint that behaves badly, or not at all."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from apps.dataplane.contract.errors import CODES
from apps.dataplane.contract.plan import Price, Scorer
from apps.dataplane.engine import counts_of, retry

from .engine_at_work import Mock, Site, limits, plan_of, rows_of, running_mock, until


@pytest.fixture(scope="module")
def mock():
    with running_mock() as mock:
        yield mock


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(retry, "BASE", 0.01)
    site = Site(tmp_path, {"env:KEY": "sk-very-secret", "file:tenant": "acme\n"})
    yield site
    site.engine.close()


@pytest.mark.parametrize(
    ("model", "kind", "calls"),
    [
        ("html", "not_json", 1),
        ("invalid_json", "not_json", 1),
        ("not_utf8", "not_json", 1),
        ("deep", "not_json", 1),
        ("no_choices", "bad_shape", 1),
        ("list", "bad_shape", 1),
        ("number", "bad_shape", 1),
        ("huge", "too_large", 1),
        ("status=400", "bad_request", 1),
        ("status=413", "bad_request", 1),
        ("status=429", "rate_limited", 3),
        ("status=500", "server_error", 3),
        ("status=503", "server_error", 3),
        ("status=529", "server_error", 3),
        ("half", "connection", 3),
        ("garbage", "connection", 3),
    ],
)
def test_faults_have_their_kind_and_are_tried_again_where_that_may_help(
    site: Site, mock: Mock, model: str, kind: str, calls: int
):
    plan = plan_of(mock.target(f"{model}@faults"), limits=limits(retries=2))
    outcome = site.outcome(plan, rows_of(["a"]))
    row = outcome.outcomes[0]
    assert (row.kind, row.scores, row.answer, row.latency_ms, row.cost) == (kind, {}, None, None, None)
    assert kind in CODES
    assert outcome.stopped is None
    assert mock.tally(f"{model}@faults").calls == calls
    assert counts_of([row]).errors == {kind: 1}


def test_an_endpoint_that_hangs_times_out(site: Site, mock: Mock):
    plan = plan_of(mock.target("hang"), limits=limits(timeout=0.1, retries=1))
    assert site.outcome(plan, rows_of(["a"])).outcomes[0].kind == "timeout"
    assert mock.tally("hang").calls == 2


def test_an_endpoint_that_is_not_there_is_a_failed_connection(site: Site, mock: Mock):
    target = mock.target("echo").model_copy(update={"base_url": "http://127.0.0.1:9/v1"})
    assert (
        site.outcome(plan_of(target, limits=limits(retries=0)), rows_of(["a"])).outcomes[0].kind
        == "connection"
    )


def test_a_retry_that_succeeds_is_an_answer_with_its_own_latency(site: Site, mock: Mock):
    plan = plan_of(mock.target("flaky=2@retried"), limits=limits(retries=2))
    outcome = site.outcome(plan, rows_of([f"t{n}" for n in range(20)]))
    assert {row.kind for row in outcome.outcomes} == {"ok"}
    assert mock.tally("flaky=2@retried").calls == 60


@pytest.mark.parametrize("mode", ["retry_after", "retry_date"])
def test_retry_after_is_honoured(site: Site, mock: Mock, mode: str):
    plan = plan_of(mock.target(f"{mode}=2"), limits=limits(retries=1))
    row = site.outcome(plan, rows_of(["a"])).outcomes[0]
    first, second = mock.tally(f"{mode}=2").starts
    assert row.kind == "ok"
    assert second - first >= (1.99 if mode == "retry_after" else 0.95)  # a date has whole seconds
    assert row.latency_ms is not None
    assert row.latency_ms < 900


def test_a_sample_that_waits_for_its_retry_holds_no_slot(site: Site, mock: Mock):
    waiting = site.submit(plan_of(mock.target("retry_after=600")), rows_of(["a"]))
    until(lambda: mock.tally("retry_after=600").calls == 1)
    plan = plan_of(mock.target("retry_after=600"), limits=limits(concurrency=1), scorers=())
    other = site.submit(plan, rows_of(["a", "b"]))
    until(lambda: mock.tally("retry_after=600").calls >= 3)
    assert not waiting.ended
    site.engine.cancel(waiting.chunk.plan.run)
    site.engine.cancel(plan.run)
    assert waiting.outcome().stopped == other.outcome().stopped == "cancelled"


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        ("status=401", "unauthorized"),
        ("status=403", "unauthorized"),
        ("status=404", "not_found"),
        ("moved", "not_found"),
    ],
)
def test_the_breaker_ends_all_chunks_at_once_when_no_call_can_succeed(
    site: Site, mock: Mock, model: str, kind: str
):
    target = mock.target(f"{model}@dead")
    plan = plan_of(target, mock.target("echo@alive", name="other"), limits=limits(concurrency=1))
    chunks = [site.submit(plan, rows_of([f"{at} {n}" for n in range(100)])) for at in range(3)]
    for chunk in chunks:
        outcome = chunk.outcome()
        assert (outcome.stopped, outcome.stopped_detail) == ("endpoint_dead", kind)
    assert mock.tally(f"{model}@dead").calls <= 3
    assert site.outcome(plan, rows_of(["fine"]), target=1).stopped is None


def test_the_breaker_ends_a_run_whose_endpoint_fails_call_after_call(site: Site, mock: Mock):
    plan = plan_of(mock.target("status=500@dead"), limits=limits(concurrency=4, retries=1))
    outcome = site.outcome(plan, rows_of([str(n) for n in range(1000)]))
    assert (outcome.stopped, outcome.stopped_detail) == ("endpoint_dead", "server_error")
    assert len(outcome.outcomes) == 10
    assert mock.tally("status=500@dead").calls <= 40


def test_while_calls_wait_for_their_retry_few_new_ones_are_made(site: Site, mock: Mock):
    plan = plan_of(mock.target("retry_after=600@few"), limits=limits(concurrency=4))
    site.submit(plan, rows_of([str(n) for n in range(1000)]))
    until(lambda: mock.tally("retry_after=600@few").calls >= 5)
    site.outcome(plan_of(mock.target("echo@meanwhile")), rows_of([str(n) for n in range(300)]))
    assert mock.tally("retry_after=600@few").calls <= 8
    site.engine.cancel(plan.run)


def test_429_for_ever_ends_and_few_rows_are_alive_meanwhile(site: Site, mock: Mock):
    read = []

    def rows():
        for row in rows_of([str(n) for n in range(50_000)]):
            read.append(row.n)
            yield row

    plan = plan_of(mock.target("status=429@ever"), limits=limits(concurrency=4, retries=4))
    outcome = site.submit(plan, rows, size=50_000).outcome()
    assert (outcome.stopped, outcome.stopped_detail) == ("endpoint_dead", "rate_limited")
    assert len(read) < 500


def test_a_dead_endpoint_is_tried_again_when_the_run_is_resumed(site: Site, mock: Mock):
    plan = plan_of(mock.target("flaky=20@revived"), limits=limits(retries=0, concurrency=1))
    assert site.outcome(plan, rows_of(["same"] * 15)).stopped == "endpoint_dead"
    until(lambda: not site.engine.in_hand())
    assert site.outcome(plan, rows_of(["other"])).stopped == "endpoint_dead"  # one failure is enough now
    mock.tally("flaky=20@revived").by_prompt["other"] = 20
    assert site.outcome(plan, rows_of(["other"])).stopped is None


def test_no_text_of_the_endpoint_and_no_secret_leaves_or_is_stored(
    site: Site, mock: Mock, tmp_path: Path, caplog
):
    plan = plan_of(mock.target("echo_key", api_key="env:KEY", price=Price(input=1, output=1)))
    outcome = site.outcome(plan, rows_of(["a", "b"]))
    row = outcome.outcomes[0]
    assert "[secret]" in row.detail
    assert "sk-very-secret" not in repr(outcome) + caplog.text + repr(site.engine.in_hand())
    site.outcome(plan_of(mock.target("echo", api_key="env:KEY")), rows_of(["a"]))
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("*.sqlite*"))
    assert b"sk-very-secret" not in stored


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"api_key": "env:ABSENT"}, "secret_missing"),
        ({"headers": {"X": "env:ABSENT"}}, "secret_missing"),
        ({"api_key": "env:LINES"}, "secret_unusable"),
        ({"ca": "/nowhere/ca.pem"}, "ca_unreadable"),
        ({"prompt": "{{ tekst }}"}, "source_missing_column"),
    ],
)
def test_a_chunk_that_cannot_be_executed_says_why_before_any_call(
    site: Site, mock: Mock, change: dict, code: str
):
    site.secrets["env:LINES"] = "two\nlines"
    failure = site.submit(plan_of(mock.target("echo@never", **change)), rows_of(["a"])).failure()
    assert failure.code == code
    assert code in CODES
    assert mock.tally("echo@never").calls == 0


def test_a_refused_pattern_fails_the_chunk(site: Site, mock: Mock):
    scorer = Scorer(name="regex", kind="regex", pattern="(?=a)b")
    failure = site.submit(plan_of(mock.target("echo"), scorers=(scorer,)), rows_of(["a"])).failure()
    assert failure.code == "pattern_refused"


def test_rows_that_cannot_be_read_fail_the_chunk_and_missing_ones_too(site: Site, mock: Mock):
    def broken():
        yield from rows_of(["a"])
        raise OSError("disk")

    failure = site.submit(plan_of(mock.target("echo")), broken, size=2).failure()
    assert (failure.code, failure.exception, failure.detail) == ("site_error", "OSError", "disk")
    failure = site.submit(plan_of(mock.target("echo")), lambda: iter(rows_of(["a"])), size=2).failure()
    assert failure.code == "snapshot_missing"


def test_a_certificate_is_checked_against_the_authority_that_the_plan_names(site: Site, tmp_path: Path):
    with running_mock(self_signed(tmp_path)) as mock:
        trusting = mock.target("echo", ca=str(tmp_path / "ca.pem"))
        assert site.outcome(plan_of(trusting), rows_of(["a"])).outcomes[0].answer == "a"
        wary = plan_of(mock.target("echo@wary"), limits=limits(retries=0))
        assert site.outcome(wary, rows_of(["a"])).outcomes[0].kind == "connection"
        assert mock.tally("echo@wary").calls == 0


def self_signed(folder: Path) -> ssl.SSLContext:
    """A server's context with a new certificate for 127.0.0.1, which is written to ca.pem."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mock")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "ca.pem").write_bytes(certificate.public_bytes(pem))
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "ca.pem", folder / "key.pem")
    return context


def test_a_proxy_carries_the_call(site: Site, mock: Mock):
    """To a proxy, an absolute address is requested; the mock answers to any host."""
    target = mock.target("echo@proxy", proxy=mock.address).model_copy(
        update={"base_url": "http://model.invalid/v1"}
    )
    assert site.outcome(plan_of(target), rows_of(["through"])).outcomes[0].answer == "through"
    assert mock.tally("echo@proxy").headers["host"].startswith("model.invalid")
