identity.accounts
  id bigint not null identity
  sub text not null
  login_name text
  phone_key bytea
  holder_key bytea
  person_box bytea
  name text
  password_hash text
  status text not null default 'active'::text
  created_at timestamp with time zone not null default now()
  mail_key bytea
  level smallint not null default 2
  closes_at timestamp with time zone
  password_at timestamp with time zone
  constraint accounts_closing CHECK (((status = 'closing'::text) = (closes_at IS NOT NULL)))
  constraint accounts_holder_key_key UNIQUE (holder_key)
  constraint accounts_level_check CHECK (((level >= 2) AND (level <= 5)))
  constraint accounts_login_name_key UNIQUE (login_name)
  constraint accounts_mail_key_key UNIQUE (mail_key)
  constraint accounts_phone_key_key UNIQUE (phone_key)
  constraint accounts_pkey PRIMARY KEY (id)
  constraint accounts_proven CHECK (((level = 2) OR (holder_key IS NOT NULL) OR (status = 'closed'::text)))
  constraint accounts_shredded CHECK (((status <> 'closed'::text) OR (num_nonnulls(login_name, phone_key, mail_key, holder_key, person_box, name, password_hash) = 0)))
  constraint accounts_status_check CHECK ((status = ANY (ARRAY['active'::text, 'frozen'::text, 'closing'::text, 'closed'::text])))
  constraint accounts_sub_key UNIQUE (sub)
  CREATE INDEX accounts_closes_at ON identity.accounts USING btree (closes_at) WHERE (status = 'closing'::text)
  CREATE INDEX accounts_unsealed ON identity.accounts USING btree (id) WHERE (name IS NOT NULL)
  identity may delete, insert, select, update

identity.acting_for
  grant_id text not null
  legal_person_id bigint
  at timestamp with time zone not null
  constraint acting_for_legal_person_id_fkey FOREIGN KEY (legal_person_id) REFERENCES identity.legal_persons(id)
  constraint acting_for_pkey PRIMARY KEY (grant_id)
  CREATE INDEX acting_for_at ON identity.acting_for USING btree (at)
  identity may delete, insert, select, update

identity.audit_checkpoints
  number bigint not null
  at timestamp(3) with time zone not null
  heads json not null
  previous bytea not null
  certificate_sm3 bytea not null
  hash bytea not null
  signature bytea not null
  time_stamp bytea
  constraint audit_checkpoints_pkey PRIMARY KEY (number)
  CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON identity.audit_checkpoints FOR EACH STATEMENT EXECUTE FUNCTION identity.refuse_change()
  CREATE TRIGGER time_stamp_once BEFORE UPDATE ON identity.audit_checkpoints FOR EACH ROW EXECUTE FUNCTION identity.refuse_checkpoint_change()
  identity may insert, select

identity.audit_entries
  chain integer not null
  number bigint not null
  at timestamp(3) with time zone not null
  kind text not null
  subject text not null
  actor text not null
  request_id text
  detail json not null
  previous bytea not null
  hash bytea not null
  constraint audit_entries_pkey PRIMARY KEY (chain, number)
  CREATE INDEX audit_entries_at ON identity.audit_entries USING btree (at, chain, number)
  CREATE INDEX audit_entries_client ON identity.audit_entries USING btree (((detail ->> 'client_id'::text)), at) WHERE ((detail ->> 'client_id'::text) IS NOT NULL)
  CREATE INDEX audit_entries_kind ON identity.audit_entries USING btree (kind, at)
  CREATE INDEX audit_entries_subject ON identity.audit_entries USING btree (subject, at)
  CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON identity.audit_entries FOR EACH STATEMENT EXECUTE FUNCTION identity.refuse_change()
  identity may insert, select

identity.authentications
  id bigint not null identity
  proof_id text not null
  account_id bigint not null
  session_uid text not null
  begins boolean not null
  method text not null
  user_verified boolean not null default false
  scan_level smallint
  level smallint not null
  at timestamp with time zone not null
  client_id text
  address text
  device text
  constraint authentications_account_id_fkey FOREIGN KEY (account_id) REFERENCES identity.accounts(id)
  constraint authentications_level_check CHECK (((level >= 2) AND (level <= 5)))
  constraint authentications_method_check CHECK ((method = ANY (ARRAY['pwd'::text, 'sms'::text, 'mail'::text, 'totp'::text, 'recovery'::text, 'passkey'::text, 'face'::text, 'cert'::text, 'scan'::text])))
  constraint authentications_pkey PRIMARY KEY (id)
  constraint authentications_proof_id_key UNIQUE (proof_id)
  constraint authentications_scan_level_check CHECK (((scan_level >= 2) AND (scan_level <= 5)))
  CREATE INDEX authentications_account ON identity.authentications USING btree (account_id, id)
  CREATE INDEX authentications_at ON identity.authentications USING btree (at)
  CREATE INDEX authentications_session ON identity.authentications USING btree (session_uid, id)
  CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON identity.authentications FOR EACH ROW EXECUTE FUNCTION identity.refuse_authentication_change()
  CREATE TRIGGER not_emptied BEFORE TRUNCATE ON identity.authentications FOR EACH STATEMENT EXECUTE FUNCTION identity.refuse_change()
  identity may delete, insert, select, update

identity.changes
  topic text not null
  version bigint not null default 1
  constraint changes_pkey PRIMARY KEY (topic)
  identity may delete, insert, select, update

identity.claim_approvals
  id bigint not null identity
  client_id text not null
  scope text not null
  reason text not null
  approved_by text not null
  approved_at timestamp with time zone not null
  withdrawn_at timestamp with time zone
  constraint claim_approvals_approved_by_check CHECK ((approved_by <> ''::text))
  constraint claim_approvals_check CHECK ((withdrawn_at >= approved_at))
  constraint claim_approvals_client_id_fkey FOREIGN KEY (client_id) REFERENCES identity.clients(client_id)
  constraint claim_approvals_pkey PRIMARY KEY (id)
  constraint claim_approvals_reason_check CHECK ((reason <> ''::text))
  CREATE UNIQUE INDEX claim_approvals_open ON identity.claim_approvals USING btree (client_id, scope) WHERE (withdrawn_at IS NULL)
  identity may delete, insert, select, update

identity.client_secrets
  id bigint not null identity
  client_id text not null
  digest bytea not null
  added_at timestamp with time zone not null
  ends_at timestamp with time zone
  constraint client_secrets_check CHECK ((ends_at >= added_at))
  constraint client_secrets_client_id_fkey FOREIGN KEY (client_id) REFERENCES identity.clients(client_id)
  constraint client_secrets_digest_key UNIQUE (digest)
  constraint client_secrets_pkey PRIMARY KEY (id)
  CREATE INDEX client_secrets_client ON identity.client_secrets USING btree (client_id)
  identity may delete, insert, select, update

identity.clients
  client_id text not null
  version integer not null default 1
  name text not null
  organisation text not null
  purpose text not null
  first_party boolean not null
  status text not null default 'active'::text
  grant_types text[] not null
  scopes text[] not null
  redirect_uris text[] not null
  post_logout_redirect_uris text[] not null
  backchannel_logout_uri text
  sector text not null
  jwks jsonb not null
  created_at timestamp with time zone not null default now()
  updated_at timestamp with time zone not null default now()
  application_type text not null default 'web'::text
  auth_method text not null default 'private_key_jwt'::text
  profile text not null default 'standard'::text
  dpop_bound boolean not null default false
  par_required boolean not null default false
  jar_required boolean not null default false
  min_level smallint
  optional_scopes text[] not null default '{}'::text[]
  accepts_units boolean not null default true
  constraint clients_application_type_check CHECK ((application_type = ANY (ARRAY['web'::text, 'native'::text])))
  constraint clients_auth_method_check CHECK ((auth_method = ANY (ARRAY['private_key_jwt'::text, 'client_secret_basic'::text, 'client_secret_post'::text, 'none'::text])))
  constraint clients_min_level_check CHECK (((min_level >= 2) AND (min_level <= 5)))
  constraint clients_pkey PRIMARY KEY (client_id)
  constraint clients_profile_check CHECK ((profile = ANY (ARRAY['standard'::text, 'fapi2'::text])))
  constraint clients_status_check CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text])))
  CREATE TRIGGER counted AFTER INSERT OR DELETE OR UPDATE ON identity.clients FOR EACH STATEMENT EXECUTE FUNCTION identity.count_change('clients')
  identity may delete, insert, select, update

identity.consents
  id bigint not null identity
  account_id bigint not null
  client_id text not null
  scopes text[] not null
  declined text[] not null
  given_at timestamp with time zone not null
  until timestamp with time zone not null
  withdrawn_at timestamp with time zone
  constraint consents_account_id_fkey FOREIGN KEY (account_id) REFERENCES identity.accounts(id)
  constraint consents_check CHECK ((until >= given_at))
  constraint consents_check1 CHECK ((withdrawn_at >= given_at))
  constraint consents_pkey PRIMARY KEY (id)
  CREATE INDEX consents_account ON identity.consents USING btree (account_id, client_id, id)
  CREATE TRIGGER not_emptied BEFORE TRUNCATE ON identity.consents FOR EACH STATEMENT EXECUTE FUNCTION identity.refuse_change()
  CREATE TRIGGER only_withdrawn BEFORE DELETE OR UPDATE ON identity.consents FOR EACH ROW EXECUTE FUNCTION identity.refuse_consent_change()
  identity may delete, insert, select, update

identity.counter_visits
  account_id bigint not null
  clerk text not null
  begun_at timestamp with time zone not null
  expires_at timestamp with time zone not null
  phone_key bytea
  phone_at timestamp with time zone
  permit_at timestamp with time zone
  constraint counter_visits_account_id_fkey FOREIGN KEY (account_id) REFERENCES identity.accounts(id)
  constraint counter_visits_check CHECK (((phone_key IS NULL) = (phone_at IS NULL)))
  constraint counter_visits_check1 CHECK (((permit_at IS NULL) OR (phone_at IS NOT NULL)))
  constraint counter_visits_pkey PRIMARY KEY (account_id)
  CREATE INDEX counter_visits_expires_at ON identity.counter_visits USING btree (expires_at)
  identity may delete, insert, select, update

identity.disclosures
  account_id bigint not null
  client_id text not null
  day date not null
  claims text[] not null
  times integer not null default 1
  first_at timestamp with time zone not null
  last_at timestamp with time zone not null
  constraint disclosures_account_id_fkey FOREIGN KEY (account_id) REFERENCES identity.accounts(id)
  constraint disclosures_claims_check CHECK ((cardinality(claims) > 0))
  constraint disclosures_pkey PRIMARY KEY (account_id, client_id, day, claims)
  CREATE INDEX disclosures_day ON identity.disclosures USING btree (day)
  identity may delete, insert, select, update

identity.drafts
  token_digest bytea not null
  kind text not null
  box bytea not null
  expires_at timestamp with time zone not null
  constraint drafts_kind_check CHECK ((kind = ANY (ARRAY['register'::text, 'recover'::text])))
  constraint drafts_pkey PRIMARY KEY (token_digest)
  CREATE INDEX drafts_expires_at ON identity.drafts USING btree (expires_at)
  identity may delete, insert, select, update

identity.ended_sessions
  session_uid text not null
  ended_at timestamp with time zone not null
  constraint ended_sessions_pkey PRIMARY KEY (session_uid)
  CREATE INDEX ended_sessions_ended_at ON identity.ended_sessions USING btree (ended_at)
  identity may delete, insert, select, update

identity.events
  id bigint not null identity
  at timestamp with time zone not null
  kind text not null
  sub text
  client_id text
  request_id text
  detail jsonb not null default '{}'::jsonb
  constraint events_pkey PRIMARY KEY (id)
  CREATE INDEX events_of_client ON identity.events USING btree (client_id, id) WHERE (kind ~~ 'client.%'::text)
  CREATE INDEX events_refused ON identity.events USING btree (client_id, id) WHERE (kind = ANY (ARRAY['login.refused'::text, 'login.paused'::text]))
  CREATE INDEX events_sub ON identity.events USING btree (sub, id) WHERE (sub IS NOT NULL)
  CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON identity.events FOR EACH STATEMENT EXECUTE FUNCTION identity.refuse_change()
  identity may insert, select

identity.factors
  id bigint not null identity
  account_id bigint not null
  kind text not null
  label text not null
  lookup bytea
  box bytea
  public jsonb not null default '{}'::jsonb
  version integer not null default 1
  added_at timestamp with time zone not null
  last_used_at timestamp with time zone
  removed_at timestamp with time zone
  constraint factors_account_id_fkey FOREIGN KEY (account_id) REFERENCES identity.accounts(id)
  constraint factors_kind_check CHECK ((kind = ANY (ARRAY['totp'::text, 'recovery'::text, 'passkey'::text, 'certificate'::text])))
  constraint factors_pkey PRIMARY KEY (id)
  CREATE INDEX factors_account ON identity.factors USING btree (account_id) WHERE (removed_at IS NULL)
  CREATE UNIQUE INDEX factors_lookup ON identity.factors USING btree (kind, lookup) WHERE ((lookup IS NOT NULL) AND (removed_at IS NULL))
  CREATE UNIQUE INDEX factors_totp ON identity.factors USING btree (account_id) WHERE ((kind = 'totp'::text) AND (removed_at IS NULL))
  identity may delete, insert, select, update

identity.import_parts
  import_id text not null
  part integer not null
  rows integer not null
  state text not null
  box bytea
  imported integer not null default 0
  known integer not null default 0
  refused integer not null default 0
  refused_box bytea
  constraint import_parts_check CHECK (((box IS NULL) = (state = 'done'::text)))
  constraint import_parts_check1 CHECK (((refused_box IS NULL) = (refused = 0)))
  constraint import_parts_import_id_fkey FOREIGN KEY (import_id) REFERENCES identity.imports(import_id) ON DELETE CASCADE
  constraint import_parts_pkey PRIMARY KEY (import_id, part)
  constraint import_parts_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'stopped'::text, 'done'::text])))
  identity may delete, insert, select, update

identity.imported_rows
  source text not null
  row_key text not null
  account_id bigint not null
  at timestamp with time zone not null
  constraint imported_rows_account_id_fkey FOREIGN KEY (account_id) REFERENCES identity.accounts(id)
  constraint imported_rows_pkey PRIMARY KEY (source, row_key)
  CREATE INDEX imported_rows_at ON identity.imported_rows USING btree (at)
  identity may delete, insert, select, update

identity.imports
  import_id text not null
  source text not null
  max_level smallint not null
  file_name text not null
  begun_by text not null
  state text not null
  begun_at timestamp with time zone not null
  finished_at timestamp with time zone
  constraint imports_check CHECK (((finished_at IS NULL) = (state = ANY (ARRAY['loading'::text, 'running'::text]))))
  constraint imports_pkey PRIMARY KEY (import_id)
  constraint imports_state_check CHECK ((state = ANY (ARRAY['loading'::text, 'running'::text, 'stopped'::text, 'done'::text])))
  CREATE INDEX imports_begun_at ON identity.imports USING btree (begun_at)
  identity may delete, insert, select, update

identity.jobs
  id bigint not null identity
  queue text not null
  key text
  payload jsonb not null
  state text not null default 'waiting'::text
  tries integer not null default 0
  run_after timestamp with time zone not null
  lease_until timestamp with time zone
  last_error text
  enqueued_at timestamp with time zone not null
  finished_at timestamp with time zone
  constraint jobs_check CHECK (((lease_until IS NULL) = (state <> 'running'::text)))
  constraint jobs_check1 CHECK (((finished_at IS NULL) = (state = ANY (ARRAY['waiting'::text, 'running'::text]))))
  constraint jobs_pkey PRIMARY KEY (id)
  constraint jobs_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'running'::text, 'done'::text, 'dead'::text])))
  CREATE INDEX jobs_dead ON identity.jobs USING btree (queue, id) WHERE (state = 'dead'::text)
  CREATE INDEX jobs_done ON identity.jobs USING btree (finished_at) WHERE (state = 'done'::text)
  CREATE INDEX jobs_running ON identity.jobs USING btree (queue, lease_until) WHERE (state = 'running'::text)
  CREATE INDEX jobs_waiting ON identity.jobs USING btree (queue, run_after, id) WHERE (state = 'waiting'::text)
  identity may delete, insert, select, update

identity.kept_forms
  token_digest bytea not null
  path text not null
  box bytea not null
  expires_at timestamp with time zone not null
  constraint kept_forms_pkey PRIMARY KEY (token_digest)
  CREATE INDEX kept_forms_expires_at ON identity.kept_forms USING btree (expires_at)
  identity may delete, insert, select, update

identity.known_devices
  account_id bigint not null
  device_key bytea not null
  label text not null
  first_used_at timestamp with time zone not null
  last_used_at timestamp with time zone not null
  constraint known_devices_account_id_fkey FOREIGN KEY (account_id) REFERENCES identity.accounts(id)
  constraint known_devices_pkey PRIMARY KEY (account_id, device_key)
  CREATE INDEX known_devices_last_used_at ON identity.known_devices USING btree (last_used_at)
  identity may delete, insert, select, update

identity.legal_persons
  id bigint not null identity
  code text not null
  name text not null
  representative_key bytea not null
  status text not null default 'active'::text
  verified_at timestamp with time zone not null
  created_at timestamp with time zone not null default now()
  constraint legal_persons_code_check CHECK ((code ~ '^[0-9A-HJ-NPQRTUWXY]{18}$'::text))
  constraint legal_persons_code_key UNIQUE (code)
  constraint legal_persons_pkey PRIMARY KEY (id)
  constraint legal_persons_status_check CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text, 'cancelled'::text])))
  CREATE INDEX legal_persons_representative ON identity.legal_persons USING btree (representative_key)
  identity may delete, insert, select, update

identity.login_tries
  login_key bytea not null
  address text not null
  tries integer not null
  window_ends_at timestamp with time zone not null
  constraint login_tries_pkey PRIMARY KEY (login_key, address)
  CREATE INDEX login_tries_window_ends_at ON identity.login_tries USING btree (window_ends_at)
  identity may delete, insert, select, update

identity.logout_notices
  session_uid text not null
  client_id text not null
  sid text not null
  sub text not null
  reason text not null
  state text not null default 'waiting'::text
  tries integer not null default 0
  last_error text
  asked_at timestamp with time zone not null
  delivered_at timestamp with time zone
  constraint logout_notices_check CHECK (((delivered_at IS NULL) = (state <> 'delivered'::text)))
  constraint logout_notices_pkey PRIMARY KEY (session_uid, client_id, sid)
  constraint logout_notices_reason_check CHECK ((reason = ANY (ARRAY['logout'::text, 'kick'::text, 'password'::text, 'freeze'::text, 'expiry'::text, 'closed'::text, 'admin'::text])))
  constraint logout_notices_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'delivered'::text, 'dead'::text])))
  CREATE INDEX logout_notices_asked_at ON identity.logout_notices USING btree (asked_at)
  CREATE INDEX logout_notices_open ON identity.logout_notices USING btree (client_id) WHERE (state <> 'delivered'::text)
  CREATE INDEX logout_notices_sub ON identity.logout_notices USING btree (sub, asked_at)
  identity may delete, insert, select, update

identity.oidc_artifacts
  model text not null
  id_digest bytea not null
  grant_id text
  session_uid text
  user_code text
  account_id text
  client_id text
  payload jsonb not null
  consumed_at timestamp with time zone
  expires_at timestamp with time zone not null
  created_at timestamp with time zone not null default now()
  constraint oidc_artifacts_pkey PRIMARY KEY (model, id_digest)
  CREATE INDEX oidc_artifacts_account_id ON identity.oidc_artifacts USING btree (account_id) WHERE (account_id IS NOT NULL)
  CREATE INDEX oidc_artifacts_expires_at ON identity.oidc_artifacts USING btree (expires_at)
  CREATE UNIQUE INDEX oidc_artifacts_grant ON identity.oidc_artifacts USING btree (grant_id) WHERE (model = 'Grant'::text)
  CREATE INDEX oidc_artifacts_grant_id ON identity.oidc_artifacts USING btree (grant_id) WHERE (grant_id IS NOT NULL)
  CREATE INDEX oidc_artifacts_session ON identity.oidc_artifacts USING btree (session_uid) WHERE (model = 'Session'::text)
  CREATE UNIQUE INDEX oidc_artifacts_user_code ON identity.oidc_artifacts USING btree (user_code) WHERE (user_code IS NOT NULL)
  identity may delete, insert, select, update

identity.one_time_codes
  lookup bytea not null
  code_key bytea
  box bytea not null
  tries integer not null default 0
  sent_at timestamp with time zone not null
  expires_at timestamp with time zone not null
  constraint one_time_codes_pkey PRIMARY KEY (lookup)
  CREATE INDEX one_time_codes_expires_at ON identity.one_time_codes USING btree (expires_at)
  identity may delete, insert, select, update

identity.outbox
  id uuid not null
  channel text not null
  kind text not null
  box bytea not null
  created_at timestamp with time zone not null
  delivered_at timestamp with time zone
  constraint outbox_channel_check CHECK ((channel = ANY (ARRAY['sms'::text, 'mail'::text])))
  constraint outbox_pkey PRIMARY KEY (id)
  CREATE INDEX outbox_created_at ON identity.outbox USING btree (created_at)
  identity may delete, insert, select, update

identity.proof_waits
  account_id bigint not null
  box bytea not null
  expires_at timestamp with time zone not null
  since timestamp with time zone not null
  constraint proof_waits_account_id_fkey FOREIGN KEY (account_id) REFERENCES identity.accounts(id)
  constraint proof_waits_pkey PRIMARY KEY (account_id)
  identity may delete, insert, select, update

identity.proofings
  id bigint not null identity
  account_id bigint not null
  at timestamp with time zone not null
  method text not null
  port text not null
  outcome text not null
  level smallint
  unit_code text
  actor text
  constraint proofings_account_id_fkey FOREIGN KEY (account_id) REFERENCES identity.accounts(id)
  constraint proofings_level_check CHECK (((level >= 2) AND (level <= 5)))
  constraint proofings_method_check CHECK ((method = ANY (ARRAY['population'::text, 'face'::text, 'counter'::text, 'legal-person'::text, 'vouched'::text])))
  constraint proofings_outcome_check CHECK ((outcome = ANY (ARRAY['matched'::text, 'mismatched'::text, 'unavailable'::text])))
  constraint proofings_pkey PRIMARY KEY (id)
  CREATE INDEX proofings_account ON identity.proofings USING btree (account_id, id)
  CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON identity.proofings FOR EACH STATEMENT EXECUTE FUNCTION identity.refuse_change()
  identity may insert, select

identity.roles
  id bigint not null identity
  account_id bigint not null
  organisation text not null
  unit text not null
  role text not null
  begins_at timestamp with time zone not null
  ends_at timestamp with time zone
  added_at timestamp with time zone not null default now()
  constraint roles_account_id_fkey FOREIGN KEY (account_id) REFERENCES identity.accounts(id)
  constraint roles_check CHECK ((ends_at >= begins_at))
  constraint roles_organisation_check CHECK ((organisation ~ '^[0-9A-HJ-NPQRTUWXY]{18}$'::text))
  constraint roles_pkey PRIMARY KEY (id)
  CREATE INDEX roles_account ON identity.roles USING btree (account_id)
  CREATE UNIQUE INDEX roles_open ON identity.roles USING btree (account_id, organisation, unit, role) WHERE (ends_at IS NULL)
  CREATE TRIGGER not_emptied BEFORE TRUNCATE ON identity.roles FOR EACH STATEMENT EXECUTE FUNCTION identity.refuse_change()
  CREATE TRIGGER only_ended BEFORE DELETE OR UPDATE ON identity.roles FOR EACH ROW EXECUTE FUNCTION identity.refuse_role_change()
  identity may delete, insert, select, update

identity.room_secrets
  name text not null
  key_id text not null
  box bytea not null
  made_at timestamp with time zone not null
  constraint room_secrets_pkey PRIMARY KEY (name)
  identity may delete, insert, select, update

identity.scans
  code_digest bytea not null
  interaction_uid text not null
  turn integer not null
  client_id text not null
  number smallint not null
  device text not null
  address text not null
  state text not null default 'waiting'::text
  account_id bigint
  session_uid text
  level smallint
  shown_at timestamp with time zone not null
  expires_at timestamp with time zone not null
  constraint scans_account_id_fkey FOREIGN KEY (account_id) REFERENCES identity.accounts(id)
  constraint scans_check CHECK (((state = 'waiting'::text) OR (account_id IS NOT NULL)))
  constraint scans_interaction_uid_turn_key UNIQUE (interaction_uid, turn)
  constraint scans_level_check CHECK (((level >= 2) AND (level <= 5)))
  constraint scans_number_check CHECK (((number >= 10) AND (number <= 99)))
  constraint scans_pkey PRIMARY KEY (code_digest)
  constraint scans_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'scanned'::text, 'confirmed'::text, 'refused'::text, 'used'::text])))
  CREATE INDEX scans_expires_at ON identity.scans USING btree (expires_at)
  identity may delete, insert, select, update

identity.schema_versions
  position integer not null
  name text not null
  applied_at timestamp with time zone not null default now()
  constraint schema_versions_name_key UNIQUE (name)
  constraint schema_versions_pkey PRIMARY KEY ("position")
  identity may select

identity.session_clients
  session_uid text not null
  client_id text not null
  turn integer not null
  sid text
  grant_id text
  persists_logout boolean not null default false
  at timestamp with time zone not null default now()
  constraint session_clients_pkey PRIMARY KEY (session_uid, client_id, turn)
  CREATE INDEX session_clients_at ON identity.session_clients USING btree (at)
  CREATE INDEX session_clients_sid ON identity.session_clients USING btree (sid) WHERE (client_id = 'license'::text)
  identity may delete, insert, select, update

identity.signing_keys
  kid text not null
  public_jwk jsonb not null
  box bytea
  published_at timestamp with time zone not null
  signs_from timestamp with time zone not null
  retires_at timestamp with time zone
  withdrawn_at timestamp with time zone
  constraint one_signs_at_a_time EXCLUDE USING gist (tstzrange(signs_from, retires_at) WITH &&) WHERE ((withdrawn_at IS NULL))
  constraint signing_keys_check CHECK ((retires_at > signs_from))
  constraint signing_keys_check1 CHECK ((signs_from >= published_at))
  constraint signing_keys_check2 CHECK (((box IS NOT NULL) OR (retires_at IS NOT NULL) OR (withdrawn_at IS NOT NULL)))
  constraint signing_keys_pkey PRIMARY KEY (kid)
  CREATE TRIGGER counted AFTER INSERT OR DELETE OR UPDATE ON identity.signing_keys FOR EACH STATEMENT EXECUTE FUNCTION identity.count_change('signing_keys')
  identity may insert, select

identity.unchained_events
  event_id bigint not null
  constraint unchained_events_pkey PRIMARY KEY (event_id)
  identity may delete, insert, select, update

identity.used_challenges
  digest bytea not null
  expires_at timestamp with time zone not null
  constraint used_challenges_pkey PRIMARY KEY (digest)
  CREATE INDEX used_challenges_expires_at ON identity.used_challenges USING btree (expires_at)
  identity may delete, insert, select, update

license.acts
  organisation text not null
  idempotency_key text not null
  fingerprint bytea not null
  license_id text not null
  identifier text not null
  act text not null
  answer json not null
  acted_at timestamp with time zone not null
  constraint acts_pkey PRIMARY KEY (organisation, idempotency_key)
  license may delete, insert, select, update

license.annotated_copies
  copy_id text not null
  license_id text not null
  identifier text not null
  client_id text not null
  basis text not null
  file_sm3 bytea not null
  file_size integer not null
  made_at timestamp with time zone not null
  valid_until timestamp with time zone not null
  address_sm3 bytea
  stored_sm3 bytea
  address_until timestamp with time zone
  constraint annotated_copies_address_sm3_check CHECK ((length(address_sm3) = 32))
  constraint annotated_copies_address_sm3_key UNIQUE (address_sm3)
  constraint annotated_copies_check CHECK ((((address_sm3 IS NULL) = (stored_sm3 IS NULL)) AND ((address_sm3 IS NULL) = (address_until IS NULL))))
  constraint annotated_copies_file_size_check CHECK ((file_size > 0))
  constraint annotated_copies_file_sm3_check CHECK ((length(file_sm3) = 32))
  constraint annotated_copies_file_sm3_key UNIQUE (file_sm3)
  constraint annotated_copies_pkey PRIMARY KEY (copy_id)
  constraint annotated_copies_stored_sm3_check CHECK ((length(stored_sm3) = 32))
  CREATE INDEX annotated_copies_end ON license.annotated_copies USING btree (valid_until)
  CREATE INDEX annotated_copies_stored ON license.annotated_copies USING hash (stored_sm3)
  license may delete, insert, select, update

license.audit_checkpoints
  number bigint not null
  at timestamp(3) with time zone not null
  heads json not null
  previous bytea not null
  certificate_sm3 bytea not null
  hash bytea not null
  signature bytea not null
  time_stamp bytea
  constraint audit_checkpoints_pkey PRIMARY KEY (number)
  CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON license.audit_checkpoints FOR EACH STATEMENT EXECUTE FUNCTION license.refuse_change()
  CREATE TRIGGER time_stamp_once BEFORE UPDATE ON license.audit_checkpoints FOR EACH ROW EXECUTE FUNCTION license.refuse_checkpoint_change()
  license may insert, select

license.audit_entries
  chain integer not null
  number bigint not null
  at timestamp(3) with time zone not null
  kind text not null
  subject text not null
  actor text not null
  request_id text
  detail json not null
  previous bytea not null
  hash bytea not null
  constraint audit_entries_pkey PRIMARY KEY (chain, number)
  CREATE INDEX audit_entries_subject ON license.audit_entries USING btree (subject, at)
  CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON license.audit_entries FOR EACH STATEMENT EXECUTE FUNCTION license.refuse_change()
  license may insert, select

license.basis_uses
  basis_id text not null
  day date not null
  uses integer not null
  constraint basis_uses_basis_id_fkey FOREIGN KEY (basis_id) REFERENCES license.legal_bases(basis_id)
  constraint basis_uses_pkey PRIMARY KEY (basis_id, day)
  constraint basis_uses_uses_check CHECK ((uses > 0))
  license may delete, insert, select, update

license.batch_rows
  batch_id text not null
  line integer not null
  case_id text not null
  state text not null
  cells_box bytea
  identifier text
  problem text
  fault text
  pointer text
  settled_at timestamp with time zone
  constraint batch_rows_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES license.batches(batch_id) ON DELETE CASCADE
  constraint batch_rows_pkey PRIMARY KEY (batch_id, line)
  constraint batch_rows_state_check CHECK ((state = ANY (ARRAY['bad'::text, 'good'::text, 'waiting'::text, 'issued'::text, 'refused'::text, 'stopped'::text])))
  CREATE INDEX batch_rows_state ON license.batch_rows USING btree (batch_id, state, line)
  license may delete, insert, select, update

license.batches
  batch_id text not null
  organisation text not null
  client_id text not null
  actor text not null
  license_type text not null
  authority_code text not null
  title text not null
  file_sm3 bytea not null
  idempotency_key text not null
  header json not null
  state text not null
  created_at timestamp with time zone not null
  confirmed_at timestamp with time zone
  finished_at timestamp with time zone
  constraint batches_organisation_idempotency_key_key UNIQUE (organisation, idempotency_key)
  constraint batches_pkey PRIMARY KEY (batch_id)
  constraint batches_state_check CHECK ((state = ANY (ARRAY['checked'::text, 'running'::text, 'done'::text, 'stopped'::text])))
  CREATE INDEX batches_finished ON license.batches USING btree (finished_at)
  CREATE INDEX batches_organisation ON license.batches USING btree (organisation, created_at)
  license may delete, insert, select, update

license.catalog_entries
  code text not null
  version integer not null
  document json not null
  document_sm3 bytea not null
  signature bytea not null
  certificate_sm3 bytea not null
  published_by text not null
  published_at timestamp with time zone not null
  constraint catalog_entries_certificate_sm3_check CHECK ((length(certificate_sm3) = 32))
  constraint catalog_entries_document_sm3_check CHECK ((length(document_sm3) = 32))
  constraint catalog_entries_pkey PRIMARY KEY (code, version)
  constraint catalog_entries_version_check CHECK ((version > 0))
  CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON license.catalog_entries FOR EACH STATEMENT EXECUTE FUNCTION license.refuse_change()
  license may insert, select

license.chores
  name text not null
  done_on date not null
  constraint chores_pkey PRIMARY KEY (name)
  license may delete, insert, select, update

license.clients
  client_id text not null
  organisation text not null
  organisation_name text not null
  may_redeem boolean not null default false
  sm2_public_key bytea
  registered_at timestamp with time zone not null
  return_addresses text[] not null default '{}'::text[]
  ended_at timestamp with time zone
  constraint clients_pkey PRIMARY KEY (client_id)
  license may delete, insert, select, update

license.consent_requests
  request_id text not null
  client_id text not null
  organisation text not null
  holder_key bytea
  wanted json not null
  purpose text not null
  matter_code text not null
  matter_name text not null
  consent_until timestamp with time zone not null
  max_uses integer
  return_to text
  asked_at timestamp with time zone not null
  expires_at timestamp with time zone not null
  state text not null default 'pending'::text
  decided_at timestamp with time zone
  constraint consent_requests_check CHECK (((decided_at IS NULL) = (state = 'pending'::text)))
  constraint consent_requests_client_id_fkey FOREIGN KEY (client_id) REFERENCES license.clients(client_id)
  constraint consent_requests_holder_key_check CHECK ((length(holder_key) = 32))
  constraint consent_requests_max_uses_check CHECK ((max_uses > 0))
  constraint consent_requests_pkey PRIMARY KEY (request_id)
  constraint consent_requests_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'given'::text, 'declined'::text])))
  CREATE INDEX consent_requests_expiry ON license.consent_requests USING btree (expires_at)
  CREATE INDEX consent_requests_waiting ON license.consent_requests USING btree (holder_key, expires_at) WHERE ((state = 'pending'::text) AND (holder_key IS NOT NULL))
  license may delete, insert, select, update

license.consents
  consent_id text not null
  request_id text not null
  client_id text not null
  organisation text not null
  holder_key bytea not null
  allowed json not null
  purpose text not null
  matter_code text not null
  matter_name text not null
  given_at timestamp with time zone not null
  until timestamp with time zone not null
  max_uses integer
  uses integer not null default 0
  last_used_at timestamp with time zone
  revoked_at timestamp with time zone
  constraint consents_check CHECK (((uses >= 0) AND ((max_uses IS NULL) OR (uses <= max_uses))))
  constraint consents_holder_key_check CHECK ((length(holder_key) = 32))
  constraint consents_max_uses_check CHECK ((max_uses > 0))
  constraint consents_pkey PRIMARY KEY (consent_id)
  constraint consents_request_id_fkey FOREIGN KEY (request_id) REFERENCES license.consent_requests(request_id)
  constraint consents_request_id_key UNIQUE (request_id)
  CREATE INDEX consents_holder ON license.consents USING btree (holder_key, given_at)
  license may delete, insert, select, update

license.corrections
  correction_id text not null
  kind text not null
  license_id text not null
  identifier text not null
  authority_code text not null
  holder_key bytea not null
  presentation_id text
  request_box bytea not null
  state text not null default 'open'::text
  answer_box bytea
  asked_at timestamp(3) with time zone not null
  answered_at timestamp(3) with time zone
  answered_by text
  constraint corrections_check CHECK (((state = 'open'::text) = (answered_at IS NULL)))
  constraint corrections_holder_key_check CHECK ((length(holder_key) = 32))
  constraint corrections_kind_check CHECK ((kind = ANY (ARRAY['correction'::text, 'complaint'::text])))
  constraint corrections_pkey PRIMARY KEY (correction_id)
  constraint corrections_state_check CHECK ((state = ANY (ARRAY['open'::text, 'granted'::text, 'declined'::text])))
  CREATE INDEX corrections_of ON license.corrections USING btree (license_id, asked_at)
  CREATE INDEX corrections_open ON license.corrections USING btree (authority_code, asked_at) WHERE (state = 'open'::text)
  license may delete, insert, select, update

license.digit_tries
  verifier text not null
  since timestamp(3) with time zone not null
  tries integer not null
  constraint digit_tries_pkey PRIMARY KEY (verifier)
  license may delete, insert, select, update

license.drafts
  draft_id text not null
  organisation text not null
  account text not null
  license_type text not null
  operation text not null
  identifier text
  box bytea
  created_at timestamp with time zone not null
  changed_at timestamp with time zone not null
  begun boolean not null default false
  issue_id text
  constraint drafts_open_or_issued CHECK (((box IS NULL) = (issue_id IS NOT NULL)))
  constraint drafts_operation_check CHECK ((operation = ANY (ARRAY['issue'::text, 'renew'::text, 'change'::text, 'replace'::text, 'correct'::text])))
  constraint drafts_pkey PRIMARY KEY (draft_id)
  CREATE INDEX drafts_account ON license.drafts USING btree (organisation, account, changed_at)
  CREATE INDEX drafts_changed ON license.drafts USING btree (changed_at)
  license may delete, insert, select, update

license.ended_sessions
  sid text not null
  ended_at timestamp with time zone not null
  constraint ended_sessions_pkey PRIMARY KEY (sid)
  license may delete, insert, select, update

license.events
  event_id uuid not null
  at timestamp(3) with time zone not null
  kind text not null
  license_id text
  identifier text
  actor text not null
  organisation text
  basis text
  request_id text
  detail_box bytea
  leaf bytea not null
  constraint events_leaf_check CHECK ((length(leaf) = 32))
  constraint events_pkey PRIMARY KEY (at, event_id)
  CREATE INDEX events_at ON ONLY license.events USING brin (at)
  CREATE INDEX events_license ON ONLY license.events USING btree (license_id, at)
  partition by RANGE (at), 4 partitions
  CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON license.events FOR EACH STATEMENT EXECUTE FUNCTION license.refuse_change()
  license may insert, select

license.holder_keys
  holder_key bytea not null
  key_id text not null
  box bytea not null
  made_at timestamp with time zone not null
  constraint holder_keys_holder_key_check CHECK ((length(holder_key) = 32))
  constraint holder_keys_pkey PRIMARY KEY (holder_key)
  partition by HASH (holder_key), 32 partitions
  license may delete, insert, select, update

license.holder_licenses
  holder_key bytea not null
  license_type text not null
  license_id text not null
  since timestamp with time zone not null
  until timestamp with time zone
  constraint holder_licenses_pkey PRIMARY KEY (holder_key, license_type, license_id)
  partition by HASH (holder_key), 32 partitions
  license may delete, insert, select, update

license.issues
  organisation text not null
  case_id text not null
  license_type text not null
  operation text not null
  item integer not null
  issue_id text not null
  client_id text not null
  actor text not null
  license_id text not null
  version integer not null
  identifier text not null
  replaces text
  fingerprint bytea not null
  asked_box bytea not null
  content_box bytea
  number_key bytea not null
  unique_key bytea
  region text not null
  holder_keys bytea[] not null
  wrapped_keys bytea[] not null
  seal_esid text not null
  external_code text
  promised_at timestamp with time zone
  state text not null
  attempts integer not null default 0
  last_error text
  lease_token text
  lease_until timestamp with time zone
  next_attempt_at timestamp with time zone not null
  created_at timestamp with time zone not null
  finished_at timestamp with time zone
  constraint issues_check CHECK (((content_box IS NULL) = (state = 'done'::text)))
  constraint issues_check1 CHECK ((cardinality(wrapped_keys) = cardinality(holder_keys)))
  constraint issues_item_check CHECK (((item >= 1) AND (item <= 9999)))
  constraint issues_operation_check CHECK ((operation = ANY (ARRAY['issue'::text, 'renew'::text, 'change'::text, 'replace'::text, 'correct'::text])))
  constraint issues_pkey PRIMARY KEY (organisation, case_id, license_type, operation, item)
  constraint issues_state_check CHECK ((state = ANY (ARRAY['intended'::text, 'done'::text, 'given_up'::text])))
  CREATE INDEX issues_id ON ONLY license.issues USING btree (issue_id)
  CREATE INDEX issues_unfinished ON ONLY license.issues USING btree (next_attempt_at) WHERE (state = 'intended'::text)
  partition by HASH (organisation, case_id), 32 partitions
  license may delete, insert, select, update

license.issuing_authorities
  authority_code text not null
  license_type text not null
  authority_name text not null
  region text not null
  seal_esid text not null
  granted_at timestamp with time zone not null
  ended_at timestamp with time zone
  constraint issuing_authorities_pkey PRIMARY KEY (authority_code, license_type)
  constraint issuing_authorities_region_check CHECK ((region ~ '^[0-9]{6}$'::text))
  license may delete, insert, select, update

license.issuing_clients
  client_id text not null
  license_type text not null
  authority_code text not null
  granted_at timestamp with time zone not null
  ended_at timestamp with time zone
  constraint issuing_clients_authority_code_license_type_fkey FOREIGN KEY (authority_code, license_type) REFERENCES license.issuing_authorities(authority_code, license_type)
  constraint issuing_clients_client_id_fkey FOREIGN KEY (client_id) REFERENCES license.clients(client_id)
  constraint issuing_clients_pkey PRIMARY KEY (client_id, license_type, authority_code)
  license may delete, insert, select, update

license.jobs
  id bigint not null identity
  queue text not null
  key text
  payload jsonb not null
  state text not null default 'waiting'::text
  tries integer not null default 0
  run_after timestamp with time zone not null
  lease_until timestamp with time zone
  last_error text
  enqueued_at timestamp with time zone not null
  finished_at timestamp with time zone
  constraint jobs_check CHECK (((lease_until IS NULL) = (state <> 'running'::text)))
  constraint jobs_check1 CHECK (((finished_at IS NULL) = (state = ANY (ARRAY['waiting'::text, 'running'::text]))))
  constraint jobs_pkey PRIMARY KEY (id)
  constraint jobs_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'running'::text, 'done'::text, 'dead'::text])))
  CREATE INDEX jobs_dead ON license.jobs USING btree (queue, id) WHERE (state = 'dead'::text)
  CREATE INDEX jobs_done ON license.jobs USING btree (finished_at) WHERE (state = 'done'::text)
  CREATE INDEX jobs_running ON license.jobs USING btree (queue, lease_until) WHERE (state = 'running'::text)
  CREATE INDEX jobs_waiting ON license.jobs USING btree (queue, run_after, id) WHERE (state = 'waiting'::text)
  license may delete, insert, select, update

license.legal_bases
  basis_id text not null
  client_id text not null
  law text not null
  matter_code text not null
  matter_name text not null
  license_types json not null
  regions text[] not null
  daily_quota integer not null
  valid_from timestamp with time zone not null
  valid_to timestamp with time zone not null
  entered_at timestamp with time zone not null
  entered_by text not null
  ended_at timestamp with time zone
  ended_by text
  constraint legal_bases_check CHECK ((valid_to > valid_from))
  constraint legal_bases_client_id_fkey FOREIGN KEY (client_id) REFERENCES license.clients(client_id)
  constraint legal_bases_daily_quota_check CHECK ((daily_quota > 0))
  constraint legal_bases_pkey PRIMARY KEY (basis_id)
  constraint legal_bases_regions_check CHECK ((cardinality(regions) > 0))
  CREATE INDEX legal_bases_client ON license.legal_bases USING btree (client_id) WHERE (ended_at IS NULL)
  license may delete, insert, select, update

license.license_numbers
  unique_key bytea not null
  license_id text not null
  constraint license_numbers_pkey PRIMARY KEY (unique_key)
  constraint license_numbers_unique_key_check CHECK ((length(unique_key) = 32))
  partition by HASH (unique_key), 32 partitions
  license may delete, insert, select, update

license.license_versions
  license_id text not null
  version integer not null
  identifier text not null
  type_version integer not null
  template_version integer not null
  operation text not null
  replaces text
  issue_id text not null
  issued_on date not null
  valid_from date not null
  valid_to date not null
  payload_box bytea not null
  file_sm3 bytea not null
  stored_sm3 bytea not null
  file_size integer not null
  sealing_id text not null
  created_at timestamp with time zone not null
  constraint license_versions_file_sm3_check CHECK ((length(file_sm3) = 32))
  constraint license_versions_operation_check CHECK ((operation = ANY (ARRAY['issue'::text, 'renew'::text, 'change'::text, 'replace'::text, 'correct'::text])))
  constraint license_versions_pkey PRIMARY KEY (license_id, version)
  constraint license_versions_stored_sm3_check CHECK ((length(stored_sm3) = 32))
  CREATE INDEX license_versions_stored ON ONLY license.license_versions USING hash (stored_sm3)
  partition by HASH (license_id), 32 partitions
  license may delete, insert, select, update

license.licenses
  license_id text not null
  license_type text not null
  authority_code text not null
  region text not null
  organisation text not null
  number_key bytea not null
  state text not null
  state_reason_box bytea
  state_changed_at timestamp with time zone not null
  version integer not null
  identifier text not null
  valid_from date not null
  valid_to date not null
  holder_keys bytea[] not null
  wrapped_keys bytea[] not null
  pending_issue text
  created_at timestamp with time zone not null
  constraint licenses_check CHECK ((cardinality(wrapped_keys) = cardinality(holder_keys)))
  constraint licenses_pkey PRIMARY KEY (license_id)
  constraint licenses_state_check CHECK ((state = ANY (ARRAY['valid'::text, 'suspended'::text, 'withdrawn'::text, 'revoked'::text, 'cancelled'::text, 'lapsed'::text, 'transferred'::text])))
  constraint licenses_version_check CHECK (((version >= 1) AND (version <= 999)))
  CREATE INDEX licenses_authority ON ONLY license.licenses USING btree (authority_code, created_at)
  CREATE INDEX licenses_ending ON ONLY license.licenses USING btree (valid_to) WHERE (state = 'valid'::text)
  CREATE INDEX licenses_number ON ONLY license.licenses USING btree (number_key)
  partition by HASH (license_id), 32 partitions
  license may delete, insert, select, update

license.notices
  license_id text not null
  kind text not null
  ref text not null
  notice_id uuid not null
  identifier text not null
  at timestamp(3) with time zone not null
  constraint notices_kind_check CHECK ((kind = ANY (ARRAY['expiring'::text, 'new-reader'::text])))
  constraint notices_pkey PRIMARY KEY (license_id, kind, ref)
  partition by HASH (license_id), 32 partitions
  license may delete, insert, select, update

license.presentation_answers
  presentation_id text not null
  license_id text not null
  place integer not null
  answer_box bytea not null
  constraint presentation_answers_pkey PRIMARY KEY (presentation_id, license_id)
  constraint presentation_answers_presentation_id_fkey FOREIGN KEY (presentation_id) REFERENCES license.presentations(presentation_id) ON DELETE CASCADE
  license may delete, insert, select, update

license.presentation_codes
  code_hash bytea not null
  presentation_id text not null
  expires_at timestamp(3) with time zone not null
  constraint presentation_codes_code_hash_check CHECK ((length(code_hash) = 32))
  constraint presentation_codes_pkey PRIMARY KEY (code_hash)
  constraint presentation_codes_presentation_id_fkey FOREIGN KEY (presentation_id) REFERENCES license.presentations(presentation_id) ON DELETE CASCADE
  CREATE INDEX presentation_codes_of ON license.presentation_codes USING btree (presentation_id)
  license may delete, insert, select, update

license.presentation_digits
  digits_key bytea not null
  code_hash bytea not null
  expires_at timestamp(3) with time zone not null
  constraint presentation_digits_digits_key_check CHECK ((length(digits_key) = 32))
  constraint presentation_digits_pkey PRIMARY KEY (digits_key)
  CREATE INDEX presentation_digits_expiry ON license.presentation_digits USING btree (expires_at)
  license may delete, insert, select, update

license.presentations
  presentation_id text not null
  holder_key bytea not null
  items json not null
  created_at timestamp(3) with time zone not null
  ends_at timestamp(3) with time zone not null
  stopped_at timestamp(3) with time zone
  used_at timestamp(3) with time zone
  redemption_id text
  used_by text
  idempotency_key text
  organisation text
  organisation_name text
  constraint presentations_check CHECK ((ends_at <= (created_at + '00:10:00'::interval)))
  constraint presentations_check1 CHECK (((used_at IS NULL) = (redemption_id IS NULL)))
  constraint presentations_holder_key_check CHECK ((length(holder_key) = 32))
  constraint presentations_pkey PRIMARY KEY (presentation_id)
  CREATE INDEX presentations_ends ON license.presentations USING btree (ends_at)
  CREATE UNIQUE INDEX presentations_redemption ON license.presentations USING btree (redemption_id) WHERE (used_at IS NOT NULL)
  CREATE UNIQUE INDEX presentations_redemption_key ON license.presentations USING btree (used_by, idempotency_key) WHERE (used_at IS NOT NULL)
  license may delete, insert, select, update

license.registry_acts
  act_id text not null
  kind text not null
  actor text not null
  idempotency_key text not null
  asked json not null
  answer json not null
  acted_at timestamp(3) with time zone not null
  constraint registry_acts_actor_idempotency_key_key UNIQUE (actor, idempotency_key)
  constraint registry_acts_pkey PRIMARY KEY (act_id)
  CREATE INDEX registry_acts_at ON license.registry_acts USING btree (acted_at DESC, act_id)
  CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON license.registry_acts FOR EACH STATEMENT EXECUTE FUNCTION license.refuse_change()
  license may delete, insert, select, update

license.room_secrets
  name text not null
  key_id text not null
  box bytea not null
  made_at timestamp with time zone not null
  constraint room_secrets_pkey PRIMARY KEY (name)
  license may delete, insert, select, update

license.schema_versions
  position integer not null
  name text not null
  applied_at timestamp with time zone not null default now()
  constraint schema_versions_name_key UNIQUE (name)
  constraint schema_versions_pkey PRIMARY KEY ("position")
  license may select

license.seen_proofs
  digest bytea not null
  expires_at timestamp with time zone not null
  constraint seen_proofs_pkey PRIMARY KEY (digest)
  CREATE INDEX seen_proofs_expires_at ON license.seen_proofs USING btree (expires_at)
  license may delete, insert, select, update

license.sessions
  session_hash bytea not null
  sub text not null
  sid text
  holder_key bytea not null
  person_box bytea not null
  created_at timestamp with time zone not null
  expires_at timestamp with time zone not null
  constraint sessions_pkey PRIMARY KEY (session_hash)
  CREATE INDEX sessions_expiry ON license.sessions USING btree (expires_at)
  CREATE INDEX sessions_sid ON license.sessions USING btree (sid)
  CREATE INDEX sessions_sub ON license.sessions USING btree (sub)
  license may delete, insert, select, update

license.shreddings
  shredding_id text not null
  holder_key bytea not null
  reason text not null
  ordered_by text not null
  destroyed integer not null
  kept integer not null
  shredded_at timestamp(3) with time zone not null
  constraint shreddings_destroyed_check CHECK ((destroyed >= 0))
  constraint shreddings_holder_key_check CHECK ((length(holder_key) = 32))
  constraint shreddings_kept_check CHECK ((kept >= 0))
  constraint shreddings_pkey PRIMARY KEY (shredding_id)
  CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON license.shreddings FOR EACH STATEMENT EXECUTE FUNCTION license.refuse_change()
  license may insert, select

license.unchained_events
  event_id uuid not null
  at timestamp(3) with time zone not null
  constraint unchained_events_pkey PRIMARY KEY (event_id)
  license may delete, insert, select, update

license.webhook_subscriptions
  subscription_id text not null
  organisation text not null
  url text not null
  types text[] not null
  secret_box bytea not null
  earlier_secret_box bytea
  earlier_until timestamp with time zone
  created_by text not null
  created_at timestamp with time zone not null
  gone_at timestamp with time zone
  constraint webhook_subscriptions_check CHECK (((earlier_until IS NULL) = (earlier_secret_box IS NULL)))
  constraint webhook_subscriptions_organisation_url_key UNIQUE (organisation, url)
  constraint webhook_subscriptions_pkey PRIMARY KEY (subscription_id)
  constraint webhook_subscriptions_types_check CHECK ((cardinality(types) > 0))
  license may delete, insert, select, update

seal.audit_checkpoints
  number bigint not null
  at timestamp(3) with time zone not null
  heads json not null
  previous bytea not null
  certificate_sm3 bytea not null
  hash bytea not null
  signature bytea not null
  time_stamp bytea
  constraint audit_checkpoints_pkey PRIMARY KEY (number)
  CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON seal.audit_checkpoints FOR EACH STATEMENT EXECUTE FUNCTION seal.refuse_change()
  CREATE TRIGGER time_stamp_once BEFORE UPDATE ON seal.audit_checkpoints FOR EACH ROW EXECUTE FUNCTION seal.refuse_checkpoint_change()
  seal may insert, select

seal.audit_entries
  chain integer not null
  number bigint not null
  at timestamp(3) with time zone not null
  kind text not null
  subject text not null
  actor text not null
  request_id text
  detail json not null
  previous bytea not null
  hash bytea not null
  constraint audit_entries_pkey PRIMARY KEY (chain, number)
  CREATE INDEX audit_entries_subject ON seal.audit_entries USING btree (subject, at)
  CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON seal.audit_entries FOR EACH STATEMENT EXECUTE FUNCTION seal.refuse_change()
  seal may insert, select

seal.events
  event_id bigint not null identity
  at timestamp with time zone not null
  kind text not null
  es_id text not null
  actor text not null
  request_id text
  detail jsonb not null default '{}'::jsonb
  constraint events_pkey PRIMARY KEY (event_id)
  CREATE INDEX events_es_id ON seal.events USING btree (es_id, event_id)
  CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON seal.events FOR EACH STATEMENT EXECUTE FUNCTION seal.refuse_change()
  seal may insert, select

seal.revocation_evidence
  certificate_sm3 text not null
  evidence_sm3 text not null
  kept_at timestamp with time zone not null
  crls bytea[] not null
  ocsp_responses bytea[] not null
  constraint revocation_evidence_pkey PRIMARY KEY (certificate_sm3, evidence_sm3)
  CREATE INDEX revocation_evidence_newest ON seal.revocation_evidence USING btree (certificate_sm3, kept_at)
  CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON seal.revocation_evidence FOR EACH STATEMENT EXECUTE FUNCTION seal.refuse_change()
  seal may delete, insert, select, update

seal.room_secrets
  name text not null
  key_id text not null
  box bytea not null
  made_at timestamp with time zone not null
  constraint room_secrets_pkey PRIMARY KEY (name)
  seal may delete, insert, select, update

seal.schema_versions
  position integer not null
  name text not null
  applied_at timestamp with time zone not null default now()
  constraint schema_versions_name_key UNIQUE (name)
  constraint schema_versions_pkey PRIMARY KEY ("position")
  seal may select

seal.seal_acts
  actor text not null
  idempotency_key text not null
  request_sm3 text not null
  answer text
  at timestamp with time zone not null
  constraint seal_acts_pkey PRIMARY KEY (actor, idempotency_key)
  seal may delete, insert, select, update

seal.seal_certificates
  key_ref text not null
  pkcs10 bytea not null
  not_before timestamp with time zone not null
  not_after timestamp with time zone not null
  certificate bytea
  received_at timestamp with time zone
  revocation_reason text
  revocation_wanted_at timestamp with time zone
  revoked_at timestamp with time zone
  asked_until timestamp with time zone
  constraint seal_certificates_check CHECK (((certificate IS NULL) = (received_at IS NULL)))
  constraint seal_certificates_check1 CHECK (((revocation_reason IS NULL) = (revocation_wanted_at IS NULL)))
  constraint seal_certificates_check2 CHECK (((revoked_at IS NULL) OR (revocation_wanted_at IS NOT NULL)))
  constraint seal_certificates_key_ref_fkey FOREIGN KEY (key_ref) REFERENCES seal.seal_keys(key_ref)
  constraint seal_certificates_pkey PRIMARY KEY (key_ref)
  constraint seal_certificates_revocation_reason_check CHECK ((revocation_reason = ANY (ARRAY['key-compromise'::text, 'superseded'::text, 'cessation-of-operation'::text])))
  CREATE INDEX seal_certificates_to_revoke ON seal.seal_certificates USING btree (revocation_wanted_at) WHERE ((revocation_wanted_at IS NOT NULL) AND (revoked_at IS NULL))
  seal may delete, insert, select, update

seal.seal_code_counters
  frame text not null
  last bigint not null
  constraint seal_code_counters_last_check CHECK ((last > 0))
  constraint seal_code_counters_pkey PRIMARY KEY (frame)
  seal may delete, insert, select, update

seal.seal_codes
  es_id text not null
  owner_code text not null
  given_at timestamp with time zone not null
  constraint seal_codes_es_id_owner_code_key UNIQUE (es_id, owner_code)
  constraint seal_codes_pkey PRIMARY KEY (es_id)
  seal may delete, insert, select, update

seal.seal_duties
  es_id text not null
  sub text not null
  duty text not null
  since timestamp with time zone not null
  constraint seal_duties_duty_check CHECK ((duty = ANY (ARRAY['applicant'::text, 'approver'::text, 'maker'::text, 'keeper'::text])))
  constraint seal_duties_es_id_fkey FOREIGN KEY (es_id) REFERENCES seal.seal_codes(es_id)
  constraint seal_duties_es_id_sub_duty_key UNIQUE (es_id, sub, duty)
  constraint seal_duties_pkey PRIMARY KEY (es_id, sub)
  CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON seal.seal_duties FOR EACH STATEMENT EXECUTE FUNCTION seal.refuse_change()
  seal may insert, select

seal.seal_grants
  client_id text not null
  es_id text not null
  granted_at timestamp with time zone not null
  grant_id text not null
  document_class text not null
  max_uses integer
  used integer not null default 0
  valid_from timestamp with time zone not null
  valid_to timestamp with time zone not null
  granted_by text not null
  withdrawn_at timestamp with time zone
  withdrawn_by text
  withdrawn_reason text
  constraint seal_grants_class CHECK ((document_class ~ '^([*]|[a-z0-9][a-z0-9-]{0,39})$'::text))
  constraint seal_grants_count CHECK (((used >= 0) AND (used <= max_uses)))
  constraint seal_grants_es_id_fkey FOREIGN KEY (es_id) REFERENCES seal.seals(es_id)
  constraint seal_grants_grant_id_client_id_es_id_key UNIQUE (grant_id, client_id, es_id)
  constraint seal_grants_max_uses_check CHECK ((max_uses > 0))
  constraint seal_grants_pkey PRIMARY KEY (grant_id)
  constraint seal_grants_withdrawal CHECK (((withdrawn_at IS NULL) = (withdrawn_by IS NULL)))
  CREATE INDEX seal_grants_use ON seal.seal_grants USING btree (client_id, es_id, document_class)
  seal may delete, insert, select, update

seal.seal_keys
  key_ref text not null
  application_id text not null
  box bytea
  created_at timestamp with time zone not null
  destroyed_at timestamp with time zone
  constraint seal_keys_application_id_fkey FOREIGN KEY (application_id) REFERENCES seal.seal_versions(application_id)
  constraint seal_keys_application_id_key UNIQUE (application_id)
  constraint seal_keys_check CHECK (((box IS NULL) = (destroyed_at IS NOT NULL)))
  constraint seal_keys_pkey PRIMARY KEY (key_ref)
  CREATE TRIGGER guard_key BEFORE DELETE OR UPDATE ON seal.seal_keys FOR EACH ROW EXECUTE FUNCTION seal.guard_key()
  CREATE TRIGGER no_truncate BEFORE TRUNCATE ON seal.seal_keys FOR EACH STATEMENT EXECUTE FUNCTION seal.refuse_change()
  seal may insert, select

seal.seal_life
  step text not null
  from_state text not null
  to_state text not null
  duty text not null
  constraint seal_life_pkey PRIMARY KEY (step, from_state, to_state, duty)
  CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON seal.seal_life FOR EACH STATEMENT EXECUTE FUNCTION seal.refuse_change()
  CREATE TRIGGER no_new_rule BEFORE INSERT ON seal.seal_life FOR EACH STATEMENT EXECUTE FUNCTION seal.refuse_change()
  seal may delete, insert, select, update

seal.seal_notices
  notice_id bigint not null identity
  es_id text not null
  application_id text not null
  kind text not null
  occasion text not null
  duty text not null
  organisation text not null
  detail jsonb not null
  at timestamp with time zone not null
  constraint seal_notices_application_id_fkey FOREIGN KEY (application_id) REFERENCES seal.seal_versions(application_id)
  constraint seal_notices_application_id_kind_occasion_duty_key UNIQUE (application_id, kind, occasion, duty)
  constraint seal_notices_duty_check CHECK ((duty = ANY (ARRAY['applicant'::text, 'keeper'::text])))
  constraint seal_notices_kind_check CHECK ((kind = ANY (ARRAY['state'::text, 'certificate-ends'::text])))
  constraint seal_notices_pkey PRIMARY KEY (notice_id)
  CREATE INDEX seal_notices_reader ON seal.seal_notices USING btree (organisation, duty, notice_id)
  CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON seal.seal_notices FOR EACH STATEMENT EXECUTE FUNCTION seal.refuse_change()
  seal may insert, select

seal.seal_steps
  application_id text not null
  number integer not null
  seq bigint not null identity
  es_id text not null
  step text not null
  from_state text not null
  to_state text not null
  duty text not null
  actor text not null
  organisation text not null
  client_id text not null
  reason text
  at timestamp with time zone not null
  request_id text
  constraint seal_steps_application_id_es_id_fkey FOREIGN KEY (application_id, es_id) REFERENCES seal.seal_versions(application_id, es_id)
  constraint seal_steps_duty FOREIGN KEY (es_id, actor, duty) REFERENCES seal.seal_duties(es_id, sub, duty)
  constraint seal_steps_number_check CHECK ((number > 0))
  constraint seal_steps_pkey PRIMARY KEY (application_id, number)
  constraint seal_steps_seq_key UNIQUE (seq)
  constraint seal_steps_step_from_state_to_state_duty_fkey FOREIGN KEY (step, from_state, to_state, duty) REFERENCES seal.seal_life(step, from_state, to_state, duty)
  CREATE INDEX seal_steps_es_id ON seal.seal_steps USING btree (es_id, seq)
  CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON seal.seal_steps FOR EACH STATEMENT EXECUTE FUNCTION seal.refuse_change()
  CREATE TRIGGER take_step BEFORE INSERT ON seal.seal_steps FOR EACH ROW EXECUTE FUNCTION seal.take_step()
  seal may insert, select

seal.seal_versions
  application_id text not null
  seq bigint not null identity
  es_id text not null
  number smallint not null
  previous smallint default NULLIF((number - 1), 0)
  kind text not null
  owner_name text not null
  owner_code text not null
  name text not null
  seal_kind text not null
  valid_years smallint not null
  picture jsonb
  shows_code boolean not null default false
  state text not null default 'none'::text
  state_changed_at timestamp with time zone not null
  steps integer not null default 0
  header_version smallint
  valid_from timestamp with time zone
  valid_to timestamp with time zone
  width_mm smallint
  height_mm smallint
  eseal bytea
  eseal_sm3 text
  key_ref text
  created_at timestamp with time zone not null
  constraint begun TRIGGER DEFERRABLE INITIALLY DEFERRED
  constraint seal_versions_application_id_es_id_key UNIQUE (application_id, es_id)
  constraint seal_versions_check CHECK (((number = 1) = (kind = ANY (ARRAY['new'::text, 'imported'::text]))))
  constraint seal_versions_check1 CHECK (((picture IS NULL) = (kind = 'imported'::text)))
  constraint seal_versions_check2 CHECK ((num_nonnulls(header_version, valid_from, valid_to, width_mm, height_mm, eseal, eseal_sm3, key_ref) = ANY (ARRAY[0, 8])))
  constraint seal_versions_check3 CHECK (((eseal IS NOT NULL) OR (state = ANY (ARRAY['none'::text, 'applied'::text, 'approved'::text, 'rejected'::text, 'cancelled'::text]))))
  constraint seal_versions_check4 CHECK ((valid_from < valid_to))
  constraint seal_versions_es_id_number_key UNIQUE (es_id, number)
  constraint seal_versions_es_id_owner_code_fkey FOREIGN KEY (es_id, owner_code) REFERENCES seal.seal_codes(es_id, owner_code)
  constraint seal_versions_es_id_previous_fkey FOREIGN KEY (es_id, previous) REFERENCES seal.seal_versions(es_id, number)
  constraint seal_versions_eseal_sm3_key UNIQUE (eseal_sm3)
  constraint seal_versions_kind_check CHECK ((kind = ANY (ARRAY['new'::text, 'renewal'::text, 'redrawing'::text, 'imported'::text])))
  constraint seal_versions_number_check CHECK ((number > 0))
  constraint seal_versions_pkey PRIMARY KEY (application_id)
  constraint seal_versions_seq_key UNIQUE (seq)
  constraint seal_versions_valid_years_check CHECK (((valid_years >= 1) AND (valid_years <= 10)))
  constraint succeeded TRIGGER DEFERRABLE INITIALLY DEFERRED
  CREATE UNIQUE INDEX seal_versions_in_force ON seal.seal_versions USING btree (es_id) WHERE (state = ANY (ARRAY['active'::text, 'suspended'::text]))
  CREATE UNIQUE INDEX seal_versions_in_the_making ON seal.seal_versions USING btree (es_id) WHERE (state = ANY (ARRAY['none'::text, 'applied'::text, 'approved'::text, 'made'::text, 'filed'::text]))
  CREATE INDEX seal_versions_owner ON seal.seal_versions USING btree (owner_code, seq)
  CREATE CONSTRAINT TRIGGER begun AFTER INSERT ON seal.seal_versions DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION seal.check_begun()
  CREATE TRIGGER follow_version AFTER UPDATE OF state ON seal.seal_versions FOR EACH ROW EXECUTE FUNCTION seal.follow_version()
  CREATE TRIGGER guard_version BEFORE INSERT OR DELETE OR UPDATE ON seal.seal_versions FOR EACH ROW EXECUTE FUNCTION seal.guard_version()
  CREATE TRIGGER no_truncate BEFORE TRUNCATE ON seal.seal_versions FOR EACH STATEMENT EXECUTE FUNCTION seal.refuse_change()
  CREATE CONSTRAINT TRIGGER succeeded AFTER UPDATE ON seal.seal_versions DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (((new.state = 'superseded'::text) AND (old.state <> 'superseded'::text))) EXECUTE FUNCTION seal.check_succeeded()
  seal may delete, insert, select, update

seal.sealing_parties
  party_sm3 text not null
  eseal bytea not null
  certificates bytea[] not null
  first_use_at timestamp with time zone not null
  constraint sealing_parties_pkey PRIMARY KEY (party_sm3)
  CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON seal.sealing_parties FOR EACH STATEMENT EXECUTE FUNCTION seal.refuse_change()
  seal may delete, insert, select, update

seal.sealings
  sealing_id text not null
  client_id text not null
  idempotency_key text not null
  request_sm3 text not null
  es_id text not null
  eseal_sm3 text not null
  page integer not null
  x_mm double precision
  y_mm double precision
  reason text
  input_sm3 text not null
  input_size bigint not null
  state text not null
  attempt integer not null
  lease_until timestamp with time zone not null
  signed_at timestamp with time zone
  field text
  data_sm3 text
  update_sm3 text
  update_size bigint
  created_at timestamp with time zone not null
  released_at timestamp with time zone
  grant_id text
  number smallint not null default 1
  form text not null default 'document'::text
  party_sm3 text
  made json
  constraint sealings_check CHECK (((state = 'intended'::text) OR ((signed_at IS NOT NULL) AND (field IS NOT NULL) AND (data_sm3 IS NOT NULL) AND (update_sm3 IS NOT NULL) AND (update_size IS NOT NULL) AND (released_at IS NOT NULL))))
  constraint sealings_client_id_idempotency_key_number_key UNIQUE (client_id, idempotency_key, number)
  constraint sealings_es_id_fkey FOREIGN KEY (es_id) REFERENCES seal.seals(es_id)
  constraint sealings_form_check CHECK ((form = ANY (ARRAY['document'::text, 'digest'::text])))
  constraint sealings_grant_id_client_id_es_id_fkey FOREIGN KEY (grant_id, client_id, es_id) REFERENCES seal.seal_grants(grant_id, client_id, es_id)
  constraint sealings_number_check CHECK (((number >= 1) AND (number <= 100)))
  constraint sealings_party_sm3_fkey FOREIGN KEY (party_sm3) REFERENCES seal.sealing_parties(party_sm3)
  constraint sealings_pkey PRIMARY KEY (sealing_id)
  constraint sealings_state_check CHECK ((state = ANY (ARRAY['intended'::text, 'released'::text])))
  CREATE INDEX sealings_es_id ON seal.sealings USING btree (es_id, created_at)
  CREATE TRIGGER check_release BEFORE UPDATE OF state ON seal.sealings FOR EACH ROW WHEN (((new.state = 'released'::text) AND (old.state <> 'released'::text))) EXECUTE FUNCTION seal.check_use()
  CREATE TRIGGER check_use BEFORE INSERT ON seal.sealings FOR EACH ROW EXECUTE FUNCTION seal.check_use()
  seal may delete, insert, select, update

seal.seals
  es_id text not null
  name text not null
  version smallint not null
  state text not null default 'active'::text
  state_changed_at timestamp with time zone not null
  owner_name text not null
  owner_code text not null
  valid_from timestamp with time zone not null
  valid_to timestamp with time zone not null
  width_mm smallint not null
  height_mm smallint not null
  eseal bytea not null
  eseal_sm3 text not null
  key_ref text not null
  created_at timestamp with time zone not null
  application_id text not null
  constraint seals_application_id_es_id_fkey FOREIGN KEY (application_id, es_id) REFERENCES seal.seal_versions(application_id, es_id)
  constraint seals_pkey PRIMARY KEY (es_id)
  constraint seals_state_check CHECK ((state = ANY (ARRAY['active'::text, 'suspended'::text, 'cancelled'::text])))
  CREATE TRIGGER guard_seal BEFORE INSERT OR DELETE OR UPDATE ON seal.seals FOR EACH ROW EXECUTE FUNCTION seal.guard_seal()
  CREATE TRIGGER no_truncate BEFORE TRUNCATE ON seal.seals FOR EACH STATEMENT EXECUTE FUNCTION seal.refuse_change()
  seal may delete, insert, select, update

seal.seen_proofs
  digest bytea not null
  expires_at timestamp with time zone not null
  constraint seen_proofs_pkey PRIMARY KEY (digest)
  CREATE INDEX seen_proofs_expires_at ON seal.seen_proofs USING btree (expires_at)
  seal may delete, insert, select, update

seal.time_stamps
  serial text not null
  gen_time timestamp with time zone not null
  policy text not null
  imprint_sm3 text not null
  constraint time_stamps_pkey PRIMARY KEY (serial)
  CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON seal.time_stamps FOR EACH STATEMENT EXECUTE FUNCTION seal.refuse_change()
  seal may delete, insert, select, update
