#!/usr/bin/env python3
"""Recomputes the accepted vectors of this folder from specs/protocol.md and specs/wire.md alone.

It shares no line with the Rust code and needs nothing but Python 3.8 or newer. It prints how many cases of each file it recomputed;
a difference ends it with exit code 1. Refused cases are left to a whole implementation.

    python3 specs/vectors/check.py
"""
import base64, json, pathlib, sys

sys.dont_write_bytecode = True
from primitives import *


# --- door stamp (§2.6) ---------------------------------------------------------------------------------------------------
def table(name):
    path = pathlib.Path(__file__).parent.parent / "tables" / f"stamp-{name}.txt"
    return path.read_text(encoding="utf-8").split("\n")[:-1]


def check_stamp(c):
    step = int(c["time"]) // 30
    v = num(mac(h(c["key"]), b"lachan/v1/stamp" + u64(step))[:4])
    words, colours = table("words"), table("colours")
    assert len(words) == 1024 and len(colours) == 8
    assert [words[v >> 22], words[v >> 12 & 1023]] == c["words"] and step == int(c["step"])
    assert colours[v >> 9 & 7].split("|") == [c["colour_vi"], c["colour_en"]] and v >> 9 & 7 == c["colour"]


# --- plans, codes, registrations (§3, §4) -------------------------------------------------------------------------------
def cut(b, *sizes):
    at, out = 0, []
    for n in sizes:
        out.append(b[at:at + n])
        at += n
    return out + [b[at:]]


def plan(b):
    r = {"kind": b[11], "names": b[13:15 + b[13] + b[14 + b[13]]]}
    o = 13 + len(r["names"])
    r["key"], first, count, q, r["nonce"], r["N"], points = cut(b[o:], 32, 4, 2, 1, 16, 32)
    r["q"], r["first"], r["count"], r["head"], r["of"] = q[0], num(first), num(count), b[:o + 55], b[1:11] + b[12:13]
    r["points"] = [points[i:i + 32] for i in range(0, len(points), 32)]
    r["windows"] = range(r["first"], r["first"] + r["count"])
    r["root"] = root([sha256(b"\0", X) for X in r["points"]])
    r["digest"] = sha256(b"lachan/v1/registration", r["head"], sha256(b"lachan/v1/secret-of-notices", r["N"]), r["root"])
    return r


value = lambda coefficients, x: sum(c * x**i for i, c in enumerate(coefficients)) % l


def venue_scalars(r, secrets):
    if r["kind"] == 3:
        return [le(h(k)) for k in secrets["coefficients"]]
    seeds = {s["day"]: h(s["seed"]) for s in secrets["day_seeds"]}
    return [wide(kdf("share/venue", seeds[w // 24], r["nonce"] + u32(w), 64)) for w in r["windows"]]


def at(r, scalars, w):
    return value(scalars, w - r["first"] + 1) if r["kind"] == 3 else scalars[w - r["first"]]


def hour_key(kind, key, w):
    return key if kind == 1 else kdf("hour-notice", key, u32(w), 16)


def key_in_code(r, w):
    slip = r["first"] + 24 * ((w - r["first"]) // 24)
    return kdf("notice", r["N"], {1: b"\0" + u32(w), 2: b"\1" + u32(slip), 3: b"\2"}[r["kind"]], 16)


def prove(role, digest, xs, Xs, random):
    r = wide(kdf("prove/nonce", random + b"".join(map(b32, xs)), bytes([role]) + digest, 64))
    R = point(r)
    c = wide(sha512(b"lachan/v1/prove/share", bytes([role]), digest, u32(len(Xs)), *Xs, R))
    return R + b32((r + sum(pow(c, i + 1, l) * x for i, x in enumerate(xs))) % l)


def code(b):  # W§3
    r = {"kind": b[1], "id": b[2:18], "authority": b[18:26], "venue_kind": b[28], "first": num(b[29:33]), "count": num(b[33:35])}
    a = b[36]
    r["name"], r["place"], o = b[37:37 + a], b[38 + a:38 + a + b[37 + a]], 38 + a + b[37 + a]
    keys, points = r["count"] if r["kind"] == 1 else 1, b[35] + 1 if r["kind"] == 3 else r["count"]
    r["keys"] = [b[o + 16 * i:o + 16 * i + 16] for i in range(keys)]
    o += 16 * keys
    r["points"] = [b[o + 32 * i:o + 32 * i + 32] for i in range(points)]
    assert len(b) == o + 32 * points + 64
    r["windows"], r["signed"], r["signature"] = range(r["first"], r["first"] + r["count"]), b"lachan/v1/venue-code" + b[:-64], b[-64:]
    return r


def point_in(r, w):
    if r["kind"] != 3:
        return r["points"][w - r["first"]]
    R, x = ZERO, w - r["first"] + 1
    for C in reversed(r["points"]):
        R = add(mul(x, R), decode(C))
    return encode(R)


def notice_in(r, w):
    return hour_key(r["kind"], r["keys"][w - r["first"] if r["kind"] == 1 else 0], w)


def check_plan(c):
    r = plan(h(c["bytes"]))
    same(c, c["digest"], r["digest"], c["code_id"], r["digest"][:16], c["points"], r["points"], c["points_root"], r["root"])
    scalars = venue_scalars(r, c["secrets"])
    for w in c["windows"]:
        a, key = at(r, scalars, w["w"]), key_in_code(r, w["w"])
        same(c, w["a_w"], b32(a), w["A_w"], point(a), w["key_in_code"], key, w["n_w"], hour_key(r["kind"], key, w["w"]))


def check_proof(c):
    xs = [le(h(x)) for x in c["scalars"]]
    Xs = [point(x) for x in xs]
    same(c, c["points"], Xs, c["proof"], prove(c["role"], h(c["digest"]), xs, Xs, h(c["random"])))


def check_registration(c):
    whole, venue, random = h(c["plan"]), h(c["venue_seed"]), h(c["office_random"])
    r = plan(whole)
    D, xs, first, count = r["digest"], venue_scalars(r, c["secrets"]), r["first"], r["count"]
    data = sign(venue, b"lachan/v1/plan" + D) + prove(0, D, xs, r["points"], h(c["venue_random"]))
    same(c, c["data"], whole + data + sign(venue, b"lachan/v1/register" + D + h(c["enc"])))
    tags = [b"\1" + u32(i) for i in range(r["q"] + 1)] if r["kind"] == 3 else [b"\0" + u32(w) for w in r["windows"]]
    shares = [[wide(kdf("share/office", h(k), D + tag, 64)) for tag in tags] for k in c["office_seeds"]]
    answer = bytes([len(shares)])
    for i, b in enumerate(shares):
        B = [point(x) for x in b]
        answer += b"".join(B) + prove(1 + i, D, b, B, random[32 * i:32 * i + 32])
    sums = [sum(column) % l for column in zip(xs, *shares)]
    P = [point(s) for s in sums]
    same(c, c["points"], P)
    listed = (len(h(c["codes"][0])) - 38 - len(r["names"]) + 2 - 64) // 48 if r["kind"] == 1 else 0
    step, span = {1: (1, listed), 2: (24, 24), 3: (count, count)}[r["kind"]]
    answer += bytes([listed])
    for f, wanted in zip(range(first, first + count, step), c["codes"]):
        n = min(span, first + count - f)
        body = bytes([1, r["kind"]]) + D[:16] + r["of"] + u32(f) + u16(n) + bytes([r["q"]]) + r["names"]
        body += b"".join(key_in_code(r, w) for w in (range(f, f + n) if r["kind"] == 1 else [f]))
        body += b"".join(P if r["kind"] == 3 else P[f - first:f - first + n])
        signature = sign(h(c["code_seed"]), b"lachan/v1/venue-code" + body)
        same(c, wanted, body + signature)
        answer += signature
    same(c, c["answer"], answer + random[32 * len(shares):], len(c["codes"]), len(range(first, first + count, step)))
    for w in c["released"]:
        s = at(r, sums, w["w"])
        same(c, w["a_w"], b32(at(r, xs, w["w"])), w["s_w"], b32(s), w["P_w"], point(s))


def check_code(c):
    r, end, slack = code(h(c["bytes"])), None, 600
    assert any(signed(h(k["key"]), r["signed"], r["signature"]) for k in c["trust"]["code_keys"])
    same(c, c["code_id"], r["id"], c["name_text"].encode(), r["name"], c["place_text"].encode(), r["place"],
         [c[k] for k in ("first", "count", "kind_of_code", "venue_kind")], [r[k] for k in ("first", "count", "kind", "venue_kind")])
    start, end = r["first"] * 3600, (r["first"] + r["count"]) * 3600
    if r["kind"] == 1:
        start, end = start - slack, min(end, start + 3600 + slack)
    same(c, c["accepted_from"], start, c["accepted_until"], end, c["sealing_start"], max(c["now"], r["first"] * 3600))
    assert start <= c["now"] < end
    for w in c["windows"]:
        same(c, w["P_w"], point_in(r, w["w"]), w["n_w"], notice_in(r, w["w"]))


def check_evidence(c):
    codes = [code(h(c["first"])), code(h(c["second"]))]
    assert all(any(signed(h(k), r["signed"], r["signature"]) for k in c["code_keys"]) for r in codes)
    a, b = codes
    assert a["id"] == b["id"] and a["authority"] == b["authority"]
    common = sorted(set(a["windows"]) & set(b["windows"]))
    found = [(name, None) for name, key in (("kind of code", "kind"), ("venue kind", "venue_kind"), ("name", "name"), ("place", "place"))
             if a[key] != b[key]]
    for w in common if a["kind"] == b["kind"] else []:
        found += [(name, w) for name, read in (("point", point_in), ("notification key", notice_in)) if read(a, w) != read(b, w)]
    same(c, [c["contradiction"], c["window"]], list(found[0]), bool(common), True)


def check_url(c):
    b, widths = h(c["bytes"] if "bytes" in c else c["read"]), [0, 3, 5, 8, 10, 13, 15, 17]
    chunks = [b[i:i + 7] for i in range(0, len(b), 7)]
    same(c, c["url"].lower(), "https://" + c["host"] + "/#" + "".join(str(le(x)).zfill(widths[len(x)]) for x in chunks))


# --- tokens, batches, hits (§5 to §7) -----------------------------------------------------------------------------------
def keyed(label, E, day, K):
    return mac(b"lachan/v1/token/" + label + E + day, K)


def check_token(c):
    if "arrival" in c:
        a, b = c["arrival"], max(c["departure"], c["arrival"] + 1)
        row = lambda w, s: [w, max(a - s, 0) // 60, max(60 if c["departure"] >= s + 3600 else -(-(b - s) // 60), max(a - s, 0) // 60 + 1)]
        return same(c, c["windows"], [row(w, w * 3600) for w in range(a // 3600, -(-b // 3600))])
    P, record, s = h(c["point"]), h(c["record"]), le(h(c["s"]))
    day, ikm, bound = u16(num(record[24:28]) // 24), h(c["r32"]) + h(c["device_secret"]) + u64(int(c["counter"])), sha256(P, record)
    e, CK = kdf("ephemeral", ikm, bound, 32), kdf("content", ikm, bound, 32)
    E, K = x25519(e, b32(9)), x25519(e, u_of(P))
    head = day + E + keyed(b"tag", E, day, K)[:16] + xor(CK, keyed(b"wrap", E, day, K)) + h(c["random_wrap2"])
    same(c, c["token"], head + seal(CK, bytes(12), head, record), K, b32(ladder(s, le(E))), P, point(s))


def opened(token, s):  # the record, or None
    day, E, tag, wrap, _, ct = cut(token, 2, 32, 16, 32, 32)
    K = b32(ladder(le(s), le(E)))
    if keyed(b"tag", E, day, K)[:16] != tag:
        return None
    CK = xor(wrap, keyed(b"wrap", E, day, K))
    record = xor(ct, chacha(CK, 1, bytes(12)) + chacha(CK, 2, bytes(12)))[:120]
    return record if seal(CK, bytes(12), token[:114], record) == ct else None


def decoy(seed, batch):
    return b32(wide(kdf("decoy/scalar", seed, b"", 64))) + kdf("decoy/detail", seed, batch, 8)


def opened_detail(entry, n_w, w, batch):
    return xor(entry[32:], kdf("detail", n_w, entry[:32] + w + batch, 8))


def sizes(n):
    s = [16, 32, 64, 128]
    while len(s) < n:
        s.append(-(-5 * s[-1] // 4))
    return s


def check_entry(c):
    if "detail" in c:
        sealed = h(c["s"]) + opened_detail(h(c["s"] + c["detail"]), h(c["n_w"]), u32(c["w"]), h(c["batch_id"]))
        outcome, mask, advice = meaning(num(h(c["detail"])))
        said = {"advice": advice, "mask": "%015x" % mask, "minutes": bin(mask).count("1")}
        same(c, c["entry"], sealed, c["meaning"], said if outcome is None else outcome)
    elif "seed" in c:
        same(c, c["entries"], [decoy(h(c["seed"]), h(b)) for b in c["batch_ids"]])
    elif "releases" in c:
        fits = lambda n: c["changes"] <= min(n // 8, c["earlier"]) <= n - c["releases"]
        size = next(n for n in sizes(60) if fits(n))
        repeats = min(size // 8, c["earlier"])
        same(c, [c["size"], c["repeats"], c["decoys"]], [size, repeats, size - repeats - c["releases"]])
    elif "sizes" in c:
        same(c, c["sizes"], sizes(len(c["sizes"])))
    elif "mask" in c:
        same(c, c["minutes_together"], bin(int(c["mask"], 16) & ((1 << c["to"]) - (1 << c["from"]))).count("1"))
    else:
        return False


def check_batch(c):
    batch = h(c["authority"]) + u64(c["seq"]) + h(c["nonce"])
    decoys = lambda first, n: sorted(decoy(b32(i)[::-1], batch) for i in range(first, first + n))
    lists = {day: decoys(first, n) for day, first, n in c["lists"]}
    for leaf, (part, parts), length, wanted in zip(c["leaves"], c["part_numbers"], c["lengths"], c["sha256"]):
        b = bytes([1, 1]) + batch[:8] + u16(c["region"]) + batch[8:16] + u64(c["time"]) + batch[16:] + h(c["manifest_root"])
        b += u32(c["unlocks"]) + u32(c["certificates"]) + u16(part) + u16(parts) + u16(len(leaf))
        b += b"".join(u16(day) + u16(n) + b"".join(lists[day][at:at + n]) for day, at, n in leaf)
        b += sign(h(c["batch_key_seed"]), b"lachan/v1/leaf/batch" + b)
        same(c, length, len(b), wanted, sha256(b), c["batch_id"], batch)


TICKS = {}
RANKS = ["withdrawn", "none together", "time unknown", "together"]


def meaning(detail):  # what is said instead of minutes, mask, advice
    mask, advice = detail % 2**60, detail >> 60
    return "withdrawn" if (advice, mask) == (15, 0) else None if mask and 1 <= advice <= 7 else "time unknown", mask, advice


def check_hits(c):
    if "leaf" in c:
        b, lists, o = h(c["leaf"]), {}, 90
        assert signed(h(c["batch_key"]), b"lachan/v1/leaf/batch" + b[:-64], b[-64:])
        while o < len(b) - 64:
            n = num(b[o + 2:o + 4])
            lists[num(b[o:o + 2])] = [b[i:i + 40] for i in range(o + 4, o + 4 + 40 * n, 40)]
            o += 4 + 40 * n
        TICKS[c["tick"]] = lists, b[2:10] + b[12:20] + b[28:44], num(b[20:28])
        return same(c, c["batch_id"], TICKS[c["tick"]][1], c["time"], num(b[20:28]))
    if "record" in c:
        lists, batch, time = TICKS[c["tick"]]
        record, entry = h(c["record"]), next(e for e in lists[c["day"]] if e[:32] == h(c["s"]))
        found = {"detail": opened_detail(entry, record[31:47], record[24:28], batch).hex(), "published": time, "seq": c["tick"]}
        return same(c, c["finding"], found, counts(record, c["day"], batch, time), None)
    skipped, hits, last, day = [t["token"] for t in c["not_tried"]], [], {}, c["day"]
    for i, t in enumerate(map(h, c["tokens"])):
        assert (i in skipped) == (num(t[:2]) != day or not is_good_u(t[2:34])), c["name"]
    for tick, (lists, batch, time) in sorted(TICKS.items()):
        for i, t in enumerate(map(h, c["tokens"])):
            for position, entry in enumerate(lists[day] if i not in skipped else []):
                record = opened(t, entry[:32])
                if record is None:
                    continue
                why = counts(record, day, batch, time)
                hits.append({"tick": tick, "token": i, "position": position, "s": entry[:32].hex(), **({"does_not_count": why} if why else {})})
                if why is None:
                    said = meaning(num(opened_detail(entry, record[31:47], record[24:28], batch)))
                    last.setdefault((batch[:8], entry[:32]), {}).setdefault(tick, []).append((record, said, time))
    same(c, c["hits"], hits, c["exposures"], told([x for ticks in last.values() for x in ticks[max(ticks)]]))


def counts(record, day, batch, time):
    w = num(record[24:28])
    wrong = [("OtherAuthority", record[16:24] != batch[:8]), ("OtherDay", w // 24 != day), ("WindowInFuture", (w + 1) * 3600 + 1800 > time)]
    return next(("HitError::" + name for name, is_wrong in wrong if is_wrong), None)


def told(findings):  # §7.3
    hours = {}
    for record, (instead, mask, advice), time in findings:
        own = mask & (1 << record[29]) - (1 << record[28])
        outcome = instead or ("together" if own else "none together")
        hours.setdefault((record[24:28], record[:16], record[16:24]), []).append((RANKS.index(outcome), own, 0 if instead else advice, time, record))
    out = []
    for (w, code_id, authority), all_of in sorted(hours.items()):
        outcome, record = RANKS[max(x[0] for x in all_of)], all_of[0][4]
        name, _, place = record[48:48 + record[47]].decode().partition("\n")
        one = {"authority": authority.hex(), "code_id": code_id.hex(), "w": num(w), "venue_kind": record[30], "venue_name": name,
               "place": place, "published": max(x[3] for x in all_of), "outcome": outcome}
        if outcome in ("together", "none together"):
            one["advice"] = max(x[2] for x in all_of)
        if outcome == "together":
            mask = 0
            for x in all_of:
                mask |= x[1] if x[0] == 3 else 0
            one["minutes_together"], one["mask"] = bin(mask).count("1"), "%015x" % mask
        out.append(one)
    return out


def check_manifest(c):
    if "leaf_hash" in c:
        same(c, c["leaf_hash"], sha256(b"\0", h(c["salt"]), h(c["record"])))
    elif "root" in c:
        same(c, c["root"], root([h(x) for x in c["leaf_hashes"]]))
    else:
        got, j = [], 0
        while len(got) < min(300, c["entries"]):
            i, j = num(kdf("audit", h(c["drawn"]), h(c["batch_id"]) + u32(j), 8)) % c["entries"], j + 1
            got += [i] if i not in got else []
        same(c, c["indices"], got)


# --- log, sealed messages, cases, frames (§8 to §13) --------------------------------------------------------------------
LEAVES = [sha256(b"\0", h(x)) for x in "- 00 10 2021 3031 40414243 5051525354555657 606162636465666768696a6b6c6d6e6f".replace("-", "").split(" ")]


def check_tree(c):
    D, at = LEAVES[:c["size"]], 0
    for bit in reversed(range(4)):  # the frontier: one complete subtree for each bit of the size
        if c["size"] >> bit & 1:
            same(c, c["frontier"][bin(c["size"] >> bit).count("1") - 1], root(D[at:at + (1 << bit)]))
            at += 1 << bit
    same(c, c["root"], root(D), c.get("inclusion", []), [inclusion(i, D) for i in range(len(D))],
         c.get("consistency", [[]]), [consistency(m, D) for m in range(len(D) + 1)])


def verify_note(note, vkey):
    name, key_id, key = vkey.split("+", 2)
    kind, key = cut(base64.b64decode(key), 1)
    cut_at = note.rindex("\n\n") + 1
    text, ok = note[:cut_at], 0
    assert sha256(name.encode(), b"\n", kind, key)[:4].hex() == key_id
    for line in note[cut_at + 1:].splitlines():
        who, signature = line[2:].rsplit(" ", 1)
        raw = base64.b64decode(signature)
        if (who, raw[:4].hex()) == (name, key_id):
            time = "" if kind == b"\1" else "cosignature/v1\ntime %d\n" % num(raw[4:12])
            assert signed(key, (time + text).encode(), raw[-64:]), name
            ok += 1
    return text if ok else None


def check_note(c):
    if "note" not in c:
        return False
    text = verify_note(c["note"], c.get("vkey") or c["root"])
    assert text is not None, c["name"]
    if "witness_vkey" in c:
        verify_note(c["note"], c["witness_vkey"])
        same(c, c["accepted"], text)
    elif "policy" in c:
        origin, size, of_root = text.splitlines()
        same(c, [c["accepted"][k] for k in ("origin", "size", "root")], [origin, int(size), base64.b64decode(of_root).hex()])


def history(name, common, size):  # leaf hashes of the made-up histories
    return [sha256(b"\0", (("" if i < common else name) + str(i)).encode()) for i in range(size)]


def check_equivocation(c):
    raw, sizes = h(c["evidence"])[1:], []
    for name in ("one", "two"):
        n = num(raw[:2])
        note, raw = raw[2:2 + n].decode(), raw[2 + n:]
        origin, size, of_root = verify_note(note, c["log_vkey"]).splitlines()
        sizes.append(int(size))
        if c["accepted"]["sizes"][0] != c["accepted"]["sizes"][1]:
            same(c, base64.b64decode(of_root), root(history(name, 3, int(size))))
    m, n = sizes
    hashes = [raw[1 + 32 * i:33 + 32 * i] for i in range(raw[0])]
    same(c, c["accepted"]["sizes"], sizes, hashes, consistency(m, history("two", 3, n), False) if m < n else [])


def check_witness(c):
    lines, note = c["request"].split("\n\n", 1)
    old, *proof = lines.split("\n")
    origin, size, of_root = verify_note(note, c["log_vkey"]).splitlines()
    D, m = history("", 0, 0) + history("one", 0, int(size)), int(old[4:])
    same(c, base64.b64decode(of_root), root(D), [base64.b64decode(x) for x in proof], consistency(m, D) if 0 < m < len(D) else [])
    if c["known"]:
        assert int(c["known"].splitlines()[1]) == m
    text = "%s\n%s\n%s\n" % (origin, size, of_root)
    assert verify_note(text + "\n" + c["accepted"]["body"], c["witness_vkey"]) == text
    signature = sign(b"\x41" * 32, ("cosignature/v1\ntime %d\n%s" % (c["now"], text)).encode())
    same(c, base64.b64decode(c["accepted"]["body"].rsplit(" ", 1)[1])[4:], u64(c["now"]) + signature)
    kept = text + "\n" + [line for line in note.split("\n") if line.startswith("— " + origin)][0] + "\n"
    same(c, c["accepted"]["state_after"], u64(c["now"]) + kept.encode())


def climbed(leaf, i, n, path):  # the root to which an inclusion proof leads
    if n == 1:
        assert not path
        return leaf
    k = 1 << (n - 1).bit_length() - 1
    if i < k:
        return sha256(b"\1", climbed(leaf, i, k, path[:-1]), path[-1])
    return sha256(b"\1", path[-1], climbed(leaf, i - k, n - k, path[:-1]))


def check_warning(c):
    magic, raw = cut(h(c["bundle"]), 18)
    assert magic == b"lachan-warning/v1\n"
    proof, raw = raw[4:4 + num(raw[:4])], raw[4 + num(raw[:4]):]
    leaf, raw = raw[4:4 + num(raw[:4])], raw[4 + num(raw[:4]):]
    entry, token = cut(raw, 2)
    lines, note = proof.decode().split("\n\n", 1)
    (_, index, *path), (_, size, of_root) = lines.split("\n"), note.split("\n")[:3]
    path = [base64.b64decode(x) for x in path]
    same(c, base64.b64decode(of_root), climbed(sha256(b"\0", leaf), int(index[6:]), int(size), path),
         [c["accepted"]["index"], c["accepted"]["size"]], [int(index[6:]), int(size)])
    at = len(leaf) - 64 - 40 * 16 + 40 * num(entry)  # one list of 16 entries before the signature
    record = opened(token, leaf[at:at + 32])
    n = record[47]
    same(c, c["accepted"]["window"], num(record[24:28]), [c["accepted"]["name"], c["accepted"]["place"]],
         record[48:48 + n].decode().split("\n"))


def check_leaf(c):
    leaf, labels = h(c["leaf"]), {2: b"prekey", 3: b"helper", 4: b"registrations", 6: b"revocation"}
    if leaf[0] not in labels:
        return False
    assert signed(h(c["batch_key"]), b"lachan/v1/leaf/" + labels[leaf[0]] + leaf[:-64], leaf[-64:])
    fields = {2: ("day", 2, "prekey", 32), 3: ("week", 2, "helper", 32), 4: ("registrations", 8, "root", 32), 6: ("revocation", 16, "from", 4)}
    one, n, other, m = fields[leaf[0]]
    a, b = leaf[10:10 + n], leaf[10 + n:10 + n + m]
    same(c, c["authority"], leaf[2:10], c["accepted"], {one: a.hex() if n == 16 else num(a), other: num(b) if m == 4 else b.hex()})


def labelled(suite):
    extract = lambda salt, label, ikm: mac(salt, b"HPKE-v1" + suite + label + ikm)
    return extract, lambda key, label, info, n: expand(key, u16(n) + b"HPKE-v1" + suite + label + info, n)


def check_sealed(c):
    extract, out = labelled(b"KEM\0\x20")
    sk, pk = out(extract(b"", b"dkp_prk", h(c["ikm_of_ephemeral"])), b"sk", b"", 32), x25519(h(c["recipient_secret"]), b32(9))
    enc = x25519(sk, b32(9))
    shared = out(extract(b"", b"eae_prk", x25519(sk, pk)), b"shared_secret", enc + pk, 32)
    extract, out = labelled(b"HPKE\0\x20\0\1\0\3")
    context = b"\0" + extract(b"", b"psk_id_hash", b"") + extract(b"", b"info_hash", c["label"].encode() + pk)
    secret = extract(shared, b"secret", b"")
    padded = lambda data, size: u32(len(data)) + data + bytes(size - 52 - len(data))
    message = enc + seal(out(secret, b"key", context, 32), out(secret, b"base_nonce", context, 12), b"", padded(h(c["data"]), c["size_up"]))
    exported, N = out(out(secret, b"exp", context, 32), b"sec", b"lachan/v1/reply", 32), h(c["reply_random"])
    keys = kdf("reply", exported, enc + N, 44)
    reply = lambda data: N + seal(keys[:32], keys[32:], b"", padded(data, c["size_down"]))
    for name, b in (("message", message), ("reply", reply(b"\0" + h(c["reply_data"]))), ("refusal", reply(b"\1"))):
        same(c, c.get(name, b), b, c.get(name + "_sha256", sha256(b)), sha256(b))


def check_poll(c):
    if "mailbox" not in c:
        return False
    name = kdf("mailbox", h(c["mailbox_secret"]), u16(c["day"]), 16)
    same(c, c["mailbox"], name, h(c["poll"])[:16], name)


def check_certificate(c):
    issuer, hashed, b = h(c["issuer_seed"]), sha256(b"lachan/v1/code", c["code"].encode()), h(c["bytes"])
    key = point(clamp(sha512(issuer)[:32]))
    body = b"\1" + sha256(b"lachan/v1/issuer", key)[:8] + sha256(b"lachan/v1/authority", c["origin"].encode())[:8] + hashed
    body += u16(c["test_day"]) + u16(c["most_windows"])
    order = b"lachan/v1/withdrawal" + sha256(b) + u64(c["withdrawal"]["seq"]) + u32(c["withdrawal"]["entry"])
    same(c, b, body + sign(issuer, b"lachan/v1/certificate" + body), c["commitment"], sha256(b"lachan/v1/case", h(c["salt"]), b),
         c["withdrawal"]["order"], sign(issuer, order), c["first_window"], (c["test_day"] - 14) * 24, c["last_window"], (c["test_day"] + 2) * 24 - 1)


def check_request(c):
    seed, b = h("22" * 32), h(c["bytes"])
    same(c, b[-64:], sign(seed, b"lachan/v1/request" + b[:-64]))
    if "items" in c:
        body = h(c["digest"]) + h(c["request"]) + u64(c["expiry"]) + u16(len(c["items"]))
        body += b"".join(u32(i["window"]) + bytes([i["advice"]]) + h(i["m"]) for i in c["items"]) + h(c["commitment"])
        first = c["first_item"]
        m = sha256(b"lachan/v1/item", h(first["salt"]), u32(first["window"]), h(first["detail"]))
        same(c, b[:-64], body, c["hash"], sha256(b), c["items"][0]["m"], m)


def check_approval(c):
    same(c, c["approval"], sign(h(c["venue_seed"]), b"lachan/v1/approval" + h(c["statement"])))


def check_report_code(c):
    alphabet, text = "0123456789ABCDEFGHJKMNPQRSTVWXYZ*~$=U", c["text"].upper().replace("-", "").replace(" ", "")
    text = text.replace("I", "1").replace("L", "1").replace("O", "0")
    n = sum(alphabet.index(x) << 5 * i for i, x in enumerate(reversed(text[:13])))
    same(c, c["characters"], text[:13], alphabet[n % 37], text[13])
    if "random" in c:
        hashed = sha256(b"lachan/v1/code", text[:13].encode()), sha256(b"lachan/v1/report-id", text[:13].encode())[:16]
        same(c, num(h(c["random"])) % 2**65, n, [c["hash"], c["report_id"]], list(hashed))


def check_path(c):
    if "path" not in c or c["path"] in ("checkpoint", "evidence"):
        return False
    a = c["accepted"]
    n = "%03d" % (a["entries"] if "entries" in a else a["index"])
    n = n.zfill(-(-len(n) // 3) * 3)
    groups = [n[i:i + 3] for i in range(0, len(n), 3)]
    path = "/".join(["tile", "entries" if "entries" in a else str(a["level"]), *("x" + g for g in groups[:-1]), groups[-1]])
    same(c, c["path"], path + ("" if a["width"] == 256 else ".p/%d" % a["width"]))


def check_frame(c):
    stream, f = h(c["stream"]) + h(c.get("then", ["", 0])[0]) * c.get("then", ["", 0])[1], c["fields"]
    if "origin_hash" in f:
        path = f["path"].encode()
        payload = h(f["origin_hash"]) + u64(f["offset"]) + u32(f["length"]) + bytes([len(path)]) + path
    elif f == "not found":
        payload = b"\1"
    elif "busy" in f or "refused" in f:
        payload = b"\3" + u32(f["busy"]) if "busy" in f else bytes([2, f["refused"]])
    else:
        head = b"\0" + u64(f["total"]) if "total" in f else h(f["authority"]) if "authority" in f else b"\0"
        n = f["bytes"] if "bytes" in f else f["sealed"]
        payload = head + stream[len(stream) - n:]
    same(c, stream, b"\1" + u32(len(payload)) + payload)


def check_sealed_file(c):
    """The head but for its commitment, and the size: Python has no Argon2 of its own. With the package argon2-cffi, all of it."""
    b, content = h(c["bytes"]), h(c["content"])
    padded = max(1 << 18, 1 << (8 + len(content) - 1).bit_length())
    assert 8 + len(content) <= 1 << 24
    head = b"lachan-sealed\n" + bytes([1, c["kind"]]) + u32(c["memory_kib"]) + bytes([c["passes"], c["lanes"]]) + h(c["salt"])
    head += b[38:70] + u64(padded + 16)
    head += sha256(head)[:10]
    same(c, b, head, c["size"], len(head) + padded + 16)
    try:
        from argon2.low_level import Type, hash_secret_raw
    except ImportError:
        return
    out = hash_secret_raw(c["passphrase"].encode(), h(c["salt"]), c["passes"], c["memory_kib"], c["lanes"], 64, Type.ID, 0x13)
    plain = (u64(len(content)) + content).ljust(padded, b"\0")
    same(c, b[38:70], out[32:], c["hash"], sha256(head + seal(out[:32], bytes(12), head, plain)))


# --- running ------------------------------------------------------------------------------------------------------------
def plain(x):
    return x.hex() if isinstance(x, bytes) else [plain(y) for y in x] if isinstance(x, list) else x


def same(c, *pairs):
    for wanted, found in zip(pairs[::2], pairs[1::2]):
        if plain(wanted) != plain(found):
            sys.exit("%s: %s:\n  the vector says %s\n  recomputed      %s" % (FILE, c["name"], plain(wanted), plain(found)))


CHECKS = {
    "approval": check_approval, "certificate": check_certificate, "checkpoint": check_note, "code-evidence": check_evidence,
    "entry": check_entry, "equivocation": check_equivocation, "exposure-batch": check_batch, "frames": check_frame, "hits": check_hits, "leaves": check_leaf,
    "manifest": check_manifest, "merkle": check_tree, "plan": check_plan, "poll": check_poll, "registration": check_registration,
    "report-code": check_report_code, "request": check_request, "sealed-file": check_sealed_file, "sealed-message": check_sealed, "share-proof": check_proof,
    "stamp": check_stamp,
    "signed-note": check_note, "tiles": check_path, "trust-list": check_note, "venue-code": check_code, "venue-url": check_url,
    "visit-token": check_token, "warning": check_warning, "witness": check_witness,
}

if __name__ == "__main__":
    for FILE in sorted(path.stem for path in pathlib.Path(__file__).parent.glob("*.json")):
        cases = json.loads((pathlib.Path(__file__).parent / (FILE + ".json")).read_text(encoding="utf-8"))["cases"]
        accepted = [c for c in cases if "refused" not in c]
        done = sum(CHECKS[FILE](c) is not False for c in accepted)
        print("%-16s recomputed %3d of %3d accepted cases (%3d refused)" % (FILE, done, len(accepted), len(cases) - len(accepted)))
