import { useQueryClient } from '@tanstack/react-query';
import { Check } from 'lucide-react';
import { useState } from 'react';
import { useMay } from '../../api/may';
import type { Media } from '../../api/types';
import { Button } from '../../ui/button';
import { sayFault } from '../../ui/toast';
import { mark } from '../tags/marks';

/**
 * What takes a suggested label over: it comes in place of a single label. Of several labels
 * nobody can tell which is the wrong one, so that they stay beside it.
 */
export function accepting(labels: readonly string[], suggested: string) {
  const [only, ...more] = labels;
  const goes = only !== undefined && more.length === 0 ? [only] : [];
  return { add_labels: [suggested], remove_labels: goes };
}

/** Offers the label that a picture should have. */
export function Suggested({ media, label }: { media: Media; label: string }) {
  const queries = useQueryClient();
  const may = useMay(media.dataset_id);
  const [busy, setBusy] = useState(false);
  const labels = (media.labels ?? []).map((one) => one.label);
  if (labels.includes(label)) {
    return (
      <span className="block text-soft">
        It has that label now; it is judged anew when the dataset is indexed again.
      </span>
    );
  }
  if (!may('mark')) return null;
  const wish = accepting(labels, label);
  const [gone] = wish.remove_labels;
  const accept = async () => {
    setBusy(true);
    const said = `Labelled “${label}”${gone ? ` instead of “${gone}”` : ''}`;
    try {
      const media_ids = [media.media_id];
      await mark(queries, media.dataset_id, { ...wish, media_ids }, {}, said);
    } catch (cause) {
      sayFault('The label was not changed', cause);
    } finally {
      setBusy(false);
    }
  };
  return (
    <span className="mt-1 block">
      <Button className="h-7! max-w-full px-2.5!" disabled={busy} onClick={accept}>
        <Check size={14} aria-hidden />
        <span className="truncate">
          {gone ? `Label it “${label}” instead` : `Also label it “${label}”`}
        </span>
      </Button>
    </span>
  );
}
