/** Tickets with duplicates and conflicts among them, and others that have nothing to do with each other. */

type Written = [title: string, body: string];

export const DUPLICATES: [Written, Written][] = [
  [
    ['Login fails on Safari', 'Signing in with Safari shows a blank page after the password.'],
    [
      'Cannot sign in with Safari',
      'Users of Safari see an empty page after they log in with their password.',
    ],
  ],
  [
    ['Password reset mail never arrives', 'Customers ask for a reset and get no mail.'],
    ['No mail after requesting a new password', 'Customers report that the reset mail is not delivered.'],
  ],
  [
    ['Invoice PDF shows the wrong VAT', 'VAT on the invoice is computed from the gross amount.'],
    ['VAT is wrong on invoices', 'The PDF of an invoice has a wrong amount of VAT.'],
  ],
  [
    ['Webhook is delivered twice', 'Each event is sent two times to the endpoint.'],
    ['Duplicate webhook deliveries', 'Our endpoint gets every webhook event twice.'],
  ],
  [
    ['Printing a label crashes the app', 'The app closes as soon as somebody prints a shipping label.'],
    ['Crash when a shipping label is printed', 'Whoever prints a shipping label sees the app close.'],
  ],
];

export const CONFLICTS: [Written, Written][] = [
  [
    ['Enable the beta editor for everybody', 'All accounts should start in the beta editor.'],
    ['Disable the beta editor for everybody', 'The beta editor loses text: switch it off for all accounts.'],
  ],
  [
    ['Keep deleted files for 7 days', 'The bin is emptied of files that are 7 days old.'],
    ['Keep deleted files for 90 days', 'Lawyers need deleted files in the bin for 90 days.'],
  ],
  [
    ['Guests must not see comments', 'Hide comments from guests of a project.'],
    ['Guests must see comments', 'Show comments to guests of a project, so that they can follow.'],
  ],
  [
    ['Show prices with VAT', 'All prices in the shop must include VAT.'],
    ['Show prices without VAT', 'Prices in the shop must exclude VAT for companies.'],
  ],
];

export const SINGLES: Written[] = [
  ['Translate the handbook into Polish', 'Colleagues in Gdańsk ask for it.'],
  ['Search ignores umlauts', 'Searching for Zürich finds nothing.'],
  ['Order new chairs', 'Three of the old ones are broken.'],
  ['Upgrade PostgreSQL to 18', 'The version in production goes out of support.'],
  ['Calendar shows holidays twice', 'National holidays take up two rows.'],
  ['Record the onboarding talk', 'New colleagues want to see it later.'],
  ['Backups take up too much disk', 'Compress those older than a month.'],
  ['Map does not load offline', 'Drivers in tunnels see a grey page.'],
  ['Add a purchase order number to orders', 'Buyers of large companies ask for the field.'],
  ['Audit log misses changes of roles', 'Who became an administrator cannot be told.'],
  ['Slow start of the mobile app', 'It takes eight seconds on old phones.'],
  ['Ask for consent to cookies only once', 'The banner comes back with every visit.'],
  ['Round corners of the logo', 'Marketing has sent a new drawing.'],
  ['Export of contacts as vCard', 'Sales wants to take them along on the phone.'],
  ['Charts are not readable by the colour-blind', 'Red and green lines look the same.'],
  ['Rename the menu “Tools”', 'Nobody looks for reports there.'],
  ['Rate limits for the public API', 'One customer sends a thousand requests a second.'],
  ['Signatures in mails are cut off', 'The last line is missing.'],
  ['Decide on a parental leave policy', 'Two colleagues have asked.'],
  ['Warehouse scanner loses its connection', 'It has to be switched off and on again.'],
  ['Undo for deleted rows', 'Bookkeepers delete the wrong row now and then.'],
  ['Document the release process', 'Only one person knows it.'],
];
