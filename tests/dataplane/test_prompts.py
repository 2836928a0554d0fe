"""Prompts: every field once, in one pass, whatever the values hold."""

from hypothesis import given, settings
from hypothesis import strategies as st

from apps.dataplane.prompts import fields_of, render

NAMES = st.text(
    alphabet=st.characters(exclude_characters="{}", exclude_categories=("Cs",)), min_size=1, max_size=8
)
VALUES = st.text(max_size=20) | st.sampled_from(["{{ a }}", "{{", "}}", "\\1", "\x00"])


@settings(deadline=None)
@given(st.lists(st.tuples(NAMES, VALUES)), VALUES.filter(lambda text: "{" not in text and "}" not in text))
def test_every_field_is_replaced_once_and_values_are_never_expanded(
    pairs: list[tuple[str, str]], between: str
):
    fields = {name.strip(): value for name, value in pairs}
    names = [name.strip() for name, _ in pairs]
    template = between.join(f"{{{{ {name} }}}}" for name in names)
    assert render(template, fields) == between.join(fields[name] for name in names)
    assert fields_of(template) == list(dict.fromkeys(names))


def test_white_space_inside_the_braces_does_not_matter_and_single_braces_stay():
    template = '{"a": {{a}}, "b": {{  b b\t}}} {{ a }} { a } {{{a}}}'
    assert fields_of(template) == ["a", "b b"]
    assert render(template, {"a": "1", "b b": "2"}) == '{"a": 1, "b": 2} 1 { a } {1}'


def test_a_field_that_the_row_lacks_is_empty():
    assert render("<{{ a }}>", {}) == "<>"


def test_a_template_without_fields_is_itself():
    assert (fields_of("no {field}"), render("no {field}", {"field": "x"})) == ([], "no {field}")


def test_hostile_templates_take_linear_time():
    for template in ("{{" * 1_000_000, "{{ " + " " * 2_000_000, "{{a" * 500_000, "}}" * 1_000_000):
        assert fields_of(template) == []
