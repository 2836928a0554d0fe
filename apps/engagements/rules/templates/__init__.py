"""Templates: what they hold, how they are read and written, and what becomes of them on a given day. Pure decisions.

`content` has the shapes, `reading` makes them of plain data and says everything that is wrong at once, `document` is
YAML with its lines, `days` the calendar, `plan` what an engagement gets, `private` what is the client's own.
"""
