/** Where everything in the workspace is: what names a thing names its organisation and project, too. */
export interface ProjectPlace {
  organisation_id: string;
  project_id: string;
}
