# SPDX-License-Identifier: Apache-2.0
"""What opens the store, had as the daemon has it but without the daemon: the keys of slots, and the data key."""

import contextlib
import ctypes
import hashlib
import shutil
import sqlite3
import tempfile
from pathlib import Path

_KEY_SIZE = 32  # crypto_box_SEEDBYTES, as are those of both halves
_ARGON2ID13 = 2  # crypto_pwhash_ALG_ARGON2ID13
_RECOVERY_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RECOVERY_SECRET_SIZE = 20


def key_of_file(state_dir):
    return bytes.fromhex((state_dir / "key").read_text(encoding="ascii"))


def key_of_passphrase(state_dir, passphrase):
    (salt, operations, memory) = _slot(state_dir, "passphrase", "kdf_salt, kdf_operations, kdf_memory")
    key = ctypes.create_string_buffer(_KEY_SIZE)
    assert _sodium().crypto_pwhash(
        key, ctypes.c_ulonglong(_KEY_SIZE), passphrase.encode(), ctypes.c_ulonglong(len(passphrase)), salt,
        ctypes.c_ulonglong(operations), ctypes.c_size_t(memory), _ARGON2ID13,
    ) == 0
    return key.raw


def recovery_secret(recovery_key):
    """The random part of it; the rest is a checksum."""
    number = 0
    for character in recovery_key.replace("-", "")[: _RECOVERY_SECRET_SIZE * 8 // 5]:
        number = number * 32 + _RECOVERY_ALPHABET.index(character)
    return number.to_bytes(_RECOVERY_SECRET_SIZE, "big")


def key_of_recovery(recovery_key):
    secret = recovery_secret(recovery_key)
    return hashlib.blake2b(secret, digest_size=_KEY_SIZE, key=b"clio-agent/1 recovery-key").digest()


def secret_half(slot_key):
    """What opens the data key, made of the slot's key."""
    return _halves(slot_key)[1].raw


def data_key(state_dir, kind="file", slot_key=None):
    """By the slot of that kind, and the key file unless another key is given. The daemon may run, but not write."""
    (wrapped,) = _slot(state_dir, kind, "wrapped")
    public, secret = _halves(slot_key or key_of_file(state_dir))
    key = ctypes.create_string_buffer(_KEY_SIZE)
    assert _sodium().crypto_box_seal_open(key, wrapped, ctypes.c_ulonglong(len(wrapped)), public, secret) == 0
    return key.raw


def _sodium():
    sodium = ctypes.CDLL("libsodium.so.23")
    assert sodium.sodium_init() >= 0
    return sodium


def _halves(slot_key):
    public, secret = ctypes.create_string_buffer(_KEY_SIZE), ctypes.create_string_buffer(_KEY_SIZE)
    assert _sodium().crypto_box_seed_keypair(public, secret, slot_key) == 0
    return public, secret


def _slot(state_dir, kind, columns):
    """From a copy of the store: the daemon lets nobody else open it."""
    with tempfile.TemporaryDirectory() as copy:
        for file in state_dir.glob("store.db*"):
            shutil.copy(file, copy)
        with contextlib.closing(sqlite3.connect(Path(copy) / "store.db")) as store:
            return store.execute(f"SELECT {columns} FROM key_slot WHERE kind = ?", (kind,)).fetchone()
