import { useQueries } from '@tanstack/react-query';
import * as ask from '../../api/queries';
import { Dialog } from '../../ui/overlay';
import { SideBySide } from './side-by-side';

/** Two to four pictures beside each other. */
export function Compare({
  id,
  open,
  onClose,
  mediaIds,
}: {
  id: string;
  open: boolean;
  onClose: () => void;
  mediaIds: string[];
}) {
  const found = useQueries({
    queries: (open ? mediaIds : []).map((mediaId) => ask.media(id, mediaId)),
  });
  const cards = found.flatMap((one) => one.data ?? []);
  return (
    <Dialog open={open} onClose={onClose} title={`${mediaIds.length} pictures compared`} wide>
      <SideBySide id={id} cards={cards} />
    </Dialog>
  );
}
