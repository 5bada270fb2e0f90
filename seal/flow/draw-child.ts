// The process that draws paths of somebody else: a drawing order as JSON on its input, the PNG on its output.
import { text } from 'node:stream/consumers';
import type { VectorOrder } from '../domain/picture-spec.ts';
import { renderSealPng } from '../domain/seal-png.ts';

const order = JSON.parse(await text(process.stdin)) as VectorOrder;
process.stdout.write(await renderSealPng(order.svg, order));
