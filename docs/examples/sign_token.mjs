// Signs a token that is good for ten minutes. Needs jose: npm install jose
import { SignJWT } from 'jose';

const { LAMINA_API_KEY: key, LAMINA_API_SECRET: secret } = process.env;

const token = await new SignJWT({})
  .setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid: key })
  .setSubject(key)
  .setIssuer('sdk')
  .setIssuedAt()
  .setExpirationTime('10m')
  .sign(new TextEncoder().encode(secret));
console.log(token);
