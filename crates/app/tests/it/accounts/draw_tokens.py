"""Draws tokens, good ones and damaged ones, and says of each what PyJWT makes of it.

Usage: draw_tokens.py KEY_ID SECRET HOW_MANY. Prints the present moment in Unix seconds, then a
line for each token: 1 or 0 for whether PyJWT takes it, a space, and the token.
"""

import base64
import hashlib
import hmac
import random
import sys
import time

import jwt

KEY, SECRET, COUNT = sys.argv[1], sys.argv[2], int(sys.argv[3])
NOW = int(time.time())
DRAW = random.Random(135)


def encoded(part):
    return base64.urlsafe_b64encode(part).rstrip(b"=")


def signed(header, claims, digest=hashlib.sha256):
    text = encoded(header) + b"." + encoded(claims)
    return text + b"." + encoded(hmac.new(SECRET.encode(), text, digest).digest())


VALUES = [
    "null", "true", "[]", "{}", '""', "0", "-1", "1e3", "1e400", "NaN", "Infinity", "0.5", '"sdk"',
    '"SDK"', '["sdk"]', f'"{KEY}"', f'["{KEY}"]', str(NOW), str(NOW + 60), str(NOW + 600),
    str(NOW - 600), str(NOW + 600) + ".5", f'"{NOW + 600}"', str((NOW + 600) * 1000), "9" * 400,
    '"HS256"', '"none"', '"HS512"', '"RS256"', '"JWT"', '"jwt"', '"\\u0073dk"', '["b64"]',
]
HEADER = ["alg", "typ", "kid", "crit", "b64", "cty", "jku", "zip"]
CLAIMS = ["sub", "iss", "iat", "exp", "nbf", "aud", "jti"]


def members(good, names):
    """The good members, of which some are left out, changed, repeated or moved."""
    found = list(good)
    for _ in range(DRAW.choice([0, 0, 1, 1, 2])):
        kind = DRAW.randrange(4)
        if kind == 0 and found:
            found.pop(DRAW.randrange(len(found)))
        elif kind == 1 and found:
            at = DRAW.randrange(len(found))
            found[at] = (found[at][0], DRAW.choice(VALUES))
        elif kind == 2:
            found.insert(DRAW.randrange(len(found) + 1), (DRAW.choice(names), DRAW.choice(VALUES)))
        else:
            DRAW.shuffle(found)
    return ("{" + ",".join(f'"{name}":{value}' for name, value in found) + "}").encode()


def damaged(text):
    """The text with one place replaced by up to three bytes."""
    at = DRAW.randrange(len(text))
    few = bytes(DRAW.randrange(256) for _ in range(DRAW.randrange(4)))
    return text[:at] + few + text[at + 1 :]


def token():
    header = members([("alg", '"HS256"'), ("typ", '"JWT"'), ("kid", f'"{KEY}"')], HEADER)
    claims = members(
        [("sub", f'"{KEY}"'), ("iat", str(NOW)), ("exp", str(NOW + 600)), ("iss", '"sdk"')], CLAIMS
    )
    kind = DRAW.randrange(10)
    if kind == 0:
        header = damaged(header)
    elif kind == 1:
        claims = damaged(claims)
    elif kind == 2:
        return damaged(signed(header, claims))
    elif kind == 3:
        return signed(header, claims, DRAW.choice([hashlib.sha384, hashlib.sha512, hashlib.md5]))
    return signed(header, claims)


def taken(text):
    try:
        jwt.decode(
            text,
            SECRET,
            algorithms=["HS256"],
            issuer="sdk",
            leeway=60,
            options={"require": ["exp", "iss", "sub"], "verify_aud": False},
        )
    except Exception:
        return False
    return True


print(NOW)
for _ in range(COUNT):
    drawn = token()
    if b"\n" in drawn or b"\r" in drawn:
        continue
    try:
        print(int(taken(drawn)), drawn.decode("ascii"))
    except UnicodeDecodeError:
        continue
