import { z } from 'zod';
import { plainTrimmed } from '../http/text.js';
import { timeZone } from '../http/time-zone.js';
import { PERMISSIONS, ROLES } from './roles.js';

const name = plainTrimmed(200);
const role = z.enum(ROLES).meta({ id: 'Role' });
const scope = z.enum(['*', ...PERMISSIONS]).meta({ id: 'KeyScope' });
const when = z.iso.datetime();

export const organisationChangeSchema = z.strictObject({ name }).meta({ id: 'OrganisationChange' });
export const projectCreateSchema = z
  .strictObject({ name, time_zone: timeZone.default('UTC') })
  .meta({ id: 'ProjectCreate' });
export const projectChangeSchema = z
  .strictObject({
    name: name.optional(),
    time_zone: timeZone.optional(),
    archived: z.boolean().optional(),
  })
  .meta({ id: 'ProjectChange' });
export const memberCreateSchema = z
  .strictObject({ email: z.email().max(320), name, role })
  .meta({ id: 'MemberCreate' });
export const memberChangeSchema = z.strictObject({ role }).meta({ id: 'MemberChange' });
export const keyCreateSchema = z
  .strictObject({
    name,
    scopes: z.array(scope).min(1).default(['*']).describe("Never more than the user's role grants"),
    expires_at: z.iso.datetime({ offset: true }).optional(),
  })
  .meta({ id: 'ApiKeyCreate' });

export const serviceKeyCreateSchema = keyCreateSchema
  .extend({
    role: z
      .enum(['member', 'viewer'])
      .default('member')
      .describe('The role of the program; it belongs to no person and owns nothing private'),
  })
  .meta({ id: 'ServiceKeyCreate' });
export const claimSchema = z
  .strictObject({
    claim: plainTrimmed(200).describe('The code of the invitation'),
    name: name.default('first key').describe('The name of the key'),
  })
  .meta({ id: 'Claim' });
export const organisationCreateSchema = z
  .strictObject({
    name,
    owner: z.strictObject({ email: z.email().max(320), name }),
  })
  .meta({ id: 'OrganisationCreate' });
export const serverAdminSchema = z
  .strictObject({ server_admin: z.boolean() })
  .meta({ id: 'ServerAdministration' });

export type ServiceKeyCreate = z.output<typeof serviceKeyCreateSchema>;
export type Claim = z.output<typeof claimSchema>;
export type OrganisationCreate = z.output<typeof organisationCreateSchema>;
export type ServerAdmin = z.output<typeof serverAdminSchema>;
export type OrganisationChange = z.output<typeof organisationChangeSchema>;
export type ProjectCreate = z.output<typeof projectCreateSchema>;
export type ProjectChange = z.output<typeof projectChangeSchema>;
export type MemberCreate = z.output<typeof memberCreateSchema>;
export type MemberChange = z.output<typeof memberChangeSchema>;
export type KeyCreate = z.output<typeof keyCreateSchema>;

export const organisationSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    slug: z.string(),
    created_at: when,
  })
  .meta({ id: 'Organisation' });
export const projectSchema = z
  .object({
    id: z.uuid(),
    organisation_id: z.uuid(),
    name: z.string(),
    time_zone: z.string(),
    created_at: when,
    archived_at: when.nullable(),
  })
  .meta({ id: 'Project' });
export const memberSchema = z
  .object({
    user_id: z.uuid(),
    email: z.string(),
    name: z.string(),
    role,
    created_at: when,
  })
  .meta({ id: 'Member' });
export const newInvitationSchema = z
  .object({
    id: z.uuid(),
    claim: z.string().describe('Shown only once; the invited person sends it to `POST /api/claims`'),
    command: z.string().describe('Send this command to the invited person, who makes the first key with it'),
    expires_at: when,
  })
  .meta({ id: 'NewInvitation' });
export const invitationSchema = z
  .object({
    id: z.uuid(),
    user_id: z.uuid(),
    email: z.string(),
    created_by: z.uuid().nullable(),
    created_at: when,
    expires_at: when,
    claimed_at: when.nullable(),
    revoked_at: when.nullable(),
  })
  .meta({ id: 'Invitation' });
export const newMemberSchema = memberSchema
  .extend({
    invitation: newInvitationSchema.nullable().describe('Null for a person who has held a key here'),
  })
  .meta({ id: 'NewMember' });
export const newOrganisationSchema = organisationSchema
  .extend({
    owner: memberSchema.omit({ created_at: true }),
    invitation: newInvitationSchema,
  })
  .meta({ id: 'NewOrganisation' });
export const claimedSchema = z
  .object({
    id: z.uuid(),
    organisation_id: z.uuid(),
    user_id: z.uuid(),
    api_key: z.string().describe('Shown only once'),
  })
  .meta({ id: 'ClaimedKey' });
export const projectMemberSchema = memberSchema
  .omit({ created_at: true })
  .extend({ added_at: when })
  .meta({ id: 'ProjectMember' });
export const keySchema = z
  .object({
    id: z.uuid(),
    user_id: z.uuid(),
    name: z.string(),
    prefix: z.string(),
    scopes: z.array(z.string()),
    created_at: when,
    created_by: z.uuid().nullable(),
    expires_at: when.nullable(),
    last_used_at: when.nullable(),
    revoked_at: when.nullable(),
    service: z.boolean().describe('True for a service key of a program'),
  })
  .meta({ id: 'ApiKey' });
export const newKeySchema = keySchema
  .extend({ api_key: z.string().describe('Shown only once') })
  .meta({ id: 'NewApiKey' });
export const meSchema = z
  .object({
    organisation: organisationSchema,
    user: z.object({ id: z.uuid(), email: z.string(), name: z.string() }),
    role,
    server_admin: z.boolean(),
    service: z.boolean(),
    permissions: z.array(z.string()),
  })
  .meta({ id: 'Me' });

export const organisationsSchema = z
  .object({ organisations: z.array(organisationSchema) })
  .meta({ id: 'OrganisationList' });
export const projectsSchema = z.object({ projects: z.array(projectSchema) }).meta({ id: 'ProjectList' });
export const membersSchema = z.object({ members: z.array(memberSchema) }).meta({ id: 'MemberList' });
export const projectMembersSchema = z
  .object({ members: z.array(projectMemberSchema) })
  .meta({ id: 'ProjectMemberList' });
export const invitationsSchema = z
  .object({ invitations: z.array(invitationSchema) })
  .meta({ id: 'InvitationList' });
export const keysSchema = z.object({ api_keys: z.array(keySchema) }).meta({ id: 'ApiKeyList' });
