import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Bookmark, Image, X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useMay } from '../../api/may';
import * as ask from '../../api/queries';
import { plural } from '../../format';
import { focusGrid } from '../../grid/hand-on';
import { Segments } from '../../ui/bits';
import { Popover } from '../../ui/overlay';
import { SaveView } from '../views/save';
import { pictureOf } from './anchor';
import { AlikeCut, type Go, IssueCut, MeasureCut } from './cuts';
import { MEASURE_WORDS } from './scale';
import { type Explore, filterOf, hasFilter, isRanked, LIKES_MAX, refine } from './state';
import { type Chip, chipsOf, ISSUE_WORDS, type Subject } from './words';

/** The small picture of what was searched with. */
export function LikePicture({
  id,
  like,
  className,
}: {
  id: string;
  like: string;
  className: string;
}) {
  const [broken, setBroken] = useState(false);
  const [kind, which] = like.split(':') as ['media' | 'upload', string];
  const source = kind === 'media' ? ask.thumbnail(id, which) : pictureOf(which);
  if (source === null || broken) {
    return (
      <span className={`inline-flex items-center justify-center bg-pressed ${className}`}>
        <Image size={14} aria-hidden />
      </span>
    );
  }
  return (
    <img
      src={source}
      alt=""
      onError={() => setBroken(true)}
      className={`object-cover ${className}`}
    />
  );
}

/** The filter in words: each part can be changed, and taken away. */
export function Chips({ id, state, total }: { id: string; state: Explore; total: number | null }) {
  const navigate = useNavigate();
  const [saving, setSaving] = useState(false);
  const may = useMay(id);
  const { data: tags } = useQuery({
    ...ask.tags(id),
    enabled: Boolean(state.tag ?? state.not_tag),
  });
  const tagName = (tag: string) => tags?.tags.find((one) => one.id === tag)?.name ?? '…';
  if (!hasFilter(state)) return null;
  const go: Go = (search, replace = false) =>
    navigate({ to: '/dataset/$id/data', params: { id }, search: () => search, replace });
  const { view, sort, layout, size, level } = state;
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-1.5 border-b border-line px-3 py-1.5">
      {chipsOf(state, tagName).map((chip) => (
        <OneChip key={chip.key} id={id} state={state} chip={chip} go={go} />
      ))}
      <button
        type="button"
        onClick={() => {
          focusGrid();
          go(refine({ view, sort, layout, size, level }, {}));
        }}
        className="control h-7 px-2 text-soft hover:text-ink"
      >
        Clear all
      </button>
      {may('save') && (
        <button
          type="button"
          onClick={() => setSaving(true)}
          className="control h-7 px-2 text-soft hover:text-ink"
        >
          <Bookmark size={14} aria-hidden /> Save view
        </button>
      )}
      <SaveView id={id} state={state} open={saving} onClose={() => setSaving(false)} />
      {total !== null && (
        <span className="ml-auto text-12 text-soft" aria-live="polite">
          {isRanked(state) && total === 10_000 ? 'the 10,000 most alike' : plural(total, 'picture')}
          {state.like && state.like.length >= LIKES_MAX && ` · at most ${LIKES_MAX} to be like`}
        </span>
      )}
    </div>
  );
}

function OneChip({ id, state, chip, go }: { id: string; state: Explore; chip: Chip; go: Go }) {
  const words = (
    <span dir="auto" className="max-w-[280px] truncate">
      {chip.text}
    </span>
  );
  return (
    <span className="inline-flex h-7 items-center rounded-full bg-accent-wash text-13 text-accent-ink">
      {chip.like && (
        <LikePicture
          id={id}
          like={chip.like}
          className={`ml-0.5 size-6 rounded-full ${chip.key.startsWith('less') ? 'opacity-60 grayscale' : ''}`}
        />
      )}
      {chip.subject ? (
        <Popover
          title={titleOf(chip.subject)}
          button={
            <button
              type="button"
              title="Change"
              aria-label={`Change ${chip.text}`}
              className={`inline-flex h-7 items-center rounded-l-full pr-1 ${chip.like ? 'pl-2' : 'pl-3'} underline decoration-dotted underline-offset-4 hover:decoration-solid`}
            >
              {words}
            </button>
          }
        >
          <Editor id={id} state={state} subject={chip.subject} go={go} />
        </Popover>
      ) : (
        <span className={chip.like ? 'pl-2' : 'pl-3'}>{words}</span>
      )}
      <button
        type="button"
        aria-label={`Remove ${chip.text}`}
        onClick={() => {
          // The chip goes, and with it what the keys were on.
          focusGrid();
          go(chip.without);
        }}
        className="inline-flex size-7 items-center justify-center rounded-full hover:bg-hover"
      >
        <X size={13} />
      </button>
    </span>
  );
}

function titleOf(subject: Subject): string {
  if (subject.on === 'text') return 'Part of a file name';
  if (subject.on === 'words') return 'What pictures show, or words said of them';
  if (subject.on === 'issue') return ISSUE_WORDS[subject.issue].name;
  if (subject.on === 'alike') return 'How alike at least';
  if (subject.on === 'liking') return 'Like it, or less like it';
  if (subject.on === 'measure') return MEASURE_WORDS[subject.measure].name;
  return 'Has it, or has it not';
}

function Editor({
  id,
  state,
  subject,
  go,
}: {
  id: string;
  state: Explore;
  subject: Subject;
  go: Go;
}): ReactNode {
  const { data: facets } = useQuery({
    ...ask.facets(id, filterOf(state)),
    placeholderData: (before) => before,
  });
  if (subject.on === 'text') return <Text field="q" state={state} go={go} />;
  if (subject.on === 'words') return <Text field="words" state={state} go={go} />;
  if (subject.on === 'value') {
    return (
      <Segments
        label="Has it, or has it not"
        value={subject.excluded ? 'not' : 'is'}
        options={[
          ['is', 'has it'],
          ['not', 'has it not'],
        ]}
        onChange={(now) => {
          if ((now === 'not') !== subject.excluded) go(subject.turned);
        }}
      />
    );
  }
  if (subject.on === 'liking') {
    return (
      <Segments
        label="Like it, or less like it"
        value={subject.less ? 'less' : 'like'}
        options={[
          ['like', 'like it'],
          ['less', 'less like it'],
        ]}
        onChange={(now) => {
          if ((now === 'less') !== subject.less) go(subject.turned);
        }}
      />
    );
  }
  if (subject.on === 'alike') return <AlikeCut id={id} state={state} go={go} />;
  if (!facets) return null;
  if (subject.on === 'issue') {
    return <IssueCut kind={subject.issue} facets={facets} state={state} go={go} />;
  }
  return <MeasureCut measure={subject.measure} facets={facets} state={state} go={go} />;
}

function Text({ field, state, go }: { field: 'q' | 'words'; state: Explore; go: Go }) {
  const [text, setText] = useState(state[field] ?? '');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        go(refine(state, { [field]: text.trim() || undefined }));
      }}
    >
      <input
        aria-label={field === 'q' ? 'Part of a file name' : 'What pictures show'}
        value={text}
        onChange={(event) => setText(event.target.value)}
        className="field w-full"
      />
    </form>
  );
}
