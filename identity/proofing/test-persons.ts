// The registered test persons and units of a development house: what its sources know. All are invented; those of the seed
// are among them, the others are there to meet what goes wrong with real sources.

export type TestPerson = {
  /** As the population base has it. */
  readonly name: string;
  readonly code: string;
  /** What the face check answers about this person's pictures. */
  readonly face: 'matched' | 'mismatched' | 'unavailable';
  /** Left out: the population base answers. */
  readonly base?: 'unavailable';
};

export const TEST_PERSONS: readonly TestPerson[] = [
  { name: '张三', code: '360102199003077718', face: 'matched' },
  { name: '李四', code: '360102198511267724', face: 'matched' },
  { name: '周明远', code: '360102198304127729', face: 'matched' },
  { name: '郑书岚', code: '360102197608197748', face: 'matched' },
  { name: '何铸', code: '360102198811057737', face: 'matched' },
  { name: '林守正', code: '360102197906237760', face: 'matched' },
  { name: '沈鉴清', code: '360102198109277780', face: 'matched' },
  { name: '王芳', code: '360102199206150014', face: 'matched' },
  { name: '唐接远', code: '360102198207167788', face: 'matched' },
  { name: '高守宁', code: '360102198703227786', face: 'matched' },
  { name: '宋鉴明', code: '360102197909087796', face: 'matched' },
  { name: '叶问真', code: '360102199204187788', face: 'matched' },
  { name: '许立言', code: '360102198904167767', face: 'matched' },
  { name: '顾明章', code: '360102198009237765', face: 'matched' },
  // Whose pictures never fit.
  { name: '钱双', code: '360102199508200021', face: 'mismatched' },
  // Renamed lately: the base still has the old name (the new one is 孙新名).
  { name: '孙旧名', code: '360102197809091034', face: 'matched' },
  // The base does not answer about this person.
  { name: '吴音', code: '360102196611222049', face: 'unavailable', base: 'unavailable' },
  // The face check does not answer about this person.
  { name: '冯等', code: '360102198808083053', face: 'unavailable' },
];

export type TestUnit = { readonly code: string; readonly name: string; readonly representative: string };

/** `representative`: number of a test person. */
export const TEST_UNITS: readonly TestUnit[] = [
  { code: '91360100MA35XJ017H', name: '示例市青山食品有限公司', representative: '360102199206150014' },
  { code: '91360100MA35XJ025C', name: '示例市绿水物业服务有限公司', representative: '360102199206150014' },
  { code: '91360100MA35XJ0337', name: '示例市晨光文具店', representative: '360102199206150014' },
];
