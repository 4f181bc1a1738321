#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that each check of lint.py finds what it is there to find, and lets pass what is right."""

import sys
import tempfile
from pathlib import Path

import lint

SPDX = "// SPDX-License-Identifier: Apache-2.0\n"
FORMAT = (Path(__file__).resolve().parents[2] / ".clang-format").read_text(encoding="utf-8")

# check → ({file: text} that is right, [(file, text that is wrong, line of the offence)])
CASES = {
    "layers": (
        {
            "daemon/base/a.h": "#include <vector>\n#include <rapidjson/reader.h>\n",
            "daemon/core/a.h": '#include "base/a.h"\n#include "core/b.h"\n#include "ports/c.h"\n#include <map>\n',
            "daemon/io/a.cpp": '#include "core/a.h"\n#include <event2/http.h>\n#include <sys/socket.h>\n',
            "agent-client/cli/a.cpp": '#include "cli/b.h"\n#include "base/a.h"\n#include <sys/socket.h>\n',
            "tests/unit/a.cpp": '#include "core/a.h"\n#include <curl/curl.h>\n',
        },
        [
            ("daemon/base/a.cpp", '\n#include "protocol/names.h"\n', 2),
            ("daemon/base/a.cpp", "#include <sys/socket.h>\n", 1),
            ("daemon/protocol/a.cpp", '#include "ports/clock.h"\n', 1),
            ("daemon/ports/a.h", "#include <sodium.h>\n", 1),
            ("daemon/core/a.h", '#include <map>\n#  include "io/loop/event_loop.h"\n', 2),
            ("daemon/core/a.cpp", "#include <event2/event.h>\n", 1),
            ("daemon/core/a.cpp", "#include <curl/curl.h>\n", 1),
            ("daemon/core/a.cpp", "#include <sqlite3.h>\n", 1),
            ("daemon/core/a.cpp", "#include <unistd.h>\n", 1),
            ("daemon/core/a.cpp", "#include <sys/stat.h>\n", 1),
            ("daemon/io/api/a.cpp", '#include "app/config.h"\n', 1),
            ("agent-client/lib/a.cpp", '#include "core/oauth/app.h"\n', 1),
            ("agent-client/lib/a.cpp", "#include <curl/curl.h>\n", 1),
        ],
    ),
    "spdx": (
        {"daemon/a.h": SPDX, "tests/run": "#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\n", "data.json": "{}\n"},
        [
            ("daemon/a.cpp", "int a;\n", 1),
            ("daemon/a.cpp", "// SPDX-License-Identifier: MIT\n", 1),
            ("daemon/meson.build", "subdir('base')\n", 1),
            ("tests/run", "#!/bin/sh\nexit 0\n", 1),
        ],
    ),
    "size": (
        {"daemon/a.cpp": "\n" * 400, "package-lock.json": "\n" * 5000},
        [("daemon/a.cpp", "\n" * 401, 401), ("tests/a.py", "\n" * 401, 401)],
    ),
    "format": (
        {".clang-format": FORMAT, "a.cpp": "int f(int a) {\n    return a;\n}\n", "a.py": "x=1\n"},
        [("b.cpp", "int a;\nint  b;\n", 2), ("b.h", "struct A{};\n", 1)],
    ),
    "secrets": (
        {
            "daemon/a.cpp": 'log(kInfo, "x", {{"a", name}});\nuse(secret.reveal());\nblog(secret.reveal());\n',
            "tests/a.cpp": "log(kInfo, secret.reveal());\n",
        },
        [
            ("daemon/a.cpp", "\nlog(kInfo, secret.reveal());\n", 2),
            ("daemon/a.cpp", 'log(kInfo, "x",\n    {{"token", std::string(f(1).reveal())}});\n', 1),
            ("daemon/a.cpp", "return fail(kInternal, body.reveal());\n", 1),
        ],
    ),
    "references": (
        {
            "tests/a.py": "",
            "a.md": "`tests/a.py`, `tests/`, `./daemon/b`, `make test B=build-x`, `src/c`, `makes`\n",
            "Makefile": "B ?= build\ntest: build ## every test\n",
        },
        [
            ("b.md", "shown by\n`tests/gone.py`\n", 2),
            ("daemon/b.md", "| `agent-client/gone` |", 1),
            ("b.md", "after\n`make`\n", 2),
            ("b.md", "`make everything`\n", 1),
        ],
    ),
    "words": (
        {"README.md": "~/.config, /usr/bin, $HOME/work/, cliod-test-XXXXXX, HACKING.md\n", "build-x/a": "TO" "DO\n"},
        [
            ("README.md", "fine\nTO" "DO: write\n", 2),
            ("daemon/a.cpp", "// FIX" "ME\n", 1),
            ("daemon/a.cpp", "int a; // X" "XX\n", 1),
            ("tests/a.py", 'open("/ho' 'me/jane/x")\n', 1),
            ("etc/a.json", '"/wo' 'rk/main"\n', 1),
            ("etc/a.json", '"/ro' 'ot/.ssh"\n', 1),
        ],
    ),
    "wording": (
        {
            "README.md": "a new start; renewed; there is no file; is no longer; there are none\n",
            "daemon/app/a.cpp": "// There is\n// no file, and it is no reason.\nint anewer;\n",
            "data.json": '"an' 'ew"\n',
        },
        [
            ("a.md", "fine\nwho" "ever may\n", 2),
            ("a.1", "Who" "ever\n", 1),
            ("daemon/a.8", "begins an" "ew.\n", 1),
            ("a.md", "says nothing wh" "en none is\n", 1),
            ("a.md", "it is n" "o file\n", 1),
            ("a.5", "it may st" "and several times.\n", 1),
            ("daemon/app/b.cpp", "int a;  // begins an" "ew\n", 1),
            ("daemon/io/b.h", "/// The name; nothing\n    /// wh" "en it is unset.\nint a;\n", 1),
            ("daemon/io/b.cpp", 'return fail("the text is n' 'o UTF-8");\n', 1),
            ("agent-client/b.fish", "-d 'may st" "and several times'\n", 1),
            ("tests/e2e/b.py", "# The token is n" "one.\n", 1),
            ("tests/e2e/b.py", '"""What it tells o' 'f its store."""\n', 1),
            ("daemon/a.yaml", "description: the key st" "ands tw" "ice\n", 1),
            ("a.md", "a person, for wh" "om it is\n", 1),
        ],
    ),
    "arguments": (
        {
            "README.md": "clioctl token --header | curl -H @- URL\neval \"$(clioctl env)\"\n",
            "a.1": "token=$(clioctl token smith-law) || exit\n",
        },
        [
            ("a.md", "fine\ncurl -H \"$(clioctl token --header)\" URL\n", 2),
            ("a.1", "curl -H \\(dq$(clioctl token --header)\\(dq URL\n", 1),
            ("tests/run", 'curl --fail --header "$(clioctl --socket S token a --header)" URL\n', 1),
            ("a.md", "curl --header 'Authorization: Bearer T' URL\n", 1),
            ("a.md", 'curl -H "Authorization: Bearer $token" URL\n', 1),
        ],
    ),
    "version": (
        {"meson.build": "project('a', 'cpp',\n  version: '1.2.3',\n)\n", "a.1": ".Dt A 1\n.Os clio-agent 1.2.3\n"},
        [("b.8", ".Dt B 8\n.Os clio-agent 1.2.4\n", 2), ("b.3", ".Os clio-agent\n", 1)],
    ),
}


def offences(check, files):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return list(lint.CHECKS[check](Path(folder).resolve()))


def main():
    assert CASES.keys() == lint.CHECKS.keys(), "a check without a self-test"
    failed = 0

    def expect(condition, *what):
        nonlocal failed
        if not condition:
            failed += 1
            print("not as it should be:", *what)

    for check, (right, wrong) in CASES.items():
        try:
            found = offences(check, right)
            expect(found == [], check, "finds", found)
            for name, text, line in wrong:
                found = offences(check, right | {name: text})
                expect([f.split(": ")[0] for f in found] == [f"{name}:{line}"], check, repr(text), "gives", found)
        except lint.CannotRun as reason:
            print(f"{check}: skipped: {reason}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
