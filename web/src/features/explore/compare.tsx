import { useQueries } from '@tanstack/react-query';
import { useState } from 'react';
import * as ask from '../../api/queries';
import { Reading } from '../../ui/bits';
import { Fault } from '../../ui/error';
import { Dialog } from '../../ui/overlay';
import { Blink, Rivals } from './blink';
import { nameOf, SideBySide } from './side-by-side';

/** The keys of this dialog are heard while it is open: it lies over everything else. */
const always = () => true;

/** Two to four pictures beside each other, and any of them in the place of the first. */
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
  const [chosen, setChosen] = useState(0);
  const found = useQueries({
    queries: (open ? mediaIds : []).map((mediaId) => ask.media(id, mediaId)),
  });
  const failed = found.find((one) => one.error);
  const cards = found.flatMap((one) => one.data ?? []);
  const whole = open && cards.length === mediaIds.length;
  const [first, ...rivals] = cards;
  const rival = rivals[chosen] ?? rivals[0];
  return (
    <Dialog open={open} onClose={onClose} title={`${mediaIds.length} pictures compared`} wide>
      {failed?.error && (
        <Fault
          what="Not all of them could be read"
          cause={failed.error}
          onRetry={() => failed.refetch()}
        />
      )}
      {!whole && !failed && <Reading what="the pictures" />}
      {whole && first && rival && (
        <div className="flex flex-col gap-5">
          <Blink
            id={id}
            here={first}
            other={rival}
            words={[nameOf(first.original_uri), nameOf(rival.original_uri)]}
            listens={always}
          >
            <Rivals
              count={rivals.length}
              chosen={chosen}
              name={(at) => `Picture ${at + 2}`}
              onChoose={setChosen}
            />
          </Blink>
          <SideBySide id={id} cards={cards} />
        </div>
      )}
    </Dialog>
  );
}
