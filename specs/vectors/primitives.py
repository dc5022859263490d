"""The primitives of protocol.md §1.3 for check.py: hashes, edwards25519, Ed25519, X25519, ChaCha20-Poly1305, RFC 6962 trees.

Written out slowly and plainly, and not in constant time: never use them with secrets.
"""
import hashlib, hmac, struct

p, l = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
d = -121665 * pow(121666, p - 2, p) % p
h = bytes.fromhex
le = lambda b: int.from_bytes(b, "little")
b32 = lambda n: n.to_bytes(32, "little")
u16, u32, u64 = (lambda n: n.to_bytes(2, "big")), (lambda n: n.to_bytes(4, "big")), (lambda n: n.to_bytes(8, "big"))
num = lambda b: int.from_bytes(b, "big")
sha256 = lambda *parts: hashlib.sha256(b"".join(parts)).digest()
sha512 = lambda *parts: hashlib.sha512(b"".join(parts)).digest()
mac = lambda key, message: hmac.new(key, message, hashlib.sha256).digest()
wide = lambda b: le(b) % l
xor = lambda a, b: bytes(x ^ y for x, y in zip(a, b))


def expand(key, info, n):
    out, block = b"", b""
    while len(out) < n:
        block = mac(key, block + info + bytes([len(out) // 32 + 1]))
        out += block
    return out[:n]


def kdf(label, ikm, info, n):
    return expand(mac(b"lachan/v1/" + label.encode(), ikm), info, n)


def add(P, Q):  # edwards25519, extended coordinates (X, Y, Z, T), one formula for all
    (a, b, c, e), (f, g, i, j) = P, Q
    A, B, C, D = (b - a) * (g - f) % p, (b + a) * (g + f) % p, 2 * e * j * d % p, 2 * c * i % p
    E, F, G, H = B - A, D - C, D + C, B + A
    return E * F % p, G * H % p, F * G % p, E * H % p


ZERO = (0, 1, 1, 0)


def mul(s, P):
    R = ZERO
    while s:
        if s & 1:
            R = add(R, P)
        P, s = add(P, P), s >> 1
    return R


def decode(b):  # the point, or None where it is not on the curve or not canonical
    y, sign = le(b) % 2**255, b[31] >> 7
    xx = (y * y - 1) * pow(d * y * y + 1, p - 2, p) % p
    x = pow(xx, (p + 3) // 8, p)
    if (x * x - xx) % p:
        x = x * pow(2, (p - 1) // 4, p) % p
    if (x * x - xx) % p or y >= p or (x == 0 and sign):
        return None
    x = p - x if x & 1 != sign else x
    return x, y, 1, x * y % p


def encode(P):
    z = pow(P[2], p - 2, p)
    return b32(P[1] * z % p | (P[0] * z % p & 1) << 255)


G = decode(b32(4 * pow(5, p - 2, p) % p))
point = lambda s: encode(mul(s, G))


def sign(seed, message):
    k = sha512(seed)
    a = clamp(k[:32])
    r = wide(sha512(k[32:], message))
    R = point(r)
    return R + b32((r + wide(sha512(R, point(a), message)) * a) % l)


def signed(key, message, signature):  # without cofactor: encode(S·G − k·A) is R
    R, S, A = signature[:32], le(signature[32:]), decode(key)
    k = wide(sha512(R, key, message))
    return A is not None and S < l and encode(add(mul(S, G), mul(l - k, A))) == R


def clamp(b):
    return le(b) & ~7 & ~(3 << 254) | 1 << 254


def ladder(k, u):  # u(k·P) for u(P), RFC 7748 without clamping
    x2, z2, x3, z3, swap = 1, 0, u, 1, 0
    for t in reversed(range(255)):
        if swap ^ (k >> t & 1):
            x2, x3, z2, z3 = x3, x2, z3, z2
        swap = k >> t & 1
        A, B, C, D = x2 + z2, x2 - z2, x3 + z3, x3 - z3
        DA, CB, AA, BB = D * A, C * B, A * A, B * B
        E = AA - BB
        x3, z3, x2, z2 = (DA + CB) ** 2 % p, u * (DA - CB) ** 2 % p, AA * BB % p, E * (AA + 121665 * E) % p
    if swap:
        x2, z2 = x3, z3
    return x2 * pow(z2, p - 2, p) % p


x25519 = lambda k, u: b32(ladder(clamp(k), le(u) % 2**255))
u_of = lambda P: b32((1 + le(P) % 2**255) * pow(1 - le(P) % 2**255, p - 2, p) % p)


def chacha(key, counter, nonce):
    state = [0x61707865, 0x3320646E, 0x79622D32, 0x6B206574, *struct.unpack("<8L", key), counter, *struct.unpack("<3L", nonce)]
    v = state[:]
    for _ in range(10):
        for a, b, c, e in ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
                           (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)):
            for x, y, z, n in ((a, b, e, 16), (c, e, b, 12), (a, b, e, 8), (c, e, b, 7)):
                v[x] = (v[x] + v[y]) & 0xFFFFFFFF
                r = v[z] ^ v[x]
                v[z] = (r << n | r >> 32 - n) & 0xFFFFFFFF
    return struct.pack("<16L", *((a + b) & 0xFFFFFFFF for a, b in zip(v, state)))


def seal(key, nonce, aad, plain):  # ChaCha20-Poly1305, RFC 8439
    stream = b"".join(chacha(key, 1 + i, nonce) for i in range(-(-len(plain) // 64)))
    out, one = xor(plain, stream), chacha(key, 0, nonce)
    r, s, a = le(one[:16]) & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF, le(one[16:32]), 0
    pad = lambda b: b + bytes(-len(b) % 16)
    text = pad(aad) + pad(out) + struct.pack("<QQ", len(aad), len(out))
    for i in range(0, len(text), 16):
        a = (a + le(text[i:i + 16] + b"\1")) * r % (2**130 - 5)
    return out + ((a + s) % 2**128).to_bytes(16, "little")


def root(leaves):  # RFC 6962, from leaf hashes
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256()
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\1", root(leaves[:k]), root(leaves[k:]))


def inclusion(m, D):
    if len(D) == 1:
        return []
    k = 1 << (len(D) - 1).bit_length() - 1
    return inclusion(m, D[:k]) + [root(D[k:])] if m < k else inclusion(m - k, D[k:]) + [root(D[:k])]


def consistency(m, D, whole=True):
    if m == 0 or m == len(D):
        return [] if m == 0 or whole else [root(D)]
    k = 1 << (len(D) - 1).bit_length() - 1
    return consistency(m, D[:k], whole) + [root(D[k:])] if m <= k else consistency(m - k, D[k:], False) + [root(D[:k])]


def is_good_u(E):  # canonical, on the curve (not its twist), of prime order
    u = le(E)
    v = u * (u * u + 486662 * u + 1) % p
    return u < p and pow(v, (p - 1) // 2, p) == 1 and ladder(8, u) and not ladder(l, u)
