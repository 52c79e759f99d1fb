-- Made by `npm run gen` from the migrations. Do not edit.

CREATE TABLE agent_run_attempts (
  run_id uuid NOT NULL,
  number integer NOT NULL,
  status text NOT NULL,
  worker text NOT NULL,
  started_at timestamp(3) with time zone NOT NULL,
  finished_at timestamp(3) with time zone,
  error jsonb,
  CONSTRAINT agent_run_attempts_run_id_fkey FOREIGN KEY (run_id) REFERENCES agent_runs(id) ON DELETE CASCADE,
  CONSTRAINT agent_run_attempts_pkey PRIMARY KEY (run_id, number)
);

CREATE TABLE agent_run_effects (
  run_id uuid NOT NULL,
  key text NOT NULL,
  data jsonb NOT NULL,
  at timestamp(3) with time zone NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT agent_run_effects_run_id_fkey FOREIGN KEY (run_id) REFERENCES agent_runs(id) ON DELETE CASCADE,
  CONSTRAINT agent_run_effects_pkey PRIMARY KEY (run_id, key)
);

CREATE TABLE agent_run_events (
  run_id uuid NOT NULL,
  seq integer NOT NULL,
  type text NOT NULL,
  at timestamp(3) with time zone NOT NULL,
  status text NOT NULL,
  attempt integer NOT NULL,
  data jsonb NOT NULL,
  organisation_id uuid NOT NULL,
  user_id uuid,
  written_by text NOT NULL,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  token text,
  era bigint NOT NULL DEFAULT event_era(),
  CONSTRAINT agent_run_events_run_id_fkey FOREIGN KEY (run_id) REFERENCES agent_runs(id) ON DELETE CASCADE,
  CONSTRAINT agent_run_events_pkey PRIMARY KEY (run_id, seq),
  CONSTRAINT agent_run_events_run_id_written_by_type_key UNIQUE (run_id, written_by, type)
);
CREATE INDEX agent_run_events_feed ON public.agent_run_events USING btree (era, xid);
CREATE INDEX agent_run_events_resume ON public.agent_run_events USING btree (organisation_id, era, xid);

CREATE TABLE agent_run_files (
  run_id uuid NOT NULL,
  path text NOT NULL,
  content bytea NOT NULL,
  content_type text NOT NULL,
  updated_at timestamp(3) with time zone NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT agent_run_files_run_id_fkey FOREIGN KEY (run_id) REFERENCES agent_runs(id) ON DELETE CASCADE,
  CONSTRAINT agent_run_files_pkey PRIMARY KEY (run_id, path)
);

CREATE TABLE agent_run_histories (
  run_id uuid NOT NULL,
  temporal_run_id text NOT NULL,
  events integer NOT NULL,
  history bytea NOT NULL,
  archived_at timestamp(3) with time zone NOT NULL DEFAULT now(),
  CONSTRAINT agent_run_histories_run_id_fkey FOREIGN KEY (run_id) REFERENCES agent_runs(id) ON DELETE CASCADE,
  CONSTRAINT agent_run_histories_pkey PRIMARY KEY (run_id, temporal_run_id)
);

CREATE TABLE agent_run_model_calls (
  run_id uuid NOT NULL,
  key text NOT NULL,
  kind text NOT NULL,
  tries integer NOT NULL,
  requested_model text NOT NULL,
  model text,
  status text NOT NULL,
  input_tokens bigint NOT NULL DEFAULT 0,
  output_tokens bigint NOT NULL DEFAULT 0,
  cost_usd numeric(14,6),
  duration_ms integer NOT NULL,
  request_id text,
  response jsonb,
  error jsonb,
  at timestamp(3) with time zone NOT NULL DEFAULT clock_timestamp(),
  facts jsonb,
  CONSTRAINT agent_run_model_calls_run_id_fkey FOREIGN KEY (run_id) REFERENCES agent_runs(id) ON DELETE CASCADE,
  CONSTRAINT agent_run_model_calls_pkey PRIMARY KEY (run_id, key)
);

CREATE TABLE agent_runs (
  id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  project_id uuid,
  user_id uuid,
  agent text NOT NULL,
  trigger text NOT NULL,
  target_type text,
  target_id text,
  input jsonb NOT NULL,
  priority smallint NOT NULL,
  labels text[] NOT NULL,
  timeout_seconds integer NOT NULL,
  parent_run_id uuid,
  rerun_of uuid,
  idempotency_key text,
  request_hash bytea,
  status text NOT NULL,
  wait_reason jsonb,
  progress jsonb,
  result jsonb,
  error jsonb,
  usage jsonb,
  attempt integer NOT NULL DEFAULT 0,
  event_seq integer NOT NULL DEFAULT 0,
  worker text,
  temporal_run_id text,
  created_at timestamp(3) with time zone NOT NULL,
  dispatched_at timestamp(3) with time zone,
  started_at timestamp(3) with time zone,
  finished_at timestamp(3) with time zone,
  cancel_requested_at timestamp(3) with time zone,
  cancel_requested_by uuid,
  cancel_sent_at timestamp(3) with time zone,
  checked_at timestamp(3) with time zone,
  archived_at timestamp(3) with time zone,
  agent_version_id uuid,
  agent_version integer,
  settings jsonb NOT NULL DEFAULT '{}'::jsonb,
  schedule_id uuid,
  tick_at timestamp(3) with time zone,
  due_at timestamp(3) with time zone,
  sweep_after timestamp(3) with time zone,
  sweep_tries smallint NOT NULL DEFAULT 0,
  restarted_for text,
  CONSTRAINT agent_runs_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisations(id) ON DELETE CASCADE,
  CONSTRAINT agent_runs_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE,
  CONSTRAINT agent_runs_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE SET NULL,
  CONSTRAINT agent_runs_pkey PRIMARY KEY (id)
);
CREATE INDEX agent_runs_active ON public.agent_runs USING btree (organisation_id, user_id, id) WHERE (status = ANY (ARRAY['queued'::text, 'throttled'::text, 'running'::text, 'waiting'::text]));
CREATE INDEX agent_runs_by_agent ON public.agent_runs USING btree (organisation_id, agent, id);
CREATE INDEX agent_runs_by_label ON public.agent_runs USING gin (labels) WHERE (labels <> '{}'::text[]);
CREATE INDEX agent_runs_by_schedule ON public.agent_runs USING btree (schedule_id, id) WHERE (schedule_id IS NOT NULL);
CREATE INDEX agent_runs_by_target ON public.agent_runs USING btree (organisation_id, target_type, target_id, id) WHERE (target_type IS NOT NULL);
CREATE INDEX agent_runs_cancel_unsent ON public.agent_runs USING btree (id) WHERE ((cancel_requested_at IS NOT NULL) AND (cancel_sent_at IS NULL) AND (finished_at IS NULL));
CREATE INDEX agent_runs_dispatched_active ON public.agent_runs USING btree (checked_at NULLS FIRST, dispatched_at) WHERE ((dispatched_at IS NOT NULL) AND (finished_at IS NULL));
CREATE INDEX agent_runs_ended ON public.agent_runs USING btree (organisation_id, user_id, finished_at, id) WHERE (finished_at IS NOT NULL);
CREATE INDEX agent_runs_ended_of_all ON public.agent_runs USING btree (organisation_id, finished_at, id) WHERE (finished_at IS NOT NULL);
CREATE INDEX agent_runs_failures ON public.agent_runs USING btree (organisation_id, finished_at) INCLUDE (user_id, agent) WHERE (status = ANY (ARRAY['failed'::text, 'timed_out'::text]));
CREATE INDEX agent_runs_finished ON public.agent_runs USING brin (finished_at);
CREATE UNIQUE INDEX agent_runs_idempotency ON public.agent_runs USING btree (organisation_id, user_id, idempotency_key) WHERE (idempotency_key IS NOT NULL);
CREATE UNIQUE INDEX agent_runs_tick ON public.agent_runs USING btree (schedule_id, tick_at) WHERE (tick_at IS NOT NULL);
CREATE INDEX agent_runs_unarchived ON public.agent_runs USING btree (finished_at) WHERE ((finished_at IS NOT NULL) AND (archived_at IS NULL));
CREATE INDEX agent_runs_under_way_by_schedule ON public.agent_runs USING btree (schedule_id) WHERE ((schedule_id IS NOT NULL) AND (finished_at IS NULL));
CREATE INDEX agent_runs_undispatched ON public.agent_runs USING btree (id) WHERE ((dispatched_at IS NULL) AND (status = 'queued'::text));

CREATE TABLE agent_versions (
  id uuid NOT NULL,
  agent_id uuid NOT NULL,
  number integer NOT NULL,
  status text NOT NULL,
  origin text NOT NULL,
  definition jsonb NOT NULL,
  version integer NOT NULL DEFAULT 1,
  created_by uuid,
  created_at timestamp(3) with time zone NOT NULL DEFAULT now(),
  published_by uuid,
  published_at timestamp(3) with time zone,
  archived_at timestamp(3) with time zone,
  CONSTRAINT agent_versions_origin_check CHECK ((origin = ANY (ARRAY['code'::text, 'person'::text]))),
  CONSTRAINT agent_versions_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'published'::text, 'archived'::text]))),
  CONSTRAINT agent_versions_agent_id_fkey FOREIGN KEY (agent_id) REFERENCES agents(id) ON DELETE CASCADE,
  CONSTRAINT agent_versions_pkey PRIMARY KEY (id),
  CONSTRAINT agent_versions_agent_id_number_key UNIQUE (agent_id, number)
);
CREATE UNIQUE INDEX agent_versions_published ON public.agent_versions USING btree (agent_id) WHERE (status = 'published'::text);

CREATE TABLE agents (
  id uuid NOT NULL,
  key text NOT NULL,
  organisation_id uuid,
  title text NOT NULL,
  purpose text NOT NULL,
  built_in boolean NOT NULL,
  created_by uuid,
  created_at timestamp(3) with time zone NOT NULL DEFAULT now(),
  CONSTRAINT agents_check CHECK ((built_in = (organisation_id IS NULL))),
  CONSTRAINT agents_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisations(id) ON DELETE CASCADE,
  CONSTRAINT agents_pkey PRIMARY KEY (id),
  CONSTRAINT agents_key_organisation_id_key UNIQUE NULLS NOT DISTINCT (key, organisation_id)
);
CREATE INDEX agents_by_organisation ON public.agents USING btree (organisation_id);

CREATE TABLE api_keys (
  id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  user_id uuid NOT NULL,
  name text NOT NULL,
  prefix text NOT NULL,
  hash bytea NOT NULL,
  scopes text[] NOT NULL,
  created_at timestamp(3) with time zone NOT NULL DEFAULT now(),
  created_by uuid,
  expires_at timestamp(3) with time zone,
  last_used_at timestamp(3) with time zone,
  revoked_at timestamp(3) with time zone,
  CONSTRAINT api_keys_organisation_id_user_id_fkey FOREIGN KEY (organisation_id, user_id) REFERENCES memberships(organisation_id, user_id) ON DELETE CASCADE,
  CONSTRAINT api_keys_pkey PRIMARY KEY (id),
  CONSTRAINT api_keys_hash_key UNIQUE (hash)
);
CREATE INDEX api_keys_by_organisation ON public.api_keys USING btree (organisation_id, id);

CREATE TABLE audit_chain (
  number bigint NOT NULL,
  kind text NOT NULL,
  run_id uuid,
  at timestamp(3) with time zone NOT NULL,
  facts jsonb NOT NULL,
  previous text NOT NULL,
  key_id text NOT NULL,
  signature text NOT NULL,
  CONSTRAINT audit_chain_pkey PRIMARY KEY (number)
);
CREATE INDEX audit_chain_adoption ON public.audit_chain USING btree (number) WHERE (kind = ANY (ARRAY['adoption_ended'::text, 'cut'::text]));
CREATE INDEX audit_chain_run ON public.audit_chain USING btree (run_id) WHERE (run_id IS NOT NULL);

CREATE TABLE bindings (
  id uuid NOT NULL,
  agent text NOT NULL,
  scope text NOT NULL,
  organisation_id uuid,
  project_id uuid,
  user_id uuid,
  enabled boolean,
  version integer NOT NULL DEFAULT 1,
  changed_by uuid,
  changed_at timestamp(3) with time zone NOT NULL DEFAULT now(),
  schedule jsonb,
  settings jsonb NOT NULL DEFAULT '{}'::jsonb,
  CONSTRAINT bindings_check CHECK (
CASE scope
    WHEN 'server'::text THEN ((organisation_id IS NULL) AND (project_id IS NULL) AND (user_id IS NULL))
    WHEN 'organisation'::text THEN ((organisation_id IS NOT NULL) AND (project_id IS NULL) AND (user_id IS NULL))
    WHEN 'project'::text THEN ((organisation_id IS NOT NULL) AND (project_id IS NOT NULL) AND (user_id IS NULL))
    WHEN 'user'::text THEN ((organisation_id IS NOT NULL) AND (project_id IS NULL) AND (user_id IS NOT NULL))
    ELSE false
END),
  CONSTRAINT bindings_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisations(id) ON DELETE CASCADE,
  CONSTRAINT bindings_organisation_id_user_id_fkey FOREIGN KEY (organisation_id, user_id) REFERENCES memberships(organisation_id, user_id) ON DELETE CASCADE,
  CONSTRAINT bindings_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE,
  CONSTRAINT bindings_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX bindings_place ON public.bindings USING btree (agent, scope, organisation_id, project_id, user_id) NULLS NOT DISTINCT;
CREATE INDEX bindings_with_schedule ON public.bindings USING btree (organisation_id) WHERE (schedule IS NOT NULL);

CREATE TABLE builds (
  id text NOT NULL,
  number integer NOT NULL,
  first_seen_at timestamp(3) with time zone NOT NULL DEFAULT now(),
  seen_at timestamp(3) with time zone NOT NULL,
  CONSTRAINT builds_pkey PRIMARY KEY (id)
);

CREATE TABLE cadences (
  id uuid NOT NULL,
  key text NOT NULL,
  spec jsonb NOT NULL,
  accounted_until timestamp(3) with time zone NOT NULL,
  firing_at timestamp(3) with time zone,
  fired_through uuid,
  next_at timestamp(3) with time zone,
  off_since timestamp(3) with time zone,
  wanted text,
  told text,
  refused text,
  created_at timestamp(3) with time zone NOT NULL DEFAULT now(),
  CONSTRAINT cadences_pkey PRIMARY KEY (id),
  CONSTRAINT cadences_key_key UNIQUE (key)
);

CREATE TABLE change_log (
  id uuid NOT NULL,
  organisation_id uuid,
  changed_by uuid,
  subject text NOT NULL,
  subject_id text NOT NULL,
  before jsonb,
  after jsonb,
  at timestamp(3) with time zone NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT change_log_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisations(id) ON DELETE CASCADE,
  CONSTRAINT change_log_pkey PRIMARY KEY (id)
);
CREATE INDEX change_log_by_organisation ON public.change_log USING btree (organisation_id, id);

CREATE TABLE checkins (
  id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  project_id uuid NOT NULL,
  session_id uuid NOT NULL,
  user_id uuid NOT NULL,
  body text NOT NULL,
  coaching text,
  run_id uuid,
  at timestamp(3) with time zone NOT NULL DEFAULT clock_timestamp(),
  models text[] NOT NULL DEFAULT '{}'::text[],
  CONSTRAINT checkins_organisation_id_project_id_fkey FOREIGN KEY (organisation_id, project_id) REFERENCES projects(organisation_id, id) ON DELETE CASCADE,
  CONSTRAINT checkins_session_id_fkey FOREIGN KEY (session_id) REFERENCES daily_sessions(id) ON DELETE CASCADE,
  CONSTRAINT checkins_pkey PRIMARY KEY (id)
);
CREATE INDEX checkins_of_session ON public.checkins USING btree (session_id, id);

CREATE TABLE chunk_vectors (
  chunk_id uuid NOT NULL,
  project_id uuid NOT NULL,
  source_type text NOT NULL,
  user_id uuid,
  space_id integer,
  embedding real[],
  signs bit varying GENERATED ALWAYS AS (signs_of(embedding)) STORED,
  CONSTRAINT chunk_vectors_chunk_id_fkey FOREIGN KEY (chunk_id) REFERENCES chunks(id) ON DELETE CASCADE,
  CONSTRAINT chunk_vectors_space_id_fkey FOREIGN KEY (space_id) REFERENCES vector_spaces(id),
  CONSTRAINT chunk_vectors_pkey PRIMARY KEY (chunk_id)
);
CREATE INDEX chunk_vectors_of_project ON public.chunk_vectors USING btree (project_id, space_id, chunk_id);

CREATE TABLE chunk_words (
  project_id uuid NOT NULL,
  source_type text NOT NULL,
  word text NOT NULL,
  chunks integer NOT NULL,
  words bigint NOT NULL,
  merged boolean NOT NULL DEFAULT false
);
CREATE INDEX chunk_words_of_project ON public.chunk_words USING btree (project_id, word) INCLUDE (source_type, chunks, words);
CREATE INDEX chunk_words_to_merge ON public.chunk_words USING btree (project_id, word) WHERE (NOT merged);

CREATE TABLE chunks (
  id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  project_id uuid NOT NULL,
  source_type text NOT NULL,
  source_id uuid NOT NULL,
  user_id uuid,
  "position" integer NOT NULL,
  text text NOT NULL,
  hash bytea NOT NULL,
  tsv tsvector NOT NULL GENERATED ALWAYS AS ((to_tsvector('english'::regconfig, translate(text, '/'::text, ' '::text)) || array_to_tsvector(ARRAY[('@'::text || (project_id)::text)]))) STORED,
  words integer NOT NULL GENERATED ALWAYS AS (words_in(to_tsvector('english'::regconfig, translate(text, '/'::text, ' '::text)))) STORED,
  CONSTRAINT chunks_source_type_check CHECK ((source_type = ANY (ARRAY['doc'::text, 'ticket'::text, 'message'::text, 'memory'::text]))),
  CONSTRAINT chunks_organisation_id_project_id_fkey FOREIGN KEY (organisation_id, project_id) REFERENCES projects(organisation_id, id) ON DELETE CASCADE,
  CONSTRAINT chunks_pkey PRIMARY KEY (id),
  CONSTRAINT chunks_source_type_source_id_position_key UNIQUE (source_type, source_id, "position") DEFERRABLE
);
CREATE INDEX chunks_by_words ON public.chunks USING gin (tsv);
CREATE INDEX chunks_of_project ON public.chunks USING btree (project_id, id);

CREATE TABLE daily_sessions (
  id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  project_id uuid NOT NULL,
  user_id uuid NOT NULL,
  day date NOT NULL,
  plan text,
  pulse jsonb,
  review jsonb,
  scan jsonb,
  updated_at timestamp(3) with time zone NOT NULL DEFAULT clock_timestamp(),
  parts jsonb NOT NULL DEFAULT '{}'::jsonb,
  CONSTRAINT daily_sessions_organisation_id_project_id_fkey FOREIGN KEY (organisation_id, project_id) REFERENCES projects(organisation_id, id) ON DELETE CASCADE,
  CONSTRAINT daily_sessions_pkey PRIMARY KEY (id),
  CONSTRAINT daily_sessions_project_id_user_id_day_key UNIQUE (project_id, user_id, day)
);

CREATE TABLE doc_revisions (
  doc_id uuid NOT NULL,
  revision integer NOT NULL,
  title text NOT NULL,
  body text NOT NULL,
  changed_by uuid,
  run_id uuid,
  at timestamp(3) with time zone NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT doc_revisions_doc_id_fkey FOREIGN KEY (doc_id) REFERENCES docs(id) ON DELETE CASCADE,
  CONSTRAINT doc_revisions_pkey PRIMARY KEY (doc_id, revision)
);

CREATE TABLE docs (
  id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  project_id uuid NOT NULL,
  title text NOT NULL,
  body text NOT NULL,
  revision integer NOT NULL DEFAULT 1,
  created_by uuid,
  created_at timestamp(3) with time zone NOT NULL DEFAULT clock_timestamp(),
  updated_by uuid,
  updated_at timestamp(3) with time zone NOT NULL DEFAULT clock_timestamp(),
  archived_at timestamp(3) with time zone,
  reviewed_revision integer,
  CONSTRAINT docs_check CHECK (((reviewed_revision >= 1) AND (reviewed_revision <= revision))),
  CONSTRAINT docs_organisation_id_project_id_fkey FOREIGN KEY (organisation_id, project_id) REFERENCES projects(organisation_id, id) ON DELETE CASCADE,
  CONSTRAINT docs_pkey PRIMARY KEY (id)
);
CREATE INDEX docs_of_project ON public.docs USING btree (project_id, id);

CREATE TABLE epics (
  id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  project_id uuid NOT NULL,
  title text NOT NULL,
  goal text NOT NULL,
  status text NOT NULL,
  "position" integer NOT NULL,
  ticket_ids uuid[] NOT NULL,
  version integer NOT NULL DEFAULT 1,
  created_at timestamp(3) with time zone NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamp(3) with time zone NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT epics_status_check CHECK ((status = ANY (ARRAY['planned'::text, 'active'::text, 'done'::text, 'dropped'::text]))),
  CONSTRAINT epics_organisation_id_project_id_fkey FOREIGN KEY (organisation_id, project_id) REFERENCES projects(organisation_id, id) ON DELETE CASCADE,
  CONSTRAINT epics_pkey PRIMARY KEY (id)
);
CREATE INDEX epics_of_project ON public.epics USING btree (project_id, "position");

CREATE TABLE invitations (
  id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  user_id uuid NOT NULL,
  hash bytea NOT NULL,
  created_by uuid,
  created_at timestamp(3) with time zone NOT NULL DEFAULT now(),
  expires_at timestamp(3) with time zone NOT NULL,
  claimed_at timestamp(3) with time zone,
  revoked_at timestamp(3) with time zone,
  CONSTRAINT invitations_organisation_id_user_id_fkey FOREIGN KEY (organisation_id, user_id) REFERENCES memberships(organisation_id, user_id) ON DELETE CASCADE,
  CONSTRAINT invitations_pkey PRIMARY KEY (id),
  CONSTRAINT invitations_hash_key UNIQUE (hash)
);
CREATE INDEX invitations_of_member ON public.invitations USING btree (organisation_id, user_id);

CREATE TABLE key_holders (
  organisation_id uuid NOT NULL,
  user_id uuid NOT NULL,
  CONSTRAINT key_holders_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisations(id) ON DELETE CASCADE,
  CONSTRAINT key_holders_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  CONSTRAINT key_holders_pkey PRIMARY KEY (organisation_id, user_id)
);

CREATE TABLE leases (
  name text NOT NULL,
  holder uuid NOT NULL,
  fence bigint NOT NULL DEFAULT 1,
  expires_at timestamp(3) with time zone NOT NULL,
  CONSTRAINT leases_pkey PRIMARY KEY (name)
);

CREATE TABLE links (
  organisation_id uuid NOT NULL,
  project_id uuid NOT NULL,
  doc_id uuid NOT NULL,
  to_type text NOT NULL,
  to_id uuid NOT NULL,
  run_id uuid,
  at timestamp(3) with time zone NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT links_to_type_check CHECK ((to_type = ANY (ARRAY['doc'::text, 'ticket'::text, 'user'::text]))),
  CONSTRAINT links_doc_id_fkey FOREIGN KEY (doc_id) REFERENCES docs(id) ON DELETE CASCADE,
  CONSTRAINT links_organisation_id_project_id_fkey FOREIGN KEY (organisation_id, project_id) REFERENCES projects(organisation_id, id) ON DELETE CASCADE,
  CONSTRAINT links_pkey PRIMARY KEY (doc_id, to_type, to_id)
);
CREATE INDEX links_to ON public.links USING btree (to_type, to_id);

CREATE TABLE memberships (
  organisation_id uuid NOT NULL,
  user_id uuid NOT NULL,
  name text NOT NULL,
  role text NOT NULL,
  created_at timestamp(3) with time zone NOT NULL DEFAULT now(),
  server_admin boolean NOT NULL DEFAULT false,
  service boolean NOT NULL DEFAULT false,
  CONSTRAINT memberships_check CHECK (((NOT service) OR ((role = ANY (ARRAY['member'::text, 'viewer'::text])) AND (NOT server_admin)))),
  CONSTRAINT memberships_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'member'::text, 'viewer'::text]))),
  CONSTRAINT memberships_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisations(id) ON DELETE CASCADE,
  CONSTRAINT memberships_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  CONSTRAINT memberships_pkey PRIMARY KEY (organisation_id, user_id)
);

CREATE TABLE memories (
  id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  project_id uuid NOT NULL,
  user_id uuid,
  body text NOT NULL,
  sources jsonb NOT NULL,
  version integer NOT NULL DEFAULT 1,
  created_at timestamp(3) with time zone NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamp(3) with time zone NOT NULL DEFAULT clock_timestamp(),
  removed_at timestamp(3) with time zone,
  CONSTRAINT memories_organisation_id_project_id_fkey FOREIGN KEY (organisation_id, project_id) REFERENCES projects(organisation_id, id) ON DELETE CASCADE,
  CONSTRAINT memories_pkey PRIMARY KEY (id)
);
CREATE INDEX memories_of_project ON public.memories USING btree (project_id, user_id, id);

CREATE TABLE memory_revisions (
  memory_id uuid NOT NULL,
  version integer NOT NULL,
  body text NOT NULL,
  sources jsonb NOT NULL,
  removed boolean NOT NULL,
  changed_by uuid,
  proposal_id uuid,
  at timestamp(3) with time zone NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT memory_revisions_memory_id_fkey FOREIGN KEY (memory_id) REFERENCES memories(id) ON DELETE CASCADE,
  CONSTRAINT memory_revisions_pkey PRIMARY KEY (memory_id, version)
);

CREATE TABLE messages (
  id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  project_id uuid NOT NULL,
  thread_id uuid NOT NULL,
  raw_event_id uuid NOT NULL,
  role text NOT NULL,
  body text NOT NULL,
  metadata jsonb NOT NULL,
  author_id uuid,
  at timestamp(3) with time zone NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT messages_role_check CHECK ((role = ANY (ARRAY['user'::text, 'assistant'::text, 'system'::text]))),
  CONSTRAINT messages_organisation_id_project_id_fkey FOREIGN KEY (organisation_id, project_id) REFERENCES projects(organisation_id, id) ON DELETE CASCADE,
  CONSTRAINT messages_raw_event_id_fkey FOREIGN KEY (raw_event_id) REFERENCES raw_events(id) ON DELETE CASCADE,
  CONSTRAINT messages_thread_id_fkey FOREIGN KEY (thread_id) REFERENCES threads(id) ON DELETE CASCADE,
  CONSTRAINT messages_pkey PRIMARY KEY (id)
);
CREATE INDEX messages_of_thread ON public.messages USING btree (thread_id, id);

CREATE TABLE migrations (
  id integer NOT NULL DEFAULT nextval('migrations_id_seq'::regclass),
  "timestamp" bigint NOT NULL,
  name character varying NOT NULL,
  CONSTRAINT "PK_8c82d7f526340ab734260ea46be" PRIMARY KEY (id)
);

CREATE TABLE organisations (
  id uuid NOT NULL,
  name text NOT NULL,
  slug text NOT NULL,
  created_at timestamp(3) with time zone NOT NULL DEFAULT now(),
  CONSTRAINT organisations_pkey PRIMARY KEY (id),
  CONSTRAINT organisations_slug_key UNIQUE (slug)
);
CREATE UNIQUE INDEX organisations_name ON public.organisations USING btree (lower(name));

CREATE TABLE project_members (
  project_id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  user_id uuid NOT NULL,
  added_at timestamp(3) with time zone NOT NULL DEFAULT now(),
  CONSTRAINT project_members_organisation_id_project_id_fkey FOREIGN KEY (organisation_id, project_id) REFERENCES projects(organisation_id, id) ON DELETE CASCADE,
  CONSTRAINT project_members_organisation_id_user_id_fkey FOREIGN KEY (organisation_id, user_id) REFERENCES memberships(organisation_id, user_id) ON DELETE CASCADE,
  CONSTRAINT project_members_pkey PRIMARY KEY (project_id, user_id)
);
CREATE INDEX project_members_by_member ON public.project_members USING btree (organisation_id, user_id);

CREATE TABLE projects (
  id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  name text NOT NULL,
  time_zone text NOT NULL DEFAULT 'UTC'::text,
  created_at timestamp(3) with time zone NOT NULL DEFAULT now(),
  archived_at timestamp(3) with time zone,
  CONSTRAINT projects_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisations(id) ON DELETE CASCADE,
  CONSTRAINT projects_pkey PRIMARY KEY (id),
  CONSTRAINT projects_of_organisation UNIQUE (organisation_id, id),
  CONSTRAINT projects_organisation_id_name_key UNIQUE (organisation_id, name)
);

CREATE TABLE proposals (
  id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  project_id uuid NOT NULL,
  user_id uuid,
  agent text NOT NULL,
  run_id uuid,
  kind text NOT NULL,
  title text NOT NULL,
  reason text NOT NULL,
  change jsonb NOT NULL,
  target_type text,
  target_id uuid,
  target_version integer,
  sources jsonb NOT NULL,
  dedupe_key text NOT NULL,
  status text NOT NULL,
  decided_by uuid,
  decided_at timestamp(3) with time zone,
  decision jsonb,
  expires_at timestamp(3) with time zone,
  created_at timestamp(3) with time zone NOT NULL DEFAULT clock_timestamp(),
  models text[] NOT NULL DEFAULT '{}'::text[],
  CONSTRAINT proposals_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'accepted'::text, 'rejected'::text, 'superseded'::text, 'expired'::text]))),
  CONSTRAINT proposals_organisation_id_project_id_fkey FOREIGN KEY (organisation_id, project_id) REFERENCES projects(organisation_id, id) ON DELETE CASCADE,
  CONSTRAINT proposals_pkey PRIMARY KEY (id)
);
CREATE INDEX proposals_known ON public.proposals USING btree (project_id, dedupe_key);
CREATE INDEX proposals_made ON public.proposals USING btree ((((decision -> 'made'::text) ->> 'id'::text))) WHERE (status = 'accepted'::text);
CREATE INDEX proposals_of_project ON public.proposals USING btree (project_id, status, id);
CREATE INDEX proposals_of_run ON public.proposals USING btree (run_id) WHERE (run_id IS NOT NULL);
CREATE INDEX proposals_of_target ON public.proposals USING btree (target_type, target_id) WHERE (status = 'pending'::text);
CREATE UNIQUE INDEX proposals_pending ON public.proposals USING btree (project_id, dedupe_key) WHERE (status = 'pending'::text);

CREATE TABLE raw_events (
  id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  project_id uuid NOT NULL,
  user_id uuid,
  kind text NOT NULL,
  thread_id uuid,
  data jsonb NOT NULL,
  at timestamp(3) with time zone NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT raw_events_organisation_id_project_id_fkey FOREIGN KEY (organisation_id, project_id) REFERENCES projects(organisation_id, id) ON DELETE CASCADE,
  CONSTRAINT raw_events_thread_id_fkey FOREIGN KEY (thread_id) REFERENCES threads(id) ON DELETE CASCADE,
  CONSTRAINT raw_events_pkey PRIMARY KEY (id)
);
CREATE INDEX raw_events_of_project ON public.raw_events USING btree (project_id, id);

CREATE TABLE roadmaps (
  project_id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  summary text NOT NULL,
  version integer NOT NULL DEFAULT 1,
  updated_by uuid,
  updated_at timestamp(3) with time zone NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT roadmaps_organisation_id_project_id_fkey FOREIGN KEY (organisation_id, project_id) REFERENCES projects(organisation_id, id) ON DELETE CASCADE,
  CONSTRAINT roadmaps_pkey PRIMARY KEY (project_id)
);

CREATE TABLE schedule_changes (
  id bigint NOT NULL,
  organisation_id uuid,
  CONSTRAINT schedule_changes_pkey PRIMARY KEY (id)
);

CREATE TABLE schedule_events (
  id uuid NOT NULL,
  schedule_id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  type text NOT NULL,
  data jsonb NOT NULL,
  at timestamp(3) with time zone NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT schedule_events_schedule_id_fkey FOREIGN KEY (schedule_id) REFERENCES schedules(id) ON DELETE CASCADE,
  CONSTRAINT schedule_events_pkey PRIMARY KEY (id)
);
CREATE INDEX schedule_events_of_schedule ON public.schedule_events USING btree (schedule_id, id);

CREATE TABLE schedule_periods (
  schedule_id uuid NOT NULL,
  cadence_id uuid NOT NULL,
  since timestamp(3) with time zone NOT NULL,
  until timestamp(3) with time zone,
  CONSTRAINT schedule_periods_cadence_id_fkey FOREIGN KEY (cadence_id) REFERENCES cadences(id),
  CONSTRAINT schedule_periods_schedule_id_fkey FOREIGN KEY (schedule_id) REFERENCES schedules(id) ON DELETE CASCADE,
  CONSTRAINT schedule_periods_pkey PRIMARY KEY (schedule_id, since)
);
CREATE INDEX schedule_periods_by_cadence ON public.schedule_periods USING btree (cadence_id, schedule_id) WHERE (until IS NULL);
CREATE INDEX schedule_periods_closed ON public.schedule_periods USING btree (cadence_id, until) WHERE (until IS NOT NULL);
CREATE UNIQUE INDEX schedule_periods_open ON public.schedule_periods USING btree (schedule_id) WHERE (until IS NULL);

CREATE TABLE schedules (
  id uuid NOT NULL,
  agent text NOT NULL,
  organisation_id uuid NOT NULL,
  project_id uuid NOT NULL,
  user_id uuid,
  cadence_id uuid,
  origin uuid,
  paused_at timestamp(3) with time zone,
  paused_by uuid,
  failing_since timestamp(3) with time zone,
  created_at timestamp(3) with time zone NOT NULL DEFAULT now(),
  CONSTRAINT schedules_cadence_id_fkey FOREIGN KEY (cadence_id) REFERENCES cadences(id),
  CONSTRAINT schedules_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisations(id) ON DELETE CASCADE,
  CONSTRAINT schedules_project_id_fkey FOREIGN KEY (project_id) REFERENCES projects(id) ON DELETE CASCADE,
  CONSTRAINT schedules_pkey PRIMARY KEY (id)
);
CREATE INDEX schedules_by_organisation ON public.schedules USING btree (organisation_id, id);
CREATE INDEX schedules_by_project ON public.schedules USING btree (project_id);
CREATE UNIQUE INDEX schedules_member ON public.schedules USING btree (agent, organisation_id, project_id, user_id) NULLS NOT DISTINCT;

CREATE TABLE settings (
  name text NOT NULL,
  value jsonb,
  version integer NOT NULL DEFAULT 1,
  changed_by uuid,
  changed_at timestamp(3) with time zone NOT NULL DEFAULT now(),
  CONSTRAINT settings_pkey PRIMARY KEY (name)
);

CREATE TABLE snapshots (
  id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  project_id uuid NOT NULL,
  title text NOT NULL,
  from_day date NOT NULL,
  to_day date NOT NULL,
  status text NOT NULL,
  body text,
  numbers jsonb,
  version integer NOT NULL DEFAULT 1,
  requested_by uuid,
  run_id uuid,
  created_at timestamp(3) with time zone NOT NULL DEFAULT clock_timestamp(),
  published_at timestamp(3) with time zone,
  models text[] NOT NULL DEFAULT '{}'::text[],
  CONSTRAINT snapshots_status_check CHECK ((status = ANY (ARRAY['requested'::text, 'draft'::text, 'published'::text, 'rejected'::text]))),
  CONSTRAINT snapshots_organisation_id_project_id_fkey FOREIGN KEY (organisation_id, project_id) REFERENCES projects(organisation_id, id) ON DELETE CASCADE,
  CONSTRAINT snapshots_pkey PRIMARY KEY (id)
);
CREATE INDEX snapshots_of_project ON public.snapshots USING btree (project_id, id);

CREATE TABLE threads (
  id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  project_id uuid NOT NULL,
  channel text NOT NULL,
  title text NOT NULL,
  created_by uuid,
  created_at timestamp(3) with time zone NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamp(3) with time zone NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT threads_channel_check CHECK ((channel = ANY (ARRAY['chat'::text, 'support'::text]))),
  CONSTRAINT threads_organisation_id_project_id_fkey FOREIGN KEY (organisation_id, project_id) REFERENCES projects(organisation_id, id) ON DELETE CASCADE,
  CONSTRAINT threads_pkey PRIMARY KEY (id)
);
CREATE INDEX threads_of_project ON public.threads USING btree (project_id, id);

CREATE TABLE tick_spans (
  cadence_id uuid NOT NULL,
  schedule_id uuid,
  first_tick timestamp(3) with time zone NOT NULL,
  last_tick timestamp(3) with time zone NOT NULL,
  ticks integer NOT NULL,
  outcome text NOT NULL,
  reason jsonb NOT NULL,
  CONSTRAINT tick_spans_cadence_id_fkey FOREIGN KEY (cadence_id) REFERENCES cadences(id) ON DELETE CASCADE,
  CONSTRAINT tick_spans_schedule_id_fkey FOREIGN KEY (schedule_id) REFERENCES schedules(id) ON DELETE CASCADE
);
CREATE INDEX tick_spans_by_age ON public.tick_spans USING brin (last_tick);
CREATE UNIQUE INDEX tick_spans_of_all ON public.tick_spans USING btree (cadence_id, last_tick) WHERE (schedule_id IS NULL);
CREATE UNIQUE INDEX tick_spans_of_member ON public.tick_spans USING btree (schedule_id, cadence_id, last_tick) WHERE (schedule_id IS NOT NULL);

CREATE TABLE ticket_comments (
  id uuid NOT NULL,
  ticket_id uuid NOT NULL,
  body text NOT NULL,
  author_id uuid,
  run_id uuid,
  at timestamp(3) with time zone NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT ticket_comments_ticket_id_fkey FOREIGN KEY (ticket_id) REFERENCES tickets(id) ON DELETE CASCADE,
  CONSTRAINT ticket_comments_pkey PRIMARY KEY (id)
);
CREATE INDEX ticket_comments_of_ticket ON public.ticket_comments USING btree (ticket_id, id);

CREATE TABLE ticket_numbers (
  organisation_id uuid NOT NULL,
  last integer NOT NULL,
  CONSTRAINT ticket_numbers_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisations(id) ON DELETE CASCADE,
  CONSTRAINT ticket_numbers_pkey PRIMARY KEY (organisation_id)
);

CREATE TABLE ticket_pairs (
  first_id uuid NOT NULL,
  second_id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  project_id uuid NOT NULL,
  likeness real NOT NULL,
  verdict text,
  told bytea,
  asked_by uuid,
  CONSTRAINT ticket_pairs_check CHECK ((first_id < second_id)),
  CONSTRAINT ticket_pairs_verdict_check CHECK ((verdict = ANY (ARRAY['duplicate'::text, 'conflict'::text, 'unrelated'::text]))),
  CONSTRAINT ticket_pairs_first_id_fkey FOREIGN KEY (first_id) REFERENCES tickets(id) ON DELETE CASCADE,
  CONSTRAINT ticket_pairs_organisation_id_project_id_fkey FOREIGN KEY (organisation_id, project_id) REFERENCES projects(organisation_id, id) ON DELETE CASCADE,
  CONSTRAINT ticket_pairs_second_id_fkey FOREIGN KEY (second_id) REFERENCES tickets(id) ON DELETE CASCADE,
  CONSTRAINT ticket_pairs_pkey PRIMARY KEY (first_id, second_id)
);
CREATE INDEX ticket_pairs_of_project ON public.ticket_pairs USING btree (project_id, likeness DESC);
CREATE INDEX ticket_pairs_of_second ON public.ticket_pairs USING btree (second_id);

CREATE TABLE ticket_relations (
  ticket_id uuid NOT NULL,
  kind text NOT NULL,
  other_id uuid NOT NULL,
  created_by uuid,
  run_id uuid,
  at timestamp(3) with time zone NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT ticket_relations_check CHECK ((ticket_id <> other_id)),
  CONSTRAINT ticket_relations_kind_check CHECK ((kind = ANY (ARRAY['duplicate_of'::text, 'conflicts_with'::text, 'blocks'::text]))),
  CONSTRAINT ticket_relations_other_id_fkey FOREIGN KEY (other_id) REFERENCES tickets(id) ON DELETE CASCADE,
  CONSTRAINT ticket_relations_ticket_id_fkey FOREIGN KEY (ticket_id) REFERENCES tickets(id) ON DELETE CASCADE,
  CONSTRAINT ticket_relations_pkey PRIMARY KEY (ticket_id, kind, other_id)
);
CREATE INDEX ticket_relations_of_other ON public.ticket_relations USING btree (other_id);

CREATE TABLE ticket_scans (
  ticket_id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  project_id uuid NOT NULL,
  version integer NOT NULL,
  space_id integer,
  run_id uuid NOT NULL,
  CONSTRAINT ticket_scans_organisation_id_project_id_fkey FOREIGN KEY (organisation_id, project_id) REFERENCES projects(organisation_id, id) ON DELETE CASCADE,
  CONSTRAINT ticket_scans_space_id_fkey FOREIGN KEY (space_id) REFERENCES vector_spaces(id),
  CONSTRAINT ticket_scans_ticket_id_fkey FOREIGN KEY (ticket_id) REFERENCES tickets(id) ON DELETE CASCADE,
  CONSTRAINT ticket_scans_pkey PRIMARY KEY (ticket_id)
);
CREATE INDEX ticket_scans_of_project ON public.ticket_scans USING btree (project_id);

CREATE TABLE tickets (
  id uuid NOT NULL,
  organisation_id uuid NOT NULL,
  project_id uuid NOT NULL,
  number integer NOT NULL,
  title text NOT NULL,
  body text NOT NULL,
  status text NOT NULL,
  labels text[] NOT NULL,
  assignee_id uuid,
  version integer NOT NULL DEFAULT 1,
  created_by uuid,
  created_at timestamp(3) with time zone NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamp(3) with time zone NOT NULL DEFAULT clock_timestamp(),
  closed_at timestamp(3) with time zone,
  status_since timestamp(3) with time zone NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT tickets_status_check CHECK ((status = ANY (ARRAY['open'::text, 'in_progress'::text, 'blocked'::text, 'done'::text, 'closed'::text]))),
  CONSTRAINT tickets_organisation_id_project_id_fkey FOREIGN KEY (organisation_id, project_id) REFERENCES projects(organisation_id, id) ON DELETE CASCADE,
  CONSTRAINT tickets_pkey PRIMARY KEY (id),
  CONSTRAINT tickets_organisation_id_number_key UNIQUE (organisation_id, number)
);
CREATE INDEX tickets_by_status ON public.tickets USING btree (project_id, status, updated_at);
CREATE INDEX tickets_of_project ON public.tickets USING btree (project_id, id);

CREATE TABLE users (
  id uuid NOT NULL,
  email text NOT NULL,
  created_at timestamp(3) with time zone NOT NULL DEFAULT now(),
  CONSTRAINT users_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX users_email ON public.users USING btree (lower(email));

CREATE TABLE vector_spaces (
  id integer NOT NULL,
  requested_model text NOT NULL,
  model text NOT NULL,
  dimensions integer NOT NULL,
  CONSTRAINT vector_spaces_pkey PRIMARY KEY (id),
  CONSTRAINT vector_spaces_requested_model_model_dimensions_key UNIQUE (requested_model, model, dimensions)
);

CREATE TABLE workers (
  identity text NOT NULL,
  task_queue text NOT NULL,
  started_at timestamp(3) with time zone NOT NULL,
  seen_at timestamp(3) with time zone NOT NULL,
  build text,
  CONSTRAINT workers_pkey PRIMARY KEY (identity)
);

CREATE OR REPLACE FUNCTION public.announce_events()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
      BEGIN
        PERFORM pg_notify('nightshift_events', '');
        RETURN NULL;
      END $function$
;

CREATE OR REPLACE FUNCTION public.announce_settings()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
      BEGIN
        PERFORM pg_notify('nightshift_settings', '');
        RETURN NULL;
      END $function$
;

CREATE OR REPLACE FUNCTION public.count_chunk_words()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
      DECLARE sign integer := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
      BEGIN
        INSERT INTO chunk_words (project_id, source_type, word, chunks, words)
        SELECT c.project_id, c.source_type, w.word, sign * count(*), sign * sum(w.words)
          FROM changed c CROSS JOIN LATERAL (
  SELECT '' AS word, c.words UNION ALL
  SELECT lexeme, 0 FROM unnest(c.tsv) WHERE lexeme <> '@' || c.project_id::text) w
         WHERE c.user_id IS NULL GROUP BY c.project_id, c.source_type, w.word;
        RETURN NULL;
      END $function$
;

CREATE OR REPLACE FUNCTION public.event_era()
 RETURNS bigint
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
        SELECT hashint8extended(system_identifier, ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint)
               & 9223372036854775807
          FROM pg_control_system()
      $function$
;

CREATE OR REPLACE FUNCTION public.mirror_day_parts()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
      DECLARE by_older_build boolean := CASE TG_OP WHEN 'INSERT' THEN NEW.parts = '{}' ELSE NEW.parts = OLD.parts END;
      BEGIN
        IF by_older_build THEN NEW.parts := NEW.parts || parts_of_day(NEW.pulse, NEW.review, NEW.scan); END IF;
        NEW.pulse := NEW.parts->'pulse';
        NEW.review := NEW.parts->'review';
        NEW.scan := NEW.parts->'scan';
        RETURN NEW;
      END $function$
;

CREATE OR REPLACE FUNCTION public.parts_of_day(pulse jsonb, review jsonb, scan jsonb)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
AS $function$
        SELECT coalesce(jsonb_object_agg(name, part), '{}')
          FROM (VALUES ('pulse', pulse), ('review', review), ('scan', scan)) AS parts(name, part) WHERE part IS NOT NULL
      $function$
;

CREATE OR REPLACE FUNCTION public.schedules_changed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
  BEGIN
    IF TG_OP = 'UPDATE' THEN
      INSERT INTO schedule_changes (organisation_id) SELECT organisation_id FROM before UNION SELECT organisation_id FROM after;
    ELSE
      INSERT INTO schedule_changes (organisation_id)
      SELECT DISTINCT organisation_id FROM (SELECT organisation_id FROM changed) AS o;
    END IF;
    RETURN NULL;
  END $function$
;

CREATE OR REPLACE FUNCTION public.server_schedules_changed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
      BEGIN
        INSERT INTO schedule_changes DEFAULT VALUES;
        RETURN NULL;
      END $function$
;

CREATE OR REPLACE FUNCTION public.signs_of(real[])
 RETURNS bit varying
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
AS $function$
        SELECT string_agg(CASE WHEN value > 0 THEN '1' ELSE '0' END, '' ORDER BY place)::varbit
          FROM unnest($1) WITH ORDINALITY AS component(value, place)
      $function$
;

CREATE OR REPLACE FUNCTION public.version_schedules_changed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
  BEGIN
    IF TG_OP = 'UPDATE' THEN
      INSERT INTO schedule_changes (organisation_id) SELECT organisation_id FROM agents WHERE id IN (SELECT agent_id FROM before) UNION SELECT organisation_id FROM agents WHERE id IN (SELECT agent_id FROM after);
    ELSE
      INSERT INTO schedule_changes (organisation_id)
      SELECT DISTINCT organisation_id FROM (SELECT organisation_id FROM agents WHERE id IN (SELECT agent_id FROM changed)) AS o;
    END IF;
    RETURN NULL;
  END $function$
;

CREATE OR REPLACE FUNCTION public.words_in(tsvector)
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
AS $function$
        SELECT coalesce(sum(cardinality(positions)), 0)::integer FROM unnest($1)
      $function$
;

CREATE TRIGGER agent_run_events_announced AFTER INSERT ON public.agent_run_events FOR EACH STATEMENT EXECUTE FUNCTION announce_events();

CREATE TRIGGER agent_versions_schedules_changed AFTER UPDATE ON public.agent_versions REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION version_schedules_changed();

CREATE TRIGGER agent_versions_schedules_deleted AFTER DELETE ON public.agent_versions REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION version_schedules_changed();

CREATE TRIGGER agent_versions_schedules_made AFTER INSERT ON public.agent_versions REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION version_schedules_changed();

CREATE TRIGGER agents_schedules_changed AFTER UPDATE ON public.agents REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION schedules_changed();

CREATE TRIGGER agents_schedules_deleted AFTER DELETE ON public.agents REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION schedules_changed();

CREATE TRIGGER agents_schedules_made AFTER INSERT ON public.agents REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION schedules_changed();

CREATE TRIGGER bindings_schedules_changed AFTER UPDATE ON public.bindings REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION schedules_changed();

CREATE TRIGGER bindings_schedules_deleted AFTER DELETE ON public.bindings REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION schedules_changed();

CREATE TRIGGER bindings_schedules_made AFTER INSERT ON public.bindings REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION schedules_changed();

CREATE TRIGGER chunks_deleted AFTER DELETE ON public.chunks REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_chunk_words();

CREATE TRIGGER chunks_made AFTER INSERT ON public.chunks REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_chunk_words();

CREATE TRIGGER day_parts_mirrored BEFORE INSERT OR UPDATE ON public.daily_sessions FOR EACH ROW EXECUTE FUNCTION mirror_day_parts();

CREATE TRIGGER memberships_schedules_changed AFTER UPDATE ON public.memberships REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION schedules_changed();

CREATE TRIGGER memberships_schedules_deleted AFTER DELETE ON public.memberships REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION schedules_changed();

CREATE TRIGGER memberships_schedules_made AFTER INSERT ON public.memberships REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION schedules_changed();

CREATE TRIGGER project_members_schedules_changed AFTER UPDATE ON public.project_members REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION schedules_changed();

CREATE TRIGGER project_members_schedules_deleted AFTER DELETE ON public.project_members REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION schedules_changed();

CREATE TRIGGER project_members_schedules_made AFTER INSERT ON public.project_members REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION schedules_changed();

CREATE TRIGGER projects_schedules_changed AFTER UPDATE ON public.projects REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION schedules_changed();

CREATE TRIGGER projects_schedules_deleted AFTER DELETE ON public.projects REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION server_schedules_changed();

CREATE TRIGGER projects_schedules_made AFTER INSERT ON public.projects REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION schedules_changed();

CREATE TRIGGER settings_announced AFTER INSERT OR DELETE OR UPDATE ON public.settings FOR EACH STATEMENT EXECUTE FUNCTION announce_settings();

CREATE TRIGGER settings_schedules AFTER INSERT OR DELETE OR UPDATE ON public.settings FOR EACH STATEMENT EXECUTE FUNCTION server_schedules_changed();
