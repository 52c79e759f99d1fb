const { DATABASE_URL, TEMPORAL_ADDRESS, OPENAI_BASE_URL, OPENAI_API_KEY } = process.env;
const secrets = Object.keys(process.env).filter((name) => name.startsWith('SECRET_OF_THE_MACHINE'));
const seen = {
  database: DATABASE_URL,
  address: TEMPORAL_ADDRESS,
  model: OPENAI_BASE_URL,
  key: OPENAI_API_KEY,
  secrets,
};
console.log(JSON.stringify(seen));
process.once('SIGTERM', () => process.exit(0));
process.once('disconnect', () => process.exit(0));
setInterval(() => undefined, 60_000);
process.send('ready');
