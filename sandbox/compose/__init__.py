"""What plays the shop in docker-compose.yml, a step each.

`certificates` → (OpenSearch starts) → `accounts` → `catalogue` → (the indexer runs) → `storefront`
"""
