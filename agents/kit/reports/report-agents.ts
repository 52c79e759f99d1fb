/** The keys of the agents with `news: 'report'`, for flows: a flow cannot import the list of the agents. */
export const REPORT_AGENTS: readonly string[] = ['operating_pulse', 'proactive_daily_review'];
