"""Reads a dataset, with a fresh token each time. Needs PyJWT and requests."""

import os
import sys
import time

import jwt
import requests

base_url = os.environ.get("LAMINA_URL", "http://127.0.0.1:2080")
api_key = os.environ["LAMINA_API_KEY"]
api_secret = os.environ["LAMINA_API_SECRET"]


class SignedToken(requests.auth.AuthBase):
    """Signs a new token for every request, so that none is ever too old."""

    def __call__(self, request):
        now = int(time.time())
        claims = {"sub": api_key, "iss": "sdk", "iat": now, "exp": now + 600}
        token = jwt.encode(claims, api_secret, algorithm="HS256", headers={"kid": api_key})
        request.headers["Authorization"] = f"Bearer {token}"
        return request


answer = requests.get(f"{base_url}/api/v1/dataset/{sys.argv[1]}", auth=SignedToken(), timeout=30)
body = answer.json()
if answer.ok:
    print(f"{body['display_name']}: {body['status']}, {body['progress']} %")
else:
    sys.exit(f"{answer.status_code} {body['code']}: {body['detail']}")
