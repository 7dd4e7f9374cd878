/** Programs that call the API with a key, ready to run. */

export function curlSample(origin: string): string {
  return `curl -s ${origin}/api/v1/datasets`;
}

/** Mints a token with PyJWT, as the API's authentication page does. */
export function pythonSample(origin: string, key: string, secret: string): string {
  return `import datetime
import jwt  # pip install pyjwt requests
import requests

API_KEY = "${key}"
API_SECRET = "${secret}"

now = datetime.datetime.now(datetime.timezone.utc)
token = jwt.encode(
    {"sub": API_KEY, "iss": "sdk", "iat": now, "exp": now + datetime.timedelta(minutes=10)},
    API_SECRET,
    algorithm="HS256",
    headers={"kid": API_KEY},
)
answer = requests.get(
    "${origin}/api/v1/datasets",
    headers={"Authorization": f"Bearer {token}"},
)
answer.raise_for_status()
print(answer.json())`;
}

/** The same with nothing but a shell, openssl and curl. */
export function shellSample(origin: string, key: string, secret: string): string {
  return `KEY='${key}'
SECRET='${secret}'
b64() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
NOW=$(date +%s)
HEAD=$(printf '{"alg":"HS256","typ":"JWT","kid":"%s"}' "$KEY" | b64)
BODY=$(printf '{"sub":"%s","iss":"sdk","iat":%d,"exp":%d}' "$KEY" "$NOW" $((NOW + 600)) | b64)
SIGN=$(printf '%s.%s' "$HEAD" "$BODY" | openssl dgst -sha256 -hmac "$SECRET" -binary | b64)
curl -s -H "Authorization: Bearer $HEAD.$BODY.$SIGN" ${origin}/api/v1/datasets`;
}
