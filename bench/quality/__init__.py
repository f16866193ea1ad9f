"""`make bench BENCH=quality`: how well the retrieval finds, by judgments of people (DATA) or known by construction."""
