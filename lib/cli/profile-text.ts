import type { AccuracyTrend } from '../forecast/accuracy-trend.ts';
import type { ArrivalForecast } from '../forecast/arrival-forecast.ts';
import type { Interval } from '../forecast/interval.ts';
import type { LoadOutlook } from '../forecast/load-outlook.ts';
import { factorCells } from '../report/factor-cells.ts';
import type { TerminalColour } from '../report/terminal-colour.ts';
import { bytesText } from '../report/text/bytes-text.ts';
import { countText } from '../report/text/count-text.ts';
import { durationText } from '../report/text/duration-text.ts';
import { momentText } from '../report/text/moment-text.ts';
import { shareText } from '../report/text/share-text.ts';
import { textTable } from '../report/text-table.ts';
import type { ProfileAnswer } from './profile-answer.ts';

const HOUR_MS = 3_600_000;
/** Rows of the next hours that are printed; `--json` has all. */
const HOURS_SHOWN_MAX = 6;

/** A type's profile for a terminal. */
export function profileText(answer: ProfileAnswer, colour: TerminalColour): string {
  return [
    `${colour.bold(answer.type)}: ${countText(answer.committedCount)} committed, ${countText(answer.failedCount)} failed, model ${answer.forecast.model} of ${countText(answer.sampleCount)} samples`,
    '',
    ...sizeLines(answer, colour),
    '',
    trendLine('Past forecasts of its shards', answer.shards.trend, 'mean |log(actual / predicted)|'),
    ...(answer.arrivals === null
      ? ['No forecast of arrivals yet: foreshard profile --refresh makes one, five minutes after the first shard.']
      : loadLines(answer, answer.arrivals, colour)),
    ...(answer.outlook ? factorLines(answer.outlook, colour) : []),
  ].join('\n');
}

function sizeLines({ needs }: ProfileAnswer, colour: TerminalColour): readonly string[] {
  const level = needs[0]?.need.durationMs.level ?? 0;
  const memory = (value: number) => `${countText(value)} MiB`;
  return textTable(
    [
      { title: 'shard of', align: 'right' },
      { title: `time (${shareText(level)} interval)`, align: 'right' },
      { title: 'CPU', align: 'right' },
      { title: 'memory', align: 'right' },
    ],
    needs.map(({ bytes, need }) => [
      bytesText(bytes),
      range(need.durationMs, durationText),
      range(need.cpuMs, durationText),
      range(need.memoryMiB, memory),
    ]),
    colour.dim,
  );
}

function loadLines(
  { history, judged, outlook }: ProfileAnswer,
  arrivals: ArrivalForecast,
  colour: TerminalColour,
): readonly string[] {
  const past = history.slice(-HOURS_SHOWN_MAX).map(({ at, busySlots }) => [momentText(at), slotsText(busySlots), '']);
  const ahead = outlook?.hours.slice(0, HOURS_SHOWN_MAX) ?? [];
  const [next] = arrivals.busySlots;
  return [
    trendLine('Past forecasts of its arrivals', judged.trend, 'error over that of repeating the last value'),
    '',
    ...(next ? [`Busy slots from ${momentText(arrivals.startsAt)}: ${range(next, slotsText)}`, ''] : []),
    ...(past.length + ahead.length === 0
      ? []
      : textTable(
          [
            { title: 'hour', align: 'left' },
            { title: 'busy slots', align: 'right' },
            { title: 'forecast', align: 'right' },
          ],
          [
            ...past,
            ...ahead.map((interval, hour) => [
              momentText((outlook?.startsAt ?? 0) + hour * HOUR_MS),
              '',
              range(interval, slotsText),
            ]),
          ],
          colour.dim,
        )),
    '',
    ...memberLines('Models of the next six hours', arrivals.members, colour),
    ...(outlook ? outlookLines(outlook, colour) : []),
  ];
}

function outlookLines({ says, members }: LoadOutlook, colour: TerminalColour): readonly string[] {
  const heard = [
    ['other types', says.pool],
    ['the network', says.lstm],
    ['its own past', says.ensemble],
  ] as const;
  const parts = heard.filter(([, share]) => share > 0).map(([who, share]) => `${who} ${shareText(share)}`);
  return ['', `Two days ahead by ${parts.join(', ')}`, ...memberLines('Models of its own past', members, colour)];
}

function memberLines(title: string, members: LoadOutlook['members'], colour: TerminalColour): readonly string[] {
  const sorted = members.toSorted((a, b) => b.weight - a.weight);
  return textTable(
    [
      { title, align: 'left' },
      { title: 'weight', align: 'right' },
      { title: 'mean error in validation', align: 'right' },
    ],
    sorted.map(({ name, weight, meanAbsoluteError }) => [name, shareText(weight), slotsText(meanAbsoluteError)]),
    colour.dim,
  );
}

function factorLines({ factors }: LoadOutlook, colour: TerminalColour): readonly string[] {
  if (factors.length === 0) return ['', 'Correlations need four days of history.'];
  return [
    '',
    ...textTable(
      [
        { title: 'outside factor', align: 'left' },
        { title: 'kind', align: 'left' },
        { title: 'effect', align: 'right' },
        { title: 'hours ahead', align: 'right' },
        { title: 'corrected p', align: 'right' },
        { title: 'gain', align: 'right' },
      ],
      factors.map((finding) => [...factorCells(finding)]),
      colour.dim,
    ),
  ];
}

function trendLine(what: string, trend: AccuracyTrend | null, unit: string): string {
  if (trend === null) return `${what}: none judged yet`;
  const { recent, earlier, level, decay } = trend;
  const error = (one: AccuracyTrend['recent']) =>
    one.relativeError === undefined ? '' : `, ${one.relativeError.toFixed(2)} ${unit}`;
  const before = earlier ? `; before that ${shareText(earlier.coverage)}${error(earlier)}` : '';
  const worse = decay === undefined ? '' : `. They got worse (${decay})`;
  return `${what}: ${shareText(recent.coverage)} of ${countText(recent.seenCount)} inside their ${shareText(level)} intervals${error(recent)}${before}${worse}`;
}

function range({ point, lower, upper }: Interval, text: (value: number) => string): string {
  return `${text(point)} (${text(lower)} to ${text(upper)})`;
}

function slotsText(slots: number): string {
  return slots === 0 ? '0' : slots.toPrecision(2);
}
