// The sources of this house by its settings: addresses where there are any, else those of development, in production none.
import type { Mode } from '../../common/env.ts';
import type { Log } from '../../common/log.ts';
import type { ProofingPorts, Source } from '../domain/proofing.ts';
import { makeDevelopmentPorts } from './development.ts';
import { makeHttpPorts } from './http.ts';

export type SourceSettings = {
  readonly mode: Mode;
  readonly populationUrl: string | null;
  readonly faceUrl: string | null;
  readonly legalPersonUrl: string | null;
  readonly counterUrl: string | null;
  readonly proofingToken: string | null;
  readonly proofingTimeoutMs: number;
  readonly proofingDelayMs: number;
  readonly proofingOutages: readonly Source[];
};

export function openPorts(settings: SourceSettings, log: Log): ProofingPorts {
  const { populationUrl, faceUrl, legalPersonUrl, counterUrl } = settings;
  const ports = makeHttpPorts({
    populationUrl,
    faceUrl,
    legalPersonUrl,
    counterUrl,
    token: settings.proofingToken,
    timeoutMs: settings.proofingTimeoutMs,
    log,
  });
  if (settings.mode === 'production') return ports;
  const invented = makeDevelopmentPorts({
    delayMs: settings.proofingDelayMs,
    outages: () => settings.proofingOutages,
  });
  return {
    population: ports.population ?? invented.population,
    face: ports.face ?? invented.face,
    legalPerson: ports.legalPerson ?? invented.legalPerson,
    counter: counterUrl === null ? invented.counter : ports.counter,
  };
}
