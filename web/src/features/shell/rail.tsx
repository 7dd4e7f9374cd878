import { useQuery } from '@tanstack/react-query';
import { Link, type LinkProps, useNavigate, useParams } from '@tanstack/react-router';
import {
  Ban,
  Bookmark,
  BookOpen,
  ChartScatter,
  CircleUser,
  CopyCheck,
  Ellipsis,
  Images,
  ListChecks,
  Monitor,
  Moon,
  PackageOpen,
  Settings,
  Sun,
  SunMoon,
  Users,
} from 'lucide-react';
import type { ReactNode } from 'react';
import * as ask from '../../api/queries';
import { Hint } from '../../ui/button';
import { Menu, MenuItem } from '../../ui/overlay';
import { Mark } from './mark';
import { chooseTheme, useTheme } from './theme';

const PLACE =
  'relative flex size-9 shrink-0 sm:size-10 items-center justify-center rounded-control text-soft transition-colors hover:bg-hover hover:text-ink';

function Place({ label, children, ...link }: LinkProps & { label: string; children: ReactNode }) {
  return (
    <Hint text={label} side="right">
      <Link
        aria-label={label}
        className={PLACE}
        activeProps={{ className: 'bg-accent-wash !text-accent-ink', 'aria-current': 'page' }}
        {...link}
      >
        {children}
      </Link>
    </Hint>
  );
}

/** A ring that fills while something runs, around the icon of Tasks. */
function TasksIcon() {
  const { data } = useQuery(ask.tasks({ page_size: 20 }));
  const running = data?.tasks.filter((task) => !task.end_time) ?? [];
  const part = running[0]?.progress_percentage ?? 0;
  return (
    <>
      <ListChecks size={20} aria-hidden />
      {running.length > 0 && (
        <svg viewBox="0 0 36 36" className="absolute inset-0.5 -rotate-90" aria-hidden>
          <circle cx="18" cy="18" r="16.5" fill="none" strokeWidth="2" className="stroke-line" />
          <circle
            cx="18"
            cy="18"
            r="16.5"
            fill="none"
            strokeWidth="2"
            strokeLinecap="round"
            pathLength={100}
            strokeDasharray={`${Math.max(4, part)} 100`}
            className="stroke-accent"
          />
        </svg>
      )}
    </>
  );
}

const MORE = [
  ['/dataset/$id/views', 'Saved views', Bookmark],
  ['/dataset/$id/exports', 'Exports', PackageOpen],
  ['/dataset/$id/rejected', 'Rejected files', Ban],
  ['/dataset/$id/settings', 'Settings', Settings],
] as const;

/** The less frequent pages of a dataset, where the rail has no room for them. */
function More({ id }: { id: string }) {
  const navigate = useNavigate();
  return (
    <Menu
      button={
        <button type="button" aria-label="More of this dataset" className={PLACE}>
          <Ellipsis size={20} aria-hidden />
        </button>
      }
    >
      {MORE.map(([to, name, Icon]) => (
        <MenuItem key={to} onClick={() => navigate({ to, params: { id } })}>
          <Icon size={15} aria-hidden /> {name}
        </MenuItem>
      ))}
    </Menu>
  );
}

export function Rail() {
  const { id } = useParams({ strict: false });
  const { data: health } = useQuery(ask.health);
  const { data: me } = useQuery({ ...ask.me, enabled: health?.authentication === 'on' });
  const theme = useTheme();
  const ThemeIcon = theme === 'dark' ? Moon : theme === 'light' ? Sun : SunMoon;
  return (
    <nav
      aria-label="Main"
      className="z-10 flex shrink-0 items-center justify-between border-t border-line bg-canvas px-1 py-1 sm:w-14 sm:flex-col sm:justify-start sm:gap-1 sm:border-t-0 sm:border-r sm:px-0 sm:py-2"
    >
      <Place label="Datasets" to="/" activeOptions={{ exact: true, includeSearch: false }}>
        <Mark size={24} />
      </Place>
      <Place label="Tasks" to="/tasks" activeOptions={{ includeSearch: false }}>
        <TasksIcon />
      </Place>
      {id && (
        <>
          <div className="hidden h-px w-8 bg-line sm:my-2 sm:block" />
          <Place
            label="Explore"
            to="/dataset/$id/data"
            params={{ id }}
            activeOptions={{ includeSearch: false }}
          >
            <Images size={20} aria-hidden />
          </Place>
          <Place
            label="Duplicates"
            to="/dataset/$id/duplicates"
            params={{ id }}
            activeOptions={{ includeSearch: false }}
          >
            <CopyCheck size={20} aria-hidden />
          </Place>
          <Place
            label="Map"
            to="/dataset/$id/map"
            params={{ id }}
            activeOptions={{ includeSearch: false }}
          >
            <ChartScatter size={20} aria-hidden />
          </Place>
          <span className="contents max-sm:hidden">
            <Place label="Saved views" to="/dataset/$id/views" params={{ id }}>
              <Bookmark size={20} aria-hidden />
            </Place>
            <Place
              label="Exports"
              to="/dataset/$id/exports"
              params={{ id }}
              activeOptions={{ includeSearch: false }}
            >
              <PackageOpen size={20} aria-hidden />
            </Place>
            <Place
              label="Rejected files"
              to="/dataset/$id/rejected"
              params={{ id }}
              activeOptions={{ includeSearch: false }}
            >
              <Ban size={20} aria-hidden />
            </Place>
            <Place label="Settings of this dataset" to="/dataset/$id/settings" params={{ id }}>
              <Settings size={20} aria-hidden />
            </Place>
          </span>
          <span className="contents sm:hidden">
            <More id={id} />
          </span>
        </>
      )}
      <div className="hidden grow sm:block" />
      <span className="contents max-sm:hidden">
        <Hint text="Guide" side="right">
          <a href="/docs/" aria-label="Guide" className={PLACE}>
            <BookOpen size={20} aria-hidden />
          </a>
        </Hint>
      </span>
      {me?.role === 'admin' && (
        <Place label="Users" to="/admin/users">
          <Users size={20} aria-hidden />
        </Place>
      )}
      <Menu
        button={
          <button type="button" aria-label="Theme" title="Theme" className={PLACE}>
            <ThemeIcon size={20} aria-hidden />
          </button>
        }
      >
        <MenuItem onClick={() => chooseTheme('light')}>
          <Sun size={15} aria-hidden /> Light
        </MenuItem>
        <MenuItem onClick={() => chooseTheme('dark')}>
          <Moon size={15} aria-hidden /> Dark
        </MenuItem>
        <MenuItem onClick={() => chooseTheme('system')}>
          <Monitor size={15} aria-hidden /> As the system
        </MenuItem>
      </Menu>
      <Place label="Account" to="/account">
        <CircleUser size={20} aria-hidden />
      </Place>
    </nav>
  );
}
