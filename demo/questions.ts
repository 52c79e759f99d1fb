/** A question of a team member, and the place of its answer: `doc:` title, `ticket:` slug, `message:` mark. */
export interface DemoQuestion {
  q: string;
  /** Any of them answers it. */
  answers: string[];
  level: 'easy' | 'hard';
}

const easy = (q: string, ...answers: string[]): DemoQuestion => ({ q, answers, level: 'easy' });
const hard = (q: string, ...answers: string[]): DemoQuestion => ({ q, answers, level: 'hard' });

export const questions: DemoQuestion[] = [
  easy('How long may a parcel stay in the locker?', 'doc:Storage periods and extensions'),
  easy('What should I do when the MQTT cluster has to be restarted?', 'doc:Runbook: broker restart'),
  easy('Who carries the on-call phone and how quickly must they answer?', 'doc:On call'),
  easy('How are compartments chosen for a parcel?', 'doc:How allocation chooses a compartment'),
  easy('What does a delivery in size L cost a partner?', 'doc:Pricing in force this year'),
  easy('How often do we clean the fan’s dust filter?', 'doc:Maintenance plan'),
  easy('Which webhooks do we send to partners?', 'doc:Partner API in one page'),
  easy(
    'How long are delivery photos kept?',
    'doc:Data we keep, and for how long',
    'doc:Photos of deliveries',
  ),
  easy('Why do we not show advertising on the screens?', 'doc:Decision: no advertising on station screens'),
  easy('What happened at the Messe station?', 'doc:Review: forty parcels behind doors at Messe'),
  easy('How do I restore the database from a backup?', 'doc:Runbook: restore the database'),
  easy('Which quiet hours apply to text messages?', 'doc:Messages to recipients', 'ticket:sms-late-at-night'),
  easy('What does opening a door over Bluetooth require?', 'doc:Opening a door by Bluetooth'),
  easy('Is there a widget for the iPhone home screen?', 'ticket:widget-ios'),
  easy('Which stations are planned for Kraków and when?', 'doc:Kraków: launch plan', 'ticket:krakow-launch'),
  easy(
    'What is the limit for refunds without proof?',
    'doc:Decision: refunds up to 50 euros without a question',
  ),
  easy('How do we bring a new partner on board?', 'doc:Onboarding a partner'),
  easy('What is the slope a site may have at most?', 'doc:Choosing a site'),
  easy('Solar powered station pilot at the lake', 'ticket:solar-pilot'),
  easy('Why must firmware be signed?', 'doc:Decision: firmware is signed and rolls out in rings'),
  easy('Tactile door numbers for blind people', 'ticket:braille-labels'),
  easy('How many contacts does the support desk get in a day?', 'doc:Support desk: how we answer'),
  easy('When does the deployment freeze begin?', 'doc:How a change is released', 'ticket:deploy-freeze'),
  easy('How much do the trailers’ parking spaces and electricity cost us?', 'message:trailer-power'),
  easy('How do returns get from the station to the depot?', 'doc:Returns from door to depot'),

  hard('May we tell a shop where its driver is at the moment?', 'doc:Decision: we do not track couriers'),
  hard(
    'Somebody is ill and cannot fetch their order in time, what may the desk do?',
    'doc:Support desk: how we answer',
  ),
  hard('Why is nothing kept in Elasticsearch?', 'doc:Decision: PostgreSQL is the only database'),
  hard(
    'A stranger guessing numbers at the keypad: how likely is it that a door opens?',
    'doc:Decision: codes have eight characters',
  ),
  hard('What do I pack for work outdoors when it is freezing?', 'doc:Winter handbook'),
  hard('Customer swears that the cupboard was bare when it popped open', 'doc:Runbook: a parcel is missing'),
  hard(
    'By when does the authority have to be told that phone numbers got out?',
    'doc:Runbook: a leak of personal data',
  ),
  hard('How fast is water damage to the fuse box dealt with?', 'doc:Runbook: power failure at a station'),
  hard(
    'The reed switches are no longer manufactured, how many are left?',
    'doc:Station hardware, series 1 to 4',
  ),
  hard('Rolling back a bad release on the devices in the field', 'doc:Runbook: recall of a firmware'),
  hard(
    'Two colleagues want the opposite; do we just drop one of the requests?',
    'doc:How the roadmap is made',
  ),
  hard('How did people with a filter on their office mail get in after all?', 'message:link-workaround'),
  hard('Until what time of day is a package available on its last day?', 'message:deadline-hour'),
  hard('What made the rural data plans so expensive in truth?', 'message:sim-photos'),
  hard('Why do inserts break in a freshly restored copy?', 'message:sequences'),
  hard('Supermarket wanting refrigerated lockers, what did we answer?', 'message:cooled'),
  hard('How should an integrator cope with callbacks that overtake each other?', 'message:event-time'),
  hard(
    'What do most consumers wrongly think about their deadline?',
    'message:deadline-belief',
    'doc:What recipients told us in spring',
  ),
  hard('Who is my contact at the insurance company?', 'doc:Claims: from complaint to payment'),
  hard('Vehicles leave without the right replacement bits', 'ticket:spare-parts'),
  hard('Residents cannot sleep because of banging', 'ticket:neighbour-complaint', 'ticket:lock-motor-noise'),
  hard('Selling booze through the machines', 'ticket:age-check-wine'),
  hard('Everybody at the branch types the same four digits', 'ticket:courier-pin-shared'),
  hard('Fraud with parcels that contain nothing', 'ticket:return-proof-weight'),
  hard(
    'Passers-by with poor eyesight cannot hear the instructions over the trams',
    'ticket:voice-prompt-volume',
  ),
];
