#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Usage: lint.py CHECK FOLDER

Checks of the source tree that no compiler makes. Prints each offence as FILE:LINE: REASON and fails when there is one.
Ends with 77, which meson counts as skipped, when a check cannot run here.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

LARGEST_FILE = 400
SKIPPED = 77
CLANG_FORMAT = 14  # another version formats otherwise
NOT_OURS = {".git", ".cache", ".pytest_cache", "__pycache__", "node_modules"}


class CannotRun(Exception):
    pass


class Source:
    def __init__(self, root, path):
        self.path = path
        self.name = path.relative_to(root).as_posix()
        self.text = path.read_text(encoding="utf-8", errors="replace")
        self.lines = self.text.split("\n")

    def offence(self, line, reason):
        return f"{self.name}:{line}: {reason}"

    def matches(self, pattern):
        """(line, match) for each match, which may go over several lines."""
        for match in re.finditer(pattern, self.text, re.MULTILINE):
            yield self.text.count("\n", 0, match.start()) + 1, match

    @property
    def is_cpp(self):
        return self.path.suffix in {".cpp", ".h", ".c"}

    @property
    def is_manual_page(self):
        return self.path.suffix in {".1", ".3", ".5", ".8"}

    @property
    def is_document(self):
        return self.is_manual_page or self.path.suffix == ".md"

    @property
    def is_prose(self):
        """Has text for people, in comments and messages if nowhere else."""
        return self.is_document or self.is_source or self.path.suffix in {".yaml", ".catalog", ".bash", ".fish", ".in"}

    @property
    def is_source(self):
        """Written by people, in a language that has comments."""
        suffixes = {".cpp", ".h", ".c", ".py", ".js", ".sh", ".service", ".socket", ".map"}
        return (
            self.path.suffix in suffixes
            or self.is_manual_page
            or self.path.name in {"Makefile", "meson.build", "meson_options.txt"}
            or self.text.startswith("#!")
        )


def sources(root):
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        if path.is_symlink() or not path.is_file() or NOT_OURS.intersection(parts) or parts[0].startswith("build"):
            continue
        if b"\0" not in path.read_bytes()[:8000]:
            yield Source(root, path)


# --- layers: each includes only what stands to its left, and the inner ones no system.

LAYERS = ["base", "protocol", "ports", "core", "io", "app"]
# What the layers without I/O may include besides C++'s own headers.
THIRD_PARTY = {
    "base": r"rapidjson/.*|sodium\.h|tl/expected\.hpp|unistd\.h|arpa/inet\.h|sys/mman\.h|spawn\.h|fcntl\.h",  # log line; inet_pton; locking; programs
    "protocol": r"tl/expected\.hpp",
    "ports": r"tl/expected\.hpp",
    "core": r"tl/expected\.hpp|sodium\.h",
}
CLIENT_MUST_NOT = r"event|evhttp|curl/|sqlite3|sodium|openssl/|systemd/"


def layer_of(name):
    """The layer that a file of the tree belongs to: one of LAYERS, "client", or None for what has none."""
    first, _, rest = name.partition("/")
    if first == "agent-client":
        return "client"
    layer = rest.partition("/")[0]
    return layer if first == "daemon" and layer in LAYERS else None


def include_offence(layer, quote, header):
    if quote == '"':
        target = header.partition("/")[0]
        if target not in LAYERS:
            return None
        allowed = ["base", "protocol"] if layer == "client" else LAYERS[: LAYERS.index(layer) + 1]
        return None if target in allowed else f"{layer} must not include {target}"
    if layer == "client":
        return f"the client must not include <{header}>" if re.match(CLIENT_MUST_NOT, header) else None
    of_cpp = re.fullmatch(r"[a-z_]+", header)
    known = layer not in THIRD_PARTY or of_cpp or re.fullmatch(THIRD_PARTY[layer], header)
    return None if known else f"{layer} must not include <{header}>"


def check_layers(root):
    for source in sources(root):
        layer = layer_of(source.name)
        if layer is None or not source.is_cpp:
            continue
        for line, match in source.matches(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">\n]+)'):
            if offence := include_offence(layer, match[1], match[2]):
                yield source.offence(line, offence)


# --- spdx, size


def check_spdx(root):
    for source in sources(root):
        if source.is_source and not any("SPDX-License-Identifier: Apache-2.0" in line for line in source.lines[:3]):
            yield source.offence(1, "no SPDX-License-Identifier: Apache-2.0 in the first lines")


def check_size(root):
    for source in sources(root):
        lines = source.text.count("\n")
        if source.is_source and lines > LARGEST_FILE:
            yield source.offence(lines, f"{lines} lines, more than {LARGEST_FILE}: one idea, one file")


# --- format: as clang-format would write it.


def check_format(root):
    program = shutil.which("clang-format")
    if not program:
        raise CannotRun("clang-format is not installed")
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    if f"version {CLANG_FORMAT}." not in version:
        raise CannotRun(f"needs clang-format {CLANG_FORMAT}, found: {version.strip()}")
    files = [source.name for source in sources(root) if source.is_cpp]
    if not files:  # it would read standard input
        return
    told = subprocess.run([program, "--dry-run", *files], capture_output=True, text=True, check=True, cwd=root).stderr
    seen = set()
    for file, line in re.findall(r"^(.+?):(\d+):\d+: \w+: code should be clang-formatted", told, re.MULTILINE):
        if file not in seen:
            yield f"{file}:{line}: not as clang-format writes it (make format)"
        seen.add(file)


# --- secrets: what is revealed goes neither into the log nor into an error.


def call_at(text, opening):
    """From an opening parenthesis to the one that closes it."""
    depth = 0
    for at in range(opening, len(text)):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if depth == 0:
            return text[opening : at + 1]
    return text[opening:]


def check_secrets(root):
    for source in sources(root):
        if not source.is_cpp or source.name.startswith("tests/"):
            continue
        for line, match in source.matches(r"\b(log|fail|json_error)\("):
            if "reveal(" in call_at(source.text, match.end() - 1):
                yield source.offence(line, f"a secret is revealed in a call of {match[1]}()")


# --- words: nothing left to do, and nothing of the machine it was written on.

LEFT_TO_DO = r"\b(TO" r"DO|FIX" r"ME|X" r"XX)\b"
OF_ONE_MACHINE = r"(?<![\w.~$}])/(work|home/\w+|root|Users)/"


def check_words(root):
    for source in sources(root):
        for line, match in source.matches(LEFT_TO_DO):
            yield source.offence(line, f"{match[0]}: do it, or file an issue")
        for line, match in source.matches(OF_ONE_MACHINE):
            yield source.offence(line, f"{match[0]}… is a path of one machine")


# --- wording: ordinary words, in documents, comments and messages; and no token where others can read it.

# Between two words of a phrase, also over the end of a line of a comment.
GAP = r"\s+(?:(?://+|#|\*)\s+)?"
TWISTED = (
    r"\b[Ww]ho" r"ever\b|\ban" r"ew\b"
    rf"|\b[Nn]othing{GAP}wh" rf"(en|ere)\b|\bmay{GAP}st" rf"and\b|\bstands{GAP}tw" rf"ice\b"
    rf"|\b[Tt]ells?{GAP}o" rf"f\b|\bfor{GAP}wh" r"om\b"
)
# "There is no …", "is no longer" and the like are ordinary English.
NOT_A = rf"(\b[Tt]here{GAP})?\b(?:is|are|was|were){GAP}no(?:ne\b|{GAP}(?!longer|more|other|reason|need|doubt)\w+)"
# Every user of a machine can read the arguments of a process: a pipe to "curl -H @-" is what nobody sees.
TOKEN_IN_ARGUMENTS = r"\bcurl\b[^\n]*\$\(clioctl\b[^\n)]*\btoken\b|(-H|--header)[= ]\W*Authorization: Bearer"


def check_wording(root):
    for source in sources(root):
        if not source.is_prose:
            continue
        for line, match in source.matches(TWISTED):
            yield source.offence(line, f'"{match[0]}": say it in ordinary words')
        for line, match in source.matches(NOT_A):
            if not match[1]:
                yield source.offence(line, f'"{match[0]}": say that it is not')


def check_arguments(root):
    for source in sources(root):
        if not source.name.startswith("tests/lint/"):
            for line, match in source.matches(TOKEN_IN_ARGUMENTS):
                yield source.offence(line, f"{match[0]}: a token in the arguments of a process; pipe clioctl token --curl to curl -K -")


# --- version: the pages of the manual tell the version that meson.build has.


def check_version(root):
    build = root / "meson.build"
    found = build.exists() and re.search(r"^  version: '(.+)',$", build.read_text(encoding="utf-8"), re.MULTILINE)
    expected = f".Os clio-agent {found[1] if found else '?'}"
    for source in sources(root):
        if source.is_manual_page:
            for line, match in source.matches(r"^\.Os.*$"):
                if match[0] != expected:
                    yield source.offence(line, f"{match[0]}: should be {expected}, as in meson.build")


# --- references: what a document names is there.


def make_targets(root):
    makefile = root / "Makefile"
    text = makefile.read_text(encoding="utf-8") if makefile.exists() else ""
    return set(re.findall(r"^([a-z]+):", text, re.MULTILINE))


def check_references(root):
    targets = make_targets(root)
    for source in sources(root):
        if source.path.suffix != ".md":
            continue
        for line, match in source.matches(r"`((?:agent-client|daemon|etc|systemd|tests)/[\w./-]+)`"):
            if not (root / match[1]).exists():
                yield source.offence(line, f"{match[1]}: there is no such file")
        # Without a target make only prints its help.
        for line, match in source.matches(r"`make(?: ([a-z]+)[^`]*)?`"):
            if match[1] not in targets:
                yield source.offence(line, f"{match[0]}: names no target of the Makefile")


CHECKS = {
    name.removeprefix("check_"): check for name, check in list(globals().items()) if name.startswith("check_")
}


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in CHECKS:
        sys.exit(f"{__doc__}\nChecks: {', '.join(CHECKS)}")
    try:
        offences = list(CHECKS[sys.argv[1]](Path(sys.argv[2]).resolve()))
    except CannotRun as reason:
        print(f"skipped: {reason}")
        return SKIPPED
    print("\n".join(offences))
    return 1 if offences else 0


if __name__ == "__main__":
    sys.exit(main())
