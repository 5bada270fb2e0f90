// The one error class of the house and the closed table of its problem codes.
// Domain, flow and store throw codes; only common/http/problem.ts turns them into RFC 9457 documents.
// Not here: OAuth errors (they keep their own form) and failed verifications (they are reports, not errors).

export type Problem = {
  /** HTTP status used by common/http/problem.ts. */
  readonly status: number;
  /** Short and stable, English, one clause. */
  readonly title: string;
  /** The same in Chinese, for pages and for `title_zh`. */
  readonly titleZh: string;
  /** What the caller can do now. */
  readonly hint: string;
};

const problem = (status: number, title: string, titleZh: string, hint: string): Problem => ({
  status,
  title,
  titleZh,
  hint,
});

/** Every problem code of the house. docs/errors.md is generated from this table. */
export const PROBLEMS = {
  // Requests
  'invalid-request': problem(
    400,
    'The request does not fit its contract',
    '请求不符合接口约定',
    'Correct the field that `pointer` names; the contract is at /openapi.json.',
  ),
  'invalid-json': problem(
    400,
    'The body is not JSON',
    '请求体不是有效的 JSON',
    'Send one UTF-8 JSON document with content type application/json.',
  ),
  'idempotency-key-missing': problem(
    400,
    'Idempotency-Key is missing',
    '缺少 Idempotency-Key',
    'Send an Idempotency-Key header of 8 to 128 visible ASCII characters, new for every act and the same for its repetition.',
  ),
  'idempotency-conflict': problem(
    409,
    'This Idempotency-Key was used for another request',
    '该 Idempotency-Key 已用于另一请求',
    'Use a new key for a new act.',
  ),
  'answer-gone': problem(
    410,
    'The answer to this request is not to be had again',
    '该请求的原结果已无法再次提供',
    'The act was carried out under this Idempotency-Key. Use a new key to have it done anew.',
  ),
  'body-too-large': problem(
    413,
    'The body is too large',
    '请求体过大',
    'Send a smaller body; the limit is in the detail.',
  ),
  'unsupported-media-type': problem(
    415,
    'The content type is not accepted here',
    '不支持的内容类型',
    'Use a content type that the detail lists.',
  ),
  'too-many-requests': problem(
    429,
    'Too many requests came from this address',
    '来自该地址的请求过于频繁',
    'Wait as long as Retry-After says, then try again.',
  ),
  busy: problem(
    503,
    'Too much is waiting to be done',
    '当前排队过多',
    'Wait as long as Retry-After says, then try again.',
  ),
  'not-found': problem(404, 'There is nothing at this address', '地址不存在', 'Check the path against /openapi.json.'),
  'result-gone': problem(
    404,
    'The result is no longer here',
    '核验结果已删除',
    'Results are kept for ten minutes; send the file again.',
  ),
  'method-not-allowed': problem(
    405,
    'This address does not take that method',
    '该地址不接受此方法',
    'Use a method listed in the Allow header.',
  ),
  // Who is calling
  'token-missing': problem(
    401,
    'An access token is needed',
    '需要访问令牌',
    'Get a token from the identity room with this room as `resource` and send it as Authorization: Bearer.',
  ),
  'token-invalid': problem(
    401,
    'The access token is not accepted',
    '访问令牌无效',
    'The detail says why; get a new token for this audience.',
  ),
  'scope-missing': problem(
    403,
    'The access token lacks a scope',
    '访问令牌缺少所需的权限范围',
    'Request the scope that the detail names; the client must be registered for it.',
  ),
  'session-missing': problem(401, 'Please log in', '请先登录', 'Log in and try again.'),
  'session-at-its-end': problem(
    409,
    'The login cannot last longer',
    '登录时长已到上限，不能再延长',
    'Finish what is under way, then log in again.',
  ),
  'csrf-failed': problem(
    403,
    'The form did not come from this page',
    '表单来源校验未通过',
    'Reload the page and send the form again.',
  ),
  'login-failed': problem(
    401,
    'The login did not succeed',
    '登录未成功',
    'Run `xinji login` again; who needs a role asks the operator for it (`xinji role`).',
  ),
  'account-exists': problem(
    409,
    'An account with this login name or document exists',
    '账号或证件已注册',
    'Log in with the existing account.',
  ),
  'account-state': problem(
    409,
    'The state of the account does not allow this',
    '账号当前的状态不允许此操作',
    'Look at the state of the account; only an active one is closed or frozen.',
  ),
  'proof-missing': problem(
    409,
    'The identity is not proven far enough for this',
    '实名核验尚未达到办理此事的要求',
    'Prove name and number first, at /prove.',
  ),
  'import-not-found': problem(
    404,
    'There is no such import',
    '没有这次导入',
    '`xinji account imports` lists those that are kept.',
  ),
  'import-state': problem(
    409,
    'The state of the import does not allow this',
    '导入当前的状态不允许此操作',
    'A running one can be stopped, a stopped one resumed: `xinji account imports show ID` says how it stands.',
  ),
  'unit-not-found': problem(
    404,
    'There is no such organisation here',
    '没有这个单位',
    'Check the unified social credit code; a unit is known once somebody has proven to represent it.',
  ),
  'unit-state': problem(
    409,
    'The state of the organisation does not allow this',
    '单位的状态不允许此操作',
    'Look at its state with `xinji unit show`; a suspended unit is resumed, a cancelled one comes back by a new proof.',
  ),
  'account-not-found': problem(404, 'There is no such account', '没有这个账号', 'Check the login name.'),
  'roles-apart': problem(
    409,
    'One person must not have both roles',
    '同一人不能兼任这两个角色',
    'System, security and audit administrators are three persons. Give the role to somebody else, or end the other one first.',
  ),
  'role-exists': problem(
    409,
    'The person has this role already',
    '该人员已有此角色',
    'Nothing is left to do; `xinji role list` shows who has which role.',
  ),
  'role-not-found': problem(
    404,
    'The person does not have this role',
    '该人员没有此角色',
    'Give organisation, unit and role as `xinji role list` shows them.',
  ),
  'consent-not-found': problem(
    404,
    'There is no consent to withdraw',
    '没有可撤回的授权',
    'Look at the list of consents: it may have been withdrawn already, or have ended.',
  ),
  'client-changed': problem(
    409,
    'The registration was changed meanwhile',
    '系统登记已被他人修改',
    'Read it again and repeat the change on what it is now.',
  ),
  'client-invalid': problem(
    422,
    'The client registration is not acceptable',
    '接入系统登记信息有误',
    'Correct the metadata field that the detail names.',
  ),
  // DER, keys, certificates
  'der-malformed': problem(
    422,
    'The data are not strict DER',
    '数据不是严格的 DER 编码',
    'Send the original bytes; the detail gives the offset.',
  ),
  'key-malformed': problem(
    422,
    'The private key cannot be read',
    '私钥无法读取',
    'Give a PKCS#8 PEM file with an SM2 key.',
  ),
  'key-not-found': problem(
    500,
    'The signing key is not here',
    '签名密钥不存在',
    'Run `xinji doctor`; the key file is named in the log.',
  ),
  'key-mismatch': problem(
    422,
    'The private key does not belong to the certificate',
    '私钥与证书不匹配',
    'Give the key that was certified.',
  ),
  'certificate-malformed': problem(
    422,
    'The certificate cannot be read',
    '证书无法读取',
    'Give an X.509 certificate in PEM or DER.',
  ),
  'certificate-request-invalid': problem(
    422,
    'The certificate request is not acceptable',
    '证书请求不符合要求',
    'Make a PKCS#10 request with SM2 and SM3 under the default user id (openssl: -sigopt distid:1234567812345678).',
  ),
  'revocation-malformed': problem(
    422,
    'The revocation list or OCSP message cannot be read',
    '吊销列表或 OCSP 报文无法读取',
    'Give a CRL of RFC 5280 or an OCSP message of RFC 6960 in DER.',
  ),
  'trust-malformed': problem(
    422,
    'What shall be trusted cannot be read',
    '信任库无法读取',
    'Name a folder with makers.pem, signers.pem and tsa.pem, or the JSON that a seal room publishes.',
  ),
  'cms-malformed': problem(
    422,
    'The CMS SignedData cannot be read',
    'CMS 签名数据无法读取',
    'Send the original bytes.',
  ),
  'time-stamp-malformed': problem(
    422,
    'The time-stamp data are not RFC 3161',
    '时间戳数据不符合 RFC 3161',
    'The detail says what was found; ask the time-stamp authority again.',
  ),
  'time-stamp-refused': problem(
    502,
    'The time-stamp authority refused',
    '时间戳服务拒绝了请求',
    'The detail gives its reason; nothing was released.',
  ),
  'time-stamp-unavailable': problem(
    503,
    'No time stamp can be had',
    '暂时取不到时间戳',
    'Repeat the request with the same key in a few seconds, or ask for level B, which has no time stamp.',
  ),
  'picture-refused': problem(
    422,
    'The picture is not taken',
    '印章图像不予接受',
    'Give a PNG of 300 dpi or more, or an SVG of plain shapes without text, styles and references; the detail says what was found.',
  ),
  'document-not-genuine': problem(
    422,
    'The document carries no signature that verifies',
    '文档没有可通过验证的签名',
    'Verify it and read the report: what does not pass is not preserved.',
  ),
  'validation-data-unavailable': problem(
    503,
    'No revocation evidence can be had',
    '暂时取不到证书状态证据',
    'Repeat the request with the same key in a few seconds, or ask for level T, which keeps no evidence.',
  ),
  'sealed-box-corrupt': problem(
    500,
    'Data at rest cannot be opened',
    '静态加密数据无法打开',
    'The master key differs from the one that closed them, or the bytes were changed.',
  ),
  // PDF
  'not-a-pdf': problem(
    422,
    'This is not a PDF file',
    '这不是 PDF 文件',
    'Send a PDF file; the detail says what it looks like.',
  ),
  'pdf-truncated': problem(
    422,
    'The PDF file is cut off',
    'PDF 文件不完整',
    'Transfer the file again; its end is missing.',
  ),
  'pdf-encrypted': problem(
    422,
    'The PDF file is encrypted and was not opened',
    'PDF 文件已加密,无法打开',
    'Send its password (header Document-Password, percent-encoded; --password-file on the command line), or remove the encryption.',
  ),
  'pdf-hybrid': problem(
    422,
    'The two cross-references of the hybrid PDF file contradict each other',
    '混合引用结构的 PDF 前后矛盾',
    'Save the file once with a current PDF writer; readers would show different documents.',
  ),
  'pdf-broken': problem(
    422,
    'The PDF file is damaged',
    'PDF 文件结构已损坏',
    'Repair the file first; nothing was changed.',
  ),
  'pdf-too-large': problem(
    413,
    'The PDF file is too large',
    'PDF 文件过大',
    'Send a smaller file; the limit is in the detail.',
  ),
  'batch-not-found': problem(
    404,
    'There is no such list',
    '没有这个批次',
    'GET /v1/batches lists those of your organisation.',
  ),
  'batch-state': problem(
    409,
    'The state of the list does not allow this',
    '批次当前的状态不允许此操作',
    'Look at its state; a list that was stopped or is done is uploaded anew, what is issued is not issued twice.',
  ),
  'sheet-unreadable': problem(
    422,
    'The list cannot be read',
    '无法读取上传的表格',
    'The detail names the line. Take the template of the license type, and save the list as XLSX or as CSV UTF-8.',
  ),
  'document-too-costly': problem(
    422,
    'Reading the file takes more time or memory than one file is given',
    '读取文件所需的时间或内存超出限额',
    'Do not rely on the file; ask who gave it to you for a simpler one. Large files are judged offline by `xinji verify`.',
  ),
  'keyword-not-found': problem(
    422,
    'The keyword is not found on the pages',
    '页面上找不到关键字',
    'Check the keyword and the number of the hit, or give page, x_mm and y_mm instead.',
  ),
  'text-not-searchable': problem(
    422,
    'The pages have text that cannot be searched',
    '页面文字无法检索',
    'Scans, outlines and fonts without character codes cannot be searched; give page, x_mm and y_mm instead.',
  ),
  'not-prepared': problem(
    422,
    'The document was not prepared for this signature',
    '文件未为此签名做好准备',
    'Prepare the document anew with `xinji seal --prepare`, and have the new digest signed.',
  ),
  'signature-not-for-document': problem(
    422,
    'The signature does not belong to this document',
    '签名与文件不符',
    'Have the digest signed that the preparation gave; a document that was prepared anew has another.',
  ),
  'placement-invalid': problem(
    422,
    'The seal does not fit on the page there',
    '印章位置超出页面',
    'Choose a page that exists and a place where the whole seal lies on it.',
  ),
  'signature-forbidden': problem(
    422,
    'An earlier certification forbids another signature',
    '文件的认证签名不允许再签章',
    'Ask the first signer for a version that may be signed again.',
  ),
  // Seals
  'seal-malformed': problem(
    422,
    'The seal is not GB/T 38540 data',
    '印章数据不符合 GB/T 38540',
    'Give the .esl file as the seal maker delivered it.',
  ),
  'seal-not-found': problem(404, 'There is no such seal', '印章不存在', 'Check the seal code (esID).'),
  'seal-not-usable': problem(
    409,
    'The seal may not be used now',
    '印章当前不可使用',
    'The detail gives its state and period.',
  ),
  'seal-not-granted': problem(
    403,
    'This client has no grant for the seal',
    '该系统未获授权使用此印章',
    'Ask the keeper of the seal for a grant.',
  ),
  'seal-unavailable': problem(
    503,
    'The seal room does not answer',
    '盖章服务暂时没有回应',
    'Nothing is lost; repeat the request with the same key, or wait: the work is resumed.',
  ),
  // The life of a seal
  'seal-application-not-found': problem(
    404,
    'There is no such application for a seal',
    '没有这个印章申请',
    'Check the id of the application.',
  ),
  'seal-state-forbids': problem(
    409,
    'The state of the seal forbids this step',
    '印章当前状态不允许此操作',
    'The detail gives the state.',
  ),
  'duty-conflict': problem(
    403,
    'One person cannot have two duties for one seal',
    '同一人不得兼任同一枚印章的两项职责',
    'Somebody else has to take this step: applicant, approver, maker and keeper of a seal are four persons.',
  ),
  'person-needed': problem(
    403,
    'Only a person can take this step',
    '该操作只能由自然人办理',
    'Log in as a member of staff with the role (`xinji login`); a machine can only use a seal.',
  ),
  'role-missing': problem(
    403,
    'This person has no role for that',
    '该人员没有相应的岗位',
    'Ask the operator for the role at the organisation that the detail names.',
  ),
  'certificate-pending': problem(
    409,
    'The certificate for the seal is not here yet',
    '印章证书尚未签发',
    'Take the request from GET …/certificate-request to the authority, send its answer to POST …/certificate, then repeat this request with the same key.',
  ),
  'certificate-unfit': problem(
    422,
    'The certificate does not fit the seal',
    '证书与该印章不匹配',
    'Give the certificate that the authority made for the request of this seal.',
  ),
  'seal-codes-exhausted': problem(
    409,
    'There is no seal code left',
    '印章编码已用尽',
    'Set another rule in XINJI_SEAL_CODE_RULE.',
  ),
  'grant-not-found': problem(404, 'There is no such grant', '没有这项授权', 'Check the id of the grant.'),
  // Webhooks
  'webhook-url-refused': problem(
    422,
    'The address may not be subscribed',
    '不接受此回调地址',
    'Give an https address without a name, a password or a fragment; the detail says what is wrong.',
  ),
  'webhook-exists': problem(
    409,
    'The address is subscribed already',
    '此回调地址已订阅',
    'Look at the list of subscriptions; end the old one to choose other types, or make a new secret for it.',
  ),
  'webhook-too-many': problem(
    409,
    'The organisation has as many subscriptions as it may have',
    '订阅数量已达上限',
    'End one that is not needed any more.',
  ),
  'webhook-not-found': problem(
    404,
    'There is no such subscription',
    '没有此订阅',
    'Check the id against the list of subscriptions of your organisation.',
  ),
  // Licenses
  'identifier-malformed': problem(
    422,
    'The license identifier is malformed',
    '电子证照标识格式不符',
    'The form is root.type.authority.serial.version.check of GB/T 36904; docs/codes.md explains each reason code of the detail.',
  ),
  'identifier-check': problem(
    422,
    'The check character of the license identifier is wrong',
    '电子证照标识校验位不符',
    'Compare the identifier with the license, character by character.',
  ),
  'code-check': problem(
    422,
    'A code has a wrong check character',
    '代码校验位不符',
    'Compare the code with the document; the detail gives the expected character.',
  ),
  'license-type-not-found': problem(
    422,
    'There is no such license type',
    '证照类型不存在',
    'Use the 21-character code of a published license type.',
  ),
  'license-type-conflict': problem(
    409,
    'This version of the license type was published with other content',
    '该证照类型的这一版本已经发布，内容不同',
    'A published version never changes; publish the change as the next version.',
  ),
  'license-type-version': problem(
    409,
    'This is not the next version of the license type',
    '证照类型版本号不连续',
    'Versions follow one another without gaps; the detail gives the next one.',
  ),
  'license-type-untrusted': problem(
    500,
    'The catalogue entry of the license type is not believed',
    '证照目录条目未通过验签',
    'The operator compares the entry with the pack it was published from and restores it from a backup, or names the certificate that signed it.',
  ),
  'license-fields-invalid': problem(
    422,
    'The license does not satisfy the rules of its type',
    '照面信息不符合该证照类型的规则',
    'Correct the field that `pointer` names.',
  ),
  'glyph-missing': problem(
    422,
    'A character cannot be printed',
    '字库缺少该字符',
    'The detail gives the character as U+XXXX; nothing was issued or drawn. Report it to the operator; a seal may be brought as SVG.',
  ),
  'issuing-not-allowed': problem(
    403,
    'This client may not issue licenses of that type',
    '该系统无权签发此类证照',
    'An administrator of licenses registers the authority for the type, and lets the system issue it: `xinji license authority register`, `xinji license client allow`.',
  ),
  'case-conflict': problem(
    409,
    'This case id was used for another license',
    '该办件编号已用于另一张证照',
    'Use the case id of this case; the license of that case stays as it is.',
  ),
  'client-not-registered': problem(
    403,
    'This client is not registered for sharing',
    '该系统未登记为用证系统',
    'An administrator of licenses registers the system and its organisation: `xinji license client register`.',
  ),
  'read-refused': problem(
    403,
    'There is no ground on which this may be read',
    '没有可据以读取的授权或法定依据',
    'The detail begins with the reason. Ask the holder (POST /v1/consent-requests), or have a legal basis registered.',
  ),
  'consent-request-not-found': problem(
    404,
    'There is no such request for consent',
    '没有这个授权申请',
    'Check the id; a request that was not decided is gone after its end.',
  ),
  'consent-request-over': problem(
    409,
    'The request for consent was decided or has ended',
    '该授权申请已处理或已过期',
    'Look at its state; ask anew when it has ended.',
  ),
  'return-address-unknown': problem(
    422,
    'The return address is not registered for this client',
    '返回地址未登记',
    'Use one of the registered addresses, character by character, or have it registered.',
  ),
  'registration-not-found': problem(
    404,
    'There is no such registration, or it has ended',
    '没有这项登记，或登记已终止',
    '`xinji license authority list` and `xinji license client list` show what is registered.',
  ),
  'legal-basis-not-found': problem(
    404,
    'There is no such legal basis',
    '没有这项法定依据',
    'Check the id; `xinji license basis list` shows all.',
  ),
  'encryption-key-missing': problem(
    409,
    'No SM2 key is registered for this client',
    '该系统未登记 SM2 加密公钥',
    'Have the public key registered (`xinji license client`), or ask without encryption.',
  ),
  'copies-not-offered': problem(
    503,
    'Annotated copies are not made here',
    '本平台未配置加注件用章',
    'Ask the operator to set the platform seal (XINJI_LICENSE_PLATFORM_SEAL).',
  ),
  'copy-not-found': problem(
    404,
    'There is no annotated copy at this address',
    '该地址没有加注件',
    'An address lives for ten minutes and answers only the client that it was given to; ask for a new copy.',
  ),
  'license-not-found': problem(404, 'There is no such license', '没有这张证照', 'Check the identifier.'),
  'license-state-forbids': problem(
    409,
    'The state of the license forbids this',
    '证照当前状态不允许此操作',
    'The detail gives the state.',
  ),
  'corrections-open': problem(
    409,
    'Several requests for this license wait for an answer',
    '这张证照已有多项申请等待答复',
    'Wait until the issuing authority has answered one of them.',
  ),
  'correction-answered': problem(
    409,
    'This request was answered already',
    '该申请已经答复过',
    'Read the answer that stands; it is not changed.',
  ),
  'license-shredded': problem(
    410,
    'What the house kept about this license was destroyed',
    '该证照的数据已按规定销毁',
    'The keys of its holders were destroyed on order; nothing can bring the license back. Its events remain as a chain of digests.',
  ),
  'license-superseded': problem(
    409,
    'The license has a newer version',
    '证照已有新的版本',
    'Use the current identifier, which `successor` gives.',
  ),
  'license-number-taken': problem(
    409,
    'The license number was given to another license',
    '证照编号已被使用',
    'Numbers of this type are given once; take the next one.',
  ),
  'issue-not-found': problem(
    404,
    'There is no such issue',
    '没有这项签发',
    'Use the address that the answer 202 gave.',
  ),
  'holder-not-found': problem(
    404,
    'Nothing is kept for this holder',
    '没有该持证主体的数据',
    'Check code type and code. What was destroyed before is not found either.',
  ),
  'shredding-not-confirmed': problem(
    409,
    'The confirmation does not belong to this order',
    '确认码与本次销毁不符',
    'Ask again without confirmation, look at what would be destroyed, and confirm that within ten minutes.',
  ),
  'license-pending': problem(
    409,
    'The license is still being issued',
    '证照正在签发',
    'Repeat the request in a few seconds with the same case id.',
  ),
  'verifier-not-registered': problem(
    403,
    'This client is not a registered verifier',
    '该系统不是登记的用证方',
    'Ask the operator to register the verifier.',
  ),
  'code-malformed': problem(422, 'This is not a presentation code', '这不是亮证码', 'Scan the code again.'),
  'code-unknown': problem(
    404,
    'There is no such presentation code',
    '没有这个亮证码',
    'Ask the holder for a new code.',
  ),
  'code-used': problem(409, 'The presentation code was used already', '此码已用过', 'Ask the holder for a new code.'),
  'code-expired': problem(410, 'The presentation code has expired', '此码已过期', 'Ask the holder for a new code.'),
  // Operating
  'config-invalid': problem(
    500,
    'The configuration is not usable',
    '配置有误',
    'Correct every fault listed; docs/config.md is the manual.',
  ),
  'schema-outdated': problem(
    503,
    'The database schema is not the one this version needs',
    '数据库结构版本不符',
    'Run `xinji migrate`.',
  ),
  'database-unavailable': problem(
    503,
    'The database does not answer',
    '数据库暂时没有回应',
    'Try again; if it persists run `xinji doctor`.',
  ),
  'backup-invalid': problem(
    500,
    'A backup cannot be used',
    '备份不可用',
    'Use another backup, and find out what happened to this one.',
  ),
  'restore-refused': problem(
    409,
    'A backup is not restored here',
    '不能在此恢复备份',
    'Restore into an empty database.',
  ),
  'file-corrupt': problem(
    500,
    'A stored file is damaged',
    '存储的文件已损坏',
    'Restore the file that the detail names from a backup.',
  ),
  'file-store-unavailable': problem(
    503,
    'The store of files does not answer',
    '文件存储暂时不可用',
    'Repeat the request in a few seconds. For the operator: `xinji doctor` looks at the place that XINJI_LICENSE_FILES names.',
  ),
  'identity-unavailable': problem(
    503,
    'The identity room does not answer',
    '身份服务暂时没有回应',
    'Try again in a few seconds.',
  ),
  stopping: problem(503, 'The service is stopping', '服务正在停止', 'Try again in a few seconds.'),
  internal: problem(
    500,
    'Something broke here',
    '系统出了故障，不是您的问题',
    'Report the request id to the operator.',
  ),
} as const satisfies Record<string, Problem>;

export type ProblemCode = keyof typeof PROBLEMS;

export type TrustErrorOptions = {
  /** RFC 6901 pointer to the faulty part of the request, for example `/holder/code`. */
  readonly pointer?: string;
  /** A better next step than the table's. */
  readonly hint?: string;
  /** What has taken the place of what was asked for: an identifier. */
  readonly successor?: string;
  readonly cause?: unknown;
};

/** The error of the house: a code of `PROBLEMS`, and a sentence that says what was found and what was expected. */
export class TrustError extends Error {
  readonly code: ProblemCode;
  readonly pointer: string | undefined;
  readonly hint: string;
  readonly successor: string | undefined;

  constructor(code: ProblemCode, detail: string, options: TrustErrorOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'TrustError';
    this.code = code;
    this.pointer = options.pointer;
    this.hint = options.hint ?? PROBLEMS[code].hint;
    this.successor = options.successor;
  }
}

/** True for a `TrustError`, optionally of one code. */
export function isTrustError(error: unknown, code?: ProblemCode): error is TrustError {
  return error instanceof TrustError && (code === undefined || error.code === code);
}
