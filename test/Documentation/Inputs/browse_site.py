# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""browse_site.py INDEX.html: follows every relative link from a page on, and fails if a
file, an anchor or an image is missing, or if a page of the folder is never reached."""
import html.parser
import pathlib
import sys
import urllib.parse


class Page(html.parser.HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.links, self.anchors = [], set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name in ("href", "src"):
                self.links.append(value)
            elif name == "id":
                self.anchors.add(value)


def main():
    index = pathlib.Path(sys.argv[1]).resolve()
    pages, todo, count, problems = {}, [index], 0, []
    while todo:
        path = todo.pop()
        if path not in pages:
            pages[path] = Page(path)
            for link in pages[path].links:
                target = (path.parent / urllib.parse.unquote(urllib.parse.urlsplit(link).path)).resolve()
                if target.suffix == ".html" and target.is_file():
                    todo.append(target)
    for path, page in pages.items():
        for link in page.links:
            parts = urllib.parse.urlsplit(link)
            if parts.scheme:
                continue
            count += 1
            target = (path.parent / urllib.parse.unquote(parts.path)).resolve() if parts.path else path
            if not target.exists():
                problems.append(f"{path.name}: {link} does not exist")
            elif parts.fragment and parts.fragment not in pages[target].anchors:
                problems.append(f"{path.name}: {link} has no anchor")
    problems += [f"no link leads to {path.name}" for path in index.parent.glob("*.html") if path not in pages]
    print("\n".join(problems) or f"{len(pages)} pages, {count} links")
    return 1 if problems else 0


sys.exit(main())
