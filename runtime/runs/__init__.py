"""What the indexer did, told by whoever is scraped: a CronJob is gone by then. reading (pure) → watch → gauges."""
