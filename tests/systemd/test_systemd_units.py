# SPDX-License-Identifier: Apache-2.0
"""What `make install` puts where, and what systemd thinks of the units; without root and without starting anything."""

import os
import re
import shutil
import subprocess

import pytest
from support.programs import BUILD, SOURCE, build_option

HIGHEST_EXPOSURE = 1.4
PREFIX = build_option("prefix").lstrip("/")
LIBDIR = f"{PREFIX}/{build_option('libdir')}"
PROGRAMS_AND_DOCUMENTS = {
    *(f"{PREFIX}/bin/{program}" for program in ("cliod", "clioctl", "clio-sandbox")),
    *(f"{LIBDIR}/libclio-agent.so{version}" for version in ("", ".1", ".1.0.0")),
    f"{PREFIX}/include/clio_agent.h",
    f"{LIBDIR}/pkgconfig/clio-agent.pc",
    *(f"{PREFIX}/share/man/{page}" for page in (
        "man1/clioctl.1", "man1/clioctl-app.1", "man1/clioctl-backup.1", "man1/clioctl-doctor.1", "man1/clioctl-key.1",
        "man1/clio-sandbox.1",
        "man3/libclio-agent.3", "man5/cliod.json.5", "man5/cliod.log.5", "man8/cliod.8")),
    f"{PREFIX}/share/bash-completion/completions/clioctl",
    f"{PREFIX}/share/zsh/site-functions/_clioctl",
    f"{PREFIX}/share/fish/vendor_completions.d/clioctl.fish",
    *(f"{PREFIX}/share/doc/clio-agent/{document}" for document in (
        "cliod.json", "openapi.yaml", "account-life.md", "what-can-be-lost.md", "HARDENING.md",
        "troubleshooting.md", "notify-login-required")),
}
UNITS = ("cliod.service", "cliod.socket")


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("root")
    make = ["make", "-s", "-C", SOURCE, "install", f"B={BUILD}", f"DESTDIR={folder}"]
    subprocess.run(make, stdin=subprocess.DEVNULL, check=True, capture_output=True)
    return folder


def test_uninstall_removes_what_was_installed(tmp_path):
    folders = [tmp_path / "root", tmp_path / "another"]
    for target, folder in [("install", folders[0]), ("install", folders[1]), ("uninstall", folders[0])]:
        make = ["make", "-s", "-C", SOURCE, target, f"B={BUILD}", f"DESTDIR={folder}"]
        subprocess.run(make, stdin=subprocess.DEVNULL, check=True, capture_output=True)
    left = [[path for path in folder.rglob("*") if not path.is_dir()] for folder in folders]
    assert not left[0] and left[1]


def systemd_folder(name):
    """Where systemd.pc has it, and its usual place without systemd.pc."""
    usual = {"systemdsystemunitdir": "/lib/systemd/system", "systemduserunitdir": "/usr/lib/systemd/user",
             "sysusersdir": "/usr/lib/sysusers.d", "catalogdir": "/usr/lib/systemd/catalog"}[name]
    asked = subprocess.run(["pkg-config", f"--variable={name}", "systemd"], capture_output=True, text=True)
    return (asked.stdout.strip() or usual).lstrip("/")


def unit_folder(root, manager):
    return root / systemd_folder(f"systemd{manager}unitdir")


@pytest.fixture
def analyze(root, tmp_path):
    """Runs systemd-analyze on the installed units, as if their programs were in place."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")

    def run(manager, command, *options, units=UNITS):
        folder = tmp_path / manager
        shutil.copytree(unit_folder(root, manager), folder)
        service = folder / "cliod.service"
        service.write_text(service.read_text().replace(f"=/{PREFIX}/", f"={root}/{PREFIX}/"))
        return subprocess.run(
            ["systemd-analyze", command, f"--{manager}", "--no-pager", *options, *(folder / unit for unit in units)],
            env=os.environ | {"XDG_RUNTIME_DIR": str(tmp_path), "SYSTEMD_COLORS": "0", "SYSTEMD_LOG_LEVEL": "warning"},
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
        )

    return run


def test_everything_is_installed(root):
    found = {str(file.relative_to(root)) for file in root.rglob("*")}
    units = {f"{systemd_folder(f'systemd{manager}unitdir')}/{unit}" for manager in ("system", "user") for unit in UNITS}
    others = {f"{systemd_folder('sysusersdir')}/clio-agent.conf", f"{systemd_folder('catalogdir')}/cliod.catalog",
              "etc/cliod"}
    assert (PROGRAMS_AND_DOCUMENTS | units | others) - found == set()


@pytest.mark.parametrize("manager", ["system", "user"])
def test_units_name_documentation_that_is_installed(root, manager):
    for unit in UNITS:
        pages = re.findall(r"man:([\w.-]+)\((\d)\)", (unit_folder(root, manager) / unit).read_text())
        assert pages
        for name, section in pages:
            assert (root / PREFIX / f"share/man/man{section}/{name}.{section}").exists()


@pytest.mark.parametrize("manager", ["system", "user"])
def test_systemd_finds_nothing_wrong_with_the_units(analyze, manager):
    done = analyze(manager, "verify", "--man=no", "--recursive-errors=no")
    # About other units of this machine it may say what it likes.
    assert (done.returncode, [line for line in done.stderr.splitlines() if "cliod" in line]) == (0, []), done.stderr


def test_the_system_service_is_hardly_exposed(analyze, capsys):
    done = analyze("system", "security", "--offline=yes", units=["cliod.service"])
    exposure = float(re.search(r"Overall exposure level for cliod.service: ([\d.]+)", done.stdout)[1])
    with capsys.disabled():
        print(f" exposure {exposure} of at most {HIGHEST_EXPOSURE} ", end="")
    assert exposure <= HIGHEST_EXPOSURE, done.stdout


def test_what_would_hide_who_asks_is_absent(root):
    service = (unit_folder(root, "system") / "cliod.service").read_text()
    assert not re.search(r"^(PrivateUsers|ProtectProc|PrivateNetwork|DynamicUser)=", service, re.MULTILINE)


def test_hardening_md_speaks_of_every_line_of_the_sandbox(root):
    service = (unit_folder(root, "system") / "cliod.service").read_text()
    directives = set(re.findall(r"^(\w+)=", service.split("# Sandbox\n")[1].split("[Install]")[0], re.MULTILINE))
    told = set(re.findall(r"`(\w+)=", (root / PREFIX / "share/doc/clio-agent/HARDENING.md").read_text()))
    assert len(directives) > 20
    assert directives - told == set()
