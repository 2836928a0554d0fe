"""The handover pack: all that is kept of an engagement as a folder of plain files, and back."""
