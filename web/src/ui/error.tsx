import { CircleAlert } from 'lucide-react';
import { ApiError, unknownRoute } from '../api/client';
import { Button } from './button';
import { CopyText } from './copy';

/** The sentence of an error, with a capital and a full stop. */
export function words(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  const sentence = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(sentence) ? sentence : `${sentence}.`;
}

/** What happened, to which thing, and what can be done. */
export function Fault({
  what,
  cause,
  onRetry,
}: {
  what: string;
  cause: unknown;
  onRetry?: () => void;
}) {
  const error = cause instanceof ApiError ? cause : null;
  if (unknownRoute(cause)) {
    return (
      <p className="max-w-[640px] rounded-card border border-line bg-raised p-4 text-soft">
        This version of Lamina cannot do this yet.
      </p>
    );
  }
  return (
    <div
      role="alert"
      className="flex max-w-[640px] items-start gap-3 rounded-card border border-failed/40 bg-failed-wash p-4"
    >
      <CircleAlert size={18} className="mt-px shrink-0 text-failed" aria-hidden />
      {/* In a narrow place the button comes below the words. */}
      <div className="flex min-w-0 grow flex-wrap items-start gap-3">
        <div className="min-w-0 grow basis-[220px]">
          <p className="font-semibold">{what}</p>
          <p className="mt-1 text-13 wrap-anywhere">{words(cause)}</p>
          {error?.requestId && (
            <p className="mt-2 flex items-center gap-1 text-12 text-soft">
              <span className="min-w-0 truncate" title={error.requestId}>
                Request <code className="font-mono">{error.requestId}</code>
              </span>
              <CopyText text={error.requestId} what="request id" />
            </p>
          )}
        </div>
        {onRetry && <Button onClick={onRetry}>Try again</Button>}
      </div>
    </div>
  );
}
