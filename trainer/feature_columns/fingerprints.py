"""TensorFlow's stable hashes, on arrays: equal texts get equal numbers on every machine and in every version.

References:
    FarmHash (Google, MIT licence), `farmhashna::Hash64`, which is TensorFlow's ``Fingerprint64``; ``FingerprintCat64``
    in tensorflow/core/platform/fingerprint.h.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

Words: TypeAlias = np.ndarray  # of uint64; all arithmetic is modulo 2**64

_K0, _K1, _K2 = np.uint64(0xC3A5C85C97CB3127), np.uint64(0xB492B66FBE98F273), np.uint64(0x9AE16A3B2F90404F)
_CAT = np.uint64(0xC6A4A7935BD1E995)
_LANES = 64  # bytes of a long text that are mixed in at once


def fingerprint(texts: Sequence[bytes]) -> Words:
    """``Fingerprint64`` of each text, ``(n,)`` uint64."""
    found = np.zeros(len(texts), np.uint64)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    # Texts of one length are hashed together: where their bytes lie then is one number.
    for length in np.unique(lengths).tolist():
        chosen = np.flatnonzero(lengths == length)
        joined = b"".join([texts[place] for place in chosen.tolist()])
        found[chosen] = _hash(np.frombuffer(joined, np.uint8).reshape(len(chosen), length), length)
    return found


def join_fingerprints(first: Words, second: Words) -> Words:
    """``FingerprintCat64``: a hash of two hashes, in this order."""
    joined = (first ^ _CAT) ^ (_shift_mix(second * _CAT) * _CAT)
    return _shift_mix(_shift_mix(joined * _CAT) * _CAT)


def choose_buckets(hashes: Words, num_buckets: int, is_there: np.ndarray) -> np.ndarray:
    """The bucket that each hash falls into, int32 of the same shape; -1 where nothing `is_there`."""
    return np.where(is_there, (hashes % np.uint64(num_buckets)).astype(np.int64), -1).astype(np.int32)


def _hash(texts: np.ndarray, length: int) -> Words:
    """Hashes texts of one length, ``(n, length)`` uint8."""
    if length <= 16:
        return _hash_short(texts, length)
    if length <= 32:
        return _hash_medium(texts, length)
    return _hash_two_blocks(texts, length) if length <= _LANES else _hash_long(texts, length)


def _hash_short(texts: np.ndarray, length: int) -> Words:
    scale = _K2 + np.uint64(length * 2)
    if length >= 8:
        first, last = _word(texts, 0) + _K2, _word(texts, length - 8)
        return _mix(_rotate(last, 37) * scale + first, (_rotate(first, 25) + last) * scale, scale)
    if length >= 4:
        return _mix(np.uint64(length) + (_half(texts, 0) << np.uint64(3)), _half(texts, length - 4), scale)
    if length == 0:
        return np.full(len(texts), _K2)
    first, middle, last = (texts[:, place].astype(np.uint64) for place in (0, length >> 1, length - 1))
    low, high = first + (middle << np.uint64(8)), np.uint64(length) + (last << np.uint64(2))
    return _shift_mix(low * _K2 ^ high * _K0) * _K2


def _hash_medium(texts: np.ndarray, length: int) -> Words:
    scale = _K2 + np.uint64(length * 2)
    a, b = _word(texts, 0) * _K1, _word(texts, 8)
    c, d = _word(texts, length - 8) * scale, _word(texts, length - 16) * _K2
    return _mix(_rotate(a + b, 43) + _rotate(c, 30) + d, a + _rotate(b + _K2, 18) + c, scale)


def _hash_two_blocks(texts: np.ndarray, length: int) -> Words:
    scale = _K2 + np.uint64(length * 2)
    a, b = _word(texts, 0) * _K2, _word(texts, 8)
    c, d = _word(texts, length - 8) * scale, _word(texts, length - 16) * _K2
    y = _rotate(a + b, 43) + _rotate(c, 30) + d
    z = _mix(y, a + _rotate(b + _K2, 18) + c, scale)
    e, f = _word(texts, 16) * scale, _word(texts, 24)
    g, h = (y + _word(texts, length - 32)) * scale, (z + _word(texts, length - 24)) * scale
    return _mix(_rotate(e + f, 43) + _rotate(g, 30) + h, e + _rotate(f + a, 18) + g, scale)


def _hash_long(texts: np.ndarray, length: int) -> Words:
    seed = np.full(len(texts), 81, np.uint64)
    y = seed * _K1 + np.uint64(113)
    z = _shift_mix(y * _K2 + np.uint64(113)) * _K2
    v = w = (np.zeros_like(seed), np.zeros_like(seed))
    x = seed * _K2 + _word(texts, 0)
    for begin in range(0, (length - 1) // _LANES * _LANES, _LANES):
        x = _rotate(x + y + v[0] + _word(texts, begin + 8), 37) * _K1 ^ w[1]
        y = _rotate(y + v[1] + _word(texts, begin + 48), 42) * _K1 + v[0] + _word(texts, begin + 40)
        z = _rotate(z + w[0], 33) * _K1
        v = _weak(texts, begin, v[1] * _K1, x + w[0])
        w = _weak(texts, begin + 32, z + w[1], y + _word(texts, begin + 16))
        x, z = z, x
    scale, last = _K1 + ((z & np.uint64(0xFF)) << np.uint64(1)), length - _LANES
    w = (w[0] + np.uint64((length - 1) & 63), w[1])
    v = (v[0] + w[0], v[1])
    w = (w[0] + v[0], w[1])
    x = _rotate(x + y + v[0] + _word(texts, last + 8), 37) * scale ^ w[1] * np.uint64(9)
    y = _rotate(y + v[1] + _word(texts, last + 48), 42) * scale + v[0] * np.uint64(9) + _word(texts, last + 40)
    z = _rotate(z + w[0], 33) * scale
    v = _weak(texts, last, v[1] * scale, x + w[0])
    w = _weak(texts, last + 32, z + w[1], y + _word(texts, last + 16))
    return _mix(_mix(v[0], w[0], scale) + _shift_mix(y) * _K0 + x, _mix(v[1], w[1], scale) + z, scale)


def _weak(texts: np.ndarray, begin: int, a: Words, b: Words) -> tuple[Words, Words]:
    w, x, y, z = (_word(texts, begin + 8 * number) for number in range(4))
    a = a + w
    b = _rotate(b + a + z, 21)
    mixed = a + x + y
    return mixed + z, b + _rotate(mixed, 44) + a


def _mix(u: Words, v: Words, scale: Words | np.uint64) -> Words:
    a = _shift_mix((u ^ v) * scale)
    return _shift_mix((v ^ a) * scale) * scale


def _shift_mix(value: Words) -> Words:
    mixed: Words = value ^ (value >> np.uint64(47))
    return mixed


def _rotate(value: Words, shift: int) -> Words:
    return (value >> np.uint64(shift)) | (value << np.uint64(64 - shift))


def _word(texts: np.ndarray, begin: int) -> Words:
    words: Words = np.ascontiguousarray(texts[:, begin : begin + 8]).view("<u8")[:, 0].astype(np.uint64)
    return words


def _half(texts: np.ndarray, begin: int) -> Words:
    words: Words = np.ascontiguousarray(texts[:, begin : begin + 4]).view("<u4")[:, 0].astype(np.uint64)
    return words
