"""How large a pack may be. What it says itself is never believed: bytes are counted while they are read."""

FORMAT = 1  # of the layout; one that was written otherwise is refused
MOST_FILES = 200_000
MOST_BYTES = 8 * 2**30  # of all files together, unpacked
RATIO = 200  # unpacked to packed
RATIO_FROM = 16 * 2**20  # bytes of a pack below which nobody asks for the ratio
DIRECTORY = 64 * 2**20  # bytes of an archive's list of its files
NAME = 200  # characters of a file's name with its folders
DEPTH = 4  # folders in one another, with the file
DOCUMENT = 4 * 2**20  # bytes of a file of YAML or Markdown
THINGS = (
    500_000  # names, values, lists and mappings of one of those: they need far more memory than their bytes
)
MANIFEST = 64 * 2**20  # bytes of the manifest
CELL = 16 * 2**20  # characters of one cell
ROW = 2 * CELL  # characters of one row of a table
UPLOAD = 512 * 2**20  # bytes of a pack that is sent by a browser
PIECE = 256 * 1024  # bytes read at once
