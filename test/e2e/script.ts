/**
 * The scripted answer to texts with these words in them, because the model's own answer suggests nothing that could be
 * accepted.
 */
const scripted = (match: string, answer: object) => ({
  mode: 'say',
  text: JSON.stringify(answer),
  endpoint: 'responses',
  match,
});

const closes = (status: string) => [
  { ticket_key: 'TCK-1', action: 'status', status, comment: null, reason: 'It is oiled.' },
];

export const SCRIPT = [
  scripted('Oiled the hinges', {
    coaching: 'Well done.',
    ticket_actions: closes('done'),
    memory_suggestions: [
      { action: 'add', memory_id: null, text: 'The door is oiled in spring.', reason: 'It will be again.' },
    ],
    proposals: [],
  }),
  scripted('Parcels leave on the same day', {
    summary: 'Parcels first.',
    reason: 'It is the goal.',
    epics: [{ title: 'Same day', goal: 'They leave.', ticket_keys: ['TCK-1'], reason: 'It is the goal.' }],
  }),
  scripted('thirty days of paid holiday', {
    suggestions: [
      {
        action: 'add',
        memory_id: null,
        text: 'Holidays are thirty days a year.',
        quote: 'thirty days of paid holiday each year',
        reason: 'It is a rule.',
      },
    ],
  }),
  scripted('The escalator squeaks', {
    summary: 'TCK-1 is blocked.',
    went_well: [],
    needs_attention: [],
    suggestions: [
      { text: 'Ask who waits for TCK-1.', reason: 'It is blocked.', ticket_keys: ['TCK-1'], run_ids: [] },
    ],
    ticket_actions: closes('closed'),
  }),
];
