// The rooms as they answer over HTTP: alive, ready, and with a clock that agrees.
import type { PlannedRoom } from '../serve/environment.ts';
import { type Finding, note, well, wrong } from './finding.ts';

const TIMEOUT_MS = 3_000;
const CLOCK_TOLERANCE_MS = 3_000; // the Date header has seconds only

export async function checkRooms(rooms: readonly PlannedRoom[]): Promise<readonly Finding[]> {
  const findings = (await Promise.all(rooms.map(checkRoom))).flat();
  const areAllSilent = findings.length > 0 && findings.every((finding) => finding.status === 'wrong');
  if (!areAllSilent) return findings;
  return [note('No room answers: the house does not run', 'Run: make run')];
}

async function checkRoom({ room, env, config }: PlannedRoom): Promise<Finding[]> {
  const base = env[`XINJI_${room.name.toUpperCase()}_URL`] ?? `http://localhost:${config.port}`;
  const health = await ask(`${base}/healthz`);
  if (health === null || !health.ok) {
    const how = health === null ? 'does not answer' : `answers ${health.status}`;
    return [
      wrong(`The ${room.name} room ${how} at ${base}`, `Start it, or correct XINJI_${room.name.toUpperCase()}_URL.`),
    ];
  }
  const ready = await ask(`${base}/readyz`);
  const skewMs = Date.parse(health.headers.get('date') ?? '') - Date.now();
  return [
    ready?.ok
      ? well(`The ${room.name} room answers at ${base}`)
      : wrong(`The ${room.name} room at ${base} is not ready: ${await ready?.text()}`, 'Look at its log.'),
    ...(Math.abs(skewMs) > CLOCK_TOLERANCE_MS
      ? [wrong(`The clock of the ${room.name} room differs by ${Math.round(skewMs / 1000)} s`, 'Set it by NTP.')]
      : []),
  ];
}

async function ask(url: string): Promise<Response | null> {
  try {
    return await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch {
    return null;
  }
}
