"""Every noun of the API. A new one is a file beside these, and its line here."""

from ..noun import Noun
from .access_requests import ACCESS_REQUESTS
from .actions import ACTIONS
from .approvals import APPROVALS
from .attachments import ATTACHMENTS
from .checklist_lines import CHECKLIST_LINES
from .clients import CLIENTS
from .comments import COMMENTS
from .criteria import CRITERIA
from .datasets import DATASETS, SNAPSHOTS
from .deliveries import DELIVERIES, INSTALLATION_DELIVERIES
from .endpoints import ENDPOINTS
from .engagements import ENGAGEMENTS
from .evaluations import EVALUATIONS
from .everything import ITEMS
from .exit_criteria import EXIT_CRITERIA
from .gates import GATES
from .health import HEALTH
from .history import HISTORY
from .imports import IMPORTS
from .inbox import INBOX
from .invitations import INVITATIONS
from .links import LINKS
from .log import LOG
from .looks import LOOKS
from .mails import MAILS
from .measurements import MEASUREMENTS
from .members import MEMBERS
from .milestones import MILESTONES
from .mutes import MUTES
from .packs import PACKS
from .parts import ASSUMPTIONS, BASELINES
from .people import PEOPLE
from .raid import RAID
from .rehearsals import REHEARSALS
from .runs import RUN_NOTES, RUNS
from .saved_views import SAVED_VIEWS
from .sites import SITES
from .sources import SOURCES
from .stakeholders import STAKEHOLDERS
from .templates import TEMPLATES
from .tokens import TOKENS
from .use_cases import USE_CASES
from .webhooks import INSTALLATION_WEBHOOKS, WEBHOOKS

NOUNS: tuple[Noun, ...] = (
    CLIENTS,
    ENGAGEMENTS,
    MEMBERS,
    INVITATIONS,
    LOG,
    ACTIONS,
    CHECKLIST_LINES,
    RAID,
    MILESTONES,
    ACCESS_REQUESTS,
    STAKEHOLDERS,
    GATES,
    EXIT_CRITERIA,
    APPROVALS,
    COMMENTS,
    LINKS,
    ATTACHMENTS,
    TEMPLATES,
    HISTORY,
    USE_CASES,
    BASELINES,
    ASSUMPTIONS,
    CRITERIA,
    MEASUREMENTS,
    EVALUATIONS,
    REHEARSALS,
    RUNS,
    RUN_NOTES,
    SOURCES,
    LOOKS,
    DATASETS,
    SNAPSHOTS,
    ENDPOINTS,
    SITES,
    HEALTH,
    SAVED_VIEWS,
    INBOX,
    MUTES,
    ITEMS,
    IMPORTS,
    PACKS,
    WEBHOOKS,
    DELIVERIES,
    INSTALLATION_WEBHOOKS,
    INSTALLATION_DELIVERIES,
    TOKENS,
    PEOPLE,
    MAILS,
)
