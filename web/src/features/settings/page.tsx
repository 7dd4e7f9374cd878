import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { RefreshCw, Trash2 } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { send } from '../../api/client';
import { useMay } from '../../api/may';
import * as ask from '../../api/queries';
import type { Dataset, Report } from '../../api/types';
import { duration, number } from '../../format';
import { Labelled, Reading, Turning, When } from '../../ui/bits';
import { Button } from '../../ui/button';
import { CopyText } from '../../ui/copy';
import { Fault } from '../../ui/error';
import { Page, Section } from '../../ui/page';
import { say } from '../../ui/toast';
import { NAME_MAX } from '../create/name';
import { ownerOf } from '../inventory/state';
import { leftAloneWords, readInside } from '../rejected/words';
import { AnnotationsSection } from './annotations';
import { DeleteDataset } from './delete';
import { useIndexAgain } from './index-again';
import { Members } from './members';

export function SettingsPage() {
  const { id } = useParams({ from: '/frame/dataset/$id/settings' });
  const { data: dataset } = useQuery(ask.dataset(id));
  const { data: report } = useQuery(ask.report(id));
  const { data: health } = useQuery(ask.health);
  const [deleting, setDeleting] = useState(false);
  const again = useIndexAgain(id);
  const may = useMay(id);
  if (!dataset) {
    return (
      <Page narrow title="Settings">
        <Reading what="the dataset" />
      </Page>
    );
  }
  return (
    <Page narrow title="Settings">
      {may('rename') && <Names key={dataset.id} dataset={dataset} />}
      <Section
        title="Source"
        actions={
          dataset.status_new !== 'DRAFT' &&
          may('index') && (
            <Button disabled={again.isPending} onClick={() => again.mutate()}>
              {again.isPending ? <Turning /> : <RefreshCw size={15} aria-hidden />} Index again
            </Button>
          )
        }
      >
        <dl className="text-13">
          {!may('rename') && dataset.description !== '' && (
            <Fact name="Description">{dataset.description}</Fact>
          )}
          <Fact name="Folder">
            <span className="flex items-center gap-1">
              <code className="min-w-0 font-mono text-12 wrap-anywhere">
                {dataset.source_uri || 'unknown'}
              </code>
              {dataset.source_uri && <CopyText text={dataset.source_uri} what="path" />}
            </span>
          </Fact>
          <Fact name="Made">
            <When time={dataset.created_at} />
            {ownerOf(dataset) && ` by ${ownerOf(dataset)}`}
          </Fact>
          {dataset.updated_at && (
            <Fact name="Last indexed">
              <When time={dataset.updated_at} />
            </Fact>
          )}
          <Fact name="Dataset id">
            <span className="flex items-center gap-1">
              <code className="min-w-0 truncate font-mono text-12">{dataset.id}</code>
              <CopyText text={dataset.id} what="dataset id" />
            </span>
          </Fact>
        </dl>
      </Section>
      <AnnotationsSection dataset={dataset} changes={may('index')} />
      {report && <Numbers id={id} report={report} />}
      {health?.authentication === 'on' && <Members id={id} shares={may('share')} />}
      {may('delete') && (
        <Section
          title="Delete"
          about="What Lamina knows about the pictures goes; the files stay as they are."
          actions={
            <Button onClick={() => setDeleting(true)} className="text-failed">
              <Trash2 size={15} aria-hidden /> Delete this dataset…
            </Button>
          }
        >
          <DeleteDataset dataset={dataset} open={deleting} onClose={() => setDeleting(false)} />
        </Section>
      )}
    </Page>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className="flex min-h-8 items-baseline gap-4 py-1">
      <dt className="w-[120px] shrink-0 text-soft">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </div>
  );
}

function Names({ dataset }: { dataset: Dataset }) {
  const [name, setName] = useState(dataset.display_name);
  const [about, setAbout] = useState(dataset.description);
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: () =>
      send<Dataset>('PATCH', `/dataset/${dataset.id}`, {
        display_name: name.trim(),
        description: about,
      }),
    onSuccess: () => {
      say('Saved');
      queries.invalidateQueries({ queryKey: ['dataset', dataset.id] });
      queries.invalidateQueries({ queryKey: ['datasets'] });
    },
  });
  const changed = name !== dataset.display_name || about !== dataset.description;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Section title="Name and description">
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Labelled label="Name">
          <input
            value={name}
            maxLength={NAME_MAX}
            onChange={(event) => setName(event.target.value)}
            className="field h-9!"
          />
        </Labelled>
        <Labelled label="Description">
          <textarea
            value={about}
            rows={3}
            onChange={(event) => setAbout(event.target.value)}
            className="field h-auto! resize-y py-2"
          />
        </Labelled>
        {save.error && <Fault what="The change was not saved" cause={save.error} />}
        <div>
          <Button
            type="submit"
            look="primary"
            disabled={!changed || name.trim() === '' || save.isPending}
          >
            {save.isPending && <Turning />} Save
          </Button>
        </div>
      </form>
    </Section>
  );
}

const STAGES = ['scanning', 'indexing', 'analysing', 'publishing'];

/** What the last run found, and where its time went. */
function Numbers({ id, report }: { id: string; report: Report }) {
  const { data: said } = useQuery(ask.annotations(id));
  const ignored = leftAloneWords(report.ignored_by_reason ?? {}, readInside(said?.files ?? []));
  const stages = STAGES.flatMap((stage) => {
    const seconds = report.seconds_by_stage[stage];
    return seconds === undefined ? [] : [[stage, seconds] as const];
  });
  const rows: [string, string][] = [
    ['Files found', number(report.found)],
    ['Indexed', number(report.indexed)],
    ['Rejected', number(report.rejected)],
    ['Left alone', [number(report.ignored), ignored && `(${ignored})`].filter(Boolean).join(' ')],
    ['Exact copies', number(report.exact_duplicates)],
    ['Near copies', number(report.near_duplicates)],
    ['Blurry, dark, bright', [report.blur, report.dark, report.bright].map(number).join(', ')],
    ['Outliers', number(report.outliers)],
    ...report.clusters
      .filter((one) => one.level === 2)
      .map((one): [string, string] => ['Clusters', number(one.clusters)]),
  ];
  return (
    <Section title="Last indexing">
      <dl className="grid gap-x-8 text-13 sm:grid-cols-2">
        {rows.map(([name, value]) => (
          <div key={name} className="flex justify-between gap-4 border-b border-line py-1.5">
            <dt className="shrink-0 text-soft">{name}</dt>
            <dd className="text-right">{value}</dd>
          </div>
        ))}
      </dl>
      {stages.length > 0 && (
        <p className="mt-3 text-12 text-soft">
          {stages.map(([stage, seconds]) => `${stage} ${duration(seconds)}`).join(' · ')}
        </p>
      )}
    </Section>
  );
}
