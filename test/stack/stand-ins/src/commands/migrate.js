console.log(process.env.DATABASE_URL ? 'the schema is up to date' : 'no DATABASE_URL');
