// A load generator that costs little beside what it loads: HTTP/1.1 over plain sockets that are kept, one buffer to read into,
// bodies counted and not kept. For answers with a Content-Length.
import { connect, type Socket } from 'node:net';

export type LeanClient = {
  /** Sends one request; resolves with the status when the whole answer has been read. */
  readonly post: (path: string, headers: Readonly<Record<string, string>>, body: Uint8Array) => Promise<number>;
  readonly get: (path: string, headers: Readonly<Record<string, string>>) => Promise<number>;
  readonly close: () => void;
};

type Pending = { readonly resolve: (status: number) => void; readonly reject: (error: Error) => void };
type Line = { readonly socket: Socket; pending: Pending | null; head: string; status: number; left: number };

const HEAD_END = '\r\n\r\n';
const READ_BYTES = 256 * 1024;

/** One request a connection at a time; connections are made as they are needed. */
export function makeLeanClient(url: string): LeanClient {
  const { hostname, port, host } = new URL(url);
  const idle: Line[] = [];
  const all: Line[] = [];

  const settle = (line: Line): void => {
    const { pending, status } = line;
    Object.assign(line, { pending: null, head: '', status: 0, left: 0 });
    idle.push(line);
    pending?.resolve(status);
  };
  const hear = (line: Line, bytes: Buffer): void => {
    let count = bytes.length;
    if (line.status === 0) {
      line.head += bytes.toString('latin1');
      const end = line.head.indexOf(HEAD_END);
      if (end < 0) return;
      count = line.head.length - end - HEAD_END.length;
      line.status = Number(line.head.slice(9, 12));
      line.left = Number(/\r\ncontent-length: (\d+)/i.exec(line.head)?.[1]);
    }
    line.left -= count;
    if (line.left === 0) settle(line);
  };
  const open = (): Line => {
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
    const read = (count: number): boolean => {
      hear(line, buffer.subarray(0, count));
      return true;
    };
    const socket = connect({ host: hostname, port: Number(port), onread: { buffer, callback: read } });
    const line: Line = { socket, pending: null, head: '', status: 0, left: 0 };
    socket.setNoDelay(true);
    socket.on('error', (error) => line.pending?.reject(error));
    socket.on('close', () => line.pending?.reject(new Error('the connection was closed')));
    all.push(line);
    return line;
  };
  const send = (line1: string, headers: Readonly<Record<string, string>>, body: Uint8Array | null): Promise<number> =>
    new Promise((resolve, reject) => {
      const line = idle.pop() ?? open();
      line.pending = { resolve, reject };
      const length = body === null ? {} : { 'Content-Length': `${body.length}` };
      const named = Object.entries({ Host: host, ...headers, ...length });
      const head = named.map(([name, value]) => `${name}: ${value}\r\n`).join('');
      line.socket.cork();
      line.socket.write(`${line1} HTTP/1.1\r\n${head}\r\n`, 'latin1');
      if (body !== null) line.socket.write(body);
      line.socket.uncork();
    });
  return {
    get: (path, headers) => send(`GET ${path}`, headers, null),
    post: (path, headers, body) => send(`POST ${path}`, headers, body),
    close: () => {
      for (const { socket } of all) socket.destroy();
    },
  };
}
