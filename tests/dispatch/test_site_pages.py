"""Pages of sites: how they are, what their policy lets leave, and how one is added."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Role
from apps.audit.models import Event
from apps.core.errors import Refused
from apps.dataplane.contract import envelope
from apps.dataplane.contract.messages import Heartbeat, Operation
from apps.dataplane.contract.privacy import Level
from apps.dispatch import bell, places, presenters, rules
from apps.dispatch.models import Job, Site
from apps.dispatch.services import ledger, sites
from tests.factories import make_client, make_engagement, make_member, make_user
from tests.factories.acting import ActedSite

pytestmark = pytest.mark.django_db
LIST = reverse("dispatch:sites")
NEW = reverse("dispatch:site-new")


def beat(**facts: object) -> Heartbeat:
    said = {"boot": "b-1", "version": "0.1.0", "level": "scores", "names": False, "roots": 2}
    return Heartbeat.model_validate({**said, **facts})


def made(name: str = "vault", **facts: object) -> Site:
    """A client's site; with facts, one that has told them."""
    site = sites.enroll(by=None, name=name, client=make_client())
    if facts:
        sites.hear(site.pk, beat(**facts))
    return Site.objects.select_related("client").get(pk=site.pk)


def page(client, address: str, role: str = Role.ADMIN) -> str:
    client.force_login(make_user(role))
    return client.get(address).content.decode()


class TestHealth:
    def test_in_words(self) -> None:
        now = timezone.now()
        for seconds, active, key, state, words in [
            (4, True, "k", "present", "Heard of 4\u202fs ago."),
            (300, True, "k", "away", "last heard of 5 minutes ago"),
            (None, True, "k", "new", "has not been heard of yet"),
            (None, True, "", "new", "key is still missing"),
            (4, False, "k", "inactive", "Nothing is sent to it"),
        ]:
            heard = None if seconds is None else now - timedelta(seconds=seconds)
            health = presenters.health_of(Site(name="s", public_key=key, active=active, heard_at=heard), now)
            assert (health.state, words in health.text) == (state, True), health

    def test_an_engagement_says_what_its_runs_would_wait_for_and_is_silent_otherwise(
        self, client, acted: ActedSite
    ) -> None:
        address = make_engagement().get_absolute_url()
        assert "wait for site" not in page(client, address)
        Site.objects.update(heard_at=timezone.now() - timedelta(hours=2))
        text = page(client, address)
        assert "wait for site" in text
        assert "2 hours ago" in text
        Site.objects.update(active=False)
        assert "No site may run anything" in page(client, address)

    def test_client_viewers_are_told_nothing_of_sites(self, client, acted: ActedSite) -> None:
        Site.objects.update(heard_at=None)
        viewer = make_member(make_engagement(), "viewer", user=make_user(Role.CLIENT))
        client.force_login(viewer.user)
        assert "wait for site" not in client.get(viewer.engagement.get_absolute_url()).content.decode()
        assert client.get(LIST).status_code == 403


class TestPolicy:
    @pytest.mark.parametrize("level", list(Level))
    def test_each_level_is_explained(self, client, level: Level) -> None:
        text = page(client, made(level=level).get_absolute_url())
        assert f"{level}: {presenters.LEVELS[level]}" in text

    def test_numbers_are_shown_as_far_as_the_site_tells_them(self, client) -> None:
        old = page(client, made("old", names=True).get_absolute_url())
        assert "labels and slice values leave." in old
        assert "suppressed" not in old
        limits = {"rows": 5_000_000, "bytes": 4_000_000_000, "columns": 2000, "seconds": 900, "other": 1}
        site = made("new", minimum_group=7, limits=limits, roots=1)
        assert "other" not in site.bounds
        new = page(client, site.get_absolute_url())
        for words in ("fewer than 7 rows", "5,000,000 rows", "1 folder is open", "leave as column#1"):
            assert words in new

    def test_says_how_to_tighten_it_and_how_to_store_a_key(self, client) -> None:
        text = page(client, made(version="0.1.0").get_absolute_url())
        for words in ("policy.toml", "fieldwork-site policy --state", "fieldwork-site secret NAME --state"):
            assert words in text

    def test_the_command_of_a_site_on_this_machine_names_its_folder(self, acted: ActedSite) -> None:
        folder = places.folder(acted.site)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "site.toml").touch()
        try:
            line = presenters.command_line(acted.site, "secret", "llm-key")
        finally:
            (folder / "site.toml").unlink()
        assert line == f".venv/bin/fieldwork-site secret llm-key --state {folder}"


class TestList:
    def test_shows_the_sites_of_the_clients_one_sees_and_the_local_one(
        self, client, acted: ActedSite
    ) -> None:
        own, foreign = made("vault"), made("bunker")
        member = make_member(make_engagement(client=own.client))
        client.force_login(member.user)
        text = client.get(LIST).content.decode()
        assert ("vault" in text, "acted" in text, "bunker" in text, "Add a site" in text) == (
            True,
            True,
            False,
            False,
        )
        assert client.get(foreign.get_absolute_url()).status_code == 404
        member.delete()
        assert client.get(own.get_absolute_url()).status_code == 404

    @pytest.mark.parametrize("query", [{"q": "\0"}, {"client": "\0"}, {"client": "x"}, {"q": "%" * 5000}])
    def test_a_nonsense_filter_is_no_failure(self, client, query: dict[str, str]) -> None:
        client.force_login(make_user(Role.ADMIN))
        assert client.get(LIST, query).status_code == 200

    def test_asks_the_same_number_of_queries_however_long_it_is(
        self, client, django_assert_num_queries
    ) -> None:
        made()
        client.force_login(make_user(Role.ADMIN))
        with django_assert_num_queries(7):
            client.get(LIST)
        for number in range(60):
            made(f"site {number:02d}", version="0.0.9")
        with django_assert_num_queries(7):
            text = client.get(LIST).content.decode()
        assert "1–50 of 61" in text
        assert "differs" in text

    def test_the_client_s_page_has_its_sites(self, client, acted: ActedSite) -> None:
        own = made("vault", version="0.1.0")
        made("bunker")
        text = page(client, own.client.get_absolute_url())
        assert ("vault" in text, "acted" in text, "bunker" in text) == (True, True, False)
        assert f"?client={own.client_id}" in text


class TestDetail:
    def test_counts_jobs_and_tells_failures_by_code(self, client, acted: ActedSite, laid_out) -> None:
        for _ in range(3):
            ledger.order(run=laid_out.run, operation=Operation.FREEZE)
        first, second, _ = Job.objects.order_by("pk")
        failure = {"code": "source_not_found", "stage": "freeze"}
        for job in (first, second):
            job.state, job.failure, job.finished_at = Job.State.FAILED, failure, timezone.now()
            job.save()
        text = page(client, acted.site.get_absolute_url())
        assert "0 in hand, 1 queued" in text
        assert "The file or table does not exist at the site." in text
        Job.objects.update(finished_at=timezone.now() - timedelta(days=30))
        assert "No job has failed here lately" in page(client, acted.site.get_absolute_url())

    def test_says_when_the_version_differs(self, client) -> None:
        ours = presenters.control_version()
        assert "as the control plane" in page(client, made("a", version=ours).get_absolute_url())
        text = page(client, made("b", version="0.0.9").get_absolute_url())
        assert f"0.0.9; the control plane has {ours}" in text


class TestAdding:
    def test_leads_to_the_commands_that_the_owner_runs(self, client) -> None:
        client.force_login(make_user(Role.MANAGER))
        owner = make_client("O'Brien & Sons")
        answer = client.post(NEW, {"client": str(owner.pk), "name": "vault"}, follow=True)
        site = Site.objects.get(client=owner)
        text = answer.content.decode()
        for words in (
            f"--id {site.pk}",
            "fieldwork-site init",
            "--control-key control.json",
            "manage.py start_site",
            "public key is still missing",
        ):
            assert words in text, words
        setup = presenters.setup_of(site)
        assert envelope.public_text(bell.control_key()) in setup["key"]
        assert '"d"' not in setup["key"]
        assert "'O'\"'\"'Brien & Sons'" in setup["here"]

    def test_the_commands_are_ones_that_the_site_knows(self) -> None:
        """Each option of the commands that are shown is one of the program's."""
        said = places.command("init", "--help")
        setup = presenters.setup_of(made())
        options = {word for word in setup["init"].split() if word.startswith("--")}
        assert options - {word.strip("[],") for word in said.split()} == set()

    @pytest.mark.parametrize("name", ["", " ", "\0", "x" * 10_000, "a\u0007b"])
    def test_a_name_that_cannot_be_kept_is_refused_beside_its_field(self, client, name: str) -> None:
        client.force_login(make_user(Role.ADMIN))
        answer = client.post(NEW, {"client": str(make_client().pk), "name": name})
        assert 'id="id_name_error"' in answer.content.decode()
        assert not Site.objects.exists()

    @pytest.mark.parametrize("name", ["\u202e\u05e9\u05dc\u05d5\u05dd", "<script>alert(1)</script>"])
    def test_an_odd_name_is_shown_as_text(self, client, name: str) -> None:
        client.force_login(make_user(Role.ADMIN))
        owner = str(make_client().pk)
        text = client.post(NEW, {"client": owner, "name": name}, follow=True).content.decode()
        assert "<script>alert" not in text
        assert "has a site of this name" in client.post(NEW, {"client": owner, "name": name}).content.decode()
        assert Site.objects.count() == 1

    @pytest.mark.parametrize("chosen", ["", "x", "\0", "x" * 10_000])
    def test_a_client_that_is_none_is_refused(self, client, chosen: str) -> None:
        client.force_login(make_user(Role.ADMIN))
        assert 'id="id_client_error"' in client.post(NEW, {"client": chosen, "name": "a"}).content.decode()

    def test_the_key_is_kept_as_the_site_prints_it_and_twice_is_once(self, client) -> None:
        site, key = made(), envelope.new_key()
        client.force_login(make_user(Role.ADMIN))
        for _ in range(2):
            address = reverse("dispatch:site-key", args=[site.pk])
            answer = client.post(address, {"public_key": f"  {envelope.public_text(key)}\n"}, follow=True)
            assert "known by its key" in answer.content.decode()
        site.refresh_from_db()
        assert site.public_key == envelope.public_text(key)
        assert Event.objects.filter(verb="introduced", subject_id=site.pk).count() == 1

    @pytest.mark.parametrize(
        "typed",
        ["", "x", "{}", "[]", "\0", "[" * 999, "x" * 10_000, "<b>", '{"kty":"RSA","n":"AQAB","e":"AQAB"}'],
    )
    def test_what_is_no_key_is_refused_with_what_would_be_right(self, client, typed: str) -> None:
        site = made()
        client.force_login(make_user(Role.ADMIN))
        answer = client.post(reverse("dispatch:site-key", args=[site.pk]), {"public_key": typed})
        assert (answer.status_code, 'id="id_public_key_error"' in answer.content.decode()) == (409, True)
        site.refresh_from_db()
        assert site.public_key == ""

    def test_a_private_key_is_refused_and_not_shown_again(self, client) -> None:
        site, key = made(), envelope.new_key()
        client.force_login(make_user(Role.ADMIN))
        address = reverse("dispatch:site-key", args=[site.pk])
        text = client.post(address, {"public_key": envelope.private_text(key)}).content.decode()
        assert "must never leave the site" in text
        assert key.as_dict(private=True)["d"] not in text
        assert Site.objects.get(pk=site.pk).public_key == ""

    def test_another_kind_of_key_is_refused(self) -> None:
        other = '{"crv": "X25519", "kty": "OKP", "x": "CBAf16MqRmyvA_7Yhb-uJVmgnNa5HP-seiBh03fKSFc"}'
        with pytest.raises(Refused, match="Ed25519"):
            rules.public_key(other)


class TestLettingGo:
    def test_nothing_goes_to_a_deactivated_site_and_nothing_comes_from_it(
        self, client, acted: ActedSite, laid_out
    ) -> None:
        client.force_login(make_user(Role.ADMIN))
        address = reverse("dispatch:site-deactivate", args=[acted.site.pk])
        assert "Deactivate acted?" in client.get(address).content.decode()
        for _ in range(2):
            assert client.post(address).status_code == 302
        ledger.order(run=laid_out.run, operation=Operation.FREEZE)
        assert ledger.claim() == []
        assert acted.beat() == "envelope_issuer"
        client.post(reverse("dispatch:site-activate", args=[acted.site.pk]))
        assert acted.beat() == "heard"
        assert len(ledger.claim()) == 1
        verbs = Event.objects.filter(subject_id=acted.site.pk).order_by("at").values_list("verb", flat=True)
        assert list(verbs) == ["enrolled", "introduced", "deactivated", "activated"]

    @pytest.mark.parametrize("name", ["site-new", "site-key", "site-deactivate", "site-activate"])
    def test_only_administrators_and_managers_write(self, client, name: str) -> None:
        site = made()
        client.force_login(make_member(make_engagement(client=site.client), "lead").user)
        address = reverse(f"dispatch:{name}", args=[] if name == "site-new" else [site.pk])
        assert client.post(address).status_code == 403
        text = client.get(site.get_absolute_url()).content.decode()
        assert "Deactivate" not in text
        assert "Set it up" not in text
