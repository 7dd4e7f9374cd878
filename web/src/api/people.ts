/** What the server says of people: who is here, and how they and their programs come in. */

export interface Health {
  status: string;
  version: string;
  authentication?: 'on' | 'off';
  /** Whether people may sign in with a provider. */
  provider?: boolean;
}

export interface Me {
  user_id: string;
  email: string;
  name: string;
  role: 'admin' | 'editor' | 'viewer';
  must_change_password: boolean;
}

export interface ApiKey {
  api_key: string;
  name: string;
  scope: 'read' | 'write' | 'admin';
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
  state: 'active' | 'disabled' | 'revoked' | 'expired';
}

export interface NewKey {
  api_key: string;
  api_secret: string;
  message: string;
}

export interface Session {
  id: string;
  created_at: string;
  last_seen_at: string;
  user_agent: string;
  ip_address: string;
  current: boolean;
}

export interface Member {
  email: string;
  role: 'owner' | 'editor' | 'viewer';
}

export interface User {
  id: string;
  username: string;
  firstName: string | null;
  lastName: string | null;
  enabled: boolean;
  createdTimestamp: number | null;
  lastAccess: number | null;
  roles: string[];
}

export interface AuditEntry {
  id: number;
  at: string;
  actor: string;
  action: string;
  target: string;
  address: string | null;
  details: string;
}
