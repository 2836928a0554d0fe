"""Questions about a source or an endpoint are answered under the site's policy, and leave nothing behind."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from apps.dataplane import keyring
from apps.dataplane.contract.messages import Operation
from apps.dataplane.contract.plan import Condition, FolderSource, Plan, PostgresSource, Source
from apps.dataplane.contract.privacy import Level
from apps.dataplane.site import Site
from apps.dataplane.snapshots.filtering import matcher

from .conftest import Client, set_policy
from .engine_at_work import Mock, running_mock
from .orders_at_work import World
from .sources import plan_over, write_csv
from .test_engine_faults import self_signed

SECRETS = ["secret-key-7", "someone@example.com"]
HEADER = ["case", "text", "amount"]
_numbers = count()
ROWS = [[f"case {n}", f"{SECRETS[0]} wrote from {SECRETS[1]}", str(n)] for n in range(12)]


@pytest.fixture
def world(site: Site) -> Iterator[World]:
    world = World(site)
    yield world
    world.orders.close()


@contextmanager
def speaking_plainly() -> Iterator[int]:
    """The port of a server that answers whatever it is told with plain HTTP."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(10)


@pytest.fixture
def source(data: Path) -> Source:
    return write_csv(data / "cases.csv", HEADER, ROWS)


@pytest.fixture(scope="module")
def mock() -> Iterator[Mock]:
    with running_mock() as mock:
        yield mock


def asked(world: World, operation: Operation, plan: Plan) -> Any:
    return world.report_on(operation, plan, f"{operation}-{plan.run}").body


def about(source: Source, level: Level = Level.FULL, **more: Any) -> Plan:
    plan = plan_over(source, input=(), reference=None)
    return plan.model_copy(update={"privacy": level, "targets": (), "scorers": (), **more})


class TestPreview:
    def test_tells_the_columns_and_at_scores_no_value(self, world: World, source: Source) -> None:
        body = asked(world, Operation.PREVIEW, about(source))
        assert (body.kind, body.level, body.read, body.whole, body.rows) == (
            "previewed",
            "scores",
            12,
            True,
            (),
        )
        case, text, amount = body.columns
        assert [column.name for column in body.columns] == ["column#1", "column#2", "column#3"]
        assert (case.filled, case.distinct, case.numeric, case.shortest, case.longest) == (12, 12, 0, 6, 7)
        assert (text.distinct, amount.numeric) == (1, 12)
        assert not any(secret in world.bytes_out() for secret in [*SECRETS, "amount"])

    def test_at_aggregate_no_length_leaves_and_few_rows_say_nothing(
        self, world: World, data: Path, source: Source
    ) -> None:
        set_policy(world.site, level="aggregate")
        body = asked(world, Operation.PREVIEW, about(source))
        assert [(column.filled, column.longest) for column in body.columns] == [(12, 0)] * 3
        few = write_csv(data / "few.csv", HEADER, ROWS[:4])
        body = asked(world, Operation.PREVIEW, about(few).model_copy(update={"run": "few"}))
        assert [(column.filled, column.distinct) for column in body.columns] == [(0, 0)] * 3

    def test_shows_masked_rows_at_redacted_and_names_where_they_may_leave(
        self, world: World, source: Source
    ) -> None:
        set_policy(world.site, level="redacted", names=True)
        body = asked(world, Operation.PREVIEW, about(source))
        assert [column.name for column in body.columns] == HEADER
        assert body.rows[0] == ("case 0", f"{SECRETS[0]} wrote from [e-mail]", "0")
        assert len(body.rows) == 5
        assert SECRETS[1] not in world.bytes_out()

    def test_the_lower_level_counts(self, world: World, source: Source) -> None:
        set_policy(world.site, level="full")
        assert asked(world, Operation.PREVIEW, about(source, Level.SCORES)).rows == ()
        assert SECRETS[0] not in world.bytes_out()

    def test_reads_only_the_first_rows_of_a_large_source(self, world: World, data: Path) -> None:
        large = write_csv(data / "large.csv", ["n"], [[str(n)] for n in range(20_000)])
        body = asked(world, Operation.PREVIEW, about(large))
        assert (body.read, body.whole, body.columns[0].distinct) == (5_000, False, body.most_distinct)

    @pytest.mark.parametrize(
        ("text", "code"),
        [(b"a,b\n1\n", "source_ragged"), (b"", "source_empty"), (b"a,a\n1,2\n", "source_duplicate_columns")],
    )
    def test_says_what_is_wrong_with_a_source(self, world: World, data: Path, text: bytes, code: str) -> None:
        (data / "cases.csv").write_bytes(text)
        source = plan_over(write_csv(data / "x.csv", ["a"], [["1"]])).dataset.source
        broken = source.model_copy(update={"path": str(data / "cases.csv")})
        assert asked(world, Operation.PREVIEW, about(broken)).code == code


class TestBrowse:
    def names(self, world: World, source: Source) -> list[tuple[str, str]]:
        plan = about(source).model_copy(update={"run": f"run-{len(world.envelopes)}"})
        return [(entry.name, entry.kind) for entry in asked(world, Operation.BROWSE, plan).entries]

    def test_lists_roots_then_folders_then_files_and_nothing_hidden_or_outside(
        self, world: World, data: Path, tmp_path: Path
    ) -> None:
        set_policy(world.site, names=True)
        (data / "z").mkdir()
        (data / ".hidden").touch()
        (data / "a.csv").write_text("a\n1\n")
        (data / "out").symlink_to(tmp_path)
        (data / "nowhere").symlink_to(data / "missing")
        assert self.names(world, FolderSource()) == [(str(data), "folder")]
        assert self.names(world, FolderSource(path=str(data))) == [("z", "folder"), ("a.csv", "file")]

    @pytest.mark.parametrize(
        ("path", "code"),
        [("/etc", "path_outside_roots"), ("{data}/../..", "path_outside_roots"),
         ("{data}/missing", "source_not_found"), ("{data}/cases.csv", "source_not_a_folder")],
    )  # fmt: skip
    def test_refuses_other_places(
        self, world: World, data: Path, source: Source, path: str, code: str
    ) -> None:
        set_policy(world.site, names=True)
        folder = FolderSource(path=path.format(data=data))
        assert asked(world, Operation.BROWSE, about(folder)).code == code

    def test_where_names_stay_nothing_is_listed(self, world: World, data: Path, source: Source) -> None:
        assert asked(world, Operation.BROWSE, about(FolderSource(path=str(data)))).code == "names_stay"
        assert "cases.csv" not in world.bytes_out()

    def test_lists_the_tables_that_a_login_may_read(self, world: World, client: Client) -> None:
        set_policy(world.site, names=True)
        client.execute("CREATE TABLE notes (id int)", "CREATE VIEW short AS SELECT * FROM notes")
        client.let_read()
        client.execute("CREATE TABLE hidden (id int)")
        keyring.store(world.site.folder("secrets"), "notes", client.reader)
        plan = PostgresSource(dsn="secret:notes")
        assert self.names(world, plan) == [("notes", "table"), ("short", "view")]
        assert "pw" not in world.bytes_out().replace("password", "")


class TestTrial:
    def plan(self, mock: Mock, model: str, **more: Any) -> Plan:
        target = mock.target(model).model_copy(update=more)
        return about(FolderSource()).model_copy(
            update={"targets": (target,), "prompt": "Answer with OK.", "run": f"run-{next(_numbers)}"}
        )

    def test_tells_latency_tokens_and_model_and_no_word_of_the_answer(self, world: World, mock: Mock) -> None:
        keyring.store(world.site.folder("secrets"), "key", "Sesame")
        body = asked(world, Operation.TRY, self.plan(mock, "echo", api_key="secret:key"))
        assert (body.kind, body.answer, body.http, body.model) == ("tried", "ok", 200, "echo")
        assert body.latency_ms > 0
        assert body.input_tokens is not None
        assert mock.tally("echo").calls == 1
        assert mock.tally("echo").headers["authorization"] == "Bearer Sesame"
        assert not any(word in world.bytes_out() for word in ("Sesame", "Answer with OK."))

    @pytest.mark.parametrize(
        ("model", "answer", "http"),
        [("status=401", "unauthorized", 401), ("status=404", "not_found", 404),
         ("status=429", "rate_limited", 429), ("status=500", "server_error", 500),
         ("html", "not_json", 200), ("half", "connection", None), ("empty", "empty", 200)],
    )  # fmt: skip
    def test_tells_what_went_wrong_after_one_call(
        self, world: World, mock: Mock, model: str, answer: str, http: int | None
    ) -> None:
        body = asked(world, Operation.TRY, self.plan(mock, model))
        assert (body.answer, body.http) == (answer, http)
        assert mock.tally(model).calls == 1

    def test_tells_why_no_connection_was_made(self, world: World, mock: Mock, tmp_path: Path) -> None:
        with running_mock(self_signed(tmp_path)) as strange, speaking_plainly() as port:
            addresses = {
                "refused": "http://127.0.0.1:1",
                "name": "http://nowhere.invalid",
                "tls": f"https://127.0.0.1:{port}",
                "certificate": strange.address,
            }
            found = {
                cause: asked(world, Operation.TRY, self.plan(mock, "never called", base_url=f"{address}/v1"))
                for cause, address in addresses.items()
            }
        assert {cause: (body.answer, body.cause, body.http) for cause, body in found.items()} == {
            cause: ("connection", cause, None) for cause in addresses
        }
        assert "nowhere" not in world.bytes_out()

    def test_refuses_a_prompt_that_asks_for_data_and_a_missing_secret(self, world: World, mock: Mock) -> None:
        asks = self.plan(mock, "never").model_copy(update={"prompt": "{{ text }}"})
        assert asked(world, Operation.TRY, asks).code == "source_missing_column"
        missing = asked(world, Operation.TRY, self.plan(mock, "never either", api_key="secret:none"))
        assert (missing.code, missing.facts) == ("secret_missing", {"reference": "secret:none"})
        assert mock.tally("never").calls == mock.tally("never either").calls == 0


class TestRehearsal:
    def plan(self, mock: Mock, source: Source, **dataset: Any) -> Plan:
        plan = plan_over(source, input=("text", "amount"), reference=None, **dataset)
        targets = (*plan.targets, mock.target("never called"))
        changes = {"targets": targets, "prompt": "Say {{ amount }}", "privacy": Level.FULL}
        return plan.model_copy(update=changes)

    def test_tells_lengths_at_scores_and_the_rows_a_run_would_have(
        self, world: World, mock: Mock, source: Source
    ) -> None:
        body = asked(world, Operation.REHEARSE, self.plan(mock, source, sample={"size": 7}))
        assert (body.kind, body.extent.rows, body.extent.source_rows) == ("rehearsed", 7, 12)
        assert len(body.prompts) == 5
        first = body.prompts[0]
        assert (first.target, first.text) == (1, None)
        assert first.fields == {"amount": first.length - len("Say ")}
        assert "Say" not in world.bytes_out()

    def test_shows_the_text_from_redacted_upwards(self, world: World, mock: Mock, source: Source) -> None:
        set_policy(world.site, level="redacted")
        plan = self.plan(mock, source).model_copy(update={"prompt": "{{ text }}"})
        body = asked(world, Operation.REHEARSE, plan)
        assert {prompt.text for prompt in body.prompts} == {f"{SECRETS[0]} wrote from [e-mail]"}

    def test_at_aggregate_only_the_number_of_rows_leaves(
        self, world: World, mock: Mock, source: Source
    ) -> None:
        set_policy(world.site, level="aggregate")
        body = asked(world, Operation.REHEARSE, self.plan(mock, source))
        assert (body.extent.rows, body.prompts) == (12, ())

    def test_calls_nobody_and_leaves_nothing_behind(self, world: World, mock: Mock, source: Source) -> None:
        asked(world, Operation.REHEARSE, self.plan(mock, source))
        assert mock.tally("never called").calls == 0
        assert list(world.site.folder("snapshots").iterdir()) == []


class TestFilter:
    def conditions(self, *stated: tuple[str, str, list[str]]) -> tuple[Condition, ...]:
        return tuple(Condition(column=column, operator=operator, values=tuple(values))  # type: ignore[arg-type]
                     for column, operator, values in stated)  # fmt: skip

    @pytest.mark.parametrize(
        ("operator", "values", "kept"),
        [("is", ["5"], "5"), ("is", ["5", "x"], "5x"), ("is_not", ["5"], "07x "), ("contains", ["x", "7"], "7x"),
         ("at_least", ["5"], "57"), ("at_most", ["5"], "05"), ("filled", [], "057x"), ("empty", [], " ")],
    )  # fmt: skip
    def test_operators(self, operator: str, values: list[str], kept: str) -> None:
        holds = matcher(["other", "value"], self.conditions(("value", operator, values)))
        assert "".join(text for text in "057x " if holds(["", text])) == kept

    def test_numbers_compare_as_numbers_and_what_is_none_fails(self) -> None:
        holds = matcher(["v"], self.conditions(("v", "at_least", ["-2"])))
        found = [text for text in ("10", " 9.5 ", "-3", "", "nan", "inf", "1_0", "1e3") if holds([text])]
        assert found == ["10", " 9.5 ", "1e3"]

    def test_a_run_is_frozen_on_what_is_left(self, world: World, source: Source) -> None:
        conditions = self.conditions(("amount", "at_least", ["3"]), ("amount", "at_most", ["8"]))
        plan = plan_over(source, input=("text",), reference=None, filter=conditions)
        extent = asked(world, Operation.FREEZE, plan).extent
        assert (extent.rows, extent.source_rows) == (6, 12)

    def test_rows_outside_may_change_and_rows_inside_may_not(self, world: World, data: Path) -> None:
        conditions = self.conditions(("amount", "is", ["3"]))
        digests = []
        for run, amount, text in (("a", "9", "x"), ("b", "8", "x"), ("c", "9", "y")):
            source = write_csv(data / "cases.csv", HEADER, [["1", text, "3"], ["2", "t", amount]])
            plan = plan_over(source, run=run, input=("text",), reference=None, filter=conditions)
            digests.append(asked(world, Operation.FREEZE, plan).extent.digest)
        assert digests[0] == digests[1] != digests[2]

    def test_refuses_a_filter_that_nothing_satisfies_and_one_over_a_missing_column(
        self, world: World, source: Source
    ) -> None:
        for run, column, code in (("a", "amount", "filter_empty"), ("b", "amuont", "source_missing_column")):
            conditions = self.conditions((column, "is", ["no such"]))
            plan = plan_over(source, run=run, input=("text",), reference=None, filter=conditions)
            assert asked(world, Operation.FREEZE, plan).code == code

    def test_an_older_plan_keeps_its_digest(self, source: Source) -> None:
        assert "filter" not in plan_over(source).model_dump_json()
