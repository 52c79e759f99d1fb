/** The pairs hidden among the tickets, by slug: the ones an agent should find, and the ones it should not. */

/** The distance between the words of two tickets. */
export type Difficulty = 'near' | 'plain' | 'hard';

/** The older ticket first: the newer one says the same again. */
export const duplicates: [older: string, newer: string, difficulty: Difficulty][] = [
  ['door-frozen', 'door-frost-stuck', 'near'],
  ['dark-mode-grey', 'dark-contrast-pickup', 'near'],
  ['sms-twice', 'text-sent-two-times', 'near'],
  ['invoice-vat', 'vat-number-missing', 'near'],
  ['search-slow', 'search-very-slow', 'near'],
  ['ups-silent', 'mains-unnoticed', 'plain'],
  ['bluetooth-crowd', 'nothing-opens-next-to-me', 'plain'],
  ['code-ends-early', 'pin-refused-day-four', 'plain'],
  ['android-push-silent', 'notifications-missing-pixel', 'plain'],
  ['upper-door-wheelchair', 'door-out-of-reach', 'plain'],
  ['polish-cut-off', 'polish-overflow', 'plain'],
  ['map-old-position', 'former-address', 'plain'],
  ['webhook-order', 'collected-before-delivered', 'plain'],
  ['console-green', 'dead-but-green', 'plain'],
  ['return-qr-phone', 'return-display-refused', 'plain'],
  ['erase-history', 'erasure-incomplete', 'plain'],
  ['oversize-allocation', 'door-too-small', 'plain'],
  ['magic-link-used', 'corporate-sign-in', 'plain'],
  ['screen-sunlight', 'blind-at-noon', 'hard'],
  ['broker-stampede', 'mqtt-falls-over', 'hard'],
  ['reminder-after-pickup', 'still-waiting-mail', 'hard'],
  ['courier-battery', 'handheld-dies', 'hard'],
  ['photo-offline', 'basement-evidence', 'hard'],
  ['export-midnight', 'figures-disagree', 'hard'],
  ['manifest-double', 'two-doors-one-shipment', 'hard'],
];

/** Two tickets that exclude each other, and the reason. */
export const conflicts: [one: string, other: string, why: string][] = [
  ['screen-off-night', 'screen-always-on', 'Screens off at night, or lit around the clock'],
  ['heartbeat-fast', 'heartbeat-slow', 'A heartbeat every ten seconds, or every five minutes'],
  ['firmware-by-night', 'firmware-on-site', 'Updates unattended, or only beside a technician'],
  ['account-required', 'guest-pickup', 'Signing in for every pickup, or never'],
  ['sms-for-all', 'sms-abolish', 'An SMS for each parcel, or no SMS at all'],
  ['id-over-200', 'anyone-with-code', 'An identity check for valuable parcels, or none for any'],
  ['photo-mandatory', 'photo-drop', 'A photo of each delivery, or of none'],
  ['reserve-large', 'fill-large-first', 'Large doors kept free for returns, or filled with deliveries'],
  ['price-hourly', 'price-flat', 'Billing by the hour only, or one fee however long it stays'],
  ['redirect-anytime', 'redirect-never', 'Redirecting at any time, or never once it is shipped'],
  ['storage-48h', 'storage-seven-days', 'Two days of storage, or seven'],
  ['retention-30d', 'retention-3y', 'Data erased after thirty days, or kept for three years'],
];

/** Tickets about the same subject which are neither: a proposal for one of these is a mistake. */
export const look_alikes: [one: string, other: string][] = [
  ['door-frozen', 'door-sensor-false-open'],
  ['door-frozen', 'snow-clearing'],
  ['screen-sunlight', 'camera-fogged'],
  ['search-slow', 'search-by-phone'],
  ['erase-history', 'audit-export'],
  ['large-type', 'dark-mode-grey'],
  ['upper-door-wheelchair', 'braille-labels'],
  ['oversize-allocation', 'return-size-question'],
  ['two-doors-one-shipment', 'address-validation'],
  ['two-doors-one-shipment', 'full-station'],
  ['return-display-refused', 'return-wrong-partner'],
  ['ups-silent', 'alarm-fatigue'],
  ['handheld-dies', 'scanner-ocr'],
  ['figures-disagree', 'sla-report'],
  ['vat-number-missing', 'credit-note'],
  ['bluetooth-crowd', 'wrong-door-empty'],
  ['return-multi-parcel', 'return-bulk-business'],
  ['krakow-launch', 'polish-cut-off'],
];

/** A ticket that has to be done first, and the ticket that waits for it. */
export const blocks: [first: string, then: string][] = [
  ['permit-tracker', 'krakow-launch'],
  ['polish-cut-off', 'krakow-launch'],
  ['sandbox-station', 'api-v1-sunset'],
  ['load-test', 'deploy-freeze'],
  ['erase-history', 'audit-export'],
  ['courier-pin-shared', 'tour-handover'],
  ['alarm-fatigue', 'maintenance-window'],
  ['volume-forecast', 'rental-mobile-station'],
  ['door-sensor-false-open', 'wrong-door-empty'],
  ['site-survey-app', 'lease-renewals'],
];
