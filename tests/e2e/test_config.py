# SPDX-License-Identifier: Apache-2.0
"""Configurations that are wrong: no start, and file, line, column and what was expected."""

import subprocess

import pytest

APP = """{
  // A comment, as allowed.
  "apps": {
    "firm": {
      "product": "manage", "region": "us", "client_id": "id",
      "client_secret": {"file": "%(secret)s"},
      "redirect_uri": "http://127.0.0.1:5678/callback",
    },
  },
}
"""
MARK = "▶"  # stands before the place that the error must name


def replaced(old, new):
    assert old in APP
    return APP.replace(old, new)


WRONG = {
    "unknown key": (replaced('"apps"', MARK + '"app"'), "app"),
    "unknown key of an app": (replaced('"region"', MARK + '"regoin": "us", "region"'), "regoin"),
    "unknown key of refresh": ('{"refresh": {' + MARK + '"at_fractoin": 0.5}}', "at_fractoin"),
    "wrong type of apps": ('{"apps": ' + MARK + "[]}", "object"),
    "wrong type of a member": (replaced('"client_id": "id"', '"client_id": ' + MARK + "7"), "string"),
    "wrong type of pkce": (replaced('"client_id"', '"pkce": ' + MARK + '"yes", "client_id"'), "true or false"),
    "unknown word": (replaced('"us"', MARK + '"uk"'), "us"),
    "missing member": (replaced('"firm": {', '"firm": ' + MARK + "{").replace(' "client_id": "id",', ""), "client_id"),
    "duplicate key": (replaced('"client_id": "id"', '"client_id": "id", ' + MARK + '"client_id": "id"'), "client_id"),
    "duplicate app": (replaced('"firm": {', '"firm": {}, ' + MARK + '"firm": {'), "firm"),
    "bad name": (replaced('"firm"', MARK + '"the firm"'), "name"),
    "bad URL": (replaced('"http://127.0.0.1:5678/callback"', MARK + '"127.0.0.1"'), ""),
    "redirect to another host": (replaced('"http://127.0.0.1:5678/callback"', MARK + '"http://example.com:5678/"'), "loopback"),
    "redirect without a port": (replaced('"http://127.0.0.1:5678/callback"', MARK + '"http://127.0.0.1/callback"'), "port"),
    "http to another host": (
        replaced('"client_id"', '"endpoints": {"token": ' + MARK + '"http://clio.example/token"}, "client_id"'), "https"),
    "scheme of its own": (
        replaced('"client_id"', '"endpoints": {"token": ' + MARK + '"ftp://127.0.0.1/token"}, "client_id"'), "http"),
    "cut": (APP[: APP.index('"region"')] + MARK, ""),
    "a secret in the configuration": (replaced('{"file": "%(secret)s"}', MARK + '"s3cret"'), "file"),
    "at_fraction too large": ('{"refresh": {"at_fraction": ' + MARK + "1.5}}", "at_fraction"),
    "max_parallel zero": ('{"refresh": {"max_parallel": ' + MARK + "0}}", "max_parallel"),
    "max_per_second as text": ('{"refresh": {"max_per_second": ' + MARK + '"2"}}', "max_per_second"),
    "unknown key of lock": ('{"lock": {' + MARK + '"after": 60}}', "after_idle"),
    "after_idle too short": ('{"lock": {"after_idle": ' + MARK + "5}}", "after_idle"),
    "wrong type of on_suspend": ('{"lock": {"on_suspend": ' + MARK + "1}}", "true or false"),
    "wrong type of open_over_restart": ('{"lock": {"open_over_restart": ' + MARK + '"yes"}}', "true or false"),
    "unknown key of tls": ('{"tls": {' + MARK + '"ca": "/etc/ssl"}}', "ca_file"),
    "a ca_file that is not there": ('{"tls": {"ca_file": ' + MARK + '"/no/such.pem"}}', "/no/such.pem"),
    "no key": ('{"key": ' + MARK + "{}}", "credential"),
    "a key in the configuration": ('{"key": ' + MARK + '"0123"}', "credential"),
    "a key at a relative path": ('{"key": {"file": ' + MARK + '"key"}}', "absolute"),
    "no passphrase": ('{"key": {"passphrase": ' + MARK + "false}}", "credential"),
    "a hook without its path": ('{"hooks": {"on_login_required": [' + MARK + '"notify-send"]}}', "absolute"),
    "a hook that is not there": ('{"hooks": {"on_login_required": [' + MARK + '"/no/such"]}}', "/no/such"),
    "a hook that is not a program": ('{"hooks": {"on_login_required": [' + MARK + '"/"]}}', "program"),
    "a hook as a command line": ('{"hooks": {"on_login_required": ' + MARK + '"/bin/true"}}', "PROGRAM"),
    "a hook with a number": ('{"hooks": {"on_login_required": ["/bin/true", ' + MARK + '7]}}', "string"),
    "a hook for nothing": ('{"hooks": {"on_login_required": ' + MARK + '[]}}', "PROGRAM"),
    "an unknown hook": ('{"hooks": {' + MARK + '"on_login": ["/bin/true"]}}', "on_login_required"),
    "not an object": (MARK + "[]", "object"),
    "text after the end": ("{} " + MARK + "x", ""),
}


@pytest.fixture
def secret_file(tmp_path):
    file = tmp_path / "secret"
    file.touch(mode=0o600)
    file.write_text("the client's secret")
    return file


def test_the_template_itself_is_right(make_daemon, secret_file):
    make_daemon(APP % {"secret": secret_file}).start().stop()


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_configuration(make_daemon, secret_file, case):
    marked, told = WRONG[case]
    marked = marked.replace("%(secret)s", str(secret_file))
    before = marked[: marked.index(MARK)]
    line = before.count("\n") + 1
    column = len(before.rpartition("\n")[2].encode()) + 1
    daemon = make_daemon(marked.replace(MARK, ""))
    for said in (daemon.refuses_to_start(), daemon.refuses_to_start("--check-config")):
        assert f"{daemon.config_file}: line {line}, column {column}: " in said, said
        assert told in said.split("column", 1)[1], said
    assert not daemon.state_dir.exists() or not any(daemon.state_dir.iterdir())


def test_check_config(make_daemon, secret_file):
    daemon = make_daemon(APP % {"secret": secret_file})
    done = subprocess.run(daemon.command("--check-config"), env=daemon.environment, capture_output=True, text=True, check=True)
    assert done.stdout == f"the configuration is valid: {daemon.config_file}\n"
    assert not daemon.socket.exists()
    assert not daemon.state_dir.exists()


def test_a_byte_order_mark_is_ignored(make_daemon, secret_file):
    make_daemon("\ufeff" + APP % {"secret": secret_file}).start().stop()


@pytest.mark.parametrize("secret, told", [("s3\u200bcret", "invisible or foreign character"), ("one\ntwo\n", "more than one line"),
                                          ("\ufeffs3cret", "byte order mark"), (" \n", "is empty")])
def test_a_secret_that_cannot_be_one(make_daemon, secret_file, secret, told):
    secret_file.write_text(secret)
    said = make_daemon(APP % {"secret": secret_file}).refuses_to_start()
    assert f"{secret_file}: the secret" in said and told in said


def test_a_secret_file_that_is_not_there(make_daemon, tmp_path):
    said = make_daemon(APP % {"secret": tmp_path / "nosuch"}).refuses_to_start()
    assert str(tmp_path / "nosuch") in said


def test_a_secret_file_that_others_may_read(make_daemon, secret_file):
    secret_file.chmod(0o644)
    said = make_daemon(APP % {"secret": secret_file}).refuses_to_start()
    assert str(secret_file) in said


def test_a_configuration_that_is_not_there(make_daemon, tmp_path):
    daemon = make_daemon()
    assert str(tmp_path / "nosuch.json") in daemon.refuses_to_start("--config", str(tmp_path / "nosuch.json"))


@pytest.mark.parametrize("options", [["--nosuch"], ["--socket"], ["extra"], ["--log-level", "loud"], ["--socket", ""],
                                     ["--state-dir", ""], ["--config", ""], ["--trace=yes"]], ids=" ".join)
def test_wrong_options(make_daemon, options):
    daemon = make_daemon()
    assert "try cliod --help" in daemon.refuses_to_start(*options)
    assert not daemon.state_dir.exists()
