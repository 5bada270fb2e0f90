// Documents of any size on disk, made in pieces: one page and an attachment of zeros that nobody compresses.
import { open } from 'node:fs/promises';

const PIECE = 1 << 20;

/** Writes a PDF of about `size` bytes with a classic cross-reference table. */
export async function writeLargePdf(path: string, size: number): Promise<void> {
  const file = await open(path, 'w');
  let at = 0;
  const offsets: number[] = [];
  const put = async (text: string): Promise<void> => {
    at += (await file.write(Buffer.from(text, 'latin1'))).bytesWritten;
  };
  const object = async (body: string): Promise<void> => {
    offsets.push(at);
    await put(`${offsets.length} 0 obj\n${body}\nendobj\n`);
  };
  try {
    await put('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n');
    await object('<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(bulk) 5 0 R]>>>>>>');
    await object('<</Type/Pages/Kids[3 0 R]/Count 1>>');
    await object('<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>');
    offsets.push(at);
    await put(`4 0 obj\n<</Type/EmbeddedFile/Length ${size}>>\nstream\n`);
    const piece = Buffer.alloc(PIECE, 0x2e);
    for (let left = size; left > 0; left -= PIECE)
      at += (await file.write(piece, 0, Math.min(PIECE, left))).bytesWritten;
    await put('\nendstream\nendobj\n');
    await object('<</Type/Filespec/F(bulk)/EF<</F 4 0 R>>>>');
    const xref = at;
    const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
    await put(`xref\n0 ${offsets.length + 1}\n0000000000 65535 f \n${rows}`);
    await put(`trailer\n<</Size ${offsets.length + 1}/Root 1 0 R>>\nstartxref\n${xref}\n%%EOF\n`);
  } finally {
    await file.close();
  }
}
