"""HTTP manners every route shares: errors, doors, limits, request ids, CORS, probes."""
