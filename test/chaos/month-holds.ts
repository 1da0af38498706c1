/** SQL that stops a month at a step, and writes down every step that is committed. */

/** Each step waits for a lock that nobody holds, unless a test does; and is written down with what it does. */
const STEP = `
  create schema chaos;
  create table chaos.steps (n bigint generated always as identity, month text, step text);
  create function chaos.step(step text, month text) returns void language plpgsql as $$ begin
    perform pg_advisory_xact_lock_shared(hashtext(step || '@' || month));
    insert into chaos.steps (month, step) values (month, step);
  end $$;`;

/** For the catalog, once it has its tables. */
export const CATALOG_HOLDS = `${STEP}
  create function chaos.month_of(id bigint) returns text language sql as 'select month from longshore.month_files f where f.id = $1';
  create function chaos.on_part() returns trigger language plpgsql as $$ begin
    if tg_op = 'INSERT' then perform chaos.step('part:' || new.part, chaos.month_of(new.file_id));
    elsif new.uploaded and not old.uploaded then perform chaos.step('uploaded:' || new.part, chaos.month_of(new.file_id));
    end if; return new; end $$;
  create trigger hold before insert or update on longshore.month_parts for each row execute function chaos.on_part();
  create function chaos.on_file() returns trigger language plpgsql as $$ begin
    if new.packed and not old.packed then perform chaos.step('packed', new.month); end if;
    if new.copy_statement is distinct from old.copy_statement and new.copy_statement is not null then perform chaos.step('submitted', new.month); end if;
    if new.state <> old.state then perform chaos.step('state:' || new.state, new.month); end if;
    if new.state = 'published' and old.state <> 'published' then perform chaos.step('after:' || (
      select count(*) from longshore.month_files f where f.month = new.month and f.state = 'published'), new.month); end if;
    return new; end $$;
  create trigger hold before update on longshore.month_files for each row execute function chaos.on_file();
  create function chaos.on_month() returns trigger language plpgsql as $$ begin
    if new.state <> old.state then perform chaos.step('month:' || new.state, new.month); end if;
    return new; end $$;
  create trigger hold before update on longshore.month_batch_months for each row execute function chaos.on_month();`;

/** In a Postgres target: rows going into the table, and parts into a staging table, whose load stands in for the month. */
export const TARGET_HOLDS = `${STEP}
  create function chaos.on_rows() returns trigger language plpgsql as $$ declare found text; begin
    select to_char(min(day), 'YYYY-MM') into found from added;
    if found is not null then perform chaos.step('insert', found); end if;
    return null; end $$;
  create trigger hold after insert on trades referencing new table as added for each statement execute function chaos.on_rows();
  create function chaos.on_marked() returns trigger language plpgsql as $$ begin
    perform chaos.step('copy:' || new.part, substr(tg_table_name, 10, 16)); return new; end $$;
  create function chaos.on_table() returns event_trigger language plpgsql as $$ declare made record; begin
    for made in select * from pg_event_trigger_ddl_commands() where command_tag = 'CREATE TABLE' and object_identity ~ 'ls_month_.*_p"?$' loop
      execute format('create trigger hold before insert on %s for each row execute function chaos.on_marked()', made.object_identity);
    end loop; end $$;
  create event trigger hold_copies on ddl_command_end when tag in ('CREATE TABLE') execute function chaos.on_table();`;
