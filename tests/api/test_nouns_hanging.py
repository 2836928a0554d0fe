"""What hangs on items, over the API: comments, links, attachments, checklist lines."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser

from apps.accounts.models import Role, User
from apps.engagements.models import Attachment, Comment, Engagement, Item, Link, MemberRole
from apps.engagements.services import attachments, checklists
from apps.engagements.services.comments import add_comment
from apps.engagements.services.links import add_link
from tests.factories import make_engagement, make_member, make_user
from tests.factories.items import make_item

from .calling import Program, is_problem, program

pytestmark = pytest.mark.django_db
PASSING = {"id", "reference", "kind", "title"}
TEXT = b"what was said\n"


@pytest.fixture
def engagement(db: None) -> Engagement:
    return make_engagement()


@pytest.fixture
def lead(engagement: Engagement) -> User:
    return make_member(engagement, MemberRole.LEAD).user


@pytest.fixture
def viewer(engagement: Engagement) -> User:
    return make_member(engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user


@pytest.fixture
def job(lead: User) -> Program:
    return program(lead)


@pytest.fixture
def theirs(viewer: User) -> Program:
    return program(viewer)


@pytest.fixture
def shown(engagement: Engagement) -> Item:
    item: Item = make_item(engagement, "action", client_visible=True)
    return item


@pytest.fixture
def hidden(engagement: Engagement) -> Item:
    item: Item = make_item(engagement, "action", title="Hidden plan")
    return item


def below(engagement: Engagement, noun: str) -> str:
    return f"engagements/{engagement.pk}/{noun}/"


def ids(answer: Any) -> set[str]:
    assert answer.status_code == 200, answer.content
    return {one["id"] for one in answer.json()["results"]}


def test_comments_are_given_and_the_internal_ones_to_the_team(
    job: Program, theirs: Program, lead: User, engagement: Engagement, shown: Item, hidden: Item
) -> None:
    said = add_comment(by=lead, item=shown, text="for all")
    secret = add_comment(by=lead, item=shown, text="among us", internal=True)
    unseen = add_comment(by=lead, item=hidden, text="on what is hidden")
    everything = {str(one.pk) for one in (said, secret, unseen)}
    assert ids(job.get("comments/")) == ids(program(engagement).get("comments/")) == everything
    body = job.get(f"comments/{secret.pk}/").json()
    assert body.keys() == {
        "id", "item", "engagement", "author", "text", "internal", "edited_at", "created_at", "version",
    }  # fmt: skip
    assert body["item"].keys() == PASSING
    assert (body["text"], body["internal"], body["author"]["id"]) == ("among us", True, str(lead.pk))
    assert ids(theirs.get("comments/")) == {str(said.pk)}
    assert theirs.get(f"comments/{said.pk}/").json()["internal"] is None
    for one in (secret, unseen):
        is_problem(theirs.get(f"comments/{one.pk}/"), 404)
    assert ids(job.get(f"{below(engagement, 'comments')}?item={hidden.pk}")) == {str(unseen.pk)}
    is_problem(program(make_user()).get(f"comments/{said.pk}/"), 404)


def test_whoever_sees_an_item_comments_on_it_in_their_own_name(
    job: Program, theirs: Program, engagement: Engagement, shown: Item, hidden: Item
) -> None:
    path = below(engagement, "comments")
    assert job.post(path, {"item": str(hidden.pk), "text": "x"}).json()["internal"] is True
    assert job.post(path, {"item": str(shown.pk), "text": "x"}).json()["internal"] is False
    assert theirs.post(path, {"item": str(shown.pk), "text": "y", "internal": True}).status_code == 201
    assert Comment.objects.get(text="y").internal is False
    looking = program(make_member(engagement, MemberRole.VIEWER).user)
    assert looking.post(path, {"item": str(shown.pk), "text": "z"}).status_code == 201
    is_problem(program(engagement).post(path, {"item": str(shown.pk), "text": "x"}), 409, "needs_person")
    for bearer, pk in (
        (theirs, hidden.pk),
        (theirs, uuid4()),
        (job, make_item(make_engagement(), "action").pk),
    ):
        said = is_problem(bearer.post(path, {"item": str(pk), "text": "x"}), 422)["errors"][0]
        assert (said["field"], said["code"]) == ("item", "elsewhere")
    is_problem(job.post(path, {"item": str(shown.pk), "text": " "}), 422)


def test_a_comment_is_changed_by_its_author_and_removed_by_a_lead_too(
    job: Program, theirs: Program, lead: User, viewer: User, engagement: Engagement, shown: Item
) -> None:
    own = add_comment(by=viewer, item=shown, text="first")
    path = f"comments/{own.pk}/"
    is_problem(theirs.patch(path, {"text": "second"}), 428)
    assert theirs.patch(path, {"text": "second"}, If_Match='"1"').json()["text"] == "second"
    is_problem(theirs.patch(path, {"text": "third"}, If_Match='"1"'), 412, "stale")
    is_problem(job.patch(path, {"text": "mine", "version": 2}), 403)
    engineer = make_member(engagement, MemberRole.ENGINEER).user
    for bearer in (program(engineer), program(engagement)):
        is_problem(bearer.send("DELETE", path), 403)
    assert job.send("DELETE", path).status_code == 204
    is_problem(theirs.get(path), 404)
    written = add_comment(by=lead, item=shown, text="mine")
    is_problem(theirs.send("DELETE", f"comments/{written.pk}/"), 403)


def test_links_are_given_where_both_ends_are_seen(
    job: Program, theirs: Program, engagement: Engagement, shown: Item, hidden: Item
) -> None:
    other = make_item(engagement, "risk", client_visible=True)
    seen = add_link(by=None, item=shown, other=other, said="mitigates")
    unseen = add_link(by=None, item=shown, other=hidden, said="blocks")
    assert ids(job.get("links/")) == {str(seen.pk), str(unseen.pk)}
    body = job.get(f"links/{seen.pk}/").json()
    assert body.keys() == {"id", "engagement", "source", "relation", "target", "created_at"}
    assert body["source"].keys() == body["target"].keys() == PASSING
    assert (body["source"]["id"], body["relation"]) == (str(shown.pk), "mitigates")
    assert ids(theirs.get("links/")) == {str(seen.pk)}
    assert "Hidden plan" not in str(theirs.get("links/").json())
    is_problem(theirs.get(f"links/{unseen.pk}/"), 404)
    assert ids(job.get(f"{below(engagement, 'links')}?item={hidden.pk}")) == {str(unseen.pk)}
    is_problem(theirs.send("DELETE", f"links/{seen.pk}/"), 403)
    assert job.send("DELETE", f"links/{seen.pk}/").status_code == 204


def test_items_are_linked_by_whoever_works(
    job: Program, theirs: Program, engagement: Engagement, shown: Item, hidden: Item
) -> None:
    path = below(engagement, "links")
    sent = {"item": str(shown.pk), "said": "blocked_by", "other": str(hidden.pk)}
    body = program(engagement).post(path, sent).json()
    assert (body["source"]["id"], body["relation"], body["target"]["id"]) == (
        str(hidden.pk),
        "blocks",
        str(shown.pk),
    )
    assert job.post(path, sent).json()["id"] == body["id"]
    said = is_problem(job.post(path, {**sent, "said": "blocks"}), 422)["errors"][0]
    assert (said["field"], said["code"]) == ("other", "circle")
    for other in (make_item(make_engagement(), "action").pk, uuid4(), shown.pk):
        assert is_problem(job.post(path, {**sent, "other": str(other)}), 422)["errors"][0]["field"] == "other"
    is_problem(job.post(path, {**sent, "said": "likes"}), 422, "fields")
    is_problem(theirs.post(path, sent), 403)
    assert Link.objects.count() == 1


def upload(job: Program, engagement: Engagement, file: Any = None, **fields: Any) -> Any:
    """A file sent as a program does, with whatever is said besides."""
    sent = {"leaves": "true", **fields, "file": file or SimpleUploadedFile("minutes.txt", TEXT)}
    key = sent.pop("key", None)
    headers = {**job.headers, **({"Idempotency-Key": key} if key else {})}
    address = f"/api/v1/{below(engagement, 'attachments')}upload/"
    return job.client.post(address, {k: v for k, v in sent.items() if v != ""}, headers=headers)


def test_a_file_is_attached_and_given_out_again(
    job: Program, theirs: Program, lead: User, engagement: Engagement, shown: Item
) -> None:
    made = upload(job, engagement, item=shown.pk)
    body = made.json()
    assert made.status_code == 201, body
    assert made["Location"] == f"/api/v1/attachments/{body['id']}/"
    assert body.keys() == {
        "id", "item", "engagement", "name", "media_type", "size", "sha256", "author", "file", "created_at",
    }  # fmt: skip
    assert (body["name"], body["media_type"], body["size"]) == ("minutes.txt", "text/plain", len(TEXT))
    assert body["author"]["id"] == str(lead.pk)
    for bearer in (job, theirs, program(engagement)):
        assert bearer.get(f"attachments/{body['id']}/").json() == body
        answer = bearer.get(body["file"], Accept="text/plain")
        assert b"".join(answer.streaming_content) == TEXT
        assert answer["Content-Disposition"].startswith("attachment")
        assert (answer["X-Content-Type-Options"], answer["Cache-Control"]) == ("nosniff", "no-store")
        assert "sandbox" in answer["Content-Security-Policy"]
    is_problem(program(lead, "log:read").get(body["file"]), 403, "out_of_scope")
    is_problem(program(make_user()).get(body["file"]), 404)


def test_a_file_of_a_hidden_item_is_nobody_to_the_client(
    theirs: Program, lead: User, engagement: Engagement, hidden: Item
) -> None:
    kept = attachments.attach(by=lead, item=hidden, file=SimpleUploadedFile("plan.txt", TEXT))
    assert ids(theirs.get("attachments/")) == set()
    for path in (f"attachments/{kept.pk}/", f"attachments/{kept.pk}/file/"):
        is_problem(theirs.get(path), 404)
        assert program(lead).get(path).status_code == 200


def test_what_the_page_does_not_attach_is_refused(
    job: Program, theirs: Program, engagement: Engagement, shown: Item, settings: Any
) -> None:
    is_problem(upload(theirs, engagement, item=shown.pk), 403)
    is_problem(upload(program(engagement), engagement, item=shown.pk), 409, "needs_person")
    other = make_item(make_engagement(), "action")
    for fields, field in (
        ({"item": shown.pk, "leaves": "false"}, "leaves"),
        ({"item": shown.pk, "leaves": ""}, "leaves"),
        ({"item": ""}, "item"),
        ({"item": other.pk}, "item"),
        ({"item": shown.pk, "more": "x"}, "more"),
        ({"item": shown.pk, "file": SimpleUploadedFile("x.exe", b"MZ\x90\0")}, "file"),
    ):
        assert is_problem(upload(job, engagement, **fields), 422)["errors"][0]["field"] == field, fields
    is_problem(upload(program(make_user()), engagement, item=shown.pk), 404)
    json = job.post(f"{below(engagement, 'attachments')}upload/", {"item": str(shown.pk)})
    is_problem(json, 415)
    settings.ATTACHMENT_LIMIT = 1_000
    large = SimpleUploadedFile("large.txt", b"x" * 100_000)
    is_problem(upload(job, engagement, large, item=shown.pk), 413, "too_large")
    assert Attachment.objects.count() == 0


def test_a_file_that_is_sent_twice_under_one_key_is_kept_once(
    job: Program, engagement: Engagement, shown: Item
) -> None:
    first, again = (upload(job, engagement, item=shown.pk, key="k").json() for _ in range(2))
    assert first == again
    other = upload(job, engagement, SimpleUploadedFile("minutes.txt", b"else"), item=shown.pk, key="k")
    is_problem(other, 409, "key_reused")
    assert Attachment.objects.count() == 1


def test_a_file_is_removed_by_whoever_works(
    job: Program, theirs: Program, lead: User, engagement: Engagement, shown: Item
) -> None:
    kept = attachments.attach(by=lead, item=shown, file=SimpleUploadedFile("plan.txt", TEXT))
    path = f"attachments/{kept.pk}/"
    is_problem(theirs.send("DELETE", path), 403)
    is_problem(program(engagement).send("DELETE", path), 409, "needs_person")
    assert job.send("DELETE", path).status_code == 204
    is_problem(job.get(path), 404)
    is_problem(job.get(f"{path}file/"), 404)


def test_a_checklist_is_written_by_the_team_and_ticked_by_the_actions_owner_too(
    job: Program, theirs: Program, viewer: User, engagement: Engagement, shown: Item
) -> None:
    path = below(engagement, "checklist-lines")
    made = job.post(path, {"action": str(shown.pk), "text": "Invite everybody"})
    body, one = made.json(), f"checklist-lines/{made.json()['id']}/"
    assert body.keys() == {"id", "action", "engagement", "position", "text", "ticked_at", "ticked_by"}
    assert job.post(path, {"action": str(shown.pk), "text": "invite  everybody"}).json()["id"] == body["id"]
    changed = job.patch(one, {"text": "Invite all"})
    assert changed.json()["text"] == "Invite all"
    is_problem(theirs.post(f"{one}tick/"), 403)
    is_problem(program(engagement).post(f"{one}tick/"), 409, "needs_person")
    Item.objects.filter(pk=shown.pk).update(owner=viewer)
    ticked = theirs.post(f"{one}tick/").json()
    assert ticked["ticked_by"] == {"id": str(viewer.pk), "name": viewer.name}
    assert theirs.post(f"{one}untick/").json()["ticked_at"] is None
    for method in ("PATCH", "DELETE"):
        is_problem(theirs.send(method, one, {} if method == "PATCH" else None), 403)
    assert job.send("DELETE", one).status_code == 204


def test_a_checklist_of_a_hidden_action_is_nobody_to_the_client(
    job: Program, theirs: Program, engagement: Engagement, hidden: Item
) -> None:
    [line] = checklists.add(by=None, action=hidden, texts=["Tell nobody"])  # type: ignore[arg-type]
    assert ids(theirs.get("checklist-lines/")) == set()
    is_problem(theirs.get(f"checklist-lines/{line.pk}/"), 404)
    assert ids(job.get(f"checklist-lines/?action={hidden.pk}")) == {str(line.pk)}
    elsewhere = make_item(make_engagement(), "action")
    sent = {"action": str(elsewhere.pk), "text": "x"}
    assert (
        is_problem(job.post(below(engagement, "checklist-lines"), sent), 422)["errors"][0]["field"]
        == "action"
    )


def test_a_browser_attaches_with_its_form_token_and_never_sends_too_much_for_it(
    lead: User, engagement: Engagement, shown: Item, settings: Any
) -> None:
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(lead)
    path = f"/api/v1/{below(engagement, 'attachments')}upload/"

    def send(size: int, token: str = "") -> Any:
        file = SimpleUploadedFile("minutes.txt", b"x" * size)
        sent = {"item": shown.pk, "leaves": "true", "file": file}
        return browser.post(path, sent, headers={"X-CSRFToken": token} if token else {})

    is_problem(send(10), 403, "csrf")
    browser.get(f"/items/{shown.pk}/")
    token = browser.cookies["csrftoken"].value
    assert send(10, token).status_code == 201
    settings.ATTACHMENT_LIMIT = 1_000
    is_problem(send(100_000), 413, "too_large")  # before its form token is looked for
