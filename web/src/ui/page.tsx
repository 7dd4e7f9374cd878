import type { ReactNode } from 'react';
import { Turning } from './bits';
import { Button } from './button';

/** A page that scrolls as a whole: a heading, what can be done, and the rest. */
export function Page({
  title,
  about,
  actions,
  narrow = false,
  children,
}: {
  title: string;
  about?: ReactNode;
  actions?: ReactNode;
  narrow?: boolean;
  children: ReactNode;
}) {
  return (
    <main className="h-full overflow-auto">
      <div className={`mx-auto px-4 py-6 sm:px-8 ${narrow ? 'max-w-[760px]' : 'max-w-[1440px]'}`}>
        <div className="mb-5 flex flex-wrap items-center gap-x-4 gap-y-3">
          <div className="min-w-0 grow">
            <h1 className="text-20 font-semibold">{title}</h1>
            {about && <div className="text-13 text-soft">{about}</div>}
          </div>
          {actions}
        </div>
        {children}
      </div>
    </main>
  );
}

export function Section({
  title,
  about,
  actions,
  children,
}: {
  title: string;
  about?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className="border-t border-line py-6 first-of-type:border-t-0 first-of-type:pt-0">
      <div className="mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="min-w-0 grow basis-[200px]">
          <h2 className="text-16 font-semibold">{title}</h2>
          {about && <p className="text-13 text-soft">{about}</p>}
        </div>
        {actions}
      </div>
      {children}
    </section>
  );
}

/** Asks for the next part of a list, where there is one. */
export function More({
  list,
}: {
  list: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
}) {
  if (!list.hasNextPage) return null;
  return (
    <div className="mt-4 flex justify-center">
      <Button disabled={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
        {list.isFetchingNextPage && <Turning />} More
      </Button>
    </div>
  );
}

/** A heading as CSS takes text. */
const quoted = (text: string) => `"${text.replaceAll('"', '\\"')}"`;

/**
 * A table that scrolls sideways by itself where the page is narrow. On a phone each row is a block
 * of its own, with the headings before the cells.
 */
export function Table({
  head,
  numbers = [],
  children,
}: {
  head: readonly ReactNode[];
  /** Columns of numbers, whose headings end where the numbers do. */
  numbers?: readonly number[];
  children: ReactNode;
}) {
  return (
    // Can be focused, so that arrow keys scroll it sideways.
    <div
      role="group"
      aria-label="Table"
      tabIndex={0}
      className="overflow-x-auto rounded-card border border-line"
    >
      <table
        className="stacks w-full border-collapse text-left text-13"
        style={Object.fromEntries(
          head.map((cell, at) => [
            `--head-${at + 1}`,
            quoted(typeof cell === 'string' ? cell : ''),
          ]),
        )}
      >
        <thead className="bg-sunken text-12 text-soft">
          <tr>
            {head.map((cell, at) =>
              cell === '' ? (
                <td key={at} />
              ) : (
                <th
                  key={at}
                  scope="col"
                  className={`px-3 py-2 font-semibold whitespace-nowrap ${numbers.includes(at) ? 'text-right' : ''}`}
                >
                  {cell}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody className="[&_td]:border-t [&_td]:border-line [&_td]:px-3 [&_td]:py-2">
          {children}
        </tbody>
      </table>
    </div>
  );
}
