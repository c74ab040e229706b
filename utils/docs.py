#!/usr/bin/env python3
# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes the docs as HTML pages, and checks their links.

usage: docs.py --source SOURCE --generated GENERATED --output OUTPUT

Reads the pages that people write (README.md and others in SOURCE, docs/*.md) and the
reference that mlir-tblgen writes into GENERATED. Writes a page each, and index.html,
into OUTPUT. Prints one problem a line, as file: problem, and exits with 1 if there is
one:
  - a relative link to a file or a heading that does not exist,
  - a page that people wrote and that the index does not have,
  - a path of this tree in backticks, such as `lib/Encoding`, that does not exist.
Headings have the anchors that GitHub gives them. Needs the Debian package
python3-markdown-it.
"""
import argparse
import collections
import html
import os
import pathlib
import re
import shutil
import sys
import urllib.parse

from markdown_it import MarkdownIt
from markdown_it.token import Token

# The index: a title and its pages, in order, as file: what it is for.
SECTIONS = {
    "Begin": {
        "README.md": "what CRANIA is, and two commands to try it",
        "docs/GettingStarted.md": "from a model to an answer, and on to your own model",
        "docs/OnnxImport.md": "the ONNX operators that are supported",
        "docs/Targets.md": "how to describe a machine",
        "docs/Report.md": "what crania-run reports",
        "docs/Embedding.md": "CRANIA in other programs and compilers",
        "docs/Compatibility.md": "what may change between versions",
        "CHANGELOG.md": "what changed",
        "examples/digits/README.md": "the example network and its images",
    },
    "How it works": {
        "docs/Architecture.md": "levels, passes and libraries",
        "docs/Arithmetic.md": "integers, ranges and requantization",
        "docs/Clustering.md": "which weights come first",
        "docs/Encodings.md": "how clusters become bytes",
        "docs/Scheduling.md": "what the weight store keeps",
        "docs/ActivationMemory.md": "where activations are stored",
        "docs/BinaryFormat.md": "the file that the machine loads",
        "docs/Simulator.md": "how the machine computes and what it costs",
        "docs/Dram.md": "the model of DRAM",
        "rtl/README.md": "the machine in Verilog, and its areas",
        "docs/RationaleCrania.md": "why the crania dialect is as it is",
        "docs/RationaleCraniaHW.md": "why the crania_hw dialect is as it is",
    },
    "Work on CRANIA": {
        "CONTRIBUTING.md": "how to build, test and add parts",
        "docs/Testing.md": "the tests and how to run them",
        "docs/Style.md": "rules for comments, docs and messages",
        "SECURITY.md": "what input may be hostile, and how to report a fault",
    },
}
# Titles of the generated reference, by file in GENERATED; others have their file's name.
REFERENCE = {
    "CraniaDialect.md": "The crania dialect",
    "CraniaInterfaces.md": "Interfaces of the crania dialect",
    "CraniaHWDialect.md": "The crania_hw dialect",
    "CraniaHWInterfaces.md": "Interfaces of the crania_hw dialect",
    "CraniaPasses.md": "Passes on the crania dialect",
    "CalibrationPasses.md": "Passes that run a network on images",
    "ConversionPasses.md": "Conversions to upstream dialects",
    "ReferenceTransforms.md": "Passes of the reference path",
    "CraniaHWPasses.md": "Passes on the crania_hw dialect",
    "CraniaToCraniaHWPasses.md": "Conversion from crania to crania_hw",
    "CraniaHWToLLVMPasses.md": "Conversion from crania_hw to LLVM",
}
STYLE = """
body { max-width: 56rem; margin: 1rem auto; padding: 0 1rem; line-height: 1.5;
       font-family: system-ui, sans-serif; color: #222; background: #fff; }
nav { border-bottom: 1px solid #ccc; padding-bottom: .4rem; }
a { color: #0550ae; }
code, pre { font-family: ui-monospace, monospace; font-size: .9em; background: #f3f4f6; }
pre { padding: .6rem; overflow-x: auto; }
pre code { background: none; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { border: 1px solid #ccc; padding: .25rem .5rem; vertical-align: top; text-align: left; }
img { max-width: 100%; }
"""
# Paths of the tree in backticks. Others are made, such as build/bin, or have a NAME.
TREE_PATH = re.compile(r"(?!.*NAME)(?:\.ci|cmake|docs|examples|include|lib|share|test|tools|utils)/[\w./+-]+")

Page = collections.namedtuple("Page", "source output title tokens anchors")


def parser():
    return MarkdownIt("commonmark").enable("table")


def text_of(inline):
    return "".join(child.content for child in inline.children if child.type in ("text", "code_inline"))


def add_anchors(tokens):
    """Gives each heading the id that GitHub gives it; returns (level, id, text) of each."""
    headings, seen = [], collections.Counter()
    for token, inline in zip(tokens, tokens[1:]):
        if token.type != "heading_open":
            continue
        text = text_of(inline)
        name = re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")
        number = seen[name]
        seen[name] += 1
        name += f"-{number}" if number else ""
        token.attrSet("id", name)
        headings.append((int(token.tag[1]), name, text))
    return headings


def expand_contents(tokens, headings):
    """Puts a list of headings in the place of mlir-tblgen's [TOC]."""
    items = "".join(f'<li><a href="#{name}">{html.escape(text)}</a></li>\n'
                    for level, name, text in headings if level in (2, 3))
    for i, token in enumerate(tokens):
        if token.type == "inline" and token.content == "[TOC]":
            tokens[i - 1:i + 2] = [Token("html_block", "", 0, content=f"<ul>\n{items}</ul>\n")]
            return


def read_page(source, output, title=None):
    tokens = parser().parse(source.read_text(encoding="utf-8"))
    headings = add_anchors(tokens)
    expand_contents(tokens, headings)
    if title is None:
        title = headings[0][2] if headings else source.stem
    elif not headings or headings[0][0] != 1:
        tokens.insert(0, Token("html_block", "", 0, content=f"<h1>{html.escape(title)}</h1>\n"))
    return Page(source, output, title, tokens, {name for _, name, _ in headings})


def inline_tokens(tokens):
    for token in tokens:
        for child in token.children or ():
            yield child


class Site:
    def __init__(self, source, generated, output):
        self.source, self.generated, self.output = source, generated, output
        self.problems = []
        self.pages = {}  # by resolved path of the Markdown file

    def report(self, path, problem):
        name = path.relative_to(self.source) if path.is_relative_to(self.source) else path.name
        self.problems.append(f"{name}: {problem}")

    def read(self):
        for section in SECTIONS.values():
            for name in section:
                flat = "digits" if name.startswith("examples/") else pathlib.PurePath(name).stem
                self.add(self.source / name, f"{flat}.html")
        for path in self.reference():
            self.add(path, f"{path.stem}.html", REFERENCE.get(path.name, path.stem))
        for folder in (self.source, self.source / "docs"):
            for path in sorted(folder.glob("*.md")):
                if path.resolve() not in self.pages:
                    self.report(path, "is not in the index (utils/docs.py)")

    def reference(self):
        """The generated pages, those that REFERENCE names first and in its order."""
        others = sorted(path.name for path in self.generated.glob("*.md") if path.name not in REFERENCE)
        return [self.generated / name for name in [*REFERENCE, *others]]

    def add(self, path, output, title=None):
        if path.is_file():
            self.pages[path.resolve()] = read_page(path, output, title)
        else:
            self.report(path, "does not exist, but is in the index (utils/docs.py)")

    def target_of(self, page, link):
        """Checks a link of a page and returns it as one of the HTML page."""
        parts = urllib.parse.urlsplit(link)
        if parts.scheme or parts.netloc:
            return link
        path = page.source.resolve()
        if parts.path:
            path = (page.source.parent / urllib.parse.unquote(parts.path)).resolve()
        if not path.exists():
            self.report(page.source, f"link to {link}, which does not exist")
            return link
        other = self.pages.get(path)
        if parts.fragment and (other is None or parts.fragment not in other.anchors):
            self.report(page.source, f"link to {link}, which has no such heading")
        if other is None:
            return urllib.parse.quote(os.path.relpath(path, self.output))
        return other.output + (f"#{parts.fragment}" if parts.fragment else "")

    def resolve_links(self, page):
        for token in inline_tokens(page.tokens):
            if token.type == "link_open":
                token.attrSet("href", self.target_of(page, token.attrGet("href")))
            elif token.type == "image":
                image = page.source.parent / token.attrGet("src")
                if not image.is_file():
                    self.report(page.source, f"image {token.attrGet('src')} does not exist")
                    continue
                shutil.copy(image, self.output)
                token.attrSet("src", image.name)

    def check_paths(self, page):
        for token in inline_tokens(page.tokens):
            if token.type == "code_inline" and TREE_PATH.fullmatch(token.content):
                if not (self.source / token.content).exists():
                    self.report(page.source, f"`{token.content}` does not exist")

    def write(self):
        self.output.mkdir(parents=True, exist_ok=True)
        for page in self.pages.values():
            self.resolve_links(page)
            self.check_paths(page)
            body = parser().renderer.render(page.tokens, parser().options, {})
            self.write_html(page.output, page.title, body)
        self.write_html("index.html", "CRANIA", self.index())

    def write_html(self, name, title, body):
        (self.output / name).write_text(
            f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            f'<meta name="viewport" content="width=device-width">\n'
            f"<title>{html.escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
            f'<nav><a href="index.html">CRANIA documentation</a></nav>\n{body}</body>\n</html>\n',
            encoding="utf-8")

    def index(self):
        parts = ["<h1>CRANIA</h1>\n<p>A compiler flow on MLIR for iterative neural inference.</p>\n"]
        reference = {path: "" for path in self.reference()}
        sections = {title: {self.source / name: text for name, text in pages.items()}
                    for title, pages in SECTIONS.items()}
        for title, pages in {**sections, "Reference of dialects and passes": reference}.items():
            parts.append(f"<h2>{title}</h2>\n<ul>\n")
            for path, text in pages.items():
                page = self.pages.get(path.resolve())
                if page:
                    more = f": {html.escape(text)}" if text else ""
                    parts.append(f'<li><a href="{page.output}">{html.escape(page.title)}</a>{more}</li>\n')
            parts.append("</ul>\n")
        return "".join(parts)


def main():
    arguments = argparse.ArgumentParser(description=__doc__,
                                        formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("source", "generated", "output"):
        arguments.add_argument(f"--{name}", type=pathlib.Path, required=True)
    chosen = arguments.parse_args()
    site = Site(chosen.source.resolve(), chosen.generated.resolve(), chosen.output.resolve())
    site.read()
    site.write()
    print("\n".join(site.problems) if site.problems else
          f"{len(site.pages)} pages, all links hold: {site.output / 'index.html'}")
    return 1 if site.problems else 0


if __name__ == "__main__":
    sys.exit(main())
