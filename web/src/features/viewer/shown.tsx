import { ScanSearch } from 'lucide-react';
import { useEffect, useState } from 'react';
import * as ask from '../../api/queries';
import type { Media } from '../../api/types';
import { number } from '../../format';
import { Turning } from '../../ui/bits';
import { Button } from '../../ui/button';
import { sayFault } from '../../ui/toast';
import { useSearchWith } from '../explore/search-box';
import { Boxes } from './boxes';
import { type Box, cutOut } from './part';
import { Stage, type Told } from './stage';

/** The picture on its stage, with its boxes, and a part of it to search with. */
export function Shown({
  id,
  media,
  told,
  drawing,
  boxes,
  box,
  onEnd,
}: {
  id: string;
  media: Media;
  told: { what: Told } | null;
  drawing: boolean;
  boxes: boolean;
  /** The box that was opened. */
  box: string | undefined;
  onEnd: () => void;
}) {
  const [broken, setBroken] = useState(false);
  const [part, setPart] = useState<Box | null>(null);
  const { search, sending } = useSearchWith(id);
  useEffect(() => {
    if (!drawing) setPart(null);
  }, [drawing]);
  // Orders given for the picture before are not for this one.
  const [before] = useState(told);
  const thumbnail = media.media_thumb_uri;
  const full =
    media.displayable === false
      ? ask.viewable(id, media.media_id)
      : ask.original(id, media.media_id);
  return (
    <>
      <Stage
        source={broken ? thumbnail : full}
        stand={thumbnail}
        picture={media}
        label={media.original_uri}
        told={told === before ? null : told}
        onFault={() => setBroken(true)}
        drawing={drawing}
        drawn={drawing ? part : null}
        onDrawn={setPart}
      >
        {(scale) =>
          boxes &&
          !drawing &&
          media.objects &&
          media.objects.length > 0 && (
            <Boxes boxes={media.objects} picture={media} scale={scale} chosen={box} />
          )
        }
      </Stage>
      {drawing && (
        <div className="absolute inset-x-0 top-3 mx-auto flex w-fit max-w-[90%] flex-wrap items-center gap-2 rounded-card bg-raised px-3 py-2 text-13 shadow-popup">
          {part ? (
            <>
              <span className="text-soft">
                {number(part.width)} × {number(part.height)} px
              </span>
              <Button
                look="primary"
                disabled={sending}
                onClick={async () => {
                  try {
                    await search(await cutOut(broken ? thumbnail : full, media, part));
                  } catch (cause) {
                    sayFault('The part could not be searched with', cause);
                  }
                }}
              >
                {sending ? <Turning /> : <ScanSearch size={15} aria-hidden />} Find what is like
                this part
              </Button>
            </>
          ) : (
            <span>Draw a box around what you look for</span>
          )}
          <Button look="quiet" onClick={onEnd}>
            Cancel
          </Button>
        </div>
      )}
      {broken && (
        <p className="absolute inset-x-0 bottom-3 mx-auto w-fit max-w-[90%] rounded-control bg-scrim px-3 py-1.5 text-13 text-white">
          This browser cannot show {media.format.toUpperCase()} files; here is the thumbnail. The
          original can be downloaded.
        </p>
      )}
    </>
  );
}
