"""Questions about a source or an endpoint, answered at the site without a run. One file each; what may leave of the
answers is `boundary`'s to say."""

from .browsing import Place, browse
from .preview import Column, Preview, preview
from .rehearsal import Prompt, Rehearsal, rehearse
from .trial import Trial, try_endpoint

__all__ = [
    "Column",
    "Place",
    "Preview",
    "Prompt",
    "Rehearsal",
    "Trial",
    "browse",
    "preview",
    "rehearse",
    "try_endpoint",
]
