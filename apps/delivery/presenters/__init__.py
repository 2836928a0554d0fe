"""What pages of delivery show, out of rows."""

from .notices import LogLine, Row, day_name, days_of, log_line, reason_of, row_of, unread_words

__all__ = ["LogLine", "Row", "day_name", "days_of", "log_line", "reason_of", "row_of", "unread_words"]
