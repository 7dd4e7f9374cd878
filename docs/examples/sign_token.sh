#!/bin/sh
# Signs a token that is good for ten minutes. Needs openssl.
set -eu

base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }

now=$(date +%s)
header=$(printf '{"alg":"HS256","typ":"JWT","kid":"%s"}' "$LAMINA_API_KEY" | base64url)
claims=$(printf '{"sub":"%s","iss":"sdk","iat":%d,"exp":%d}' \
  "$LAMINA_API_KEY" "$now" "$((now + 600))" | base64url)
signature=$(printf '%s.%s' "$header" "$claims" |
  openssl dgst -sha256 -hmac "$LAMINA_API_SECRET" -binary | base64url)
printf '%s.%s.%s\n' "$header" "$claims" "$signature"
