console.log(JSON.stringify({ address: process.env.TEMPORAL_ADDRESS, model: process.env.OPENAI_BASE_URL }));
process.once('SIGTERM', () => process.exit(0));
process.once('disconnect', () => process.exit(0));
setInterval(() => undefined, 60_000);
process.send('ready');
