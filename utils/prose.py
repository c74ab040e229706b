#!/usr/bin/env python3
# Part of the CRANIA project, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks comments, docs and messages against the rules of docs/Style.md.

usage: utils/prose.py [--figures] [--no-codespell] [FILE|FOLDER...]

Checks all tracked files, or the tracked files below each FOLDER and each FILE.
Prints one finding a line, as file:line: finding, and exits with 1 if there is
one, with 2 if a FILE or FOLDER does not exist.
  fragments  doc comments (///, the summaries and descriptions of .td files, and
             the docstrings of Python) that open with a word such as 'Of' or
             'Whether'
  spelling   British spellings in prose; identifiers, paths, code in backticks
             and strings of a single word in lower case are exempt, and so are
             the commands of a test
  codespell  misspellings, where the Debian package codespell is installed;
             .codespellrc configures it
--figures prints counts instead of findings, and exits with 0: doc comments,
fragments, British spellings, files of more than 500 lines, and the longest
functions (found by matching braces, hence approximate).
"""
import argparse
import ast
import bisect
import collections
import io
import pathlib
import re
import shutil
import subprocess
import sys
import tokenize

SELF = pathlib.Path(__file__).resolve()
ROOT = SELF.parent.parent

Finding = collections.namedtuple("Finding", "path line message")
# A piece of a file that people read: the line on which it starts, and its text.
Prose = collections.namedtuple("Prose", "line text")
Function = collections.namedtuple("Function", "lines path line name")

OPENERS = {"as", "how", "nor", "of", "so", "such", "that", "those", "what", "where", "whether",
           "which", "whose", "why"}

# Verbs in -ise and their nouns, by stem; the American form has a z.
ISE_STEMS = """canonical capital categor character custom dequant emphas equal final formal
general initial item linear local material maxim memor minim modular normal optim organ parallel
penal polar prior quant real recogn regular requant serial special stabil standard summar
synchron token util vector visual""".split()
ISE_ENDINGS = "e|ed|es|er|ers|ing|ation|ations|able"
WORDS = {
    "analyse": "analyze", "analysed": "analyzed", "analysing": "analyzing", "artefact": "artifact",
    "artefacts": "artifacts", "behaviour": "behavior", "behaviours": "behaviors",
    "cancelled": "canceled", "cancelling": "canceling", "centre": "center", "centred": "centered",
    "centres": "centers", "colour": "color", "coloured": "colored", "colouring": "coloring",
    "colours": "colors", "defence": "defense", "favour": "favor", "favourable": "favorable",
    "favours": "favors", "fulfil": "fulfill", "grey": "gray", "honour": "honor",
    "honours": "honors", "judgement": "judgment", "labelled": "labeled", "labelling": "labeling",
    "learnt": "learned", "licence": "license", "modelled": "modeled", "modelling": "modeling",
    "neighbour": "neighbor", "neighbourhood": "neighborhood", "neighbouring": "neighboring",
    "neighbours": "neighbors", "travelled": "traveled", "whilst": "while",
}
# A whole word in lower case or capitalized, and no part of an identifier or a path.
WORD = re.compile(r"(?<![\w./<>:-])[A-Za-z][a-z]+(?![\w/(]|\.\w|::|->|-\w+=)")
ISE_WORD = re.compile(rf"({'|'.join(ISE_STEMS)})is({ISE_ENDINGS})")

# A string that is a single word in lower case is a key or a name, and no prose.
KEY = re.compile(r"[A-Za-z]?[\"']?[a-z_]+[\"']?")

BACKTICKS = re.compile(r"`[^`\n]*`")
FENCE = re.compile(r"^```.*?^```", re.S | re.M)
# RUN: and CHECK: lines, and whatever other prefix FileCheck was given.
DIRECTIVE = re.compile(r"\s*(?://|#)?\s*[A-Z][A-Z0-9_-]+:")

# Comments and literals of C++; C++ strings may be raw.
CPP_TOKEN = re.compile(r"""
    (?P<line>//[^\n]*) | (?P<block>/\*.*?\*/)
  | R"(?P<tag>\w*)\((?P<raw>.*?)\)(?P=tag)"
  | "(?P<string>(?:\\.|[^"\\\n])*)" | (?P<char>'(?:\\.|[^'\\\n])+')""", re.S | re.X)
TD_STRING = re.compile(r"""
    \b(?:summary|description)\s*=\s*(?:"(?P<short>[^"]*)|\[\{(?P<long>.*?)\}\])
  | Method<\s*(?:/\*.*?\*/\s*)?(?:"(?P<short2>[^"]*)|\[\{(?P<long2>.*?)\}\])""", re.S | re.X)

CPP_SUFFIXES = {".h", ".c", ".cpp", ".td", ".fbs"}
HASH_SUFFIXES = {".sh", ".txt", ".cmake", ".cfg", ".yml", ".yaml"}
TEST_SUFFIXES = {".mlir", ".test"}


class Source:
    """The text of a file, with the line number of each position."""

    def __init__(self, path, name):
        self.path, self.name = path, name
        self.text = path.read_text(encoding="utf-8", errors="replace")
        self.ends = [match.start() for match in re.finditer("\n", self.text)]

    def line_at(self, position):
        return bisect.bisect_left(self.ends, position) + 1

    def lines(self):
        return self.text.split("\n")


# Prose of each kind of file.

def cpp_prose(source):
    for match in CPP_TOKEN.finditer(source.text):
        kind = match.lastgroup
        if kind != "char" and not (kind == "string" and KEY.fullmatch(match.group(kind))):
            yield Prose(source.line_at(match.start(kind)), match.group(kind))
    if source.path.suffix == ".td":
        for match in TD_STRING.finditer(source.text):
            kind = match.lastgroup
            if kind.startswith("long"):
                yield Prose(source.line_at(match.start(kind)), match.group(kind))


def python_prose(source):
    try:
        for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
            is_key = token.type == tokenize.STRING and KEY.fullmatch(token.string)
            if token.type in (tokenize.COMMENT, tokenize.STRING) and not is_key:
                yield Prose(token.start[0], token.string)
    except (tokenize.TokenError, SyntaxError):
        return  # the Python tests say what is wrong with it


def hash_prose(source):
    for number, line in enumerate(source.lines(), 1):
        if "#" in line:
            yield Prose(number, line.split("#", 1)[1])


def test_prose(source):
    marker = "//" if source.path.suffix == ".mlir" else ""
    for number, line in enumerate(source.lines(), 1):
        if line.lstrip().startswith(marker) and not DIRECTIVE.match(line):
            yield Prose(number, line)


def markdown_prose(source):
    yield Prose(1, FENCE.sub(lambda match: "\n" * match.group().count("\n"), source.text))


def prose_of(source):
    suffix = source.path.suffix
    if suffix in CPP_SUFFIXES:
        return cpp_prose(source)
    if suffix == ".py":
        return python_prose(source)
    if suffix == ".md":
        return markdown_prose(source)
    if suffix in TEST_SUFFIXES:
        return test_prose(source)
    return hash_prose(source) if suffix in HASH_SUFFIXES else ()


# Spelling.

def american(word):
    """Returns the American spelling of a British word in lower case, or None."""
    match = ISE_WORD.fullmatch(word)
    if match:
        return f"{match.group(1)}iz{match.group(2)}"
    return WORDS.get(word)


def british_spellings(source):
    for prose in prose_of(source):
        text = BACKTICKS.sub(lambda match: " " * len(match.group()), prose.text)
        for match in WORD.finditer(text):
            better = american(match.group().lower())
            if better:
                line = prose.line + text.count("\n", 0, match.start())
                yield Finding(source.name, line, f"'{match.group()}' is British; write '{better}'")


# Fragments.

def docstrings(source):
    """Yields the docstrings of a Python file, its functions and its classes."""
    try:
        tree = ast.parse(source.text)
    except SyntaxError:
        return  # the Python tests say what is wrong with it
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
            text = ast.get_docstring(node)
            if text:
                yield Prose(node.body[0].lineno, text)


def doc_comments(source):
    """Yields the start of each doc comment, without its marker."""
    if source.path.suffix == ".py":
        yield from docstrings(source)
    if source.path.suffix not in CPP_SUFFIXES:
        return
    inside = False
    for number, line in enumerate(source.lines(), 1):
        trailing = re.search(r"///<\s*(.*)", line)
        whole = re.match(r"\s*///(?!/|<)\s?(.*)", line)
        if trailing:
            yield Prose(number, trailing.group(1))
        elif whole and not inside:
            yield Prose(number, whole.group(1))
        inside = bool(whole)
    if source.path.suffix == ".td":
        for match in TD_STRING.finditer(source.text):
            text = match.group(match.lastgroup)
            start = match.start(match.lastgroup) + len(text) - len(text.lstrip())
            yield Prose(source.line_at(start), text.strip())


def fragments(source):
    for comment in doc_comments(source):
        first = re.match(r"[A-Za-z]+(?![\w(])", comment.text)
        if first and first.group().lower() in OPENERS:
            yield Finding(source.name, comment.line, "the doc comment opens with "
                          f"'{first.group()}'; say what it does, or name what it is")


# Functions.

NO_FUNCTION = re.compile(r"\s*(?:namespace|class|struct|enum|union|extern|if|for|while|switch|do|"
                         r"else|try|catch|return)\b|.*[=,]\s*$", re.S)


def code_only(source):
    """Returns the text with blanks for comments, literals and preprocessor lines."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group())
    text = CPP_TOKEN.sub(blank, source.text)
    return re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", blank, text, flags=re.M)


def header_before(code, start, brace):
    """Returns where the text that belongs to a brace begins, and that text."""
    text = code[start:brace]
    text = re.sub(r"\b(?:public|private|protected):|template\s*<[^{};]*?>\s*(?=\w)",
                  lambda match: " " * len(match.group()), text)
    return start + len(text) - len(text.lstrip()), text


def functions_of(source):
    if source.path.suffix not in (".h", ".cpp", ".c"):
        return
    code = code_only(source)
    open_braces = []  # of each, (header position, name of a function or None)
    last = 0
    for match in re.finditer(r"[{};]", code):
        if match.group() == "{":
            start, header = header_before(code, last, match.start())
            within = any(name for _, name in open_braces)
            name = None
            if not within and "(" in header and not NO_FUNCTION.match(header):
                name = re.search(r"([\w:~]+)?\s*\(", header).group(1) or "(unnamed)"
            open_braces.append((start, name))
        elif match.group() == "}" and open_braces:
            start, name = open_braces.pop()
            if name:
                first = source.line_at(start)
                yield Function(source.line_at(match.start()) - first + 1, source.name, first, name)
        last = match.end()


# Runs.

def tracked(folder):
    listed = subprocess.run(["git", "ls-files", "-z", "--", "."], cwd=folder,
                            stdout=subprocess.PIPE, text=True)
    if listed.returncode != 0:
        print(f"prose.py: error: '{folder}' is in no git repository; name files instead",
              file=sys.stderr)
        sys.exit(2)
    return [folder / name for name in listed.stdout.split("\0") if name]


def name_of(path):
    try:
        return str(path.resolve().relative_to(ROOT))
    except ValueError:
        return str(path)


def sources_of(arguments):
    paths = []
    for argument in arguments or [str(ROOT)]:
        path = pathlib.Path(argument)
        if path.is_dir():
            paths += tracked(path)
        elif path.is_file():
            paths.append(path)
        else:
            print(f"prose.py: error: '{argument}' is not a file or folder", file=sys.stderr)
            sys.exit(2)
    kinds = CPP_SUFFIXES | HASH_SUFFIXES | TEST_SUFFIXES | {".md", ".py"}
    # The tables of this file are full of what it looks for.
    return [Source(path, name_of(path)) for path in dict.fromkeys(paths)
            if path.suffix in kinds and path.is_file() and path.resolve() != SELF]


def codespell(sources):
    if not shutil.which("codespell"):
        print("prose.py: codespell is not installed, so misspellings were not looked for",
              file=sys.stderr)
        return
    if not sources:
        return
    done = subprocess.run(["codespell", "--config", str(ROOT / ".codespellrc"),
                           *(str(source.path.resolve()) for source in sources)],
                          stdout=subprocess.PIPE, text=True)
    for found in re.finditer(r"^(.*?):(\d+): (.*)$", done.stdout, re.M):
        path, line, message = found.groups()
        yield Finding(name_of(pathlib.Path(path)), int(line), f"misspelling: {message}")


def print_figures(sources):
    spelled = [finding for source in sources for finding in british_spellings(source)]
    opened = [finding for source in sources for finding in fragments(source)]
    comments = sum(1 for source in sources for _ in doc_comments(source))
    code = [source for source in sources if source.path.suffix in CPP_SUFFIXES | {".py"}]
    long_files = sorted(((len(source.ends), source.name) for source in code
                         if len(source.ends) > 500), reverse=True)
    functions = sorted((function for source in code for function in functions_of(source)),
                       reverse=True)
    print(f"doc comments: {comments}, of which fragments: {len(opened)}")
    print(f"British spellings: {len(spelled)}")
    print(f"files of more than 500 lines: {len(long_files)} of {len(code)}")
    for lines, name in long_files:
        print(f"  {lines:5} {name}")
    print("longest functions, in lines:")
    for function in functions[:5]:
        print(f"  {function.lines:5} {function.name} ({function.path}:{function.line})")


def main():
    parser = argparse.ArgumentParser(description=__doc__, usage=argparse.SUPPRESS,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--figures", action="store_true", help="print counts, no findings")
    parser.add_argument("--no-codespell", action="store_true", help="do not run codespell")
    parser.add_argument("paths", nargs="*", metavar="FILE|FOLDER", help="default: all")
    options = parser.parse_args()
    sources = sources_of(options.paths)
    if options.figures:
        print_figures(sources)
        return 0
    findings = [finding for source in sources
                for check in (fragments, british_spellings) for finding in check(source)]
    if not options.no_codespell:
        findings += codespell(sources)
    for finding in sorted(findings):
        print(f"{finding.path}:{finding.line}: {finding.message}")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
