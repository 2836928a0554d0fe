"""What is wrong with a spec is told all at once, with line, column and what would be right."""

# ruff: noqa: E501 - one mistake stands on one line

import pytest

from apps.pilots import spec
from tests.pilots.specs import EXAMPLE, LEAST

SECRET = "sk-abcdefghijklmnop"  # not a key of anything


def refused(text: str) -> list[str]:
    with pytest.raises(spec.InvalidSpec) as caught:
        spec.parse(text)
    return str(caught.value).splitlines()


def changed(*changes: tuple[str, str], text: str = EXAMPLE) -> str:
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


BOMB = "a0: &a0 [x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)
)  # 9 to the power of 8 values


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        # names that nobody knows
        ("prompt: |", "promt: |", "11:1 promt: unknown key 'promt'; did you mean 'prompt'?"),
        ("rpm: 600", "rmp: 600", "27:27 limits.rmp: unknown key 'rmp'; did you mean 'rpm'?"),
        ("reference:", "referense:", "7:3 dataset.referense: unknown key 'referense'; did you mean 'reference'?"),
        ("path: data/m", "pth: data/m", "4:23 dataset.source.pth: unknown key 'pth'; did you mean 'path'?"),
        ("size: 500", "siz: 500", "9:12 dataset.sample.siz: unknown key 'siz'; did you mean 'size'?"),
        ("model: qwen", "modell: qwen", "15:75 targets[0].modell: unknown key 'modell'; did you mean 'model'?"),
        ("{input: 0.10", "{inputs: 0.10", "16:56 targets[0].price.inputs: unknown key 'inputs'; did you mean 'input'?"),
        ("column: old", "colum: old", "18:39 targets[2].colum: unknown key 'colum'; did you mean 'column'?"),
        ("at_least:", "atleast:", "23:40 criteria[0].atleast: unknown key 'atleast'; did you mean 'at_least'?"),
        ("kind: openai", "kind: opnai", "15:29 targets[0].kind: unknown kind 'opnai'; did you mean 'openai'?"),
        ("kind: csv", "kind: cvs", "4:18 dataset.source.kind: unknown kind 'cvs'; did you mean 'csv'?"),
        ("method: majority", "method: majorty", "19:46 targets[3].method: unknown method 'majorty'; did you mean"),
        ("[exact]", "[exat]", "21:11 scorers[0]: unknown scorer 'exat'; did you mean 'exact'?"),
        ("target: local-llm", "target: local", "23:14 criteria[0].target: unknown target 'local'; did you mean"),
        ("metric: exact", "metric: exat", "criteria[0].metric: nothing in this spec measures 'exat'; did you mean 'exact'"),
        ("metric: exact", "metric: token_f1", "nothing in this spec measures 'token_f1'; "),
        ("metric: exact", "metric: exact_2", "nothing in this spec measures 'exact_2'; did you mean 'exact'?"),
        ("metric: latency_p95_ms", "metric: latency_p99_ms", "did you mean 'latency_p95_ms'?"),
        ("privacy: scores", "privacy: score", "25:10 privacy: unknown privacy 'score'; did you mean 'scores'?"),
        ("cache: resume", "cache: on", "26:8 cache: unknown cache a truth value"),
        ("{{ text }}", "{{ txt }}", "13:3 prompt: {{ txt }} is not one of the dataset's input columns; did you mean 'text'?"),
        ("system: You", "system: Hi {{ channel }} you", "10:12 system: {{ channel }} is not one of"),
        ("api_key: \"env:ANTH", "prompt: '{{ category }}', api_key: \"env:ANTH", "17:63 targets[1].prompt: {{ category }}"),
        # things of the wrong type
        ("input: [text]", "input: text", "6:10 dataset.input: expected a list, found text; write [text]"),
        ("input: [text]", "input: []", "6:10 dataset.input: must not be empty"),
        ("client: Northwind Bank", "client: 7", "1:9 client: expected text, found a whole number; put it in quotes"),
        ("slices: [channel]", "slices: [no]", "dataset.slices[0]: expected text, found a truth value"),
        ("model: qwen", "model: 12:30", "targets[0].model: expected text, found a whole number; put it in quotes"),
        ("cost: 5.00", "cost: '5'", "limits.cost: expected a number, found text; write 5"),
        ("minutes: 60", "minutes: true", "limits.minutes: expected a number, found a truth value"),
        ("retries: 4", "retries: 4.5", "limits.retries: expected a whole number, found a number"),
        ("scorers: [exact]", "scorers:", "21:9 scorers: expected a list, found nothing; write [] or leave the key out"),
        ("params: {temperature: 0, max_tokens: 16}", "params: hot", "targets[0].params: expected a mapping"),
        ("{kind: csv, path: data/messages.csv}", "data/messages.csv", "4:11 dataset.source: expected a mapping"),
        ("kind: csv, path: data/m", "path: data/m", "4:11 dataset.source.kind: is required; valid: csv, jsonl"),
        ("[exact]", "[3]", "scorers[0]: expected a scorer, found a whole number"),
        ("[exact]", "[{exact: 1}]", "scorers[0]: exact takes no value; write exact alone"),
        ("[exact]", "[exact, regex]", "scorers[1]: regex needs its value; write {regex: …}"),
        ("[exact]", "[exact, {json_fields: a}]", "scorers[1].json_fields: expected a list, found text; write [a]"),
        # numbers out of range
        ("size: 500", "size: 0", "9:18 dataset.sample.size: must be at least 1"),
        ("seed: 7", "seed: -1", "dataset.sample.seed: must be at least 0"),
        ("concurrency: 32", "concurrency: 0", "limits.concurrency: must be between 1 and 1,024"),
        ("concurrency: 32", "concurrency: 1025", "limits.concurrency: must be between 1 and 1,024"),
        ("rpm: 600", "rpm: 0", "limits.rpm: must be between 1 and"),
        ("tpm: 100000", "tpm: 0", "limits.tpm: must be between 1 and"),
        ("cost: 5.00", "cost: -0.01", "limits.cost: must be between 0 and"),
        ("minutes: 60", "minutes: 0", "limits.minutes: must be between"),
        ("retries: 4", "retries: 21", "limits.retries: must be between 0 and 20"),
        ("max_errors: 0.01", "max_errors: 1.01", "limits.max_errors: must be between 0 and 1"),
        ("max_errors: 0.01", "timeout: 601", "limits.timeout: must be between 1 and 600"),
        ("cost: 5.00", "cost: .nan", "27:56 limits.cost: must be a finite number"),
        ("temperature: 0", "temperature: -.inf", "16:28 targets[0].params.temperature: must be a finite number"),
        ("max_tokens: 16", "max_tokens: 0x" + "f" * 5000, "targets[0].params.max_tokens: is too large a number"),
        ("output: 0.40", "output: -1", "targets[0].price.output: must be at least 0"),
        ("[exact]", "[exact, {numeric: {tolerance: -1}}]", "scorers[1].numeric.tolerance: must be at least 0"),
        ("at_least: 0.85", "at_least: 85", "23:50 criteria[0].at_least: 85 is not a share between 0 and 1; did you mean 0.85?"),
        ("at_least: 0.85", "at_least: -0.1", "criteria[0].at_least: -0.1 is not a share between 0 and 1"),
        ("at_most: 2000", "at_most: -1", "criteria[1].at_most: must be at least 0"),
        ("at_least: 0.85", "at_least: .nan", "23:50 criteria[0].at_least: must be a finite number"),
        # parts that must agree
        ("at_least: 0.85", "at_least: 0.85, at_most: 0.9", "23:5 criteria[0]: needs exactly one of at_least and at_most"),
        (", at_least: 0.85", "", "23:5 criteria[0]: needs exactly one of at_least and at_most; found 0"),
        ("name: nearest", "name: majority", "20:12 targets[4].name: another target is already called 'majority'"),
        ("slices: [channel]", "slices: [a, a]", "8:15 dataset.slices[1]: the column 'a' is named twice"),
        ("target: local-llm, metric: latency", "target: nearest, metric: latency", "so it has no latency_p95_ms"),
        ("target: local-llm, metric: exact, at_least: 0.85", "target: yesterday, metric: cost_per_1000, at_most: 1",
         "23:33 criteria[0].metric: a recorded target is not called, so it has no cost_per_1000"),
        ("metric: latency_p95_ms, at_most: 2000", "metric: exact, at_least: 0.850", "24:5 criteria[1]: the same criterion"),
        ("kind: csv, path: data/m", 'kind: postgres, dsn: "env:X", path: data/m', "exactly one of table and query; found 0"),
        # addresses and references
        ('"http://127.0.0.1:8080/v1"', "ftp://host", "targets[0].base_url: must be an http or https address"),
        ('"http://127.0.0.1:8080/v1"', "'http://'", "targets[0].base_url: must be an http or https address"),
        ('"http://127.0.0.1:8080/v1"', "'http://h:99999'", "targets[0].base_url: is not an address"),
        ('"http://127.0.0.1:8080/v1"', "'http://[::1'", "targets[0].base_url: is not an address"),
        ('"env:LLM_KEY"', "'env:'", "targets[0].api_key: a key is a reference: secret:NAME, env:NAME or file:path"),
        ("model: qwen", 'model: qwen, headers: {"a b": c}', "targets[0].headers: 'a b' is not a header's name"),
        ("model: qwen", 'model: qwen, headers: {a: "b\\r\\nc: d"}', "the value of 'a' must be one line of ASCII"),
        ("model: qwen", "model: qwen, headers: {a: 1}", "targets[0].headers.a: expected text, found a whole number"),
        ("[exact]", "[{regex: '(a'}]", "scorers[0].regex: RE2 refuses the pattern: missing )"),
        ("[exact]", "[{regex: '(?=a)'}]", "scorers[0].regex: RE2 refuses the pattern"),
        # filters
        ("  reference: category", "  reference: category\n  filter: [{column: a, operator: near}]", "unknown operator 'near'"),
        ("  reference: category", "  reference: category\n  filter: [{column: a, operator: is}]", "'is' needs at least one value"),
        ("  reference: category", "  reference: category\n  filter: [{column: a, operator: filled, values: [b]}]", "'filled' takes no values"),
        ("  reference: category", "  reference: category\n  filter: [{column: a, operator: at_most, values: [b]}]", "'at_most' takes one number"),
        # texts
        ("client: Northwind Bank", "client: '  '", "1:9 client: must not be empty"),
        ("client: Northwind Bank", 'client: "a\\nb"', "1:9 client: must be one line without space around it"),
        ("client: Northwind Bank", "client: " + "a" * 121, "1:9 client: is longer than 120 characters"),
        ("client: Northwind Bank", 'client: "a\\0b"', "1:9 client: holds a NUL"),
        ("model: qwen", "model: ''", "targets[0].model: must not be empty"),
    ],
)  # fmt: skip
def test_one_mistake_is_told_where_it_is(old, new, message):
    lines = refused(changed((old, new)))
    assert any(message in line for line in lines), lines
    assert all(line.startswith("spec.yml:") for line in lines)


def test_all_mistakes_are_told_at_once_in_the_order_of_their_lines():
    text = changed(
        ("engagement: support-triage\n", ""),
        ("input: [text]", "input: text"),
        ("kind: openai", "kind: opnai"),
        ("metric: exact", "metric: exat"),
        ("at_most: 2000", "at_most: soon"),
        ("retries: 4", "retries: -4"),
    )
    lines = refused(text)
    assert [line.split(" ")[1].rstrip(":") for line in lines] == [
        "engagement",
        "dataset.input",
        "targets[0].kind",
        "criteria[0].metric",
        "criteria[1].at_most",
        "limits.retries",
    ]
    assert lines[0] == "spec.yml:1:1 engagement: is required"


def test_a_mistake_is_told_without_its_consequences():
    assert refused(changed(("kind: recorded", "kind: recordd"), text=LEAST)) == [
        "spec.yml:4:29 targets[0].kind: unknown kind 'recordd'; did you mean 'recorded'?"
    ]


def test_every_strange_placeholder_is_told_where_it_stands():
    text = changed(("  {{ text }}\n", "  é {{ text }} {{ a }}\n\n  {{b}} {{ }}\n"))
    lines = refused(text)
    assert [line.split(" ")[0] for line in lines] == ["spec.yml:13:16", "spec.yml:15:3", "spec.yml:15:9"]


def test_a_placeholder_in_a_folded_or_escaped_text_is_told_as_near_as_can_be():
    folded = changed(("prompt: |", "prompt: >"), ("{{ text }}", "and\n  {{ x }}"))
    assert refused(folded)[0].startswith("spec.yml:14:3 prompt: {{ x }}")
    escaped = changed(("You label bank messages.", '"\\x7b{ x }}"'))
    assert refused(escaped)[0].startswith("spec.yml:10:9 system: {{ x }}")


@pytest.mark.parametrize("scorer", ["exact", "contains", "numeric", "{json_fields: [a]}", "token_f1"])
def test_a_comparison_needs_a_reference(scorer):
    line = refused(f"{LEAST}scorers: [{scorer}]\n")[0]
    assert "compares with a reference, and there is none; name its column in dataset.reference" in line


def test_a_pattern_needs_none():
    assert spec.parse(LEAST + "scorers: [{regex: a}]\n").dataset.reference is None


def test_a_baseline_needs_a_reference():
    text = LEAST.replace(
        "kind: recorded, column: answer", "kind: baseline, method: nearest, train: {kind: csv, path: a}"
    )
    assert refused(text) == [
        "spec.yml:4:11 targets[0]: a baseline learns from a reference, and there is none; "
        "name its column in dataset.reference"
    ]


def test_a_model_target_needs_a_prompt_from_somewhere():
    text = changed(("  - {name: claude,", "  - {prompt: Hello, name: claude,"))
    start, end = text.index("prompt: |"), text.index("targets:")
    lines = refused(text[:start] + text[end:])
    assert lines == ["spec.yml:12:5 targets[0].prompt: a model target needs a prompt, here or at the top"]


def test_all_that_is_required_is_asked_for():
    assert refused("cache: off\n")[:4] == [
        "spec.yml:1:1 client: is required",
        "spec.yml:1:1 engagement: is required",
        "spec.yml:1:1 dataset: is required",
        "spec.yml:1:1 targets: is required",
    ]
    assert "spec.yml:4:10 targets: must not be empty" in refused(
        LEAST[: LEAST.index("targets:")] + "targets: []"
    )
    assert (
        "dataset.source: is required"
        in refused(changed(("source: {kind: jsonl, path: rows.jsonl}, ", ""), text=LEAST))[0]
    )


@pytest.mark.parametrize(
    "change",
    [
        ('"env:LLM_KEY"', SECRET),
        ('"http://127.0.0.1:8080/v1"', f"https://user:{SECRET}@host/v1"),
        ('"http://127.0.0.1:8080/v1"', f"https://host/v1?api_key={SECRET}"),
        ("model: qwen", f"model: qwen, proxy: 'http://user:{SECRET}@proxy'"),
        ("model: qwen", f"model: qwen, headers: {{Authorization: Bearer {SECRET}}}"),
        ("model: qwen", f"model: qwen, headers: {{X-Anything: {SECRET}}}"),
        (
            "{kind: csv, path: data/messages.csv}",
            f"{{kind: postgres, dsn: 'postgresql://u:{SECRET}@h/d', table: t}}",
        ),
    ],
)
def test_a_credential_is_refused_and_never_repeated(change):
    lines = refused(changed(change))
    assert len(lines) == 1
    assert SECRET not in lines[0]
    assert "env:NAME" in lines[0] or "references" in lines[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "1:1: the file is empty"),
        ("# nothing\n", "1:1: the file is empty"),
        ("- a\n- b\n", "1:1: expected a mapping"),
        ("just text", "1:1: expected a mapping"),
        ("client: [a\n", "not YAML: "),
        ("client: a\n\tengagement: b", "2:1: not YAML: "),
        ("client: a\ndataset:\n\tkey: b", "indent with spaces, not tabs"),
        ("client: a\n---\nclient: b\n", "not YAML: "),
        ("client: a\x07b", "1:10: not YAML: a character that cannot be printed"),
        ("client: 'a\ud800'", "1:11: not YAML: "),
        ("a: &a\n  - *a\n", "aliases stand for more than a spec could need"),
        (BOMB, "aliases stand for more than a spec could need"),
        ("[" * 500_000, "1:21: nested deeper than 20 levels"),
        ("client: [" + "a, " * 200_000 + "]", "more than a spec could need"),
        ("client: " + "a" * 1024 * 1024, "is larger than 1 MiB"),
        ("client: !!python/object/apply:os.system [ls]", "1:9 client: the tag python/object/apply:os.system"),
        ("client: !!int five", "1:9 client: is not a value that can be read"),
        ("prompt: {{ text }}", "1:10 prompt: a key must be text; a text with {{ … }} needs quotes around it"),
        ("yes: 1", "1:1: a key must be text, and to YAML 'yes' is true or false; put it in quotes"),
        ("7: 1", "1:1: a key must be text, and to YAML '7' is a whole number; put it in quotes"),
        ("<<: {client: a}", "1:1: a key must be text"),
        ("client: a\nclient: b\n", "2:1 client: this key stands here twice"),
        ("dataset: {key: a, key: b}", "1:19 dataset.key: this key stands here twice"),
        ('"a\\0": 1', "1:1: a key holds a NUL"),
    ],
)
def test_a_text_that_is_no_plain_yaml_is_refused(text, message):
    lines = refused(text)
    assert any(message in line for line in lines), lines


def test_a_thousand_mistakes_are_counted_rather_than_told():
    with pytest.raises(spec.InvalidSpec) as caught:
        spec.parse(LEAST + "".join(f"k{number}: 1\n" for number in range(1000)))
    assert len(caught.value.errors) == 1000
    assert len(str(caught.value).splitlines()) == 51
    assert str(caught.value).endswith("and 950 more")


def test_an_error_can_be_taken_apart():
    with pytest.raises(spec.InvalidSpec) as caught:
        spec.parse(changed(("kind: openai", "kind: opnai")))
    assert caught.value.errors == (
        spec.SpecError(15, 29, "targets[0].kind", "unknown kind 'opnai'", "did you mean 'openai'?"),
    )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (None, "spec: expected a mapping"),
        ({"client": "a"}, "spec engagement: is required"),
        ({"client": "a\0b"}, "spec client: holds a NUL"),
        ({"limits": {"cost": float("nan")}}, "spec limits.cost: must be a finite number"),
        (
            {"targets": [{"kind": "opnai"}]},
            "spec targets[0].kind: unknown kind 'opnai'; did you mean 'openai'?",
        ),
        (
            {"criteria": [None, 3, {"target": []}], "targets": [None], "dataset": []},
            "spec dataset: expected a mapping",
        ),
    ],
)
def test_plain_data_is_refused_in_the_same_words_without_lines(data, message):
    with pytest.raises(spec.InvalidSpec) as caught:
        spec.from_data(data)
    assert any(line.startswith(message) for line in str(caught.value).splitlines()), str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"client: a\nengagement: \xff\n", ":2:13: is not UTF-8 text"),
        (EXAMPLE.encode("utf-16"), ":1:1: is not UTF-8 text"),
        (b"a" * (1024 * 1024 + 1), ": is larger than 1 MiB"),
        (b"", ":1:1: the file is empty"),
    ],
)
def test_a_file_that_is_no_spec_is_refused_by_its_name(tmp_path, content, message):
    path = tmp_path / "pilot.yml"
    path.write_bytes(content)
    with pytest.raises(spec.InvalidSpec) as caught:
        spec.load(path)
    assert str(caught.value).startswith(f"{path}{message}")


def test_a_file_that_is_not_there_is_refused_by_its_name(tmp_path):
    with pytest.raises(spec.InvalidSpec, match=r"none.yml: cannot be read: No such file"):
        spec.load(tmp_path / "none.yml")
    with pytest.raises(spec.InvalidSpec, match="cannot be read: Is a directory"):
        spec.load(tmp_path)
