# SPDX-License-Identifier: Apache-2.0
"""Every token, code and secret of the run, and where none of them may be found."""

from pathlib import Path

from . import run_record


class InPlay:
    def __init__(self):
        self._secrets = set()
        self._places = set()

    def add(self, *secrets):
        for secret in secrets:
            # A short one would be found by chance.
            assert len(secret) >= 12, f"too short to look for: {secret!r}"
            self._secrets.add(secret)

    def watch(self, place):
        """A file or folder that must never hold a secret."""
        self._places.add(place)

    def leave(self):
        """For of_run()."""
        run_record.leave("secrets", self._secrets)
        run_record.leave("places", map(str, self._places))

    @classmethod
    def of_run(cls):
        """What all processes of the run left."""
        whole = cls()
        whole.add(*run_record.left("secrets"))
        for place in run_record.left("places"):
            whole.watch(Path(place))
        return whole

    def __len__(self):
        return len(self._secrets)

    def leaks(self, *places):
        """(file, secret) for each find in these places, by default in all that are watched."""
        needles = [(secret, secret.encode()) for secret in sorted(self._secrets)]
        for file in self._files(places or self._places):
            content = file.read_bytes()
            for secret, needle in needles:
                if needle in content:
                    yield file, secret

    @staticmethod
    def _files(places):
        for place in places:
            candidates = place.rglob("*") if place.is_dir() else [place]
            yield from (file for file in candidates if file.is_file())
