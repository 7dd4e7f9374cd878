"""Makes a `VL_AUTH` cookie from the Fernet specification, with openssl for AES.

Usage: fernet.py KEY CUSTOMER AGE_IN_SECONDS.
"""

import base64
import hashlib
import hmac
import os
import struct
import subprocess
import sys
import time

key, customer, age = base64.urlsafe_b64decode(sys.argv[1]), sys.argv[2], int(sys.argv[3])
made = int(time.time()) - age
iv = os.urandom(16)
content = subprocess.run(
    ["openssl", "enc", "-aes-128-cbc", "-K", key[16:].hex(), "-iv", iv.hex()],
    input=f"{customer}+{made}".encode(),
    stdout=subprocess.PIPE,
    check=True,
).stdout
token = b"\x80" + struct.pack(">Q", made) + iv + content
token += hmac.new(key[:16], token, hashlib.sha256).digest()
print(base64.urlsafe_b64encode(token).decode())
