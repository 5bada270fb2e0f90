// What can be wrong with an identifier of a license (GB/T 36904), as a closed table: the reason codes of the lenient reader,
// each with its sentence in both languages and whether a reader may pass over it.

type Defect = {
  readonly says: string;
  readonly saysZh: string;
  /** True: the parts are beyond doubt all the same, so that old data can be read. A writer never makes any defect. */
  readonly tolerable: boolean;
};

const tolerable = (says: string, saysZh: string): Defect => ({ says, saysZh, tolerable: true });
const fatal = (says: string, saysZh: string): Defect => ({ says, saysZh, tolerable: false });

/** In the order in which the reader reports them. */
export const IDENTIFIER_DEFECTS = {
  // How it is written
  'too-long': fatal('longer than 128 characters', '超过 128 个字符'),
  'full-width': tolerable('full-width characters, read as half-width ones', '含全角字符'),
  'blank-inside': tolerable('blanks or invisible characters, left out', '含空格或不可见字符'),
  'separator-wrong': tolerable('the ideographic full stop in place of a dot', '分隔符应为半角句点'),
  'lower-case': tolerable('small letters, read as capitals', '字母应为大写'),
  // How many parts it has
  'segment-count': fatal(
    'expected root.type.authority.serial.version.check',
    '应由根码、类型、机构、流水号、版本、校验位组成',
  ),
  'root-missing': tolerable('the root 1.2.156.3005.2 is missing', '缺少根码 1.2.156.3005.2'),
  'root-wrong': fatal('the root is not 1.2.156.3005.2', '根码不是 1.2.156.3005.2'),
  // Its parts
  'type-form': fatal(
    'the type is not 18 characters of a 统一社会信用代码 and 3 digits',
    '证照类型代码应为 18 位统一社会信用代码加 3 位数字',
  ),
  'type-check': fatal(
    'the 统一社会信用代码 inside the type has a wrong check character',
    '证照类型代码中的统一社会信用代码校验位不符',
  ),
  'authority-form': fatal(
    'the issuing authority is not 18 characters of a 统一社会信用代码',
    '证照颁发机构代码应为 18 位统一社会信用代码',
  ),
  'authority-region': tolerable(
    'a region code of 6 digits in place of the issuing authority, as older registries wrote',
    '颁发机构代码处为 6 位行政区划代码',
  ),
  'authority-check': fatal(
    'the 统一社会信用代码 of the issuing authority has a wrong check character',
    '颁发机构的统一社会信用代码校验位不符',
  ),
  'serial-length': fatal('the serial does not have 1 to 32 characters', '流水号应为 1 至 32 位'),
  'serial-characters': fatal('the serial has other characters than digits and capitals', '流水号只能含数字和大写字母'),
  'version-two-digits': tolerable('a version of two digits, without its leading 0', '版本号为 2 位，缺少前导 0'),
  'version-form': fatal('the version is not 3 digits', '版本号应为 3 位数字'),
  'version-range': fatal('the version is not 001 to 998', '版本号应在 001 至 998 之间'),
  'check-form': fatal('the check character is not one digit or capital', '校验位应为 1 位数字或大写字母'),
  'check-over-root': tolerable(
    'the check character was computed with the root; GB/T 36904 leaves the root out',
    '校验位计算时误将根码计入',
  ),
  'check-wrong': fatal('the check character is not the one of ISO 7064 MOD 37,36', '校验位与 ISO 7064 MOD 37,36 不符'),
} as const satisfies Readonly<Record<string, Defect>>;

export type IdentifierDefect = keyof typeof IDENTIFIER_DEFECTS;
