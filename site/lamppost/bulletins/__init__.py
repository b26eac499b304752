"""Bulletins: Markdown files with front matter in, pages, feeds and facts out."""
