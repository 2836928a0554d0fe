"""nearest: the label of the training row whose TF-IDF vector is closest by cosine; of several, the first row.

TF-IDF is scikit-learn's TfidfVectorizer with its defaults; its vectors have length 1, so a dot product is a
cosine.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from .shape import NoRows

_CELLS = 4_000_000  # similarities in memory at a time (8 bytes each)
_DIGITS = 12  # cosines that agree so far are equal: beyond lies the noise of adding in another order


class Nearest:
    """See `shape.Baseline`."""

    def __init__(self, labels: list[str], vectorizer: Any, vectors: Any) -> None:
        self._labels, self._vectorizer, self._vectors = labels, vectorizer, vectors

    def answers(self, texts: Sequence[str]) -> Sequence[str]:
        step = max(1, _CELLS // len(self._labels))
        return [
            self._labels[at]
            for start in range(0, len(texts), step)
            for at in self._rows(texts[start : start + step])
        ]

    def _rows(self, texts: Sequence[str]) -> Iterator[int]:
        if self._vectorizer is None:
            return iter([0] * len(texts))
        cosines = (self._vectorizer.transform(texts) @ self._vectors).toarray()
        return iter(cosines.round(_DIGITS).argmax(axis=1).tolist())


def fit(rows: Iterable[tuple[str, str]]) -> Nearest:
    """Raises NoRows when there are no rows. Without a word in any of them, all rows are equally near."""
    texts, labels = [], []
    for text, label in rows:
        texts.append(text)
        labels.append(label)
    if not labels:
        raise NoRows
    # here, because most sites never need what it takes: a second and tens of megabytes
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer()
    if not any(map(vectorizer.build_analyzer(), texts)):
        return Nearest(labels, None, None)
    vectors = vectorizer.fit_transform(texts)
    return Nearest(labels, vectorizer, vectors.T.tocsr())
