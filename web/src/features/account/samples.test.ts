import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { pythonSample, shellSample } from './samples';

describe('samples', () => {
  it('mint a token in a shell whose signature holds', () => {
    const script = shellSample('http://127.0.0.1:1', 'vlk_k', 'vls_s').replace(
      /curl .*$/,
      'printf "%s.%s.%s" "$HEAD" "$BODY" "$SIGN"',
    );
    const token = execFileSync('sh', ['-c', script]).toString();
    const [head, body, sign] = token.split('.') as [string, string, string];
    const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
    expect(read(head)).toEqual({ alg: 'HS256', typ: 'JWT', kid: 'vlk_k' });
    expect(read(body)).toMatchObject({ sub: 'vlk_k', iss: 'sdk' });
    expect(read(body).exp - read(body).iat).toBe(600);
    expect(sign).toBe(createHmac('sha256', 'vls_s').update(`${head}.${body}`).digest('base64url'));
  });

  it('carry the key, the secret and the address into Python', () => {
    const text = pythonSample('https://lamina.example', 'vlk_k', 'vls_s');
    for (const part of ['"vlk_k"', '"vls_s"', '"https://lamina.example/api/v1/datasets"']) {
      expect(text).toContain(part);
    }
  });
});
