"""What a pack may look like: names of files, cells, tables, YAML, Markdown, the manifest. No database."""
