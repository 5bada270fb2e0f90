// Triggers of 0006-seal-life: a row of history moves its version on, the version moves the registered seal, and nobody
// moves either by hand; a seal is used only while it is in force. What follows of itself runs inside another trigger,
// which is how it is told from a statement of somebody's own. SQLSTATE XJ409: the state forbids it.

/** A row of history: the next one of its version, from the state in which that is, at a time that does not run back. */
const TAKE_STEP = `create function seal.take_step() returns trigger language plpgsql as $$
  declare v seal.seal_versions;
  begin
    select * into v from seal.seal_versions where application_id = new.application_id for update;
    if v.application_id is null or new.number <> v.steps + 1 or new.from_state <> v.state or new.at < v.state_changed_at then
      raise exception 'version % of seal % is % after % steps', v.number, new.es_id, v.state, v.steps using errcode = 'XJ409';
    end if;
    if v.state = 'none' and new.step is distinct from
       (case v.kind when 'new' then 'apply' when 'renewal' then 'renew' when 'redrawing' then 'redraw' end) then
      raise exception 'a version of kind % does not begin with %', v.kind, new.step using errcode = 'XJ409';
    end if;
    if new.step in ('renew', 'redraw') and not exists
       (select from seal.seal_versions where es_id = v.es_id and state in ('active', 'suspended')) then
      raise exception 'seal % is not in force', new.es_id using errcode = 'XJ409';
    end if;
    if new.to_state not in ('rejected', 'cancelled') and exists
       (select from seal.seals where es_id = v.es_id and state = 'cancelled') then
      raise exception 'seal % is cancelled', new.es_id using errcode = 'XJ409';
    end if;
    insert into seal.seal_duties (es_id, sub, duty, since) values (new.es_id, new.actor, new.duty, new.at)
      on conflict (es_id, sub) do nothing;
    update seal.seal_versions set state = new.to_state, state_changed_at = new.at, steps = new.number
      where application_id = new.application_id;
    return new;
  end $$`;

/** State only by a step; what was asked for never; what the making brings only while it is being made. */
const GUARD_VERSION = `create function seal.guard_version() returns trigger language plpgsql as $$
  begin
    if tg_op = 'INSERT' then
      if new.state <> 'none' or new.steps <> 0 or new.eseal is not null then
        raise exception 'a version begins with its first step' using errcode = 'XJ409';
      end if;
      return new;
    end if;
    if tg_op = 'DELETE' then
      raise exception 'versions of seals are kept' using errcode = 'insufficient_privilege';
    end if;
    if (new.state, new.state_changed_at, new.steps) is distinct from (old.state, old.state_changed_at, old.steps)
       and pg_trigger_depth() < 2 then
      raise exception 'the state of a seal changes by a step of its life' using errcode = 'insufficient_privilege';
    end if;
    if (new.application_id, new.es_id, new.number, new.kind, new.owner_name, new.owner_code, new.name, new.seal_kind,
        new.valid_years, new.picture, new.shows_code, new.created_at) is distinct from
       (old.application_id, old.es_id, old.number, old.kind, old.owner_name, old.owner_code, old.name, old.seal_kind,
        old.valid_years, old.picture, old.shows_code, old.created_at) then
      raise exception 'what was applied for does not change' using errcode = 'insufficient_privilege';
    end if;
    if old.state <> 'approved' and
       (new.header_version, new.valid_from, new.valid_to, new.width_mm, new.height_mm, new.eseal, new.eseal_sm3, new.key_ref)
       is distinct from
       (old.header_version, old.valid_from, old.valid_to, old.width_mm, old.height_mm, old.eseal, old.eseal_sm3, old.key_ref) then
      raise exception 'a seal that was made does not change' using errcode = 'insufficient_privilege';
    end if;
    return new;
  end $$`;

const CHECK_BEGUN = `create function seal.check_begun() returns trigger language plpgsql as $$
  begin
    if not exists (select from seal.seal_steps where application_id = new.application_id) then
      raise exception 'a version begins with its first step' using errcode = 'XJ409';
    end if;
    return null;
  end $$`;

/** An old version gives way to a new one, never to nothing. */
const CHECK_SUCCEEDED = `create function seal.check_succeeded() returns trigger language plpgsql as $$
  begin
    if not exists (select from seal.seals s join seal.seal_versions v using (application_id)
                    where s.es_id = new.es_id and v.number > new.number) then
      raise exception 'seal % would be left without a version', new.es_id using errcode = 'XJ409';
    end if;
    return null;
  end $$`;

/** The registered seal is its version in force; the key of a version that has ended is gone in the same moment. */
const FOLLOW_VERSION = `create function seal.follow_version() returns trigger language plpgsql as $$
  begin
    if new.state = 'active' and old.state = 'filed' then
      insert into seal.seals (es_id, name, version, state, state_changed_at, owner_name, owner_code, valid_from, valid_to,
          width_mm, height_mm, eseal, eseal_sm3, key_ref, created_at, application_id)
        values (new.es_id, new.name, new.header_version, new.state, new.state_changed_at, new.owner_name, new.owner_code,
          new.valid_from, new.valid_to, new.width_mm, new.height_mm, new.eseal, new.eseal_sm3, new.key_ref,
          new.state_changed_at, new.application_id)
        on conflict (es_id) do update set name = excluded.name, version = excluded.version, state = excluded.state,
          state_changed_at = excluded.state_changed_at, owner_name = excluded.owner_name, valid_from = excluded.valid_from,
          valid_to = excluded.valid_to, width_mm = excluded.width_mm, height_mm = excluded.height_mm,
          eseal = excluded.eseal, eseal_sm3 = excluded.eseal_sm3, key_ref = excluded.key_ref,
          application_id = excluded.application_id;
    elsif new.state in ('active', 'suspended', 'cancelled') then
      update seal.seals set state = new.state, state_changed_at = new.state_changed_at
        where es_id = new.es_id and application_id = new.application_id;
    end if;
    if new.state in ('rejected', 'superseded', 'cancelled') then
      update seal.seal_keys set box = null, destroyed_at = new.state_changed_at
        where application_id = new.application_id and box is not null;
    end if;
    return null;
  end $$`;

const GUARD_SEAL = `create function seal.guard_seal() returns trigger language plpgsql as $$
  begin
    if pg_trigger_depth() < 2 then
      raise exception 'a seal changes by a step of its life' using errcode = 'insufficient_privilege';
    end if;
    return new; -- nothing deletes a seal
  end $$`;

const GUARD_KEY = `create function seal.guard_key() returns trigger language plpgsql as $$
  begin
    if tg_op = 'DELETE' or old.box is null or new.box is not null
       or (new.key_ref, new.application_id, new.created_at) is distinct from (old.key_ref, old.application_id, old.created_at) then
      raise exception 'a key is destroyed, never changed' using errcode = 'insufficient_privilege';
    end if;
    return new;
  end $$`;

/** The lock lets uses go side by side, and makes a step that ends them wait for those on their way. */
const CHECK_USE = `create function seal.check_use() returns trigger language plpgsql as $$
  declare used_at timestamptz := case tg_op when 'INSERT' then new.created_at else new.signed_at end;
  begin
    perform from seal.seals where es_id = new.es_id and eseal_sm3 = new.eseal_sm3 and state = 'active'
       and used_at between valid_from and valid_to for share;
    if not found then
      raise exception 'seal % is not in force', new.es_id using errcode = 'XJ409';
    end if;
    return new;
  end $$`;

const REFUSE_RULE = `create trigger no_new_rule before insert on seal.seal_life
  for each statement execute function seal.refuse_change()`;

const on = (name: string, when: string, table: string, each: 'row' | 'statement', does: string): string =>
  `create trigger ${name} ${when} on seal.${table} for each ${each} execute function seal.${does}()`;

/** To be run once, behind the import of what was there before. */
export const GUARDS: readonly string[] = [
  TAKE_STEP,
  GUARD_VERSION,
  CHECK_BEGUN,
  CHECK_SUCCEEDED,
  FOLLOW_VERSION,
  GUARD_SEAL,
  GUARD_KEY,
  CHECK_USE,
  REFUSE_RULE,
  on('take_step', 'before insert', 'seal_steps', 'row', 'take_step'),
  on('guard_version', 'before insert or update or delete', 'seal_versions', 'row', 'guard_version'),
  on('follow_version', 'after update of state', 'seal_versions', 'row', 'follow_version'),
  `create constraint trigger begun after insert on seal.seal_versions deferrable initially deferred
     for each row execute function seal.check_begun()`,
  `create constraint trigger succeeded after update on seal.seal_versions deferrable initially deferred
     for each row when (new.state = 'superseded' and old.state <> 'superseded') execute function seal.check_succeeded()`,
  on('guard_seal', 'before insert or update or delete', 'seals', 'row', 'guard_seal'),
  on('guard_key', 'before update or delete', 'seal_keys', 'row', 'guard_key'),
  on('check_use', 'before insert', 'sealings', 'row', 'check_use'),
  `create trigger check_release before update of state on seal.sealings for each row
     when (new.state = 'released' and old.state <> 'released') execute function seal.check_use()`,
  ...['seal_versions', 'seals', 'seal_keys'].map((table) =>
    on('no_truncate', 'before truncate', table, 'statement', 'refuse_change'),
  ),
];
