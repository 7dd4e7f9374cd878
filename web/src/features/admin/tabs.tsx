import { Link } from '@tanstack/react-router';

const TAB =
  'inline-flex h-8 items-center rounded-full px-3 text-13 text-soft hover:bg-hover aria-[current=page]:bg-accent-wash aria-[current=page]:font-semibold aria-[current=page]:text-accent-ink';

export function AdminTabs() {
  return (
    <nav aria-label="Administration" className="flex gap-1">
      <Link to="/admin/users" className={TAB} activeProps={{ 'aria-current': 'page' }}>
        Users
      </Link>
      <Link
        to="/admin/audit"
        className={TAB}
        activeOptions={{ includeSearch: false }}
        activeProps={{ 'aria-current': 'page' }}
      >
        Audit
      </Link>
    </nav>
  );
}
