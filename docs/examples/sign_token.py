"""Signs a token that is good for ten minutes. Needs PyJWT: pip install PyJWT"""

import os
import time

import jwt

api_key = os.environ["LAMINA_API_KEY"]
api_secret = os.environ["LAMINA_API_SECRET"]

now = int(time.time())
claims = {"sub": api_key, "iss": "sdk", "iat": now, "exp": now + 600}
print(jwt.encode(claims, api_secret, algorithm="HS256", headers={"kid": api_key}))
